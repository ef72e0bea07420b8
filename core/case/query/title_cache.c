#include "case/query/title_cache.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/query/conflict_words.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS 1024
#define DEPTH 3 /* a title that is a reference to a record whose title is a reference … */

struct name {
	char label[LABEL_TEXT];
	uint64_t generation;
	char *title;
};

struct title_cache {
	struct name slots[SLOTS];
	int depth;
};

void title_cache_free(struct title_cache **names)
{
	for (size_t i = 0; *names && i < SLOTS; i++)
		free((*names)->slots[i].title);
	free(*names);
	*names = NULL;
}

static size_t slot_of(const char *label)
{
	size_t hash = 5381;
	for (; *label; label++)
		hash = hash * 33 + (unsigned char)*label;
	return hash % SLOTS;
}

char *name_of_record(struct title_cache **names, struct case_file *c, const json_t *record)
{
	const struct kind *kind = record_kind(record);
	const struct field *field = kind && kind->title_field ? kind_field(kind, kind->title_field) : NULL;
	const json_t *value = field ? json_object_get(record, field->name) : NULL;
	struct buf words = BUF_INIT;
	if (kind && (kind->traits & KIND_CONFLICT) && conflict_words(names, c, record, kind->title_field, &words))
		return buf_take(&words, NULL);
	if (!value || field->type == FIELD_TEXT || field->type == FIELD_LONG)
		return record_title(record);
	struct buf text = BUF_INIT;
	name_field(names, c, field, value, &text);
	return buf_take(&text, NULL);
}

const char *name_of(struct title_cache **names, struct case_file *c, const char *label)
{
	if (!*names)
		*names = xcalloc(1, sizeof **names);
	struct name *slot = &(*names)->slots[slot_of(label)];
	if (slot->title && slot->generation == case_generation(c) && strcmp(slot->label, label) == 0)
		return slot->title;
	if ((*names)->depth >= DEPTH)
		return "";
	(*names)->depth++;
	json_t *record = record_get(c, label, RECORD_WITH_RETRACTED, NULL);
	char *title = record ? name_of_record(names, c, record) : xstrdup("");
	if (record && record_is_retracted(record)) {
		char *marked = xasprintf(_("%s (retracted)"), title);
		free(title);
		title = marked;
	}
	json_decref(record);
	(*names)->depth--;
	free(slot->title); /* filled last: finding the title may have used the slot */
	slot->title = title;
	slot->generation = case_generation(c);
	snprintf(slot->label, sizeof slot->label, "%s", label);
	return slot->title;
}

static void add_reference(struct title_cache **names, struct case_file *c, const char *label, struct buf *out)
{
	const char *title = name_of(names, c, label);
	if (*title && strcmp(title, label) != 0)
		buf_adds(out, title);
	else
		printable_add(out, label, strlen(label), PRINTABLE_LINE);
}

void name_field(struct title_cache **names, struct case_file *c, const struct field *field, const json_t *value,
                struct buf *out)
{
	if (field->type == FIELD_REF && json_is_string(value)) {
		add_reference(names, c, json_string_value(value), out);
	} else if (field->type == FIELD_REFS && json_array_size(value) > 0) {
		for (size_t i = 0; i < json_array_size(value); i++) {
			if (i)
				buf_adds(out, _(", "));
			add_reference(names, c, json_string_value(json_array_get(value, i)), out);
		}
	} else {
		json_t *record = json_object();
		if (value)
			json_object_set(record, field->name, (json_t *)(uintptr_t)value);
		record_field_text(record, field, out);
		json_decref(record);
	}
}

static void add_labelled(struct title_cache **names, struct case_file *c, const char *label, struct buf *out)
{
	const char *title = name_of(names, c, label);
	printable_add(out, label, strlen(label), PRINTABLE_LINE);
	if (*title && strcmp(title, label) != 0)
		buf_addf(out, " %s", title);
}

void name_field_labelled(struct title_cache **names, struct case_file *c, const struct field *field,
                         const json_t *value, struct buf *out)
{
	size_t i;
	json_t *member;
	if (field->type == FIELD_REF && json_is_string(value))
		add_labelled(names, c, json_string_value(value), out);
	else if (field->type == FIELD_REFS && json_array_size(value) > 0)
		json_array_foreach((json_t *)(uintptr_t)value, i, member) {
			buf_adds(out, i ? _(", ") : "");
			add_labelled(names, c, json_string_value(member), out);
		}
	else
		name_field(names, c, field, value, out);
}
