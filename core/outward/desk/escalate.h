/*
 * What becomes of a consultation: advice, a refusal, or a case file of its own.
 *
 * Each is one action in the register, verb "desk", with the reason as a decision on
 * record about the consultation.
 */
#ifndef GENBA_OUTWARD_DESK_ESCALATE_H
#define GENBA_OUTWARD_DESK_ESCALATE_H

#include "case/case.h"
#include "case/store/record.h"

struct buf;

struct consultation_end {
	const char *became; /* "advice" or "declined" */
	const char *reason; /* required */
	const char *when;   /* as a person types it; NULL: now */
};

/* Whether something can still become of it, before anything is asked for: 0, or -1 and `err` as the functions below have it. */
int consultation_may_end(struct case_file *c, const char *label, struct err *err);

/* Ends the consultation with that label. 0 or -1. */
int consultation_end(struct case_file *c, const char *label, const struct consultation_end *end, struct err *err);

struct consultation_case {
	const char *path;   /* of the new case file */
	const char *stage;  /* "advice", "rescue", "on_site"; NULL: consultation */
	const char *reason; /* required */
	const char *when;   /* as above */
	int anyway;         /* rescue though no criterion of eligibility holds; for a company the decision is enough */
};

/* Whether its case could begin at that stage without `anyway`: 0, or -1 with what is lacking (ERR_FAILED). */
int consultation_may_begin(struct case_file *c, const char *label, const char *stage, struct err *err);

/*
 * Makes a case file of the consultation: with the organisation and who called, the route, when it was received and the
 * kinds of incident; each names the other. The file is there only if the register says so, too. Lines to think about are
 * appended to `warnings`. `id` gets the id of the case. 0 or -1.
 */
int consultation_open(struct case_file *c, const char *label, const struct consultation_case *spec,
                      const struct identity *owner, struct buf *warnings, char id[37], struct err *err);

/* The consultation became the case that it is in, which is at that stage now: both name each other, and the reason goes on record
 * as a decision about it. One action. 0 or -1. */
int consultation_is_this_case(struct case_file *c, const char *label, const char *stage, const char *reason,
                              struct err *err);

#endif
