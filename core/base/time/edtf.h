/*
 * Times as people know them: EDTF (ISO 8601-2, Library of Congress profile).
 *
 *     2026-11-23T14:05:09+09:00     a moment; the offset may be missing (zone not known)
 *     2026-11-23T14:05:09.871Z      to a fraction of a second, up to nine digits, kept as they were written
 *     2026-11-23  2014-12  2014     a day, a month, a year
 *     2014-12~  2014?  2014%        approximate, uncertain, both
 *     2014-1X  201X                 digits that are not known
 *     2014-07/2014-08               from … to; `..` open, empty: not known
 *     after R1-V2 ~P6M              relative to the time of another record: after, before, at, during;
 *                                   with an ISO 8601 duration, approximate with ~
 *
 * A value is kept and shown as it was written, only normalised; no time is
 * invented. For sorting, every value covers a span (edtf_bounds(), edtf_span()).
 */
#ifndef GENBA_BASE_TIME_EDTF_H
#define GENBA_BASE_TIME_EDTF_H

#include "base/time/clock.h"

#include <stdint.h>

struct buf;
struct err;

/* An ISO 8601 duration, calendar and clock parts apart: P1Y2M3DT4H5M6.5S; weeks are days. */
struct duration {
	int negative;
	int64_t months; /* years are 12 */
	int64_t days;
	int64_t seconds; /* hours and minutes too */
	int nanoseconds; /* 0 to 999999999 */
};

struct edtf_point {
	int year;         /* 0 to 9999 */
	int month;        /* 1 to 12; 0: not given; -1: XX */
	int day;          /* 1 to 31; 0: not given; -1: XX */
	int year_unknown; /* number of its last digits that are X */
	int month_tens;   /* month is 1X (2) or 0X (1); else 0 */
	int hour;         /* -1: no time of day */
	int minute;
	int second;     /* -1: to the minute only */
	int nanosecond; /* of the second */
	int fraction;   /* digits of it that were given, 0 to 9 */
	int zone;       /* 1: `offset` is known */
	int offset;     /* minutes east of UTC */
	char qualifier; /* '~', '?', '%' or 0 */
};

enum edtf_form { EDTF_POINT, EDTF_INTERVAL, EDTF_RELATIVE };
enum edtf_end { EDTF_GIVEN, EDTF_OPEN, EDTF_UNKNOWN };
enum edtf_relation { EDTF_AFTER, EDTF_BEFORE, EDTF_AT, EDTF_DURING };

struct edtf {
	enum edtf_form form;
	struct edtf_point from; /* POINT, INTERVAL */
	struct edtf_point to;   /* INTERVAL */
	enum edtf_end from_end;
	enum edtf_end to_end;
	enum edtf_relation relation; /* RELATIVE */
	char label[32];
	struct duration by;
	int has_by;
	int approximate; /* ~ before the duration */
};

/* A place on the time line; `seconds` since 1970 UTC, INT64_MIN or INT64_MAX where it is open. */
struct edtf_instant {
	int64_t seconds;
	int nanoseconds;
};

/* 0, or -1 (ERR_USAGE) with what is wrong and which forms are allowed. */
int edtf_parse(const char *text, struct edtf *out, struct err *err);

/* The normalised text; parsing it gives the same value. */
void edtf_print(const struct edtf *t, struct buf *out);

/* To which side of its reference a relative time lies: "after R1-V2 -P6M" is six months before it. */
enum edtf_relation edtf_direction(const struct edtf *t);

/* For people, in the interface's language, as fields, columns and tables show it: dates as ISO 8601 with the zone, and what stands
 * around them in words: "around 2014-12", 2014-12頃, "about 6 months after R1-V2". */
void edtf_display(const struct edtf *t, struct buf *out);

/* The time in `text`, EDTF or RFC 3339, as a sentence says it: in Japanese 2014年12月3日14:05(+09:00), else as edtf_display(). What is
 * neither stays as it is. The caller frees it. */
char *edtf_said(const char *text);

/* The time of the record `label`. 0 or -1. */
typedef int (*edtf_resolver)(void *ctx, const char *label, struct edtf *out);

