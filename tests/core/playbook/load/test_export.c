/*
 * Strict CACAO 2.0: what is exported loads back to the same playbook, is the same
 * bytes each time, and keeps the rules of the published JSON schemas.
 *
 * The rules are written down here and not read from the schema files, which are
 * not part of this project. Those files have a defect: they declare draft-07 but
 * close their objects with `unevaluatedProperties`, a later keyword, so that a
 * draft-07 validator accepts any member, and a later one refuses the `command` of
 * every command (command-data.json closes itself). What they mean is checked here:
 * no member beyond those listed, and the members of a command as its own type lists them.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "playbook/load/export.h"

#include <dirent.h>
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define UUID      "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-5][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$"
#define TIMESTAMP "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$"

static const char *where;

static void rule(int holds, const char *what, const char *detail)
{
	if (!holds)
		fail_msg("%s: %s: %s", where, what, detail ? detail : "(missing)");
}

static int matches(const char *pattern, const char *text)
{
	regex_t re;
	assert_int_equal(regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB), 0);
	int found = text && regexec(&re, text, 0, NULL, 0) == 0;
	regfree(&re);
	return found;
}

static int is_among(const char *word, const char *const *list)
{
	while (*list && strcmp(*list, word) != 0)
		list++;
	return *list != NULL;
}

static void only(const json_t *object, const char *const *members)
{
	const char *member;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)object, member, value)
		rule(is_among(member, members), "a member that the schema does not have", member);
}

static void is_identifier(const json_t *object, const char *member, int required)
{
	const char *id = json_get_string(object, member);
	if (json_object_get(object, member) || required)
		rule(matches("^[a-z][a-z0-9-]+--" UUID, id), member, id);
}

static void is_text(const json_t *object, const char *member)
{
	if (json_object_get(object, member))
		rule(json_is_string(json_object_get(object, member)), "a text is expected", member);
}

static void check_references(const json_t *list)
{
	static const char *const members[] = {"name",        "description",  "source", "url",
	                                      "external_id", "reference_id", NULL};
	size_t i;
	json_t *reference;
	rule(!list || json_array_size(list) > 0, "external_references has at least one", "external_references");
	json_array_foreach(list, i, reference) {
		rule(json_is_string(json_object_get(reference, "name")), "a reference needs a name", NULL);
		only(reference, members);
	}
}

static void check_commands(const json_t *step)
{
	static const char *const members[] = {
	    "type",    "description", "version", "playbook_activity", "external_references",
	    "command", "command_b64", "headers", "content",           "content_b64",
	    NULL};
	const json_t *commands = json_object_get(step, "commands");
	size_t i;
	json_t *command;
	rule(json_array_size(commands) > 0, "an action needs commands", NULL);
	json_array_foreach(commands, i, command) {
		rule(json_is_string(json_object_get(command, "type")), "a command needs a type", NULL);
		is_text(command, "command");
		is_text(command, "description");
		only(command, members);
	}
}

static int check_way(void *workflow, const char *member, const char *key, const json_t *to)
{
	(void)member;
	(void)key;
	rule(json_object_get(workflow, json_string_value(to)) != NULL, "refers to no step", json_string_value(to));
	return 0;
}

static void check_step(json_t *workflow, const char *id, const json_t *step)
{
	static const struct {
		const char *type;
		const char *members[10];
		const char *required[3];
	} types[] = {
	    {"start", {NULL}, {NULL}},
	    {"end", {NULL}, {NULL}},
	    {"action", {"commands", "agent", "targets", "in_args", "out_args", NULL}, {"commands", "agent", NULL}},
	    {"playbook-action",
	     {"playbook_id", "playbook_version", "in_args", "out_args", NULL},
	     {"playbook_id", NULL}},
	    {"if-condition", {"condition", "on_true", "on_false", NULL}, {"condition", "on_true", NULL}},
	    {"while-condition", {"condition", "on_true", NULL}, {"condition", "on_true", NULL}},
	    {"switch-condition", {"switch", "cases", NULL}, {"switch", "cases", NULL}},
	    {"parallel", {"next_steps", NULL}, {"next_steps", NULL}}};
	static const char *const common[] = {"type",
	                                     "name",
	                                     "description",
	                                     "external_references",
	                                     "delay",
	                                     "timeout",
	                                     "step_variables",
	                                     "owner",
	                                     "on_completion",
	                                     "on_success",
	                                     "on_failure",
	                                     "step_extensions",
	                                     NULL};
	const char *type = json_get_string(step, "type");
	size_t t = 0;
	where = id;
	while (t < 8 && strcmp(types[t].type, type) != 0)
		t++;
	rule(t < 8, "type", type);
	char *pattern = xasprintf("^%s--" UUID, type);
	rule(matches(pattern, id), "the id of a step", id);
	free(pattern);
	const char *member;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)step, member, value)
		rule(is_among(member, common) || is_among(member, types[t].members),
		     "a member that the schema does not have", member);
	for (size_t i = 0; types[t].required[i]; i++)
		rule(json_object_get(step, types[t].required[i]) != NULL, "required", types[t].required[i]);
	is_text(step, "name");
	is_text(step, "description");
	is_text(step, "condition");
	is_identifier(step, "agent", 0);
	check_references(json_object_get(step, "external_references"));
	int completion = json_object_get(step, "on_completion") != NULL;
	int success = json_object_get(step, "on_success") != NULL;
	int failure = json_object_get(step, "on_failure") != NULL;
	if (strcmp(type, "end") == 0)
		rule(!completion && !success && !failure, "an end goes nowhere", id);
	else
		rule(completion ? !success && !failure : success, "on_completion, or on_success", id);
	rule(strcmp(type, "start") != 0 || (!success && !failure), "a start only completes", id);
	if (strcmp(type, "action") == 0)
		check_commands(step);
	if (strcmp(type, "parallel") == 0)
		rule(json_array_size(json_object_get(step, "next_steps")) >= 2, "next_steps has at least two", id);
	playbook_each_way(step, check_way, workflow);
}

static void check_keys(const json_t *object, const char *member, const char *pattern)
{
	const char *key;
	json_t *value;
	json_object_foreach(json_object_get(object, member), key, value)
		rule(matches(pattern, key), member, key);
}

static void check_schema(const char *name, const json_t *strict)
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
	where = name;
	json_t *workflow = json_object_get(strict, "workflow");
	only(strict, members);
	rule(strcmp(json_get_string(strict, "spec_version"), "cacao-2.0") == 0, "spec_version", NULL);
	rule(matches("^playbook--" UUID, json_get_string(strict, "id")), "id", json_get_string(strict, "id"));
	rule(matches("^identity--" UUID, json_get_string(strict, "created_by")), "created_by",
	     json_get_string(strict, "created_by"));
	rule(matches(TIMESTAMP, json_get_string(strict, "created")), "created", json_get_string(strict, "created"));
	rule(matches(TIMESTAMP, json_get_string(strict, "modified")), "modified", json_get_string(strict, "modified"));
	rule(json_is_string(json_object_get(strict, "name")), "name", NULL);
	is_text(strict, "description");
	is_identifier(strict, "workflow_start", 1);
	is_identifier(strict, "workflow_exception", 0);
	check_keys(strict, "playbook_variables", "^__[a-zA-Z_][a-zA-Z0-9_-]{0,199}__$");
	check_keys(strict, "extension_definitions", "^extension-definition--" UUID);
	check_keys(strict, "playbook_extensions", "^extension-definition--" UUID);
	check_keys(strict, "agent_definitions",
	           "^(group|http-api|individual|linux|location|net-address|organization|sector|"
	           "security-category|ssh)--" UUID);
	check_references(json_object_get(strict, "external_references"));
	const char *id;
	json_t *step;
	json_object_foreach(workflow, id, step)
		check_step(workflow, id, step);
}

/* Loads, exports, checks the rules, loads what was exported: the same tree, and the same bytes again. */
static void round_trip(const char *name, const struct playbook *p)
{
	struct err err = ERR_INIT;
	struct buf first = BUF_INIT;
	struct buf second = BUF_INIT;
	json_t *strict = playbook_export(p, NULL);
	playbook_export_text(strict, &first);
	check_schema(name, strict);
	struct playbook *again = playbook_load("exported.json", first.data, first.len, &err);
	if (!again)
		fail_msg("%s: the export does not load: %s", name, err.message);
	if (!json_equal(p->tree, again->tree)) {
		char *was = json_dumps(p->tree, JSON_SORT_KEYS | JSON_INDENT(1));
		char *is = json_dumps(again->tree, JSON_SORT_KEYS | JSON_INDENT(1));
		size_t i = 0;
		while (was[i] && was[i] == is[i])
			i++;
		fail_msg("%s: differs behind the round trip: was '%.200s', is '%.200s'", name,
		         was + (i > 60 ? i - 60 : 0), is + (i > 60 ? i - 60 : 0));
	}
	json_t *strict_again = playbook_export(again, NULL);
	playbook_export_text(strict_again, &second);
	assert_string_equal(first.data, second.data);
	json_decref(strict_again);
	json_decref(strict);
	playbook_free(again);
	buf_release(&first);
	buf_release(&second);
}

