/* Sets that come with a parcel: what the check on record does not name is not taken; rows that somebody spoiled. */
#include "core/case/help_case.h"

#include "base/buf.h"
#include "case/case.h"
#include "finding/observation/observation_care.h"
#include "finding/observation/observation_lost.h"
#include "finding/observation/observation_parcel.h"
#include "finding/observation/observation_query.h"
#include "finding/observation/observation_set.h"
#include "handover/parcel/parcel.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

static const char read_sha256[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

static void run_sql(const char *sql)
{
	char *why = NULL;
	if (sqlite3_exec(case_db(the_case), sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", sql, why);
}

/* A small set of R1-E1, whose check says of what evidence it is. */
static void store_set(const char *named, struct observation_set *set)
{
	struct observation_maker *m = observation_maker_new(the_case);
	struct buf fields = BUF_INIT;
	struct err err = ERR_INIT;
	*set = (struct observation_set){.evidence = "R1-E1", .source = "a.log", .parsers = "made 1"};
	memcpy(set->evidence_sha256, read_sha256, sizeof read_sha256);
	observation_field(&fields, "text", "a row");
	struct observation o = {.when = OBSERVATION_TICKS,
	                        .artefact = OBSERVATION_file,
	                        .path = "a",
	                        .fields = fields.data,
	                        .fields_size = fields.len};
	assert_int_equal(observation_maker_add_row(m, &o, &err), 0);
	assert_int_equal(observation_maker_seal(m, set, &err), 0);
	char *limits = xasprintf("%s, SHA-256 %s; " OBSERVATION_DIGEST_OF_SET "%s", named, read_sha256, set->sha256);
	struct assign check[] = {{"method", "triage"},
	                         {"on", add("asset", "hostname=PC-1")},
	                         {"when", "2026-11-23"},
	                         {"result", "found"},
	                         {"limits", limits}};
	struct action *a = action_begin(the_case, "triage", &err);
	if (!a || action_add(a, "check", check, 5, RECORD_MACHINE, set->check, &err) < 0 ||
	    observation_set_store(the_case, m, set, &err) < 0 || action_commit(a, &err) < 0)
		fail_msg("%s", err.message);
	free(limits);
	buf_release(&fields);
	observation_maker_free(m);
}

/* In the place of the set: sound rows that nobody has on record. */
static void store_other_rows(const struct observation_set *was)
{
	struct observation_maker *m = observation_maker_new(the_case);
	struct observation_set set = *was;
	struct err err = ERR_INIT;
	struct observation o = {.when = OBSERVATION_TICKS, .artefact = OBSERVATION_file, .path = "another"};
	run_sql("DELETE FROM observation_block; DELETE FROM observation_set");
	assert_int_equal(observation_maker_add_row(m, &o, &err), 0);
	if (observation_maker_seal(m, &set, &err) < 0 || observation_set_store(the_case, m, &set, &err) < 0)
		fail_msg("%s", err.message);
	observation_maker_free(m);
}

static void go_out(struct buf *section)
{
	struct err err = ERR_INIT;
	assert_int_equal(observation_parcel.write(the_case, NULL, section, &err), 0);
	assert_true(section->len > 0);
}

/* What is said of what comes. */
static const char *come(const struct buf *section)
{
	static char said[512];
	struct err err = ERR_INIT;
	struct parcel_arrival came = {
	    .bytes = (const unsigned char *)section->data, .n = section->len, .keep = 1, .notes = json_array()};
	struct action *a = action_begin(the_case, "merge", &err);
	assert_non_null(a);
	if (observation_parcel.take(the_case, &came, &err) < 0)
		fail_msg("%s", err.message);
	/* an action that changes no record is taken back */
	assert_int_equal(
	    action_add(a, "note", (struct assign[]){{"text", "merged"}}, 1, 0, (char[LABEL_TEXT]){""}, &err), 0);
	assert_int_equal(action_commit(a, &err), 0);
	const char *note = json_string_value(json_array_get(came.notes, 0));
	snprintf(said, sizeof said, "%s", note ? note : "");
	json_decref(came.notes);
	return said;
}

/* Goes out, is forgotten, and comes again. */
static const char *come_again(void)
{
	struct buf section = BUF_INIT;
	go_out(&section);
	run_sql("DELETE FROM observation_block; DELETE FROM observation_set");
	const char *said = come(&section);
	buf_release(&section);
	return said;
}

static void labels_are_whole_words(void **state)
{
	(void)state;
	struct observation_set set;
	store_set("R1-E1 a.log", &set);
	assert_non_null(strstr(come_again(), "1 set of observations came along, rows: 1"));
	run_sql("DELETE FROM observation_block; DELETE FROM observation_set");
	store_set("R1-E10 a.log", &set);
	assert_non_null(strstr(come_again(), "which does not speak of them"));
	run_sql("DELETE FROM observation_block; DELETE FROM observation_set");
	store_set("XR1-E1 a.log", &set);
	assert_non_null(strstr(come_again(), "which does not speak of them"));
}

static int read_set(void *ctx, const struct observation_set *set, struct err *err)
{
	unsigned *count = ctx;
	struct err why = ERR_INIT;
	(void)err;
	json_t *text = json_pack("[s, s, s, s, s, s, s]", set->id, set->check, set->evidence, set->evidence_sha256,
	                         set->source, set->parsers, set->sha256); /* NULL: one is no text */
	assert_non_null(text);
	json_decref(text);
	observation_set_verify(the_case, set, &why);
	++*count;
	return 0;
}

static int pass_row(void *ctx, const struct observation *o, const struct observation_set *set, struct err *err)
{
	(void)ctx, (void)err;
	json_t *object = observation_json(o, set->evidence, set->evidence_sha256, set->source);
	assert_non_null(object);
	json_decref(object);
	return 0;
}

static void spoiled_columns_are_text(void **state)
{
	(void)state;
	static const char *const columns[] = {"id",     "checked", "evidence", "evidence_sha256",
	                                      "source", "parsers", "sha256"};
	static const char *const values[] = {"CAST(x'ff41c3' AS TEXT)",
	                                     "CAST(x'1b5b324a0a' AS TEXT)",
	                                     "x'00ff'",
	                                     "''",
	                                     "17",
	                                     "CAST(zeroblob(300) AS TEXT)",
	                                     "replace(hex(zeroblob(200)), '0', '\xe8\xa8\x98')"};
	struct observation_set set;
	store_set("R1-E1 a.log", &set);
	run_sql("CREATE TEMP TABLE kept AS SELECT * FROM observation_set");
	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
		for (size_t k = 0; k < sizeof values / sizeof *values; k++) {
			struct observation_query q = {.filter = ""};
			struct buf section = BUF_INIT;
			struct err err = ERR_INIT;
			unsigned count = 0;
			char *sql = xasprintf("UPDATE observation_set SET %s = %s", columns[i], values[k]);
			run_sql(sql);
			assert_int_equal(observation_set_each(the_case, NULL, read_set, &count, &err), 0);
			assert_int_equal(count, 1);
			observation_query_run(the_case, &q, pass_row, NULL, NULL, &err);
			observation_parcel.write(the_case, NULL, &section, &err);
			buf_release(&section);
			run_sql("DELETE FROM observation_set; INSERT INTO observation_set SELECT * FROM kept");
			free(sql);
		}
	unsigned count = 0;
	assert_int_equal(observation_set_each(the_case, NULL, read_set, &count, NULL), 0);
	assert_int_equal(count, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, case_setup, case_teardown)

/* Whoever holds the key of a case writes any number into these tables: what they say of blocks is checked, and asks for no room. */
static void tables_that_lie(void **state)
{
	static const char *const lies[] = {"UPDATE observation_set SET blocks = 9223372036854775807",
	                                   "UPDATE observation_set SET blocks = 2",
	                                   "UPDATE observation_set SET blocks = -1",
	                                   "UPDATE observation_block SET first = 1, last = 2",
	                                   "UPDATE observation_block SET artefacts = 0",
	                                   "UPDATE observation_block SET rows = 0",
	                                   "DELETE FROM observation_block"};
	(void)state;
	struct observation_set set;
	struct err err = ERR_INIT;
	store_set("R1-E1", &set);
	if (observation_set_verify(the_case, &set, &err) < 0)
		fail_msg("%s", err.message);
	for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
		run_sql("SAVEPOINT lie");
		run_sql(lies[i]);
		struct err why = ERR_INIT;
		struct observation_set told = set;
		sqlite3_stmt *s = NULL;
		assert_int_equal(
		    sqlite3_prepare_v2(case_db(the_case), "SELECT blocks FROM observation_set", -1, &s, NULL),
		    SQLITE_OK);
		assert_int_equal(sqlite3_step(s), SQLITE_ROW);
		told.blocks = (uint64_t)sqlite3_column_int64(s, 0);
		sqlite3_finalize(s);
		if (observation_set_verify(the_case, &told, &why) == 0)
			fail_msg("'%s' is not noticed", lies[i]);
		assert_int_equal(why.code, ERR_DAMAGED);
		run_sql("ROLLBACK TO lie; RELEASE lie");
	}
}

static void count_finding(void *ctx, const char *part, const char *text)
{
	(void)part;
	*(unsigned *)ctx += strstr(text, "which does not name its digest") != NULL;
}

/* The row of a set is not signed. Whoever holds the key of a case can put other rows in its place, whole in themselves, with
 * their own digest: the check on record names another. */
static void rows_that_are_not_of_record(void **state)
{
	static const char *const lies[] = {
	    NULL, "UPDATE observation_set SET checked = 'R1-K2' WHERE rows = 1",
	    "UPDATE observation_set SET evidence = 'R1-E2'", "UPDATE observation_set SET checked = 'R1-K77'",
	    "UPDATE observation_set SET evidence_sha256 = replace(evidence_sha256, '0', 'f')"};
	(void)state;
	struct observation_set set;
	struct observation_care care;
	struct err err = ERR_INIT;
	unsigned found = 0;
	store_set("R1-E1", &set);
	assert_int_equal(observation_verify_all(the_case, NULL, count_finding, &found, &care, &err), 0);
	assert_int_equal(care.sets, 1);
	assert_int_equal(care.wrong + found, 0);
	for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
		run_sql("SAVEPOINT lie");
		if (lies[i])
			run_sql(lies[i]);
		else
			store_other_rows(&set);
		found = 0;
		assert_int_equal(observation_verify_all(the_case, NULL, count_finding, &found, &care, &err), 0);
		if (found != 1 || care.wrong != 1)
			fail_msg("'%s' is not noticed: %u", lies[i] ? lies[i] : "other rows", found);
		run_sql("ROLLBACK TO lie; RELEASE lie");
	}
	run_sql("UPDATE observation_set SET first = first + 1");
	assert_int_equal(observation_verify_all(the_case, NULL, count_finding, &found, &care, &err), 0);
	assert_int_equal(care.wrong, 1);
}

static int count_lost(void *ctx, const struct observation_set *set, struct err *err)
{
	(void)err;
	*(unsigned *)ctx += strlen(set->sha256) == 64 && strncmp(set->check, "R1-K", 4) == 0;
	return 0;
}

static void count_problem(void *ctx, const struct observation_set *set, const char *reason)
{
	*(unsigned *)ctx += *set->check && strcmp(reason, observation_lost_says()) == 0;
}

static int no_row(void *ctx, const struct observation *o, const struct observation_set *set, struct err *err)
{
	(void)ctx;
	(void)o;
	(void)set;
	(void)err;
	return 0;
}

/* The row of a set is gone from the tables, the tables themselves too; the check on record names it still. */
static void sets_that_are_gone_are_told(void **state)
{
	static const char *const gone[] = {"DELETE FROM observation_set",
	                                   "DROP TABLE observation_block; DROP TABLE observation_set"};
	(void)state;
	struct observation_set set;
	struct err err = ERR_INIT;
	unsigned lost = 0;
	store_set("R1-E1", &set);
	assert_int_equal(observation_lost_each(the_case, count_lost, &lost, &err), 0);
	for (size_t i = 0; i < sizeof gone / sizeof *gone; i++) {
		unsigned before = lost;
		unsigned problems = 0;
		struct observation_query q = {.problem = count_problem, .lost = 1};
		run_sql("SAVEPOINT gone");
		run_sql(gone[i]);
		unsigned now = 0;
		assert_int_equal(observation_lost_each(the_case, count_lost, &now, &err), 0);
		assert_true(now > before);
		assert_int_equal(observation_query_run(the_case, &q, no_row, &problems, NULL, &err), 0);
		assert_int_equal(problems, now);
		run_sql("ROLLBACK TO gone; RELEASE gone");
	}
	run_sql("UPDATE observation_set SET key = NULL"); /* purged: its digest is kept */
	unsigned purged = 0;
	assert_int_equal(observation_lost_each(the_case, count_lost, &purged, &err), 0);
	assert_int_equal(purged, lost);
}

/* What was purged before the parcel was made is told as purged, not as lost; what no check speaks of is not believed to be. */
static void purged_sets_are_not_lost(void **state)
{
	(void)state;
	struct observation_set set;
	struct err err = ERR_INIT;
	unsigned lost = 0;
	store_set("R1-E1", &set);
	run_sql("UPDATE observation_set SET key = NULL");
	const char *said = come_again();
	if (!strstr(said, set.check) || !strstr(said, "were purged in the other copy, and did not come along"))
		fail_msg("%s", said);
	assert_int_equal(observation_lost_each(the_case, count_lost, &lost, &err), 0);
	assert_int_equal(lost, 0);
	assert_non_null(strstr(come_again(), "did not come along")); /* it goes on to the next */
	run_sql("UPDATE observation_set SET sha256 = replace(sha256, '0', 'f')");
	assert_string_equal(come_again(), "");
	assert_int_equal(observation_lost_each(the_case, count_lost, &lost, &err), 0);
	assert_int_equal(lost, 1);
}

static int sets_in_table(void)
{
	sqlite3_stmt *s;
	assert_int_equal(sqlite3_prepare_v2(case_db(the_case), "SELECT count(*) FROM observation_set", -1, &s, NULL),
	                 SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	int count = sqlite3_column_int(s, 0);
	sqlite3_finalize(s);
	return count;
}

/* Another copy's word that it purged a set keeps nobody from taking it from one who has it still. */
static void what_others_purged_can_still_come(void **state)
{
	(void)state;
	struct observation_set set;
	struct buf whole = BUF_INIT;
	store_set("R1-E1", &set);
	go_out(&whole);
	run_sql("UPDATE observation_set SET key = NULL");
	assert_non_null(strstr(come_again(), "were purged in the other copy"));
	assert_non_null(strstr(come(&whole), "1 set of observations came along, rows: 1"));
	assert_string_equal(come(&whole), "");
	run_sql("UPDATE observation_set SET key = NULL"); /* that is a decision of this copy */
	assert_non_null(strstr(come(&whole), "they were purged here"));
	buf_release(&whole);
	/* one row will do for a digest, under however many names it comes */
	run_sql("INSERT INTO observation_set(id, checked, evidence, evidence_sha256, source, parsers, rows, blocks,"
	        " sha256, first, last, in_case, key) SELECT '0123456789abcdef0123456789abcdef', checked, evidence,"
	        " evidence_sha256, source, parsers, rows, blocks, sha256, first, last, in_case, key FROM"
	        " observation_set");
	assert_non_null(strstr(come_again(), "were purged in the other copy"));
	assert_int_equal(sets_in_table(), 1);
}

struct lost_of_check {
	char label[LABEL_TEXT];
	int told;
};

static int note_lost(void *ctx, const struct observation_set *set, struct err *err)
{
	struct lost_of_check *of = ctx;
	(void)err;
	of->told |= strcmp(set->check, of->label) == 0;
	return 0;
}

/* A check whose set is nowhere, and a later one whose set is here, as they say: whether the first is told as lost. */
static int lost_after(const char *method, const char *then, const char *later, const char *parsers)
{
	struct observation_maker *m = observation_maker_new(the_case);
	struct observation_set set = {.evidence = "R1-E1", .source = "a.log"};
	struct observation o = {.when = OBSERVATION_TICKS, .artefact = OBSERVATION_file, .path = "again"};
	struct err err = ERR_INIT;
	struct lost_of_check lost = {.told = 0};
	snprintf(set.parsers, sizeof set.parsers, "%s", parsers);
	memcpy(set.evidence_sha256, read_sha256, sizeof read_sha256);
	assert_int_equal(observation_maker_add_row(m, &o, &err), 0);
	assert_int_equal(observation_maker_seal(m, &set, &err), 0);
	char *limits[] = {xasprintf("%s" OBSERVATION_DIGEST_OF_SET "%064d.\n", then, 7),
	                  xasprintf("%s" OBSERVATION_DIGEST_OF_SET "%s.\n", later, set.sha256)};
	const char *on = add("asset", "hostname=PC-1");
	struct action *a = action_begin(the_case, "triage", &err);
	for (size_t i = 0; a && i < 2; i++) {
		struct assign check[] = {
		    {"method", method}, {"on", on}, {"when", "2026-11-23"}, {"result", "found"}, {"limits", limits[i]}};
		if (action_add(a, "check", check, 5, RECORD_MACHINE, i ? set.check : lost.label, &err) < 0)
			fail_msg("%s", err.message);
		free(limits[i]);
	}
	if (!a || observation_set_store(the_case, m, &set, &err) < 0 || action_commit(a, &err) < 0)
		fail_msg("%s", err.message);
	observation_maker_free(m);
	assert_int_equal(observation_lost_each(the_case, note_lost, &lost, &err), 0);
	run_sql("UPDATE observation_set SET key = NULL"); /* it takes the place of no other's */
	return lost.told;
}

/* What is advised was done: another version of the parser gives another digest, and the lost one is told no more. */
static void sets_made_again_are_not_lost(void **state)
{
#define READ "Read: R1-E1, SHA-256 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff.\n"
#define HOSTS \
	"1 indicators are https URLs: a CONNECT line shows only their host, which was looked for too (weaker hits).\n"
#define UNPACKED(times) \
	"What is packed was unpacked to at most " times " times its size beyond 64 MiB (raised by hand).\n"
#define LIST  "List: 2 indicators, SHA-256 aa.\n"
#define SWEPT "R1-E1, SHA-256 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff: 2 hits kept, "
	static const struct {
		const char *method, *then, *later, *parsers;
		int told;
	} cases[] = {
	    {"triage", READ "Parsers: evtx 1, file 2. Options: -.\n", READ "Parsers: file 2, evtx 2.\n",
	     "file 2, evtx 2", 0},
	    {"triage", READ "Parsers: evtx 1. Options: -.\n", READ, "file 2, evtx 2", 0},
	    {"triage", READ "Parsers: evtx 1, file 2. Options: -.\n", READ, "file 2", 1},
	    {"triage", READ "Parsers: file 1. Options: -.\n", READ, "files 1", 1},
	    {"triage", READ "Parsers: file 1. Options: -, what was deleted.\n", READ "Options: -.\n", "file 2", 1},
	    {"triage", "Read: R1-E2, SHA-256 00.\nParsers: file 1.\n", READ, "file 1", 1},
	    {"indicator_sweep", LIST SWEPT, LIST SWEPT, "sweep 3", 0},
	    {"indicator_sweep", "List: 3 indicators, SHA-256 bb.\n" SWEPT, LIST SWEPT, "sweep 3", 1},
	    {"indicator_sweep", LIST HOSTS SWEPT, LIST SWEPT, "sweep 3", 1},
	    {"indicator_sweep", LIST HOSTS SWEPT, LIST HOSTS SWEPT, "sweep 3", 0},
	    {"indicator_sweep", LIST SWEPT, LIST HOSTS SWEPT, "sweep 3", 0},
	    {"indicator_sweep", LIST UNPACKED("500") SWEPT, LIST UNPACKED("200") SWEPT, "sweep 3", 1},
	    {"indicator_sweep", LIST UNPACKED("200") SWEPT, LIST UNPACKED("500") SWEPT, "sweep 3", 0},
	    {"indicator_sweep", LIST "R1-E12, SHA-256 00: 2 hits kept, ", LIST SWEPT, "sweep 3", 1},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (lost_after(cases[i].method, cases[i].then, cases[i].later, cases[i].parsers) != cases[i].told)
			fail_msg("case %zu: the lost set is %s", i, cases[i].told ? "not told" : "told");
}

/* A sweep of much evidence has a set of each; whose copy has none is told so once for the check, soon enough. */
static void a_check_of_many_lost_sets_is_told_once(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct buf limits = BUF_INIT;
	char label[LABEL_TEXT];
	unsigned lost = 0;
	for (int i = 0; i < 1000; i++)
		buf_addf(&limits, "R1-E%d, SHA-256 00: 2 hits kept, " OBSERVATION_DIGEST_OF_SET "%064d.\n", i, i);
	struct assign check[] = {{"method", "indicator_sweep"},
	                         {"on", add("asset", "hostname=PC-9")},
	                         {"when", "2026-11-23"},
	                         {"result", "found"},
	                         {"limits", limits.data}};
	struct action *a = action_begin(the_case, "triage", &err);
	if (!a || action_add(a, "check", check, 5, RECORD_MACHINE, label, &err) < 0 || action_commit(a, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(observation_lost_each(the_case, count_lost, &lost, &err), 0);
	unsigned before = lost;
	assert_int_equal(record_retract(the_case, label, "test", &err), 0);
	lost = 0;
	assert_int_equal(observation_lost_each(the_case, count_lost, &lost, &err), 0);
	assert_int_equal(before, lost + 1);
	buf_release(&limits);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(labels_are_whole_words),
	    TEST(spoiled_columns_are_text),
	    TEST(tables_that_lie),
	    TEST(rows_that_are_not_of_record),
	    TEST(sets_that_are_gone_are_told),
	    TEST(purged_sets_are_not_lost),
	    TEST(what_others_purged_can_still_come),
	    TEST(sets_made_again_are_not_lost),
	    TEST(a_check_of_many_lost_sets_is_told_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
