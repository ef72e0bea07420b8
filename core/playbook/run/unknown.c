/*
 * What is said of a thing that a step must record, and says nothing: "unknown", and what a record holds before anybody said
 * anything. It is never taken for the thing itself. Where nobody can know it, the one who does the step says so, with the
 * reason, and the step's record keeps which things were left unknown.
 */
#include "base/buf.h"
#include "base/json.h"
#include "playbook/run/run_private.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Of fields that tell of a deed: the value by which it was not done. */
static int is_undone(const struct field *field, const char *word)
{
	static const char *const undone[][2] = {{"isolation_verified", "not_verified"}};
	for (size_t i = 0; i < sizeof undone / sizeof *undone; i++)
		if (strcmp(undone[i][0], field->name) == 0 && strcmp(undone[i][1], word) == 0)
			return 1;
	return 0;
}

/* Free words, and times: of any year, without both ends. */
static int is_word_for_unknown(const char *text)
{
	static const char *const words[] = {"unknown", "not known", "不明", "?", "？", "XXXX", "..", "../.."};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcasecmp(words[i], text) == 0)
			return 1;
	return 0;
}

static int unknown_word_tells(const struct field *field, const char *text)
{
	const struct field_value *value = field && field->value_count ? field_value_find(field, text) : NULL;
	if (is_word_for_unknown(text))
		return 0;
	if (!value)
		return *text != '\0';
	return strcmp(value->name, "unknown") != 0 && !(field->fallback && strcmp(value->name, field->fallback) == 0) &&
	       !is_undone(field, value->name);
}

int unknown_is_told(const struct field *field, const json_t *value)
{
	size_t i;
	json_t *word;
	int tells = 0;
	if (json_is_string(value))
		return unknown_word_tells(field, json_string_value(value));
	json_array_foreach(value, i, word)
		tells |= !json_is_string(word) || unknown_word_tells(field, json_string_value(word));
	return json_is_array(value) ? tells : value != NULL;
}

/* Of an asset, or of the step itself; NULL: the requirement asks for something else. */
static const struct field *field_of(const json_t *need)
{
	const char *name = json_get_string(need, "field");
	const char *own = json_get_string(need, "step");
	return name ? kind_field(kind_find("asset"), name) : own ? kind_field(kind_find("step"), own) : NULL;
}

int run_gives_unknown(const json_t *need, const char *text)
{
	const struct field *field = field_of(need);
	return field && text && *text && !unknown_word_tells(field, text);
}

void unknown_left(const struct waiting *w, const struct step_outcome *what, struct buf *names)
{
	json_t *needs = run_requirements(w);
	size_t i;
	json_t *need;
	json_array_foreach(needs, i, need) {
		const struct field *field = field_of(need);
		for (size_t k = 0; field && k < what->field_count; k++)
			if (strcmp(what->fields[k].name, field->name) == 0 &&
			    run_gives_unknown(need, what->fields[k].value))
				buf_addf(names, "%s%s", names->len ? ", " : "", field->name);
	}
	json_decref(needs);
}

void run_unknown_text(const json_t *step, struct buf *out)
{
	const char *names = json_get_string(step, "left_unknown");
	for (int first = 1; names && *names; first = 0) {
		size_t n = strcspn(names, ", ");
		char *name = xstrndup(names, n);
		const struct field *field = kind_field(kind_find("asset"), name);
		if (!field)
			field = kind_field(kind_find("step"), name);
		buf_addf(out, "%s%s", first ? "" : ", ", field ? field_label(field) : name);
		free(name);
		names += n;
		names += strspn(names, ", ");
	}
}
