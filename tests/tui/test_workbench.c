/* The workbench as a person meets it: the built program on a real pseudo-terminal. */
#include "help_case_screen.h"
#include "help_program.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct terminal *open_case(int rows, int columns, const char *environment)
{
	return terminal_open(rows, columns, environment, getenv("GENBA_CASE"), NULL);
}

/* ---- the main job: a step, a note, the history, lock and unlock, another size, quit */

static void do_a_step(struct terminal *t)
{
	terminal_type(t, "2");
	terminal_await_row(t, 1, "Playbook");
	terminal_type(t, "P");
	terminal_await_row(t, -1, "Playbook (or the path of a file)");
	terminal_type(t, "isolate" KEYS_ENTER);
	terminal_await_row(t, -1, "On which asset");
	terminal_type(t, "HR-PC-03" KEYS_ENTER);
	terminal_await_row(t, -1, "On R1-A1 and");
	terminal_type(t, KEYS_ESCAPE); /* it leaves, as below every question */
	terminal_await_gone(t, "On R1-A1 and");
	terminal_await_row(t, 1, "Playbook");
	terminal_type(t, "P");
	terminal_await_row(t, -1, "Playbook (or the path of a file)");
	terminal_type(t, "isolate" KEYS_ENTER);
	terminal_await_row(t, -1, "On which asset");
	terminal_type(t, "HR-PC-03" KEYS_ENTER);
	terminal_await_row(t, -1, "On R1-A1 and");
	terminal_type(t, KEYS_ENTER); /* no further asset: begin */
	terminal_await(t, "Open the record and a safe channel");
	terminal_await_row(t, 1, "R1-J1");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "Record it done (what is marked");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "the text stays");
	terminal_type(t, "再起動1回" KEYS_CTRL_S);
	terminal_await(t, "再起動1回");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "the text stays");
	terminal_type(t, "携帯電話で連絡する" KEYS_CTRL_S);
	terminal_await_gone(t, "is still missing");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "R1-S1 is on record");
	terminal_await(t, "Is destruction going on now?");
	terminal_type(t, "N");
	terminal_await_row(t, -1, "R1-S2 is on record");
}

static void write_a_note_and_find_it_in_the_history(struct terminal *t)
{
	terminal_type(t, "n");
	terminal_await(t, "Ctrl-S keeps it");
	terminal_type(t, "端末を隔離した。ﾒﾓﾘは取得済み");
	terminal_await(t, "端末を隔離した。ﾒﾓﾘは取得済み");
	terminal_type(t, KEYS_CTRL_S);
	terminal_await_row(t, -1, "is on record");
	terminal_type(t, "9");
	terminal_await_row(t, 1, "History");
	terminal_await_row(t, 2, "note R1-N2");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, 1, "Action");
	terminal_await(t, "端末を隔離した。ﾒﾓﾘは取得済み");
}

static void lock_and_unlock(struct terminal *t)
{
	terminal_type(t, KEYS_CTRL_L);
	terminal_await(t, "genba is locked");
	assert_false(terminal_shows(t, "端末"));
	assert_false(terminal_shows(t, "personnel"));
	terminal_type(t, "wrong" KEYS_ENTER);
	terminal_await(t, "passphrase");
	assert_false(terminal_shows(t, "wrong"));
	terminal_type(t, PROGRAM_PASSPHRASE KEYS_ENTER);
	terminal_await(t, "unlocked");
	terminal_await(t, "端末を隔離した");
}

static void main_job(int rows, int columns)
{
	struct program p;
	program_init(&p);
	program_case(&p, "Slow terminal in personnel");
	program_good(&p, "add", "asset", "hostname=HR-PC-03", "status=infected", NULL);
	struct terminal *t = open_case(rows, columns, NULL);
	terminal_await_row(t, 0, "!! 1");
	terminal_await_row(t, 0, "Slow terminal");
	terminal_await(t, "HR-PC-03");
	do_a_step(t);
	write_a_note_and_find_it_in_the_history(t);
	lock_and_unlock(t);
	terminal_resize(t, columns == 80 ? 50 : 24, columns == 80 ? 160 : 80);
	terminal_await_row(t, columns == 80 ? 48 : 22, "? keys");
	terminal_await(t, "端末を隔離した");
	terminal_quit(t);
	program_good(&p, "show", "R1-N2", NULL);
	assert_non_null(strstr(p.out.data, "端末を隔離した。ﾒﾓﾘは取得済み"));
	program_good(&p, "verify", NULL);
	program_release(&p);
}

