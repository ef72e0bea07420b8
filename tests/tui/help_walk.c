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
