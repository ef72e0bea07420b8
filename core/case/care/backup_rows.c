#include "case/care/backup_rows.h"

#include "base/json.h"
#include "case/store/case_internal.h"
#include "history/tables.h"

#include <stdlib.h>
#include <string.h>

/* A table of the case: the history's own are told by history/tables.h. */
struct part_table {
	const char *name;
	const char *columns;
	const char *since; /* which rows are new, ?1 being the mark; NULL: all go, and replace what is there */
	const char *mark;  /* which of the copy's marks */
};

static const struct part_table part_tables[] = {
    {"record", "n, " RECORD_COLUMNS, "id IN (" HISTORY_TOUCHED_SINCE ")", "commit"},
    {"link", "target, source, field", "source IN (" HISTORY_TOUCHED_SINCE ")", "commit"},
    {"text", "n, digest, secret, salt, value", "n > ?1", "text"},
    {"blob", "n, sha256, size, data", "n > ?1", "blob"},
    {"alias", "label, id", NULL, NULL},
    {"draft", "key, modified, json", NULL, NULL},
};
#define PART_TABLES (sizeof part_tables / sizeof *part_tables)

static int sql_failed(sqlite3 *db, const char *path, struct err *err)
{
	return err_set(err, (sqlite3_errcode(db) & 0xFF) == SQLITE_FULL ? ERR_NO_SPACE : ERR_FAILED,
	               _("cannot copy to '%s': %s"), path, sqlite3_errmsg(db));
}

static int copy_rows(sqlite3 *from, const char *select, int64_t mark, sqlite3 *to, const char *table, const char *path,
                     struct err *err)
{
	sqlite3_stmt *in = NULL;
	sqlite3_stmt *out = NULL;
	struct buf sql = BUF_INIT;
	int rc = sqlite3_prepare_v2(from, select, -1, &in, NULL) == SQLITE_OK ? 0 : sql_failed(from, path, err);
	int columns = rc == 0 ? sqlite3_column_count(in) : 0;
	buf_addf(&sql, "INSERT OR REPLACE INTO %s VALUES(", table);
	for (int i = 0; i < columns; i++)
		buf_addf(&sql, "%s?%d", i ? ", " : "", i + 1);
	buf_addc(&sql, ')');
	if (rc == 0 && sqlite3_prepare_v2(to, sql.data, -1, &out, NULL) != SQLITE_OK)
		rc = sql_failed(to, path, err);
	if (rc == 0 && sqlite3_bind_parameter_count(in) > 0)
		sqlite3_bind_int64(in, 1, mark);
	int step = SQLITE_DONE;
	while (rc == 0 && (step = sqlite3_step(in)) == SQLITE_ROW) {
		for (int i = 0; i < columns; i++)
			sqlite3_bind_value(out, i + 1, sqlite3_column_value(in, i));
		if (sqlite3_step(out) != SQLITE_DONE)
			rc = sql_failed(to, path, err);
		sqlite3_reset(out);
	}
	if (rc == 0 && step != SQLITE_DONE)
		rc = sql_failed(from, path, err);
	sqlite3_finalize(in);
	sqlite3_finalize(out);
	buf_release(&sql);
	return rc;
}

static int64_t highest(sqlite3 *db, const char *table)
{
	char *sql = xasprintf("SELECT coalesce(max(n), 0) FROM %s", table);
	sqlite3_stmt *s = NULL;
	int64_t n = sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW
	                ? sqlite3_column_int64(s, 0)
	                : 0;
	sqlite3_finalize(s);
	free(sql);
	return n;
}

/* Rows without content up to the marks: content that came to one of them later would not be among what is new. */
static int64_t empty_rows(sqlite3 *db, int64_t text, int64_t blob)
{
	char *sql = xasprintf("SELECT (SELECT count(*) FROM text WHERE value IS NULL AND n <= %lld)"
	                      " + (SELECT count(*) FROM blob WHERE data IS NULL AND n <= %lld)",
	                      (long long)text, (long long)blob);
	sqlite3_stmt *s = NULL;
	int64_t n = sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW
	                ? sqlite3_column_int64(s, 0)
	                : -1;
	sqlite3_finalize(s);
	free(sql);
	return n;
}

static int put_meta(sqlite3 *db, const char *key, const char *value, const char *path, struct err *err)
{
	char *sql = sqlite3_mprintf("INSERT INTO meta VALUES(%Q, %Q)", key, value);
	int rc = sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : sql_failed(db, path, err);
	sqlite3_free(sql);
	return rc;
}

/* The rows of one table above its mark. */
static int copy_new(struct case_file *c, sqlite3 *to, const char *name, const char *columns, const char *since,
                    int64_t mark, const char *path, struct err *err)
{
	int numbered = strncmp(columns, "n, ", 3) == 0;
	char *make = xasprintf("CREATE TABLE %s(%s%s)", name, numbered ? "n INTEGER PRIMARY KEY" : "",
	                       numbered ? columns + 1 : columns);
	char *select = xasprintf("SELECT %s FROM %s%s%s", columns, name, since ? " WHERE " : "", since ? since : "");
	int rc = sqlite3_exec(to, make, NULL, NULL, NULL) == SQLITE_OK ? 0 : sql_failed(to, path, err);
	if (rc == 0)
		rc = copy_rows(c->db, select, mark, to, name, path, err);
	free(make);
	free(select);
	return rc;
}

