/* What comes in: each format, everything accounted for, hostile files refused with their place, and nothing half. */
#include "finding/observation/observation_query.h"
#include "help_intake.h"
#include "outward/intake/json_walk.h"
#include "outward/intake/timeline_time.h"

#include "base/json.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void refused_n(const char *format, const char *text, size_t n, const char *part)
{
	struct err err = ERR_INIT;
	uint64_t before = commits();
	uint64_t records = record_count(the_case, NULL, RECORD_WITH_RETRACTED);
	if (take(format, text, n, &err) == 0)
		fail_msg("%s takes it in", format);
	if (!strstr(err.message, part))
		fail_msg("%s: '%s' lacks '%s'", format, err.message, part);
	assert_true(commits() == before);
	assert_true(record_count(the_case, NULL, RECORD_WITH_RETRACTED) == records);
}

static void refused(const char *format, const char *text, const char *part)
{
	refused_n(format, text, strlen(text), part);
}

static void stix_patterns_become_indicators(void **state)
{
	(void)state;
	taken(
	    "stix",
	    BUNDLE(OBJECT("relationship", U(9), "\"relationship_type\":\"x\",\"source_ref\":\"indicator--" U(1) "\",\"target_ref\":\"identity--" U(4) "\"") "," OBJECT(
	        "indicator", U(1),
	        "\"pattern_type\":\"stix\",\"pattern\":\"[domain-name:value = "
	        "'Evil[.]example' OR ipv4-addr:value IN ('203.0.113.7','203.0.113.8')]\","
	        "\"valid_from\":\"2026-11-23T00:00:00Z\",\"object_marking_refs\":["
	        "\"marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed\"],\"created_by_ref\":\"identity--" U(
	            4) "\"") "," OBJECT("indicator", U(2),
	                                "\"pattern_type\":\"stix\",\"pattern\":"
	                                "\"[file:name LIKE 'a%']\"") "," OBJECT("indicator", U(3),
	                                                                        "\"pattern_type\":\"yara\","
	                                                                        "\"pattern\":\"rule a { condition: "
	                                                                        "true }\"") "," OBJECT("identity", U(4),
	                                                                                               "\"name\":"
	                                                                                               "\"Vendor "
	                                                                                               "Ltd\","
	                                                                                               "\"identity_"
	                                                                                               "class\":"
	                                                                                               "\"organizatio"
	                                                                                               "n\"") "," OBJECT("malware",
	                                                                                                                 U(5),
	                                                                                                                 "\"name\":\"Emdivi\",\"is_family\":true")),
	    6, 4);
	assert_int_equal(lost("item", "indicator"), 1);
	assert_int_equal(lost("item", "malware"), 1);
	assert_int_equal(record_count(the_case, "indicator", 0), 4);
	assert_string_equal(get("R1-I1", "value"), "evil.example");
	assert_string_equal(get("R1-I1", "tlp"), "RED");
	assert_string_equal(get("R1-I1", "shareable"), "no");
	assert_string_equal(get("R1-I1", "do_not_query"), "yes");
	assert_string_equal(get("R1-I1", "origin"), "Vendor Ltd");
	assert_string_equal(get("R1-I4", "type"), "yara");
	assert_string_equal(get("R1-I4", "tlp"), "AMBER");
	assert_string_equal(get("R1-F1", "to"), "R1-P1"); /* its ends stand behind it in the file */
	/* the same again: nothing new, all of it named */
	assert_int_equal(take("stix", "[]", 2, &(struct err)ERR_INIT), 0);
	assert_int_equal(in.items, 0);
}

static void stix_is_refused_with_its_place(void **state)
{
	(void)state;
	refused("stix", "{\"type\":\"bundle\",\n\"objects\":[{\"type\":\"indicator\"}", "line 2");
	refused("stix", "{\"type\":\"report\",\"id\":\"x\"}", "no bundle");
	refused("stix", "\n\n{\"type\":\"bundle\",\"spec_version\":\"3.0\",\"objects\":[]}", "line 3");
	refused("stix", BUNDLE("{\"type\":\"indicator\",\"spec_version\":\"2.2\",\"id\":\"x\"}"), "2.2");
	refused("stix", "<stix:STIX_Package/>", "line 1");
	refused("stix", "", "empty");
	char deep[400] = "{\"type\":\"bundle\",\"objects\":[";
	memset(deep + strlen(deep), '[', 300);
	refused("stix", deep, "64");
	refused("misp", "{\"a\":1}", "no Event");
	refused("misp", BUNDLE(""), "no Event");
}

