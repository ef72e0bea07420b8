/* Files of our own making, read by triage as it reads those of others; and what the disks of the practice case say. */
#include "core/case/help_case.h"

#include "base/file/paths.h"
#include "base/worker/worker.h"
#include "finding/observation/observation.h"
#include "finding/practice/bytes_out.h"
#include "finding/practice/event_log.h"
#include "finding/practice/hive_out.h"
#include "finding/practice/ntfs_out.h"
#include "finding/practice/terminals.h"
#include "finding/practice/traces.h"
#include "finding/triage/look.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define GOOD(call)                                   \
	do {                                         \
		struct err err = ERR_INIT;           \
		if ((call) < 0)                      \
			fail_msg("%s", err.message); \
	} while (0)

static char *test_path(const char *name)
{
	return xasprintf("%s/%s", scratch, name);
}

struct seen {
	json_t *rows;
	json_t *problems;
	json_t *findings;
};

static int keep_row(void *ctx, const struct observation *o, const char *sha256, struct err *err)
{
	struct seen *s = ctx;
	(void)err;
	json_array_append_new(s->rows, observation_json(o, "", sha256, ""));
	return 0;
}

static int keep_problem(void *ctx, const char *path, uint64_t offset, const char *reason, struct err *err)
{
	struct seen *s = ctx;
	(void)err;
	json_array_append_new(
	    s->problems, json_pack("{s:s, s:I, s:s}", "path", path, "offset", (json_int_t)offset, "reason", reason));
	return 0;
}

static struct seen look_at(const char *path)
{
	struct seen s = {json_array(), json_array(), NULL};
	struct triage_look look = {.path = path, .row = keep_row, .problem = keep_problem, .ctx = &s};
	struct triage_looked looked;
	GOOD(triage_look(&look, &looked, &err));
	s.findings = json_incref(looked.findings);
	triage_looked_release(&looked);
	return s;
}

static void seen_release(struct seen *s)
{
	json_decref(s->rows);
	json_decref(s->problems);
	json_decref(s->findings);
}

/* As a text, whatever it is; good until four more are asked for. */
static const char *text_of(const json_t *row, const char *field)
{
	static char numbers[4][32];
	static unsigned next;
	const json_t *value = json_object_get(row, field);
	if (json_is_integer(value)) {
		char *number = numbers[next++ % 4];
		snprintf(number, sizeof numbers[0], "%lld", (long long)json_integer_value(value));
		return number;
	}
	return json_is_string(value) ? json_string_value(value) : json_is_true(value) ? "true" : "";
}

/* The n-th row of the artefact whose field has the word in it. */
static const json_t *row_of(const struct seen *s, const char *artefact, const char *field, const char *word, size_t n)
{
	const json_t *row;
	size_t i;
	json_array_foreach(s->rows, i, row)
		if (strcmp(text_of(row, "artefact"), artefact) == 0 && strstr(text_of(row, field), word) && n-- == 0)
			return row;
	return NULL;
}

static const json_t *finding_of(const struct seen *s, const char *rule)
{
	const json_t *f;
	size_t i;
	json_array_foreach(s->findings, i, f)
		if (strcmp(text_of(f, "rule"), rule) == 0 && strcmp(text_of(f, "state"), "seen") == 0)
			return f;
	fail_msg("%s was not seen", rule);
	return NULL;
}

/* ---- a volume */