static void shipped_playbooks_go_round(void **state)
{
	(void)state;
	for (size_t i = 0; playbook_builtin_name(i); i++) {
		struct playbook *p = playbook_find(playbook_builtin_name(i), NULL);
		round_trip(p->file, p);
		playbook_free(p);
	}
}

static void sloppy_playbooks_become_strict(void **state)
{
	(void)state;
	char *folder = xasprintf("%s/playbooks/sloppy", getenv("GENBA_TEST_DATA"));
	DIR *dir = opendir(folder);
	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir));) {
		size_t n = strlen(entry->d_name);
		if (n < 5 || strcmp(entry->d_name + n - 5, ".json") != 0)
			continue;
		char *path = xasprintf("%s/%s", folder, entry->d_name);
		struct buf text = BUF_INIT;
		assert_int_equal(buf_read_file(&text, path, PLAYBOOK_LIMIT, NULL), 0);
		struct playbook *p = playbook_load(path, text.data, text.len, NULL);
		assert_non_null(p);
		buf_release(&text);
		round_trip(entry->d_name, p);
		playbook_free(p);
		free(path);
	}
	closedir(dir);
	free(folder);
}

/* Somebody else's tool changed the English name: the edit wins over the translations that were kept. */
static void an_edit_of_the_strict_file_wins(void **state)
{
	(void)state;
	struct buf text = BUF_INIT;
	struct playbook *p = playbook_find("isolate", NULL);
	json_t *strict = playbook_export(p, NULL);
	json_object_set_new(strict, "name", json_string("Isolate at Organisation A"));
	playbook_export_text(strict, &text);
	struct playbook *again = playbook_load("edited.json", text.data, text.len, NULL);
	assert_non_null(again);
	assert_string_equal(playbook_text(json_object_get(again->tree, "name")), "Isolate at Organisation A");
	playbook_free(again);
	playbook_free(p);
	json_decref(strict);
	buf_release(&text);
}

