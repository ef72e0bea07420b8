/*
 * Damage and attacks on a case file that lies still, and on one whose last
 * session ended without a close: flipped bits in every region, stale parts put
 * back, logs that are missing, swapped or cut.
 */
#include "help_vault.h"

#include "vault/layout.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int setup(void **state)
{
	(void)state;
	people_init();
	scratch_begin();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	scratch_end();
	return 0;
}

/* A case file and its log, as bytes. */
struct image {
	unsigned char *file, *log;
	size_t n, log_n;
};

static struct image image_of(const char *path)
{
	struct image i = {0};
	char *log = xasprintf("%s-wal", path);
	i.file = file_load(path, &i.n);
	if (file_exists(log))
		i.log = file_load(log, &i.log_n);
	free(log);
	return i;
}

static void image_free(struct image *i)
{
	free(i->file);
	free(i->log);
}

static void image_store(const struct image *i, const char *path)
{
	char *log = xasprintf("%s-wal", path);
	file_store(path, i->file, i->n);
	if (i->log)
		file_store(log, i->log, i->log_n);
	else
		unlink(log);
	free(log);
}

static void expect(const char *path, enum err_code code, const char *words)
{
	struct err err = ERR_INIT;
	for (int read_only = 0; read_only < 2; read_only++) { /* twice: the first attempt must not have laundered it */
		if (try_open(path, read_only ? VAULT_READ_ONLY : 0, &err) == 0)
			fail_msg("it opened; expected \"%s\"", words);
		if (err.code != code || !strstr(err.message, words))
			fail_msg("code %d: %s; expected \"%s\"", (int)err.code, err.message, words);
	}
}

static void make_table(struct vault *v, int rows)
{
	char *text = xasprintf("CREATE TABLE t(a INTEGER PRIMARY KEY, n INTEGER, b TEXT);"
	                       "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) "
	                       "INSERT INTO t SELECT i, 0, hex(randomblob(400)) FROM n",
	                       rows);
	sql(v, text);
	free(text);
}

/* A cleanly closed file of some 60 pages, in two states: `old`, then every row updated. */
static void two_states(const char *path, struct image *old, struct image *now)
{
	struct vault *v = new_vault(path);
	make_table(v, 240);
	close_vault(v);
	*old = image_of(path);
	v = open_vault(path, 0);
	sql(v, "UPDATE t SET n = n + 1");
	close_vault(v);
	*now = image_of(path);
	assert_int_equal(old->n, now->n);
}

static unsigned char *page_at(const struct image *i, uint32_t page)
{
	return i->file + layout_page_offset(page);
}

/* ---- flipped bits ---- */

static void test_flip_in_page(void **state)
{
	(void)state;
	const char *path = scratch_path("flip.genba");
	struct image old, now;
	two_states(path, &old, &now);
	static const int within[] = {0, 2000, PAGE_TEXT - 1, PAGE_TEXT, PAGE_TEXT + 23, PAGE_SIZE - 16, PAGE_SIZE - 1};
	for (size_t i = 0; i < sizeof within / sizeof *within; i++) {
		struct err err = ERR_INIT;
		int64_t page = 5;
		image_store(&now, path);
		file_flip(path, layout_page_offset((uint32_t)page) + within[i], 0x40);
		if (try_open(path, 0, &err) < 0) { /* a tag shows at once */
			assert_true(within[i] >= PAGE_SIZE - 16);
			assert_int_equal(err.code, ERR_DAMAGED);
			assert_non_null(strstr(err.message, "page 5 of"));
			continue;
		}
		struct vault *v = open_vault(path, 0); /* the rest when it is read */
		assert_int_equal(sqlite3_exec(vault_db(v), "SELECT sum(length(b)) FROM t", NULL, NULL, NULL) & 0xff,
		                 SQLITE_IOERR);
		assert_non_null(strstr(vault_last_fault(v), "page 5 of"));
		assert_int_equal(vault_last_fault_code(v), ERR_DAMAGED);
		assert_true(vault_check(v, NULL, NULL, NULL, NULL) >= 1);
		assert_int_equal(vault_check_pages(v, 1, 4, NULL, NULL), 0);
		assert_int_equal(vault_check_pages(v, 5, 1, NULL, NULL), 1);
		close_vault(v);
	}
	image_free(&old);
	image_free(&now);
}

