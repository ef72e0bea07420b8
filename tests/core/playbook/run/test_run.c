/* Runs: several assets, variables, failures, pauses, two copies of a case, warnings, offers. */
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/time/clock.h"
#include "help_one_run.h"
#include "history/history.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void several_assets_are_one_commit(void **state)
{
	(void)state;
	uint64_t before;
	uint64_t after;
	start(HEAD "workflow:\n  start: {type: start, on_completion: a}\n"
	           "  a: {type: action, name: x, on_completion: end, genba: {sets: {containment: isolated},\n"
	           "      records: [{field: isolation_done}, {note: true}]}}\n  end: {type: end}\n",
	      "R1-A1,R1-A2,R1-A3");
	history_count(case_history(scene.c), &before, NULL);
	struct assign fields[] = {{"isolation_done", "2026-11-23T14:05:09+09:00"}, {"note", "all three at once"}};
	must_record(OUTCOME_DONE, NULL, fields, 2);
	history_count(case_history(scene.c), &after, NULL);
	assert_int_equal(after - before, 1);
	for (int i = 1; i <= 3; i++) {
		char label[LABEL_TEXT];
		snprintf(label, sizeof label, "R1-A%d", i);
		json_t *asset = record_get(scene.c, label, 0, NULL);
		assert_string_equal(json_get_string(asset, "containment"), "isolated");
		assert_string_equal(json_get_string(asset, "isolation_done"), "2026-11-23T14:05:09+09:00");
		json_decref(asset);
	}
}

static const char variables[] = HEAD
    "playbook_variables:\n"
    "  __level__: {type: integer, external: true, value: null}\n"
    "  __fixed__: {type: string, constant: true, value: x}\n"
    "  __way__: {type: string, value: null}\n"
    "workflow:\n"
    "  start: {type: start, on_completion: high}\n"
    "  high: {type: if-condition, name: High?, condition: '__level__:value >= 70', on_true: act, on_completion: way}\n"
    "  act: {type: action, name: x, on_completion: e1, commands: [{type: bash, command: 'echo __way__:value "
    "__none__:value'},\n"
    "        {type: manual, command: 'level __level__:value'}]}\n"
    "  e1: {type: end}\n"
    "  way: {type: switch-condition, name: Way, switch: '__way__:value', cases: {left: left, right: right}, "
    "on_completion: end}\n"
    "  left: {type: action, name: x, on_completion: e2}\n"
    "  e2: {type: end}\n"
    "  right: {type: action, name: To the right, on_completion: e3}\n"
    "  e3: {type: end}\n"
    "  end: {type: end}\n";

static void variables_answer_questions_and_the_answer_is_on_record(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct assign level = {"__level__", "80"};
	start_with(variables, "R1-A1", &level, 1);
	waits_for("act");
	assert_int_equal(run.done_count, 1);
	const json_t *step = json_array_get(run.steps, 0);
	assert_string_equal(json_get_string(step, "step_id"), "high");
	assert_string_equal(json_get_string(step, "answer"), "yes");
	assert_non_null(strstr(json_get_string(step, "result"), "__level__:value >= 70"));
	struct assign wrong[] = {{"__fixed__", "y"}};
	assert_int_equal(record(OUTCOME_DONE, NULL, wrong, 1, &err), -1);
	assert_non_null(strstr(err.message, "constant"));
	struct assign way[] = {{"__way__", "it's; rm -rf $HOME"}};
	must_record(OUTCOME_DONE, NULL, way, 1);
	waits_for("way"); /* none of the cases: a person chooses */
	scene_reopen(&scene);
	one_run_load();
	waits_for("way");
	assert_string_equal(engine_variable(run.engine, "__way__"), "it's; rm -rf $HOME");
	must_record(OUTCOME_DONE, "right", NULL, 0);
	waits_for("right");
}

/* For people; the record and the account as JSON keep the word of the playbook's file. */
static void an_answer_is_told_by_what_it_leads_to(void **state)
{
	(void)state;
	struct buf text = BUF_INIT;
	start(variables, "R1-A1");
	must_record(OUTCOME_DONE, "no", NULL, 0);
	must_record(OUTCOME_DONE, "right", NULL, 0);
	assert_true(run_step_answer(scene.c, json_array_get(run.steps, 0), &text));
	assert_string_equal(text.data, "no");
	buf_clear(&text);
	assert_true(run_step_answer(scene.c, json_array_get(run.steps, 1), &text));
	assert_string_equal(text.data, "To the right");
	assert_false(run_step_answer(scene.c, run.record, &text));
	buf_clear(&text);
	json_t *account = run_report(scene.c, &run);
	assert_true(json_is(json_array_get(json_object_get(account, "steps"), 1), "answer", "right"));
	run_report_text(&run, account, &text);
	assert_non_null(strstr(text.data, "- Answer: no\n"));
	assert_non_null(strstr(text.data, "- Answer: To the right\n"));
	json_decref(account);
	buf_release(&text);
}

