/* How many mails each is like: pairs as numbers, since a campaign of 1,000 mails has half a million of them. */
#include "finding/mail/similar_ahead.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/time/clock.h"
#include "case/store/record.h"
#include "finding/mail/similar_index.h"
#include "finding/mail/similar_private.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ROWS          500  /* of the index that one query reads */
#define PAIRS_BETWEEN 4096 /* two looks at the clock */

struct pair_slot {
	uint32_t a, b; /* numbers of mails, a < b; both 0: free */
	uint16_t strong, weak;
};

struct pair_table {
	struct pair_slot *slots;
	size_t size; /* a power of two */
	size_t used;
};

static struct pair_slot *pair_slot(const struct pair_table *t, uint32_t a, uint32_t b)
{
	uint64_t hash = ((uint64_t)a << 32 | b) * 0x9E3779B97F4A7C15ULL;
	size_t i = (size_t)(hash >> 32) & (t->size - 1);
	while ((t->slots[i].a || t->slots[i].b) && (t->slots[i].a != a || t->slots[i].b != b))
		i = (i + 1) & (t->size - 1);
	return &t->slots[i];
}

static void count_pair(struct pair_table *t, uint32_t a, uint32_t b, int strong)
{
	if (t->used * 2 >= t->size) {
		struct pair_table more = {.size = t->size ? t->size * 2 : 1024, .used = t->used};
		more.slots = xcalloc(more.size, sizeof *more.slots);
		for (size_t i = 0; i < t->size; i++)
			if (t->slots[i].a || t->slots[i].b)
				*pair_slot(&more, t->slots[i].a, t->slots[i].b) = t->slots[i];
		free(t->slots);
		*t = more;
	}
	struct pair_slot *slot = pair_slot(t, a, b);
	t->used += !slot->a && !slot->b;
	slot->a = a;
	slot->b = b;
	slot->strong = (uint16_t)(slot->strong + (strong ? 1 : 0));
	slot->weak = (uint16_t)(slot->weak + (strong ? 0 : 1));
}

/* The number of a mail among all that have a key, given to it where it has none. */
static uint32_t number_of(json_t *numbers, const char *label)
{
	const json_t *known = json_object_get(numbers, label);
	if (known)
		return (uint32_t)json_integer_value(known);
	uint32_t n = (uint32_t)json_object_size(numbers);
	json_object_set_new(numbers, label, json_integer(n));
	return n;
}

/* ---- the count, which can be gone on with */

struct similar_counting {
	struct mail_index_place place; /* the last row that was taken */
	char *key;                     /* that the list is of, or NULL */
	uint32_t *list;                /* numbers of the mails that have it */
	size_t count, cap;
	size_t paired;   /* of the list, with those behind them */
	int is_complete; /* all that have the key are in the list */
	int at_end;
	size_t mails;
	json_t *numbers; /* label -> number */
	struct pair_table pairs;
};

/* What is known of an open case. */
struct similar_memory {
	uint64_t generation; /* of the mails, and one, that the counts tell; 0: there are none */
	json_t *counts;
	uint64_t doing; /* that is being counted */
	struct similar_counting *counting;
};

static void counting_free(struct similar_counting *k)
{
	if (!k)
		return;
	mail_index_place_release(&k->place);
	free(k->key);
	free(k->list);
	free(k->pairs.slots);
	json_decref(k->numbers);
	free(k);
}

static void similar_memory_free(void *kept)
{
	struct similar_memory *m = kept;
	counting_free(m->counting);
	json_decref(m->counts);
	free(m);
}

static void add_holder(struct similar_counting *k, const char *mail)
{
	if (k->count == k->cap) {
		k->cap = k->cap ? k->cap * 2 : 64;
		k->list = xrealloc(k->list, k->cap * sizeof *k->list);
	}
	k->list[k->count++] = number_of(k->numbers, mail);
}

/* Stops before the first row of another key, where the list so far has to be paired. */
static int take_row(void *ctx, const char *key, const char *mail)
{
	struct similar_counting *k = ctx;
	k->is_complete = k->key && strcmp(k->key, key) != 0 && similar_key_tells(k->mails, k->count);
	if (k->is_complete)
		return 1;
	if (!k->key || strcmp(k->key, key) != 0) {
		free(k->key);
		k->key = xstrdup(key);
		k->count = k->paired = 0;
	}
	add_holder(k, mail);
	return 0;
}