static void a_tlp_that_is_not_known_is_red(void **state)
{
	(void)state;
	taken(
	    "stix",
	    BUNDLE(OBJECT(
	        "domain-name", U(1),
	        "\"value\":\"a.example\",\"object_marking_refs\":[\"marking-definition--" U(
	            7) "\"]") "," OBJECT("domain-name", U(2),
	                                 "\"value\":\"b.example\",\"object_marking_refs\":[\"marking-definition--" U(
	                                     8) "\"]") "," OBJECT("marking-definition", U(8),
	                                                          "\"definition_type\":\"statement\",\"definition\":{"
	                                                          "\"statement\":\"(c)\"}") "," OBJECT("domain-name",
	                                                                                               U(3),
	                                                                                               "\"value\":\"c."
	                                                                                               "example\","
	                                                                                               "\"object_"
	                                                                                               "marking_refs\":"
	                                                                                               "[\"marking-"
	                                                                                               "definition--"
	                                                                                               "bab4a63c-aed9-"
	                                                                                               "4cf5-a766-"
	                                                                                               "dfca5abac2bb\","
	                                                                                               "\"marking-"
	                                                                                               "definition--"
	                                                                                               "939a9414-2ddd-"
	                                                                                               "4d32-a0cd-"
	                                                                                               "375ea402b003\""
	                                                                                               "]")),
	    4, 3);
	assert_string_equal(get("R1-I1", "tlp"), "RED");
	assert_string_equal(get("R1-I2", "tlp"), "AMBER");
	assert_string_equal(get("R1-I3", "tlp"), "AMBER+STRICT");
	/* one that cannot be read is not known either */
	taken("stix", BUNDLE(OBJECT("domain-name", U(4), "\"value\":\"d.example\",\"object_marking_refs\":\"x\"")), 1,
	      1);
	assert_string_equal(get("R1-I4", "tlp"), "RED");
}

static void ids_of_ours_update_nothing_unless_asked(void **state)
{
	(void)state;
	const char *label = add("indicator", "type=domain value=ours.example role=c2");
	json_t *record = record_get(the_case, label, 0, NULL);
	char *text = xasprintf(
	    BUNDLE("{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"indicator--%s\",\"pattern_type\":"
	           "\"stix\",\"pattern\":\"[domain-name:value = 'other.example']\"}"),
	    json_get_string(record, "id"));
	json_decref(record);
	taken("stix", text, 1, 0);
	assert_string_equal(get(label, "value"), "ours.example");
	in.again = 1;
	taken("stix", text, 1, 1);
	assert_string_equal(get(label, "value"), "other.example");
	assert_string_equal(get(label, "role"), "c2");
	assert_int_equal(in.updated, 1);
	in.again = 0;
	free(text);
}

static void misp_attributes_are_all_accounted_for(void **state)
{
	(void)state;
	taken("misp",
	      "{\"response\":[{\"Event\":{\"Attribute\":["
	      "{\"type\":\"ip-dst|port\",\"value\":\"198.51.100.7|443\",\"uuid\":\"a\"},"
	      "{\"type\":\"filename|sha256\",\"value\":\"a.exe|"
	      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"},"
	      "{\"type\":\"domain\",\"value\":\"d.example\",\"deleted\":true},"
	      "{\"type\":\"link\",\"value\":\"https://e.example/\"},"
	      "{\"type\":\"domain\",\"value\":\"not a domain!\"},"
	      "{\"type\":\"filename\",\"value\":\"C:\\\\x\\\\y.exe\",\"Tag\":[{\"name\":\"genba:type=\\\"file_"
	      "path\\\"\"},{\"name\":\"tlp:green\"}]},"
	      "{\"type\":\"md5\"}],"
	      "\"Object\":[{\"name\":\"file\",\"Attribute\":[{\"type\":\"md5\",\"value\":"
	      "\"d41d8cd98f00b204e9800998ecf8427e\"}]}],"
	      "\"Tag\":[{\"name\":\"tlp:amber+strict\"},{\"name\":\"osint\"}],\"Galaxy\":[{}],\"info\":\"OSINT\","
	      "\"Orgc\":{\"name\":\"CERT\"}}}]}",
	      13, 4);
	assert_string_equal(get("R1-I1", "value"), "198.51.100.7");
	assert_string_equal(get("R1-I1", "tlp"), "AMBER+STRICT"); /* the event's, which stands behind it */
	assert_string_equal(get("R1-I1", "origin"), "CERT: OSINT");
	assert_string_equal(get("R1-I4", "type"), "file_path");
	assert_string_equal(get("R1-I4", "tlp"), "GREEN");
	assert_int_equal(record_count(the_case, "indicator", 0), 5);
	assert_int_equal(lost("item", "link"), 1);
	assert_int_equal(lost("field", "port"), 1);
}

