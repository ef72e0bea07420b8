/* Where a time lies on the time line: the span that it covers, its order, and times moved by a duration. */
#include "base/time/edtf_private.h"

#define CHAIN 16 /* relative to relative to … at most */

static int64_t seconds_of(int year, int month, int day, int hour, int minute, int second)
{
	return clock_days_from_civil(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
}

static int64_t add_months(int64_t seconds, int64_t months)
{
	int64_t days = seconds >= 0 ? seconds / 86400 : -((-seconds + 86399) / 86400);
	int64_t rest = seconds - days * 86400;
	int64_t year;
	int month;
	int day;
	clock_civil_from_days(days, &year, &month, &day);
	int64_t index = year * 12 + month - 1 + months;
	year = index >= 0 ? index / 12 : -((-index + 11) / 12);
	month = (int)(index - year * 12) + 1;
	int longest = edtf_month_length((int)(year % 400 + 400), month);
	return clock_days_from_civil(year, month, day < longest ? day : longest) * 86400 + rest;
}

static void widen(const struct edtf_point *t, struct edtf_instant *earliest, struct edtf_instant *latest)
{
	if (t->qualifier != '~' && t->qualifier != '%')
		return;
	int64_t by = t->hour >= 0 ? 1800 : t->day ? 3 * 86400 : t->month ? 31 * 86400 : 366 * 86400;
	earliest->seconds -= by;
	latest->seconds += by;
}

static void point_bounds(const struct edtf_point *t, struct edtf_instant *earliest, struct edtf_instant *latest)
{
	int64_t shift = t->zone ? (int64_t)t->offset * 60 : 0;
	earliest->nanoseconds = 0;
	latest->nanoseconds = 999999999;
	if (t->hour >= 0) {
		earliest->seconds =
		    seconds_of(t->year, t->month, t->day, t->hour, t->minute, t->second > 0 ? t->second : 0) - shift;
		latest->seconds = earliest->seconds + (t->second >= 0 ? 0 : 59);
		if (t->second >= 0 && t->fraction) {
			earliest->nanoseconds = t->nanosecond;
			latest->nanoseconds = t->nanosecond + edtf_unit_of(t->fraction) - 1;
		}
		widen(t, earliest, latest);
		return;
	}
	static const int power[] = {1, 10, 100, 1000, 10000};
	int last_year = t->year + power[t->year_unknown] - 1;
	int first_month = t->month > 0 ? t->month : t->month_tens == 2 ? 10 : 1;
	int last_month = t->month > 0 ? t->month : t->month_tens == 1 ? 9 : 12;
	int first_day = t->day > 0 ? t->day : 1;
	int last_day = t->day > 0 ? t->day : edtf_month_length(last_year, last_month);
	earliest->seconds = seconds_of(t->year, first_month, first_day, 0, 0, 0);
	latest->seconds = seconds_of(last_year, last_month, last_day, 23, 59, 59);
	widen(t, earliest, latest);
}

static int64_t saturating_add(int64_t a, int64_t b)
{
	int64_t sum;
	if (a == INT64_MIN || a == INT64_MAX)
		return a;
	if (__builtin_add_overflow(a, b, &sum))
		return b < 0 ? INT64_MIN : INT64_MAX;
	return sum;
}

/* `t` moved by the duration, sixths/6 of it. */
static int64_t moved(int64_t t, const struct duration *d, int backwards, int sixths)
{
	if (t == INT64_MIN || t == INT64_MAX)
		return t;
	int sign = (d->negative != 0) != (backwards != 0) ? -1 : 1;
	int64_t whole = saturating_add(add_months(t, sign * d->months), sign * (d->days * 86400 + d->seconds));
	return sixths == 6 ? whole : saturating_add(t, (whole - t) / 6 * sixths);
}

static struct edtf_instant moved_instant(struct edtf_instant t, const struct duration *d, int backwards, int sixths)
{
	t.seconds = moved(t.seconds, d, backwards, sixths);
	if (t.seconds == INT64_MIN || t.seconds == INT64_MAX)
		return t;
	t.nanoseconds += (d->negative != 0) != (backwards != 0) ? -d->nanoseconds : d->nanoseconds;
	t.seconds += t.nanoseconds < 0 ? -1 : t.nanoseconds > 999999999;
	t.nanoseconds += t.nanoseconds < 0 ? 1000000000 : t.nanoseconds > 999999999 ? -1000000000 : 0;
	return t;
}

int edtf_instant_compare(struct edtf_instant a, struct edtf_instant b)
{
	if (a.seconds != b.seconds)
		return a.seconds < b.seconds ? -1 : 1;
	return (a.nanoseconds > b.nanoseconds) - (a.nanoseconds < b.nanoseconds);
}

static int bounds(const struct edtf *t, edtf_resolver resolver, void *ctx, int depth, struct edtf_instant *earliest,
                  struct edtf_instant *latest)
{
	struct edtf_instant unused;
	*earliest = (struct edtf_instant){INT64_MIN, 0};
	*latest = (struct edtf_instant){INT64_MAX, 0};
	if (t->form == EDTF_POINT) {
		point_bounds(&t->from, earliest, latest);
		return 0;
	}
	if (t->form == EDTF_INTERVAL) {
		if (t->from_end == EDTF_GIVEN)
			point_bounds(&t->from, earliest, &unused);
		if (t->to_end == EDTF_GIVEN)
			point_bounds(&t->to, &unused, latest);
		return 0;
	}
	struct edtf reference;
	struct edtf_instant a;
	struct edtf_instant b;
	if (depth >= CHAIN || !resolver || resolver(ctx, t->label, &reference) < 0 ||
	    bounds(&reference, resolver, ctx, depth + 1, &a, &b) < 0)
		return -1;
	int backwards = t->relation == EDTF_BEFORE;
	if (t->relation >= EDTF_AT) {
		*earliest = a;
		*latest = b;
	} else if (t->has_by) {
		*earliest = moved_instant(a, &t->by, backwards, t->approximate ? (backwards ? 7 : 5) : 6);
		*latest = moved_instant(b, &t->by, backwards, t->approximate ? (backwards ? 5 : 7) : 6);
		if (edtf_instant_compare(*earliest, *latest) > 0 &&
		    edtf_instant_compare(a, b) <= 0) { /* a negative duration turns the sixths round */
			*earliest = moved_instant(a, &t->by, backwards, backwards ? 5 : 7);
			*latest = moved_instant(b, &t->by, backwards, backwards ? 7 : 5);
		}
	} else if (backwards) {
		*latest = b;
	} else {
		*earliest = a;
	}
	return 0;
}

int edtf_span(const struct edtf *t, edtf_resolver resolver, void *ctx, struct edtf_instant *earliest,
              struct edtf_instant *latest)
{
	return bounds(t, resolver, ctx, 0, earliest, latest);
}

int edtf_bounds(const struct edtf *t, edtf_resolver resolver, void *ctx, int64_t *earliest, int64_t *latest)
{
	struct edtf_instant first;
	struct edtf_instant last;
	int rc = edtf_span(t, resolver, ctx, &first, &last);
	*earliest = first.seconds;
	*latest = last.seconds;
	return rc;
}

int edtf_last_here(const struct edtf *t, int64_t *latest)
{
	int64_t earliest;
	if (edtf_bounds(t, NULL, NULL, &earliest, latest) < 0)
		return -1;
	const struct edtf_point *last = t->form == EDTF_INTERVAL ? &t->to : &t->from;
	if (!last->zone && *latest != INT64_MAX)
		*latest -= (int64_t)clock_zone_at(*latest) * 60;
	return 0;
}

int edtf_compare(const struct edtf *a, const struct edtf *b, edtf_resolver resolver, void *ctx)
{
	struct edtf_instant x[2];
	struct edtf_instant y[2];
	int has_x = edtf_span(a, resolver, ctx, &x[0], &x[1]) == 0;
	int has_y = edtf_span(b, resolver, ctx, &y[0], &y[1]) == 0;
	if (has_x != has_y)
		return has_y - has_x;
	int order = 0;
	for (int i = 0; has_x && i < 2 && order == 0; i++)
		order = edtf_instant_compare(x[i], y[i]);
	return order;
}

int edtf_moment(struct clock_time t, struct edtf_point *out)
{
	int64_t local = t.seconds + (int64_t)t.offset * 60;
	int64_t days = local >= 0 ? local / 86400 : -((-local + 86399) / 86400);
	int64_t rest = local - days * 86400;
	int64_t year;
	*out = (struct edtf_point){.hour = (int)(rest / 3600),
	                           .minute = (int)(rest / 60 % 60),
	                           .second = (int)(rest % 60),
	                           .zone = 1,
	                           .offset = t.offset};
	clock_civil_from_days(days, &year, &out->month, &out->day);
	out->year = (int)year;
	return year >= 0 && year <= 9999 ? 0 : -1;
}

int edtf_point_move(struct edtf_point *p, const struct duration *by, int backwards)
{
	if (p->hour < 0)
		return -1;
	struct edtf_instant at = {
	    seconds_of(p->year, p->month, p->day, p->hour, p->minute, p->second > 0 ? p->second : 0),
	    p->fraction ? p->nanosecond : 0};
	struct edtf_point to;
	at = moved_instant(at, by, backwards, 6);
	if (edtf_moment((struct clock_time){at.seconds, 0, 0}, &to) < 0)
		return -1;
	int needed = edtf_fraction_digits(by->nanoseconds);
	to.fraction = p->fraction > needed ? p->fraction : needed;
	to.nanosecond = at.nanoseconds;
	to.zone = p->zone;
	to.offset = p->offset;
	to.qualifier = p->qualifier;
	if (p->second < 0 && to.second == 0 && !to.fraction)
		to.second = -1;
	*p = to;
	return 0;
}

/* The last instant of a time as exact as it is, told as finely as `like` is. */
static struct edtf_point point_end(const struct edtf_point *t, const struct edtf_point *like)
{
	struct edtf_point end = *t;
	if (end.second < 0 && like->second >= 0)
		end.second = 59;
	if (end.fraction < like->fraction) {
		end.nanosecond = (end.fraction ? end.nanosecond + edtf_unit_of(end.fraction) : 1000000000) -
		                 edtf_unit_of(like->fraction);
		end.fraction = like->fraction;
	}
	return end;
}

static int is_finer(const struct edtf_point *a, const struct edtf_point *b)
{
	return (a->second >= 0 && b->second < 0) || a->fraction > b->fraction;
}

int edtf_correct(const struct edtf *observed, const struct duration *offset, struct edtf *corrected)
{
	*corrected = *observed;
	if (observed->form == EDTF_RELATIVE)
		return -1;
	if (observed->form == EDTF_POINT) {
		if (edtf_point_move(&corrected->from, offset, 1) < 0)
			return -1;
		if (!is_finer(&corrected->from, &observed->from))
			return 0;
		corrected->form = EDTF_INTERVAL; /* the minute, moved by seconds */
		corrected->from_end = corrected->to_end = EDTF_GIVEN;
		corrected->to = point_end(&observed->from, &corrected->from);
		return edtf_point_move(&corrected->to, offset, 1);
	}
	if (observed->from_end == EDTF_GIVEN && edtf_point_move(&corrected->from, offset, 1) < 0)
		return -1;
	if (observed->to_end != EDTF_GIVEN)
		return 0;
	struct edtf_point to = observed->to;
	if (edtf_point_move(&to, offset, 1) < 0)
		return -1;
	if (is_finer(&to, &observed->to)) {
		corrected->to = point_end(&observed->to, &to);
		return edtf_point_move(&corrected->to, offset, 1);
	}
	corrected->to = to;
	return 0;
}

int edtf_zone_exists(int minutes)
{
	return minutes >= -12 * 60 && minutes <= 14 * 60 && minutes % 15 == 0;
}
