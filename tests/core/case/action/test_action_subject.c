/* What a commit's subject says: in words, with names beside labels, and nothing that can be purged. */
#include "core/case/help_case.h"

#include "case/action/action_subject.h"
#include "history/history.h"

#include <stdlib.h>
#include <string.h>

static char subject[256];

static int take_subject(void *ctx, const struct history_entry *entry)
{
	(void)ctx;
	snprintf(subject, sizeof subject, "%s", entry->subject);
	return 1;
}

static const char *last_subject(void)
{
	history_log(case_history(the_case), NULL, NULL, 1, take_subject, NULL, NULL);
	return subject;
}

static void a_change_says_which_field_came_to_be_what(void **state)
{
	(void)state;
	add("asset", "hostname=JINJI-PC-03");
	assert_string_equal(last_subject(), "add asset R1-A1: JINJI-PC-03");
	set("R1-A1", "os=Windows+10 criticality=high");
	assert_string_equal(last_subject(),
	                    "set R1-A1 JINJI-PC-03: OS and version Windows 10, Importance to business high");
	set("R1-A1", "os=Windows+Server+2008+R2+Standard+Edition model=Desktop+computer+of+the+reception "
	             "department=Contracts+of+all+the+others+and+their+people");
	assert_non_null(strstr(last_subject(), "Contracts of all the others"));
	assert_string_equal(last_subject() + strlen(last_subject()) - 3, "…"); /* a line, and no more */
	set("R1-A1", "os=");
	assert_string_equal(last_subject(), "set R1-A1 JINJI-PC-03: OS and version unset");
	add("party", "name=Tanaka type=person");
	set("R1-A1", "user=R1-P1");
	assert_string_equal(last_subject(), "set R1-A1 JINJI-PC-03: User R1-P1 Tanaka");
}

static void an_act_is_told_by_its_word(void **state)
{
	(void)state;
	add("asset", "hostname=JINJI-PC-03");
	add("asset", "hostname=JINJI-PC-04");
	set("R1-A1", "containment=isolated isolation_method=cable");
	assert_string_equal(last_subject(), "isolated R1-A1 JINJI-PC-03 (cable unplugged)");
	set("R1-A1", "containment=released");
	assert_string_equal(last_subject(), "released from isolation: R1-A1 JINJI-PC-03");
	set("R1-A2", "status=infected containment=isolated");
	assert_string_equal(last_subject(), "found infected, isolated R1-A2 JINJI-PC-04");
}

static void several_in_one_action_are_named_as_far_as_there_is_room(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct assign fields[] = {{"containment", "isolated"}, {"isolation_method", "cable"}};
	char name[64];
	for (int i = 1; i <= 5; i++) {
		snprintf(name, sizeof name, "hostname=JINJI-PC-%02d", i);
		add("asset", name);
	}
	struct action *a = action_begin(the_case, "set", &err);
	assert_int_equal(action_set(a, "R1-A3", fields, 2, 0, &err), 0);
	assert_int_equal(action_set(a, "R1-A4", fields, 2, 0, &err), 0);
	assert_int_equal(action_commit(a, &err), 0);
	assert_string_equal(last_subject(), "isolated R1-A3 JINJI-PC-03, R1-A4 JINJI-PC-04 (cable unplugged)");
	a = action_begin(the_case, "set", &err);
	for (int i = 1; i <= 5; i++) {
		snprintf(name, sizeof name, "R1-A%d", i);
		struct assign zone = {"zone", "HR"};
		assert_int_equal(action_set(a, name, &zone, 1, 0, &err), 0);
	}
	assert_int_equal(action_commit(a, &err), 0);
	assert_string_equal(
	    last_subject(),
	    "set R1-A1 JINJI-PC-01, R1-A2 JINJI-PC-02, R1-A3 JINJI-PC-03, R1-A4 JINJI-PC-04 and 1 more: Zone HR");
}

static void what_can_be_purged_is_not_told(void **state)
{
	(void)state;
	add("asset", "hostname=JINJI-PC-03");
	set("R1-A1", "recovery_key=111111-222222 prior_actions=rebooted+by+Sato");
	assert_null(strstr(last_subject(), "111111"));
	assert_null(strstr(last_subject(), "Sato"));
	assert_null(strstr(last_subject(), "sha256"));
	add("note", "text=the+password+is+hunter2 on=R1-A1");
	assert_string_equal(last_subject(), "note R1-N1 → R1-A1 JINJI-PC-03");
}

static void the_word_of_an_act_is_found_again(void **state)
{
	(void)state;
	size_t n = 0;
	assert_string_equal(action_subject_word("isolated R1-A1 X", &n), "isolated");
	assert_int_equal(n, strlen("isolated"));
	assert_string_equal(action_subject_word("found infected: R1-A1 X", &n), "found infected:");
	assert_int_equal(n, strlen("found infected:"));
	assert_non_null(action_subject_word("found infected, isolated R1-A1", &n));
	assert_int_equal(n, strlen("found infected"));
	assert_null(action_subject_word("isolatedness", &n));
	assert_null(action_subject_word("set R1-A1: containment", &n));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_change_says_which_field_came_to_be_what, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(an_act_is_told_by_its_word, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(several_in_one_action_are_named_as_far_as_there_is_room, case_setup,
	                                    case_teardown),
	    cmocka_unit_test_setup_teardown(what_can_be_purged_is_not_told, case_setup, case_teardown),
	    cmocka_unit_test(the_word_of_an_act_is_found_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
