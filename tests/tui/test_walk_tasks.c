/*
 * The ways that are walked most, by somebody tired: at 80×24, in both languages, from what is there before to what is on
 * record. Keys are counted, without names, values and passphrases; more than the limit fails.
 * tests/tui/walks.md says where those who walked them hesitated, and what became of it.
 */
#include "help_walk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PRESS(w, en, ja, key) walk_press(w, key, en, ja)

/* A passphrase is not to be seen, and counts as little as a name. */
static void name(struct walk *w, const char *text)
{
	if (strcmp(text, PROGRAM_PASSPHRASE) == 0)
		terminal_type(w->t, text);
	else
		walk_text(w, text);
}

/* Letters that are keys here: words of commands, choices that are narrowed down. */
static void letters(struct walk *w, const char *text)
{
	w->keys += (unsigned)strlen(text);
	terminal_type(w->t, text);
	terminal_await(w->t, text);
}

/* A line of the shell: its words count, and Enter. */
static void shell(struct walk *w, const char *words)
{
	w->keys += (unsigned)strlen(words) + 1;
}

static void begin_case(struct walk *w, int ja)
{
	walk_begin(w, ja);
	program_case(&w->program, "Slow terminal");
	program_good(&w->program, "add", "asset", "hostname=JINJI-PC-03", "status=infected", NULL);
	program_good(&w->program, "add", "asset", "hostname=JINJI-PC-04", "status=suspected", NULL);
}

static void leave(struct walk *w)
{
	unsigned keys = w->keys; /* of the way itself */
	walk_leave(w);
	w->keys = keys;
}

/* ---- the walks */

static void from_nothing_to_hashed_evidence(struct walk *w)
{
	char path[160];
	char mail[160];
	snprintf(path, sizeof path, "%s/s.genba", w->program.dir);
	snprintf(mail, sizeof mail, "%s/mail.eml", w->program.dir);
	FILE *f = fopen(mail, "we");
	assert_non_null(f);
	fputs("Subject: hello\n\nbody\n", f);
	fclose(f);
	const char *language = w->ja ? "ja" : "en";
	const char *asks = "GENBA_PASSPHRASE_FILE="; /* unset: the person is asked */
	shell(w, "genba key new");
	w->t = terminal_open(24, 80, asks, "--lang", language, "key", "new", "--kdf", "interactive", NULL);
	terminal_await(w->t, w->ja ? "氏名" : "Your name");
	name(w, "Responder One");
	PRESS(w, "[R1]", "[R1]", KEYS_ENTER);
	PRESS(w, "New passphrase", "新しいパスフレーズ", KEYS_ENTER);
	name(w, PROGRAM_PASSPHRASE);
	PRESS(w, "Once more", "もう一度", KEYS_ENTER);
	name(w, PROGRAM_PASSPHRASE);
	PRESS(w, "Back it up now", "署名鍵を作成", KEYS_ENTER);
	assert_int_equal(terminal_end(w->t), 0);
	shell(w, "genba new ");
	w->t = terminal_open(24, 80, asks, "--lang", language, "new", path, NULL);
	terminal_await(w->t, w->ja ? "事案名" : "Title of the case");
	name(w, "Slow terminal");
	PRESS(w, "assphrase", "パスフレーズ", KEYS_ENTER);
	name(w, PROGRAM_PASSPHRASE);
	PRESS(w, "ecovery passphrase", "回復用", KEYS_ENTER);
	PRESS(w, "made: Slow terminal", "Slow terminal", KEYS_ENTER);
	assert_int_equal(terminal_end(w->t), 0);
	shell(w, "genba ");
	w->t = terminal_open(24, 80, asks, "--lang", language, path, NULL);
	terminal_await(w->t, w->ja ? "パスフレーズ" : "assphrase");
	name(w, PROGRAM_PASSPHRASE);
	PRESS(w, "Board", "ボード", KEYS_ENTER);
	PRESS(w, "Evidence", "証拠", "4");
	PRESS(w, ":preserve", ":preserve", "P");
	name(w, mail);
	PRESS(w, "In which form", "保管形式", KEYS_ENTER);
	PRESS(w, "R1-E1", "R1-E1", KEYS_ENTER); /* the hash is what is offered first */
	leave(w);
	walk_told(w, "nothing to the first hashed evidence", 60);
}