/* A part: a database whose tables hold rows above the marks, from one commit to another. */
int backup_rows_write(struct case_file *c, sqlite3 *to, const json_t *entry, const char *head, const char *path,
                      struct err *err)
{
	if (sqlite3_exec(to, "BEGIN; CREATE TABLE meta(key, value)", NULL, NULL, NULL) != SQLITE_OK)
		return sql_failed(to, path, err);
	if (put_meta(to, "case", c->id, path, err) < 0 ||
	    put_meta(to, "from", json_get_string(entry, "head"), path, err) < 0 ||
	    put_meta(to, "to", head, path, err) < 0)
		return -1;
	for (size_t i = 0; i < HISTORY_TABLES; i++) {
		const struct history_table *t = &history_tables[i];
		int64_t mark = json_integer_value(json_object_get(entry, t->objects ? "object" : "commit"));
		if (copy_new(c, to, t->name, t->columns, "n > ?1", mark, path, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < PART_TABLES; i++) {
		const struct part_table *t = &part_tables[i];
		int64_t mark = t->mark ? json_integer_value(json_object_get(entry, t->mark)) : 0;
		if (copy_new(c, to, t->name, t->columns, t->since, mark, path, err) < 0)
			return -1;
	}
	return sqlite3_exec(to, "COMMIT", NULL, NULL, NULL) == SQLITE_OK ? 0 : sql_failed(to, path, err);
}

void backup_rows_mark(struct case_file *c, json_t *entry)
{
	int64_t text = highest(c->db, "text");
	int64_t blob = highest(c->db, "blob");
	json_object_set_new(entry, "object", json_integer(highest(c->db, history_tables[HISTORY_OBJECTS].name)));
	json_object_set_new(entry, "commit", json_integer(highest(c->db, history_tables[HISTORY_COMMITS].name)));
	json_object_set_new(entry, "text", json_integer(text));
	json_object_set_new(entry, "blob", json_integer(blob));
	json_object_set_new(entry, "empty", json_integer(empty_rows(c->db, text, blob)));
}

int backup_rows_fit(struct case_file *c, const json_t *entry)
{
	return empty_rows(c->db, json_integer_value(json_object_get(entry, "text")),
	                  json_integer_value(json_object_get(entry, "blob"))) ==
	       json_integer_value(json_object_get(entry, "empty"));
}

/* ---- restoring */

char *backup_rows_says(sqlite3 *part, const char *key)
{
	char *sql = sqlite3_mprintf("SELECT value FROM meta WHERE key = %Q", key);
	sqlite3_stmt *s = NULL;
	char *value = NULL;
	if (sqlite3_prepare_v2(part, sql, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
		value = xstrdup((const char *)sqlite3_column_text(s, 0));
	sqlite3_finalize(s);
	sqlite3_free(sql);
	return value;
}

static int copy_all(struct case_file *c, sqlite3 *part, const char *name, const char *columns, const char *path,
                    struct err *err)
{
	char *select = xasprintf("SELECT %s FROM %s ORDER BY 1", columns, name);
	int rc = copy_rows(part, select, 0, c->db, name, path, err);
	free(select);
	return rc;
}

/* References of records that changed are told anew. */
static int clear_links(struct case_file *c, sqlite3 *part, const char *path, struct err *err)
{
	sqlite3_stmt *changed = NULL;
	int rc = sqlite3_prepare_v2(part, "SELECT id FROM record", -1, &changed, NULL) == SQLITE_OK
	             ? 0
	             : sql_failed(part, path, err);
	while (rc == 0 && sqlite3_step(changed) == SQLITE_ROW) {
		sqlite3_stmt *s = case_statement(c, CASE_LINK_CLEAR, err);
		sqlite3_bind_text(s, 1, (const char *)sqlite3_column_text(changed, 0), -1, SQLITE_TRANSIENT);
		rc = case_step(c, s, _("write a reference"), err);
	}
	sqlite3_finalize(changed);
	return rc;
}

int backup_rows_apply(struct case_file *c, sqlite3 *part, const char *to_head, const char *path, struct err *err)
{
	if (sqlite3_exec(c->db, "BEGIN IMMEDIATE; DELETE FROM draft", NULL, NULL, NULL) != SQLITE_OK)
		return case_sql_error(c, _("restore"), err);
	int rc = clear_links(c, part, path, err);
	for (size_t i = 0; i < HISTORY_TABLES && rc == 0; i++)
		rc = copy_all(c, part, history_tables[i].name, history_tables[i].columns, path, err);
	for (size_t i = 0; i < PART_TABLES && rc == 0; i++)
		rc = copy_all(c, part, part_tables[i].name, part_tables[i].columns, path, err);
	if (rc == 0)
		rc = copy_rows(part, "SELECT n FROM record", 0, c->db, "search_queue", path, err);
	if (rc == 0 &&
	    (history_move_head(c->db, to_head) < 0 || sqlite3_exec(c->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK))
		rc = case_sql_error(c, _("restore"), err);
	if (rc < 0 && !sqlite3_get_autocommit(c->db))
		sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
	history_rolled_back(c->history);
	return rc;
}
