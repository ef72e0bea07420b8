/*
 * A case file beyond 1 GiB, where lies the page that SQLite never writes: made,
 * checked, changed on both sides of it, killed, recovered, damaged, rotated.
 * Takes 3 GB in TMPDIR.
 */
#include "help_vault.h"

#include "vault/layout.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	PENDING_PAGE = 0x40000000 / PAGE_SIZE + 1, /* https://www.sqlite.org/fileformat2.html#the_lock_byte_page */
	ROWS = 17000,
	ROW_BYTES = 65536,
};

static const char *path;

static int setup(void **state)
{
	(void)state;
	people_init();
	scratch_begin();
	path = scratch_path("big.genba");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	scratch_end();
	return 0;
}

static void tell_finding(void *ctx, const char *text)
{
	(void)ctx;
	print_message("%s\n", text);
}

static void is_whole(struct vault *v, int64_t sum)
{
	assert_int_equal(vault_check(v, NULL, tell_finding, NULL, NULL), 0);
	assert_int_equal(sql_int(v, "SELECT count(*) FROM t"), ROWS);
	assert_int_equal(sql_int(v, "SELECT sum(n) FROM t"), sum);
	assert_int_equal(sql_int(v, "SELECT sum(length(b)) FROM t"), (int64_t)ROWS * ROW_BYTES);
}

static void test_make(void **state)
{
	(void)state;
	struct vault *v = new_vault(path);
	struct stat st;
	sql(v, "CREATE TABLE t(id INTEGER PRIMARY KEY, n INTEGER, b BLOB)");
	for (int from = 1; from <= ROWS; from += 1000) {
		char text[256];
		snprintf(text, sizeof text,
		         "WITH RECURSIVE i(x) AS (SELECT %d UNION ALL SELECT x + 1 FROM i WHERE x < %d)"
		         "INSERT INTO t SELECT x, 0, zeroblob(%d) FROM i",
		         from, from + 999, ROW_BYTES);
		sql(v, text);
	}
	close_vault(v);
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_size > (int64_t)1 << 30);
	v = open_vault(path, 0);
	assert_true(vault_pages(v) > PENDING_PAGE + 1000);
	is_whole(v, 0);
	/* the page that is never written authenticates all the same */
	assert_int_equal(vault_check_pages(v, PENDING_PAGE, 1, NULL, NULL), 0);
	close_vault(v);
}

/* Changes rows before and behind the page, the last one in a transaction that never ends. */
static void change_and_vanish(void)
{
	struct vault_unlock unlock = {&alice.identity, NULL};
	struct vault *v;
	if (vault_open(&v, path, &unlock, 0, NULL) < 0 ||
	    sqlite3_exec(vault_db(v),
	                 "UPDATE t SET n = n + 1; UPDATE t SET n = n + 1 WHERE id % 1000 = 0; PRAGMA cache_size=10;"
	                 "BEGIN; UPDATE t SET n = n + 5",
	                 NULL, NULL, NULL) != SQLITE_OK)
		_exit(1);
	kill(getpid(), SIGKILL);
}

static void test_kill_and_recover(void **state)
{
	(void)state;
	int status;
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0)
		change_and_vanish();
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	struct vault *v = open_vault(path, VAULT_READ_ONLY);
	assert_int_equal(vault_report(v)->unclean, 1);
	is_whole(v, ROWS + ROWS / 1000);
	close_vault(v);
	v = open_vault(path, 0);
	assert_true(vault_report(v)->wal_commits > 0);
	is_whole(v, ROWS + ROWS / 1000);
	close_vault(v);
	is_whole(v = open_vault(path, 0), ROWS + ROWS / 1000);
	close_vault(v);
}

static void test_damage(void **state)
{
	(void)state;
	static const uint32_t pages[] = {2, PENDING_PAGE - 1, PENDING_PAGE, PENDING_PAGE + 1, PENDING_PAGE + 900};
	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
		struct err err = ERR_INIT;
		char words[64];
		snprintf(words, sizeof words, "page %lu of", (unsigned long)pages[i]);
		file_flip(path, layout_page_offset(pages[i]) + 50, 4); /* the body: shows when it is read */
		struct vault *v = open_vault(path, VAULT_READ_ONLY);
		assert_int_equal(vault_check_pages(v, pages[i], 1, NULL, NULL), 1);
		close_vault(v);
		file_flip(path, layout_page_offset(pages[i]) + 50, 4);
		file_flip(path, layout_page_offset(pages[i]) + PAGE_SIZE - 3, 4); /* the tag: at once */
		assert_int_equal(try_open(path, 0, &err), -1);
		assert_int_equal(err.code, ERR_DAMAGED);
		if (!strstr(err.message, words))
			fail_msg("%s; expected %s", err.message, words);
		file_flip(path, layout_page_offset(pages[i]) + PAGE_SIZE - 3, 4);
	}
	assert_int_equal(truncate(path, layout_page_offset(PENDING_PAGE + 500)), 0);
	struct err err = ERR_INIT;
	assert_int_equal(try_open(path, 0, &err), -1);
	assert_non_null(strstr(err.message, "truncated"));
}

static void test_rotate(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct vault_new_slot slot = slot_for(&alice);
	struct vault *v = open_vault(path, 0);
	const char *copy = scratch_path("copy.genba");
	if (vault_rotate(v, copy, &slot, 1, &alice.identity, NULL, &err) < 0)
		fail_msg("%s", err.message);
	close_vault(v);
	v = open_vault(copy, 0);
	assert_true(vault_pages(v) > PENDING_PAGE);
	is_whole(v, ROWS + ROWS / 1000);
	close_vault(v);
	unlink(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_make), cmocka_unit_test(test_kill_and_recover), cmocka_unit_test(test_rotate),
	    cmocka_unit_test(test_damage), /* last: it ends with a file that is cut */
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
