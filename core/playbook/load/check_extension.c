/* The key `genba` of a step: every word in it must mean something, or a typing error would switch a safeguard off. */
#include "playbook/load/check.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/time/edtf.h"
#include "case/kind/kinds.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct check_extension_at {
	struct playbook *p;
	const char *id;
	struct err *err;
};

static int check_extension_fail(const struct check_extension_at *at, const char *member, size_t item,
                                const char *message, const char *detail)
{
	char *step = problem_pointer(at->id, "genba", member);
	char *pointer = item == SIZE_MAX ? xasprintf("%s", step) : xasprintf("%s/%zu", step, item);
	int rc = detail ? problem_fail(at->p, pointer, at->err, "%s '%s'", message, detail)
	                : problem_fail(at->p, pointer, at->err, "%s", message);
	free(pointer);
	free(step);
	return rc;
}

/* Every member of a list is a text and one of `words` (with NULL at the end; NULL: any text). */
static int check_words(const struct check_extension_at *at, const char *member, const json_t *list,
                       const char *const *words)
{
	size_t i;
	json_t *item;
	if (list && !json_is_array(list))
		return check_extension_fail(at, member, SIZE_MAX, _("this must be a list"), NULL);
	json_array_foreach(list, i, item) {
		const char *word = json_string_value(item);
		size_t k = 0;
		if (!word)
			return check_extension_fail(at, member, i, _("this must be a text"), NULL);
		while (words && words[k] && strcmp(words[k], word) != 0)
			k++;
		if (!words || words[k])
			continue;
		struct buf allowed = BUF_INIT;
		for (k = 0; words[k]; k++)
			buf_addf(&allowed, "%s%s", k ? ", " : "", words[k]);
		char *message = xasprintf(_("one of %s is expected, not"), allowed.data);
		int rc = check_extension_fail(at, member, i, message, word);
		free(message);
		buf_release(&allowed);
		return rc;
	}
	return 0;
}

static int check_texts(const struct check_extension_at *at, const char *member, const json_t *list)
{
	size_t i;
	json_t *item;
	if (list && !json_is_array(list))
		return check_extension_fail(at, member, SIZE_MAX, _("this must be a list"), NULL);
	json_array_foreach(list, i, item)
		if (!playbook_is_text(item))
			return check_extension_fail(at, member, i,
			                            _("this must be a text, or a map of language to text"), NULL);
	return 0;
}

static int check_field(const struct check_extension_at *at, const char *member, size_t item, const char *kind,
                       const char *name)
{
	const struct field *field = name ? kind_field(kind_find(kind), name) : NULL;
	if (!field)
		return check_extension_fail(at, member, item,
		                            strcmp(kind, "asset") == 0 ? _("an asset has no field")
		                                                       : _("a step has no field"),
		                            name ? name : "");
	return field->machine ? check_extension_fail(at, member, item, _("genba writes this field itself:"), name) : 0;
}

static int check_evidence(const struct check_extension_at *at, size_t item, const json_t *types)
{
	const struct field *field = kind_field(kind_find("evidence"), "type");
	size_t i;
	json_t *type;
	if (json_is_true(types))
		return 0;
	if (!json_is_array(types) || json_array_size(types) == 0)
		return check_extension_fail(at, "records", item, _("evidence is true, or a list of types"), NULL);
	json_array_foreach(types, i, type) {
		int known = 0;
		for (size_t k = 0; json_is_string(type) && k < field->value_count; k++)
			known |= strcmp(field->values[k].name, json_string_value(type)) == 0;
		if (!known)
			return check_extension_fail(at, "records", item, _("there is no type of evidence"),
			                            json_string_value(type) ? json_string_value(type) : "");
	}
	return 0;
}

/* Fields of the record that is wanted, which a person fills in. */
static int check_with(const struct check_extension_at *at, size_t item, const json_t *names, const char *kind)
{
	size_t i;
	json_t *name;
	if (!names)
		return 0;
	if (!kind || !json_is_array(names) || json_array_size(names) == 0)
		return check_extension_fail(at, "records", item, _("with lists fields of the record that is wanted"),
		                            NULL);
	json_array_foreach(names, i, name)
		if (!json_is_string(name) || !kind_field(kind_find(kind), json_string_value(name)))
			return check_extension_fail(at, "records", item, _("such a record has no field"),
			                            json_is_string(name) ? json_string_value(name) : "");
	return 0;
}

