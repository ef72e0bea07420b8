/*
 * The machine kept from falling asleep while evidence is read.
 *
 * Best effort: systemd-inhibit holds the lock for as long as this process
 * lives. Where there is none, nothing is held, and that is said.
 */
#ifndef GENBA_EVIDENCE_ACQUIRE_SLEEP_INHIBIT_H
#define GENBA_EVIDENCE_ACQUIRE_SLEEP_INHIBIT_H

#include <sys/types.h>

struct sleep_inhibit {
	pid_t holder; /* 0: nothing is held */
	int pipe;
};

/* Begins; 1 if sleep is held off. */
int sleep_inhibit_begin(struct sleep_inhibit *a);
void sleep_inhibit_end(struct sleep_inhibit *a);

#endif
