#include "playbook/load/compat_import.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "playbook/load/problem.h"
#include "playbook/load/source_map.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *workflow_of(const struct playbook *p)
{
	return json_object_get(p->tree, "workflow");
}

/* ---- the whole */

/* A list with one playbook in it, as exporters write. */
static void unwrap(struct playbook *p)
{
	if (!json_is_array(p->tree) || json_array_size(p->tree) != 1 || !json_is_object(json_array_get(p->tree, 0)))
		return;
	problem_departure(p, "", "%s", _("a list around the playbook"));
	json_t *inner = json_incref(json_array_get(p->tree, 0));
	json_decref(p->tree);
	p->tree = inner;
	json_decref(p->root);
	p->root = json_incref(inner);
}

static int make_version(struct playbook *p, struct err *err)
{
	const char *version = json_get_string(p->tree, "spec_version");
	if (version && strcmp(version, "cacao-2.0") == 0)
		return 0;
	if (!version)
		return problem_either(p, "/spec_version", err, "%s", _("spec_version is missing; cacao-2.0 is meant"));
	const char *number = strncmp(version, "cacao-", 6) == 0 ? version + 6 : version;
	if (strcmp(number, "1.0") != 0 && strcmp(number, "1.1") != 0 && strcmp(number, "2.0") != 0)
		return problem_fail(p, "/spec_version", err,
		                    _("'%s' is not a version that genba reads: cacao-2.0, cacao-1.1"), version);
	problem_departure(p, "/spec_version", _("version %s, read as CACAO 2.0"), version);
	json_object_set_new(p->tree, "spec_version", json_string("cacao-2.0"));
	return 0;
}

/* A list of steps, each with its id, becomes a map. */
static int make_map(struct playbook *p, struct err *err)
{
	json_t *list = workflow_of(p);
	if (!json_is_array(list))
		return 0;
	json_t *map = json_object();
	size_t i;
	json_t *step;
	json_array_foreach(list, i, step) {
		const char *id = json_get_string(step, "id");
		if (!id)
			id = json_get_string(step, "step_id");
		struct buf pointer = BUF_INIT;
		buf_addf(&pointer, "/workflow/%zu", i);
		if (!id || json_object_get(map, id)) {
			int rc = problem_fail(p, pointer.data, err, "%s",
			                      id ? _("a second step with this id")
			                         : _("the workflow is a list, and this step has no id"));
			buf_release(&pointer);
			json_decref(map);
			return rc;
		}
		source_map_add(p->places, map, id, 0, source_map_find(p->places, p->root, pointer.data));
		buf_release(&pointer);
		json_object_set(map, id, step);
	}
	problem_departure(p, "/workflow", "%s", _("the workflow is a list; the standard has a map of ids to steps"));
	json_object_set_new(p->tree, "workflow", map);
	return 0;
}

/* ---- steps of version 1 */

static void rename_member(struct playbook *p, const char *id, json_t *object, const char *from, const char *to)
{
	json_t *value = json_object_get(object, from);
	if (!value || json_object_get(object, to))
		return;
	json_object_set(object, to, value);
	json_object_del(object, from);
	char *pointer = problem_pointer(id, from, NULL);
	problem_departure(p, pointer, _("'%s' is called '%s' in CACAO 2.0"), from, to);
	free(pointer);
}

static void make_type(struct playbook *p, const char *id, json_t *step)
{
	static const char *const old[][2] = {{"single", "action"},
	                                     {"playbook", "playbook-action"},
	                                     {"if", "if-condition"},
	                                     {"while", "while-condition"},
	                                     {"switch", "switch-condition"}};
	const char *type = json_get_string(step, "type");
	for (size_t i = 0; type && i < sizeof old / sizeof *old; i++)
		if (strcmp(type, old[i][0]) == 0) {
			char *pointer = problem_pointer(id, "type", NULL);
			problem_departure(p, pointer, _("'%s' is called '%s' in CACAO 2.0"), old[i][0], old[i][1]);
			free(pointer);
			json_object_set_new(step, "type", json_string(old[i][1]));
			return;
		}
}