static void main_job_at_80x24(void **state)
{
	(void)state;
	main_job(24, 80);
}

static void main_job_at_160x50(void **state)
{
	(void)state;
	main_job(50, 160);
}

/* ---- what must be seen is seen */

#define ALARM "Infected and not isolated"

/* The Board was scrolled to its end: whoever comes back to it, or makes the window larger, sees its first rows. */
static void the_alarm_of_the_board_is_not_scrolled_away(void **state)
{
	(void)state;
	struct program p;
	program_init(&p);
	program_case(&p, "Scrolled");
	program_good(&p, "add", "asset", "hostname=HR-PC-03", "status=infected", NULL);
	for (int i = 0; i < 20; i++)
		program_good(&p, "note", "--stance", "question", "who saw it first?", NULL);
	struct terminal *t = open_case(24, 80, NULL);
	terminal_await_row(t, 2, ALARM);
	static const char *const ways_back[] = {"1", KEYS_ESCAPE};
	for (size_t i = 0; i < 2; i++) {
		terminal_type(t, "G");
		terminal_await_gone(t, ALARM);
		terminal_type(t, "3");
		terminal_await_row(t, 1, "Asset");
		terminal_type(t, ways_back[i]);
		terminal_await_row(t, 1, "Board");
		terminal_await_row(t, 2, ALARM);
	}
	terminal_type(t, "G");
	terminal_await_gone(t, ALARM);
	terminal_resize(t, 70, 80);
	terminal_await_row(t, 2, ALARM);
	terminal_type(t, "3"); /* every other view, too: its first row comes back with the room for it */
	terminal_await_row(t, 1, "Asset");
	terminal_resize(t, 24, 80);
	terminal_type(t, "9");
	terminal_await_row(t, 1, "History");
	terminal_await(t, "note R1-N20");
	terminal_type(t, "G");
	terminal_await_gone(t, "note R1-N20");
	terminal_resize(t, 70, 80);
	terminal_await(t, "note R1-N20");
	terminal_quit(t);
	program_release(&p);
}

/* ---- hostile text */

/* Nothing of it acts: no title is set, each row keeps its width, and the frame stands where it stood. */
static void is_harmless(struct terminal *t)
{
	assert_string_equal(terminal_titled(t), "");
	for (int row = 0; row < terminal_rows(t); row++) {
		struct buf line = BUF_INIT;
		terminal_row(t, row, &line);
		assert_null(strstr(line.data, "\xe2\x80\xae")); /* U+202E itself */
		buf_release(&line);
	}
	assert_true(terminal_cell(t, 0, 0).reverse);
}

static void hostile_text_is_shown_and_does_nothing(void **state)
{
	(void)state;
	struct program p;
	char name[300];
	program_init(&p);
	program_case(&p, "Hostile \033[2J\033]0;owned\007 title \xe2\x80\xae gnp");
	program_good(&p, "note", "--stance", "question",
	             "esc \033[2J\033]0;owned\007\033[31m rtl \xe2\x80\xae"
	             "cod.exe zero\xe2\x80\x8bwidth \xc2\x9b"
	             "31m nl\nline",
	             NULL);
	snprintf(name, sizeof name, "%s/evil\033]0;owned\007\xff\xe2\x80\xae\nfile", p.dir);
	FILE *f = fopen(name, "we");
	assert_non_null(f);
	fputs("x", f);
	fclose(f);
	program_good(&p, "preserve", name, NULL);
	struct terminal *t = open_case(24, 100, NULL);
	terminal_await(t, "esc \\x1b[2J");
	terminal_await(t, "<U+202E>cod.exe");
	is_harmless(t);
	terminal_type(t, "9");
	terminal_await_row(t, 1, "History");
	terminal_await_row(t, 2, "preserve R1-E1");
	is_harmless(t);
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "Source path");
	terminal_await(t, "evil");
	is_harmless(t);
	terminal_type(t, KEYS_ESCAPE KEYS_DOWN KEYS_ENTER);
	terminal_await(t, "zero<U+200B>width");
	is_harmless(t);
	/* typed, too: by a paste into the note, and as a command */
	terminal_type(t, "n");
	terminal_await(t, "Ctrl-S keeps it");
	terminal_paste(t, "p\033[2Jq\xe2\x80\xaer", 10);
	terminal_await(t, "<U+202E>r");
	is_harmless(t);
	terminal_type(t, KEYS_CTRL_S);
	terminal_await_row(t, -1, "is on record");
	terminal_quit(t);
	program_release(&p);
}

