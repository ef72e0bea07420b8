/*
 * The `:` line: completed by Tab, recalled by the arrows, with a line above it
 * that says what may follow.
 */
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "base/words.h"
#include "case/kind/kinds.h"
#include "tui/command/command.h"
#include "tui/command/complete.h"
#include "tui/command/complete_edit.h"
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

/* What may follow, above the line: the candidates, or how the command is used, whole. The rows that it takes. */
static int draw_hint(const struct asking *a)
{
	int rows = 1;
	char *line = front(a);
	struct candidates c;
	struct buf hint = BUF_INIT;
	struct buf safe = BUF_INIT;
	complete_line(a->wb->s, line, &c);
	if (complete_is_whole(&c, line))
		add_usage(a, line, &hint);
	int whole = hint.len > 0;
	if (hint.len == 0)
		complete_list(&c, &hint);
	buf_addc(&safe, ' ');
	printable_add(&safe, hint.data, hint.len, PRINTABLE_LINE);
	if (whole && text_width(safe.data) > (size_t)screen_columns())
		rows = workbench_draw_upwards(screen_rows() - 2, TONE_BAR, safe.data);
	else
		screen_put(screen_rows() - 2, 0, screen_columns(), TONE_BAR, safe.data);
	buf_release(&safe);
	buf_release(&hint);
	candidates_release(&c);
	free(line);
	return rows;
}

static void prompt_command_complete(struct asking *a)
{
	char *line = front(a);
	struct candidates c;
	complete_line(a->wb->s, line, &c);
	complete_put(&a->e, &c, 1);
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

/* Whether a word gives a secret: a field that holds one, or an option that is called so, whatever the command makes of it. */
static int gives_secret(const char *word)
{
	static const char *const options[] = {"--secret", "--password", "--passphrase"};
	size_t n = strcspn(word, "=");
	for (size_t i = 0; i < sizeof options / sizeof *options; i++)
		if (strlen(options[i]) == n && memcmp(word, options[i], n) == 0)
			return 1;
	char *name = xstrndup(word, strcspn(word, "+-="));
	int found = 0;
	for (size_t i = 0; word[n] && i < kind_count() && !found; i++) {
		const struct field *field = kind_field(kind_at(i), name);
		found = field && field->type == FIELD_SECRET;
	}
	free(name);
	return found;
}

static int is_secret_line(const char *line)
{
	struct words words;
	if (words_split(&words, line, NULL) < 0)
		return 1; /* nobody can say what is in it */
	int found = 0;
	for (size_t i = 0; i < words.count && !found; i++)
		found = gives_secret(words.items[i]);
	words_release(&words);
	return found;
}

static void prompt_command_remember(struct workbench *wb, const char *line)
{
	size_t count = json_array_size(wb->lines);
	const char *last = json_string_value(json_array_get(wb->lines, count - 1));
	if (!*line || (count > 0 && strcmp(last, line) == 0) || is_secret_line(line))
		return;
	if (count == LINES_KEPT)
		json_array_remove(wb->lines, 0);
	json_array_append_new(wb->lines, json_string(line));
}

/* 1: the line is given; -1: it is left; 0: go on. */
static int take_key(struct asking *a, int key)
{
	if (key == ':' && a->e.at == 0) /* typed again: the line is open */
		return 0;
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
			int hint = draw_hint(&a);
			if (workbench_has_told(wb))
				workbench_draw_status(wb, screen_rows() - 2 - hint);
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
