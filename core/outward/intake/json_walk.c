#include "outward/intake/json_walk.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

struct walker {
	const struct json_walk *walk;
	struct json_walk_path path;
	char bytes[65536];
	size_t at;
	size_t n;
	size_t line;
	size_t column;
	int ended;
	struct buf taken;
	struct err *err;
};

static int refuse(struct walker *w, const char *what)
{
	return err_set(w->err, ERR_INVALID, _("line %zu, column %zu: %s"), w->line, w->column, what);
}

/* The next character, which stays; -1 at the end, -2 with the error. */
static int peek(struct walker *w)
{
	if (w->at == w->n && !w->ended) {
		ssize_t got = w->walk->read(w->walk->ctx, w->bytes, sizeof w->bytes, w->err);
		if (got < 0)
			return -2;
		w->at = 0;
		w->n = (size_t)got;
		w->ended = got == 0;
	}
	return w->at < w->n ? (unsigned char)w->bytes[w->at] : -1;
}

static void take(struct walker *w)
{
	if (w->bytes[w->at++] == '\n') {
		w->line++;
		w->column = 1;
	} else {
		w->column++;
	}
}

static int skip_blanks(struct walker *w)
{
	int c;
	while ((c = peek(w)) == ' ' || c == '\t' || c == '\n' || c == '\r')
		take(w);
	return c;
}

/* Copies one string, quotes and escapes as they stand; what is longer than may be taken is passed over. */
static int copy_string(struct walker *w, int *full)
{
	int c;
	do {
		c = peek(w);
		if (c < 0)
			return c == -2 ? -1 : refuse(w, _("a text has no end"));
		if (w->taken.len >= JSON_WALK_TAKEN)
			*full = 1;
		if (!*full)
			buf_addc(&w->taken, (char)c);
		take(w);
		if (c == '\\') {
			c = peek(w);
			if (c < 0)
				return c == -2 ? -1 : refuse(w, _("a text has no end"));
			if (!*full)
				buf_addc(&w->taken, (char)c);
			take(w);
			c = 0;
		}
	} while (c != '"');
	return 0;
}

/* Copies one whole value into `taken`. Brackets pair; the rest is for the parser. */
static int copy_value(struct walker *w, int *full)
{
	char open[JSON_DEPTH + 1];
	size_t depth = 0;
	size_t entered = w->path.depth;
	*full = 0;
	buf_clear(&w->taken);
	do {
		int c = skip_blanks(w);
		if (c < 0)
			return c == -2 ? -1 : refuse(w, _("the file ends inside a value"));
		if (w->taken.len >= JSON_WALK_TAKEN)
			*full = 1;
		if (c == '{' || c == '[') {
			if (depth + entered >= JSON_DEPTH)
				return refuse(w, _("it is nested deeper than 64 levels"));
			open[depth++] = c == '{' ? '}' : ']';
		} else if (c == '}' || c == ']') {
			if (depth == 0 || open[--depth] != c)
				return refuse(w, _("a bracket closes what was not opened"));
		} else if (c == '"') {
			take(w);
			if (!*full)
				buf_addc(&w->taken, '"');
			if (copy_string(w, full) < 0)
				return -1;
			continue;
		} else if (depth == 0 && (c == ',' || c == ':')) {
			return refuse(w, _("a value is missing"));
		} else if (c != ',' && c != ':') {
			/* a number or a word: to the next sign of the grammar */
			size_t length = 0;
			while ((c = peek(w)) >= 0 && !strchr("{}[]\",: \t\r\n", c)) {
				if (++length > 4096)
					return refuse(w, _("this is no JSON"));
				if (!*full)
					buf_addc(&w->taken, (char)c);
				take(w);
			}
			if (c == -2)
				return -1;
			if (!*full)
				buf_addc(&w->taken, ' ');
			if (length == 0)
				return refuse(w, _("this is no JSON"));
			continue;
		}
		if (!*full)
			buf_addc(&w->taken, (char)c);
		take(w);
	} while (depth > 0);
	return 0;
}