static void without_a_value_a_person_decides(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	start(variables, NULL);
	waits_for("high");
	assert_null(engine_decided(run.engine, &run.waiting[0], &err));
	assert_non_null(strstr(err.message, "__level__ has no value"));
	struct err usage = ERR_INIT;
	assert_int_equal(record(OUTCOME_DONE, "perhaps", NULL, 0, &usage), -1);
	must_record(OUTCOME_DONE, "no", NULL, 0);
	waits_for("way");
}

static void offers_are_quoted_and_never_more_than_shown(void **state)
{
	(void)state;
	struct buf text = BUF_INIT;
	struct assign values[] = {{"__level__", "80"}, {"__way__", "it's; rm -rf $HOME"}};
	start_with(variables, "R1-A1", values, 2);
	assert_int_equal(run_offer(&run, &run.waiting[0], 0, &text, NULL), 0);
	assert_string_equal(text.data, "echo 'it'\\''s; rm -rf $HOME' __none__:value");
	assert_int_equal(run_offer(&run, &run.waiting[0], 1, &text, NULL), -1);
	buf_clear(&text);
	const char *type;
	assert_int_equal(run_instruction(&run, &run.waiting[0], 0, &text, &type), 0);
	assert_string_equal(text.data, "level 80");
	assert_string_equal(type, "manual");
	buf_release(&text);
}

/* What the shell makes of an offered command, with a value that tries to be one itself. */
static void what_is_put_in_stays_a_word_within_quotes(void **state)
{
	(void)state;
	static const char value[] = "a\"b\\'c$(touch P)`touch P`;touch P #!!";
	static const struct {
		const char *command; /* in YAML, within double quotes */
		const char *before;
		const char *after;
		int left; /* the name stays */
	} offers[] = {{"printf %s __way__:value", "", "", 0},
	              {"printf %s \\\"x __way__:value y\\\"", "x ", " y", 0},
	              {"printf %s 'x __way__:value y'", "x ", " y", 0},
	              {"printf %s x\\\\\\\"__way__:value", "x\"", "", 0},
	              {"printf %s \\\"$(printf %s __way__:value)\\\"", "", "", 0},
	              {"printf %s \\\"$(printf %s \\\"x __way__:value\\\")\\\"", "x ", "", 0},
	              {"cat <<<\\\"__way__:value\\\"", "", "\n", 0},
	              {"cat <<E\\n__way__:value\\nE\\n", "", "\n", 1},
	              {"printf %s \\\"`printf %s __way__:value`\\\"", "", "", 1},
	              {"printf %s \\\"${no:-__way__:value}\\\"", "", "", 1},
	              {"printf %s $'__way__:value'", "", "", 1},
	              {"printf %s $__way__:value", ":value", "", 2},
	              {"printf %s \\\\$__way__:value", "$", "", 0},
	              {"printf %s \\\"$__way__:value\\\"", "$", "", 0},
	              {"printf x # it's __way__:value", "x", "", 2},
	              {"(printf x)# it's __way__:value", "x", "", 2},
	              {"printf %s $((0 * __way__:value))", "", "", 2},
	              {"printf %s \\\"$((0 * __way__:value))\\\"", "", "", 2},
	              {"printf %s $[0 * __way__:value]", "", "", 2},
	              {"((0 * __way__:value)) && printf x", "", "", 2},
	              {"printf %s \\\"$( (printf %s __way__:value))\\\"", "", "", 0},
	              {"printf %s \\\"$( (printf %s x); printf %s \\\"__way__:value\\\")\\\"", "x", "", 0},
	              {"printf %s \\\"$(case x in x) printf %s __way__:value;; esac)\\\"", "", "", 1},
	              {"case x in x) printf %s __way__:value;; esac", "", "", 0},
	              {"printf %s $(printf %s $'a\\\\'' __way__:value)", "a'__way__:value", "", 2},
	              {"printf %s \\\\\\n __way__:value", "", "", 0},
	              {"printf %s $\\\\\\n__way__:value", ":value", "", 2},
	              {"printf %s $\\\\\\n'__way__:value'", "", "", 1},
	              {"cat <\\\\\\n<E\\n__way__:value\\nE\\n", "", "\n", 1},
	              {"printf %s \\\"$\\\\\\n{no:-__way__:value}\\\"", "", "", 1},
	              {"printf %s \\\"$(ca\\\\\\nse x in x) printf %s __way__:value;; esac)\\\"", "", "", 1}};
	char folder[] = "/tmp/genba-offer-XXXXXX";
	assert_non_null(mkdtemp(folder));
	for (size_t i = 0; i < sizeof offers / sizeof *offers; i++) {
		struct assign way = {"__way__", value};
		struct buf text = BUF_INIT;
		struct buf said = BUF_INIT;
		char *book = xasprintf(HEAD "playbook_variables:\n  __way__: {type: string, value: null}\n"
		                            "workflow:\n  start: {type: start, on_completion: a}\n"
		                            "  a: {type: action, name: x, on_completion: end, commands: [{type: bash, "
		                            "command: \"%s\"}]}\n  end: {type: end}\n",
		                       offers[i].command);
		start_with(book, NULL, &way, 1);
		assert_int_equal(run_offer(&run, &run.waiting[0], 0, &text, NULL), 0);
		char *script = xasprintf("%s/script", folder);
		FILE *f = fopen(script, "w");
		assert_non_null(f);
		fwrite(text.data, 1, text.len, f);
		assert_int_equal(fclose(f), 0);
		char *line = xasprintf("cd '%s' && bash ./script; ls | grep -x P", folder);
		f = popen(line, "re");
		assert_non_null(f);
		for (int c; (c = fgetc(f)) != EOF;)
			buf_addc(&said, (char)c);
		pclose(f);
		char *wanted = xasprintf("%s%s%s", offers[i].before,
		                         offers[i].left == 2 ? ""
		                         : offers[i].left    ? "__way__:value"
		                                             : value,
		                         offers[i].after);
		assert_string_equal(said.data, wanted);
		free(wanted);
		free(line);
		free(script);
		free(book);
		buf_release(&said);
		buf_release(&text);
	}
	char *remove = xasprintf("rm -r '%s'", folder);
	assert_int_equal(system(remove), 0);
	free(remove);
}

