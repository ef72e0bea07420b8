#include "playbook/load/export.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/time/clock.h"
#include "base/time/edtf.h"
#include "playbook/load/check.h"

#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RESPONDERS "group--3f0c1b52-7d0e-4a8b-9c41-6e2a5d8f7b13" /* who acts, where a file names nobody */
#define AUTHOR     "identity--0d6e2c1a-2f7b-4a0f-8c39-5a1e7d9b4f10"
#define UNDECIDED  "__a_person_decides__"

struct playbook_export_exporting {
	const struct playbook *p;
	json_t *tree;
	json_t *ids; /* readable -> strict */
	json_t *lost;
	int needs_agent;
	int needs_undecided;
};

/* The extension of one step, or of the playbook, as it comes together. */
struct kept {
	json_t *texts;
	json_t *aside;
	json_t *added;
};

static void kept_init(struct kept *k)
{
	*k = (struct kept){json_object(), json_object(), json_array()};
}

static void kept_give(struct kept *k, json_t *extension)
{
	if (json_object_size(k->texts))
		json_object_set(extension, "texts", k->texts);
	if (json_object_size(k->aside))
		json_object_set(extension, "aside", k->aside);
	if (json_array_size(k->added))
		json_object_set(extension, "added", k->added);
	json_decref(k->texts);
	json_decref(k->aside);
	json_decref(k->added);
}

static void set_aside(json_t *object, const char *member, struct kept *k)
{
	json_t *value = json_object_get(object, member);
	if (!value)
		return;
	if (!json_object_get(k->aside, member)) /* what was there first is what comes back */
		json_object_set(k->aside, member, value);
	json_object_del(object, member);
}

static void add_member(json_t *object, const char *member, json_t *value, struct kept *k)
{
	if (!json_object_get(k->aside, member))
		json_array_append_new(k->added, json_string(member));
	json_object_set_new(object, member, value);
}

static const char *english(const json_t *text)
{
	if (json_is_string(text))
		return json_string_value(text);
	const char *en = json_get_string(text, "en");
	return en ? en : json_string_value(json_object_iter_value(json_object_iter((json_t *)(uintptr_t)text)));
}

static void make_text(json_t *object, const char *member, struct kept *k)
{
	json_t *text = json_object_get(object, member);
	if (!json_is_object(text))
		return;
	json_object_set(k->texts, member, text);
	json_object_set_new(object, member, json_string(english(text)));
}

/* ---- ids and times */

/* `TYPE--UUID` from the playbook and a name: random-looking, and always the same. */
static json_t *made_id(const struct playbook_export_exporting *x, const char *type, const char *name)
{
	unsigned char d[32];
	struct buf seed = BUF_INIT;
	const char *id = json_get_string(x->p->tree, "id");
	buf_addf(&seed, "genba playbook %s step %s", id ? id : x->p->digest, name);
	crypto_hash_sha256(d, (const unsigned char *)seed.data, seed.len);
	buf_release(&seed);
	d[6] = (d[6] & 0x0F) | 0x40;
	d[8] = (d[8] & 0x3F) | 0x80;
	struct buf out = BUF_INIT;
	buf_addf(&out, "%s--", type);
	for (size_t i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			buf_addc(&out, '-');
		buf_addhex(&out, d + i, 1);
	}
	json_t *text = json_string(out.data);
	buf_release(&out);
	return text;
}

static void make_ids(struct playbook_export_exporting *x)
{
	const char *id;
	json_t *step;
	json_object_foreach(json_object_get(x->tree, "workflow"), id, step) {
		const char *type = json_get_string(step, "type");
		json_object_set_new(x->ids, id, check_is_identifier(id, type) ? json_string(id) : made_id(x, type, id));
	}
}

static int rename_way(void *ctx, const char *member, const char *key, const json_t *to)
{
	const struct playbook_export_exporting *x = ctx;
	const char *id = json_string_value(to);
	const char *strict = id ? json_get_string(x->ids, id) : NULL;
	(void)member;
	(void)key;
	if (strict)
		json_string_set((json_t *)(uintptr_t)to, strict);
	return 0;
}

