/* The view Exchange on a real pseudo-terminal: what would leave and why the rest stays, and `e` that lets it leave: what, to
 * whom, on whose decision, where to; what is refused says so and makes no file. */
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
#include <unistd.h>

#include <cmocka.h>

static struct program program;

static int set_up(void **state)
{
	(void)state;
	program_init(&program);
	program_case(&program, "Exchange");
	program_good(&program, "add", "party", "name=Partner", "type=organisation", NULL);
	program_good(&program, "add", "decision", "title=Share", "choice=yes", "reason=others", "by=R1-P1", "when=2026",
	             NULL);
	program_good(&program, "add", "asset", "hostname=SECRET-HOST", "tlp=RED", NULL);
	program_good(&program, "add", "indicator", "type=domain", "value=asked.example", "shareable=asked", NULL);
	program_good(&program, "add", "indicator", "type=domain", "value=evil.example", "shareable=approved", NULL);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	program_release(&program);
	return 0;
}

static struct terminal *open_exchange(void)
{
	struct terminal *t = terminal_open(24, 100, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, "E");
	terminal_await_row(t, 1, "Exchange");
	return t;
}

/* What is asked for one after the other; `path` ends it. */
static void let_leave(struct terminal *t, const char *format, const char *path)
{
	terminal_type(t, "e");
	terminal_await(t, "What leaves:");
	terminal_type(t, format);
	terminal_await(t, format);
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "Organisation:");
	terminal_await(t, "Responder One"); /* stands first, until it is narrowed down */
	terminal_type(t, "Partner");
	terminal_await(t, "Organisation: Partner");
	terminal_await_gone(t, "Responder One");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "Approving decision:");
	terminal_await(t, "Share");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "New file:");
	terminal_type(t, path);
	terminal_await(t, strrchr(path, '/'));
	terminal_type(t, KEYS_ENTER);
}

static void what_would_leave_is_shown_and_leaves(void **state)
{
	(void)state;
	char path[400];
	struct terminal *t = open_exchange();
	terminal_await(t, "What would leave up to TLP:AMBER");
	terminal_await(t, "RED or AMBER+STRICT, which never leave");
	terminal_await(t, "the provider has not approved that it is shared");
	terminal_await(t, "nothing has left this case");
	terminal_type(t, "t");
	terminal_await(t, "What would leave up to TLP:GREEN");
	terminal_type(t, "t");
	terminal_await(t, "What would leave up to TLP:CLEAR");
	terminal_type(t, "t");
	terminal_await(t, "What would leave up to TLP:AMBER");
	terminal_type(t, "p");
	terminal_await(t, ", with pseudonyms");
	terminal_type(t, "p");
	terminal_await_gone(t, ", with pseudonyms");
	snprintf(path, sizeof path, "%s", program_file(&program, "event.json"));
	let_leave(t, "misp", path);
	terminal_await(t, "R1-W1");
	assert_int_equal(access(path, F_OK), 0);
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "Exchange");
	terminal_await_gone(t, "nothing has left this case");
	terminal_await(t, "Partner");
	terminal_quit(t);
	program_good(&program, "show", "R1-W1", NULL);
}

static void what_may_not_leave_is_refused(void **state)
{
	(void)state;
	char path[400];
	program_good(&program, "add", "event", "title=seen on SECRET-HOST", "side=attacker",
	             "when=2026-11-23T10:00:00Z", NULL);
	struct terminal *t = open_exchange();
	snprintf(path, sizeof path, "%s", program_file(&program, "rows.csv"));
	let_leave(t, "timesketch", path);
	terminal_await(t, "nothing was written");
	assert_int_equal(access(path, F_OK), -1);
	/* the answers are there still, also when they were left */
	terminal_await_row(t, -1, "Change which answer:");
	terminal_await(t, "What leaves: timesketch");
	terminal_await(t, "Organisation: Partner");
	terminal_await(t, "rows.csv");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_gone(t, "Change which answer:");
	terminal_await(t, "nothing has left this case");
	terminal_type(t, "e");
	terminal_await_row(t, -1, "Change which answer:");
	/* the person mends what the machine cannot: which form it leaves in */
	terminal_type(t, "What leaves" KEYS_ENTER);
	terminal_await_row(t, -1, "What leaves:");
	terminal_type(t, "misp");
	terminal_await_row(t, -1, "misp");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "R1-W1");
	assert_int_equal(access(path, F_OK), 0);
	terminal_quit(t);
}

/* A refusal that names an answer goes back to it: here a decision that is not decided, and a file that came to be meanwhile. */
static void what_was_refused_is_asked_again(void **state)
{
	(void)state;
	char path[400];
	program_good(&program, "add", "decision", "title=Undecided", "choice=yes", "reason=others", "by=R1-P1",
	             "when=2026", "status=proposed", NULL);
	struct terminal *t = open_exchange();
	snprintf(path, sizeof path, "%s", program_file(&program, "event.json"));
	terminal_type(t, "e");
	terminal_await(t, "What leaves:");
	terminal_type(t, "misp" KEYS_ENTER);
	terminal_await(t, "Organisation:");
	terminal_type(t, "Partner");
	terminal_await_gone(t, "Responder One");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "Approving decision:");
	terminal_type(t, "Undecided");
	terminal_await_row(t, -1, "Undecided");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "New file:");
	terminal_type(t, path);
	terminal_await(t, strrchr(path, '/'));
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "R1-D2 is not decided");
	terminal_await_row(t, -1, "Approving decision:");
	terminal_type(t, "Share");
	terminal_await_row(t, -1, "Approving decision: Share");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "R1-W1");
	assert_int_equal(access(path, F_OK), 0);
	terminal_quit(t);
}

