/*
 * The times of a time line in words, in one of four ways.
 *
 *     absolute    as recorded                        2014-12 · around 2014 · 2026-11-23 14:05+09:00
 *     relative    to the case's base date            base date · 〃 · about 6 months later · 1 day after that · 4 days more
 *     corrected   by the offset of the clock that it was read from: corrected = observed − offset
 *     utc         corrected where the offset is known, in UTC
 *
 * No time is invented: what cannot be put in that way is shown as recorded, a
 * time of day whose clock was never compared with a trailing " ?" in the two
 * last ways, and an undated event as undated.
 */
#ifndef GENBA_CASE_QUERY_TIMELINE_TEXT_H
#define GENBA_CASE_QUERY_TIMELINE_TEXT_H

#include "case/query/timeline.h"

struct buf;

enum timeline_way {
	TIMELINE_ABSOLUTE,
	TIMELINE_RELATIVE,
	TIMELINE_CORRECTED,
	TIMELINE_UTC,
	TIMELINE_LOCAL,
	TIMELINE_WAYS
};

/* Names of the ways, for options: "absolute", … NULL if there is no such way. */
const char *timeline_way_name(enum timeline_way way);

/* Whether times are put right by the offset of the clock that they were read from. */
int timeline_way_corrects(enum timeline_way way);

/*
 * The texts of the rows, one after the other from the first, in the interface's
 * language. A way may tell a row by the one before it, so none is left out; the
 * timeline stays as it is meanwhile.
 */
struct timeline_telling;
struct timeline_telling *timeline_telling_new(struct case_file *c, const struct timeline *t, enum timeline_way way);
void timeline_tell_next(struct timeline_telling *k, struct buf *out); /* appended */
void timeline_telling_free(struct timeline_telling *k);               /* NULL is fine */

/* A text for each row; free with timeline_texts_free(). */
char **timeline_texts(struct case_file *c, const struct timeline *t, enum timeline_way way);

/* The first and the last second of a placed row as that way shows it: put right by its clock's offset, where that is known. */
void timeline_span_shown(struct case_file *c, const struct timeline_row *row, enum timeline_way way, int64_t *earliest,
                         int64_t *latest);
void timeline_texts_free(char **texts, size_t count);

#endif
