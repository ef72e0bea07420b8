/*
 * What CACAO 2.0 demands beyond its JSON schemas: that steps refer to steps,
 * that every step can be reached, that every path comes to an end.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "playbook/playbook.h"

#include <stdint.h>
#include <string.h>

struct check {
	const struct playbook *p;
	struct err *err;
	json_t *reached;
};

/* An error at a JSON pointer: with line and column if the file is YAML. */
__attribute__((format(printf, 3, 4))) static int fail(struct check *c, const char *pointer, const char *format, ...)
{
	struct buf b = BUF_INIT;
	va_list args;
	const char *place = json_get_string(c->p->places, pointer);
	if (place)
		buf_addf(&b, "%s:%s: ", c->p->file, place);
	else
		buf_addf(&b, "%s: %s: ", c->p->file, *pointer ? pointer : "/");
	va_start(args, format);
	buf_addv(&b, format, args);
	va_end(args);
	err_set(c->err, ERR_INVALID, "%s", b.data);
	buf_release(&b);
	return -1;
}

static int fail_step(struct check *c, const char *id, const char *member, const char *message, const char *detail)
{
	struct buf pointer = BUF_INIT;
	buf_addf(&pointer, "/workflow/%s%s%s", id, *member ? "/" : "", member);
	int rc = fail(c, pointer.data, "%s%s%s%s", message, *detail ? " '" : "", detail, *detail ? "'" : "");
	buf_release(&pointer);
	return rc;
}

static const char *const types[] = {
    "start", "end", "action", "playbook-action", "if-condition", "while-condition", "switch-condition", "parallel"};
static const char *const ways[] = {"on_completion", "on_success", "on_failure", "on_true", "on_false"};

static int is_text(const json_t *value)
{
	if (json_is_string(value))
		return 1;
	if (!json_is_object(value) || json_object_size(value) == 0)
		return 0;
	const char *language;
	json_t *text;
	json_object_foreach((json_t *)(uintptr_t)value, language, text) {
		if (!json_is_string(text))
			return 0;
	}
	return 1;
}

static int check_reference(struct check *c, const char *id, const char *member, const json_t *to)
{
	if (!json_is_string(to))
		return fail_step(c, id, member, _("this must be the id of a step"), "");
	if (!playbook_step(c->p, json_string_value(to)))
		return fail_step(c, id, member, _("there is no step"), json_string_value(to));
	return 0;
}

/* Calls `fn` for every step that `step` refers to. */
static int each_way(struct check *c, const char *id, const json_t *step,
                    int (*fn)(struct check *c, const char *id, const char *member, const json_t *to))
{
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		const json_t *to = json_object_get(step, ways[i]);
		if (to && fn(c, id, ways[i], to) < 0)
			return -1;
	}
	const json_t *next = json_object_get(step, "next_steps");
	size_t i;
	json_t *to;
	json_array_foreach(next, i, to)
		if (fn(c, id, "next_steps", to) < 0)
			return -1;
	const char *value;
	json_object_foreach(json_object_get(step, "cases"), value, to)
		if (fn(c, id, "cases", to) < 0)
			return -1;
	return 0;
}

static int check_requirement(struct check *c, const char *id, const json_t *need)
{
	static const char *const known[] = {"field",  "evidence", "decision", "note", "indicator",
	                                    "record", "step",     "optional", "label"};
	const char *name;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)need, name, value) {
		int ok = 0;
		for (size_t i = 0; i < sizeof known / sizeof *known; i++)
			ok |= strcmp(name, known[i]) == 0;
		if (!ok)
			return fail_step(c, id, "genba", _("unknown kind of requirement"), name);
	}
	return json_is_object(need)
	           ? 0
	           : fail_step(c, id, "genba", _("a requirement is a map, such as {field: isolation_done}"), "");
}