/* SQLite reads page 1 while it opens. */
static void test_flip_in_first_page(void **state)
{
	(void)state;
	const char *path = scratch_path("flip1.genba");
	struct image old, now;
	two_states(path, &old, &now);
	image_store(&now, path);
	file_flip(path, layout_page_offset(1) + 200, 0x02);
	expect(path, ERR_DAMAGED, "page 1 of");
	image_free(&old);
	image_free(&now);
}

static void test_flip_in_header_or_anchor(void **state)
{
	(void)state;
	const char *path = scratch_path("flip2.genba");
	struct image old, now;
	two_states(path, &old, &now);
	static const int64_t offsets[] = {0, 9, 11, 20, 40, 200, 300, 7000, 8000, 8130, 8191};
	for (size_t i = 0; i < 2 * sizeof offsets / sizeof *offsets; i++) {
		int64_t offset = offsets[i / 2] + (i % 2 ? HEADER_SIZE : 0);
		image_store(&now, path);
		file_flip(path, offset, 1);
		struct vault *v = open_vault(path, VAULT_READ_ONLY);
		assert_int_equal(vault_report(v)->header_damaged, 1);
		assert_int_equal(vault_report(v)->header_used, i % 2 ? 'A' : 'B');
		assert_int_equal(sql_int(v, "SELECT sum(n) FROM t"), 240);
		close_vault(v);
		close_vault(open_vault(path, 0)); /* repairs it */
		struct image repaired = image_of(path);
		assert_memory_equal(repaired.file, now.file, 2 * HEADER_SIZE);
		image_free(&repaired);
		file_flip(path, offsets[i / 2], 1);
		file_flip(path, offsets[i / 2] + HEADER_SIZE, 1);
		struct err err = ERR_INIT;
		assert_int_equal(try_open(path, 0, &err), -1);
		assert_true(err.code == ERR_DAMAGED || offsets[i / 2] < 8);
	}
	static const int within[] = {0, 100, 480, 500, 511, 512, 4095};
	for (size_t i = 0; i < 2 * sizeof within / sizeof *within; i++) {
		image_store(&now, path);
		file_flip(path, ANCHOR_OFFSET + within[i / 2] + (i % 2 ? ANCHOR_SIZE : 0), 0x80);
		struct vault *v = open_vault(path, 0);
		assert_int_equal(vault_report(v)->anchor_damaged, 1);
		assert_int_equal(sql_int(v, "SELECT sum(n) FROM t"), 240);
		assert_int_equal(vault_check(v, NULL, NULL, NULL, NULL), 0);
		close_vault(v);
		v = open_vault(path, 0);
		assert_int_equal(vault_report(v)->anchor_damaged, 0);
		close_vault(v);
	}
	file_flip(path, ANCHOR_OFFSET + 3, 1);
	file_flip(path, ANCHOR_OFFSET + ANCHOR_SIZE + 3, 1);
	expect(path, ERR_DAMAGED, "both anchors");
	image_free(&old);
	image_free(&now);
}

/* ---- stale parts of a cleanly closed file ---- */

static void test_two_stale_pages(void **state)
{
	(void)state;
	const char *path = scratch_path("stale.genba");
	struct image old, now;
	two_states(path, &old, &now);
	memcpy(page_at(&now, 10), page_at(&old, 10), PAGE_SIZE);
	memcpy(page_at(&now, 11), page_at(&old, 11), PAGE_SIZE);
	image_store(&now, path);
	expect(path, ERR_DAMAGED, "earlier state");
	/* for salvage it opens, and says so */
	struct vault *v = open_vault(path, VAULT_READ_ONLY | VAULT_TOLERANT);
	assert_int_equal(vault_report(v)->damage, 1);
	assert_non_null(strstr(vault_report(v)->damage_text, "earlier state"));
	assert_int_equal(sql_int(v, "SELECT count(*) FROM t"), 240);
	close_vault(v);
	image_free(&old);
	image_free(&now);
}

