/* Records in slices are the same records in the same order, wherever it was left in between. */
#include "base/json.h"
#include "case/query/record_reader.h"
#include "help_case.h"

#include <math.h>
#include <string.h>

static int note_label(void *ctx, json_t *record)
{
	buf_addf(ctx, "%s ", record_label(record));
	return 0;
}

static size_t read_slices(const char *condition, unsigned flags, struct buf *labels)
{
	struct err err = ERR_INIT;
	size_t slices = 1;
	int before = -1;
	int rc;
	struct record_reader *r = record_reader_new(the_case, condition, flags, note_label, labels);
	while ((rc = record_reader_work(r, 0, &err)) == 1) {
		assert_true(record_reader_percent(r) >= before && record_reader_percent(r) < 100);
		before = record_reader_percent(r);
		slices++;
	}
	assert_int_equal(rc, 0);
	assert_int_equal(record_reader_percent(r), 100);
	record_reader_free(r);
	return slices;
}

static void slices_give_what_one_look_gives(void **state)
{
	struct err err = ERR_INIT;
	struct buf slices = BUF_INIT;
	struct buf whole = BUF_INIT;
	(void)state;
	for (int i = 0; i < 300; i++)
		add(i % 4 ? "note" : "asset", i % 4 ? "text=seen" : "hostname=PC");
	assert_int_equal(record_retract(the_case, "R1-N7", "wrong", &err), 0);
	assert_true(read_slices("kind = 'note'", 0, &slices) > 10);
	assert_int_equal(record_each(the_case, "note", 0, note_label, &whole, &err), 0);
	assert_string_equal(slices.data, whole.data);
	assert_null(strstr(slices.data, "R1-N7 "));
	buf_clear(&slices);
	buf_clear(&whole);
	read_slices("1", RECORD_WITH_RETRACTED, &slices);
	assert_int_equal(record_each(the_case, NULL, RECORD_WITH_RETRACTED, note_label, &whole, &err), 0);
	assert_string_equal(slices.data, whole.data);
	assert_non_null(strstr(slices.data, "R1-N7 "));
	buf_release(&slices);
	buf_release(&whole);
}

static void a_small_case_is_read_at_once(void **state)
{
	struct buf labels = BUF_INIT;
	(void)state;
	add("asset", "hostname=PC status=infected");
	add("asset", "hostname=PD status=clean");
	assert_int_equal(read_slices("kind = 'asset' AND status = 'infected'", 0, &labels), 1);
	assert_string_equal(labels.data, "R1-A1 ");
	buf_release(&labels);
}

static int refuse(void *ctx, json_t *record)
{
	(void)record;
	return ++*(int *)ctx == 2 ? -1 : 0;
}

static void it_ends_where_the_callback_says_so(void **state)
{
	struct err err = ERR_INIT;
	int calls = 0;
	(void)state;
	for (int i = 0; i < 5; i++)
		add("note", "text=seen");
	struct record_reader *r = record_reader_new(the_case, "kind = 'note'", 0, refuse, &calls);
	assert_int_equal(record_reader_work(r, HUGE_VAL, &err), -1);
	assert_int_equal(calls, 2);
	record_reader_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(slices_give_what_one_look_gives, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(a_small_case_is_read_at_once, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(it_ends_where_the_callback_says_so, case_setup, case_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
