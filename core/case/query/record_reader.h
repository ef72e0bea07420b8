/*
 * Records of now, read in slices: a look at all records of a large case takes
 * most of a second, which no key waits for.
 *
 *     struct record_reader *r = record_reader_new(c, "kind IN ('asset', 'note')", 0, take, &all);
 *     while ((rc = record_reader_work(r, clock_steady() + 0.004, &err)) == 1)
 *             …a key comes in between; record_reader_percent(r) of the case were looked at…
 *     record_reader_free(r);
 *
 * In the order of entry, as record_each() lists them. Between two slices nothing is held open, but the case must not have
 * changed: whoever sees that it has begins anew. A small case is read in one slice, however busy the machine is.
 */
#ifndef GENBA_CASE_QUERY_RECORD_READER_H
#define GENBA_CASE_QUERY_RECORD_READER_H

#include "case/store/record.h"

struct record_reader;

/*
 * `condition`: SQL over `kind`, the columns of record_summary.h and the stored `json`; a constant of the program and never text
 * from outside. `fn` is called for each record for which it holds, as by record_each(); it must not change the case.
 */
struct record_reader *record_reader_new(struct case_file *c, const char *condition, unsigned flags, record_fn fn,
                                        void *ctx);
void record_reader_free(struct record_reader *r); /* NULL is fine */

/* Goes on until the steady time `deadline` (HUGE_VAL: to the end). 1: there is more to do; 0: all were given; -1, also where
 * `fn` says so. */
int record_reader_work(struct record_reader *r, double deadline, struct err *err);

/* How far it is, 0 to 100. */
int record_reader_percent(const struct record_reader *r);

#endif
