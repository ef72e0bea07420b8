/* A sweep on record: what waits for one, what other rooms found, media that the parent reads, and a worker that ends. */
#include "core/case/help_case.h"

#include "base/json.h"
#include "base/time/zone.h"
#include "base/worker/worker.h"
#include "evidence/preserve.h"
#include "finding/observation/observation_query.h"
#include "finding/observation/observation_set.h"
#include "finding/sweep/record/sweep_found.h"
#include "finding/sweep/record/sweep_pairs.h"
#include "finding/sweep/record/sweep_record.h"
#include "finding/sweep/sweep_case.h"
#include "finding/sweep/sweep_job.h"
#include "finding/sweep/sweep_run.h"
#include "history/history.h"

#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- help */

struct told {
	json_t *hits;
	json_t *problems;
};

static int take(void *ctx, json_t *object, struct err *err)
{
	struct told *told = ctx;
	const char *kind = json_string_value(json_object_get(object, "kind"));
	(void)err;
	if (strcmp(kind, "hit") == 0)
		json_array_append(told->hits, object);
	if (strcmp(kind, "problem") == 0)
		json_array_append(told->problems, object);
	json_decref(object);
	return 0;
}

static const char *field(const json_t *array, size_t i, const char *name)
{
	const char *text = json_string_value(json_object_get(json_array_get(array, i), name));
	return text ? text : "-";
}

static void pass_over(void *ctx, uint64_t line, const char *value, const char *reason)
{
	(void)ctx, (void)line, (void)value, (void)reason;
}

/* Sweeps everything; the check's label. */
static const char *sweep(struct told *told, int missing)
{
	static char label[LABEL_TEXT];
	struct err err = ERR_INIT;
	struct sweep_list list = {.take_private = 0};
	struct sweep_outcome outcome;
	told->hits = json_array();
	told->problems = json_array();
	if (sweep_list_read_case(&list, the_case, pass_over, NULL, &err) < 0)
		fail_msg("%s", err.message);
	struct sweep_order order = {
	    .list = &list, .missing = missing, .max = 1000, .jobs = 2, .object = take, .ctx = told};
	if (sweep_record(the_case, &order, &outcome, &err) < 0)
		fail_msg("%s", err.message);
	snprintf(label, sizeof label, "%s", outcome.checks.data);
	sweep_outcome_release(&outcome);
	sweep_list_release(&list);
	return label;
}

static void forget(struct told *told)
{
	json_decref(told->hits);
	json_decref(told->problems);
}

static void preserve(const char *name, const char *text, const char *on, char label[LABEL_TEXT])
{
	struct err err = ERR_INIT;
	struct preserved done;
	struct preserve_options options = {.form = EVIDENCE_HASH, .on = on};
	char *path = xasprintf("%s/%s", scratch, name);
	FILE *f = fopen(path, "w");
	fputs(text, f);
	fclose(f);
	if (evidence_preserve(the_case, path, &options, &done, &err) < 0)
		fail_msg("%s", err.message);
	snprintf(label, LABEL_TEXT, "%s", done.label);
	preserved_release(&done);
	free(path);
}

/* ---- what waits */

