/* Zones of logs: by offsets and by names, and what a change of the clocks makes twofold or leaves out. */
#include "base/time/clock.h"
#include "base/time/zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int64_t local(int year, int month, int day, int hour)
{
	return clock_days_from_civil(year, month, day) * 86400 + hour * 3600;
}

static void assert_zone(const char *name, int64_t at, int wanted)
{
	int minutes = 9999;
	if (zone_offset(name, at, &minutes) < 0)
		fail_msg("%s is no zone", name);
	if (minutes != wanted)
		fail_msg("%s: %d minutes, not %d", name, minutes, wanted);
}

static void offsets(void **state)
{
	(void)state;
	assert_zone("+09:00", 0, 540);
	assert_zone(" -0330", 0, -210);
	assert_zone("+9", 0, 540);
	assert_zone("UTC+9", 0, 540);
	assert_zone("GMT-03:30", 0, -210);
	assert_zone("Z", 0, 0);
	assert_zone("jst", 0, 540);
	static const char *const none[] = {"",     "+15",           "+09:10",         "+123",        "9",
	                                   "UTC+", "../etc/passwd", "/etc/localtime", "Nowhere/City"};
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		int minutes;
		if (zone_offset(none[i], 0, &minutes) == 0)
			fail_msg("'%s' is taken for a zone", none[i]);
	}
}

/* Summer time in New York in 2026: from 8 March, 2:00 to 1 November, 2:00. */
static void clocks_that_change(void **state)
{
	(void)state;
	assert_zone("Asia/Tokyo", local(2026, 7, 1, 12), 540);
	assert_zone("Asia/Tokyo", local(2045, 7, 1, 12), 540); /* no rule will change it */
	assert_zone("America/New_York", local(2026, 1, 1, 12), -300);
	assert_zone("America/New_York", local(2026, 7, 1, 12), -240);
	assert_zone("America/New_York", local(2026, 3, 8, 1), -300);
	assert_zone("America/New_York", local(2026, 3, 8, 3), -240);
	assert_zone("America/New_York", local(2026, 11, 1, 0), -240);
	assert_zone("America/New_York", local(2026, 11, 1, 1), -240); /* twice: before the change */
	assert_zone("America/New_York", local(2026, 11, 1, 3), -300);
	assert_zone("Europe/Berlin", local(2026, 10, 25, 2), 120); /* twice, east of Greenwich */
	assert_zone("Europe/Berlin", local(2026, 10, 25, 3), 60);
}

/* The list of changes ends, and the clocks go on changing: no offset is made up. */
static void nothing_is_known_behind_the_list(void **state)
{
	int minutes;
	(void)state;
	assert_int_equal(zone_offset("America/New_York", local(2045, 7, 1, 12), &minutes), -1);
}

/* What cannot be read is told, with what was probably meant. */
static void a_name_that_is_none(void **state)
{
	static const char *const near[][2] = {{"JST9", "JST"},
	                                      {"Asia/Tokio", "Asia/Tokyo"},
	                                      {"asia/tokyo", "Asia/Tokyo"},
	                                      {"Tokyo Standard Time", "Asia/Tokyo"},
	                                      {" JTS", "JST"}};
	char name[ZONE_NAME];
	(void)state;
	assert_true(zone_is_known("Asia/Tokyo"));
	assert_true(zone_is_known(" +09:00"));
	assert_true(zone_is_known("America/New_York")); /* though not at any time */
	assert_false(zone_is_known(""));
	for (size_t i = 0; i < sizeof near / sizeof *near; i++) {
		assert_false(zone_is_known(near[i][0]));
		assert_int_equal(zone_nearest(near[i][0], name), 0);
		assert_string_equal(name, near[i][1]);
	}
	assert_int_equal(zone_nearest("", name), -1);
	assert_int_equal(zone_nearest("of the machine room on the second floor", name), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(offsets),
	    cmocka_unit_test(clocks_that_change),
	    cmocka_unit_test(nothing_is_known_behind_the_list),
	    cmocka_unit_test(a_name_that_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
