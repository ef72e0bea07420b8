/* Records against the history, their labels and references, and the texts and files that they name by digest. */
#include "base/json.h"
#include "case/care/invariants.h"
#include "case/care/verify_private.h"
#include "case/store/blob.h"
#include "case/store/record_summary.h"
#include "case/store/record_validate.h"

#include <stdlib.h>
#include <string.h>

#define ROW_MAX (1LL << 40) /* number of a row at most */

/* ---- what each commit wrote */

void verify_history_file(void *ctx, const char *commit, const char *path, const void *text, size_t n)
{
	struct verify *v = ctx;
	struct err why = ERR_INIT;
	uint64_t number = 0;
	if (strcmp(path, "README.md") == 0 && history_number(v->c->history, commit, &number, NULL) == 0 && number == 1)
		return; /* the first commit brings it, and no other */
	json_t *record = record_validate(path, text, n, &why);
	if (!record || record_origins_file(v->origins, path, record, &why) < 0)
		verify_found(v, _("commit %.10s: %s"), commit, why.message);
	json_decref(record);
}

/* ---- rows */

static void check_columns(struct verify *v, sqlite3_stmt *s, const char *label, const json_t *object)
{
	static const char *const names[] = {"label", "id", "kind"};
	for (int i = 0; i < 3; i++) {
		const char *value = json_get_string(object, names[i]);
		if (!value || strcmp(value, (const char *)sqlite3_column_text(s, i + 1)) != 0)
			verify_found(v, _("%s: the record's %s does not fit its row"), label, names[i]);
	}
	if (record_is_retracted(object) != sqlite3_column_int(s, 4))
		verify_found(v, _("%s: the row says otherwise than the record whether it was retracted"), label);
	char mark[MARK_TEXT];
	int64_t number;
	label_columns(label, mark, &number);
	if (strcmp(mark, (const char *)sqlite3_column_text(s, 6)) != 0 || number != sqlite3_column_int64(s, 7))
		verify_found(v, _("%s: the label does not fit its row"), label);
}

/* The columns that counting and picking go by: record_summary.h. */
static void check_summary(struct verify *v, sqlite3_stmt *s, const char *label, const json_t *object)
{
	const char *values[RECORD_SUMMARY_COLUMN_COUNT];
	record_summary_columns(object, values);
	for (int i = 0; i < RECORD_SUMMARY_COLUMN_COUNT; i++) {
		const char *stored = (const char *)sqlite3_column_text(s, 8 + i);
		if (values[i] && stored ? strcmp(values[i], stored) != 0 : values[i] != stored)
			verify_found(v, _("%s: an indexed column does not fit the record"), label);
	}
}

static void check_texts(struct verify *v, const char *label, json_t *object)
{
	const char *name;
	json_t *value;
	json_object_foreach(object, name, value) {
		const char *stored = json_string_value(value);
		if (!stored || !purgeable_text_is_digest(stored, NULL))
			continue;
		struct buf text = BUF_INIT;
		struct err inner = ERR_INIT;
		int rc = purgeable_text_get(v->c, stored, &text, &inner);
		if (rc < 0 && inner.code == ERR_NOT_FOUND)
			v->report.absent++;
		else if (rc < 0)
			verify_found(v, "%s: %s: %s", label, name, inner.message);
		buf_release(&text);
	}
}

static void has_link(struct verify *v, const char *label, const char *id, const char *field, const json_t *target)
{
	sqlite3_stmt *s = case_statement(v->c, CASE_LINK_HAS, NULL);
	if (!s || !json_is_string(target))
		return;
	sqlite3_bind_text(s, 1, json_string_value(target), -1, SQLITE_STATIC);
	sqlite3_bind_text(s, 2, id, -1, SQLITE_STATIC);
	sqlite3_bind_text(s, 3, field, -1, SQLITE_STATIC);
	if (sqlite3_step(s) != SQLITE_ROW)
		verify_found(v, _("%s: the reference %s is not in the table of references"), label, field);
	sqlite3_reset(s);
}