static void names_of_a_volume(void **state)
{
	(void)state;
	char *path = test_path("volume.img");
	struct ntfs_out *v = ntfs_out_new("PRACTICE", 0x2014, "2013-11-05T01:00:00Z");
	char large[9000];
	memset(large, 'x', sizeof large);
	ntfs_out_file(v,
	              &(struct ntfs_out_file){.path = "a/mark.zip",
	                                      .bytes = "PK",
	                                      .size = 2,
	                                      .created = "2014-01-10T00:41:05.25Z",
	                                      .zone = "[ZoneTransfer]\r\nZoneId=3\r\nHostUrl=http://a.example/\r\n"});
	ntfs_out_file(v, &(struct ntfs_out_file){.path = "a/gone.rar",
	                                         .bytes = large,
	                                         .size = sizeof large,
	                                         .created = "2014-07-10T11:18:20.5Z",
	                                         .deleted = 1});
	ntfs_out_file(v, &(struct ntfs_out_file){.path = "a/set.exe",
	                                         .bytes = large,
	                                         .size = 500,
	                                         .created = "2013-08-22T04:11:37Z",
	                                         .named = "2014-07-10T11:12:48.5Z"});
	for (unsigned i = 0; i < 120; i++) {
		char name[64];
		snprintf(name, sizeof name, "many/File number %u.txt", i * 7919 % 120);
		ntfs_out_file(v, &(struct ntfs_out_file){.path = name, .bytes = "x", .size = 1});
	}
	ntfs_out_file(v, &(struct ntfs_out_file){.path = "a/議事録.docx", .bytes = "x", .size = 1});
	assert_true(ntfs_out_reference(v, "a/mark.zip") != 0);
	assert_true(ntfs_out_reference(v, "a/nothing") == 0);
	GOOD(ntfs_out_write(v, path, &err));
	ntfs_out_free(v);
	struct seen s = look_at(path);
	assert_int_equal(json_array_size(s.problems), 0);
	const json_t *mark = row_of(&s, "file", "path", "a/mark.zip", 0);
	assert_string_equal(text_of(mark, "when"), "2014-01-10T00:41:05.2500000Z");
	assert_string_equal(text_of(mark, "zone_id"), "3");
	assert_string_equal(text_of(mark, "host_url"), "http://a.example/");
	const json_t *gone = row_of(&s, "file", "path", "a/gone.rar", 0);
	assert_string_equal(text_of(gone, "deleted"), "true");
	assert_string_equal(text_of(gone, "size"), "9000");
	assert_string_equal(text_of(row_of(&s, "file", "path", "a/set.exe", 0), "stomped"), "true");
	assert_non_null(row_of(&s, "file", "path", "a/議事録.docx", 0));
	for (unsigned i = 0; i < 120; i++) {
		char name[64];
		snprintf(name, sizeof name, "many/File number %u.txt", i);
		assert_non_null(row_of(&s, "file", "path", name, 0));
		assert_null(row_of(&s, "file", "path", name, 1));
	}
	seen_release(&s);
	free(path);
}

/* ---- logs and hives, as files */

static void write_file(const char *path, struct buf *bytes)
{
	GOOD(path_write_file(path, bytes->data, bytes->len, PATH_REPLACE, &err));
	buf_release(bytes);
}

static void records_of_a_log(void **state)
{
	(void)state;
	char *path = test_path("Security.evtx");
	struct buf bytes = BUF_INIT;
	struct event_log *l = event_log_new("Security", "PC-A.a.example", 100);
	for (unsigned i = 0; i < 1000; i++) {
		char number[16];
		snprintf(number, sizeof number, "%u", i);
		const char *const data[] = {i % 2 ? "Odd" : "Even", number, "Same", "社員", NULL};
		event_log_add(l, &(struct log_event){.when = out_filetime("2014-01-10T00:44:02Z") + i * 10000000ULL,
		                                     .provider = "Made",
		                                     .id = 1 + i % 40,
		                                     .data = data});
	}
	const char *const cleared[] = {"SubjectUserName", "x", NULL};
	event_log_add(l, &(struct log_event){.when = out_filetime("2014-01-11T00:00:00Z"),
	                                     .provider = "Microsoft-Windows-Eventlog",
	                                     .id = 1102,
	                                     .user_data = "LogFileCleared",
	                                     .data = cleared});
	event_log_finish(l, &bytes);
	event_log_free(l);
	write_file(path, &bytes);
	struct seen s = look_at(path);
	assert_int_equal(json_array_size(s.problems), 0);
	assert_int_equal(json_array_size(s.rows), 1001);
	const json_t *row = json_array_get(s.rows, 777);
	assert_string_equal(text_of(row, "event_record_id"), "877");
	assert_string_equal(text_of(row, "data.Odd"), "777");
	assert_string_equal(text_of(row, "data.Same"), "社員");
	assert_string_equal(text_of(row, "when"), "2014-01-10T00:56:59.0000000Z");
	assert_string_equal(text_of(row, "computer"), "PC-A.a.example");
	assert_string_equal(text_of(finding_of(&s, "defence.log-cleared"), "when"), "2014-01-11T00:00:00.0000000Z");
	seen_release(&s);
	free(path);
}

