/*
 * What the steps of the playbooks offer: each command of genba is one, takes the options that it is given, says in both languages
 * what it does and when it does not suffice; where a step must record what a command makes, it offers that command. Then two are
 * run on the screen: what they make is what the step must record.
 */
#include "base/err.h"
#include "base/json.h"
#include "base/words.h"
#include "help_walk.h"
#include "playbook/load/playbook.h"
#include "tui/command/args.h"
#include "tui/command/command.h"
#include "tui/routes.h"
#include "tui/view/playbook/step.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* A command, and the record that comes of it. */
static const struct {
	const char *begins;
	const char *makes;
} makes[] = {{"sweep --missing", "check"}, {"triage", "check"},           {"import mail", "mail"},
             {"verify", "result"},         {"mail promote", "indicator"}, {"preserve", "evidence"}};

static const char *made_by(const char *line)
{
	for (size_t i = 0; i < sizeof makes / sizeof *makes; i++)
		if (strncmp(line, makes[i].begins, strlen(makes[i].begins)) == 0)
			return makes[i].makes;
	return "";
}

/* The line behind `:` is a command, and its options are known; what the person adds at its end stands for a label. */
static void check_line(const char *step, const char *line)
{
	struct err err = ERR_INIT;
	struct words words;
	struct args args;
	size_t n = strlen(line);
	char *whole = xasprintf("%s%s", line, n && line[n - 1] == ' ' ? "R1-X1" : "");
	assert_int_equal(words_split(&words, whole, &err), 0);
	const struct command *command = command_find(words.items[0]);
	if (!command)
		fail_msg("%s offers '%s': there is no such command", step, line);
	if (args_parse(&args, command->options, (int)words.count - 1, words.items + 1, &err) < 0)
		fail_msg("%s offers '%s': %s", step, line, err.message);
	args_release(&args);
	words_release(&words);
	free(whole);
}

static void check_words(const char *step, const json_t *about)
{
	const char *en = json_get_string(about, "en");
	const char *ja = json_get_string(about, "ja");
	if (!en || !ja)
		fail_msg("%s: a command is not described in both languages", step);
	if (!strstr(en, "not enough"))
		fail_msg("%s: does not say in English when '%s' does not suffice", step, en);
	if (!strstr(ja, "不十分") && !strstr(ja, "対象外"))
		fail_msg("%s: does not say in Japanese when '%s' does not suffice", step, ja);
}

/* What the step must record and a command makes: no command makes a thing under seal. */
static const char *need_of(const json_t *need)
{
	const json_t *types = json_object_get(need, "evidence");
	if (types && !json_holds(types, "device"))
		return "evidence";
	const char *kind = json_get_string(need, "record");
	const char *field = json_get_string(need, "step");
	return kind ? kind : field && strcmp(field, "result") == 0 ? "result" : "";
}

static void check_step(const char *book, const char *id, const json_t *step)
{
	char *name = xasprintf("%s, step %s", book, id);
	json_t *made = json_object();
	size_t i;
	json_t *one;
	json_array_foreach(json_object_get(step, "commands"), i, one) {
		const char *command = json_get_string(one, "command");
		if (!json_is(one, "type", "bash"))
			continue;
		check_words(name, json_object_get(one, "description"));
		char *line = step_case_line(command);
		if (!line && strncmp(command, "genba", 5) == 0)
			fail_msg("%s: the workbench does not carry out '%s' itself", name, command);
		if (line) {
			check_line(name, line);
			json_object_set_new(made, made_by(line), json_true());
		}
		free(line);
	}
	json_array_foreach(playbook_step_extra(step, "records"), i, one)
		for (size_t k = 0; k < sizeof makes / sizeof *makes; k++)
			if (strcmp(need_of(one), makes[k].makes) == 0 && !json_object_get(made, makes[k].makes) &&
			    !json_is_true(json_object_get(one, "optional")))
				fail_msg("%s must record %s, and offers no command that makes one", name,
				         makes[k].makes);
	json_decref(made);
	free(name);
}

