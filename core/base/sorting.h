/*
 * Numbers put in order by comparing what they stand for, in slices: a sort of a
 * hundred thousand rows that can be left after any comparison and gone on with
 * at the next idle moment, so that no key waits for it.
 *
 *     sorting_begin(&o, count);
 *     while (!sorting_work(&o, compare, ctx, may_go_on, &steps))
 *             …a key comes in between…
 *     o.rows[0] is the first
 *
 * Merges runs that double in length. What compares as equal keeps its order.
 */
#ifndef GENBA_BASE_SORTING_H
#define GENBA_BASE_SORTING_H

#include <stddef.h>
#include <stdint.h>

struct sorting {
	uint32_t *rows; /* owned */
	size_t count;
	uint32_t *merged; /* owned: where the runs are merged to */
	size_t cap;
	size_t width;            /* of the runs that are in order */
	size_t low;              /* where the two runs begin that are being merged */
	size_t left, right, out; /* how far that is */
};

void sorting_release(struct sorting *o);

/* The numbers 0 to count - 1, not in order yet. */
void sorting_begin(struct sorting *o, size_t count);

/* Goes on while `go_on` answers 1. 1: they are in order. */
int sorting_work(struct sorting *o, int (*compare)(void *ctx, uint32_t a, uint32_t b), void *ctx,
                 int (*go_on)(void *limit), void *limit);

#endif
