/* The table of verbs: what may be undone, and where the timeline has an action. */
#include "case/action/verb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void a_verb_is_known_by_its_row(void **state)
{
	(void)state;
	assert_null(verb_find("of-a-later-version"));
	assert_null(verb_find(""));
	assert_int_equal(verb_find("new")->undo, VERB_FIRST);
	assert_int_equal(verb_find("set")->undo, VERB_UNDOABLE);
	assert_int_equal(verb_find("set")->subject, VERB_FIELDS);
	assert_int_equal(verb_find("handover")->undo, VERB_FINAL);
}

static void lanes_part_acts_from_keeping_of_records(void **state)
{
	(void)state;
	assert_int_equal(verb_find("preserve")->lane, VERB_LANE_RESPONSE);
	assert_int_equal(verb_find("handover")->lane, VERB_LANE_RESPONSE);
	assert_int_equal(verb_find("set")->lane,
	                 VERB_LANE_RECORDS); /* isolating is one, correcting a serial number too */
	assert_int_equal(verb_find("add")->lane, VERB_LANE_RECORDS);
	assert_int_equal(verb_find("merge")->lane, VERB_LANE_NONE);
	assert_int_equal(verb_find("undo")->lane, VERB_LANE_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_verb_is_known_by_its_row),
	    cmocka_unit_test(lanes_part_acts_from_keeping_of_records),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
