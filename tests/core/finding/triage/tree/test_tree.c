/* Trees: a collector's zip through the cage, with a log in it, a damaged entry, one of an unknown method and one that is
 * encrypted. */
#include "core/case/help_case.h"
#include "core/finding/triage/help_evtx.h"

#include "base/worker/worker.h"
#include "finding/triage/look.h"
#include "finding/triage/tree/tree_once.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const logon[] = {"TargetUserName", "tanaka", "IpAddress", "192.0.2.7", NULL};

static const struct made_event a_logon = {.provider = "Microsoft-Windows-Security-Auditing",
                                          .id = 4624,
                                          .channel = "Security",
                                          .computer = "HR-PC-03",
                                          .data = logon};

struct made_zip {
	struct buf file;
	struct buf central;
	unsigned entries;
};

static void put(struct buf *b, unsigned value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		buf_addc(b, (char)(value >> (8 * i)));
}

static void zip_add(struct made_zip *z, const char *name, const void *bytes, size_t n, unsigned method, unsigned flags)
{
	size_t local = z->file.len;
	for (int central = 0; central < 2; central++) {
		struct buf *b = central ? &z->central : &z->file;
		buf_add(b, central ? "PK\1\2" : "PK\3\4", 4);
		put(b, 20, central ? 4 : 2);
		put(b, flags, 2);
		put(b, method, 2);
		put(b, 12 << 11 | 30 << 5, 2);     /* 12:30:00 */
		put(b, 46 << 9 | 11 << 5 | 20, 2); /* 2026-11-20 */
		put(b, 0, 4);
		put(b, (unsigned)n, 4);
		put(b, (unsigned)n, 4);
		put(b, (unsigned)strlen(name), 2);
		put(b, 0, 2);
		if (central) {
			put(b, 0, 4); /* no comment, disk 0, attributes */
			put(b, 0, 4);
			put(b, 0, 2);
			put(b, (unsigned)local, 4);
		}
		buf_adds(b, name);
		if (!central)
			buf_add(b, bytes, n);
	}
	z->entries++;
}

static char *zip_write(struct made_zip *z, const char *name, size_t cut)
{
	size_t at = z->file.len;
	buf_add(&z->file, z->central.data, z->central.len);
	buf_add(&z->file, "PK\5\6\0\0\0\0", 8);
	put(&z->file, z->entries, 2);
	put(&z->file, z->entries, 2);
	put(&z->file, (unsigned)z->central.len, 4);
	put(&z->file, (unsigned)at, 4);
	put(&z->file, 0, 2);
	char *path = xasprintf("%s/%s", scratch, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, z->file.data, z->file.len - cut), (ssize_t)(z->file.len - cut));
	close(fd);
	buf_release(&z->file);
	buf_release(&z->central);
	return path;
}

struct tree_seen {
	unsigned files;
	unsigned events;
	unsigned problems;
	int64_t modified;
	struct buf paths;
	struct buf reasons;
};

static int see_row(void *ctx, const struct observation *o, const char *sha256, struct err *err)
{
	struct tree_seen *s = ctx;
	(void)sha256;
	(void)err;
	if (o->artefact == OBSERVATION_file) {
		s->files++;
		s->modified = o->when;
		assert_int_equal(o->clock, OBSERVATION_CLOCK_local);
	} else if (s->events++ == 0) {
		buf_adds(&s->paths, o->path);
	}
	return 0;
}

static int see_problem(void *ctx, const char *path, uint64_t offset, const char *reason, struct err *err)
{
	struct tree_seen *s = ctx;
	(void)offset;
	(void)err;
	s->problems++;
	buf_addf(&s->reasons, "%s: %s\n", path, reason);
	return 0;
}

