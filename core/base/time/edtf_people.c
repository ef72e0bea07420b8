/*
 * Times as people type them, made EDTF: single times, ranges, and times relative to a record.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/fold.h"
#include "base/i18n.h"
#include "base/time/edtf_typed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Appends `value` if it is a time that exists (refuses the 31st of February). 0 or -1. */
static int add_checked(const struct edtf *value, struct buf *out)
{
	struct buf printed = BUF_INIT;
	struct edtf check;
	edtf_print(value, &printed);
	int rc = edtf_parse(printed.data, &check, NULL);
	if (rc == 0)
		buf_add(out, printed.data, printed.len);
	buf_release(&printed);
	return rc;
}

/* The zone of `now`, as it was at that date: summer time comes and goes. */
static int zone_at(const struct typed *t)
{
	int64_t local = clock_days_from_civil(t->year, t->month, t->day) * 86400 + t->hour * 3600 + t->minute * 60;
	return t->now.offset + clock_zone_at(local - (int64_t)t->now.offset * 60) - clock_zone_at(t->now.seconds);
}

static int is_end(struct typed *t)
{
	while (*t->p == ' ')
		t->p++;
	return *t->p == '\0';
}

/* ---- one time */

/* 24:00 is the next day's 0:00. */
static void take_midnight(struct typed *t)
{
	if (t->hour == 24 && t->minute == 0 && t->second <= 0) {
		t->hour = 0;
		typed_move_days(t, 1);
	}
}

/* A date, a time of day or both, with what it leaves out taken from `first` (a range's beginning; may be NULL). */
static int read_point(const char *text, struct clock_time now, const struct typed *first, struct typed *t,
                      struct edtf_point *point)
{
	*t = (struct typed){.p = text, .now = now, .hour = -1, .second = -1};
	int about = typed_about(t);
	int dated = typed_date(t);
	int clock = typed_clock(t);
	if (!dated && !clock)
		return -1;
	if (clock)
		typed_zone(t);
	const char *behind = t->p;
	if (dated && !t->has_year &&
	    !(typed_number(t, 4, &t->year) && t->p - behind >= 4)) { /* `date`: … 14:05:09 UTC 2026 */
		t->p = behind;
		if (first && first->has_date) {
			t->year = first->year;
			t->year += t->month < first->month;
		} else {
			typed_guess_year(t);
		}
	}
	about |= typed_around(t);
	char qualifier = typed_skip(t, "?") ? '?' : 0;
	if (!is_end(t) || (clock && dated && t->day == 0))
		return -1;
	if (!dated && first && first->has_date && first->day) {
		t->year = first->year;
		t->month = first->month;
		t->day = first->day;
		t->has_date = 1;
		if (first->hour >= 0 && t->hour * 60 + t->minute < first->hour * 60 + first->minute)
			typed_move_days(t, 1); /* 23:00 to 1:30 */
	} else if (!dated) {
		struct typed today = {.p = "today", .now = now};
		typed_date(&today);
		t->year = today.year;
		t->month = today.month;
		t->day = today.day;
		t->has_date = 1;
	}
	if (t->month > 12 || t->day > 31)
		return -1;
	if (clock) {
		take_midnight(t);
		if (!t->zone)
			t->offset = zone_at(t);
	}
	*point = (struct edtf_point){.year = t->year,
	                             .month = t->month,
	                             .day = t->day,
	                             .hour = t->hour,
	                             .minute = t->minute,
	                             .second = t->second,
	                             .nanosecond = t->fraction ? t->nanosecond : 0,
	                             .fraction = t->fraction,
	                             .zone = clock,
	                             .offset = t->offset,
	                             .qualifier = about ? (qualifier ? '%' : '~') : qualifier};
	return 0;
}

static int typed_point(const char *text, struct clock_time now, struct buf *out)
{
	struct typed t;
	struct edtf value = {.form = EDTF_POINT};
	return read_point(text, now, NULL, &t, &value.from) < 0 ? -1 : add_checked(&value, out);
}

