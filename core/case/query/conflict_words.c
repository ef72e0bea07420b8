#include "case/query/conflict_words.h"

#include "base/buf.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/store/purgeable_text.h"
#include "case/trust/authorship.h"

#include <stdlib.h>
#include <string.h>

/* The field that it is about, or NULL. */
static const struct field *conflict_about(struct case_file *c, const json_t *conflict)
{
	const char *name = json_get_string(conflict, "field");
	const char *label = json_get_string(conflict, "record");
	json_t *record = name && label ? record_get(c, label, RECORD_RAW | RECORD_WITH_RETRACTED, NULL) : NULL;
	const struct kind *kind = record ? record_kind(record) : NULL;
	json_decref(record);
	return kind ? kind_field(kind, name) : NULL;
}

static void stored_text(struct case_file *c, const char *stored, struct buf *out)
{
	struct buf text = BUF_INIT;
	int secret = 0;
	if (!purgeable_text_is_digest(stored, &secret))
		buf_adds(&text, stored);
	else if (secret)
		buf_adds(&text, _("(a secret)"));
	else if (purgeable_text_get(c, stored, &text, NULL) < 0)
		buf_adds(&text, _("(a text that is not in this copy)"));
	char *safe = printable_dup(text.data);
	buf_adds(out, safe);
	free(safe);
	buf_release(&text);
}

static void side_words(struct title_cache **names, struct case_file *c, const struct field *field, const char *stored,
                       struct buf *out)
{
	int in_store = field->type == FIELD_LONG || field->type == FIELD_SECRET;
	if (!stored) {
		buf_adds(out, _("(unset)"));
	} else if (in_store) {
		stored_text(c, stored, out);
	} else {
		json_t *value = *stored == '[' ? json_parse(stored, strlen(stored), NULL) : NULL;
		value = value ? value : json_string(stored);
		name_field_labelled(names, c, field, value, out);
		json_decref(value);
	}
}

/* What it was decided to be is kept as it was typed: of an enum the name of a value. */
static int resolution_words(const struct field *field, const char *typed, struct buf *out)
{
	const struct field_value *value = typed && field->value_count ? field_value_find(field, typed) : NULL;
	if (!value)
		return 0;
	buf_adds(out, field_value_label(value));
	return 1;
}

int conflict_words(struct title_cache **names, struct case_file *c, const json_t *conflict, const char *member,
                   struct buf *out)
{
	static const char *const sides[] = {"one", "other", "base"};
	const char *kind = json_get_string(conflict, "kind");
	const struct field *field = kind && kind_has(kind, KIND_CONFLICT) ? conflict_about(c, conflict) : NULL;
	if (!field)
		return 0;
	if (strcmp(member, "field") == 0) {
		buf_adds(out, field_label(field));
		return 1;
	}
	if (strcmp(member, "resolution") == 0)
		return resolution_words(field, json_get_string(conflict, member), out);
	for (size_t i = 0; i < sizeof sides / sizeof *sides; i++)
		if (strcmp(member, sides[i]) == 0) {
			side_words(names, c, field, json_get_string(conflict, member), out);
			return 1;
		}
	return 0;
}

char *conflict_side(struct case_file *c, const json_t *conflict, const char *member)
{
	const char *name = json_get_string(conflict, "field");
	const char *record = json_get_string(conflict, "record");
	struct authorship made = AUTHORSHIP_INIT;
	struct authorship who = AUTHORSHIP_INIT;
	char *person = NULL;
	/* before the merge that found it: who decides it later sets one of the two values again */
	if (name && record && authorship_of_field(c, record_label(conflict), "field", NULL, NULL, &made, NULL) == 1 &&
	    authorship_of_value(c, record, name, json_object_get(conflict, member), made.commit, &who, NULL) == 1)
		person = authorship_person_of_change(c, &who);
	authorship_release(&who);
	authorship_release(&made);
	return person;
}

size_t conflict_first(const char *one, const char *other)
{
	return one && *one && other && *other && strcmp(one, other) > 0;
}

char *conflict_side_name(const char *const people[2], size_t side)
{
	const char *person = people[side];
	return xasprintf("%c %s", side == conflict_first(people[0], people[1]) ? '<' : '>',
	                 person && *person ? person : _("not known who"));
}

char *conflict_side_named(struct case_file *c, const json_t *conflict, const char *member)
{
	char *people[2] = {conflict_side(c, conflict, "one"), conflict_side(c, conflict, "other")};
	const char *const borrowed[2] = {people[0], people[1]};
	char *name = conflict_side_name(borrowed, strcmp(member, "other") == 0);
	free(people[0]);
	free(people[1]);
	return name;
}
