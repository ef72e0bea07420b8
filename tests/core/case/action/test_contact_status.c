/* The contact with an organisation of the attack chain: what a contact on record takes on, and what no damage rests on. */
#include "help_case.h"

#include "base/i18n.h"
#include "case/action/contact_status.h"

#include <stdlib.h>
#include <string.h>

static const char notice[] = "party=Partner when=2026-11-24 direction=out means=phone purpose=chain_notice said=it";

static void begin(void)
{
	set("case", "party=Victim"); /* R1-P1 */
	add("party", "name=Partner type=organisation chain_status=confirmed chain_pivot=recipients");
	add("decision", "title=Tell+them choice=yes reason=they+agreed by=Victim when=2026-11-23 on=R1-P2");
}

static const char *notice_with(const char *more)
{
	static char fields[300];
	snprintf(fields, sizeof fields, "%s %s", notice, more);
	return fields;
}

/* What came of a notice is not asked for any more once a later one reached them. */
static void a_later_notice_that_reached_them_answers_for_it(void **state)
{
	static const char fields[] =
	    "party=R1-P2 direction=out means=phone purpose=chain_notice said=it approved_by=R1-D1 "
	    "when=2026-11-2%d%s";
	static const struct {
		int day;
		const char *result;
		const char *silent; /* that is named then; NULL: none */
	} steps[] = {{5, "", "R1-C1"},
	             {4, " result=reached", "R1-C1"},
	             {6, " result=no_answer", "R1-C1"},
	             {6, " result=reached", NULL},
	             {5, "", NULL}, /* written down late */
	             {7, "", "R1-C6"},
	             {7, " answer=Yes", NULL}};
	char silent[LABEL_TEXT];
	char text[300];
	(void)state;
	begin();
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		snprintf(text, sizeof text, fields, steps[i].day, steps[i].result);
		add("contact", text);
		int rc = contact_without_result(the_case, "R1-P2", silent);
		assert_int_equal(rc, steps[i].silent ? 0 : -1);
		assert_string_equal(silent, steps[i].silent ? steps[i].silent : "");
	}
}

static void a_contact_takes_it_on(void **state)
{
	struct err err = ERR_INIT;
	(void)state;
	begin();
	assert_int_equal(try_add("contact", notice, 0, &err), -1); /* nobody approved */
	assert_string_equal(get("R1-P2", "chain_status"), "confirmed");
	char silent[LABEL_TEXT];
	assert_int_equal(contact_without_result(the_case, "R1-P2", silent), -1);
	const char *told = add("contact", notice_with("approved_by=R1-D1"));
	assert_string_equal(get("R1-P2", "chain_status"), "approved"); /* and it can be told why no further */
	assert_int_equal(contact_without_result(the_case, "R1-P2", silent), 0);
	assert_string_equal(silent, told);
	set(told, "result=no_answer");
	assert_int_equal(contact_without_result(the_case, "R1-P2", silent), -1);
	uint64_t before = commits();
	const char *reached = add("contact", notice_with("approved_by=R1-D1 result=reached"));
	assert_string_equal(get("R1-P2", "chain_status"), "contacted");
	assert_int_equal(commits(), before + 1); /* in one action */
	set(reached, "answer=They+look+into+it");
	assert_string_equal(get("R1-P2", "chain_status"), "answered");
	add("contact", notice_with("approved_by=R1-D1 result=no_answer"));
	assert_string_equal(get("R1-P2", "chain_status"), "answered"); /* never back */
	set("R1-P2", "chain_status=inspecting");
	set(reached, "answer=They+found+nothing");
	assert_string_equal(get("R1-P2", "chain_status"), "inspecting");
	set("R1-P2", "chain_status=rejected");
	add("contact", notice_with("approved_by=R1-D1 result=reached"));
	assert_string_equal(get("R1-P2", "chain_status"), "rejected");
	/* another purpose says nothing about the chain */
	add("party", "name=Other type=organisation");
	add("contact", "party=Other when=2026-11-24 direction=out means=phone purpose=hearing said=it result=reached");
	assert_string_equal(get("R1-P3", "chain_status"), "-");
}

static void is_told_as(const char *label, const char *language, const char *expected)
{
	json_t *party = record_get(the_case, label, 0, NULL);
	i18n_set_language(language);
	char *text = contact_status_text(the_case, party);
	i18n_set_language("en");
	assert_string_equal(text, expected);
	free(text);
	json_decref(party);
}

static void no_damage_rests_on_something(void **state)
{
	struct err err = ERR_INIT;
	(void)state;
	begin();
	is_told_as("R1-P2", "en", "confirmed");
	add("contact", notice_with("approved_by=R1-D1 result=reached"));
	assert_int_equal(try_set("R1-P2", "chain_status=not_damaged", 0, &err), -1);
	assert_non_null(strstr(err.message, "their answer"));
	err_clear(&err);
	assert_int_equal(try_add("party", "name=New type=organisation chain_status=not_damaged", 0, &err), -1);
	const char *answer = add("contact", notice_with("approved_by=R1-D1 result=reached answer=nothing+seen"));
	set("R1-P2", "chain_status=not_damaged");
	is_told_as("R1-P2", "en", "not damaged (as they say)");
	assert_int_equal(record_retract(the_case, answer, "not them", &err), 0);
	err_clear(&err);
	assert_int_equal(try_set("R1-P2", "chain_status=not_damaged phone=1", 0, &err), -1);
	/* a machine of theirs that was looked at */
	add("asset", "hostname=theirs user=R1-P2");
	add("check", "on=R1-A1 method=log_search when=2026-11-25 by=Victim result=not_found limits=mail+only");
	set("R1-P2", "chain_status=not_damaged phone=2");
	is_told_as("R1-P2", "en", "not damaged (within what was checked)");
	set("R1-P2", "chain_status=closed");
	is_told_as("R1-P2", "en", "closed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_contact_takes_it_on, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(a_later_notice_that_reached_them_answers_for_it, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(no_damage_rests_on_something, case_setup, case_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
