/*
 * Times as they are shown to people, in the interface's language.
 */
#include "base/buf.h"
#include "base/i18n.h"
#include "base/time/edtf.h"

#include "base/time/edtf_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- showing */

static int japanese(void)
{
	return strcmp(i18n_language(), "ja") == 0;
}

static void show_zone(const struct edtf_point *t, struct buf *out)
{
	if (t->zone && t->offset == 0)
		buf_adds(out, "Z");
	else if (t->zone)
		buf_addf(out, "%c%02d:%02d", t->offset < 0 ? '-' : '+', abs(t->offset) / 60, abs(t->offset) % 60);
}

/* The date as a Japanese sentence has it, and the time of day behind it. */
static void say_date(const struct edtf_point *t, struct buf *out)
{
	buf_addf(out, "%d年", t->year);
	if (t->month)
		buf_addf(out, "%d月", t->month);
	if (t->day)
		buf_addf(out, "%d日", t->day);
	if (t->hour < 0)
		return;
	buf_addf(out, "%d:%02d", t->hour, t->minute);
	if (t->zone) {
		buf_addc(out, '(');
		if (t->offset)
			show_zone(t, out);
		else
			buf_adds(out, "UTC");
		buf_addc(out, ')');
	}
}

static void show_point(const struct edtf_point *t, int said, struct buf *out)
{
	struct edtf plain = {.form = EDTF_POINT, .from = *t};
	int around = t->qualifier == '~' || t->qualifier == '%';
	plain.from.qualifier = 0;
	plain.from.zone = 0;
	if (plain.from.fraction) /* zeros at its end say how fine the clock was, and nothing to a reader */
		plain.from.fraction = edtf_fraction_digits(plain.from.nanosecond);
	if (around && !japanese())
		buf_adds(out, "around ");
	if (said && japanese() && !t->year_unknown && t->month >= 0 && t->day >= 0) {
		say_date(t, out);
	} else {
		size_t start = out->len;
		edtf_print(&plain, out);
		char *mark = strchr(out->data + start, 'T');
		if (mark)
			*mark = ' ';
		show_zone(t, out);
	}
	if (around && japanese())
		buf_adds(out, "頃");
	if (t->qualifier == '?' || t->qualifier == '%')
		buf_adds(out, japanese() ? "(不確か)" : " (uncertain)");
}

static void show_part(int64_t n, const char *one, const char *many, const char *ja, struct buf *out)
{
	if (n == 0)
		return;
	if (japanese())
		buf_addf(out, "%lld%s", (long long)n, ja);
	else
		buf_addf(out, "%s%lld %s", out->len && out->data[out->len - 1] != ' ' ? " " : "", (long long)n,
		         n == 1 ? one : many);
}

static void show_seconds(const struct duration *d, struct buf *out)
{
	if (!d->nanoseconds) {
		show_part(d->seconds % 60, "second", "seconds", "秒", out);
		return;
	}
	char fraction[16];
	snprintf(fraction, sizeof fraction, "%09d", d->nanoseconds);
	for (size_t n = strlen(fraction); n > 1 && fraction[n - 1] == '0';)
		fraction[--n] = '\0';
	buf_addf(out, "%s%lld.%s%s", out->len && !japanese() ? " " : "", (long long)(d->seconds % 60), fraction,
	         japanese() ? "秒" : " seconds");
}

void duration_display(const struct duration *d, struct buf *out)
{
	struct buf b = BUF_INIT;
	show_part(d->months / 12, "year", "years", "年", &b);
	show_part(d->months % 12, "month", "months", "か月", &b);
	show_part(d->days, "day", "days", "日", &b);
	show_part(d->seconds / 3600, "hour", "hours", "時間", &b);
	show_part(d->seconds / 60 % 60, "minute", "minutes", "分", &b);
	show_seconds(d, &b);
	if (b.len == 0)
		buf_adds(&b, japanese() ? "0秒" : "0 seconds");
	buf_add(out, b.data, b.len);
	buf_release(&b);
}

enum edtf_relation edtf_direction(const struct edtf *t)
{
	static const enum edtf_relation turned[] = {EDTF_BEFORE, EDTF_AFTER, EDTF_AT, EDTF_DURING};
	return t->has_by && t->by.negative ? turned[t->relation] : t->relation;
}

static void show_relative(const struct edtf *t, struct buf *out)
{
	static const char *const english[] = {"after", "before", "at the time of", "during"};
	static const char *const with_by[] = {"後", "前", "", ""};
	static const char *const without[] = {"より後", "より前", "と同時期", "の間"};
	enum edtf_relation relation = edtf_direction(t);
	if (japanese()) {
		buf_addf(out, "%s ", t->label);
		if (t->has_by) {
			buf_adds(out, t->approximate ? "の約" : "の");
			duration_display(&t->by, out);
			buf_adds(out, with_by[relation]);
		} else {
			buf_adds(out, without[relation]);
		}
		return;
	}
	if (t->has_by) {
		if (t->approximate)
			buf_adds(out, "about ");
		duration_display(&t->by, out);
		buf_addc(out, ' ');
	}
	buf_addf(out, "%s %s", english[relation], t->label);
}

static void show(const struct edtf *t, int said, struct buf *out)
{
	if (t->form == EDTF_POINT) {
		show_point(&t->from, said, out);
	} else if (t->form == EDTF_RELATIVE) {
		show_relative(t, out);
	} else {
		if (t->from_end == EDTF_GIVEN)
			show_point(&t->from, said, out);
		else if (t->from_end == EDTF_UNKNOWN)
			buf_addc(out, '?');
		buf_adds(out, japanese() ? "～" : " – ");
		if (t->to_end == EDTF_GIVEN)
			show_point(&t->to, said, out);
		else if (t->to_end == EDTF_UNKNOWN)
			buf_addc(out, '?');
	}
}

void edtf_display(const struct edtf *t, struct buf *out)
{
	show(t, 0, out);
}

char *edtf_said(const char *text)
{
	struct edtf t;
	struct buf out = BUF_INIT;
	if (edtf_parse(text, &t, NULL) < 0)
		buf_adds(&out, text);
	else
		show(&t, 1, &out);
	return buf_take(&out, NULL);
}
