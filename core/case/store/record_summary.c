#include "case/store/record_summary.h"

#include "base/json.h"
#include "case/store/case_internal.h"

#include <stdlib.h>

static const char *either(const json_t *record, const char *field, const char *other)
{
	const char *value = json_get_string(record, field);
	return value ? value : json_get_string(record, other);
}

void record_summary_columns(const json_t *record, const char *values[RECORD_SUMMARY_COLUMN_COUNT])
{
	values[RECORD_SUMMARY_STATUS] = either(record, "status", "state");
	values[RECORD_SUMMARY_FACET] = either(record, "containment", "track");
	if (!values[RECORD_SUMMARY_FACET])
		values[RECORD_SUMMARY_FACET] = json_get_string(record, "stance");
	values[RECORD_SUMMARY_BASIS] = json_get_string(record, "checked_by");
	values[RECORD_SUMMARY_HAPPENED] = json_get_string(record, "when");
	values[RECORD_SUMMARY_NAME] = either(record, "name", "hostname");
}

int record_summary_each(struct case_file *c, const char *kind, int (*fn)(void *ctx, const struct record_summary *group),
                        void *ctx, struct err *err)
{
	sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(c->db,
	                       "SELECT status, facet, basis, count(*) FROM record WHERE kind = ?1 AND retracted = 0"
	                       " GROUP BY status, facet, basis",
	                       -1, &s, NULL) != SQLITE_OK)
		return case_sql_error(c, _("count records"), err);
	sqlite3_bind_text(s, 1, kind, -1, SQLITE_STATIC);
	int result = 0;
	int rc;
	while (result == 0 && (rc = sqlite3_step(s)) != SQLITE_DONE) {
		if (rc != SQLITE_ROW) {
			result = case_sql_error(c, _("count records"), err);
			break;
		}
		const char *basis = (const char *)sqlite3_column_text(s, 2);
		const char *label = basis ? record_label_of(c, basis, NULL) : NULL;
		struct record_summary group = {(const char *)sqlite3_column_text(s, 0),
		                               (const char *)sqlite3_column_text(s, 1), label ? label : basis,
		                               (uint64_t)sqlite3_column_int64(s, 3)};
		result = fn(ctx, &group);
	}
	sqlite3_finalize(s);
	return result;
}

int record_summary_pick(struct case_file *c, const char *kind, const char *condition, int limit, record_fn fn,
                        void *ctx, struct err *err)
{
	/* +n: found by the index of what stands alike, and then put in order; by their numbers all of the kind would be read */
	char *sql = xasprintf("SELECT json FROM record WHERE kind = ?1 AND retracted = 0 AND (%s) ORDER BY %s LIMIT ?2",
	                      condition, limit < 0 ? "n DESC" : "+n");
	sqlite3_stmt *s = NULL;
	int result = 0;
	int rc;
	if (sqlite3_prepare_v2(c->db, sql, -1, &s, NULL) != SQLITE_OK)
		result = case_sql_error(c, _("list records"), err);
	else
		sqlite3_bind_text(s, 1, kind, -1, SQLITE_STATIC);
	if (s)
		sqlite3_bind_int(s, 2, limit > 0 ? limit : limit < 0 ? -limit : -1);
	while (result == 0 && (rc = sqlite3_step(s)) != SQLITE_DONE) {
		if (rc != SQLITE_ROW) {
			result = case_sql_error(c, _("list records"), err);
			break;
		}
		json_t *record = record_from_stored(c, (const char *)sqlite3_column_text(s, 0),
		                                    (size_t)sqlite3_column_bytes(s, 0), 0, err);
		record = record_with_disputes(c, NULL, record, 0);
		result = record ? fn(ctx, record) : -1;
		json_decref(record);
	}
	sqlite3_finalize(s);
	free(sql);
	return result;
}
