/*
 * Where a run of a playbook stands.
 *
 * The engine keeps no state of its own: a run's position follows from the
 * playbook and the list of what was recorded, in order. Each passage through a
 * step has a key, its invocation (`STEP#2` is the second), so loops and parallel
 * branches are told apart, and two copies of a case can be merged.
 *
 * A failed step goes to its on_failure, or, without one, to the playbook's
 * workflow_exception, which takes the whole run over; where there is neither,
 * the step is offered again: nothing goes on as if it had been done. A step
 * with on_completion goes on in either case; what failed there and was not made
 * good by a later passage of the step leads to the workflow_exception at the end
 * of the run, as its last act.
 *
 * Variables belong to the run. They begin with the values of the playbook, get
 * others at the start (engine_set()) and by steps, whose answer is then a JSON
 * object of them: {"__host__": "HR-PC-03"}. Where they decide a condition,
 * engine_decided() says so; the caller records that answer like a person's, and
 * a replay never evaluates anything.
 *
 * Pure functions: no case, no screen, no clock.
 */
#ifndef GENBA_PLAYBOOK_RUN_ENGINE_H
#define GENBA_PLAYBOOK_RUN_ENGINE_H

#include "playbook/load/playbook.h"

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

/* The value of a variable, or NULL if it has none. Borrowed until the next change. */
const char *engine_variable(const struct engine *e, const char *name);

/* The run's variables with their values (string or null), and those of the step over them. New reference. */
json_t *engine_variables(const struct engine *e, const json_t *step);

/* Sets a variable; NULL: unset. -1 (ERR_USAGE) if the playbook does not declare it, or it is constant. */
int engine_set(struct engine *e, const char *name, const char *value, struct err *err);

/* The answer that the variables give to a question or choice, or NULL with the reason why a person must: `why`. */
const char *engine_decided(const struct engine *e, const struct waiting *w, struct err *why);

/*
 * Records what became of an invocation and goes on. `answer` is that of a
 * question or choice ("yes", "no", a case), of an action the variables it sets
 * (a JSON object) or NULL. -1 (ERR_USAGE) if the invocation is not current or the
 * answer is none; nothing has changed then.
 */
int engine_record(struct engine *e, const char *invocation, enum outcome outcome, const char *answer, struct err *err);

#endif
