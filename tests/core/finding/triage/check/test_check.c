/* First checks: what fires, what is told of it, and that nothing seen is never said without what is not covered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "finding/observation/observation_query.h"
#include "finding/triage/check/check.h"
#include "finding/triage/check/rules.h"

#include <stdlib.h>
#include <string.h>

#define T0 (INT64_C(1700000000) * OBSERVATION_TICKS)

static uint64_t row_number;

/* A row of an event: "name=value" fields behind its number, channel and provider. */
static void add(struct triage_check *k, int64_t when, const char *id, const char *channel, const char *provider,
                const char *const *fields)
{
	struct buf row = BUF_INIT;
	struct buf text = BUF_INIT;
	observation_field_number(&text, "record", (int64_t)++row_number);
	observation_field(&text, "event_id", id);
	observation_field(&text, "channel", channel);
	observation_field(&text, "provider", provider);
	for (; fields && *fields; fields += 2)
		observation_field(&text, fields[0], fields[1]);
	struct observation o = {.when = when,
	                        .offset = row_number * 100,
	                        .artefact = OBSERVATION_evtx,
	                        .clock = OBSERVATION_CLOCK_utc,
	                        .path = "x.evtx",
	                        .fields = text.data,
	                        .fields_size = text.len};
	assert_int_equal(observation_pack(&o, &row, NULL), 0);
	assert_int_equal(triage_check_rows(k, row.data, row.len, NULL), 0);
	buf_release(&row);
	buf_release(&text);
}

#define SECURITY "Security", "Microsoft-Windows-Security-Auditing"
#define SYSMON   "Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon"
#define FIELDS(...)               \
	(const char *const[])     \
	{                         \
		__VA_ARGS__, NULL \
	}

static json_t *find(const json_t *findings, const char *rule)
{
	json_t *f;
	size_t i;
	json_array_foreach(findings, i, f)
		if (strcmp(json_get_string(f, "rule"), rule) == 0)
			return f;
	return NULL;
}

static const char *state(const json_t *findings, const char *rule)
{
	const char *text = json_get_string(find(findings, rule), "state");
	return text ? text : "";
}

static struct triage_check *begin(void)
{
	row_number = 0;
	return triage_check_new("R1-E1", "ab");
}

static void a_rule_names_the_values_that_fired_it(void **s)
{
	(void)s;
	struct triage_check *k = begin();
	add(k, T0 + 5, "7045", "System", "Service Control Manager",
	    FIELDS("data.ServiceName", "updsvc", "data.ImagePath", "C:\\ProgramData\\upd.exe"));
	add(k, T0, "7045", "System", "Service Control Manager",
	    FIELDS("data.ServiceName", "PSEXESVC", "data.ImagePath", "%SystemRoot%\\PSEXESVC.exe"));
	/* the number alone is nothing: another provider, another channel */
	add(k, T0, "7045", "Application", "Other", FIELDS("data.ServiceName", "PSEXESVC"));
	json_t *findings = triage_check_findings(k);
	const json_t *f = find(findings, "persistence.service");
	assert_string_equal(json_get_string(f, "state"), "seen");
	assert_string_equal(json_get_string(f, "level"), "medium");
	assert_string_equal(json_get_string(f, "technique"), "T1543.003");
	assert_string_equal(json_get_string(f, "when"), "2023-11-14T22:13:20.0000000Z");
	assert_string_equal(json_get_string(f, "until"), "2023-11-14T22:13:20.0000005Z");
	assert_string_equal(json_get_string(f, "source"), "R1-E1");
	assert_int_equal(json_integer_value(json_object_get(f, "count")), 2);
	assert_int_equal(json_array_size(json_object_get(f, "observations")), 2);
	assert_non_null(strstr(json_get_string(f, "reason"), "ImagePath=C:\\ProgramData\\upd.exe"));
	f = find(findings, "lateral.psexec");
	assert_int_equal(json_integer_value(json_object_get(f, "count")), 1);
	assert_string_equal(json_get_string(f, "level"), "high");
	assert_string_equal(state(findings, "persistence.service-command"), "seen");
	/* the worst first */
	assert_string_equal(json_get_string(json_array_get(findings, 0), "level"), "high");
	json_decref(findings);
	triage_check_free(k);
}

