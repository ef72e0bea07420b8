/* A sweep from the screen is paused, the workbench is locked and unlocked, and the sweep goes on to its end. */
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
	program_case(&program, "Paused");
	FILE *f = fopen(program_file(&program, "proxy.log"), "w");
	assert_non_null(f);
	fputs("1416801910.123 45 192.0.2.8 TCP_MISS/200 77 CONNECT www.evil.test:443 - DIRECT/203.0.113.7 -\n", f);
	fclose(f);
	program_good(&program, "add", "asset", "hostname=proxy", NULL);
	program_good(&program, "add", "indicator", "type=domain", "value=evil.test", NULL);
	program_good(&program, "preserve", program_file(&program, "proxy.log"), "--on", "R1-A1", NULL);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	program_release(&program);
	return 0;
}

/* The log is made so long that nobody reads it to its end; when the sweep was seen to go on, it is stopped, and done with a
 * short one. */
static void it_is_paused_and_goes_on_behind_a_lock(void **state)
{
	(void)state;
	const char *log = program_file(&program, "proxy.log");
	assert_int_equal(truncate(log, (off_t)200 << 30), 0);
	struct terminal *t = terminal_open(24, 100, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, "W");
	terminal_await(t, "1 indicator not swept yet over 1 piece");
	terminal_type(t, "s");
	terminal_await_row(t, -1, "sweep: ");
	terminal_await(t, "Found so far"); /* the first hit is shown while it reads */
	terminal_type(t, "z");
	terminal_await_row(t, -1, "paused");
	terminal_type(t, KEYS_CTRL_L);
	terminal_await(t, "genba is locked");
	terminal_type(t, PROGRAM_PASSPHRASE KEYS_ENTER);
	terminal_await(t, "unlocked");
	terminal_type(t, "j");               /* a message gives way to how far it is */
	terminal_await_row(t, -1, "paused"); /* it went on waiting while nobody was there */
	terminal_type(t, "z");
	terminal_await_row(t, -1, "it goes on");
	terminal_type(t, "X");
	terminal_await(t, "Stop this work?");
	terminal_type(t, "y");
	terminal_await(t, "cancelled");
	assert_int_equal(truncate(log, 97), 0);
	terminal_type(t, "s");
	terminal_await(t, "hits: 1");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "Sweep");
	terminal_type(t, ":quit" KEYS_ENTER);
	assert_int_equal(terminal_end(t), 0);
	program_good(&program, "show", "R1-K1", NULL);
	assert_non_null(strstr(program.out.data, "R1-E1"));
	program_good(&program, "observations", "artefact=hit", NULL);
	assert_non_null(strstr(program.out.data, "evil.test"));
	program_good(&program, "verify", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(it_is_paused_and_goes_on_behind_a_lock, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
