#include "case/store/leave_behind.h"

#include "base/err.h"
#include "base/i18n.h"
#include "case/store/case_file.h"

#include <sqlite3.h>

static int leave_behind_fail(sqlite3 *db, struct err *err)
{
	return err_set(err, ERR_FAILED, _("cannot prepare the copy: %s"), sqlite3_errmsg(db));
}

int case_count_secrets(struct case_file *c, size_t *count, struct err *err)
{
	static const char sql[] = "SELECT count(*) FROM text WHERE secret AND value IS NOT NULL";
	sqlite3_stmt *q = NULL;
	int rc =
	    sqlite3_prepare_v2(case_db(c), sql, -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW ? 0 : -1;
	if (rc == 0)
		*count = (size_t)sqlite3_column_int64(q, 0);
	else
		err_set(err, ERR_FAILED, _("cannot count the secrets: %s"), sqlite3_errmsg(case_db(c)));
	sqlite3_finalize(q);
	return rc;
}

/* Names first: a table is not changed while it is read. */
static json_t *secrets_but(sqlite3 *db, const json_t *keep, struct err *err)
{
	sqlite3_stmt *q = NULL;
	json_t *gone = json_array();
	int step = SQLITE_ERROR;
	if (sqlite3_prepare_v2(db, "SELECT digest FROM text WHERE secret AND value IS NOT NULL", -1, &q, NULL) ==
	    SQLITE_OK)
		while ((step = sqlite3_step(q)) == SQLITE_ROW)
			if (!json_object_get(keep, (const char *)sqlite3_column_text(q, 0)))
				json_array_append_new(gone, json_string((const char *)sqlite3_column_text(q, 0)));
	if (step != SQLITE_DONE) {
		leave_behind_fail(db, err);
		json_decref(gone);
		gone = NULL;
	}
	sqlite3_finalize(q);
	return gone;
}

int case_leave_behind(struct case_file *copy, const json_t *keep, size_t *left, struct err *err)
{
	static const char own[] = "PRAGMA secure_delete = ON; BEGIN IMMEDIATE; DELETE FROM draft;"
	                          "DELETE FROM meta WHERE key LIKE 'peer.%' OR key LIKE 'local.%'; COMMIT";
	sqlite3 *db = case_db(copy);
	sqlite3_stmt *wipe = NULL;
	*left = 0;
	if (sqlite3_exec(db, own, NULL, NULL, NULL) != SQLITE_OK)
		return leave_behind_fail(db, err);
	json_t *gone = secrets_but(db, keep, err);
	int rc = gone ? 0 : -1;
	if (rc == 0 && sqlite3_prepare_v2(db, "DELETE FROM text WHERE digest = ?1", -1, &wipe, NULL) != SQLITE_OK)
		rc = leave_behind_fail(db, err);
	for (size_t i = 0; rc == 0 && i < json_array_size(gone); i++) {
		sqlite3_bind_text(wipe, 1, json_string_value(json_array_get(gone, i)), -1, SQLITE_STATIC);
		if (sqlite3_step(wipe) != SQLITE_DONE)
			rc = leave_behind_fail(db, err);
		sqlite3_reset(wipe);
	}
	if (rc == 0)
		*left = json_array_size(gone);
	sqlite3_finalize(wipe);
	json_decref(gone);
	return rc;
}
