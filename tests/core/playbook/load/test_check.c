/*
 * What is refused and what is only remarked on. tests/data/playbooks/bad holds
 * a file for each kind of bad input and, in FILE.error, its exact message;
 * sloppy holds files that load, and in FILE.says every departure and every
 * thing that genba does not act on. GENBA_GOLDEN=write writes the expectations
 * anew: review them.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/file/paths.h"
#include "base/json.h"
#include "playbook/load/playbook.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static int ends_with(const char *text, const char *end)
{
	size_t n = strlen(text);
	return n >= strlen(end) && strcmp(text + n - strlen(end), end) == 0;
}

static void add_lines(struct buf *says, const char *prefix, const json_t *lines)
{
	size_t i;
	json_t *line;
	json_array_foreach(lines, i, line)
		buf_addf(says, "%s%s\n", prefix, json_string_value(line));
}

/* Loads one file under its bare name and compares what is said with the file beside it. */
static void check_file(const char *folder, const char *name, const char *suffix, int loads)
{
	struct buf bytes = BUF_INIT;
	struct buf says = BUF_INIT;
	struct buf expected = BUF_INIT;
	struct err err = ERR_INIT;
	char *path = xasprintf("%s/%s", folder, name);
	char *beside = xasprintf("%s%s", path, suffix);
	assert_int_equal(buf_read_file(&bytes, path, PLAYBOOK_LIMIT, &err), 0);
	struct playbook *p = playbook_load(name, bytes.data, bytes.len, &err);
	if ((p != NULL) != loads)
		fail_msg("%s: %s", name, p ? "is not refused" : err.message);
	if (p) {
		add_lines(&says, "", p->departures);
		add_lines(&says, "not acted on: ", p->unsupported);
	} else {
		buf_addf(&says, "%s\n", err.message);
	}
	const char *write = getenv("GENBA_GOLDEN");
	if (write && strcmp(write, "write") == 0)
		assert_int_equal(path_write_file(beside, says.data, says.len, PATH_REPLACE, NULL), 0);
	assert_int_equal(buf_read_file(&expected, beside, 1 << 20, &err), 0);
	if (strcmp(says.data, expected.data) != 0)
		fail_msg("%s says\n%sexpected is\n%s", name, says.data, expected.data);
	playbook_free(p);
	free(path);
	free(beside);
	buf_release(&bytes);
	buf_release(&says);
	buf_release(&expected);
}

static int check_folder(const char *name, const char *suffix, int loads)
{
	char *folder = xasprintf("%s/playbooks/%s", getenv("GENBA_TEST_DATA"), name);
	DIR *dir = opendir(folder);
	assert_non_null(dir);
	int count = 0;
	for (struct dirent *entry; (entry = readdir(dir));) {
		if (entry->d_name[0] == '.' || ends_with(entry->d_name, suffix))
			continue;
		check_file(folder, entry->d_name, suffix, loads);
		count++;
	}
	closedir(dir);
	free(folder);
	return count;
}

static void bad_files_are_refused_with_their_message(void **state)
{
	(void)state;
	assert_true(check_folder("bad", ".error", 0) >= 50);
}

static void sloppy_files_load_and_every_departure_is_listed(void **state)
{
	(void)state;
	assert_true(check_folder("sloppy", ".says", 1) >= 3);
}

static void shipped_playbooks_depart_from_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; playbook_builtin_name(i); i++) {
		struct err err = ERR_INIT;
		struct playbook *p = playbook_find(playbook_builtin_name(i), &err);
		if (!p)
			fail_msg("%s", err.message);
		if (json_array_size(p->departures) || json_array_size(p->unsupported))
			fail_msg("%s: %s", p->file,
			         json_string_value(json_array_get(
			             json_array_size(p->departures) ? p->departures : p->unsupported, 0)));
		assert_string_equal(playbook_builtin_by_id(json_get_string(p->tree, "id")), playbook_builtin_name(i));
		playbook_free(p);
	}
}