/* What bears several labels is passed on by the highest, wherever it stands. */
static void the_highest_label_counts(void **state)
{
	(void)state;
	taken("misp",
	      "{\"Event\":{\"Tag\":[{\"name\":\"tlp:red\"},{\"name\":\"tlp:green\"}],\"Attribute\":["
	      "{\"type\":\"domain\",\"value\":\"one.example\"},"
	      "{\"type\":\"domain\",\"value\":\"two.example\",\"Tag\":[{\"name\":\"tlp:green\"},"
	      "{\"name\":\"tlp:amber+strict\"},{\"name\":\"tlp:amber\"}]}]}}",
	      5, 2);
	assert_string_equal(get("R1-I1", "tlp"), "RED");
	assert_string_equal(get("R1-I2", "tlp"), "AMBER+STRICT");
	taken("stix",
	      BUNDLE(OBJECT("mutex", U(1),
	                    "\"name\":\"m\",\"object_marking_refs\":[\"marking-definition--"
	                    "bab4a63c-aed9-4cf5-a766-dfca5abac2bb\"],\"granular_markings\":[{\"lang\":"
	                    "\"ja\"},{\"marking_ref\":\"marking-definition--e828b379-4e03-4974-9ac4-"
	                    "e53a884c97c1\",\"selectors\":[\"name\"]}]")),
	      1, 1);
	assert_string_equal(get("R1-I3", "tlp"), "RED");
}

/* An event without "Event" around it, whose label stands before all else it says. */
static void a_bare_misp_event_keeps_a_label_that_comes_first(void **state)
{
	(void)state;
	taken("misp",
	      "{\"Tag\":[{\"name\":\"tlp:red\"}],\"info\":\"One\",\"Attribute\":[{\"type\":\"domain\","
	      "\"value\":\"one.example\"}]}",
	      3, 1);
	assert_string_equal(get("R1-I1", "tlp"), "RED");
}

/* What stands where the list of tags belongs may have been a label. */
static void misp_tags_that_are_no_list_are_red(void **state)
{
	(void)state;
	taken("misp",
	      "{\"Event\":{\"Tag\":{\"name\":\"tlp:red\"},\"Attribute\":[{\"type\":\"domain\",\"value\":\"one."
	      "example\"}]}}",
	      2, 1);
	assert_string_equal(get("R1-I1", "tlp"), "RED");
	taken(
	    "misp",
	    "{\"Event\":{\"Attribute\":[{\"type\":\"domain\",\"value\":\"two.example\",\"Tag\":{\"name\":\"tlp:red\"}},"
	    "{\"type\":\"domain\",\"value\":\"three.example\",\"Tag\":null}]}}",
	    3, 2);
	assert_string_equal(get("R1-I2", "tlp"), "RED");
	assert_string_equal(get("R1-I3", "tlp"), "AMBER");
}

/* Some servers answer with what ties a tag to what bears it; and a person may have typed a blank. */
static void misp_tags_that_are_tied_count(void **state)
{
	(void)state;
	taken(
	    "misp",
	    "{\"Event\":{\"EventTag\":[{\"Tag\":{\"name\":\"tlp:red\"}}],\"Attribute\":[{\"type\":\"domain\",\"value\":"
	    "\"one.example\"}]}}",
	    3, 1);
	assert_string_equal(get("R1-I1", "tlp"), "RED");
	taken("misp",
	      "{\"Event\":{\"Attribute\":[{\"type\":\"domain\",\"value\":\"two.example\",\"AttributeTag\":[{\"Tag\":"
	      "{\"name\":\"tlp:red\"}}]},{\"type\":\"domain\",\"value\":\"three.example\",\"Tag\":[{\"name\":"
	      "\" tlp:red\"}]}]}}",
	      3, 2);
	assert_string_equal(get("R1-I2", "tlp"), "RED");
	assert_string_equal(get("R1-I3", "tlp"), "RED");
}

