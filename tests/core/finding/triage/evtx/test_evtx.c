/* Event logs: what a row says, and what is given of a log that is damaged, cut, or made to hurt. */
#include "core/case/help_case.h"
#include "help_evtx.h"

#include "base/bytes.h"
#include "finding/triage/parsers.h"

#include <stdlib.h>
#include <string.h>

static const char *const logon[] = {"TargetUserName", "山田", "IpAddress", "192.0.2.7", "Empty", "", NULL};
static const char *const unnamed[] = {"", "first", "", "second", NULL};
static const char *const cleared[] = {"SubjectUserName", "attacker", NULL};

static const struct made_event a_logon = {.provider = "Microsoft-Windows-Security-Auditing",
                                          .id = 4624,
                                          .channel = "Security",
                                          .computer = "HR-PC-03",
                                          .data = logon};

/* ---- parsing in this process */

struct rows {
	struct buf bytes;
	uint64_t count;
	json_t *facts;
	json_t *problems;
	char failed[256];
};

static int keep(void *ctx, const void *bytes, size_t n, struct err *err)
{
	struct rows *r = ctx;
	struct observation o;
	size_t size;
	(void)err;
	for (size_t at = 0; at < n; at += size) {
		assert_int_equal(observation_unpack((const char *)bytes + at, n - at, &o, &size, NULL), 1);
		r->count++;
	}
	buf_add(&r->bytes, bytes, n);
	return 0;
}

struct memory {
	const char *bytes;
	size_t n;
};

static int read_memory(void *ctx, uint64_t offset, void *bytes, size_t n, struct err *err)
{
	const struct memory *m = ctx;
	if (offset > m->n || n > m->n - offset)
		return err_set(err, ERR_FAILED, "beyond the end");
	memcpy(bytes, m->bytes + offset, n);
	return 0;
}

static int recover; /* what lies in slack is asked for, too */

static struct rows parse(const void *bytes, size_t n)
{
	struct rows r = {.bytes = BUF_INIT};
	struct memory memory = {bytes, n};
	struct triage_file file = {
	    .path = "Logs/Security.evtx", .size = n, .read = read_memory, .ctx = &memory, .recover = recover};
	struct triage_done done;
	assert_int_equal(triage_parse(triage_parser_find("evtx"), &file, keep, &r, &done, NULL), 0);
	assert_int_equal(done.rows, r.count);
	r.facts = json_incref(done.facts);
	r.problems = json_incref(done.problems);
	snprintf(r.failed, sizeof r.failed, "%.200s", done.failed.message);
	triage_done_release(&done);
	return r;
}

static void rows_release(struct rows *r)
{
	buf_release(&r->bytes);
	json_decref(r->facts);
	json_decref(r->problems);
}

static struct observation row(const struct rows *r, size_t i)
{
	struct observation o = {.when = 0};
	size_t size = 0;
	size_t at = 0;
	do {
		at += size;
		assert_int_equal(observation_unpack(r->bytes.data + at, r->bytes.len - at, &o, &size, NULL), 1);
	} while (i-- > 0);
	return o;
}

static const char *reason(const struct rows *r, size_t i)
{
	const char *text = json_string_value(json_object_get(json_array_get(r->problems, i), "reason"));
	return text ? text : "";
}

static void make(struct made_log *l, const struct made_event *e, unsigned count)
{
	made_log_begin(l, 1000);
	for (unsigned i = 0; i < count; i++)
		made_log_add(l, e);
	made_log_end(l);
}

