/*
 * Putting two copies of a case together.
 *
 * What came (a parcel) is unpacked in the cage, taken in and judged inside one
 * transaction: form, connectivity, signatures against the responders known at
 * each point, SHA-256 chain, what each commit says it changed, paths, canonical
 * text, values, authors, and what no commit may change (record_origin.h). Only
 * then are the trees merged and one commit with two parents is written, or the
 * history moves forward if there is nothing of ours that is new. The result is
 * judged once more, against what this copy held and what holds over all records
 * (invariants.h). Any doubt rolls everything back: the case is as it was.
 */
#ifndef GENBA_HANDOVER_MERGE_MERGE_H
#define GENBA_HANDOVER_MERGE_MERGE_H

#include "base/buf.h"
#include "base/progress.h"
#include "case/case.h"
#include "handover/parcel/parcel.h"

enum merge_outcome {
	MERGE_NOTHING, /* all of it is here already */
	MERGE_FORWARD, /* ours is contained in theirs */
	MERGE_MADE,    /* one commit with two parents */
};

struct merge_report {
	enum merge_outcome outcome;
	size_t commits;       /* of the other side, new here */
	size_t records;       /* added or changed here; conflicts are counted for themselves */
	size_t conflicts;     /* new ones, for a person to decide */
	size_t quarantined;   /* commits that were set aside, since a revoked key signed them or what they build on */
	size_t vouched;       /* commits of revoked keys that count, since a colleague vouches for them */
	size_t renamed;       /* labels and marks that two records had on the two sides */
	json_t *lines;        /* array of strings: what was added, changed, put up for decision; printable */
	json_t *notes;        /* array of strings: what was renamed, set aside, vouched for; printable */
	json_t *detail;       /* of a dry run: field by field (merge_detail.h), else NULL */
	char tip[HISTORY_ID]; /* of the other side: up to where it was merged */
};

/*
 * Merges a parcel in one go. `dry_run`: everything is done, told, and rolled back (one that a person is shown first, and
 * that is then written as it was shown, is merge_plan.h's). 0, also with conflicts; -1 and nothing has changed. Release the
 * report in any case.
 *
 * For `reason` (not NULL) what revoked keys signed beside their revocation is taken in: the commit names the keys and holds
 * the decision. Without a reason that is set aside, with what builds on it, and the rest is merged; ERR_FAILED if there is
 * no rest, or if what came revokes a key that signed work in this copy after that.
 */
int case_merge(struct case_file *c, const struct parcel *p, const char *reason, int dry_run,
               const struct progress *progress, struct merge_report *report, struct err *err);

void merge_report_release(struct merge_report *report);

#endif
