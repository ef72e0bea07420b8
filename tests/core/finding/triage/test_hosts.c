/* Hosts × rules: order, what was dismissed, the same trace on several hosts in one column. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/json.h"
#include "finding/triage/hosts.h"

#include <stdio.h>
#include <string.h>

static void add(json_t *findings, const char *asset, const char *rule, const char *level, const char *when,
                const char *status, const char *state)
{
	json_array_append_new(findings, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:i}", "asset", asset, "rule",
	                                          rule, "level", level, "when", when, "status", status, "state", state,
	                                          "title", "A title", "count", 3));
}

static const char *name_of(void *ctx, const char *label)
{
	(void)ctx;
	return strcmp(label, "R1-A1") == 0 ? "HR-PC-03" : "";
}

static void take_line(void *ctx, enum host_line what, const char *label, const char *text)
{
	(void)what;
	buf_addf(ctx, "%s|%s\n", label, text);
}

static json_t *made(void)
{
	json_t *findings = json_array();
	add(findings, "R1-A1", "execution.tool", "high", "2026-11-21T00:00:00.0000000Z", "open", "seen");
	add(findings, "R1-A2", "persistence.run-key", "medium", "2026-11-20T00:00:00.0000000Z", "open", "seen");
	add(findings, "R1-A1", "persistence.run-key", "medium", "2026-11-22T00:00:00.0000000Z", "confirmed", "seen");
	add(findings, "R1-A3", "execution.tool", "high", "2026-11-01T00:00:00.0000000Z", "dismissed", "seen");
	add(findings, "R1-A3", "lateral.rdp", "low", "", "", "not_seen");
	add(findings, "", "lateral.rdp", "low", "", "open", "seen");
	return findings;
}

static void hosts_by_rules(void **state)
{
	(void)state;
	json_t *findings = made();
	struct host_matrix *m = host_matrix_new(findings);
	struct buf text = BUF_INIT;
	assert_int_equal(host_matrix_hosts(m), 3);
	host_matrix_lines(m, name_of, NULL, 100, take_line, &text);
	/* the earliest first; of what was dismissed no time counts, and the mark says so */
	const char *second = strstr(text.data, "R1-A2|");
	const char *first = strstr(text.data, "R1-A1|");
	const char *third = strstr(text.data, "R1-A3|");
	assert_true(second && first && third && second < first && first < third);
	assert_non_null(strstr(first, "HR-PC-03"));
	assert_non_null(strstr(first, "2026-11-21 00:00"));
	assert_non_null(strstr(first, "M  H"));
	assert_non_null(strstr(third, "·  x"));
	assert_non_null(strstr(text.data, "1  persistence.run-key            2 hosts"));
	assert_null(strstr(text.data, "lateral.rdp"));
	/* what the numbers mean for one host */
	buf_clear(&text);
	host_matrix_tell(m, "R1-A1", take_line, &text);
	assert_string_equal(text.data, "|  ?  by a finding that nobody has judged yet\n"
	                               "|  1 M  2026-11-22 00:00  A title\n|  2 H  2026-11-21 00:00  A title\n");
	buf_release(&text);
	host_matrix_free(m);
	json_decref(findings);
}

static void add_seen(json_t *findings, const char *rule, const char *when, const char *status, const char *reason,
                     const char *ids)
{
	json_array_append_new(findings, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "on", "R1-A1", "rule",
	                                          rule, "level", "medium", "when", when, "status", status, "title",
	                                          "A title", "reason", reason, "observations", ids));
}

/* The row of the only host. */
static void assert_first(json_t *findings, const char *first, const char *not_first)
{
	struct host_matrix *m = host_matrix_new(findings);
	struct buf text = BUF_INIT;
	host_matrix_lines(m, name_of, NULL, 100, take_line, &text);
	assert_int_equal(host_matrix_hosts(m), 1);
	assert_non_null(strstr(text.data, first));
	assert_null(strstr(text.data, not_first));
	buf_release(&text);
	host_matrix_free(m);
}

