/* The view Desk on a real pseudo-terminal: what waits, what becomes of it, a case file with one key, the report. */
#include "help_case_screen.h"
#include "help_program.h"
#include "help_screen.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct program program;

static int set_up(void **state)
{
	(void)state;
	program_init(&program);
	program_case(&program, "Register");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	program_release(&program);
	return 0;
}

/* From the top of the board down to the row that holds the text. */
static void go_to_row_with(struct terminal *t, const char *text)
{
	int row = terminal_find(t, text) - 2;
	char place[16];
	assert_true(row >= 0);
	terminal_type(t, KEYS_PAGES_UP);
	terminal_await_row(t, -2, " 1/");
	for (int k = 0; k < row; k++) {
		terminal_type(t, "j");
		snprintf(place, sizeof place, " %d/", k + 2);
		terminal_await_row(t, -2, place);
	}
}

static void what_waits_and_what_becomes_of_it(void **state)
{
	(void)state;
	program_good(&program, "add", "party", "name=Agency", "type=organisation", "org_kind=iaa", "key_relations=yes",
	             "phone=1234", NULL);
	program_good(&program, "add", "consultation", "from=Agency", "when=2014-07-02", "summary=Younger one", NULL);
	program_good(&program, "add", "consultation", "from=Agency", "when=2014-07-01", "summary=\n Slow terminal\n",
	             NULL);
	program_good(&program, "add", "consultation", "from=Agency", "when=2014-06-01", "summary=Settled",
	             "became=advice", NULL);
	program_good(&program, "add", "lead", "title=Paper", "type=vendor_paper", "found=2014-07-03",
	             "status=to_contact", "publisher=Vendor", NULL);
	struct terminal *t = terminal_open(24, 80, NULL, getenv("GENBA_CASE"), NULL);
	terminal_type(t, "D");
	terminal_await_row(t, 1, "Desk");
	terminal_await_row(t, 3, "Slow terminal"); /* the oldest first */
	terminal_await_row(t, 4, "Younger one");
	terminal_await_row(t, 5, "Paper");
	assert_false(terminal_shows(t, "Settled"));
	terminal_await(t, "Close to public or key bodies: yes"); /* the two criteria, in the story below */
	terminal_await(t, "Phone: 1234");
	assert_false(terminal_shows(t, "\\n")); /* where a text ends is not shown, in the row or in the story */
	/* a case of the first, as a rescue */
	terminal_type(t, "o");
	terminal_await(t, "R1-Q2.genba");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "rescue");
	terminal_type(t, "rescue" KEYS_ENTER);
	terminal_await(t, "Reason:");
	terminal_type(t, "RAT found" KEYS_ENTER);
	terminal_await(t, "R1-Q2 has become the case");
	terminal_await(t, "Open it now? (y/n)");
	terminal_type(t, "n");
	terminal_await(t, "`:open");
	terminal_await_row(t, 3, "R1-Q2"); /* it stays until one leaves */
	terminal_await_row(t, 3, "rescue");
	terminal_await_row(t, 6, "1 consultation has ended"); /* the one of before: this one stands there itself */
	terminal_type(t, KEYS_DOWN);
	terminal_await(t, "Younger one");
	assert_int_equal(access(program_file(&program, "R1-Q2.genba"), F_OK), 0);
	/* the other ends with advice */
	terminal_type(t, "v");
	terminal_await_row(t, -1, "advice · Reason:"); /* what it is a reason for */
	terminal_type(t, "told how to look" KEYS_ENTER);
	terminal_await(t, "R1-Q1 is settled");
	terminal_await_row(t, 4, "advice");
	/* of what nothing can become any more, nothing is asked */
	static const char *const keys[] = {"o", "v", "d"};
	for (size_t i = 0; i < 3; i++) {
		terminal_type(t, KEYS_UP);
		terminal_await_row(t, -2, " 1/4");
		terminal_type(t, keys[i]);
		terminal_await(t, "R1-Q2 has a case already");
		terminal_type(t, KEYS_DOWN KEYS_DOWN);
		terminal_await_row(t, -2, " 3/4");
		terminal_type(t, keys[i]);
		terminal_await(t, "R1-O1 is no consultation");
		terminal_type(t, KEYS_UP);
		terminal_await_row(t, -2, " 2/4");
	}
	terminal_type(t, "1");
	terminal_await_row(t, 1, "Board");
	terminal_type(t, "D");
	terminal_await_row(t, 3, "Paper");
	/* the report of what stands in this register */
	terminal_type(t, "r");
	terminal_await(t, "Activity of the desk, 2014-04 to");
	terminal_await(t, "Consultations");
	terminal_await(t,
	               "of 2 cases and registers"); /* the case that came of it lies beside the register, and counts */
	terminal_await(t, "Consultations count by the day they were received, rescues by the day they");
	terminal_await(
	    t, " began, support on site by the day it began: each in the quarter in which it"); /* wrapped once */
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "Desk");
	terminal_quit(t);
	program_good(&program, "-c", program_file(&program, "R1-Q2.genba"), "verify", NULL);
}

