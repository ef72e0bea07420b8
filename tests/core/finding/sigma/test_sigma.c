/* Sigma rules over made rows: modifiers, conditions, names of fields, what is listed as not worked by. */
#include "core/case/help_case.h"

#include "base/worker/worker.h"
#include "finding/sigma/sigma.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SYSMON "Microsoft-Windows-Sysmon/Operational"

static const char sha256[] = "0000000000000000000000000000000000000000000000000000000000000000";

static void write_rule(const char *name, const char *logsource, const char *detection)
{
	char *path = xasprintf("%s/rules/%s.yml", scratch, name);
	char *text = xasprintf("title: Rule %s\nid: "
	                       "00000000-0000-0000-0000-000000000001\nlogsource:\n%s\ndetection:\n%s\nlevel: critical\n"
	                       "tags:\n    - attack.execution\n    - attack.t1059.001\n",
	                       name, logsource, detection);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	free(text);
	free(path);
}

static void begin(void)
{
	char *folder = xasprintf("%s/rules", scratch);
	assert_int_equal(mkdir(folder, 0700), 0);
	free(folder);
}

static struct sigma *load(void)
{
	struct err err = ERR_INIT;
	char *folder = xasprintf("%s/rules", scratch);
	struct sigma *s = sigma_load(folder, NULL, &err);
	if (!s)
		fail_msg("%s", err.message);
	free(folder);
	return s;
}

/* Fields: "name=value" up to NULL. */
static void row(struct sigma *s, const char *channel, const char *event, const char *const *fields)
{
	struct buf b = BUF_INIT;
	observation_field(&b, "event_id", event);
	observation_field(&b, "provider", "any");
	observation_field(&b, "channel", channel);
	for (; *fields; fields++) {
		char *name = xstrndup(*fields, strcspn(*fields, "="));
		observation_field(&b, name, *fields + strlen(name) + 1);
		free(name);
	}
	struct observation o = {
	    .when = 1, .path = "a.evtx", .artefact = OBSERVATION_evtx, .fields = b.data, .fields_size = b.len};
	sigma_row(s, &o, sha256);
	buf_release(&b);
}
#define ROW(s, channel, event, ...) row(s, channel, event, (const char *const[]){__VA_ARGS__, NULL})

static const json_t *find(const json_t *findings, const char *rule, const char *state)
{
	const json_t *f;
	size_t i;
	json_array_foreach(findings, i, f)
		if (strcmp(json_string_value(json_object_get(f, "rule")), rule) == 0 &&
		    strcmp(json_string_value(json_object_get(f, "state")), state) == 0)
			return f;
	return NULL;
}

#define PROCESS "    category: process_creation\n    product: windows"

static const struct {
	const char *detection; /* of "selection" */
	const char *value;     /* of CommandLine */
	int fires;
} modifiers[] = {
    {"CommandLine: whoami", "WhoAmI", 1},
    {"CommandLine: whoami", "whoami /all", 0},
    {"CommandLine: 'who*'", "whoami /all", 1},
    {"CommandLine: '*who?mi*all'", "cmd /c WHOAMI /all", 1},
    {"CommandLine: 'a\\*b'", "a*b", 1},
    {"CommandLine: 'a\\*b'", "axb", 0},
    {"CommandLine|cased: whoami", "WhoAmI", 0},
    {"CommandLine|contains: ' /all'", "whoami /ALL", 1},
    {"CommandLine|startswith: 'who'", "cmd who", 0},
    {"CommandLine|endswith: '\\cmd.exe'", "C:\\Windows\\CMD.exe", 1},
    {"CommandLine|contains|all: [one, two]", "two one", 1},
    {"CommandLine|contains|all: [one, two]", "one", 0},
    {"CommandLine|contains: [one, two]", "one", 1},
    {"CommandLine|windash|contains: ' -enc '", "powershell /enc x", 1},
    {"CommandLine|windash|contains: ' -enc '",
     "powershell \xE2\x80\x93"
     "enc x",
     1},
    {"CommandLine|windash|contains: ' -enc '", "powershell enc x", 0},
    {"CommandLine|re: 'a[0-9]{2}b'", "xa12b", 1},
    {"CommandLine|re: 'a[0-9]{2}b'", "xA12b", 0},
    {"CommandLine|re|i: 'a[0-9]{2}b'", "xA12b", 1},
    {"CommandLine|cidr: 192.0.2.0/25", "192.0.2.127", 1},
    {"CommandLine|cidr: 192.0.2.0/25", "192.0.2.128", 0},
    {"CommandLine|cidr: 192.0.2.0/25", "no address", 0},
    {"CommandLine|cidr: '2001:db8::/32'", "2001:db8::7", 1},
    /* "foobar" inside of "xfoobar", "xxfoobar" */
    {"CommandLine|base64offset|contains: foobar", "eGZvb2Jhcg==", 1},
    {"CommandLine|base64offset|contains: foobar", "eHhmb29iYXI=", 1},
    {"CommandLine|base64offset|contains: foobar", "Zm9vYmFy", 1},
    {"CommandLine|base64offset|contains: foobar", "zm9vymfy", 0},
    {"CommandLine|wide|base64offset|contains: ping", "cABpAG4AZwA=", 1},
    {"CommandLine|fieldref: ParentCommandLine", "Parent Line", 1},
    {"CommandLine|fieldref: ParentCommandLine", "other", 0},
    {"CommandLine|exists: true", "x", 1},
    {"CommandLine|exists: false", "x", 0},
    {"OriginalFileName|exists: false", "x", 1},
    {"OriginalFileName: null", "x", 1},
    {"CommandLine: ''", "x", 0},
    {"CommandLine|gte: 10", "10", 1},
    {"CommandLine|lt: 10", "10", 0},
    {"CommandLine: 7", "7", 1},
};

