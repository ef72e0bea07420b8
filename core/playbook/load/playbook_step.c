/* A playbook in memory: its steps, where each may go on, their texts in the interface's language; and how it ends. */
#include "playbook/load/playbook.h"

#include "base/i18n.h"
#include "base/json.h"
#include "playbook/load/source_map.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const json_t *playbook_step(const struct playbook *p, const char *id)
{
	return json_object_get(json_object_get(p->tree, "workflow"), id);
}

int playbook_step_is(const json_t *step, const char *type)
{
	const char *is = json_get_string(step, "type");
	return is && strcmp(is, type) == 0;
}

int playbook_is_text(const json_t *value)
{
	if (json_is_string(value))
		return 1;
	if (!json_is_object(value) || json_object_size(value) == 0)
		return 0;
	const char *language;
	json_t *text;
	json_object_foreach((json_t *)(uintptr_t)value, language, text)
		if (!json_is_string(text))
			return 0;
	return 1;
}

int playbook_each_way(const json_t *step, playbook_way_fn fn, void *ctx)
{
	static const char *const ways[] = {"on_completion", "on_success", "on_failure", "on_true", "on_false"};
	int rc = 0;
	for (size_t i = 0; i < sizeof ways / sizeof *ways && rc == 0; i++) {
		const json_t *to = json_object_get(step, ways[i]);
		if (to)
			rc = fn(ctx, ways[i], NULL, to);
	}
	const json_t *next = json_object_get(step, "next_steps");
	for (size_t i = 0; i < json_array_size(next) && rc == 0; i++) {
		char index[24];
		snprintf(index, sizeof index, "%zu", i);
		rc = fn(ctx, "next_steps", index, json_array_get(next, i));
	}
	json_t *cases = json_object_get(step, "cases");
	void *at = json_is_object(cases) ? json_object_iter(cases) : NULL;
	for (; at && rc == 0; at = json_object_iter_next(cases, at))
		rc = fn(ctx, "cases", json_object_iter_key(at), json_object_iter_value(at));
	return rc;
}

static const char *text_in(const json_t *text, const char *language)
{
	if (json_is_string(text))
		return json_string_value(text);
	const char *found = json_get_string(text, language);
	if (!found)
		found = json_get_string(text, "en");
	if (!found && json_object_size(text) > 0)
		found = json_string_value(json_object_iter_value(json_object_iter((json_t *)(uintptr_t)text)));
	return found ? found : "";
}

const char *playbook_text(const json_t *text)
{
	return text_in(text, i18n_language());
}

const char *playbook_text_stored(const json_t *text)
{
	return text_in(text, "en");
}

const json_t *playbook_step_extra(const json_t *step, const char *member)
{
	return json_object_get(json_object_get(step, "genba"), member);
}

void playbook_free(struct playbook *p)
{
	if (!p)
		return;
	json_decref(p->tree);
	json_decref(p->root);
	json_decref(p->departures);
	json_decref(p->unsupported);
	source_map_free(p->places);
	free(p->file);
	free(p->text);
	free(p);
}
