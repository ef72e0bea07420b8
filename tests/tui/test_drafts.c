/* Nothing typed is lost: forms, notes, reasons and playbook steps across kill -9, a lock and a terminal that goes away. */
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

#include <cmocka.h>

static struct program program;

static int set_up(void **state)
{
	(void)state;
	program_init(&program);
	program_case(&program, "Drafts");
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

static void what_is_typed_survives_kill_and_lock(void **state)
{
	(void)state;
	struct terminal *t = open_case(24, 80);
	terminal_type(t, "3a");
	terminal_await_row(t, 1, "New: Asset");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "Name:");
	terminal_type(t, "経理PC-7");
	terminal_await_row(t, 1, "draft kept");
	terminal_signal(t, SIGKILL);
	assert_int_equal(terminal_end(t), 128 + SIGKILL);

	t = open_case(24, 80);
	terminal_type(t, "3a");
	terminal_await(t, "goes on here");
	terminal_await(t, "経理PC-7");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "Name: 経理PC-7");
	terminal_type(t, "b" KEYS_CTRL_L);
	terminal_await(t, "genba is locked");
	assert_false(terminal_shows(t, "経理"));
	terminal_type(t, PROGRAM_PASSPHRASE KEYS_ENTER);
	terminal_await_row(t, -1, "Name: 経理PC-7b");
	terminal_resize(t, 50, 160);
	terminal_await_row(t, 49, "Name: 経理PC-7b");
	terminal_type(t, KEYS_ENTER KEYS_CTRL_S);
	terminal_await_row(t, -1, "R1-A1 is on record");
	terminal_type(t, "a"); /* saved: no draft is left */
	terminal_await_row(t, 1, "New: Asset");
	terminal_await_gone(t, "経理PC-7b");
	terminal_type(t, KEYS_ESCAPE);
	terminal_quit(t);
	program_good(&program, "show", "R1-A1", NULL);
	assert_non_null(strstr(program.out.data, "経理PC-7b"));
}

/* The Board follows: a draft that is left stands there at once, and one that is thrown away does not. */
static void the_board_follows_the_drafts(void **state)
{
	(void)state;
	struct terminal *t = open_case(24, 80);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, "n");
	terminal_await(t, "Ctrl-S keeps it");
	terminal_type(t, "half a note" KEYS_ESCAPE);
	terminal_await_row(t, -1, "the draft is kept");
	terminal_await_row(t, 3, "half a note");
	terminal_type(t, "n");
	terminal_await(t, "Ctrl-S keeps it");
	terminal_type(t, KEYS_CTRL_U KEYS_ESCAPE);
	terminal_await_gone(t, "half a note");
	terminal_quit(t);
}

/* The same of the prompt for a note, wherever it was begun, and of a reason. */
static void a_note_being_typed_survives_kill_and_lock(void **state)
{
	(void)state;
	program_good(&program, "add", "asset", "hostname=PC-1", NULL);
	struct terminal *t = open_case(24, 80);
	terminal_type(t, "3");
	terminal_await_row(t, 3, "R1-A1");
	terminal_type(t, "n端末の");
	terminal_await(t, "Note → R1-A1");
	terminal_await(t, "端末の");
	terminal_type(t, KEYS_CTRL_L); /* what was typed the moment before is kept too */
	terminal_await(t, "genba is locked");
	assert_false(terminal_shows(t, "端末"));
	terminal_signal(t, SIGKILL);
	assert_int_equal(terminal_end(t), 128 + SIGKILL);

	t = open_case(24, 80);
	terminal_await_row(t, 3, "端末の"); /* the Board tells of it */
	terminal_type(t, "n");              /* on nothing: another draft */
	terminal_await(t, "Ctrl-S keeps it");
	for (int row = 12; row < 24; row++) {
		struct buf line = BUF_INIT;
		terminal_row(t, row, &line);
		assert_null(strstr(line.data, "端末の"));
		buf_release(&line);
	}
	terminal_type(t, "一般");
	terminal_await(t, "draft kept");
	terminal_signal(t, SIGKILL);
	assert_int_equal(terminal_end(t), 128 + SIGKILL);

	t = open_case(24, 80);
	terminal_await(t, "一般");
	terminal_type(t, "n");
	terminal_await(t, "draft of 11-23");
	terminal_type(t, KEYS_CTRL_U KEYS_CTRL_S "3"); /* an empty one is no note, and no draft */
	terminal_await_row(t, 3, "R1-A1");
	terminal_type(t, "n");
	terminal_await(t, "draft of 11-23");
	terminal_await(t, "端末の");
	terminal_type(t, "電源\r二行目" KEYS_ESCAPE);
	terminal_await_row(t, -1, "the draft is kept");
	terminal_type(t, "n");
	terminal_await(t, "二行目");
	terminal_hang_up(t);
	terminal_end(t);

	t = open_case(24, 80);
	terminal_type(t, "3");
	terminal_await_row(t, 3, "R1-A1");
	terminal_type(t, "n");
	terminal_await(t, "二行目");
	terminal_type(t, KEYS_CTRL_S);
	terminal_await_row(t, -1, "R1-N1 is on record");
	terminal_type(t, "n"); /* on record: no draft is left */
	terminal_await_row(t, 11, "Note → R1-A1 PC-1 · fact (Ctrl-T)");
	terminal_type(t, KEYS_ESCAPE "xwrong ma");
	terminal_await_row(t, -1, "reason: wrong ma");
	terminal_hang_up(t);
	terminal_end(t);

	t = open_case(24, 80);
	terminal_type(t, "3");
	terminal_await_row(t, 3, "R1-A1");
	terminal_type(t, "x");
	terminal_await_row(t, -1, "reason: wrong ma");
	terminal_type(t, KEYS_ESCAPE); /* one line left with Esc is given up */
	terminal_await_gone(t, "reason:");
	terminal_type(t, "x");
	terminal_await_row(t, -1, "reason:");
	assert_false(terminal_shows(t, "wrong ma"));
	terminal_type(t, KEYS_ESCAPE);
	terminal_quit(t);
	program_good(&program, "show", "R1-N1", NULL);
	assert_non_null(strstr(program.out.data, "端末の電源"));
	assert_non_null(strstr(program.out.data, "二行目"));
}

