/* Older and newer tables than those of now: made from a case of now by SQL behind its back. */
#include "help_site.h"

#include "case/case.h"
#include "case/store/record_summary.h"

#include <sqlite3.h>
#include <unistd.h>

/* The earliest tables that called themselves format 1. */
static const char earliest[] =
    "DROP INDEX record_kind; DROP INDEX record_number; DROP INDEX record_standing; DROP INDEX record_happened;"
    "DROP INDEX record_name; ALTER TABLE record RENAME TO r;"
    "CREATE TABLE record(n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, label TEXT NOT NULL "
    "UNIQUE,"
    "  mark TEXT NOT NULL, number INTEGER NOT NULL, retracted INTEGER NOT NULL, json TEXT NOT NULL);"
    "INSERT INTO record SELECT n, id, kind, label, mark, number, retracted, json FROM r; DROP TABLE r;"
    "CREATE INDEX record_kind ON record(kind, n); CREATE INDEX record_number ON record(mark, kind, number);"
    "DROP TABLE work; DROP TABLE git_touch; ALTER TABLE git_commit RENAME TO g;"
    "CREATE TABLE git_commit(n INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, time INTEGER NOT NULL);"
    "INSERT INTO git_commit SELECT n, id, time FROM g; DROP TABLE g; PRAGMA user_version = 1";

static int count_suspected(void *ctx, const struct record_summary *group)
{
	if (group->status && strcmp(group->status, "suspected") == 0)
		*(uint64_t *)ctx += group->count;
	return 0;
}

static void earliest_is_upgraded(void **state)
{
	struct site *s = *state;
	struct err err = ERR_INIT;
	uint64_t suspected = 0;
	site_set(s, site_add(s, "asset", "hostname", "HR-PC-03"), "status", "suspected");
	site_add(s, "note", "text", "fan loud");
	site_sql(s, earliest);
	site_reopen(s, s->one);
	assert_non_null(strstr(case_notice(s->c), "upgraded from format 1"));
	assert_int_equal(site_verify(s->c), 0);
	assert_int_equal(record_summary_each(s->c, "asset", count_suspected, &suspected, &err), 0);
	assert_int_equal(suspected, 1);
	assert_string_equal(site_get(s, "R1-A1", "hostname"), "HR-PC-03");
	site_reopen(s, s->one);
	assert_null(strstr(case_notice(s->c), "upgraded"));
}

static void opening_fails(struct site *s, const char *word)
{
	struct err err = ERR_INIT;
	struct case_unlock unlock = {s->one, NULL};
	assert_int_equal(case_close(s->c, &err), 0);
	s->c = case_open(s->path, &unlock, 0, &err);
	assert_null(s->c);
	if (!strstr(err.message, word))
		fail_msg("no '%s' in: %s", word, err.message);
}

static void newer_is_refused(void **state)
{
	struct site *s = *state;
	site_sql(s, "PRAGMA user_version = 3");
	opening_fails(s, "use a newer genba");
}

static void foreign_table_is_refused_and_left(void **state)
{
	struct site *s = *state;
	site_sql(s, earliest);
	site_sql(s, "CREATE TABLE more(x)");
	opening_fails(s, "it is as it was");
	opening_fails(s, "it is as it was"); /* and so it is still */
}

static void trigger_does_not_run(void **state)
{
	struct site *s = *state;
	site_sql(s, earliest);
	site_sql(s, "CREATE TRIGGER t AFTER INSERT ON record BEGIN DELETE FROM link; END");
	opening_fails(s, "somebody else");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(earliest_is_upgraded, site_begin, site_end),
	    cmocka_unit_test_setup_teardown(newer_is_refused, site_begin, site_end),
	    cmocka_unit_test_setup_teardown(foreign_table_is_refused_and_left, site_begin, site_end),
	    cmocka_unit_test_setup_teardown(trigger_does_not_run, site_begin, site_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
