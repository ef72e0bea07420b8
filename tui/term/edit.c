#include "tui/term/edit.h"

#include "base/printable.h"
#include "tui/term/screen.h"

#include <string.h>
#include <utf8proc.h>

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
	e->changed |= from != to;
	memmove(e->text.data + from, e->text.data + to, e->text.len - to);
	buf_truncate(&e->text, e->text.len - (to - from));
	if (e->text.len == 0)
		buf_clear(&e->text);
	e->at = from;
}

void edit_insert(struct editing *e, int c)
{
	utf8proc_uint8_t bytes[4];
	if (c <= 0 || c >= 0x110000)
		return;
	utf8proc_ssize_t n = utf8proc_encode_char(c, bytes);
	if (n <= 0 || e->text.len + (size_t)n > EDIT_LIMIT)
		return;
	size_t tail = e->text.len - e->at;
	buf_add(&e->text, bytes, (size_t)n);
	memmove(e->text.data + e->at + n, e->text.data + e->at, tail);
	memcpy(e->text.data + e->at, bytes, (size_t)n);
	e->at += (size_t)n;
	e->changed = 1;
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

void edit_key(struct editing *e, int key)
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
	case KEY_PAGE_UP:
	case KEY_PAGE_DOWN:
		for (int i = 0; i < EDIT_PAGE; i++)
			e->at = other_line(e, key == KEY_PAGE_DOWN);
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
			edit_insert(e, key);
	}
}

int edit_may_draw(const struct editing *e)
{
	return !e->pasting && !screen_pending();
}

void edit_set(struct editing *e, const char *text)
{
	buf_clear(&e->text);
	buf_adds(&e->text, text);
	e->at = e->text.len;
}

void edit_lay_out(const struct editing *e, int cells, struct buf *rows, int *cursor_row, int *cursor_column)
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
