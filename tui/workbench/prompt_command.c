/*
 * The `:` line: completed by Tab, recalled by the arrows, with a line above it
 * that says what may follow.
 */
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "tui/command/command.h"
#include "tui/command/complete.h"
#include "tui/term/edit.h"
#include "tui/workbench/prompt.h"
#include "tui/workbench/workbench_private.h"

#include <stdlib.h>
#include <string.h>

#define LINES_KEPT 200

struct asking {
	struct workbench *wb;
	struct editing e;
	size_t recalled; /* place in wb->lines; their number: the line being typed */
	char *typed;     /* that line, while an older one is shown */
};

/* What is in front of the cursor, as a string that the caller frees. */
static char *front(const struct asking *a)
{
	return xstrndup(a->e.text.data, a->e.at);
}

/* `note [--on LABEL] TEXT… | -  write a note`, or why it cannot be done now. */
static void add_usage(const struct asking *a, const char *line, struct buf *out)
{
	char *name = xstrndup(line, strcspn(line, " "));
	const struct command *command = command_find(name);
	struct err why = ERR_INIT;
	free(name);
	if (!command)
		return;
	const char *refusal = command_refusal(a->wb->s, command, &why);
	if (!refusal && (command->flags & COMMAND_WRITES) && workbench_may_write(a->wb, &why) < 0)
		refusal = why.message;
	command_usage(command, out);
	buf_addf(out, "  —  %s", refusal ? refusal : i18n_text(command->summary));
}

/* Of a path its last part: what comes before is typed already. */
static const char *last_part(const char *word)
{
	size_t n = strlen(word);
	while (n > 1 && word[n - 2] != '/')
		n--;
	return n > 1 && strchr(word, '/') ? word + n - 1 : word;
}

/* What may follow, above the line: the candidates, or how the command is used. */
static void draw_hint(const struct asking *a)
{
	char *line = front(a);
	struct candidates c;
	struct buf hint = BUF_INIT;
	struct buf safe = BUF_INIT;
	complete_line(a->wb->s, line, &c);
	size_t n = json_array_size(c.words);
	const char *only = json_string_value(json_array_get(c.words, 0));
	if (n == 0 || (n == 1 && strcmp(only, line + c.from) == 0))
		add_usage(a, line, &hint);
	for (size_t i = 0; hint.len == 0 && i < n; i++)
		buf_addf(&safe, "%s%s", i ? "  " : "", last_part(json_string_value(json_array_get(c.words, i))));
	if (hint.len == 0)
		buf_add(&hint, safe.data, safe.len);
	buf_clear(&safe);
	buf_addc(&safe, ' ');
	printable_add(&safe, hint.data, hint.len, PRINTABLE_LINE);
	screen_put(screen_rows() - 2, 0, screen_columns(), TONE_BAR, safe.data);
	buf_release(&safe);
	buf_release(&hint);
	candidates_release(&c);
	free(line);
}

static void replace_word(struct asking *a, size_t from, const char *word, size_t n, int blank)
{
	struct buf line = BUF_INIT;
	buf_add(&line, a->e.text.data, from);
	buf_add(&line, word, n);
	if (blank)
		buf_addc(&line, ' ');
	size_t at = line.len;
	buf_adds(&line, a->e.text.data + a->e.at);
	buf_release(&a->e.text);
	a->e.text = line;
	a->e.at = at;
}

static void prompt_command_complete(struct asking *a)
{
	char *line = front(a);
	struct candidates c;
	complete_line(a->wb->s, line, &c);
	const char *first = json_string_value(json_array_get(c.words, 0));
	size_t common = candidates_common(&c);
	if (first && (json_array_size(c.words) == 1 || common > strlen(line + c.from))) {
		int whole = json_array_size(c.words) == 1 && common > 0 && !strchr("=/", first[common - 1]);
		replace_word(a, c.from, first, common, whole);
	}
	candidates_release(&c);
	free(line);
}

static void prompt_command_recall(struct asking *a, int older)
{
	size_t count = json_array_size(a->wb->lines);
	if ((older && a->recalled == 0) || (!older && a->recalled == count))
		return;
	if (a->recalled == count) {
		free(a->typed);
		a->typed = xstrdup(a->e.text.data);
	}
	a->recalled = older ? a->recalled - 1 : a->recalled + 1;
	const char *line = json_string_value(json_array_get(a->wb->lines, a->recalled));
	edit_set(&a->e, line ? line : a->typed);
}

static void prompt_command_remember(struct workbench *wb, const char *line)
{
	size_t count = json_array_size(wb->lines);
	const char *last = json_string_value(json_array_get(wb->lines, count - 1));
	if (!*line || (count > 0 && strcmp(last, line) == 0))
		return;
	if (count == LINES_KEPT)
		json_array_remove(wb->lines, 0);
	json_array_append_new(wb->lines, json_string(line));
}

/* 1: the line is given; -1: it is left; 0: go on. */
static int take_key(struct asking *a, int key)
{
	if (a->e.pasting && key < KEY_NOTHING) {
		edit_insert(&a->e,
		            key == KEY_RETURN ? ' ' : key); /* pasted lines become one; no pasted byte is a key */
		return 0;
	}
	if (key == KEY_RETURN)
		return 1;
	if (key == KEY_ESCAPE || key == KEY_HANGUP || key == CTRL('c') || (key == KEY_BACK && a->e.text.len == 0))
		return -1;
	if (key == '\t')
		prompt_command_complete(a);
	else if (key == KEY_GO_UP || key == CTRL('p'))
		prompt_command_recall(a, 1);
	else if (key == KEY_GO_DOWN || key == CTRL('n'))
		prompt_command_recall(a, 0);
	else
		edit_key(&a->e, key);
	return 0;
}

char *prompt_command(struct workbench *wb, const char *initial)
{
	struct asking a = {.wb = wb, .e = {.text = BUF_INIT}, .recalled = json_array_size(wb->lines)};
	int over = 0;
	edit_set(&a.e, initial ? initial : "");
	while (!over) {
		if (edit_may_draw(&a.e)) {
			workbench_draw(wb);
			draw_hint(&a);
			if (workbench_has_told(wb))
				workbench_draw_status(wb, screen_rows() - 3);
			prompt_draw_line(":", &a.e);
			screen_show();
		}
		over = take_key(&a, workbench_key(wb));
		if (over)
			buf_clear(&wb->status);
	}
	free(a.typed);
	if (over > 0) {
		prompt_command_remember(wb, a.e.text.data);
		return buf_take(&a.e.text, NULL);
	}
	buf_release(&a.e.text);
	return NULL;
}
