#include "base/time/edtf.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"

#include <stdio.h>
#include <string.h>

#define CHAIN 16 /* relative to relative to … at most */

static int not_a_time(struct err *err, const char *text)
{
	return err_set(err, ERR_USAGE,
	               _("'%s' is not a time; allowed: 2026-11-23T14:05:09+09:00, 2026-11-23, 2014-12, 2014, with ~ or "
	                 "? behind it;"
	                 " 2014-07/2014-08; after R1-V2 ~P6M; now, today, yesterday 14:05"),
	               text);
}

/* ---- reading */

/* n digits at *p; X digits count as 0 and are counted in *unknown. */
static int digits(const char **p, int n, int *value, int *unknown)
{
	*value = 0;
	int x = 0;
	for (int i = 0; i < n; i++, (*p)++) {
		if (**p >= '0' && **p <= '9' && x == 0)
			*value = *value * 10 + (**p - '0');
		else if (**p == 'X' && unknown) {
			*value *= 10;
			x++;
		} else
			return -1;
	}
	if (unknown)
		*unknown = x;
	return 0;
}

static int month_length(int year, int month)
{
	static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return month == 2 && leap ? 29 : length[month - 1];
}

/* Behind the point: one to nine digits. */
static int parse_fraction(const char **p, int *nanosecond, int *count)
{
	*nanosecond = 0;
	for (*count = 0; **p >= '0' && **p <= '9'; (*count)++, (*p)++) {
		if (*count == 9)
			return -1;
		*nanosecond = *nanosecond * 10 + (**p - '0');
	}
	for (int i = *count; i < 9; i++)
		*nanosecond *= 10;
	return *count > 0 ? 0 : -1;
}

/* Nanoseconds of one unit of the last of n digits. */
static int unit_of(int n)
{
	int unit = 1;
	for (; n < 9; n++)
		unit *= 10;
	return unit;
}

/* Digits that say it without a loss. */
static int fraction_digits(int nanoseconds)
{
	int n = 9;
	while (n > 0 && nanoseconds % unit_of(n - 1) == 0)
		n--;
	return n;
}

static int parse_clock(const char **p, struct edtf_point *t)
{
	if (digits(p, 2, &t->hour, NULL) < 0 || *(*p)++ != ':' || digits(p, 2, &t->minute, NULL) < 0)
		return -1;
	if (**p == ':') {
		(*p)++;
		if (digits(p, 2, &t->second, NULL) < 0)
			return -1;
		if (**p == '.' || **p == ',') {
			(*p)++;
			if (parse_fraction(p, &t->nanosecond, &t->fraction) < 0)
				return -1;
		}
	}
	if (**p == 'Z') {
		(*p)++;
		t->zone = 1;
	} else if (**p == '+' || **p == '-') {
		int sign = *(*p)++ == '-' ? -1 : 1;
		int hours;
		int minutes;
		if (digits(p, 2, &hours, NULL) < 0)
			return -1;
		if (**p == ':')
			(*p)++;
		if (digits(p, 2, &minutes, NULL) < 0 || hours > 15 || minutes > 59)
			return -1;
		t->zone = 1;
		t->offset = sign * (hours * 60 + minutes);
	}
	return t->hour <= 23 && t->minute <= 59 && t->second <= 59 ? 0 : -1;
}

static int parse_month_day(const char **p, struct edtf_point *t)
{
	int unknown;
	if (digits(p, 2, &t->month, &unknown) < 0)
		return -1;
	if (unknown == 2) {
		t->month = -1;
	} else if (unknown == 1) {
		if (t->month > 10)
			return -1;
		t->month_tens = t->month / 10 + 1;
		t->month = -1;
	} else if (t->month < 1 || t->month > 12) {
		return -1;
	}
	if (**p != '-')
		return 0;
	(*p)++;
	if (digits(p, 2, &t->day, &unknown) < 0 || unknown == 1)
		return -1;
	if (unknown == 2) {
		t->day = -1;
		return 0;
	}
	int longest = t->month > 0 && t->year_unknown == 0 ? month_length(t->year, t->month) : 31;
	return t->month != -1 && t->day >= 1 && t->day <= longest ? 0 : -1;
}

static int parse_point(const char *text, size_t n, struct edtf_point *t)
{
	char copy[64];
	if (n == 0 || n >= sizeof copy)
		return -1;
	memcpy(copy, text, n);
	copy[n] = '\0';
	*t = (struct edtf_point){.hour = -1, .second = -1};
	const char *p = copy;
	if (digits(&p, 4, &t->year, &t->year_unknown) < 0)
		return -1;
	if (*p == '-') {
		p++;
		if (t->year_unknown || parse_month_day(&p, t) < 0)
			return -1;
	}
	if (*p == 'T' || *p == 't') {
		p++;
		if (t->day < 1 || parse_clock(&p, t) < 0)
			return -1;
	}
	if (*p == '~' || *p == '?' || *p == '%')
		t->qualifier = *p++;
	return *p == '\0' ? 0 : -1;
}

