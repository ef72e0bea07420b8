/* Evidence of a case becomes a set and a check, once; a row becomes a record that says what it rests on. */
#include "core/case/help_case.h"
#include "help_evtx.h"

#include "base/worker/worker.h"
#include "evidence/preserve.h"
#include "finding/observation/observation_query.h"
#include "finding/observation/promote.h"
#include "finding/sigma/sigma.h"
#include "finding/triage/findings.h"
#include "finding/triage/triage.h"
#include "finding/triage/triage_again.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const service[] = {"ServiceName", "updsvc", "ImagePath", "C:\\ProgramData\\upd.exe", NULL};

static const struct made_event a_service = {
    .provider = "Service Control Manager", .id = 7045, .channel = "System", .computer = "HR-PC-03", .data = service};

static const char *const updater[] = {"ServiceName", "Vendor Update", "ImagePath",
                                      "C:\\Program Files\\Vendor\\update.exe", NULL};

static const struct made_event an_updater = {
    .provider = "Service Control Manager", .id = 7045, .channel = "System", .computer = "HR-PC-03", .data = updater};

static char *write_log_of(const struct made_event *event, const char *name, unsigned records)
{
	struct made_log l;
	char *path = xasprintf("%s/%s", scratch, name);
	made_log_begin(&l, 1);
	for (unsigned i = 0; i < records; i++)
		made_log_add(&l, event);
	made_log_end(&l);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_int_equal(write(fd, l.file.data, l.file.len), (ssize_t)l.file.len);
	close(fd);
	made_log_release(&l);
	return path;
}

static char *write_log(const char *name, unsigned records)
{
	return write_log_of(&a_service, name, records);
}

static void preserve(const char *path, const char *on, enum evidence_form form, char label[LABEL_TEXT])
{
	struct err err = ERR_INIT;
	struct preserved done;
	char *to = xasprintf("%s/copies", scratch);
	struct preserve_options options = {.form = form, .on = on, .to_dir = form == EVIDENCE_HASH ? NULL : to};
	if (evidence_preserve(the_case, path, &options, &done, &err) < 0)
		fail_msg("%s", err.message);
	snprintf(label, LABEL_TEXT, "%s", done.label);
	preserved_release(&done);
	free(to);
}

static struct triage_result run(const char *evidence, const char *on)
{
	struct err err = ERR_INIT;
	struct triage_result result;
	struct triage_options options = {.evidence = evidence, .on = on};
	if (triage_run(the_case, &options, &result, &err) < 0)
		fail_msg("%s", err.message);
	return result;
}

struct answer {
	uint64_t rows;
	char id[OBSERVATION_ID];
};

static int count_row(void *ctx, const struct observation *o, const struct observation_set *set, struct err *err)
{
	struct answer *a = ctx;
	(void)err;
	if (a->rows++ == 0)
		observation_id(o, set->evidence_sha256, a->id);
	return 0;
}

static struct answer ask(const char *filter)
{
	struct answer a = {.rows = 0};
	struct observation_query q = {.filter = filter};
	assert_int_equal(observation_query_run(the_case, &q, count_row, &a, NULL, NULL), 0);
	return a;
}