static void every_step(void **state)
{
	size_t steps = 0;
	(void)state;
	routes_begin();
	for (size_t i = 0; playbook_builtin_name(i); i++) {
		struct err err = ERR_INIT;
		struct playbook *p = playbook_find(playbook_builtin_name(i), &err);
		const char *id;
		json_t *step;
		assert_non_null(p);
		json_object_foreach(json_object_get(p->tree, "workflow"), id, step) {
			check_step(playbook_builtin_name(i), id, step);
			steps++;
		}
		playbook_free(p);
	}
	print_message("%zu steps\n", steps);
	assert_true(steps > 100);
}

static void what_stands_for_something_is_left_out(void **state)
{
	static const char *const lines[][2] = {
	    {"genba sweep --missing", "sweep --missing"},
	    {"genba triage LABEL", "triage "},
	    {"genba preserve --as raw --to DIR DEVICE", "preserve --as raw --to "},
	    {"genba print custody --out custody.html LABEL", "print custody --out custody.html "},
	    {"genba findings state=seen 'rule~lateral|credential'", "findings state=seen 'rule~lateral|credential'"},
	    {"genba AD", "AD"}, /* a command is a word of its own */
	    {"genba list asset | sort", NULL},
	    {"ip neighbour", NULL},
	};
	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		char *line = step_case_line(lines[i][0]);
		if (!lines[i][1])
			assert_null(line);
		else
			assert_string_equal(line, lines[i][1]);
		free(line);
	}
}

/* ---- on the screen */

static const char *const steps =
    "type: playbook\nspec_version: cacao-2.0\nid: playbook--5b0c3f0e-6a53-4c1e-9d0a-3f5b0a8d1c99\nname: Two commands\n"
    "playbook_types: [investigation]\ncreated_by: identity--0d6e2c1a-2f7b-4a0f-8c39-5a1e7d9b4f10\n"
    "created: \"2026-11-24T00:00:00.000Z\"\nmodified: \"2026-11-24T00:00:00.000Z\"\nworkflow_start: start\nworkflow:\n"
    "  start: {type: start, on_completion: look}\n"
    "  look:\n    type: action\n    name: Look\n    commands:\n      - {type: bash, command: genba sweep --missing}\n"
    "    on_completion: read\n    genba:\n      records: [{record: check}, {note: true, label: what it means}]\n"
    "  read:\n    type: action\n    name: Read again\n    commands:\n      - {type: bash, command: genba verify}\n"
    "    on_completion: ask\n    genba:\n      records: [{step: result}]\n"
    "  ask:\n    type: action\n    name: Ask\n    commands:\n      - {type: bash, command: genba observations}\n"
    "    on_completion: copy\n    genba:\n      records: [{record: check}, {note: true, label: who it is}]\n"
    "  copy:\n    type: action\n    name: Copy\n    commands:\n"
    "      - {type: bash, command: genba preserve --type disk_image --on ASSET --as raw --to DIR PATH}\n"
    "    on_completion: end\n    genba:\n"
    "      records: [{evidence: [disk_image]}, {step: tool}, {step: tool_version}]\n"
    "  end: {type: end}\n";

