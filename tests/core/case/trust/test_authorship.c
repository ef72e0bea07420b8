/* Who changed a record: told by what the commits hold, not by their times, which may be equal. */
#include "base/time/clock.h"
#include "case/store/record.h"
#include "case/trust/authorship.h"
#include "core/case/help_case.h"

#include <stdlib.h>
#include <string.h>

static void a_change_in_the_second_of_the_entry_is_seen(void **state)
{
	(void)state;
	struct authorship who;
	struct clock_time now = clock_now();
	clock_set(&now, 0);
	const char *label = add("asset", "hostname=PC-3 status=infected");
	assert_int_equal(authorship_of_field(the_case, label, NULL, NULL, NULL, &who, NULL), 1);
	assert_true(who.entry);
	authorship_release(&who);
	set(label, "status=clean");
	char *entered = strdup(get(label, "entered"));
	assert_string_equal(get(label, "modified"), entered);
	free(entered);
	assert_int_equal(authorship_of_field(the_case, label, NULL, NULL, NULL, &who, NULL), 1);
	assert_false(who.entry);
	assert_string_equal(who.mark, "R1");
	authorship_release(&who);
	assert_int_equal(authorship_of_field(the_case, label, "hostname", NULL, NULL, &who, NULL), 1);
	assert_string_equal(who.mark, "R1");
	authorship_release(&who);
	clock_set(NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_change_in_the_second_of_the_entry_is_seen, case_setup, case_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