/* A single command instead of a list of them. */
static void make_commands(struct playbook *p, const char *id, json_t *step)
{
	json_t *command = json_object_get(step, "command");
	if (!json_is_object(command) || json_object_get(step, "commands"))
		return;
	json_object_set_new(step, "commands", json_pack("[O]", command));
	json_object_del(step, "command");
	char *pointer = problem_pointer(id, "command", NULL);
	problem_departure(p, pointer, _("'%s' is called '%s' in CACAO 2.0"), "command", "commands");
	free(pointer);
}

/* Of a step that is made: no other has it, though long ones are cut. A number is tried once in a playbook: a stranger's may have
 * thousands of branches whose ids are cut to the same. */
static char *branch_id(struct playbook *p, const char *id, const char *member, const char *key)
{
	char *name =
	    xasprintf("%.*s/%s%s%s", (int)text_whole(id, strlen(id), 60), id, member, key ? "/" : "", key ? key : "");
	char number[24] = "";
	for (;;) {
		size_t n = text_whole(name, strlen(name), PLAYBOOK_STEP_ID - strlen(number));
		char *whole = xasprintf("%.*s%s", (int)n, name, number);
		if (!json_object_get(workflow_of(p), whole)) {
			free(name);
			return whole;
		}
		free(whole);
		snprintf(number, sizeof number, "/%u", 2 + p->numbers++);
	}
}

/* Version 1 lets a branch be a list of steps: one is that step, several are a parallel that is made here. */
static json_t *make_branch(struct playbook *p, const char *id, const char *member, const char *key, json_t *list)
{
	char *pointer = problem_pointer(id, member, key);
	problem_departure(p, pointer, "%s", _("a list of steps where CACAO 2.0 has one step"));
	free(pointer);
	if (json_array_size(list) == 1)
		return json_incref(json_array_get(list, 0));
	char *name = branch_id(p, id, member, key);
	json_object_set_new(workflow_of(p), name, json_pack("{s:s, s:O}", "type", "parallel", "next_steps", list));
	json_t *to = json_string(name);
	free(name);
	return to;
}

static void make_branches(struct playbook *p, const char *id, json_t *step)
{
	static const char *const single[] = {"on_completion", "on_success", "on_failure", "on_true", "on_false"};
	for (size_t i = 0; i < sizeof single / sizeof *single; i++) {
		json_t *to = json_object_get(step, single[i]);
		if (json_is_array(to) && json_array_size(to) > 0)
			json_object_set_new(step, single[i], make_branch(p, id, single[i], NULL, to));
	}
	json_t *cases = json_object_get(step, "cases");
	void *at = json_is_object(cases) ? json_object_iter(cases) : NULL;
	for (; at; at = json_object_iter_next(cases, at)) {
		json_t *to = json_object_iter_value(at);
		if (json_is_array(to) && json_array_size(to) > 0)
			json_object_iter_set_new(cases, at, make_branch(p, id, "cases", json_object_iter_key(at), to));
	}
}

/* ---- references without their prefix */

struct repair {
	struct playbook *p;
	const char *id;
	json_t *by_uuid; /* the part of an id behind "--" -> id; null: of several */
};

static const char *uuid_part(const char *id)
{
	const char *dashes = strstr(id, "--");
	return dashes ? dashes + 2 : id;
}

static json_t *index_by_uuid(const json_t *workflow)
{
	json_t *by = json_object();
	const char *id;
	json_t *step;
	json_object_foreach((json_t *)(uintptr_t)workflow, id, step)
		json_object_set_new(by, uuid_part(id),
		                    json_object_get(by, uuid_part(id)) ? json_null() : json_string(id));
	return by;
}

/* The step that is meant by a reference that names none. */
static const char *compat_import_meant(const struct repair *r, const json_t *to)
{
	const char *text = json_string_value(to);
	if (!text || playbook_step(r->p, text))
		return NULL;
	return json_get_string(r->by_uuid, uuid_part(text));
}

static int repair_way(void *ctx, const char *member, const char *key, const json_t *to)
{
	struct repair *r = ctx;
	const char *id = compat_import_meant(r, to);
	if (!id)
		return 0;
	char *pointer = problem_pointer(r->id, member, key);
	problem_departure(r->p, pointer, _("there is no step '%s'; '%s' is meant"), json_string_value(to), id);
	free(pointer);
	json_string_set((json_t *)(uintptr_t)to, id); /* the tree is the playbook's own */
	return 0;
}

