#include "case/query/record_reader.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/time/clock.h"
#include "case/store/case_internal.h"

#include <stdlib.h>

#define WINDOW 500 /* records that one query looks at: a fraction of a millisecond */
/* However busy the machine is, so much is done before the clock is looked at. */
#define LOOKED_AT_LEAST 2000
#define GIVEN_AT_LEAST  200

struct record_reader {
	struct case_file *c;
	char *sql;
	unsigned flags;
	record_fn fn;
	void *ctx;
	sqlite3_int64 next; /* the first row of the table that was not looked at */
	sqlite3_int64 last; /* -1: not known yet */
	size_t given;
};

struct record_reader *record_reader_new(struct case_file *c, const char *condition, unsigned flags, record_fn fn,
                                        void *ctx)
{
	struct record_reader *r = xcalloc(1, sizeof *r);
	*r = (struct record_reader){.c = c, .flags = flags, .fn = fn, .ctx = ctx, .last = -1};
	/* by its number only: an index would have to be sorted for each window */
	r->sql = xasprintf("SELECT n, json FROM record NOT INDEXED WHERE n >= ?1 AND n < ?2 AND %s (%s) ORDER BY n",
	                   flags & RECORD_WITH_RETRACTED ? "" : "retracted = 0 AND", condition);
	return r;
}

void record_reader_free(struct record_reader *r)
{
	if (!r)
		return;
	free(r->sql);
	free(r);
}

static int find_last(struct record_reader *r, struct err *err)
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

static int give(struct record_reader *r, sqlite3_stmt *s, struct err *err)
{
	json_t *record = record_from_stored(r->c, (const char *)sqlite3_column_text(s, 1),
	                                    (size_t)sqlite3_column_bytes(s, 1), r->flags, err);
	record = record_with_disputes(r->c, NULL, record, r->flags);
	if (!record)
		return -1;
	r->given++;
	int rc = r->fn(r->ctx, record);
	json_decref(record);
	return rc ? -1 : 0;
}

static int is_late(const struct record_reader *r, double deadline)
{
	return (r->next > LOOKED_AT_LEAST || r->given > GIVEN_AT_LEAST) && clock_steady() >= deadline;
}

/* It may end before the window does. */
static int read_window(struct record_reader *r, double deadline, struct err *err)
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
		result = give(r, s, err);
		if (is_late(r, deadline))
			break;
	}
	if (result == 0 && rc == SQLITE_DONE)
		r->next = end;
	if (result == 0 && rc != SQLITE_DONE && rc != SQLITE_ROW)
		result = case_sql_error(r->c, _("list records"), err);
	sqlite3_finalize(s);
	return result;
}

int record_reader_work(struct record_reader *r, double deadline, struct err *err)
{
	if (r->last < 0 && find_last(r, err) < 0)
		return -1;
	while (r->next <= r->last) {
		if (read_window(r, deadline, err) < 0)
			return -1;
		if (is_late(r, deadline))
			return r->next <= r->last;
	}
	return 0;
}

int record_reader_percent(const struct record_reader *r)
{
	if (r->last <= 0)
		return r->last == 0 ? 100 : 0;
	return r->next > r->last ? 100 : (int)(r->next * 100 / (r->last + 1));
}
