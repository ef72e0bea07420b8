/* A time in a column: what it can be in truth, cut to what the column shows and never to another time. */
#include "base/buf.h"
#include "base/time/time_cell.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *text;
	unsigned how;
	const char *shown;
	int is_moment;
} cells[] = {
    {"2014-11-24T04:05:10Z", TIME_CELL_MINUTE, "2014-11-24 04:05", 1},
    {"2014-11-24T04:05:10.871+09:00", TIME_CELL_SECOND, "2014-11-24 04:05:10", 1},
    {"2014-11-24T04:05:10.871Z", TIME_CELL_SECOND | TIME_CELL_UTC, "2014-11-24 04:05:10Z", 1},
    {"2014-11-24T04:05:10+09:00", TIME_CELL_SECOND | TIME_CELL_UTC, "2014-11-24 04:05:10", 1},
    {"2014-11-24T04:05:10", TIME_CELL_HOUR | TIME_CELL_UTC, "2014-11-24 04:00", 1},
    {"2014-11-01T12:00Z", TIME_CELL_SECOND | TIME_CELL_UTC, "2014-11-01 12:00Z", 1}, /* no second is invented */
    {"2014-11-24T04:05:10Z", TIME_CELL_DAY, "2014-11-24", 1},
    {"2014-11-24T04:05:10Z", TIME_CELL_MINUTE | TIME_CELL_NO_YEAR, "11-24 04:05", 1},
    {"2014-11-24", TIME_CELL_MINUTE | TIME_CELL_UTC, "2014-11-24", 1},
    {"2014-11", TIME_CELL_MINUTE, "2014-11", 0},
    {"2014", TIME_CELL_SECOND, "2014", 0},
    {"201X", TIME_CELL_SECOND, "201X", 0},
    {"2014-1X", TIME_CELL_MINUTE, "2014-1X", 0},
    {"2014-11~", TIME_CELL_DAY, "around 2014-11", 0},
    {"2014-11-24T04:05:10Z?", TIME_CELL_MINUTE, "2014-11-24 04:05:10Z (uncertain)", 0},
    {"2014-11-01/2014-11-20", TIME_CELL_DAY, "2014-11-01 – 2014-11-20", 0},
    {"2014-11-01T12:00Z/2014-11-01T13:00Z", TIME_CELL_MINUTE, "2014-11-01 12:00Z – 2014-11-01 13:00Z", 0},
    {"2014-11-01/..", TIME_CELL_DAY, "2014-11-01 – ", 0},
    {"after R1-V2 ~P6M", TIME_CELL_MINUTE, "about 6 months after R1-V2", 0},
    {"", TIME_CELL_SECOND, "", 0},
    {"~", TIME_CELL_MINUTE, "~", 0},
    {"2", TIME_CELL_MINUTE | TIME_CELL_NO_YEAR, "2", 0},
    {"yesterday, or the day before it", TIME_CELL_SECOND, "yesterday, or the d", 0},
    {"2014-11-24T", TIME_CELL_SECOND, "2014-11-24T", 0},
};

static void a_cell_is_never_another_time(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
		struct buf out = BUF_INIT;
		int is_moment = time_cell(cells[i].text, cells[i].how, &out);
		if (strcmp(out.data, cells[i].shown) != 0 || is_moment != cells[i].is_moment)
			fail_msg("'%s' is shown as '%s' (%d), not '%s'", cells[i].text, out.data, is_moment,
			         cells[i].shown);
		buf_release(&out);
	}
}

/* What is no time may come from a stranger: printable, and no letter is cut. */
static void what_is_no_time_is_made_printable(void **state)
{
	(void)state;
	struct buf out = BUF_INIT;
	assert_int_equal(time_cell("\x1b[2J2014-11-24T04:05", TIME_CELL_SECOND, &out), 0);
	assert_null(strchr(out.data, '\x1b'));
	buf_clear(&out);
	assert_int_equal(
	    time_cell("\xE6\x98\xA8\xE6\x97\xA5\xE6\x98\xA8\xE6\x97\xA5\xE6\x98\xA8\xE6\x97\xA5\xE6\x98\xA8",
	              TIME_CELL_SECOND, &out),
	    0);
	assert_string_equal(out.data, "\xE6\x98\xA8\xE6\x97\xA5\xE6\x98\xA8\xE6\x97\xA5\xE6\x98\xA8\xE6\x97\xA5");
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_cell_is_never_another_time),
	    cmocka_unit_test(what_is_no_time_is_made_printable),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
