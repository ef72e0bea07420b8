/*
 * First and last seen, of rows. A row that was recovered (deleted, or carved from slack) is weaker: its time may be that of a
 * copy, or of an entry that was half overwritten. It never moves "first seen" in silence: the span is that of the other rows, and
 * an earlier recovered row is told beside it.
 */
#ifndef GENBA_FINDING_OBSERVATION_OBSERVATION_SEEN_H
#define GENBA_FINDING_OBSERVATION_OBSERVATION_SEEN_H

#include "finding/observation/observation.h"

struct observation_seen {
	int64_t first;
	int64_t last;            /* first > last: no row with a time */
	int64_t recovered_first; /* the same of rows that were recovered */
	int64_t recovered_last;
};

#define OBSERVATION_SEEN_INIT                              \
	{                                                  \
		INT64_MAX, INT64_MIN, INT64_MAX, INT64_MIN \
	}

void observation_seen_add(struct observation_seen *s, const struct observation *o);
void observation_seen_add_time(struct observation_seen *s, int64_t when, int recovered);

/* Sets when and until, as observation_when() writes them, where there are times. Are all rows recovered, their times stand there
 * and "recovered" is true; are some, and earlier, their first time is "recovered_when". */
void observation_seen_json(const struct observation_seen *s, json_t *object);

/* The words for it, put before a reason: "recovered, earlier: 2014-…; ", "recovered; ", or nothing. In English: it is on record. */
void observation_seen_words(const struct observation_seen *s, struct buf *out);

/* Whether the reason of a finding says so of all its rows: its `when` is a recovered time. */
int observation_seen_all_recovered(const char *reason);

#endif