/* Where one Event belongs stands a list of them, or something else. */
static void misp_events_in_a_list_are_taken_one_by_one(void **state)
{
	(void)state;
	taken("misp",
	      "{\"Event\":[{\"info\":\"One\",\"Tag\":[{\"name\":\"tlp:green\"}],\"Attribute\":[{\"type\":\"domain\","
	      "\"value\":"
	      "\"one.example\"}]},{\"info\":\"Two\",\"Attribute\":[{\"type\":\"domain\",\"value\":\"two.example\"}]},["
	      "1],7]}",
	      7, 2);
	assert_string_equal(get("R1-I1", "origin"), "MISP: One");
	assert_string_equal(get("R1-I1", "tlp"), "GREEN");
	assert_string_equal(get("R1-I2", "origin"), "MISP: Two");
	assert_string_equal(get("R1-I2", "tlp"), "AMBER");
}

static void lists_of_others_are_taken(void **state)
{
	(void)state;
	taken("thehive",
	      "[{\"dataType\":\"domain\",\"data\":\"t.example\",\"tlp\":1,\"sighted\":true},{\"dataType\":\"hash\","
	      "\"data\":"
	      "\"d41d8cd98f00b204e9800998ecf8427e\",\"tlp\":3},{\"dataType\":\"regexp\",\"data\":\"x\"}]",
	      3, 2);
	assert_string_equal(get("R1-I1", "tlp"), "GREEN");
	assert_string_equal(get("R1-I2", "tlp"), "RED");
	taken("thehive", "{\"title\":\"t\",\"observables\":[{\"dataType\":\"ip\",\"data\":\"203.0.113.1\"}]}", 2, 1);
	taken("iris",
	      "ioc_value,ioc_type,ioc_description,ioc_tags,ioc_tlp\n1.1.1.1,ip-dst,DNS,a|b,green\nx,unheard-of,,,\n", 2,
	      1);
	assert_string_equal(get("R1-I4", "tags"), "a,b");
	taken(
	    "iris",
	    "asset_name,asset_type_name,asset_description,asset_ip,asset_domain,asset_tags\nHR-PC-03,x,y,10.0.0.1,,\n",
	    1, 1);
	assert_string_equal(get("R1-A1", "addresses"), "10.0.0.1");
	taken("iris",
	      "event_date,event_tz,event_title,event_category,event_content,event_raw,event_source,event_assets,event_"
	      "iocs,"
	      "event_tags\n2023-03-26T03:00:30.000,+00:00,An event,Unspecified,c,r,s,,,\n",
	      1, 1);
	assert_string_equal(get("R1-V1", "when"), "2023-03-26T03:00:30.000Z");
	refused("iris", "a,b\n1,2\n", "line 1");
}

static int count_row(void *ctx, const struct observation *o, const struct observation_set *set, struct err *err)
{
	(void)o;
	(void)set;
	(void)err;
	++*(unsigned *)ctx;
	return 0;
}

static unsigned rows(const char *filter)
{
	unsigned n = 0;
	struct err err = ERR_INIT;
	struct observation_query q = {.filter = filter};
	if (observation_query_run(the_case, &q, count_row, &n, NULL, &err) < 0)
		fail_msg("%s", err.message);
	return n;
}