static void what_waits_is_counted(void **state)
{
	(void)state;
	struct sweep_waiting waiting;
	struct told told;
	char evidence[LABEL_TEXT];
	char machine[LABEL_TEXT];
	snprintf(machine, sizeof machine, "%s", add("asset", "hostname=PC-1"));
	preserve("a.log", "GET evil.test", machine, evidence);
	assert_int_equal(sweep_waiting_ahead(the_case, HUGE_VAL, &waiting, NULL), 0);
	assert_int_equal(waiting.indicators, 0);
	add("indicator", "type=domain value=evil.test");
	add("indicator", "type=ip value=203.0.113.7 false_positive=yes"); /* does not count */
	assert_int_equal(sweep_waiting_ahead(the_case, HUGE_VAL, &waiting, NULL), 0);
	assert_int_equal(waiting.indicators, 1);
	assert_int_equal(waiting.evidence, 1);
	assert_string_equal(waiting.first, "R1-I1");
	const char *check = sweep(&told, 0);
	assert_int_equal(json_array_size(told.hits), 1);
	forget(&told);
	assert_int_equal(sweep_waiting_ahead(the_case, HUGE_VAL, &waiting, NULL), 0);
	assert_int_equal(waiting.indicators, 0);
	preserve("b.log", "nothing", machine, evidence);
	assert_int_equal(sweep_waiting_ahead(the_case, HUGE_VAL, &waiting, NULL), 0);
	assert_int_equal(waiting.indicators, 1);
	assert_int_equal(waiting.evidence, 1);
	assert_int_equal(record_retract(the_case, check, "made by mistake", NULL), 0); /* it says nothing any more */
	assert_int_equal(sweep_waiting_ahead(the_case, HUGE_VAL, &waiting, NULL), 0);
	assert_int_equal(waiting.evidence, 2);
}

/* ---- what was known then */

static void look_at_head(char head[HISTORY_ID])
{
	struct err err = ERR_INIT;
	if (history_head(case_history(the_case), head, &err) < 0)
		fail_msg("%s", err.message);
}

/* "value lines refuted" of each indicator that was found as of the commit. */
static char *found_then(const char *commit)
{
	struct err err = ERR_INIT;
	struct buf told = BUF_INIT;
	const struct sweep_found *found = sweep_found_hold(the_case, commit, &err);
	if (!found)
		fail_msg("%s", err.message);
	for (size_t i = 0; i < found->count; i++)
		buf_addf(&told, "%s %s %zu%s, ", found->all[i].label, found->all[i].value, found->all[i].count,
		         found->all[i].refuted ? " refuted" : "");
	sweep_found_let_go(found);
	char *text = xstrdup(told.data);
	buf_release(&told);
	return text;
}

static void is_found(const char *commit, const char *expected)
{
	char *told = found_then(commit);
	assert_string_equal(told, expected);
	free(told);
}

static void what_was_found_by_then_is_told(void **state)
{
	(void)state;
	struct told told;
	char evidence[LABEL_TEXT];
	char before[HISTORY_ID];
	char first[HISTORY_ID];
	char named[HISTORY_ID];
	char second[HISTORY_ID];
	preserve("a.log", "GET evil.test\nGET other.test\n", NULL, evidence);
	add("indicator", "type=domain value=evil.test");
	look_at_head(before);
	sweep(&told, 0);
	forget(&told);
	look_at_head(first);
	add("indicator", "type=domain value=other.test");
	look_at_head(named);
	sweep(&told, 0); /* both are looked for, and the first is found once more */
	forget(&told);
	look_at_head(second);
	assert_int_equal(record_set(the_case, "R1-I1", &(struct assign){"false_positive", "yes"}, 1, 0, NULL), 0);
	is_found(NULL, "R1-I2 other.test 1, R1-I1 evil.test 1 refuted, ");
	is_found(before, "");
	is_found(first, "R1-I1 evil.test 1, ");
	is_found(named, "R1-I1 evil.test 1, "); /* nobody had looked for the other */
	is_found(second, "R1-I1 evil.test 1, R1-I2 other.test 1, ");
	is_found("", "R1-I2 other.test 1, R1-I1 evil.test 1 refuted, ");
}

/* ---- whose machine a client is */

static void expect_hosts(const char *expected)
{
	struct err err = ERR_INIT;
	struct buf told = BUF_INIT;
	size_t count;
	const struct sweep_found *found = sweep_found_hold(the_case, NULL, &err);
	if (!found)
		fail_msg("%s", err.message);
	struct found_host *hosts = sweep_found_hosts(found, &count);
	for (size_t i = 0; i < count; i++)
		buf_addf(&told, "%s,", *hosts[i].asset ? hosts[i].asset : hosts[i].name);
	assert_string_equal(told.data, expected);
	sweep_found_hosts_free(hosts, count);
	sweep_found_let_go(found);
	buf_release(&told);
}

