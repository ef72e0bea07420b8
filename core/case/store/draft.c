#include "case/store/draft.h"

#include "base/json.h"
#include "base/time/clock.h"
#include "case/store/case_internal.h"

#include <stdlib.h>

/* Prepared for the one use: drafts are written seconds apart. */
static sqlite3_stmt *draft_prepare(struct case_file *c, const char *sql, const char *key, struct err *err)
{
	sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(c->db, sql, -1, &s, NULL) != SQLITE_OK)
		case_sql_error(c, _("use a draft"), err);
	else
		sqlite3_bind_text(s, 1, key, -1, SQLITE_STATIC);
	return s;
}

int draft_save(struct case_file *c, const char *key, const json_t *value, struct err *err)
{
	if (c->flags & CASE_READ_ONLY)
		return err_set(err, ERR_FAILED, _("the case is open for reading only: no draft is kept"));
	char *text = json_dumps(value, JSON_COMPACT);
	if (!text)
		return err_set(err, ERR_INVALID, _("cannot write a draft: not valid text"));
	sqlite3_stmt *s =
	    draft_prepare(c, "INSERT OR REPLACE INTO draft(key, modified, json) VALUES(?1, ?2, ?3)", key, err);
	char now[CLOCK_TEXT];
	clock_format(clock_now(), now);
	sqlite3_bind_text(s, 2, now, -1, SQLITE_STATIC);
	sqlite3_bind_text(s, 3, text, -1, SQLITE_STATIC);
	int rc = case_step(c, s, _("keep a draft"), err);
	sqlite3_finalize(s);
	free(text);
	return rc;
}

json_t *draft_load(struct case_file *c, const char *key, char modified[32])
{
	sqlite3_stmt *s = draft_prepare(c, "SELECT modified, json FROM draft WHERE key = ?1", key, NULL);
	json_t *value = NULL;
	if (s && sqlite3_step(s) == SQLITE_ROW) {
		value =
		    json_loadb((const char *)sqlite3_column_text(s, 1), (size_t)sqlite3_column_bytes(s, 1), 0, NULL);
		snprintf(modified, CLOCK_TEXT, "%s", (const char *)sqlite3_column_text(s, 0));
	}
	sqlite3_finalize(s);
	return value;
}

int draft_delete(struct case_file *c, const char *key, struct err *err)
{
	if (c->flags & CASE_READ_ONLY)
		return 0;
	sqlite3_stmt *s = draft_prepare(c, "DELETE FROM draft WHERE key = ?1", key, err);
	int rc = case_step(c, s, _("drop a draft"), err);
	sqlite3_finalize(s);
	return rc;
}
