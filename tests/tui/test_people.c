/* People by name: a responder can be chosen, "me" first; what was done to marked machines is one action with time, person and
 * method; wide screens tell of the selected record beside the rows. */
#include "help_case_screen.h"
#include "help_program.h"
#include "help_screen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct program program;

static int setup(void **state)
{
	(void)state;
	program_init(&program);
	program_case(&program, "People");
	program_good(&program, "add", "asset", "hostname=JINJI-PC-03", "status=infected", NULL);
	program_good(&program, "add", "asset", "hostname=JINJI-PC-04", NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	program_release(&program);
	return 0;
}

static struct terminal *open_assets(int columns)
{
	struct terminal *t = terminal_open(24, columns, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, "3");
	terminal_await_row(t, 1, "Asset · 2");
	return t;
}

static void marked_machines_are_isolated_in_one_action(void **state)
{
	(void)state;
	struct terminal *t = open_assets(80);
	terminal_type(t, "m");
	terminal_await_row(t, 1, "1 marked");
	terminal_type(t, "m");
	terminal_await_row(t, 1, "2 marked");
	terminal_type(t, "i");
	terminal_await_row(t, -1, "Isolation done: now");
	terminal_type(t, KEYS_CTRL_U "next moon" KEYS_ENTER); /* refused, and to be mended */
	terminal_await(t, "'next moon' is not a time");
	terminal_type(t, KEYS_CTRL_U "now" KEYS_ENTER);
	terminal_await_row(t, -1, "Isolated by:");
	terminal_await(t, "me: Responder One");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "How isolated:");
	terminal_type(t, "cable");
	terminal_await_row(t, -1, "cable");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "isolated: 2, in one action");
	terminal_quit(t);
	program_good(&program, "log", "--limit", "1", NULL);
	assert_non_null(strstr(program.out.data, "isolated R1-A1 JINJI-PC-03, R1-A2 JINJI-PC-04 (cable unplugged)"));
	program_good(&program, "show", "R1-A2", NULL);
	assert_non_null(strstr(program.out.data, " Responder One\n")); /* names beside labels */
	program_good(&program, "--lang", "ja", "log", "--limit", "1", NULL);
}

static void left_halfway_nothing_is_changed(void **state)
{
	(void)state;
	struct terminal *t = open_assets(80);
	terminal_type(t, "i");
	terminal_await_row(t, -1, "Isolation done: now");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "Isolated by:");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, -1, "nothing was changed");
	terminal_quit(t);
}

static void me_is_a_name_that_can_be_typed(void **state)
{
	(void)state;
	program_good(&program, "add", "measure", "title=Block it", "track=cause", "owner=me", "due=2014-01-01", NULL);
	program_good(&program, "show", "R1-M1", NULL);
	assert_non_null(strstr(program.out.data, "Responder One"));
	struct terminal *t = open_assets(80);
	terminal_type(t, "J");
	terminal_await_row(t, 1, "My work");
	terminal_await_row(t, 2, "Responder One (me) · 1 open · 1 overdue");
	terminal_await_row(t, 3, "OVERDUE");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, 1, "R1-M1");
	terminal_quit(t);
}

/* Who looks at what is chosen and presses Enter has changed nothing: the cursor is on it, not on "me". */
static void what_is_chosen_stays_chosen(void **state)
{
	(void)state;
	program_good(&program, "add", "party", "name=Organisation B", NULL);
	program_good(&program, "add", "measure", "title=Tell them", "track=cause", "owner=Organisation B", NULL);
	struct terminal *t = open_assets(80);
	terminal_type(t, ":show R1-M2" KEYS_ENTER);
	terminal_await_row(t, 1, "R1-M2");
	terminal_type(t, "e");
	terminal_await_row(t, 1, "Change Measure R1-M2");
	for (int i = 0; i < 4; i++)
		terminal_type(t, "j");
	terminal_await_row(t, -1, "Owner");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "Owner:");
	terminal_await(t, "me: Responder One");
	terminal_type(t, KEYS_ENTER);
	terminal_await_gone(t, "me: Responder One");
	terminal_await(t, "Organisation B");
	terminal_type(t, KEYS_ESCAPE);
	terminal_quit(t);
}

