/* What becomes of a consultation, and what waits: in the register, and in the case file that it becomes. */
#include "core/case/help_case.h"

#include "base/json.h"
#include "base/time/clock.h"
#include "case/case.h"
#include "case/kind/stored_words.h"
#include "outward/desk/escalate.h"
#include "outward/desk/stage.h"
#include "outward/desk/waiting.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[128]; /* of the case file that is made */

static int open_case(const char *label, const char *stage, int anyway, struct err *err)
{
	struct consultation_case spec = {path, stage, "RAT found", "2014-07-02", anyway};
	struct buf warnings = BUF_INIT;
	char id[37];
	*err = (struct err)ERR_INIT;
	snprintf(path, sizeof path, "%s/new.genba", scratch);
	int rc = consultation_open(the_case, label, &spec, responder, &warnings, id, err);
	buf_release(&warnings);
	return rc;
}

static char *field_of(struct case_file *c, const char *label, const char *field)
{
	struct err err = ERR_INIT;
	json_t *record = record_get(c, label, 0, &err);
	if (!record)
		fail_msg("%s", err.message);
	const json_t *value = json_object_get(record, field);
	const char *text =
	    json_is_array(value) ? json_string_value(json_array_get(value, 0)) : json_string_value(value);
	char *copy = xstrdup(text ? text : "-");
	json_decref(record);
	return copy;
}

static void is(struct case_file *c, const char *label, const char *field, const char *wanted)
{
	char *got = field_of(c, label, field);
	if (strcmp(got, wanted) != 0)
		fail_msg("%s %s is '%s', not '%s'", label, field, got, wanted);
	free(got);
}

static void advice_and_refusal(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	const char *asked = add("consultation", "when=2014-06-30 from=Agency summary=x");
	struct consultation_end end = {"advice", "told how to look", "2014-07-01"};
	uint64_t before = commits();
	assert_int_equal(consultation_end(the_case, asked, &end, &err), 0);
	assert_int_equal(commits(), before + 1);
	assert_string_equal(get(asked, "became"), "advice");
	assert_string_equal(get(asked, "advised"), "2014-07-01");
	assert_string_equal(get("R1-D1", "reason"), "told how to look");
	assert_string_equal(get("R1-D1", "on"), asked);
	assert_string_equal(get("R1-D1", "choice"), "advice is given"); /* no end: rescue may follow */
	assert_string_equal(stored_words_of_program("it ends with advice"), "advice is given"); /* of before */
	struct consultation_end no = {"declined", "", NULL};
	assert_int_equal(consultation_end(the_case, asked, &no, &err), -1);
	assert_int_equal(err.code, ERR_USAGE);
	err_clear(&err);
	no.reason = "a private person";
	assert_int_equal(consultation_end(the_case, "R1-P1", &no, &err), -1); /* no consultation */
	err_clear(&err);
	assert_int_equal(consultation_end(the_case, asked, &no, &err), 0);
	assert_string_equal(get(asked, "became"), "declined");
}

static void a_case_of_a_consultation(void **state)
{
	(void)state;
	struct err err;
	add("party", "name=Agency type=organisation org_kind=iaa key_relations=yes phone=1234");
	add("party", "name=Caller type=person parent=Agency phone=5678");
	const char *asked =
	    add("consultation", "when=2014-06-30T23:40Z from=Caller summary=Slow+terminal kinds=rat_found,leak");
	assert_int_equal(open_case(asked, "rescue", 0, &err), 0);
	assert_string_equal(get(asked, "became"), "rescue");
	assert_string_equal(get(asked, "rescue_from"), "2014-07-02");
	struct case_unlock unlock = {responder, NULL};
	struct case_file *c = case_open(path, &unlock, 0, &err);
	assert_non_null(c);
	assert_string_equal(get(asked, "case_id"), case_id(c));
	is(c, "case", "title", "Slow terminal");
	is(c, "case", "consulted", get(asked, "when"));
	is(c, "case", "route", "desk");
	is(c, "case", "kinds", "leak");
	is(c, "case", "stage", "rescue");
	is(c, "case", "rescue_from", "2014-07-02");
	is(c, "case", "stage_reason", "RAT found");
	is(c, "case", "party", "R1-P1");
	is(c, "R1-P1", "name", "Agency");
	is(c, "R1-P1", "org_kind", "iaa");
	is(c, "R1-P2", "parent", "R1-P1");
	is(c, "R1-P2", "phone", "5678");
	char *link = field_of(c, "case", "consultation");
	assert_non_null(strstr(link, case_id(the_case)));
	free(link);
	case_close(c, NULL);
	assert_int_equal(open_case(asked, NULL, 0, &err), -1); /* it has one */
	assert_int_equal(err.code, ERR_EXISTS);
}

/* A case that is its own register: the call it came of waits no longer. */
static void the_case_that_it_is_in(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct stage_step step = {.stage = "on_site", .reason = "RAT found", .anyway = 1};
	struct buf warnings = BUF_INIT;
	const char *asked = add("consultation", "when=2014-06-30 from=Agency summary=x");
	assert_int_equal(stage_set(the_case, &step, &warnings, &err), 0);
	assert_string_equal(get(asked, "case_id"), "-");
	assert_int_equal(consultation_is_this_case(the_case, asked, "on_site", "RAT found", &err), 0);
	assert_string_equal(get(asked, "case_id"), case_id(the_case));
	assert_string_equal(get(asked, "became"), "on_site");
	assert_non_null(strstr(get("case", "consultation"), case_id(the_case)));
	assert_string_equal(get("R1-D2", "on"), asked);
	assert_int_equal(consultation_is_this_case(the_case, asked, "on_site", "again", &err), -1);
	assert_int_equal(err.code, ERR_EXISTS);
	buf_release(&warnings);
}

