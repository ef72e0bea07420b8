/* What a step needs before it is done: evidence with a hash or what stands in for it, records of its own. */
#include "base/err.h"
#include "base/json.h"
#include "base/time/clock.h"
#include "help_one_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static const char preserving[] =
    HEAD "workflow:\n"
         "  start: {type: start, on_completion: a}\n"
         "  a: {type: action, name: Take it, on_completion: end, genba: {preserving: true,\n"
         "      captures: [memory], records: [{evidence: [memory, device]}]}}\n"
         "  end: {type: end}\n";

static void add_evidence(const struct assign *fields, size_t count)
{
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	if (record_add(scene.c, "evidence", fields, count, RECORD_MACHINE, label, &err) < 0)
		fail_msg("%s", err.message);
}

static void a_preserving_step_wants_a_hash_of_each_asset(void **state)
{
	(void)state;
	char label[LABEL_TEXT];
	start(preserving, "R1-A1,R1-A2");
	refused("evidence, hashed");
	struct assign unhashed[] = {{"title", "x"}, {"type", "memory"}, {"on", "R1-A1"}};
	add_evidence(unhashed, 3);
	refused("evidence, hashed");
	scene_preserve(&scene, "log", "R1-A1", label); /* of another type */
	refused("evidence, hashed");
	scene_preserve(&scene, "memory", "R1-A1", label);
	refused("evidence, hashed"); /* the other machine */
	scene_preserve(&scene, "memory", "R1-A2", label);
	must_record(OUTCOME_DONE, NULL, NULL, 0);
	waits_for("");
	json_t *asset = record_get(scene.c, "R1-A2", 0, NULL);
	assert_string_equal(json_string_value(json_array_get(json_object_get(asset, "preserved"), 0)), "memory");
	json_decref(asset);
	json_t *step = json_array_get(run.steps, 0);
	assert_int_equal(json_array_size(json_object_get(step, "evidence")), 2);
	assert_string_equal(json_get_string(step, "role"), "lead");
	assert_non_null(json_get_string(step, "who"));
	assert_non_null(json_get_string(step, "started"));
}

static void a_sealed_item_or_a_stated_digest_will_do_for_the_time_being(void **state)
{
	(void)state;
	start(preserving, "R1-A1");
	struct assign bare[] = {
	    {"title", "x"}, {"type", "device"}, {"form", "physical"}, {"on", "R1-A1"}, {"seal_no", "S-1"}};
	add_evidence(bare, 5);
	refused("evidence, hashed");
	struct assign sealed[] = {
	    {"title", "x"},     {"type", "device"},      {"form", "physical"},       {"on", "R1-A1"},
	    {"seal_no", "S-1"}, {"source_serial", "W1"}, {"hash_due", "2026-12-01"}, {"witness", "Person B"}};
	add_evidence(sealed, 8);
	must_record(OUTCOME_DONE, NULL, NULL, 0);
	start(preserving, "R1-A2");
	struct assign stated[] = {{"title", "x"},
	                          {"type", "memory"},
	                          {"form", "elsewhere"},
	                          {"on", "R1-A2"},
	                          {"claimed_hash", "sha256:00"},
	                          {"claimed_by", "Vendor C"}};
	add_evidence(stated, 6);
	must_record(OUTCOME_DONE, NULL, NULL, 0);
}

