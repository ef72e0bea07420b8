#include "case/upgrade.h"

#include "base/json.h"
#include "case/access.h"
#include "case/action/action.h"
#include "case/store/case_internal.h"
#include "case/store/record_summary.h"
#include "case/store/record_validate.h"
#include "case/store/tokenizer.h"

#include "history/tables.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COPIES 100 /* of names for the copy beside the case */

static int upgrade_run(struct case_file *c, const char *sql, struct err *err)
{
	return sqlite3_exec(c->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0
	                                                               : case_sql_error(c, _("upgrade the case"), err);
}

/* Triggers and views of somebody else's making would run while tables change; what remains is compared afterwards. */
static int refuse_foreign(struct case_file *c, struct err *err)
{
	sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(c->db, "SELECT 1 FROM sqlite_schema WHERE type NOT IN ('table', 'index') LIMIT 1", -1,
	                       &s, NULL) != SQLITE_OK)
		return case_sql_error(c, _("read the case"), err);
	int rc = sqlite3_step(s);
	sqlite3_finalize(s);
	if (rc == SQLITE_DONE)
		return 0;
	return rc == SQLITE_ROW
	           ? err_set(err, ERR_DAMAGED,
	                     _("the tables of this file are not those of a case: somebody else made or changed it"))
	           : case_sql_error(c, _("read the case"), err);
}

/* ---- from 1 to 2 */

/* What no other door lets in is not signed for by an upgrade, either. */
static int fill_record(struct case_file *c, sqlite3_stmt *from, sqlite3_stmt *to, struct err *err)
{
	const char *columns[RECORD_SUMMARY_COLUMN_COUNT];
	json_t *record =
	    record_validate(NULL, sqlite3_column_text(from, 7), (size_t)sqlite3_column_bytes(from, 7), err);
	if (!record) {
		err_prefix(err,
		           _("the record %lld of the case cannot be upgraded; read it with --read-only, or try "
		             "`genba salvage`"),
		           (long long)sqlite3_column_int64(from, 0));
		return -1;
	}
	record_summary_columns(record, columns);
	for (int i = 0; i < 8; i++)
		sqlite3_bind_value(to, i + 1, sqlite3_column_value(from, i));
	for (int i = 0; i < RECORD_SUMMARY_COLUMN_COUNT; i++)
		sqlite3_bind_text(to, 9 + i, columns[i], -1, SQLITE_TRANSIENT);
	int rc = sqlite3_step(to) == SQLITE_DONE ? 0 : case_sql_error(c, _("upgrade the case"), err);
	sqlite3_reset(to);
	json_decref(record);
	return rc;
}

static int fill_records(struct case_file *c, struct err *err)
{
	sqlite3_stmt *from = NULL, *to = NULL;
	int rc = sqlite3_prepare_v2(c->db,
	                            "SELECT n, id, kind, label, mark, number, retracted, json FROM record_1 ORDER BY n",
	                            -1, &from, NULL) == SQLITE_OK &&
	                 sqlite3_prepare_v2(c->db,
	                                    "INSERT INTO record(n, " RECORD_COLUMNS
	                                    ") VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
	                                    -1, &to, NULL) == SQLITE_OK
	             ? 0
	             : -1;
	int step = SQLITE_DONE;
	while (rc == 0 && (step = sqlite3_step(from)) == SQLITE_ROW)
		rc = fill_record(c, from, to, err);
	if (rc < 0 || step != SQLITE_DONE)
		rc = case_sql_error(c, _("upgrade the case"), err);
	sqlite3_finalize(from);
	sqlite3_finalize(to);
	return rc;
}

static int from_1(struct case_file *c, struct err *err)
{
	static const char before[] = "DROP INDEX IF EXISTS record_kind; DROP INDEX IF EXISTS record_number;"
	                             "DROP INDEX IF EXISTS record_standing; DROP INDEX IF EXISTS record_happened;"
	                             "DROP INDEX IF EXISTS record_name;"
	                             "ALTER TABLE record RENAME TO record_1;" SCHEMA_RECORD;
	static const char after[] = "DROP TABLE record_1; DROP TABLE IF EXISTS work;" SCHEMA_WORK HISTORY_DROP_DERIVED;
	struct history_rebuilt rebuilt;
	if (upgrade_run(c, before, err) < 0 || fill_records(c, err) < 0 || upgrade_run(c, after, err) < 0)
		return -1;
	if (case_open_history(c, err) < 0 || history_rebuild(c->history, &rebuilt, err) < 0)
		return -1;
	if (rebuilt.dropped || !rebuilt.tree_whole)
		return err_set(err, ERR_DAMAGED,
		               _("its history is damaged: read it with --read-only, or try `genba salvage`"));
	return 0;
}

static int (*const steps[CASE_FORMAT])(struct case_file *c, struct err *err) = {NULL, from_1};

/* All of it, inside the open transaction. */
static int upgrade_tables(struct case_file *c, int format, struct err *err)
{
	if (refuse_foreign(c, err) < 0)
		return -1;
	for (int f = format; f < CASE_FORMAT; f++)
		if (steps[f](c, err) < 0)
			return -1;
	char sql[64];
	snprintf(sql, sizeof sql, "PRAGMA user_version = %d", CASE_FORMAT);
	return upgrade_run(c, sql, err) < 0 ? -1 : case_schema_check(c, err);
}