/* Where no criterion is on record, going on is a decision that is asked for: nothing is asked a second time. */
static void a_rescue_without_a_criterion_is_a_decision(void **state)
{
	(void)state;
	program_good(&program, "add", "consultation", "from=Organisation A", "when=2014-07-15", "summary=Spoofed mail",
	             NULL);
	program_good(&program, "add", "consultation", "from=Organisation A", "when=2014-06-15", "summary=Slow terminal",
	             NULL);
	struct terminal *t = terminal_open(24, 80, NULL, getenv("GENBA_CASE"), NULL);
	/* the board says who waits, and leads to just that one */
	terminal_await(t, "Consultations that wait");
	terminal_await(t, "Organisation A — Spoofed mail");
	go_to_row_with(t, "Spoofed mail");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, 1, "Desk");
	terminal_await_row(t, -2, " 2/2");
	terminal_await_row(t, 3, "Slow terminal");
	terminal_type(t, "o");
	terminal_await(t, "R1-Q1.genba");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "rescue");
	terminal_type(t, "rescue" KEYS_ENTER);
	terminal_await(t, "Reason:");
	terminal_type(t, "only they knew the text" KEYS_ENTER);
	terminal_await(t, "(serious_effect): unknown"); /* the question says what is lacking, and where it is set */
	terminal_await(t, "names the case's)");
	terminal_await(t, "(y/n)");
	terminal_type(t, "n"); /* the answers stand there then */
	terminal_await(t, "(serious_effect): unknown");
	terminal_await(t, "once more, as it stands");
	assert_int_not_equal(access(program_file(&program, "R1-Q1.genba"), F_OK), 0);
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "(y/n)");
	terminal_type(t, "y");
	terminal_await(t, "R1-Q1 has become the case");
	terminal_type(t, "n");
	terminal_await(t, "`:open");
	terminal_type(t, "s"); /* of the case itself it is asked before the reason */
	terminal_await(t, "Stage");
	terminal_type(t, "rescue" KEYS_ENTER);
	terminal_await(t, "(serious_effect): unknown"); /* the question says what is lacking */
	terminal_await(t, "(y/n)");
	terminal_type(t, "n");
	terminal_await(t, "(serious_effect): unknown");
	assert_false(terminal_shows(t, "--anyway")); /* an option of the shell */
	terminal_type(t, "s");
	terminal_await(t, "Stage");
	terminal_type(t, "rescue" KEYS_ENTER);
	terminal_await(t, "(y/n)");
	terminal_type(t, "y");
	terminal_await(t, "Reason:");
	terminal_type(t, "only they knew the text" KEYS_ENTER);
	terminal_await(t, "the case is now: ");
	terminal_await_row(t, -1,
	                   "R1-Q2 still waits here: has it become this case?"); /* nothing else would answer it */
	terminal_type(t, "y");
	terminal_await(t, "R1-Q2 has become this case");
	assert_true(terminal_shows(t, "the case is now: ")); /* neither takes the other's place */
	terminal_quit(t);
	program_good(&program, "set", "case", "rescue_from=", NULL);
	assert_int_equal(program_run(&program, "stage", "rescue", "--reason", "asked", NULL), 1);
	assert_non_null(strstr(program.log.data, "--anyway takes the step all the same"));
	program_good(&program, "-c", program_file(&program, "R1-Q1.genba"), "list", "decision", NULL);
	assert_non_null(strstr(program.out.data, "R1-D1"));
}

/* What is known of a caller does not count while the case names no organisation: it is that which is told. */
static void a_case_of_nobody_is_told_as_that(void **state)
{
	(void)state;
	program_good(&program, "set", "case", "party=", NULL);
	program_good(&program, "add", "party", "name=Agency", "type=organisation", "key_relations=yes", NULL);
	program_good(&program, "add", "consultation", "from=Agency", "when=2014-07-01", "summary=The first", NULL);
	struct terminal *t = terminal_open(24, 80, NULL, getenv("GENBA_CASE"), NULL);
	terminal_type(t, "D");
	terminal_await_row(t, 3, "The first");
	terminal_type(t, "s");
	terminal_await(t, "Stage");
	terminal_type(t, "rescue" KEYS_ENTER);
	terminal_await(t, "(party) of the record");
	terminal_type(t, "n");
	terminal_await(t, "(party) of the record");
	terminal_quit(t);
}