static void each_modifier_says_what_it_should(void **state)
{
	(void)state;
	size_t count = sizeof modifiers / sizeof *modifiers;
	begin();
	for (size_t i = 0; i < count; i++) {
		char *name = xasprintf("m%zu", i);
		char *detection =
		    xasprintf("    selection:\n        %s\n    condition: selection", modifiers[i].detection);
		write_rule(name, PROCESS, detection);
		free(detection);
		free(name);
	}
	struct sigma *s = load();
	assert_int_equal(sigma_rule_count(s), count);
	sigma_free(s);
	for (size_t i = 0; i < count; i++) { /* each value before fresh rules */
		char *value = xasprintf("data.CommandLine=%s", modifiers[i].value);
		char *rule = xasprintf("sigma.m%zu", i);
		s = load();
		ROW(s, SYSMON, "1", value, "data.ParentCommandLine=parent line");
		json_t *findings = sigma_findings(s, "a.evtx");
		if ((find(findings, rule, "seen") != NULL) != modifiers[i].fires)
			fail_msg("%s over '%s' should %sfire", modifiers[i].detection, modifiers[i].value,
			         modifiers[i].fires ? "" : "not ");
		json_decref(findings);
		sigma_free(s);
		free(rule);
		free(value);
	}
}

static void conditions_are_read(void **state)
{
	static const struct {
		const char *condition;
		int fires; /* a and b hold, c does not */
	} conditions[] = {
	    {"sel_a and sel_b", 1},
	    {"sel_a and not sel_b", 0},
	    {"not sel_c", 1},
	    {"sel_c or sel_a and sel_b", 1},
	    {"(sel_c or sel_a) and sel_c", 0},
	    {"1 of sel_*", 1},
	    {"all of sel_*", 0},
	    {"2 of sel_*", 1},
	    {"3 of them", 0},
	    {"sel_a and not 1 of sel_c*", 1},
	    {"all of sel_a* and (sel_b or sel_c)", 1},
	};
	(void)state;
	begin();
	for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++) {
		char *name = xasprintf("c%zu", i);
		char *detection = xasprintf("    sel_a:\n        Image|endswith: a.exe\n    sel_b:\n        - User: "
		                            "tanaka\n        - User: sato\n"
		                            "    sel_c:\n        - keyword\n    condition: %s",
		                            conditions[i].condition);
		write_rule(name, PROCESS, detection);
		free(detection);
		free(name);
	}
	struct sigma *s = load();
	ROW(s, SYSMON, "1", "data.Image=C:\\a.exe", "data.User=Sato");
	json_t *findings = sigma_findings(s, "a.evtx");
	for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++) {
		char *rule = xasprintf("sigma.c%zu", i);
		if ((find(findings, rule, "seen") != NULL) != conditions[i].fires)
			fail_msg("%s", conditions[i].condition);
		free(rule);
	}
	json_decref(findings);
	sigma_free(s);
}