static void a_record_becomes_a_row(void **state)
{
	(void)state;
	struct made_log l;
	char when[32];
	make(&l, &a_logon, 3);
	struct rows r = parse(l.file.data, l.file.len);
	assert_int_equal(r.count, 3);
	assert_int_equal(json_array_size(r.problems), 0);
	struct observation o = row(&r, 1);
	observation_when(o.when, when);
	assert_string_equal(when, "2023-11-16T17:17:01.0000000Z");
	assert_int_equal(o.offset, made_log_record(&l, 1));
	assert_int_equal(o.artefact, OBSERVATION_evtx);
	assert_int_equal(o.clock, OBSERVATION_CLOCK_utc);
	assert_int_equal(o.time_of, OBSERVATION_TIME_recorded);
	assert_string_equal(o.path, "Logs/Security.evtx");
	assert_string_equal(observation_value(&o, "event_id"), "4624");
	assert_string_equal(observation_value(&o, "provider"), "Microsoft-Windows-Security-Auditing");
	assert_string_equal(observation_value(&o, "channel"), "Security");
	assert_string_equal(observation_value(&o, "computer"), "HR-PC-03");
	assert_string_equal(observation_value(&o, "record"), "1001");
	assert_string_equal(observation_value(&o, "event_record_id"), "1001");
	assert_string_equal(observation_value(&o, "data.TargetUserName"), "山田");
	assert_string_equal(observation_value(&o, "data.IpAddress"), "192.0.2.7");
	assert_null(observation_value(&o, "data.Empty"));
	assert_null(observation_value(&o, "xmlns"));
	assert_null(observation_value(&o, "written"));
	json_t *channels = json_object_get(r.facts, "channels");
	assert_int_equal(json_integer_value(json_object_get(channels, "Security")), 3);
	assert_int_equal(json_integer_value(json_object_get(r.facts, "first_record")), 1000);
	assert_int_equal(json_integer_value(json_object_get(r.facts, "missing")), 0);
	rows_release(&r);
	made_log_release(&l);
}

static void every_shape_of_data_is_read(void **state)
{
	(void)state;
	struct made_log l;
	struct made_event e = a_logon;
	made_log_begin(&l, 1);
	e.nested = 1;
	made_log_add(&l, &e);
	e.nested = 0;
	e.bare = 1;
	made_log_add(&l, &e);
	made_log_add(&l,
	             &(struct made_event){.provider = "P", .id = 1, .channel = "C", .computer = "H", .data = unnamed});
	made_log_add(&l, &(struct made_event){.provider = "Microsoft-Windows-Eventlog",
	                                      .id = 1102,
	                                      .channel = "Security",
	                                      .computer = "H",
	                                      .user_data = "LogFileCleared",
	                                      .data = cleared});
	made_log_end(&l);
	struct rows r = parse(l.file.data, l.file.len);
	assert_int_equal(r.count, 4);
	assert_int_equal(json_array_size(r.problems), 0);
	for (size_t i = 0; i < 2; i++) {
		struct observation o = row(&r, i);
		assert_string_equal(observation_value(&o, "event_id"), "4624");
		assert_string_equal(observation_value(&o, "data.TargetUserName"), "山田");
		assert_string_equal(observation_value(&o, "channel"), "Security");
	}
	struct observation o = row(&r, 1); /* its time is text */
	char when[32];
	observation_when(o.when, when);
	assert_string_equal(when, "2023-11-17T18:53:41.5000000Z");
	assert_string_equal(observation_value(&o, "written"), "2023-11-16T17:00:22.0000000Z");
	o = row(&r, 2);
	assert_string_equal(observation_value(&o, "data.Data"), "first");
	assert_string_equal(observation_value(&o, "data.Data_2"), "second");
	o = row(&r, 3);
	assert_string_equal(observation_value(&o, "data.LogFileCleared.SubjectUserName"), "attacker");
	rows_release(&r);
	made_log_release(&l);
}

/* ---- damage */