/* That a file cannot be made is told as that: a criterion is on record, and nothing is asked about it. */
static void a_case_that_cannot_be_written_is_told_as_that(void **state)
{
	(void)state;
	program_good(&program, "add", "party", "name=Agency", "type=organisation", "key_relations=yes", NULL);
	program_good(&program, "add", "consultation", "from=Agency", "when=2014-07-01", "summary=The first", NULL);
	struct terminal *t = terminal_open(24, 80, NULL, getenv("GENBA_CASE"), NULL);
	terminal_type(t, "D");
	terminal_await_row(t, 3, "The first");
	terminal_type(t, "o");
	terminal_await(t, "R1-Q1.genba");
	terminal_type(t, KEYS_CTRL_U "/proc/R1-Q1.genba" KEYS_ENTER);
	terminal_await(t, "rescue");
	terminal_type(t, "rescue" KEYS_ENTER);
	terminal_await(t, "Reason:");
	terminal_type(t, "RAT found" KEYS_ENTER);
	terminal_await(t, "once more, as it stands");
	assert_true(terminal_shows(t, "/proc/R1-Q1.genba"));
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_gone(t, "once more, as it stands");
	/* a path is told as a shell takes it */
	terminal_type(t, "o");
	terminal_await(t, "R1-Q1.genba");
	terminal_type(t, KEYS_CTRL_U);
	terminal_type(t, program_file(&program, "the case.genba"));
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "rescue");
	terminal_type(t, "rescue" KEYS_ENTER);
	terminal_await(t, "Reason:");
	terminal_type(t, KEYS_CTRL_U "RAT found" KEYS_ENTER);
	terminal_await(t, "R1-Q1 has become the case");
	terminal_type(t, "n");
	terminal_await(t, "case.genba'`");
	terminal_quit(t);
}

/* Makes a case of the first consultation and goes to it. */
static void go_to_case_of_first(struct terminal *t)
{
	terminal_type(t, "D");
	terminal_await_row(t, 3, "The first");
	terminal_type(t, "o");
	terminal_await(t, "R1-Q1.genba");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "rescue");
	terminal_type(t, "rescue" KEYS_ENTER);
	terminal_await(t, "Reason");
	terminal_type(t, "RAT found" KEYS_ENTER);
	terminal_await(t, "Open it now? (y/n)");
	terminal_type(t, "y");
	terminal_await_row(t, -1, "this is R1-Q1.genba; :quit goes back to ");
	terminal_await_row(t, 1, "Board");
	terminal_await_row(t, 0, "The first");
}

static void add_first(void)
{
	program_good(&program, "add", "party", "name=Agency", "type=organisation", "key_relations=yes", NULL);
	program_good(&program, "add", "consultation", "from=Agency", "when=2014-07-01", "summary=The first", NULL);
}

/* Whoever made a case at the desk goes to it with the key that made it, and back to the desk: nothing is asked for twice. */
static void a_case_made_here_is_gone_to_and_left(void **state)
{
	char of_case[160];
	(void)state;
	add_first();
	struct terminal *t = terminal_open(24, 80, "GENBA_PASSPHRASE_FILE=", getenv("GENBA_CASE"), NULL);
	terminal_await(t, "Passphrase of");
	terminal_type(t, PROGRAM_PASSPHRASE KEYS_ENTER);
	terminal_await_row(t, 1, "Board");
	go_to_case_of_first(t);
	/* other shells find that case open, and the register closed */
	snprintf(of_case, sizeof of_case, "$GENBA -c %s note here", program_file(&program, "R1-Q1.genba"));
	assert_gives(of_case, 0, "R1-N1");
	assert_gives("$GENBA note here", 3, "genba unlock");
	/* the lock is the session's: unlocked here, it is unlocked there */
	terminal_type(t, KEYS_CTRL_L);
	terminal_await_row(t, -1, "Passphrase:");
	terminal_type(t, PROGRAM_PASSPHRASE KEYS_ENTER);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, ":quit" KEYS_ENTER);
	terminal_await_row(t, 1, "Desk");
	terminal_await_row(t, -1, "back in ");
	assert_gives("$GENBA note here", 0, "R1-N1");
	/* it is there by its name, too; what is no case changes nothing */
	terminal_type(t, ":open nothing.genba" KEYS_ENTER);
	terminal_await(t, "there is no case file 'nothing.genba'");
	terminal_type(t, KEYS_ESCAPE ":open ");
	terminal_type(t, getenv("GENBA_CASE"));
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "is the case that is open here");
	terminal_type(t, KEYS_ESCAPE ":open ");
	terminal_type(t, program_file(&program, "R1-Q1.genba"));
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "this is R1-Q1.genba");
	terminal_type(t, ":open ");
	terminal_type(t, getenv("GENBA_CASE")); /* the way back by its name */
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "back in ");
	terminal_quit(t);
	program_good(&program, "verify", NULL);
	program_good(&program, "-c", program_file(&program, "R1-Q1.genba"), "verify", NULL);
}