/* 2014年12月上旬: a third of a month, its ends approximate. */
static int typed_third(const char *text, struct clock_time now, struct buf *out)
{
	static const struct {
		const char *word;
		int first, last;
	} thirds[] = {{"上旬", 1, 10}, {"初旬", 1, 10}, {"中旬", 11, 20}, {"下旬", 21, 31}};
	struct typed t = {.p = text, .now = now};
	if (!typed_date(&t) || !t.month || t.day)
		return -1;
	for (size_t i = 0; i < sizeof thirds / sizeof *thirds; i++) {
		if (!typed_skip(&t, thirds[i].word))
			continue;
		typed_around(&t);
		if (!is_end(&t))
			return -1;
		t.day = thirds[i].first;
		if (!t.has_year)
			typed_guess_year(&t);
		struct edtf value = {.form = EDTF_INTERVAL};
		value.from = (struct edtf_point){.year = t.year,
		                                 .month = t.month,
		                                 .day = thirds[i].first,
		                                 .hour = -1,
		                                 .second = -1,
		                                 .qualifier = '~'};
		value.to = value.from;
		for (int last = thirds[i].last; last > 27; last--) { /* the month's own last day */
			value.to.day = last;
			if (add_checked(&value, out) == 0)
				return 0;
		}
		value.to.day = thirds[i].last;
		return add_checked(&value, out);
	}
	return -1;
}

/* "3 days ago", 2時間前: as exact as the unit. */
static int typed_ago(const char *text, struct clock_time now, struct buf *out)
{
	struct typed t = {.p = text, .now = now};
	struct duration d;
	int about = typed_about(&t);
	if (!typed_duration(&t, &d) || !(typed_skip(&t, "ago") || typed_skip(&t, "前")))
		return -1;
	about |= typed_around(&t);
	if (!is_end(&t))
		return -1;
	struct edtf value = {.form = EDTF_POINT};
	struct edtf_point *p = &value.from;
	if (edtf_moment(now, p) < 0 || edtf_point_move(p, &d, 1) < 0)
		return -1;
	p->second = d.seconds % 60 ? p->second : -1;
	p->qualifier = about ? '~' : 0;
	if (!d.seconds) {
		p->hour = -1;
		p->zone = 0;
	}
	if (!d.seconds && !d.days)
		p->day = 0;
	if (!d.seconds && !d.days && d.months % 12 == 0)
		p->month = 0;
	return add_checked(&value, out);
}

/* @1795506309, @1795506309.871: seconds since 1970, as programs write them. */
static int typed_epoch(const char *text, struct buf *out)
{
	size_t digits = *text == '@' ? strspn(text + 1, "0123456789") : 0;
	struct typed t = {.p = text + 1 + digits};
	if (digits == 0 || digits > 11 || !typed_fraction(&t) || *t.p)
		return -1;
	struct edtf value = {.form = EDTF_POINT};
	if (edtf_moment((struct clock_time){strtoll(text + 1, NULL, 10), 0, 0}, &value.from) < 0)
		return -1;
	value.from.nanosecond = t.nanosecond;
	value.from.fraction = t.fraction;
	return add_checked(&value, out);
}

/* ---- ranges */

/* A zone behind one end is meant for both: 10:00-12:00 UTC. */
static void share_zone(const struct typed *named, const struct typed *other, struct edtf_point *point)
{
	if (named->zone && !other->zone && point->hour >= 0)
		point->offset = named->offset;
}

static int read_range(const char *first, const char *second, struct clock_time now, struct buf *out)
{
	struct typed from;
	struct typed to;
	struct edtf value = {.form = EDTF_INTERVAL};
	while (*first == ' ')
		first++;
	while (*second == ' ')
		second++;
	value.from_end = *first ? EDTF_GIVEN : EDTF_OPEN;
	value.to_end = *second ? EDTF_GIVEN : EDTF_OPEN;
	if ((!*first && !*second) || (*first && read_point(first, now, NULL, &from, &value.from) < 0) ||
	    (*second && read_point(second, now, *first ? &from : NULL, &to, &value.to) < 0))
		return -1;
	if (*first && *second) {
		share_zone(&from, &to, &value.to);
		share_zone(&to, &from, &value.from);
	}
	return add_checked(&value, out);
}

/* "14:05 to 15:10", 10:00-12:00, 2014年7月～8月, 12/3から; the separator may also be part of a half, so each place is
 * tried. What a hyphen separates has two ends. */
