#include "base/time/clock.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static struct {
	int fixed;
	struct clock_time now;
	int64_t step;
} source;

struct clock_time clock_now(void)
{
	if (source.fixed) {
		struct clock_time t = source.now;
		source.now.seconds += source.step;
		return t;
	}
	struct timespec ts;
	clock_gettime(CLOCK_REALTIME, &ts);
	struct tm tm;
	struct clock_time t = {ts.tv_sec, (int32_t)ts.tv_nsec, 0};
	if (localtime_r(&ts.tv_sec, &tm))
		t.offset = (int)(tm.tm_gmtoff / 60);
	return t;
}

int clock_zone_at(int64_t seconds)
{
	time_t at = seconds;
	struct tm tm;
	if (source.fixed)
		return source.now.offset;
	return localtime_r(&at, &tm) ? (int)(tm.tm_gmtoff / 60) : 0;
}

double clock_steady(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

double clock_asleep(void)
{
	struct timespec awake;
	struct timespec all;
	clock_gettime(CLOCK_MONOTONIC, &awake);
	clock_gettime(CLOCK_BOOTTIME, &all);
	return (double)(all.tv_sec - awake.tv_sec) + (double)(all.tv_nsec - awake.tv_nsec) / 1e9;
}

int clock_jump_open(void)
{
	const struct itimerspec never = {{0, 0}, {INT_MAX, 0}};
	int fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	if (fd >= 0)
		timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL);
	return fd;
}

void clock_jump_take(int fd)
{
	uint64_t times;
	if (fd >= 0 && read(fd, &times, sizeof times) < 0) { /* ECANCELED: it was set */
	}
}

void clock_set(const struct clock_time *fixed, int64_t step)
{
	source.fixed = fixed != NULL;
	if (fixed)
		source.now = *fixed;
	source.step = step;
}

int clock_is_set(void)
{
	return source.fixed;
}

int64_t clock_days_from_civil(int64_t year, int month, int day)
{
	year -= month <= 2;
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t year_of_era = year - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * 146097 + day_of_era - 719468;
}

void clock_civil_from_days(int64_t days, int64_t *year, int *month, int *day)
{
	days += 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	int64_t day_of_era = days - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t shifted = (5 * day_of_year + 2) / 153;
	*day = (int)(day_of_year - (153 * shifted + 2) / 5 + 1);
	*month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
	*year = year_of_era + era * 400 + (*month <= 2);
}

#define YEAR_0     INT64_C(-62167219200)
#define YEAR_10000 INT64_C(253402300800)

static void format(int64_t seconds, const char *zone, char text[CLOCK_TEXT])
{
	/* years 0 to 9999 have four digits: what lies before or behind them is shown as their first or last second */
	if (seconds < YEAR_0)
		seconds = YEAR_0;
	if (seconds > YEAR_10000 - 1)
		seconds = YEAR_10000 - 1;
	int64_t days = seconds / 86400;
	int64_t rest = seconds % 86400;
	if (rest < 0) {
		rest += 86400;
		days--;
	}
	int64_t year;
	int month;
	int day;
	clock_civil_from_days(days, &year, &month, &day);
	snprintf(text, CLOCK_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d%.6s", (int)(year % 10000), month % 100, day % 100,
	         (int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60), zone);
}

void clock_format(struct clock_time t, char text[CLOCK_TEXT])
{
	int minutes = t.offset < 0 ? -t.offset : t.offset;
	char zone[16];
	snprintf(zone, sizeof zone, "%c%02d:%02d", t.offset < 0 ? '-' : '+', minutes / 60 % 100, minutes % 60);
	int64_t local;
	if (__builtin_add_overflow(t.seconds, (int64_t)t.offset * 60, &local))
		local = t.seconds;
	format(local, zone, text);
}

void clock_format_utc(struct clock_time t, char text[CLOCK_TEXT])
{
	format(t.seconds, "Z", text);
}
