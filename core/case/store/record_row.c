/* The row of a record: its columns, its references in the table of links, its place in the search queue. */
#include "base/json.h"
#include "case/store/case_internal.h"
#include "case/store/indicator_value.h"
#include "case/store/record_summary.h"

#include <stdlib.h>
#include <string.h>

static void link_one(struct case_file *c, const char *source, const char *field, const char *target, struct err *err,
                     int *rc)
{
	sqlite3_stmt *s = case_statement(c, CASE_LINK_ADD, err);
	if (!s || *rc < 0) {
		*rc = -1;
		return;
	}
	sqlite3_bind_text(s, 1, target, -1, SQLITE_STATIC);
	sqlite3_bind_text(s, 2, source, -1, SQLITE_STATIC);
	sqlite3_bind_text(s, 3, field, -1, SQLITE_STATIC);
	*rc = case_step(c, s, _("write a reference"), err);
}

static int store_links(struct case_file *c, const json_t *object, struct err *err)
{
	const char *id = json_get_string(object, "id");
	const struct kind *kind = record_kind(object);
	sqlite3_stmt *s = case_statement(c, CASE_LINK_CLEAR, err);
	if (!s)
		return -1;
	sqlite3_bind_text(s, 1, id, -1, SQLITE_STATIC);
	int rc = case_step(c, s, _("write a reference"), err);
	for (size_t i = 0; kind && i < kind_field_count(kind) && rc == 0; i++) {
		const struct field *field = kind_field_at(kind, i);
		const json_t *value = json_object_get(object, field->name);
		size_t j;
		json_t *member;
		if (field->type == FIELD_REF && json_is_string(value))
			link_one(c, id, field->name, json_string_value(value), err, &rc);
		else if (field->type == FIELD_REFS)
			json_array_foreach(value, j, member)
				link_one(c, id, field->name, json_string_value(member), err, &rc);
	}
	return rc;
}

int record_store(struct case_file *c, const json_t *object, const char *text, int is_new, struct err *err)
{
	const char *id = json_get_string(object, "id");
	const char *label = json_get_string(object, "label");
	sqlite3_stmt *s = case_statement(c, is_new ? CASE_RECORD_INSERT : CASE_RECORD_UPDATE, err);
	if (!s)
		return -1;
	char mark[MARK_TEXT];
	int64_t number;
	label_columns(label, mark, &number);
	const char *columns[RECORD_SUMMARY_COLUMN_COUNT];
	record_summary_columns(object, columns);
	sqlite3_bind_text(s, 1, id, -1, SQLITE_STATIC);
	sqlite3_bind_int(s, 2, record_is_retracted(object));
	sqlite3_bind_text(s, 3, text, -1, SQLITE_STATIC);
	for (int i = 0; i < RECORD_SUMMARY_COLUMN_COUNT; i++)
		sqlite3_bind_text(s, 4 + i, columns[i], -1, SQLITE_STATIC);
	if (is_new) {
		sqlite3_bind_text(s, 9, json_get_string(object, "kind"), -1, SQLITE_STATIC);
		sqlite3_bind_text(s, 10, label, -1, SQLITE_STATIC);
		sqlite3_bind_text(s, 11, mark, -1, SQLITE_STATIC);
		sqlite3_bind_int64(s, 12, number);
	}
	if (case_step(c, s, _("write a record"), err) < 0 || store_links(c, object, err) < 0)
		return -1;
	indicator_note(c, object);
	s = case_statement(c, CASE_QUEUE, err);
	if (!s)
		return -1;
	sqlite3_bind_text(s, 1, id, -1, SQLITE_STATIC);
	return case_step(c, s, _("queue a record for the search"), err);
}