static void evidence_becomes_a_set_once(void **state)
{
	(void)state;
	char machine[LABEL_TEXT];
	char evidence[LABEL_TEXT];
	char sealed[LABEL_TEXT];
	snprintf(machine, sizeof machine, "%s", add("asset", "hostname=HR-PC-03"));
	char *path = write_log("System.evtx", 300);
	preserve(path, machine, EVIDENCE_HASH, evidence);
	preserve(path, machine, EVIDENCE_SEALED, sealed);
	unlink(path);
	free(write_log("System.evtx", 300)); /* the same bytes */
	struct triage_result r = run(evidence, NULL);
	assert_int_equal(r.same, 0);
	assert_int_equal(r.set.rows, 300);
	assert_string_equal(get(r.check, "method"), "triage");
	assert_string_equal(get(r.check, "on"), machine);
	assert_non_null(strstr(get(r.check, "limits"), "evtx 1"));
	assert_non_null(strstr(get(r.check, "limits"), "\ngap.rolled-over: "));
	assert_non_null(strstr(get(r.check, "limits"), r.set.sha256));
	assert_non_null(strstr(get(r.check, "period"), "2023-11-16T17:00:21"));
	uint64_t before = commits();
	struct triage_result again = run(evidence, NULL);
	assert_int_equal(again.same, 1);
	assert_string_equal(again.check, r.check);
	assert_int_equal(commits(), before);
	assert_int_equal(ask("").rows, 300);
	case_again();
	assert_int_equal(ask("data.ServiceName=updsvc").rows, 300);
	/* what only the case can open is read just the same, with the same ids: they are those of the same bytes */
	struct answer first = ask("record=7");
	struct triage_result other = run(sealed, NULL);
	assert_string_equal(other.set.sha256, r.set.sha256);
	assert_int_equal(ask("record=7").rows, 2);
	assert_string_equal(ask("record=7 evidence=R1-E2").id, first.id);
	triage_result_release(&other);
	triage_result_release(&again);
	triage_result_release(&r);
	free(path);
}

/* "Found" is said of what few machines have: a service that any updater installs is a finding to be judged. */
static void only_what_weighs_much_is_found(void **state)
{
	(void)state;
	static const struct made_event *const events[] = {&a_service, &an_updater};
	static const char *const results[] = {"found", "inconclusive"};
	const char *machine = add("asset", "hostname=HR-PC-03");
	for (size_t i = 0; i < 2; i++) {
		char evidence[LABEL_TEXT];
		char *path = write_log_of(events[i], "System.evtx", 3);
		preserve(path, machine, EVIDENCE_HASH, evidence);
		struct triage_result r = run(evidence, NULL);
		assert_string_equal(get(r.check, "result"), results[i]);
		assert_true(json_array_size(r.findings) > 0);
		triage_result_release(&r);
		free(path);
	}
}

static void a_finding_is_judged_by_a_person(void **state)
{
	(void)state;
	char evidence[LABEL_TEXT];
	struct err err = ERR_INIT;
	const char *machine = add("asset", "hostname=HR-PC-03");
	char *path = write_log("System.evtx", 300);
	preserve(path, machine, EVIDENCE_HASH, evidence);
	struct triage_result r = run(evidence, NULL);
	const char *label = "R1-FD1";
	assert_string_equal(get(label, "status"), "open");
	assert_string_equal(get(label, "evidence"), evidence);
	assert_string_equal(get(label, "on"), machine);
	assert_non_null(strstr(get(label, "rule"), "persistence.service"));
	assert_non_null(strstr(get(label, "reason"), "updsvc"));
	uint64_t count = record_count(the_case, "finding", 0);
	struct assign dismiss[] = {{"status", "dismissed"}, {"assessment", "our own updater"}};
	assert_int_equal(record_set(the_case, label, dismiss, 1, 0, &err), -1);
	assert_non_null(strstr(err.message, "assessment"));
	assert_int_equal(record_set(the_case, label, dismiss, 2, 0, NULL), 0);
	/* reading a part of it again adds no second one, and leaves the word alone */
	struct triage_result part = run(evidence, "evtx");
	assert_int_equal(record_count(the_case, "finding", 0), count);
	assert_string_equal(get(label, "status"), "dismissed");
	json_t *findings = triage_findings(the_case, "status=dismissed", NULL, NULL);
	assert_int_equal(json_array_size(findings), 1);
	assert_string_equal(json_string_value(json_object_get(json_array_get(findings, 0), "label")), label);
	json_decref(findings);
	err_clear(&err);
	assert_null(triage_findings(the_case, "status=dismissed stat=seen", NULL,
	                            &err)); /* mistyped: not as if nothing were found */
	assert_non_null(strstr(err.message, "'stat'"));
	err_clear(&err);
	triage_result_release(&part);
	triage_result_release(&r);
	free(path);
}

