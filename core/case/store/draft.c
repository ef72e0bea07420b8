#include "case/store/draft.h"

#include "base/json.h"
#include "base/time/clock.h"
#include "case/identity/own.h"
#include "case/store/case_internal.h"

#include <stdlib.h>
#include <string.h>

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

static const char signature_name[] = "signature"; /* beside what is kept */

/* Under which a draft is signed: that of another record, or of another time, does not pass for it. */
static char *purpose_of(const char *key, const char *modified)
{
	return xasprintf("draft %s %s", modified, key);
}

static char *text_of(const json_t *value)
{
	return json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS);
}

/* The text of the row: the value, and the signature over it. NULL with an error. */
static char *draft_sign(struct case_file *c, const char *key, const char *modified, const json_t *value,
                        struct err *err)
{
	struct buf hex = BUF_INIT;
	char *text = text_of(value);
	char *purpose = purpose_of(key, modified);
	struct own_place place = {c->id, purpose};
	char *whole = NULL;
	if (!text)
		err_set(err, ERR_INVALID, _("cannot write a draft: not valid text"));
	else if (own_sign(c->identity, &place, text, &hex, err) == 0) {
		json_t *copy = json_copy((json_t *)(uintptr_t)value);
		json_object_set_new(copy, signature_name, json_string(hex.data));
		whole = text_of(copy);
		json_decref(copy);
	}
	free(purpose);
	free(text);
	buf_release(&hex);
	return whole;
}

/* Takes the signature out of it. 0: somebody else's. */
static int is_own(struct case_file *c, const char *key, const char *modified, json_t *value)
{
	const char *found = json_get_string(value, signature_name);
	char *hex = xstrdup(found ? found : "");
	json_object_del(value, signature_name);
	char *text = text_of(value);
	char *purpose = purpose_of(key, modified);
	struct own_place place = {c->id, purpose};
	int own = text && own_check(c->identity, &place, text, hex);
	free(purpose);
	free(text);
	free(hex);
	return own;
}

int draft_save(struct case_file *c, const char *key, const json_t *value, struct err *err)
{
	if (c->flags & CASE_READ_ONLY)
		return err_set(err, ERR_FAILED, _("the case is open for reading only: no draft is kept"));
	char now[CLOCK_TEXT];
	clock_format(clock_now(), now);
	char *text = draft_sign(c, key, now, value, err);
	if (!text)
		return -1;
	sqlite3_stmt *s =
	    draft_prepare(c, "INSERT OR REPLACE INTO draft(key, modified, json) VALUES(?1, ?2, ?3)", key, err);
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
	if (s && sqlite3_step(s) == SQLITE_ROW && sqlite3_column_text(s, 0) && sqlite3_column_text(s, 1)) {
		value =
		    json_loadb((const char *)sqlite3_column_text(s, 1), (size_t)sqlite3_column_bytes(s, 1), 0, NULL);
		snprintf(modified, CLOCK_TEXT, "%s", (const char *)sqlite3_column_text(s, 0));
	}
	sqlite3_finalize(s);
	if (!value || is_own(c, key, modified, value))
		return value;
	json_decref(value);
	return NULL;
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

int draft_each(struct case_file *c, int (*fn)(void *ctx, const char *key, const char *modified, const json_t *value),
               void *ctx, struct err *err)
{
	sqlite3_stmt *s = NULL;
	int rc = 0;
	if (sqlite3_prepare_v2(c->db, "SELECT key FROM draft ORDER BY modified, key", -1, &s, NULL) != SQLITE_OK)
		return case_sql_error(c, _("list drafts"), err);
	while (rc == 0 && sqlite3_step(s) == SQLITE_ROW) {
		char modified[CLOCK_TEXT];
		const char *key = (const char *)sqlite3_column_text(s, 0);
		json_t *value = key ? draft_load(c, key, modified) : NULL;
		if (value)
			rc = fn(ctx, key, modified, value);
		json_decref(value);
	}
	sqlite3_finalize(s);
	return rc;
}
