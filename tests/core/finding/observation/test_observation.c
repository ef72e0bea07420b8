/* Observations: packed rows and what is none, order beyond memory, sets in the case and beside it, queries, damage, purge. */
#include "core/case/help_case.h"
#include "finding/observation/observation_block.h"
#include "finding/observation/observation_query.h"
#include "finding/observation/observation_set.h"
#include "finding/observation/observation_sort.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define T0 (INT64_C(1700000000) * OBSERVATION_TICKS)

/* Row i of a made set: times that run backwards and forwards, three paths, a field that tells its number. */
static void made_row(unsigned i, struct buf *fields, struct observation *o)
{
	static const char *const paths[] = {"C/Windows/System32/winevt/Logs/Security.evtx", "C/$MFT",
	                                    "C/利用者/文書/請求書.doc"};
	char number[16];
	char text[200];
	buf_clear(fields);
	snprintf(number, sizeof number, "%u", i);
	snprintf(
	    text, sizeof text, "line %u %.*s", i, (int)(i * 7 % 150),
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
	observation_field(fields, "record", number);
	observation_field(fields, "text", text);
	if (i % 1000 == 17)
		observation_field(fields, "program", "Rar.EXE");
	*o = (struct observation){.when = i % 97 == 5 ? OBSERVATION_NO_TIME
	                                              : T0 + (int64_t)(i * 2654435761U % 1000003) * 1000,
	                          .offset = i * 64,
	                          .ordinal = i % 3,
	                          .time_of = OBSERVATION_TIME_recorded,
	                          .artefact = i % 3 == 0 ? OBSERVATION_evtx : OBSERVATION_file,
	                          .clock = OBSERVATION_CLOCK_utc,
	                          .path = paths[i % 3],
	                          .fields = fields->data,
	                          .fields_size = fields->len};
}

static void rows_are_packed_and_read_again(void **state)
{
	(void)state;
	struct buf fields = BUF_INIT;
	struct buf row = BUF_INIT;
	observation_field(&fields, "name", "値\x1b[2J");
	observation_field(&fields, "empty", "");
	observation_field_n(&fields, "raw", "a\0b\xff", 4);
	observation_field_number(&fields, "n", -5);
	struct observation o = {.when = T0 + 1,
	                        .offset = UINT64_C(1) << 40,
	                        .time_of = OBSERVATION_TIME_modified | OBSERVATION_TIME_accessed,
	                        .artefact = OBSERVATION_lnk,
	                        .clock = OBSERVATION_CLOCK_local,
	                        .flags = OBSERVATION_RECOVERED,
	                        .path = "a/b",
	                        .fields = fields.data,
	                        .fields_size = fields.len};
	assert_int_equal(observation_pack(&o, &row, NULL), 0);
	struct observation read;
	size_t size = 0;
	for (size_t n = 0; n < row.len; n++)
		assert_int_equal(observation_unpack(row.data, n, &read, &size, NULL), 0);
	assert_int_equal(observation_unpack(row.data, row.len, &read, &size, NULL), 1);
	assert_int_equal(size, row.len);
	assert_int_equal(observation_compare(&o, &read), 0);
	assert_string_equal(observation_value(&read, "raw"), "a\\x00b\\xff");
	assert_string_equal(observation_value(&read, "n"), "-5");
	assert_null(observation_value(&read, "empty"));
	json_t *object = observation_json(&read, "R1-E1", "ab", "disk.img");
	assert_string_equal(json_string_value(json_object_get(object, "when")), "2023-11-14T22:13:20.0000001Z");
	assert_string_equal(json_string_value(json_object_get(object, "time_of")), "modified,accessed");
	assert_string_equal(json_string_value(json_object_get(object, "artefact")), "lnk");
	assert_true(json_is_true(json_object_get(object, "recovered")));
	assert_int_equal(strlen(json_string_value(json_object_get(object, "id"))), 16);
	json_decref(object);

	/* what a parser gone wild may send: each byte altered is a row, not yet one, or none, and never read beyond */
	for (size_t i = 0; i < row.len; i++)
		for (int bit = 0; bit < 8; bit++) {
			char *copy = malloc(row.len);
			memcpy(copy, row.data, row.len);
			copy[i] = (char)(copy[i] ^ 1 << bit);
			if (observation_unpack(copy, row.len, &read, &size, NULL) == 1)
				assert_true(size <= row.len && strlen(read.path) < row.len);
			free(copy);
		}
	buf_release(&fields);
	buf_release(&row);
}

static void times_are_put_into_words(void **state)
{
	(void)state;
	char text[32];
	observation_when(observation_from_filetime(UINT64_C(116444736000000001)), text);
	assert_string_equal(text, "1970-01-01T00:00:00.0000001Z");
	observation_when(observation_from_filetime(1), text);
	assert_string_equal(text, "1601-01-01T00:00:00.0000001Z");
	observation_when(observation_from_unix(-1, 999999999), text);
	assert_string_equal(text, "1969-12-31T23:59:59.9999999Z");
	observation_when(observation_from_unix(INT64_C(253402300799), 0), text);
	assert_string_equal(text, "9999-12-31T23:59:59.0000000Z");
	assert_int_equal(observation_from_unix(INT64_C(253402300800), 0), OBSERVATION_NO_TIME);
	assert_int_equal(observation_from_filetime(0), OBSERVATION_NO_TIME);
	assert_int_equal(observation_from_filetime(UINT64_MAX), OBSERVATION_NO_TIME);
	observation_when(OBSERVATION_NO_TIME, text);
	assert_string_equal(text, "");
}

struct order {
	struct observation last;
	char path[256];
	uint64_t count;
	uint64_t sum;
};

static int in_order(void *ctx, const struct observation *o, struct err *err)
{
	struct order *k = ctx;
	(void)err;
	if (k->count)
		assert_true(observation_compare(&k->last, o) <= 0);
	snprintf(k->path, sizeof k->path, "%s", o->path);
	k->last = *o;
	k->last.path = k->path;
	k->count++;
	k->sum += strtoull(observation_value(o, "record"), NULL, 10);
	return 0;
}

static void rows_beyond_memory_are_put_in_order(void **state)
{
	(void)state;
	const unsigned count = 900000; /* 140 MB: two runs, and what is left */
	struct observation_sorter *s = observation_sorter_new(scratch, "00000000-0000-4000-8000-000000000000");
	struct buf fields = BUF_INIT;
	struct buf rows = BUF_INIT;
	for (unsigned i = 0; i < count; i++) {
		struct observation o;
		made_row(i, &fields, &o);
		assert_int_equal(observation_pack(&o, &rows, NULL), 0);
		if (rows.len > 100000 || i + 1 == count) { /* cut anywhere, as a pipe does */
			assert_int_equal(
			    observation_sorter_add(s, rows.data, 70001 < rows.len ? 70001 : rows.len, NULL), 0);
			if (rows.len > 70001)
				assert_int_equal(observation_sorter_add(s, rows.data + 70001, rows.len - 70001, NULL),
				                 0);
			buf_clear(&rows);
		}
	}
	struct order k = {.count = 0};
	assert_int_equal(observation_sorter_count(s), count);
	assert_int_equal(observation_sorter_each(s, in_order, &k, NULL), 0);
	assert_int_equal(k.count, count);
	assert_int_equal(k.sum, (uint64_t)count * (count - 1) / 2);
	observation_sorter_free(s);
	DIR *d = opendir(scratch); /* the runs have left nothing */
	for (struct dirent *entry; (entry = readdir(d)) != NULL;)
		if (strncmp(entry->d_name, ".genba-", 7) == 0)
			fail_msg("%s is left", entry->d_name);
	closedir(d);
	buf_release(&fields);
	buf_release(&rows);
}

/* A stored set of `count` made rows; its check's label goes to set->check. */
static void store(unsigned count, struct observation_set *set)
{
	struct observation_maker *m = observation_maker_new(the_case);
	struct buf fields = BUF_INIT;
	struct err err = ERR_INIT;
	for (unsigned i = 0; i < count; i++) {
		struct observation o;
		made_row(i, &fields, &o);
		assert_int_equal(observation_maker_add_row(m, &o, NULL), 0);
	}
	*set = (struct observation_set){.evidence = "R1-E1", .source = "disk.img", .parsers = "made 1"};
	memset(set->evidence_sha256, 'a', 64);
	if (observation_maker_seal(m, set, &err) < 0)
		fail_msg("%s", err.message);
	const char *machine = add("asset", "hostname=PC-1");
	struct action *a = action_begin(the_case, "triage", &err);
	char *limits = xasprintf("R1-E1, SHA-256 %s, digest of the set %s.", set->evidence_sha256, set->sha256);
	struct assign fields_of_check[] = {{"method", "indicator_sweep"},
	                                   {"on", machine},
	                                   {"when", "2026-11-23"},
	                                   {"result", "not_found"},
	                                   {"limits", limits}};
	if (action_add(a, "check", fields_of_check, 5, RECORD_MACHINE, set->check, &err) < 0)
		fail_msg("%s", err.message);
	free(limits);
	if (observation_set_store(the_case, m, set, &err) < 0 || action_commit(a, &err) < 0)
		fail_msg("%s", err.message);
	observation_maker_free(m);
	buf_release(&fields);
}

struct answer {
	uint64_t rows;
	uint64_t problems;
	char text[512];
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

static void note_problem(void *ctx, const struct observation_set *set, const char *reason)
{
	struct answer *a = ctx;
	(void)set;
	a->problems++;
	snprintf(a->text, sizeof a->text, "%s", reason);
}

static struct answer ask(const char *filter, int64_t from, int64_t until, uint64_t skip, uint64_t limit)
{
	struct answer a = {.rows = 0};
	struct err err = ERR_INIT;
	struct observation_query q = {
	    .filter = filter, .from = from, .until = until, .skip = skip, .limit = limit, .problem = note_problem};
	if (observation_query_run(the_case, &q, count_row, &a, NULL, &err) < 0)
		fail_msg("%s: %s", filter, err.message);
	return a;
}

static void sets_are_asked(unsigned count, int in_case)
{
	struct observation_set set;
	struct err err = ERR_INIT;
	store(count, &set);
	assert_int_equal(set.rows, count);
	assert_int_equal(set.in_case, in_case);
	case_again();
	assert_int_equal(observation_set_verify(the_case, &set, NULL), 0);
	assert_int_equal(ask("", 0, 0, 0, 0).rows, count);
	assert_int_equal(ask("artefact=evtx", 0, 0, 0, 0).rows, (count + 2) / 3);
	assert_int_equal(ask("-artefact=evtx", 0, 0, 0, 0).rows, count - (count + 2) / 3);
	assert_int_equal(ask("program~rar", 0, 0, 0, 0).rows, (count - 17 + 999) / 1000);
	assert_int_equal(ask("program=rar.exe|x", 0, 0, 0, 0).rows, (count - 17 + 999) / 1000);
	assert_int_equal(ask("program:", 0, 0, 0, 0).rows, (count - 17 + 999) / 1000);
	assert_int_equal(ask("path~請求書", 0, 0, 0, 0).rows, count / 3);
	assert_int_equal(ask("\"line 4242 \"", 0, 0, 0, 0).rows, 1);
	assert_int_equal(ask("time_of=recorded evidence=R1-E1", 0, 0, 5, 7).rows, 7);
	assert_int_equal(ask("artefact=nonesuch", 0, 0, 0, 0).rows, 0);
	/* a window leaves out what has no time */
	uint64_t in_window = ask("", T0, T0 + 500000000, 0, 0).rows;
	assert_true(in_window > count / 3 && in_window < count * 2 / 3);
	assert_int_equal(ask("", T0, INT64_MAX - 1, 0, 0).rows, count - (count - 5 + 96) / 97);
	/* by id, and the same id after a second run */
	struct answer one = ask("\"line 4242 \"", 0, 0, 0, 0);
	struct answer found = {.rows = 0};
	assert_int_equal(observation_find(the_case, one.id, count_row, &found, NULL), 0);
	assert_string_equal(found.id, one.id);
	assert_int_equal(observation_find(the_case, "o:0000000000000000", count_row, &found, &err), -1);
	assert_int_equal(err.code, ERR_NOT_FOUND);
	struct observation_set again;
	store(count, &again);
	assert_string_equal(again.sha256, set.sha256);
}

static void a_small_set_lies_in_the_case(void **state)
{
	(void)state;
	sets_are_asked(9000, 1);
	char *folder = xasprintf("%s.observations", case_path(the_case));
	assert_int_equal(access(folder, F_OK), -1);
	free(folder);
}

static char *container(const struct observation_set *set)
{
	return xasprintf("%s.observations/%s.gev", case_path(the_case), set->id);
}

static void a_large_set_lies_beside_it(void **state)
{
	(void)state;
	sets_are_asked(60000, 0);
	assert_int_equal(scratch_holds("System32/winevt"), 0); /* sealed */
}

static void damage_is_named_and_the_rest_is_given(void **state)
{
	(void)state;
	struct observation_set set;
	struct err err = ERR_INIT;
	store(60000, &set);
	char *path = container(&set);
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	int fd = open(path, O_RDWR);
	char byte;
	assert_int_equal(pread(fd, &byte, 1, st.st_size / 2), 1);
	byte ^= 1;
	assert_int_equal(pwrite(fd, &byte, 1, st.st_size / 2), 1);
	close(fd);
	assert_int_equal(observation_set_verify(the_case, &set, &err), -1);
	assert_int_equal(err.code, ERR_DAMAGED);
	assert_non_null(strstr(err.message, "block"));
	struct answer a = ask("", 0, 0, 0, 0);
	assert_int_equal(a.problems, 1);
	assert_true(a.rows > 40000 && a.rows < 60000);
	unlink(path);
	a = ask("", 0, 0, 0, 0);
	assert_int_equal(a.rows, 0);
	assert_int_equal(a.problems, 1);
	assert_non_null(strstr(a.text, "made again from the evidence"));
	free(path);
}

static size_t containers(void)
{
	char *folder = xasprintf("%s.observations", case_path(the_case));
	DIR *d = opendir(folder);
	size_t n = 0;
	for (struct dirent *entry; d && (entry = readdir(d)) != NULL;)
		n += entry->d_name[0] != '.';
	if (d)
		closedir(d);
	free(folder);
	return n;
}

static void nothing_half_stays(void **state)
{
	(void)state;
	struct observation_maker *m = observation_maker_new(the_case);
	struct observation_set set = {.source = "x"};
	struct buf fields = BUF_INIT;
	for (unsigned i = 0; i < 60000; i++) {
		struct observation o;
		made_row(i, &fields, &o);
		assert_int_equal(observation_maker_add_row(m, &o, NULL), 0);
	}
	assert_int_equal(observation_maker_seal(m, &set, NULL), 0);
	assert_int_equal(containers(), 1);
	char *path = container(&set);
	char *kept = xasprintf("%s.kept", path);
	assert_int_equal(link(path, kept), 0);
	observation_maker_free(m); /* cancelled before it was stored */
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(rename(kept, path), 0); /* as if it had been killed there */
	store(10, &set);
	assert_int_equal(containers(), 0);
	struct observation_set large;
	store(60000, &large);
	assert_int_equal(containers(), 1);
	struct action *a = action_begin(the_case, "purge", NULL);
	assert_int_equal(
	    action_add(a, "note", (struct assign[]){{"text", "purged"}}, 1, 0, (char[LABEL_TEXT]){""}, NULL), 0);
	assert_int_equal(observation_set_purge(the_case, large.id, NULL), 0);
	assert_int_equal(action_commit(a, NULL), 0);
	store(10, &set);
	assert_int_equal(containers(), 0);
	assert_int_equal(ask("", 0, 0, 0, 0).rows, 20);
	free(path);
	free(kept);
	buf_release(&fields);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, case_setup, case_teardown)

/* What is cut says so. */
static void a_long_value_is_cut_and_says_so(void **state)
{
	(void)state;
	static char value[40000];
	struct buf fields = BUF_INIT;
	memset(value, 'x', sizeof value);
	observation_field_n(&fields, "a", value, 32768);
	assert_int_equal(fields.len, 2 + 32768 + 1);
	buf_clear(&fields);
	observation_field_n(&fields, "a", value, sizeof value);
	assert_string_equal(fields.data + 2 + 32768, "\xE2\x80\xA6 (40000 bytes)");
	assert_int_equal(fields.len, 2 + 32768 + strlen(fields.data + 2 + 32768) + 1);
	buf_release(&fields);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_long_value_is_cut_and_says_so),
	    cmocka_unit_test(rows_are_packed_and_read_again),
	    cmocka_unit_test(times_are_put_into_words),
	    TEST(rows_beyond_memory_are_put_in_order),
	    TEST(a_small_set_lies_in_the_case),
	    TEST(a_large_set_lies_beside_it),
	    TEST(damage_is_named_and_the_rest_is_given),
	    TEST(nothing_half_stays),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