static void isolation_of_two_machines(struct walk *w)
{
	walk_open(w, getenv("GENBA_CASE"));
	PRESS(w, "Asset · 2", "資産 · 2", "3");
	PRESS(w, "1 marked", "印 1件", "m");
	PRESS(w, "2 marked", "印 2件", "m");
	PRESS(w, "Isolation done: now", "隔離実施日時: 今", "i");
	PRESS(w, "me: Responder One", "自分: Responder One", KEYS_ENTER);
	PRESS(w, "How isolated:", "隔離方法:", KEYS_ENTER);
	letters(w, "cable");
	PRESS(w, "isolated: 2", "2台の隔離", KEYS_ENTER);
	leave(w);
	walk_told(w, "two marked machines isolated, with time, person and method", 14);
	program_good(&w->program, "list", "asset", "--where",
	             "containment=isolated isolation_method=cable isolation_done: isolation_by:", "--json", NULL);
	assert_non_null(strstr(w->program.out.data, "R1-A1"));
	assert_non_null(strstr(w->program.out.data, "R1-A2"));
}

static void who_isolated_this_machine(struct walk *w)
{
	walk_open(w, getenv("GENBA_CASE"));
	PRESS(w, "Asset · 2", "資産 · 2", "3");
	PRESS(w, "R1-A1", "R1-A1", KEYS_ENTER);
	terminal_await(w->t, w->ja ? "隔離実施者" : "Isolated by");
	terminal_await(w->t, "Responder One");
	leave(w);
	walk_told(w, "who isolated this machine", 6);
}

static void an_approximate_event(struct walk *w)
{
	walk_open(w, getenv("GENBA_CASE"));
	PRESS(w, "Timeline", "時系列", "5");
	PRESS(w, "New: Event", "新規: 事象", "a");
	PRESS(w, "What happened:", "事象:", KEYS_ENTER);
	name(w, "Opened the mail");
	PRESS(w, "1 typed", "入力 1件", KEYS_ENTER);
	PRESS(w, "When:", "日時:", KEYS_ENTER);
	name(w, "2014-12~");
	PRESS(w, "2 typed", "入力 2件", KEYS_ENTER);
	PRESS(w, "R1-V1", "R1-V1", KEYS_CTRL_S);
	leave(w);
	walk_told(w, "an approximate event", 8);
	program_good(&w->program, "show", "R1-V1", "--json", NULL);
	assert_non_null(strstr(w->program.out.data, "2014-12~"));
}

static void handover_and_acceptance(struct walk *w)
{
	char key[160];
	char copy[160];
	walk_as_colleague(w);
	walk_export_key(w, "r2.pub");
	walk_as_owner(w);
	snprintf(key, sizeof key, "%s/r2.pub", w->program.dir);
	snprintf(copy, sizeof copy, "%s/c.genba", w->program.dir);
	walk_open(w, getenv("GENBA_CASE"));
	walk_press_row(w, ":", -1, ":", ":");
	letters(w, "han");
	PRESS(w, ":handover", ":handover", KEYS_TAB);
	PRESS(w, "Colleague's key", "同僚の鍵", KEYS_ENTER);
	name(w, key);
	PRESS(w, "read out to you?", "読み上げたものと同じ", KEYS_ENTER);
	PRESS(w, "New file for the colleague", "同僚に渡す新しいファイル", "y");
	name(w, copy);
	PRESS(w, "Folder for the evidence", "証拠のフォルダ", KEYS_ENTER);
	PRESS(w, "Ctrl-S", "Ctrl-S", KEYS_ENTER);
	PRESS(w, "c.genba", "c.genba", KEYS_CTRL_S);
	leave(w);
	walk_told(w, "a handover", 12);
	walk_as_colleague(w);
	walk_open(w, copy);
	PRESS(w, "Ctrl-S", "Ctrl-S", KEYS_ENTER); /* the first row: a handover that waits */
	PRESS(w, "receipt written", "引渡人に送って", KEYS_CTRL_S);
	leave(w);
	walk_told(w, "its acceptance", 8);
	program_good(&w->program, "-c", copy, "list", "transfer", "--where", "accepted:", NULL);
	assert_non_null(strstr(w->program.out.data, "R1-T1"));
}

/* ---- */

static void both_languages(void (*walk)(struct walk *w), void (*begins)(struct walk *w, int ja))
{
	for (int ja = 0; ja <= 1; ja++) {
		struct walk w;
		begins(&w, ja);
		walk(&w);
		program_release(&w.program);
	}
}

static void nothing_to_evidence(void **state)
{
	(void)state;
	both_languages(from_nothing_to_hashed_evidence, walk_begin);
}

static void isolation_and_who_did_it(void **state)
{
	(void)state;
	for (int ja = 0; ja <= 1; ja++) {
		struct walk w;
		begin_case(&w, ja);
		isolation_of_two_machines(&w);
		who_isolated_this_machine(&w);
		program_release(&w.program);
	}
}

static void events(void **state)
{
	(void)state;
	both_languages(an_approximate_event, begin_case);
}

static void handovers(void **state)
{
	(void)state;
	both_languages(handover_and_acceptance, begin_case);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_to_evidence),
	    cmocka_unit_test(isolation_and_who_did_it),
	    cmocka_unit_test(events),
	    cmocka_unit_test(handovers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
