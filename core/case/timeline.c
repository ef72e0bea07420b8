#include "case/timeline.h"

#include "base/err.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

int timeline_resolve(void *ctx, const char *label, struct edtf *out)
{
	json_t *record = record_get(ctx, label, RECORD_RAW, NULL);
	if (!record)
		return -1;
	const char *when = json_get_string(record, "when");
	if (!when)
		when = json_get_string(record, "entered");
	int rc = when ? edtf_parse(when, out, NULL) : -1;
	json_decref(record);
	return rc;
}

struct loading {
	struct timeline *t;
	size_t cap;
};

static int load_event(void *ctx, json_t *record)
{
	struct loading *l = ctx;
	if (l->t->count == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 64;
		l->t->rows = xrealloc(l->t->rows, l->cap * sizeof *l->t->rows);
	}
	struct timeline_row *row = &l->t->rows[l->t->count++];
	memset(row, 0, sizeof *row);
	row->record = json_incref(record);
	const char *when = json_get_string(record, "when");
	row->dated = when && edtf_parse(when, &row->when, NULL) == 0;
	return 0;
}

static int compare_rows(const void *a, const void *b)
{
	const struct timeline_row *x = a;
	const struct timeline_row *y = b;
	if (x->placed != y->placed)
		return y->placed - x->placed;
	if (x->placed && x->earliest != y->earliest)
		return x->earliest < y->earliest ? -1 : 1;
	if (x->placed && x->latest != y->latest)
		return x->latest < y->latest ? -1 : 1;
	const char *s = json_get_string(x->record, "mark"); /* ①…⑧ order what one day holds */
	const char *t = json_get_string(y->record, "mark");
	int order = s && t ? strcmp(s, t) : 0;
	return order ? order : strcmp(json_get_string(x->record, "entered"), json_get_string(y->record, "entered"));
}

int timeline_load(struct case_file *c, struct timeline *t, struct err *err)
{
	return timeline_load_at(c, NULL, t, err);
}

int timeline_load_at(struct case_file *c, const char *commit, struct timeline *t, struct err *err)
{
	memset(t, 0, sizeof *t);
	struct loading l = {t, 0};
	int rc = commit && *commit ? record_each_at(c, "event", commit, 0, load_event, &l, err)
	                           : record_each(c, "event", 0, load_event, &l, err);
	if (rc < 0) {
		timeline_release(t);
		return -1;
	}
	for (size_t i = 0; i < t->count; i++) {
		struct timeline_row *row = &t->rows[i];
		row->placed =
		    row->dated && edtf_bounds(&row->when, timeline_resolve, c, &row->earliest, &row->latest) == 0;
	}
	if (t->count > 1)
		qsort(t->rows, t->count, sizeof *t->rows, compare_rows);
	return 0;
}

void timeline_release(struct timeline *t)
{
	for (size_t i = 0; i < t->count; i++)
		json_decref(t->rows[i].record);
	free(t->rows);
	memset(t, 0, sizeof *t);
}