/* A terminal takes the end of a line for the key: what is pasted would run. Signs that turn the writing show another command. */
static void what_is_put_in_is_of_one_line(void **state)
{
	(void)state;
	static const char *const values[] = {"a\ntouch P",          "a\rtouch P",     "a\ttouch P",
	                                     "a\033[201~\ntouch P", "a\u2028touch P", "a\u2029touch P",
	                                     "a\xc2\x85 touch P",   "a\u202etouch P"};
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		struct assign way[] = {{"__level__", "80"}, {"__way__", values[i]}};
		struct buf text = BUF_INIT;
		start_with(variables, "R1-A1", way, 2);
		assert_int_equal(run_offer(&run, &run.waiting[0], 0, &text, NULL), 0);
		assert_string_equal(text.data, "echo __way__:value __none__:value");
		buf_release(&text);
	}
}

/* The words of an option of genba in a value are the value's. */
static void an_asset_is_put_in_only_for_the_playbooks_own_word(void **state)
{
	(void)state;
	struct buf text = BUF_INIT;
	struct assign way = {"__way__", "a --on ASSET b"};
	start_with(HEAD "playbook_variables:\n  __way__: {type: string, value: null}\n"
	                "workflow:\n  start: {type: start, on_completion: a}\n"
	                "  a: {type: action, name: x, on_completion: end, commands: [{type: bash, "
	                "command: \"genba note __way__:value --on ASSET --stance fact\"}]}\n  end: {type: end}\n",
	           "R1-A1", &way, 1);
	assert_int_equal(run_offer(&run, &run.waiting[0], 0, &text, NULL), 0);
	assert_string_equal(text.data, "genba note 'a --on ASSET b' --on R1-A1 --stance fact");
	buf_release(&text);
}