static void processes_are_the_same_whoever_records_them(void **s)
{
	(void)s;
	for (int sysmon = 0; sysmon < 2; sysmon++) {
		struct triage_check *k = begin();
		if (sysmon)
			add(k, T0, "1", SYSMON,
			    FIELDS("data.Image", "C:\\Windows\\System32\\cmd.exe", "data.ParentImage",
			           "C:\\Office\\WINWORD.EXE", "data.CommandLine", "vssadmin delete shadows /all"));
		else
			add(k, T0, "4688", SECURITY,
			    FIELDS("data.NewProcessName", "C:\\Windows\\System32\\cmd.exe", "data.ParentProcessName",
			           "C:\\Office\\WINWORD.EXE", "data.CommandLine", "vssadmin delete shadows /all"));
		json_t *findings = triage_check_findings(k);
		assert_string_equal(state(findings, "execution.office-child"), "seen");
		assert_string_equal(state(findings, "impact.backup-deleted"), "seen");
		assert_string_equal(state(findings, "persistence.webshell"), "not_seen");
		assert_string_equal(state(findings, "execution.double-extension"), "not_seen");
		json_decref(findings);
		triage_check_free(k);
	}
}

static void guessing_is_many_within_ten_minutes_from_one(void **s)
{
	(void)s;
	for (int together = 0; together < 2; together++) {
		struct triage_check *k = begin();
		for (int i = 0; i < 12; i++) {
			char address[32];
			snprintf(address, sizeof address, "192.0.2.%d", together ? 7 : i);
			add(k, T0 + i * 60 * OBSERVATION_TICKS, "4625", SECURITY,
			    FIELDS("data.IpAddress", address, "data.TargetUserName", "admin"));
		}
		/* four of another, and a fifth an hour later */
		for (int i = 0; i < 5; i++)
			add(k, T0 + (i == 4 ? 4000 : i) * OBSERVATION_TICKS, "4625", SECURITY,
			    FIELDS("data.IpAddress", "198.51.100.1"));
		json_t *findings = triage_check_findings(k);
		const json_t *f = find(findings, "credential.guessing");
		assert_string_equal(json_get_string(f, "state"), together ? "seen" : "not_seen");
		if (together)
			assert_int_equal(json_integer_value(json_object_get(f, "count")), 12);
		json_decref(findings);
		triage_check_free(k);
	}
}

static void what_is_not_covered_is_said(void **s)
{
	(void)s;
	struct triage_check *k = begin();
	json_t *findings = triage_check_findings(k); /* nothing at all */
	const json_t *f;
	size_t i;
	json_array_foreach(findings, i, f)
		assert_string_equal(json_get_string(f, "state"), "not_covered");
	assert_int_equal(json_array_size(findings), check_rule_count + 1);
	json_decref(findings);
	add(k, T0, "4624", SECURITY, FIELDS("data.LogonType", "3"));
	row_number += 3; /* three are missing */
	add(k, T0 + 1, "4624", SECURITY, FIELDS("data.LogonType", "3"));
	triage_check_problem(k, "a.evtx", "cut off");
	triage_check_problem(k, "", "gone");
	triage_check_unknown(k, 5);
	findings = triage_check_findings(k);
	assert_string_equal(state(findings, "persistence.account"), "not_seen");
	assert_string_equal(state(findings, "execution.powershell"), "not_covered");
	assert_string_equal(state(findings, "impact.backup-deleted"), "not_covered");
	assert_non_null(
	    strstr(json_get_string(find(findings, "execution.powershell"), "reason"), "PowerShell/Operational"));
	assert_string_equal(json_get_string(find(findings, "gap.rolled-over"), "reason"),
	                    "Security: 2023-11-14T22:13:20Z");
	assert_string_equal(json_get_string(find(findings, "gap.jump"), "reason"), "Security: 3");
	assert_null(strstr(json_get_string(find(findings, "gap.channel"), "reason"), "Security"));
	assert_non_null(find(findings, "gap.audit"));
	assert_string_equal(json_get_string(find(findings, "gap.unread"), "reason"), "2: a.evtx: cut off; gone");
	assert_string_equal(json_get_string(find(findings, "gap.no-parser"), "reason"), "5");
	json_decref(findings);
	triage_check_free(k);
}

