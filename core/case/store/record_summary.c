#include "case/store/record_summary.h"

#include "base/json.h"
#include "base/printable.h"
#include "case/store/case_internal.h"

#include <stdlib.h>
#include <string.h>

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

/* ---- groups, kept of the open case until a record of the kind changes: of very many records they take milliseconds */

struct summary_group {
	char *values[3]; /* status, facet, and the id of the basis; NULL: not set */
	uint64_t count;
};

struct summary {
	struct summary *next;
	char kind[64];
	uint64_t generation; /* of the kind */
	struct summary_group *groups;
	size_t count;
};

struct summaries {
	struct summary *first;
};

static void drop_groups(struct summary *s)
{
	for (size_t i = 0; i < s->count; i++)
		for (size_t k = 0; k < 3; k++)
			free(s->groups[i].values[k]);
	free(s->groups);
	s->groups = NULL;
	s->count = 0;
}

static void drop_summaries(void *kept)
{
	struct summaries *k = kept;
	while (k->first) {
		struct summary *s = k->first;
		k->first = s->next;
		drop_groups(s);
		free(s);
	}
	free(k);
}

static int read_groups(struct case_file *c, struct summary *to, struct err *err)
{
	sqlite3_stmt *s = case_prepare(c, err,
	                               "SELECT status, facet, basis, count(*) FROM record WHERE kind = ?1"
	                               " AND retracted = 0 GROUP BY status, facet, basis",
	                               "t", to->kind);
	int rc = SQLITE_ROW;
	while (s && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		to->groups = xrealloc(to->groups, (to->count + 1) * sizeof *to->groups);
		struct summary_group *group = &to->groups[to->count++];
		for (int i = 0; i < 3; i++) {
			const char *text = (const char *)sqlite3_column_text(s, i);
			group->values[i] = text ? xstrdup(text) : NULL;
		}
		group->count = (uint64_t)sqlite3_column_int64(s, 3);
	}
	if (s && rc != SQLITE_DONE)
		case_sql_error(c, _("count records"), err);
	sqlite3_finalize(s);
	return s && rc == SQLITE_DONE ? 0 : -1;
}

/* NULL: an error. */
static const struct summary *summary_of(struct case_file *c, const char *kind, struct err *err)
{
	void **slot = case_memory_of(c, "record summaries", drop_summaries);
	struct summaries *k = *slot ? *slot : (*slot = xcalloc(1, sizeof *k));
	uint64_t now = case_kind_generation(c, kind) + 1;
	struct summary *s = k->first;
	while (s && strcmp(s->kind, kind) != 0)
		s = s->next;
	if (!s) {
		s = xcalloc(1, sizeof *s);
		s->next = k->first;
		snprintf(s->kind, sizeof s->kind, "%s", kind);
		k->first = s;
	}
	if (s->generation == now && !case_is_changing(c))
		return s;
	drop_groups(s);
	s->generation = 0;
	if (read_groups(c, s, err) < 0)
		return NULL;
	s->generation = case_is_changing(c) ? 0 : now;
	return s;
}

int record_summary_each(struct case_file *c, const char *kind, int (*fn)(void *ctx, const struct record_summary *group),
                        void *ctx, struct err *err)
{
	const struct summary *s = summary_of(c, kind, err);
	int result = s ? 0 : -1;
	for (size_t i = 0; result == 0 && i < s->count; i++) {
		const struct summary_group *g = &s->groups[i];
		const char *label = g->values[2] ? record_label_of(c, g->values[2], NULL) : NULL;
		struct record_summary group = {g->values[0], g->values[1], label ? label : g->values[2], g->count};
		result = fn(ctx, &group);
	}
	return result;
}

int record_summary_pick(struct case_file *c, const char *kind, const char *condition, int limit, record_fn fn,
                        void *ctx, struct err *err)
{
	/* +n: found by the index of what stands alike, and then put in order, which their texts are not carried through; by
	 * their numbers all of the kind would be read */
	char *sql = xasprintf("SELECT json FROM record WHERE n IN (SELECT n FROM record WHERE kind = ?1"
	                      " AND retracted = 0 AND (%s) ORDER BY %s LIMIT ?2) ORDER BY n%s",
	                      condition, limit < 0 ? "n DESC" : "+n", limit < 0 ? " DESC" : "");
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

uint64_t record_count_retracted(struct case_file *c, const char *kind)
{
	sqlite3_stmt *s =
	    case_prepare(c, NULL, "SELECT count(*) FROM record WHERE kind = ?1 AND retracted = 1", "t", kind);
	uint64_t count = s && sqlite3_step(s) == SQLITE_ROW ? (uint64_t)sqlite3_column_int64(s, 0) : 0;
	sqlite3_finalize(s);
	return count;
}

int record_each_reference(struct case_file *c, const char *label,
                          int (*fn)(void *ctx, const char *label, const char *field, int is_retracted), void *ctx,
                          struct err *err)
{
	json_t *target = record_stored(c, label, err);
	sqlite3_stmt *s = NULL;
	int result = target ? 0 : -1;
	if (target)
		s = case_prepare(c, err,
		                 "SELECT record.label, link.field, record.retracted FROM link JOIN record"
		                 " ON record.id = link.source WHERE link.target = ?1 ORDER BY record.retracted, "
		                 "record.n, link.field",
		                 "t", json_get_string(target, "id"));
	if (target && !s)
		result = -1;
	while (result == 0 && s && sqlite3_step(s) == SQLITE_ROW) {
		char *safe = printable_dup((const char *)sqlite3_column_text(s, 0));
		result = fn(ctx, safe, (const char *)sqlite3_column_text(s, 1), sqlite3_column_int(s, 2));
		free(safe);
	}
	sqlite3_finalize(s);
	json_decref(target);
	return result;
}
