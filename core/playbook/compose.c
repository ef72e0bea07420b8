/*
 * YAML events to a JSON tree. libyaml only scans: what is allowed is decided
 * here, with the line and column of each node.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "playbook/playbook.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct composer {
	yaml_parser_t parser;
	const char *file;
	json_t *places;
	struct buf pointer;
	size_t nodes;
	struct err *err;
};

static int fail(struct composer *c, yaml_mark_t mark, const char *message)
{
	return err_set(c->err, ERR_INVALID, "%s:%zu:%zu: %s", c->file, mark.line + 1, mark.column + 1, message);
}

static int next(struct composer *c, yaml_event_t *event)
{
	if (yaml_parser_parse(&c->parser, event))
		return 0;
	yaml_mark_t mark = c->parser.problem_mark;
	const char *problem = c->parser.problem ? c->parser.problem : "not YAML";
	if (c->parser.error == YAML_READER_ERROR)
		return err_set(c->err, ERR_INVALID,
		               _("%s: byte %zu: %s; playbooks are UTF-8 (not Shift_JIS or UTF-16)"), c->file,
		               c->parser.problem_offset, problem);
	return fail(c, mark, problem);
}

static int refuse_decorations(struct composer *c, const yaml_event_t *event, const yaml_char_t *anchor,
                              const yaml_char_t *tag)
{
	if (anchor)
		return fail(c, event->start_mark, _("anchors and aliases are not allowed in a playbook"));
	if (tag)
		return fail(c, event->start_mark, _("tags are not allowed in a playbook"));
	if (++c->nodes > PLAYBOOK_NODES)
		return fail(c, event->start_mark, _("too many nodes"));
	return 0;
}

static void remember_place(struct composer *c, yaml_mark_t mark)
{
	char place[48];
	snprintf(place, sizeof place, "%zu:%zu", mark.line + 1, mark.column + 1);
	json_object_set_new(c->places, c->pointer.data, json_string(place));
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

static json_t *compose(struct composer *c, yaml_event_t *event, int depth);

static size_t push(struct composer *c, const char *part)
{
	size_t before = c->pointer.len;
	buf_addf(&c->pointer, "/%s", part);
	return before;
}

static void pop(struct composer *c, size_t before)
{
	buf_truncate(&c->pointer, before);
	if (before == 0)
		buf_clear(&c->pointer);
}

static int compose_members(struct composer *c, json_t *object, int depth)
{
	for (;;) {
		yaml_event_t key;
		yaml_event_t value;
		if (next(c, &key) < 0)
			return -1;
		int rc = 0;
		if (key.type == YAML_MAPPING_END_EVENT) {
			yaml_event_delete(&key);
			return 0;
		}
		if (key.type != YAML_SCALAR_EVENT) {
			rc = fail(c, key.start_mark, _("a key must be a word"));
			yaml_event_delete(&key);
			return rc;
		}
		const char *name = (const char *)key.data.scalar.value;
		if (refuse_decorations(c, &key, key.data.scalar.anchor, key.data.scalar.tag) < 0)
			rc = -1;
		else if (strlen(name) != key.data.scalar.length || !text_is_utf8(name, strlen(name)))
			rc = fail(c, key.start_mark, _("a key with a NUL byte"));
		else if (json_object_get(object, name))
			rc = fail(c, key.start_mark, _("this key stands here twice"));
		if (rc == 0 && next(c, &value) < 0)
			rc = -1;
		else if (rc == 0) {
			size_t before = push(c, name);
			json_t *member = compose(c, &value, depth);
			yaml_event_delete(&value);
			pop(c, before);
			rc = member ? json_object_set_new(object, name, member) : -1;
		}
		yaml_event_delete(&key);
		if (rc < 0)
			return -1;
	}
}

static int compose_items(struct composer *c, json_t *array, int depth)
{
	for (;;) {
		yaml_event_t event;
		if (next(c, &event) < 0)
			return -1;
		if (event.type == YAML_SEQUENCE_END_EVENT) {
			yaml_event_delete(&event);
			return 0;
		}
		char index[24];
		snprintf(index, sizeof index, "%zu", json_array_size(array));
		size_t before = push(c, index);
		json_t *item = compose(c, &event, depth);
		yaml_event_delete(&event);
		pop(c, before);
		if (!item || json_array_append_new(array, item) < 0)
			return -1;
	}
}

static json_t *compose(struct composer *c, yaml_event_t *event, int depth)
{
	json_t *value = NULL;
	int rc = -1;
	remember_place(c, event->start_mark);
	if (depth > PLAYBOOK_DEPTH) {
		fail(c, event->start_mark, _("nested too deeply (64 levels at most)"));
		return NULL;
	}
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		if (refuse_decorations(c, event, event->data.scalar.anchor, event->data.scalar.tag) < 0)
			return NULL;
		value = scalar_value(event);
		if (!value)
			fail(c, event->start_mark, _("this text is not UTF-8, or holds a NUL byte"));
		return value;
	case YAML_MAPPING_START_EVENT:
		if (refuse_decorations(c, event, event->data.mapping_start.anchor, event->data.mapping_start.tag) < 0)
			return NULL;
		value = json_object();
		rc = compose_members(c, value, depth + 1);
		break;
	case YAML_SEQUENCE_START_EVENT:
		if (refuse_decorations(c, event, event->data.sequence_start.anchor, event->data.sequence_start.tag) < 0)
			return NULL;
		value = json_array();
		rc = compose_items(c, value, depth + 1);
		break;
	case YAML_ALIAS_EVENT:
		fail(c, event->start_mark, _("anchors and aliases are not allowed in a playbook"));
		return NULL;
	default:
		fail(c, event->start_mark, _("there is nothing here"));
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
	if (next(c, &event) < 0)
		return -1;
	int rc = event.type == type ? 0 : fail(c, event.start_mark, otherwise);
	yaml_event_delete(&event);
	return rc;
}

json_t *playbook_compose(const char *file, const char *text, size_t n, json_t **places, struct err *err)
{
	struct composer c = {.file = file, .places = json_object(), .pointer = BUF_INIT, .err = err};
	json_t *tree = NULL;
	yaml_event_t event;
	*places = NULL;
	if (!yaml_parser_initialize(&c.parser)) {
		err_set(err, ERR_FAILED, _("out of memory"));
		json_decref(c.places);
		return NULL;
	}
	yaml_parser_set_input_string(&c.parser, (const unsigned char *)text, n);
	yaml_parser_set_encoding(&c.parser, YAML_UTF8_ENCODING);
	if (expect(&c, YAML_STREAM_START_EVENT, "") == 0 &&
	    expect(&c, YAML_DOCUMENT_START_EVENT, _("the file is empty: a playbook is wanted")) == 0 &&
	    next(&c, &event) == 0) {
		tree = compose(&c, &event, 0);
		yaml_event_delete(&event);
	}
	if (tree && (expect(&c, YAML_DOCUMENT_END_EVENT, "") < 0 ||
	             expect(&c, YAML_STREAM_END_EVENT, _("a second document: a file holds one playbook")) < 0)) {
		json_decref(tree);
		tree = NULL;
	}
	yaml_parser_delete(&c.parser);
	buf_release(&c.pointer);
	if (tree)
		*places = c.places;
	else
		json_decref(c.places);
	return tree;
}