static void time_lines_become_observations(void **state)
{
	(void)state;
	add("asset", "hostname=HR-PC-03 status=infected");
	taken("timesketch",
	      "\"message\", "
	      "\"datetime\",\"timestamp_desc\"\nA,2015-07-24T19:01:01+00:00,Write\n\"B\nC\",2015-07-24T19:01:02Z,W\n"
	      "\"never closed,2015,x\nD,yesterday,Z\n",
	      4, 3);
	assert_int_equal(rows("artefact=timeline"), 3);
	assert_int_equal(rows("message~B"), 1);
	assert_int_equal(lost("field", "datetime"), 1);
	assert_string_equal(get(in.evidence, "form"), "blob");
	assert_string_equal(get(in.check, "result"), "inconclusive");
	taken("hayabusa",
	      "\xEF\xBB\xBFTimestamp,RuleTitle,Level,Computer\n\"2019-05-21 21:02:57.867 +05:30\",\"a "
	      "\"\"b\"\"\",high,HR-PC-03.corp.test\n",
	      1, 1);
	assert_string_equal(get(in.check, "on"), "R1-A1");
	taken("l2t",
	      "date,time,timezone,MACB,source,sourcetype,type,user,host,short,desc,version,filename,inode,notes,format,"
	      "extra\n"
	      "11/23/2026,14:05:09,UTC,M.C.,FILE,NTFS,x,-,HR-PC-03,a,b,2,C:/x,1,-,f,-\n"
	      "11/23/2026,14:05:09,EST5EDT,M.C.,FILE,NTFS,x,-,HR-PC-03,a,b,2,C:/x,1,-,f,-\n",
	      2, 2);
	assert_int_equal(rows("path=C:/x"), 2);
	assert_int_equal(rows("source_=FILE"), 2);
	assert_int_equal(lost("field", "timezone"), 1);
	taken("timesketch", "message,datetime,timestamp_desc,cs-method\nE,2015-07-24T19:01:01+00:00,W,POST\n", 1, 1);
	assert_int_equal(rows("cs-method=POST"), 1); /* a hyphen belongs to the name */
	taken("velociraptor",
	      "{\"OSPath\":\"C:\\\\y\",\"Mtime\":\"2021-01-01T00:00:00Z\",\"n\":{\"m\":99999999999999999999}}\n{bad}\n",
	      2, 1);
	assert_int_equal(rows("n.m:"), 1);
	/* the same rows twice are one set */
	refused(
	    "velociraptor",
	    "{\"OSPath\":\"C:\\\\y\",\"Mtime\":\"2021-01-01T00:00:00Z\",\"n\":{\"m\":99999999999999999999}}\n{bad}\n",
	    "on record already");
}

/* Quotes of a pattern are taken off; that its parts belong together is named as lost. */
static void a_pattern_is_read_as_it_was_written(void **state)
{
	(void)state;
	taken("stix",
	      BUNDLE(OBJECT("indicator", U(1),
	                    "\"pattern_type\":\"stix\",\"pattern\":\"[file:name = 'it\\\\'s' AND domain-name:value = "
	                    "'a.example']\"")),
	      1, 1);
	assert_string_equal(get("R1-I1", "value"), "it's");
	assert_string_equal(get("R1-I2", "value"), "a.example");
	assert_int_equal(lost("field", "pattern"), 1);
}

static void rows_become_events_if_asked_for(void **state)
{
	(void)state;
	struct buf many = BUF_INIT;
	in.records = 1;
	taken("hayabusa", "Timestamp,RuleTitle,Level\n2019-05-21 21:02:57 +00:00,Log cleared,high\n", 1, 1);
	assert_string_equal(get("R1-V1", "title"), "Log cleared");
	assert_string_equal(get("R1-V1", "side"), "unknown");
	assert_string_equal(get("R1-V1", "when"), "2019-05-21T21:02:57.0000000Z");
	/* a zone that the file does not say, or that stands beside the time, is not UTC */
	taken("timesketch", "message,datetime,timestamp_desc\nLocal,2019-05-21 21:02:58,W\n", 1, 1);
	assert_string_equal(get("R1-V2", "when"), "2019-05-21T21:02:58.0000000");
	taken("l2t", "date,time,timezone,MACB,short\n11/23/2026,14:05:09,Asia/Tokyo,M...,x\n", 1, 1);
	assert_string_equal(get("R1-V3", "when"), "2026-11-23T14:05:09.0000000");
	buf_adds(&many, "Timestamp,RuleTitle\n");
	for (int i = 0; i <= INTAKE_RECORDS; i++)
		buf_addf(&many, "2019-05-21 21:02:57,r%d\n", i);
	refused("hayabusa", many.data, "5000");
	in.records = 0;
	buf_release(&many);
}

