/*
 * The tables that lists and logs are read from, read once in the order of their
 * rows: commits with their parents, and which paths each touched.
 */
#include "history/verify_private.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define ROWS 16 /* of these tables cost as much as one object */

static void take_commit(struct history_check *k, sqlite3_stmt *s)
{
	int64_t n = sqlite3_column_int64(s, 0);
	if (n < 1 || n > k->last_commit || sqlite3_column_bytes(s, 1) != GIT_OID_RAWSZ)
		return; /* a number that is missing is reported in its turn */
	struct check_commit *c = &k->commits[n];
	git_object_t type;
	git_oid_fromraw(&c->id, sqlite3_column_blob(s, 1));
	c->time = sqlite3_column_int64(s, 2);
	c->p1 = sqlite3_column_int64(s, 3);
	c->p2 = sqlite3_column_int64(s, 4);
	c->there = 1;
	if (!object_index_find(k->h->index, &c->id, &c->object, &type) || type != GIT_OBJECT_COMMIT)
		c->object = 0;
	if (object_index_commit(k->h->index, &c->id) == 0) /* a second row for one commit shows by its parents */
		object_index_number(k->h->index, &c->id, n);
}

int check_list(struct history_check *k, unsigned units, struct err *err)
{
	sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(k->h->db, "SELECT n, id, time, p1, p2 FROM git_commit WHERE n > ?1 ORDER BY n LIMIT ?2",
	                       -1, &s, NULL) != SQLITE_OK)
		return history_sql_error(k->h, _("read"), err);
	sqlite3_bind_int64(s, 1, k->at);
	sqlite3_bind_int64(s, 2, (sqlite3_int64)units * ROWS);
	int rc;
	int rows = 0;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		rows++;
		k->at = sqlite3_column_int64(s, 0);
		take_commit(k, s);
	}
	int failed = rc != SQLITE_DONE && history_sql_error(k->h, _("read"), err) < 0;
	sqlite3_finalize(s);
	return failed ? -1 : rows > 0 && k->at < k->last_commit;
}

uint64_t check_touch_digest(const struct history_check *k, const char *path)
{
	uint64_t digest;
	crypto_shorthash((unsigned char *)&digest, (const unsigned char *)path, strlen(path), k->touch_key);
	return digest;
}

/* A row counts as what it was written as: a path without a zero byte and a whole number. Anything else fits no commit. */
static void take_touched(struct history_check *k, sqlite3_stmt *s)
{
	int is_number = sqlite3_column_type(s, 1) == SQLITE_INTEGER;
	int is_text = sqlite3_column_type(s, 0) == SQLITE_TEXT;
	int64_t n = sqlite3_column_int64(s, 1);
	const char *path = (const char *)sqlite3_column_text(s, 0);
	if (is_number && n > k->last_commit) /* written since */
		return;
	k->touched_rows++;
	if (is_number && n > 0 && is_text && path && strlen(path) == (size_t)sqlite3_column_bytes(s, 0)) {
		k->touched[n].sum += check_touch_digest(k, path);
		k->touched[n].count++;
	}
}

/* The values themselves, whatever their types: as text or a number they might name a row before this one, for ever. */
static int remember_touched(struct history_check *k, sqlite3_stmt *s, struct err *err)
{
	for (int i = 0; i < 2; i++) {
		sqlite3_value_free(k->touch_at[i]);
		k->touch_at[i] = sqlite3_value_dup(sqlite3_column_value(s, i));
		if (!k->touch_at[i])
			return err_set(err, ERR_FAILED, _("out of memory"));
	}
	return 0;
}

int check_touched_table(struct history_check *k, unsigned units, struct err *err)
{
	sqlite3_stmt *s = NULL;
	const char *sql = k->touch_at[0]
	                      ? "SELECT path, n FROM git_touch WHERE (path, n) > (?1, ?2) ORDER BY path, n LIMIT ?3"
	                      : "SELECT path, n FROM git_touch ORDER BY path, n LIMIT ?3";
	if (sqlite3_prepare_v2(k->h->db, sql, -1, &s, NULL) != SQLITE_OK)
		return history_sql_error(k->h, _("read"), err);
	for (int i = 0; i < 2 && k->touch_at[0]; i++)
		sqlite3_bind_value(s, i + 1, k->touch_at[i]);
	sqlite3_bind_int64(s, 3, (sqlite3_int64)units * ROWS);
	int rc = SQLITE_DONE;
	int failed = 0;
	int rows = 0;
	while (!failed && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		if (++rows == (int)units * ROWS) /* the last of the slice; behind a shorter one nothing comes */
			failed = remember_touched(k, s, err) < 0;
		take_touched(k, s);
	}
	failed = failed || (rc != SQLITE_DONE && history_sql_error(k->h, _("read"), err) < 0);
	sqlite3_finalize(s);
	return failed ? -1 : rows == (int)units * ROWS;
}

void check_mark_reachable(struct history_check *k)
{
	git_oid head;
	int64_t number = git_oid_fromstr(&head, k->head) == 0 ? object_index_commit(k->h->index, &head) : 0;
	if (number < 1) {
		history_found(k, _("the last commit %.10s is not in the table of commits"), k->head);
		return;
	}
	k->reachable[number] = 1;
	for (int64_t n = number; n > 0; n--) {
		const int64_t parents[2] = {k->commits[n].p1, k->commits[n].p2};
		for (int i = 0; i < 2 && k->reachable[n]; i++)
			if (parents[i] > 0 && parents[i] < n) /* anything else is reported with the commit */
				k->reachable[parents[i]] = 1;
	}
}
