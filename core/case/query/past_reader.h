/*
 * Records as a commit has them, read in slices: all of a large case take more
 * than a second, which no key waits for.
 *
 *     struct past_reader *r = past_reader_new(c, "asset", commit, 0, take, &all);
 *     while ((rc = past_reader_work(r, clock_steady() + 0.004, &err)) == 1)
 *             …a key comes in between; past_reader_percent(r)…
 *     past_reader_free(r);
 *
 * In the order of entry, as record_each() lists them: they are read in the order
 * of the tree first, then sorted, then given. What is written meanwhile does not
 * matter, and nothing is held open between two slices. A small case is read in one
 * slice, however busy the machine is.
 */
#ifndef GENBA_CASE_QUERY_PAST_READER_H
#define GENBA_CASE_QUERY_PAST_READER_H

#include "case/store/record.h"

struct past_reader;

/* Of a kind (NULL: of every kind), as of a commit (full id). `fn` as for record_each(). */
struct past_reader *past_reader_new(struct case_file *c, const char *kind, const char *commit, unsigned flags,
                                    record_fn fn, void *ctx);
void past_reader_free(struct past_reader *r); /* NULL is fine */
/* The same in slices, for one that has read much: 1: there is more, 0: it is freed. */
int past_reader_drop(struct past_reader *r, double deadline);

/* Goes on until the steady time `deadline` (HUGE_VAL: to the end). 1: there is more to do; 0: all were given; -1 with the
 * error; what `fn` says, if it stops. */
int past_reader_work(struct past_reader *r, double deadline, struct err *err);

/* How far it is, 0 to 100. */
int past_reader_percent(const struct past_reader *r);

/* All at once. Nonzero from the callback stops and is returned. */
int past_reader_each(struct case_file *c, const char *kind, const char *commit, unsigned flags, record_fn fn, void *ctx,
                     struct err *err);

#endif
