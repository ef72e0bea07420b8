/* "My work": by person, one's own first, then who is late; what nobody is named for last. */
#include "core/case/help_case.h"

#include "base/time/clock.h"
#include "outward/report/board.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct board board;

static void load(void)
{
	struct err err = ERR_INIT;
	board_release(&board);
	assert_int_equal(board_load_by_person(the_case, NULL, HUGE_VAL, &board, &err), 0);
}

static void assert_row(size_t i, const char *text)
{
	assert_true(i < board.count);
	if (!strstr(board.rows[i].text, text))
		fail_msg("row %zu is '%s', not '%s'", i, board.rows[i].text, text);
}

static void each_has_what_is_theirs_overdue_first(void **state)
{
	(void)state;
	add("party", "name=Tanaka type=person");
	add("party", "name=Abe type=person");
	add("party", "name=Responder+One type=person");
	add("measure", "title=nobodys track=cause");
	add("measure", "title=later track=cause owner=R1-P2 due=2999-01-01");
	add("measure", "title=tomorrow track=cause owner=R1-P1 due=2999-01-01");
	add("measure", "title=late track=cause owner=R1-P1 due=2014-01-01");
	add("measure", "title=mine track=cause owner=R1-P3");
	add("measure", "title=finished track=cause owner=R1-P3 status=done");
	load();
	assert_int_equal(board.count, 9);
	assert_row(0, "Responder One (me) · 1 open");
	assert_row(1, "mine");
	assert_row(2, "Tanaka · 2 open · 1 overdue");
	assert_row(3, "OVERDUE 2014-01-01  late");
	assert_row(4, "tomorrow");
	assert_row(5, "Abe · 1 open");
	assert_row(7, "nobody is named · 1 open");
	assert_string_equal(board.rows[3].label, "R1-M4");
}

static int board_says(const struct board *b, const char *text)
{
	for (size_t i = 0; i < b->count; i++)
		if (strstr(b->rows[i].text, text))
			return 1;
	return 0;
}

/* A day without a zone is over when it is over here, in the list of each and on the Board. */
static void a_day_ends_when_it_ends_here(void **state)
{
	(void)state;
	struct clock_time japan = {1795478399, 0,
	                           540}; /* 2026-11-24T08:59:59+09:00: in UTC it is the day before still */
	struct err err = ERR_INIT;
	struct board whole;
	add("measure", "title=yesterdays track=cause due=2026-11-23");
	add("measure", "title=todays track=cause due=2026-11-24");
	clock_set(&japan, 0);
	load();
	assert_row(0, "nobody is named · 2 open · 1 overdue");
	assert_row(1, "OVERDUE 2026-11-23  yesterdays");
	assert_int_equal(board_load(the_case, &whole, &err), 0);
	assert_true(board_says(
	    &whole, "— yesterdays")); /* among what is overdue; on the tracks the title stands before the dash */
	assert_false(board_says(&whole, "— todays"));
	board_release(&whole);
	struct clock_time america = {1795495500, 0, -300}; /* 2026-11-23T23:45:00-05:00: in UTC it is the day after */
	clock_set(&america, 0);
	load();
	assert_row(0, "nobody is named · 2 open");
	assert_null(strstr(board.rows[0].text, "overdue"));
}

static void without_work_it_says_what_it_is_for(void **state)
{
	(void)state;
	load();
	assert_int_equal(board.count, 2);
	assert_row(1, "by person");
	assert_string_equal(board.rows[1].view, "new");
}

static int teardown(void **state)
{
	board_release(&board);
	return case_teardown(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(each_has_what_is_theirs_overdue_first, case_setup, teardown),
	    cmocka_unit_test_setup_teardown(a_day_ends_when_it_ends_here, case_setup, teardown),
	    cmocka_unit_test_setup_teardown(without_work_it_says_what_it_is_for, case_setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