static int parse_end(const char *text, size_t n, struct edtf_point *t, enum edtf_end *end)
{
	*end = EDTF_GIVEN;
	if (n == 0)
		*end = EDTF_UNKNOWN;
	else if (n == 2 && memcmp(text, "..", 2) == 0)
		*end = EDTF_OPEN;
	else
		return parse_point(text, n, t);
	return 0;
}

static int is_label(const char *text, size_t n)
{
	size_t i = 0;
	while (i < n && ((text[i] >= 'A' && text[i] <= 'Z') || (text[i] >= 'a' && text[i] <= 'z') ||
	                 (text[i] >= '0' && text[i] <= '9') || text[i] == '-'))
		i++;
	return n > 0 && n < 32 && i == n && text[0] != '-' && text[n - 1] != '-' && memchr(text, '-', n) != NULL;
}

static const char *const relations[] = {"after", "before", "at", "during"};

static int parse_relative(const char *text, struct edtf *out)
{
	for (size_t i = 0; i < sizeof relations / sizeof *relations; i++) {
		size_t n = strlen(relations[i]);
		if (strncmp(text, relations[i], n) != 0 || text[n] != ' ')
			continue;
		const char *label = text + n + strspn(text + n, " ");
		size_t length = strcspn(label, " ");
		if (!is_label(label, length))
			return -1;
		out->form = EDTF_RELATIVE;
		out->relation = (enum edtf_relation)i;
		snprintf(out->label, sizeof out->label, "%.*s", (int)length, label);
		const char *rest = label + length + strspn(label + length, " ");
		if (!*rest)
			return 0;
		if (*rest == '~') {
			out->approximate = 1;
			rest++;
		}
		out->has_by = 1;
		return out->relation <= EDTF_BEFORE ? duration_parse(rest, &out->by, NULL) : -1;
	}
	return -1;
}

int edtf_parse(const char *text, struct edtf *out, struct err *err)
{
	memset(out, 0, sizeof *out);
	const char *slash = strchr(text, '/');
	int rc;
	if (*text >= 'a' && *text <= 'z') {
		rc = parse_relative(text, out);
	} else if (slash) {
		out->form = EDTF_INTERVAL;
		rc = parse_end(text, (size_t)(slash - text), &out->from, &out->from_end);
		if (rc == 0)
			rc = parse_end(slash + 1, strlen(slash + 1), &out->to, &out->to_end);
		if (rc == 0 && out->from_end != EDTF_GIVEN && out->to_end != EDTF_GIVEN)
			rc = -1;
		struct edtf_instant a;
		struct edtf_instant b;
		struct edtf first = {.form = EDTF_POINT, .from = out->from};
		struct edtf last = {.form = EDTF_POINT, .from = out->to};
		if (rc == 0 && out->from_end == EDTF_GIVEN && out->to_end == EDTF_GIVEN) {
			struct edtf_instant unused;
			edtf_span(&first, NULL, NULL, &a, &unused);
			edtf_span(&last, NULL, NULL, &unused, &b);
			if (edtf_instant_compare(a, b) > 0)
				return err_set(err, ERR_USAGE, _("'%s' ends before it begins"), text);
		}
	} else {
		out->form = EDTF_POINT;
		rc = parse_point(text, strlen(text), &out->from);
	}
	return rc < 0 ? not_a_time(err, text) : 0;
}

/* ---- durations */

int duration_parse(const char *text, struct duration *out, struct err *err)
{
	const char *p = text;
	*out = (struct duration){0};
	if (*p == '-' || *p == '+')
		out->negative = *p++ == '-';
	int any = 0;
	int in_time = 0;
	const char *order = "YMWD"; /* designators must come in this order */
	if (*p++ != 'P')
		goto bad;
	while (*p) {
		if (*p == 'T' && !in_time) {
			in_time = 1;
			order = "HMS";
			p++;
			any = 0;
			continue;
		}
		int64_t value = 0;
		int count = 0;
		int digits_of_fraction = 0;
		for (; *p >= '0' && *p <= '9' && count < 9; p++, count++)
			value = value * 10 + (*p - '0');
		if (count && in_time && (*p == '.' || *p == ',')) {
			p++;
			if (parse_fraction(&p, &out->nanoseconds, &digits_of_fraction) < 0 || *p != 'S')
				goto bad;
		}
		const char *unit = count && *p ? strchr(order, *p) : NULL;
		if (!unit)
			goto bad;
		if (in_time)
			out->seconds += value * (*p == 'H' ? 3600 : *p == 'M' ? 60 : 1);
		else if (*p == 'Y' || *p == 'M')
			out->months += value * (*p == 'Y' ? 12 : 1);
		else
			out->days += value * (*p == 'W' ? 7 : 1);
		order = unit + 1;
		any = 1;
		p++;
	}
	if (any)
		return 0;
bad:
	return err_set(err, ERR_USAGE, _("'%s' is not a duration; allowed: P6M, P1DT2H, PT3M20S, -PT5S"), text);
}