static void write_file(const struct walk *w, const char *name, const char *text)
{
	FILE *f = fopen(program_file(&w->program, name), "we");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

/* Offered, shown, put behind the colon, run there. */
static void offered(struct walk *w, const char *line, const char *en, const char *ja)
{
	walk_press_row(w, "o", 1, "Offered command", "提案コマンド");
	walk_press_row(w, KEYS_ENTER, -1, line, line);
	walk_press(w, KEYS_ENTER, en, ja);
}

/* What it was asked for stands on the screen, be it one line, and what the step lacks below. */
static void asked(struct walk *w)
{
	offered(w, ":observations", "this does not suffice", "まだ足りません");
	terminal_await(w->t, "http://c2.example/");
	walk_press_row(w, KEYS_ESCAPE, 1, "Playbook", "プレイブック");
	walk_press_row(w, KEYS_ENTER, 1, "Step", "手順");
	walk_press(w, KEYS_ENTER, "> write a new one", "> 新しく記録する");
	walk_press(w, KEYS_DOWN, "> pick what", "> 記録済みのもの");
	walk_press(w, KEYS_ENTER, "indicator sweep  2026-11-23",
	           "侵害指標の検索  2026-11-23"); /* one of many: of which machine, when */
	terminal_await(w->t, "05:00Z  HR-PC-03");
	walk_press(w, KEYS_ENTER, ":  R1-K1", ":  R1-K1");
	walk_press(w, KEYS_ENTER, "Ctrl-S", "Ctrl-S");
	walk_text(w, "R1-A1");
	walk_press(w, KEYS_CTRL_S, ":  R1-A1", ":  R1-A1");
	walk_press(w, KEYS_CTRL_S, "next: Copy", "次: Copy");
}

/* What fails leaves the step as it was; the copy that genba makes is by genba, and tells so. */
static void copied(struct walk *w)
{
	static const char line[] = ":preserve --type disk_image --on R1-A1 --as raw --to";
	char *typed = xasprintf("%s %s", program_file(&w->program, "copies"), program_file(&w->program, "nothere"));
	assert_int_equal(mkdir(program_file(&w->program, "copies"), 0700), 0);
	walk_press_row(w, "o", 1, "Offered command", "提案コマンド");
	walk_press_row(w, KEYS_ENTER, -1, line, line);
	walk_text(w, typed);
	walk_press(w, KEYS_ENTER, "cannot open", "開けません");
	walk_press(w, KEYS_ESCAPE, "nothing of it goes with the step", "この手順には何も紐付きません");
	free(typed);
	program_write(&w->program, "disk.dd", "bytes that are not on record yet\n");
	typed = xasprintf(KEYS_CTRL_U "preserve --type disk_image --on R1-A1 --as=raw --to=%s %s",
	                  program_file(&w->program, "copies"), program_file(&w->program, "disk.dd"));
	walk_press_row(w, "o", 1, "Offered command", "提案コマンド");
	walk_press_row(w, KEYS_ENTER, -1, line, line);
	walk_text(w, typed);
	free(typed);
	walk_press(w, KEYS_ENTER, "nothing is missing", "この手順に必要なもの");
	terminal_await(w->t, ":  genba");
	walk_press(w, KEYS_CTRL_S, "the playbook is finished", "終了しました");
}

static void on_the_screen(int ja)
{
	struct walk w;
	walk_begin(&w, ja);
	program_case(&w.program, "Slow terminal");
	write_file(&w, "two.yaml", steps);
	write_file(&w, "proxy.log", "2014-07-11T09:12:44+09:00 10.0.0.1 GET http://c2.example/\n");
	program_good(&w.program, "add", "asset", "hostname=HR-PC-03", NULL);
	program_good(&w.program, "add", "indicator", "type=domain", "value=c2.example", NULL);
	program_good(&w.program, "preserve", program_file(&w.program, "proxy.log"), "--on", "R1-A1", "--type", "log",
	             NULL);
	walk_open(&w, getenv("GENBA_CASE"));
	walk_press_row(&w, "3", 1, "Asset · 1", "資産 · 1");
	walk_press(&w, "P", "> isolate", "> isolate");
	walk_text(&w, program_file(&w.program, "two.yaml"));
	walk_press(&w, KEYS_ENTER, "no further asset", "ほかの資産な");
	walk_press_row(&w, KEYS_ENTER, 1, "R1-J1", "R1-J1");
	offered(&w, ":sweep --missing", "does not suffice for the step, still missing: Note", "まだ足りません: メモ");
	walk_press_row(&w, KEYS_ESCAPE, 1, "Playbook", "プレイブック"); /* over it stood what the sweep said */
	terminal_await(w.t, ":  R1-K1");                                /* the check is filled in */
	walk_press_row(&w, KEYS_ENTER, 1, "Step", "手順");
	terminal_await(w.t, ":  R1-K1");
	walk_press(&w, KEYS_ENTER, "Ctrl-S", "Ctrl-S");
	walk_text(&w, "C2");
	walk_press(&w, KEYS_CTRL_S, ":  C2", ":  C2");
	walk_press(&w, KEYS_CTRL_S, "next: Read again", "次: Read again");
	offered(&w, ":verify", "nothing is missing", "この手順に必要なもの");
	walk_press_row(&w, KEYS_ESCAPE, 1, "Playbook", "プレイブック");
	walk_press_row(&w, KEYS_ENTER, 1, "Step", "手順");
	walk_press(&w, KEYS_CTRL_S, "next: Ask", "次: Ask");
	asked(&w);
	copied(&w);
	walk_leave(&w);
	program_good(&w.program, "show", "R1-S1", "--json", NULL);
	assert_non_null(strstr(w.program.out.data, "R1-K1"));
	program_good(&w.program, "show", "R1-S2", "--json", NULL);
	assert_non_null(strstr(w.program.out.data, "\"result\": \""));
	program_good(&w.program, "show", "R1-S4", "--json", NULL);
	assert_non_null(strstr(w.program.out.data, "\"tool\": \"genba\""));
	assert_non_null(strstr(w.program.out.data, "\"tool_version\": \"" GENBA_VERSION "\""));
	program_release(&w.program);
}

/* A command of genba that starts another program is said to, and asked for once more: a playbook may be anybody's. */
static void a_program_is_asked_for(void **state)
{
	static const char *const commands[] = {"genba capture -- touch owned", "genba script owned.script",
	                                       "genba preserve proxy.log --opener 'touch owned'"};
	(void)state;
	struct walk w;
	walk_begin(&w, 0);
	program_case(&w.program, "Slow terminal");
	program_good(&w.program, "add", "asset", "hostname=HR-PC-03", NULL);
	walk_open(&w, getenv("GENBA_CASE"));
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		char name[32];
		char label[16];
		char *text = xasprintf(
		    "type: playbook\nspec_version: cacao-2.0\nname: Strange\nworkflow_start: start\nworkflow:\n"
		    "  start: {type: start, on_completion: look}\n"
		    "  look: {type: action, name: Look, on_completion: end, commands: [{type: bash, command: "
		    "\"%s\"}]}\n"
		    "  end: {type: end}\n",
		    commands[i]);
		snprintf(name, sizeof name, "strange%zu.yaml", i);
		snprintf(label, sizeof label, "R1-J%zu", i + 1);
		write_file(&w, name, text);
		walk_press_row(&w, "3", 1, "Asset · 1", "資産 · 1");
		walk_press(&w, "P", "> isolate", "> isolate");
		walk_text(&w, program_file(&w.program, name));
		walk_press(&w, KEYS_ENTER, "no further asset", "ほかの資産な");
		walk_press_row(&w, KEYS_ENTER, 1, label, label);
		walk_press_row(&w, "o", 1, "Offered command", "提案コマンド");
		terminal_await(w.t, commands[i]);
		terminal_await(w.t, "with your rights");
		walk_press(&w, KEYS_ENTER, "Run it on this machine, with your rights?", "");
		walk_press_row(&w, "n", -1, "it was not run", "");
		walk_press_row(&w, KEYS_ESCAPE, 1, "Playbook", "プレイブック");
		free(text);
	}
	walk_leave(&w);
	assert_int_not_equal(access(program_file(&w.program, "owned"), F_OK), 0);
	assert_int_not_equal(access("owned", F_OK), 0);
	program_release(&w.program);
}