/* Whose a handover is, the key tells: both are called the same, and one is renamed afterwards. */
static void a_handover_is_of_whose_key_it_is(void **state)
{
	(void)state;
	char home[400];
	char line[400];
	char copy[400];
	snprintf(home, sizeof home, "%s", getenv("XDG_DATA_HOME"));
	snprintf(copy, sizeof copy, "%s", program_file(&program, "copy.genba"));
	setenv("XDG_DATA_HOME", program_file(&program, "other"), 1);
	program_good(&program, "key", "new", "--name", "Responder One", "--mark", "R2", "--kdf", "interactive", NULL);
	program_good(&program, "key", "export", NULL);
	snprintf(line, sizeof line, "%.*s", (int)strcspn(program.out.data, "\n"), program.out.data);
	setenv("XDG_DATA_HOME", home, 1);
	program_good(&program, "handover", "--to", line, "--out", copy, NULL);
	struct terminal *t = open_exchange();
	terminal_await(t, "no receipt yet");
	terminal_await_gone(t, "nothing has left this case");
	terminal_await(t, "nothing was taken in from others");
	terminal_quit(t);
	setenv("XDG_DATA_HOME", program_file(&program, "other"), 1);
	setenv("GENBA_CASE", copy, 1);
	program_good(&program, "set", "R1-R2", "name=Responder Two", NULL);
	program_good(&program, "set", "R1-P2", "name=Another", NULL);
	t = terminal_open(24, 100, NULL, copy, NULL);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, "E");
	terminal_await_row(t, 1, "Exchange");
	terminal_await(t, "nothing has left this case");
	terminal_await(t, "not accepted yet: a");
	terminal_quit(t);
	program_good(&program, "accept", "--receipt", program_file(&program, "receipt"), NULL);
}

/* What left stands in the order of time, whether it is an export or a handover. */
static void what_left_stands_in_order_of_time(void **state)
{
	(void)state;
	char home[400];
	char line[400];
	snprintf(home, sizeof home, "%s", getenv("XDG_DATA_HOME"));
	setenv("XDG_DATA_HOME", program_file(&program, "other"), 1);
	program_good(&program, "key", "new", "--name", "Responder Two", "--mark", "R2", "--kdf", "interactive", NULL);
	program_good(&program, "key", "export", NULL);
	snprintf(line, sizeof line, "%.*s", (int)strcspn(program.out.data, "\n"), program.out.data);
	setenv("XDG_DATA_HOME", home, 1);
	program_good(&program, "export", "misp", program_file(&program, "first.json"), "--internal", NULL);
	setenv("GENBA_TEST_CLOCK", "2026-11-23T14:06:00Z", 1);
	program_good(&program, "handover", "--to", line, "--out", program_file(&program, "copy.genba"), NULL);
	setenv("GENBA_TEST_CLOCK", "2026-11-23T14:07:00Z", 1);
	program_good(&program, "export", "misp", program_file(&program, "second.json"), "--internal", NULL);
	setenv("GENBA_TEST_CLOCK", PROGRAM_CLOCK, 1);
	struct terminal *t = open_exchange();
	terminal_await(t, "What came in");
	int heading = terminal_find(t, "What left");
	terminal_await_row(t, heading + 1, "14:07");
	terminal_await_row(t, heading + 2, "handover");
	terminal_await_row(t, heading + 3, "14:05");
	terminal_quit(t);
}

/* A command typed alone that cannot do without words asks for them as its key does, and shows no usage of a shell. */
static void a_command_typed_alone_asks(void **state)
{
	(void)state;
	struct terminal *t = terminal_open(24, 100, NULL, getenv("GENBA_CASE"), NULL);
	static const char *const asked[][2] = {
	    {":report" KEYS_ENTER, "Report for our own use:"},
	    {":import" KEYS_ENTER, "What comes in:"},
	    {":note" KEYS_ENTER, "Ctrl-S keeps it"},
	    {":preserve" KEYS_ENTER, "the path first"},
	};
	terminal_await_row(t, 1, "Board");
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		terminal_type(t, asked[i][0]);
		terminal_await(t, asked[i][1]);
		terminal_type(t, KEYS_ESCAPE);
		terminal_await_gone(t, asked[i][1]);
	}
	terminal_type(t, ":export" KEYS_ENTER);
	terminal_await_row(t, 1, "Exchange");
	terminal_type(t, ":add" KEYS_ENTER);
	terminal_await_row(t, 1, "Kinds of record");
	terminal_type(t, "3");
	terminal_await_row(t, 1, "Asset · 1");
	terminal_type(t, ":set" KEYS_ENTER);
	terminal_await_row(t, 1, "Change Asset R1-A1");
	terminal_quit(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(what_would_leave_is_shown_and_leaves, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(what_may_not_leave_is_refused, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(what_was_refused_is_asked_again, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_handover_is_of_whose_key_it_is, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(what_left_stands_in_order_of_time, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_command_typed_alone_asks, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
