/* The record views on a real pseudo-terminal: lists, details, forms, pasted text. */
#include "help_case_screen.h"
#include "help_program.h"

#include "base/buf.h"
#include "case/kind/kinds.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct program program;

static int set_up(void **state)
{
	(void)state;
	program_init(&program);
	program_case(&program, "Record views");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	program_release(&program);
	return 0;
}

static struct terminal *open_case(int rows, int columns)
{
	return terminal_open(rows, columns, NULL, getenv("GENBA_CASE"), NULL);
}

static void add_three_assets(void)
{
	program_good(&program, "add", "asset", "hostname=WEB-1", "type=web_server", "status=clean", NULL);
	program_good(&program, "add", "asset", "hostname=DB-2", "type=server", "status=suspected", NULL);
	program_good(&program, "add", "asset", "hostname=人事PC-3", "type=terminal", "status=infected", NULL);
}

static void lists_sort_and_filter(void **state)
{
	(void)state;
	add_three_assets();
	struct terminal *t = open_case(24, 80);
	terminal_type(t, "3");
	terminal_await_row(t, 1, "Asset · 3");
	terminal_await_row(t, 3, "R1-A1");
	terminal_type(t, "s"); /* by the first column, the name */
	terminal_await_row(t, 3, "DB-2");
	terminal_type(t, "S");
	terminal_await_row(t, 3, "人事PC-3");
	terminal_await_row(t, 3, "!R1-A3"); /* infected and not isolated: a sign, not only a colour */
	terminal_type(t, "fweb");
	terminal_await_row(t, 1, "1 of 3");
	terminal_await_row(t, 3, "WEB-1");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "Asset · 3");
	terminal_type(t, "fstatus=infected|suspected -人事" KEYS_ENTER);
	terminal_await_row(t, 1, "1 of 3");
	terminal_await_row(t, 1, "[status=infected|suspected -人事]");
	terminal_await_row(t, 3, "DB-2");
	terminal_quit(t);
}

static void marked_records_are_set_in_one_action(void **state)
{
	(void)state;
	add_three_assets();
	struct terminal *t = open_case(24, 80);
	terminal_type(t, "3");
	terminal_await_row(t, 1, "Asset · 3");
	terminal_type(t, "M");
	terminal_await_row(t, -1, "Mark all 3");
	terminal_type(t, "y");
	terminal_await_row(t, 1, "3 marked");
	terminal_type(t, "b");
	terminal_await_row(t, -1, "Set which field of 3 records");
	terminal_type(t, "Containment" KEYS_ENTER);
	terminal_await_row(t, -1, "Containment:");
	terminal_type(t, "isolated" KEYS_ENTER);
	terminal_await_row(t, -1, "of 3 records set in one action");
	terminal_type(t, KEYS_DOWN "xwrong machine" KEYS_ENTER);
	terminal_await_row(t, 1, "2 of 3");
	terminal_type(t, "R");
	terminal_await_row(t, 1, "with retracted ones");
	terminal_quit(t);
	program_good(&program, "list", "asset", "--where", "containment=isolated", "--retracted", "--csv", NULL);
	assert_non_null(strstr(program.out.data, "R1-A1"));
	assert_non_null(strstr(program.out.data, "R1-A3"));
	program_good(&program, "log", "--limit", "2", NULL);
	assert_non_null(strstr(program.out.data, "isolated R1-A1 WEB-1, R1-A2 DB-2, R1-A3"));
	assert_non_null(strstr(program.out.data, "retract R1-A2"));
}

static void set_where_is_one_action_or_none(void **state)
{
	(void)state;
	add_three_assets();
	program_good(&program, "set", "asset", "--where", "status=infected|suspected", "zone=HR", NULL);
	assert_string_equal(program.out.data, "R1-A2\nR1-A3\n");
	program_good(&program, "log", "--limit", "1", NULL);
	assert_non_null(strstr(program.out.data, "set R1-A2 "));
	assert_int_equal(program_run(&program, "set", "asset", "--where", "status=excluded", "zone=X", NULL), 1);
	program_good(&program, "set", "R1-A1, R1-A2 ", "department=Room 3", NULL);
	assert_string_equal(program.out.data, "R1-A1\nR1-A2\n");
	assert_int_equal(program_run(&program, "set", ",", "department=Room 4", NULL), 2); /* none is named */
	program_good(&program, "list", "asset", "--where", "department=\"Room 3\"", "--csv", NULL);
	assert_non_null(strstr(program.out.data, "R1-A1,"));
	assert_non_null(strstr(program.out.data, "R1-A2,"));
	assert_int_equal(program_run(&program, "set", "R1-A1,R1-A99", "department=X", NULL), 1);
	program_good(&program, "show", "R1-A1", "--json", NULL);
	assert_non_null(strstr(program.out.data, "\"department\": \"Room 3\""));
	assert_int_equal(program_run(&program, "set", "asset", "--where", "zone=HR", "status=green", NULL), 2);
	program_good(&program, "list", "asset", "--where", "zone=HR status=infected", "--csv", NULL);
	assert_non_null(strstr(program.out.data, "R1-A3"));
}