static void check_links(struct verify *v, const char *label, const json_t *object)
{
	const struct kind *kind = record_kind(object);
	const char *id = json_get_string(object, "id");
	int64_t wanted = 0;
	for (size_t i = 0; kind && id && i < kind_field_count(kind); i++) {
		const struct field *field = kind_field_at(kind, i);
		const json_t *value = json_object_get(object, field->name);
		size_t j;
		json_t *member;
		if (field->type == FIELD_REF && json_is_string(value)) {
			has_link(v, label, id, field->name, value);
			wanted++;
		} else if (field->type == FIELD_REFS) {
			json_array_foreach(value, j, member) {
				has_link(v, label, id, field->name, member);
				wanted++;
			}
		}
	}
	sqlite3_stmt *s = kind && id ? case_statement(v->c, CASE_LINK_COUNT, NULL) : NULL;
	if (!s)
		return;
	sqlite3_bind_text(s, 1, id, -1, SQLITE_STATIC);
	if (sqlite3_step(s) == SQLITE_ROW && sqlite3_column_int64(s, 0) != wanted)
		verify_found(v, _("%s: the table of references has %lld rows for it, the record %lld references"),
		             label, (long long)sqlite3_column_int64(s, 0), (long long)wanted);
	sqlite3_reset(s);
}

/* The record's file in the tree of the last commit is its row, byte for byte. 1 if it is. */
static int check_tree_file(struct verify *v, const char *head, sqlite3_stmt *s, const char *label)
{
	int same = 0;
	struct buf path = BUF_INIT;
	struct buf text = BUF_INIT;
	struct err why = ERR_INIT;
	const char *id = (const char *)sqlite3_column_text(s, 2);
	if (strlen(id) >= 3)
		record_path((const char *)sqlite3_column_text(s, 3), id, &path);
	int rc = history_read(v->c->history, head, path.data, &text, &why);
	if (rc < 0 && why.code == ERR_NOT_FOUND)
		verify_found(v, _("the record %s is not in the history (%s)"), label, path.data);
	else if (rc < 0)
		verify_found(v, "%s: %s", label, why.message);
	else
		same = (size_t)sqlite3_column_bytes(s, 5) == text.len &&
		       memcmp(sqlite3_column_text(s, 5), text.data, text.len) == 0;
	if (rc == 0 && !same)
		verify_found(v, _("the record %s differs from the history's %s"), label, path.data);
	buf_release(&text);
	buf_release(&path);
	return same;
}

static void check_last(struct verify *v, sqlite3_stmt *s, const char *label, const json_t *object)
{
	struct buf path = BUF_INIT;
	struct err why = ERR_INIT;
	record_path((const char *)sqlite3_column_text(s, 3), (const char *)sqlite3_column_text(s, 2), &path);
	if (v->origins && record_origins_last(v->origins, path.data, object, &why) < 0)
		verify_found(v, "%s: %s", label, why.message);
	buf_release(&path);
}

static void check_row(struct verify *v, const char *head, sqlite3_stmt *s)
{
	const char *label = (const char *)sqlite3_column_text(s, 1);
	struct err why = ERR_INIT;
	for (int i = 1; i <= 3; i++)
		if (!sqlite3_column_text(s, i)) {
			verify_found(v, _("a record's row is not whole"));
			return;
		}
	const char *text = (const char *)sqlite3_column_text(s, 5);
	size_t n = (size_t)sqlite3_column_bytes(s, 5);
	/* what the history has was judged with its commit */
	json_t *object = check_tree_file(v, head, s, label) && v->parts[VERIFY_HISTORY].findings == 0
	                     ? json_parse(text, n, &why)
	                     : record_validate(NULL, text, n, &why);
	if (!object) {
		verify_found(v, "%s: %s", label, why.message);
		return;
	}
	check_columns(v, s, label, object);
	check_summary(v, s, label, object);
	check_last(v, s, label, object);
	check_texts(v, label, object);
	check_links(v, label, object);
	json_decref(object);
}

static int rows_slice(struct verify *v, unsigned rows, struct err *err)
{
	sqlite3_stmt *s = NULL;
	char head[HISTORY_ID];
	if (history_head(v->c->history, head, err) < 0)
		return -1;
	if (sqlite3_prepare_v2(
	        v->c->db,
	        "SELECT n, label, id, kind, retracted, json, mark, number, status, facet, basis, happened, name"
	        " FROM record WHERE n > ?1"
	        " ORDER BY n LIMIT ?2",
	        -1, &s, NULL) != SQLITE_OK)
		return case_sql_error(v->c, _("list records"), err);
	sqlite3_bind_int64(s, 1, v->at);
	sqlite3_bind_int64(s, 2, rows);
	int rc;
	unsigned done = 0;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		v->at = sqlite3_column_int64(s, 0);
		check_row(v, head, s);
		v->report.records++;
		done++;
	}
	int failed = rc != SQLITE_DONE && case_sql_error(v->c, _("list records"), err) < 0;
	sqlite3_finalize(s);
	return failed ? -1 : done > 0;
}

/* ---- nothing in the tree that is no row; what holds over all records */

