/* Eligibility for rescue follows the two criteria of the organisation, and for a company a decision. */
#include "help_case.h"

static void test_two_criteria(void **state)
{
	(void)state;
	const char *party = add("party", "name=Agency type=organisation");
	const char *asked = add("consultation", "when=2014-06-30 from=Agency summary=x");
	assert_string_equal(get(asked, "eligible"), "-");
	set(party, "serious_effect=no");
	assert_string_equal(get(asked, "eligible"), "-"); /* half of it is not known */
	set(party, "key_relations=no");
	assert_string_equal(get(asked, "eligible"), "no");
	set(party, "serious_effect=yes");
	assert_string_equal(get(asked, "eligible"), "yes");
	assert_string_equal(get(add("consultation", "when=2014-07 from=Agency summary=y"), "eligible"), "yes");
	set(party, "serious_effect=unknown");
	assert_string_equal(get(asked, "eligible"), "-");
}

static void test_nobody_types_it(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	const char *asked = add("consultation", "when=2014-06-30 from=Agency summary=x");
	assert_int_equal(try_set(asked, "eligible=yes", 0, &err), -1);
}

static void test_person_stands_for_the_organisation(void **state)
{
	(void)state;
	add("party", "name=Agency type=organisation serious_effect=yes");
	const char *unit = add("party", "name=Personnel type=unit");
	const char *person = add("party", "name=Person type=person");
	const char *asked = add("consultation", "when=2014-06-30 from=Person summary=x");
	assert_string_equal(get(asked, "eligible"), "-");
	set(person, "parent=Personnel");
	set(unit, "parent=Agency"); /* two steps up */
	assert_string_equal(get(asked, "eligible"), "yes");
}

static void test_parties_in_a_circle(void **state)
{
	(void)state;
	const char *one = add("party", "name=One type=organisation");
	const char *other = add("party", "name=Other type=organisation parent=One");
	set(one, "parent=Other");
	const char *asked = add("consultation", "when=2014-06-30 from=One summary=x");
	set(other, "serious_effect=yes");
	assert_string_equal(get(asked, "eligible"), "yes");
}

static void test_company_by_decision(void **state)
{
	(void)state;
	add("party", "name=Company type=organisation org_kind=company serious_effect=no key_relations=no");
	const char *asked = add("consultation", "when=2014-06-30 from=Company summary=x");
	assert_string_equal(get(asked, "eligible"), "no");
	const char *decision =
	    add("decision", "title=x choice=help reason=x by=Responder when=2014-07-01 status=proposed");
	char to[64];
	snprintf(to, sizeof to, "decision=%s", decision);
	set(asked, to);
	assert_string_equal(get(asked, "eligible"), "no");
	set(decision, "status=decided");
	assert_string_equal(get(asked, "eligible"), "yes");
	set(decision, "status=rejected");
	assert_string_equal(get(asked, "eligible"), "no");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_two_criteria, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(test_nobody_types_it, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(test_person_stands_for_the_organisation, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(test_parties_in_a_circle, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(test_company_by_decision, case_setup, case_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
