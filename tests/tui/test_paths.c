/* Where a file or folder is asked for: a name is offered for a new one, Tab completes, and nothing typed is lost. */
#include "help_case_screen.h"
#include "help_program.h"

#include "base/err.h"

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
	program_case(&program, "Paths");
	assert_int_equal(chdir(program.dir), 0);
	program_write(&program, "list.csv", "PC name today,Dept.\nHQ-1,Sales\n");
	program_good(&program, "add", "asset", "hostname=JINJI-PC-03", "status=suspected", NULL);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	assert_int_equal(chdir("/"), 0);
	program_release(&program);
	return 0;
}

/* Beside the case, called as it and what it is. */
static char *beside_case(const char *tail)
{
	const char *path = getenv("GENBA_CASE");
	if (!path)
		return NULL;
	return xasprintf("%.*s%s", (int)(strlen(path) - strlen(".genba")), path, tail);
}

static void report(struct terminal *t, const char *offered)
{
	terminal_type(t, "r");
	terminal_await(t, "> incident");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "> html");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "New file:");
	terminal_await_row(t, -1, offered);
	terminal_await_row(t, -2, "Enter takes what is offered");
}

static void a_new_file_has_a_name_already(void **state)
{
	(void)state;
	char *first = beside_case("-incident.html");
	char *second = beside_case("-incident-2.html");
	struct terminal *t = terminal_open(24, 160, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, "E");
	terminal_await_row(t, 1, "Exchange");
	report(t, "-incident.html");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "R1-W1");
	assert_int_equal(access(first, F_OK), 0);
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "Exchange");
	report(t, "-incident-2.html");
	terminal_type(t, KEYS_TAB); /* to be changed */
	terminal_await_gone(t, "Enter takes what is offered");
	terminal_await_row(t, -1, "-incident-2.html");
	terminal_type(t, "x");
	terminal_await_row(t, -1, "-incident-2.htmlx");
	terminal_type(t, KEYS_CTRL_U);
	terminal_await_row(t, -2, "Enter takes what is offered");
	terminal_type(t, "mine.html"); /* typing takes its place */
	terminal_await_row(t, -1, "New file: mine.html");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "R1-W2");
	assert_int_equal(access("mine.html", F_OK), 0);
	assert_int_not_equal(access(second, F_OK), 0);
	terminal_quit(t);
	free(first);
	free(second);
}

static void files_are_shown_and_completed(void **state)
{
	(void)state;
	struct terminal *t = terminal_open_case();
	terminal_type(t, "3P"); /* one of a list, or a path */
	terminal_await_row(t, -1, "Playbook");
	terminal_await(t, "Tab completes");
	terminal_type(t, "li");
	terminal_await_row(t, -1, ": li");
	terminal_type(t, KEYS_TAB);
	terminal_await_row(t, -1, "list.csv");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_gone(t, "Tab completes");
	terminal_type(t, "3I");
	terminal_await_row(t, -1, "List (CSV");
	terminal_await_row(t, -2, "list.csv");
	terminal_type(t, KEYS_ENTER); /* nothing: it is said, and asked still */
	terminal_await(t, "type a path");
	terminal_await_row(t, -1, "List (CSV");
	terminal_type(t, "li" KEYS_TAB);
	terminal_await_row(t, -1, ": list.csv");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "PC name today");
	terminal_hang_up(t);
	terminal_end(t);
}

/* The folder beside the copy is found by itself, and can be named. */
static void take_over(const char *copy)
{
	struct terminal *t = terminal_open(24, 80, NULL, copy, NULL);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, KEYS_ENTER); /* the first row: a handover that waits */
	terminal_await_row(t, 1, "Take over");
	terminal_await(t, "1 item of evidence lies in ");
	terminal_type(t, "f");
	terminal_await_row(t, -1, "taken");
	terminal_type(t, KEYS_CTRL_U);
	terminal_await_gone(t, "came along: /");
	terminal_type(t, "/etc/passwd");
	terminal_await_row(t, -1, "/etc/passwd");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "this is a file, not a folder");
	terminal_type(t, KEYS_CTRL_U "ta" KEYS_TAB);
	terminal_await_row(t, -1, "taken/");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "1 item of evidence lies in taken/");
	terminal_type(t, KEYS_CTRL_S);
	terminal_await(t, "receipt written");
	terminal_quit(t);
	program_good(&program, "-c", copy, "verify", "--evidence", NULL);
}

static void nothing_of_a_handover_is_lost(void **state)
{
	(void)state;
	char home[200];
	char line[400];
	snprintf(home, sizeof home, "%s", getenv("XDG_DATA_HOME"));
	setenv("XDG_DATA_HOME", program_file(&program, "other"), 1);
	program_good(&program, "key", "new", "--name", "Responder Two", "--mark", "R2", "--kdf", "interactive", NULL);
	program_good(&program, "key", "export", NULL);
	snprintf(line, sizeof line, "%s", program.out.data);
	setenv("XDG_DATA_HOME", home, 1);
	program_write(&program, "two.pub", line);
	program_good(&program, "preserve", "list.csv", "--on", "R1-A1", NULL);
	struct terminal *t = terminal_open_case();
	terminal_type(t, "Eh");
	terminal_await_row(t, -1, "Colleague's key:");
	terminal_await_row(t, -2, "`genba key export`");
	terminal_type(t, "tw" KEYS_TAB);
	terminal_await_row(t, -1, "two.pub");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "read out to you? (y/n)");
	terminal_type(t, "?");
	terminal_await(t, "y for yes; n or Esc for no");
	terminal_type(t, "y");
	terminal_await_row(t, -1, "New file for the colleague:");
	terminal_await_row(t, -1, "-for-two.genba");
	terminal_await_gone(t, "y for yes; n or Esc for no");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "Folder for the evidence");
	terminal_await(t, "-evidence-for-two");
	terminal_type(t, KEYS_TAB);
	terminal_await_row(t, -1, "-evidence-for-two");
	terminal_type(t, KEYS_CTRL_U "taken");
	terminal_await_row(t, -1, "taken");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "Ctrl-S hands over");
	terminal_type(t, KEYS_CTRL_S);
	terminal_await(t, "written and verified");
	/* it left, and is told so; a row that opens nothing says so too */
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "Exchange");
	terminal_await(t, "no receipt yet");
	terminal_type(t, "g" KEYS_ENTER);
	terminal_await_row(t, -1, "Enter opens nothing from this row");
	/* who has a copy gets what is new, unless another thing is said */
	terminal_type(t, ":handover" KEYS_ENTER);
	terminal_await_row(t, -2, "R2 Responder Two");
	terminal_type(t, "R2" KEYS_ENTER);
	terminal_await(t, "> what is new");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "-for-R2.delta");
	terminal_hang_up(t);
	terminal_end(t);
	setenv("XDG_DATA_HOME", program_file(&program, "other"), 1);
	char *copy = beside_case("-for-two.genba");
	assert_int_equal(rename("list.csv", "elsewhere"), 0); /* their machine does not have it */
	take_over(copy);
	setenv("XDG_DATA_HOME", home, 1);
	free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_new_file_has_a_name_already, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(files_are_shown_and_completed, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(nothing_of_a_handover_is_lost, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
