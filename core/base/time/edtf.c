#include "base/time/edtf_private.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"

#include <stdio.h>
#include <string.h>

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

int edtf_month_length(int year, int month)
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

int edtf_unit_of(int n)
{
	int unit = 1;
	for (; n < 9; n++)
		unit *= 10;
	return unit;
}

int edtf_fraction_digits(int nanoseconds)
{
	int n = 9;
	while (n > 0 && nanoseconds % edtf_unit_of(n - 1) == 0)
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
	int longest = t->month > 0 && t->year_unknown == 0 ? edtf_month_length(t->year, t->month) : 31;
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
			int digits_needed = edtf_fraction_digits(d->nanoseconds);
			if (digits_needed)
				buf_addf(out, ".%0*d", digits_needed, d->nanoseconds / edtf_unit_of(digits_needed));
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
			buf_addf(out, ".%0*d", t->fraction, t->nanosecond / edtf_unit_of(t->fraction));
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