static void a_form_names_what_is_wrong_and_makes_what_is_missing(void **state)
{
	(void)state;
	struct terminal *t = open_case(24, 80);
	terminal_type(t, "3a");
	terminal_await_row(t, 1, "New: Asset");
	terminal_type(t, KEYS_CTRL_S);
	terminal_await_row(t, -1, "Name is required");
	terminal_type(t, KEYS_ENTER "PC-1" KEYS_ENTER "m");
	terminal_await(t, "Checked at");
	terminal_type(t, "GkkG"); /* the last row is Save */
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, -1, "the draft is kept");
	terminal_quit(t);

	program_good(&program, "add", "asset", "hostname=PC-9", NULL);
	t = open_case(24, 80);
	terminal_type(t, "8a"); /* a measure has an owner and a time on its short form */
	terminal_await_row(t, 1, "New: Measure");
	terminal_type(t, KEYS_ENTER "Look at the logs" KEYS_ENTER);
	terminal_await(t, "+ What");
	while (terminal_find(t, "Owner") < 0)
		terminal_await(t, "Owner");
	terminal_type(t, "jjj" KEYS_ENTER);
	terminal_await_row(t, -1, "Owner:");
	terminal_type(t, "Responder Two" KEYS_ENTER); /* there is no such party: it is made here */
	terminal_await(t, "Responder Two");
	terminal_await_row(t, 1, "2 typed");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "Due:");
	terminal_type(t, "next moon" KEYS_ENTER);
	terminal_await(t, "'next moon' is not a time"); /* the text stays to be mended, with the reason above it */
	terminal_await_row(t, -1, "Due: next moon");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "3 typed");
	terminal_type(t, KEYS_CTRL_S);
	terminal_await(t, "'next moon' is not a time");
	terminal_quit(t);
	program_good(&program, "list", "party", "--csv", NULL);
	assert_non_null(strstr(program.out.data, "Responder Two"));
}

static void a_new_indicator_gets_its_type_and_the_cursor(void **state)
{
	(void)state;
	program_good(&program, "add", "indicator", "type=ip", "value=198.51.100.7", NULL);
	struct terminal *t = open_case(24, 80);
	terminal_type(t, "7a");
	terminal_await_row(t, 1, "New: Indicator");
	terminal_type(t, "9"); /* a form is not left by a slip, and says so */
	terminal_await_row(t, -1, "a form is open");
	terminal_type(t, KEYS_DOWN KEYS_ENTER "evil[.]example" KEYS_ENTER);
	terminal_await_row(t, 2, "domain");
	terminal_type(t, KEYS_CTRL_S);
	terminal_await_row(t, 4, "evil.example");
	terminal_await_row(t, 22, "2/2");
	terminal_quit(t);
}

/* The list of kinds has every one of them, whichever rooms brought them: no golden, which each room would alter. */
static void every_kind_can_be_chosen(void **state)
{
	(void)state;
	struct terminal *t = open_case(60, 100);
	terminal_type(t, "0");
	for (size_t i = 0; i < kind_count(); i++)
		terminal_await(t, kind_at(i)->en);
	terminal_quit(t);
}

/* A form over a form: what would go to the board says that somebody waits, and the inner form's record fills the field. */
/* The last line, which is drawn after all others, tells of the field under the cursor. */
static int tells_its_field(struct terminal *t, void *ctx)
{
	const char *place = ctx;
	struct buf foot = BUF_INIT;
	struct buf told = BUF_INIT;
	struct buf field = BUF_INIT;
	int row;
	int column;
	int visible;
	terminal_cursor_at(t, &row, &column, &visible);
	terminal_row(t, terminal_rows(t) - 2, &foot);
	terminal_row(t, terminal_rows(t) - 1, &told);
	terminal_row(t, row, &field);
	const char *label = field.len > 3 ? field.data + 3 : "-";
	const char *end = strstr(label, "  ");
	size_t n = end ? (size_t)(end - label) : strlen(label);
	int tells = strstr(foot.data, place) && strncmp(told.data, label, n) == 0;
	buf_release(&foot);
	buf_release(&told);
	buf_release(&field);
	return tells;
}