/* A row of another artefact. */
static void add_other(struct triage_check *k, unsigned artefact, const char *path, const char *const *fields)
{
	struct buf row = BUF_INIT;
	struct buf text = BUF_INIT;
	for (; *fields; fields += 2)
		observation_field(&text, fields[0], fields[1]);
	struct observation o = {.when = T0,
	                        .offset = ++row_number * 100,
	                        .artefact = (uint8_t)artefact,
	                        .clock = OBSERVATION_CLOCK_utc,
	                        .path = path,
	                        .fields = text.data,
	                        .fields_size = text.len};
	assert_int_equal(observation_pack(&o, &row, NULL), 0);
	assert_int_equal(triage_check_rows(k, row.data, row.len, NULL), 0);
	buf_release(&row);
	buf_release(&text);
}

/* Whether the rule fires for that row alone. */
static int fires(const char *rule, unsigned artefact, const char *path, const char *const *fields)
{
	struct triage_check *k = begin();
	add_other(k, artefact, path, fields);
	json_t *findings = triage_check_findings(k);
	int seen = strcmp(state(findings, rule), "seen") == 0;
	json_decref(findings);
	triage_check_free(k);
	return seen;
}

static void names_and_requests_that_hide_something(void **s)
{
	(void)s;
	const char *const *file = FIELDS("type", "file");
	/* "invoice\u202Efdp.exe" reads as invoiceexe.pdf */
	assert_true(fires("execution.rlo-name", OBSERVATION_file,
	                  "Users/a/invoice\xE2\x80\xAE"
	                  "fdp.exe",
	                  file));
	assert_false(fires("execution.rlo-name", OBSERVATION_file, "Users/a/invoice.pdf", file));
	assert_true(fires("execution.double-extension", OBSERVATION_file, "Users/a/invoice.pdf.exe", file));
	assert_true(fires("persistence.webshell-file", OBSERVATION_file, "inetpub/wwwroot/images/a.aspx", file));
	assert_false(fires("persistence.webshell-file", OBSERVATION_file, "inetpub/wwwroot/default.aspx", file));
	assert_false(fires("persistence.webshell-file", OBSERVATION_file, "inetpub/wwwroot/images/a.png", file));
	assert_true(fires("persistence.webshell-request", OBSERVATION_web_log, "u_ex.log",
	                  FIELDS("method", "GET", "url", "/x.aspx", "query", "cmd=whoami", "status", "200")));
	assert_true(fires("persistence.webshell-request", OBSERVATION_web_log, "access.log",
	                  FIELDS("method", "GET", "url", "/x.php?exec=id", "status", "200")));
	assert_false(fires("persistence.webshell-request", OBSERVATION_web_log, "access.log",
	                   FIELDS("method", "GET", "url", "/x.php?exec=id", "status", "404")));
	assert_true(fires("persistence.webshell-post", OBSERVATION_web_log, "access.log",
	                  FIELDS("method", "POST", "url", "/uploads/x.php", "status", "200")));
	assert_false(fires("persistence.webshell-post", OBSERVATION_web_log, "access.log",
	                   FIELDS("method", "POST", "url", "/login.php", "status", "200")));
}

static void a_recovered_row_is_told_beside_the_first(void **s)
{
	(void)s;
	struct triage_check *k = begin();
	struct buf fields = BUF_INIT;
	observation_field(&fields, "type", "file");
	struct observation o = {.when = T0,
	                        .artefact = OBSERVATION_file,
	                        .clock = OBSERVATION_CLOCK_utc,
	                        .path = "Users/a/x.pdf.exe",
	                        .fields = fields.data,
	                        .fields_size = fields.len};
	triage_check_row(k, &o);
	o.when = T0 - 3600 * OBSERVATION_TICKS;
	o.flags = OBSERVATION_RECOVERED;
	triage_check_row(k, &o);
	json_t *findings = triage_check_findings(k);
	const json_t *f = find(findings, "execution.double-extension");
	assert_string_equal(json_get_string(f, "when"), "2023-11-14T22:13:20.0000000Z");
	assert_string_equal(json_get_string(f, "recovered_when"), "2023-11-14T21:13:20.0000000Z");
	assert_int_equal(strncmp(json_get_string(f, "reason"), "recovered, earlier: 2023-11-14T21:13:20", 39), 0);
	json_decref(findings);
	triage_check_free(k);
	buf_release(&fields);
}