/* Each of these lacks one thing. */
static void what_is_nearly_secured_is_not(void **state)
{
	(void)state;
	static const struct assign nearly[][8] = {
	    {{"title", "interrupted"},
	     {"type", "memory"},
	     {"on", "R1-A1"},
	     {"sha256", SHA256},
	     {"complete", "interrupted"}},
	    {{"title", "elsewhere"}, {"type", "memory"}, {"on", "R1-A1"}, {"form", "elsewhere"}},
	    {{"title", "no witness"},
	     {"type", "device"},
	     {"on", "R1-A1"},
	     {"form", "physical"},
	     {"seal_no", "S-1"},
	     {"source_serial", "W1"},
	     {"hash_due", "2026-12-01"}},
	    {{"title", "not due"},
	     {"type", "device"},
	     {"on", "R1-A1"},
	     {"form", "physical"},
	     {"seal_no", "S-1"},
	     {"source_serial", "W1"},
	     {"witness", "Person B"}},
	    {{"title", "no serial"},
	     {"type", "device"},
	     {"on", "R1-A1"},
	     {"form", "physical"},
	     {"seal_no", "S-1"},
	     {"hash_due", "2026-12-01"},
	     {"witness", "Person B"}}};
	start(preserving, "R1-A1");
	for (size_t i = 0; i < sizeof nearly / sizeof *nearly; i++) {
		size_t n = 0;
		while (n < 8 && nearly[i][n].name)
			n++;
		add_evidence(nearly[i], n);
		refused("evidence, hashed");
	}
	char holder[LABEL_TEXT];
	scene_add(&scene, "party", NULL, holder);
	struct assign held[] = {
	    {"title", "x"}, {"type", "memory"}, {"on", "R1-A1"}, {"form", "elsewhere"}, {"holder", holder}};
	add_evidence(held, 5);
	must_record(OUTCOME_DONE, NULL, NULL, 0);
}

/* Whichever of the machines comes first: each needs its own. */
static void the_first_machine_needs_its_evidence_too(void **state)
{
	(void)state;
	char label[LABEL_TEXT];
	start(preserving, "R1-A1,R1-A2");
	scene_preserve(&scene, "memory", "R1-A2", label);
	refused("evidence, hashed");
	scene_preserve(&scene, "memory", "R1-A1", label);
	must_record(OUTCOME_DONE, NULL, NULL, 0);
}

/* Of several decisions since the run began the last is that of the step. */
static void the_last_decision_counts(void **state)
{
	(void)state;
	char first[LABEL_TEXT];
	char last[LABEL_TEXT];
	start(two_needs, "R1-A1");
	scene_add(&scene, "decision", "R1-A1", first);
	scene_add(&scene, "decision", "R1-A1", last);
	must_record(OUTCOME_DONE, NULL, NULL, 0);
	assert_string_equal(json_get_string(json_array_get(run.steps, 0), "decision"), last);
}

/* A playbook that was called is through when its run is finished, not when it was begun. */
static void a_called_playbook_counts_at_its_end(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	struct playbook *called = playbook_find("isolate", &err);
	assert_non_null(called);
	char *text = xasprintf(HEAD "workflow:\n  start: {type: start, on_completion: a}\n"
	                            "  a: {type: playbook-action, name: x, playbook_id: %s, on_completion: end}\n"
	                            "  end: {type: end}\n",
	                       json_get_string(called->tree, "id"));
	start(text, "R1-A1");
	refused("a run of the playbook");
	assert_int_equal(run_start(scene.c, called, "R1-A1", label, &err), 0);
	refused("a run of the playbook");
	assert_int_equal(run_abandon(scene.c, label, "no need", &err), 0);
	refused("a run of the playbook");
	playbook_free(called);
	free(text);
}

static void what_stands_in_for_a_hash_is_complete_or_refused(void **state)
{
	(void)state;
	char label[LABEL_TEXT];
	struct err err = ERR_INIT;
	struct assign item[] = {{"title", "Notebook"},   {"type", "device"},      {"on", "R1-A1"},
	                        {"source_serial", "W1"}, {"witness", "Person B"}, {"hash_due", "2026-12-01"},
	                        {"seal_no", "S-1"}};
	struct assign stated[] = {{"title", "Image"},
	                          {"type", "memory"},
	                          {"on", "R1-A2"},
	                          {"claimed_by", "Vendor C"},
	                          {"claimed_hash", "sha256:00"}};
	start(preserving, "R1-A1");
	assert_int_equal(run_stand_in(scene.c, 0, item, 6, label, &err), -1);
	assert_non_null(strstr(err.message, "seal_no"));
	struct err good = ERR_INIT;
	if (run_stand_in(scene.c, 0, item, 7, label, &good) < 0)
		fail_msg("%s", good.message);
	json_t *record = record_get(scene.c, label, 0, NULL);
	assert_string_equal(json_get_string(record, "form"), "physical");
	json_decref(record);
	must_record(OUTCOME_DONE, NULL, NULL, 0);
	start(preserving, "R1-A2");
	static const char *const wrong[] = {"sha256:00", "00", "crc:00", "md5:0123456789abcdef0123456789abcdeg"};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct err why = ERR_INIT;
		stated[4].value = wrong[i];
		assert_int_equal(run_stand_in(scene.c, 1, stated, 5, label, &why), -1);
		assert_non_null(strstr(why.message, "digest"));
	}
	stated[4].value = "md5:0123456789abcdef0123456789abcdef";
	if (run_stand_in(scene.c, 1, stated, 5, label, &good) < 0)
		fail_msg("%s", good.message);
	must_record(OUTCOME_DONE, NULL, NULL, 0);
}

