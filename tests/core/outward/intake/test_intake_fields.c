/* What becomes of the fields of an item: what none can hold is named, what nobody says is filled in. */
#include "help_intake.h"

#include <stdlib.h>
#include <string.h>

/* As many as there may be are taken; the asset that the time line is of, and a title of one line, go with each. */
static void rows_become_events_of_the_asset(void **state)
{
	(void)state;
	struct buf many = BUF_INIT;
	add("asset", "hostname=HR-PC-03 status=infected");
	in.records = 1;
	in.on = "R1-A1";
	taken("timesketch", "message,datetime,timestamp_desc\n\"two\tlines\nof it\",2019-05-21T21:02:58Z,W\n", 1, 1);
	assert_string_equal(get("R1-V1", "title"), "two lines of it");
	assert_string_equal(get("R1-V1", "assets"), "R1-A1");
	taken("velociraptor", "{\"OSPath\":\"C:\\\\a\\\\long\\\\name.exe\",\"Mtime\":\"2021-01-01T00:00:00Z\"}\n", 1,
	      1);
	assert_non_null(strstr(get("R1-V2", "title"), "name.exe"));
	in.on = NULL;
	buf_adds(&many, "Timestamp,RuleTitle\n");
	for (int i = 0; i < INTAKE_RECORDS; i++)
		buf_addf(&many, "2019-05-21 21:02:57,r%d\n", i);
	taken("hayabusa", many.data, INTAKE_RECORDS, INTAKE_RECORDS);
	in.records = 0;
	buf_release(&many);
}

/* A time that is none, and a reference to what did not come, are named; what is left is taken. */
static void what_a_field_cannot_hold_is_named(void **state)
{
	(void)state;
	taken("stix",
	      BUNDLE(OBJECT("indicator", U(1),
	                    "\"pattern_type\":\"stix\",\"pattern\":\"[domain-name:value = 'a.example']\","
	                    "\"valid_from\":\"some day\"")),
	      1, 1);
	assert_string_equal(get("R1-I1", "first_seen"), "-");
	assert_int_equal(lost("field", "first_seen"), 1);
	taken("stix",
	      BUNDLE(OBJECT("domain-name", U(2), "\"value\":\"b.example\"") "," OBJECT(
	          "note", U(3),
	          "\"content\":\"one\",\"object_refs\":[\"domain-name--" U(2) "\",\"domain-name--" U(
	              7) "\"]") "," OBJECT("note", U(4),
	                                   "\"content\":\"none\",\"object_refs\":[\"domain-name--" U(8) "\"]")),
	      3, 3);
	assert_int_equal(lost("field", "on"), 2);
	assert_string_equal(get("R1-N1", "on"), "R1-I2");
	assert_string_equal(get("R1-N2", "on"), "-");
}

/* Of a pattern with several values each stands for itself: those that are none are named, the others are taken. */
static void the_values_of_a_pattern_stand_for_themselves(void **state)
{
	(void)state;
#define PATTERN(a, b)                                                                                               \
	BUNDLE(OBJECT("indicator", U(1),                                                                            \
	              "\"pattern_type\":\"stix\",\"pattern\":\"[ipv4-addr:value = '" a "' OR ipv4-addr:value = '" b \
	              "']\""))
	taken("stix", PATTERN("192.0.2.1", "no address"), 1, 1);
	assert_int_equal(lost("field", "value"), 1);
	taken("stix", PATTERN("no address", "192.0.2.2"), 1, 1);
	assert_int_equal(lost("field", "value"), 1);
	assert_string_equal(get("R1-I2", "value"), "192.0.2.2");
	taken("stix", PATTERN("no address", "nor this"), 1, 0);
	assert_int_equal(lost("item", "indicator"), 1);
	assert_int_equal(lost("field", "value"), 1); /* the first; the second is why the item is none */
}

static void the_label_that_is_asked_for_is_of_what_bears_none(void **state)
{
	(void)state;
	in.tlp = "GREEN";
	taken("thehive",
	      "[{\"dataType\":\"domain\",\"data\":\"a.example\"},{\"dataType\":\"domain\",\"data\":\"b.example\","
	      "\"tlp\":3}]",
	      2, 2);
	assert_string_equal(get("R1-I1", "tlp"), "GREEN");
	assert_string_equal(get("R1-I2", "tlp"), "RED");
}

int main(int argc, char **argv)
{
	static const struct worker_job *const jobs[] = {&intake_job, NULL};
	worker_main(argc, argv, jobs);
#define TEST(name) cmocka_unit_test_setup_teardown(name, intake_setup, intake_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(rows_become_events_of_the_asset),
	    TEST(what_a_field_cannot_hold_is_named),
	    TEST(the_values_of_a_pattern_stand_for_themselves),
	    TEST(the_label_that_is_asked_for_is_of_what_bears_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
