#include "case/query/past_reader.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/sorting.h"
#include "base/time/clock.h"
#include "base/time/edtf.h"
#include "case/store/case_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* However busy the machine is, so much is done before the clock is looked at; then it is looked at now and then. */
#define AT_LEAST 256
#define COMPARED 4096
#define SOME     16

struct past_row {
	int64_t entered; /* second */
	int64_t number;  /* of the label: an import enters thousands in one second */
	char label[LABEL_TEXT];
	char *text; /* as stored */
	size_t size;
};

enum past_phase { PAST_BEGIN, PAST_READ, PAST_SORT, PAST_GIVE };

struct past_reader {
	struct case_file *c;
	const char *kind; /* one of the kinds', or NULL */
	char commit[HISTORY_ID];
	unsigned flags;
	record_fn fn;
	void *ctx;
	enum past_phase phase;
	struct history_walk *walk;
	uint64_t opened; /* generation of the case since which its history is the one that is walked over */
	struct past_row *rows;
	size_t count, cap;
	size_t expected; /* about so many there are */
	struct sorting order;
	size_t given;
	double deadline;
	size_t steps; /* of the present phase */
};

struct past_reader *past_reader_new(struct case_file *c, const char *kind, const char *commit, unsigned flags,
                                    record_fn fn, void *ctx)
{
	struct past_reader *r = xcalloc(1, sizeof *r);
	*r = (struct past_reader){.c = c, .kind = kind, .flags = flags, .fn = fn, .ctx = ctx};
	snprintf(r->commit, sizeof r->commit, "%s", commit);
	return r;
}

static void forget_row(struct past_row *row)
{
	if (row->text) {
		explicit_bzero(row->text, row->size);
		free(row->text);
	}
}

static void forget_rows(struct past_reader *r)
{
	while (r->count > 0)
		forget_row(&r->rows[--r->count]);
}

void past_reader_free(struct past_reader *r)
{
	if (!r)
		return;
	forget_rows(r);
	free(r->rows);
	sorting_release(&r->order);
	history_walk_end(r->walk);
	free(r);
}

int past_reader_drop(struct past_reader *r, double deadline)
{
	for (size_t i = 1; r && r->count > 0; i++) {
		forget_row(&r->rows[--r->count]);
		if (i % AT_LEAST == 0 && clock_steady() >= deadline)
			return 1;
	}
	past_reader_free(r);
	return 0;
}

static int is_late(struct past_reader *r, size_t every)
{
	return ++r->steps > AT_LEAST && r->steps % every == 0 && clock_steady() >= r->deadline;
}

/* ---- in the order of the tree */

static int64_t second_of(const char *text)
{
	struct edtf time;
	int64_t first;
	int64_t end;
	return text && edtf_parse(text, &time, NULL) == 0 && edtf_bounds(&time, NULL, NULL, &first, &end) == 0 ? first
	                                                                                                       : 0;
}

static int take_file(struct past_reader *r, const void *text, size_t n, struct err *err)
{
	json_t *record = json_parse(text, n, err);
	if (!record)
		return -1;
	if ((r->flags & RECORD_WITH_RETRACTED) || !record_is_retracted(record)) {
		if (r->count == r->cap) {
			r->cap = r->cap ? r->cap * 2 : 256;
			r->rows = xrealloc(r->rows, r->cap * sizeof *r->rows);
		}
		struct past_row *row = &r->rows[r->count++];
		*row = (struct past_row){
		    .entered = second_of(json_get_string(record, "entered")), .text = xstrndup(text, n), .size = n};
		snprintf(row->label, sizeof row->label, "%s", record_label(record));
		label_columns(row->label, (char[MARK_TEXT]){""}, &row->number);
	}
	json_decref(record);
	return 0;
}

/* 1: there is more, 0: all was read, -1. */
static int read_files(struct past_reader *r, struct err *err)
{
	const char *path;
	const void *text;
	size_t n;
	int more;
	while ((more = history_walk_next(r->walk, &path, &text, &n, err)) == 1) {
		if (strchr(path, '/') && take_file(r, text, n, err) < 0) /* a file at the top is no record */
			return -1;
		if (is_late(r, SOME))
			return 1;
	}
	return more;
}

/* ---- in the order of entry */

static int compare_rows(void *ctx, uint32_t a, uint32_t b)
{
	const struct past_reader *r = ctx;
	const struct past_row *x = &r->rows[a];
	const struct past_row *y = &r->rows[b];
	if (x->entered != y->entered)
		return x->entered > y->entered ? 1 : -1;
	if (x->number != y->number)
		return x->number > y->number ? 1 : -1;
	return strcmp(x->label, y->label);
}

static int may_go_on(void *ctx)
{
	return !is_late(ctx, COMPARED);
}

/* 1: there is more, 0: all were given, else what stopped it. */
static int give_records(struct past_reader *r, struct err *err)
{
	while (r->given < r->count) {
		struct past_row *row = &r->rows[r->order.rows[r->given++]];
		json_t *record = record_with_disputes(
		    r->c, r->commit, record_from_stored(r->c, row->text, row->size, r->flags, err), r->flags);
		explicit_bzero(row->text, row->size);
		free(row->text);
		row->text = NULL;
		int rc = record ? r->fn(r->ctx, record) : -1;
		json_decref(record);
		if (rc != 0)
			return rc;
		if (is_late(r, SOME) && r->given < r->count)
			return 1;
	}
	return 0;
}

/* ---- in slices */

static int begin(struct past_reader *r, struct err *err)
{
	r->expected = (size_t)record_count(r->c, r->kind, RECORD_WITH_RETRACTED);
	r->opened = r->c->generations.all;
	r->walk = history_walk_begin(r->c->history, r->commit, r->kind, err);
	return r->walk ? 0 : -1;
}

static int work(struct past_reader *r, struct err *err)
{
	switch (r->phase) {
	case PAST_BEGIN:
		return begin(r, err);
	case PAST_READ: {
		int more = read_files(r, err);
		if (more == 0)
			sorting_begin(&r->order, r->count);
		return more;
	}
	case PAST_SORT:
		return !sorting_work(&r->order, compare_rows, r, may_go_on, r);
	case PAST_GIVE:
		break;
	}
	return give_records(r, err);
}

/* The case was locked and opened again, perhaps: the history that is walked over is gone. */
static void begin_anew(struct past_reader *r)
{
	history_walk_end(r->walk);
	r->walk = NULL;
	forget_rows(r);
	r->phase = PAST_BEGIN;
}

int past_reader_work(struct past_reader *r, double deadline, struct err *err)
{
	r->deadline = deadline;
	r->steps = 0;
	if (r->phase == PAST_READ && r->opened != r->c->generations.all)
		begin_anew(r);
	for (;;) {
		int rc = work(r, err);
		if (rc != 0 || r->phase == PAST_GIVE)
			return rc;
		r->phase++;
		if (r->steps > AT_LEAST && clock_steady() >= deadline)
			return 1;
	}
}

int past_reader_percent(const struct past_reader *r)
{
	size_t all = r->expected > r->count ? r->expected : r->count;
	return all ? (int)((r->count + r->given) * 50 / all) : 0;
}

int past_reader_each(struct case_file *c, const char *kind, const char *commit, unsigned flags, record_fn fn, void *ctx,
                     struct err *err)
{
	struct past_reader *r = past_reader_new(c, kind, commit, flags, fn, ctx);
	int rc = past_reader_work(r, HUGE_VAL, err);
	past_reader_free(r);
	return rc;
}