/* In UTC, with three digits of milliseconds: what is there is cut or filled, what is no time at all is set aside. */
static void make_time(json_t *tree, const char *member, int required, struct kept *k)
{
	struct edtf time;
	int64_t first;
	int64_t last;
	char utc[CLOCK_TEXT];
	const char *given = json_get_string(tree, member);
	if (given && check_is_timestamp(given))
		return;
	char *whole = NULL;
	if (given && edtf_parse(given, &time, NULL) == 0 && time.form == EDTF_POINT && time.from.second >= 0 &&
	    !time.from.qualifier && edtf_bounds(&time, NULL, NULL, &first, &last) == 0) {
		clock_format_utc((struct clock_time){.seconds = first}, utc);
		whole = xasprintf("%.19s.%03dZ", utc, time.from.fraction ? time.from.nanosecond / 1000000 : 0);
	}
	set_aside(tree, member, k);
	if (whole && check_is_timestamp(whole))
		add_member(tree, member, json_string(whole), k);
	else if (required)
		add_member(tree, member, json_string("1970-01-01T00:00:00.000Z"), k);
	free(whole);
}

/* ---- steps */

static int is_among(const char *word, const char *const *list)
{
	while (*list && strcmp(*list, word) != 0)
		list++;
	return *list != NULL;
}

/* What a strict step of the type may have. Source: the schemas `workflow-step` and those of each type. */
static int may_have(const json_t *step, const char *member)
{
	static const char *const common[] = {
	    "type",  "name",           "description",   "external_references", "delay",      "timeout",
	    "owner", "step_variables", "on_completion", "on_success",          "on_failure", "step_extensions",
	    NULL};
	static const struct {
		const char *type;
		const char *members[6];
	} own[] = {{"action", {"commands", "agent", "targets", "in_args", "out_args", NULL}},
	           {"playbook-action", {"playbook_id", "playbook_version", "in_args", "out_args", NULL}},
	           {"if-condition", {"condition", "on_true", "on_false", NULL}},
	           {"while-condition", {"condition", "on_true", NULL}},
	           {"switch-condition", {"switch", "cases", NULL}},
	           {"parallel", {"next_steps", NULL}}};
	if (is_among(member, common))
		return 1;
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (playbook_step_is(step, own[i].type))
			return is_among(member, own[i].members);
	return 0;
}

static void set_foreign_aside(json_t *step, struct kept *k)
{
	json_t *names = json_array();
	const char *member;
	json_t *value;
	size_t i;
	json_object_foreach(step, member, value)
		if (!may_have(step, member))
			json_array_append_new(names, json_string(member));
	json_array_foreach(names, i, value)
		set_aside(step, json_string_value(value), k);
	json_decref(names);
}

static int has_maps(const json_t *commands)
{
	size_t i;
	json_t *command;
	json_array_foreach(commands, i, command)
		if (json_is_object(json_object_get(command, "command")) ||
		    json_is_object(json_object_get(command, "description")))
			return 1;
	return 0;
}

static void make_commands(json_t *step, struct kept *k)
{
	json_t *commands = json_object_get(step, "commands");
	size_t i;
	json_t *command;
	if (json_array_size(commands) == 0) {
		const char *text = english(json_object_get(step, "description"));
		if (!text)
			text = english(json_object_get(step, "name"));
		set_aside(step, "commands", k);
		add_member(step, "commands", json_pack("[{s:s, s:s}]", "type", "manual", "command", text ? text : "-"),
		           k);
		return;
	}
	if (!has_maps(commands))
		return;
	json_t *strict = json_deep_copy(commands);
	json_array_foreach(strict, i, command) {
		if (json_is_object(json_object_get(command, "command")))
			json_object_set_new(command, "command",
			                    json_string(english(json_object_get(command, "command"))));
		if (json_is_object(json_object_get(command, "description")))
			json_object_set_new(command, "description",
			                    json_string(english(json_object_get(command, "description"))));
	}
	set_aside(step, "commands", k);
	json_object_set_new(step, "commands", strict);
}

/* Definitions whose type the standard does not know are set aside with their map; agents that use them get ours. */
static void keep_legal(json_t *tree, const char *member, const char *const *types, struct kept *k)
{
	json_t *legal = json_object();
	json_t *map = json_object_get(tree, member);
	const char *id;
	json_t *definition;
	json_object_foreach(map, id, definition)
		for (size_t i = 0; types[i]; i++)
			if (check_is_identifier(id, types[i]))
				json_object_set(legal, id, definition);
	if (json_object_size(legal) < json_object_size(map)) {
		set_aside(tree, member, k);
		if (json_object_size(legal))
			add_member(tree, member, json_incref(legal), k);
	}
	json_decref(legal);
}