/* Every text that a person reads is there in both languages, and every step that is done says why it may be trusted. */
static void check_both_languages(const char *file, const char *where, const json_t *value)
{
	const char *key;
	json_t *member;
	size_t i;
	json_array_foreach(value, i, member)
		check_both_languages(file, where, member);
	if (!json_is_object(value))
		return;
	const char *en = json_get_string(value, "en");
	const char *ja = json_get_string(value, "ja");
	if ((en == NULL) != (ja == NULL))
		fail_msg("%s: %s: only one language: %s", file, where, en ? en : ja);
	if (en && (!*en || !*ja || strcmp(en, ja) == 0))
		fail_msg("%s: %s: not translated: %s", file, where, en);
	json_object_foreach((json_t *)(uintptr_t)value, key, member)
		check_both_languages(file, where, member);
}

static void shipped_playbooks_are_in_both_languages_and_cite_sources(void **state)
{
	(void)state;
	for (size_t i = 0; playbook_builtin_name(i); i++) {
		struct playbook *p = playbook_find(playbook_builtin_name(i), NULL);
		const char *id;
		json_t *step;
		assert_true(json_is_object(json_object_get(p->tree, "name")));
		json_object_foreach(json_object_get(p->tree, "workflow"), id, step) {
			if (playbook_step_is(step, "start") || playbook_step_is(step, "end"))
				continue;
			check_both_languages(p->file, id, step);
			assert_true(json_is_object(json_object_get(step, "name")));
			if (!playbook_step_is(step, "parallel") &&
			    !json_array_size(playbook_step_extra(step, "sources")))
				fail_msg("%s: %s cites no source", p->file, id);
			if (playbook_step_is(step, "action") && !json_array_size(playbook_step_extra(step, "records")))
				fail_msg("%s: %s records nothing", p->file, id);
		}
		playbook_free(p);
	}
}

/* A deep pile of branches is one thing, a wide one another: both end, and quickly. */
static void hostile_shapes_end(void **state)
{
	(void)state;
	struct buf text = BUF_INIT;
	buf_adds(&text, "{\"type\":\"playbook\",\"spec_version\":\"cacao-2.0\",\"name\":\"x\",\"workflow_start\":"
	                "\"s0\",\"workflow\":{");
	for (int i = 0; i < 1900; i++) /* each a parallel of its successor, twice: 2^1900 branches */
		buf_addf(&text, "\"s%d\":{\"type\":\"parallel\",\"next_steps\":[\"s%d\",\"s%d\"]},", i, i + 1, i + 1);
	buf_adds(&text, "\"s1900\":{\"type\":\"action\",\"name\":\"x\"}}}");
	struct err err = ERR_INIT;
	assert_null(playbook_load("wide.json", text.data, text.len, &err));
	assert_non_null(strstr(err.message, "more than 1,000 branches at once"));
	err_clear(&err);
	buf_clear(&text);
	for (int i = 0; i < 300000; i++)
		buf_adds(&text, "- a\n");
	assert_null(playbook_load("long.yaml", text.data, text.len, &err));
	assert_non_null(strstr(err.message, "50,000"));
	buf_clear(&text);
	while (text.len <= PLAYBOOK_LIMIT)
		buf_adds(&text, "# nothing\n");
	struct err big = ERR_INIT;
	assert_null(playbook_load("big.yaml", text.data, text.len, &big));
	assert_non_null(strstr(big.message, "2 MiB"));
	buf_release(&text);
}

/* Thousands of branches whose ids are cut to the same: each is given a number once, and no number is tried anew for each. */
static void as_many_branches_as_there_may_be(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	buf_adds(&text, "{\"type\":\"playbook\",\"name\":\"x\",\"spec_version\":\"1.0\",\"workflow_start\":\"s\","
	                "\"workflow\":{\"s\":{\"type\":\"start\",\"on_completion\":\"w\"},\"w\":{\"type\":"
	                "\"switch-condition\",\"switch\":\"__x__:value\",\"cases\":{");
	for (int i = 0; i < 11000; i++)
		buf_addf(&text, "%s\"%0120d-%d\":[\"b\",\"c\"]", i ? "," : "", 0, i);
	buf_adds(&text, "}},\"b\":{\"type\":\"single\"},\"c\":{\"type\":\"single\"}}}");
	clock_t begun = clock();
	playbook_free(playbook_load("old.json", text.data, text.len, &err));
	assert_true(clock() - begun < 8 * CLOCKS_PER_SEC); /* of processor time; it was twenty */
	buf_release(&text);
}