/* 1: it is late, and there are more. */
static int pair_list(struct similar_counting *k, double deadline)
{
	size_t done = 0;
	int is_strong = k->key && *k->key == 's';
	while (similar_key_tells(k->mails, k->count) && k->paired < k->count) {
		uint32_t a = k->list[k->paired++];
		for (size_t y = k->paired; y < k->count; y++) {
			uint32_t b = k->list[y];
			count_pair(&k->pairs, a < b ? a : b, a < b ? b : a, is_strong);
		}
		done += k->count;
		if (done >= PAIRS_BETWEEN && clock_steady() >= deadline)
			return 1;
		done = done >= PAIRS_BETWEEN ? 0 : done;
	}
	k->count = k->paired = 0;
	free(k->key);
	k->key = NULL;
	return 0;
}

/* 1: it is late, and there are more; 0; -1. */
static int count_rows(struct case_file *c, struct similar_counting *k, double deadline, struct err *err)
{
	for (;;) {
		if (k->is_complete && pair_list(k, deadline))
			return 1;
		k->is_complete = 0;
		if (k->at_end)
			return 0;
		int rc = mail_index_rows(c, &k->place, ROWS, take_row, k, err);
		if (rc < 0)
			return -1;
		k->at_end = rc == 0;
		k->is_complete |= k->at_end;
		if (!k->at_end && clock_steady() >= deadline)
			return 1;
	}
}

/* Where there is no index: at one go, and kept like the other. */
static int count_all(struct case_file *c, struct similar_counting *k, struct err *err)
{
	json_t *keys = json_object();
	const char *key;
	json_t *list;
	size_t i;
	json_t *label;
	int rc = similar_read_all(c, keys, &k->mails, err);
	json_object_foreach(keys, key, list) {
		json_array_foreach(list, i, label)
			take_row(k, key, json_string_value(label));
		pair_list(k, HUGE_VAL);
	}
	json_decref(keys);
	return rc;
}

/* {label: how many} of the pairs with one strong key or two weak ones. */
static json_t *counts_of(const struct similar_counting *k)
{
	const char *label;
	json_t *number;
	json_t *counts = json_object();
	uint32_t *alike = xcalloc(json_object_size(k->numbers) + 1, sizeof *alike);
	for (size_t i = 0; i < k->pairs.size; i++) {
		const struct pair_slot *slot = &k->pairs.slots[i];
		if (slot->strong || slot->weak >= 2) {
			alike[slot->a]++;
			alike[slot->b]++;
		}
	}
	json_object_foreach(k->numbers, label, number) {
		uint32_t n = alike[json_integer_value(number)];
		if (n)
			json_object_set_new(counts, label, json_integer(n));
	}
	free(alike);
	return counts;
}

static struct similar_memory *memory_of(struct case_file *c)
{
	void **slot = case_memory_of(c, "mail similar", similar_memory_free);
	if (!*slot)
		*slot = xcalloc(1, sizeof(struct similar_memory));
	return *slot;
}

/* 1: there is more to do; 0; -1. */
static int count_on(struct case_file *c, struct similar_memory *m, double deadline, struct err *err)
{
	int is_indexed = mail_index_may(c);
	int rc = is_indexed ? mail_index_work(c, similar_keys_of_mail, c, deadline, err) : 0;
	if (rc)
		return rc;
	if (!m->counting) {
		m->counting = xcalloc(1, sizeof *m->counting);
		m->counting->numbers = json_object();
		if (is_indexed && mail_index_count(c, &m->counting->mails, err) < 0)
			return -1;
	}
	return is_indexed ? count_rows(c, m->counting, deadline, err) : count_all(c, m->counting, err);
}

int mail_similar_ahead(struct case_file *c, double deadline, const json_t **counts, struct err *err)
{
	struct similar_memory *m = memory_of(c);
	uint64_t now = case_kind_generation(c, "mail") + 1;
	*counts = m->counts;
	if (m->generation == now)
		return 0;
	if (m->doing != now) { /* mails changed meanwhile */
		counting_free(m->counting);
		m->counting = NULL;
	}
	m->doing = now;
	int rc = count_on(c, m, deadline, err);
	if (rc == 0) {
		json_decref(m->counts);
		*counts = m->counts = counts_of(m->counting);
		m->generation = now;
	}
	if (rc <= 0) {
		counting_free(m->counting);
		m->counting = NULL;
	}
	return rc;
}

int mail_similar_percent(struct case_file *c)
{
	const struct similar_memory *m = memory_of(c);
	uint64_t mails = record_count(c, "mail", RECORD_WITH_RETRACTED);
	if (!m->counting)
		return mail_index_percent(c) / 2;
	return mails ? 50 + (int)(json_object_size(m->counting->numbers) * 49 / (mails + 1)) : 99;
}

json_t *mail_similar_counts(struct case_file *c, struct err *err)
{
	const json_t *counts;
	return mail_similar_ahead(c, HUGE_VAL, &counts, err) < 0 ? NULL : json_deep_copy(counts);
}
