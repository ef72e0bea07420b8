/*
 * Dates as a desk counts them, and the periods that it counts in.
 *
 * A date is the local one, as it was recorded with its own offset: 2014-07-01T00:20
 * +09:00 is of July, though it is June in UTC. What is recorded less exactly covers
 * several days, and belongs to a period only if the period holds all of them: 2014-08
 * and 2014-08~ are of a quarter, 2014 and 2014-06/2014-07 are not, and a date that
 * nobody recorded is of none. Months are counted from year 0: 2014-04 is 2014*12+3.
 *
 *     struct day_span on;
 *     day_span_of("2014-08~", &on);
 *     period_holds(&quarter, &on)
 */
#ifndef GENBA_OUTWARD_DESK_PERIOD_H
#define GENBA_OUTWARD_DESK_PERIOD_H

#include <stddef.h>
#include <stdint.h>

struct err;

struct day_span { /* days since 1970-01-01 of the place where it was recorded */
	int known;
	int64_t first;
	int64_t last;
};

/* Of an EDTF text; not known: NULL, an open or relative time. */
void day_span_of(const char *edtf, struct day_span *span);

long period_month_of_day(int64_t day);

/* One calendar month later: 31 January becomes 28 February. */
int64_t period_one_month_on(int64_t day);

/* "2014-04". 0, or -1 with ERR_USAGE. */
int period_month_parse(const char *text, long *month, struct err *err);

#define PERIOD_NAME 128

enum period_sort { PERIOD_QUARTER, PERIOD_FISCAL, PERIOD_RANGE, PERIOD_UNKNOWN };

struct period {
	enum period_sort sort;
	char name[PERIOD_NAME]; /* "2014-04/2014-06", "FY2014", as a range was called, "unknown" */
	long from;              /* first and last month */
	long until;
};

/* Whether all of the span lies in the period. */
int period_holds(const struct period *period, const struct day_span *span);

/* What a person asked for. */
struct period_range {
	const char *name;
	size_t name_size;
	long from;
	long until;
};

#define PERIOD_NONE INT32_MIN /* a month that was not given */

struct period_wish {
	long from; /* PERIOD_NONE: found out */
	long until;
	int fiscal; /* the month in which fiscal years begin, 1 to 12 */
	const struct period_range *ranges;
	size_t range_count;
};

/* The periods from the first month to the last: quarters of the fiscal year, cut at the ends; fiscal years that lie in it
 * whole; the ranges; what is unknown. The caller frees the array. */
struct period *periods_make(const struct period_wish *wish, size_t *count);

/* The first and the last month of the quarter of that month. */
void period_quarter_of(long month, int fiscal, long *from, long *until);

#endif
