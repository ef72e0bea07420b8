/*
 * Views that keep what they have read: what another shell changes while one of them stands on the screen is seen in it at once,
 * and so is what a merge brings. Board, My work, Chain, mail desk, sweep, conflicts.
 */
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

#include <cmocka.h>

static void make_case(struct program *p)
{
	char sample[256];
	program_case(p, "Follow");
	snprintf(sample, sizeof sample, "%s", program_file(p, "sample.log"));
	FILE *f = fopen(sample, "we");
	assert_non_null(f);
	fputs("nothing of note\n", f);
	assert_int_equal(fclose(f), 0);
	program_good(p, "set", "R1-P1", "domains=a.example", "roles=victim", NULL);
	program_good(p, "add", "party", "name=Partner", "type=organisation", "domains=b.example", NULL);
	program_good(p, "add", "mail", "subject=First letter", "from_addr=x@nowhere.test", "cc=desk@b.example", NULL);
	program_good(p, "add", "measure", "title=Change the passwords", "track=provisional", "due=2026-11-01T00:00:00Z",
	             NULL);
	program_good(p, "add", "indicator", "type=domain", "value=one.example", NULL);
	program_good(p, "add", "indicator", "type=domain", "value=two.example", NULL);
	program_good(p, "preserve", sample, NULL);
}

/* The view of the key, with what its title or a row says. */
static void go(struct terminal *t, const char *key, const char *title, const char *row)
{
	terminal_type(t, key);
	terminal_await_row(t, 1, title);
	terminal_await(t, row);
}

static void what_another_shell_changes_is_seen(void **state)
{
	struct program p;
	(void)state;
	program_init(&p);
	make_case(&p);
	struct terminal *t = terminal_open(40, 120, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	terminal_await(t, "Change the passwords");
	program_good(&p, "set", "R1-M1", "title=Change the keys", NULL);
	terminal_await(t, "Change the keys");
	terminal_await_gone(t, "Change the passwords");
	program_good(&p, "set", "R1-M1", "status=done", NULL);
	terminal_await_gone(t, "Change the keys");
	program_good(&p, "add", "measure", "title=Tell the users", "track=cause", NULL);
	terminal_await(t, "Tell the users");
	terminal_await(t, "2 indicators not swept");
	program_good(&p, "set", "R1-I1", "false_positive=yes", NULL);
	terminal_await(t, "1 indicator not swept");
	program_good(&p, "add", "asset", "hostname=PC-1", "status=suspected", NULL);
	terminal_await(t, "PC-1");
	program_good(&p, "set", "R1-A1", "status=clean", NULL);
	terminal_await_gone(t, "PC-1");
	program_good(&p, "retract", "R1-M2", "--reason", "twice", NULL);
	terminal_await_gone(t, "Tell the users");
	program_good(&p, "set", "R1-M1", "status=proposed", NULL);

	go(t, "J", "My work", "Change the keys");
	program_good(&p, "set", "R1-M1", "owner=Person Seven", NULL);
	terminal_await(t, "Person Seven");

	go(t, "K", "1 mail", "First letter");
	program_good(&p, "set", "R1-L1", "subject=Another letter", NULL);
	terminal_await(t, "Another letter");
	program_good(&p, "add", "mail", "subject=Second letter", "from_addr=x@nowhere.test", NULL);
	terminal_await_row(t, 1, "2 mails");
	terminal_await(t, "Second letter");
	program_good(&p, "retract", "R1-L2", "--reason", "twice", NULL);
	terminal_await_row(t, 1, "1 mail");

	go(t, "W", "Sweep", "1 indicator not swept yet");
	program_good(&p, "set", "R1-I1", "false_positive=no", NULL);
	terminal_await(t, "2 indicators not swept yet");
	program_good(&p, "retract", "R1-I2", "--reason", "wrong", NULL);
	terminal_await(t, "1 indicator not swept yet");

	go(t, "C", "Chain", "Partner");
	program_good(&p, "set", "R1-P2", "name=Wholesaler", NULL);
	terminal_await(t, "Wholesaler");
	program_good(&p, "set", "R1-P2", "chain_status=inspecting", NULL);
	terminal_await(t, "contact: ");
	program_good(&p, "set", "R1-L1", "cc=", NULL);
	terminal_await_gone(t, "Wholesaler");
	terminal_quit(t);
	program_release(&p);
}

static void copy_case(struct program *p, const char *name)
{
	char line[512];
	snprintf(line, sizeof line, "cp \"$GENBA_CASE\" %s", program_file(p, name));
	assert_gives(line, 0, "");
}

/* The other copy says something else of each; the measure's track is set on both sides, and stays to be decided. */
static void what_a_merge_brings_is_seen(void **state)
{
	struct program p;
	char here[256];
	(void)state;
	program_init(&p);
	make_case(&p);
	copy_case(&p, "other.genba");
	snprintf(here, sizeof here, "%s", getenv("GENBA_CASE"));
	setenv("GENBA_CASE", program_file(&p, "other.genba"), 1);
	program_good(&p, "set", "R1-M1", "title=Change the keys", "track=permanent", NULL);
	program_good(&p, "set", "R1-L1", "subject=Another letter", NULL);
	program_good(&p, "set", "R1-I1", "false_positive=yes", NULL);
	program_good(&p, "set", "R1-P2", "name=Wholesaler", NULL);
	setenv("GENBA_CASE", here, 1);
	program_good(&p, "set", "R1-M1", "track=cause", NULL);
	struct terminal *t = terminal_open(40, 120, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	terminal_await(t, "Change the passwords");
	go(t, "K", "1 mail", "First letter");
	go(t, "W", "Sweep", "2 indicators not swept yet");
	go(t, "C", "Chain", "Partner");
	program_good(&p, "merge", program_file(&p, "other.genba"), NULL);
	terminal_await(t, "Wholesaler");
	go(t, "K", "1 mail", "Another letter");
	go(t, "W", "Sweep", "1 indicator not swept yet");
	go(t, "1", "Board", "two values for Track of Change the keys");
	terminal_await(t, "To decide");
	terminal_type(t, ":resolve" KEYS_ENTER);
	terminal_await_row(t, 1, "To decide");
	terminal_await(t, "< upper");
	terminal_type(t, "<");
	terminal_await_row(t, 1, "nothing is left to decide");
	terminal_type(t, "1");
	terminal_await_row(t, 1, "Board");
	terminal_await_gone(t, "two values for");
	terminal_quit(t);
	program_release(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_another_shell_changes_is_seen),
	    cmocka_unit_test(what_a_merge_brings_is_seen),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