static void every_row_of_the_table_can_be_looked_for(void **s)
{
	(void)s;
	for (size_t i = 0; i < check_rule_count; i++) {
		const struct check_rule *rule = &check_rules[i];
		size_t conditions = 0;
		assert_non_null(strchr(rule->name, '.'));
		assert_true(*rule->title && *rule->shows);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(check_rules[j].name, rule->name);
		for (size_t c = 0; c < CHECK_CONDITIONS; c++) {
			const struct check_condition *w = &rule->when[c];
			struct err err = ERR_INIT;
			struct observation_filter *f = w->filter ? observation_filter_parse(w->filter, &err) : NULL;
			if (w->filter && !f)
				fail_msg("%s: %s", rule->name, err.message);
			conditions += w->filter || w->events[0];
			/* what matches an empty row matches everything */
			struct observation none = {.when = T0, .path = "", .fields = "", .fields_size = 0};
			struct observation_set set = {.rows = 0};
			if (f && strncmp(w->filter, "-", 1) != 0)
				assert_false(observation_filter_match(f, &none, &set));
			observation_filter_free(f);
		}
		assert_true(conditions > 0);
	}
}

static void what_a_collector_could_not_fetch_is_not_covered(void **s)
{
	(void)s;
	struct triage_check *k = begin();
	add_other(k, OBSERVATION_collector, "log.json",
	          FIELDS("tool", "velociraptor", "state", "error", "message", "copy: C:\\pagefile.sys: in use"));
	json_t *findings = triage_check_findings(k);
	assert_string_equal(state(findings, "gap.collector"), "not_covered");
	assert_string_equal(json_get_string(find(findings, "gap.collector"), "reason"),
	                    "1: log.json: error: copy: C:\\pagefile.sys: in use");
	json_decref(findings);
	triage_check_free(k);
}

static json_t *seen_of(const char *check, const char *level, const char *when, const char *status)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s}", "check", check, "state", "seen", "level", level, "when", when,
	                 "status", status);
}

static void the_evidence_with_the_worst_comes_first(void **s)
{
	(void)s;
	json_t *all = json_pack(
	    "[o, o, o, o, o]", seen_of("R1-K3", "medium", "2014-01-02", "open"),
	    seen_of("R1-K2", "high", "2014-01-03", "dismissed"), seen_of("R1-K2", "low", "2014-01-01", "open"),
	    seen_of("R1-K1", "high", "2014-02-01", "open"), seen_of("R1-K1", "low", "2014-02-02", "open"));
	static const char *const wanted[] = {"R1-K1", "R1-K1", "R1-K3", "R1-K2", "R1-K2"};
	triage_order_findings(all);
	assert_int_equal(json_array_size(all), 5);
	for (size_t i = 0; i < 5; i++)
		assert_string_equal(json_get_string(json_array_get(all, i), "check"), wanted[i]);
	json_decref(all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_rule_names_the_values_that_fired_it),
	    cmocka_unit_test(processes_are_the_same_whoever_records_them),
	    cmocka_unit_test(guessing_is_many_within_ten_minutes_from_one),
	    cmocka_unit_test(what_is_not_covered_is_said),
	    cmocka_unit_test(the_evidence_with_the_worst_comes_first),
	    cmocka_unit_test(what_a_collector_could_not_fetch_is_not_covered),
	    cmocka_unit_test(names_and_requests_that_hide_something),
	    cmocka_unit_test(a_recovered_row_is_told_beside_the_first),
	    cmocka_unit_test(every_row_of_the_table_can_be_looked_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
