/* What must be recorded is not on record while it is "unknown", or what a record holds before anybody said anything. */
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "help_one_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char isolating[] = HEAD "workflow:\n"
                                     "  start: {type: start, on_completion: a}\n"
                                     "  a: {type: action, name: Cut it off, on_completion: b, genba: {records:\n"
                                     "      [{field: isolation_method}, {field: prior_actions}, {step: tool}]}}\n"
                                     "  b: {type: action, name: Recover, on_completion: end, genba: {records:\n"
                                     "      [{field: recovery}, {field: isolation_verified}]}}\n"
                                     "  end: {type: end}\n";

static void set(const char *label, const char *name, const char *value)
{
	struct err err = ERR_INIT;
	struct assign field = {name, value};
	if (record_set(scene.c, label, &field, 1, 0, &err) < 0)
		fail_msg("%s", err.message);
}

/* How many of the step's requirements are met by what is on record. */
static size_t met(void)
{
	json_t *needs = run_needs(scene.c, &run, &run.waiting[0], NULL);
	size_t count = 0;
	size_t i;
	json_t *one;
	json_array_foreach(needs, i, one)
		count += json_is_true(json_object_get(one, "met"));
	json_decref(needs);
	return count;
}

/* "done" with these fields is refused, and the message has this part. */
static void refused_with(const struct assign *fields, size_t count, const char *part)
{
	struct err err = ERR_INIT;
	assert_int_equal(record(OUTCOME_DONE, NULL, fields, count, &err), -1);
	if (!strstr(err.message, part))
		fail_msg("'%s' is not in: %s", part, err.message);
	one_run_load();
}

static int done_because(const char *reason, const struct assign *fields, size_t count)
{
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	int finished;
	struct step_outcome what = {.outcome = OUTCOME_DONE, .reason = reason, .fields = fields, .field_count = count};
	int rc = run_step(scene.c, &run, &run.waiting[0], &what, label, &finished, &err);
	one_run_load();
	return rc;
}

static void unknown_on_record_is_not_on_record(void **state)
{
	(void)state;
	static const char *const texts[] = {"unknown", "Unknown", "不明", "?"};
	start(isolating, "R1-A1,R1-A2");
	assert_int_equal(met(), 0);
	set("R1-A1", "isolation_method", "cable");
	set("R1-A2", "isolation_method", "unknown"); /* one of two */
	assert_int_equal(met(), 0);
	set("R1-A2", "isolation_method", "edr");
	assert_int_equal(met(), 1);
	set("R1-A1", "prior_actions", "scanned");
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		set("R1-A2", "prior_actions", texts[i]);
		assert_int_equal(met(), 1);
	}
	set("R1-A2", "prior_actions", "unknown to the user; the log shows a restart");
	assert_int_equal(met(), 2);
}

static void what_a_record_begins_with_is_not_on_record(void **state)
{
	(void)state;
	struct assign all[] = {{"isolation_method", "cable"}, {"prior_actions", "none"}, {"tool", "hands"}};
	start(isolating, "R1-A1");
	must_record(OUTCOME_DONE, NULL, all, 3);
	waits_for("b");
	assert_int_equal(met(), 0); /* recovery is `none` from the start */
	set("R1-A1", "isolation_verified", "not_verified");
	assert_int_equal(met(), 0);
	set("R1-A1", "isolation_verified", "one_side");
	set("R1-A1", "recovery", "rebuilding");
	assert_int_equal(met(), 2);
}

static void what_nobody_can_tell_is_said_with_the_reason(void **state)
{
	(void)state;
	struct assign fields[] = {{"isolation_method", "unknown"}, {"prior_actions", "scanned"}, {"tool", "不明"}};
	struct buf text = BUF_INIT;
	start(isolating, "R1-A1");
	refused_with(fields, 3, "isolation_method, tool");
	assert_int_equal(done_because("", fields, 3), -1);
	assert_int_equal(done_because("the operator did it and has left", fields, 3), 0);
	const json_t *step = json_array_get(run.steps, 0);
	assert_string_equal(json_get_string(step, "left_unknown"), "isolation_method, tool");
	assert_string_equal(json_get_string(step, "reason"), "the operator did it and has left");
	run_unknown_text(step, &text);
	assert_string_equal(text.data, "How isolated, Tool");
	buf_clear(&text);
	json_t *report = run_report(scene.c, &run);
	run_report_markdown(&run, report, &text);
	assert_non_null(strstr(text.data, "**Left unknown**: How isolated, Tool\n"));
	json_decref(report);
	buf_release(&text);
}

