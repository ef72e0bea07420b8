/* Tables of rooms above the case: made when needed, known again when it is opened; others are refused. */
#include "case/case.h"
#include "case/database/room_tables.h"
#include "core/case/help_case.h"

#include <stdlib.h>
#include <string.h>

static int run(const char *sql)
{
	return sqlite3_exec(case_db(the_case), sql, NULL, NULL, NULL);
}

/* Whether the case opens again; with what was done to its tables it may not. */
static int opens(struct err *err)
{
	struct case_unlock unlock = {responder, NULL};
	char *path = xstrdup(case_path(the_case));
	assert_int_equal(case_close(the_case, NULL), 0);
	the_case = case_open(path, &unlock, 0, err);
	free(path);
	return the_case != NULL;
}

static void a_room_has_its_tables(void **state)
{
	(void)state;
	assert_int_equal(room_table_has(case_db(the_case), "observation_set"), 0);
	assert_int_equal(room_table_make(case_db(the_case), "observation_set", NULL), 0);
	assert_int_equal(room_table_make(case_db(the_case), "observation_set", NULL), 0);
	assert_int_equal(room_table_has(case_db(the_case), "observation_set"), 1);
	assert_true(opens(NULL));
	assert_int_equal(room_table_has(case_db(the_case), "observation_set"), 1);
}

static void other_tables_are_refused(void **state)
{
	(void)state;
	static const char *const others[] = {
	    "CREATE TABLE observation_set(n INTEGER PRIMARY KEY)", "CREATE TABLE somebody(n)",
	    "CREATE TRIGGER observation_set AFTER INSERT ON record BEGIN SELECT 1; END",
	    "CREATE VIEW observation_block AS SELECT 1"};
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		struct err err = ERR_INIT;
		assert_int_equal(run(others[i]), SQLITE_OK);
		assert_false(opens(&err));
		assert_int_equal(err.code, ERR_DAMAGED);
		case_teardown(state);
		case_setup(state);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, case_setup, case_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(a_room_has_its_tables), TEST(other_tables_are_refused)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
