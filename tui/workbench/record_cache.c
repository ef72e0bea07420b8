#include "tui/workbench/record_cache.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/time/clock.h"
#include "case/query/filter.h"
#include "case/query/past_reader.h"
#include "case/store/disputed.h"
#include "case/store/rows.h"
#include "history/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BATCH       200   /* rows read in one query: a fraction of a millisecond */
#define AT_LEAST    3     /* batches, however busy the machine: a short table is whole at once */
#define KEEP_UNUSED 20000 /* rows of a table that is kept although nobody uses it */

struct record_cache_row {
	int64_t n;
	char label[LABEL_TEXT];
	int retracted;
	uint64_t changed;
	char *json;
	size_t size;
	char *words; /* NULL: not made yet */
	size_t words_size;
};

struct record_cache {
	struct record_cache *next;
	struct tables *all;
	struct case_file *c;
	const struct kind *kind;
	char commit[HISTORY_ID]; /* as of which it is; "": now */
	unsigned users;
	struct record_cache_row *rows;
	size_t count;
	size_t cap;
	int whole;
	struct past_reader *past; /* while rows as of a commit are being read */
	uint64_t version;
	uint64_t generation; /* of the case */
};

struct tables {
	struct record_cache *first;
	struct record_cache *dropped; /* nobody uses them: they are being freed */
};

static void free_row(struct record_cache_row *row)
{
	if (row->json)
		explicit_bzero(row->json, row->size);
	if (row->words)
		explicit_bzero(row->words, row->words_size);
	free(row->json);
	free(row->words);
}

static void record_cache_forget(struct record_cache *t)
{
	for (size_t i = 0; i < t->count; i++)
		free_row(&t->rows[i]);
	past_reader_free(t->past);
	t->past = NULL;
	t->count = 0;
	t->whole = 0;
	t->version++;
}

static void drop_table(struct record_cache *t)
{
	struct record_cache **link = &t->all->first;
	while (*link != t)
		link = &(*link)->next;
	*link = t->next;
	t->next = t->all->dropped;
	t->all->dropped = t;
}

/* 1: there is more of it. */
static int shrink(struct record_cache *t, double deadline)
{
	if (t->past && past_reader_drop(t->past, deadline))
		return 1;
	t->past = NULL;
	for (size_t i = 1; t->count > 0; i++) {
		free_row(&t->rows[--t->count]);
		if (i % BATCH == 0 && clock_steady() >= deadline)
			return 1;
	}
	free(t->rows);
	free(t);
	return 0;
}

int tables_shrink(struct tables *tables, double deadline)
{
	while (tables && tables->dropped) {
		struct record_cache *next = tables->dropped->next;
		if (shrink(tables->dropped, deadline))
			return 1;
		tables->dropped = next;
	}
	return 0;
}

struct record_cache *record_cache_take(struct tables **tables, struct case_file *c, const struct kind *kind,
                                       const char *commit)
{
	commit = commit ? commit : "";
	if (!*tables)
		*tables = xcalloc(1, sizeof **tables);
	struct record_cache *t = (*tables)->first;
	while (t && (t->kind != kind || strcmp(t->commit, commit) != 0))
		t = t->next;
	if (!t) {
		t = xcalloc(1, sizeof *t);
		*t =
		    (struct record_cache){.next = (*tables)->first, .all = *tables, .c = c, .kind = kind, .version = 1};
		snprintf(t->commit, sizeof t->commit, "%s", commit);
		t->generation = case_generation(c);
		(*tables)->first = t;
	}
	t->users++;
	return t;
}

void record_cache_drop(struct record_cache *t)
{
	if (t && --t->users == 0 && (t->count > KEEP_UNUSED || *t->commit))
		drop_table(t);
}

void tables_free(struct tables **tables)
{
	while (*tables && (*tables)->first)
		drop_table((*tables)->first);
	tables_shrink(*tables, HUGE_VAL);
	free(*tables);
	*tables = NULL;
}

void tables_forget(struct tables *tables)
{
	tables_shrink(tables, HUGE_VAL);
	for (struct record_cache *t = tables ? tables->first : NULL; t; t = t->next)
		record_cache_forget(t);
}

/* ---- reading */

static void fill_row(struct record_cache *t, struct record_cache_row *to, const struct record_row *from)
{
	free_row(to);
	*to = (struct record_cache_row){.n = from->n, .retracted = from->retracted, .changed = t->version};
	snprintf(to->label, sizeof to->label, "%s", from->label);
	to->json = xstrndup(from->json, from->size);
	to->size = from->size;
}

static void record_cache_append(void *ctx, const struct record_row *from)
{
	struct record_cache *t = ctx;
	if (t->count == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 256;
		t->rows = xrealloc(t->rows, t->cap * sizeof *t->rows);
	}
	t->rows[t->count] = (struct record_cache_row){0};
	fill_row(t, &t->rows[t->count++], from);
}

