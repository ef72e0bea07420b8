/* Opening, closing, locking, what is refused: a case file as its user meets it. */
#include "help_vault.h"

#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
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

#define SECRET_TEXT "The cook heard it first: 隔離"

static void fill(struct vault *v, int rows)
{
	char text[256];
	snprintf(text, sizeof text,
	         "CREATE TABLE IF NOT EXISTS note(id INTEGER PRIMARY KEY, text TEXT);"
	         "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) "
	         "INSERT INTO note(text) SELECT '" SECRET_TEXT "' || i FROM n",
	         rows);
	sql(v, text);
}

static void test_round_trip(void **state)
{
	(void)state;
	const char *path = scratch_path("round.genba"), *log = scratch_path("round.genba-wal");
	struct vault *v = new_vault(path);
	fill(v, 5000);
	assert_true(file_exists(log));
	close_vault(v);
	assert_false(file_exists(log));
	for (int i = 0; i < 3; i++) {
		v = open_vault(path, 0);
		const struct vault_report *r = vault_report(v);
		assert_int_equal(r->signature, VAULT_SIGNED_GOOD);
		assert_memory_equal(r->signer, alice.public_key, 32);
		assert_false(r->header_damaged || r->anchor_damaged || r->unclean || r->header_stale || r->wal_ignored);
		assert_int_equal(sql_int(v, "SELECT count(*) FROM note"), 5000 + i);
		sql(v, "INSERT INTO note(text) VALUES('more')");
		assert_int_equal(sql_int(v, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"),
		                 1);
		close_vault(v);
	}
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void test_settings(void **state)
{
	(void)state;
	struct vault *v = new_vault(scratch_path("settings.genba"));
	assert_int_equal(sql_int(v, "SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'"), 1);
	assert_int_equal(sql_int(v, "PRAGMA synchronous"), 2);
	assert_int_equal(sql_int(v, "PRAGMA temp_store"), 2);
	assert_int_equal(sql_int(v, "PRAGMA cache_size"), -65536);
	assert_int_equal(sql_int(v, "PRAGMA trusted_schema"), 0);
	assert_int_equal(sql_int(v, "PRAGMA cell_size_check"), 1);
	assert_int_equal(sql_int(v, "PRAGMA page_size"), 4096);
	assert_int_not_equal(sqlite3_exec(vault_db(v), "PRAGMA journal_mode=DELETE", NULL, NULL, NULL), SQLITE_OK);
	assert_int_not_equal(sqlite3_exec(vault_db(v), "PRAGMA synchronous=OFF", NULL, NULL, NULL), SQLITE_OK);
	assert_int_not_equal(sqlite3_exec(vault_db(v), "ATTACH '/tmp/plain' AS p", NULL, NULL, NULL), SQLITE_OK);
	close_vault(v);
}

/* Runs `work` in a child that ends without closing anything; fails the test unless it reports success. */
static void in_child(void (*work)(const char *path), const char *path)
{
	fflush(NULL);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		work(path);
		_exit(0);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* In a child a failed cmocka assertion would run the parent's tests on: this ends it instead. */
static void child_check(int good)
{
	if (!good)
		_exit(1);
}

static void write_and_vanish(const char *path)
{
	struct err err = ERR_INIT;
	struct vault *v;
	struct vault_unlock unlock = {&alice.identity, NULL};
	child_check(vault_open(&v, path, &unlock, 0, &err) == 0);
	child_check(sqlite3_exec(vault_db(v), "PRAGMA wal_autocheckpoint=0", NULL, NULL, NULL) == SQLITE_OK);
	for (int i = 0; i < 100; i++)
		child_check(sqlite3_exec(vault_db(v), "INSERT INTO note(text) VALUES('" SECRET_TEXT "')", NULL, NULL,
		                         NULL) == SQLITE_OK);
	/* a transaction that spills out of the cache and never commits */
	child_check(
	    sqlite3_exec(vault_db(v),
	                 "PRAGMA cache_size=10; BEGIN; WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
	                 "WHERE i < 20000) INSERT INTO note(text) SELECT '" SECRET_TEXT "' FROM n",
	                 NULL, NULL, NULL) == SQLITE_OK);
}

static void test_unclean_end(void **state)
{
	(void)state;
	const char *path = scratch_path("unclean.genba");
	struct vault *v = new_vault(path);
	fill(v, 10);
	close_vault(v);
	in_child(write_and_vanish, path);
	assert_true(file_exists(scratch_path("unclean.genba-wal")));

	v = open_vault(path, VAULT_READ_ONLY);
	assert_int_equal(vault_report(v)->unclean, 1);
	assert_int_equal(sql_int(v, "SELECT count(*) FROM note"), 110);
	close_vault(v);

	v = open_vault(path, 0);
	const struct vault_report *r = vault_report(v);
	assert_int_equal(r->unclean, 1);
	assert_int_equal(r->wal_commits, 100);
	assert_true(r->wal_frames >= 100);
	assert_true(r->unfinished_frames > 0);
	assert_int_equal(r->torn_frames, 0);
	assert_int_equal(sql_int(v, "SELECT count(*) FROM note"), 110);
	close_vault(v);
	v = open_vault(path, 0);
	assert_int_equal(vault_report(v)->unclean, 0);
	close_vault(v);
}

static void expect_absent(const char *path, const char *what, size_t n)
{
	size_t len;
	unsigned char *bytes = file_load(path, &len);
	assert_true(len > 4096);
	assert_null(memmem(bytes, len, what, n));
	free(bytes);
}

static void test_no_plain_text(void **state)
{
	(void)state;
	static const char utf16[] = "c\0o\0o\0k\0 \0h\0e\0a\0r\0d"; /* "cook heard" */
	const char *path = scratch_path("plain.genba"), *log = scratch_path("plain.genba-wal");
	struct vault *v = new_vault(path);
	fill(v, 10);
	close_vault(v);
	in_child(write_and_vanish, path);
	const char *files[] = {path, log};
	for (size_t i = 0; i < 2; i++) {
		expect_absent(files[i], "cook heard", 10);
		expect_absent(files[i], "隔離", strlen("隔離"));
		expect_absent(files[i], utf16, sizeof utf16 - 1);
		expect_absent(files[i], "CREATE TABLE", 12);
		expect_absent(files[i], "SQLite format 3", 15);
	}
	v = open_vault(path, 0);
	close_vault(v);
	expect_absent(path, "cook heard", 10);
	/* only the case remains: no journal, no temporary file */
	char *command = xasprintf("test \"$(ls '%s'* | wc -l)\" = 1", path);
	assert_int_equal(system(command), 0);
	free(command);
}

static void open_expecting_busy(const char *path)
{
	struct err err = ERR_INIT;
	child_check(try_open(path, 0, &err) < 0 && err.code == ERR_BUSY && err_status(&err) == 5);
	child_check(try_open(path, VAULT_READ_ONLY, &err) < 0 && err.code == ERR_BUSY);
}

static void open_read_only_beside(const char *path)
{
	struct err err = ERR_INIT;
	child_check(try_open(path, VAULT_READ_ONLY, &err) == 0);
	child_check(try_open(path, 0, &err) < 0 && err.code == ERR_BUSY);
}

static void test_busy(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	const char *path = scratch_path("busy.genba");
	struct vault *v = new_vault(path);
	fill(v, 1);
	in_child(open_expecting_busy, path);
	assert_int_equal(try_open(path, 0, &err), -1);
	assert_int_equal(err.code, ERR_BUSY);
	in_child(open_expecting_busy, path); /* the attempt above must not have dropped the lock */
	close_vault(v);
	v = open_vault(path, VAULT_READ_ONLY);
	in_child(open_read_only_beside, path);
	close_vault(v);
	assert_int_equal(try_open(path, 0, &err), 0);
}

/* In a process of its own: SQLite in a forked child still knows its parent's locks. 0 if the case is busy there. */
static int other_process(int argc, char **argv)
{
	struct err err = ERR_INIT;
	people_init();
	for (int i = 1; i < argc; i++)
		if (try_open(argv[i], 0, &err) == 0 || err.code != ERR_BUSY ||
		    try_open(argv[i], VAULT_READ_ONLY, &err) == 0 || err.code != ERR_BUSY)
			return 1;
	return 0;
}

static void open_must_be_busy(const char *path)
{
	execl("/proc/self/exe", "other", path, (char *)NULL);
	_exit(1);
}

/* Closing any other descriptor of the file drops the POSIX locks of this process: a case may be hashed as evidence. */
static void test_busy_after_others_read_it(void **state)
{
	(void)state;
	const char *path = scratch_path("guarded.genba");
	struct vault *v = new_vault(path);
	size_t n;
	free(file_load(path, &n));
	in_child(open_must_be_busy, path);
	assert_int_equal(try_open(path, 0, &(struct err)ERR_INIT), -1);
	in_child(open_must_be_busy, path);
	close_vault(v);
	close_vault(open_vault(path, 0));
}

static void test_two_vaults(void **state)
{
	(void)state;
	struct vault *a = new_vault(scratch_path("one.genba")), *b = new_vault(scratch_path("two.genba"));
	fill(a, 100);
	fill(b, 200);
	sql(a, "BEGIN; INSERT INTO note(text) VALUES('x')");
	sql(b, "INSERT INTO note(text) VALUES('y')");
	sql(a, "COMMIT");
	assert_int_equal(sql_int(a, "SELECT count(*) FROM note"), 101);
	assert_int_equal(sql_int(b, "SELECT count(*) FROM note"), 201);
	assert_memory_not_equal(vault_file_id(a), vault_file_id(b), VAULT_ID);
	close_vault(a);
	close_vault(b);
}

static void test_read_only_writes_nothing(void **state)
{
	(void)state;
	const char *path = scratch_path("ro.genba"), *log = scratch_path("ro.genba-wal");
	struct vault *v = new_vault(path);
	fill(v, 10);
	close_vault(v);
	for (int crashed = 0; crashed < 2; crashed++) {
		size_t n[2] = {0, 0}, m;
		unsigned char *before = file_load(path, &n[0]), *log_before = NULL;
		if (crashed) {
			free(before);
			in_child(write_and_vanish, path);
			before = file_load(path, &n[0]);
			log_before = file_load(log, &n[1]);
		}
		v = open_vault(path, VAULT_READ_ONLY);
		assert_int_equal(sql_int(v, "SELECT count(*) FROM note"), crashed ? 110 : 10);
		assert_int_not_equal(sqlite3_exec(vault_db(v), "INSERT INTO note(text) VALUES('no')", NULL, NULL, NULL),
		                     SQLITE_OK);
		sql(v, "CREATE TEMP TABLE t AS SELECT * FROM note ORDER BY text");
		close_vault(v);
		unsigned char *after = file_load(path, &m);
		assert_int_equal(m, n[0]);
		assert_memory_equal(after, before, m);
		free(after);
		assert_int_equal(file_exists(log), crashed);
		if (crashed) {
			after = file_load(log, &m);
			assert_int_equal(m, n[1]);
			assert_memory_equal(after, log_before, m);
			free(after);
		}
		free(before);
		free(log_before);
	}
}

static void work_on_full_disk(const char *path)
{
	struct err err = ERR_INIT;
	struct vault *v;
	struct vault_unlock unlock = {&alice.identity, NULL};
	struct rlimit limit;
	signal(SIGXFSZ, SIG_IGN);
	child_check(vault_open(&v, path, &unlock, 0, &err) == 0);
	child_check(getrlimit(RLIMIT_FSIZE, &limit) == 0);
	rlim_t before = limit.rlim_cur;
	limit.rlim_cur = 100000;
	child_check(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	int rc = sqlite3_exec(vault_db(v),
	                      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
	                      "INSERT INTO note(text) SELECT 'more' || i FROM n",
	                      NULL, NULL, NULL);
	child_check(rc != SQLITE_OK && vault_last_fault(v) && vault_last_fault_code(v) == ERR_NO_SPACE);
	limit.rlim_cur = before;
	child_check(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	child_check(sqlite3_exec(vault_db(v), "INSERT INTO note(text) VALUES('one')", NULL, NULL, NULL) == SQLITE_OK);
	child_check(vault_close(v, &err) == 0);
}

static void test_full_disk(void **state)
{
	(void)state;
	const char *path = scratch_path("full.genba");
	struct vault *v = new_vault(path);
	fill(v, 10);
	close_vault(v);
	in_child(work_on_full_disk, path);
	v = open_vault(path, 0);
	assert_int_equal(sql_int(v, "SELECT count(*) FROM note"), 11);
	close_vault(v);
}

static void expect(const char *path, unsigned flags, enum err_code code, const char *words)
{
	struct err err = ERR_INIT;
	assert_int_equal(try_open(path, flags, &err), -1);
	if (err.code != code || !strstr(err.message, words))
		fail_msg("'%s': code %d, message: %s", path, (int)err.code, err.message);
}

static void test_not_a_case(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct vault *v;
	struct vault_new_slot slot = slot_for(&alice);
	const char *path = scratch_path("other");
	expect(path, 0, ERR_NOT_FOUND, "No such file");
	expect(scratch_path(""), 0, ERR_FAILED, "directory");
	file_store(path, (const unsigned char *)"", 0);
	expect(path, 0, ERR_FAILED, "not a case file");
	unsigned char text[40000];
	memset(text, 'x', sizeof text);
	file_store(path, text, 100);
	expect(path, 0, ERR_FAILED, "not a case file");
	file_store(path, text, sizeof text);
	expect(path, VAULT_READ_ONLY, ERR_FAILED, "not a case file");
	memset(text, 0, sizeof text);
	file_store(path, text, 24576 + 4096);
	expect(path, 0, ERR_FAILED, "interrupted");
	assert_int_equal(vault_create(&v, path, &slot, 1, &alice.identity, &err), -1);
	assert_int_equal(err.code, ERR_EXISTS);
	err_clear(&err);
	assert_int_equal(vault_create(&v, scratch_path("no/such/place"), &slot, 1, &alice.identity, &err), -1);
	assert_int_equal(err.code, ERR_FAILED);
	err_clear(&err);
	assert_int_equal(vault_create(&v, scratch_path("none"), &slot, 0, &alice.identity, &err), -1);
	assert_int_equal(err.code, ERR_INVALID);
	assert_false(file_exists(scratch_path("none")));
	assert_int_equal(mkfifo(scratch_path("pipe"), 0600), 0);
	expect(scratch_path("pipe"), 0, ERR_FAILED, "regular file");
}

static void test_log_of_a_lost_case(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct vault *v;
	struct vault_new_slot slot = slot_for(&alice);
	const char *path = scratch_path("again.genba"), *log = scratch_path("again.genba-wal");
	size_t n;
	close_vault(new_vault(path));
	sql(v = open_vault(path, 0), "CREATE TABLE note(id INTEGER PRIMARY KEY, text TEXT)");
	close_vault(v);
	in_child(write_and_vanish, path);
	unsigned char *before = file_load(log, &n);
	unlink(path);
	assert_int_equal(vault_create(&v, path, &slot, 1, &alice.identity, &err), -1);
	assert_int_equal(err.code, ERR_EXISTS);
	assert_non_null(strstr(err.message, "the log of another case"));
	assert_false(file_exists(path));
	unsigned char *after = file_load(log, &n);
	assert_memory_equal(before, after, n);
	free(before);
	free(after);
	unlink(log);
	close_vault(new_vault(path));
}

static void test_truncated(void **state)
{
	(void)state;
	const char *path = scratch_path("cut.genba"), *cut = scratch_path("shorter.genba");
	struct vault *v = new_vault(path);
	fill(v, 1000);
	close_vault(v);
	size_t n;
	unsigned char *bytes = file_load(path, &n);
	const size_t lengths[] = {1, 4000, 8192, 12000, 16384, 20000, 24576, 24577, 28672, n - 4096, n - 4095, n - 1};
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		struct err err = ERR_INIT;
		file_store(cut, bytes, lengths[i]);
		assert_int_equal(try_open(cut, 0, &err), -1);
		if (lengths[i] >= 8 && (err.code != ERR_DAMAGED || !strstr(err.message, "truncated")))
			fail_msg("%zu bytes: code %d, %s", lengths[i], (int)err.code, err.message);
	}
	unsigned char *longer = calloc(1, n + 4096);
	memcpy(longer, bytes, n);
	file_store(cut, longer, n + 1);
	expect(cut, 0, ERR_DAMAGED, "longer");
	file_store(cut, longer, n + 4096);
	expect(cut, 0, ERR_DAMAGED, "longer");
	free(longer);
	free(bytes);
}

/* SQLite leaves the page at 1 GiB out: it must be there all the same, and authenticate. Its place is moved for this test;
 * test_big.sh does it at 1 GiB. */
static void test_hole(void **state)
{
	(void)state;
	const char *path = scratch_path("hole.genba");
	sqlite3_test_control(SQLITE_TESTCTRL_PENDING_BYTE, 0x10000);
	struct vault *v = new_vault(path);
	sql(v, "CREATE TABLE a(x); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) "
	       "INSERT INTO a SELECT zeroblob(4000) FROM n");
	close_vault(v);
	v = open_vault(path, 0);
	assert_true(vault_pages(v) > 20);
	assert_int_equal(vault_check(v, NULL, NULL, NULL, NULL), 0);
	assert_int_equal(sql_int(v, "SELECT count(*) FROM a"), 100);
	close_vault(v);
	sqlite3_test_control(SQLITE_TESTCTRL_PENDING_BYTE, 0x40000000);
}

static void test_open_statement_keeps_vault(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct vault *v = new_vault(scratch_path("stmt.genba"));
	sqlite3_stmt *s;
	fill(v, 3);
	assert_int_equal(sqlite3_prepare_v2(vault_db(v), "SELECT * FROM note", -1, &s, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	assert_int_equal(vault_close(v, &err), -1);
	sqlite3_finalize(s);
	close_vault(v);
	assert_int_equal(vault_close(NULL, NULL), 0);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return other_process(argc, argv);
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_round_trip),
	    cmocka_unit_test(test_settings),
	    cmocka_unit_test(test_unclean_end),
	    cmocka_unit_test(test_no_plain_text),
	    cmocka_unit_test(test_busy),
	    cmocka_unit_test(test_busy_after_others_read_it),
	    cmocka_unit_test(test_two_vaults),
	    cmocka_unit_test(test_read_only_writes_nothing),
	    cmocka_unit_test(test_full_disk),
	    cmocka_unit_test(test_not_a_case),
	    cmocka_unit_test(test_log_of_a_lost_case),
	    cmocka_unit_test(test_truncated),
	    cmocka_unit_test(test_hole),
	    cmocka_unit_test(test_open_statement_keeps_vault),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