/* Evidence named goes with what is on record; what a step's command said goes along by itself, with that step only. */
static void evidence_named_and_said_goes_with_its_step(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	char memory[LABEL_TEXT];
	char named[LABEL_TEXT];
	char said[LABEL_TEXT];
	start(preserving, "R1-A1");
	scene_preserve(&scene, "memory", "R1-A1", memory);
	scene_preserve(&scene, "log", "R1-A1", named);
	scene_preserve(&scene, "output", "R1-A1", said);
	assert_int_equal(run_keep_output(scene.c, &run, &run.waiting[0], said, &err), 0);
	json_t *outputs = run_outputs(scene.c, &run, &run.waiting[0]);
	assert_int_equal(json_array_size(outputs), 1);
	assert_string_equal(json_string_value(json_array_get(outputs, 0)), said);
	json_decref(outputs);
	struct assign unknown = {"evidence", "R1-E99"};
	assert_int_equal(record(OUTCOME_DONE, NULL, &unknown, 1, &err), -1);
	one_run_load();
	struct assign fields = {"evidence", named};
	must_record(OUTCOME_DONE, NULL, &fields, 1);
	const json_t *evidence = json_object_get(json_array_get(run.steps, 0), "evidence");
	assert_int_equal(json_array_size(evidence), 3);
}

static void preserving_wants_a_hash_even_if_the_list_forgets_it(void **state)
{
	(void)state;
	start(HEAD "workflow:\n  start: {type: start, on_completion: a}\n"
	           "  a: {type: action, name: x, on_completion: end, genba: {preserving: true}}\n  end: {type: end}\n",
	      "R1-A1");
	refused("evidence, hashed");
	must_record(OUTCOME_NOT_APPLICABLE, NULL, NULL, 0); /* with a reason */
}

static void each_step_needs_records_of_its_own(void **state)
{
	(void)state;
	char decision[LABEL_TEXT];
	char check[LABEL_TEXT];
	struct err err = ERR_INIT;
	scene_add(&scene, "decision", "R1-A1", decision); /* before the run: it decided something else */
	start(two_needs, "R1-A1");
	refused("decision=LABEL");
	scene_add(&scene, "decision", "R1-A1", decision);
	must_record(OUTCOME_DONE, NULL, NULL, 0);
	waits_for("b");
	assert_string_equal(json_get_string(json_array_get(run.steps, 0), "decision"), decision);
	refused("decision=LABEL"); /* that one is used */
	scene_add(&scene, "check", "R1-A1", check);
	struct assign fields[] = {{"decision", decision}, {"note", "one"}, {"tool", "dd"}, {"undo", "port 7"}};
	assert_int_equal(record(OUTCOME_DONE, NULL, fields, 4, &err), -1);
	assert_non_null(strstr(err.message, "a note")); /* two were wanted */
	struct assign all[] = {
	    {"decision", decision}, {"note", "one"}, {"note", "two"}, {"tool", "dd"}, {"undo", "port 7"}};
	must_record(OUTCOME_DONE, NULL, all, 5);
	const json_t *step = json_array_get(run.steps, 1);
	assert_string_equal(json_get_string(step, "tool"), "dd");
	assert_int_equal(json_array_size(json_object_get(step, "links")), 3); /* the check and both notes */
}