/* Rows are sorted by n: a changed one is found by halves; a new one comes with the next reading. */
static void update(void *ctx, const struct record_row *from)
{
	struct record_cache *t = ctx;
	if (strcmp(from->kind, t->kind->name) != 0)
		return;
	size_t low = 0;
	size_t high = t->count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (t->rows[middle].n < from->n)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < t->count && t->rows[low].n == from->n)
		fill_row(t, &t->rows[low], from);
}

static void read_changed(void *ctx, const char *id)
{
	struct record_cache *t = ctx;
	row_of_id(t->c, id, update, t);
}

static void follow_changes(struct record_cache *t)
{
	uint64_t now = case_generation(t->c);
	if (now == t->generation)
		return;
	t->version++;
	if (case_changed_since(t->c, t->generation, read_changed, t) < 0)
		record_cache_forget(t);
	t->whole = 0; /* there may be new ones behind the last */
	t->generation = now;
}

/* A record of an earlier commit, as it was stored then. */
static int append_stored(void *ctx, json_t *record)
{
	struct record_cache *t = ctx;
	struct buf text = BUF_INIT;
	if (json_canonical(record, &text, NULL) == 0) {
		struct record_row row = {.n = (int64_t)t->count + 1,
		                         .kind = t->kind->name,
		                         .label = record_label(record),
		                         .retracted = record_is_retracted(record),
		                         .json = text.data,
		                         .size = text.len};
		record_cache_append(t, &row);
	}
	buf_release(&text);
	return 0;
}

/* The past does not change: it is read once. Its rows are there when all of them are in order. */
static int read_past(struct record_cache *t, double deadline)
{
	if (t->whole)
		return 0;
	if (!t->past)
		t->past = past_reader_new(t->c, t->kind->name, t->commit, RECORD_RAW | RECORD_WITH_RETRACTED,
		                          append_stored, t);
	if (past_reader_work(t->past, deadline, NULL) == 1)
		return 1;
	past_reader_free(t->past);
	t->past = NULL;
	t->whole = 1;
	return 0;
}

int record_cache_work(struct record_cache *t, double deadline)
{
	if (*t->commit)
		return read_past(t, deadline);
	follow_changes(t);
	for (int batch = 1; !t->whole; batch++) {
		int64_t last = t->count ? t->rows[t->count - 1].n : 0;
		int got = rows_each(t->c, t->kind->name, last, BATCH, record_cache_append, t, NULL);
		if (got < BATCH)
			t->whole = 1;
		if (batch >= AT_LEAST && clock_steady() >= deadline)
			break;
	}
	return !t->whole;
}

/* ---- asking */

size_t record_cache_count(const struct record_cache *t)
{
	return t->count;
}

int record_cache_is_whole(const struct record_cache *t)
{
	return t->whole;
}

int record_cache_percent(const struct record_cache *t)
{
	return t->past ? past_reader_percent(t->past) : -1;
}

uint64_t record_cache_version(const struct record_cache *t)
{
	return t->version;
}

uint64_t record_cache_changed(const struct record_cache *t, size_t i)
{
	return t->rows[i].changed;
}

const char *record_cache_label(const struct record_cache *t, size_t i)
{
	return t->rows[i].label;
}

int record_cache_is_retracted(const struct record_cache *t, size_t i)
{
	return t->rows[i].retracted;
}

json_t *record_cache_value(struct record_cache *t, size_t i, const struct field *field)
{
	return row_value(t->c, field, t->rows[i].json, t->rows[i].size);
}

const json_t *record_cache_disputes(const struct record_cache *t, size_t i)
{
	return record_disputes(t->c, t->commit, t->rows[i].label);
}

/* Only texts are looked at, so references need not be read: the stored object does, with its long texts put back. */
static void make_words(struct record_cache *t, struct record_cache_row *row)
{
	json_t *record = json_loadb(row->json, row->size, 0, NULL);
	for (size_t i = 0; i < kind_field_count(t->kind); i++) {
		const struct field *field = kind_field_at(t->kind, i);
		if (field->type == FIELD_LONG && json_object_get(record, field->name))
			json_object_set_new(record, field->name, row_value(t->c, field, row->json, row->size));
	}
	struct buf words = BUF_INIT;
	filter_words(t->kind, record, &words);
	json_decref(record);
	row->words_size = words.len;
	row->words = xmalloc(words.len + 1);
	memcpy(row->words, words.data, words.len + 1);
	buf_release(&words);
}

const char *record_cache_words(struct record_cache *t, size_t i, size_t *n)
{
	struct record_cache_row *row = &t->rows[i];
	if (!row->words)
		make_words(t, row);
	*n = row->words_size;
	return row->words;
}

struct case_file *record_cache_case(const struct record_cache *t)
{
	return t->c;
}

const struct kind *record_cache_kind(const struct record_cache *t)
{
	return t->kind;
}
