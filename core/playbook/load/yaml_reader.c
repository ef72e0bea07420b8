/*
 * YAML events to a JSON tree. libyaml only scans: what is allowed is decided
 * here, with the line and column of each node.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "playbook/load/yaml_reader_private.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct composer {
	yaml_parser_t parser;
	const char *file;
	const char *text;
	size_t size;
	struct source_map *places;
	size_t nodes;
	struct err *err;
};

static int yaml_reader_fail(struct composer *c, yaml_mark_t mark, const char *message)
{
	err_set(c->err, ERR_INVALID, "%s", message);
	return err_place(c->err, c->file, (unsigned)mark.line + 1, (unsigned)mark.column + 1);
}

/* What libyaml says most, so that it is in the catalogue. */
static const char *const problems[] = {
    N_("could not find expected ':'"),
    N_("did not find expected key"),
    N_("did not find expected ',' or '}'"),
    N_("did not find expected ',' or ']'"),
    N_("did not find expected '-' indicator"),
    N_("did not find expected node content"),
    N_("mapping values are not allowed in this context"),
    N_("block sequence entries are not allowed in this context"),
    N_("found character that cannot start any token"),
    N_("found unexpected end of stream"),
    N_("found unknown escape character"),
    N_("control characters are not allowed"),
};

static const char *problem_text(const char *problem)
{
	for (size_t i = 0; problem && i < sizeof problems / sizeof *problems; i++)
		if (strcmp(problem, problems[i]) == 0)
			return i18n_text(problems[i]);
	return problem ? problem : _("this is not YAML");
}

/* What is typed on a Japanese keyboard and looks right: said where the scanner only says that it is lost. */
static const char *hint(const struct composer *c, size_t line)
{
	const char *p = c->text;
	const char *end = c->text + c->size;
	size_t first = line > 0 ? line - 1 : 0;
	for (size_t i = 0; i < first && p < end; i++) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		p = newline ? newline + 1 : end;
	}
	const char *stop = p;
	for (size_t i = first; i <= line && stop < end; i++) {
		const char *newline = memchr(stop, '\n', (size_t)(end - stop));
		stop = newline ? newline + 1 : end;
	}
	if (memmem(p, (size_t)(stop - p), "：", 3))
		return _("; there is a full-width colon here: type ':' in half width");
	if (memmem(p, (size_t)(stop - p), "　", 3))
		return _("; there is a full-width space here: type blanks in half width");
	if (memchr(p, '\t', (size_t)(stop - p)))
		return _("; there is a tab here: indent with blanks");
	return "";
}

static int yaml_reader_next(struct composer *c, yaml_event_t *event)
{
	if (yaml_parser_parse(&c->parser, event))
		return 0;
	yaml_mark_t mark = c->parser.problem_mark;
	const char *problem = problem_text(c->parser.problem);
	if (c->parser.error == YAML_READER_ERROR)
		mark = c->parser.mark;
	err_set(c->err, ERR_INVALID, "%s%s", problem, hint(c, mark.line));
	return err_place(c->err, c->file, (unsigned)mark.line + 1, (unsigned)mark.column + 1);
}

static int refuse_decorations(struct composer *c, const yaml_event_t *event, const yaml_char_t *anchor,
                              const yaml_char_t *tag)
{
	if (anchor)
		return yaml_reader_fail(c, event->start_mark, _("anchors and aliases are not allowed in a playbook"));
	if (tag)
		return yaml_reader_fail(c, event->start_mark, _("tags are not allowed in a playbook"));
	if (++c->nodes > PLAYBOOK_NODES)
		return yaml_reader_fail(c, event->start_mark, _("too many values and keys (50,000 at most)"));
	return 0;
}

static void remember_place(struct composer *c, const json_t *container, const char *key, size_t index, yaml_mark_t mark)
{
	source_map_add(c->places, container, key, index,
	               (struct place){(unsigned)mark.line + 1, (unsigned)mark.column + 1});
}

/* Plain scalars of the JSON schema become values; all else is text. */
static json_t *scalar_value(const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	size_t n = event->data.scalar.length;
	if (event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE) {
		if (strcmp(text, "true") == 0)
			return json_true();
		if (strcmp(text, "false") == 0)
			return json_false();
		if (strcmp(text, "null") == 0 || strcmp(text, "~") == 0 || n == 0)
			return json_null();
		size_t digits = strspn(text + (*text == '-'), "0123456789");
		if (digits > 0 && digits <= 18 && digits + (*text == '-') == n)
			return json_integer(strtoll(text, NULL, 10));
	}
	return json_stringn(text, n);
}

static json_t *yaml_reader_compose(struct composer *c, yaml_event_t *event, int depth);

static int yaml_reader_members(struct composer *c, json_t *object, int depth)
{
	for (;;) {
		yaml_event_t key;
		yaml_event_t value;
		if (yaml_reader_next(c, &key) < 0)
			return -1;
		int rc = 0;
		if (key.type == YAML_MAPPING_END_EVENT) {
			yaml_event_delete(&key);
			return 0;
		}
		if (key.type != YAML_SCALAR_EVENT) {
			rc = yaml_reader_fail(c, key.start_mark, _("a key must be a word"));
			yaml_event_delete(&key);
			return rc;
		}
		const char *name = (const char *)key.data.scalar.value;
		if (refuse_decorations(c, &key, key.data.scalar.anchor, key.data.scalar.tag) < 0)
			rc = -1;
		else if (strlen(name) != key.data.scalar.length || key.data.scalar.length > PLAYBOOK_KEY)
			rc = yaml_reader_fail(c, key.start_mark, _("a key is at most 250 bytes, without a NUL byte"));
		else if (strstr(name, "：") || strstr(name, "　"))
			rc = yaml_reader_fail(c, key.start_mark,
			                      _("a full-width colon or space in a key: type it in half width"));
		else if (json_object_get(object, name))
			rc = yaml_reader_fail(c, key.start_mark, _("this key stands here twice"));
		if (rc == 0 && yaml_reader_next(c, &value) < 0)
			rc = -1;
		else if (rc == 0) {
			remember_place(c, object, name, 0, key.start_mark);
			json_t *member = yaml_reader_compose(c, &value, depth);
			yaml_event_delete(&value);
			rc = member ? json_object_set_new(object, name, member) : -1;
		}
		yaml_event_delete(&key);
		if (rc < 0)
			return -1;
	}
}