/* The address of a machine came on record after its line was found: it is one machine all the same. */
static void a_client_is_named_as_soon_as_its_machine_is_known(void **state)
{
	(void)state;
	struct told told;
	char evidence[LABEL_TEXT];
	preserve("proxy.log",
	         "192.0.2.11 - - [07/Jan/2014:09:31:00 +0000] \"GET http://evil.test/a HTTP/1.1\" 200 10\n"
	         "192.0.2.12 - - [08/Jan/2014:09:31:00 +0000] \"GET http://evil.test/b HTTP/1.1\" 200 10\n",
	         NULL, evidence);
	add("indicator", "type=domain value=evil.test");
	sweep(&told, 0);
	forget(&told);
	expect_hosts("192.0.2.11,192.0.2.12,");
	add("asset", "hostname=PC-1 addresses=192.0.2.11");
	expect_hosts("R1-A1,192.0.2.12,");
	assert_int_equal(
	    record_set(the_case, "R1-A1", &(struct assign){"addresses", "192.0.2.11,192.0.2.12"}, 1, 0, NULL), 0);
	expect_hosts("R1-A1,");
}

/* ---- what other rooms found */

static void add_row(struct observation_maker *m, const char *path, const char *text, uint64_t offset)
{
	struct buf fields = BUF_INIT;
	observation_field(&fields, "text", text);
	struct observation o = {.when = INT64_C(1416801909) * OBSERVATION_TICKS,
	                        .offset = offset,
	                        .time_of = OBSERVATION_TIME_recorded,
	                        .artefact = OBSERVATION_evtx,
	                        .clock = OBSERVATION_CLOCK_utc,
	                        .path = path,
	                        .fields = fields.data,
	                        .fields_size = fields.len};
	assert_int_equal(observation_maker_add_row(m, &o, NULL), 0);
	buf_release(&fields);
}

static void observations_are_swept(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct told told;
	char evidence[LABEL_TEXT];
	char machine[LABEL_TEXT];
	struct observation_set set = {.source = "image", .parsers = "made 1"};
	snprintf(machine, sizeof machine, "%s", add("asset", "hostname=PC-1"));
	preserve("image", "raw", machine, evidence);
	snprintf(set.evidence, sizeof set.evidence, "%s", evidence);
	memset(set.evidence_sha256, 'a', 64);
	add("indicator", "type=domain value=evil.test");
	add("indicator", "type=file_name value=updsvc.exe");
	sweep(&told, 0); /* before there are any rows */
	assert_int_equal(json_array_size(told.hits), 0);
	forget(&told);
	struct observation_maker *m = observation_maker_new(the_case);
	for (unsigned i = 0; i < 9000; i++) { /* more than a block */
		char text[200];
		snprintf(text, sizeof text, "row %u %0150u", i, i);
		add_row(m, "C/Security.evtx", i == 8000 ? "connects to www.evil.test:443" : text, i * 64);
	}
	add_row(m, "C/ProgramData/updsvc.exe", "created", 7);
	assert_int_equal(observation_maker_seal(m, &set, &err), 0);
	assert_true(set.blocks > 1);
	struct action *a = action_begin(the_case, "triage", &err);
	struct assign fields[] = {{"method", "triage"}, {"on", machine}, {"when", "now"}, {"result", "found"}};
	assert_int_equal(action_add(a, "check", fields, 4, RECORD_MACHINE, set.check, &err), 0);
	assert_int_equal(observation_set_store(the_case, m, &set, &err), 0);
	assert_int_equal(action_commit(a, &err), 0);
	observation_maker_free(m);

	sweep(&told, 1); /* the rows are newer than the check */
	assert_int_equal(json_array_size(told.problems), 0);
	assert_int_equal(json_array_size(told.hits), 2);
	size_t name = strcmp(field(told.hits, 0, "indicator"), "updsvc.exe") == 0 ? 0 : 1;
	assert_string_equal(field(told.hits, name, "path"), "C/ProgramData/updsvc.exe");
	assert_string_equal(field(told.hits, 1 - name, "path"), "C/Security.evtx");
	assert_string_equal(field(told.hits, 1 - name, "when"), "2014-11-24T04:05:09.0000000Z");
	assert_string_equal(field(told.hits, 1 - name, "match"), "subdomain");
	assert_string_equal(field(told.hits, 1 - name, "asset"), machine);
	assert_non_null(strstr(field(told.hits, 1 - name, "text"), "connects to www.evil.test"));
	assert_int_equal(json_integer_value(json_object_get(json_array_get(told.hits, 1 - name), "offset")), 8000 * 64);
	forget(&told);
	sweep(&told, 1);
	assert_int_equal(json_array_size(told.hits), 0);
	forget(&told);
}