static void names_of_fields_fit_their_logs(void **state)
{
	(void)state;
	begin();
	write_rule("process", PROCESS,
	           "    selection:\n        Image|endswith: \\evil.exe\n        ParentImage|endswith: \\word.exe\n    "
	           "condition: selection");
	write_rule(
	    "defender", "    product: windows\n    service: windefend",
	    "    selection:\n        EventID: 1116\n        ThreatName|contains: EICAR\n    condition: selection");
	write_rule("remote", "    product: windows\n    service: terminalservices-localsessionmanager",
	           "    selection:\n        EventID: 21\n        Address: 192.0.2.7\n    condition: selection");
	write_rule("deleted", "    product: windows\n    category: registry_delete",
	           "    selection:\n        TargetObject|endswith: Run\\x\n    condition: selection");
	struct sigma *s = load();
	ROW(s, "Security", "4688", "data.NewProcessName=C:\\evil.exe", "data.ParentProcessName=C:\\word.exe");
	ROW(s, "Microsoft-Windows-Windows Defender/Operational", "1116", "data.Threat_Name=Virus:DOS/EICAR_Test_File");
	ROW(s, "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational", "21",
	    "data.EventXML.Address=192.0.2.7");
	ROW(s, SYSMON, "12", "data.EventType=CreateKey", "data.TargetObject=HKU\\Run\\x");
	json_t *findings = sigma_findings(s, "R1-E1");
	const json_t *process = find(findings, "sigma.process", "seen");
	assert_non_null(process);
	assert_string_equal(json_string_value(json_object_get(process, "level")), "high");
	assert_string_equal(json_string_value(json_object_get(process, "technique")), "T1059.001");
	assert_string_equal(json_string_value(json_object_get(process, "title")), "Rule process");
	assert_string_equal(json_string_value(json_object_get(process, "reason")),
	                    "image=C:\\evil.exe parentimage=C:\\word.exe");
	assert_int_equal(json_array_size(json_object_get(process, "observations")), 1);
	assert_non_null(find(findings, "sigma.defender", "seen"));
	assert_non_null(find(findings, "sigma.remote", "seen"));
	assert_null(find(findings, "sigma.deleted", "seen")); /* it was made */
	assert_non_null(find(findings, "sigma", "not_covered"));
	json_decref(findings);
	ROW(s, SYSMON, "12", "data.EventType=DeleteValue", "data.TargetObject=HKU\\Run\\x");
	findings = sigma_findings(s, "R1-E1");
	assert_non_null(find(findings, "sigma.deleted", "seen"));
	json_decref(findings);
	sigma_free(s);
}

static void what_is_not_worked_by_is_listed(void **state)
{
	static const struct {
		const char *logsource;
		const char *detection;
		const char *needs;
	} rules[] = {
	    {PROCESS, "    selection:\n        CommandLine|expand: '%x%'\n    condition: selection",
	     "the modifier 'expand'"},
	    {PROCESS, "    selection:\n        CommandLine: x\n    condition: selection | count() > 5", "aggregation"},
	    {PROCESS, "    selection:\n        CommandLine: x\n    timeframe: 5m\n    condition: selection",
	     "time frame"},
	    {PROCESS, "    selection:\n        CommandLine: x\n    condition: other",
	     "a selection that it does not have"},
	    {PROCESS, "    selection:\n        CommandLine|re: '('\n    condition: selection", "a regular expression"},
	    {"    category: file_access\n    product: windows",
	     "    selection:\n        A: x\n    condition: selection", "the log source file_access"},
	    {PROCESS, "    selection: [", "a file that can be read"},
	};
	(void)state;
	begin();
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		char *name = xasprintf("r%zu", i);
		write_rule(name, rules[i].logsource, rules[i].detection);
		free(name);
	}
	write_rule("linux", "    product: linux\n    service: auditd",
	           "    selection:\n        a: b\n    condition: selection");
	struct sigma *s = load();
	assert_int_equal(sigma_rule_count(s), 0);
	assert_int_equal(strlen(sigma_digest(s)), 64);
	json_t *findings = sigma_findings(s, "a.evtx");
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		char *rule = xasprintf("sigma.r%zu", i);
		const json_t *f = find(findings, rule, "not_covered");
		assert_non_null(f);
		if (!strstr(json_string_value(json_object_get(f, "reason")), rules[i].needs))
			fail_msg("%s", json_string_value(json_object_get(f, "reason")));
		free(rule);
	}
	assert_null(find(findings, "sigma.linux", "not_covered")); /* of other systems they are counted */
	assert_non_null(find(findings, "sigma", "not_covered"));
	json_decref(findings);
	sigma_free(s);
	struct err err = ERR_INIT;
	assert_null(sigma_load("/nonexistent", NULL, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, case_setup, case_teardown)

extern const struct worker_job sigma_job;

int main(int argc, char **argv)
{
	const struct worker_job *const jobs[] = {&sigma_job, NULL};
	worker_main(argc, argv, jobs);
	const struct CMUnitTest tests[] = {
	    TEST(each_modifier_says_what_it_should),
	    TEST(conditions_are_read),
	    TEST(names_of_fields_fit_their_logs),
	    TEST(what_is_not_worked_by_is_listed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