static void repair_top(struct repair *r, const char *member, const char *pointer)
{
	const char *id = compat_import_meant(r, json_object_get(r->p->tree, member));
	if (!id)
		return;
	problem_departure(r->p, pointer, _("there is no step '%s'; '%s' is meant"), json_get_string(r->p->tree, member),
	                  id);
	json_object_set_new(r->p->tree, member, json_string(id));
}

static void repair_references(struct playbook *p)
{
	struct repair r = {p, NULL, index_by_uuid(workflow_of(p))};
	json_t *step;
	json_object_foreach(workflow_of(p), r.id, step)
		playbook_each_way(step, repair_way, &r);
	repair_top(&r, "workflow_start", "/workflow_start");
	repair_top(&r, "workflow_exception", "/workflow_exception");
	json_decref(r.by_uuid);
}

/* Without workflow_start: the only step of the type start. */
static void find_start(struct playbook *p)
{
	const char *id;
	const char *only = NULL;
	json_t *step;
	if (json_get_string(p->tree, "workflow_start"))
		return;
	json_object_foreach(workflow_of(p), id, step)
		if (playbook_step_is(step, "start")) {
			if (only)
				return;
			only = id;
		}
	if (!only)
		return;
	problem_departure(p, "/workflow_start", _("workflow_start is missing; '%s' is meant"), only);
	json_object_set_new(p->tree, "workflow_start", json_string(only));
}

/* Version 1 writes $$name$$ for __name__. */
static void make_variables(struct playbook *p)
{
	json_t *variables = json_object_get(p->tree, "playbook_variables");
	if (!json_is_object(variables))
		return;
	json_t *renamed = json_object();
	const char *name;
	json_t *value;
	int changed = 0;
	json_object_foreach(variables, name, value) {
		size_t n = strlen(name);
		char *now = xstrdup(name);
		if (n > 4 && strncmp(name, "$$", 2) == 0 && strcmp(name + n - 2, "$$") == 0) {
			memcpy(now, "__", 2);
			memcpy(now + n - 2, "__", 2);
			changed = 1;
		}
		json_object_set(renamed, now, value);
		free(now);
	}
	if (changed) {
		problem_departure(p, "/playbook_variables", "%s",
		                  _("variables of version 1 ($$name$$), read as __name__"));
		json_object_set(p->tree, "playbook_variables", renamed);
	}
	json_decref(renamed);
}

int playbook_make_regular(struct playbook *p, struct err *err)
{
	unwrap(p);
	if (!json_is_object(p->tree) || !json_get_string(p->tree, "type") ||
	    strcmp(json_get_string(p->tree, "type"), "playbook") != 0)
		return problem_fail(p, "/type", err, "%s", _("not a playbook: the key `type: playbook` is missing"));
	if (make_version(p, err) < 0 || make_map(p, err) < 0)
		return -1;
	json_t *workflow = workflow_of(p);
	if (!json_is_object(workflow) || json_object_size(workflow) == 0)
		return problem_fail(p, "/workflow", err, "%s", _("a playbook needs a workflow: a map of steps"));
	if (json_object_size(workflow) > PLAYBOOK_STEPS)
		return problem_fail(p, "/workflow", err, _("too many steps (%d at most)"), PLAYBOOK_STEPS);
	/* the steps that make_branches() adds need no correction */
	json_t *ids = json_array();
	const char *id;
	json_t *step;
	json_object_foreach(workflow, id, step)
		if (json_is_object(step))
			json_array_append_new(ids, json_string(id));
	size_t i;
	json_t *each;
	json_array_foreach(ids, i, each) {
		id = json_string_value(each);
		step = json_object_get(workflow, id);
		make_type(p, id, step);
		make_commands(p, id, step);
		if (p->foreign) {
			rename_member(p, id, step, "target_ids", "targets");
			rename_member(p, id, step, "in_arguments", "in_args");
			rename_member(p, id, step, "out_arguments", "out_args");
		}
		make_branches(p, id, step);
	}
	json_decref(ids);
	find_start(p);
	make_variables(p);
	repair_references(p);
	return 0;
}
