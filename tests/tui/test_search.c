/*
 * One search over records and observations, as a reader would ask it: defanged or not, with either slash, in any case, by
 * network, day and id. What is looked for is the practice case after terminal A's disk was looked at and the indicators were
 * swept for.
 */
#include "help_walk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *typed;
	const char *record;      /* NULL: none */
	const char *observation; /* what a row of them holds; NULL: none is found */
} asked[] = {
    {"hxxp://c2[.]example", "R1-I1", "indicator=c2.example"},
    {"HTTP://C2.EXAMPLE", "R1-I1", "indicator=c2.example"},
    {"192[.]0[.]2[.]11", "R1-A1", "192.0.2.11"},
    {"192.0.2.0/24", "R1-A2", "192.0.2.12"},
    {"c:/programdata/WINUP.exe", "R1-FD3", "winup.exe"},
    {"ProgramData\\winup.exe", "R1-FD3", "winup.exe"},
    {"FS01", "R1-FD9", "FS01"},
    {"fs01", "R1-FD9", "FS01"},
    {"Staff-A", "R1-FD1", "staff-a"},
    {"2014-07-10", "R1-FD2", "R1-E2    2014-07-10T11:24:31Z"},
    {"2014/07/10 winup", "R1-FD7", "2014-07-10T"},
    {"8430DA77", "R1-E4", NULL}, /* the first digits of a digest, in upper case */
    {"o:b47ece88f0731057", "R1-FD2", "o:b47ece88f0731057"},
    {"B47ECE88F0731057", "R1-FD2", "o:b47ece88f0731057"},
    {"seminar", "R1-L1", "seminar"},
    {"ｃ２．ｅｘａｍｐｌｅ", "R1-I1", "indicator=c2.example"},
    {"4624", NULL, "4624 "},
};

static void found_as_it_is_asked(void **state)
{
	struct program p;
	(void)state;
	program_init(&p);
	program_demo(&p, "en");
	program_good(&p, "triage", "R1-E2", NULL);
	program_good(&p, "sweep", "--missing", NULL);
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		char row[64];
		program_good(&p, "find", asked[i].typed, "--limit", "400", NULL);
		snprintf(row, sizeof row, "%s ", asked[i].record ? asked[i].record : "");
		if (asked[i].record && !strstr(p.out.data, row))
			fail_msg("'%s' does not find %s:\n%s", asked[i].typed, asked[i].record, p.out.data);
		const char *rows = strstr(p.out.data, "Observations:");
		if (asked[i].observation && !(rows && strstr(rows, asked[i].observation)))
			fail_msg("'%s' does not find '%s':\n%s", asked[i].typed, asked[i].observation, p.out.data);
		if (!asked[i].observation && rows)
			fail_msg("'%s' finds observations:\n%s", asked[i].typed, rows);
	}
	assert_int_equal(program_run(&p, "find", "192.0.2.0/20", NULL), 0);
	assert_non_null(strstr(p.log.data, "is not looked for as a network"));
	program_release(&p);
}

/* The same in the workbench: a mail's address as it stands in the report; what was found of it; nothing, and where was looked. */
static void in_the_workbench(const char *language)
{
	struct walk w;
	int ja = strcmp(language, "ja") == 0;
	walk_begin(&w, ja);
	program_demo(&w.program, language);
	program_good(&w.program, "triage", "R1-E2", NULL);
	program_good(&w.program, "sweep", "--missing", NULL);
	walk_open(&w, program_file(&w.program, "practice/practice.genba"));
	walk_press_row(&w, "/", -1, "/", "/");
	walk_text(&w, "hxxp://up[.]free-storage[.]example/put");
	walk_press_row(&w, KEYS_ENTER, 1, "Found", "検索結果");
	terminal_await(w.t, "R1-FD2");
	terminal_await(w.t, WALK_SAYS(&w, "Observations", "観測データ"));
	terminal_await(w.t, "R1-E2    2014-07-10 11:24:31");
	terminal_await_row(w.t, 1, WALK_SAYS(&w, " · 1 record, ", " · 記録 1件、")); /* of what it counts */
	terminal_await_row(w.t, 1, WALK_SAYS(&w, "record, 5 observations", "、観測データ 5件"));
	walk_press_row(&w, "3", 1, "Asset", "資産");
	walk_press_row(&w, KEYS_BACKSPACE, 1, "free-storage", "free-storage"); /* what was found is found again */
	terminal_await(w.t, "R1-E2    2014-07-10 11:24:31");
	walk_press_row(&w, "/", -1, "/", "/");
	walk_text(&w, "192.0.0.0/12");
	walk_press(&w, KEYS_ENTER, "is not looked for as a network", "ネットワークとしては検索しません");
	walk_press_row(&w, "/", -1, "/", "/");
	walk_text(&w, "nowhere-at-all");
	walk_press(&w, KEYS_ENTER, "the bytes of evidence were not", "証拠の中身は検索していません");
	walk_leave(&w);
	walk_end(&w, "search");
}

static void in_english(void **state)
{
	(void)state;
	in_the_workbench("en");
}

static void in_japanese(void **state)
{
	(void)state;
	in_the_workbench("ja");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(found_as_it_is_asked),
	    cmocka_unit_test(in_english),
	    cmocka_unit_test(in_japanese),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
