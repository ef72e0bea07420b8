/*
 * The one clock.
 *
 * All of genba asks clock_now(); tests and the practice case set what it
 * answers. Times are stored as RFC 3339 with the offset of the machine's zone,
 * to the second: `2026-11-23T14:05:09+09:00`.
 */
#ifndef GENBA_BASE_TIME_CLOCK_H
#define GENBA_BASE_TIME_CLOCK_H

#include <stddef.h>
#include <stdint.h>

struct clock_time {
	int64_t seconds; /* since 1970-01-01T00:00:00Z */
	int32_t nanoseconds;
	int offset; /* minutes east of UTC */
};

#define CLOCK_TEXT 32 /* room for an RFC 3339 time and its NUL */

struct clock_time clock_now(void);

/* Steady seconds for measuring and waiting; never set by clock_set(). */
double clock_steady(void);

/* Seconds that the machine has slept since it was started: they pass in no other clock here. */
double clock_asleep(void);

/* A descriptor that can be read when the clock was set, which waking up from sleep does; -1: there is none. What it has is
 * taken by clock_jump_take() (-1 is fine). The caller closes it. */
int clock_jump_open(void);
void clock_jump_take(int fd);

/* Makes clock_now() answer `fixed` from now on, moved on by `step` seconds at each call; NULL gives the real clock back. */
void clock_set(const struct clock_time *fixed, int64_t step);
int clock_is_set(void); /* 1 while it answers what it was told */

/* The machine's zone at that moment, minutes east of UTC; the zone of the fixed clock while one is set. */
int clock_zone_at(int64_t seconds);

/* Writes the RFC 3339 form with offset, or in UTC with a final Z. */
void clock_format(struct clock_time t, char text[CLOCK_TEXT]);
void clock_format_utc(struct clock_time t, char text[CLOCK_TEXT]);

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar, and back. Source: H. Hinnant, chrono-compatible
 * low-level date algorithms. */
int64_t clock_days_from_civil(int64_t year, int month, int day);
void clock_civil_from_days(int64_t days, int64_t *year, int *month, int *day);

#endif