static int take_folder(void *ctx, const char *name)
{
	struct verify *v = ctx;
	v->names = xrealloc(v->names, (v->name_count + 1) * sizeof *v->names);
	v->names[v->name_count++] = xstrdup(name);
	return 0;
}

static int begin_folders(struct verify *v, struct err *err)
{
	char head[HISTORY_ID];
	if (history_head(v->c->history, head, err) < 0)
		return -1;
	v->stage = 1;
	return history_folders(v->c->history, head, take_folder, v, err) < 0 ? -1 : 1;
}

static int folder_slice(struct verify *v, struct err *err)
{
	char head[HISTORY_ID];
	uint64_t files = 0;
	char *kind = v->names[--v->name_count];
	int rc = history_head(v->c->history, head, err);
	if (rc == 0)
		rc = history_folder_count(v->c->history, head, kind, &files, err);
	uint64_t rows = record_count(v->c, kind, RECORD_WITH_RETRACTED);
	if (rc == 0 && files != rows)
		verify_found(v, _("the tree of the last commit holds %llu records of the kind %s, the tables %llu"),
		             (unsigned long long)files, kind, (unsigned long long)rows);
	free(kind);
	return rc < 0 ? -1 : 1;
}

static void take_finding(void *ctx, const char *text)
{
	verify_found(ctx, "%s", text);
}

static int check_invariants(struct verify *v, struct err *err)
{
	record_origins_end(v->origins, take_finding, v);
	return invariants_check(v->c, take_finding, v, err);
}

/* Rows are looked at from number 1 on, and a number out of the air leaves no room behind it. */
static int check_numbers(struct verify *v, struct err *err)
{
	static const char *const tables[] = {"record", "text", "blob", "search_queue"};
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		sqlite3_stmt *s = NULL;
		char *sql = xasprintf("SELECT count(*) FROM %s WHERE n < 1 OR n > %lld", tables[i], ROW_MAX);
		int rc = sqlite3_prepare_v2(v->c->db, sql, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW
		             ? 0
		             : case_sql_error(v->c, _("list records"), err);
		if (rc == 0 && sqlite3_column_int64(s, 0) > 0)
			verify_found(v, _("the table %s has rows with impossible numbers"), tables[i]);
		sqlite3_finalize(s);
		free(sql);
		if (rc < 0)
			return -1;
	}
	return 0;
}

int verify_records_slice(struct verify *v, unsigned rows, struct err *err)
{
	if (v->stage == 0) {
		int more = rows_slice(v, rows, err);
		return more != 0 ? more : begin_folders(v, err);
	}
	return v->name_count > 0 ? folder_slice(v, err) : check_invariants(v, err) < 0 ? -1 : check_numbers(v, err);
}

/* ---- texts and files */

/* The next rows of a table of digests. 1: there was one, 0: none. */
static int digests_slice(struct verify *v, const char *sql, unsigned rows, struct err *err)
{
	sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(v->c->db, sql, -1, &s, NULL) != SQLITE_OK)
		return case_sql_error(v->c, _("read the case"), err);
	sqlite3_bind_int64(s, 1, v->at);
	sqlite3_bind_int64(s, 2, rows);
	int rc;
	unsigned done = 0;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		const char *digest = (const char *)sqlite3_column_text(s, 1);
		struct buf bytes = BUF_INIT;
		struct err why = ERR_INIT;
		v->at = sqlite3_column_int64(s, 0);
		done++;
		int whole = digest && (v->stage == 0 ? purgeable_text_get(v->c, digest, &bytes, &why)
		                                     : blob_get(v->c, digest, &bytes, &why)) == 0;
		if (whole)
			*(v->stage == 0 ? &v->report.texts : &v->report.files) += 1;
		else if (why.code != ERR_NOT_FOUND)
			verify_found(v, "%s", why.code ? why.message : _("a digest is missing"));
		else if (v->stage == 1)
			v->report.absent++;
		buf_release(&bytes);
	}
	int failed = rc != SQLITE_DONE && case_sql_error(v->c, _("read the case"), err) < 0;
	sqlite3_finalize(s);
	return failed ? -1 : done > 0;
}

int verify_texts_slice(struct verify *v, unsigned rows, struct err *err)
{
	if (v->stage == 0) {
		int more = digests_slice(v, "SELECT n, digest FROM text WHERE n > ?1 ORDER BY n LIMIT ?2", rows, err);
		if (more != 0)
			return more;
		v->stage = 1;
		v->at = 0;
		return 1;
	}
	return digests_slice(v, "SELECT n, sha256 FROM blob WHERE n > ?1 ORDER BY n LIMIT ?2", 1, err);
}