static int check_requirement(const struct check_extension_at *at, size_t item, const json_t *need)
{
	static const char *const what[] = {"field", "evidence", "decision", "note", "indicator", "record", "step"};
	static const char *const how[] = {"optional", "label", "copies", "with", "stance"};
	const char *name;
	json_t *value;
	size_t kinds = 0;
	if (!json_is_object(need))
		return check_extension_fail(at, "records", item,
		                            _("a requirement is a map, such as {field: isolation_done}"), NULL);
	json_object_foreach((json_t *)(uintptr_t)need, name, value) {
		int known = 0;
		for (size_t i = 0; i < sizeof what / sizeof *what; i++)
			known += strcmp(name, what[i]) == 0;
		kinds += (size_t)known;
		for (size_t i = 0; i < sizeof how / sizeof *how; i++)
			known += strcmp(name, how[i]) == 0;
		if (!known)
			return check_extension_fail(at, "records", item, _("unknown kind of requirement"), name);
	}
	if (kinds != 1)
		return check_extension_fail(
		    at, "records", item,
		    _("a requirement is one of field, evidence, decision, note, indicator, record, step"), NULL);
	if (json_object_get(need, "label") && !playbook_is_text(json_object_get(need, "label")))
		return check_extension_fail(at, "records", item,
		                            _("the label must be a text, or a map of language to text"), NULL);
	const json_t *stance = json_object_get(need, "stance");
	if (stance && (!json_object_get(need, "note") || !json_is_string(stance) ||
	               !field_value_find(kind_field(kind_find("note"), "stance"), json_string_value(stance))))
		return check_extension_fail(at, "records", item,
		                            _("stance says how a note is meant, such as hypothesis"), NULL);
	if (json_object_get(need, "field"))
		return check_field(at, "records", item, "asset", json_get_string(need, "field"));
	if (json_object_get(need, "step"))
		return check_field(at, "records", item, "step", json_get_string(need, "step"));
	const char *kind = json_get_string(need, "record");
	if (json_object_get(need, "record") && (!kind || !kind_find(kind)))
		return check_extension_fail(at, "records", item, _("there is no kind of record"), kind ? kind : "");
	const char *wanted = json_object_get(need, "evidence")    ? "evidence"
	                     : json_object_get(need, "decision")  ? "decision"
	                     : json_object_get(need, "indicator") ? "indicator"
	                                                          : kind;
	if (check_with(at, item, json_object_get(need, "with"), wanted) < 0)
		return -1;
	return json_object_get(need, "evidence") ? check_evidence(at, item, json_object_get(need, "evidence")) : 0;
}

static int check_sets(const struct check_extension_at *at, const json_t *sets)
{
	const char *name;
	json_t *value;
	if (sets && !json_is_object(sets))
		return check_extension_fail(at, "sets", SIZE_MAX, _("this must be a map of fields of an asset"), NULL);
	json_object_foreach((json_t *)(uintptr_t)sets, name, value) {
		if (check_field(at, "sets", SIZE_MAX, "asset", name) < 0)
			return -1;
		const struct field *field = kind_field(kind_find("asset"), name);
		const char *text = json_string_value(value);
		if (!text || (field->type == FIELD_ENUM && !field_value_find(field, text)))
			return check_extension_fail(at, "sets", SIZE_MAX, _("this value does not fit the field"), name);
	}
	return 0;
}

static int check_member(const struct check_extension_at *at, const char *name, const json_t *value)
{
	static const char *const captures[] = {"memory", "volatile", "triage", "disk", "logs", NULL};
	static const char *const effects[] = {"isolates", "powers_off", NULL};
	if (strcmp(name, "why") == 0 || strcmp(name, "phase") == 0)
		return playbook_is_text(value)
		           ? 0
		           : check_extension_fail(at, name, SIZE_MAX,
		                                  _("this must be a text, or a map of language to text"), NULL);
	if (strcmp(name, "warnings") == 0)
		return check_texts(at, name, value);
	if (strcmp(name, "sources") == 0)
		return check_words(at, name, value, NULL);
	if (strcmp(name, "captures") == 0)
		return check_words(at, name, value, captures);
	if (strcmp(name, "effect") == 0)
		return check_words(at, name, value, effects);
	if (strcmp(name, "sets") == 0)
		return check_sets(at, value);
	if (strcmp(name, "preserving") == 0)
		return json_is_boolean(value)
		           ? 0
		           : check_extension_fail(at, name, SIZE_MAX, _("true or false is expected"), NULL);
	if (strcmp(name, "playbook") == 0)
		return json_is_string(value) ? 0
		                             : check_extension_fail(at, name, SIZE_MAX, _("this must be a text"), NULL);
	if (strcmp(name, "remind") == 0) {
		struct duration d;
		const char *text = json_string_value(value);
		return text && duration_parse(text, &d, NULL) == 0
		           ? 0
		           : check_extension_fail(at, name, SIZE_MAX, _("a duration is expected, such as PT30M"), NULL);
	}
	if (strcmp(name, "records") != 0)
		return check_extension_fail(at, name, SIZE_MAX, _("a step's extension has no member"), name);
	if (!json_is_array(value))
		return check_extension_fail(at, name, SIZE_MAX, _("this must be a list"), NULL);
	size_t i;
	json_t *need;
	json_array_foreach(value, i, need)
		if (check_requirement(at, i, need) < 0)
			return -1;
	return 0;
}

int check_extension(struct playbook *p, const char *id, const json_t *step, struct err *err)
{
	struct check_extension_at at = {p, id, err};
	const json_t *extension = json_object_get(step, "genba");
	const char *name;
	json_t *value;
	if (extension && !json_is_object(extension))
		return check_extension_fail(&at, NULL, SIZE_MAX, _("genba's extension is a map"), NULL);
	json_object_foreach((json_t *)(uintptr_t)extension, name, value)
		if (check_member(&at, name, value) < 0)
			return -1;
	return 0;
}
