/*
 * A new indicator and forty collections of hosts: which hosts, since when, in one screen, in both languages. And what is done
 * from that screen: lines, promoting, refuting, taking over what was seen.
 */
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

#include <cmocka.h>

#define HOSTS 40
#define FOUND 9 /* of them talked to it: every fourth, from the third on, the later ones earlier */

static struct program program;

static int is_hit(unsigned i)
{
	return i % 4 == 2 && i < 4 * FOUND;
}

static void write_collection(unsigned i)
{
	char name[64];
	snprintf(name, sizeof name, "HOST-%02u", i);
	mkdir(program_file(&program, name), 0700);
	snprintf(name, sizeof name, "HOST-%02u/access.log", i);
	FILE *f = fopen(program_file(&program, name), "w");
	assert_non_null(f);
	for (unsigned k = 0; k < 50; k++)
		fprintf(f, "2014-11-%02uT08:%02u:00+09:00 host%02u app: GET http://www.example/%u\n", 1 + i % 28, k, i,
		        k);
	if (is_hit(i))
		fprintf(f, "2014-10-%02uT09:30:00+09:00 host%02u app: GET http://www.c2.example/gate\n", 28 - i / 4, i);
	fprintf(f, "2014-11-30T08:00:00+09:00 host%02u app: GET http://c2.example.org/\n", i); /* a near miss */
	for (unsigned k = 0; i == 5 && k < 3; k++)
		fputs("1416801909.123 45 192.0.2.5 TCP_MISS/200 70 PUT http://mega.nz/x - DIRECT/203.0.113.7 -\n", f);
	fclose(f);
}

static int set_up(void **state)
{
	char name[32];
	char host[64];
	char on[32];
	(void)state;
	program_init(&program);
	program_case(&program, "Forty hosts");
	for (unsigned i = 0; i < HOSTS; i++) {
		write_collection(i);
		snprintf(host, sizeof host, "hostname=HOST-%02u", i);
		snprintf(on, sizeof on, "R1-A%u", i + 1);
		snprintf(name, sizeof name, "HOST-%02u", i);
		program_good(&program, "add", "asset", host, NULL);
		program_good(&program, "preserve", program_file(&program, name), "--on", on, NULL);
	}
	program_good(&program, "add", "indicator", "type=domain", "value=older.example", NULL);
	program_good(&program, "sweep", NULL);
	program_good(&program, "add", "indicator", "type=domain", "value=c2.example", "role=c2", NULL);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	program_release(&program);
	return 0;
}

static void hosts_are_seen(const char *language, const char *title, const char *since)
{
	struct terminal *t = terminal_open(24, 80, NULL, "--lang", language, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, strcmp(language, "ja") == 0 ? "ボード" : "Board");
	terminal_type(t, "W");
	terminal_await_row(t, 1, title);
	terminal_await(t, "c2.example");
	terminal_type(t, "h");
	terminal_await_row(t, 2, since);
	for (unsigned k = 0; k < FOUND; k++) { /* the earliest first: all of them, and nobody else */
		char row[80];
		unsigned host = 4 * (FOUND - 1 - k) + 2;
		snprintf(row, sizeof row, "2014-10-%02u 00:30:00Z  R1-A%u HOST-%02u", 28 - host / 4, host + 1, host);
		terminal_await_row(t, 4 + (int)k, row);
	}
	assert_false(terminal_shows(t, "HOST-03"));
	terminal_type(t, "U");
	terminal_await_row(t, 2, strcmp(language, "ja") == 0 ? "送信先" : "Sent to");
	terminal_await_row(t, 3, "2014-11-24 04:00Z  192.0.2.5        mega.nz       0     3     0        210");
	terminal_type(t, "h");
	terminal_await_row(t, 2, since);
	terminal_type(t, ":quit" KEYS_ENTER);
	assert_int_equal(terminal_end(t), 0);
}

static void a_new_indicator_over_forty_hosts(void **state)
{
	(void)state;
	program_good(&program, "sweep", "--missing", "--json", NULL);
	assert_non_null(strstr(program.out.data, "\"hits\": 9"));
	assert_non_null(strstr(program.out.data, "R1-I2"));
	hosts_are_seen("en", "Sweep", "Since");
	hosts_are_seen("ja", "侵害指標の検索", "いつから");
}

static void a_sweep_from_the_screen(void **state)
{
	(void)state;
	program_good(&program, "add", "indicator", "type=domain", "value=c2.example.org", NULL);
	struct terminal *t = terminal_open(24, 100, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, "W");
	terminal_await(t, "1 indicator not swept yet over 40 pieces of evidence");
	terminal_type(t, "s");
	terminal_await(t, "hits: 40"); /* told below what was found */
	terminal_await_row(t, 3, "c2.example");
	terminal_type(t, "A");
	terminal_await(t, "6 fields taken over");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, 1, "Sweep  c2.example");
	terminal_await_row(t, 2, "2014-10-20 00:30:00Z");
	terminal_type(t, "p");
	terminal_await_row(t, 1, "R1-V1");
	terminal_await(t, "www.c2.example");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "Sweep  c2.example");
	terminal_type(t, "p"); /* again: one line, one event */
	terminal_await(t, "it is on record: R1-V1");
	terminal_await_row(t, 1, "R1-V1 ");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "Sweep  c2.example");
	terminal_type(t, "x");
	terminal_await(t, "false positive; reason:");
	terminal_type(t, "our own test" KEYS_ENTER);
	terminal_await(t, "no longer counts");
	terminal_type(t, "x"); /* no reason is asked for in vain */
	terminal_await(t, "is a false positive already");
	terminal_type(t, ":quit" KEYS_ENTER);
	assert_int_equal(terminal_end(t), 0);
	program_good(&program, "show", "R1-I2", NULL);
	assert_non_null(strstr(program.out.data, "2014-10-20 00:30:00Z"));
	program_good(&program, "sweep", "--missing", NULL); /* a refuted one is not missing */
}