/* One requirement as run_needs() tells it. */
static void needs_are(size_t i, const char *key, int met, const char *by)
{
	json_t *needs = run_needs(scene.c, &run, &run.waiting[0], NULL);
	json_t *one = json_array_get(needs, i);
	assert_non_null(json_object_get(json_object_get(one, "need"), key));
	assert_int_equal(json_is_true(json_object_get(one, "met")), met);
	assert_int_equal(json_array_size(json_object_get(one, "by")), by ? 1 : 0);
	if (by)
		assert_string_equal(json_string_value(json_array_get(json_object_get(one, "by"), 0)), by);
	json_decref(needs);
}

static void needs_say_what_meets_them(void **state)
{
	(void)state;
	char decision[LABEL_TEXT];
	char check[LABEL_TEXT];
	start(two_needs, "R1-A1");
	needs_are(0, "decision", 0, NULL);
	scene_add(&scene, "decision", "R1-A1", decision);
	needs_are(0, "decision", 1, decision);
	must_record(OUTCOME_DONE, NULL, NULL, 0);
	waits_for("b");
	needs_are(0, "decision", 0, NULL); /* that one is used */
	needs_are(1, "record", 0, NULL);
	scene_add(&scene, "check", "R1-A1", check);
	needs_are(1, "record", 1, check);
	needs_are(2, "note", 0, NULL); /* notes are given with the outcome */
	needs_are(3, "note", 0, NULL);
	needs_are(4, "field", 0, NULL);
	needs_are(5, "step", 0, NULL);
}

/* A step that is not done with what is given. */
static void refused_with(const struct assign *fields, size_t count, const char *part)
{
	struct err err = ERR_INIT;
	assert_int_equal(record(OUTCOME_DONE, NULL, fields, count, &err), -1);
	if (!strstr(err.message, part))
		fail_msg("'%s' does not say '%s'", err.message, part);
}

/* Of the run's own machine, or of none; from the very second in which the run began. */
static void a_record_counts_by_what_it_is_about_and_when(void **state)
{
	(void)state;
	char label[LABEL_TEXT];
	start(two_needs, "R1-A1");
	scene_add(&scene, "decision", "R1-A2", label);
	refused("decision=LABEL");
	scene_add(&scene, "decision", NULL, label);
	must_record(OUTCOME_DONE, NULL, NULL, 0);
	assert_string_equal(json_get_string(json_array_get(run.steps, 0), "decision"), label);
	struct clock_time now = clock_now();
	clock_set(&now, 0);
	start(two_needs, "R1-A3");
	scene_add(&scene, "decision", "R1-A3", label);
	must_record(OUTCOME_DONE, NULL, NULL, 0);
	waits_for("b");
}

/* What a command said is evidence if the command succeeded, or if somebody names it all the same. */
static void output_of_a_command_that_failed_counts_when_named(void **state)
{
	(void)state;
	char label[LABEL_TEXT];
	static const char volatile_data[] =
	    HEAD "workflow:\n  start: {type: start, on_completion: a}\n"
	         "  a: {type: action, name: x, on_completion: end, genba: {records: [{evidence: [output]}]}}\n"
	         "  end: {type: end}\n";
	struct assign failed[] = {
	    {"title", "ps"}, {"type", "output"}, {"on", "R1-A1"}, {"sha256", SHA256}, {"exit_status", "1"}};
	struct assign good[] = {
	    {"title", "ps"}, {"type", "output"}, {"on", "R1-A2"}, {"sha256", SHA256}, {"exit_status", "0"}};
	start(volatile_data, "R1-A1");
	add_evidence(failed, 5);
	refused("evidence, hashed");
	json_t *last = record_get(scene.c, "R1-E1", 0, NULL);
	snprintf(label, sizeof label, "%s", record_label(last));
	json_decref(last);
	struct assign named = {"evidence", label};
	must_record(OUTCOME_DONE, NULL, &named, 1);
	start(volatile_data, "R1-A2");
	add_evidence(good, 5);
	must_record(OUTCOME_DONE, NULL, NULL, 0);
}

