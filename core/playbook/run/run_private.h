/* What the parts of a run share: run.c, need.c, outcome.c, warn.c. */
#ifndef GENBA_PLAYBOOK_RUN_RUN_PRIVATE_H
#define GENBA_PLAYBOOK_RUN_RUN_PRIVATE_H

#include "playbook/run/run.h"

extern const char *const run_outcome_names[]; /* by enum outcome: the values of step.outcome */

/* Whether a set field of the record holds the word. */
int run_holds(const json_t *record, const char *field, const char *word);

/* Records the answers that variables give, as steps of their own, until a person is needed. 0 or -1. */
int run_answer(struct action *a, struct engine *engine, const char *run_label, const json_t *assets, struct err *err);

/* ---- need.c */

/* What a step has used, to be linked to its record: labels as keys, by the field of the step that takes them. */
struct used {
	json_t *evidence;
	json_t *links;
	json_t *decision; /* one at most */
};

/*
 * Writes a line for each requirement that neither the case nor `what` (NULL: nothing is given) meets; `used` (may be NULL)
 * is filled with what met the others.
 */
void requirement_check(struct case_file *c, const struct run *run, const struct waiting *w,
                       const struct step_outcome *what, struct buf *missing, struct used *used);

/* ---- unknown.c: 1 if the value says something of the field: it is not "unknown", and not what stands there from the start. */
int unknown_is_told(const struct field *field, const json_t *value);

/* The names of the fields, comma separated, that the step must record and `what` gives as unknown. */
void unknown_left(const struct waiting *w, const struct step_outcome *what, struct buf *names);

/* 1 if the evidence is safe as far as it can be: hashed; under seal with all that goes with it; a stated digest. */
int requirement_is_secured(const json_t *evidence);

/* "yes" for the member of `captures` that this evidence is, or NULL. */
const char *requirement_captured(const json_t *evidence);

#endif
