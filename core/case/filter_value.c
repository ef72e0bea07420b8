#include "case/filter_private.h"

#include "base/clock.h"
#include "case/value.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

int filter_number(const char *text, int is_size, int64_t *number)
{
	json_int_t bytes;
	if (is_size && *text != '-') {
		if (size_parse(text, &bytes, NULL) < 0)
			return -1;
		*number = bytes;
		return 0;
	}
	char *end;
	errno = 0;
	*number = strtoll(text, &end, 10);
	return end == text || *end || errno || isspace((unsigned char)*text) ? -1 : 0;
}

/* Seconds of one designator of a duration, before or after the T. 0: there is none. */
static int64_t seconds_of(char designator, int in_time)
{
	switch (designator) {
	case 'Y':
		return in_time ? 0 : 31556952;
	case 'M':
		return in_time ? 60 : 2629746;
	case 'W':
		return in_time ? 0 : 604800;
	case 'D':
		return in_time ? 0 : 86400;
	case 'H':
		return in_time ? 3600 : 0;
	case 'S':
		return in_time ? 1 : 0;
	default:
		return 0;
	}
}

int filter_duration(const char *text, int64_t *seconds)
{
	int in_time = 0;
	int64_t sum = 0;
	text += *text == '~';
	int is_negative = *text == '-';
	text += *text == '-' || *text == '+';
	if (toupper((unsigned char)*text++) != 'P' || !*text)
		return -1;
	while (*text) {
		if (toupper((unsigned char)*text) == 'T' && !in_time++) {
			text++;
			continue;
		}
		char *end;
		errno = 0;
		double count = isdigit((unsigned char)*text) ? strtod(text, &end) : -1;
		if (count < 0 || count > 1e9 || errno)
			return -1;
		int64_t unit = seconds_of((char)toupper((unsigned char)*end), in_time);
		if (!unit)
			return -1;
		sum += (int64_t)(count * (double)unit);
		text = end + 1;
	}
	*seconds = is_negative ? -sum : sum;
	return 0;
}

/* Times. `at` moves on behind what was read. */

/* `digits` digits or X (any digit); the smallest and largest number they may mean. */
static int read_digits(const char **at, int digits, int64_t *least, int64_t *most)
{
	*least = *most = 0;
	for (int i = 0; i < digits; i++) {
		char c = (*at)[i];
		if (c != 'X' && c != 'x' && !isdigit((unsigned char)c))
			return -1;
		int is_any = !isdigit((unsigned char)c);
		*least = *least * 10 + (is_any ? 0 : c - '0');
		*most = *most * 10 + (is_any ? 9 : c - '0');
	}
	*at += digits;
	return 0;
}

static int64_t days_in_month(int64_t year, int month)
{
	int64_t next = month == 12 ? clock_days_from_civil(year + 1, 1, 1) : clock_days_from_civil(year, month + 1, 1);
	return next - clock_days_from_civil(year, month, 1);
}

static int64_t clamp(int64_t value, int64_t least, int64_t most)
{
	return value < least ? least : value > most ? most : value;
}

/* "+09:00", "+09", "Z" */
static int read_zone(const char **at, int64_t *offset)
{
	int64_t hours = 0;
	int64_t minutes = 0;
	int64_t unused;
	*offset = 0;
	if (**at == 'Z' || **at == 'z') {
		++*at;
		return 0;
	}
	int sign = **at == '-' ? -1 : 1;
	++*at;
	if (read_digits(at, 2, &hours, &unused) < 0)
		return -1;
	if (**at == ':')
		++*at;
	if (isdigit((unsigned char)**at) && read_digits(at, 2, &minutes, &unused) < 0)
		return -1;
	*offset = sign * (hours * 3600 + minutes * 60);
	return hours > 15 || minutes > 59 ? -1 : 0;
}

