/* What the keys of the views do: the time line, the past, the command line. test_goldens.c compares how they look. */
#include "help_case_screen.h"
#include "help_program.h"
#include "tui/command/command.h"
#include "tui/routes.h"
#include "tui/workbench/route.h"
#include "tui/workbench/workbench_private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct terminal *open_in(const char *language, int rows, int columns)
{
	return terminal_open(rows, columns, NULL, "--lang", language, getenv("GENBA_CASE"), NULL);
}

/* ---- the time line */

static void the_practice_case_is_table_3(void **state)
{
	(void)state;
	static const struct {
		const char *time;
		const char *mark;
	} rows[] = {{"基準日", "①"}, {"〃", "②"}, {"〃", "③"}, {"約6か月後", "④"},  {"その1日後", "⑤"},
	            {"〃", "⑥"},     {"〃", "⑦"}, {"〃", "⑦"}, {"さらに4日後", "⑧"}};
	struct program p;
	program_init(&p);
	program_demo(&p, "ja");
	struct terminal *t = open_in("ja", 24, 80);
	terminal_await_row(t, 1, "ボード");
	terminal_type(t, "5t");
	terminal_await_row(t, 1, "基準日からの相対");
	terminal_type(t, "r"); /* events only: mails stand between them else */
	terminal_await_row(t, 11, "⑧");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf line = BUF_INIT;
		terminal_row(t, 3 + (int)i, &line);
		const char *time = line.data + 1;
		time += strcspn(time, " "); /* behind the label */
		time += strspn(time, " ");
		if (strncmp(time, rows[i].time, strlen(rows[i].time)) != 0 || !strstr(line.data, rows[i].mark))
			fail_msg("row %zu is '%s', wanted '%s … %s'", i, line.data, rows[i].time, rows[i].mark);
		buf_release(&line);
	}
	terminal_quit(t);
	program_release(&p);
}

static void times_are_corrected_and_undated_events_stay_undated(void **state)
{
	(void)state;
	struct program p;
	program_init(&p);
	program_case(&p, "Clocks");
	program_good(&p, "add", "asset", "hostname=HR-PC-03", "status=infected", "clock_offset=PT10M", NULL);
	program_good(&p, "add", "event", "title=Log-on", "when=2026-11-20T09:15:00+09:00", "when_clock=R1-A1",
	             "side=attacker", "assets=R1-A1", NULL);
	program_good(&p, "add", "event", "title=Mail", "when=2026-11-20T09:00:00+09:00", "side=user", NULL);
	program_good(&p, "add", "event", "title=Someday", "side=response", NULL);
	struct terminal *t = open_in("en", 24, 100);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, "5");
	terminal_await_row(t, 1, "times as recorded");
	terminal_await(t, "2026-11-20 09:15:00+09:00");
	terminal_type(t, "tt");
	terminal_await_row(t, 1, "corrected by the clock");
	terminal_await(t, "2026-11-20 09:05:00+09:00"); /* corrected = observed - offset: the asset is fast */
	terminal_await(t, "2026-11-20 09:00:00+09:00 ?");
	terminal_type(t, "t");
	terminal_await_row(t, 1, "in UTC");
	terminal_await(t, "2026-11-20 00:05:00Z");
	terminal_await(t, "2026-11-20 00:00:00Z ?");
	int undated = terminal_find(t, "Undated");
	assert_true(undated > 0);
	terminal_await_row(t, undated + 1, "Someday");
	terminal_quit(t);
	program_release(&p);
}

static void an_event_is_inserted_by_its_form(void **state)
{
	(void)state;
	struct program p;
	program_init(&p);
	program_case(&p, "Insert");
	program_good(&p, "add", "event", "title=Mail", "when=2026-11-20", "side=attacker", NULL);
	struct terminal *t = open_in("en", 24, 100);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, "5");
	terminal_await_row(t, 1, "Timeline");
	terminal_await(t, "Mail");
	terminal_type(t, "i");
	terminal_await(t, "after R1-V1");
	terminal_await(t, "What happened");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "Timeline");
	terminal_type(t, "I");
	terminal_await(t, "before R1-V1");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "Timeline");
	terminal_quit(t);
	program_release(&p);
}