static void keys_of_a_hive(void **state)
{
	(void)state;
	char *path = test_path("NTUSER.DAT");
	struct buf bytes = BUF_INIT;
	struct hive_out *h = hive_out_new("ntuser.dat", out_filetime("2014-07-16T08:00:00Z"));
	uint64_t when = out_filetime("2014-01-10T00:44:11.5Z");
	for (unsigned i = 0; i < 300; i++) {
		char key[64];
		snprintf(key, sizeof key, "Software\\Many\\K%u", i * 7919 % 300);
		hive_out_number(h, key, "n", i, when);
	}
	hive_out_text(h, "Software\\Microsoft\\Windows\\CurrentVersion\\Run", "winup", "C:\\ProgramData\\winup.exe",
	              when);
	hive_out_finish(h, &bytes);
	hive_out_free(h);
	write_file(path, &bytes);
	struct seen s = look_at(path);
	assert_int_equal(json_array_size(s.problems), 0);
	const json_t *f = finding_of(&s, "persistence.run-key");
	assert_string_equal(text_of(f, "when"), "2014-01-10T00:44:11.5000000Z");
	assert_non_null(strstr(text_of(f, "reason"), "command=C:\\ProgramData\\winup.exe"));
	assert_non_null(row_of(&s, "registry_key", "key", "Software\\Many\\K299", 0));
	seen_release(&s);
	free(path);
}

static void prefetch_of_each_version(void **state)
{
	static const unsigned versions[] = {17, 23, 26, 30};
	static const char *const files[] = {"\\WINDOWS\\SYSTEM32\\NTDLL.DLL", "\\PROGRAMDATA\\WINUP.EXE", NULL};
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		char *path = test_path("WINUP.EXE-1.pf");
		struct buf bytes = BUF_INIT;
		trace_prefetch(&(struct prefetch_trace){.version = versions[i],
		                                        .program = "WINUP.EXE",
		                                        .hash = 0xF4E44C19,
		                                        .count = 5,
		                                        .runs = {out_filetime("2014-01-10T00:44:11.625Z")},
		                                        .files = files,
		                                        .volume_made = out_filetime("2013-11-05T01:12:44.5Z"),
		                                        .serial = 0xCAFE1234},
		               &bytes);
		write_file(path, &bytes);
		struct seen s = look_at(path);
		const json_t *row = json_array_get(s.rows, 0);
		assert_int_equal(json_array_size(s.problems), 0);
		assert_int_equal(json_array_size(s.rows), 1);
		assert_string_equal(text_of(row, "when"), "2014-01-10T00:44:11.6250000Z");
		assert_string_equal(text_of(row, "run_count"), "5");
		assert_non_null(strstr(text_of(row, "program_path"), "\\PROGRAMDATA\\WINUP.EXE"));
		assert_string_equal(text_of(row, "volume_serial"), "CAFE1234");
		seen_release(&s);
		free(path);
	}
}

/* ---- the disks of the practice case */

static char *image_of(const char *name, int (*write)(const char *, struct err *))
{
	char *path = test_path(name);
	GOOD(write(path, &err));
	return path;
}

/* When was A's terminal first infected? The RAT was made seconds after the mail's attachment ran. */
static void first_infection_of_a(void **state)
{
	(void)state;
	char *path = image_of("a.img", terminal_a_write);
	struct seen s = look_at(path);
	assert_int_equal(json_array_size(s.problems), 0);
	assert_string_equal(text_of(row_of(&s, "file", "path", "ProgramData/winup.exe", 0), "when"),
	                    "2014-01-10T00:44:09.3750000Z");
	assert_string_equal(text_of(row_of(&s, "user_assist", "program", "seminar.doc", 0), "when"),
	                    "2014-01-10T00:44:02.1250000Z");
	assert_string_equal(text_of(finding_of(&s, "persistence.run-key"), "when"), "2014-01-10T00:44:11.5000000Z");
	/* its name is longer than a prefetch file keeps, and is a document's but for its end */
	const json_t *f = finding_of(&s, "execution.prefetch");
	assert_string_equal(text_of(f, "when"), "2014-01-10T00:44:02.1250000Z");
	assert_non_null(strstr(text_of(f, "reason"), "SEMINAR.ZIP\\SEMINAR.DOC"));
	assert_string_equal(text_of(finding_of(&s, "execution.double-extension"), "when"),
	                    "2014-01-10T00:43:51.7500000Z");
	assert_string_equal(text_of(finding_of(&s, "lateral.explicit-credentials"), "when"),
	                    "2014-01-10T05:14:02.2500000Z");
	seen_release(&s);
	free(path);
}

