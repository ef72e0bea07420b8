/* Opening, closing, locking, what is refused: a case file as its user meets it. */
#include "help_vault.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_round_trip),
	    cmocka_unit_test(test_settings),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