static void told_is_not_left_unknown(void **state)
{
	(void)state;
	struct assign fields[] = {{"isolation_method", "cable"}, {"prior_actions", "scanned"}, {"tool", "hands"}};
	start(isolating, "R1-A1");
	assert_int_equal(done_because("as agreed", fields, 3), 0);
	assert_null(json_object_get(json_array_get(run.steps, 0), "left_unknown"));
}

static const char accepting[] = HEAD "workflow:\n"
                                     "  start: {type: start, on_completion: a}\n"
                                     "  a: {type: action, name: Accept, on_completion: b, genba: {records:\n"
                                     "      [{decision: true, with: [risk_by, review]}]}}\n"
                                     "  b: {type: action, name: See, on_completion: end, genba: {records:\n"
                                     "      [{evidence: [output]}]}}\n"
                                     "  end: {type: end}\n";

static void a_record_tells_of_what_the_playbook_wants_in_it(void **state)
{
	(void)state;
	char label[LABEL_TEXT];
	start(accepting, "R1-A1");
	scene_add(&scene, "decision", "R1-A1", label);
	refused("a decision with the one who decided (decision=LABEL), with Risk accepted by, Review at");
	struct assign named = {"decision", label};
	refused_with(&named, 1, "Risk accepted by");
	set(label, "risk_by", "Person B");
	refused("Review at");
	set(label, "review", "2026-12-01");
	must_record(OUTCOME_DONE, NULL, NULL, 0);
	waits_for("b");
}