/* A step takes no more than it wants: the rest is for the steps to come. Two copies are two. */
static void as_many_as_are_wanted(void **state)
{
	(void)state;
	char label[LABEL_TEXT];
	static const char steps[] =
	    HEAD "workflow:\n  start: {type: start, on_completion: a}\n"
	         "  a: {type: action, name: x, on_completion: b, genba: {records: [{evidence: [memory], copies: 2}]}}\n"
	         "  b: {type: action, name: x, on_completion: end, genba: {records: [{evidence: [memory]}]}}\n"
	         "  end: {type: end}\n";
	start(steps, "R1-A1");
	scene_preserve(&scene, "memory", "R1-A1", label);
	refused("evidence, hashed");
	scene_preserve(&scene, "memory", "R1-A1", label);
	scene_preserve(&scene, "memory", "R1-A1", label);
	must_record(OUTCOME_DONE, NULL, NULL, 0);
	assert_int_equal(json_array_size(json_object_get(json_array_get(run.steps, 0), "evidence")), 2);
	waits_for("b");
	must_record(OUTCOME_DONE, NULL, NULL, 0);
	waits_for("");
}

/* What is named must be of the kind, whatever else is on record; a comma may have a blank behind it. */
static void what_is_named_must_be_of_the_kind(void **state)
{
	(void)state;
	char first[LABEL_TEXT];
	char second[LABEL_TEXT];
	static const char wants_check[] =
	    HEAD "workflow:\n  start: {type: start, on_completion: a}\n"
	         "  a: {type: action, name: x, on_completion: end, genba: {records: [{record: check}]}}\n"
	         "  end: {type: end}\n";
	struct assign asset = {"check", "R1-A1"};
	start(wants_check, "R1-A1");
	refused_with(&asset, 1, "a record of the kind");
	scene_add(&scene, "check", "R1-A1", first);
	refused_with(&asset, 1, "a record of the kind");
	scene_add(&scene, "check", "R1-A1", second);
	char *both = xasprintf("%s, %s", first, second);
	struct assign checks = {"check", both};
	must_record(OUTCOME_DONE, NULL, &checks, 1);
	assert_int_equal(json_array_size(json_object_get(json_array_get(run.steps, 0), "links")), 2);
	free(both);
}

/* The same C2 is blocked in one step and swept for in another. */
static void an_indicator_serves_several_steps(void **state)
{
	(void)state;
	char label[LABEL_TEXT];
	start(HEAD "workflow:\n  start: {type: start, on_completion: a}\n"
	           "  a: {type: action, name: x, on_completion: b, genba: {records: [{indicator: true}]}}\n"
	           "  b: {type: action, name: x, on_completion: end, genba: {records: [{indicator: true}]}}\n"
	           "  end: {type: end}\n",
	      "R1-A1");
	refused("an indicator");
	scene_add(&scene, "indicator", "R1-A1", label);
	must_record(OUTCOME_DONE, NULL, NULL, 0);
	waits_for("b");
	must_record(OUTCOME_DONE, NULL, NULL, 0);
	waits_for("");
}

/* A field left empty is none; what is told of one note is not told of two; of no machine nothing can be told. */
static void what_is_given_empty_is_not_given(void **state)
{
	(void)state;
	static const char wants[] =
	    HEAD "workflow:\n  start: {type: start, on_completion: a}\n"
	         "  a: {type: action, name: x, on_completion: end,\n"
	         "      genba: {records: [{note: true}, {note: true}, {step: tool}, {field: undo}]}}\n"
	         "  end: {type: end}\n";
	struct assign fields[] = {{"note", "one"}, {"notes", ""}, {"tool", ""}};
	start(wants, NULL);
	refused_with(fields, 3, "a note");
	refused_with(fields, 3, "tool=TEXT");
	struct step_outcome one = {.outcome = OUTCOME_DONE, .fields = fields, .field_count = 1};
	json_t *needs = run_needs(scene.c, &run, &run.waiting[0], &one);
	static const int met[] = {1, 0, 0, 1};
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(json_is_true(json_object_get(json_array_get(needs, i), "met")), met[i]);
	json_decref(needs);
	fields[1].value = "two";
	refused_with(fields, 3, "tool=TEXT");
	fields[2].value = "dd";
	must_record(OUTCOME_DONE, NULL, fields, 3);
}

