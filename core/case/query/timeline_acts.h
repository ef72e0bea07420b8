/*
 * The response's own lane of the timeline: isolation, decisions, contacts,
 * evidence, custody, measures, each at the time that its record gives.
 *
 * Nothing is written for it. A field of a kind that is marked as an act
 * (kinds_table.h) makes a row of each record that has a time there; a record of which two
 * such times are known makes two rows. What was done to several things
 * at once and alike is one row: `isolated: JINJI-PC-03, JINJI-PC-04 (cable unplugged, Tanaka)`.
 *
 *     timeline_load_at(c, commit, &t, &err);
 *     timeline_add_acts(c, commit, NULL, NULL, &t, &err);
 */
#ifndef GENBA_CASE_QUERY_TIMELINE_ACTS_H
#define GENBA_CASE_QUERY_TIMELINE_ACTS_H

#include "case/query/timeline.h"

struct buf;

/* 1 if the acts of this record are wanted. */
typedef int (*timeline_acts_wanted_fn)(void *ctx, const json_t *record);

/* Adds what was done, as of the commit (NULL or "": now), of the records that are wanted (`wanted` NULL: all), in the
 * interface's language; sorts. 0 or -1: the timeline is to be released all the same. */
int timeline_add_acts(struct case_file *c, const char *commit, timeline_acts_wanted_fn wanted, void *ctx,
                      struct timeline *t, struct err *err);

/* `isolated: JINJI-PC-03, JINJI-PC-04 (cable unplugged, Tanaka)` of a row that has an `act`; printable as the records are. */
void timeline_act_text(const struct timeline_row *row, struct buf *out);

#endif