static void roll_back(struct case_file *c)
{
	case_reset_statements(c);
	history_free(c->history);
	c->history = NULL;
	sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
}

/* ---- for reading: on a copy in memory */

static int copy_to_memory(struct case_file *c, struct err *err)
{
	if (sqlite3_open_v2(":memory:", &c->memory, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) != SQLITE_OK)
		return err_set(err, ERR_FAILED, _("out of memory"));
	sqlite3_db_config(c->memory, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(c->memory, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_limit(c->memory, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_backup *copy = sqlite3_backup_init(c->memory, "main", c->db, "main");
	int rc = copy ? sqlite3_backup_step(copy, -1) : SQLITE_NOMEM;
	sqlite3_backup_finish(copy);
	if (rc != SQLITE_DONE)
		return case_sql_error(c, _("read the case"), err);
	for (size_t i = 0; i < CASE_STATEMENT_COUNT; i++) {
		sqlite3_finalize(c->statements[i]);
		c->statements[i] = NULL;
	}
	c->db = c->memory;
	return tokenizer_register(c->db, err);
}

static int show_upgraded(struct case_file *c, int format, struct err *err)
{
	if (copy_to_memory(c, err) < 0 || upgrade_run(c, "BEGIN", err) < 0)
		return -1;
	if (upgrade_tables(c, format, err) < 0) {
		roll_back(c);
		return -1;
	}
	c->flags |= CASE_READ_ONLY;
	buf_addf(&c->notice,
	         _("This case is of format %d. It is shown without changing the file; opened for writing by a "
	           "responder, it is"
	           " upgraded to format %d.\n"),
	         format, CASE_FORMAT);
	return upgrade_run(c, "COMMIT", err);
}

/* ---- for writing */

/* site.genba -> site.format-1.genba, the first such name that is free. */
static char *copy_path(const char *path, int format)
{
	size_t n = strlen(path);
	if (n > 6 && strcmp(path + n - 6, ".genba") == 0)
		n -= 6;
	char *copy = NULL;
	for (int i = 1; i <= COPIES; i++) {
		free(copy);
		copy = i == 1 ? xasprintf("%.*s.format-%d.genba", (int)n, path, format)
		              : xasprintf("%.*s.format-%d.%d.genba", (int)n, path, format, i);
		if (access(copy, F_OK) < 0)
			break;
	}
	return copy;
}

static int write_copy(struct case_file *c, const char *path, int *dropped, struct err *err)
{
	struct vault_new_slot slots[VAULT_SLOTS];
	struct vault_slot now[VAULT_SLOTS];
	struct vault_identity keys = {c->identity->public_key, c->identity->secret_key};
	size_t count;
	if (access_slots(c, NULL, 1, slots, &count, err) < 0)
		return -1;
	*dropped = vault_slots(c->vault, now) != count;
	case_reset_statements(c);
	return vault_rotate(c->vault, path, slots, count, &keys, NULL, err);
}

static int commit_upgrade(struct case_file *c, int format, struct err *err)
{
	if (case_step(c, case_statement(c, CASE_BEGIN, err), _("begin a change"), err) < 0)
		return -1;
	if (upgrade_tables(c, format, err) < 0 || case_refresh(c, err) < 0) {
		roll_back(c);
		return -1;
	}
	struct action *a = action_begin_within(c, "upgrade", err);
	if (!a) {
		roll_back(c);
		return -1;
	}
	char line[80];
	snprintf(line, sizeof line, "upgrade: the case file from format %d to %d", format, CASE_FORMAT);
	action_subject(a, line);
	snprintf(line, sizeof line, "Genba-Format: %d", CASE_FORMAT);
	action_trailer(a, line);
	if (action_commit(a, err) == 0) /* ends the transaction, or takes it back */
		return 0;
	history_free(c->history);
	c->history = NULL;
	return -1;
}

int case_upgrade(struct case_file *c, struct err *err)
{
	int format, dropped = 0;
	if (case_schema_format(c, &format, err) < 0)
		return -1;
	if (format < 1 || format >= CASE_FORMAT)
		return 0;
	if (refuse_foreign(c, err) < 0)
		return -1;
	if (!(c->flags & CASE_READ_ONLY) && case_find_responder(c, err) < 0)
		return -1;
	if (case_may_write(c, NULL) < 0)
		return show_upgraded(c, format, err);
	char *copy = copy_path(c->path, format);
	int rc = write_copy(c, copy, &dropped, err);
	if (rc < 0) {
		err_prefix(err,
		           _("the case is of format %d and cannot be upgraded without a copy of it; --read-only shows "
		             "it as it is"),
		           format);
	} else if (commit_upgrade(c, format, err) < 0) {
		rc = err_prefix(err, _("cannot upgrade the case; it is as it was, and '%s' is a copy of it"), copy);
	} else {
		buf_addf(&c->notice,
		         _("The case was upgraded from format %d to %d. A verified copy as it was lies in '%s'.\n"),
		         format, CASE_FORMAT, copy);
		if (dropped)
			buf_adds(
			    &c->notice,
			    _("That copy opens for the responders' keys only, not with the case's own passphrase.\n"));
	}
	free(copy);
	return rc;
}