/* A step whose branch is a list in version 1 lends its id to the parallel that is made of it: long ones are cut between
 * characters. */
static void long_ids_are_cut_between_characters(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	struct buf id = BUF_INIT;
	buf_adds(&id, "a");
	for (int i = 0; i < 25; i++)
		buf_adds(&id, "端");
	buf_addf(
	    &text,
	    "{\"type\":\"playbook\",\"name\":\"x\",\"spec_version\":\"1.0\",\"workflow_start\":\"s\",\"workflow\":{"
	    "\"s\":{\"type\":\"start\",\"on_completion\":\"%s\"},"
	    "\"%s\":{\"type\":\"single\",\"on_completion\":[\"b\",\"c\"]},"
	    "\"b\":{\"type\":\"single\"},\"c\":{\"type\":\"single\"}}}",
	    id.data, id.data);
	struct playbook *p = playbook_load("old.json", text.data, text.len, &err);
	if (!p)
		fail_msg("%s", err.message);
	const json_t *made = playbook_step(p, json_get_string(playbook_step(p, id.data), "on_completion"));
	assert_true(playbook_step_is(made, "parallel"));
	assert_int_equal(json_array_size(json_object_get(made, "next_steps")), 2);
	playbook_free(p);
	buf_release(&id);
	buf_release(&text);
}

/* Where cutting makes two such ids the same, or a step has one already, each branch keeps its own steps. */
static void cut_ids_are_never_shared(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	static const char same[] = "a-case-that-is-called-almost-as-the-other-one-but-for-its-last-letter-";
	char *text = xasprintf(
	    "{\"type\":\"playbook\",\"name\":\"x\",\"spec_version\":\"1.0\",\"workflow_start\":\"s\",\"workflow\":{"
	    "\"s\":{\"type\":\"start\",\"on_completion\":\"w\"},"
	    "\"w\":{\"type\":\"switch-condition\",\"switch\":\"__x__:value\",\"cases\":{"
	    "\"%s%sa\":[\"b\",\"c\"],\"%s%sb\":[\"c\",\"d\"]},\"on_completion\":[\"b\",\"d\"]},"
	    "\"w/on_completion\":{\"type\":\"single\"},"
	    "\"b\":{\"type\":\"single\"},\"c\":{\"type\":\"single\"},\"d\":{\"type\":\"single\"}}}",
	    same, same, same, same);
	struct playbook *p = playbook_load("old.json", text, strlen(text), &err);
	if (!p)
		fail_msg("%s", err.message);
	const json_t *cases = json_object_get(playbook_step(p, "w"), "cases");
	const char *first[2] = {"b", "c"};
	const char *name;
	json_t *to;
	size_t i = 0;
	json_object_foreach((json_t *)(uintptr_t)cases, name, to) {
		const json_t *made = playbook_step(p, json_string_value(to));
		assert_string_equal(json_string_value(json_array_get(json_object_get(made, "next_steps"), 0)),
		                    first[i]);
		i++;
	}
	assert_int_equal(i, 2);
	assert_true(playbook_step_is(playbook_step(p, "w/on_completion"), "action"));
	playbook_free(p);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(bad_files_are_refused_with_their_message),
	    cmocka_unit_test(sloppy_files_load_and_every_departure_is_listed),
	    cmocka_unit_test(shipped_playbooks_depart_from_nothing),
	    cmocka_unit_test(shipped_playbooks_are_in_both_languages_and_cite_sources),
	    cmocka_unit_test(cut_ids_are_never_shared),
	    cmocka_unit_test(hostile_shapes_end),
	    cmocka_unit_test(as_many_branches_as_there_may_be),
	    cmocka_unit_test(long_ids_are_cut_between_characters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
