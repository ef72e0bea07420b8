#include "case/store/work_store.h"

#include "case/store/case_internal.h"

static int work_store_failed(struct case_file *c, struct err *err)
{
	return case_sql_error(c, _("keep the state of the work in the case"), err);
}

int work_store_put(struct case_file *c, const char *key, int64_t part, const void *data, size_t n, struct err *err)
{
	sqlite3_stmt *s =
	    case_prepare(c, NULL, "INSERT OR REPLACE INTO work(key, part, data) VALUES(?1, ?2, ?3)", "ti", key, part);
	if (s)
		sqlite3_bind_blob64(s, 3, data, n, SQLITE_STATIC);
	int rc = s && sqlite3_step(s) == SQLITE_DONE ? 0 : work_store_failed(c, err);
	sqlite3_finalize(s);
	return rc;
}

int work_store_each_part(struct case_file *c, const char *key,
                         int (*fn)(void *ctx, int64_t part, const void *data, size_t n), void *ctx, struct err *err)
{
	sqlite3_stmt *s = case_prepare(c, NULL, "SELECT part, data FROM work WHERE key = ?1 ORDER BY part", "t", key);
	int answer = 0, rc = SQLITE_ERROR;
	while (s && answer == 0 && (rc = sqlite3_step(s)) == SQLITE_ROW)
		answer =
		    fn(ctx, sqlite3_column_int64(s, 0), sqlite3_column_blob(s, 1), (size_t)sqlite3_column_bytes(s, 1));
	if (answer == 0 && rc != SQLITE_DONE)
		answer = work_store_failed(c, err);
	sqlite3_finalize(s);
	return answer;
}

int work_store_each(struct case_file *c, int (*fn)(void *ctx, const void *head, size_t n, uint64_t kept), void *ctx,
                    struct err *err)
{
	sqlite3_stmt *s = case_prepare(c, NULL,
	                               "SELECT data, (SELECT coalesce(sum(length(data)), 0) FROM work AS more"
	                               " WHERE more.key = work.key AND part > 0) FROM work WHERE part = 0",
	                               "");
	int answer = 0, rc = SQLITE_ERROR;
	while (s && answer == 0 && (rc = sqlite3_step(s)) == SQLITE_ROW)
		answer = fn(ctx, sqlite3_column_blob(s, 0), (size_t)sqlite3_column_bytes(s, 0),
		            (uint64_t)sqlite3_column_int64(s, 1));
	if (answer == 0 && rc != SQLITE_DONE)
		answer = work_store_failed(c, err);
	sqlite3_finalize(s);
	return answer;
}

int work_store_forget(struct case_file *c, const char *key, struct err *err)
{
	sqlite3_stmt *s = case_prepare(c, NULL, "DELETE FROM work WHERE key = ?1", "t", key);
	int rc = s && sqlite3_step(s) == SQLITE_DONE ? 0 : work_store_failed(c, err);
	sqlite3_finalize(s);
	return rc;
}

static int work_store_run(struct case_file *c, const char *sql, struct err *err)
{
	return sqlite3_exec(c->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : work_store_failed(c, err);
}

int work_store_begin(struct case_file *c, struct err *err)
{
	return work_store_run(c, "BEGIN IMMEDIATE", err);
}

int work_store_commit(struct case_file *c, struct err *err)
{
	return work_store_run(c, "COMMIT", err);
}

void work_store_cancel(struct case_file *c)
{
	sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
}