static int check_step(struct check *c, const char *id, const json_t *step)
{
	const char *type = json_get_string(step, "type");
	int known = 0;
	if (!json_is_object(step))
		return fail_step(c, id, "", _("a step is a map"), "");
	for (size_t i = 0; type && i < sizeof types / sizeof *types; i++)
		known |= strcmp(type, types[i]) == 0;
	if (!known)
		return fail_step(c, id, type ? "type" : "", _("a step needs a type that CACAO knows; this is none:"),
		                 type ? type : "");
	int completes = json_object_get(step, "on_completion") != NULL;
	int branches = json_object_get(step, "on_success") || json_object_get(step, "on_failure");
	if (completes && branches)
		return fail_step(c, id, "on_completion", _("on_completion excludes on_success and on_failure"), "");
	if (strcmp(type, "start") == 0 && (!completes || branches))
		return fail_step(c, id, "", _("a start step has on_completion, and nothing else to go to"), "");
	if (strcmp(type, "end") == 0 && (completes || branches))
		return fail_step(c, id, "", _("an end step goes nowhere"), "");
	if (strcmp(type, "action") == 0 && !is_text(json_object_get(step, "name")))
		return fail_step(c, id, "", _("an action step needs a name"), "");
	if ((strcmp(type, "if-condition") == 0 || strcmp(type, "while-condition") == 0) &&
	    (!json_get_string(step, "condition") || !json_object_get(step, "on_true")))
		return fail_step(c, id, "", _("a condition step needs condition and on_true"), "");
	if (strcmp(type, "switch-condition") == 0 &&
	    (!json_get_string(step, "switch") || !json_is_object(json_object_get(step, "cases"))))
		return fail_step(c, id, "", _("a switch step needs switch and cases"), "");
	if (strcmp(type, "parallel") == 0 && json_array_size(json_object_get(step, "next_steps")) == 0)
		return fail_step(c, id, "", _("a parallel step needs next_steps"), "");
	static const char *const texts[] = {"name", "description"};
	for (size_t i = 0; i < 2; i++)
		if (json_object_get(step, texts[i]) && !is_text(json_object_get(step, texts[i])))
			return fail_step(c, id, texts[i], _("this must be a text, or a map of language to text"), "");
	size_t i;
	json_t *need;
	json_array_foreach(playbook_step_extra(step, "records"), i, need)
		if (check_requirement(c, id, need) < 0)
			return -1;
	return each_way(c, id, step, check_reference);
}

static int reach(struct check *c, const char *from, const char *member, const json_t *to);

static int reach_step(struct check *c, const char *id)
{
	if (json_object_get(c->reached, id))
		return 0;
	json_object_set_new(c->reached, id, json_true());
	return each_way(c, id, playbook_step(c->p, id), reach);
}

static int reach(struct check *c, const char *from, const char *member, const json_t *to)
{
	(void)from;
	(void)member;
	return reach_step(c, json_string_value(to));
}

/* A chain of on_completion/on_success that comes back to itself never ends; only a while may go round. */
static int check_cycle(struct check *c, const char *id)
{
	const char *slow = id;
	size_t limit = json_object_size(json_object_get(c->p->tree, "workflow")) + 1;
	for (size_t i = 0; i < limit; i++) {
		const json_t *step = playbook_step(c->p, slow);
		const char *to = json_get_string(step, "on_completion");
		if (!to)
			to = json_get_string(step, "on_success");
		if (!to)
			return 0;
		slow = to;
		if (strcmp(slow, id) == 0)
			return fail_step(c, id, "", _("this step comes back to itself without a while: it never ends"),
			                 "");
	}
	return 0;
}

static int check_workflow(struct check *c)
{
	json_t *workflow = json_object_get(c->p->tree, "workflow");
	const char *start = json_get_string(c->p->tree, "workflow_start");
	const char *id;
	json_t *step;
	json_object_foreach(workflow, id, step)
		if (check_step(c, id, step) < 0)
			return -1;
	const json_t *first = start ? playbook_step(c->p, start) : NULL;
	const char *type = json_get_string(first, "type");
	if (!type || strcmp(type, "start") != 0)
		return fail(c, "/workflow_start", _("workflow_start must name a step of the type start"));
	reach_step(c, start);
	const char *exception = json_get_string(c->p->tree, "workflow_exception");
	if (exception && !playbook_step(c->p, exception))
		return fail(c, "/workflow_exception", _("there is no step '%s'"), exception);
	if (exception)
		reach_step(c, exception);
	int ends = 0;
	int acts = 0;
	json_object_foreach(workflow, id, step) {
		if (!json_object_get(c->reached, id))
			return fail_step(c, id, "", _("no way leads to this step"), "");
		if (check_cycle(c, id) < 0)
			return -1;
		type = json_get_string(step, "type");
		ends += strcmp(type, "end") == 0;
		acts += strcmp(type, "action") == 0 || strcmp(type, "playbook-action") == 0;
	}
	if (!ends || !acts)
		return fail(c, "/workflow", _("a workflow has at least a start, an action and an end"));
	return 0;
}

int playbook_check(const struct playbook *p, struct err *err)
{
	struct check c = {.p = p, .err = err};
	const char *type = json_get_string(p->tree, "type");
	const char *version = json_get_string(p->tree, "spec_version");
	if (!json_is_object(p->tree) || !type || strcmp(type, "playbook") != 0)
		return fail(&c, "/type", _("not a playbook: the key `type: playbook` is missing"));
	if (!version || strncmp(version, "cacao-2", 7) != 0)
		return fail(&c, "/spec_version", _("spec_version must be cacao-2.0"));
	if (!is_text(json_object_get(p->tree, "name")))
		return fail(&c, "/name", _("a playbook needs a name"));
	if (!json_is_object(json_object_get(p->tree, "workflow")))
		return fail(&c, "/workflow", _("a playbook needs a workflow: a map of steps"));
	c.reached = json_object();
	int rc = check_workflow(&c);
	json_decref(c.reached);
	return rc;
}