/* ---- a worker that ends */

#define MEDIUM (24U << 20)

struct killing {
	uint64_t at; /* the worker that reads here is killed, once */
	int done;
};

/* Kills the process that this one has. */
static void kill_child(void)
{
	DIR *d = opendir("/proc");
	struct dirent *entry;
	while ((entry = readdir(d)) != NULL) {
		char *path = xasprintf("/proc/%s/stat", entry->d_name);
		char text[256] = "";
		FILE *f = *entry->d_name >= '0' && *entry->d_name <= '9' ? fopen(path, "r") : NULL;
		if (f && fgets(text, sizeof text, f)) {
			const char *end = strrchr(text, ')');
			if (end && strtol(end + 4, NULL, 10) == getpid())
				kill((pid_t)strtol(entry->d_name, NULL, 10), SIGKILL);
		}
		if (f)
			fclose(f);
		free(path);
	}
	closedir(d);
}

static int read_made(void *ctx, uint64_t offset, void *bytes, size_t n, struct err *err)
{
	struct killing *k = ctx;
	static const char hit[] = " evil.test\n";
	(void)err;
	memset(bytes, 'x', n);
	for (uint64_t at = (1U << 20) / 2; at < MEDIUM; at += 1U << 20) /* a hit in the middle of each MiB */
		if (at >= offset && at + sizeof hit - 1 <= offset + n)
			memcpy((char *)bytes + (at - offset), hit, sizeof hit - 1);
	if (!k->done && offset >= k->at) {
		k->done = 1;
		kill_child();
	}
	return 0;
}

