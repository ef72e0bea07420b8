/* Each step by itself: its type, its members, what it refers to. */
#include "playbook/load/check.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "playbook/load/condition.h"

#include <stdlib.h>
#include <string.h>

struct check_step_at {
	struct playbook *p;
	const char *id;
	struct err *err;
};

static int check_step_fail(const struct check_step_at *at, const char *member, const char *key, const char *message,
                           const char *detail)
{
	char *pointer = problem_pointer(at->id, member, key);
	int rc = detail ? problem_fail(at->p, pointer, at->err, "%s '%s'", message, detail)
	                : problem_fail(at->p, pointer, at->err, "%s", message);
	free(pointer);
	return rc;
}

static void depart(const struct check_step_at *at, const char *member, const char *message)
{
	char *pointer = problem_pointer(at->id, member, NULL);
	problem_departure(at->p, pointer, "%s", message);
	free(pointer);
}

static int check_reference(void *ctx, const char *member, const char *key, const json_t *to)
{
	const struct check_step_at *at = ctx;
	if (!json_is_string(to))
		return check_step_fail(at, member, key, _("this must be the id of a step"), NULL);
	if (!playbook_step(at->p, json_string_value(to)))
		return check_step_fail(at, member, key, _("there is no step"), json_string_value(to));
	return 0;
}

static int check_type(const struct check_step_at *at, const json_t *step)
{
	static const char *const types[] = {
	    "start",   "end", "action", "playbook-action", "if-condition", "while-condition", "switch-condition",
	    "parallel"};
	const char *type = json_get_string(step, "type");
	if (!json_is_object(step))
		return check_step_fail(at, NULL, NULL, _("a step is a map"), NULL);
	if (!*at->id || strlen(at->id) > PLAYBOOK_STEP_ID)
		return check_step_fail(at, NULL, NULL, _("a step's id is 1 to 120 bytes"), NULL);
	for (size_t i = 0; type && i < sizeof types / sizeof *types; i++)
		if (strcmp(type, types[i]) == 0)
			return 0;
	return type ? check_step_fail(at, "type", NULL, _("there is no type of step"), type)
	            : check_step_fail(at, NULL, NULL, _("a step needs a type: action, if-condition, end, …"), NULL);
}

/* on_completion, on_success, on_failure. Source: CACAO 2.0 section 4.1. */
static int check_exits(const struct check_step_at *at, const json_t *step)
{
	const json_t *completion = json_object_get(step, "on_completion");
	const json_t *success = json_object_get(step, "on_success");
	const json_t *failure = json_object_get(step, "on_failure");
	if (playbook_step_is(step, "end"))
		return completion || success || failure
		           ? check_step_fail(at, NULL, NULL, _("an end step goes nowhere"), NULL)
		           : 0;
	if (completion && (success || failure))
		return check_step_fail(at, "on_completion", NULL, _("on_completion excludes on_success and on_failure"),
		                       NULL);
	if (playbook_step_is(step, "start") && (!completion || success || failure))
		return check_step_fail(at, NULL, NULL, _("a start step has on_completion, and nothing else to go to"),
		                       NULL);
	if (!completion && !success)
		depart(at, NULL, _("nothing follows this step: it is taken as the end of its branch"));
	return 0;
}

static int check_condition(const struct check_step_at *at, const json_t *step)
{
	const char *condition = json_get_string(step, "condition");
	struct err why = ERR_INIT;
	if (!json_object_get(step, "on_true"))
		return check_step_fail(at, NULL, NULL, _("a condition step needs on_true"), NULL);
	if (!condition) {
		depart(at, NULL, _("without a condition: the person decides"));
	} else if (condition_check(condition, &why) < 0) {
		char *pointer = problem_pointer(at->id, "condition", NULL);
		problem_departure(at->p, pointer, _("%s; the person decides"), why.message);
		free(pointer);
	}
	return 0;
}