static void what_is_not_trusted_is_read_all_the_same(void **state)
{
	(void)state;
	struct made_log l;
	make(&l, &a_logon, 20);
	/* the end of the records is wrong: 0, and before the last ones */
	for (int i = 0; i < 2; i++) {
		bytes_put_le32(l.file.data + 4096 + 48, i ? 600 : 0);
		struct rows r = parse(l.file.data, l.file.len);
		assert_int_equal(r.count, 20);
		assert_int_equal(json_array_size(r.problems), 1); /* the header's checksum */
		rows_release(&r);
	}
	made_log_release(&l);
	/* the number of chunks, and the file's header itself */
	make(&l, &a_logon, 900);
	assert_true(l.chunks > 1);
	bytes_put_le16(l.file.data + 42, 1);
	made_log_sum(l.file.data, 0);
	struct rows r = parse(l.file.data, l.file.len);
	assert_int_equal(r.count, 900);
	assert_int_equal(json_array_size(r.problems), 0);
	rows_release(&r);
	memset(l.file.data, 'x', 4096);
	r = parse(l.file.data, l.file.len);
	assert_int_equal(r.count, 900);
	assert_int_equal(json_array_size(r.problems), 1);
	rows_release(&r);
	/* chunks alone, as they are carved */
	r = parse(l.file.data + 4096, l.file.len - 4096);
	assert_int_equal(r.count, 900);
	rows_release(&r);
	made_log_release(&l);
}

static void records_before_and_behind_a_damaged_one_are_given(void **state)
{
	(void)state;
	struct made_log l;
	make(&l, &a_logon, 20);
	size_t at = made_log_record(&l, 7);
	bytes_put_le32(l.file.data + at + 4, 0); /* its size */
	struct rows r = parse(l.file.data, l.file.len);
	assert_int_equal(r.count, 19);
	assert_int_equal(json_array_size(r.problems), 2);
	assert_non_null(strstr(reason(&r, 0), "checksum"));
	assert_int_equal(json_integer_value(json_object_get(json_array_get(r.problems, 1), "offset")), at);
	assert_int_equal(json_integer_value(json_object_get(r.facts, "missing")), 1);
	rows_release(&r);
	/* a chunk whose header is damaged too, and says that the records end before they do */
	for (int i = 0; i < 2; i++) {
		bytes_put_le32(l.file.data + 4096 + 44, i == 0 ? 0 : 512);
		bytes_put_le32(l.file.data + 4096 + 48, i == 0 ? 0 : 600);
		r = parse(l.file.data, l.file.len);
		assert_int_equal(r.count, 19);
		assert_int_equal(json_integer_value(json_object_get(r.facts, "missing")), 1);
		assert_int_equal(json_integer_value(json_object_get(json_array_get(r.problems, 1), "offset")), at);
		rows_release(&r);
	}
	/* cut in a record */
	r = parse(l.file.data, made_log_record(&l, 5) + 20);
	assert_int_equal(r.count, 5);
	assert_true(json_array_size(r.problems) >= 1);
	rows_release(&r);
	/* nothing but a header; nothing at all */
	r = parse(l.file.data, 4096);
	assert_int_equal(r.count, 0);
	rows_release(&r);
	r = parse(l.file.data, 0);
	assert_int_equal(r.count, 0);
	assert_string_not_equal(r.failed, "");
	rows_release(&r);
	made_log_release(&l);
}

