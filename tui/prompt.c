#include "tui/prompt.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/fold.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "tui/screen.h"
#include "tui/workbench_private.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

/* ---- text under the cursor */

struct editing {
	struct buf text;
	size_t at; /* byte offset of the cursor, at a character's beginning */
	int pasting;
};

static size_t step_back(const struct editing *e, size_t at)
{
	while (at > 0 && ((unsigned char)e->text.data[--at] & 0xC0) == 0x80)
		;
	return at;
}

static size_t step_on(const struct editing *e, size_t at)
{
	if (at < e->text.len)
		at++;
	while (at < e->text.len && ((unsigned char)e->text.data[at] & 0xC0) == 0x80)
		at++;
	return at;
}

static void cut(struct editing *e, size_t from, size_t to)
{
	memmove(e->text.data + from, e->text.data + to, e->text.len - to);
	buf_truncate(&e->text, e->text.len - (to - from));
	if (e->text.len == 0)
		buf_clear(&e->text);
	e->at = from;
}

static void insert(struct editing *e, int c)
{
	utf8proc_uint8_t bytes[4];
	utf8proc_ssize_t n = utf8proc_encode_char(c, bytes);
	if (n <= 0 || e->text.len + (size_t)n > PROMPT_LIMIT)
		return;
	size_t tail = e->text.len - e->at;
	buf_add(&e->text, bytes, (size_t)n);
	memmove(e->text.data + e->at + n, e->text.data + e->at, tail);
	memcpy(e->text.data + e->at, bytes, (size_t)n);
	e->at += (size_t)n;
}

static size_t line_start(const struct editing *e, size_t at)
{
	while (at > 0 && e->text.data[at - 1] != '\n')
		at--;
	return at;
}

static size_t line_end(const struct editing *e, size_t at)
{
	while (at < e->text.len && e->text.data[at] != '\n')
		at++;
	return at;
}

/* The place in the line above or below, at the same distance from its beginning. */
static size_t other_line(const struct editing *e, int down)
{
	size_t start = line_start(e, e->at);
	size_t column = e->at - start;
	size_t to;
	if (down) {
		size_t end = line_end(e, e->at);
		if (end == e->text.len)
			return e->at;
		to = end + 1;
	} else {
		if (start == 0)
			return e->at;
		to = line_start(e, start - 1);
	}
	size_t last = line_end(e, to);
	to = to + column < last ? to + column : last;
	while (to > 0 && to < e->text.len && ((unsigned char)e->text.data[to] & 0xC0) == 0x80)
		to--;
	return to;
}

/* Keys that every kind of text understands. */
static void edit_key(struct editing *e, int key)
{
	switch (key) {
	case KEY_GO_LEFT:
		e->at = step_back(e, e->at);
		break;
	case KEY_GO_RIGHT:
		e->at = step_on(e, e->at);
		break;
	case KEY_FIRST:
	case CTRL('a'):
		e->at = line_start(e, e->at);
		break;
	case KEY_LAST:
	case CTRL('e'):
		e->at = line_end(e, e->at);
		break;
	case KEY_GO_UP:
		e->at = other_line(e, 0);
		break;
	case KEY_GO_DOWN:
		e->at = other_line(e, 1);
		break;
	case KEY_BACK:
		if (e->at > 0)
			cut(e, step_back(e, e->at), e->at);
		break;
	case KEY_REMOVE:
		if (e->at < e->text.len)
			cut(e, e->at, step_on(e, e->at));
		break;
	case CTRL('u'):
		cut(e, line_start(e, e->at), e->at);
		break;
	case CTRL('w'): {
		size_t from = e->at;
		while (from > 0 && e->text.data[from - 1] == ' ')
			from--;
		while (from > 0 && e->text.data[from - 1] != ' ' && e->text.data[from - 1] != '\n')
			from--;
		cut(e, from, e->at);
		break;
	}
	case KEY_PASTE_BEGIN:
		e->pasting = 1;
		break;
	case KEY_PASTE_END:
		e->pasting = 0;
		break;
	default:
		if (key >= 0x20 && key < 0x110000 && key != 127)
			insert(e, key);
	}
}

/* ---- one line */

static void draw_line(const char *question, const struct editing *e, int secret)
{
	int row = screen_rows() - 1;
	int columns = screen_columns();
	struct buf before = BUF_INIT;
	struct buf line = BUF_INIT;
	if (secret) {
		for (size_t i = 0; i < e->text.len; i = step_on(e, i))
			buf_adds(&line, "•");
		buf_adds(&before, line.data);
	} else {
		printable_add(&before, e->text.data, e->at, PRINTABLE_LINE);
		printable_add(&line, e->text.data, e->text.len, PRINTABLE_LINE);
	}
	int asked = (int)text_width(question);
	if (asked > columns / 2)
		asked = columns / 2;
	int room = columns - asked - 1;
	int cursor = (int)text_width(before.data);
	int skip = cursor >= room ? cursor - room + 1 : 0; /* the end of a long line stays in sight */
	size_t used;
	size_t from = text_fit(line.data, (size_t)skip, &used);
	screen_put(row, 0, asked, TONE_HEADING, question);
	screen_put(row, asked, columns - asked, TONE_PLAIN, line.data + from);
	screen_cursor(row, asked + cursor - (int)used);
	buf_release(&line);
	buf_release(&before);
}