/* What others wrote to hurt is text, whole and harmless. */
static void hostile_text_is_text(void **state)
{
	(void)state;
	static const char bytes[] =
	    "Timestamp,RuleTitle\n2020-01-01 00:00:00,a\0b</script>\xE2\x80\xA8\xE2\x80\xAE=cmd|' \xFF\n";
	struct err err = ERR_INIT;
	if (take("hayabusa", bytes, sizeof bytes - 1, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(in.taken, 1);
	assert_int_equal(rows("RuleTitle~script"), 1);
	taken("stix", BUNDLE(OBJECT("mutex", U(1), "\"name\":\"=cmd|' /C\\u202e\\u2028</script>\"")), 1, 1);
	taken("stix", BUNDLE(OBJECT("mutex", U(2), "\"name\":\"a\\u0000b\"")), 1, 0); /* jansson refuses it: named */
	static const char nul[] = "{\"type\":\"bundle\",\"objects\":[]}\n\0";
	refused_n("stix", nul, sizeof nul - 1, "line 2");
}

/* Ctrl-C while the file is read: nothing is on record. */
static int cancel_at_once(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	(void)ctx;
	(void)what;
	(void)done;
	(void)total;
	return 1;
}

static void whoever_cancels_leaves_nothing_behind(void **state)
{
	(void)state;
	const struct progress progress = {cancel_at_once, NULL};
	in.progress = &progress;
	refused("misp", "{\"Event\":{\"Attribute\":[{\"type\":\"domain\",\"value\":\"one.example\"}]}}", "");
	refused("timesketch", "message,datetime,timestamp_desc\na,2026-11-23T05:05:09+00:00,E\n", "");
	in.records = 1;
	refused("timesketch", "message,datetime,timestamp_desc\na,2026-11-23T05:05:09+00:00,E\n", "");
}

/* What is named is cut between characters, so that it can be told. */
static void long_names_are_cut_between_characters(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		struct buf text = BUF_INIT;
		buf_addf(&text, "{\"title\":\"t\",\"%.*s", i, "ab");
		for (int k = 0; k < 60; k++)
			buf_adds(&text, "あ");
		buf_adds(&text, "\":1,\"observables\":[]}");
		taken("thehive", text.data, 2, 0);
		buf_release(&text);
	}
	for (int i = 0; i < 3; i++) { /* a path */
		struct buf text = BUF_INIT;
		buf_addf(&text, "message,datetime,timestamp_desc,filename\nm%d,2026-11-23T05:05:09+00:00,E,%.*s", i, i,
		         "ab");
		for (int k = 0; k < 400; k++)
			buf_adds(&text, "あ");
		taken("timesketch", text.data, 1, 1);
		buf_release(&text);
	}
}

/* Whether such a member is known was looked for without end. */
static void a_member_without_a_name_is_named(void **state)
{
	(void)state;
	taken("stix", BUNDLE(OBJECT("identity", U(4), "\"name\":\"Vendor\",\"\":\"x\"")), 1, 1);
	assert_int_equal(lost("field", ""), 1);
	taken("misp",
	      "{\"Event\":{\"uuid\":\"" U(1) "\",\"info\":\"x\",\"\":1,\"Attribute\":[{\"uuid\":\"" U(
	          2) "\",\"type\":\"domain\",\"value\":\"evil.example\",\"\":\"t\"}]}}",
	      2, 1);
	taken("thehive", "[{\"_id\":\"~1\",\"dataType\":\"domain\",\"data\":\"evil.test\",\"tlp\":2,\"\":\"x\"}]", 1,
	      1);
}

static void nothing_is_written_by_a_dry_run(void **state)
{
	(void)state;
	uint64_t before = commits();
	in.dry_run = 1;
	taken("stix", BUNDLE(OBJECT("mutex", U(1), "\"name\":\"m\"")), 1, 1);
	taken("hayabusa", "Timestamp,RuleTitle\n2020-01-01 00:00:00,a\n", 1, 1);
	in.dry_run = 0;
	assert_true(commits() == before);
	assert_int_equal(record_count(the_case, "indicator", 0), 0);
}

static void times_are_read_as_tools_write_them(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds; /* -1: no time */
		int clock;
	} times[] = {{"1970-01-02T00:00:00Z", 86400, OBSERVATION_CLOCK_utc},
	             {"1970-01-02 09:00:00.5 +09:00", 86400, OBSERVATION_CLOCK_utc},
	             {"1970-01-02 00:00:00", 86400, OBSERVATION_CLOCK_unknown},
	             {"01/02/1970 00:00:00 UTC", 86400, OBSERVATION_CLOCK_utc},
	             {"1970-01-01 19:00:00 -0500", 86400, OBSERVATION_CLOCK_utc},
	             {"1970-02-30 00:00:00", -1, 0},
	             {"1970-01-02", -1, 0},
	             {"1970-01-02 25:00:00", -1, 0},
	             {"1970-01-02 00:00:00 +99:00", -1, 0},
	             {"yesterday", -1, 0},
	             {"", -1, 0}};
	(void)state;
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		int64_t when = 0;
		uint8_t clock = 0;
		int rc = timeline_time(times[i].text, &when, &clock);
		assert_int_equal(rc, times[i].seconds < 0 ? -1 : 0);
		if (rc == 0) {
			assert_int_equal(when / OBSERVATION_TICKS, times[i].seconds);
			assert_int_equal(clock, times[i].clock);
		}
	}
}

