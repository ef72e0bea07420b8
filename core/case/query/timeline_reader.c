#include "case/query/timeline_reader.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/sorting.h"
#include "base/time/clock.h"
#include "case/query/timeline_private.h"
#include "case/store/case_internal.h"

#include <stdlib.h>
#include <string.h>

#define WINDOW   500 /* records that one query looks at: a fraction of a millisecond */
#define COMPARED 64  /* comparisons between two looks at the clock */
/* However busy the machine is, so much is done before the clock is looked at: a small case is read at once. */
#define RECORDS_AT_LEAST  2000
#define ROWS_AT_LEAST     200
#define COMPARED_AT_LEAST 4000

struct timeline_reader {
	struct case_file *c;
	char *commit; /* or NULL */
	struct timeline t;
	struct timeline_acts acts;
	char *sql;
	sqlite3_int64 next; /* the first row of the table that was not looked at */
	sqlite3_int64 last; /* -1: not known yet */
	struct sorting order;
	int ordering;
	double deadline;
	size_t steps;
};

/* ---- what is read */

/* SQL from names of the program's own table. */
static void add_condition(const struct kind *kind, struct buf *out)
{
	const char *joint = "";
	buf_addf(out, " OR (kind = '%s' AND (", kind->name);
	for (size_t i = 0; i < kind->field_count; i++)
		if (kind->fields[i].act_en) {
			buf_addf(out, "%sinstr(json, '\"%s\":')", joint, kind->fields[i].name);
			joint = " OR ";
		}
	buf_adds(out, "))");
}

static char *sql_of_all(void)
{
	struct buf sql = BUF_INIT;
	buf_adds(&sql, "SELECT n, json FROM record WHERE n >= ?1 AND n < ?2 AND retracted = 0 AND (+kind = 'event'");
	for (size_t i = 0; i < kind_count(); i++)
		if (timeline_kind_has_acts(kind_at(i)))
			add_condition(kind_at(i), &sql);
	buf_adds(&sql, ") ORDER BY n");
	return buf_take(&sql, NULL);
}

static int add_record(void *ctx, json_t *record)
{
	struct timeline_reader *r = ctx;
	if (kind_has(json_get_string(record, "kind"), KIND_EVENT))
		timeline_place(r->c, timeline_append(&r->t, record, json_get_string(record, "when")));
	else
		timeline_acts_of(&r->acts, record);
	return 0;
}

struct timeline_reader *timeline_reader_new(struct case_file *c, const char *commit)
{
	struct timeline_reader *r = xcalloc(1, sizeof *r);
	*r = (struct timeline_reader){.c = c, .sql = sql_of_all(), .last = -1};
	r->commit = commit && *commit ? xstrdup(commit) : NULL;
	r->acts = (struct timeline_acts){.c = c, .t = &r->t, .names = json_object()};
	return r;
}

void timeline_reader_free(struct timeline_reader *r)
{
	if (!r)
		return;
	timeline_release(&r->t);
	sorting_release(&r->order);
	json_decref(r->acts.names);
	free(r->commit);
	free(r->sql);
	free(r);
}

/* ---- reading */

static int find_last(struct timeline_reader *r, struct err *err)
{
	sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(r->c->db, "SELECT ifnull(max(n), 0) FROM record", -1, &s, NULL) != SQLITE_OK ||
	    sqlite3_step(s) != SQLITE_ROW) {
		case_sql_error(r->c, _("list records"), err);
		sqlite3_finalize(s);
		return -1;
	}
	r->last = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return 0;
}

static int add_stored(struct timeline_reader *r, sqlite3_stmt *s, struct err *err)
{
	json_t *record = record_from_stored(r->c, (const char *)sqlite3_column_text(s, 1),
	                                    (size_t)sqlite3_column_bytes(s, 1), 0, err);
	record = record_with_disputes(r->c, NULL, record, 0);
	if (!record)
		return -1;
	add_record(r, record);
	json_decref(record);
	return 0;
}

static int is_late(const struct timeline_reader *r)
{
	return (r->next > RECORDS_AT_LEAST || r->t.count > ROWS_AT_LEAST) && clock_steady() >= r->deadline;
}

/* It may end before the window does. */
static int read_window(struct timeline_reader *r, struct err *err)
{
	sqlite3_stmt *s = NULL;
	sqlite3_int64 end = r->next + WINDOW;
	int result = 0;
	int rc;
	if (sqlite3_prepare_v2(r->c->db, r->sql, -1, &s, NULL) != SQLITE_OK)
		return case_sql_error(r->c, _("list records"), err);
	sqlite3_bind_int64(s, 1, r->next);
	sqlite3_bind_int64(s, 2, end);
	while (result == 0 && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		r->next = sqlite3_column_int64(s, 0) + 1;
		result = add_stored(r, s, err);
		if (is_late(r))
			break;
	}
	if (result == 0 && rc == SQLITE_DONE)
		r->next = end;
	if (result == 0 && rc != SQLITE_DONE && rc != SQLITE_ROW)
		result = case_sql_error(r->c, _("list records"), err);
	sqlite3_finalize(s);
	return result;
}

/* The past is read in one go. */
static int read_past(struct timeline_reader *r, struct err *err)
{
	for (size_t i = 0; i < kind_count(); i++) {
		const struct kind *kind = kind_at(i);
		if (((kind->traits & KIND_EVENT) || timeline_kind_has_acts(kind)) &&
		    record_each_at(r->c, kind->name, r->commit, 0, add_record, r, err) < 0)
			return -1;
	}
	return 0;
}

/* ---- in order */

static int compare_rows(void *ctx, uint32_t a, uint32_t b)
{
	const struct timeline_reader *r = ctx;
	return timeline_compare(&r->t.rows[a], &r->t.rows[b]);
}

static int may_go_on(void *ctx)
{
	struct timeline_reader *r = ctx;
	return ++r->steps < COMPARED_AT_LEAST || r->steps % COMPARED != 0 || clock_steady() < r->deadline;
}

int timeline_reader_work(struct timeline_reader *r, double deadline, struct err *err)
{
	r->deadline = deadline;
	r->steps = 0;
	if (r->commit && r->last < 0 && read_past(r, err) < 0)
		return -1;
	if (r->commit)
		r->last = 0;
	else if (r->last < 0 && find_last(r, err) < 0)
		return -1;
	while (!r->commit && r->next <= r->last) {
		if (read_window(r, err) < 0)
			return -1;
		if (is_late(r))
			return 1;
	}
	if (!r->ordering)
		sorting_begin(&r->order, r->t.count);
	r->ordering = 1;
	return !sorting_work(&r->order, compare_rows, r, may_go_on, r);
}

size_t timeline_reader_count(const struct timeline_reader *r)
{
	return r->t.count;
}

void timeline_reader_take(struct timeline_reader *r, struct timeline *t)
{
	*t =
	    (struct timeline){.rows = xcalloc(r->t.count + 1, sizeof *t->rows), .count = r->t.count, .cap = r->t.count};
	for (size_t i = 0; i < r->t.count; i++)
		t->rows[i] = r->t.rows[r->order.rows[i]];
	free(r->t.rows);
	r->t = (struct timeline){0};
}