static char *ask_line(struct workbench *wb, const char *question, const char *initial)
{
	struct editing e = {.text = BUF_INIT};
	buf_adds(&e.text, initial ? initial : "");
	e.at = e.text.len;
	for (;;) {
		workbench_draw(wb);
		draw_line(question, &e, 0);
		screen_show();
		int key = workbench_key(wb);
		if (key == KEY_RETURN && e.pasting)
			insert(&e, ' '); /* pasted lines become one */
		else if (key == KEY_RETURN)
			return buf_take(&e.text, NULL);
		else if (key == KEY_ESCAPE || key == KEY_HANGUP || key == CTRL('c'))
			break;
		else
			edit_key(&e, key);
	}
	buf_release(&e.text);
	return NULL;
}

/* ---- several lines */

/* Where the cursor is, in the text broken into rows of `cells`; and the text itself. */
static void lay_out(const struct editing *e, int cells, struct buf *rows, int *cursor_row, int *cursor_column)
{
	struct buf before = BUF_INIT;
	struct buf shown = BUF_INIT;
	printable_add(&shown, e->text.data, e->text.len, PRINTABLE_KEEP_NEWLINES);
	printable_add(&before, e->text.data, e->at, PRINTABLE_KEEP_NEWLINES);
	int row = 0;
	int column = 0;
	size_t cursor = before.len;
	*cursor_row = *cursor_column = 0;
	for (size_t i = 0; i <= shown.len;) {
		if (i == cursor) {
			*cursor_row = row;
			*cursor_column = column;
		}
		if (i == shown.len)
			break;
		size_t n = 1;
		while (i + n < shown.len && ((unsigned char)shown.data[i + n] & 0xC0) == 0x80)
			n++;
		int width = (int)text_width_n(shown.data + i, n);
		if (shown.data[i] == '\n' || column + width > cells) {
			buf_addc(rows, '\n');
			row++;
			column = 0;
		}
		if (shown.data[i] != '\n') {
			if (i == cursor) {
				*cursor_row = row;
				*cursor_column = column;
			}
			buf_add(rows, shown.data + i, n);
			column += width;
		}
		i += n;
	}
	buf_release(&shown);
	buf_release(&before);
}

static void draw_editor(const char *question, const struct editing *e)
{
	int height = screen_rows() / 2;
	int columns = screen_columns();
	int top = screen_rows() - height;
	struct buf rows = BUF_INIT;
	int cursor_row;
	int cursor_column;
	lay_out(e, columns - 1, &rows, &cursor_row, &cursor_column);
	struct buf heading = BUF_INIT;
	buf_addf(&heading, " %s  %s", question, _("Ctrl-S keeps it · Esc leaves it"));
	screen_put(top - 1, 0, columns, TONE_BAR, heading.data);
	int first = cursor_row >= height ? cursor_row - height + 1 : 0;
	char *line = rows.data;
	for (int i = 0; i < first + height; i++) {
		size_t n = line ? strcspn(line, "\n") : 0;
		char *text = line ? xstrndup(line, n) : xstrdup("");
		if (i >= first)
			screen_put(top + i - first, 0, columns, TONE_PLAIN, text);
		free(text);
		line = line && line[n] ? line + n + 1 : NULL;
	}
	screen_cursor(top + cursor_row - first, cursor_column);
	buf_release(&heading);
	buf_release(&rows);
}

static char *ask_lines(struct workbench *wb, const char *question, const char *initial)
{
	struct editing e = {.text = BUF_INIT};
	buf_adds(&e.text, initial ? initial : "");
	e.at = e.text.len;
	for (;;) {
		if (!e.pasting) {
			workbench_draw(wb);
			draw_editor(question, &e);
			screen_show();
		}
		int key = workbench_key(wb);
		if (key == CTRL('s') || key == CTRL('d'))
			return buf_take(&e.text, NULL);
		if (key == KEY_RETURN)
			insert(&e, '\n');
		else if (key == '\t')
			insert(&e, ' ');
		else if (key == KEY_HANGUP ||
		         ((key == KEY_ESCAPE || key == CTRL('c')) && (e.text.len == 0 || prompt_yes(wb, _("Leave this text? (y/n) ")))))
			break;
		else if (key != KEY_ESCAPE)
			edit_key(&e, key);
	}
	buf_release(&e.text);
	return NULL;
}

char *prompt_text(struct workbench *wb, const char *question, const char *initial, int several_lines)
{
	return several_lines ? ask_lines(wb, question, initial) : ask_line(wb, question, initial);
}

/* ---- yes or no, passphrase */

int prompt_yes(struct workbench *wb, const char *question)
{
	workbench_draw(wb);
	screen_put(screen_rows() - 1, 0, screen_columns(), TONE_ATTENTION, question);
	screen_cursor(screen_rows() - 1, (int)text_width(question));
	screen_show();
	for (;;) {
		int key = workbench_key(wb);
		if (key == 'y' || key == 'Y')
			return 1;
		if (key != KEY_NOTHING && key != KEY_SIZE && key != KEY_WORK)
			return 0;
	}
}