static void make_agent(struct playbook_export_exporting *x, json_t *step, struct kept *k)
{
	const char *agent = json_get_string(step, "agent");
	const json_t *defined = json_object_get(json_object_get(x->tree, "agent_definitions"), agent ? agent : "");
	if (agent && defined && check_is_identifier(agent, json_get_string(defined, "type")))
		return;
	set_aside(step, "agent", k);
	add_member(step, "agent", json_string(RESPONDERS), k);
	x->needs_agent = 1;
}

static void make_targets(struct playbook_export_exporting *x, json_t *step, struct kept *k)
{
	size_t i;
	json_t *target;
	json_array_foreach(json_object_get(step, "targets"), i, target) {
		const char *name = json_string_value(target);
		const json_t *defined =
		    json_object_get(json_object_get(x->tree, "target_definitions"), name ? name : "");
		if (!defined || !check_is_identifier(name, json_get_string(defined, "type"))) {
			set_aside(step, "targets", k);
			return;
		}
	}
}

/* An end that the standard demands and the file did not have; its id. */
static json_t *surplus_end(struct playbook_export_exporting *x, json_t *workflow, const char *name)
{
	json_t *id = made_id(x, "end", name);
	json_object_set_new(
	    workflow, json_string_value(id),
	    json_pack("{s:s, s:{s:{s:b}}}", "type", "end", "step_extensions", PLAYBOOK_EXTENSION, "surplus", 1));
	return id;
}

static void make_condition(struct playbook_export_exporting *x, json_t *step, const char *member, const char *value,
                           struct kept *k)
{
	if (json_get_string(step, member))
		return;
	set_aside(step, member, k);
	add_member(step, member, json_string(value), k);
	x->needs_undecided = 1;
}

/* The sources of genba's extension are references that other tools show. */
static void make_references(json_t *step, struct kept *k)
{
	const json_t *sources = playbook_step_extra(step, "sources");
	size_t i;
	json_t *source;
	if (json_array_size(sources) == 0 || json_object_get(step, "external_references"))
		return;
	json_t *list = json_array();
	json_array_foreach(sources, i, source)
		json_array_append_new(list, json_pack("{s:O}", "name", source));
	add_member(step, "external_references", list, k);
}

static void make_step(struct playbook_export_exporting *x, json_t *workflow, const char *id, json_t *step)
{
	struct kept k;
	const char *strict = json_get_string(x->ids, id);
	kept_init(&k);
	make_references(step, &k);
	json_t *extension = json_object();
	if (json_object_get(step, "genba"))
		json_object_set(extension, "genba", json_object_get(step, "genba"));
	json_object_del(step, "genba");
	set_foreign_aside(step, &k);
	make_text(step, "name", &k);
	make_text(step, "description", &k);
	if (playbook_step_is(step, "action")) {
		make_commands(step, &k);
		make_agent(x, step, &k);
		make_targets(x, step, &k);
	} else if (playbook_step_is(step, "switch-condition")) {
		make_condition(x, step, "switch", UNDECIDED ":value", &k);
	} else if (playbook_step_is(step, "if-condition") || playbook_step_is(step, "while-condition")) {
		make_condition(x, step, "condition", UNDECIDED ":value = 'yes'", &k);
	} else if (playbook_step_is(step, "playbook-action") && !json_get_string(step, "playbook_id")) {
		add_member(step, "playbook_id", made_id(x, "playbook", id), &k);
	} else if (playbook_step_is(step, "parallel") && json_array_size(json_object_get(step, "next_steps")) == 1) {
		json_t *two = json_copy(json_object_get(step, "next_steps"));
		set_aside(step, "next_steps", &k);
		json_array_append_new(two, surplus_end(x, workflow, strict));
		json_object_set_new(step, "next_steps", two);
	}
	if (!playbook_step_is(step, "end") && !json_object_get(step, "on_completion") &&
	    !json_object_get(step, "on_success")) {
		char *name = xasprintf("%s end", strict);
		set_aside(step, "on_failure", &k);
		add_member(step, json_object_get(k.aside, "on_failure") ? "on_success" : "on_completion",
		           surplus_end(x, workflow, name), &k);
		if (json_object_get(k.aside, "on_failure"))
			json_object_set(step, "on_failure", json_object_get(k.aside, "on_failure"));
		free(name);
	}
	if (strcmp(strict, id) != 0)
		json_object_set_new(extension, "id", json_string(id));
	kept_give(&k, extension);
	json_t *extensions = json_object_get(step, "step_extensions");
	if (json_object_size(extension) && extensions)
		json_object_set(extensions, PLAYBOOK_EXTENSION, extension);
	else if (json_object_size(extension))
		json_object_set_new(step, "step_extensions", json_pack("{s:O}", PLAYBOOK_EXTENSION, extension));
	json_decref(extension);
	json_object_set(workflow, strict, step);
}

