#include "case/query/timeline_reader.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/sorting.h"
#include "base/time/clock.h"
#include "case/query/past_reader.h"
#include "case/query/record_reader.h"
#include "case/query/timeline_private.h"

#include <stdlib.h>
#include <string.h>

#define COMPARED          64   /* comparisons between two looks at the clock */
#define COMPARED_AT_LEAST 4000 /* however busy the machine is: a small case is read at once */

struct timeline_reader {
	struct case_file *c;
	char *commit; /* or NULL */
	struct timeline t;
	struct timeline_acts acts;
	struct record_reader *records; /* of now */
	struct past_reader *past;      /* of a commit: the kind that is being read */
	size_t past_kind;              /* its number */
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
			if (kind->fields[i].act_else_en)
				buf_addf(out, "%s1", joint); /* each has a row */
			else
				buf_addf(out, "%sinstr(json, '\"%s\":')", joint, kind->fields[i].name);
			joint = " OR ";
		}
	buf_adds(out, "))");
}

static char *condition_of_all(void)
{
	struct buf sql = BUF_INIT;
	buf_adds(&sql, "kind = 'event'");
	for (size_t i = 0; i < kind_count(); i++)
		if (timeline_kind_has_acts(kind_at(i)))
			add_condition(kind_at(i), &sql);
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
	*r = (struct timeline_reader){.c = c, .commit = commit && *commit ? xstrdup(commit) : NULL};
	char *condition = condition_of_all();
	r->records = record_reader_new(c, condition, 0, add_record, r);
	free(condition);
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
	record_reader_free(r->records);
	past_reader_free(r->past);
	free(r->commit);
	free(r);
}

/* ---- reading */

/* Of the past one kind after the other is read. 1: there is more, 0: all were read, -1. */
static int read_past(struct timeline_reader *r, double deadline, struct err *err)
{
	for (; r->past_kind < kind_count(); r->past_kind++) {
		const struct kind *kind = kind_at(r->past_kind);
		if (!(kind->traits & KIND_EVENT) && !timeline_kind_has_acts(kind))
			continue;
		if (!r->past)
			r->past = past_reader_new(r->c, kind->name, r->commit, 0, add_record, r);
		int rc = past_reader_work(r->past, deadline, err);
		if (rc != 0)
			return rc;
		past_reader_free(r->past);
		r->past = NULL;
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
	int more = r->commit ? read_past(r, deadline, err) : record_reader_work(r->records, deadline, err);
	if (more)
		return more;
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
