/*
 * Which indicator was swept for over which evidence: what the checks on record say. An indicator whose value was changed since
 * counts as never swept for: the list of a check is kept whole, and tells what was looked for then.
 *
 *     struct sweep_pairs pairs;
 *     sweep_pairs_load(&pairs, c, &list, &err);
 *     unsigned char *done = sweep_pairs_done(&pairs, "R1-E4", NULL);        // a bit for each indicator of the list
 *     sweep_pairs_release(&pairs);
 *
 * Retracted checks say nothing. Indicators of lists, which are no records, count as never swept for.
 */
#ifndef GENBA_FINDING_SWEEP_RECORD_SWEEP_PAIRS_H
#define GENBA_FINDING_SWEEP_RECORD_SWEEP_PAIRS_H

#include "finding/sweep/sweep_list.h"

#include <jansson.h>

struct case_file;
struct err;

struct sweep_pairs_check {
	json_t *gone;     /* labels of its indicators that say something else now, or were retracted or refuted */
	int found;        /* its result */
	json_t *evidence; /* labels as names */
	unsigned char *bits;
	char *entered;
	char *label;
};

struct sweep_pairs {
	size_t bytes; /* of a row of bits */
	struct sweep_pairs_check *checks;
	size_t count;
};

int sweep_pairs_load(struct sweep_pairs *pairs, struct case_file *c, const struct sweep_list *list, struct err *err);

/* The same, a check as read after the other: for who reads them in slices. Borrows all until the end. */
struct sweep_pairs_reading;
struct sweep_pairs_reading *sweep_pairs_begin(struct sweep_pairs *pairs, struct case_file *c,
                                              const struct sweep_list *list);
void sweep_pairs_take(struct sweep_pairs_reading *reading, const json_t *check);
void sweep_pairs_end(struct sweep_pairs_reading *reading); /* NULL is fine */

/* A check behind which others count. */
struct sweep_since {
	char entered[40]; /* RFC 3339 */
	char label[48];
};

int sweep_pairs_is_after(const struct sweep_pairs_check *check, const struct sweep_since *since);

/* Bits of the indicators that were swept for over this evidence, by checks that came after `since`; NULL: by any. The caller
 * frees. */
unsigned char *sweep_pairs_done(const struct sweep_pairs *pairs, const char *evidence, const struct sweep_since *since);
void sweep_pairs_release(struct sweep_pairs *pairs);

/* What waits to be swept: indicators of the case that were not swept for over some evidence that has bytes, and over how many
 * pieces. */
struct sweep_waiting {
	size_t indicators;
	size_t evidence;
	char first[48]; /* label of an indicator */
	size_t
	    stale; /* checks that found indicators which were changed, retracted or refuted since, and no later one has read
	                   all of their evidence */
	char stale_first[48]; /* label of such a check */
};

/* Until the steady time `deadline` (HUGE_VAL: to the end). 1: there is more to do, and `waiting` is not known yet; 0; -1. What was
 * counted is kept until indicators, checks or evidence change. */
int sweep_waiting_ahead(struct case_file *c, double deadline, struct sweep_waiting *waiting, struct err *err);

#endif
