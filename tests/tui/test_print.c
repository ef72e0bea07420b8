/* print: what is given where, labels kept free for worksheets, and what is typed in from them. */
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
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct program program;

static int setup(void **state)
{
	(void)state;
	program_init(&program);
	program_case(&program, "Paper");
	program_good(&program, "add", "evidence", "title=Stick", NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	program_release(&program);
	return 0;
}

static int says(const char *text)
{
	return strstr(program.out.data, text) != NULL;
}

static int complains(const char *text)
{
	return strstr(program.log.data, text) != NULL;
}

static size_t lines(void)
{
	size_t count = 0;
	for (const char *p = program.out.data; (p = strchr(p, '\n')); p++)
		count++;
	return count;
}

static size_t commits(void)
{
	program_good(&program, "log", NULL);
	return lines();
}

static void a_page_goes_out_or_into_a_new_file(void **state)
{
	(void)state;
	struct stat st;
	const char *path = program_file(&program, "custody.html");
	program_good(&program, "print", "custody", "R1-E1", NULL);
	assert_memory_equal(program.out.data, "<!DOCTYPE html>", 15);
	program_good(&program, "--read-only", "print", "tags", NULL);
	assert_true(says("R1-E1"));
	program_good(&program, "print", "custody", "R1-E1", "--out", path, NULL);
	assert_int_equal(program.out.len, 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_true(st.st_size > 1000);
	assert_int_equal(program_run(&program, "print", "custody", "R1-E1", "--out", path, NULL), 1);
	assert_int_equal(program_run(&program, "print", NULL), 2);
	assert_int_equal(program_run(&program, "print", "custody", NULL), 2);
	assert_int_equal(program_run(&program, "print", "money", NULL), 2);
	assert_int_equal(program_run(&program, "print", "custody", "R1-E9", NULL), 1);
}

static void sheets_are_typed_in_once(void **state)
{
	(void)state;
	const char *path = program_file(&program, "sheets.html");
	const char *other = program_file(&program, "more.html");
	size_t before = commits();
	program_good(&program, "print", "worksheet", "evidence", "2", "--out", path, NULL);
	assert_string_equal(program.out.data, "R1-E2\nR1-E3\n");
	assert_int_equal(commits(), before + 1);
	/* what fails beforehand keeps no label */
	assert_int_equal(program_run(&program, "print", "worksheet", "evidence", "--out", path, NULL), 1);
	assert_int_equal(program_run(&program, "print", "worksheet", "evidence", "51", NULL), 2);
	assert_int_equal(program_run(&program, "print", "worksheet", "evidence", "0", NULL), 2);
	assert_int_equal(program_run(&program, "print", "worksheet", "run", NULL), 2);
	assert_int_equal(program_run(&program, "print", "worksheet", "nonsense", NULL), 2);
	assert_int_equal(program_run(&program, "--read-only", "print", "worksheet", "evidence", NULL), 1);
	assert_int_equal(commits(), before + 1);
	program_good(&program, "add", "evidence", "title=Between", NULL);
	assert_string_equal(program.out.data, "R1-E4\n");
	program_good(&program, "add", "evidence", "label=R1-E3", "title=Disk", "written=2020-02-03T04:05:06+09:00",
	             NULL);
	assert_string_equal(program.out.data, "R1-E3\n");
	assert_int_equal(commits(), before + 3);
	program_good(&program, "show", "R1-E3", NULL);
	assert_true(says("When written on paper"));
	assert_true(says("2020-02-03 04:05:06+09:00"));
	assert_true(says("When it was entered"));
	program_good(&program, "print", "custody", "R1-E3", NULL);
	assert_true(says("<i>When written on paper</i><span>2020-02-03 04:05:06+09:00</span>"));
	assert_true(says("<i>When it was entered</i>"));
	assert_int_equal(program_run(&program, "add", "evidence", "label=R1-E3", "title=Twice", NULL), 2);
	assert_true(complains("kept free: R1-E2"));
	assert_int_equal(program_run(&program, "add", "evidence", "label=R1-E9", "title=Never", NULL), 2);
	/* what is still out */
	program_good(&program, "print", "worksheet", NULL);
	assert_string_equal(program.out.data, "R1-E2  Evidence  Responder One\n");
	program_good(&program, "print", "worksheet", "--json", NULL);
	assert_true(says("\"label\": \"R1-E2\""));
	program_good(&program, "print", "worksheet", "R1-E2", "--out", other, NULL);
	assert_int_equal(program.out.len, 0); /* printed again: no new label */
	assert_int_equal(program_run(&program, "print", "worksheet", "R1-E3", NULL), 2);
	program_good(&program, "verify", NULL);
}

static void the_workbench_wants_a_file(void **state)
{
	(void)state;
	struct terminal *t = terminal_open(24, 80, NULL, getenv("GENBA_CASE"), NULL);
	const char *path = program_file(&program, "screen.html");
	char *line = NULL;
	terminal_await_row(t, 1, "Board");
	terminal_type(t, ":print custody R1-E1" KEYS_ENTER);
	terminal_await(t, "--out FILE");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_gone(t, ":print");
	assert_true(asprintf(&line, ":print worksheet note --out %s" KEYS_ENTER, path) > 0);
	terminal_type(t, line);
	terminal_await(t, "R1-N1");
	terminal_quit(t);
	assert_int_equal(access(path, R_OK), 0);
	free(line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_page_goes_out_or_into_a_new_file),
	    cmocka_unit_test(sheets_are_typed_in_once),
	    cmocka_unit_test(the_workbench_wants_a_file),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
