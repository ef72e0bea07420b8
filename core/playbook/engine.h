/*
 * Where a run of a playbook stands.
 *
 * The engine keeps no state of its own: a run's position follows from the
 * playbook and the list of what was recorded, in order. Each passage through a
 * step has a key, its invocation (`STEP#2` is the second), so loops and parallel
 * branches are told apart, and two copies of a case can be merged.
 *
 * Pure functions: no case, no screen, no clock.
 */
#ifndef GENBA_PLAYBOOK_ENGINE_H
#define GENBA_PLAYBOOK_ENGINE_H

#include "playbook/playbook.h"

#define INVOCATION_TEXT 160

enum outcome { OUTCOME_DONE, OUTCOME_FAILED, OUTCOME_SKIPPED, OUTCOME_NOT_APPLICABLE };

enum waiting_for {
	WAITING_ACTION,   /* a step to be done */
	WAITING_QUESTION, /* a condition that a person decides: yes or no */
	WAITING_CHOICE,   /* a switch: one of its cases */
};

/* A step that is current. Several are, inside a parallel. */
struct waiting {
	const char *id; /* borrowed from the playbook */
	const json_t *step;
	char invocation[INVOCATION_TEXT];
	enum waiting_for what;
};

struct engine;

/* At the start of the playbook, which must live as long as the engine. */
struct engine *engine_new(const struct playbook *p);
void engine_free(struct engine *e);

/* The current steps; 0: the run is finished. At most `cap` are written. */
size_t engine_waiting(const struct engine *e, struct waiting *list, size_t cap);

/*
 * Records what became of an invocation and goes on. `answer` is that of a
 * question or choice ("yes", "no", a case), and else the new value of nothing
 * (NULL). -1 (ERR_USAGE) if the invocation is not current or the answer is none.
 */
int engine_record(struct engine *e, const char *invocation, enum outcome outcome, const char *answer, struct err *err);

/* The step after the current one if all goes well: its id, or NULL at the end. For "next". */
const char *engine_next(const struct engine *e, const struct waiting *w);

#endif