/* ---- bad input */

static void invalid_bytes_are_ignored(void **state)
{
	(void)state;
	struct program p;
	program_init(&p);
	program_case(&p, "Invalid bytes");
	struct terminal *t = open_case(24, 80, NULL);
	terminal_await_row(t, 0, "Invalid bytes");
	terminal_send(t, "\xff\xfe\xc0\xaf\xed\xa0\x80\xf5\x80\x80\x80\x00\xe3\x81", 14);
	terminal_type(t, KEYS_ESCAPE "n");
	terminal_await(t, "Ctrl-S keeps it");
	terminal_send(t,
	              "ab\xff"
	              "cd\xe3\x81",
	              7);
	terminal_type(t, "ef");
	terminal_await(t, "ef");
	terminal_type(t, KEYS_CTRL_S);
	terminal_await_row(t, -1, "R1-N1 is on record");
	terminal_quit(t);
	program_release(&p);
}

static void any_size_and_a_storm_of_sizes_are_borne(void **state)
{
	(void)state;
	struct program p;
	program_init(&p);
	program_case(&p, "Sizes");
	struct terminal *t = open_case(5, 20, NULL);
	terminal_await(t, "Window too small");
	for (int i = 0; i < 300; i++)
		terminal_resize(t, 1 + i * 7 % 60, 1 + i * 13 % 200);
	terminal_resize(t, 24, 80);
	terminal_await_row(t, 0, "Sizes");
	terminal_await_row(t, 22, "? keys");
	terminal_type(t, "n");
	terminal_await(t, "Ctrl-S keeps it");
	terminal_resize(t, 3, 9);
	terminal_type(t, "kept");
	terminal_resize(t, 50, 160);
	terminal_await(t, "kept");
	terminal_type(t, KEYS_CTRL_S);
	terminal_await_row(t, -1, "R1-N1 is on record");
	terminal_quit(t);
	program_release(&p);
}

/* ---- locking and ending */

static void it_locks_when_idle_and_by_a_signal(void **state)
{
	(void)state;
	struct program p;
	program_init(&p);
	program_case(&p, "Idle");
	struct terminal *t = open_case(24, 80, "GENBA_LOCK_AFTER=0.3");
	terminal_await(t, "genba is locked");
	assert_false(terminal_shows(t, "Idle"));
	terminal_type(t, KEYS_ESCAPE);
	terminal_type(t, KEYS_ESCAPE);
	assert_int_equal(terminal_end(t), 0);
	t = open_case(24, 80, NULL);
	terminal_await_row(t, 0, "Idle");
	terminal_type(t, "n");
	terminal_await(t, "Ctrl-S keeps it");
	terminal_type(t, "half a note");
	terminal_await(t, "half a note");
	terminal_signal(t, SIGUSR1);
	terminal_await(t, "genba is locked");
	assert_false(terminal_shows(t, "half a note"));
	terminal_type(t, PROGRAM_PASSPHRASE KEYS_ENTER);
	terminal_await(t, "half a note"); /* what was being typed is still there */
	terminal_type(t, KEYS_CTRL_S);
	terminal_await_row(t, -1, "R1-N1 is on record");
	terminal_quit(t);
	program_release(&p);
}

/* No signal and no lost terminal leaves a case that was not closed: there is no log beside it. */
static void ended_cleanly(struct program *p)
{
	char wal[300];
	snprintf(wal, sizeof wal, "%s-wal", getenv("GENBA_CASE"));
	assert_int_not_equal(access(wal, F_OK), 0);
	program_good(p, "verify", NULL);
	assert_null(strstr(p->log.data, "WARNING"));
}