/* What there need not be is not missed; but a step that preserves has its hash, be it called optional. */
static void what_is_optional_is_not_missed(void **state)
{
	(void)state;
	char label[LABEL_TEXT];
	start(HEAD
	      "workflow:\n  start: {type: start, on_completion: a}\n"
	      "  a: {type: action, name: x, on_completion: b, genba: {records: [{record: check, optional: true}]}}\n"
	      "  b: {type: action, name: x, on_completion: end,\n"
	      "      genba: {preserving: true, records: [{evidence: [memory], optional: true}]}}\n"
	      "  end: {type: end}\n",
	      "R1-A1");
	must_record(OUTCOME_DONE, NULL, NULL, 0);
	waits_for("b");
	refused("evidence, hashed");
	scene_preserve(&scene, "memory", "R1-A1", label);
	must_record(OUTCOME_DONE, NULL, NULL, 0);
}

#define CALLED "playbook--11111111-1111-4111-8111-11111111111" /* and a digit */

/* A run of that playbook (its number) on the machine, done to its end; the run at hand stays the one that it was. */
static void run_to_the_end(char number, const char *on)
{
	char before[LABEL_TEXT];
	char *text = xasprintf("%sid: " CALLED "%c\nworkflow:\n  start: {type: start, on_completion: a}\n"
	                       "  a: {type: action, name: x, on_completion: end}\n  end: {type: end}\n",
	                       HEAD, number);
	memcpy(before, run_label, sizeof before);
	start(text, on);
	must_record(OUTCOME_DONE, NULL, NULL, 0);
	waits_for("");
	memcpy(run_label, before, sizeof before);
	if (*before)
		one_run_load();
	free(text);
}

/* Of that playbook, since this run began; one serves every step that calls it. */
static void a_called_run_is_of_that_playbook_and_of_now(void **state)
{
	(void)state;
	*run_label = '\0';
	run_to_the_end('1', "R1-A1");
	start(HEAD "workflow:\n  start: {type: start, on_completion: a}\n"
	           "  a: {type: playbook-action, name: x, on_completion: b, playbook_id: " CALLED "1,\n"
	           "      genba: {playbook: called}}\n"
	           "  b: {type: playbook-action, name: x, on_completion: end, playbook_id: " CALLED "1,\n"
	           "      genba: {playbook: called}}\n"
	           "  end: {type: end}\n",
	      "R1-A1");
	refused("a run of the playbook"); /* that one was before */
	run_to_the_end('2', "R1-A1");
	refused("a run of the playbook"); /* that is of another */
	run_to_the_end('1', "R1-A2");
	refused("a run of the playbook"); /* that is of another machine */
	run_to_the_end('1', "R1-A1");
	must_record(OUTCOME_DONE, NULL, NULL, 0);
	waits_for("b");
	must_record(OUTCOME_DONE, NULL, NULL, 0);
	waits_for("");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_RUN(a_preserving_step_wants_a_hash_of_each_asset),
	    WITH_RUN(a_sealed_item_or_a_stated_digest_will_do_for_the_time_being),
	    WITH_RUN(what_is_nearly_secured_is_not),
	    WITH_RUN(the_first_machine_needs_its_evidence_too),
	    WITH_RUN(the_last_decision_counts),
	    WITH_RUN(a_called_playbook_counts_at_its_end),
	    WITH_RUN(what_stands_in_for_a_hash_is_complete_or_refused),
	    WITH_RUN(evidence_named_and_said_goes_with_its_step),
	    WITH_RUN(preserving_wants_a_hash_even_if_the_list_forgets_it),
	    WITH_RUN(each_step_needs_records_of_its_own),
	    WITH_RUN(needs_say_what_meets_them),
	    WITH_RUN(a_record_counts_by_what_it_is_about_and_when),
	    WITH_RUN(output_of_a_command_that_failed_counts_when_named),
	    WITH_RUN(as_many_as_are_wanted),
	    WITH_RUN(what_is_named_must_be_of_the_kind),
	    WITH_RUN(an_indicator_serves_several_steps),
	    WITH_RUN(what_is_given_empty_is_not_given),
	    WITH_RUN(what_is_optional_is_not_missed),
	    WITH_RUN(a_called_run_is_of_that_playbook_and_of_now),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
