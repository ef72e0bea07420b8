/* What is kept of each record says what the records say, after each kind of change, and reads no more than what changed. */
#include "base/json.h"
#include "case/action/action.h"
#include "case/query/record_kept.h"
#include "case/store/case_internal.h"
#include "case/store/disputed.h"
#include "case/store/record_summary.h"
#include "help_case.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static size_t taken; /* records that were looked at */

static void take(json_t *record, void *item)
{
	const char *title = json_get_string(record, "title");
	taken++;
	*(char **)item = strdup(title ? title : "");
}

static void release(void *item)
{
	free(*(char **)item);
}

static const struct record_kept_spec titles = {"test titles", "measure", 0, sizeof(char *), take, release};

/* "one two …", read to the end in as many slices as it wants. */
static const char *kept_titles(uint64_t *version)
{
	static struct buf all;
	struct err err = ERR_INIT;
	struct record_kept *k;
	int rc;
	while ((rc = record_kept_work(the_case, &titles, 0, &k, &err)) == 1)
		assert_true(record_kept_percent(k) < 100);
	assert_int_equal(rc, 0);
	assert_int_equal(record_kept_percent(k), 100);
	buf_release(&all);
	buf_init(&all);
	for (size_t i = 0; i < record_kept_count(k); i++) {
		char *const *title = record_kept_item(k, i);
		if (title)
			buf_addf(&all, "%s ", *title);
	}
	if (version)
		*version = record_kept_version(k);
	return all.data;
}

static void it_follows_each_change(void **state)
{
	struct err err = ERR_INIT;
	uint64_t before;
	uint64_t now;
	char second[LABEL_TEXT];
	(void)state;
	add("measure", "title=one track=cause");
	snprintf(second, sizeof second, "%s", add("measure", "title=two track=cause"));
	assert_string_equal(kept_titles(&before), "one two ");
	taken = 0;
	add("note", "text=seen");
	assert_string_equal(kept_titles(&now), "one two ");
	assert_int_equal(now, before);
	assert_int_equal(taken, 0);
	add("measure", "title=three track=cause");
	assert_string_equal(kept_titles(&now), "one two three ");
	assert_true(now > before);
	assert_int_equal(taken, 1);
	set(second, "title=zwei");
	assert_string_equal(kept_titles(&before), "one zwei three ");
	assert_true(before > now);
	assert_int_equal(taken, 2);
	assert_int_equal(record_retract(the_case, second, "wrong", &err), 0);
	assert_string_equal(kept_titles(NULL), "one three ");
}

/* What an action that is given up had written is nowhere kept. */
static void what_is_given_up_was_never_there(void **state)
{
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	struct assign fields[] = {{"title", "never"}, {"track", "cause"}};
	(void)state;
	add("measure", "title=one track=cause");
	assert_string_equal(kept_titles(NULL), "one ");
	struct action *a = action_begin(the_case, "add", &err);
	assert_int_equal(action_add(a, "measure", fields, 2, 0, label, &err), 0);
	assert_string_equal(kept_titles(NULL), "one never ");
	action_cancel(a);
	assert_string_equal(kept_titles(NULL), "one ");
}

/* What could not be read once is another list afterwards: who kept its version asks again. */
static void after_an_error_it_is_another_list(void **state)
{
	struct err err = ERR_INIT;
	struct record_kept *k;
	uint64_t before;
	uint64_t now;
	char label[LABEL_TEXT];
	(void)state;
	snprintf(label, sizeof label, "%s", add("measure", "title=one track=cause"));
	assert_string_equal(kept_titles(&before), "one ");
	set(label, "title=two");
	assert_int_equal(sqlite3_exec(the_case->db,
	                              "CREATE TEMP TABLE kept AS SELECT n, json FROM record WHERE kind = 'measure';"
	                              "UPDATE record SET json = '{' WHERE kind = 'measure'",
	                              NULL, NULL, NULL),
	                 SQLITE_OK);
	assert_int_equal(record_kept_work(the_case, &titles, 0, &k, &err), -1);
	assert_null(k);
	err_clear(&err);
	assert_int_equal(sqlite3_exec(the_case->db,
	                              "UPDATE record SET json = (SELECT json FROM kept WHERE kept.n = record.n)"
	                              " WHERE kind = 'measure'",
	                              NULL, NULL, NULL),
	                 SQLITE_OK);
	assert_string_equal(kept_titles(&now), "two ");
	assert_true(now > before);
}

static void many_are_read_in_slices(void **state)
{
	struct err err = ERR_INIT;
	struct record_kept *k;
	size_t slices = 1;
	int rc;
	(void)state;
	for (int i = 0; i < 650; i++)
		add("measure", "title=x track=cause");
	while ((rc = record_kept_work(the_case, &titles, 0, &k, &err)) == 1)
		slices++;
	assert_int_equal(rc, 0);
	assert_true(slices > 2);
	assert_int_equal(record_kept_count(k), 650);
}

static int sum(void *ctx, const struct record_summary *group)
{
	if (group->status && strcmp(group->status, "infected") == 0)
		*(uint64_t *)ctx += group->count;
	return 0;
}

static uint64_t infected(void)
{
	uint64_t count = 0;
	assert_int_equal(record_summary_each(the_case, "asset", sum, &count, NULL), 0);
	return count;
}

/* Groups are kept, and the generation of a kind tells when they no longer hold. */
static void groups_follow_the_kind(void **state)
{
	struct err err = ERR_INIT;
	(void)state;
	const char *label = add("asset", "hostname=PC status=infected");
	assert_int_equal(infected(), 1);
	uint64_t before = case_kind_generation(the_case, "asset");
	add("note", "text=seen");
	assert_int_equal(case_kind_generation(the_case, "asset"), before);
	assert_int_equal(infected(), 1);
	set(label, "status=clean");
	assert_true(case_kind_generation(the_case, "asset") > before);
	assert_int_equal(infected(), 0);
	struct action *a = action_begin(the_case, "set", &err);
	struct assign fields[] = {{"status", "infected"}};
	assert_int_equal(action_set(a, label, fields, 1, 0, &err), 0);
	assert_int_equal(infected(), 1);
	action_cancel(a);
	assert_int_equal(infected(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(it_follows_each_change, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(what_is_given_up_was_never_there, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(after_an_error_it_is_another_list, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(many_are_read_in_slices, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(groups_follow_the_kind, case_setup, case_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