static void test_moved_page(void **state)
{
	(void)state;
	const char *path = scratch_path("moved.genba");
	struct image old, now;
	two_states(path, &old, &now);
	unsigned char page[PAGE_SIZE];
	memcpy(page, page_at(&now, 10), PAGE_SIZE);
	memcpy(page_at(&now, 10), page_at(&now, 11), PAGE_SIZE);
	memcpy(page_at(&now, 11), page, PAGE_SIZE);
	image_store(&now, path);
	expect(path, ERR_DAMAGED, "page 10 of");
	memset(page_at(&now, 10), 0, PAGE_SIZE);
	image_store(&now, path);
	expect(path, ERR_DAMAGED, "page 10 of");
	image_free(&old);
	image_free(&now);
}

static void test_old_anchors(void **state)
{
	(void)state;
	const char *path = scratch_path("anchors.genba");
	struct image old, now;
	two_states(path, &old, &now);
	memcpy(now.file + ANCHOR_OFFSET, old.file + ANCHOR_OFFSET, 2 * ANCHOR_SIZE);
	image_store(&now, path);
	expect(path, ERR_DAMAGED, "earlier state");
	image_free(&old);
	image_free(&now);
}

/* ---- sessions that ended without a close ---- */

struct session {
	struct image start, /* closed */
	    early,          /* unclean: log with a few commits */
	    middle,         /* unclean: more commits in the same generation of the log */
	    late,           /* unclean: after checkpoints, a later generation */
	    closed;         /* closed again */
};

/* Images taken while the vault is open are what a kill leaves. */
static void record_session(const char *path, struct session *s)
{
	struct vault *v = new_vault(path);
	make_table(v, 240);
	close_vault(v);
	s->start = image_of(path);
	v = open_vault(path, 0);
	for (int i = 0; i < 3; i++)
		sql(v, "UPDATE t SET n = n + 1 WHERE a % 5 = 0");
	s->early = image_of(path);
	for (int i = 0; i < 3; i++)
		sql(v, "UPDATE t SET n = n + 1 WHERE a % 5 = 0");
	s->middle = image_of(path);
	sql(v, "UPDATE t SET n = n + 1");
	assert_int_equal(sqlite3_wal_checkpoint_v2(vault_db(v), NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL),
	                 SQLITE_OK);
	for (int i = 0; i < 3; i++)
		sql(v, "UPDATE t SET n = n + 1 WHERE a % 5 = 0");
	s->late = image_of(path);
	close_vault(v);
	s->closed = image_of(path);
}

static void session_free(struct session *s)
{
	image_free(&s->start);
	image_free(&s->early);
	image_free(&s->middle);
	image_free(&s->late);
	image_free(&s->closed);
}

static int64_t sum_of(const char *path)
{
	struct vault *v = open_vault(path, VAULT_READ_ONLY);
	int64_t sum = sql_int(v, "SELECT sum(n) FROM t");
	close_vault(v);
	return sum;
}

static void test_unclean_images_open(void **state)
{
	(void)state;
	const char *path = scratch_path("images.genba");
	struct session s;
	record_session(path, &s);
	const struct {
		const struct image *image;
		int64_t sum;
	} cases[] = {{&s.start, 0}, {&s.early, 144}, {&s.middle, 288}, {&s.late, 288 + 240 + 144}, {&s.closed, 672}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		image_store(cases[i].image, path);
		assert_int_equal(sum_of(path), cases[i].sum);
		close_vault(open_vault(path, 0));
		assert_int_equal(sum_of(path), cases[i].sum);
	}
	session_free(&s);
}

