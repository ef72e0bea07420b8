#include "case/kind/kinds.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "case/kind/kinds_table.h"

#include <ctype.h>
#include <pthread.h>
#include <string.h>
#include <strings.h>

static int is_japanese(void)
{
	return strcmp(i18n_language(), "ja") == 0;
}

const struct kind *kind_find(const char *name)
{
	for (size_t i = 0; i < kind_table_count; i++)
		if (strcmp(kind_table[i]->name, name) == 0)
			return kind_table[i];
	return NULL;
}

const struct kind *kind_by_letters(const char *letters)
{
	for (size_t i = 0; i < kind_table_count; i++)
		if (kind_table[i]->letters && strcmp(kind_table[i]->letters, letters) == 0)
			return kind_table[i];
	return NULL;
}

const struct kind *kind_of_label(const char *label)
{
	const char *dash = label ? strchr(label, '-') : NULL;
	size_t n = dash ? strcspn(dash + 1, "0123456789") : 0;
	char letters[4];
	if (n == 0 || n >= sizeof letters || !dash[1 + n])
		return NULL;
	memcpy(letters, dash + 1, n);
	letters[n] = '\0';
	return kind_by_letters(letters);
}

const struct kind *kind_named(const char *name, struct err *err)
{
	const struct kind *kind = kind_find(name);
	if (kind)
		return kind;
	struct buf names = BUF_INIT;
	for (size_t i = 0; i < kind_table_count; i++)
		buf_addf(&names, "%s%s", i ? ", " : "", kind_table[i]->name);
	err_set(err, ERR_USAGE, _("there is no kind '%s'; kinds: %s"), name, names.data);
	buf_release(&names);
	return NULL;
}

size_t kind_count(void)
{
	return kind_table_count;
}

const struct kind *kind_at(size_t i)
{
	return i < kind_table_count ? kind_table[i] : NULL;
}

static const struct field *field_in(const struct field *fields, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(fields[i].name, name) == 0)
			return &fields[i];
	return NULL;
}

int kind_asks_first(const struct kind *kind, const struct field *field)
{
	int is_when = field->common && field->type == FIELD_TIME;
	return field->required || (field->short_form && !(is_when && kind->traits & KIND_THING));
}

const struct field *kind_common_field(const char *name)
{
	return field_in(kind_common_fields, kind_common_field_count, name);
}

const struct field *kind_field(const struct kind *kind, const char *name)
{
	const struct field *own = kind ? field_in(kind->fields, kind->field_count, name) : NULL;
	return own ? own : kind_common_field(name);
}

static int is_called(const char *word, const char *typed)
{
	while (*word &&
	       (tolower((unsigned char)*word) == tolower((unsigned char)*typed) || (*word == ' ' && *typed == '_'))) {
		word++;
		typed++;
	}
	return !*word && !*typed;
}

const struct field *kind_field_called(const struct kind *kind, const char *typed)
{
	const struct field *field = kind_field(kind, typed);
	for (size_t i = 0; !field && i < kind_field_count(kind); i++) {
		const struct field *candidate = kind_field_at(kind, i);
		if (is_called(candidate->en, typed) || is_called(candidate->ja, typed) ||
		    is_called(candidate->name, typed))
			field = candidate;
	}
	return field;
}

/* Own and common fields of each kind in one list, made at the first call: lists and forms walk it for every record. */
struct merged_fields {
	const struct field **fields;
	size_t count;
};

static struct merged_fields *merged; /* one for each row of the table */

static void merge_fields(void)
{
	merged = xcalloc(kind_table_count, sizeof *merged);
	for (size_t k = 0; k < kind_table_count; k++) {
		const struct kind *kind = kind_table[k];
		struct merged_fields *m = &merged[k];
		m->fields = xcalloc(kind->field_count + kind_common_field_count, sizeof *m->fields);
		for (size_t i = 0; i < kind->field_count; i++)
			m->fields[m->count++] = &kind->fields[i];
		for (size_t i = 0; i < kind_common_field_count; i++)
			if (!field_in(kind->fields, kind->field_count, kind_common_fields[i].name))
				m->fields[m->count++] = &kind_common_fields[i];
	}
}

static const struct merged_fields *merged_for(const struct kind *kind)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, merge_fields);
	size_t k = 0;
	while (kind_table[k] != kind)
		k++;
	return &merged[k];
}

size_t kind_field_count(const struct kind *kind)
{
	return merged_for(kind)->count;
}

const struct field *kind_field_at(const struct kind *kind, size_t i)
{
	const struct merged_fields *m = merged_for(kind);
	return i < m->count ? m->fields[i] : NULL;
}

int field_accepts_kind(const struct field *field, const struct kind *kind)
{
	return field->ref_kind && (strcmp(field->ref_kind, "any") == 0 || strcmp(field->ref_kind, kind->name) == 0);
}

const struct field_value *field_value_find(const struct field *field, const char *name_or_label)
{
	for (size_t i = 0; i < field->value_count; i++)
		if (strcasecmp(field->values[i].name, name_or_label) == 0)
			return &field->values[i];
	for (size_t i = 0; i < field->value_count; i++)
		if (strcasecmp(field->values[i].en, name_or_label) == 0 ||
		    strcasecmp(field->values[i].ja, name_or_label) == 0)
			return &field->values[i];
	return NULL;
}

const char *kind_label(const struct kind *kind)
{
	return is_japanese() ? kind->ja : kind->en;
}

const char *field_label(const struct field *field)
{
	return is_japanese() ? field->ja : field->en;
}

const char *field_act(const struct field *field)
{
	return strcmp(i18n_language(), "ja") == 0 ? field->act_ja : field->act_en;
}

const char *field_act_else(const struct field *field)
{
	return strcmp(i18n_language(), "ja") == 0 ? field->act_else_ja : field->act_else_en;
}

const char *field_value_label(const struct field_value *value)
{
	return is_japanese() ? value->ja : value->en;
}

const char *field_help(const struct field *field)
{
	return field->help_en ? i18n_text(field->help_en) : "";
}

const char *field_type_name(enum field_type type)
{
	static const char *const names[] = {
	    [FIELD_TEXT] = "text", [FIELD_LONG] = "long", [FIELD_ENUM] = "enum",    [FIELD_ENUMS] = "enums",
	    [FIELD_TRI] = "tri",   [FIELD_INT] = "int",   [FIELD_SIZE] = "size",    [FIELD_DURATION] = "dur",
	    [FIELD_TIME] = "time", [FIELD_HASH] = "hash", [FIELD_ADDRESS] = "addr", [FIELD_URL] = "url",
	    [FIELD_REF] = "ref",   [FIELD_REFS] = "refs", [FIELD_TAGS] = "tags",    [FIELD_SECRET] = "secret",
	};
	return (size_t)type < COUNT_OF(names) ? names[type] : "";
}

int kind_has(const char *name, enum kind_trait trait)
{
	const struct kind *kind = name ? kind_find(name) : NULL;
	return kind && (kind->traits & trait) != 0;
}

const char *kind_add_verb(const char *name)
{
	const struct kind *kind = kind_find(name);
	return kind && kind->add_verb ? kind->add_verb : "add";
}
