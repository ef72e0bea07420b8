/*
 * Section 3.2 played by keys, in both languages: first call, mails, the image of terminal A, the organisations and why, both
 * terminals isolated with who, when and how, evidence verified, handed over to a colleague who accepts, works and hands back
 * what is new, merged, the reports written and read, and the history read by stock git. Every key waits for what the one
 * before it led to; keys are counted (tests/tui/walks.md tells where one hesitates).
 */
#include "help_walk.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct walk w;

static const char *path_of(const char *file)
{
	return program_file(&w.program, file);
}

static void home(void)
{
	walk_press_row(&w, "1", 1, "Board", "ボード");
}

/* A question, its answer, and what is seen then. */
static void answer(const char *text, const char *en, const char *ja)
{
	walk_text(&w, text);
	walk_press(&w, KEYS_ENTER, en, ja);
}

/* The call, and the mails that it is about. */
static void call_and_mails(void)
{
	walk_press(&w, "n", "Ctrl-S", "Ctrl-S");
	walk_text(&w, WALK_SAYS(&w, "B called: mails in A's name", "Bから、A名義のメールとの連絡"));
	walk_press(&w, KEYS_CTRL_S, "R1-N4", "R1-N4");
	walk_press(&w, "K", "R1-L1", "R1-L1");
	walk_press(&w, KEYS_ENTER, "schedule.pdf.exe", "schedule.pdf.exe");
	walk_press_gone(&w, KEYS_ESCAPE, "schedule.pdf.exe", "schedule.pdf.exe");
	home();
}

/* When was A's terminal first infected, what went into the .rar, where was it uploaded? What says so becomes an event. */
static void golden_questions(void)
{
	walk_press(&w, "4", "Evidence · 7", "証拠 · 7");
	walk_press(&w, "j", "terminal-a-disk.img ──", "terminal-a-disk.img ──");
	walk_press(&w, "t", "R1-FD1  execution.double-extension", "R1-FD1  execution.double-extension");
	walk_press(&w, "]", "persistence.run-key", "persistence.run-key");
	walk_press(&w, "o", "2014-01-10 00:44:09Z MACB ProgramData/winup.exe",
	           "2014-01-10 00:44:09Z MACB ProgramData/winup.exe");
	walk_press(&w, KEYS_ESCAPE, "R1-FD3  persistence.run-key", "R1-FD3  persistence.run-key");
	walk_press(&w, "]", "lateral.explicit-credentials", "lateral.explicit-credentials");
	walk_press(&w, "]", "url=http://up.free-storage.example/put?name=a.rar",
	           "url=http://up.free-storage.example/put?name=a.rar");
	walk_press(&w, "p", "R1-V12", "R1-V12"); /* the upload, on record */
	walk_press(&w, KEYS_ESCAPE, "R1-FD2  exfiltration.upload", "R1-FD2  exfiltration.upload");
	walk_press(&w, "j", "collection.archiver", "collection.archiver");
	walk_press(&w, KEYS_ENTER, "R1-FD5  ", "R1-FD5  ");
	walk_press(&w, "j", "\\PROGRAMDATA\\T\\MINUTES.DOCX", "\\PROGRAMDATA\\T\\MINUTES.DOCX");
	home();
}

/* Which other organisations, and why: B is confirmed. */
static void organisations(void)
{
	walk_press(&w, "C", "R1-P2          ", "R1-P2          ");
	walk_down_to(&w, 1, 8); /* to B's own line */
	walk_press(&w, "y", "Confirm R1-P2; reason:", "R1-P2");
	answer(WALK_SAYS(&w, "got the mail, knew what is in it", "受信し、内容を知る立場"), "R1-H1 R1-H2",
	       "R1-H1 R1-H2");
	home();
}

