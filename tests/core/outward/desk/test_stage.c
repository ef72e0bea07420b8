/* Escalation: a step is one action with its date and reason, rescue wants a criterion, and the history tells it back. */
#include "core/case/help_case.h"
#include "outward/desk/stage.h"

#include <stdlib.h>
#include <string.h>

static int step(const char *stage, const char *reason, const char *when, int anyway, struct err *err)
{
	struct stage_step one = {stage, reason, when, anyway};
	struct buf warnings = BUF_INIT;
	*err = (struct err)ERR_INIT;
	int rc = stage_set(the_case, &one, &warnings, err);
	buf_release(&warnings);
	return rc;
}

static void test_one_action(void **state)
{
	(void)state;
	struct err err;
	uint64_t before = commits();
	assert_int_equal(step("advice", "the firewall's log was looked at", "2014-06-30T23:40+09:00", 0, &err), 0);
	assert_int_equal(commits(), before + 1);
	assert_string_equal(get("case", "stage"), "advice");
	assert_string_equal(get("case", "advised"), "2014-06-30T23:40+09:00");
	assert_string_equal(get("case", "stage_reason"), "the firewall's log was looked at");
	assert_int_equal(step("advice", "", NULL, 0, &err), -1);
	assert_int_equal(err.code, ERR_USAGE);
	assert_int_equal(step("nowhere", "x", NULL, 0, &err), -1);
	assert_int_equal(err.code, ERR_USAGE);
	assert_int_equal(commits(), before + 1);
}

static void test_rescue_wants_a_criterion(void **state)
{
	(void)state;
	struct err err;
	const char *party = add("party", "name=Agency type=organisation");
	set("case", "party=Agency");
	assert_int_equal(step("rescue", "RAT found", NULL, 0, &err), -1);
	assert_int_equal(err.code, ERR_FAILED);
	assert_string_equal(get("case", "stage"), "-");
	set(party, "serious_effect=no key_relations=yes");
	assert_int_equal(step("rescue", "RAT found", "2014-07-02", 0, &err), 0);
	assert_string_equal(get("case", "rescue_from"), "2014-07-02");
	assert_int_equal(record_count(the_case, "decision", 0), 0);
}

static void test_anyway_is_a_decision(void **state)
{
	(void)state;
	struct err err;
	uint64_t before = commits();
	assert_int_equal(step("on_site", "the ministry asked", "2014-07-02", 1, &err), 0);
	assert_int_equal(commits(), before + 1);
	assert_int_equal(record_count(the_case, "decision", 0), 1);
	assert_string_equal(get("R1-D1", "reason"), "the ministry asked");
	assert_string_equal(get("R1-D1", "when"), "2014-07-02");
	assert_string_equal(get("case", "on_site_from"), "2014-07-02");
	assert_string_equal(get("case", "rescue_from"), "2014-07-02");
}

static void test_going_back(void **state)
{
	(void)state;
	struct err err;
	set("case", "rescue_from=2014-07-02 stage=rescue");
	assert_int_equal(step("observation", "quiet", "2014-08-02", 0, &err), 0);
	assert_int_equal(step("closed", "quiet for long", "2014-12-02", 0, &err), 0);
	assert_int_equal(step("rescue", "it is back", NULL, 0, &err), 0); /* a criterion is for the first time */
	assert_string_equal(get("case", "rescue_from"), "2014-07-02");
	assert_string_equal(get("case", "observe_from"), "-");
	assert_string_equal(get("case", "closed"), "-");
}

static void test_closing_at_once_warns(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct stage_step one = {"closed", "a false alarm", NULL, 0};
	struct buf warnings = BUF_INIT;
	assert_int_equal(stage_set(the_case, &one, &warnings, &err), 0);
	assert_non_null(strstr(warnings.data, "observation"));
	buf_release(&warnings);
}

static int write_down(void *ctx, const struct stage_past *past)
{
	buf_addf(ctx, "%s %s: %s\n", past->date, past->stage, past->reason);
	return 0;
}

static void test_history_tells_the_steps(void **state)
{
	(void)state;
	struct err err;
	struct buf told = BUF_INIT;
	step("advice", "first", "2014-06", 0, &err);
	set("case", "title=Another"); /* no step */
	step("rescue", "second", "2014-07-01", 1, &err);
	step("advice", "third", "2014-07-05", 0, &err);
	assert_int_equal(stage_each(the_case, write_down, &told, &err), 0);
	assert_string_equal(told.data, "2014-06 advice: first\n2014-07-01 rescue: second\n2014-07-05 advice: third\n");
	buf_release(&told);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_one_action, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(test_rescue_wants_a_criterion, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(test_anyway_is_a_decision, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(test_going_back, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(test_closing_at_once_warns, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(test_history_tells_the_steps, case_setup, case_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
