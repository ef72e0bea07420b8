#include "case/query/record_kept.h"

#include "base/json.h"
#include "base/time/clock.h"
#include "case/store/case_internal.h"
#include "case/store/rows.h"

#include <stdlib.h>
#include <string.h>

#define BATCH    50  /* rows that one query reads: a millisecond */
#define AT_LEAST 200 /* however busy the machine is, so many are read before the clock is looked at */

struct kept_item {
	int64_t n;
	char label[LABEL_TEXT];
	void *item;       /* NULL: retracted */
	uint64_t changed; /* the version with which it came */
};

struct record_kept {
	struct case_file *c;
	const struct record_kept_spec *spec;
	struct kept_item *items; /* by n */
	size_t count;
	size_t cap;
	json_t *pending; /* ids of records that were changed since, and were not looked at yet */
	uint64_t generation;
	uint64_t version;
	uint64_t records; /* of the kind, when it was read from the start */
	int is_whole;
	int is_unsure; /* it was read while an action was open, which may be given up */
	int failed;
	struct err *err;
};

static void drop_item(struct record_kept *k, struct kept_item *it)
{
	if (it->item && k->spec->release)
		k->spec->release(it->item);
	free(it->item);
	it->item = NULL;
}

static void forget(struct record_kept *k)
{
	for (size_t i = 0; i < k->count; i++)
		drop_item(k, &k->items[i]);
	k->count = 0;
	k->is_whole = 0;
	k->version++;
	json_object_clear(k->pending);
}

static void record_kept_free(void *kept)
{
	struct record_kept *k = kept;
	forget(k);
	free(k->items);
	json_decref(k->pending);
	free(k);
}

/* ---- reading */

static void fill(struct record_kept *k, struct kept_item *to, const struct record_row *row)
{
	drop_item(k, to);
	to->n = row->n;
	to->changed = ++k->version;
	snprintf(to->label, sizeof to->label, "%s", row->label);
	if (k->failed || (row->retracted && !(k->spec->flags & RECORD_WITH_RETRACTED)))
		return;
	json_t *record = record_from_stored(k->c, row->json, row->size, k->spec->flags, k->err);
	record = record_with_disputes(k->c, NULL, record, k->spec->flags);
	if (!record) {
		k->failed = 1;
		return;
	}
	to->item = xcalloc(1, k->spec->size);
	k->spec->take(record, to->item);
	json_decref(record);
}

static void add(void *ctx, const struct record_row *row)
{
	struct record_kept *k = ctx;
	if (k->count == k->cap) {
		k->cap = k->cap ? k->cap * 2 : 256;
		k->items = xrealloc(k->items, k->cap * sizeof *k->items);
	}
	k->items[k->count] = (struct kept_item){.item = NULL};
	fill(k, &k->items[k->count++], row);
}

/* A new one comes with the next reading. */
static void replace(void *ctx, const struct record_row *row)
{
	struct record_kept *k = ctx;
	size_t low = 0;
	size_t high = k->count;
	if (strcmp(row->kind, k->spec->kind) != 0)
		return;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (k->items[middle].n < row->n)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < k->count && k->items[low].n == row->n)
		fill(k, &k->items[low], row);
}

static void note_pending(void *ctx, const char *id)
{
	json_object_set_new(ctx, id, json_true());
}

/* What changed since it was looked at. Another generation in which no record of the kind changed is no change. */
static void follow(struct record_kept *k)
{
	uint64_t now = case_generation(k->c);
	uint64_t changed = case_kind_generation(k->c, k->spec->kind);
	if (k->generation < k->c->generations.all ||
	    (k->generation < changed && case_changed_since(k->c, k->generation, note_pending, k->pending) < 0))
		forget(k);
	if (k->generation < changed)
		k->is_whole = 0; /* there may be new ones behind the last */
	k->generation = now;
}

/* 1: it is late, and there are more. */
static int read_changed(struct record_kept *k, double deadline)
{
	const char *id;
	json_t *yes;
	void *next;
	size_t done = 0;
	json_object_foreach_safe(k->pending, next, id, yes)
	{
		row_of_id(k->c, id, replace, k);
		json_object_del(k->pending, id);
		if (++done >= AT_LEAST && clock_steady() >= deadline)
			return json_object_size(k->pending) > 0;
	}
	return 0;
}

static int read_on(struct record_kept *k, double deadline)
{
	size_t begun = k->count;
	while (!k->is_whole && !k->failed) {
		int64_t last = k->count ? k->items[k->count - 1].n : 0;
		int got = rows_each(k->c, k->spec->kind, last, BATCH, add, k, k->err);
		if (got < 0)
			k->failed = 1;
		if (got < BATCH)
			k->is_whole = 1;
		else if (k->count - begun >= AT_LEAST && clock_steady() >= deadline)
			return 1;
	}
	return 0;
}

static struct record_kept *kept_new(struct case_file *c, const struct record_kept_spec *spec)
{
	struct record_kept *k = xcalloc(1, sizeof *k);
	*k = (struct record_kept){
	    .c = c, .spec = spec, .pending = json_object(), .generation = case_generation(c), .version = 1};
	k->records = record_count(c, spec->kind, RECORD_WITH_RETRACTED);
	return k;
}

int record_kept_work(struct case_file *c, const struct record_kept_spec *spec, double deadline,
                     struct record_kept **kept, struct err *err)
{
	void **slot = case_memory_of(c, spec->name, record_kept_free);
	if (!*slot)
		*slot = kept_new(c, spec);
	struct record_kept *k = *slot;
	*kept = k;
	k->err = err;
	if (k->is_unsure || case_is_changing(c))
		forget(k);
	k->is_unsure = case_is_changing(c);
	follow(k);
	int rc = read_changed(k, deadline) ? 1 : read_on(k, deadline);
	k->err = NULL;
	if (!k->failed)
		return rc;
	forget(k); /* its versions go on: who has seen one knows by the next that it is another list */
	k->failed = 0;
	*kept = NULL;
	return -1;
}

size_t record_kept_count(const struct record_kept *k)
{
	return k->count;
}

const void *record_kept_item(const struct record_kept *k, size_t i)
{
	return k->items[i].item;
}

const char *record_kept_label(const struct record_kept *k, size_t i)
{
	return k->items[i].label;
}

uint64_t record_kept_version(const struct record_kept *k)
{
	return k->version;
}

uint64_t record_kept_changed(const struct record_kept *k, size_t i)
{
	return k->items[i].changed;
}

struct record_kept *record_kept_so_far(struct case_file *c, const struct record_kept_spec *spec)
{
	return *case_memory_of(c, spec->name, record_kept_free);
}

int record_kept_percent(const struct record_kept *k)
{
	if (k->is_whole && json_object_size(k->pending) == 0)
		return 100;
	return k->records ? (int)(k->count * 99 / (k->records > k->count ? k->records : k->count + 1)) : 0;
}
