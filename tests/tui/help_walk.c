#include "help_walk.h"

#include "base/err.h"
#include "base/time/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SEEN_OF_TEXT 40 /* bytes of its end: the line may be longer than the screen is wide */

void walk_begin(struct walk *w, int ja)
{
	memset(w, 0, sizeof *w);
	w->ja = ja;
	w->rows = 24;
	w->columns = 80;
	program_init(&w->program);
	w->began = clock_steady();
}

void walk_end(struct walk *w, const char *name)
{
	print_message("%s, %s: %u keys, %u characters typed, %.1f s\n", name, WALK_SAYS(w, "en", "ja"), w->keys,
	              w->typed, clock_steady() - w->began);
	program_release(&w->program);
}

void walk_told(struct walk *w, const char *what, unsigned keys_most)
{
	print_message("%s, %s: %u keys (at most %u)\n", what, WALK_SAYS(w, "en", "ja"), w->keys, keys_most);
	assert_true(w->keys <= keys_most);
	w->keys = 0;
	w->typed = 0;
}

void walk_open(struct walk *w, const char *path)
{
	w->t = terminal_open(w->rows, w->columns, NULL, "--lang", WALK_SAYS(w, "en", "ja"), path, NULL);
	terminal_await_row(w->t, 1, WALK_SAYS(w, "Board", "ボード"));
}

void walk_leave(struct walk *w)
{
	walk_press_row(w, ":", -1, ":", ":");
	terminal_type(w->t, "q!" KEYS_ENTER);
	w->keys += 3;
	assert_int_equal(terminal_end(w->t), 0);
	w->t = NULL;
}

void walk_press(struct walk *w, const char *key, const char *en, const char *ja)
{
	w->keys++;
	terminal_type(w->t, key);
	terminal_await(w->t, WALK_SAYS(w, en, ja));
}

void walk_press_row(struct walk *w, const char *key, int row, const char *en, const char *ja)
{
	w->keys++;
	terminal_type(w->t, key);
	terminal_await_row(w->t, row, WALK_SAYS(w, en, ja));
}

void walk_press_gone(struct walk *w, const char *key, const char *en, const char *ja)
{
	w->keys++;
	terminal_type(w->t, key);
	terminal_await_gone(w->t, WALK_SAYS(w, en, ja));
}

void walk_down_to(struct walk *w, unsigned from, unsigned to)
{
	char place[24];
	for (unsigned row = from + 1; row <= to; row++) {
		snprintf(place, sizeof place, " %u/", row);
		walk_press_row(w, "j", -2, place, place);
	}
}

static unsigned characters(const char *text)
{
	unsigned n = 0;
	for (; *text; text++)
		n += ((unsigned char)*text & 0xC0) != 0x80;
	return n;
}

/* The end of the text that is sure to be seen; never the half of a character. */
static const char *end_of(const char *text)
{
	size_t n = strlen(text);
	const char *at = n > SEEN_OF_TEXT ? text + n - SEEN_OF_TEXT : text;
	while (((unsigned char)*at & 0xC0) == 0x80)
		at++;
	return at;
}

void walk_text(struct walk *w, const char *text)
{
	w->typed += characters(text);
	terminal_type(w->t, text);
	terminal_await(w->t, end_of(text));
}

void walk_command(struct walk *w, const char *line, const char *en, const char *ja)
{
	walk_press_row(w, ":", -1, ":", ":");
	walk_text(w, line);
	walk_press(w, KEYS_ENTER, en, ja);
}

void walk_export_key(struct walk *w, const char *file)
{
	char *path = xstrdup(program_file(&w->program, file));
	program_good(&w->program, "key", "export", NULL);
	FILE *f = fopen(path, "we");
	assert_non_null(f);
	fputs(w->program.out.data, f);
	fclose(f);
	free(path);
}

void walk_as_colleague(struct walk *w)
{
	char *own = xstrdup(getenv("XDG_DATA_HOME"));
	int is_new = !*w->home;
	snprintf(w->owner, sizeof w->owner, "%s", own);
	snprintf(w->home, sizeof w->home, "%s/hers", w->program.dir);
	setenv("XDG_DATA_HOME", w->home, 1);
	if (is_new)
		program_good(&w->program, "key", "new", "--name", "Responder Two", "--mark", "R2", "--kdf",
		             "interactive", NULL);
	free(own);
}

void walk_as_owner(struct walk *w)
{
	setenv("XDG_DATA_HOME", w->owner, 1);
}

/* ---- what ends each walk */

static void walk_answer(struct walk *w, const char *text, const char *en, const char *ja)
{
	walk_text(w, text);
	walk_press(w, KEYS_ENTER, en, ja);
}

static void walk_home(struct walk *w)
{
	walk_press_row(w, "1", 1, "Board", "ボード");
}

static void walk_exchange(struct walk *w, const char *key, const char *en, const char *ja)
{
	walk_press_row(w, "E", 1, "Exchange", "情報の提供");
	walk_press(w, key, en, ja);
}

