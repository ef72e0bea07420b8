/*
 * A list out of Excel on a real pseudo-terminal, in both languages: its columns with their first rows, those asked for that no
 * heading tells, what wants a look, and what came of it, counts first. Nothing is written, nor remembered, before it was said.
 */
#include "help_case_screen.h"
#include "help_program.h"
#include "help_screen.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

static struct program program;
static char
    list[300]; /* a register as a Japanese office keeps it: CP932, a title above, a sum below, a double, a number */

static int set_up(void **state)
{
	(void)state;
	program_init(&program);
	program_case(&program, "List");
	program_good(&program, "add", "asset", "hostname=JINJI-PC-03", NULL);
	snprintf(list, sizeof list, "%s/lists/daicho-cp932.csv", getenv("GENBA_TEST_DATA"));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	program_release(&program);
	return 0;
}

/* By the key of the list of assets. */
static struct terminal *open_list(const char *language)
{
	int ja = strcmp(language, "ja") == 0;
	struct terminal *t = terminal_open(24, 80, NULL, "--lang", language, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, ja ? "ボード" : "Board");
	terminal_type(t, "3");
	terminal_await_row(t, 3, "JINJI-PC-03");
	terminal_type(t, "I");
	terminal_await_row(t, -1, ja ? "一覧のファイル" : "List (CSV");
	terminal_type(t, list);
	terminal_await_row(t, -1, "daicho");
	terminal_type(t, KEYS_ENTER);
	return t;
}

static void take_in(const char *language)
{
	char golden[60];
	int ja = strcmp(language, "ja") == 0;
	struct terminal *t = open_list(language);
	/* the heading that nothing knows is asked for, with its first rows */
	terminal_await_row(t, -1, "PC名称 =");
	terminal_await(t, "JINJI-PC-01 · JINJI-PC-02");
	terminal_type(t, ja ? "ホスト名" : "hostname");
	terminal_await_row(t, -1, ja ? "ホスト名" : "hostname");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "内線 =");
	terminal_await(t, "1201 · 1202");
	terminal_type(t, KEYS_ENTER); /* it is not taken in */
	terminal_await_row(t, -1, "設置場所 =");
	terminal_type(t, "site");
	terminal_await_row(t, -1, "site");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -2, "Ctrl-S");
	snprintf(golden, sizeof golden, "import-list-%s-80x24", language);
	terminal_golden(t, golden);
	/* the whole of it was shown, and nothing is on record */
	program_good(&program, "list", "asset", NULL);
	assert_null(strstr(program.out.data, "JINJI-PC-01"));
	terminal_type(t, KEYS_CTRL_S);
	terminal_await_row(t, 2, ja ? "8行を取り込み、3行を除外" : "8 rows taken in, 3 rejected"); /* counts first */
	terminal_await(t, ja ? "合計の行" : "row of sums");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 3, "JINJI-PC-03");
	terminal_quit(t);
	program_good(&program, "list", "asset", "--json", NULL);
	assert_non_null(strstr(program.out.data, "\"hostname\": \"JINJI-PC-08\""));
	assert_non_null(strstr(program.out.data, "\"asset_no\": \"A-008\""));
	assert_null(strstr(program.out.data, "\"1201\""));
	assert_null(strstr(program.out.data, "合計"));
	/* what was said was for this list only */
	assert_int_equal(program_run(&program, "import", "csv", list, "--dry-run", NULL), 2);
	assert_non_null(strstr(program.log.data, "no column gives hostname"));
}

static void a_list_is_taken_in_in_english(void **state)
{
	(void)state;
	take_in("en");
}

static void a_list_is_taken_in_in_japanese(void **state)
{
	(void)state;
	take_in("ja");
}

/*
 * The disk is full, as far as the program can tell, while a long list is taken in: it says so, nothing of the list is on record,
 * what was there is, the list stays as it was said, and is taken in once there is room.
 */
