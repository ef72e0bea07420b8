/* Records as of a commit, in slices: the same records in the same order as in one look, whatever is written meanwhile. */
#include "base/json.h"
#include "case/query/past_reader.h"
#include "help_case.h"
#include "history/history.h"

#include <math.h>
#include <string.h>

enum { MANY = 1500, MOST = 300 /* records in a slice that has no time */ };

static size_t given;

/* The id of the last commit, whole. */
static const char *head(void)
{
	static char id[HISTORY_ID];
	assert_int_equal(history_head(case_history(the_case), id, NULL), 0);
	return id;
}

static int note_label(void *ctx, json_t *record)
{
	buf_addf(ctx, "%s ", record_label(record));
	given++;
	return 0;
}

static void fill(void)
{
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	char name[32];
	struct action *a = action_begin(the_case, "import", &err);
	assert_non_null(a);
	for (int i = 0; i < MANY; i++) {
		struct assign fields[] = {{"hostname", name}};
		snprintf(name, sizeof name, "PC-%05d", i);
		assert_int_equal(action_add(a, "asset", fields, 1, 0, label, &err), 0);
	}
	assert_int_equal(action_commit(a, &err), 0);
}

static size_t read_slices(const char *kind, const char *commit, unsigned flags, int write, struct buf *labels)
{
	struct err err = ERR_INIT;
	size_t slices = 1;
	int before = 0;
	int rc;
	struct past_reader *r = past_reader_new(the_case, kind, commit, flags, note_label, labels);
	for (given = 0; (rc = past_reader_work(r, 0, &err)) == 1; given = 0) {
		assert_true(given <= MOST);
		assert_true(past_reader_percent(r) >= before && past_reader_percent(r) <= 100);
		before = past_reader_percent(r);
		slices++;
		if (write)
			add("asset", "hostname=NEW");
	}
	assert_int_equal(rc, 0);
	past_reader_free(r);
	return slices;
}

static void slices_give_what_one_look_gives(void **state)
{
	struct err err = ERR_INIT;
	struct buf slices = BUF_INIT;
	struct buf whole = BUF_INIT;
	struct buf now = BUF_INIT;
	char commit[HISTORY_ID];
	(void)state;
	fill();
	add("note", "text=seen");
	assert_int_equal(record_retract(the_case, "R1-A7", "wrong", &err), 0);
	snprintf(commit, sizeof commit, "%s", head());
	assert_int_equal(record_each(the_case, "asset", 0, note_label, &now, &err), 0);
	assert_true(read_slices("asset", commit, 0, 1, &slices) > 2 * MANY / MOST);
	assert_string_equal(slices.data, now.data); /* what was written since is not there */
	assert_null(strstr(slices.data, "R1-A7 "));
	assert_int_equal(past_reader_each(the_case, "asset", commit, 0, note_label, &whole, &err), 0);
	assert_string_equal(slices.data, whole.data);
	buf_clear(&slices);
	buf_clear(&whole);
	read_slices(NULL, commit, RECORD_WITH_RETRACTED, 0, &slices);
	assert_int_equal(past_reader_each(the_case, NULL, commit, RECORD_WITH_RETRACTED, note_label, &whole, &err), 0);
	assert_string_equal(slices.data, whole.data);
	assert_non_null(strstr(slices.data, "R1-A7 "));
	assert_non_null(strstr(slices.data, "R1-N1 "));
	buf_release(&slices);
	buf_release(&whole);
	buf_release(&now);
}

static int stop(void *ctx, json_t *record)
{
	(void)record;
	return ++*(int *)ctx == 3 ? 7 : 0;
}

static void a_callback_stops_it(void **state)
{
	struct err err = ERR_INIT;
	int count = 0;
	(void)state;
	fill();
	assert_int_equal(past_reader_each(the_case, "asset", head(), 0, stop, &count, &err), 7);
	assert_int_equal(count, 3);
	assert_int_equal(past_reader_each(the_case, "mail", head(), 0, stop, &count, &err), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, case_setup, case_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(slices_give_what_one_look_gives),
	    TEST(a_callback_stops_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
