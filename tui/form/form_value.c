/* The values of a form: read from a record, set as they are typed, and shown as their fields want. */
#include "base/buf.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/kind/first_line.h"
#include "case/query/title_cache.h"
#include "case/store/value.h"
#include "tui/form/form_private.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

static char *text_of(const struct field *field, const json_t *value)
{
	struct buf b = BUF_INIT;
	if (!value || field->type == FIELD_SECRET)
		return NULL;
	if (json_is_string(value))
		return xstrdup(json_string_value(value));
	if (json_is_integer(value)) {
		buf_addf(&b, "%lld", (long long)json_integer_value(value));
		return buf_take(&b, NULL);
	}
	for (size_t i = 0; i < json_array_size(value); i++)
		value_add_member(&b, ",", json_string_value(json_array_get(value, i)));
	return buf_take(&b, NULL);
}

int form_is_first(const struct form_value *value)
{
	return value->given || value->asked_first;
}

/* A record that is changed shows what it says, in the short form too. */
static int is_said(const struct field *field, const json_t *record)
{
	const json_t *value = json_object_get(record, field->name);
	return value && !json_is(record, field->name, "unknown") &&
	       !(json_is_array(value) && json_array_size(value) == 0);
}

void form_read_fields(struct form *f, const json_t *record)
{
	size_t all = kind_field_count(f->kind);
	f->values = xcalloc(all, sizeof *f->values);
	f->rows = xcalloc(all + 2, sizeof *f->rows);
	for (int later = 0; later <= 1; later++)
		for (size_t i = 0; i < all; i++) {
			const struct field *field = kind_field_at(f->kind, i);
			int is_first = kind_asks_first(f->kind, field) || is_said(field, record);
			if (field->machine || is_first == later)
				continue;
			struct form_value *v = &f->values[f->count++];
			v->field = field;
			v->asked_first = !later;
			v->was = text_of(field, json_object_get(record, field->name));
			v->value = v->was ? xstrdup(v->was) : NULL;
		}
}

int form_follow_record(struct form *f, const json_t *record)
{
	int differs = 0;
	for (size_t i = 0; i < f->count; i++) {
		struct form_value *v = &f->values[i];
		char *now = text_of(v->field, json_object_get(record, v->field->name));
		if (strcmp(now ? now : "", v->was ? v->was : "") == 0) {
			free(now);
			continue;
		}
		differs = 1;
		free(v->was);
		v->was = now;
		char *kept = v->changed ? (v->value ? xstrdup(v->value) : NULL) : now ? xstrdup(now) : NULL;
		form_value_set(v, kept);
		free(kept);
	}
	return differs;
}

void form_give(struct form *f, const char *name, const char *text)
{
	struct form_value *value = form_value_named(f, name);
	size_t first = 0;
	if (!value || value->changed)
		return;
	form_value_set(value, text);
	value->wanted = text && !*text;
	if (form_is_first(value))
		return;
	value->given = 1;
	while (form_is_first(&f->values[first]) && &f->values[first] != value)
		first++;
	struct form_value given = *value;
	memmove(&f->values[first + 1], &f->values[first], (size_t)(value - &f->values[first]) * sizeof given);
	f->values[first] = given;
}

struct form_value *form_value_named(struct form *f, const char *name)
{
	for (size_t i = 0; i < f->count; i++)
		if (strcmp(f->values[i].field->name, name) == 0)
			return &f->values[i];
	return NULL;
}

void form_value_set(struct form_value *v, const char *text)
{
	char *copy = text && *text ? xstrdup(text) : NULL;
	free(v->value);
	v->value = copy;
	v->changed = v->was ? !copy || strcmp(copy, v->was) != 0 : copy != NULL;
}

size_t form_changed_count(const struct form *f)
{
	size_t n = 0;
	for (size_t i = 0; i < f->count; i++)
		n += f->values[i].changed != 0;
	return n;
}

#define SHOWN_BYTES 2000 /* of a text: more than a row is wide */

void form_text_show(const char *text, struct buf *out)
{
	size_t line;
	size_t lines = 1;
	for (const char *p = text; *p; p++)
		lines += *p == '\n';
	text = first_line_of(text, &line, NULL);
	if (line > SHOWN_BYTES)
		for (line = SHOWN_BYTES; line > 0 && ((unsigned char)text[line] & 0xC0) == 0x80;)
			line--; /* not within a character */
	printable_add(out, text, line, PRINTABLE_LINE);
	if (lines > 1)
		buf_addf(out, _(" … (%zu lines)"), lines);
}

static void show_names(const struct field *field, const char *list, struct buf *out)
{
	json_t *value = field->type == FIELD_ENUMS ? json_array() : json_string(list);
	while (field->type == FIELD_ENUMS && *list) {
		list += strspn(list, ", ");
		size_t n = strcspn(list, ",");
		json_array_append_new(value, json_stringn(list, n));
		list += n;
	}
	json_t *record = json_object();
	json_object_set_new(record, field->name, value);
	record_field_text(record, field, out);
	json_decref(record);
}

void form_value_show(struct view *v, const struct form_value *value, struct buf *out)
{
	const struct field *field = value->field;
	if (!value->value && field->type == FIELD_SECRET)
		buf_adds(out, *form_of(v)->label ? _("(as on record)") : "");
	else if (!value->value && field->fallback && strcmp(field->fallback, "unknown") != 0 && !*form_of(v)->label)
		buf_addf(out, _("(%s if nothing is said)"),
		         field_value_find(field, field->fallback)
		             ? field_value_label(field_value_find(field, field->fallback))
		             : "");
	else if (!value->value)
		buf_adds(out, "—");
	else if (field->type == FIELD_SECRET)
		buf_adds(out, "••••••••");
	else if (field->type == FIELD_REF || field->type == FIELD_REFS)
		workbench_name_labels(v->wb, value->value, out);
	else if (field->values || field->type == FIELD_TIME)
		show_names(field, value->value, out);
	else
		form_text_show(value->value, out);
}
