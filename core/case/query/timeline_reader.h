/*
 * The rows of the timeline, read in slices: a look at all records of a large
 * case takes a tenth of a second, which no key waits for.
 *
 *     struct timeline_reader *r = timeline_reader_new(c, commit);
 *     while ((rc = timeline_reader_work(r, clock_steady() + 0.004, &err)) == 1)
 *             …a key comes in between; timeline_reader_count(r) rows are there so far…
 *     timeline_reader_take(r, &all);
 *     timeline_reader_free(r);
 *
 * Between two slices nothing is held open, but the case must not have changed:
 * whoever sees that it has begins anew.
 */
#ifndef GENBA_CASE_QUERY_TIMELINE_READER_H
#define GENBA_CASE_QUERY_TIMELINE_READER_H

#include "case/query/timeline.h"

struct timeline_reader;

/* As of the commit (full id; NULL or "": now). */
struct timeline_reader *timeline_reader_new(struct case_file *c, const char *commit);
void timeline_reader_free(struct timeline_reader *r); /* NULL is fine */

/* Goes on until the steady time `deadline`. 1: there is more to do; 0: all is there; -1. */
int timeline_reader_work(struct timeline_reader *r, double deadline, struct err *err);

size_t timeline_reader_count(const struct timeline_reader *r); /* rows so far */

/* When all is there: events and what the responders did (timeline_acts.h), sorted, each act a row of its own
 * (timeline_add() joins them). `t` is to be released. */
void timeline_reader_take(struct timeline_reader *r, struct timeline *t);

#endif