/* On the Board it is cut between words where the row ends, and Enter is still said to go on. */
static void the_board_tells_as_much_of_a_draft_as_fits(void **state)
{
	(void)state;
	struct terminal *t = open_case(24, 80);
	terminal_type(t, "n");
	terminal_await(t, "Ctrl-S keeps it");
	terminal_type(t, "somebody who was on the night shift saw that the terminal in personnel was switched on "
	                 "again, and told the desk of it");
	terminal_await(t, "draft kept");
	terminal_signal(t, SIGKILL);
	assert_int_equal(terminal_end(t), 128 + SIGKILL);
	t = open_case(24, 80);
	terminal_await(t, "on the night… · Enter goes on");
	terminal_quit(t);
	t = open_case(24, 119);
	terminal_await(t, "in personnel… · Enter goes on");
	terminal_quit(t);
}

static void a_step_being_filled_in_survives_kill_and_lock(void **state)
{
	(void)state;
	program_good(&program, "add", "asset", "hostname=PC-1", NULL);
	program_good(&program, "play", "isolate", "--on", "R1-A1", NULL);
	struct terminal *t = open_case(24, 100);
	terminal_type(t, "2");
	terminal_await_row(t, 1, "R1-J1");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, 1, "Step");
	terminal_await(t, "✗");
	terminal_type(t, "j" KEYS_ENTER); /* the second thing that this step records is a note */
	terminal_await(t, "Ctrl-S or Esc: done, the text stays");
	terminal_type(t, "現場の一文" KEYS_CTRL_L);
	terminal_await(t, "genba is locked");
	terminal_signal(t, SIGKILL);
	assert_int_equal(terminal_end(t), 128 + SIGKILL);

	t = open_case(24, 100);
	terminal_await(t, "playbook step begun (R1-J1)"); /* on the Board, and Enter goes on there */
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, 1, "Step");
	terminal_await(t, "現場の一文");
	terminal_await_row(t, -1, "what was filled in here at");
	terminal_type(t, KEYS_ESCAPE);
	terminal_quit(t);
}

/* What a step was given may be retracted before it is recorded: it goes on without it, and says so. */
static void a_step_tells_what_was_retracted_since(void **state)
{
	(void)state;
	program_good(&program, "add", "asset", "hostname=PC-1", NULL);
	program_good(&program, "add", "party", "name=Partner", "type=organisation", NULL);
	program_good(&program, "play", "chain", "--on", "R1-A1", NULL);
	struct terminal *t = open_case(24, 100);
	terminal_type(t, "2");
	terminal_await_row(t, 1, "R1-J1");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, 1, "Step");
	terminal_await(t, "✗");
	terminal_type(t, "k" KEYS_ENTER); /* the first is answered by the case's own, and may be another */
	terminal_await(t, "pick what is on record already");
	terminal_type(t, "pick");
	terminal_await_row(t, -1, "pick");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "Partner");
	terminal_type(t, "Partner");
	terminal_await_row(t, -1, "Partner");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, 1, "Step");
	terminal_await(t, "R1-P2");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "R1-J1");
	program_good(&program, "retract", "R1-P2", "--reason", "a slip", NULL);
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, 1, "Step");
	terminal_await(t, "goes on without R1-P2 Partner (retracted)");
	terminal_type(t, KEYS_ESCAPE);
	terminal_quit(t);
}