static void a_worker_that_ends_is_followed_by_another(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct told told = {json_array(), json_array()};
	struct sweep_list list = {.take_private = 0};
	struct killing k = {.at = 10U << 20};
	struct worker_media media = {MEDIUM, read_made, &k};
	struct sweep_target target = {.evidence = "R1-E1", .source = "disk.img"};
	struct sweep_run run = {.list = &list, .max = 1000, .jobs = 1, .object = take, .ctx = &told};
	assert_null(sweep_list_add(&list, "domain", "evil.test", ""));
	sweep_run_add_media(&run, &target, "disk.img", &media);
	if (sweep_run_go(&run, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(json_array_size(told.problems), 1);
	json_int_t place = json_integer_value(json_object_get(json_array_get(told.problems, 0), "offset"));
	assert_in_range(place, 6U << 20, 11U << 20); /* where it was, as it told last */
	size_t hits = json_array_size(told.hits);
	assert_in_range(hits, 19, 24); /* all but those of the place */
	json_int_t last = json_integer_value(json_object_get(json_array_get(told.hits, hits - 1), "offset"));
	assert_int_equal(last, MEDIUM - (1U << 20) / 2 + 1);
	forget(&told);
	sweep_run_release(&run);
	sweep_list_release(&list);
}

/* ---- what was found, summed up */

static const struct found_indicator *found_value(const struct sweep_found *found, const char *value)
{
	for (size_t i = 0; i < found->count; i++)
		if (strcmp(found->all[i].value, value) == 0)
			return &found->all[i];
	return NULL;
}

/* A log that says no zone is of the day that it says: "since when" does not pass over it. The zone, once on record, places it. */
static void a_time_without_a_zone_counts(void **state)
{
	(void)state;
	char evidence[LABEL_TEXT];
	struct told told;
	struct err err = ERR_INIT;
	add("asset", "hostname=VPN-01 is_exit=yes timezone=JST9");
	add("asset", "hostname=WEBMAIL-01");
	add("indicator", "type=ip value=203.0.113.66");
	preserve("vpn.log", "date=2014-09-25 time=12:26:40 devname=VPN-01 user=staff006 srcip=203.0.113.66\n", "R1-A1",
	         evidence);
	preserve("webmail.log", "203.0.113.66 - - [01/Oct/2014:10:26:40 +0900] \"GET /owa/ HTTP/1.1\" 401 20\n",
	         "R1-A2", evidence);
	json_t *check = record_get(the_case, sweep(&told, 0), 0, NULL);
	assert_non_null(
	    strstr(json_get_string(check, "limits"), "Time zone that cannot be read: R1-E1: JST9 (perhaps JST)\n"));
	json_decref(check);
	forget(&told);
	const struct sweep_found *found = sweep_found_hold(the_case, NULL, &err);
	assert_non_null(found);
	const struct found_indicator *it = found_value(found, "203.0.113.66");
	assert_non_null(it);
	assert_string_equal(it->first, "2014-09-25T12:26:40");
	assert_memory_equal(it->last, "2014-10-01T01:26:40", 19);
	json_t *proposals = sweep_proposals(found, the_case, &err); /* on record goes what has a zone */
	assert_string_equal(json_get_string(json_array_get(proposals, 0), "value"), "2014-10-01T01:26:40Z");
	json_decref(proposals);
	sweep_found_let_go(found);

	struct assign zone = {"timezone", "Asia/Tokyo"};
	assert_int_equal(record_set(the_case, "R1-A1", &zone, 1, 0, &err), 0);
	found = sweep_found_hold(the_case, NULL, &err);
	assert_non_null(found);
	it = found_value(found, "203.0.113.66");
	assert_memory_equal(it->first, "2014-09-25T03:26:40", 19);
	assert_int_equal(it->first[strlen(it->first) - 1], 'Z');
	sweep_found_let_go(found);
}

/* A hit in a mail is of when the mail was received, once that is on record; what the sender wrote as the date says nothing. */
static void a_mail_has_the_time_it_was_received(void **state)
{
	(void)state;
	char evidence[LABEL_TEXT];
	struct told told;
	struct err err = ERR_INIT;
	add("indicator", "type=domain value=evil.test");
	preserve("proxy.log", "192.0.2.7 - - [01/Oct/2014:10:26:40 +0900] \"GET http://evil.test/ HTTP/1.1\" 200 20\n",
	         add("asset", "hostname=PC-1"), evidence);
	preserve("mail.eml", "Date: Thu, 1 Jan 1970 00:00:00 +0000\nSubject: x\n\nhttp://evil.test/a\n", "R1-A1",
	         evidence);
	sweep(&told, 0);
	forget(&told);
	const struct sweep_found *found = sweep_found_hold(the_case, NULL, &err);
	assert_non_null(found);
	assert_memory_equal(found_value(found, "evil.test")->last, "2014-10-01T01:26:40", 19);
	sweep_found_let_go(found);

	json_t *record = record_get(the_case, evidence, 0, NULL);
	struct assign fields[] = {{"subject", "x"},
	                          {"sent", "1970-01-01T00:00:00Z"},
	                          {"evidence", evidence},
	                          {"sha256", json_get_string(record, "sha256")}};
	char mail[LABEL_TEXT];
	assert_int_equal(record_add(the_case, "mail", fields, 4, RECORD_MACHINE, mail, &err), 0);
	json_decref(record);
	found = sweep_found_hold(the_case, NULL, &err);
	assert_memory_equal(found_value(found, "evil.test")->first, "2014-10-01T01:26:40", 19);
	assert_memory_equal(found_value(found, "evil.test")->last, "2014-10-01T01:26:40", 19);
	sweep_found_let_go(found);

	struct assign received = {"when", "2014-10-20T09:00:00+09:00"};
	assert_int_equal(record_set(the_case, mail, &received, 1, 0, &err), 0);
	found = sweep_found_hold(the_case, NULL, &err);
	const struct found_indicator *it = found_value(found, "evil.test");
	assert_memory_equal(it->first, "2014-10-01T01:26:40", 19);
	assert_memory_equal(it->last, "2014-10-20T00:00:00", 19);
	assert_true(found->has_mails);
	json_t *proposals = sweep_proposals(found, the_case, &err);
	assert_string_equal(json_get_string(json_array_get(proposals, 1), "field"), "last_seen");
	assert_string_equal(json_get_string(json_array_get(proposals, 1), "value"), "2014-10-20T00:00:00Z");
	json_decref(proposals);
	sweep_found_let_go(found);

	sweep(&told, 0); /* the command says the same */
	size_t mails = 0;
	for (size_t i = 0; i < json_array_size(told.hits); i++)
		if (strcmp(field(told.hits, i, "evidence"), evidence) == 0 && ++mails) {
			assert_memory_equal(field(told.hits, i, "when"), "2014-10-20T00:00:00", 19);
			assert_string_equal(field(told.hits, i, "clock"), "utc");
		}
	assert_true(mails > 0);
	forget(&told);
}

/* ---- zones */

static void zones_have_names(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		int64_t local;
		int minutes; /* 9999: there is none */
	} cases[] = {
	    {"+09:00", 0, 540},
	    {"-0330", 0, -210},
	    {"UTC+9", 0, 540},
	    {"Z", 0, 0},
	    {"JST", 0, 540},
	    {"Asia/Tokyo", 0, 540},
	    {"no/where", 0, 9999},
	    {"../../etc/passwd", 0, 9999},
	    {"+25:00", 0, 9999},
	    {"", 0, 9999},
	    {"UTC", 5, 0},
	    {"Europe/Berlin", 1404200000, 120},
	    {"Europe/Berlin", 1388600000, 60},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int minutes = 9999;
		int rc = zone_offset(cases[i].name, cases[i].local, &minutes);
		if (strchr(cases[i].name, '/') && cases[i].minutes != 9999 &&
		    access("/usr/share/zoneinfo/Asia", F_OK) < 0)
			continue; /* no data base on this machine */
		assert_int_equal(rc, cases[i].minutes == 9999 ? -1 : 0);
		assert_int_equal(minutes, cases[i].minutes);
	}
}

extern const struct worker_job sweep_job;

int main(int argc, char **argv)
{
	static const struct worker_job *const jobs[] = {&sweep_job, NULL};
	worker_main(argc, argv, jobs);
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(what_waits_is_counted, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(what_was_found_by_then_is_told, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(a_client_is_named_as_soon_as_its_machine_is_known, case_setup,
	                                    case_teardown),
	    cmocka_unit_test_setup_teardown(observations_are_swept, case_setup, case_teardown),
	    cmocka_unit_test(a_worker_that_ends_is_followed_by_another),
	    cmocka_unit_test_setup_teardown(a_time_without_a_zone_counts, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(a_mail_has_the_time_it_was_received, case_setup, case_teardown),
	    cmocka_unit_test(zones_have_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