/* ---- history and the past */

static void the_past_is_shown_marked_and_cannot_be_changed(void **state)
{
	(void)state;
	struct program p;
	program_init(&p);
	program_case(&p, "Past");
	program_good(&p, "add", "asset", "hostname=HR-PC-03", "status=suspected", NULL);
	program_good(&p, "set", "R1-A1", "status=infected", NULL);
	program_good(&p, "set", "R1-A1", "containment=isolated", "isolation_method=cable", NULL);
	struct terminal *t = open_in("en", 24, 100);
	terminal_await_row(t, 1, "Board");
	terminal_await(t, "isolated 1");
	terminal_type(t, "9");
	terminal_await_row(t, 1, "History");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "Containment: connected → isolated");
	terminal_type(t, KEYS_ESCAPE "j@");
	terminal_await_row(t, 1, "READ ONLY");
	terminal_await_row(t, 3, "R1-A1"); /* infected and not isolated, then */
	assert_true(terminal_cell(t, 1, 1).reverse);
	terminal_type(t, "n");
	terminal_await_row(t, -1, "cannot be changed there");
	terminal_type(t, ":note no" KEYS_ENTER);
	terminal_await(t, "cannot be changed there");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_gone(t, ":note no");
	terminal_type(t, "@");
	terminal_await_row(t, 1, "Board");
	terminal_await(t, "isolated 1");
	terminal_type(t, ":at 2001-01-01" KEYS_ENTER);
	terminal_await_row(t, -1, ":at 2001-01-01");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_gone(t, ":at");
	assert_false(terminal_shows(t, "READ ONLY"));
	terminal_quit(t);
	program_good(&p, "list", "note", "--json", NULL);
	assert_string_equal(p.out.data, "[]\n");
	program_release(&p);
}

/* What was written is found by the next key, and what was found is looked for anew when it changes. */
static void a_search_finds_what_was_just_written(void **state)
{
	(void)state;
	struct program p;
	program_init(&p);
	program_case(&p, "Search");
	struct terminal *t = open_in("en", 24, 100);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, ":note zebra on the switch" KEYS_ENTER);
	terminal_await_row(t, -1, "R1-N1");
	terminal_type(t, ":find zebra" KEYS_ENTER);
	terminal_await_row(t, 1, "zebra · 1");
	terminal_await_row(t, 2, "zebra on the switch");
	terminal_type(t, ":set R1-N1 text=horse" KEYS_ENTER);
	terminal_await(t, "Nothing on record holds these words.");
	terminal_type(t, ":set R1-N1 text=zebra" KEYS_ENTER);
	terminal_await_row(t, 1, "zebra · 1");
	terminal_await_row(t, 2, "R1-N1");
	terminal_quit(t);
	program_release(&p);
}

/* A day that is named without a zone is one of this machine: in Tokyo it is over nine hours before it is in Greenwich. */
static void a_day_ends_where_it_is_asked_for(void **state)
{
	(void)state;
	struct program p;
	program_init(&p);
	program_case(&p, "Midnight");
	setenv("GENBA_TEST_CLOCK", "2026-11-23T23:50:00+09:00", 1);
	program_good(&p, "add", "asset", "hostname=PC-1", "status=suspected", NULL);
	setenv("GENBA_TEST_CLOCK", "2026-11-24T00:10:00+09:00", 1);
	program_good(&p, "set", "R1-A1", "status=infected", NULL);
	program_good(&p, "show", "R1-A1", "--at", "2026-11-23", "--json", NULL);
	assert_non_null(strstr(p.out.data, "\"suspected\""));
	program_good(&p, "show", "R1-A1", "--at", "2026-11-24", "--json", NULL);
	assert_non_null(strstr(p.out.data, "\"infected\""));
	program_good(&p, "show", "R1-A1", "--at", "2026-11-23T15:10:00Z", "--json", NULL);
	assert_non_null(strstr(p.out.data, "\"infected\""));
	setenv("GENBA_TEST_CLOCK", "2026-11-23T15:20:00Z",
	       1); /* the same moment, told in Greenwich: both were on the 23rd */
	program_good(&p, "show", "R1-A1", "--at", "2026-11-23", "--json", NULL);
	assert_non_null(strstr(p.out.data, "\"infected\""));
	setenv("GENBA_TEST_CLOCK", PROGRAM_CLOCK, 1);
	program_release(&p);
}