/* What was undone is told in the language of the screen. */
static void what_was_undone_is_told_in_japanese(void **state)
{
	(void)state;
	program_good(&program, "set", "R1-A2", "status=suspected", NULL);
	program_good(&program, "--lang", "ja", "undo", "--reason", "of another", NULL);
	assert_non_null(strstr(program.out.data, "元に戻しました: 疑いあり: R1-A2 JINJI-PC-04"));
}

/* … and so is what cannot be undone. */
static void what_cannot_be_undone_is_told_in_japanese(void **state)
{
	(void)state;
	program_write(&program, "list.csv", "a,b\n");
	program_good(&program, "preserve", program_file(&program, "list.csv"), NULL);
	assert_int_equal(program_run(&program, "--lang", "ja", "undo", "--reason", "of another", NULL), 1);
	assert_non_null(strstr(program.log.data, "直前の自分の操作は取り消せません"));
	assert_non_null(strstr(program.log.data, "保全 R1-E1"));
	assert_null(strstr(program.log.data, "preserve"));
}

/* Two are called the same: the one who looks is "me", by the key, and the steps of the other are not theirs. */
static void a_namesake_is_another_person(void **state)
{
	(void)state;
	char home[400];
	char case_of_one[400];
	char line[400];
	snprintf(home, sizeof home, "%s", getenv("XDG_DATA_HOME"));
	snprintf(case_of_one, sizeof case_of_one, "%s", getenv("GENBA_CASE"));
	program_good(&program, "play", "preserve", "--on", "R1-A1", NULL);
	setenv("XDG_DATA_HOME", program_file(&program, "other"), 1);
	program_good(&program, "key", "new", "--name", "Responder One", "--mark", "R2", "--kdf", "interactive", NULL);
	program_good(&program, "key", "export", NULL);
	snprintf(line, sizeof line, "%.*s", (int)strcspn(program.out.data, "\n"), program.out.data);
	setenv("XDG_DATA_HOME", home, 1);
	program_good(&program, "handover", "--to", line, "--out", program_file(&program, "copy.genba"), NULL);
	setenv("XDG_DATA_HOME", program_file(&program, "other"), 1);
	setenv("GENBA_CASE", program_file(&program, "copy.genba"), 1);
	struct terminal *t = open_assets(80);
	terminal_type(t, "J");
	terminal_await_row(t, 1, "My work");
	terminal_await(t, "Responder One · ");
	terminal_type(t, "3");
	terminal_await_row(t, 1, "Asset · 2");
	terminal_type(t, "i");
	terminal_await_row(t, -1, "Isolation done: now");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "Isolated by:");
	terminal_await(t, "me: Responder One");
	struct buf row = BUF_INIT;
	terminal_row(t, terminal_find(t, "me: Responder One") + 1, &row);
	assert_non_null(strstr(row.data, "Responder One")); /* the other */
	assert_null(strstr(row.data, "me:"));
	buf_release(&row);
	terminal_type(t, KEYS_ESCAPE);
	terminal_quit(t);
	setenv("XDG_DATA_HOME", home, 1);
	setenv("GENBA_CASE", case_of_one, 1);
}

static void a_wide_screen_tells_of_the_selected_record(void **state)
{
	(void)state;
	struct terminal *t = open_assets(120);
	terminal_await_row(t, 2, "│R1-A1  JINJI-PC-03");
	terminal_await(t, "│Finding: infected");
	terminal_await(t, "│Isolated by: Responder One");
	terminal_type(t, "j");
	terminal_await_row(t, 2, "│R1-A2  JINJI-PC-04");
	terminal_await(t, "│Finding: unchecked");
	terminal_resize(t, 24, 80);
	terminal_await_gone(t, "│");
	terminal_quit(t);
}

