/*
 * Times between people and EDTF: what is typed, and what is shown.
 */
#include "base/buf.h"
#include "base/edtf.h"
#include "base/err.h"
#include "base/fold.h"
#include "base/i18n.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- showing */

static int japanese(void)
{
	return strcmp(i18n_language(), "ja") == 0;
}

static void show_point(const struct edtf_point *t, struct buf *out)
{
	struct edtf plain = {.form = EDTF_POINT, .from = *t};
	int around = t->qualifier == '~' || t->qualifier == '%';
	plain.from.qualifier = 0;
	plain.from.zone = 0;
	if (around && !japanese())
		buf_adds(out, "around ");
	if (japanese() && t->hour < 0 && !t->year_unknown && t->month >= 0 && t->day >= 0) {
		buf_addf(out, "%d年", t->year);
		if (t->month)
			buf_addf(out, "%d月", t->month);
		if (t->day)
			buf_addf(out, "%d日", t->day);
	} else {
		size_t start = out->len;
		edtf_print(&plain, out);
		char *mark = strchr(out->data + start, 'T');
		if (mark)
			*mark = ' ';
		if (t->zone && t->offset == 0)
			buf_adds(out, "Z");
		else if (t->zone)
			buf_addf(out, "%c%02d:%02d", t->offset < 0 ? '-' : '+', abs(t->offset) / 60, abs(t->offset) % 60);
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
		buf_addf(out, "%s%lld %s", out->len && out->data[out->len - 1] != ' ' ? " " : "", (long long)n, n == 1 ? one : many);
}

static void show_duration(const struct duration *d, struct buf *out)
{
	struct buf b = BUF_INIT;
	show_part(d->months / 12, "year", "years", "年", &b);
	show_part(d->months % 12, "month", "months", "か月", &b);
	show_part(d->days, "day", "days", "日", &b);
	show_part(d->seconds / 3600, "hour", "hours", "時間", &b);
	show_part(d->seconds / 60 % 60, "minute", "minutes", "分", &b);
	show_part(d->seconds % 60, "second", "seconds", "秒", &b);
	if (b.len == 0)
		buf_adds(&b, japanese() ? "0秒" : "0 seconds");
	buf_add(out, b.data, b.len);
	buf_release(&b);
}

static void show_relative(const struct edtf *t, struct buf *out)
{
	static const char *const english[] = {"after", "before", "at the time of", "during"};
	static const char *const with_by[] = {"後", "前", "", ""};
	static const char *const without[] = {"より後", "より前", "と同時期", "の間"};
	if (japanese()) {
		buf_adds(out, t->label);
		if (t->has_by) {
			buf_adds(out, t->approximate ? "の約" : "の");
			show_duration(&t->by, out);
			buf_adds(out, with_by[t->relation]);
		} else {
			buf_adds(out, without[t->relation]);
		}
		return;
	}
	if (t->has_by) {
		if (t->approximate)
			buf_adds(out, "about ");
		show_duration(&t->by, out);
		buf_addc(out, ' ');
	}
	buf_addf(out, "%s %s", english[t->relation], t->label);
}

void edtf_display(const struct edtf *t, struct buf *out)
{
	if (t->form == EDTF_POINT) {
		show_point(&t->from, out);
	} else if (t->form == EDTF_RELATIVE) {
		show_relative(t, out);
	} else {
		if (t->from_end == EDTF_GIVEN)
			show_point(&t->from, out);
		buf_adds(out, japanese() ? "～" : " – ");
		if (t->to_end == EDTF_GIVEN)
			show_point(&t->to, out);
		else if (t->to_end == EDTF_UNKNOWN)
			buf_addc(out, '?');
	}
}

/* ---- typing */

struct typed {
	const char *p;
	struct clock_time now;
	int year, month, day;
	int has_date;
	int hour, minute, second;
};

static int skip(struct typed *t, const char *word)
{
	size_t n = strlen(word);
	while (*t->p == ' ')
		t->p++;
	if (strncmp(t->p, word, n) != 0)
		return 0;
	t->p += n;
	return 1;
}

static int number(struct typed *t, int longest, int *value)
{
	const char *start = t->p;
	*value = 0;
	while (*t->p >= '0' && *t->p <= '9' && t->p - start < longest)
		*value = *value * 10 + (*t->p++ - '0');
	return t->p > start;
}

static void set_day(struct typed *t, int back)
{
	int64_t days = (t->now.seconds + (int64_t)t->now.offset * 60) / 86400 - back;
	int64_t year;
	clock_civil_from_days(days, &year, &t->month, &t->day);
	t->year = (int)year;
	t->has_date = 1;
}

/* A day: today, yesterday, 2014/12/3, 12/3, 2014-12-3, 2014年12月3日, 12月3日, 2014年12月. */
static int take_date(struct typed *t)
{
	static const struct {
		const char *word;
		int back;
	} words[] = {{"today", 0}, {"今日", 0}, {"本日", 0}, {"yesterday", 1}, {"昨日", 1}, {"一昨日", 2}, {"おととい", 2}};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (skip(t, words[i].word)) {
			set_day(t, words[i].back);
			return 1;
		}
	const char *start = t->p;
	int a;
	int b;
	int c = 0;
	set_day(t, 0);
	if (number(t, 4, &a) && (skip(t, "/") || (t->p - start == 4 && skip(t, "-")) || skip(t, "年"))) {
		char separator = t->p[-1];
		if (!number(t, 2, &b))
			goto none;
		if (t->p - start >= 6 && a > 31) {
			t->year = a;
			t->month = b;
			t->day = 0;
			int more = skip(t, separator == '/' || separator == '-' ? (separator == '/' ? "/" : "-") : "月");
			if (more && number(t, 2, &c)) {
				t->day = c;
				skip(t, "日");
			}
			return 1;
		}
		if (separator != '/')
			goto none;
		t->month = a;
		t->day = b;
		return 1;
	}
	t->p = start;
	if (number(t, 2, &a) && skip(t, "月")) {
		t->month = a;
		t->day = number(t, 2, &c) ? c : 0;
		skip(t, "日");
		return 1;
	}
none:
	t->p = start;
	t->has_date = 0;
	return 0;
}

/* A time of day: 14:05, 14:05:09, 14時05分, 14時. */
static int take_clock(struct typed *t)
{
	while (*t->p == ' ' || *t->p == 't')
		t->p++;
	const char *start = t->p;
	if (!number(t, 2, &t->hour)) {
		t->hour = -1;
		return 0;
	}
	if (skip(t, "時")) {
		t->minute = 0;
		if (skip(t, "半"))
			t->minute = 30;
		else if (number(t, 2, &t->minute))
			skip(t, "分");
		return 1;
	}
	if (*t->p != ':' || !(t->p++, number(t, 2, &t->minute))) {
		t->p = start;
		t->hour = -1;
		return 0;
	}
	if (*t->p == ':') {
		t->p++;
		if (!number(t, 2, &t->second))
			return 0;
	}
	return 1;
}

static int typed_point(const char *text, struct clock_time now, struct buf *out)
{
	struct typed t = {.p = text, .now = now, .hour = -1, .second = -1};
	int about = skip(&t, "around ") || skip(&t, "about ") || skip(&t, "約");
	take_date(&t);
	int clock = take_clock(&t);
	if (!t.has_date && !clock)
		return -1;
	if (!t.has_date)
		set_day(&t, 0);
	if (skip(&t, "頃") || skip(&t, "ごろ") || skip(&t, "~"))
		about = 1;
	while (*t.p == ' ')
		t.p++;
	if (*t.p || (clock && t.day == 0))
		return -1;
	struct edtf value = {.form = EDTF_POINT,
	                     .from = {.year = t.year, .month = t.month, .day = t.day, .hour = t.hour, .minute = t.minute,
	                              .second = t.second, .zone = clock, .offset = now.offset, .qualifier = about ? '~' : 0}};
	struct buf printed = BUF_INIT;
	struct edtf check;
	edtf_print(&value, &printed);
	int rc = edtf_parse(printed.data, &check, NULL); /* refuses the 31st of February */
	if (rc == 0)
		buf_add(out, printed.data, printed.len);
	buf_release(&printed);
	return rc;
}

/* "6mo", 6か月, "3d", 3日, "2h", 2時間, "90min", 90分 as a duration. */
static int typed_duration(struct typed *t, struct duration *d)
{
	static const struct {
		const char *word;
		int64_t months, days, seconds;
	} units[] = {{"months", 1, 0, 0}, {"month", 1, 0, 0},   {"mo", 1, 0, 0},      {"か月", 1, 0, 0},   {"ヶ月", 1, 0, 0},
	             {"ヵ月", 1, 0, 0},   {"カ月", 1, 0, 0},    {"ケ月", 1, 0, 0},    {"minutes", 0, 0, 60}, {"min", 0, 0, 60},
	             {"分", 0, 0, 60},    {"years", 12, 0, 0},  {"year", 12, 0, 0},   {"y", 12, 0, 0},     {"年", 12, 0, 0},
	             {"weeks", 0, 7, 0},  {"week", 0, 7, 0},    {"w", 0, 7, 0},       {"週間", 0, 7, 0},   {"days", 0, 1, 0},
	             {"day", 0, 1, 0},    {"d", 0, 1, 0},       {"日", 0, 1, 0},      {"hours", 0, 0, 3600}, {"hour", 0, 0, 3600},
	             {"h", 0, 0, 3600},   {"時間", 0, 0, 3600}, {"seconds", 0, 0, 1}, {"s", 0, 0, 1},      {"秒", 0, 0, 1}};
	int n;
	*d = (struct duration){0};
	if (!number(t, 4, &n))
		return -1;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (skip(t, units[i].word)) {
			d->months = units[i].months * n;
			d->days = units[i].days * n;
			d->seconds = units[i].seconds * n;
			return 0;
		}
	return -1;
}

static int print_relative(const char *label, size_t n, int before, int about, const struct duration *by, struct buf *out)
{
	struct edtf value = {.form = EDTF_RELATIVE, .relation = before ? EDTF_BEFORE : EDTF_AFTER, .by = *by, .has_by = 1,
	                     .approximate = about};
	if (n == 0 || n >= sizeof value.label)
		return -1;
	memcpy(value.label, label, n);
	for (size_t i = 0; i < n; i++) /* folding made it lower case */
		if (value.label[i] >= 'a' && value.label[i] <= 'z')
			value.label[i] = (char)(value.label[i] - 32);
	struct edtf check;
	struct buf printed = BUF_INIT;
	edtf_print(&value, &printed);
	int rc = edtf_parse(printed.data, &check, NULL);
	if (rc == 0)
		buf_add(out, printed.data, printed.len);
	buf_release(&printed);
	return rc;
}

/* "+6mo from R1-V2", "about 3 days after R1-V2", R1-V2の約6か月後. */
static int typed_relative(const char *text, struct clock_time now, struct buf *out)
{
	struct typed t = {.p = text, .now = now};
	struct duration by;
	const char *of = strstr(text, "の");
	if (of && of > text) {
		t.p = of + strlen("の");
		int about = skip(&t, "約") || skip(&t, "およそ");
		if (typed_duration(&t, &by) < 0)
			return -1;
		int before = skip(&t, "前");
		if (!before && !skip(&t, "後"))
			return -1;
		return *t.p ? -1 : print_relative(text, (size_t)(of - text), before, about, &by, out);
	}
	int about = skip(&t, "about ") || skip(&t, "~");
	int before = 0;
	if (skip(&t, "-"))
		before = 1;
	else
		skip(&t, "+");
	about = skip(&t, "~") || about;
	if (typed_duration(&t, &by) < 0)
		return -1;
	if (skip(&t, "before "))
		before = 1;
	else if (!skip(&t, "from ") && !skip(&t, "after "))
		return -1;
	while (*t.p == ' ')
		t.p++;
	return print_relative(t.p, strlen(t.p), before, about, &by, out);
}

int edtf_from_people(const char *text, struct clock_time now, struct buf *out, struct err *err)
{
	struct edtf value;
	struct err why = ERR_INIT;
	if (edtf_parse(text, &value, &why) == 0) {
		edtf_print(&value, out);
		return 0;
	}
	char *folded = text_fold_dup(text);
	int rc = 0;
	if (strcmp(folded, "now") == 0 || strcmp(folded, "今") == 0 || strcmp(folded, "現在") == 0) {
		char moment[CLOCK_TEXT];
		clock_format(now, moment);
		buf_adds(out, moment);
	} else if (typed_point(folded, now, out) < 0 && typed_relative(folded, now, out) < 0) {
		rc = err_set(err, why.code, "%s", why.message);
	}
	free(folded);
	return rc;
}
