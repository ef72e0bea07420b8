/* The Evidence view: a list with a pane, the chain of custody, and work that goes on beside the keys. */
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

static struct program program;

static int set_up(void **state)
{
	(void)state;
	program_init(&program);
	program_case(&program, "Evidence");
	program_good(&program, "add", "asset", "hostname=HR-PC-03", NULL);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	program_release(&program);
	return 0;
}

static struct terminal *open_case(const char *environment)
{
	return terminal_open(24, 80, environment, getenv("GENBA_CASE"), NULL);
}

static const char *make(const char *name, off_t size, const char *content)
{
	const char *path = program_file(&program, name);
	FILE *f = fopen(path, "we");
	assert_non_null(f);
	fputs(content, f);
	fclose(f);
	assert_int_equal(truncate(path, size ? size : (off_t)strlen(content)), 0);
	return path;
}

/* Hours of work, as far as a test can tell: holes are hashed at some GB/s. */
static const char *make_endless(void)
{
	return make("disk '1'.img", (off_t)1 << 40, "boot");
}

static void type_line(struct terminal *t, const char *before, const char *path)
{
	char line[256];
	snprintf(line, sizeof line, "%s\"%s\"" KEYS_ENTER, before, path);
	terminal_type(t, line);
}

static void type_plain(struct terminal *t, const char *text)
{
	terminal_type(t, text);
	terminal_type(t, KEYS_ENTER);
}

static void what_is_not_said_is_asked_for(void **state)
{
	(void)state;
	const char *path = make("notes.txt", 0, "hello");
	struct terminal *t = open_case(NULL);
	terminal_type(t, "4P");
	terminal_await_row(t, -1, ":preserve");
	type_plain(t, path);
	terminal_await_row(t, -1, "Of which asset:");
	terminal_type(t, "HR" KEYS_ENTER);
	terminal_await_row(t, -1, "In which form:");
	terminal_type(t, "raw" KEYS_ENTER);
	terminal_await_row(t, -1, "Folder for the copy:");
	terminal_await_row(t, -1, "/evidence"); /* beside the case, until a copy went elsewhere */
	type_plain(t, program_file(&program, "copies"));
	terminal_await_row(t, -1, "R1-E1 2cf24dba5fb0a30e26e83b2ac5b9e29e");
	terminal_await_row(t, 3, "intact");
	terminal_await(t, "Copy           /var/tmp/genba-test-");
	terminal_type(t, "V");
	terminal_await_row(t, -1, "R1-E1: the same");
	terminal_await(t, "last verified");
	terminal_type(t, "P"); /* the next file: form and folder stand there as they were answered */
	terminal_await_row(t, -1, ":preserve");
	type_plain(t, make("more.txt", 0, "more"));
	terminal_await_row(t, -1, "Of which asset:");
	terminal_type(t, "HR" KEYS_ENTER);
	terminal_await_row(t, -1, "In which form:");
	terminal_await(t, "> raw");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "Folder for the copy:");
	terminal_await_row(t, -1, "/copies");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "R1-E2 187897ce0afcf20b50ba2b37dca84a951b7046f29ed5ab94f010619f69d6e189");
	type_line(t, ":preserve --as hash ", program_file(&program, "not-there"));
	terminal_await(t, "cannot open");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_gone(t, "cannot open");
	terminal_quit(t);
	t = open_case(NULL); /* another day: the folder of the copy on record */
	terminal_type(t, "4P");
	terminal_await_row(t, -1, ":preserve");
	type_plain(t, make("third.txt", 0, "third"));
	terminal_await_row(t, -1, "Of which asset:");
	terminal_type(t, "new" KEYS_ENTER); /* of a machine that is not on record yet */
	terminal_await_row(t, 1, "New: Asset");
	terminal_type(t, KEYS_ESCAPE); /* back to the list */
	terminal_await_row(t, -1, "Of which asset:");
	terminal_type(t, "NEW-01"); /* what is typed is what it is called */
	terminal_await(t, "+ new: Asset 'NEW-01'");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, 1, "New: Asset");
	terminal_await(t, "NEW-01");
	terminal_type(t, KEYS_CTRL_S);
	terminal_await_row(t, -1, "In which form:");
	terminal_type(t, "raw" KEYS_ENTER);
	terminal_await_row(t, -1, "/copies");
	terminal_hang_up(t);
	terminal_end(t);
	program_good(&program, "list", "asset", NULL);
	assert_non_null(strstr(program.out.data, "NEW-01"));
	program_good(&program, "show", "R1-E1", "--json", NULL);
	assert_non_null(strstr(program.out.data, "\"form\": \"raw\""));
	assert_non_null(strstr(program.out.data, "\"on\": \"R1-A1\""));
	assert_non_null(strstr(program.out.data, "\"verified\": \"ok\""));
	program_good(&program, "show", "R1-E2", "--json", NULL);
	assert_non_null(strstr(program.out.data, "\"form\": \"raw\""));
}