static int typed_range(const char *text, struct clock_time now, struct buf *out)
{
	static const char *const separators[] = {" to ", " until ", "から", "~", "〜", " - ",
	                                         "–",    "—",       "ー",   "−", "‐",  "-"};
	char *copy = xstrdup(text);
	char *start = strncmp(copy, "from ", 5) == 0 ? copy + 5 : copy;
	size_t n = strlen(start);
	const char *till = "まで";
	int is_until = n > strlen(till) && strcmp(start + n - strlen(till), till) == 0;
	if (is_until)
		start[n - strlen(till)] = '\0';
	int rc = -1;
	for (size_t i = 0; rc < 0 && i < sizeof separators / sizeof *separators; i++) {
		size_t length = strlen(separators[i]);
		for (char *at = strstr(start, separators[i]); rc < 0 && at; at = strstr(at + 1, separators[i])) {
			int is_hyphen = i + 4 >= sizeof separators / sizeof *separators;
			if (is_hyphen && (at == start || !at[length]))
				continue;
			char kept = *at;
			*at = '\0';
			rc = read_range(start, at + length, now, out);
			*at = kept;
		}
	}
	if (rc < 0 && is_until)
		rc = read_range("", start, now, out);
	free(copy);
	return rc;
}

/* 2014-09-25 12:26/2014-10-19 14:00, as EDTF parts its ends. Of an end that is neither a date as 2014-10-19 nor has a time of day
 * the sign may be a part: 12/3. */
static int typed_interval(const char *text, struct clock_time now, struct buf *out)
{
	const char *slash = strchr(text, '/');
	if (!slash || strchr(slash + 1, '/') || !strpbrk(slash + 1, ":-"))
		return -1;
	char *first = xstrndup(text, (size_t)(slash - text));
	int rc = strpbrk(first, ":-") ? read_range(first, slash + 1, now, out) : -1;
	free(first);
	return rc;
}

/* ---- relative to a record */

static int add_relative(const char *label, size_t n, enum edtf_relation relation, int about, const struct duration *by,
                        struct buf *out)
{
	struct edtf value = {.form = EDTF_RELATIVE, .relation = relation, .approximate = about};
	while (n > 0 && label[n - 1] == ' ')
		n--;
	if (n == 0 || n >= sizeof value.label)
		return -1;
	if (by) {
		value.by = *by;
		value.has_by = 1;
	}
	for (size_t i = 0; i < n; i++) /* folding made it lower case */
		value.label[i] = label[i] >= 'a' && label[i] <= 'z' ? (char)(label[i] - 32) : label[i];
	return add_checked(&value, out);
}

/* Behind の: 約6か月後, 3日前, 翌日, 後, 前. */
static int read_japanese_offset(const char *text, const char *label, size_t n, struct clock_time now, struct buf *out)
{
	static const struct duration one_day = {.days = 1};
	struct typed t = {.p = text, .now = now};
	struct duration by;
	int about = typed_about(&t);
	if (typed_skip(&t, "翌日"))
		return is_end(&t) ? add_relative(label, n, EDTF_AFTER, about, &one_day, out) : -1;
	if (typed_skip(&t, "前日"))
		return is_end(&t) ? add_relative(label, n, EDTF_BEFORE, about, &one_day, out) : -1;
	int timed = typed_duration(&t, &by);
	about |= timed && (typed_skip(&t, "ほど") || typed_skip(&t, "くらい") || typed_skip(&t, "ぐらい"));
	int before = typed_skip(&t, "前");
	if (!before && !typed_skip(&t, "後"))
		return -1;
	about |= typed_around(&t);
	return is_end(&t) ? add_relative(label, n, before ? EDTF_BEFORE : EDTF_AFTER, about, timed ? &by : NULL, out)
	                  : -1;
}

/* R1-V2の約6か月後, R1-V2と同じ頃 */
static int typed_japanese_relative(const char *text, struct clock_time now, struct buf *out)
{
	const char *of = strstr(text, "の");
	const char *same = strstr(text, "と同");
	if (of && of > text)
		return read_japanese_offset(of + strlen("の"), text, (size_t)(of - text), now, out);
	if (same && same > text) {
		struct typed t = {.p = same + strlen("と同"), .now = now};
		typed_skip(&t, "じ");
		if (typed_skip(&t, "頃") || typed_skip(&t, "時期") || typed_skip(&t, "日") || typed_skip(&t, "時"))
			return is_end(&t) ? add_relative(text, (size_t)(same - text), EDTF_AT, 0, NULL, out) : -1;
	}
	return -1;
}

