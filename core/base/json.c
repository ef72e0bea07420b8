#include "base/json.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Whole numbers only, not too deep; `sorted` is cleared if an object's names are not in order. */
static int has_only_exact_values(const json_t *value, int depth, int *sorted)
{
	if (depth > JSON_DEPTH)
		return 0;
	if (json_is_object(value)) {
		json_t *object = (json_t *)(uintptr_t)value; /* jansson's iterators are not const */
		const char *key;
		const char *last = NULL;
		json_t *member;
		json_object_foreach(object, key, member) {
			*sorted &= !last || strcmp(last, key) < 0;
			last = key;
			if (!has_only_exact_values(member, depth + 1, sorted))
				return 0;
		}
	} else if (json_is_array(value)) {
		size_t i;
		json_t *member;
		json_array_foreach(value, i, member) {
			if (!has_only_exact_values(member, depth + 1, sorted))
				return 0;
		}
	}
	return !json_is_real(value);
}

static int add_chunk(const char *bytes, size_t n, void *out)
{
	buf_add(out, bytes, n);
	return 0;
}

static int json_inexact(struct err *err)
{
	return err_set(err, ERR_INVALID, _("a record holds whole numbers only, at most %d levels deep"), JSON_DEPTH);
}

int json_canonical(const json_t *value, struct buf *out, struct err *err)
{
	int sorted = 1;
	if (!has_only_exact_values(value, 0, &sorted))
		return json_inexact(err);
	if (json_dump_callback(value, add_chunk, out, JSON_SORT_KEYS | JSON_INDENT(1)) != 0)
		return err_set(err, ERR_FAILED, _("cannot write a value as JSON"));
	buf_addc(out, '\n');
	return 0;
}

/* The deepest nesting of brackets outside strings, so that the parser's own recursion is bounded. */
static int nesting(const char *text, size_t n)
{
	int depth = 0;
	int deepest = 0;
	int in_string = 0;
	for (size_t i = 0; i < n; i++) {
		char c = text[i];
		if (in_string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				in_string = 0;
		} else if (c == '"') {
			in_string = 1;
		} else if (c == '{' || c == '[') {
			if (++depth > deepest)
				deepest = depth;
		} else if (c == '}' || c == ']') {
			depth--;
		}
	}
	return deepest;
}

static json_t *load(const char *text, size_t n, size_t flags, struct err *err)
{
	if (n > JSON_LIMIT) {
		err_set(err, ERR_INVALID, _("JSON text of %zu bytes: at most %u are read"), n, JSON_LIMIT);
		return NULL;
	}
	if (nesting(text, n) > JSON_DEPTH) {
		err_set(err, ERR_INVALID, _("JSON text nested deeper than %d levels"), JSON_DEPTH);
		return NULL;
	}
	json_error_t error;
	json_t *value = json_loadb(text, n, flags, &error);
	if (!value)
		err_set(err, ERR_INVALID, "%d:%d: %s", error.line, error.column, error.text);
	return value;
}

json_t *json_parse(const char *text, size_t n, struct err *err)
{
	return load(text, n, JSON_REJECT_DUPLICATES, err);
}

struct expected {
	const char *text;
	size_t n;
};

static int expect_chunk(const char *bytes, size_t n, void *ctx)
{
	struct expected *e = ctx;
	if (n > e->n || memcmp(e->text, bytes, n) != 0)
		return -1;
	e->text += n;
	e->n -= n;
	return 0;
}

/* Whether writing it gives that text: jansson keeps the order of the text, so nothing need be sorted or kept. */
static int is_canonical(const json_t *value, const char *text, size_t n, struct err *err)
{
	struct expected e = {text, n};
	int sorted = 1;
	if (!has_only_exact_values(value, 0, &sorted))
		return json_inexact(err) == 0;
	return sorted && json_dump_callback(value, expect_chunk, &e, JSON_INDENT(1)) == 0 && e.n == 1 &&
	       *e.text == '\n';
}

json_t *json_parse_canonical(const char *text, size_t n, struct err *err)
{
	json_t *value = load(text, n, 0, err); /* a name that stands twice is not written twice */
	if (!value || is_canonical(value, text, n, err))
		return value;
	json_decref(value);
	err_set(err, ERR_DAMAGED, _("JSON text is not in canonical form"));
	return NULL;
}

const char *json_get_string(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

int json_is(const json_t *object, const char *key, const char *value)
{
	const char *text = json_get_string(object, key);
	return text && strcmp(text, value) == 0;
}

int json_holds(const json_t *array, const char *text)
{
	size_t i;
	const json_t *member;
	json_array_foreach(array, i, member)
		if (json_is_string(member) && strcmp(json_string_value(member), text) == 0)
			return 1;
	return 0;
}

int json_same(const json_t *a, const json_t *b)
{
	return a == b || (a && b && json_equal(a, b));
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

char **json_names(const json_t *object, size_t *count)
{
	const char *name;
	json_t *value;
	size_t i = 0;
	char **names = xcalloc(json_object_size(object) + 1, sizeof *names);
	json_object_foreach((json_t *)(uintptr_t)object, name, value)
		names[i++] = xstrdup(name);
	qsort(names, i, sizeof *names, compare_names);
	*count = i;
	return names;
}

void json_names_free(char **names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
}