/* What a command said that failed is no answer by itself. Who names it says that it is. */
static void the_output_of_a_failed_command_counts_when_it_is_named(void **state)
{
	(void)state;
	char label[LABEL_TEXT];
	struct err err = ERR_INIT;
	struct assign output[] = {{"title", "ss"},
	                          {"type", "output"},
	                          {"sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
	                          {"complete", "complete"},
	                          {"exit_status", "127"},
	                          {"on", "R1-A1"}};
	start(accepting, "R1-A1");
	assert_int_equal(record(OUTCOME_NOT_APPLICABLE, NULL, NULL, 0, &err), 0);
	one_run_load();
	waits_for("b");
	assert_int_equal(record_add(scene.c, "evidence", output, 6, RECORD_MACHINE, label, &err), 0);
	refused("evidence, hashed");
	assert_int_equal(met(), 0);
	struct assign named = {"evidence", label};
	must_record(OUTCOME_DONE, NULL, &named, 1);
	waits_for("");
}

/* Of a run on no machine nobody can tell what older evidence has to do with it: it is picked. */
static void evidence_of_before_a_run_on_the_case_is_named(void **state)
{
	(void)state;
	char before[LABEL_TEXT];
	char label[LABEL_TEXT];
	struct err err = ERR_INIT;
	scene_preserve(&scene, "output", NULL, before);
	start(accepting, NULL);
	assert_int_equal(record(OUTCOME_NOT_APPLICABLE, NULL, NULL, 0, &err), 0);
	one_run_load();
	waits_for("b");
	assert_int_equal(met(), 0);
	refused("evidence, hashed");
	struct assign named = {"evidence", before};
	json_t *needs =
	    run_needs(scene.c, &run, &run.waiting[0], &(struct step_outcome){.fields = &named, .field_count = 1});
	assert_true(json_is_true(json_object_get(json_array_get(needs, 0), "met")));
	json_decref(needs);
	scene_preserve(&scene, "output", NULL, label);
	assert_int_equal(met(), 1);
	must_record(OUTCOME_DONE, NULL, NULL, 0);
	const json_t *evidence = json_object_get(json_array_get(run.steps, 1), "evidence");
	assert_string_equal(json_string_value(json_array_get(evidence, 0)), label);
}

/* The run goes on behind it, and says at each step that it failed; a later pass that does it ends that. */
static void what_failed_stays_in_sight(void **state)
{
	(void)state;
	static const char *const outcomes[] = {"failed", "done"};
	struct err err = ERR_INIT;
	struct buf lines = BUF_INIT;
	start(HEAD
	      "playbook_variables: {__more__: {type: bool, value: null}}\n"
	      "workflow:\n  start: {type: start, on_completion: again}\n"
	      "  again: {type: while-condition, name: Again, condition: \"__more__:value = 'yes'\", on_true: cut,\n"
	      "      on_completion: end}\n"
	      "  cut: {type: action, name: Pull the cable, on_completion: end-cut}\n  end-cut: {type: end}\n"
	      "  end: {type: end}\n",
	      "R1-A1");
	for (int i = 0; i < 2; i++) {
		struct assign none = {NULL, NULL};
		must_record(OUTCOME_DONE, "yes", &none, 0);
		waits_for("cut");
		assert_int_equal(record(i ? OUTCOME_DONE : OUTCOME_FAILED, NULL, &none, 0, &err), 0);
		one_run_load();
		waits_for("again");
		buf_clear(&lines);
		run_warnings(scene.c, &run, &run.waiting[0], &lines);
		assert_int_equal(strstr(lines.data, "failed, and not made good: Pull the cable (") != NULL,
		                 strcmp(outcomes[i], "failed") == 0);
	}
	buf_release(&lines);
}

/* A guess is no fact: the note is meant as the step says. */
static void a_note_is_meant_as_the_step_says(void **state)
{
	(void)state;
	static const char asking[] = HEAD "workflow:\n"
	                                  "  start: {type: start, on_completion: a}\n"
	                                  "  a: {type: action, name: Ask, on_completion: end, genba: {records:\n"
	                                  "      [{note: true}, {note: true, stance: hypothesis}]}}\n"
	                                  "  end: {type: end}\n";
	struct assign notes[] = {{"note", "it is slow"}, {"note", "a mail brought it"}};
	size_t i;
	json_t *label;
	size_t guesses = 0;
	start(asking, "R1-A1");
	refused("a note (note=TEXT) (hypothesis)");
	must_record(OUTCOME_DONE, NULL, notes, 2);
	json_array_foreach(json_object_get(json_array_get(run.steps, 0), "links"), i, label) {
		json_t *note = record_get(scene.c, json_string_value(label), 0, NULL);
		int guess = json_is(note, "stance", "hypothesis");
		assert_string_equal(json_get_string(note, "text"), guess ? "a mail brought it" : "it is slow");
		guesses += (size_t)guess;
		json_decref(note);
	}
	assert_int_equal(i, 2);
	assert_int_equal(guesses, 1);
}

/* A step that sets a field by itself does not set it over what the person says. */
static void what_is_said_stands_over_what_the_playbook_sets(void **state)
{
	(void)state;
	static const char cutting[] =
	    HEAD "workflow:\n"
	         "  start: {type: start, on_completion: a}\n"
	         "  a: {type: action, name: Cut, on_completion: end, genba: {sets: {containment: "
	         "isolated,\n"
	         "      isolation_method: cable}}}\n"
	         "  end: {type: end}\n";
	struct assign other = {"isolation_method", "vlan"};
	start(cutting, "R1-A1");
	must_record(OUTCOME_DONE, NULL, NULL, 0);
	start(cutting, "R1-A2");
	must_record(OUTCOME_DONE, NULL, &other, 1);
	for (int i = 0; i < 2; i++) {
		json_t *asset = record_get(scene.c, i ? "R1-A2" : "R1-A1", 0, NULL);
		assert_string_equal(json_get_string(asset, "isolation_method"), i ? "vlan" : "cable");
		assert_string_equal(json_get_string(asset, "containment"), "isolated");
		json_decref(asset);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_RUN(unknown_on_record_is_not_on_record),
	    WITH_RUN(what_a_record_begins_with_is_not_on_record),
	    WITH_RUN(what_nobody_can_tell_is_said_with_the_reason),
	    WITH_RUN(told_is_not_left_unknown),
	    WITH_RUN(a_record_tells_of_what_the_playbook_wants_in_it),
	    WITH_RUN(evidence_of_before_a_run_on_the_case_is_named),
	    WITH_RUN(what_failed_stays_in_sight),
	    WITH_RUN(a_note_is_meant_as_the_step_says),
	    WITH_RUN(what_is_said_stands_over_what_the_playbook_sets),
	    WITH_RUN(the_output_of_a_failed_command_counts_when_it_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