static void test_missing_and_swapped_log(void **state)
{
	(void)state;
	const char *path = scratch_path("log.genba");
	struct session s;
	record_session(path, &s);
	struct image bad = s.middle;
	bad.log = NULL;
	image_store(&bad, path);
	expect(path, ERR_DAMAGED, "missing");
	bad.log = s.middle.log;
	bad.log_n = 0; /* emptied */
	image_store(&bad, path);
	expect(path, ERR_DAMAGED, "missing or empty");
	bad.log = s.late.log; /* of a later generation */
	bad.log_n = s.late.log_n;
	image_store(&bad, path);
	expect(path, ERR_DAMAGED, "later state");
	bad = s.late;
	bad.log = s.middle.log; /* of an earlier one */
	bad.log_n = s.middle.log_n;
	image_store(&bad, path);
	expect(path, ERR_DAMAGED, "earlier log");
	bad = s.start;
	bad.log = s.middle.log; /* beside the file as it was before */
	bad.log_n = s.middle.log_n;
	image_store(&bad, path);
	expect(path, ERR_DAMAGED, "later state");
	/* an old log beside the closed file is known as such, and does nothing */
	bad = s.closed;
	bad.log = s.middle.log;
	bad.log_n = s.middle.log_n;
	image_store(&bad, path);
	struct vault *v = open_vault(path, 0);
	assert_int_equal(vault_report(v)->wal_ignored, 1);
	assert_int_equal(sql_int(v, "SELECT sum(n) FROM t"), 672);
	close_vault(v);
	/* another case's log */
	struct session other;
	record_session(scratch_path("otherlog.genba"), &other);
	bad.log = other.middle.log;
	bad.log_n = other.middle.log_n;
	image_store(&bad, path);
	struct err err = ERR_INIT;
	assert_int_equal(try_open(path, 0, &err), -1);
	assert_non_null(strstr(err.message, "not the log of this file"));
	bad = s.middle;
	bad.log = other.middle.log;
	bad.log_n = other.middle.log_n;
	image_store(&bad, path);
	expect(path, ERR_DAMAGED, "does not authenticate");
	session_free(&other);
	session_free(&s);
}

/* A kill in a checkpoint, and its log gone, cut or unreadable besides: what salvage opens, and nothing else does. */
static void test_salvage_of_a_checkpoint_without_its_log(void **state)
{
	(void)state;
	const char *path = scratch_path("salvage.genba");
	struct vault *v = new_vault(path);
	make_table(v, 240);
	close_vault(v);
	v = open_vault(path, 0);
	for (int i = 0; i < 3; i++)
		sql(v, "UPDATE t SET n = n + 1 WHERE a % 5 = 0");
	assert_int_equal(sqlite3_wal_checkpoint_v2(vault_db(v), NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL),
	                 SQLITE_OK);
	struct image whole = image_of(path);
	close_vault(v);
	const size_t kept[] = {0, WAL_HEADER, WAL_HEADER + FRAME_SIZE, WAL_HEADER + 2 * FRAME_SIZE + 100};
	for (size_t i = 0; i <= sizeof kept / sizeof *kept; i++) {
		struct image bad = whole;
		bad.log_n = i < sizeof kept / sizeof *kept ? kept[i] : 0;
		bad.log = i < sizeof kept / sizeof *kept ? whole.log : NULL;
		assert_true(bad.log_n < whole.log_n);
		image_store(&bad, path);
		expect(path, ERR_DAMAGED, "log");
		v = open_vault(path, VAULT_READ_ONLY | VAULT_TOLERANT);
		assert_true(vault_report(v)->damage > 0);
		assert_int_equal(sql_int(v, "SELECT count(*) FROM t"), 240);
		close_vault(v);
	}
	image_free(&whole);
}

static void test_cut_log(void **state)
{
	(void)state;
	const char *path = scratch_path("cutlog.genba");
	struct session s;
	record_session(path, &s);
	/* back to an earlier commit of its own generation: the anchor knows of more */
	struct image bad = s.middle;
	bad.log = s.early.log;
	bad.log_n = s.early.log_n;
	image_store(&bad, path);
	expect(path, ERR_DAMAGED, "missing");
	/* a few frames off the end */
	bad = s.middle;
	for (size_t off = 1; off < 3 * FRAME_SIZE; off += 997) {
		bad.log_n = s.middle.log_n - off;
		image_store(&bad, path);
		expect(path, ERR_DAMAGED, "frame");
	}
	session_free(&s);
}

