/* What merge.c (the plan and its writing), merge_verify.c (believing) and merge_plan.c (between the two) share: one merge
 * under way. */
#ifndef GENBA_HANDOVER_MERGE_MERGE_PRIVATE_H
#define GENBA_HANDOVER_MERGE_MERGE_PRIVATE_H

#include "case/trust/record_origin.h"
#include "handover/merge/merge.h"
#include "handover/merge/merge_plan.h"
#include "handover/merge/merge_tree.h"
#include "handover/merge/quarantine.h"

struct merge_plan {
	struct case_file *c;
	struct history *h;
	const struct parcel *p;
	const struct progress *progress;
	struct merge_report *report;
	struct err *err;             /* of the call that is under way */
	struct history_incoming *in; /* unpacked once */
	struct history_accepted accepted;
	struct quarantine quarantine;
	struct record_origins *origins;
	char *vouch;          /* the reason to take in what revoked keys signed, or NULL */
	char tip[HISTORY_ID]; /* of what is merged: all that came, or up to what is set aside */
	int believed;         /* all of it was judged */
	int has_revoked;      /* some of it counts only for a reason: a revoked key signed it */
	int retreat;          /* not all can be merged: again, up to aside.tip */
	int keep;             /* this attempt is no dry run */
	int planned;          /* `result` and `report` say what becomes of it */
	struct merge_result result;
	json_t *named; /* digests of texts and files that the new commits name */
	struct buf findings;
	char head[HISTORY_ID]; /* of this copy, when the plan was made */
	struct action *action;
	struct buf plain; /* of a plan that is held: what came, its parcel, and what is shown of it */
	struct parcel came;
	struct merge_report shown;
};

/* Makes ready for an attempt with that reason (NULL: none), leaving alone what was unpacked. c, h, p, progress, report and
 * err are set. 0 or -1. */
int merge_begin(struct merge_plan *m, const char *reason);

/* Everything is done; without `keep` it is rolled back again, and the plan says what was done. 0 or -1. */
int merge_attempt(struct merge_plan *m, int keep);

/* Frees what merge_begin() and attempts made. */
void merge_end(struct merge_plan *m);

/* Adds a line for people, made printable, to one of the report's lists. */
__attribute__((format(printf, 2, 3))) void merge_tell(json_t *lines, const char *format, ...);

/* Notes indicators that are on record twice by this merge, while its result is in the open action. */
int merge_tell_twice(struct merge_plan *m);

/* Adds a finding; nothing is merged if there are any. A callback: `ctx` is the plan. */
void merge_finding(void *ctx, const char *text);

/*
 * Unpacks what came (once), takes it in inside the open action, and judges it
 * (once for a plan): 0 if it may be merged up to plan->tip, or (plan->retreat set) up to
 * aside.tip; -1 with the reason.
 */
int merge_believe(struct merge_plan *m);

#endif