void duration_print(const struct duration *d, struct buf *out)
{
	int is_zero = !d->months && !d->days && !d->seconds && !d->nanoseconds;
	buf_adds(out, d->negative && !is_zero ? "-P" : "P");
	if (d->months / 12)
		buf_addf(out, "%lldY", (long long)(d->months / 12));
	if (d->months % 12)
		buf_addf(out, "%lldM", (long long)(d->months % 12));
	if (d->days)
		buf_addf(out, "%lldD", (long long)d->days);
	if (d->seconds || d->nanoseconds || is_zero) {
		buf_addc(out, 'T');
		if (d->seconds / 3600)
			buf_addf(out, "%lldH", (long long)(d->seconds / 3600));
		if (d->seconds / 60 % 60)
			buf_addf(out, "%lldM", (long long)(d->seconds / 60 % 60));
		if (d->seconds % 60 || d->nanoseconds || !d->seconds) {
			buf_addf(out, "%lld", (long long)(d->seconds % 60));
			int digits_needed = fraction_digits(d->nanoseconds);
			if (digits_needed)
				buf_addf(out, ".%0*d", digits_needed, d->nanoseconds / unit_of(digits_needed));
			buf_addc(out, 'S');
		}
	}
}

/* ---- printing */

static void print_point(const struct edtf_point *t, struct buf *out)
{
	char year[16];
	snprintf(year, sizeof year, "%04d", t->year);
	for (int i = 0; i < t->year_unknown && i < 4; i++)
		year[3 - i] = 'X';
	buf_adds(out, year);
	if (t->month > 0)
		buf_addf(out, "-%02d", t->month);
	else if (t->month < 0)
		buf_addf(out, "-%sX", t->month_tens == 2 ? "1" : t->month_tens == 1 ? "0" : "X");
	if (t->day > 0)
		buf_addf(out, "-%02d", t->day);
	else if (t->day < 0)
		buf_adds(out, "-XX");
	if (t->hour >= 0) {
		buf_addf(out, "T%02d:%02d", t->hour, t->minute);
		if (t->second >= 0)
			buf_addf(out, ":%02d", t->second);
		if (t->second >= 0 && t->fraction)
			buf_addf(out, ".%0*d", t->fraction, t->nanosecond / unit_of(t->fraction));
		if (t->zone && t->offset == 0)
			buf_addc(out, 'Z');
		else if (t->zone)
			buf_addf(out, "%c%02d:%02d", t->offset < 0 ? '-' : '+',
			         (t->offset < 0 ? -t->offset : t->offset) / 60,
			         (t->offset < 0 ? -t->offset : t->offset) % 60);
	}
	if (t->qualifier)
		buf_addc(out, t->qualifier);
}

static void print_end(const struct edtf_point *t, enum edtf_end end, struct buf *out)
{
	if (end == EDTF_GIVEN)
		print_point(t, out);
	else if (end == EDTF_OPEN)
		buf_adds(out, "..");
}

void edtf_print(const struct edtf *t, struct buf *out)
{
	switch (t->form) {
	case EDTF_POINT:
		print_point(&t->from, out);
		return;
	case EDTF_INTERVAL:
		print_end(&t->from, t->from_end, out);
		buf_addc(out, '/');
		print_end(&t->to, t->to_end, out);
		return;
	case EDTF_RELATIVE:
		buf_addf(out, "%s %s", relations[t->relation], t->label);
		if (t->has_by) {
			buf_adds(out, t->approximate ? " ~" : " ");
			duration_print(&t->by, out);
		}
		return;
	}
}

/* ---- bounds */

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
	int longest = month_length((int)(year % 400 + 400), month);
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
			latest->nanoseconds = t->nanosecond + unit_of(t->fraction) - 1;
		}
		widen(t, earliest, latest);
		return;
	}
	static const int power[] = {1, 10, 100, 1000, 10000};
	int last_year = t->year + power[t->year_unknown] - 1;
	int first_month = t->month > 0 ? t->month : t->month_tens == 2 ? 10 : 1;
	int last_month = t->month > 0 ? t->month : t->month_tens == 1 ? 9 : 12;
	int first_day = t->day > 0 ? t->day : 1;
	int last_day = t->day > 0 ? t->day : month_length(last_year, last_month);
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
	int needed = fraction_digits(by->nanoseconds);
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
		end.nanosecond =
		    (end.fraction ? end.nanosecond + unit_of(end.fraction) : 1000000000) - unit_of(like->fraction);
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
