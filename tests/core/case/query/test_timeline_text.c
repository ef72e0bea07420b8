/* Times told from the base date: by the days of the place where they were recorded, and to the side that they lie on. */
#include "case/query/timeline_text.h"
#include "help_case.h"

static void assert_told(const char *const *wanted, size_t count)
{
	struct err err = ERR_INIT;
	struct timeline t;
	assert_int_equal(timeline_load_at(the_case, NULL, &t, &err), 0);
	char **texts = timeline_texts(the_case, &t, TIMELINE_RELATIVE);
	assert_int_equal(t.count, count);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(texts[i], wanted[i]);
	timeline_texts_free(texts, t.count);
	timeline_release(&t);
}

static void days_are_those_of_the_place(void **state)
{
	(void)state;
	static const char *const wanted[] = {"1 day before", "base date", "base date", "1 day later"};
	add("event", "title=evening when=2026-11-22T23:50-05:00");
	add("event", "title=morning when=2026-11-23T08:00-05:00");
	const char *base = add("event", "title=base when=2026-11-23T20:00-05:00"); /* the 24th in UTC */
	add("event", "title=next when=2026-11-24T08:00-05:00");
	char fields[64];
	snprintf(fields, sizeof fields, "base_date=%s", base);
	set("case", fields);
	assert_told(wanted, 4);
}

static void a_negative_duration_lies_on_the_other_side(void **state)
{
	(void)state;
	static const char *const wanted[] = {"6 months before", "base date", "3 days later"};
	const char *base = add("event", "title=base when=2026-11-23");
	char fields[64];
	snprintf(fields, sizeof fields, "base_date=%s", base);
	set("case", fields);
	snprintf(fields, sizeof fields, "title=early when=after+%s+-P6M", base);
	add("event", fields);
	snprintf(fields, sizeof fields, "title=late when=before+%s+-P3D", base);
	add("event", fields);
	assert_told(wanted, 3);
}

/* What was entered in one second stands in the order of its numbers: V10 behind V2. */
static void equal_times_stand_in_the_order_of_labels(void **state)
{
	static const struct clock_time now = {.seconds = 1764547200};
	struct err err = ERR_INIT;
	struct timeline t;
	char label[LABEL_TEXT];
	(void)state;
	clock_set(&now, 0);
	for (int i = 0; i < 11; i++)
		add("event", "title=seen when=2026-11-23");
	assert_int_equal(timeline_load_at(the_case, NULL, &t, &err), 0);
	for (size_t i = 0; i < 11; i++) {
		snprintf(label, sizeof label, "R1-V%zu", i + 1);
		assert_string_equal(record_label(t.rows[i].record), label);
	}
	timeline_release(&t);
	clock_set(NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(days_are_those_of_the_place, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(a_negative_duration_lies_on_the_other_side, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(equal_times_stand_in_the_order_of_labels, case_setup, case_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
