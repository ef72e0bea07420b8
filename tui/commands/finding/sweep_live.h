/*
 * What the sweep that is under way has found so far, for the screen beside it: sums by indicator.
 *
 * A command and the screen never run at the same time (background_task.h), and there is one long command at a time.
 */
#ifndef GENBA_TUI_COMMANDS_FINDING_SWEEP_LIVE_H
#define GENBA_TUI_COMMANDS_FINDING_SWEEP_LIVE_H

#include <jansson.h>
#include <stdint.h>

void sweep_live_begin(void);
void sweep_live_hit(const json_t *hit); /* an object of the kind hit */
void sweep_live_end(void);

struct sweep_live_sum {
	const char *indicator;
	const char *first; /* or "" */
	const char *last;
	uint64_t hits;
	size_t clients;
};

/* How many indicators; 0 if no sweep is under way. *changes grows with every hit. */
size_t sweep_live_count(uint64_t *changes);
/* Sum i, in the order in which they were found; borrowed. */
struct sweep_live_sum sweep_live_at(size_t i);

#endif
