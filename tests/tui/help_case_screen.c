#include "help_case_screen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

struct terminal *terminal_open_case(void)
{
	struct terminal *t = terminal_open(24, 80, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	return t;
}

void terminal_quit(struct terminal *t)
{
	terminal_type(t, ":quit" KEYS_ENTER);
	assert_int_equal(terminal_end(t), 0);
}