static void rescue_wants_a_criterion(void **state)
{
	(void)state;
	struct err err;
	add("party", "name=Agency type=organisation org_kind=university");
	add("party", "name=Company type=organisation org_kind=company");
	const char *asked = add("consultation", "when=2014-06-30 from=Agency summary=x");
	const char *other = add("consultation", "when=2014-06-30 from=Company summary=y");
	uint64_t before = commits();
	assert_int_equal(open_case(asked, "rescue", 0, &err), -1);
	assert_int_not_equal(access(path, F_OK), 0); /* nothing is left of it */
	assert_int_equal(commits(), before);
	assert_int_equal(open_case(asked, "rescue", 1, &err), 0);
	unlink(path);
	/* a company counts by decision */
	assert_int_equal(open_case(other, "rescue", 0, &err), 0);
	assert_string_equal(get(other, "eligible"), "yes");
	assert_string_equal(get("R1-D2", "choice"), "it becomes a rescue"); /* a sentence, which is read out */
}

/* Decisions of before have the program's name of the stage; what else is called so is called so. */
static void an_old_choice_is_told_as_a_sentence(void **state)
{
	(void)state;
	struct buf text = BUF_INIT;
	add("party", "name=Company");
	add("decision", "title=asked status=decided choice=on_site reason=law by=R1-P1 when=2014-06-30");
	add("account", "name=on_site");
	json_t *record = record_get(the_case, "R1-D1", 0, NULL);
	record_field_text(record, kind_field(record_kind(record), "choice"), &text);
	assert_string_equal(text.data, "it becomes support on site");
	json_decref(record);
	record = record_get(the_case, "R1-U1", 0, NULL);
	char *title = record_title(record);
	assert_string_equal(title, "on_site");
	free(title);
	json_decref(record);
	buf_release(&text);
}

static void nothing_is_overwritten(void **state)
{
	(void)state;
	struct err err;
	const char *asked = add("consultation", "when=2014-06-30 from=Agency summary=x");
	assert_int_equal(open_case(asked, NULL, 0, &err), 0);
	const char *other = add("consultation", "when=2014-06-30 from=Agency summary=y");
	assert_int_equal(open_case(other, NULL, 0, &err), -1);
	assert_int_equal(err.code, ERR_EXISTS);
	assert_string_equal(get(other, "case_id"), "-");
	assert_string_equal(get(asked, "became"), "open"); /* a case that is no rescue yet */
}

/* ---- what waits */

static void hear(void *ctx, int fault, const char *line)
{
	(void)line;
	*(int *)ctx += fault;
}

static void what_waits(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct clock_time now = {1406736000, 0, 540}; /* 2014-07-31 01:00 +09:00 */
	clock_set(&now, 0);
	add("party", "name=Agency type=organisation serious_effect=yes");
	add("consultation", "when=2014-07-30 from=Agency summary=young");
	add("consultation", "when=2014-07-01T00:15Z from=Agency summary=old");
	add("consultation", "when=2014-06-01 from=Agency summary=ended became=advice");
	struct err gone = ERR_INIT;
	assert_int_equal(
	    record_retract(the_case, add("consultation", "when=2014-06-01 from=Agency summary=wrong"), "x", &gone), 0);
	add("lead", "title=Seen type=social found=2014-07-20 status=new");
	add("lead", "title=To+tell type=social found=2014-07-25 status=to_contact");
	add("lead", "title=Done type=social found=2014-07-25 status=closed");
	const char *becomes = add("consultation", "when=2014-07-02 from=Agency summary=becomes+a+case");
	assert_int_equal(open_case(becomes, "rescue", 0, &err), 0);
	int faults = 0;
	struct desk_cases cases;
	struct desk_waiting waiting;
	struct case_unlock unlock = {responder, NULL};
	struct desk_source source = {.unlock = &unlock, .open = the_case, .tell = hear, .ctx = &faults};
	char *paths[] = {scratch};
	assert_int_equal(desk_gather(&source, paths, 1, &cases, &err), 0);
	assert_int_equal(waiting_make(&source, &cases, &waiting, &err), 0);
	assert_int_equal(faults, 0);
	assert_int_equal(waiting.count, 5);
	assert_string_equal(waiting.items[0].text, "old");
	assert_int_equal(waiting.items[0].age, 30);
	assert_string_equal(waiting.items[0].who, "Agency");
	assert_string_equal(waiting.items[0].status, "yes");
	assert_string_equal(waiting.items[1].text, "young");
	assert_string_equal(waiting.items[2].text, "To tell");
	assert_string_equal(waiting.items[3].text, "Seen");
	assert_int_equal(waiting.items[4].sort, WAITING_CASE);
	assert_string_equal(waiting.items[4].status, "rescue");
	assert_string_equal(waiting.items[4].who, "Agency");
	assert_int_equal(waiting.items[4].age, 29);
	waiting_release(&waiting);
	desk_cases_release(&cases);
}

int main(void)
{
#define CASE_TEST(f) cmocka_unit_test_setup_teardown(f, case_setup, case_teardown)
	const struct CMUnitTest tests[] = {
	    CASE_TEST(advice_and_refusal),
	    CASE_TEST(a_case_of_a_consultation),
	    CASE_TEST(the_case_that_it_is_in),
	    CASE_TEST(rescue_wants_a_criterion),
	    CASE_TEST(an_old_choice_is_told_as_a_sentence),
	    CASE_TEST(nothing_is_overwritten),
	    CASE_TEST(what_waits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