static void a_failure_never_passes_for_done(void **state)
{
	(void)state;
	start(HEAD "workflow:\n  start: {type: start, on_completion: a}\n"
	           "  a: {type: action, name: x, on_success: b}\n"
	           "  b: {type: action, name: x, on_success: end, on_failure: c}\n"
	           "  c: {type: action, name: x, on_completion: end}\n  end: {type: end}\n",
	      NULL);
	must_record(OUTCOME_FAILED, NULL, NULL, 0);
	waits_for("a"); /* offered again */
	assert_string_equal(run.waiting[0].invocation, "a#2");
	must_record(OUTCOME_DONE, NULL, NULL, 0);
	must_record(OUTCOME_FAILED, NULL, NULL, 0);
	waits_for("c");
	must_record(OUTCOME_DONE, NULL, NULL, 0);
	waits_for("");
	start(HEAD "workflow_exception: help\nworkflow:\n  start: {type: start, on_completion: p}\n"
	           "  p: {type: parallel, name: x, next_steps: [a, b], on_completion: end}\n"
	           "  a: {type: action, name: x, on_success: ea}\n  ea: {type: end}\n"
	           "  b: {type: action, name: x, on_success: eb}\n  eb: {type: end}\n"
	           "  help: {type: action, name: x, on_completion: eh}\n  eh: {type: end}\n  end: {type: end}\n",
	      NULL);
	assert_int_equal(run.waiting_count, 2);
	must_record(OUTCOME_FAILED, NULL, NULL, 0);
	waits_for("help"); /* it takes the run over, from inside a parallel */
	must_record(OUTCOME_DONE, NULL, NULL, 0);
	waits_for("");
}

/* The way goes on behind on_completion; at its end the exception is a step like another, once, unless all was made good. */
static void what_failed_on_the_way_leads_to_the_exception_at_the_end(void **state)
{
	(void)state;
	static const char book[] =
	    HEAD "workflow_exception: tell\nworkflow:\n  start: {type: start, on_completion: again}\n"
	         "  again: {type: while-condition, name: Again, condition: '__x__:value = 1', on_true: cut,\n"
	         "      on_completion: last}\n"
	         "  cut: {type: action, name: x, on_completion: ec}\n  ec: {type: end}\n"
	         "  last: {type: action, name: x, on_success: end, on_failure: other}\n"
	         "  other: {type: action, name: x, on_completion: end}\n"
	         "  end: {type: end}\n"
	         "  tell: {type: action, name: Tell, on_completion: et, genba: {records: [{note: true}]}}\n"
	         "  et: {type: end}\n";
	for (int made_good = 0; made_good < 2; made_good++) {
		start(book, "R1-A1");
		for (int i = 0; i <= made_good; i++) {
			must_record(OUTCOME_DONE, "yes", NULL, 0);
			must_record(i ? OUTCOME_DONE : OUTCOME_FAILED, NULL, NULL, 0);
			waits_for("again");
		}
		must_record(OUTCOME_DONE, "no", NULL, 0);
		must_record(OUTCOME_FAILED, NULL, NULL, 0); /* on_failure is laid down for this one */
		waits_for("other");
		must_record(OUTCOME_DONE, NULL, NULL, 0);
		if (made_good) {
			waits_for("");
			continue;
		}
		waits_for("tell");
		assert_string_equal(json_get_string(run.record, "state"), "running");
		scene_reopen(&scene);
		one_run_load();
		waits_for("tell");
		refused("a note");
		must_record(OUTCOME_FAILED, NULL, NULL, 0); /* nobody was reached: on record, and the run is over */
		waits_for("");
		one_run_load();
		waits_for("");
		assert_string_equal(json_get_string(run.record, "state"), "finished");
	}
}

static void a_loop_asks_again_each_time(void **state)
{
	(void)state;
	start(HEAD "workflow:\n  start: {type: start, on_completion: more}\n"
	           "  more: {type: while-condition, name: More?, condition: '__x__:value = 1', on_true: a, "
	           "on_completion: end}\n"
	           "  a: {type: action, name: x, on_completion: e}\n  e: {type: end}\n  end: {type: end}\n",
	      NULL);
	for (int i = 1; i <= 3; i++) {
		char invocation[16];
		snprintf(invocation, sizeof invocation, "more#%d", i);
		assert_string_equal(run.waiting[0].invocation, invocation);
		must_record(OUTCOME_DONE, "yes", NULL, 0);
		waits_for("a");
		must_record(OUTCOME_DONE, NULL, NULL, 0);
	}
	must_record(OUTCOME_DONE, "no", NULL, 0);
	waits_for("");
	assert_string_equal(json_get_string(run.record, "state"), "finished");
}