/* R1-A1 is another machine than R1-A10, on which the playbook begins; what is chosen is offered no more. */
static void another_machine_goes_along(void **state)
{
	(void)state;
	struct walk w;
	walk_begin(&w, 0);
	program_case(&w.program, "Slow terminal");
	for (int i = 1; i <= 10; i++) {
		char name[32];
		snprintf(name, sizeof name, "hostname=PC-%02d", i);
		program_good(&w.program, "add", "asset", name, NULL);
	}
	walk_open(&w, getenv("GENBA_CASE"));
	walk_press_row(&w, "3", 1, "Asset · 10", "");
	walk_press(&w, "G", "10/10", "");
	walk_press(&w, "P", "> isolate", "");
	walk_text(&w, "isolate");
	walk_press(&w, KEYS_ENTER, "no further asset", "");
	walk_text(&w, "PC-");
	terminal_await(w.t, "R1-A9  PC-09");
	assert_false(terminal_shows(w.t, "R1-A10  PC-10  unchecked ·"));
	walk_text(&w, "01");
	walk_press(&w, KEYS_ENTER, "On R1-A10,R1-A1 and", "");
	walk_press_row(&w, KEYS_ENTER, 1, "R1-J1", "");
	walk_leave(&w);
	program_good(&w.program, "list", "--where", "on=R1-A1", "run", NULL);
	assert_non_null(strstr(w.program.out.data, "R1-J1"));
	program_release(&w.program);
}

