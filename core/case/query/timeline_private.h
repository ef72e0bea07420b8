/* What the files of the timeline share: how a row is placed, and in what order rows stand. */
#ifndef GENBA_CASE_QUERY_TIMELINE_PRIVATE_H
#define GENBA_CASE_QUERY_TIMELINE_PRIVATE_H

#include "case/query/timeline.h"

/* A new row for the record (a reference is taken), its time `when` (as stored; NULL: undated) not placed yet. */
struct timeline_row *timeline_append(struct timeline *t, json_t *record, const char *when);

void timeline_place(struct case_file *c, struct timeline_row *row);
void timeline_sort(struct timeline *t);

#endif