void walk_hand_over(struct walk *w, const char *key, const char *copy)
{
	walk_exchange(w, "h", "Colleague's key", "同僚の鍵");
	walk_answer(w, program_file(&w->program, key), "read out to you?", "読み上げたものと同じ");
	walk_press(w, "y", "New file for the colleague", "同僚に渡す新しいファイル");
	walk_answer(w, copy, "Folder for the evidence", "証拠のフォルダ");
	walk_press(w, KEYS_ENTER, "Ctrl-S", "Ctrl-S");
	walk_press(w, KEYS_CTRL_S, "written and verified", "書き出して検証しました");
	walk_leave(w);
}

void walk_take_over(struct walk *w, const char *copy)
{
	walk_as_colleague(w);
	walk_open(w, copy);
	walk_press(w, KEYS_ENTER, "Ctrl-S", "Ctrl-S"); /* the first row: a handover that waits */
	walk_press(w, KEYS_CTRL_S, "receipt written", "引渡人に送って");
	walk_home(w);
}

void walk_hand_back(struct walk *w, const char *delta)
{
	walk_exchange(w, "h", "Colleague's key", "同僚の鍵");
	walk_answer(w, "R1", "> what is new", "> 新しい"); /* they have a copy */
	walk_press(w, KEYS_ENTER, "New file for the colleague", "同僚に渡す新しいファイル");
	walk_answer(w, program_file(&w->program, delta), " bytes; ", "バイト");
	walk_leave(w);
	walk_as_owner(w);
}

void walk_look_at_delta(struct walk *w, const char *delta)
{
	walk_exchange(w, "m", "Delta or copy", "同僚の差分");
	walk_text(w, program_file(&w->program, delta));
	walk_press_row(w, KEYS_ENTER, 1, "What would be merged", "統合の予定");
}

void walk_take_receipt(struct walk *w, const char *copy)
{
	char *receipt = xasprintf("%s.receipt", copy);
	walk_exchange(w, "i", "> receipt", "> receipt");
	walk_press(w, KEYS_ENTER, "File:", "ファイル:");
	walk_answer(w, receipt, "R1-T1", "R1-T1");
	walk_home(w);
	free(receipt);
}

void walk_write_reports(struct walk *w)
{
	walk_exchange(w, "r", "> incident", "> インシデント報告");
	walk_press(w, KEYS_ENTER, "> html", "> html");
	walk_answer(w, "text", "New file:", "新しいファイル:");
	walk_answer(w, program_file(&w->program, "incident.txt"), "written: ", "出力: ");
	walk_home(w);
	walk_press_row(w, "D", 1, "Desk", "相談窓口");
	walk_press(w, "w", "> html", "> html");
	walk_answer(w, "text", "New file:", "新しいファイル:");
	walk_answer(w, program_file(&w->program, "activity.txt"), "the report of activity is in", "活動報告を");
	walk_home(w);
	walk_exchange(w, "v", "New folder for the git", "git リポジトリの新しい");
	walk_answer(w, program_file(&w->program, "history.git"), "check it: git -C", "確認方法: git -C");
}

void walk_file_holds(struct walk *w, const char *file, const char *text)
{
	struct buf b = BUF_INIT;
	struct err err = ERR_INIT;
	if (buf_read_file(&b, program_file(&w->program, file), 32U << 20, &err) < 0)
		fail_msg("%s", err.message);
	if (!strstr(b.data, text))
		fail_msg("%s does not say '%s'", file, text);
	buf_release(&b);
}

static void put_without_blanks(const char *text, struct buf *out)
{
	for (; *text; text++)
		if (*text != ' ' && *text != '\n')
			buf_addc(out, *text);
}

void walk_file_says(struct walk *w, const char *file, const char *text)
{
	struct buf b = BUF_INIT;
	struct buf joined = BUF_INIT;
	struct buf wanted = BUF_INIT;
	struct err err = ERR_INIT;
	if (buf_read_file(&b, program_file(&w->program, file), 32U << 20, &err) < 0)
		fail_msg("%s", err.message);
	put_without_blanks(b.data, &joined);
	put_without_blanks(text, &wanted);
	if (!strstr(joined.data, wanted.data))
		fail_msg("%s does not say '%s':\n%s", file, text, b.data);
	buf_release(&wanted);
	buf_release(&joined);
	buf_release(&b);
}

void walk_history_is_good(struct walk *w, const char *folder)
{
	char *line = xasprintf("cd %s && export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null && "
	                       "git -C %s fsck --strict --no-progress >fsck.txt 2>&1 && "
	                       "for c in $(git -C %s rev-list --all); do "
	                       "git -C %s -c gpg.ssh.allowedSignersFile=$PWD/%s.allowed_signers verify-commit $c "
	                       "2>>verified.txt || exit 1; "
	                       "done && test -s verified.txt",
	                       w->program.dir, folder, folder, folder, folder);
	if (system(line) != 0)
		fail_msg("stock git does not find the history good: fsck.txt, verified.txt");
	free(line);
}

static void (*walk_of_both)(const char *language);

static void in_english(void **state)
{
	(void)state;
	walk_of_both("en");
}

static void in_japanese(void **state)
{
	(void)state;
	walk_of_both("ja");
}

int walk_in_both(void (*walk)(const char *language))
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(in_english), cmocka_unit_test(in_japanese)};
	walk_of_both = walk;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
