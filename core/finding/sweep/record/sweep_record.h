/*
 * A sweep on record: indicators over evidence of a case, and over what other rooms found in it (observations).
 *
 *     struct sweep_order order = {.list = &list, .words = words, .count = n, .object = on_object, .ctx = out};
 *     struct sweep_outcome outcome;
 *     if (sweep_record(c, &order, &outcome, &err) == 0)
 *         puts(outcome.check);                                  // R1-K7, or "": there was nothing to record
 *     sweep_outcome_release(&outcome);
 *
 * One action: a check (method indicator_sweep, what was looked for, on what, its limits), for each piece of evidence with hits
 * a set of observations (artefact hit), and the indicators' field `swept`. A later sweep for the same indicators and more
 * replaces the hits of the earlier one, whose digest stays on record.
 *
 * What was swept for what follows from the checks alone (sweep_pairs.h), so it travels and merges with them.
 */
#ifndef GENBA_FINDING_SWEEP_RECORD_SWEEP_RECORD_H
#define GENBA_FINDING_SWEEP_RECORD_SWEEP_RECORD_H

#include "base/buf.h"
#include "base/progress.h"
#include "finding/sweep/sweep_list.h"

#include <jansson.h>

struct case_file;
struct err;

#define SWEEP_MADE "sweep 2" /* observation_set.parsers of hits; its number rises when the same bytes give other hits */

struct sweep_order {
	const struct sweep_list *list; /* indicators with a label are records; others of lists */
	const char *const *words;      /* labels of evidence and assets, paths; none: all evidence and observations */
	size_t count;
	const char *on; /* label of the asset, for what does not say it; or NULL */
	int missing;    /* only what was not swept for yet */
	unsigned flags; /* enum sweep_set_flags */
	int defanged;
	uint64_t max;
	uint64_t ratio;    /* what is packed may unpack to so many times its size; 0: SWEEP_RATIO */
	json_t *passwords; /* array of texts that are tried on locked members of zips; borrowed; may be NULL */
	unsigned jobs;
	int (*object)(void *ctx, json_t *object, struct err *err); /* as sweep_run has it */
	/* Told of the label of evidence that a path became. May be NULL. */
	void (*preserved)(void *ctx, const char *label, const char *path);
	void *ctx;
	const struct progress *progress;
};

struct sweep_outcome {
	struct buf checks; /* labels with commas; the first is the one of most indicators */
	char list_sha256[65];
	uint64_t indicators; /* that were looked for */
	uint64_t on_record;  /* pieces of evidence that were asked for and could be swept, read now or before */
	uint64_t evidence;   /* pieces that were read */
	uint64_t files;
	uint64_t members;
	uint64_t bytes;
	uint64_t hits;
	uint64_t kept;
	uint64_t problems;
};

/* 0, also with problems; -1: nothing is on record. Release *outcome in any case. */
int sweep_record(struct case_file *c, const struct sweep_order *order, struct sweep_outcome *outcome, struct err *err);
void sweep_outcome_release(struct sweep_outcome *outcome);

#endif