/* "14:05", "14:05:09.5": seconds of the day, the whole minute if that is all that is known. */
static int read_clock(const char **at, int64_t *first, int64_t *last)
{
	int64_t hour;
	int64_t minute;
	int64_t second;
	int64_t unused;
	if (read_digits(at, 2, &hour, &unused) < 0 || hour > 24 || **at != ':')
		return -1;
	++*at;
	if (read_digits(at, 2, &minute, &unused) < 0 || minute > 59)
		return -1;
	*first = hour * 3600 + minute * 60;
	*last = *first + 59;
	if (**at != ':')
		return 0;
	++*at;
	if (read_digits(at, 2, &second, &unused) < 0 || second > 60)
		return -1;
	*first = *last = *first + second;
	if (**at == '.' || **at == ',')
		do
			++*at;
		while (isdigit((unsigned char)**at));
	return 0;
}

/* One date or time; the clock seconds it may be, and its zone if it has one. */
static int read_point(const char **at, struct filter_span *span)
{
	int64_t year[2];
	int64_t month[2] = {1, 12};
	int64_t day[2] = {1, 31};
	int64_t offset;
	int sign = **at == '-' ? -1 : 1;
	*at += **at == '-';
	if (read_digits(at, 4, &year[0], &year[1]) < 0)
		return -1;
	if (sign < 0) {
		int64_t least = year[0];
		year[0] = -year[1];
		year[1] = -least;
	}
	int has_day = 0;
	if (**at == '-') {
		++*at;
		if (read_digits(at, 2, &month[0], &month[1]) < 0 || month[0] > 12 || month[1] < 1)
			return -1;
		has_day = **at == '-';
	}
	if (has_day) {
		++*at;
		if (read_digits(at, 2, &day[0], &day[1]) < 0 || day[0] > 31 || day[1] < 1)
			return -1;
	}
	for (int i = 0; i < 2; i++) {
		month[i] = clamp(month[i], 1, 12);
		int64_t longest = days_in_month(year[i], (int)month[i]);
		if (has_day && day[0] == day[1] && day[i] > longest)
			return -1;
		day[i] = clamp(day[i], 1, longest);
	}
	span->first = clock_days_from_civil(year[0], (int)month[0], (int)day[0]) * 86400;
	span->last = clock_days_from_civil(year[1], (int)month[1], (int)day[1]) * 86400 + 86399;
	span->has_zone = 0;
	if (has_day && (**at == 'T' || **at == 't' || **at == ' ')) {
		int64_t first;
		int64_t last;
		++*at;
		if (day[0] != day[1] || read_clock(at, &first, &last) < 0)
			return -1;
		span->last = span->first + last;
		span->first += first;
		if (**at == 'Z' || **at == 'z' || **at == '+' || **at == '-') {
			if (read_zone(at, &offset) < 0)
				return -1;
			span->has_zone = 1;
			span->first_utc = span->first - offset;
			span->last_utc = span->last - offset;
		}
	}
	while (**at == '~' || **at == '?' || **at == '%')
		++*at;
	return 0;
}

/* One side of an interval; `is_open` if it has no end ("..", or nothing). */
static int read_side(const char **at, struct filter_span *span, int *is_open)
{
	if (strncmp(*at, "..", 2) == 0)
		*at += 2;
	else if (**at && **at != '/')
		return *is_open = 0, read_point(at, span);
	*span = (struct filter_span){INT64_MIN, INT64_MAX, INT64_MIN, INT64_MAX, 1};
	*is_open = 1;
	return 0;
}

int filter_time(const char *text, struct filter_span *span)
{
	struct filter_span end;
	int is_open[2];
	if (!*text || read_side(&text, span, &is_open[0]) < 0)
		return -1;
	if (!*text)
		return is_open[0] ? -1 : 0;
	if (*text++ != '/' || read_side(&text, &end, &is_open[1]) < 0 || *text || (is_open[0] && is_open[1]))
		return -1;
	if (is_open[0])
		span->first = span->first_utc = INT64_MIN;
	span->last = end.last;
	span->last_utc = end.last_utc;
	span->has_zone = span->has_zone && end.has_zone;
	return span->first > span->last && span->first_utc > span->last_utc ? -1 : 0;
}

int filter_time_order(const struct filter_span *a, const struct filter_span *b)
{
	if (a->has_zone && b->has_zone)
		return a->last_utc < b->first_utc ? -1 : a->first_utc > b->last_utc;
	return a->last < b->first ? -1 : a->first > b->last;
}
