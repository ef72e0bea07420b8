#include "case/query/timeline.h"
#include "case/query/timeline_private.h"

#include "base/json.h"
#include "case/query/past_reader.h"
#include "case/store/case_internal.h"

#include <stdlib.h>
#include <string.h>

int timeline_resolve(void *ctx, const char *label, struct edtf *out)
{
	json_t *record = record_get(ctx, label, RECORD_RAW, NULL);
	if (!record)
		return -1;
	const char *when = json_get_string(record, "when");
	const char *kind = json_get_string(record, "kind");
	if (!when && !kind_has(kind, KIND_EVENT)) /* an undated event has no time; when it was typed in is none */
		when = json_get_string(record, "entered");
	int rc = when ? edtf_parse(when, out, NULL) : -1;
	json_decref(record);
	return rc;
}

static struct timeline_row *room_for_row(struct timeline *t)
{
	if (t->count == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 64;
		t->rows = xrealloc(t->rows, t->cap * sizeof *t->rows);
	}
	return &t->rows[t->count++];
}

struct timeline_row *timeline_append(struct timeline *t, json_t *record, const char *when)
{
	struct timeline_row *row = room_for_row(t);
	memset(row, 0, sizeof *row);
	row->record = json_incref(record);
	row->dated = when && edtf_parse(when, &row->when, NULL) == 0;
	return row;
}

void timeline_add(struct timeline *t, const struct timeline_row *row)
{
	struct timeline_row *copy = room_for_row(t);
	*copy = *row;
	json_incref(row->record);
	copy->names = row->names ? xstrdup(row->names) : NULL;
	copy->details = row->details ? xstrdup(row->details) : NULL;
	timeline_join_last(t);
}

static int load_event(void *ctx, json_t *record)
{
	timeline_append(ctx, record, json_get_string(record, "when"));
	return 0;
}

static int compare_places(const struct timeline_row *x, const struct timeline_row *y)
{
	if (x->placed != y->placed)
		return y->placed - x->placed;
	int order = x->placed ? edtf_instant_compare(x->first, y->first) : 0;
	return order || !x->placed ? order : edtf_instant_compare(x->last, y->last);
}

/* Strings that a record may lack; what lacks it comes last. */
static int compare_strings(const json_t *x, const json_t *y, const char *field)
{
	const char *s = json_get_string(x, field);
	const char *t = json_get_string(y, field);
	if (!s || !t)
		return (s == NULL) - (t == NULL);
	return strcmp(s, t);
}

int timeline_compare(const struct timeline_row *x, const struct timeline_row *y)
{
	int order = compare_places(x, y);
	if (order == 0) /* ①…⑧ order what one day holds */
		order = compare_strings(x->record, y->record, "mark");
	if (order == 0)
		order = compare_strings(x->record, y->record, "entered");
	return order ? order : strverscmp(record_label(x->record), record_label(y->record));
}

void timeline_place(struct case_file *c, struct timeline_row *row)
{
	row->placed = row->dated && edtf_span(&row->when, timeline_resolve, c, &row->first, &row->last) == 0;
	row->earliest = row->first.seconds;
	row->latest = row->last.seconds;
}

static int compare_rows(const void *a, const void *b)
{
	return timeline_compare(a, b);
}

static void timeline_sort(struct timeline *t)
{
	if (t->count > 1)
		qsort(t->rows, t->count, sizeof *t->rows, compare_rows);
}

int timeline_load_at(struct case_file *c, const char *commit, struct timeline *t, struct err *err)
{
	memset(t, 0, sizeof *t);
	int rc = commit && *commit ? past_reader_each(c, "event", commit, 0, load_event, t, err)
	                           : record_each(c, "event", 0, load_event, t, err);
	if (rc < 0) {
		timeline_release(t);
		return -1;
	}
	for (size_t i = 0; i < t->count; i++)
		timeline_place(c, &t->rows[i]);
	timeline_sort(t);
	return 0;
}

/* ---- only the last ones, without reading the others */

struct timeline_place {
	struct timeline_row row; /* without a record */
	sqlite3_int64 n;
};

static int by_place(const void *a, const void *b)
{
	const struct timeline_place *x = a;
	const struct timeline_place *y = b;
	int order = compare_places(&x->row, &y->row);
	return order ? order : (x->n > y->n) - (x->n < y->n);
}