/* "now" is when it was typed: it is seen at once, and a draft that waits an hour does not sign another time. */
static void now_is_when_it_was_typed(void **state)
{
	(void)state;
	struct terminal *t = open_case(24, 80);
	terminal_type(t, "8a");
	terminal_await_row(t, 1, "New: Measure");
	terminal_type(t, KEYS_ENTER "Block the proxy" KEYS_ENTER);
	terminal_await(t, "+ What");
	terminal_type(t, "jjjj" KEYS_ENTER);
	terminal_await_row(t, -1, "Due:");
	terminal_type(t, "now");
	terminal_await(t, "2026-11-23 14:05:00Z"); /* while it is typed */
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, 1, "draft kept");
	terminal_signal(t, SIGKILL);
	assert_int_equal(terminal_end(t), 128 + SIGKILL);

	setenv("GENBA_TEST_CLOCK", "2026-11-23T15:05:00Z", 1);
	t = open_case(24, 80);
	terminal_type(t, "8a");
	terminal_await(t, "goes on here");
	terminal_await(t, "2026-11-23 14:05:00Z");
	terminal_type(t, KEYS_CTRL_S);
	terminal_await_row(t, -1, "on record");
	terminal_quit(t);
	program_good(&program, "show", "R1-M1", "--json", NULL);
	assert_non_null(strstr(program.out.data, "\"due\": \"2026-11-23T14:05:00Z\""));
	setenv("GENBA_TEST_CLOCK", PROGRAM_CLOCK, 1);
}

/* A form that began with a value goes on from the Board as the form, and what is thrown away leads back to where it was begun. */
static void a_form_with_a_value_goes_on_from_the_board(void **state)
{
	(void)state;
	program_good(&program, "add", "party", "name=Organisation B", "type=organisation", NULL);
	struct terminal *t = open_case(40, 80);
	terminal_type(t, "O");
	terminal_await(t, "Organisation B");
	terminal_type(t, "c"); /* a contact with them */
	terminal_await_row(t, -1, "What follows from it:");
	terminal_type(t, "Contact" KEYS_ENTER);
	terminal_await_row(t, 1, "New: Contact");
	terminal_type(t, "jjjjjjj" KEYS_ENTER);
	terminal_await_row(t, -1, "Agreed next step:");
	terminal_type(t, "call again" KEYS_ENTER);
	terminal_await_row(t, 1, "2 typed, draft kept");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "Party");
	terminal_type(t, "1");
	terminal_await(t, "new record begun: Contact");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, 1, "New: Contact · 2 typed");
	terminal_await(t, "R1-P1");
	terminal_await(t, "call again");
	terminal_type(t, "D");
	terminal_await_row(t, -1, "Throw away");
	terminal_type(t, "y");
	terminal_await_row(t, 1, "Board");
	terminal_await_row(t, -1, "nothing was changed");
	terminal_quit(t);
}

/* A command over an open form changes its record: the form shows it, and what nothing was typed of does not set it back. */
static void a_form_follows_its_record(void **state)
{
	(void)state;
	program_good(&program, "add", "asset", "hostname=PC-1", NULL);
	struct terminal *t = open_case(24, 80);
	terminal_type(t, ":show R1-A1" KEYS_ENTER);
	terminal_await_row(t, 1, "R1-A1");
	terminal_type(t, "e");
	terminal_await_row(t, 1, "Change Asset R1-A1");
	terminal_type(t, ":set R1-A1 hostname=PC-2" KEYS_ENTER);
	terminal_await_row(t, 1, "changed on record since it was opened");
	terminal_await(t, "PC-2");
	terminal_type(t, KEYS_CTRL_S);
	terminal_await_row(t, -1, "nothing was changed: R1-A1");
	terminal_quit(t);
	program_good(&program, "show", "R1-A1", NULL);
	assert_non_null(strstr(program.out.data, "PC-2"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(what_is_typed_survives_kill_and_lock, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_form_with_a_value_goes_on_from_the_board, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(the_board_follows_the_drafts, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_note_being_typed_survives_kill_and_lock, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(the_board_tells_as_much_of_a_draft_as_fits, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_step_being_filled_in_survives_kill_and_lock, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_step_tells_what_was_retracted_since, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_form_follows_its_record, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(now_is_when_it_was_typed, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
