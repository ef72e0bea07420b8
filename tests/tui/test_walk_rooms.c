/*
 * From room to room without typing a label: what a key leads to begins at what belongs to the record under the cursor, and the
 * key of the room before leads back, as Backspace does to the very row; from a record's own page a measure, contact or decision
 * is made about it.
 */
#include "help_walk.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct walk w;

static int cursor_is_on(struct terminal *t, void *ctx)
{
	int row, column, visible;
	struct buf line = BUF_INIT;
	terminal_cursor_at(t, &row, &column, &visible);
	terminal_row(t, row, &line);
	int on = strstr(line.data, (const char *)ctx) != NULL;
	buf_release(&line);
	return on;
}

/* The key leads to the room, and the cursor stands on that record there. */
static void leads_to(const char *key, const char *en, const char *ja, const char *label)
{
	char text[48];
	snprintf(text, sizeof text, "%s", label);
	walk_press_row(&w, key, 1, en, ja);
	terminal_await_that(w.t, cursor_is_on, text, label);
}

/* From the record's page: what follows from it, which is about it. */
static void follows(const char *choice_en, const char *choice_ja, const char *label)
{
	walk_press(&w, "c", "What follows from it", "ここから作成");
	walk_text(&w, WALK_SAYS(&w, choice_en, choice_ja));
	walk_press_row(&w, KEYS_ENTER, 1, "New: ", "新規: ");
	terminal_await(w.t, label);
	walk_press_gone(&w, KEYS_ESCAPE, "New: ", "新規: ");
}

static void rooms(const char *language)
{
	int ja = strcmp(language, "ja") == 0;
	walk_begin(&w, ja);
	program_demo(&w.program, ja ? "ja" : "en");
	walk_open(&w, program_file(&w.program, "practice/practice.genba"));
	/* a finding of terminal A's disk; a row of it becomes an event */
	walk_press(&w, "4", "Evidence · 7", "証拠 · 7");
	walk_press(&w, "j", "terminal-a-disk.img ──", "terminal-a-disk.img ──");
	walk_press(&w, "t", "R1-FD1  execution.double-extension", "R1-FD1  execution.double-extension");
	walk_press(&w, "]", "persistence.run-key", "persistence.run-key");
	walk_press_row(&w, "p", 1, "R1-V12", "R1-V12");
	terminal_await(w.t, "→ R1-FD3"); /* it says out of which */
	/* back to the finding, on to the event, and from there to machine, evidence, indicator, mail, organisation */
	walk_press(&w, "T", "R1-FD3  persistence.run-key", "R1-FD3  persistence.run-key");
	leads_to("5", "Timeline", "時系列", "R1-V12");
	leads_to("3", "Asset", "資産", "R1-A1");
	leads_to("7", "Indicator", "侵害指標", "R1-I1");
	leads_to("3", "Asset", "資産", "R1-A1");
	leads_to("5", "Timeline", "時系列", "R1-A1"); /* what was done with it */
	walk_press(&w, "T", "R1-FD", "R1-FD");
	leads_to("4", "Evidence", "証拠", "R1-E2");
	leads_to("3", "Asset", "資産", "R1-A1");
	/* a machine's own page: what follows from it */
	walk_press_row(&w, KEYS_ENTER, 1, "R1-A1", "R1-A1");
	follows("Measure", "対策", "R1-A1");
	follows("Contact", "連絡記録", "R1-A1");
	follows("Decision", "決定", "R1-A1");
	follows("Event", "事象", "R1-A1");
	/* one search over records and observations */
	walk_press_row(&w, "1", 1, "Board", "ボード");
	walk_press_row(&w, "/", -1, "/", "/");
	walk_text(&w, "winup.exe");
	walk_press_row(&w, KEYS_ENTER, 1, "winup.exe", "winup.exe");
	terminal_await(w.t, "R1-FD3");
	terminal_await(w.t, WALK_SAYS(&w, "Observations", "観測データ"));
	walk_leave(&w);
	walk_end(&w, "from room to room");
}

/* Backspace: the room before, on the same record. */
static void back_to(const char *en, const char *ja, const char *label)
{
	leads_to(KEYS_BACKSPACE, en, ja, label);
}

/* A finding, the event and the indicator that are made of it, the sweep for it: there and back. */
static void from_a_finding(void)
{
	walk_press(&w, "4", "Evidence · 7", "証拠 · 7");
	walk_press(&w, "j", "terminal-a-disk.img ──", "terminal-a-disk.img ──");
	walk_press(&w, "t", "R1-FD1  execution.double-extension", "R1-FD1  execution.double-extension");
	walk_press(&w, "]", "R1-FD3  ", "R1-FD3  ");
	walk_press(&w, "]", "R1-FD9  ", "R1-FD9  ");
	walk_press(&w, "]", "R1-FD2  exfiltration.upload", "R1-FD2  exfiltration.upload");
	walk_press_row(&w, "p", 1, "R1-V12", "R1-V12");
	terminal_await(w.t, "→ R1-FD2");
	walk_press(&w, "T", "R1-FD2  exfiltration.upload", "R1-FD2  exfiltration.upload");
	leads_to("5", "Timeline", "時系列", "R1-V12");
	back_to("Triage", "簡易調査", "2014-07-10 11:24:31");
	walk_press(&w, "i", "[x] URL", "[x] URL");
	terminal_await(w.t, "hxxp://up[.]free-storage[.]example/put"); /* nothing to click */
	walk_press(&w, KEYS_ENTER, "1 indicator on record", "侵害指標 1件を");
	leads_to("7", "Indicator", "侵害指標", "R1-I3");
	walk_press_row(&w, KEYS_ENTER, 1, "R1-I3", "R1-I3");
	terminal_await(w.t, "→ R1-FD2"); /* what it came of */
	walk_press(&w, "T", "R1-FD2  exfiltration.upload", "R1-FD2  exfiltration.upload");
	walk_press_row(&w, KEYS_RIGHT, 1, "R1-FD2", "R1-FD2"); /* the finding's own page: what came of it */
	walk_press(&w, "G", "← R1-I3", "← R1-I3");
	terminal_await(w.t, "← R1-V12");
	walk_press(&w, KEYS_ESCAPE, "R1-FD2  exfiltration.upload", "R1-FD2  exfiltration.upload");
	walk_press_row(&w, "s", 1, "Sweep", "侵害指標の検索");
	terminal_await(w.t, "R1-K2"); /* its check, when it is done */
	terminal_await(w.t, "http://up.free");
	terminal_await(w.t, "1/3");
	walk_press(&w, KEYS_DOWN, "2/3", "2/3");
	walk_press(&w, KEYS_DOWN, "3/3", "3/3");
	leads_to("7", "Indicator", "侵害指標", "R1-I3");
	back_to("Sweep", "侵害指標の検索", "http://up.free");
}

