/* Whose machine a client is: the table follows each change of an asset, and is not made anew for it. */
#include "core/case/help_case.h"

#include "case/action/action.h"
#include "finding/observation/observation.h"
#include "finding/sweep/record/sweep_owners.h"

#include <math.h>
#include <stdio.h>

#define ASSETS 600 /* more than are put into it between two looks at the clock */

static const char *owner_at(const char *client, int64_t when, double deadline)
{
	static char label[LABEL_TEXT];
	struct err err = ERR_INIT;
	json_t *owners;
	assert_int_equal(sweep_owners_now(the_case, deadline, &owners, &err), 0);
	snprintf(label, sizeof label, "%s", sweep_owner(owners, client, when));
	json_decref(owners);
	return label;
}

static const char *owner(const char *client, double deadline)
{
	return owner_at(client, OBSERVATION_NO_TIME, deadline);
}

static void an_asset_that_changed_takes_its_names_along(void **state)
{
	struct err err = ERR_INIT;
	(void)state;
	add("asset", "hostname=HR-PC-03 addresses=192.0.2.7,192.0.2.8");
	add("asset", "hostname=HR-PC-04 addresses=192.0.2.8");
	assert_string_equal(owner("hr-pc-03", HUGE_VAL), "R1-A1");
	assert_string_equal(owner("192.0.2.8", HUGE_VAL), ""); /* of two */
	set("R1-A1", "addresses=192.0.2.9");
	assert_string_equal(owner("192.0.2.7", HUGE_VAL), "");
	assert_string_equal(owner("192.0.2.8", HUGE_VAL), "R1-A2");
	assert_string_equal(owner("192.0.2.9", HUGE_VAL), "R1-A1");
	assert_string_equal(owner("HR-PC-03", HUGE_VAL), "R1-A1");
	assert_int_equal(record_retract(the_case, "R1-A1", "wrong", &err), 0);
	assert_string_equal(owner("HR-PC-03", HUGE_VAL), "");
	add("asset", "hostname=HR-PC-03");
	assert_string_equal(owner("HR-PC-03", HUGE_VAL), "R1-A3");
}

static void what_was_given_up_owns_nothing(void **state)
{
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	struct assign fields[] = {{"hostname", "HR-PC-04"}};
	(void)state;
	add("asset", "hostname=HR-PC-03");
	struct action *a = action_begin(the_case, "add", &err);
	assert_int_equal(action_add(a, "asset", fields, 1, 0, label, &err), 0);
	assert_string_equal(owner("HR-PC-04", HUGE_VAL), label);
	action_cancel(a);
	assert_string_equal(owner("HR-PC-04", HUGE_VAL), "");
	assert_string_equal(owner("HR-PC-03", HUGE_VAL), "R1-A1");
}

/* Of many assets one changes: no slice more is needed for it, and so none for giving back a table of all. */
static void one_of_many_is_put_in_anew(void **state)
{
	struct err err = ERR_INIT;
	json_t *owners;
	char fields[32];
	(void)state;
	for (int i = 0; i < ASSETS; i++) {
		snprintf(fields, sizeof fields, "hostname=PC-%d", i);
		add("asset", fields);
	}
	assert_int_equal(sweep_owners_now(the_case, 0, &owners, &err), 1);
	assert_string_equal(owner("PC-7", HUGE_VAL), "R1-A8");
	set("R1-A8", "hostname=HR-PC-03");
	assert_string_equal(owner("HR-PC-03", 0), "R1-A8");
	assert_string_equal(owner("PC-7", 0), "");
	assert_string_equal(owner("PC-8", 0), "R1-A9");
}

/* A zone whose name nobody can read may be any: not UTC. Days that are surely of one machine are; between two it is not known. */
static void a_zone_that_is_not_known_is_not_taken_for_utc(void **state)
{
	(void)state;
	static const int64_t midnight = 1416528000; /* 2014-11-21T00:00:00Z */
	int64_t long_before = observation_from_unix(midnight - 2 * 86400, 0);
	int64_t evening = observation_from_unix(midnight - 3600, 0);
	int64_t morning = observation_from_unix(midnight + 3600, 0);
	int64_t long_after = observation_from_unix(midnight + 2 * 86400, 0);
	add("asset", "hostname=PC-A addresses=192.0.2.7+2014-11-01/2014-11-20 timezone=Tokyo+Standard+Time");
	add("asset", "hostname=PC-B addresses=192.0.2.7+2014-11-21/.. timezone=Tokyo+Standard+Time");
	assert_string_equal(owner_at("192.0.2.7", long_before, HUGE_VAL), "R1-A1");
	assert_string_equal(owner_at("192.0.2.7", evening, HUGE_VAL),
	                    ""); /* the 21st in Tokyo, and the 20th in London */
	assert_string_equal(owner_at("192.0.2.7", morning, HUGE_VAL), "");
	assert_string_equal(owner_at("192.0.2.7", long_after, HUGE_VAL), "R1-A2");
	set("R1-A1", "timezone=Asia/Tokyo");
	set("R1-A2", "timezone=Asia/Tokyo");
	assert_string_equal(owner_at("192.0.2.7", evening, HUGE_VAL), "R1-A2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(an_asset_that_changed_takes_its_names_along, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(what_was_given_up_owns_nothing, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(a_zone_that_is_not_known_is_not_taken_for_utc, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(one_of_many_is_put_in_anew, case_setup, case_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
