#include "base/time/edtf_typed.h"

#include <string.h>

int typed_skip(struct typed *t, const char *word)
{
	const char *p = t->p;
	size_t n = strlen(word);
	while (*p == ' ')
		p++;
	if (strncmp(p, word, n) != 0)
		return 0;
	t->p = p + n;
	return 1;
}

static int is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

/* As typed_skip(), but not in the middle of a longer English word. */
static int skip_word(struct typed *t, const char *word)
{
	const char *start = t->p;
	if (!typed_skip(t, word))
		return 0;
	if (is_letter(t->p[-1]) && is_letter(*t->p)) {
		t->p = start;
		return 0;
	}
	return 1;
}

int typed_number(struct typed *t, int longest, int *value)
{
	const char *p = t->p;
	while (*p == ' ')
		p++;
	const char *start = p;
	int read = 0;
	while (*p >= '0' && *p <= '9' && p - start < longest)
		read = read * 10 + (*p++ - '0');
	if (p == start || (*p >= '0' && *p <= '9'))
		return 0;
	*value = read;
	t->p = p;
	return 1;
}

int typed_about(struct typed *t)
{
	static const char *const words[] = {"around", "about", "approximately", "approx.",  "circa",
	                                    "ca.",    "約",    "およそ",        "だいたい", "~"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (skip_word(t, words[i]))
			return 1;
	return 0;
}

int typed_around(struct typed *t)
{
	static const char *const words[] = {"頃", "ごろ", "ころ", "くらい", "ぐらい", "前後", "~"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (typed_skip(t, words[i]))
			return 1;
	return 0;
}

/* ---- days */

static int64_t today(const struct typed *t)
{
	int64_t local = t->now.seconds + (int64_t)t->now.offset * 60;
	return local >= 0 ? local / 86400 : -((-local + 86399) / 86400);
}

static void set_days(struct typed *t, int64_t days)
{
	int64_t year;
	clock_civil_from_days(days, &year, &t->month, &t->day);
	t->year = (int)year;
	t->has_date = 1;
	t->has_year = 1;
}

void typed_move_days(struct typed *t, int64_t days)
{
	set_days(t, clock_days_from_civil(t->year, t->month, t->day) + days);
}

void typed_guess_year(struct typed *t)
{
	int64_t now = today(t);
	int64_t year;
	int month;
	int day;
	clock_civil_from_days(now, &year, &month, &day);
	int64_t best = INT64_MAX;
	for (int64_t y = year - 1; y <= year + 1; y++) {
		int64_t away = clock_days_from_civil(y, t->month, t->day ? t->day : 15) - now;
		away = away < 0 ? -away : away;
		if (away < best) {
			best = away;
			t->year = (int)y;
		}
	}
}

/* today, 昨日, last month, 去年 … */
static int take_word(struct typed *t)
{
	static const struct {
		const char *word;
		int days, months, years; /* from now; */
		int to;                  /* 0: a day, 1: a month, 2: a year */
	} words[] = {
	    {"today", 0, 0, 0, 0},
	    {"今日", 0, 0, 0, 0},
	    {"本日", 0, 0, 0, 0},
	    {"yesterday", -1, 0, 0, 0},
	    {"昨日", -1, 0, 0, 0},
	    {"一昨日", -2, 0, 0, 0},
	    {"おととい", -2, 0, 0, 0},
	    {"day before yesterday", -2, 0, 0, 0},
	    {"the day before yesterday", -2, 0, 0, 0},
	    {"tomorrow", 1, 0, 0, 0},
	    {"明日", 1, 0, 0, 0},
	    {"明後日", 2, 0, 0, 0},
	    {"this month", 0, 0, 0, 1},
	    {"今月", 0, 0, 0, 1},
	    {"last month", 0, -1, 0, 1},
	    {"先月", 0, -1, 0, 1},
	    {"next month", 0, 1, 0, 1},
	    {"来月", 0, 1, 0, 1},
	    {"this year", 0, 0, 0, 2},
	    {"今年", 0, 0, 0, 2},
	    {"last year", 0, 0, -1, 2},
	    {"昨年", 0, 0, -1, 2},
	    {"去年", 0, 0, -1, 2},
	    {"next year", 0, 0, 1, 2},
	    {"来年", 0, 0, 1, 2},
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (!skip_word(t, words[i].word))
			continue;
		set_days(t, today(t) + words[i].days);
		int month = t->year * 12 + t->month - 1 + words[i].months + words[i].years * 12;
		if (words[i].to > 0) {
			t->year = month / 12;
			t->month = words[i].to == 1 ? month % 12 + 1 : 0;
			t->day = 0;
		}
		return 1;
	}
	return 0;
}

/* 平成26年, h26. : the year of an era. Sources of the first years: the emperors' dates of accession. */
static int take_era_year(struct typed *t)
{
	static const struct {
		const char *name;
		const char *letter;
		int before; /* year 1 is the one after */
	} eras[] = {
	    {"令和", "r", 2018}, {"平成", "h", 1988}, {"昭和", "s", 1925}, {"大正", "t", 1911}, {"明治", "m", 1867}};
	const char *start = t->p;
	for (size_t i = 0; i < sizeof eras / sizeof *eras; i++) {
		int letter = typed_skip(t, eras[i].letter);
		int year = 1;
		if (!letter && !typed_skip(t, eras[i].name))
			continue;
		if (!typed_skip(t, "元") && (!typed_number(t, 2, &year) || year == 0))
			break;
		if (!typed_skip(t, "年") && !(*t->p == '.' || *t->p == '/'))
			break;
		if (*t->p == '.' || *t->p == '/')
			t->p++;
		t->year = eras[i].before + year;
		t->month = t->day = 0;
		t->has_date = t->has_year = 1;
		return 1;
	}
	t->p = start;
	return 0;
}

static int take_month_name(struct typed *t)
{
	static const char *const names[] = {"january", "february", "march",     "april",   "may",      "june",
	                                    "july",    "august",   "september", "october", "november", "december"};
	for (int i = 0; i < 12; i++) {
		char abbreviated[4] = {names[i][0], names[i][1], names[i][2], '\0'};
		if (skip_word(t, names[i]) || (i == 8 && skip_word(t, "sept")) || skip_word(t, abbreviated)) {
			typed_skip(t, ".");
			t->month = i + 1;
			return 1;
		}
	}
	return 0;
}

static int take_year(struct typed *t)
{
	const char *start = t->p;
	int year;
	if (typed_number(t, 4, &year) && year >= 1000) {
		t->year = year;
		t->has_year = 1;
		return 1;
	}
	t->p = start;
	return 0;
}

/* "dec 3, 2014", "3 dec 2014", "dec 2014", "nov 23", "23/nov/2026:" */
static int take_english(struct typed *t)
{
	static const char *const weekdays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
	const char *start = t->p;
	for (size_t i = 0; i < sizeof weekdays / sizeof *weekdays; i++)
		if (skip_word(t, weekdays[i])) {
			typed_skip(t, ",");
			break;
		}
	int day = 0;
	int day_first = typed_number(t, 2, &day);
	if (day_first) {
		(void)(skip_word(t, "st") || skip_word(t, "nd") || skip_word(t, "rd") || skip_word(t, "th"));
		if (*t->p == '/' || *t->p == '-')
			t->p++;
	}
	if (!take_month_name(t)) {
		t->p = start;
		return 0;
	}
	if (*t->p == '/' || *t->p == '-')
		t->p++;
	const char *before = t->p;
	if (!day_first && typed_number(t, 2, &day) && *t->p == ':') {
		t->p = before;
		day = 0;
	}
	if (!day_first && day)
		(void)(skip_word(t, "st") || skip_word(t, "nd") || skip_word(t, "rd") || skip_word(t, "th"));
	t->day = day;
	t->has_date = 1;
	typed_skip(t, ",");
	if (!take_year(t) && day == 0) {
		t->p = start;
		return 0;
	}
	if (t->p[0] == ':') /* 23/nov/2026:14:05:09 of web server logs */
		t->p++;
	return 1;
}

/* 20141203, 20141203t140509, 20141203140509: the time of day is left for typed_clock(). */
static int take_compact(struct typed *t)
{
	size_t n = strspn(t->p, "0123456789");
	if (n != 8 && n != 12 && n != 14)
		return 0;
	int value = 0;
	for (int i = 0; i < 8; i++)
		value = value * 10 + (t->p[i] - '0');
	t->year = value / 10000;
	t->month = value / 100 % 100;
	t->day = value % 100;
	t->has_date = t->has_year = 1;
	t->p += 8;
	return 1;
}

/* The month and day behind a year: 12月3日, 12/3, 12-3, 12.3; with 上旬 and the like left for the caller. */
static void take_month_and_day(struct typed *t, char separator)
{
	const char *start = t->p;
	int month;
	int day;
	if (!typed_number(t, 2, &month))
		return;
	if (typed_skip(t, "月")) {
		t->month = month;
		start = t->p;
		if (typed_number(t, 2, &day) && typed_skip(t, "日"))
			t->day = day;
		else
			t->p = start;
		return;
	}
	if (!separator) {
		t->p = start; /* 2014年 12:05 */
		return;
	}
	t->month = month;
	if (*t->p == separator) {
		t->p++;
		if (typed_number(t, 2, &day))
			t->day = day;
	}
}

/* 2014/12/3, 2014-12-3, 2014.12.3, 2014年12月3日, 2014年12月, 2014年, 2014 */
static int take_numeric(struct typed *t)
{
	const char *start = t->p;
	int year;
	if (!typed_number(t, 4, &year) || t->p - start < 4)
		goto none;
	t->year = year;
	t->month = t->day = 0;
	if (typed_skip(t, "年")) {
		take_month_and_day(t, 0);
	} else if (*t->p == '/' || *t->p == '-' || *t->p == '.') {
		char separator = *t->p++;
		take_month_and_day(t, separator);
		if (!t->month)
			goto none;
	} else if (*t->p == ':') {
		goto none;
	}
	t->has_date = t->has_year = 1;
	return 1;
none:
	t->p = start;
	return 0;
}

/* 12/3, 12月3日, 12月: the year is guessed by the caller. */
static int take_yearless(struct typed *t)
{
	const char *start = t->p;
	int month;
	int day = 0;
	if (typed_number(t, 2, &month) && month >= 1 && month <= 12) {
		if (typed_skip(t, "月")) {
			const char *behind = t->p;
			if (!typed_number(t, 2, &day) || !typed_skip(t, "日")) {
				t->p = behind;
				day = 0;
			}
			goto found;
		}
		if (*t->p == '/') {
			t->p++;
			if (typed_number(t, 2, &day) && day > 0 && *t->p != '/')
				goto found;
		}
	}
	t->p = start;
	return 0;
found:
	t->month = month;
	t->day = day;
	t->has_date = 1;
	return 1;
}

int typed_date(struct typed *t)
{
	while (*t->p == ' ')
		t->p++;
	t->year = t->month = t->day = 0;
	t->has_date = t->has_year = 0;
	if (take_word(t))
		return 1;
	if (take_era_year(t)) {
		take_month_and_day(t, t->p[-1] == '.' || t->p[-1] == '/' ? t->p[-1] : 0);
		return 1;
	}
	return take_compact(t) || take_english(t) || take_numeric(t) || take_yearless(t);
}

/* ---- times of day */

/* 0: nothing said, 1: before noon, 2: after noon */
static int take_half(struct typed *t)
{
	if (typed_skip(t, "午前") || skip_word(t, "am") || skip_word(t, "a.m."))
		return 1;
	return typed_skip(t, "午後") || skip_word(t, "pm") || skip_word(t, "p.m.") ? 2 : 0;
}

static int clock_in_words(struct typed *t)
{
	if (!typed_skip(t, "正午") && !skip_word(t, "noon"))
		return 0;
	t->hour = 12;
	t->minute = 0;
	return 1;
}

/* hhmm or hhmmss behind a compact date */
static int clock_compact(struct typed *t)
{
	size_t n = strspn(t->p, "0123456789");
	if (n != 4 && n != 6)
		return 0;
	t->hour = (t->p[0] - '0') * 10 + t->p[1] - '0';
	t->minute = (t->p[2] - '0') * 10 + t->p[3] - '0';
	if (n == 6)
		t->second = (t->p[4] - '0') * 10 + t->p[5] - '0';
	t->p += n;
	return 1;
}

int typed_fraction(struct typed *t)
{
	if ((*t->p != '.' && *t->p != ',') || t->p[1] < '0' || t->p[1] > '9')
		return 1;
	t->nanosecond = 0;
	for (t->p++; *t->p >= '0' && *t->p <= '9'; t->p++) {
		if (++t->fraction > 9)
			return 0;
		t->nanosecond = t->nanosecond * 10 + (*t->p - '0');
	}
	for (int i = t->fraction; i < 9; i++)
		t->nanosecond *= 10;
	return 1;
}

/* Behind 時: 半, 5分, 5分9秒 or nothing. */
static void clock_in_japanese(struct typed *t)
{
	const char *behind = t->p;
	t->minute = 0;
	if (typed_skip(t, "半")) {
		t->minute = 30;
		return;
	}
	if (!typed_number(t, 2, &t->minute) || !typed_skip(t, "分")) {
		t->p = behind;
		t->minute = 0;
		return;
	}
	behind = t->p;
	if (!typed_number(t, 2, &t->second) || !typed_fraction(t) || !typed_skip(t, "秒")) {
		t->p = behind;
		t->second = -1;
		t->fraction = 0;
	}
}

static int clock_numbers(struct typed *t, int half)
{
	if (!typed_number(t, 2, &t->hour))
		return 0;
	if (typed_skip(t, "時")) {
		clock_in_japanese(t);
		return 1;
	}
	if (*t->p != ':') {
		t->minute = 0;
		const char *behind = t->p;
		int more = half ? half : take_half(t); /* "2pm": an hour alone needs it */
		t->p = half ? t->p : behind;
		return more > 0;
	}
	t->p++;
	if (*t->p == ' ' || !typed_number(t, 2, &t->minute))
		return 0;
	if (*t->p != ':')
		return 1;
	t->p++;
	if (*t->p == ' ' || !typed_number(t, 2, &t->second))
		return 0;
	return typed_fraction(t);
}

int typed_clock(struct typed *t)
{
	const char *start = t->p;
	t->hour = t->second = -1;
	t->minute = t->fraction = 0;
	while (*t->p == ' ' || *t->p == ',' || *t->p == 't')
		t->p++;
	typed_skip(t, "at ");
	typed_skip(t, "の");
	while (*t->p == ' ')
		t->p++;
	if (clock_in_words(t) || (t->has_date && t->day && clock_compact(t)))
		return 1;
	int half = take_half(t);
	int japanese = half && (unsigned char)t->p[-1] >= 0x80; /* 午後, not pm */
	if (!clock_numbers(t, half))
		goto none;
	int behind = half ? 0 : take_half(t);
	if (half || behind) {
		if (t->hour > 12 || (japanese ? t->hour == 12 : t->hour == 0))
			goto none;
		t->hour = t->hour % 12 + ((half ? half : behind) == 2 ? 12 : 0);
	}
	return 1;
none:
	t->p = start;
	t->hour = t->second = -1;
	t->minute = t->fraction = 0;
	return 0;
}

int typed_zone(struct typed *t)
{
	const char *start = t->p;
	static const struct {
		const char *word;
		int offset;
	} words[] = {{"z", 0}, {"utc", 0}, {"gmt", 0}, {"jst", 540}, {"日本時間", 540}};
	typed_skip(t, "(");
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (skip_word(t, words[i].word)) {
			typed_skip(t, ")");
			t->zone = 1;
			t->offset = words[i].offset;
			return 1;
		}
	t->p = start;
	int sign = typed_skip(t, "+") ? 1 : typed_skip(t, "-") ? -1 : 0;
	size_t n = strspn(t->p, "0123456789");
	int hours = 0;
	int minutes = 0;
	for (size_t i = 0; i < n && n <= 4; i++)
		*(n == 4 && i >= 2 ? &minutes : &hours) =
		    *(n == 4 && i >= 2 ? &minutes : &hours) * 10 + (t->p[i] - '0');
	if (!sign || (n != 2 && n != 4))
		goto none;
	t->p += n;
	if (n == 2 && *t->p == ':') {
		t->p++;
		if (!typed_number(t, 2, &minutes))
			goto none;
	}
	int is_apart = start[0] == ' ' && hours < 12; /* 14:05 -0500; but 10:00-12:00 is a range */
	if (sign < 0 && !is_apart && !(t->has_date && t->second >= 0))
		goto none;
	if (minutes > 59 || !edtf_zone_exists(sign * (hours * 60 + minutes)))
		goto none;
	t->zone = 1;
	t->offset = sign * (hours * 60 + minutes);
	return 1;
none:
	t->p = start;
	return 0;
}

/* ---- durations */

/* One number and its unit: "6mo", 6か月, "3 days", 2時間, 半年. */
static int take_length(struct typed *t, struct duration *d)
{
	static const struct {
		const char *word;
		int months, days, seconds;
	} units[] = {
	    {"months", 1, 0, 0},  {"month", 1, 0, 0}, {"mo", 1, 0, 0},   {"か月", 1, 0, 0},     {"ヶ月", 1, 0, 0},
	    {"ヵ月", 1, 0, 0},    {"カ月", 1, 0, 0},  {"ケ月", 1, 0, 0}, {"箇月", 1, 0, 0},     {"minutes", 0, 0, 60},
	    {"minute", 0, 0, 60}, {"mins", 0, 0, 60}, {"min", 0, 0, 60}, {"分", 0, 0, 60},      {"years", 12, 0, 0},
	    {"year", 12, 0, 0},   {"y", 12, 0, 0},    {"年", 12, 0, 0},  {"weeks", 0, 7, 0},    {"week", 0, 7, 0},
	    {"w", 0, 7, 0},       {"週間", 0, 7, 0},  {"週", 0, 7, 0},   {"days", 0, 1, 0},     {"day", 0, 1, 0},
	    {"d", 0, 1, 0},       {"日間", 0, 1, 0},  {"日", 0, 1, 0},   {"hours", 0, 0, 3600}, {"hour", 0, 0, 3600},
	    {"hrs", 0, 0, 3600},  {"hr", 0, 0, 3600}, {"h", 0, 0, 3600}, {"時間", 0, 0, 3600},  {"seconds", 0, 0, 1},
	    {"second", 0, 0, 1},  {"secs", 0, 0, 1},  {"sec", 0, 0, 1},  {"s", 0, 0, 1},        {"秒", 0, 0, 1},
	};
	const char *start = t->p;
	int n;
	if (typed_skip(t, "半年")) {
		d->months += 6;
		return 1;
	}
	if (typed_number(t, 5, &n))
		for (size_t i = 0; i < sizeof units / sizeof *units; i++)
			if (skip_word(t, units[i].word)) {
				int half = typed_skip(t, "半"); /* 1年半, 2時間半 */
				d->months += (int64_t)units[i].months * n + (half ? units[i].months / 2 : 0);
				d->days += (int64_t)units[i].days * n;
				d->seconds += (int64_t)units[i].seconds * n + (half ? units[i].seconds / 2 : 0);
				if (half && (units[i].days || units[i].months == 1 || units[i].seconds == 1))
					break; /* half a day, half a month: how long would that be? */
				return 1;
			}
	t->p = start;
	return 0;
}

int typed_duration(struct typed *t, struct duration *d)
{
	*d = (struct duration){0};
	if (!take_length(t, d))
		return 0;
	for (int i = 0; i < 5; i++) {
		const char *start = t->p;
		(void)(typed_skip(t, ",") || skip_word(t, "and") || typed_skip(t, "と"));
		if (!take_length(t, d)) {
			t->p = start;
			break;
		}
	}
	return 1;
}
