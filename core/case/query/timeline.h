/*
 * Events in order of time.
 *
 * Times are EDTF and may be relative to another record ("after R1-V2 ~P6M");
 * they are resolved through the records' own times. An undated event stays
 * undated and comes last.
 */
#ifndef GENBA_CASE_QUERY_TIMELINE_H
#define GENBA_CASE_QUERY_TIMELINE_H

#include "base/time/edtf.h"
#include "case/store/record.h"

struct timeline_row {
	json_t *record; /* owned */
	struct edtf when;
	int dated;        /* 0: no time, or one that cannot be read */
	int64_t earliest; /* seconds since 1970 UTC, only if `placed` */
	int64_t latest;
	struct edtf_instant first; /* the same, finer: what rows are sorted by */
	struct edtf_instant last;
	int placed; /* the time could be resolved to a span */
	/* Of what the responders did (timeline_acts.h): */
	const struct field *act; /* the field that gives the time; NULL: an event */
	int is_recorded;         /* it is not known: the time is that of the record itself */
	char *names;             /* of what it was done to; owned */
	char *details;           /* how and by whom, or NULL; owned */
	size_t records;          /* that the row tells of; `record` is the first of them */
};

struct timeline {
	struct timeline_row *rows;
	size_t count;
	size_t cap;
};

/* All events that are not retracted, sorted, as of a commit (full id; NULL or "": now). Times that are relative to a record are
 * resolved as of now. Release with timeline_release(). */
int timeline_load_at(struct case_file *c, const char *commit, struct timeline *t, struct err *err);

/* The last `wanted` rows of the timeline of now, for a summary: the other events are not read, only their times. */
int timeline_load_last(struct case_file *c, size_t wanted, struct timeline *t, struct err *err);

/* Appends a copy of a row of another timeline, which is taken in its order: what was done to several things at once and
 * alike (timeline_acts.h) becomes one row. */
void timeline_add(struct timeline *t, const struct timeline_row *row);

void timeline_release(struct timeline *t);
void timeline_row_release(struct timeline_row *row);

/* The resolver of edtf_bounds() and edtf_compare(): `ctx` is the case; the time of a record is its `when`, else
 * `entered`, but for events: an undated one has no time. */
int timeline_resolve(void *ctx, const char *label, struct edtf *out);

#endif