int prompt_passphrase(struct workbench *wb, const char *question, struct secret *passphrase)
{
	char *line = secret_alloc(SECRET_LIMIT + 1);
	size_t n = 0;
	size_t shown = 0;
	int rc = -1;
	for (;;) {
		workbench_draw(wb);
		struct buf dots = BUF_INIT;
		for (size_t i = 0; i < shown; i++)
			buf_adds(&dots, "•");
		screen_put(screen_rows() - 1, 0, screen_columns(), TONE_HEADING, question);
		int column = (int)text_width(question);
		screen_put(screen_rows() - 1, column, screen_columns() - column, TONE_PLAIN, dots.data);
		screen_cursor(screen_rows() - 1, column + (int)shown);
		screen_show();
		buf_release(&dots);
		int key = workbench_key(wb);
		utf8proc_uint8_t bytes[4];
		if (key == KEY_RETURN) {
			secret_set(passphrase, line, n);
			rc = 0;
			break;
		}
		if (key == KEY_ESCAPE || key == KEY_HANGUP || key == CTRL('c'))
			break;
		if (key == CTRL('u')) {
			n = shown = 0;
		} else if (key == KEY_BACK && n > 0) {
			while (n > 0 && ((unsigned char)line[--n] & 0xC0) == 0x80)
				;
			shown--;
		} else if (key >= 0x20 && key < 0x110000 && key != 127 && n + 4 < SECRET_LIMIT) {
			utf8proc_ssize_t size = utf8proc_encode_char(key, bytes);
			memcpy(line + n, bytes, size > 0 ? (size_t)size : 0);
			n += size > 0 ? (size_t)size : 0;
			shown++;
		}
	}
	secret_free(line);
	return rc;
}

/* ---- a choice */

static int matches(const char *choice, const char *typed)
{
	if (!*typed)
		return 1;
	char *a = text_fold_dup(choice);
	char *b = text_fold_dup(typed);
	int found = strstr(a, b) != NULL;
	free(a);
	free(b);
	return found;
}

struct choosing {
	const char *const *choices;
	size_t count;
	size_t *shown; /* indexes of those that match */
	size_t shown_count;
	size_t selected; /* among the shown */
};

static void narrow(struct choosing *c, const char *typed)
{
	c->shown_count = 0;
	for (size_t i = 0; i < c->count; i++)
		if (matches(c->choices[i], typed))
			c->shown[c->shown_count++] = i;
	if (c->selected >= c->shown_count)
		c->selected = c->shown_count ? c->shown_count - 1 : 0;
}

static void draw_choices(const struct choosing *c, const char *question, const struct editing *e)
{
	int height = screen_rows() / 2;
	int columns = screen_columns();
	int top = screen_rows() - 1 - height;
	size_t first = c->selected >= (size_t)height ? c->selected - (size_t)height + 1 : 0;
	screen_put(top - 1, 0, columns, TONE_BAR, _(" Type to narrow down · ↑↓ choose · Enter takes it · Esc leaves"));
	for (int i = 0; i < height; i++) {
		size_t k = first + (size_t)i;
		struct buf line = BUF_INIT;
		if (k < c->shown_count) {
			buf_adds(&line, k == c->selected ? "> " : "  ");
			printable_add(&line, c->choices[c->shown[k]], strlen(c->choices[c->shown[k]]), PRINTABLE_LINE);
		}
		screen_put(top + i, 0, columns, k < c->shown_count && k == c->selected ? TONE_SELECTED : TONE_PLAIN, line.data);
		buf_release(&line);
	}
	draw_line(question, e, 0);
}

int prompt_choice(struct workbench *wb, const char *question, const char *const *choices, size_t count, int selected,
                  char **other)
{
	struct choosing c = {choices, count, xcalloc(count, sizeof *c.shown), 0, 0};
	struct editing e = {.text = BUF_INIT};
	int result = -1;
	narrow(&c, "");
	c.selected = selected >= 0 && (size_t)selected < c.shown_count ? (size_t)selected : 0;
	for (;;) {
		workbench_draw(wb);
		draw_choices(&c, question, &e);
		screen_show();
		int key = workbench_key(wb);
		if (key == KEY_RETURN) {
			if (c.shown_count) {
				result = (int)c.shown[c.selected];
			} else if (other && e.text.len) {
				*other = xstrdup(e.text.data);
				result = -2;
			}
			break;
		}
		if (key == KEY_ESCAPE || key == KEY_HANGUP || key == CTRL('c'))
			break;
		if (key == KEY_GO_DOWN && c.selected + 1 < c.shown_count)
			c.selected++;
		else if (key == KEY_GO_UP && c.selected > 0)
			c.selected--;
		else if (key != KEY_GO_DOWN && key != KEY_GO_UP) {
			size_t before = e.text.len;
			edit_key(&e, key);
			if (e.text.len != before)
				c.selected = 0;
			narrow(&c, e.text.data);
		}
	}
	buf_release(&e.text);
	free(c.shown);
	return result;
}
