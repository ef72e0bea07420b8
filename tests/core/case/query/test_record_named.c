/* References are typed as people speak: a host name, an address, a name, where it is one record. */
#include "core/case/help_case.h"

#include "case/query/record_named.h"

#include <string.h>

static void what_is_called_so_is_found_where_it_is_one(void **state)
{
	(void)state;
	char id[37];
	add("asset", "hostname=JINJI-PC-03 addresses=10.0.0.3,10.0.1.3");
	add("asset", "hostname=JINJI-PC-04 addresses=10.0.0.33");
	add("asset", "hostname=twice");
	add("asset", "hostname=twice");
	add("party", "name=Tanaka");
	assert_int_equal(record_find_named(the_case, NULL, "JINJI-PC-03", id), 1);
	assert_string_equal(id, get("R1-A1", "id"));
	assert_int_equal(record_find_named(the_case, NULL, "jinji-pc-04", id), 1);
	assert_string_equal(id, get("R1-A2", "id"));
	assert_int_equal(record_find_named(the_case, NULL, "10.0.1.3", id), 1);
	assert_string_equal(id, get("R1-A1", "id"));
	assert_int_equal(record_find_named(the_case, NULL, "0.0.3", id), 0);
	assert_int_equal(record_find_named(the_case, NULL, "Tanaka", id), 1);
	assert_string_equal(id, get("R1-P1", "id"));
	assert_int_equal(record_find_named(the_case, NULL, "twice", id), 2);
	assert_int_equal(record_find_named(the_case, kind_find("party"), "JINJI-PC-03", id), 0);
}

static void a_note_goes_on_the_machine_that_is_named(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	add("asset", "hostname=JINJI-PC-03 addresses=10.0.0.3");
	add("note", "text=seen on=JINJI-PC-03");
	assert_string_equal(get("R1-N1", "on"), "R1-A1");
	add("note", "text=again on=10.0.0.3");
	assert_string_equal(get("R1-N2", "on"), "R1-A1");
	assert_int_equal(try_add("note", "text=x on=nowhere", 0, &err), -1);
	assert_non_null(strstr(err.message, "nowhere"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(what_is_called_so_is_found_where_it_is_one, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(a_note_goes_on_the_machine_that_is_named, case_setup, case_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
