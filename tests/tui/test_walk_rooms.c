/*
 * From room to room without typing a label: what a key leads to begins at what belongs to the record under the cursor, and the
 * key of the room before leads back; from a record's own page a measure, contact or decision is made about it.
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
	char text[16];
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

int main(void)
{
	return walk_in_both(rooms);
}
