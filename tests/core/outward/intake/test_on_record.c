/* What comes in beside what is on record: named, updated when it is asked for, and nothing else changed. */
#include "help_intake.h"

#include "base/json.h"

#include <stdlib.h>

/* An update changes what the file says, and nothing else; what was taken back stays so. */
static void an_update_leaves_alone_what_the_file_does_not_say(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	const char *label =
	    add("indicator", "type=domain value=ours.example shareable=approved do_not_query=no tlp=GREEN");
	json_t *record = record_get(the_case, label, 0, NULL);
	char *text = xasprintf(
	    BUNDLE("{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"indicator--%s\",\"pattern_type\":"
	           "\"stix\",\"pattern\":\"[domain-name:value = 'other.example']\"}"),
	    json_get_string(record, "id"));
	json_decref(record);
	in.again = 1;
	taken("stix", text, 1, 1);
	assert_string_equal(get("R1-I1", "shareable"), "no"); /* it was agreed for the other value */
	set("R1-I1", "shareable=approved");
	taken("stix", text, 1, 1);
	assert_string_equal(get("R1-I1", "shareable"), "approved");
	assert_string_equal(get("R1-I1", "do_not_query"), "no");
	assert_string_equal(get("R1-I1", "tlp"), "GREEN");
	assert_int_equal(record_retract(the_case, "R1-I1", "wrong", &err), 0);
	taken("stix", text, 1, 0);
	in.again = 0;
	free(text);
}

/* A label of ours is raised by a file that is taken in again, not lowered. */
static void an_update_does_not_lower_a_label(void **state)
{
	(void)state;
	const char *label = add("indicator", "type=domain value=ours.example tlp=AMBER");
	static const char *const marks[] = {"94868c89-83c2-464b-929b-a1a8aa3c8487",
	                                    "e828b379-4e03-4974-9ac4-e53a884c97c1"};
	static const char *const then[] = {"AMBER", "RED"};
	json_t *record = record_get(the_case, label, 0, NULL);
	in.again = 1;
	for (size_t i = 0; i < 2; i++) {
		char *text = xasprintf(
		    BUNDLE("{\"type\":\"indicator\",\"id\":\"indicator--%s\",\"pattern\":\"[domain-name:value = "
		           "'ours.example']\",\"object_marking_refs\":[\"marking-definition--%s\"]}"),
		    json_get_string(record, "id"), marks[i]);
		taken("stix", text, 1, 1);
		assert_string_equal(get("R1-I1", "tlp"), then[i]);
		free(text);
	}
	in.again = 0;
	json_decref(record);
}

/* Named, not added again: what is on record, and what stands twice in one file. With --again an indicator is. */
static void what_is_on_record_is_named(void **state)
{
	(void)state;
	static const char assets[] = "asset_name,asset_type_name,asset_description,asset_ip,asset_domain,asset_tags\n"
	                             "HR-PC-03,x,y,10.0.0.1,,\nHR-PC-03,x,y,10.0.0.2,,\n";
	static const char domain[] = "[{\"dataType\":\"domain\",\"data\":\"t.example\"},"
	                             "{\"dataType\":\"domain\",\"data\":\"T.Example\"}]";
	static const char vendor[] = "\"name\":\"Vendor Ltd\",\"identity_class\":\"organization\"";
	taken("iris", assets, 2, 1);
	taken("iris", assets, 2, 0);
	taken("thehive", domain, 2, 1);
	taken("thehive", domain, 2, 0);
	char *party = xasprintf(
	    BUNDLE("{\"type\":\"identity\",\"spec_version\":\"2.1\",\"id\":\"identity--" U(1) "\",%s}"), vendor);
	taken("stix", party, 1, 1);
	taken("stix", party, 1, 0);
	assert_int_equal(record_count(the_case, "asset", 0), 1);
	assert_int_equal(record_count(the_case, "indicator", 0), 1);
	assert_int_equal(record_count(the_case, "party", 0), 1);
	in.again = 1;
	taken("iris", assets, 2, 0);
	taken("stix", party, 1, 0);
	taken("thehive", domain, 2, 2);
	in.again = 0;
	assert_int_equal(record_count(the_case, "indicator", 0), 3);
	free(party);
}

/* What refers to an item that is on record, by its value or by an id of ours, refers to that record. */
static void what_is_on_record_is_referred_to(void **state)
{
	(void)state;
	const char *party = add("party", "name=Vendor+Ltd");
	const char *ours = add("indicator", "type=domain value=ours.example");
	json_t *record = record_get(the_case, ours, 0, NULL);
	char *text = xasprintf(
	    BUNDLE(OBJECT(
	        "identity", U(1),
	        "\"name\":\"Vendor Ltd\",\"identity_class\":\"organization\"") ","
	                                                                       "{\"type\":\"indicator\",\"spec_"
	                                                                       "version\":\"2.1\",\"id\":\"indicator--%"
	                                                                       "s\",\"pattern_type\":"
	                                                                       "\"stix\",\"pattern\":\"[domain-name:"
	                                                                       "value = 'ours.example']\"}," OBJECT(
	                                                                           "relationship", U(2),
	                                                                           "\"source_ref\":\"indicator--%s\","
	                                                                           "\"target_ref\":\"identity--" U(
	                                                                               1) "\"")),
	    json_get_string(record, "id"), json_get_string(record, "id"));
	taken("stix", text, 3, 1);
	assert_string_equal(get("R1-F1", "from"), ours);
	assert_string_equal(get("R1-F1", "to"), party);
	uint64_t before = commits();
	free(text);
	text = xasprintf(BUNDLE("{\"type\":\"identity\",\"spec_version\":\"2.1\",\"id\":\"identity--%s\",\"name\":"
	                        "\"Other\"}"),
	                 json_get_string(record, "id"));
	in.again = 1; /* an id of ours on what is of another kind changes nothing, and nothing is committed */
	taken("stix", text, 1, 0);
	in.again = 0;
	assert_string_equal(get(ours, "value"), "ours.example");
	assert_true(commits() == before);
	json_decref(record);
	free(text);
}

static void a_line_is_one_line(void **state)
{
	(void)state;
	taken("misp",
	      "{\"Event\":{\"info\":\"One\\r\\ttwo\\nthree\",\"Attribute\":[{\"type\":\"domain\",\"value\":\"one."
	      "example\"}]}}",
	      2, 1);
	assert_string_equal(get("R1-I1", "origin"), "MISP: One  two three");
}

int main(int argc, char **argv)
{
	static const struct worker_job *const jobs[] = {&intake_job, NULL};
	worker_main(argc, argv, jobs);
#define TEST(name) cmocka_unit_test_setup_teardown(name, intake_setup, intake_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(an_update_leaves_alone_what_the_file_does_not_say),
	    TEST(an_update_does_not_lower_a_label),
	    TEST(what_is_on_record_is_named),
	    TEST(what_is_on_record_is_referred_to),
	    TEST(a_line_is_one_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