/* "+6mo from R1-V2", "about 3 days after R1-V2", "same time as R1-V1"; without a label: after the base date. */
static int typed_relative(const char *text, struct clock_time now, const char *base, int *wants_base, struct buf *out)
{
	struct typed t = {.p = text, .now = now};
	struct duration by;
	if (typed_skip(&t, "same time as ") || typed_skip(&t, "at the time of "))
		return add_relative(t.p, strlen(t.p), EDTF_AT, 0, NULL, out);
	int about = typed_about(&t);
	typed_skip(&t, "その");
	int before = typed_skip(&t, "-");
	int plus = !before && typed_skip(&t, "+");
	about |= typed_about(&t);
	const char *offset = t.p;
	if (!typed_duration(&t, &by)) {
		if (strstr(offset, "翌日") != offset && strstr(offset, "前日") != offset)
			return -1;
	} else if (typed_skip(&t, "before ")) {
		before = 1;
	} else if (!typed_skip(&t, "from ") && !typed_skip(&t, "after ")) {
		int later = is_end(&t) ? before || plus : typed_skip(&t, "later") || typed_skip(&t, "after");
		if (later && is_end(&t)) {
			*wants_base = 1;
			return base ? add_relative(base, strlen(base), before ? EDTF_BEFORE : EDTF_AFTER, about, &by,
			                           out)
			            : -1;
		}
	}
	while (*t.p == ' ')
		t.p++;
	struct buf scratch = BUF_INIT;
	const char *label = base ? base : "R0-V0";
	int rc;
	if (strchr(t.p, '-')) {
		rc = add_relative(t.p, strlen(t.p), before ? EDTF_BEFORE : EDTF_AFTER, about, &by, out);
	} else {
		char *whole = xasprintf("%s%s", about ? "約" : "", offset);
		rc = read_japanese_offset(whole, label, strlen(label), now, &scratch);
		free(whole);
		*wants_base = rc == 0;
		if (rc == 0 && base)
			buf_add(out, scratch.data, scratch.len);
		else
			rc = -1;
	}
	buf_release(&scratch);
	return rc;
}

static int read_folded(const char *text, struct clock_time now, const char *base, int *wants_base, struct buf *out)
{
	if (strcmp(text, "now") == 0 || strcmp(text, "今") == 0 || strcmp(text, "現在") == 0) {
		char moment[CLOCK_TEXT];
		clock_format(now, moment);
		buf_adds(out, moment);
		return 0;
	}
	if (typed_point(text, now, out) == 0 || typed_third(text, now, out) == 0 || typed_ago(text, now, out) == 0 ||
	    typed_epoch(text, out) == 0 || typed_range(text, now, out) == 0 || typed_interval(text, now, out) == 0 ||
	    typed_japanese_relative(text, now, out) == 0)
		return 0;
	return typed_relative(text, now, base, wants_base, out);
}

/* Folded for reading. Input methods write the sign between two ends as U+FF5E or as U+301C: both are the latter, since ~
 * means about. */
static char *folded_text(const char *text)
{
	static const char wide[] = "\xEF\xBD\x9E";
	char *copy = xstrdup(text);
	for (char *p = copy; (p = strstr(p, wide)) != NULL;)
		memcpy(p, "〜", sizeof wide - 1);
	char *folded = text_fold_dup(copy);
	free(copy);
	return folded;
}

/* What is on record is read whatever its zone is; what is typed must name one that exists. */
static int has_real_zones(const struct edtf *t)
{
	return (!t->from.zone || edtf_zone_exists(t->from.offset)) && (!t->to.zone || edtf_zone_exists(t->to.offset));
}

int edtf_from_people_after(const char *text, struct clock_time now, const char *base, struct buf *out, struct err *err)
{
	struct edtf value;
	struct err why = ERR_INIT;
	if (edtf_parse(text, &value, &why) == 0) {
		if (!has_real_zones(&value))
			return err_set(
			    err, ERR_USAGE,
			    _("'%s': no clock runs that far from UTC; zones are -12:00 to +14:00, in quarters of "
			      "an hour"),
			    text);
		edtf_print(&value, out);
		return 0;
	}
	char *folded = folded_text(text);
	char *start = folded + strspn(folded, " ");
	for (size_t n = strlen(start); n > 0 && start[n - 1] == ' ';)
		start[--n] = '\0';
	int wants_base = 0;
	int rc = strlen(start) > 100 ? -1 : read_folded(start, now, base, &wants_base, out);
	if (rc < 0 && wants_base)
		err_set(err, ERR_USAGE,
		        _("'%s': after what? Set the base date of the case, or name a record: '+6mo from R1-V1'"),
		        text);
	else if (rc < 0)
		err_take(err, &why);
	free(folded);
	return rc < 0 ? -1 : 0;
}

int edtf_from_people(const char *text, struct clock_time now, struct buf *out, struct err *err)
{
	return edtf_from_people_after(text, now, NULL, out, err);
}