static void a_circle_of_variables_stops_and_asks(void **state)
{
	(void)state;
	start(
	    HEAD
	    "playbook_variables: {__x__: {type: integer, value: '1'}}\n"
	    "workflow:\n  start: {type: start, on_completion: more}\n"
	    "  more: {type: while-condition, name: More?, condition: '__x__:value = 1', on_true: e, on_completion: a}\n"
	    "  e: {type: end}\n  a: {type: action, name: x, on_completion: end}\n  end: {type: end}\n",
	    NULL);
	waits_for("more");
	assert_int_equal(run.done_count, RUN_AUTOMATIC);
}

static void a_run_is_paused_taken_up_and_abandoned(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	start(two_needs, "R1-A1");
	assert_int_equal(run_pause(scene.c, run_label, "", &err), -1);
	assert_int_equal(err.code, ERR_USAGE);
	assert_int_equal(run_pause(scene.c, run_label, "shift change", NULL), 0);
	one_run_load();
	waits_for("a"); /* still shown */
	struct err paused = ERR_INIT;
	assert_int_equal(record(OUTCOME_SKIPPED, NULL, NULL, 0, &paused), -1);
	assert_non_null(strstr(paused.message, "shift change"));
	assert_int_equal(run_resume(scene.c, run_label, NULL), 0);
	struct err again = ERR_INIT;
	assert_int_equal(run_resume(scene.c, run_label, &again), -1);
	one_run_load();
	must_record(OUTCOME_SKIPPED, NULL, NULL, 0);
	assert_int_equal(run_abandon(scene.c, run_label, "wrong machine", NULL), 0);
	one_run_load();
	waits_for("");
	json_t *open = run_open_labels(scene.c, NULL);
	assert_int_equal(json_array_size(open), 0);
	json_decref(open);
}

/* A step that both copies of a case recorded: the first counts, the run can be read on. */
static void a_step_recorded_twice_is_left_over(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	start(two_needs, "R1-A1");
	for (int i = 0; i < 2; i++) {
		struct assign fields[] = {
		    {"run", run_label}, {"step_id", "a"}, {"invocation", "a#1"}, {"name", "x"}, {"outcome", "done"}};
		if (record_add(scene.c, "step", fields, 5, RECORD_MACHINE, label, &err) < 0)
			fail_msg("%s", err.message);
	}
	one_run_load();
	waits_for("b");
	assert_int_equal(run.left_over, 1);
}

static void warnings_follow_the_order_of_volatility(void **state)
{
	(void)state;
	struct buf lines = BUF_INIT;
	char label[LABEL_TEXT];
	start(HEAD "workflow:\n  start: {type: start, on_completion: a}\n"
	           "  a: {type: action, name: x, on_completion: b, genba: {effect: [isolates], remind: PT1M}}\n"
	           "  b: {type: action, name: x, on_completion: c, genba: {effect: [powers_off]}}\n"
	           "  c: {type: action, name: x, on_completion: end, genba: {captures: [disk], records: [{evidence: "
	           "[disk_image]}]}}\n"
	           "  end: {type: end}\n",
	      "R1-A1");
	run_warnings(scene.c, &run, &run.waiting[0], &lines);
	assert_non_null(strstr(lines.data, "R1-A1 HR-PC-03: memory is not captured yet"));
	assert_null(strstr(lines.data, "were planned"));
	struct clock_time later = clock_now();
	later.seconds += 600;
	clock_set(&later, 1);
	buf_clear(&lines);
	run_warnings(scene.c, &run, &run.waiting[0], &lines);
	assert_non_null(strstr(lines.data, "1 were planned"));
	scene_preserve(&scene, "memory", "R1-A1", label);
	struct assign set = {"preserved", "memory"};
	assert_int_equal(record_set(scene.c, "R1-A1", &set, 1, 0, NULL), 0);
	must_record(OUTCOME_DONE, NULL, NULL, 0);
	buf_clear(&lines);
	run_warnings(scene.c, &run, &run.waiting[0], &lines);
	assert_null(strstr(lines.data, "memory is not"));
	assert_non_null(strstr(lines.data, "no recovery key"));
	must_record(OUTCOME_DONE, NULL, NULL, 0);
	buf_clear(&lines);
	run_warnings(scene.c, &run, &run.waiting[0], &lines);
	assert_non_null(strstr(lines.data, "more volatile"));
	assert_null(strstr(lines.data, "emory"));
	buf_release(&lines);
}

