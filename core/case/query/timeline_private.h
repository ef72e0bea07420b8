/* What the files of the timeline share: how a row is placed, and in what order rows stand. */
#ifndef GENBA_CASE_QUERY_TIMELINE_PRIVATE_H
#define GENBA_CASE_QUERY_TIMELINE_PRIVATE_H

#include "case/query/timeline.h"

/* A new row for the record (a reference is taken), its time `when` (as stored; NULL: undated) not placed yet. */
struct timeline_row *timeline_append(struct timeline *t, json_t *record, const char *when);

void timeline_place(struct case_file *c, struct timeline_row *row);
int timeline_compare(const struct timeline_row *x, const struct timeline_row *y);

/* ---- timeline_acts.c */

struct timeline_acts {
	struct case_file *c;
	struct timeline *t;
	const struct kind *kind; /* of the record that is looked at */
	json_t *names;           /* of the records that were asked for, by label */
};

int timeline_kind_has_acts(const struct kind *kind);

/* Adds a row for each act that the record tells of, in the interface's language, placed but not sorted. */
void timeline_acts_of(struct timeline_acts *k, json_t *record);

/* The last row goes into one before it, if the same was done at the same time in the same way. */
void timeline_join_last(struct timeline *t);

#endif