/* Left while it is locked, it ends: the desk does not open to whoever comes by. */
static void a_locked_case_leads_nowhere(void **state)
{
	(void)state;
	add_first();
	struct terminal *t = terminal_open(24, 80, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	go_to_case_of_first(t);
	terminal_type(t, KEYS_CTRL_L);
	terminal_await_row(t, -1, "Passphrase:");
	terminal_type(t, KEYS_ESCAPE KEYS_ESCAPE);
	assert_int_equal(terminal_end(t), 0);
	assert_gives("$GENBA note here", 3, "genba unlock");
}

/* What `unlock` left keeps the register; its workbench goes to the case and comes back, and a terminal that is gone meanwhile
 * leaves it as it was. */
static void what_unlock_left_goes_there_too(void **state)
{
	(void)state;
	add_first();
	struct terminal *t = terminal_open(24, 80, "GENBA_PASSPHRASE_FILE=", "unlock", getenv("GENBA_CASE"), NULL);
	terminal_await(t, "Passphrase of");
	terminal_type(t, PROGRAM_PASSPHRASE KEYS_ENTER);
	terminal_await(t, "unlocked");
	assert_int_equal(terminal_end(t), 0);
	t = terminal_open(24, 80, "GENBA_PASSPHRASE_FILE=", getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	go_to_case_of_first(t);
	assert_gives("$GENBA note here", 5, ":quit");
	assert_gives("unset GENBA_CASE; $GENBA", 0, "R1-Q1.genba: in a workbench");
	terminal_type(t, ":quit" KEYS_ENTER);
	terminal_await_row(t, 1, "Desk");
	assert_gives("$GENBA note here", 0, "R1-N1");
	terminal_type(t, ":open ");
	terminal_type(t, program_file(&program, "R1-Q1.genba"));
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "this is R1-Q1.genba");
	terminal_hang_up(t);
	terminal_end(t);
	char output[4096];
	while (program_shell("$GENBA note there", output, sizeof output) == 5)
		usleep(10000);
	assert_non_null(strstr(output, "R1-N2"));
	assert_gives("$GENBA lock", 0, "is locked");
	assert_gives("$GENBA note here", 3, "genba unlock");
}

/* A report that leaves a file out says so beside where it is. */
static void a_report_that_leaves_a_file_out_says_so(void **state)
{
	(void)state;
	program_good(&program, "add", "party", "name=Agency", "type=organisation", "key_relations=yes", NULL);
	program_good(&program, "add", "consultation", "from=Agency", "when=2014-07-01", "summary=The first", NULL);
	program_good(&program, "desk", "open", "R1-Q1", program_file(&program, "first.genba"), "--stage", "rescue",
	             "--reason", "RAT found", NULL);
	program_write(&program, "other.genba", "no case at all\n");
	struct terminal *t = terminal_open(24, 80, NULL, getenv("GENBA_CASE"), NULL);
	terminal_type(t, "D");
	terminal_await_row(t, 1, "Desk");
	terminal_type(t, "w");
	terminal_await(t, "Written as:");
	terminal_type(t, "text" KEYS_ENTER);
	terminal_await_row(t, -1, "New file:");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "the report of activity is in");
	terminal_await(t, "is not a case file"); /* and how many */
	terminal_quit(t);
}