static void a_form_over_a_form_stays_until_it_is_left(void **state)
{
	(void)state;
	char place[32];
	struct terminal *t = open_case(40, 120);
	terminal_type(t, "3a");
	terminal_await_row(t, 1, "New: Asset");
	terminal_type(t, "m");
	terminal_await(t, "Isolation verified");
	for (int i = 2; i < 40; i++) {
		struct buf told = BUF_INIT;
		snprintf(place, sizeof place, " %d/", i);
		terminal_type(t, "j");
		terminal_await_that(t, tells_its_field, place, "the field of the row");
		terminal_row(t, terminal_rows(t) - 1, &told);
		int there = strncmp(told.data, "Decision", 8) == 0;
		buf_release(&told);
		if (there)
			break;
	}
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "+ new: Decision");
	terminal_type(t, KEYS_CTRL_U KEYS_UP KEYS_ENTER);
	terminal_await_row(t, 1, "New: ");
	terminal_type(t, ":log" KEYS_ENTER);
	terminal_await_row(t, 1, "History");
	terminal_type(t, "@");
	terminal_await_row(t, -1, "a form is open: save it or leave it first");
	terminal_type(t, "3");
	terminal_await_row(t, -1, "a form is open: save it or leave it first");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "New: Decision");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "New: Asset");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "Asset · ");
	terminal_type(t, "9@");
	terminal_await_row(t, 1, "AS OF");
	terminal_type(t, "E"); /* what has no past says so */
	terminal_await_row(t, 1, "AS IT IS NOW, not as of");
	terminal_type(t, "W");
	terminal_await_row(t, 1, "AS OF");
	terminal_quit(t);
}

/* The keys are there before its rows are. */
static void lock_and_unlock(struct terminal *t, const char *keys)
{
	terminal_signal(t, SIGUSR1);
	terminal_await(t, "genba is locked");
	terminal_await_row(t, -1, "Passphrase:");
	struct buf typed = BUF_INIT;
	buf_addf(&typed, "%s%s%s", PROGRAM_PASSPHRASE, KEYS_ENTER, keys);
	terminal_type(t, typed.data);
	buf_release(&typed);
}

/* Its rows are read on after the lock: what takes the marks away, or acts on them, knows of those that are still to come back. */
static void marks_of_a_long_list_are_whole_after_the_lock(void **state)
{
	(void)state;
	struct buf csv = BUF_INIT;
	buf_adds(&csv, "hostname,status\n");
	for (int i = 0; i < 30000; i++)
		buf_addf(&csv, "PC-%d,clean\n", i);
	program_write(&program, "machines.csv", csv.data);
	char path[128];
	snprintf(path, sizeof path, "%s/machines.csv", program.dir);
	program_good(&program, "import", "csv", path, "asset", NULL);
	struct terminal *t = open_case(24, 80);
	terminal_type(t, "3");
	terminal_await_row(t, 1, "Asset · 30000");
	terminal_type(t, "M");
	terminal_await_row(t, -1, "Mark all 30000");
	terminal_type(t, "y");
	terminal_await_row(t, 1, "30000 marked");
	lock_and_unlock(t, "b");
	terminal_await_row(t, -1, "Set which field of 30000 records");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_gone(t, "Set which field");
	terminal_await_row(t, 1, "30000 marked");
	lock_and_unlock(t, "e");
	terminal_await(t, "not the 30000 that are marked");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "30000 marked");
	lock_and_unlock(t, "M");
	terminal_await_row(t, 1, "Asset · 30000");
	terminal_await_gone(t, "30000 marked");
	terminal_type(t, "b"); /* all were read: the row under the cursor alone */
	terminal_await_row(t, -1, "Set which field of 1 record:");
	terminal_type(t, KEYS_ESCAPE);
	terminal_quit(t);
	buf_release(&csv);
}

/* Looking at the past does not take them away, in the list or out of it. */
static void marks_of_now_outlast_a_look_at_the_past(void **state)
{
	(void)state;
	add_three_assets();
	struct terminal *t = open_case(24, 80);
	terminal_type(t, "3");
	terminal_await_row(t, 1, "Asset · 3");
	terminal_type(t, "m");
	terminal_await_row(t, 1, "1 marked");
	terminal_type(t, "m");
	terminal_await_row(t, 1, "2 marked");
	terminal_type(t, ":at 2099-01-01" KEYS_ENTER);
	terminal_await_row(t, 1, "READ ONLY");
	assert_false(terminal_shows(t, "2 marked"));
	terminal_type(t, "4");
	terminal_await(t, "Evidence · 0");
	terminal_type(t, "3");
	terminal_await(t, "Asset · 3");
	terminal_type(t, "4");
	terminal_await(t, "Evidence · 0");
	terminal_type(t, "@");
	terminal_await_row(t, 1, "Evidence · 0");
	terminal_type(t, "3");
	terminal_await_row(t, 1, "2 marked");
	terminal_type(t, ":at 2099-01-01" KEYS_ENTER);
	terminal_await_row(t, 1, "READ ONLY");
	terminal_type(t, "@");
	terminal_await_row(t, 1, "2 marked");
	terminal_quit(t);
}