/* How far the responder's own machine is off stands beside the clock, once it is entered. */
static void the_header_tells_how_far_the_clock_is_off(void **state)
{
	(void)state;
	static const struct {
		const char *entered;
		const char *language;
		const char *shown;
	} offsets[] = {{"PT2S", "en", "14:05Z (off +2s)"},
	               {"-PT1H2M3S", "en", "14:05Z (off -1h2m)"},
	               {"-PT4M30S", "ja", "14:05Z (ずれ -4m30s)"},
	               {"PT0S", "en", "14:05Z (off 0s)"}};
	struct program p;
	program_init(&p);
	program_case(&p, "Clock");
	struct terminal *t = open_in("en", 24, 80);
	terminal_await_row(t, 0, "14:05Z  R1");
	terminal_type(t, ":set R1-R1 clock_offset=PT90M clock_reference=NTP" KEYS_ENTER);
	terminal_await_row(t, 0, "14:05Z (off +1h30m)");
	terminal_quit(t);
	for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
		char assign[64];
		snprintf(assign, sizeof assign, "clock_offset=%s", offsets[i].entered);
		program_good(&p, "set", "R1-R1", assign, NULL);
		t = open_in(offsets[i].language, 24, 80);
		terminal_await_row(t, 0, offsets[i].shown);
		terminal_quit(t);
	}
	setenv("GENBA_TEST_CLOCK", "2026-11-23T23:05:00+09:00", 1);
	program_good(&p, "set", "R1-R1", "clock_offset=PT2S", NULL);
	t = open_in("en", 24, 80);
	terminal_await_row(t, 0, "23:05+09:00 (14:05Z, off +2s)");
	terminal_quit(t);
	setenv("GENBA_TEST_CLOCK", PROGRAM_CLOCK, 1);
	program_release(&p);
}

/* An older copy put back: the board says so at length, every other view at the right of its title. */
static void an_older_copy_is_told_in_every_view(void **state)
{
	(void)state;
	static const char *const languages[] = {"en", "ja"};
	static const char *const words[] = {"! WARNING at opening: 1 board", "! 開封時の警告あり: 1 ボード"};
	struct program p;
	char command[300];
	program_init(&p);
	program_case(&p, "Put back");
	snprintf(command, sizeof command, "cp '%s' '%s/older'", getenv("GENBA_CASE"), p.dir);
	assert_int_equal(system(command), 0);
	program_good(&p, "add", "asset", "hostname=PC-1", NULL);
	snprintf(command, sizeof command, "cp '%s/older' '%s'", p.dir, getenv("GENBA_CASE"));
	assert_int_equal(system(command), 0);
	for (int i = 0; i < 2; i++) {
		struct terminal *t = open_in(languages[i], 24, 80);
		terminal_await_row(t, 1, i ? "ボード" : "Board");
		terminal_await(t, i ? "警告: " : "WARNING: this machine has seen");
		assert_false(terminal_shows(t, words[i]));
		terminal_type(t, "3");
		terminal_await_row(t, 1, i ? "資産" : "Asset");
		terminal_await_row(t, 1, words[i]);
		assert_true(terminal_cell(t, 1, 78).bold);
		terminal_quit(t);
	}
	program_release(&p);
}

/* ---- commands */

