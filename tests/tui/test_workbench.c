/* The workbench as a person meets it: the built program on a real pseudo-terminal. */
#include "help_program.h"
#include "help_screen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void opens_shows_the_case_and_leaves(void **state)
{
	(void)state;
	struct program p;
	program_init(&p);
	program_case(&p, "Slow terminal in personnel");
	struct terminal *t = terminal_open(24, 80, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 0, "Slow terminal in personnel");
	terminal_await_row(t, 0, "R1");
	terminal_type(t, ":quit" KEYS_ENTER);
	assert_int_equal(terminal_end(t), 0);
	program_release(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(opens_shows_the_case_and_leaves),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
