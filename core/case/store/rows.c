#include "case/store/rows.h"

#include "case/store/case_internal.h"

#include <stdlib.h>
#include <string.h>

static void hand_over(sqlite3_stmt *s, row_fn fn, void *ctx)
{
	struct record_row row = {
	    .n = sqlite3_column_int64(s, 0),
	    .kind = (const char *)sqlite3_column_text(s, 1),
	    .label = (const char *)sqlite3_column_text(s, 2),
	    .retracted = sqlite3_column_int(s, 3),
	    .json = (const char *)sqlite3_column_text(s, 4),
	    .size = (size_t)sqlite3_column_bytes(s, 4),
	};
	fn(ctx, &row);
}

int rows_each(struct case_file *c, const char *kind, int64_t after, int limit, row_fn fn, void *ctx, struct err *err)
{
	sqlite3_stmt *s = NULL;
	int count = 0;
	int rc;
	/* not from the cache: whoever is called may read records itself */
	if (sqlite3_prepare_v2(c->db,
	                       "SELECT n, kind, label, retracted, json FROM record WHERE kind = ?1 AND n > ?2"
	                       " ORDER BY n LIMIT ?3",
	                       -1, &s, NULL) != SQLITE_OK)
		return case_sql_error(c, _("list records"), err);
	sqlite3_bind_text(s, 1, kind, -1, SQLITE_STATIC);
	sqlite3_bind_int64(s, 2, after);
	sqlite3_bind_int(s, 3, limit);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		hand_over(s, fn, ctx);
		count++;
	}
	if (rc != SQLITE_DONE)
		count = case_sql_error(c, _("list records"), err);
	sqlite3_finalize(s);
	return count;
}

int row_of_id(struct case_file *c, const char *id, row_fn fn, void *ctx)
{
	sqlite3_stmt *s = NULL;
	int rc = -1;
	if (sqlite3_prepare_v2(c->db, "SELECT n, kind, label, retracted, json FROM record WHERE id = ?1", -1, &s,
	                       NULL) != SQLITE_OK)
		return -1;
	sqlite3_bind_text(s, 1, id, -1, SQLITE_STATIC);
	if (sqlite3_step(s) == SQLITE_ROW) {
		hand_over(s, fn, ctx);
		rc = 0;
	}
	sqlite3_finalize(s);
	return rc;
}

/* The text of a member's value inside a canonical object: [*from, *from + n). 0, or -1 if there is none. Members stand
 * one space from the margin and strings hold no line end, so a line that begins so is a member. */
static int find_member(const char *json, size_t size, const char *name, const char **from, size_t *n)
{
	char key[80];
	int length = snprintf(key, sizeof key, "\n \"%s\": ", name);
	const char *at = memmem(json, size, key, (size_t)length);
	if (!at || length >= (int)sizeof key)
		return -1;
	at += length;
	const char *end = json + size;
	const char *close =
	    *at == '[' && at + 1 < end && at[1] == '\n' ? memmem(at, (size_t)(end - at), "\n ]", 3) : NULL;
	const char *stop = close ? close + 3 : memchr(at, '\n', (size_t)(end - at));
	if (!stop)
		return -1;
	while (stop > at && (stop[-1] == ',' || stop[-1] == '\n'))
		stop--;
	*from = at;
	*n = (size_t)(stop - at);
	return 0;
}

/* References, texts and secrets are stored as ids and digests: the whole way of reading them, for this one member. */
static json_t *read_member(struct case_file *c, const struct field *field, const char *kind_json, size_t kind_n,
                           const char *from, size_t n)
{
	struct buf object = BUF_INIT;
	buf_adds(&object, "{\n \"id\": \"\",\n \"label\": \"\",\n \"kind\": "); /* as of no record in particular */
	buf_add(&object, kind_json, kind_n);
	buf_addf(&object, ",\n \"%s\": ", field->name);
	buf_add(&object, from, n);
	buf_adds(&object, "\n}\n");
	json_t *record = record_from_stored(c, object.data, object.len, 0, NULL);
	json_t *value = json_incref(json_object_get(record, field->name));
	json_decref(record);
	buf_release(&object);
	return value;
}

/* The values of a conflict are read by the record and the field that they are about. */
static json_t *read_whole(struct case_file *c, const struct field *field, const char *json, size_t size)
{
	json_t *record = record_from_stored(c, json, size, 0, NULL);
	json_t *value = json_incref(json_object_get(record, field->name));
	json_decref(record);
	return value;
}

static int is_kind(const char *from, size_t n, const char *name)
{
	return n == strlen(name) + 2 && memcmp(from + 1, name, n - 2) == 0;
}

json_t *row_value(struct case_file *c, const struct field *field, const char *json, size_t size)
{
	const char *from;
	const char *kind;
	size_t n;
	size_t kind_n;
	if (find_member(json, size, field->name, &from, &n) < 0)
		return NULL;
	if (find_member(json, size, "kind", &kind, &kind_n) == 0 && is_kind(kind, kind_n, "conflict"))
		return read_whole(c, field, json, size);
	if ((field->type == FIELD_REF || field->type == FIELD_REFS || field->type == FIELD_LONG ||
	     field->type == FIELD_SECRET) &&
	    find_member(json, size, "kind", &kind, &kind_n) == 0)
		return read_member(c, field, kind, kind_n, from, n);
	if (n >= 2 && *from == '"' && !memchr(from, '\\', n)) /* the usual case, without a parser */
		return json_stringn(from + 1, n - 2);
	return json_loadb(from, n, JSON_DECODE_ANY, NULL);
}