static void the_coming_steps_stand_beside_the_current_one(void **state)
{
	(void)state;
	program_good(&program, "play", "isolate", "--on", "R1-A1", NULL);
	struct terminal *t = open_assets(120);
	terminal_type(t, "2");
	terminal_await_row(t, 1, "step 1 of ");
	terminal_await(t, "│▶  1 ");
	terminal_await(t, "│   2 ");
	terminal_quit(t);
}

/* Wherever a label is typed, a host name or address that is one machine's will do; where people read, a name stands beside it. */
static void records_are_meant_by_name_and_told_by_name(void **state)
{
	(void)state;
	program_good(&program, "set", "JINJI-PC-04", "addresses=10.1.2.4", NULL);
	program_good(&program, "show", "10.1.2.4", NULL);
	assert_non_null(strstr(program.out.data, "JINJI-PC-04"));
	program_good(&program, "log", "jinji-pc-04", NULL);
	assert_non_null(strstr(program.out.data, "JINJI-PC-04"));
	program_good(&program, "add", "asset", "hostname=TWIN", NULL);
	program_good(&program, "add", "asset", "hostname=TWIN", NULL);
	assert_int_equal(program_run(&program, "show", "TWIN", NULL), 2);
	assert_non_null(strstr(program.log.data, "several records are called 'TWIN'"));
	assert_int_equal(program_run(&program, "set", "TWIN", "status=clean", NULL), 2);
	assert_int_equal(program_run(&program, "show", "NOBODY", NULL), 1);
	program_good(&program, "retract", "10.1.2.4", "--reason", "typed twice", NULL);
	program_good(&program, "undo", "--reason", "it was not", NULL);
	program_good(&program, "retract", "R1-A3", "--reason", "two of a name", NULL);
	program_good(&program, "retract", "TWIN", "--reason", "the one that is left", NULL);

	struct terminal *t = open_assets(80);
	terminal_type(t, ":");
	terminal_await_row(t, -1, ":");
	terminal_type(t, "set JINJI-PC-03 isolation_by=Tanaka" KEYS_ENTER);
	terminal_await(t, "R1-A1 JINJI-PC-03  Isolated by: ");
	terminal_await(t, " Tanaka");
	terminal_type(t, "9");
	terminal_await_row(t, 1, "History");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, 1, "Action");
	terminal_await(t, "Isolated by: ");
	terminal_await(t, " Tanaka");
	terminal_quit(t);
}

/* To its end: what was retracted with it stands behind the translated subject. */
static void what_was_retracted_is_told_in_japanese(void **state)
{
	(void)state;
	program_write(&program, "machines.csv", "hostname\nWRONG-1\nWRONG-2\n");
	program_good(&program, "import", "csv", program_file(&program, "machines.csv"), "asset", NULL);
	program_good(&program, "--lang", "ja", "undo", "--reason", "of another", NULL);
	assert_non_null(strstr(program.out.data, "元に戻しました: 資産 2件を取込み(2件の記録は取下げ済み)\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(marked_machines_are_isolated_in_one_action),
	    cmocka_unit_test(left_halfway_nothing_is_changed),
	    cmocka_unit_test(me_is_a_name_that_can_be_typed),
	    cmocka_unit_test(what_is_chosen_stays_chosen),
	    cmocka_unit_test(what_was_undone_is_told_in_japanese),
	    cmocka_unit_test(a_wide_screen_tells_of_the_selected_record),
	    cmocka_unit_test(records_are_meant_by_name_and_told_by_name),
	    cmocka_unit_test(the_coming_steps_stand_beside_the_current_one),
	    cmocka_unit_test(what_was_retracted_is_told_in_japanese),
	    cmocka_unit_test(what_cannot_be_undone_is_told_in_japanese),
	    cmocka_unit_test(a_namesake_is_another_person),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