static void make_workflow(struct playbook_export_exporting *x)
{
	static const char *const tops[] = {"workflow_start", "workflow_exception"};
	json_t *workflow = json_object();
	const char *id;
	json_t *step;
	make_ids(x);
	json_object_foreach(json_object_get(x->tree, "workflow"), id, step) {
		playbook_each_way(step, rename_way, x);
		make_step(x, workflow, id, step);
	}
	json_object_set_new(x->tree, "workflow", workflow);
	for (size_t i = 0; i < 2; i++) {
		const char *to = json_get_string(x->tree, tops[i]);
		if (to && json_get_string(x->ids, to))
			json_object_set(x->tree, tops[i], json_object_get(x->ids, to));
	}
}

/* ---- the playbook itself */

static void make_definitions(struct playbook_export_exporting *x, struct kept *k)
{
	static const struct {
		const char *id;
		const char *level;
	} tlp[] = {{"marking-tlp--94868c89-83c2-464b-929b-a1a8aa3c8487", "TLP:CLEAR"},
	           {"marking-tlp--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "TLP:GREEN"},
	           {"marking-tlp--55d920b0-5e8b-4f79-9ee9-91f868d9b421", "TLP:AMBER"},
	           {"marking-tlp--939a9414-2ddd-4d32-a0cd-375ea402b003", "TLP:AMBER+STRICT"},
	           {"marking-tlp--e828b379-4e03-4974-9ac4-e53a884c97c1", "TLP:RED"}};
	const json_t *markings = json_object_get(x->tree, "markings");
	json_t *definitions = json_object();
	for (size_t i = 0; i < json_array_size(markings); i++)
		for (size_t t = 0; t < sizeof tlp / sizeof *tlp; t++) {
			const char *id = json_string_value(json_array_get(markings, i));
			if (id && strcmp(id, tlp[t].id) == 0)
				json_object_set_new(
				    definitions, id,
				    json_pack("{s:s, s:s, s:s, s:s, s:s}", "type", "marking-tlp", "id", id,
				              "created_by", "identity--5abe695c-7bd5-4c31-8824-2528696cdbf1", "created",
				              "2022-10-01T00:00:00.000Z", "tlpv2_level", tlp[t].level));
		}
	if (json_object_size(definitions) && !json_object_get(x->tree, "data_marking_definitions"))
		add_member(x->tree, "data_marking_definitions", json_incref(definitions), k);
	json_decref(definitions);
}

/* A member of a map that is added to it: the map as it was is set aside. */
static void add_to_map(json_t *tree, const char *member, const char *key, json_t *value, struct kept *k)
{
	json_t *map = json_object_get(tree, member) ? json_deep_copy(json_object_get(tree, member)) : json_object();
	json_object_set_new(map, key, value);
	set_aside(tree, member, k);
	add_member(tree, member, map, k);
}

static void make_head(struct playbook_export_exporting *x, struct kept *k)
{
	static const char *const members[] = {"type",
	                                      "spec_version",
	                                      "id",
	                                      "name",
	                                      "description",
	                                      "playbook_types",
	                                      "playbook_activities",
	                                      "playbook_processing_summary",
	                                      "created_by",
	                                      "created",
	                                      "modified",
	                                      "revoked",
	                                      "valid_from",
	                                      "valid_until",
	                                      "derived_from",
	                                      "related_to",
	                                      "priority",
	                                      "severity",
	                                      "impact",
	                                      "industry_sectors",
	                                      "labels",
	                                      "external_references",
	                                      "markings",
	                                      "playbook_variables",
	                                      "workflow_start",
	                                      "workflow_exception",
	                                      "workflow",
	                                      "playbook_extensions",
	                                      "authentication_info_definitions",
	                                      "agent_definitions",
	                                      "target_definitions",
	                                      "extension_definitions",
	                                      "data_marking_definitions",
	                                      "signatures",
	                                      NULL};
	const char *member;
	json_t *value;
	size_t i;
	json_t *names = json_array();
	json_object_foreach(x->tree, member, value)
		if (!is_among(member, members))
			json_array_append_new(names, json_string(member));
	json_array_foreach(names, i, value)
		set_aside(x->tree, json_string_value(value), k);
	json_decref(names);
	if (json_object_get(x->tree, "signatures") && x->lost)
		json_array_append_new(x->lost, json_string(_("signatures: they were over the former text")));
	set_aside(x->tree, "signatures", k);
	make_text(x->tree, "name", k);
	make_text(x->tree, "description", k);
	const char *id = json_get_string(x->tree, "id");
	if (!id || !check_is_identifier(id, "playbook")) {
		json_t *made = made_id(x, "playbook", "");
		set_aside(x->tree, "id", k);
		add_member(x->tree, "id", made, k);
	}
	const char *by = json_get_string(x->tree, "created_by");
	if (!by || !check_is_identifier(by, "identity")) {
		set_aside(x->tree, "created_by", k);
		add_member(x->tree, "created_by", json_string(AUTHOR), k);
	}
	make_time(x->tree, "created", 1, k);
	make_time(x->tree, "modified", 1, k);
	make_time(x->tree, "valid_from", 0, k);
	make_time(x->tree, "valid_until", 0, k);
	make_definitions(x, k);
}

json_t *playbook_export(const struct playbook *p, json_t *lost)
{
	struct playbook_export_exporting x = {
	    .p = p, .tree = json_deep_copy(p->tree), .ids = json_object(), .lost = lost};
	struct kept k;
	static const char *const machines[] = {
	    "group",        "http-api", "individual",        "linux", "location", "net-address",
	    "organization", "sector",   "security-category", "ssh",   NULL};
	static const char *const keys[] = {"http-basic", "oauth2", "user-auth", NULL};
	kept_init(&k);
	keep_legal(x.tree, "agent_definitions", machines, &k);
	keep_legal(x.tree, "target_definitions", machines, &k);
	keep_legal(x.tree, "authentication_info_definitions", keys, &k);
	make_workflow(&x);
	make_head(&x, &k);
	if (x.needs_agent)
		add_to_map(x.tree, "agent_definitions", RESPONDERS,
		           json_pack("{s:s, s:s}", "type", "group", "name", "responders"), &k);
	if (x.needs_undecided)
		add_to_map(x.tree, "playbook_variables", UNDECIDED, json_pack("{s:s, s:n}", "type", "string", "value"),
		           &k);
	json_t *extension = json_object();
	kept_give(&k, extension);
	json_t *extensions = json_object_get(x.tree, "playbook_extensions");
	if (json_object_size(extension) && extensions)
		json_object_set(extensions, PLAYBOOK_EXTENSION, extension);
	else if (json_object_size(extension))
		json_object_set_new(x.tree, "playbook_extensions", json_pack("{s:O}", PLAYBOOK_EXTENSION, extension));
	json_decref(extension);
	json_t *definitions = json_object_get(x.tree, "extension_definitions");
	if (!definitions)
		json_object_set_new(x.tree, "extension_definitions", definitions = json_object());
	json_object_set_new(definitions, PLAYBOOK_EXTENSION,
	                    json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "type", "extension-definition", "name", "genba",
	                              "description",
	                              "what a step must record, why, warnings, translations, readable ids",
	                              "created_by", AUTHOR, "schema", "genba-playbook(5)", "version", "1"));
	json_decref(x.ids);
	return x.tree;
}

void playbook_export_text(const json_t *strict, struct buf *out)
{
	char *text = json_dumps(strict, JSON_SORT_KEYS | JSON_INDENT(2));
	buf_adds(out, text ? text : "");
	buf_addc(out, '\n');
	free(text);
}
