#include "outward/desk/period.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/time/edtf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int days_in(int64_t year, int month)
{
	int64_t first = clock_days_from_civil(year, month, 1);
	return (int)((month == 12 ? clock_days_from_civil(year + 1, 1, 1) : clock_days_from_civil(year, month + 1, 1)) -
	             first);
}

/* The first or the last day that a point may be. */
static int64_t day_of(const struct edtf_point *p, int last)
{
	int span = 1;
	for (int i = 0; i < p->year_unknown; i++)
		span *= 10;
	int64_t year = last ? p->year + span - 1 : p->year;
	int month = p->month;
	if (month <= 0) {
		static const int firsts[] = {1, 1, 10};
		static const int lasts[] = {12, 9, 12};
		month = last ? lasts[p->month_tens] : firsts[p->month_tens];
	}
	int day = p->day;
	if (day <= 0)
		day = last ? days_in(year, month) : 1;
	return clock_days_from_civil(year, month, day);
}

void day_span_of(const char *edtf, struct day_span *span)
{
	struct edtf time;
	*span = (struct day_span){0, 0, 0};
	if (!edtf || edtf_parse(edtf, &time, NULL) < 0 || time.form == EDTF_RELATIVE)
		return;
	const struct edtf_point *to = &time.from;
	if (time.form == EDTF_INTERVAL) {
		if (time.from_end != EDTF_GIVEN || time.to_end != EDTF_GIVEN)
			return;
		to = &time.to;
	}
	span->first = day_of(&time.from, 0);
	span->last = day_of(to, 1);
	span->known = span->first <= span->last;
}

long period_month_of_day(int64_t day)
{
	int64_t year;
	int month;
	int of_month;
	clock_civil_from_days(day, &year, &month, &of_month);
	return (long)year * 12 + month - 1;
}

int64_t period_one_month_on(int64_t day)
{
	int64_t year;
	int month;
	int of_month;
	clock_civil_from_days(day, &year, &month, &of_month);
	year += month == 12;
	month = month % 12 + 1;
	int most = days_in(year, month);
	return clock_days_from_civil(year, month, of_month < most ? of_month : most);
}

int period_month_parse(const char *text, long *month, struct err *err)
{
	struct edtf time;
	if (strlen(text) == 7 && edtf_parse(text, &time, NULL) == 0 && time.form == EDTF_POINT && time.from.month > 0 &&
	    time.from.day == 0 && !time.from.qualifier && !time.from.year_unknown) {
		*month = (long)time.from.year * 12 + time.from.month - 1;
		return 0;
	}
	return err_set(err, ERR_USAGE, _("'%s' is no month: write it as 2014-04"), text);
}

int period_holds(const struct period *period, const struct day_span *span)
{
	return span->known && period->sort != PERIOD_UNKNOWN && period_month_of_day(span->first) >= period->from &&
	       period_month_of_day(span->last) <= period->until;
}

void period_quarter_of(long month, int fiscal, long *from, long *until)
{
	long behind = (month - (fiscal - 1)) % 3;
	*from = month - (behind < 0 ? behind + 3 : behind);
	*until = *from + 2;
}

static void add(struct period **all, size_t *count, enum period_sort sort, long from, long until)
{
	*all = xrealloc(*all, (*count + 1) * sizeof **all);
	struct period *p = &(*all)[(*count)++];
	*p = (struct period){.sort = sort, .from = from, .until = until};
	if (sort == PERIOD_FISCAL)
		snprintf(p->name, sizeof p->name, "FY%04ld", from / 12);
	else
		snprintf(p->name, sizeof p->name, "%04ld-%02ld/%04ld-%02ld", from / 12, from % 12 + 1, until / 12,
		         until % 12 + 1);
}

struct period *periods_make(const struct period_wish *wish, size_t *count)
{
	struct period *all = NULL;
	*count = 0;
	if (wish->from != PERIOD_NONE)
		for (long month = wish->from; month <= wish->until;) {
			long from;
			long until;
			period_quarter_of(month, wish->fiscal, &from, &until);
			add(&all, count, PERIOD_QUARTER, month, until < wish->until ? until : wish->until);
			month = until + 1;
		}
	if (wish->from != PERIOD_NONE)
		for (long year = wish->from / 12; year <= wish->until / 12; year++) {
			long first = year * 12 + wish->fiscal - 1;
			if (first >= wish->from && first + 11 <= wish->until)
				add(&all, count, PERIOD_FISCAL, first, first + 11);
		}
	for (size_t i = 0; i < wish->range_count; i++) {
		const struct period_range *range = &wish->ranges[i];
		add(&all, count, PERIOD_RANGE, range->from, range->until);
		snprintf(all[*count - 1].name, sizeof all->name, "%.*s", (int)range->name_size, range->name);
	}
	add(&all, count, PERIOD_UNKNOWN, 0, 0);
	snprintf(all[*count - 1].name, sizeof all->name, "unknown");
	return all;
}
