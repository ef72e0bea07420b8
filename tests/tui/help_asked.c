#include "help_asked.h"
#include "help_case_screen.h"
#include "help_screen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct program asked_program;

static void type_wrong_and_go_on(const struct asked *a)
{
	struct terminal *t = terminal_open_case();
	assert_null(strstr(a->wrong, a->told)); /* else it stands there anyway */
	for (size_t i = 0; i + 1 < ASKED_WAY && a->way[i]; i += 2) {
		terminal_type(t, a->way[i]);
		if (a->way[i + 1])
			terminal_await(t, a->way[i + 1]);
	}
	terminal_await_row(t, -1, a->question);
	terminal_type(t, KEYS_CTRL_U);
	terminal_type(t, a->wrong);
	terminal_await_row(t, -1, a->wrong);
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, a->told);
	terminal_await_row(t, -1, a->question);
	terminal_await_row(t, -1, a->wrong);
	terminal_type(t, KEYS_CTRL_U);
	terminal_await_row(t, -1, a->question);
	terminal_type(t, a->mended);
	terminal_await_row(t, -1, a->mended);
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, a->then);
	terminal_hang_up(t);
	terminal_end(t);
}

void asked_type_all(const struct asked *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		print_message("%s\n", rows[i].of);
		type_wrong_and_go_on(&rows[i]);
	}
}

int asked_set_up(void **state)
{
	(void)state;
	program_init(&asked_program);
	program_case(&asked_program, "Prompts");
	assert_int_equal(chdir(asked_program.dir), 0);
	program_write(&asked_program, "notes.txt", "hello\n");
	program_write(&asked_program, "list.csv", "PC name today,Dept.\nHQ-1,Sales\n");
	assert_int_equal(system("mkdir things && echo 1 >things/one"), 0);
	program_good(&asked_program, "add", "asset", "hostname=JINJI-PC-03", "status=suspected", NULL);
	program_good(&asked_program, "add", "asset", "hostname=JINJI-PC-04", NULL);
	return 0;
}

int asked_tear_down(void **state)
{
	(void)state;
	assert_int_equal(chdir("/"), 0);
	program_release(&asked_program);
	return 0;
}