static int yaml_reader_items(struct composer *c, json_t *array, int depth)
{
	for (;;) {
		yaml_event_t event;
		if (yaml_reader_next(c, &event) < 0)
			return -1;
		if (event.type == YAML_SEQUENCE_END_EVENT) {
			yaml_event_delete(&event);
			return 0;
		}
		remember_place(c, array, NULL, json_array_size(array), event.start_mark);
		json_t *item = yaml_reader_compose(c, &event, depth);
		yaml_event_delete(&event);
		if (!item || json_array_append_new(array, item) < 0)
			return -1;
	}
}

static json_t *yaml_reader_compose(struct composer *c, yaml_event_t *event, int depth)
{
	json_t *value = NULL;
	int rc = -1;
	if (depth > PLAYBOOK_DEPTH) {
		yaml_reader_fail(c, event->start_mark, _("nested too deeply (64 levels at most)"));
		return NULL;
	}
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		if (refuse_decorations(c, event, event->data.scalar.anchor, event->data.scalar.tag) < 0)
			return NULL;
		value = scalar_value(event);
		if (!value)
			yaml_reader_fail(c, event->start_mark, _("this text is not UTF-8, or holds a NUL byte"));
		return value;
	case YAML_MAPPING_START_EVENT:
		if (refuse_decorations(c, event, event->data.mapping_start.anchor, event->data.mapping_start.tag) < 0)
			return NULL;
		value = json_object();
		rc = yaml_reader_members(c, value, depth + 1);
		break;
	case YAML_SEQUENCE_START_EVENT:
		if (refuse_decorations(c, event, event->data.sequence_start.anchor, event->data.sequence_start.tag) < 0)
			return NULL;
		value = json_array();
		rc = yaml_reader_items(c, value, depth + 1);
		break;
	case YAML_ALIAS_EVENT:
		yaml_reader_fail(c, event->start_mark, _("anchors and aliases are not allowed in a playbook"));
		return NULL;
	default:
		yaml_reader_fail(c, event->start_mark, _("there is nothing here"));
		return NULL;
	}
	if (rc < 0) {
		json_decref(value);
		return NULL;
	}
	return value;
}

static int expect(struct composer *c, yaml_event_type_t type, const char *otherwise)
{
	yaml_event_t event;
	if (yaml_reader_next(c, &event) < 0)
		return -1;
	int rc = event.type == type ? 0 : yaml_reader_fail(c, event.start_mark, otherwise);
	yaml_event_delete(&event);
	return rc;
}

static json_t *yaml_reader_yaml(const char *file, const char *text, size_t n, struct source_map *places,
                                struct err *err)
{
	struct composer c = {.file = file, .text = text, .size = n, .places = places, .err = err};
	json_t *tree = NULL;
	yaml_event_t event;
	if (!yaml_parser_initialize(&c.parser)) {
		err_set(err, ERR_FAILED, _("out of memory"));
		return NULL;
	}
	yaml_parser_set_input_string(&c.parser, (const unsigned char *)text, n);
	yaml_parser_set_encoding(&c.parser, YAML_UTF8_ENCODING);
	if (expect(&c, YAML_STREAM_START_EVENT, "") == 0 &&
	    expect(&c, YAML_DOCUMENT_START_EVENT, _("the file is empty: a playbook is wanted")) == 0 &&
	    yaml_reader_next(&c, &event) == 0) {
		tree = yaml_reader_compose(&c, &event, 0);
		yaml_event_delete(&event);
	}
	if (tree && (expect(&c, YAML_DOCUMENT_END_EVENT, "") < 0 ||
	             expect(&c, YAML_STREAM_END_EVENT, _("a second document: a file holds one playbook")) < 0)) {
		json_decref(tree);
		tree = NULL;
	}
	yaml_parser_delete(&c.parser);
	return tree;
}

static int ends_with(const char *text, const char *end)
{
	size_t n = strlen(text);
	size_t k = strlen(end);
	return n >= k && strcmp(text + n - k, end) == 0;
}

json_t *yaml_reader_load(const char *file, const char *text, size_t n, struct source_map *places, int *is_json,
                         struct err *err)
{
	if (n >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) { /* a byte order mark, as Windows writes it */
		text += 3;
		n -= 3;
	}
	if (playbook_check_encoding(file, text, n, err) < 0)
		return NULL;
	size_t blank = 0;
	while (blank < n && strchr(" \t\r\n", text[blank]))
		blank++;
	int json = blank < n && (text[blank] == '{' || text[blank] == '[') && !ends_with(file, ".yaml") &&
	           !ends_with(file, ".yml");
	struct err why = ERR_INIT;
	json_t *tree = NULL;
	if (json) {
		tree = yaml_reader_load_json(file, text, n, &why);
		if (!tree && !ends_with(file, ".json")) { /* YAML in one line begins like this as well */
			tree = yaml_reader_yaml(file, text, n, places, NULL);
			json = tree == NULL;
		}
		if (!tree)
			err_take(err, &why);
	} else {
		tree = yaml_reader_yaml(file, text, n, places, err);
	}
	if (is_json)
		*is_json = json;
	return tree;
}