static void a_full_disk_takes_nothing(void **state)
{
	enum { ROWS = 3000, ROOM = 400 * 1024 };
	struct rlimit before;
	struct rlimit full;
	char long_list[300];
	(void)state;
	snprintf(long_list, sizeof long_list, "%s", program_file(&program, "long.csv"));
	FILE *f = fopen(long_list, "we");
	assert_non_null(f);
	fputs("hostname,department\n", f);
	for (int i = 0; i < ROWS; i++)
		fprintf(f, "PC-%05d,人事部\n", i);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	full = before;
	full.rlim_cur = ROOM;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
	struct terminal *t = terminal_open(24, 80, NULL, getenv("GENBA_CASE"), NULL);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, "3");
	terminal_await_row(t, 3, "JINJI-PC-03");
	terminal_type(t, "I");
	terminal_await_row(t, -1, "List (CSV");
	terminal_type(t, long_list);
	terminal_await_row(t, -1, "long.csv");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -2, "Ctrl-S");
	terminal_type(t, KEYS_CTRL_S);
	terminal_await(t, "cannot write the log");
	program_good(&program, "list", "asset", NULL);
	assert_null(strstr(program.out.data, "PC-00000"));
	assert_non_null(strstr(program.out.data, "JINJI-PC-03"));
	assert_int_equal(prlimit(terminal_pid(t), RLIMIT_FSIZE, &before, NULL), 0);
	terminal_type(t, KEYS_CTRL_S);
	terminal_await_row(t, 2, "3000 rows taken in");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 3, "JINJI-PC-03");
	terminal_quit(t);
	program_good(&program, "list", "asset", NULL);
	assert_non_null(strstr(program.out.data, "PC-02999"));
	program_good(&program, "verify", NULL);
}

/* Without the column that every record needs it is not taken in; what was said stays, also that it is to be remembered. */
static void what_is_refused_stays(void **state)
{
	(void)state;
	struct terminal *t = open_list("en");
	terminal_await_row(t, -1, "PC名称 =");
	terminal_type(t, KEYS_ESCAPE); /* none is asked for then */
	terminal_await_row(t, -2, "Ctrl-S");
	terminal_await(t, "? Enter says what");
	terminal_type(t, "r");
	terminal_await(t, "will be remembered");
	terminal_type(t, KEYS_CTRL_S);
	terminal_await(t, "no column is Name yet");
	terminal_await_row(t, 1, "Take in a list");
	terminal_await(t, "will be remembered");
	terminal_type(t, KEYS_DOWN);
	terminal_await_row(t, -2, "2/");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "PC名称 =");
	terminal_type(t, "hostname");
	terminal_await_row(t, -1, "hostname");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, 4, "Name");
	/* one field is one column: the one that had it is open again */
	terminal_type(t, KEYS_UP);
	terminal_await_row(t, -2, "1/");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "管理番号 =");
	terminal_type(t, "hostname");
	terminal_await(t, "(now: PC名称)");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, 3, "Name");
	terminal_await_row(t, 4, "? Enter says what");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "管理番号 =");
	terminal_type(t, "asset_no");
	terminal_await_row(t, -1, "asset_no");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, 3, "Inventory number");
	terminal_type(t, KEYS_DOWN);
	terminal_await_row(t, -2, "2/");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "PC名称 =");
	terminal_type(t, "hostname");
	terminal_await_row(t, -1, "hostname");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, 4, "Name");
	terminal_type(t, KEYS_CTRL_S);
	terminal_await_row(t, 2, "8 rows taken in");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 3, "JINJI-PC-03");
	terminal_quit(t);
	assert_int_equal(program_run(&program, "import", "csv", list, "--dry-run", NULL), 1); /* it was remembered */
	assert_non_null(strstr(program.out.data, "0 rows taken in, 11 rejected"));
}

/* A workbook is no list; the path stays to be mended. The command line leads to the same view. */
static void a_workbook_is_refused_kindly(void **state)
{
	(void)state;
	FILE *f = fopen(program_file(&program, "list.xlsx"), "we");
	assert_non_null(f);
	fputs("PK\003\004 and so on", f);
	fclose(f);
	struct terminal *t = terminal_open_case();
	char *line = xasprintf(":import csv %s" KEYS_ENTER, program_file(&program, "list.xlsx"));
	terminal_type(t, line);
	terminal_await(t, "this is an Excel workbook");
	terminal_await_row(t, -1, "list.xlsx");
	terminal_type(t, KEYS_CTRL_U);
	terminal_type(t, list);
	terminal_await_row(t, -1, "daicho");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "PC名称 =");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, -2, "Ctrl-S");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "Board");
	terminal_quit(t);
	program_good(&program, "list", "asset", NULL);
	assert_null(strstr(program.out.data, "JINJI-PC-01"));
	free(line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_list_is_taken_in_in_english, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_list_is_taken_in_in_japanese, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(what_is_refused_stays, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_workbook_is_refused_kindly, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_full_disk_takes_nothing, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