static void a_collection_finds_its_asset(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	char *path = write_log("System.evtx", 300);
	struct triage_options options = {.path = path, .on = "auto"};
	struct triage_result r;
	add("asset", "hostname=OTHER-1");
	assert_int_equal(triage_run(the_case, &options, &r, &err), -1);
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_non_null(strstr(err.message, "HR-PC-03"));
	triage_result_release(&r);
	const char *machine = add("asset", "hostname=hr-pc-03.example.org");
	err_clear(&err);
	if (triage_run(the_case, &options, &r, &err) < 0)
		fail_msg("%s", err.message);
	assert_string_equal(get(r.check, "on"), machine);
	assert_string_equal(r.set.evidence, "");
	assert_int_equal(strlen(r.set.evidence_sha256), 64);
	assert_string_equal(get("R1-FD1", "on"), machine);
	uint64_t count = record_count(the_case, "finding", 0);
	struct triage_result again;
	assert_int_equal(triage_run(the_case, &options, &again, &err), 0);
	assert_int_equal(again.same, 1);
	assert_int_equal(record_count(the_case, "finding", 0), count);
	json_t *findings = triage_findings(the_case, "state=seen source=System.evtx", NULL, NULL);
	assert_int_equal(json_array_size(findings), count);
	json_decref(findings);
	triage_result_release(&again);
	triage_result_release(&r);
	free(path);
}

static void what_cannot_be_is_refused(void **state)
{
	(void)state;
	char evidence[LABEL_TEXT];
	struct err err = ERR_INIT;
	struct triage_result result;
	char *path = write_log("System.evtx", 3);
	char *other = xasprintf("%s/notes.txt", scratch);
	int fd = open(other, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, "no log", 6), 6);
	close(fd);
	preserve(path, NULL, EVIDENCE_HASH, evidence);
	struct triage_options options = {.evidence = evidence};
	assert_int_equal(triage_run(the_case, &options, &result, &err), -1);
	assert_int_equal(err.code, ERR_USAGE); /* whose it is */
	assert_non_null(strstr(err.message, "--on"));
	triage_result_release(&result);
	const char *machine = add("asset", "hostname=HR-PC-03");
	err_clear(&err);
	options.evidence = machine;
	assert_int_equal(triage_run(the_case, &options, &result, &err), -1);
	assert_int_equal(err.code, ERR_USAGE);
	triage_result_release(&result);
	err_clear(&err);
	uint64_t before = commits();
	preserve(other, machine, EVIDENCE_HASH, evidence);
	options.evidence = evidence;
	assert_int_equal(triage_run(the_case, &options, &result, &err), -1);
	assert_non_null(strstr(err.message, "nothing was stored"));
	assert_int_equal(commits(), before + 1);
	triage_result_release(&result);
	free(other);
	free(path);
}