static void a_lost_terminal_ends_it_cleanly(void **state)
{
	(void)state;
	struct program p;
	program_init(&p);
	program_case(&p, "Hang-up");
	struct terminal *t = open_case(24, 80, NULL);
	terminal_await_row(t, 0, "Hang-up");
	terminal_type(t, ":note one" KEYS_ENTER);
	terminal_await_row(t, -1, "R1-N1");
	terminal_hang_up(t);
	assert_int_equal(terminal_end(t), 0);
	ended_cleanly(&p);
	t = open_case(24, 80, NULL);
	terminal_await_row(t, 0, "Hang-up");
	terminal_type(t, "n");
	terminal_await(t, "Ctrl-S keeps it");
	terminal_signal(t, SIGTERM);
	assert_int_equal(terminal_end(t), 0);
	ended_cleanly(&p);
	program_release(&p);
}

/* ---- terminals */

static int cursor_is_on(struct terminal *t, void *text)
{
	int row;
	int column;
	int visible;
	terminal_cursor_at(t, &row, &column, &visible);
	return visible && row == terminal_find(t, text) && terminal_cell(t, row, 0).reverse;
}

static void escape_acts_without_delay_and_the_cursor_is_on_the_selection(void **state)
{
	(void)state;
	struct program p;
	char name[] = "HR-PC-03";
	program_init(&p);
	program_case(&p, "Cursor");
	program_good(&p, "add", "asset", "hostname=HR-PC-03", "status=infected", NULL);
	struct terminal *t = open_case(24, 80, NULL);
	terminal_await_that(t, cursor_is_on, name, "the cursor on the first asset");
	terminal_type(t, "9");
	terminal_await_row(t, 1, "History");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "Board");
	terminal_quit(t);
	program_release(&p);
}

static int is_coloured(struct terminal *t)
{
	for (int row = 0; row < terminal_rows(t); row++)
		for (int column = 0; column < terminal_columns(t); column++)
			if (terminal_cell(t, row, column).colour >= 0)
				return 1;
	return 0;
}

static void colours_can_be_left_out(void **state)
{
	(void)state;
	static const struct {
		const char *environment;
		int coloured;
	} cases[] = {
	    {NULL, 1}, {"NO_COLOR=1", 0}, {"GENBA_THEME=mono", 0}, {"GENBA_THEME=light", 1}, {"TERM=vt100", 0}};
	struct program p;
	program_init(&p);
	program_case(&p, "Colours");
	program_good(&p, "add", "asset", "hostname=HR-PC-03", "status=infected", NULL);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct terminal *t = open_case(24, 80, cases[i].environment);
		terminal_await(t, "HR-PC-03");
		terminal_type(t, "j"); /* a long notice goes */
		terminal_await_row(t, 22, "? keys");
		assert_int_equal(is_coloured(t), cases[i].coloured);
		assert_true(terminal_shows(t, "!! R1-A1")); /* said without colour */
		terminal_quit(t);
	}
	program_release(&p);
}

static void a_console_without_kanji_says_so_in_english(void **state)
{
	(void)state;
	struct program p;
	program_init(&p);
	program_case(&p, "人事部の端末");
	struct terminal *t = terminal_open(24, 100, "TERM=linux", "--lang", "ja", getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, -1, "this console has no kanji");
	terminal_await_row(t, 1, "Board");
	terminal_await_row(t, 0, "????????????");
	for (int row = 0; row < 24; row++)
		for (int column = 0; column < 100; column++)
			assert_true((unsigned char)terminal_cell(t, row, column).text[0] < 0x80);
	terminal_quit(t);
	program_release(&p);
}

/* Signs that carry meaning have letters there: who acted, and the numbers of the figure. */
static void a_plain_terminal_shows_every_sign(void **state)
{
	(void)state;
	static const char *const terms[] = {"TERM=linux", "TERM=vt100"};
	struct program p;
	program_init(&p);
	program_demo(&p, "en");
	for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
		struct terminal *t = terminal_open(40, 120, terms[i], getenv("GENBA_CASE"), NULL);
		terminal_await_row(t, 1, "Board");
		terminal_type(t, "5");
		terminal_await(t, "# 2  Employee A opens");
		terminal_type(t, "A");
		terminal_await(t, "x failed");
		for (int row = 0; row < 40; row++)
			for (int column = 0; column < 120; column++)
				assert_true((unsigned char)terminal_cell(t, row, column).text[0] < 0x80);
		terminal_quit(t);
	}
	program_release(&p);
}

