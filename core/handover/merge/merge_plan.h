/*
 * A merge that is shown before it is made.
 *
 * What a colleague sent is opened, unpacked in the cage and judged once; what a
 * merge would make of it is the plan. A person reads the plan, and exactly that is
 * written: the file that it came in is not looked at again, and may be gone. Only what a room says to lie beside it (large sets of
 * observations) is copied when the plan is written.
 *
 *     struct merge_plan *plan = merge_plan_open(c, path, progress, err);
 *     if (plan && merge_plan_make(plan, c, NULL, progress, err) == 0) {
 *             … show merge_plan_report(plan) …
 *             rc = merge_plan_write(plan, c, progress, err);
 *     }
 *     merge_plan_free(plan);
 *
 * A plan holds what came in clear, and no part of the case: it is freed at the lock.
 */
#ifndef GENBA_HANDOVER_MERGE_MERGE_PLAN_H
#define GENBA_HANDOVER_MERGE_MERGE_PLAN_H

#include "handover/merge/merge.h"

struct merge_plan;

/* Opens a delta or a whole copy (open_parcel.h). NULL with the reason. Free it. */
struct merge_plan *merge_plan_open(struct case_file *c, const char *path, const struct progress *progress,
                                   struct err *err);

/* Makes the plan, or makes it anew with another `reason` to take in what revoked keys signed (NULL: that is set aside).
 * Nothing is written. 0, or -1 and there is no plan; it may be tried again. */
int merge_plan_make(struct merge_plan *plan, struct case_file *c, const char *reason, const struct progress *progress,
                    struct err *err);

/* What the plan says, with `detail`; after merge_plan_write() what was done. Borrowed; valid after merge_plan_make(). */
const struct merge_report *merge_plan_report(const struct merge_plan *plan);

/* 1: a reason would make another plan, since revoked keys signed some of what came. After merge_plan_make(), whatever that
 * answered. */
int merge_plan_has_revoked(const struct merge_plan *plan);

/* Writes what was planned. ERR_FAILED if the case has another last commit than when the plan was made, or was written
 * already. 0 or -1, and nothing has changed. */
int merge_plan_write(struct merge_plan *plan, struct case_file *c, const struct progress *progress, struct err *err);

/* What came: who sent it. Borrowed. */
const struct parcel *merge_plan_parcel(const struct merge_plan *plan);

void merge_plan_free(struct merge_plan *plan); /* wipes; NULL is fine */

#endif