/* What another shell does about a consultation is done by the workbench that has the register open, and is seen there. */
static void another_shell_decides(void **state)
{
	(void)state;
	program_good(&program, "add", "party", "name=Agency", "type=organisation", "key_relations=yes", NULL);
	program_good(&program, "add", "consultation", "from=Agency", "when=2014-07-01", "summary=The first", NULL);
	program_good(&program, "add", "consultation", "from=Agency", "when=2014-07-02", "summary=The second", NULL);
	program_good(&program, "add", "consultation", "from=Agency", "when=2014-07-03", "summary=The third", NULL);
	struct terminal *t = terminal_open(24, 80, NULL, getenv("GENBA_CASE"), NULL);
	terminal_type(t, "D");
	terminal_await_row(t, 3, "The first");
	assert_int_equal(program_run(&program, "desk", "advise", "R1-Q1", NULL), 2);
	program_good(&program, "desk", "advise", "R1-Q1", "--reason", "told", NULL);
	terminal_await_row(t, 3, "The second");
	program_good(&program, "desk", "decline", "R1-Q2", "--reason", "not ours", NULL);
	terminal_await_row(t, 3, "The third");
	program_good(&program, "desk", "open", "R1-Q3", program_file(&program, "third.genba"), "--stage", "rescue",
	             "--reason", "RAT found", NULL);
	terminal_await(t, "Nothing waits");
	terminal_await(t, "3 consultations have ended or become cases");
	terminal_await(t, "This file is a register"); /* and no case of which the stage is unknown */
	terminal_type(t, KEYS_DOWN KEYS_ENTER);
	terminal_await_row(t, 1, "Consultation");
	terminal_await(t, "The third");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await(t, "Nothing waits");
	/* what is open in the workbench is read there */
	program_good(&program, "desk", "report", "--json", getenv("GENBA_CASE"), program_file(&program, "third.genba"),
	             NULL);
	assert_non_null(strstr(program.out.data, "\"consultations\":"));
	terminal_quit(t);
	program_good(&program, "-c", program_file(&program, "third.genba"), "verify", NULL);
}

static void look_in(const char *language)
{
	char golden[40];
	int ja = strcmp(language, "ja") == 0;
	program_good(&program, "add", "party", ja ? "name=みなと研究機構" : "name=Port Research Agency",
	             "type=organisation", "org_kind=iaa", "key_relations=yes", "serious_effect=yes",
	             "phone=03-0000-0000", NULL);
	program_good(&program, "add", "party", ja ? "name=青葉工業株式会社" : "name=Aoba Kogyo Co., Ltd.",
	             "type=organisation", "org_kind=company", NULL);
	program_good(
	    &program, "add", "consultation", "from=R1-P2", "when=2026-11-20T09:30", "means=phone", "kinds=rat_found",
	    ja ? "summary=端末の動作が遅く、不審な通信がある" : "summary=A slow terminal, and odd connections", NULL);
	program_good(&program, "add", "consultation", "from=R1-P3", "when=2026-11-01", "means=phone",
	             ja ? "summary=取引先を名乗る不審メールが届いた" : "summary=A mail in the name of a partner", NULL);
	program_good(&program, "add", "lead",
	             ja ? "title=なりすましメールに関する注意喚起" : "title=Notice of spoofed mails",
	             "type=spoofing_notice", "found=2026-11-10", "status=to_contact", NULL);
	struct terminal *t = terminal_open(24, 80, NULL, "--lang", language, getenv("GENBA_CASE"), NULL);
	terminal_type(t, "D");
	terminal_await_row(t, 3, "R1-Q2"); /* the oldest first */
	terminal_await_row(t, 4, "R1-Q1");
	terminal_type(t, KEYS_DOWN);
	snprintf(golden, sizeof golden, "desk-%s-80x24", language);
	terminal_golden(t, golden);
	terminal_quit(t);
}

static void looks_in_english(void **state)
{
	(void)state;
	look_in("en");
}

static void looks_in_japanese(void **state)
{
	(void)state;
	look_in("ja");
}

static void nothing_waits(void **state)
{
	(void)state;
	struct terminal *t = terminal_open(24, 80, NULL, getenv("GENBA_CASE"), NULL);
	terminal_type(t, "D");
	terminal_await(t, "Nothing waits");
	terminal_await(t, "This case has no stage yet");
	terminal_type(t, "ov"); /* on nothing */
	terminal_await(t, "no consultation that waits");
	terminal_quit(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(what_waits_and_what_becomes_of_it, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_case_of_nobody_is_told_as_that, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_case_that_cannot_be_written_is_told_as_that, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_case_made_here_is_gone_to_and_left, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_locked_case_leads_nowhere, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(what_unlock_left_goes_there_too, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_report_that_leaves_a_file_out_says_so, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(another_shell_decides, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_rescue_without_a_criterion_is_a_decision, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(looks_in_english, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(looks_in_japanese, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(nothing_waits, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