static void a_terminal_without_cursor_is_refused(void **state)
{
	(void)state;
	struct program p;
	program_init(&p);
	program_case(&p, "Terminals");
	struct terminal *t = terminal_open(24, 80, "TERM=dumb", getenv("GENBA_CASE"), NULL);
	terminal_await(t, "cannot move the cursor");
	assert_int_equal(terminal_end(t), 1);
	t = terminal_open(24, 80, "TERM=no-such-terminal", getenv("GENBA_CASE"), NULL);
	terminal_await(t, "is not known here");
	assert_int_equal(terminal_end(t), 1);
	program_release(&p);
}

/* `y` is off until it is allowed; what is sent is what the terminal needs, no more, and nothing too long. */
static void copying_is_asked_for(void **state)
{
	(void)state;
	struct program program;
	program_init(&program);
	program_case(&program, "Copying");
	program_good(&program, "add", "asset", "hostname=PC-1", NULL);
	program_good(&program, "add", "asset", "hostname=PC-2", NULL);
	struct terminal *t = terminal_open(24, 80, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, "3");
	terminal_await_row(t, 3, "R1-A1");
	terminal_type(t, "y");
	terminal_await_row(t, -1, "The terminal may keep a copy");
	terminal_type(t, "n");
	terminal_await_gone(t, "may keep a copy");
	terminal_type(t, "y");
	terminal_await_row(t, -1, "The terminal may keep a copy");
	terminal_type(t, "y");
	terminal_await_row(t, -1, "to copy: R1-A1");
	terminal_await_bytes(t, "\033]52;c;UjEtQTE=\a");
	terminal_type(t, "M");
	terminal_await_row(t, -1, "Mark all 2");
	terminal_type(t, "y");
	terminal_await_row(t, 1, "2 marked");
	terminal_type(t, "y"); /* not asked again */
	terminal_await_bytes(t, "\033]52;c;UjEtQTEKUjEtQTI=\a");
	terminal_type(t, "Y");
	terminal_await(t, "to copy: * R1-A1");
	terminal_quit(t);

	t = terminal_open(24, 80, "GENBA_COPY=1\nTMUX=/tmp/tmux-0/default,1,0", getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, "3");
	terminal_await_row(t, 3, "R1-A1");
	terminal_type(t, "y");
	terminal_await_bytes(t, "\033]52;c;UjEtQTE=\a\033Ptmux;\033\033]52;c;UjEtQTE=\a\033\\");
	terminal_quit(t);

	t = terminal_open(24, 80, "GENBA_COPY=0", getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, "3");
	terminal_await_row(t, 3, "R1-A1");
	terminal_type(t, "y");
	terminal_await_row(t, -1, "switched off");
	terminal_quit(t);
	program_release(&program);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(main_job_at_80x24),
	    cmocka_unit_test(main_job_at_160x50),
	    cmocka_unit_test(the_alarm_of_the_board_is_not_scrolled_away),
	    cmocka_unit_test(hostile_text_is_shown_and_does_nothing),
	    cmocka_unit_test(invalid_bytes_are_ignored),
	    cmocka_unit_test(any_size_and_a_storm_of_sizes_are_borne),
	    cmocka_unit_test(it_locks_when_idle_and_by_a_signal),
	    cmocka_unit_test(a_lost_terminal_ends_it_cleanly),
	    cmocka_unit_test(escape_acts_without_delay_and_the_cursor_is_on_the_selection),
	    cmocka_unit_test(colours_can_be_left_out),
	    cmocka_unit_test(copying_is_asked_for),
	    cmocka_unit_test(a_console_without_kanji_says_so_in_english),
	    cmocka_unit_test(a_plain_terminal_shows_every_sign),
	    cmocka_unit_test(a_terminal_without_cursor_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