static void a_playbook_starts_on_the_marked_assets(void **state)
{
	(void)state;
	add_three_assets();
	struct terminal *t = open_case(24, 80);
	terminal_type(t, "3");
	terminal_await_row(t, 3, "R1-A1");
	terminal_type(t, "mmP");
	terminal_await_row(t, -1, "Playbook (or the path of a file)");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "On R1-A1,R1-A2 and");
	terminal_type(t, KEYS_ESCAPE); /* nothing was chosen here: nothing begins */
	terminal_await_row(t, 1, "Asset · 3");
	terminal_type(t, "MP");
	terminal_await_row(t, -1, "Playbook (or the path of a file)");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "On R1-A3 and");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, 1, "R1-J1  Isolate → R1-A3");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "Record it done (what is marked");
	terminal_type(t, KEYS_CTRL_S);
	terminal_await_row(t, -1, "still missing: Done to it before us");
	terminal_quit(t);
}

static void pasted_text_is_offered_as_indicators(void **state)
{
	(void)state;
	static const char text[] = "beacon to hxxps://evil[.]example/a.php and 198.51.100[.]7, again 198.51.100.7";
	program_good(&program, "add", "indicator", "type=ip", "value=198.51.100.7", "role=c2", NULL);
	struct terminal *t = open_case(24, 80);
	terminal_await_row(t, -1, "? shows the keys");
	terminal_paste(t, text, sizeof text - 1);
	terminal_await_row(t, -1, "What the pasted text is for");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "known: R1-I1");
	terminal_await(t, "[x] URL");
	terminal_await(t, "[ ] domain");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "1 indicator on record in one action");
	terminal_quit(t);
	program_good(&program, "list", "indicator", "--csv", NULL);
	assert_non_null(strstr(program.out.data, "https://evil.example/a.php"));
}

static void hostile_text_is_shown_harmlessly(void **state)
{
	(void)state;
	program_good(&program, "add", "asset", "hostname=A\033]0;owned\007B",
	             "zone=x\xe2\x80\xae"
	             "y",
	             "os=\xff\xfe", NULL);
	program_good(&program, "note", "--on", "R1-A1", "line one\nline \033[2Jtwo", NULL);
	struct terminal *t = open_case(24, 80);
	terminal_type(t, "3");
	terminal_await_row(t, 3, "\\x1b]0;owned");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "x<U+202E>y");
	terminal_await(t, "Referred to by");
	terminal_type(t, "G" KEYS_ENTER);
	terminal_await(t, "line \\x1b[2Jtwo");
	assert_string_equal(terminal_titled(t), "");
	terminal_resize(t, 5, 20);
	terminal_await(t, "Window too small");
	terminal_resize(t, 24, 80);
	terminal_await(t, "line \\x1b[2Jtwo");
	terminal_quit(t);
}

static void references_are_followed_and_come_back(void **state)
{
	(void)state;
	program_good(&program, "add", "asset", "hostname=PC-1", NULL);
	program_good(&program, "note", "--on", "R1-A1", "seen beaconing", NULL);
	struct terminal *t = open_case(24, 80);
	terminal_type(t, "6" KEYS_ENTER);
	terminal_await_row(t, 1, "R1-N1");
	terminal_await(t, "→ R1-A1  PC-1");
	terminal_type(t, "j" KEYS_ENTER);
	terminal_await_row(t, 1, "R1-A1");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "R1-N1");
	terminal_type(t, "c");
	terminal_await_row(t, -1, "Make of this note");
	terminal_type(t, "Event" KEYS_ENTER);
	terminal_await_row(t, 1, "New: Event");
	terminal_await(t, "seen beaconing");
	terminal_type(t, KEYS_DOWN KEYS_ENTER "2026-11-20" KEYS_ENTER KEYS_CTRL_S);
	terminal_await_row(t, -1, "R1-V1 is on record");
	terminal_await(t, "→ R1-V1");
	terminal_quit(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(lists_sort_and_filter, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(every_kind_can_be_chosen, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(marked_records_are_set_in_one_action, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(set_where_is_one_action_or_none, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_form_names_what_is_wrong_and_makes_what_is_missing, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_new_indicator_gets_its_type_and_the_cursor, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_form_over_a_form_stays_until_it_is_left, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(marks_of_a_long_list_are_whole_after_the_lock, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(marks_of_now_outlast_a_look_at_the_past, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_playbook_starts_on_the_marked_assets, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(pasted_text_is_offered_as_indicators, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(hostile_text_is_shown_harmlessly, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(references_are_followed_and_come_back, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
