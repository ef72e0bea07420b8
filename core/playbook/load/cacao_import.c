/* genba's own strict exports, back in the form they came from: see export.h for what the extension holds. */
#include "base/json.h"
#include "playbook/load/compat_import.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static json_t *extension_of(json_t *object, const char *member)
{
	json_t *extensions = json_object_get(object, member);
	return json_is_object(extensions) ? json_object_get(extensions, PLAYBOOK_EXTENSION) : NULL;
}

/* Which language the file got where there is no English is the order of a map: no order is relied on. */
static int is_one_of(const json_t *map, const char *text)
{
	const char *language;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)map, language, value)
		if (json_is_string(value) && strcmp(json_string_value(value), text) == 0)
			return 1;
	return 0;
}

/* A text whose translations were set aside gets them back, unless somebody has edited it since. */
static void cacao_import_texts(json_t *object, const json_t *texts)
{
	const char *member;
	json_t *map;
	json_object_foreach((json_t *)(uintptr_t)texts, member, map) {
		const char *now = json_get_string(object, member);
		if (now && json_is_object(map) && is_one_of(map, now))
			json_object_set(object, member, map);
	}
}

static void cacao_import_step(json_t *step)
{
	json_t *extension = extension_of(step, "step_extensions");
	if (!json_is_object(extension))
		return;
	json_incref(extension);
	json_object_del(json_object_get(step, "step_extensions"), PLAYBOOK_EXTENSION);
	if (json_object_size(json_object_get(step, "step_extensions")) == 0)
		json_object_del(step, "step_extensions");
	cacao_import_texts(step, json_object_get(extension, "texts"));
	const char *member;
	json_t *value;
	/* what stands in the strict file only because the standard demands it */
	size_t i;
	json_array_foreach(json_object_get(extension, "added"), i, value)
		if (json_is_string(value))
			json_object_del(step, json_string_value(value));
	json_object_foreach(json_object_get(extension, "aside"), member, value)
		json_object_set(step, member, value);
	json_t *needs = json_object_get(extension, "genba");
	if (json_is_object(needs))
		json_object_set(step, "genba", needs);
	json_decref(extension);
}

/* New id -> old id, as long as no two steps claim the same. */
static json_t *old_ids(const json_t *workflow)
{
	json_t *ids = json_object();
	json_t *taken = json_object();
	const char *id;
	json_t *step;
	json_object_foreach((json_t *)(uintptr_t)workflow, id, step) {
		const char *old = json_get_string(extension_of(step, "step_extensions"), "id");
		if (!old || json_object_get(taken, old) || json_object_get(workflow, old)) {
			json_object_set_new(ids, id, json_string(id));
			continue;
		}
		json_object_set_new(taken, old, json_true());
		json_object_set_new(ids, id, json_string(old));
	}
	json_decref(taken);
	return ids;
}

static int rename_way(void *ids, const char *member, const char *key, const json_t *to)
{
	const char *old = json_get_string(ids, json_string_value(to) ? json_string_value(to) : "");
	(void)member;
	(void)key;
	if (old)
		json_string_set((json_t *)(uintptr_t)to, old);
	return 0;
}

static void rename_top(json_t *tree, const char *member, json_t *ids)
{
	const char *id = json_get_string(tree, member);
	const char *old = id ? json_get_string(ids, id) : NULL;
	if (old)
		json_object_set_new(tree, member, json_string(old));
}

void cacao_import(struct playbook *p)
{
	json_t *workflow = json_object_get(p->tree, "workflow");
	if (!json_is_object(workflow) ||
	    !json_object_get(json_object_get(p->tree, "extension_definitions"), PLAYBOOK_EXTENSION))
		return;
	json_t *ids = old_ids(workflow);
	json_t *renamed = json_object();
	const char *id;
	json_t *step;
	json_object_foreach(workflow, id, step) {
		if (json_is_true(json_object_get(extension_of(step, "step_extensions"), "surplus")))
			continue;
		cacao_import_step(step);
		playbook_each_way(step, rename_way, ids); /* also what was set aside refers to steps */
		json_object_set(renamed, json_get_string(ids, id), step);
	}
	json_object_set_new(p->tree, "workflow", renamed);
	rename_top(p->tree, "workflow_start", ids);
	rename_top(p->tree, "workflow_exception", ids);
	json_decref(ids);
	json_t *extension = extension_of(p->tree, "playbook_extensions");
	if (json_is_object(extension)) {
		json_incref(extension);
		cacao_import_texts(p->tree, json_object_get(extension, "texts"));
		size_t i;
		json_t *value;
		const char *member;
		json_array_foreach(json_object_get(extension, "added"), i, value)
			if (json_is_string(value))
				json_object_del(p->tree, json_string_value(value));
		json_object_foreach(json_object_get(extension, "aside"), member, value)
			json_object_set(p->tree, member, value);
		json_object_del(json_object_get(p->tree, "playbook_extensions"), PLAYBOOK_EXTENSION);
		if (json_object_size(json_object_get(p->tree, "playbook_extensions")) == 0)
			json_object_del(p->tree, "playbook_extensions");
		json_decref(extension);
	}
	json_object_del(json_object_get(p->tree, "extension_definitions"), PLAYBOOK_EXTENSION);
	if (json_object_size(json_object_get(p->tree, "extension_definitions")) == 0)
		json_object_del(p->tree, "extension_definitions");
}
