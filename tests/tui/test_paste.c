/* What is pasted is text, never keys: where text is asked for, where none is, and by the megabyte. */
#include "help_case_screen.h"
#include "help_program.h"
#include "help_screen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* As keys, each letter would withdraw a record. */
static void paste_on_the_board(size_t n)
{
	struct program p;
	char *text = malloc(n);
	assert_non_null(text);
	memset(text, 'x', n);
	for (size_t i = 79; i < n; i += 80)
		text[i] = '\r';
	program_init(&p);
	program_case(&p, "Paste");
	struct terminal *t = terminal_open(24, 80, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 0, "Paste");
	terminal_paste(t, text, n);
	terminal_await(t, "Ctrl-S keeps it");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, -1, "the draft is kept");
	terminal_type(t, ":");
	terminal_await_row(t, -1, ":");
	terminal_paste(t, "note  one\rline", 14);
	terminal_await_row(t, -1, ":note  one line");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "R1-N1");
	terminal_quit(t);
	free(text);
	program_release(&p);
}

static void a_paste_on_the_board_is_no_keys(void **state)
{
	(void)state;
	paste_on_the_board(100000);
}

static void ten_megabytes_are_borne(void **state)
{
	(void)state;
	if (!getenv("GENBA_LONG"))
		skip(); /* half a minute: ctest runs it as tui/test_paste_long, labelled slow */
	paste_on_the_board(10U << 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_paste_on_the_board_is_no_keys),
	    cmocka_unit_test(ten_megabytes_are_borne),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