static void look_at(const char *path, struct tree_seen *s)
{
	struct err err = ERR_INIT;
	struct triage_looked looked;
	*s = (struct tree_seen){.paths = BUF_INIT, .reasons = BUF_INIT};
	struct triage_look look = {.path = path, .row = see_row, .problem = see_problem, .ctx = s};
	if (triage_look(&look, &looked, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(looked.rows, s->files + s->events);
	triage_looked_release(&looked);
}

static void a_zip_is_read(void **state)
{
	(void)state;
	struct made_log l;
	struct made_zip z = {.file = BUF_INIT, .central = BUF_INIT};
	struct tree_seen s;
	made_log_begin(&l, 1000);
	for (unsigned i = 0; i < 20; i++)
		made_log_add(&l, &a_logon);
	made_log_end(&l);
	const char *log = "uploads/auto/C%3A/Windows/System32/winevt/Logs/Security.evtx";
	zip_add(&z, "locked.evtx", "xx", 2, 0, 1);
	zip_add(&z, "odd.evtx", "xx", 2, 12, 0);
	zip_add(&z, "bad.evtx", "\xff\xff\xff", 3, 8, 0);
	zip_add(&z, log, l.file.data, l.file.len, 0, 0);
	char *path = zip_write(&z, "host.zip", 0);
	look_at(path, &s);
	assert_int_equal(s.files, 4);
	assert_int_equal(s.events, 20);
	assert_int_equal(s.modified, observation_from_unix(1795177800, 0)); /* 2026-11-20T12:30:00 */
	assert_string_equal(s.paths.data, "uploads/auto/C:/Windows/System32/winevt/Logs/Security.evtx");
	assert_int_equal(s.problems, 3);
	assert_non_null(strstr(s.reasons.data, "locked.evtx: not covered: it is encrypted"));
	assert_non_null(strstr(s.reasons.data, "odd.evtx: not covered: it is packed by method 12"));
	assert_non_null(strstr(s.reasons.data, "bad.evtx: could not be parsed: the entry of the zip is damaged"));
	buf_release(&s.paths);
	buf_release(&s.reasons);
	free(path);
	/* what was altered since it was packed is read, and told */
	z = (struct made_zip){.file = BUF_INIT, .central = BUF_INIT};
	zip_add(&z, log, l.file.data, l.file.len, 0, 0);
	memcpy(z.central.data + 16, "\1\2\3\4", 4); /* its checksum */
	path = zip_write(&z, "altered.zip", 0);
	look_at(path, &s);
	assert_int_equal(s.events, 20);
	assert_int_equal(s.problems, 1);
	assert_non_null(strstr(s.reasons.data, "its checksum is not that of what it holds"));
	buf_release(&s.paths);
	buf_release(&s.reasons);
	free(path);
	made_log_release(&l);
}

static void what_has_no_end_is_told(void **state)
{
	(void)state;
	struct made_zip z = {.file = BUF_INIT, .central = BUF_INIT};
	struct tree_seen s;
	zip_add(&z, "a.txt", "x", 1, 0, 0);
	char *path = zip_write(&z, "cut.zip", 10);
	look_at(path, &s);
	assert_int_equal(s.files, 1); /* by its own head */
	assert_int_equal(s.problems, 1);
	assert_non_null(strstr(s.reasons.data, "not covered: the zip has no end: it was cut off, or is none; 1 file"));
	buf_release(&s.paths);
	buf_release(&s.reasons);
	free(path);
}

static void add_file(struct buf *rows, const char *path, int64_t when, uint64_t offset, const char *fields)
{
	struct observation o = {.when = when,
	                        .offset = offset,
	                        .artefact = OBSERVATION_file,
	                        .path = path,
	                        .fields = fields,
	                        .fields_size = strlen(fields) + 1};
	assert_int_equal(observation_pack(&o, rows, NULL), 0);
}

static void a_shadow_copy_tells_what_the_volume_does_not(void **state)
{
	(void)state;
	struct tree_once *once = tree_once_new();
	struct buf live = BUF_INIT;
	struct buf shadow = BUF_INIT;
	struct buf fresh = BUF_INIT;
	struct observation o;
	size_t size;
	add_file(&live, "vol2:/Users/a", 7, 1, "size=1");
	add_file(&live, "vol2:/Users/b", 7, 2, "size=1");
	add_file(&shadow, "vol2:vss1:/Users/a", 7, 99, "size=1"); /* the same, elsewhere */
	add_file(&shadow, "vol2:vss1:/Users/b", 7, 2, "size=2");
	add_file(&shadow, "vol2:vss1:/Users/c", 7, 3, "size=1");
	tree_once_rows(once, live.data, live.len, NULL);
	tree_once_rows(once, shadow.data, shadow.len, &fresh);
	assert_int_equal(observation_unpack(fresh.data, fresh.len, &o, &size, NULL), 1);
	assert_string_equal(o.path, "vol2:vss1:/Users/b");
	size_t first = size;
	assert_int_equal(observation_unpack(fresh.data + first, fresh.len - first, &o, &size, NULL), 1);
	assert_string_equal(o.path, "vol2:vss1:/Users/c");
	assert_int_equal(first + size, fresh.len);
	/* and an older copy does not tell it again */
	buf_clear(&fresh);
	tree_once_rows(once, shadow.data, shadow.len, &fresh);
	assert_int_equal(fresh.len, 0);
	json_t *object = observation_json(&o, "", "", "disk.dd");
	assert_string_equal(json_string_value(json_object_get(object, "volume")), "vol2:vss1");
	assert_string_equal(json_string_value(json_object_get(object, "path")), "Users/c");
	json_decref(object);
	for (unsigned i = 0; i < 100000; i++) { /* more than there was room for */
		buf_clear(&live);
		add_file(&live, "x", (int64_t)i + 1000, i, "size=1");
		buf_clear(&fresh);
		tree_once_rows(once, live.data, live.len, &fresh);
		assert_int_equal(fresh.len, live.len);
	}
	buf_release(&live);
	buf_release(&shadow);
	buf_release(&fresh);
	tree_once_free(once);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, case_setup, case_teardown)

extern const struct worker_job tree_job;

int main(int argc, char **argv)
{
	const struct worker_job *const jobs[] = {&tree_job, NULL};
	worker_main(argc, argv, jobs);
	const struct CMUnitTest tests[] = {
	    TEST(a_zip_is_read),
	    TEST(what_has_no_end_is_told),
	    cmocka_unit_test(a_shadow_copy_tells_what_the_volume_does_not),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