static void a_row_becomes_a_record(void **state)
{
	(void)state;
	char evidence[LABEL_TEXT];
	char machine[LABEL_TEXT];
	char label[LABEL_TEXT];
	struct err err = ERR_INIT;
	snprintf(machine, sizeof machine, "%s", add("asset", "hostname=HR-PC-03"));
	char *path = write_log("System.evtx", 5);
	preserve(path, machine, EVIDENCE_HASH, evidence);
	struct triage_result r = run(evidence, NULL);
	struct answer a = ask("record=2");
	struct assign fields[] = {{"side", "attacker"}, {"title", "A service is installed"}};
	if (observation_promote(the_case, a.id, kind_find("event"), fields, 2, label, &err) < 0)
		fail_msg("%s", err.message);
	assert_string_equal(get(label, "title"), "A service is installed");
	assert_string_equal(get(label, "side"), "attacker");
	assert_string_equal(get(label, "when"), "2023-11-16T17:00:22.0000000Z");
	assert_string_equal(get(label, "assets"), machine);
	assert_string_equal(get(label, "evidence"), evidence);
	assert_string_equal(get(label, "basis"), "tool_output");
	assert_non_null(strstr(get(label, "log_excerpt"), "C:\\ProgramData\\upd.exe"));
	assert_non_null(strstr(get(label, "log_excerpt"), a.id));
	char again[LABEL_TEXT];
	assert_int_equal(observation_promote(the_case, a.id, kind_find("event"), NULL, 0, again, &err), 1);
	assert_string_equal(again, label); /* one row, one event, however often the key is pressed */
	if (record_retract(the_case, label, "of another", &err) < 0 ||
	    observation_promote(the_case, a.id, kind_find("event"), NULL, 0, label, &err) != 0)
		fail_msg("%s", err.message);
	assert_string_not_equal(again, label);
	/* whose act it was is said later: the same event says so from then on, and nobody's word is overwritten */
	assert_string_equal(get(label, "side"), "unknown");
	assert_int_equal(observation_promote(the_case, a.id, kind_find("event"), fields, 2, again, &err),
	                 PROMOTED_ATTRIBUTED);
	assert_string_equal(again, label);
	assert_string_equal(get(label, "side"), "attacker");
	assert_string_not_equal(get(label, "title"), "A service is installed");
	const struct assign other_side = {"side", "response"};
	assert_int_equal(observation_promote(the_case, a.id, kind_find("event"), &other_side, 1, again, &err),
	                 PROMOTED_BEFORE);
	assert_string_equal(get(label, "side"), "attacker");
	/* what the finding that rests on the row says, and not the row */
	assert_string_equal(get(label, "title"), get(get(label, "links"), "title"));
	char id[32];
	snprintf(id, sizeof id, "o:%s", a.id);
	struct assign value[] = {{"type", "service"}, {"value", "updsvc"}};
	assert_int_equal(observation_promote(the_case, id, kind_find("indicator"), value, 2, label, &err), 0);
	assert_string_equal(get(label, "value"), "updsvc");
	assert_string_equal(get(label, "seen_on"), machine);
	assert_non_null(strstr(get(label, "origin"), a.id));
	assert_int_equal(observation_promote(the_case, id, kind_find("note"), value, 2, label, &err), -1);
	assert_int_equal(err.code, ERR_USAGE);
	err_clear(&err);
	assert_int_equal(observation_promote(the_case, "o:0123456789abcdef", kind_find("event"), NULL, 0, label, &err),
	                 -1);
	assert_int_equal(err.code, ERR_NOT_FOUND);
	triage_result_release(&r);
	free(path);
}

static void write_rule(const char *name, const char *selection)
{
	char *folder = xasprintf("%s/rules", scratch);
	char *path = xasprintf("%s/%s.yml", folder, name);
	mkdir(folder, 0700);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	dprintf(fd,
	        "title: Rule %s\nid: 00000000-0000-0000-0000-000000000001\nlogsource:\n    product: windows\n"
	        "    service: system\ndetection:\n    selection:\n        %s\n    condition: selection\nlevel: high\n",
	        name, selection);
	close(fd);
	free(path);
	free(folder);
}

/* Whether the list of what changed is this one rule, or none ("") */
static void changed_is(const struct triage_result *r, const char *what, const char *rule)
{
	const json_t *rules = json_object_get(r->changes, what);
	assert_int_equal(json_array_size(rules), *rule != '\0');
	if (*rule)
		assert_string_equal(json_string_value(json_array_get(rules, 0)), rule);
}

static size_t wanted(int all)
{
	json_t *labels = json_array();
	json_t *beside = json_array();
	assert_int_equal(triage_wants_again(the_case, all, labels, beside, NULL), 0);
	size_t count = json_array_size(labels);
	json_decref(labels);
	json_decref(beside);
	return count;
}