/* A hit's machine, its user's mail, whom the mail speaks of, the chain, the contact, what is done, the report: there and back. */
static void from_a_hit(void)
{
	walk_press(&w, KEYS_UP, "2/3", "2/3");
	walk_press(&w, KEYS_UP, "1/3", "1/3");
	walk_press_row(&w, KEYS_ENTER, 1, "c2.example", "c2.example");
	walk_down_to(&w, 1, 6); /* of terminal B, in the proxy's log */
	leads_to("3", "Asset", "資産", "R1-A2");
	back_to("Sweep", "侵害指標の検索", "192.0.2.12");
	leads_to("4", "Evidence", "証拠", "R1-E4");
	back_to("Sweep", "侵害指標の検索", "192.0.2.12");
	leads_to("7", "Indicator", "侵害指標", "R1-I1");
	leads_to("W", "Sweep", "侵害指標の検索", "c2.example");
	walk_press_row(&w, KEYS_ENTER, 1, "c2.example", "c2.example");
	walk_down_to(&w, 1, 6);
	leads_to("3", "Asset", "資産", "R1-A2");
	leads_to("K", "Mail desk", "不審メール受付", "R1-L2");
	terminal_await(w.t, "R1-P4"); /* by way of its user */
	walk_press(&w, KEYS_UP, "2/4", "2/4");
	leads_to("3", "Asset", "資産", "R1-A2");
	terminal_await(w.t, "R1-P4");
	back_to("Mail desk", "不審メール受付", "R1-L3");
	walk_press(&w, KEYS_UP, "1/4", "1/4");
	leads_to("O", "Party", "関係者", "R1-P2"); /* who got it */
	leads_to("K", "Mail desk", "不審メール受付", "R1-L4");
	leads_to("C", "Chain", "連鎖", "R1-L4");
	leads_to("O", "Party", "関係者", "R1-P1"); /* below which it stands there */
	back_to("Chain", "連鎖", "R1-L4");
	leads_to("K", "Mail desk", "不審メール受付", "R1-L4");
	leads_to("O", "Party", "関係者", "R1-P2");
	leads_to("C", "Chain", "連鎖", "R1-P2");
	leads_to("H", "Contact", "連絡記録", "R1-C1");
	leads_to("C", "Chain", "連鎖", "R1-P2");
	back_to("Contact", "連絡記録", "R1-C1");
	walk_press_row(&w, KEYS_ENTER, 1, "R1-C1", "R1-C1");
	walk_press(&w, "c", "What follows from it", "ここから作成");
	walk_press_row(&w, KEYS_ENTER, 1, "New: ", "新規: ");
	walk_press_row(&w, KEYS_ENTER, -1, "What:", "内容:"); /* what is to be done a person says */
	walk_text(&w, "call again");
	walk_press_row(&w, KEYS_ENTER, 1, "draft kept", "下書き保存済み");
	walk_press_row(&w, KEYS_CTRL_S, 1, "R1-C1", "R1-C1");
	terminal_await(w.t, "← R1-M5"); /* what came of it */
	leads_to("8", "Measure", "対策", "R1-M5");
	walk_press_row(&w, KEYS_ENTER, 1, "R1-M5", "R1-M5");
	terminal_await(w.t, "→ R1-C1"); /* what it came of */
	leads_to("H", "Contact", "連絡記録", "R1-C1");
	walk_press_row(&w, KEYS_BACKSPACE, 1, "R1-M5", "R1-M5");
	walk_press_row(&w, "E", 1, "Exchange", "情報の提供と受入れ");
	walk_press(&w, "r", "> incident", "> インシデント報告");
	walk_press_gone(&w, KEYS_ESCAPE, "> incident", "> インシデント報告");
	walk_press_row(&w, KEYS_BACKSPACE, 1, "R1-M5", "R1-M5");
	walk_press_row(&w, KEYS_ESCAPE, 1, "Measure", "対策"); /* the list that the page lay on */
}

static void links(const char *language)
{
	int ja = strcmp(language, "ja") == 0;
	walk_begin(&w, ja);
	program_demo(&w.program, ja ? "ja" : "en");
	walk_open(&w, program_file(&w.program, "practice/practice.genba"));
	from_a_finding();
	from_a_hit();
	walk_press(&w, KEYS_UP, "4/5", "4/5"); /* where nothing belongs to the record it is said */
	walk_press(&w, "K", "nothing here belongs to R1-M4", "R1-M4 に関係するものはここにはありません");
	walk_leave(&w);
	walk_end(&w, "there and back");
}

int main(void)
{
	return walk_in_both(rooms) || walk_in_both(links);
}