/* What went into the .rar? The packer's command, what it touched, and what the change journal kept of the copies. */
static void what_was_packed_on_a(void **state)
{
	(void)state;
	char *path = image_of("a.img", terminal_a_write);
	struct seen s = look_at(path);
	const json_t *f = finding_of(&s, "collection.archiver");
	assert_non_null(strstr(text_of(f, "reason"), "C:\\ProgramData\\a.rar C:\\ProgramData\\t\\*"));
	assert_string_equal(text_of(f, "when"), "2014-07-10T11:18:20.2500000Z");
	assert_non_null(strstr(text_of(row_of(&s, "prefetch", "program", "RAR.EXE", 0), "files"),
	                       "\\PROGRAMDATA\\T\\MINUTES.DOCX"));
	assert_non_null(row_of(&s, "usn", "name", "members.xlsx", 1)); /* made, and deleted */
	assert_string_equal(text_of(row_of(&s, "file", "path", "ProgramData/a.rar", 0), "deleted"), "true");
	assert_string_equal(text_of(finding_of(&s, "defence.timestomp"), "rule"), "defence.timestomp");
	seen_release(&s);
	free(path);
}

/* Where was it uploaded? The browser says, in what only its -wal holds. */
static void where_a_uploaded(void **state)
{
	(void)state;
	char *path = image_of("a.img", terminal_a_write);
	struct seen s = look_at(path);
	const json_t *f = finding_of(&s, "exfiltration.upload");
	assert_string_equal(text_of(f, "when"), "2014-07-10T11:24:31.5000000Z");
	assert_non_null(strstr(text_of(f, "reason"), "url=http://up.free-storage.example/put?name=a.rar"));
	seen_release(&s);
	free(path);
}

static void same_rat_on_b(void **state)
{
	(void)state;
	char *path = image_of("b.img", terminal_b_write);
	struct seen s = look_at(path);
	assert_int_equal(json_array_size(s.problems), 0);
	const json_t *rat = row_of(&s, "file", "path", "ProgramData/winup.exe", 0);
	assert_string_equal(text_of(rat, "when"), "2014-07-11T01:11:02.5000000Z");
	assert_string_equal(text_of(rat, "size"), "45056");
	assert_string_equal(text_of(finding_of(&s, "persistence.run-key"), "state"), "seen");
	seen_release(&s);
	free(path);
}

static void same_bytes_each_time(void **state)
{
	(void)state;
	char *one = image_of("one.img", terminal_a_write);
	char *two = image_of("two.img", terminal_a_write);
	char first[65];
	char second[65];
	GOOD(triage_digest(one, first, &err));
	GOOD(triage_digest(two, second, &err));
	assert_string_equal(first, second);
	free(one);
	free(two);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, case_setup, case_teardown)

extern const struct worker_job triage_job;
extern const struct worker_job tree_job;

int main(int argc, char **argv)
{
	const struct worker_job *const jobs[] = {&triage_job, &tree_job, NULL};
	worker_main(argc, argv, jobs);
	const struct CMUnitTest tests[] = {
	    TEST(names_of_a_volume),        TEST(records_of_a_log),     TEST(keys_of_a_hive),
	    TEST(prefetch_of_each_version), TEST(first_infection_of_a), TEST(what_was_packed_on_a),
	    TEST(where_a_uploaded),         TEST(same_rat_on_b),        TEST(same_bytes_each_time)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
