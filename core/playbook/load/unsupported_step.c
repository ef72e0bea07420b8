/* What a playbook says and genba does not act on: shown to the person, listed by `genba playbook check`. */
#include "playbook/load/check.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "playbook/load/source_map.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Members that CACAO 2.0 defines. Sorted by where they stand, not used for order. Source: CACAO 2.0 sections 3.1, 4. */
static const char *const playbook_members[] = {"type",
                                               "spec_version",
                                               "id",
                                               "name",
                                               "description",
                                               "playbook_types",
                                               "created_by",
                                               "created",
                                               "modified",
                                               "playbook_activities",
                                               "valid_from",
                                               "valid_until",
                                               "labels",
                                               "external_references",
                                               "markings",
                                               "playbook_variables",
                                               "workflow_start",
                                               "workflow_exception",
                                               "workflow",
                                               "data_marking_definitions",
                                               "derived_from",
                                               "related_to",
                                               "priority",
                                               "severity",
                                               "impact",
                                               "industry_sectors",
                                               "revoked",
                                               "extension_definitions",
                                               "playbook_processing_summary",
                                               "agent_definitions",
                                               NULL};

static const char *const step_members[] = {"type",
                                           "name",
                                           "description",
                                           "external_references",
                                           "on_completion",
                                           "on_success",
                                           "on_failure",
                                           "condition",
                                           "on_true",
                                           "on_false",
                                           "switch",
                                           "cases",
                                           "next_steps",
                                           "playbook_id",
                                           "step_variables",
                                           "commands",
                                           "out_args",
                                           "in_args",
                                           "genba",
                                           "owner",
                                           "timeout",
                                           "playbook_version",
                                           "id",
                                           NULL};

static int is_among(const char *word, const char *const *list)
{
	while (*list && strcmp(*list, word) != 0)
		list++;
	return *list != NULL;
}

static const char *why_not(const char *member)
{
	static const struct {
		const char *member;
		const char *why;
	} reasons[] = {
	    {"signatures", N_("signatures are not verified")},
	    {"authentication_info_definitions", N_("log-on data are neither used nor shown")},
	    {"target_definitions", N_("targets are shown only: genba does not reach out to other machines")},
	    {"agent", N_("the agent is shown only: the person at the keyboard acts")},
	    {"targets", N_("targets are shown only: genba does not reach out to other machines")},
	    {"delay", N_("the delay is shown only")},
	    {"playbook_extensions", N_("an extension that genba does not know")},
	    {"step_extensions", N_("an extension that genba does not know")},
	};
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (strcmp(reasons[i].member, member) == 0)
			return i18n_text(reasons[i].why);
	return NULL;
}

/* Said once for all steps: at the first place, with the number of the others. */
struct repeated {
	json_t *first; /* reason -> pointer */
	json_t *count;
};

static void unsupported_step_repeat(struct repeated *r, const char *reason, const char *pointer)
{
	json_int_t n = json_integer_value(json_object_get(r->count, reason));
	if (n == 0)
		json_object_set_new(r->first, reason, json_string(pointer));
	json_object_set_new(r->count, reason, json_integer(n + 1));
}

static void check_commands(struct repeated *r, const char *id, const json_t *step)
{
	static const char *const usable[] = {"manual", "bash", NULL};
	size_t i;
	json_t *command;
	json_array_foreach(json_object_get(step, "commands"), i, command) {
		const char *type = json_get_string(command, "type");
		char key[24];
		snprintf(key, sizeof key, "%zu", i);
		if (type && is_among(type, usable) && json_object_get(command, "command"))
			continue;
		char *pointer = problem_pointer(id, "commands", key);
		char *reason = xasprintf(_("a command of the type '%s' is shown, not run"), type ? type : "");
		unsupported_step_repeat(r, reason, pointer);
		free(reason);
		free(pointer);
	}
}

static void check_members(struct repeated *r, const char *id, const json_t *step)
{
	const char *member;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)step, member, value) {
		if (is_among(member, step_members))
			continue;
		char *pointer = problem_pointer(id, member, NULL);
		const char *why = why_not(member);
		char *reason = why ? xstrdup(why) : xasprintf(_("CACAO 2.0 has no member '%s'"), member);
		unsupported_step_repeat(r, reason, pointer);
		free(reason);
		free(pointer);
	}
}

void check_unsupported(struct playbook *p)
{
	struct repeated r = {json_object(), json_object()};
	const char *member;
	const char *id;
	json_t *value;
	json_object_foreach(p->tree, member, value) {
		if (is_among(member, playbook_members))
			continue;
		struct buf pointer = BUF_INIT;
		const char *why = why_not(member);
		source_map_pointer_add(&pointer, member);
		if (why)
			problem_unsupported(p, pointer.data, "%s", why);
		else
			problem_unsupported(p, pointer.data, _("CACAO 2.0 has no member '%s'"), member);
		buf_release(&pointer);
	}
	json_object_foreach(json_object_get(p->tree, "workflow"), id, value) {
		check_members(&r, id, value);
		check_commands(&r, id, value);
	}
	json_object_foreach(r.first, member, value) {
		long long others = (long long)json_integer_value(json_object_get(r.count, member)) - 1;
		if (others > 0)
			problem_unsupported(p, json_string_value(value),
			                    P_("%s (here and at %lld other place)",
			                       "%s (here and at %lld other places)", (unsigned long long)others),
			                    member, others);
		else
			problem_unsupported(p, json_string_value(value), "%s", member);
	}
	json_decref(r.first);
	json_decref(r.count);
}
