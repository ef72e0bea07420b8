/* The tables of a case and its prepared statements: made with a new case, checked when one is opened. */
#include "case/database/room_tables.h"
#include "case/store/case_internal.h"
#include "case/store/record_summary.h"
#include "case/store/tokenizer.h"

#include <stdarg.h>
#include <string.h>

static const char *const statement_sql[CASE_STATEMENT_COUNT] = {
#define X(name, sql) [CASE_##name] = (sql),
    CASE_STATEMENTS(X)
#undef X
};

/* Everything but `search` (derived), `draft` and `work` (unfinished preservation) is a function of the history and of what it
 * names by digest. */
static const char schema[] =
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;" SCHEMA_RECORD
    "CREATE TABLE alias(label TEXT PRIMARY KEY, id TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE link(target TEXT NOT NULL, source TEXT NOT NULL, field TEXT NOT NULL,"
    "  PRIMARY KEY(target, source, field)) WITHOUT ROWID;"
    "CREATE INDEX link_source ON link(source);"
    "CREATE TABLE text(n INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, secret INTEGER NOT NULL,"
    "  salt BLOB, value BLOB);"
    "CREATE TABLE blob(n INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, size INTEGER NOT NULL, data BLOB);"
    "CREATE TABLE draft(key TEXT PRIMARY KEY, modified TEXT NOT NULL, json TEXT NOT NULL) WITHOUT ROWID;" SCHEMA_WORK
    "CREATE TABLE search_queue(n INTEGER PRIMARY KEY);" SCHEMA_SEARCH;

int case_sql_error(struct case_file *c, const char *doing, struct err *err)
{
	const char *fault = vault_last_fault(c->vault);
	int code = sqlite3_errcode(c->db);
	switch (code & 0xFF) {
	case SQLITE_FULL:
	case SQLITE_READONLY:
		return err_set(err, ERR_NO_SPACE, _("cannot %s: %s; nothing was changed"), doing,
		               sqlite3_errmsg(c->db));
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(err, ERR_BUSY, _("cannot %s: the case is open elsewhere"), doing);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_IOERR:
		if (fault && *fault)
			return err_set(err, vault_last_fault_code(c->vault), _("cannot %s: %s"), doing, fault);
		return err_set(err, (code & 0xFF) == SQLITE_IOERR ? ERR_FAILED : ERR_DAMAGED, _("cannot %s: %s"), doing,
		               sqlite3_errmsg(c->db));
	default:
		return err_set(err, ERR_FAILED, _("cannot %s: %s"), doing, sqlite3_errmsg(c->db));
	}
}

static int explain_fault(void *ctx, struct err *err)
{
	struct case_file *c = ctx;
	const char *fault = c->vault ? vault_last_fault(c->vault) : NULL;
	if (!fault || !*fault)
		return 0;
	err_set(err, vault_last_fault_code(c->vault), "%s", fault);
	return 1;
}

int case_open_history(struct case_file *c, struct err *err)
{
	if (history_open(&c->history, c->db, err) < 0)
		return -1;
	history_explain(c->history, explain_fault, c);
	return 0;
}

sqlite3_stmt *case_statement(struct case_file *c, enum case_statement which, struct err *err)
{
	if (c->suspended) {
		err_set(err, ERR_UNLOCK, _("genba is locked"));
		return NULL;
	}
	sqlite3_stmt **slot = &c->statements[which];
	if (!*slot &&
	    sqlite3_prepare_v3(c->db, statement_sql[which], -1, SQLITE_PREPARE_PERSISTENT, slot, NULL) != SQLITE_OK) {
		case_sql_error(c, _("read the case"), err);
		return NULL;
	}
	sqlite3_reset(*slot);
	sqlite3_clear_bindings(*slot);
	return *slot;
}

sqlite3_stmt *case_prepare(struct case_file *c, struct err *err, const char *sql, const char *types, ...)
{
	sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(c->db, sql, -1, &s, NULL) != SQLITE_OK) {
		case_sql_error(c, _("read the case"), err);
		return NULL;
	}
	va_list values;
	va_start(values, types);
	for (int i = 1; *types; types++, i++) {
		if (*types == 't')
			sqlite3_bind_text(s, i, va_arg(values, const char *), -1, SQLITE_TRANSIENT);
		else
			sqlite3_bind_int64(s, i, va_arg(values, int64_t));
	}
	va_end(values);
	return s;
}

void case_reset_statements(struct case_file *c)
{
	for (sqlite3_stmt *s = NULL; (s = sqlite3_next_stmt(c->db, s)) != NULL;)
		sqlite3_reset(s);
}

int case_step(struct case_file *c, sqlite3_stmt *statement, const char *doing, struct err *err)
{
	if (!statement)
		return -1;
	int rc = sqlite3_step(statement);
	int failed = rc != SQLITE_DONE && rc != SQLITE_ROW && case_sql_error(c, doing, err) < 0;
	sqlite3_reset(statement);
	return failed ? -1 : 0;
}

