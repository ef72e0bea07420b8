/*
 * The machine kept from falling asleep while evidence is read.
 *
 * Best effort: systemd-inhibit holds the lock for as long as this process
 * lives. Where there is none, nothing is held, and that is said.
 */
#ifndef GENBA_EVIDENCE_ACQUIRE_AWAKE_H
#define GENBA_EVIDENCE_ACQUIRE_AWAKE_H

#include <sys/types.h>

struct awake {
	pid_t holder; /* 0: nothing is held */
	int pipe;
};

/* Begins; 1 if sleep is held off. */
int awake_begin(struct awake *a);
void awake_end(struct awake *a);

#endif