static void test_flip_in_log(void **state)
{
	(void)state;
	const char *path = scratch_path("fliplog.genba"), *log = scratch_path("fliplog.genba-wal");
	struct session s;
	record_session(path, &s);
	for (int64_t offset = WAL_HEADER + 5; offset < (int64_t)s.middle.log_n; offset += FRAME_SIZE * 3 / 2) {
		image_store(&s.middle, path);
		file_flip(log, offset, 0x10);
		expect(path, ERR_DAMAGED, "frame");
	}
	/* the log's own header only names the file, for people: it is not needed */
	image_store(&s.middle, path);
	file_flip(log, 9, 0x10);
	assert_int_equal(sum_of(path), 288);
	session_free(&s);
}

/* Older anchors, the older log and 40 stale pages together, on a closed and on a crashed case. */
static void test_everything_older_but_not_all(void **state)
{
	(void)state;
	const char *path = scratch_path("together.genba");
	struct session s;
	record_session(path, &s);
	const struct image *targets[] = {&s.closed, &s.late};
	for (size_t t = 0; t < 2; t++) {
		for (int with_header = 0; with_header < 2; with_header++) {
			struct image bad = *targets[t];
			bad.file = malloc(bad.n);
			memcpy(bad.file, targets[t]->file, bad.n);
			memcpy(bad.file + ANCHOR_OFFSET, s.middle.file + ANCHOR_OFFSET, 2 * ANCHOR_SIZE);
			if (with_header)
				memcpy(bad.file, s.middle.file, ANCHOR_OFFSET);
			for (uint32_t page = 3; page < 43; page++)
				memcpy(page_at(&bad, page), page_at(&s.middle, page), PAGE_SIZE);
			bad.log = s.middle.log;
			bad.log_n = s.middle.log_n;
			image_store(&bad, path);
			expect(path, ERR_DAMAGED, "earlier state");
			free(bad.file);
		}
	}
	session_free(&s);
}

/* ---- while the case is open ---- */

static void test_replaced_while_open(void **state)
{
	(void)state;
	const char *path = scratch_path("live.genba");
	struct image old, now;
	two_states(path, &old, &now);
	struct vault *v = open_vault(path, 0);
	FILE *f = fopen(path, "r+b");
	assert_non_null(f);
	assert_int_equal(fseek(f, (long)layout_page_offset(10), SEEK_SET), 0);
	assert_int_equal(fwrite(page_at(&old, 10), PAGE_SIZE, 1, f), 1);
	fclose(f);
	assert_int_equal(sqlite3_exec(vault_db(v), "SELECT sum(length(b)) FROM t", NULL, NULL, NULL) & 0xff,
	                 SQLITE_IOERR);
	assert_non_null(strstr(vault_last_fault(v), "page 10 of"));
	assert_non_null(strstr(vault_last_fault(v), "replaced while the case was open"));
	assert_int_equal(vault_check_pages(v, 10, 1, NULL, NULL), 1);
	close_vault(v);
	image_free(&old);
	image_free(&now);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_flip_in_page),
	    cmocka_unit_test(test_flip_in_first_page),
	    cmocka_unit_test(test_flip_in_header_or_anchor),
	    cmocka_unit_test(test_two_stale_pages),
	    cmocka_unit_test(test_moved_page),
	    cmocka_unit_test(test_old_anchors),
	    cmocka_unit_test(test_unclean_images_open),
	    cmocka_unit_test(test_missing_and_swapped_log),
	    cmocka_unit_test(test_salvage_of_a_checkpoint_without_its_log),
	    cmocka_unit_test(test_cut_log),
	    cmocka_unit_test(test_flip_in_log),
	    cmocka_unit_test(test_everything_older_but_not_all),
	    cmocka_unit_test(test_replaced_while_open),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