/* A folder of a colleague's machine may be a mount here that nobody answers any more: it is not looked for. */
static void a_colleagues_folder_is_not_offered(void **state)
{
	(void)state;
	char *home = strdup(getenv("XDG_DATA_HOME"));
	char *other = strdup(program_file(&program, "other"));
	char *copy = strdup(program_file(&program, "copy.genba"));
	char *copies = strdup(program_file(&program, "copies"));
	program_good(&program, "preserve", make("notes.txt", 0, "hello"), "--on", "R1-A1", "--as", "raw", "--to",
	             copies, NULL);
	setenv("XDG_DATA_HOME", other, 1);
	program_good(&program, "key", "new", "--name", "Responder Two", "--mark", "R2", "--kdf", "interactive", NULL);
	program_good(&program, "key", "export", NULL);
	program.out.data[strcspn(program.out.data, "\n")] = '\0';
	char *key = strdup(program.out.data);
	setenv("XDG_DATA_HOME", home, 1);
	program_good(&program, "handover", "--to", key, "--out", copy, NULL);
	setenv("XDG_DATA_HOME", other, 1);
	setenv("GENBA_CASE", copy, 1);
	struct terminal *t = open_case(NULL);
	terminal_type(t, "4P");
	terminal_await_row(t, -1, ":preserve");
	type_plain(t, make("more.txt", 0, "more"));
	terminal_await_row(t, -1, "Of which asset:");
	terminal_type(t, "HR" KEYS_ENTER);
	terminal_await_row(t, -1, "In which form:");
	terminal_type(t, "raw" KEYS_ENTER);
	terminal_await_row(t, -1, "Folder for the copy:");
	terminal_await_row(t, -1, "/evidence");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_gone(t, "Folder for the copy:");
	terminal_quit(t);
	setenv("XDG_DATA_HOME", home, 1);
	free(key);
	free(copies);
	free(copy);
	free(other);
	free(home);
}

static void a_photograph_is_evidence(void **state)
{
	(void)state;
	const char *path = make("IMG_0001.JPG", 0, "picture");
	program_good(&program, "preserve", path, "--on", "R1-A1", NULL);
	program_good(&program, "show", "R1-E1", "--json", NULL);
	assert_non_null(strstr(program.out.data, "\"type\": \"photo\""));
	path = make("ram.bin", 0, "memory");
	program_good(&program, "preserve", path, "--type", "memory", NULL);
	program_good(&program, "show", "R1-E2", "--json", NULL);
	assert_non_null(strstr(program.out.data, "\"type\": \"memory\""));
	assert_int_equal(program_run(&program, "preserve", path, "--type", "memmory", NULL), 2);
	assert_non_null(strstr(program.log.data, "--type memmory"));
}