static void the_line_is_completed_and_recalled(void **state)
{
	(void)state;
	struct program p;
	program_init(&p);
	program_case(&p, "Lines");
	struct terminal *t = open_in("en", 24, 100);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, ":ad" KEYS_TAB);
	terminal_await_row(t, -1, ":add");
	terminal_await_row(t, -2, "asset"); /* what may follow */
	terminal_type(t, "ass" KEYS_TAB "hostn" KEYS_TAB "A sta" KEYS_TAB "inf" KEYS_TAB);
	terminal_await_row(t, -1, ":add asset hostname=A status=infected");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "R1-A1");
	terminal_type(t, ":set R1" KEYS_TAB);
	terminal_await_row(t, -1, ":set R1-");
	terminal_type(t, "A1 contain" KEYS_TAB "iso" KEYS_TAB "isolation_me" KEYS_TAB "ca" KEYS_TAB KEYS_ENTER);
	terminal_await(t, "isolated 1");
	terminal_type(t, ":" KEYS_UP);
	terminal_await_row(t, -1, ":set R1-A1 containment=isolated isolation_method=cable");
	terminal_type(t, KEYS_UP);
	terminal_await_row(t, -1, ":add asset hostname=A");
	terminal_type(t, KEYS_DOWN KEYS_DOWN);
	terminal_await_row(t, -2, "board");
	terminal_type(t, KEYS_ESCAPE);
	terminal_type(t, ":frobnicate" KEYS_ENTER);
	terminal_await_row(t, -3, "there is no command 'frobnicate'; `:help` lists them");
	terminal_await_row(t, -1, ":frobnicate"); /* it stays to be mended */
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_gone(t, ":frobnicate");
	terminal_type(t, ":" KEYS_UP);
	terminal_await_row(t, -1, ":frobnicate");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_gone(t, ":frobnicate");
	terminal_quit(t);
	program_release(&p);
}

/* A line with a secret in it is not kept, whether it was carried out or refused. */
static void a_line_that_gives_a_secret_is_not_recalled(void **state)
{
	static const struct {
		const char *line, *told;
	} lines[] = {{"set R1-A1 password=hunter2", "has no field 'password'"},
	             {"handover --secret hunter2", "where to?"},
	             {"set R1-A1 hostname=\"hunter2", "this quote is not closed"}};
	(void)state;
	struct program p;
	program_init(&p);
	program_case(&p, "Secrets");
	program_good(&p, "add", "asset", "hostname=A", NULL);
	struct terminal *t = open_in("en", 24, 100);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, ":list asset" KEYS_ENTER);
	terminal_await_row(t, 1, "Asset");
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		terminal_type(t, ":");
		terminal_type(t, lines[i].line);
		terminal_await_row(t, -1, "hunter2");
		terminal_type(t, KEYS_ENTER);
		terminal_await(t, lines[i].told);
		terminal_type(t, KEYS_ESCAPE);
		terminal_await_gone(t, "hunter2");
		terminal_type(t, ":" KEYS_UP);
		terminal_await_row(t, -1, ":list asset");
		terminal_type(t, KEYS_ESCAPE);
		terminal_await_gone(t, ":list asset");
	}
	terminal_quit(t);
	program_release(&p);
}

static void retracted_labels_are_offered_last_and_marked(void **state)
{
	(void)state;
	struct program p;
	program_init(&p);
	program_case(&p, "Retracted");
	program_good(&p, "add", "asset", "hostname=A", NULL);
	program_good(&p, "add", "asset", "hostname=B", NULL);
	program_good(&p, "retract", "R1-A2", "--reason", "a slip", NULL);
	for (int ja = 0; ja <= 1; ja++) {
		struct terminal *t = open_in(ja ? "ja" : "en", 24, 80);
		terminal_await_row(t, 1, ja ? "ボード" : "Board");
		terminal_type(t, ":show R1-A");
		terminal_await_row(t, -2, ja ? "R1-A1  (取下げ済み)R1-A2" : "R1-A1  (retracted) R1-A2");
		terminal_type(t, KEYS_ESCAPE);
		terminal_await_gone(t, ":show");
		terminal_quit(t);
	}
	program_release(&p);
}

