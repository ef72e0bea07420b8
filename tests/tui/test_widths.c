/* No cell is cut while others are free; where the screen is too narrow, what is under the cursor can be read whole. */
#include "help_program.h"
#include "help_screen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* More rows than a list measures, one of them with a longer name. */
static void a_longer_name_among_many(void **state)
{
	struct program p;
	(void)state;
	program_init(&p);
	program_case(&p, "Slow terminal in personnel");
	const char *path = program_file(&p, "machines.csv");
	FILE *f = fopen(path, "we");
	assert_non_null(f);
	fputs("hostname\n", f);
	for (int i = 0; i < 300; i++)
		fprintf(f, i == 7 ? "WEBMAIL-%03d\n" : "PC-%03d\n", i);
	fclose(f);
	program_good(&p, "import", "csv", path, "asset", NULL);
	struct terminal *t = terminal_open(60, 200, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await(t, "Board");
	terminal_type(t, "3");
	terminal_await(t, "Asset · 300");
	terminal_await(t, "WEBMAIL-007");
	terminal_type(t, ":quit" KEYS_ENTER);
	assert_int_equal(terminal_end(t), 0);
	program_release(&p);
}

/* A long word in one row takes cells that stand empty, and no column: what is isolated is seen beside the pane. */
static void a_long_word_in_one_row(void **state)
{
	struct program p;
	(void)state;
	program_init(&p);
	program_case(&p, "Many machines");
	const char *path = program_file(&p, "machines.csv");
	FILE *f = fopen(path, "we");
	assert_non_null(f);
	fputs("hostname,type,status,containment\n", f);
	for (int i = 0; i < 400; i++)
		fprintf(f, "HQ-PC-%03d,%s,%s,%s\n", i, i / 2 == 50 ? "firewall" : "terminal",
		        i / 2 == 101 ? "compromised" : "unchecked", i == 1 ? "isolated" : "connected");
	fclose(f);
	program_good(&p, "import", "csv", path, "asset", NULL);
	struct terminal *t = terminal_open(40, 120, NULL, "--lang", "ja", getenv("GENBA_CASE"), NULL);
	terminal_await(t, "ボード");
	terminal_type(t, "3");
	terminal_await(t, "資産 · 400");
	terminal_await_row(t, 2, "隔離状況");
	terminal_await(t, "隔離済み");
	terminal_type(t, "G");
	terminal_await(t, "HQ-PC-399");
	terminal_await_row(t, 2, "隔離状況");
	terminal_type(t, ":quit" KEYS_ENTER);
	assert_int_equal(terminal_end(t), 0);
	program_release(&p);
}

static struct terminal *practice(struct program *p, int rows, int columns)
{
	program_init(p);
	program_demo(p, "en");
	struct terminal *t = terminal_open(rows, columns, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await(t, "Suspected and still connected");
	return t;
}

static void columns_of_few_values(void **state)
{
	struct program p;
	(void)state;
	struct terminal *t = practice(&p, 40, 120);
	terminal_type(t, "K");
	terminal_await(t, "Mail desk");
	terminal_await(t, "free mail");
	terminal_await(t, "compressed");
	terminal_await(t, "executed");
	terminal_type(t, "W");
	terminal_await(t, "Clients");
	terminal_await(t, "what is missing");
	terminal_resize(t, 60, 200);
	terminal_type(t, "9");
	terminal_await(t, "R1 Responder One (practice) ");
	terminal_type(t, ":quit" KEYS_ENTER);
	assert_int_equal(terminal_end(t), 0);
	program_release(&p);
}

static void long_rows_of_the_chain(void **state)
{
	struct program p;
	(void)state;
	struct terminal *t = practice(&p, 24, 80);
	terminal_type(t, "C");
	terminal_await(t, "Organisation A");
	terminal_type(t, "jj");
	terminal_await(t, "comes from free mail — R1-P1");
	terminal_type(t, ":quit" KEYS_ENTER);
	assert_int_equal(terminal_end(t), 0);
	program_release(&p);
}

/* A long question is seen whole while nothing is typed. */
static void a_long_question(void **state)
{
	struct program p;
	(void)state;
	struct terminal *t = practice(&p, 24, 80);
	terminal_type(t, "C");
	terminal_await(t, "Organisation A");
	terminal_type(t, "=");
	terminal_await(t, "The same organisation as (label, domain, name or new name):");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_gone(t, "The same organisation as");
	terminal_type(t, ":quit" KEYS_ENTER);
	assert_int_equal(terminal_end(t), 0);
	program_release(&p);
}

/* How to end what is asked stands whole on the narrowest screen. */
static void hints_in(const char *language, const char *paste, const char *which, const char *field, const char *several)
{
	struct program p;
	program_init(&p);
	program_case(&p, "Hints");
	program_good(&p, "add", "asset", "hostname=PC-1", NULL);
	struct terminal *t = terminal_open(24, 80, NULL, "--lang", language, getenv("GENBA_CASE"), NULL);
	terminal_await(t, "Hints");
	terminal_type(t, "p");
	terminal_await(t, paste);
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_gone(t, paste);
	terminal_type(t, "3");
	terminal_await_row(t, 3, "PC-1");
	terminal_type(t, "b");
	terminal_await_row(t, -1, which);
	terminal_type(t, field);
	terminal_await_row(t, -1, field);
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, several);
	terminal_hang_up(t);
	terminal_end(t);
	program_release(&p);
}

static void hints_are_seen_whole(void **state)
{
	(void)state;
	hints_in("en", "Paste a text: indicators in it are offered  Ctrl-S keeps it · Esc leaves it", "Set which field",
	         "Evidence", "Ctrl-S: all marked · Esc ends");
	hints_in("ja", "侵害指標を拾い出す文章を貼り付け  Ctrl-S で保存 · Enter で改行 · Esc で中止", "設定する項目",
	         "根拠となる証拠", "Ctrl-S で印のもの · Esc で中止");
}

/* A time without its zone is another time. */
static void a_time_with_its_zone(void **state)
{
	struct program p;
	(void)state;
	program_init(&p);
	setenv("GENBA_TEST_CLOCK", "2026-11-23T14:05:09+09:00", 1);
	program_case(&p, "Slow terminal in personnel");
	program_good(&p, "note", "the fan has run at full speed since Monday, and the screen is slow", NULL);
	struct terminal *t = terminal_open(24, 80, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await(t, "Board");
	terminal_type(t, "6");
	terminal_await(t, "2026-11-23 14:05:09+09:00");
	terminal_await(t, "the fan has run at full spe");
	terminal_type(t, "5");
	terminal_await_row(t, 1, "Timeline");
	terminal_type(t, "a"); /* and one that is typed without is told which it gets */
	terminal_await_row(t, 1, "New: Event");
	terminal_type(t, "j" KEYS_ENTER);
	terminal_await(t, "no zone typed: +09:00, as this machine");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_gone(t, "no zone typed");
	terminal_type(t, ":quit" KEYS_ENTER);
	assert_int_equal(terminal_end(t), 0);
	program_release(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_longer_name_among_many), cmocka_unit_test(a_long_word_in_one_row),
	    cmocka_unit_test(columns_of_few_values),    cmocka_unit_test(long_rows_of_the_chain),
	    cmocka_unit_test(a_long_question),          cmocka_unit_test(a_time_with_its_zone),
	    cmocka_unit_test(hints_are_seen_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