static int check_switch(const struct check_step_at *at, const json_t *step)
{
	const char *on = json_get_string(step, "switch");
	const json_t *cases = json_object_get(step, "cases");
	if (!json_is_object(cases) || json_object_size(cases) == 0)
		return check_step_fail(at, NULL, NULL, _("a switch step needs cases"), NULL);
	size_t n = on ? condition_variable_length(on) : 0;
	if (n == 0 || strcmp(on + n, ":value") != 0)
		depart(at, on ? "switch" : NULL,
		       _("the switch is not a variable (__name__:value): the person chooses"));
	return 0;
}

static int check_parallel(const struct check_step_at *at, const json_t *step)
{
	const json_t *next = json_object_get(step, "next_steps");
	if (!json_is_array(next) || json_array_size(next) == 0)
		return check_step_fail(at, NULL, NULL, _("a parallel step needs next_steps"), NULL);
	if (json_array_size(next) == 1)
		depart(at, "next_steps", _("a parallel of one step"));
	return 0;
}

static int check_commands(const struct check_step_at *at, const json_t *step)
{
	const json_t *commands = json_object_get(step, "commands");
	size_t i;
	json_t *command;
	if (commands && !json_is_array(commands))
		return check_step_fail(at, "commands", NULL, _("commands are a list"), NULL);
	json_array_foreach(commands, i, command) {
		char key[24];
		snprintf(key, sizeof key, "%zu", i);
		if (!json_is_object(command))
			return check_step_fail(at, "commands", key, _("a command is a map with a type"), NULL);
		if (json_object_get(command, "command") && !playbook_is_text(json_object_get(command, "command")))
			return check_step_fail(at, "commands", key, _("the text of a command must be a text"), NULL);
	}
	return 0;
}

static int check_texts(const struct check_step_at *at, const json_t *step)
{
	static const char *const texts[] = {"name", "description"};
	for (size_t i = 0; i < 2; i++)
		if (json_object_get(step, texts[i]) && !playbook_is_text(json_object_get(step, texts[i])))
			return check_step_fail(at, texts[i], NULL,
			                       _("this must be a text, or a map of language to text"), NULL);
	if (!json_object_get(step, "name") && !playbook_step_is(step, "start") && !playbook_step_is(step, "end") &&
	    !playbook_step_is(step, "parallel"))
		depart(at, NULL, _("without a name: its id is shown"));
	return 0;
}

/* Agents and targets that are not defined: OASIS's own examples have them. */
static void check_agents(const struct check_step_at *at, const json_t *step)
{
	const char *agent = json_get_string(step, "agent");
	if (agent && !json_object_get(json_object_get(at->p->tree, "agent_definitions"), agent)) {
		char *pointer = problem_pointer(at->id, "agent", NULL);
		problem_departure(at->p, pointer, _("the agent '%s' is not defined"), agent);
		free(pointer);
	}
	size_t i;
	json_t *target;
	json_array_foreach(json_object_get(step, "targets"), i, target) {
		const char *name = json_string_value(target);
		char key[24];
		snprintf(key, sizeof key, "%zu", i);
		if (name && json_object_get(json_object_get(at->p->tree, "target_definitions"), name))
			continue;
		char *pointer = problem_pointer(at->id, "targets", key);
		problem_departure(at->p, pointer, _("the target '%s' is not defined"), name ? name : "");
		free(pointer);
	}
}

int check_step(struct playbook *p, const char *id, const json_t *step, struct err *err)
{
	struct check_step_at at = {p, id, err};
	if (check_type(&at, step) < 0 || check_exits(&at, step) < 0 || check_texts(&at, step) < 0 ||
	    check_commands(&at, step) < 0)
		return -1;
	if ((playbook_step_is(step, "if-condition") || playbook_step_is(step, "while-condition")) &&
	    check_condition(&at, step) < 0)
		return -1;
	if (playbook_step_is(step, "switch-condition") && check_switch(&at, step) < 0)
		return -1;
	if (playbook_step_is(step, "parallel") && check_parallel(&at, step) < 0)
		return -1;
	if (playbook_step_is(step, "playbook-action") && !json_get_string(step, "playbook_id"))
		depart(&at, NULL, _("a playbook-action without playbook_id"));
	check_agents(&at, step);
	return playbook_each_way(step, check_reference, &at);
}