/* What is known to be in vain is said at once. */
static void what_cannot_be_taken_back_asks_for_no_reason(void **state)
{
	(void)state;
	struct program p;
	program_init(&p);
	program_case(&p, "Nothing to undo");
	struct terminal *t = open_in("en", 24, 80);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, "u");
	terminal_await_row(t, -1, "there is nothing of yours left to undo");
	terminal_type(t, ":add asset hostname=A" KEYS_ENTER);
	terminal_await_row(t, -1, "R1-A1");
	terminal_type(t, ":retract R1-A1 --reason slip" KEYS_ENTER);
	terminal_await_row(t, -1, "done");
	terminal_type(t, ":show R1-A1" KEYS_ENTER);
	terminal_await(t, "RETRACTED");
	terminal_type(t, "x");
	terminal_await_row(t, -1, "R1-A1 was retracted already");
	terminal_type(t, ":list asset" KEYS_ENTER);
	terminal_await_row(t, 1, "Asset · 0");
	terminal_type(t, "R");
	terminal_await_row(t, 1, "Asset · 1");
	terminal_type(t, "x");
	terminal_await_row(t, -1, "R1-A1 was retracted already");
	terminal_quit(t);
	program_release(&p);
}

struct left {
	const char *typed;
};

/* The command line is gone, or an answer stands above it: the workbench has taken the command. */
static int is_answered(struct terminal *t, void *ctx)
{
	const struct left *left = ctx;
	struct buf row = BUF_INIT;
	terminal_row(t, terminal_rows(t) - 1, &row);
	int gone = strncmp(row.data, left->typed, strlen(left->typed)) != 0;
	for (int up = 3; up <= 6 && !gone; up++) /* it stays, with what is wrong above it and above its usage */
		gone = terminal_cell(t, terminal_rows(t) - up, 0).colour == 1;
	buf_release(&row);
	return gone;
}

/* Every command can be reached behind `:`, alone and by its help: the workbench answers each, if only by its usage. */
static void reach_every_command(const char *language)
{
	int ja = strcmp(language, "ja") == 0;
	struct terminal *t = open_in(language, 24, 160);
	const struct command *command = NULL;
	while ((command = command_next(command))) {
		const char *name = command->name;
		char typed[80];
		char shown[80];
		struct left left = {typed};
		if (strcmp(name, "quit") == 0)
			continue;
		terminal_type(t, "1");
		terminal_await_row(t, 1, ja ? "ボード" : "Board");
		snprintf(typed, sizeof typed, ":help %s", name);
		snprintf(shown, sizeof shown, "genba %s", name);
		terminal_type(t, typed);
		terminal_type(t, KEYS_ENTER);
		terminal_await_row(t, 2, shown);
		terminal_type(t, "1");
		terminal_await_row(t, 1, ja ? "ボード" : "Board");
		snprintf(typed, sizeof typed, ":%s", name);
		terminal_type(t, typed);
		terminal_await_row(t, -1, typed);
		terminal_type(t, KEYS_ENTER);
		if (strcmp(name, "preserve") == 0) /* whose question begins with the same words */
			terminal_await(t, ja ? "まずパス" : "the path first");
		else
			terminal_await_that(t, is_answered, &left, name);
		if (strcmp(name, "lock") == 0)
			terminal_type(t, PROGRAM_PASSPHRASE KEYS_ENTER);
		else
			terminal_type(t, KEYS_ESCAPE); /* some ask for what they need */
		assert_false(terminal_shows(t, ja ? "」はありません" : "there is no command"));
	}
	terminal_quit(t);
}

static void every_command_is_reachable(void **state)
{
	(void)state;
	struct program p;
	program_init(&p);
	program_case(&p, "Commands");
	reach_every_command("en");
	reach_every_command("ja");
	program_release(&p);
}

