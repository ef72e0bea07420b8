/* What collectors say of their own work: errors, files cut short, collections that failed or did not come to an end. */
#include "core/case/help_case.h"
#include "core/finding/triage/help_rows.h"

#include <string.h>

static struct parsed parse(const char *path, const char *text)
{
	return parse_bytes("collector", path, text, strlen(text));
}

static const char *reason(const struct parsed *p, size_t i)
{
	const char *text = json_string_value(json_object_get(json_array_get(p->problems, i), "reason"));
	return text ? text : "";
}

static void a_collection_that_failed(void **state)
{
	(void)state;
	struct parsed p =
	    parse("collection_context.json",
	          "{\"session_id\":\"F.1\",\"state\":3,\"status\":\"timed out after 600 s\",\"query_stats\":["
	          "{\"status\":1,\"Artifact\":\"Windows.KapeFiles.Targets\",\"error_message\":\"disk full\"},"
	          "{\"status\":0,\"Artifact\":\"Generic.Client.Info\"}]}");
	assert_int_equal(json_array_size(p.rows), 2);
	assert_string_equal(row_text(&p, 0, "state"), "failed");
	assert_string_equal(row_text(&p, 0, "message"), "timed out after 600 s");
	assert_string_equal(row_text(&p, 1, "state"), "error");
	assert_string_equal(row_text(&p, 1, "target"), "Windows.KapeFiles.Targets");
	assert_string_equal(row_text(&p, 1, "message"), "disk full");
	assert_int_equal(json_array_size(p.problems), 1);
	assert_string_equal(reason(&p, 0), "not covered: the collector says: timed out after 600 s");
	parsed_release(&p);
	p = parse("a/collection_context.json", "{\"context\":{\"state\":\"RUNNING\"}}"); /* as a server exports it */
	assert_string_equal(row_text(&p, 0, "state"), "unfinished");
	parsed_release(&p);
	p = parse("collection_context.json", "{\"state\":\"FINISHED\",\"query_stats\":[{\"status\":\"OK\"}]}");
	assert_int_equal(json_array_size(p.rows) + json_array_size(p.problems), 0);
	parsed_release(&p);
	p = parse("collection_context.json", "{\"state\":\"FINI");
	assert_int_equal(json_array_size(p.problems), 1);
	parsed_release(&p);
}

/* Longer than what is told of it, and cut inside a letter. */
static void a_long_japanese_message(void **state)
{
	(void)state;
	struct buf text = BUF_INIT;
	buf_adds(&text, "{\"state\":3,\"status\":\"a");
	for (int i = 0; i < 200; i++)
		buf_adds(&text, "失");
	buf_adds(&text, "\"}");
	struct parsed p = parse("collection_context.json", text.data);
	assert_int_equal(json_array_size(p.problems), 1);
	assert_non_null(strstr(reason(&p, 0), "the collector says: a失失"));
	parsed_release(&p);
	buf_release(&text);
}

static void messages_and_files_cut_short(void **state)
{
	(void)state;
	struct parsed p = parse("log.json", "{\"_ts\":1763600001,\"client_time\":1763600000,\"level\":\"ERROR\","
	                                    "\"message\":\"copy: C:\\\\pagefile.sys: in use\"}\n"
	                                    "{\"_ts\":1763600002,\"level\":\"INFO\",\"message\":\"Collecting\"}\n"
	                                    "{\"_ts\":17636000");
	assert_int_equal(json_array_size(p.rows), 1);
	assert_string_equal(row_text(&p, 0, "when"), "2025-11-20T00:53:20.0000000Z");
	assert_string_equal(row_text(&p, 0, "message"), "copy: C:\\pagefile.sys: in use");
	assert_int_equal(json_array_size(p.problems), 1); /* the last line */
	parsed_release(&p);
	p = parse(
	    "uploads.json",
	    "{\"vfs_path\":\"C:/Windows/a.evtx\",\"file_size\":5,\"uploaded_size\":5}\n"
	    "{\"vfs_path\":\"C:/pagefile.sys\",\"file_size\":8589934592,\"uploaded_size\":4096}\n"
	    "{\"vfs_path\":\"C:/$Extend/$UsnJrnl:$J\",\"file_size\":99,\"uploaded_size\":2,\"Type\":\"sparse\"}\n");
	assert_int_equal(json_array_size(p.rows), 1);
	assert_string_equal(row_text(&p, 0, "state"), "cut");
	assert_string_equal(row_text(&p, 0, "target"), "C:/pagefile.sys");
	assert_string_equal(row_text(&p, 0, "collected"), "4096");
	assert_int_equal(json_array_size(p.problems), 1);
	parsed_release(&p);
	p = parse("node_modules/x/log.json",
	          "{\n \"name\": \"log\",\n \"version\": \"1\"\n}\n"); /* another program's */
	assert_int_equal(json_array_size(p.rows) + json_array_size(p.problems), 0);
	parsed_release(&p);
}

static void logs_that_do_not_come_to_an_end(void **state)
{
	(void)state;
	struct parsed p = parse("2025-11-20T01_00_00_1_ConsoleLog.txt",
	                        "\xEF\xBB\xBF[2025-11-20 01:00:00.1 | INF] KAPE version 1.3\r\n"
	                        "[2025-11-20 01:00:02.5 | ERR] Error getting file: C:\\$MFT\r\n"
	                        "[2025-11-20 01:00:03.5 | INF] Total execution time: 3.4 seconds\r\n");
	assert_int_equal(json_array_size(p.rows), 1);
	assert_string_equal(row_text(&p, 0, "tool"), "kape");
	assert_string_equal(row_text(&p, 0, "message"), "Error getting file: C:\\$MFT");
	assert_string_equal(row_text(&p, 0, "when"), "2025-11-20T01:00:02.0000000Z");
	assert_string_equal(row_text(&p, 0, "clock"), "local");
	assert_int_equal(json_array_size(p.problems), 0);
	parsed_release(&p);
	static const char uac[] =
	    "2025-11-20 10:00:00 +0900 INF Artifacts collection started\n"
	    "2025-11-20 10:00:01 +0900 ERR cannot read: '/dev/mem'\n"
	    "2025-11-20 10:05:00 +0900 INF Artifacts collection complete. Total execution time: 300 seconds\n";
	p = parse("uac-host/uac.log", uac);
	assert_int_equal(json_array_size(p.rows), 1);
	assert_string_equal(row_text(&p, 0, "when"), "2025-11-20T01:00:01.0000000Z");
	assert_string_equal(row_text(&p, 0, "clock"), "utc");
	assert_int_equal(json_array_size(p.problems), 0);
	parsed_release(&p);
	p = parse_bytes("collector", "uac.log", uac,
	                (size_t)(strstr(uac, "+0900 INF Artifacts collection complete") - uac));
	assert_int_equal(json_array_size(p.rows), 2);
	assert_string_equal(row_text(&p, 1, "state"), "unfinished");
	assert_int_equal(json_array_size(p.problems), 1);
	parsed_release(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_collection_that_failed),
	    cmocka_unit_test(a_long_japanese_message),
	    cmocka_unit_test(messages_and_files_cut_short),
	    cmocka_unit_test(logs_that_do_not_come_to_an_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
