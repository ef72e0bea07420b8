/*
 * How each view of the workbench looks: the practice case in English and Japanese, on a small and a large terminal,
 * compared with its golden (help_screen.h says how to write them anew).
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

/* What stands in the second row is awaited first, by its language; NULL: the golden is the wait. */
struct shot {
	const char *name;
	const char *keys;
	const char *en;
	const char *ja;
};

static const struct shot shots[] = {
    {"board", "", NULL, NULL},
    {"evidence", "4j", "Evidence · 7", "証拠 · 7"},
    {"evidence-detail", KEYS_ENTER "G", "R1-E2", "R1-E2"},
    {"work", "w", "Work under way", "実行中の作業"},
    {"timeline", "5", "Timeline", "時系列"},
    {"timeline-relative", "t", "base date", "基準日"},
    {"timeline-lanes", "L", NULL, NULL},
    {"flow", "A", "Flow", NULL},
    {"brief", "B", "Brief", "概況"},
    {"chain", "C", "Chain", "連鎖"},
    {"chain-graph", "g", NULL, NULL},
    {"chain-form", "gc", "typed, draft kept", "下書き保存済み"},
    {"chain-again", KEYS_ESCAPE, "Chain", "連鎖"},
    {"assets", "3", "Asset · 5", "資産 · 5"},
    {"assets-marked", "m", "1 marked", NULL},
    {"asset", KEYS_ENTER, "R1-A2", "R1-A2"},
    {"asset-form", "e", "Change", NULL},
    {"asset-form-all", "m", NULL, NULL},
    {"notes", KEYS_ESCAPE "6", "Note", NULL},
    {"note-form", "a", "New", NULL},
    {"indicators", KEYS_ESCAPE "7", "Indicator", NULL},
    {"measures", "8", "Measure", NULL},
    {"measure-form", "a", "New", NULL},
    {"search", KEYS_ESCAPE "0/example" KEYS_ENTER, NULL, NULL},
    {"news", ":diff" KEYS_ENTER, NULL, NULL},
    {"sweep", "W", "Sweep", "侵害指標の検索"},
    {"sweep-sums", "s", "Sweep", "侵害指標の検索"}, /* what was found is told below it */
    {"sweep-lines", KEYS_ENTER, "c2.example", "c2.example"},
    {"sweep-hosts", KEYS_ESCAPE "h", NULL, NULL},
    {"triage", KEYS_ESCAPE "T", "Triage", "簡易調査"},
    {"exchange", "E", "Exchange", "情報の提供と受入れ"},
    {"exchange-green", "t", "TLP:GREEN", "TLP:GREEN"},
    {"conflicts", ":resolve" KEYS_ENTER, NULL, NULL},
    {"history", "9", "History", "履歴"},
    {"action", "jjj" KEYS_ENTER, "Action", "操作"},
    {"board-as-of", "@", "READ ONLY", "閲覧専用"},
    {"note-prompt", "@3n", NULL, NULL},
    {"help-line", KEYS_ESCAPE ":no", NULL, NULL},
    {"playbook-none", KEYS_ESCAPE "2", "Playbook", "プレイブック"},
    {"playbook", ":play isolate --on R1-A2" KEYS_ENTER KEYS_ESCAPE "2", "R1-J1", "R1-J1"},
    {"step", KEYS_ENTER, "Step", "手順"},
};

static void look_at_all(const char *language, int rows, int columns)
{
	struct program p;
	int ja = strcmp(language, "ja") == 0;
	program_init(&p);
	program_demo(&p, language);
	struct terminal *t = terminal_open(rows, columns, NULL, "--lang", language, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, ja ? "ボード" : "Board");
	for (size_t i = 0; i < sizeof shots / sizeof *shots; i++) {
		const char *title = ja ? shots[i].ja : shots[i].en;
		char golden[80];
		terminal_type(t, shots[i].keys);
		if (title)
			terminal_await_row(t, 1, title);
		snprintf(golden, sizeof golden, "%s-%s-%dx%d", shots[i].name, language, columns, rows);
		terminal_golden(t, golden);
	}
	terminal_type(t,
	              KEYS_ESCAPE "1?"); /* no golden: it grows with each command, and is tested by what it must hold */
	terminal_await_row(t, 1, ja ? "ヘルプ" : "Help");
	terminal_quit(t);
	program_release(&p);
}

static void only_in_the_long_form(void)
{
	if (!getenv("GENBA_LONG"))
		skip(); /* ctest runs it as tui/test_goldens_long, labelled slow */
}

static void goldens_in_english_at_80x24(void **state)
{
	(void)state;
	look_at_all("en", 24, 80);
}

static void goldens_in_english_at_160x50(void **state)
{
	(void)state;
	only_in_the_long_form();
	look_at_all("en", 50, 160);
}

static void goldens_in_japanese_at_80x24(void **state)
{
	(void)state;
	look_at_all("ja", 24, 80);
}

static void goldens_in_japanese_at_160x50(void **state)
{
	(void)state;
	only_in_the_long_form();
	look_at_all("ja", 50, 160);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(goldens_in_english_at_80x24),
	    cmocka_unit_test(goldens_in_english_at_160x50),
	    cmocka_unit_test(goldens_in_japanese_at_80x24),
	    cmocka_unit_test(goldens_in_japanese_at_160x50),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