/*
 * The first and the last second covered, since 1970 UTC; a time without an
 * offset is taken as UTC. Approximate values are widened by one unit of what is
 * given (a year by a year, a month by a month, a day by three days, a time by
 * half an hour), approximate durations by a sixth. INT64_MIN, INT64_MAX: open.
 * -1 if nothing can be said (reference not resolved, chain deeper than 16).
 */
int edtf_bounds(const struct edtf *t, edtf_resolver resolver, void *ctx, int64_t *earliest, int64_t *latest);

/* The same to the nanosecond: 14:05:09 lasts from 14:05:09.000000000 to 14:05:09.999999999. */
int edtf_span(const struct edtf *t, edtf_resolver resolver, void *ctx, struct edtf_instant *earliest,
              struct edtf_instant *latest);

/* The last second of a time as a person at this machine means it: a day, or an hour, of no named zone is one of this machine's, and
 * is over when it is over here. INT64_MAX: open. -1: it is relative. */
int edtf_last_here(const struct edtf *t, int64_t *latest);

int edtf_instant_compare(struct edtf_instant a, struct edtf_instant b);

/* Total order for sorting: by the first instant, then the last; what has no bounds comes last. */
int edtf_compare(const struct edtf *a, const struct edtf *b, edtf_resolver resolver, void *ctx);

/*
 * What a clock that is `offset` fast (negative: slow) showed as `observed`, put right: corrected = observed − offset.
 * A time to the minute, moved by an offset with seconds, becomes the interval that it covers: no second is invented;
 * nor is a fraction.
 * Only for times of day (a day or a month stays what it is: -1) and intervals of them. 0 or -1.
 */
int edtf_correct(const struct edtf *observed, const struct duration *offset, struct edtf *corrected);

/* A moment, to the second, in its own zone. -1 if its year has not four digits. */
int edtf_moment(struct clock_time t, struct edtf_point *out);

/* Moves a time of day, calendar part first; its zone and qualifier stay. 0, or -1 (no time of day, year out of range). */
int edtf_point_move(struct edtf_point *p, const struct duration *by, int backwards);

/* 1 if clocks somewhere may run that many minutes east of UTC: -12:00 to +14:00, in quarters of an hour. */
int edtf_zone_exists(int minutes);

int duration_parse(const char *text, struct duration *out, struct err *err);
void duration_print(const struct duration *d, struct buf *out);
void duration_display(const struct duration *d, struct buf *out); /* for people: "6 months", 6か月; without the sign */

/*
 * What people type, as EDTF. EDTF itself passes. Full-width forms are read.
 *
 *     now  14:05  2:05pm  午後2時5分  yesterday 9:07  昨日 14時05分  2 hours ago  3日前
 *     2014/12/3  12/3 14:05  2014年12月頃  平成26年12月3日  H26.12.3  Dec 3, 2014  20141203
 *     23/Nov/2026:14:05:09 +0900  Nov 23 14:05:09  Mon, 23 Nov 2026 14:05:09 +0900  @1795506309     (as logs write)
 *     2014年7月～8月  14:05 to 15:10  10:00-12:00  22:00-06:00 (to the next day)  2014年12月上旬
 *     2014-09-25 12:26/2014-10-19 14:00  12:26:40+09:00/14:05 (one sign between ends that have a time or are 2014-10-19)
 *     8月～  ～8月  8月から  8月まで (open at one end)
 *     +6mo from R1-V2  R1-V2の約6か月後  R1-V4の翌日  約6か月後 (after the base date)
 *
 * A time of day without a zone gets that of `now`, as it was at that date. A month and day without a year get the
 * year that brings them nearest to `now`. Nothing is made more exact than it was typed: 2 hours ago is to the
 * minute, 3 days ago to the day. `base` is the label of the case's base date, or NULL if it has none.
 *
 * `-05:00` behind a time of day is a zone only where a date and seconds are written too, as programs do, or behind a
 * blank (10:00 -0500): to a person, 10:00-12:00 is a range. Zones are those that exist: -12:00 to +14:00, in quarters
 * of an hour. One that is written behind one end of a range is meant for both: 10:00-12:00 UTC.
 *
 * 0, or -1 (ERR_USAGE) with what is allowed.
 */
int edtf_from_people(const char *text, struct clock_time now, struct buf *out, struct err *err);
int edtf_from_people_after(const char *text, struct clock_time now, const char *base, struct buf *out, struct err *err);

#endif