/* A time keeps its moment: what was written in a zone is that moment in UTC. */
static void times_become_utc(void **state)
{
	(void)state;
	static const char *const times[][2] = {{"2014-07-01T00:20:00+09:00", "2014-06-30T15:20:00.000Z"},
	                                       {"2014-07-01T00:20:00.1239-0330", "2014-07-01T03:50:00.123Z"},
	                                       {"2014-07-01T00:20:00.5Z", "2014-07-01T00:20:00.500Z"},
	                                       {"2014-07-01T00:20:00Z", "2014-07-01T00:20:00.000Z"},
	                                       {"2014-07-01T00:20:00.123Z", "2014-07-01T00:20:00.123Z"},
	                                       {"2014-07-01T00:20Z", "1970-01-01T00:00:00.000Z"},
	                                       {"2014-07~", "1970-01-01T00:00:00.000Z"},
	                                       {"last summer", "1970-01-01T00:00:00.000Z"}};
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		struct playbook *p = playbook_find("isolate", NULL);
		json_object_set_new(p->tree, "created", json_string(times[i][0]));
		json_t *strict = playbook_export(p, NULL);
		assert_string_equal(json_get_string(strict, "created"), times[i][1]);
		json_decref(strict);
		playbook_free(p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(times_become_utc),
	    cmocka_unit_test(shipped_playbooks_go_round),
	    cmocka_unit_test(sloppy_playbooks_become_strict),
	    cmocka_unit_test(an_edit_of_the_strict_file_wins),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