static void reading_again_tells_what_changed(void **state)
{
	(void)state;
	char evidence[LABEL_TEXT];
	struct err err = ERR_INIT;
	struct triage_result r;
	const char *machine = add("asset", "hostname=HR-PC-03");
	char *rules = xasprintf("%s/rules", scratch);
	char *path = write_log("System.evtx", 30);
	preserve(path, machine, EVIDENCE_HASH, evidence);
	r = run(evidence, NULL);
	assert_int_equal(r.was_read, 0);
	assert_null(r.changes);
	char first[LABEL_TEXT];
	snprintf(first, sizeof first, "%s", r.check);
	triage_result_release(&r);
	assert_int_equal(wanted(0), 0);
	assert_int_equal(wanted(1), 1);
	/* the same rows by a new rule: a check says so, and what it fires is on record */
	write_rule("one", "ServiceName: updsvc");
	struct triage_options options = {.evidence = evidence};
	options.rules = sigma_load(rules, NULL, &err);
	assert_non_null(options.rules);
	if (triage_run(the_case, &options, &r, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(r.same, 1);
	changed_is(&r, "new", "sigma.one");
	changed_is(&r, "gone", "");
	assert_string_not_equal(r.check, first);
	assert_non_null(strstr(get(r.check, "limits"), "Sigma rules: 1"));
	assert_int_equal(r.rows_before, 30);
	triage_result_release(&r);
	sigma_free(options.rules);
	json_t *findings = triage_findings(the_case, "rule=sigma.one", NULL, NULL);
	assert_int_equal(json_array_size(findings), 1);
	json_decref(findings);
	/* a rule that sees nothing any more is told, and its finding stays */
	write_rule("one", "ServiceName: other");
	options.rules = sigma_load(rules, NULL, &err);
	uint64_t before = commits();
	assert_int_equal(triage_run(the_case, &options, &r, &err), 0);
	changed_is(&r, "gone", "sigma.one");
	changed_is(&r, "new", "");
	assert_int_equal(commits(), before);
	triage_result_release(&r);
	sigma_free(options.rules);
	/* rules that nobody asked are not gone */
	r = run(evidence, NULL);
	changed_is(&r, "gone", "");
	triage_result_release(&r);
	free(rules);
	free(path);
}

static int first_set(void *ctx, const struct observation_set *set, struct err *err)
{
	(void)err;
	*(struct observation_set *)ctx = *set;
	return -1;
}

static void a_lost_set_is_made_again(void **state)
{
	(void)state;
	char evidence[LABEL_TEXT];
	struct observation_set set = {.rows = 0};
	const char *machine = add("asset", "hostname=HR-PC-03");
	char *path = write_log("System.evtx", 20000);
	preserve(path, machine, EVIDENCE_HASH, evidence);
	struct triage_result r = run(evidence, NULL);
	triage_result_release(&r);
	observation_set_each(the_case, NULL, first_set, &set, NULL);
	assert_int_equal(set.in_case, 0);
	char *beside = xasprintf("find %s -name %s.gev -delete", scratch, set.id);
	assert_int_equal(system(beside), 0);
	free(beside);
	assert_int_equal(ask("").rows, 0);
	assert_int_equal(wanted(0), 1);
	r = run(evidence, NULL);
	assert_int_equal(r.was_lost, 1);
	assert_int_equal(r.same, 0);
	assert_string_equal(r.set.sha256, set.sha256);
	assert_int_equal(ask("").rows, 20000);
	triage_result_release(&r);
	free(path);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, case_setup, case_teardown)

extern const struct worker_job triage_job;
extern const struct worker_job sigma_job;

int main(int argc, char **argv)
{
	const struct worker_job *const jobs[] = {&triage_job, &sigma_job, NULL};
	worker_main(argc, argv, jobs);
	const struct CMUnitTest tests[] = {
	    TEST(evidence_becomes_a_set_once),      TEST(only_what_weighs_much_is_found),
	    TEST(a_finding_is_judged_by_a_person),  TEST(a_collection_finds_its_asset),
	    TEST(what_cannot_be_is_refused),        TEST(a_row_becomes_a_record),
	    TEST(reading_again_tells_what_changed), TEST(a_lost_set_is_made_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