/* Of JSON lines a damaged one costs itself, whatever is wrong with it. */
static void a_damaged_line_costs_itself(void **state)
{
	static const char *const bad[] = {
	    "not json", "{\"a\": \"unterminated", "{\"a\": 1",    "}",          "{\"a\": {\"b\": ", "[1,2",
	    "\"x",      "{\"a\":\"\x01\"}",       "{\"a\":\xff}", "{\"a\":1}}", "{\"a\":1},"};
	static const char row[] =
	    "{\"message\":\"m\",\"datetime\":\"2024-01-01T00:00:01Z\",\"timestamp_desc\":\"x\"}\n";
	(void)state;
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		buf_clear(&b);
		buf_addf(&b, "%s%s\n%s%s", row, bad[i], row, row);
		taken(i % 2 ? "velociraptor" : "timesketch", b.data, 4, 3);
		assert_int_equal(lost("item", "row"), 1);
	}
	buf_clear(&b);
	buf_addf(&b, "%s\n%s%s", bad[1], row, row); /* and the first */
	taken("timesketch", b.data, 3, 2);
	buf_clear(&b);
	buf_adds(&b, row);
	for (int i = 0; i < 70; i++)
		buf_adds(&b, "[");
	buf_addf(&b, "\n%s", row);
	taken("timesketch", b.data, 3, 2);
	/* values over several lines are read as they were */
	taken("velociraptor", "{\n\"_ts\": 1700000000,\n\"a\": {\n\"b\": 1\n}\n}\n{\n\"_ts\": 1700000001\n}\n", 2, 2);
	/* more columns than are kept are told */
	buf_clear(&b);
	buf_adds(&b, "{\"_ts\": 1700000000");
	for (int i = 0; i < 520; i++)
		buf_addf(&b, ",\"c%d\":\"x\"", i);
	buf_adds(&b, "}\n");
	taken("velociraptor", b.data, 1, 1);
	assert_int_equal(lost("field", "c519"), 1);
	buf_release(&b);
}

int main(int argc, char **argv)
{
	static const struct worker_job *const jobs[] = {&intake_job, NULL};
	worker_main(argc, argv, jobs);
#define TEST(name) cmocka_unit_test_setup_teardown(name, intake_setup, intake_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(stix_patterns_become_indicators),
	    TEST(stix_is_refused_with_its_place),
	    TEST(a_tlp_that_is_not_known_is_red),
	    TEST(ids_of_ours_update_nothing_unless_asked),
	    TEST(misp_attributes_are_all_accounted_for),
	    TEST(the_highest_label_counts),
	    TEST(a_bare_misp_event_keeps_a_label_that_comes_first),
	    TEST(misp_tags_that_are_no_list_are_red),
	    TEST(misp_tags_that_are_tied_count),
	    TEST(misp_events_in_a_list_are_taken_one_by_one),
	    TEST(lists_of_others_are_taken),
	    TEST(time_lines_become_observations),
	    TEST(a_pattern_is_read_as_it_was_written),
	    TEST(rows_become_events_if_asked_for),
	    TEST(hostile_text_is_text),
	    TEST(whoever_cancels_leaves_nothing_behind),
	    TEST(long_names_are_cut_between_characters),
	    TEST(a_member_without_a_name_is_named),
	    TEST(nothing_is_written_by_a_dry_run),
	    TEST(a_damaged_line_costs_itself),
	    cmocka_unit_test(times_are_read_as_tools_write_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