int case_schema_create(struct case_file *c, struct err *err)
{
	if (sqlite3_exec(c->db, schema, NULL, NULL, NULL) != SQLITE_OK)
		return case_sql_error(c, _("make the tables of the case"), err);
	char format[64];
	snprintf(format, sizeof format, "PRAGMA user_version = %d", CASE_FORMAT);
	if (sqlite3_exec(c->db, format, NULL, NULL, NULL) != SQLITE_OK)
		return case_sql_error(c, _("make the tables of the case"), err);
	return 0;
}

/* Everything in a schema, one after the other: type, name, table and text, each ended by \1, the last by \2. */
static int schema_text(sqlite3 *db, struct buf *out)
{
	sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(db, "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name", -1, &s,
	                       NULL) != SQLITE_OK)
		return -1;
	int rc;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		const char *table = (const char *)sqlite3_column_text(s, 2);
		const char *sql = (const char *)sqlite3_column_text(s, 3);
		if (room_table_is(table, (const char *)sqlite3_column_text(s, 1), sql))
			continue;
		for (int i = 0; i < 4; i++) {
			const char *text = (const char *)sqlite3_column_text(s, i);
			buf_adds(out, text ? text : "-");
			buf_addc(out, i < 3 ? '\1' : '\2');
		}
	}
	sqlite3_finalize(s);
	return rc == SQLITE_DONE ? 0 : -1;
}

/* A case is somebody's file: triggers, views and tables that are not ours are refused before anything is read. */
static int schema_compare(struct case_file *c, struct err *err)
{
	sqlite3 *ours = NULL;
	struct history *h = NULL;
	struct buf wanted = BUF_INIT;
	struct buf found = BUF_INIT;
	int rc = sqlite3_open(":memory:", &ours) == SQLITE_OK && tokenizer_register(ours, NULL) == 0 &&
	                 sqlite3_exec(ours, schema, NULL, NULL, NULL) == SQLITE_OK &&
	                 history_open(&h, ours, NULL) == 0 && schema_text(ours, &wanted) == 0
	             ? 0
	             : err_set(err, ERR_FAILED, _("out of memory"));
	history_free(h);
	sqlite3_close(ours);
	if (rc == 0 && schema_text(c->db, &found) < 0)
		rc = case_sql_error(c, _("read the case"), err);
	if (rc == 0 && strcmp(wanted.data, found.data) != 0)
		rc = err_set(err, ERR_DAMAGED,
		             _("the tables of this file are not those of a case: somebody else made or changed it"));
	buf_release(&wanted);
	buf_release(&found);
	return rc;
}

int case_schema_format(struct case_file *c, int *format, struct err *err)
{
	sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(c->db, "PRAGMA user_version", -1, &s, NULL) != SQLITE_OK)
		return case_sql_error(c, _("read the case"), err);
	int found = sqlite3_step(s) == SQLITE_ROW;
	*format = found ? sqlite3_column_int(s, 0) : -1;
	sqlite3_finalize(s);
	return found ? 0 : case_sql_error(c, _("read the case"), err);
}

int case_schema_check(struct case_file *c, struct err *err)
{
	int format;
	if (case_schema_format(c, &format, err) < 0)
		return -1;
	if (format == CASE_FORMAT)
		return schema_compare(c, err);
	if (format > CASE_FORMAT)
		return err_set(
		    err, ERR_FAILED,
		    _("the case is of a later version (format %d, this genba reads up to %d): use a newer genba"),
		    format, CASE_FORMAT);
	return err_set(err, ERR_DAMAGED, _("the file opens, but holds no case (format %d)"), format);
}

int case_meta_set(struct case_file *c, const char *key, const char *value, struct err *err)
{
	sqlite3_stmt *s = case_statement(c, CASE_META_SET, err);
	if (!s)
		return -1;
	sqlite3_bind_text(s, 1, key, -1, SQLITE_STATIC);
	sqlite3_bind_text(s, 2, value, -1, SQLITE_STATIC);
	return case_step(c, s, _("write to the case"), err);
}

int case_meta_get(struct case_file *c, const char *key, struct buf *value, struct err *err)
{
	sqlite3_stmt *s = case_statement(c, CASE_META_GET, err);
	if (!s)
		return -1;
	sqlite3_bind_text(s, 1, key, -1, SQLITE_STATIC);
	int rc = sqlite3_step(s);
	if (rc == SQLITE_ROW)
		buf_adds(value, (const char *)sqlite3_column_text(s, 0));
	else if (rc == SQLITE_DONE)
		err_set(err, ERR_NOT_FOUND, _("the case does not say its %s"), key);
	else
		case_sql_error(c, _("read the case"), err);
	sqlite3_reset(s);
	return rc == SQLITE_ROW ? 0 : -1;
}