static void the_account_tells_who_when_and_with_what(void **state)
{
	(void)state;
	struct buf text = BUF_INIT;
	start(two_needs, "R1-A1");
	struct assign fields[] = {{"tool", "a|b <script> *x*"}};
	must_record(OUTCOME_SKIPPED, NULL, fields, 1);
	json_t *account = run_report(scene.c, &run);
	const json_t *step = json_array_get(json_object_get(account, "steps"), 0);
	const char *local = json_get_string(step, "ended");
	const char *utc = json_get_string(step, "ended_utc");
	assert_string_equal(local + strlen(local) - 6, "+09:00");
	assert_int_equal(utc[strlen(utc) - 1], 'Z');
	assert_string_equal(json_get_string(step, "reason"), "because");
	assert_string_equal(json_get_string(json_array_get(json_object_get(account, "assets"), 0), "hostname"),
	                    "HR-PC-03");
	run_report_markdown(&run, account, &text);
	assert_non_null(strstr(text.data, "a\\|b \\<script\\> \\*x\\*"));
	assert_non_null(strstr(text.data, "### 1\\. x") ? text.data : strstr(text.data, "### 1. x"));
	buf_clear(&text);
	run_report_text(&run, account, &text); /* on a screen without marks, and with times as people read them */
	assert_non_null(strstr(text.data, "- Tool: a|b <script> *x*\n"));
	assert_non_null(strstr(text.data, "\n1. x ("));
	assert_null(strstr(text.data, "**"));
	assert_null(strstr(text.data, local));
	assert_null(strchr(text.data, '#'));
	json_decref(account);
	buf_release(&text);
}

/* A run that another one called for says which, when it has ended; one on another machine is waited for by nobody. */
static void a_run_that_ended_tells_which_waits_for_it(void **state)
{
	(void)state;
	static const char id[] = "id: playbook--11111111-1111-4111-8111-111111111111\n";
	static const char workflow[] = "workflow:\n  start: {type: start, on_completion: a}\n"
	                               "  a: {type: action, name: x, on_completion: end}\n  end: {type: end}\n";
	char parent[LABEL_TEXT];
	char label[LABEL_TEXT];
	char *called = xasprintf("%s%s%s", HEAD, id, workflow);
	start(HEAD "workflow:\n  start: {type: start, on_completion: a}\n"
	           "  a: {type: playbook-action, name: x, on_completion: end,\n"
	           "      playbook_id: playbook--11111111-1111-4111-8111-111111111111, genba: {playbook: called}}\n"
	           "  end: {type: end}\n",
	      "R1-A1");
	memcpy(parent, run_label, sizeof parent);
	for (int other = 0; other < 2; other++) {
		start(called, other ? "R1-A1" : "R1-A2");
		assert_int_equal(run_awaiting(scene.c, &run, label), 0); /* it has not ended */
		must_record(OUTCOME_DONE, NULL, NULL, 0);
		waits_for("");
		assert_int_equal(run_awaiting(scene.c, &run, label), other);
	}
	assert_string_equal(label, parent);
	free(called);
}

/* The version that a run began with is the one it goes on with, even when the shipped one changes. */
static void a_run_keeps_its_version(void **state)
{
	(void)state;
	char digest[65];
	start(two_needs, "R1-A1");
	memcpy(digest, run.playbook->digest, sizeof digest);
	scene_reopen(&scene);
	one_run_load();
	assert_string_equal(run.playbook->digest, digest);
	assert_string_equal(json_get_string(run.record, "playbook_digest"), digest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_RUN(several_assets_are_one_commit),
	    WITH_RUN(variables_answer_questions_and_the_answer_is_on_record),
	    WITH_RUN(without_a_value_a_person_decides),
	    WITH_RUN(offers_are_quoted_and_never_more_than_shown),
	    WITH_RUN(what_is_put_in_stays_a_word_within_quotes),
	    WITH_RUN(what_is_put_in_is_of_one_line),
	    WITH_RUN(an_asset_is_put_in_only_for_the_playbooks_own_word),
	    WITH_RUN(a_failure_never_passes_for_done),
	    WITH_RUN(what_failed_on_the_way_leads_to_the_exception_at_the_end),
	    WITH_RUN(a_loop_asks_again_each_time),
	    WITH_RUN(a_circle_of_variables_stops_and_asks),
	    WITH_RUN(a_run_is_paused_taken_up_and_abandoned),
	    WITH_RUN(a_step_recorded_twice_is_left_over),
	    WITH_RUN(warnings_follow_the_order_of_volatility),
	    WITH_RUN(an_answer_is_told_by_what_it_leads_to),
	    WITH_RUN(the_account_tells_who_when_and_with_what),
	    WITH_RUN(a_run_that_ended_tells_which_waits_for_it),
	    WITH_RUN(a_run_keeps_its_version),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