static int hand_out(struct walker *w, int full)
{
	json_error_t at;
	json_t *value = NULL;
	const char *why = _("it is larger than 4 MiB");
	if (!full) {
		/* a number beyond 64 bits is no reason to lose all the rest of it */
		value = json_loadb(w->taken.data, w->taken.len, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &at);
		if (!value && json_error_code(&at) == json_error_numeric_overflow)
			value = json_loadb(w->taken.data, w->taken.len,
			                   JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &at);
		why = _("it cannot be read as JSON");
	}
	int rc = w->walk->value(w->walk->ctx, &w->path, value, value ? NULL : why, w->err);
	json_decref(value);
	return rc;
}

static int walk_value(struct walker *w);

static int walk_member(struct walker *w, size_t level, char **key)
{
	int full = 0;
	int c = skip_blanks(w);
	if (c == -2)
		return -1;
	if (c != '"')
		return refuse(w, _("the name of a member is missing"));
	buf_clear(&w->taken);
	take(w);
	buf_addc(&w->taken, '"');
	if (copy_string(w, &full) < 0)
		return -1;
	json_t *name = full ? NULL : json_loadb(w->taken.data, w->taken.len, JSON_DECODE_ANY, NULL);
	if (!json_is_string(name)) {
		json_decref(name);
		return refuse(w, _("the name of a member cannot be read"));
	}
	free(*key);
	*key = xstrdup(json_string_value(name));
	json_decref(name);
	w->path.keys[level] = *key;
	c = skip_blanks(w);
	if (c == -2)
		return -1;
	if (c != ':')
		return refuse(w, _("a colon is missing"));
	take(w);
	return 0;
}

static int walk_inside(struct walker *w, char first)
{
	char close = first == '{' ? '}' : ']';
	size_t level = w->path.depth++;
	char *key = NULL;
	int rc = 0;
	take(w);
	w->path.keys[level] = NULL;
	int c = skip_blanks(w);
	int more = c != close;
	while (rc == 0 && more) {
		if (first == '{')
			rc = walk_member(w, level, &key);
		if (rc == 0)
			rc = walk_value(w);
		c = rc == 0 ? skip_blanks(w) : -2;
		if (c == -2)
			rc = -1;
		else if (c == ',')
			take(w);
		else if (c != close)
			rc = refuse(w, _("a comma or a closing bracket is missing"));
		more = c == ',';
	}
	if (rc == 0)
		take(w);
	w->path.depth--;
	free(key);
	return rc;
}

static int walk_value(struct walker *w)
{
	int full;
	int c = skip_blanks(w);
	if (c < 0)
		return c == -2 ? -1 : refuse(w, _("the file ends where a value should be"));
	w->path.line = w->line;
	enum json_walk_what what = w->walk->begin(w->walk->ctx, &w->path, (char)c);
	if (what == JSON_WALK_ENTER && (c == '{' || c == '[') && w->path.depth < JSON_WALK_LEVELS)
		return walk_inside(w, (char)c);
	if (copy_value(w, &full) < 0)
		return -1;
	return what == JSON_WALK_PASS ? 0 : hand_out(w, full);
}

int json_walk(const struct json_walk *walk, struct err *err)
{
	struct walker *w = xcalloc(1, sizeof *w);
	w->walk = walk;
	w->line = 1;
	w->column = 1;
	w->err = err;
	buf_init(&w->taken);
	int rc = peek(w) == -2 ? -1 : 0;
	if (w->n >= 3 && memcmp(w->bytes, "\xEF\xBB\xBF", 3) == 0)
		w->at = 3;
	int c = rc == 0 ? skip_blanks(w) : -2;
	if (c == -1 && !walk->lines)
		rc = refuse(w, _("the file is empty"));
	while (rc == 0 && c >= 0) {
		rc = walk_value(w);
		c = rc == 0 ? skip_blanks(w) : -2;
		if (c >= 0 && !walk->lines)
			rc = refuse(w, _("something stands behind the end"));
	}
	if (c == -2)
		rc = -1;
	buf_release(&w->taken);
	free(w);
	return rc;
}