/* Where each event stands, from the index of their times. */
static int list_places(struct case_file *c, struct timeline_place **places, size_t *count, struct err *err)
{
	sqlite3_stmt *s = NULL;
	size_t cap = 0;
	int rc;
	if (sqlite3_prepare_v2(c->db, "SELECT n, happened FROM record WHERE kind = 'event' AND NOT retracted", -1, &s,
	                       NULL) != SQLITE_OK)
		return case_sql_error(c, _("list records"), err);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		if (*count == cap) {
			cap = cap ? cap * 2 : 256;
			*places = xrealloc(*places, cap * sizeof **places);
		}
		struct timeline_place *p = &(*places)[(*count)++];
		memset(p, 0, sizeof *p);
		p->n = sqlite3_column_int64(s, 0);
		const char *when = (const char *)sqlite3_column_text(s, 1);
		p->row.dated = when && edtf_parse(when, &p->row.when, NULL) == 0;
		timeline_place(c, &p->row);
	}
	sqlite3_finalize(s);
	return rc == SQLITE_DONE ? 0 : case_sql_error(c, _("list records"), err);
}

static int load_row(struct case_file *c, struct timeline_place *p, struct err *err)
{
	sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(c->db, "SELECT json FROM record WHERE n = ?1", -1, &s, NULL) != SQLITE_OK)
		return case_sql_error(c, _("read a record"), err);
	sqlite3_bind_int64(s, 1, p->n);
	if (sqlite3_step(s) == SQLITE_ROW)
		p->row.record = record_with_disputes(c, NULL,
		                                     record_from_stored(c, (const char *)sqlite3_column_text(s, 0),
		                                                        (size_t)sqlite3_column_bytes(s, 0), 0, err),
		                                     0);
	else
		case_sql_error(c, _("read a record"), err);
	sqlite3_finalize(s);
	return p->row.record ? 0 : -1;
}

#define LAST_MOST 16 /* of which is kept where they are */

/* Which the last ones are: kept until an event changes or, where times are told by other records, until any does. */
struct last_kept {
	uint64_t generation; /* and one; 0: not known */
	int is_relative;
	size_t wanted, count;
	sqlite3_int64 n[LAST_MOST];
};

static int has_relative(const struct timeline_place *places, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (places[i].row.dated && places[i].row.when.form == EDTF_RELATIVE)
			return 1;
	return 0;
}

/* Fills in the last ones, in the order of their places. 0 or -1. */
static int find_last(struct case_file *c, size_t wanted, struct last_kept *last, struct err *err)
{
	struct timeline_place *places = NULL;
	size_t count = 0;
	int rc = list_places(c, &places, &count, err);
	if (rc == 0 && count > 1)
		qsort(places, count, sizeof *places, by_place);
	size_t first = count > wanted ? count - wanted : 0;
	*last =
	    (struct last_kept){.is_relative = has_relative(places, count), .wanted = wanted, .count = count - first};
	for (size_t i = first; i < count; i++)
		last->n[i - first] = places[i].n;
	free(places);
	return rc;
}

int timeline_load_last(struct case_file *c, size_t wanted, struct timeline *t, struct err *err)
{
	void **slot = case_memory_of(c, "last events", free);
	struct last_kept *last = *slot ? *slot : (*slot = xcalloc(1, sizeof *last));
	int rc = 0;
	memset(t, 0, sizeof *t);
	wanted = wanted < LAST_MOST ? wanted : LAST_MOST;
	uint64_t now = (last->is_relative ? case_generation(c) : case_kind_generation(c, "event")) + 1;
	if (last->generation != now || last->wanted != wanted || case_is_changing(c)) {
		rc = find_last(c, wanted, last, err);
		now = (last->is_relative ? case_generation(c) : case_kind_generation(c, "event")) + 1;
		last->generation = rc < 0 || case_is_changing(c) ? 0 : now;
	}
	t->rows = xcalloc(last->count + 1, sizeof *t->rows);
	for (size_t i = 0; i < last->count && rc == 0; i++) {
		struct timeline_place place = {.n = last->n[i]};
		rc = load_row(c, &place, err);
		const char *when = rc == 0 ? json_get_string(place.row.record, "when") : NULL;
		place.row.dated = when && edtf_parse(when, &place.row.when, NULL) == 0;
		timeline_place(c, &place.row);
		if (rc == 0)
			t->rows[t->count++] = place.row;
	}
	if (rc < 0)
		timeline_release(t);
	else
		timeline_sort(t);
	return rc;
}

void timeline_row_release(struct timeline_row *row)
{
	json_decref(row->record);
	free(row->names);
	free(row->details);
}

void timeline_release(struct timeline *t)
{
	for (size_t i = 0; i < t->count; i++)
		timeline_row_release(&t->rows[i]);
	free(t->rows);
	memset(t, 0, sizeof *t);
}