/* A check from before the run is what Enter picks, without a list of one; what goes along unasked is told, if it is optional, too.
 * Where the row has one already, another is wanted. */
static void what_is_on_record_comes_first(void **state)
{
	static const char text[] =
	    "type: playbook\nspec_version: cacao-2.0\nname: Strange\nworkflow_start: start\nworkflow:\n"
	    "  start: {type: start, on_completion: look}\n"
	    "  look: {type: action, name: Look, on_completion: end, genba: {records: [{record: check},\n"
	    "    {indicator: true, optional: true}]}}\n"
	    "  end: {type: end}\n";
	(void)state;
	struct walk w;
	walk_begin(&w, 0);
	program_case(&w.program, "Slow terminal");
	write_file(&w, "fits.yaml", text);
	program_good(&w.program, "add", "asset", "hostname=HR-PC-03", NULL);
	program_good(&w.program, "add", "asset", "hostname=HR-PC-04", NULL);
	program_good(&w.program, "add", "check", "on=R1-A1", "method=antivirus", "when=2026-11-20", "result=found",
	             NULL);
	program_good(&w.program, "add", "check", "on=R1-A2", "method=antivirus", "when=2026-11-20", "result=found",
	             NULL);
	program_good(&w.program, "add", "indicator", "type=domain", "value=c2.example", NULL);
	setenv("GENBA_TEST_CLOCK", "2026-11-23T14:06:00Z", 1);
	program_good(&w.program, "play", program_file(&w.program, "fits.yaml"), "--on", "R1-A1", NULL);
	walk_open(&w, getenv("GENBA_CASE"));
	walk_press_row(&w, "2", 1, "Playbook", "");
	walk_press_row(&w, "e", 1, "Step", "");
	terminal_await(w.t, "(on record: R1-I1");
	walk_press(&w, KEYS_ENTER, "> pick what is on record already", "");
	walk_press(&w, KEYS_ENTER, ":  R1-K1", "");
	walk_press(&w, "k", " 2/", "");
	walk_press(&w, KEYS_ENTER, "> write a new one", "");
	walk_press_gone(&w, KEYS_ESCAPE, "> write a new one", "");
	walk_press(&w, KEYS_CTRL_S, "is on record", "");
	walk_leave(&w);
	setenv("GENBA_TEST_CLOCK", PROGRAM_CLOCK, 1);
	program_release(&w.program);
}

static void in_english(void **state)
{
	(void)state;
	on_the_screen(0);
}

static void in_japanese(void **state)
{
	(void)state;
	on_the_screen(1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_step),
	                                   cmocka_unit_test(what_stands_for_something_is_left_out),
	                                   cmocka_unit_test(a_program_is_asked_for),
	                                   cmocka_unit_test(another_machine_goes_along),
	                                   cmocka_unit_test(what_is_on_record_comes_first),
	                                   cmocka_unit_test(in_english),
	                                   cmocka_unit_test(in_japanese)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
