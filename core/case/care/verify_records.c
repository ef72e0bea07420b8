/* Records against the history, their labels and references. */
#include "base/json.h"
#include "case/care/invariants.h"
#include "case/care/verify_private.h"
#include "case/store/record_summary.h"
#include "case/store/record_validate.h"

#include <stdlib.h>
#include <string.h>

#define ROW_MAX (1LL << 40) /* number of a row at most */
#define QUICK   16          /* rows that are only counted, or asked one thing, in the time of one that is checked */

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
	return history_folders(v->c->history, head, take_folder, v, err) < 0 ? -1 : 0;
}

/*
 * Files of one kind are counted in the tree of the commit that was the last one when that began, and rows up to the last one
 * then: somebody may write meanwhile, and no row ever goes away.
 */
static int begin_folder(struct verify *v, struct err *err)
{
	char head[HISTORY_ID];
	const char *kind = v->names[v->name_count - 1];
	sqlite3_stmt *s = case_prepare(v->c, err, "SELECT max(n) FROM record", "");
	if (!s)
		return -1;
	v->last_row = sqlite3_step(s) == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
	sqlite3_finalize(s);
	v->at = 0;
	v->files = v->rows = 0;
	if (history_head(v->c->history, head, err) < 0)
		return -1;
	v->folder = history_walk_begin(v->c->history, head, kind, err);
	return v->folder ? 1 : -1;
}

/* Counts on in the tables: 1 there are more, 0 that was all, -1. */
static int count_rows(struct verify *v, const char *kind, unsigned rows, struct err *err)
{
	sqlite3_stmt *s =
	    case_prepare(v->c, err,
	                 "SELECT count(*), max(n) FROM (SELECT n FROM record WHERE kind = ?1 AND n > ?2 AND"
	                 " n <= ?3 ORDER BY n LIMIT ?4)",
	                 "tiii", kind, v->at, v->last_row, (int64_t)rows);
	if (!s)
		return -1;
	int rc = sqlite3_step(s) == SQLITE_ROW ? 0 : case_sql_error(v->c, _("list records"), err);
	int64_t count = rc == 0 ? sqlite3_column_int64(s, 0) : 0;
	if (count > 0)
		v->at = sqlite3_column_int64(s, 1);
	v->rows += (uint64_t)count;
	sqlite3_finalize(s);
	return rc < 0 ? -1 : count == rows;
}

static int count_files(struct verify *v, unsigned files, struct err *err)
{
	for (unsigned i = 0; i < files; i++) {
		int more = history_walk_next(v->folder, NULL, NULL, NULL, err);
		if (more != 1)
			return more;
		v->files++;
	}
	return 1;
}

static int folder_slice(struct verify *v, unsigned rows, struct err *err)
{
	if (!v->folder)
		return begin_folder(v, err);
	int more = count_rows(v, v->names[v->name_count - 1], rows, err);
	if (more == 0)
		more = count_files(v, rows, err);
	if (more == 1)
		return 1;
	history_walk_end(v->folder);
	v->folder = NULL;
	char *kind = v->names[--v->name_count];
	if (more == 0 && v->files != v->rows)
		verify_found(v, _("the tree of the last commit holds %llu records of the kind %s, the tables %llu"),
		             (unsigned long long)v->files, kind, (unsigned long long)v->rows);
	free(kind);
	return more < 0 ? -1 : 1;
}

static void take_finding(void *ctx, const char *text)
{
	verify_found(ctx, "%s", text);
}

static int invariants_slice(struct verify *v, unsigned rows, struct err *err)
{
	if (!v->invariants)
		v->invariants = invariants_begin(v->c, take_finding, v);
	return invariants_step(v->invariants, rows, err);
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

enum records_stage {
	STAGE_ROWS,
	STAGE_FOLDERS,
	STAGE_COUNTS,
	STAGE_ORIGINS,
	STAGE_INVARIANTS,
	STAGE_NUMBERS,
	STAGE_DONE
};

static int stage_slice(struct verify *v, unsigned rows, struct err *err)
{
	switch ((enum records_stage)v->stage) {
	case STAGE_ROWS:
		return rows_slice(v, rows, err);
	case STAGE_FOLDERS:
		return begin_folders(v, err);
	case STAGE_COUNTS:
		return v->name_count > 0 ? folder_slice(v, rows * QUICK, err) : 0;
	case STAGE_ORIGINS:
		return record_origins_end(v->origins, (size_t)rows * QUICK, take_finding, v, err);
	case STAGE_INVARIANTS:
		return invariants_slice(v, rows * QUICK, err);
	case STAGE_NUMBERS:
		return check_numbers(v, err);
	case STAGE_DONE:
		break;
	}
	return 0;
}

int verify_records_slice(struct verify *v, unsigned rows, struct err *err)
{
	int more = stage_slice(v, rows, err);
	if (more == 0)
		v->stage++;
	return more != 0 ? more : v->stage < STAGE_DONE;
}
