/* What a view has no room for: the part of the graph beside the screen, the news beyond those that are told. */
#include "help_case_screen.h"
#include "help_program.h"
#include "help_screen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* A wide character across the edge of the moved picture leaves its place empty: what stands behind it stays in its column. */
static void a_picture_is_moved_by_cells(void **state)
{
	(void)state;
	struct program p;
	program_init(&p);
	program_case(&p, "Graph");
	for (int i = 1; i <= 8; i++) {
		char name[32];
		snprintf(name, sizeof name, "hostname=人事部端末%d", i);
		program_good(&p, "add", "asset", name, NULL);
	}
	for (int i = 1; i < 8; i++) {
		char from[16];
		char to[16];
		snprintf(from, sizeof from, "from=R1-A%d", i);
		snprintf(to, sizeof to, "to=R1-A%d", i + 1);
		program_good(&p, "add", "flow", from, to, "type=infected", NULL);
	}
	struct terminal *t = terminal_open(24, 80, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, "A");
	terminal_await_row(t, 1, "Flow");
	terminal_type(t, ">");
	terminal_await_gone(t, "R1-A1─┐");
	terminal_await(t, "  事部│");
	terminal_quit(t);
	program_release(&p);
}

/* More changes than are told: what is marked as seen is not all of what stands there. */
static void news_say_what_they_leave_out(void **state)
{
	(void)state;
	struct program p;
	program_init(&p);
	program_case(&p, "News");
	struct terminal *t = terminal_open(24, 80, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, ":diff" KEYS_ENTER);
	terminal_await(t, "You have not marked yet");
	terminal_type(t, "m");
	terminal_await(t, "Nothing has changed since you last looked");
	const char *path = program_file(&p, "list.csv");
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs("hostname\n", f);
	for (int i = 0; i < 700; i++)
		fprintf(f, "HR-PC-%03d\n", i);
	fclose(f);
	program_good(&p, "import", "csv", path, "asset", NULL);
	terminal_await(t, "(new)");
	terminal_type(t, "G");
	terminal_await(t, "and more records");
	terminal_quit(t);
	program_release(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_picture_is_moved_by_cells),
	    cmocka_unit_test(news_say_what_they_leave_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