static void a_time_that_was_set_back_is_no_first_trace(void **state)
{
	json_t *findings = json_array();
	(void)state;
	/* by the two times that a file system has of a file: when the finding says is what it was set to */
	add_seen(findings, "execution.double-extension", "2013-08-22T11:05:11Z", "open", "path=a.doc.exe",
	         "o:22\no:33");
	add_seen(findings, "defence.timestomp", "2013-08-22T11:05:11Z", "open",
	         "path=a.doc.exe fn_created=2014-01-10T00:44:09Z", "o:11\no:22");
	assert_first(findings, " -  ", "2013-08-22");
	/* then the next finding's, and it is said that nobody has judged it */
	add_seen(findings, "persistence.run-key", "2014-01-10T00:44:11Z", "open", "key=Run", "o:2");
	assert_first(findings, "2014-01-10 00:44 ?", "2013-08-22");
	assert_first(findings, "   ?  by a finding that nobody has judged yet", "2013-08-22");
	add_seen(findings, "lateral.rdp", "2014-01-10T00:44:11Z", "confirmed", "", "o:44");
	assert_first(findings, "2014-01-10 00:44  ", "?");
	/* who dismisses it says that the time is right */
	json_object_set_new(json_array_get(findings, 1), "status", json_string("dismissed"));
	assert_first(findings, "2013-08-22 11:05 ?", "2014-01-10");
	json_decref(findings);
	/* an event that tells of it has its own time */
	findings = json_array();
	add_seen(findings, "defence.timestomp", "2014-01-10T00:50:00Z", "confirmed",
	         "TargetFilename=a.exe PreviousCreationUtcTime=2014-01-10 CreationUtcTime=2013-08-22", "o:55");
	assert_first(findings, "2014-01-10 00:50", "?");
	json_decref(findings);
}

static void cells_as_objects(void **state)
{
	(void)state;
	json_t *findings = made();
	struct host_matrix *m = host_matrix_new(findings);
	json_t *cells = host_matrix_json(m, name_of, NULL);
	assert_int_equal(json_array_size(cells), 4);
	const json_t *cell = json_array_get(cells, 1);
	assert_string_equal(json_get_string(cell, "kind"), "host_rule");
	assert_string_equal(json_get_string(cell, "asset"), "R1-A1");
	assert_string_equal(json_get_string(cell, "hostname"), "HR-PC-03");
	assert_string_equal(json_get_string(cell, "rule"), "persistence.run-key");
	assert_string_equal(json_get_string(cell, "status"), "confirmed");
	assert_int_equal(json_integer_value(json_object_get(cell, "count")), 3);
	json_decref(cells);
	host_matrix_free(m);
	json_decref(findings);
}

static void many_rules_stand_in_several_tables(void **state)
{
	(void)state;
	json_t *findings = json_array();
	struct buf text = BUF_INIT;
	for (int i = 0; i < 30; i++) {
		char rule[32];
		snprintf(rule, sizeof rule, "group.rule-%02d", i);
		add(findings, "R1-A1", rule, "low", "", "open", "seen");
	}
	struct host_matrix *m = host_matrix_new(findings);
	host_matrix_lines(m, name_of, NULL, 80, take_line, &text);
	size_t tables = 0;
	for (const char *at = text.data; (at = strstr(at, "R1-A1|")) != NULL; at++)
		tables++;
	assert_int_equal(tables, 3);
	assert_non_null(strstr(text.data, "group.rule-29"));
	buf_release(&text);
	host_matrix_free(m);
	json_decref(findings);
}

/* A large case: each of many machines has what stands of many rules, and files whose times were set back. */
static void many_machines_have_many_findings(void **state)
{
	(void)state;
	json_t *findings = json_array();
	for (int host = 0; host < 400; host++) {
		struct buf ids = BUF_INIT;
		for (int i = 0; i < 100; i++)
			buf_addf(&ids, "%so:%d.%d", i ? "\n" : "", host, i);
		add_seen(findings, "defence.timestomp", "2013-08-22T11:05:11Z", "open", "fn_created=2014", ids.data);
		for (int rule = 0; rule < 30; rule++) {
			char name[24];
			char id[24];
			snprintf(name, sizeof name, "rule.%d", rule);
			snprintf(id, sizeof id, "o:%d.%d", host, rule ? 100 + rule : 99); /* the first is false */
			add_seen(findings, name, rule ? "2014-01-10T00:44:11Z" : "2013-08-22T11:05:11Z", "open", "",
			         id);
		}
		char label[24];
		snprintf(label, sizeof label, "R1-A%d", host + 1);
		for (size_t i = json_array_size(findings) - 31; i < json_array_size(findings); i++)
			json_object_set_new(json_array_get(findings, i), "on", json_string(label));
		buf_release(&ids);
	}
	struct host_matrix *m = host_matrix_new(findings);
	struct buf text = BUF_INIT;
	assert_int_equal(host_matrix_hosts(m), 400);
	host_matrix_lines(m, name_of, NULL, 100, take_line, &text);
	assert_non_null(strstr(text.data, "2014-01-10 00:44"));
	assert_null(strstr(text.data, "2013-08-22"));
	host_matrix_free(m);
	buf_release(&text);
	json_decref(findings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(hosts_by_rules),
	    cmocka_unit_test(a_time_that_was_set_back_is_no_first_trace),
	    cmocka_unit_test(cells_as_objects),
	    cmocka_unit_test(many_rules_stand_in_several_tables),
	    cmocka_unit_test(many_machines_have_many_findings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