/* From a word to observations that hold it, to their evidence, what lies around, and an event: without a label. */
static void a_word_is_found_in_observations(void **state)
{
	(void)state;
	struct terminal *t = terminal_open(24, 100, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, "/");
	terminal_await_row(t, -1, "/");
	terminal_type(t, "mega.nz" KEYS_ENTER);
	terminal_await_row(t, 1, "Found");
	terminal_await_row(t, 2, "Observations");
	terminal_await_row(t, 3, "2014-11-24 04:05:09");
	terminal_type(t, "j");
	terminal_await_row(t, -2, "2/2");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, 1, "R1-E6");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "Found");
	terminal_type(t, "o");
	terminal_await(t, "2014-11-24T04:05:09.1230000Z  log_line sent_to=mega.nz");
	terminal_type(t, "p");
	terminal_await_row(t, 1, "R1-V");
	terminal_type(t, ":quit" KEYS_ENTER);
	assert_int_equal(terminal_end(t), 0);
}

/* What a row cuts is told below the rows; Enter shows the line whole, again its evidence, and Esc leads back line by line. */
static void a_line_is_seen_whole(void **state)
{
	struct program p;
	(void)state;
	program_init(&p);
	program_case(&p, "A long line");
	const char *path = program_file(&p, "gate.log");
	FILE *f = fopen(path, "we");
	assert_non_null(f);
	for (int i = 0; i < 2; i++) {
		fprintf(f, "2014-11-2%dT08:00:00+09:00 gate app: src=203.0.113.66 GET http://mail.example/owa/", i);
		for (int k = 0; k < 12; k++)
			fprintf(f, "part%02d/", k);
		fprintf(f, "end status=40%d user=clerk%d\n", i, i);
	}
	fclose(f);
	program_good(&p, "preserve", path, NULL);
	program_good(&p, "add", "indicator", "type=ip", "value=203.0.113.66", NULL);
	program_good(&p, "sweep", NULL);
	struct terminal *t = terminal_open(30, 120, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, "W");
	terminal_await(t, "203.0.113.66");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, 1, "Sweep  203.0.113.66");
	terminal_await(t, "status=400 user=clerk0");
	assert_false(terminal_shows(t, "clerk1")); /* cut in its row */
	terminal_type(t, "j");
	terminal_await(t, "status=401 user=clerk1");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "R1-E1 gate.log");
	terminal_await(t, "status=401 user=clerk1");
	assert_false(terminal_shows(t, "2014-11-19")); /* the other line's */
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, 1, "R1-E1");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "Sweep  203.0.113.66");
	terminal_await(t, "status=401 user=clerk1");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await(t, "2014-11-19"); /* the list, at the same line */
	terminal_await(t, "status=401 user=clerk1");
	terminal_type(t, ":quit" KEYS_ENTER);
	assert_int_equal(terminal_end(t), 0);
	program_release(&p);
}

/* A row of two machines whose list has one: who the other is, and how it is put on record. */
static void a_client_that_is_no_machine_is_named(void **state)
{
	struct program p;
	(void)state;
	program_init(&p);
	program_case(&p, "Two clients");
	program_good(&p, "add", "asset", "hostname=PC-1", "addresses=192.0.2.11", NULL);
	program_write(
	    &p, "squid.log",
	    "1416441600.000 5 192.0.2.11 TCP_MISS/200 500 GET http://c2.example/ - DIRECT/203.0.113.1 text/html\n"
	    "1416441700.000 5 192.0.2.12 TCP_MISS/200 500 GET http://c2.example/ - DIRECT/203.0.113.1 text/html\n");
	program_good(&p, "preserve", program_file(&p, "squid.log"), NULL);
	program_good(&p, "add", "indicator", "type=domain", "value=c2.example", NULL);
	program_good(&p, "sweep", NULL);
	struct terminal *t = terminal_open(30, 140, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, "W");
	terminal_await(t, "c2.example");
	terminal_type(t, "a");
	terminal_await_row(t, 1, "Asset");
	terminal_await(t, "1 client is no machine on record, and not in this list: 192.0.2.12");
	terminal_type(t, ":quit" KEYS_ENTER);
	assert_int_equal(terminal_end(t), 0);
	program_release(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_new_indicator_over_forty_hosts),
	    cmocka_unit_test(a_sweep_from_the_screen),
	    cmocka_unit_test(a_word_is_found_in_observations),
	    cmocka_unit_test(a_client_that_is_no_machine_is_named),
	    cmocka_unit_test(a_line_is_seen_whole),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