static void a_disabled_command_says_why(void **state)
{
	(void)state;
	struct program p;
	program_init(&p);
	program_case(&p, "Disabled");
	struct terminal *t = terminal_open(50, 120, NULL, "--read-only", getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, "?");
	terminal_await_row(t, 1, "Help");
	terminal_await(t, "not now");
	terminal_type(t, KEYS_ESCAPE "n");
	terminal_await_row(t, -1, "read");
	terminal_type(t, ":new x" KEYS_ENTER);
	terminal_await(t, "cannot run inside a session");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_gone(t, ":new x");
	terminal_type(t, ":demo" KEYS_ENTER);
	terminal_await(t, "takes the terminal over");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_gone(t, ":demo");
	terminal_quit(t);
	program_release(&p);
}

static int has_command(const struct view_key *keys, const struct command *command)
{
	for (; keys && keys->key; keys++)
		if (keys->key == KEY_OF_COMMAND && command_find(keys->name) == command)
			return 1;
	return 0;
}

static int is_bound(const struct command *command)
{
	const struct route *route = NULL;
	struct view_key key;
	int found = has_command(workbench_keys, command);
	while (!found && (route = route_next(route)))
		found = (route_key(route, &key) && key.key == KEY_OF_COMMAND && command_find(key.name) == command) ||
		        (route->view &&
		         (has_command(route->view->own_keys, command) || has_command(route->view->keys, command)));
	return found;
}

/* A key in a command's row is bound somewhere; what a row opens is there; no key of every view stands twice. */
static void keys_and_commands_do_not_drift(void **state)
{
	(void)state;
	const struct command *command = NULL;
	while ((command = command_next(command))) {
		char *opens = xstrndup(command->opens, strcspn(command->opens, " "));
		if (*command->keys && !is_bound(command))
			fail_msg("'%s' names the key %s, which no table of keys has", command->name, command->keys);
		if (*opens && !route_find(opens))
			fail_msg("'%s' opens '%s', which is not in the table of views", command->name, opens);
		free(opens);
	}
	int codes[128];
	size_t count = 0;
	struct view_key key;
	const struct route *route = NULL;
	for (const struct view_key *row = workbench_keys; row->key; row++) {
		int shared = 0; /* one that may be refused may stand before another of the same key */
		for (const struct view_key *later = row + 1; row->refuses && later->key; later++)
			shared |= view_key_code(later) == view_key_code(row);
		for (route = NULL; row->refuses && (route = route_next(route));)
			shared |= route_key(route, &key) && view_key_code(&key) == view_key_code(row);
		if (!shared)
			codes[count++] = view_key_code(row);
	}
	route = NULL;
	while ((route = route_next(route)))
		if (route_key(route, &key))
			codes[count++] = view_key_code(&key);
	for (size_t i = 0; i < count; i++)
		for (size_t k = i + 1; k < count; k++)
			assert_int_not_equal(codes[i], codes[k]);
}

int main(void)
{
	routes_begin();
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_practice_case_is_table_3),
	    cmocka_unit_test(times_are_corrected_and_undated_events_stay_undated),
	    cmocka_unit_test(an_event_is_inserted_by_its_form),
	    cmocka_unit_test(the_past_is_shown_marked_and_cannot_be_changed),
	    cmocka_unit_test(a_search_finds_what_was_just_written),
	    cmocka_unit_test(a_day_ends_where_it_is_asked_for),
	    cmocka_unit_test(the_header_tells_how_far_the_clock_is_off),
	    cmocka_unit_test(an_older_copy_is_told_in_every_view),
	    cmocka_unit_test(the_line_is_completed_and_recalled),
	    cmocka_unit_test(a_line_that_gives_a_secret_is_not_recalled),
	    cmocka_unit_test(retracted_labels_are_offered_last_and_marked),
	    cmocka_unit_test(what_cannot_be_taken_back_asks_for_no_reason),
	    cmocka_unit_test(every_command_is_reachable),
	    cmocka_unit_test(a_disabled_command_says_why),
	    cmocka_unit_test(keys_and_commands_do_not_drift),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
