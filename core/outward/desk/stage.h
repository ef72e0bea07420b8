/*
 * Escalation: consultation, advice, rescue, on-site support, observation, closed.
 *
 * A step is an action, not a field: it sets the case's stage, the date of that
 * stage and the reason in one commit, so that each step's reason can be read back
 * from the history. Rescue wants a criterion (case/action/eligible.h), or a person
 * who says why it is given without one: that is a decision on record. Going back is
 * allowed: dates of an end that did not last (observation, closing) are taken back,
 * and stay in the history.
 *
 *     struct stage_step step = {.stage = "rescue", .reason = "RAT found on the file server"};
 *     stage_set(c, &step, &warnings, &err);
 */
#ifndef GENBA_OUTWARD_DESK_STAGE_H
#define GENBA_OUTWARD_DESK_STAGE_H

#include "base/time/clock.h"
#include "case/action/eligible.h"
#include "case/store/record.h"

struct buf;

struct stage_step {
	const char *stage;  /* a value of case.stage */
	const char *reason; /* required */
	const char *when;   /* as a person types it; NULL: now */
	int anyway;         /* rescue though no criterion holds */
};

/* What the decision for a stage, or to decline, has for its choice: English, as it goes on record (stored_words.h). */
const char *stage_choice(const char *stage);

/* One action. Lines that a person should think about are appended to `warnings`. ERR_USAGE: no such stage, or no reason;
 * ERR_FAILED: no criterion holds. 0 or -1. */
int stage_set(struct case_file *c, const struct stage_step *step, struct buf *warnings, struct err *err);

/* Whether it would be taken without `anyway`, before a reason is asked for: 0, or -1 and `err` as stage_set() has it. */
int stage_may_set(struct case_file *c, const char *stage, struct err *err);

/* The same of a case that is still to be made, by the criteria of its organisation. */
int stage_may_begin(const struct eligibility *e, const char *stage, struct err *err);

/* The criteria of the organisation that the case is about. */
int stage_eligibility(struct case_file *c, struct eligibility *e, struct err *err);

struct stage_past { /* borrowed for the callback */
	const char *stage;
	const char *reason; /* as entered: printable_dup() it */
	const char *date;   /* of the stage, EDTF, or "" */
	const char *commit;
	const char *person;        /* who did it: likewise */
	struct clock_time stamped; /* when, as the commit claims */
};

/* The steps of the case, oldest first, as the history has them. Nonzero from the callback stops and is returned. */
int stage_each(struct case_file *c, int (*fn)(void *ctx, const struct stage_past *past), void *ctx, struct err *err);

#endif
