/* JSON lines: a value a line, so that a line that is damaged costs itself and no other. */
#include "outward/intake/json_walk.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#define PIECE 65536U

/* How deep brackets stand in each other, as far as texts in quotes tell them apart. */
static size_t depth_of(const char *text, size_t n)
{
	size_t depth = 0;
	size_t most = 0;
	int quoted = 0;
	for (size_t i = 0; i < n; i++) {
		char c = text[i];
		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == '{' || c == '['))
			most = ++depth > most ? depth : most;
		else if (!quoted && (c == '}' || c == ']') && depth)
			depth--;
	}
	return most;
}

/* The value of a line, or NULL and why. */
static json_t *read_line(const char *text, size_t n, const char **why)
{
	json_error_t at;
	size_t flags = JSON_DECODE_ANY | JSON_REJECT_DUPLICATES;
	if (depth_of(text, n) > JSON_DEPTH) {
		*why = _("it is nested deeper than 64 levels");
		return NULL;
	}
	*why = _("it cannot be read as JSON");
	json_t *value = json_loadb(text, n, flags, &at);
	if (!value && json_error_code(&at) == json_error_numeric_overflow)
		value = json_loadb(text, n, flags | JSON_DECODE_INT_AS_REAL, &at);
	return value;
}

int json_lines_is(const char *text, size_t n)
{
	const char *end = text + n;
	if (n >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
		text += 3;
	while (text < end) {
		const char *line = memchr(text, '\n', (size_t)(end - text));
		const char *why;
		json_t *value = *text == '{' ? read_line(text, (size_t)((line ? line : end) - text), &why) : NULL;
		int is = json_is_object(value);
		json_decref(value);
		if (is)
			return 1;
		text = line ? line + 1 : end;
	}
	return 0;
}

struct line_walk {
	const struct json_walk *walk;
	struct buf line;
	size_t number;
	int full;
};

static int give(struct line_walk *l, struct err *err)
{
	struct json_walk_path path = {.line = l->number};
	const char *why = _("it is larger than 4 MiB");
	size_t blank = 0;
	while (blank < l->line.len && strchr(" \t\r", l->line.data[blank]) && l->line.data[blank])
		blank++;
	if (blank == l->line.len)
		return 0;
	json_t *value = l->full ? NULL : read_line(l->line.data, l->line.len, &why);
	int rc = l->walk->value(l->walk->ctx, &path, value, value ? NULL : why, err);
	json_decref(value);
	return rc;
}

static void add(struct line_walk *l, const char *bytes, size_t n)
{
	if (l->line.len + n > JSON_LINE)
		l->full = 1;
	else if (!l->full)
		buf_add(&l->line, bytes, n);
}

int json_lines(const struct json_walk *walk, struct err *err)
{
	struct line_walk l = {.walk = walk, .line = BUF_INIT, .number = 1};
	char *piece = xmalloc(PIECE);
	ssize_t got;
	int first = 1;
	int rc = 0;
	while (rc == 0 && (got = walk->read(walk->ctx, piece, PIECE, err)) != 0) {
		if (got < 0) {
			rc = -1;
			break;
		}
		const char *at = piece;
		const char *end = piece + got;
		if (first && got >= 3 && memcmp(piece, "\xEF\xBB\xBF", 3) == 0)
			at += 3;
		first = 0;
		while (rc == 0 && at < end) {
			const char *stop = memchr(at, '\n', (size_t)(end - at));
			add(&l, at, (size_t)((stop ? stop : end) - at));
			at = stop ? stop + 1 : end;
			if (!stop)
				break;
			rc = give(&l, err);
			buf_clear(&l.line);
			l.full = 0;
			l.number++;
		}
	}
	if (rc == 0 && (l.line.len || l.full))
		rc = give(&l, err);
	buf_release(&l.line);
	free(piece);
	return rc;
}