/* Both terminals in one action: when, by whom, how. */
static void isolation(void)
{
	walk_press_row(&w, "3", 1, "Asset · 5", "資産 · 5");
	walk_press_row(&w, "m", 1, "1 marked", "印 1件");
	walk_press_row(&w, "m", 1, "2 marked", "印 2件");
	walk_press(&w, "i", "Isolation done: now", "隔離実施日時: 今");
	walk_press_gone(&w, KEYS_CTRL_U, "Isolation done: now", "隔離実施日時: 今");
	answer("2014-07-15T10:30+09:00", "Isolated by", "隔離実施者");
	answer("R1-P5", "How isolated:", "隔離方法:");
	answer("cable", "isolated: 2, in one", "2台の隔離");
	walk_press_row(&w, "g", -2, " 1/", " 1/");
	walk_press_row(&w, KEYS_ENTER, 1, "R1-A1", "R1-A1");
	terminal_await(w.t, WALK_SAYS(&w, "cable unplugged", "ケーブル抜線"));
	terminal_await(w.t, "2014-07-15");
	home();
}

/* The disk of each terminal is read again, and what came of it goes on record. */
static void verification(void)
{
	walk_press_row(&w, "4", 1, "Evidence · 7", "証拠 · 7");
	walk_press(&w, "V", "R1-E2: the same", "R1-E2: 一致");
	walk_press(&w, "j", "terminal-b-disk.img ──", "terminal-b-disk.img ──");
	walk_press(&w, "V", "R1-E3: the same", "R1-E3: 一致");
	home();
}

/* She takes it over, looks at the file server, and hands back what is new. */
static void colleague_works(const char *copy)
{
	walk_take_over(&w, copy);
	walk_press_row(&w, "3", 1, "Asset · 5", "資産 · 5");
	walk_press_row(&w, "g", -2, " 1/", " 1/");
	walk_down_to(&w, 1, 3);
	walk_press(&w, "n", "Ctrl-S", "Ctrl-S");
	walk_text(&w, WALK_SAYS(&w, "no trace of 10 January in its log", "1月10日の痕跡なし"));
	walk_press(&w, KEYS_CTRL_S, "R2-N2", "R2-N2"); /* the first is what did not come with the case */
	walk_hand_back(&w, "back.delta");
}

static void merge(const char *copy)
{
	walk_open(&w, path_of("practice/practice.genba"));
	walk_look_at_delta(&w, "back.delta");
	terminal_await(w.t, "R2-N2");
	walk_press_row(&w, "m", 1, "merge --", "merge --");
	home();
	walk_take_receipt(&w, copy); /* both cases say who holds what */
}

/* What the reports say, not only that they are there. */
static void reports_are_read(void)
{
	static const char *const said[][2] = {
	    {"up.free-storage", "up.free-storage"},                         /* where it was uploaded */
	    {"2014-07-15 10:30", "2014-07-15 10:30"},                       /* when it was cut off */
	    {"cable unplugged", "ケーブル抜線"},                            /* how */
	    {"Person who decides at organisation A", "組織Aの意思決定者"},  /* who */
	    {"got the mail, knew what is in it", "受信し、内容を知る立場"}, /* why B */
	    {"Organisation B", "組織B"},
	    {"terminal-a-disk.img", "terminal-a-disk.img"},
	};
	for (size_t i = 0; i < sizeof said / sizeof *said; i++)
		walk_file_says(&w, "incident.txt", said[i][w.ja]);
	/* one consultation, one rescue, nobody went there; the practice case says no dates, so in no quarter */
	walk_file_says(&w, "activity.txt", WALK_SAYS(&w, "Support on site unknown 1 1 0", "オンサイト支援 不明 1 1 0"));
}

static void walk(const char *language)
{
	walk_begin(&w, strcmp(language, "ja") == 0);
	program_demo(&w.program, language);
	walk_as_colleague(&w);
	walk_export_key(&w, "two.pub");
	walk_as_owner(&w);
	char *copy = xasprintf("%s/two.genba", w.program.dir);
	walk_open(&w, path_of("practice/practice.genba"));
	call_and_mails();
	golden_questions();
	organisations();
	isolation();
	verification();
	walk_hand_over(&w, "two.pub", copy);
	colleague_works(copy);
	merge(copy);
	walk_write_reports(&w);
	walk_leave(&w);
	reports_are_read();
	walk_history_is_good(&w, "history.git");
	program_good(&w.program, "verify", NULL);
	assert_true(w.keys < 250);
	walk_end(&w, "section 3.2");
	free(copy);
}

int main(void)
{
	return walk_in_both(walk);
}