static void work_goes_on_beside_the_keys(void **state)
{
	(void)state;
	const char *path = make_endless();
	struct terminal *t = open_case(NULL);
	type_line(t, ":preserve --on R1-A1 ", path);
	terminal_await_row(t, 0, "▶");
	terminal_type(t, "w");
	terminal_await_row(t, 1, "Work under way");
	terminal_await_row(t, 3, "left"); /* rate and time left */
	terminal_type(t, "z");
	terminal_await_row(t, -1, "paused: the source stays open");
	terminal_await_row(t, 0, "‖");
	terminal_await_row(t, 3, "paused");
	terminal_type(t, KEYS_ESCAPE "6"); /* leaving the view does not touch it, and keys do not wait */
	terminal_await_row(t, 1, "Note");
	terminal_type(t, "nwhile it runs" KEYS_CTRL_S);
	terminal_await_row(t, 3, "while it runs");
	terminal_await_row(t, 0, "‖");
	terminal_type(t, ":work resume" KEYS_ENTER);
	terminal_await_row(t, -1, "it goes on");
	terminal_await_row(t, 0, "▶");
	terminal_type(t, "4X");
	terminal_await_row(t, -1, "Stop this work?");
	terminal_type(t, "y");
	terminal_await_row(t, 3, "interrupted");
	terminal_type(t, "X");
	terminal_await_row(t, -1, "nothing is under way");
	terminal_type(t, "w");
	terminal_await(t, "Not finished");
	terminal_type(t, "G"); /* to the unfinished work */
	terminal_await(t, "c continue");
	terminal_type(t, "c");
	terminal_await_row(t, 0, "▶");
	terminal_await_gone(t, "Not finished"); /* it is under way */
	terminal_type(t, ":quit" KEYS_ENTER);
	terminal_await_row(t, -1, "A long command is under way");
	terminal_type(t, "n");
	terminal_await_row(t, 0, "▶");
	terminal_type(t, "z" KEYS_CTRL_C); /* what is paused can be cancelled */
	terminal_await(t, "Not finished");
	terminal_quit(t);
	program_good(&program, "show", "R1-E1", "--json", NULL);
	assert_non_null(strstr(program.out.data, "\"complete\": \"interrupted\""));
	assert_non_null(strstr(program.out.data, "its last piece checked"));
	program_good(&program, "board", NULL);
	assert_non_null(strstr(program.out.data, "disk '1'.img — interrupted"));
	program_good(&program, "verify", NULL);
}

static void a_hangup_stops_cleanly(void **state)
{
	(void)state;
	const char *path = make_endless();
	struct terminal *t = open_case(NULL);
	type_line(t, ":preserve --on R1-A1 ", path);
	terminal_type(t, "w");
	terminal_await_row(t, 3, "left");
	terminal_type(t, "z");
	terminal_await_row(t, 3, "paused");
	terminal_signal(t, SIGTERM);
	terminal_end(t);
	program_good(&program, "show", "R1-E1", "--json", NULL);
	assert_non_null(strstr(program.out.data, "\"complete\": \"interrupted\""));
}

static void custody_shows_its_gaps(void **state)
{
	(void)state;
	const char *path = make("notes.txt", 0, "hello");
	program_good(&program, "preserve", path, "--on", "R1-A1", NULL);
	program_good(&program, "add", "transfer", "items=R1-E1", "action=handed_over", "from=Responder One",
	             "to=Organisation A", "when=2026-11-20", "purpose=analysis", "accepted=2026-11-20", NULL);
	program_good(&program, "add", "transfer", "items=R1-E1", "action=handed_over", "from=Courier",
	             "to=Organisation B", "when=2026-11-22", "purpose=storage", NULL);
	struct terminal *t = open_case(NULL);
	terminal_type(t, "4");
	terminal_await(t, "Held by        Organisation B");
	terminal_await(t, "→(GAP) Organisation");
	terminal_type(t, KEYS_ENTER "G");
	terminal_await(t, "Chain of custody");
	terminal_await(t, "handed over: Responder One → Organisation A");
	terminal_await(t, "! GAP: who gives it is not who had it");
	terminal_await(t, "! not yet accepted");
	terminal_quit(t);
	program_good(&program, "board", NULL);
	assert_non_null(strstr(program.out.data, "handed over to Organisation B, not accepted yet: 1 (R1-E1)"));
}

/* Root is needed nowhere in genba. Screens of a fixed clock, which are compared, are those of any user. */
static void root_is_told_once(void **state)
{
	(void)state;
	struct terminal *t = open_case("GENBA_TEST_CLOCK=");
	terminal_await_row(t, -1, geteuid() == 0 ? "genba runs as root" : "shows the keys");
	terminal_type(t, "3");
	terminal_await_gone(t, "genba runs as root");
	terminal_quit(t);
}

int main(void)
{
#define SCREEN_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    SCREEN_TEST(what_is_not_said_is_asked_for),
	    SCREEN_TEST(a_colleagues_folder_is_not_offered),
	    SCREEN_TEST(a_photograph_is_evidence),
	    SCREEN_TEST(work_goes_on_beside_the_keys),
	    SCREEN_TEST(a_hangup_stops_cleanly),
	    SCREEN_TEST(custody_shows_its_gaps),
	    SCREEN_TEST(root_is_told_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