static void what_an_older_chunk_left_is_no_record(void **state)
{
	(void)state;
	struct made_log old;
	struct made_log l;
	make(&l, &a_logon, 3);
	made_log_begin(&old, 500);
	for (int i = 0; i < 40; i++)
		made_log_add(&old, &a_logon);
	made_log_end(&old);
	size_t end = bytes_le32(l.file.data + 4096 + 48);
	memcpy(l.file.data + 4096 + end, old.file.data + 4096 + end, 65536 - end);
	struct rows r = parse(l.file.data, l.file.len);
	assert_int_equal(r.count, 3);
	assert_int_equal(json_array_size(r.problems), 0);
	rows_release(&r);
	/* asked for, they are given as recovered, and the log's numbers and times are its own */
	recover = 1;
	r = parse(l.file.data, l.file.len);
	recover = 0;
	assert_true(r.count > 30);
	for (size_t i = 0; i < r.count; i++) {
		struct observation o = row(&r, i);
		assert_int_equal((o.flags & OBSERVATION_RECOVERED) != 0, i >= 3);
	}
	assert_int_equal(json_integer_value(json_object_get(r.facts, "records")), 3);
	assert_int_equal(json_integer_value(json_object_get(r.facts, "first_record")), 1000);
	assert_int_equal(json_array_size(r.problems), 0);
	rows_release(&r);
	/* what is left may have numbers that follow on, as in a log that was exported */
	struct made_log near;
	made_log_begin(&near, 1001);
	for (int i = 0; i < 40; i++)
		made_log_add(&near, &a_logon);
	made_log_end(&near);
	memcpy(l.file.data + 4096 + end, near.file.data + 4096 + end, 65536 - end);
	memset(l.file.data + 4096 + end, 'x', 40);
	r = parse(l.file.data, l.file.len);
	assert_int_equal(r.count, 3);
	assert_int_equal(json_array_size(r.problems), 0);
	rows_release(&r);
	memcpy(l.file.data + 4096 + end, old.file.data + 4096 + end, 65536 - end);
	made_log_release(&near);
	/* but a log that was open when it was taken: its chunk's header is older than its records, whose numbers go on */
	bytes_put_le32(l.file.data + 4096 + 44, 512);
	bytes_put_le32(l.file.data + 4096 + 48, (uint32_t)(made_log_record(&l, 1) - 4096));
	r = parse(l.file.data, l.file.len);
	assert_int_equal(r.count, 3);
	rows_release(&r);
	made_log_release(&l);
	made_log_release(&old);
}

static void any_byte_may_be_wrong(void **state)
{
	(void)state;
	struct made_log l;
	struct made_event e = a_logon;
	made_log_begin(&l, 1);
	made_log_add(&l, &a_logon);
	e.nested = 1;
	made_log_add(&l, &e);
	e.bare = 1;
	made_log_add(&l, &e);
	size_t end = 4096 + l.chunk.len;
	made_log_end(&l);
	char *copy = malloc(l.file.len);
	uint64_t rows = 0;
	for (size_t i = 4096; i < end; i++) {
		memcpy(copy, l.file.data, l.file.len);
		copy[i] = (char)(copy[i] ^ (i % 3 == 0 ? 0xFF : i % 3 == 1 ? 0x01 : 0x80));
		struct rows r = parse(copy, l.file.len);
		rows += r.count;
		rows_release(&r);
	}
	for (size_t n = 4096; n < end; n += 3) {
		struct rows r = parse(l.file.data, n);
		assert_true(r.count <= 3);
		rows_release(&r);
	}
	assert_true(rows > (end - 4096) * 2); /* one wrong byte costs one record at most, nearly always */
	free(copy);
	made_log_release(&l);
}

/* A template whose fields all show the same long value. */
static void a_log_made_to_grow_has_an_end(void **state)
{
	(void)state;
	struct made_log l;
	char *text = calloc(1, 16001);
	memset(text, 'A', 16000);
	const char *const data[] = {"x", text, NULL};
	struct made_event e = a_logon;
	e.data = data;
	make(&l, &e, 1);
	/* the template of the record, with its last tokens made into a thousand substitutions of the long value */
	size_t at = made_log_record(&l, 0) + 24 + 4 + 10;
	size_t size = bytes_le32(l.file.data + at + 20);
	char *tokens = l.file.data + at + 24;
	bytes_put_le32(l.file.data + at + 20, (uint32_t)size);
	for (size_t i = 40; i + 4 < size; i += 4)
		memcpy(tokens + i, "\x0E\x04\x00\x01", 4);
	struct rows r = parse(l.file.data, l.file.len);
	assert_true(r.count <= 1);
	assert_true(r.bytes.len < OBSERVATION_ROW);
	rows_release(&r);
	free(text);
	made_log_release(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_record_becomes_a_row),
	    cmocka_unit_test(every_shape_of_data_is_read),
	    cmocka_unit_test(what_is_not_trusted_is_read_all_the_same),
	    cmocka_unit_test(records_before_and_behind_a_damaged_one_are_given),
	    cmocka_unit_test(what_an_older_chunk_left_is_no_record),
	    cmocka_unit_test(any_byte_may_be_wrong),
	    cmocka_unit_test(a_log_made_to_grow_has_an_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
