/* One indicator that two people put on record apart from each other. */
#include "help_copies.h"

#include "base/worker/worker.h"
#include "handover/parcel/unpack.h"

#include <string.h>

static void put(struct case_file *c, const char *value, char label[LABEL_TEXT])
{
	struct err err = ERR_INIT;
	struct assign fields[] = {{"type", "domain"}, {"value", value}};
	ok(record_add(c, "indicator", fields, 2, 0, label, &err), &err);
}

static void both_records_are_named(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct merge_report report;
	char label[LABEL_TEXT];
	begin(2);
	put(copies[0], "evil.example", label);
	assert_string_equal(label, "R1-I1");
	put(copies[1], "EVIL[.]example", label);
	put(copies[1], "other.example", label);
	ok(try_merge(copies[0], copies[1], &report, &err), &err);
	assert_int_equal(json_array_size(report.notes), 1);
	const char *note = json_string_value(json_array_get(report.notes, 0));
	assert_non_null(strstr(note, "R1-I1"));
	assert_non_null(strstr(note, "R2-I1"));
	assert_non_null(strstr(note, "genba retract R")); /* what joins them, ready to be typed */
	merge_report_release(&report);
	put(copies[1], "third.example", label); /* told once */
	ok(try_merge(copies[0], copies[1], &report, &err), &err);
	assert_int_equal(json_array_size(report.notes), 0);
	merge_report_release(&report);
	end(2);
}

int main(int argc, char **argv)
{
	static const struct worker_job *const jobs[] = {&unpack_job, NULL};
	worker_main(argc, argv, jobs);
	const struct CMUnitTest tests[] = {cmocka_unit_test(both_records_are_named)};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
