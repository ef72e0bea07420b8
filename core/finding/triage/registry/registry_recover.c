/*
 * Keys and values that were deleted, from the cells of a hive that nothing leads to. A key names its parent, and so its path,
 * as far as the parents are still there ("?" where they end); its values count where their cells are so, too: what was used
 * again is somebody else's. A value alone names no key. What stands in the hive all the same is not told twice.
 */
#include "finding/triage/registry/registry_private.h"

#include "base/i18n.h"
#include "finding/triage/parse/whole.h"

#include <stdlib.h>
#include <string.h>

#define KEYS_MOST   200000U /* that are recovered of one hive */
#define VALUES_MOST 200000U
#define DEEPEST     64
#define NAME_MOST   512U
#define SINCE       UINT64_C(119600064000000000) /* FILETIME of 1980-01-01; a time before it, or after the next, is none */
#define UNTIL       UINT64_C(157766016000000000) /* 2101-01-01 */

struct recovery {
	struct registry_walk *w;
	unsigned char *used;  /* hive_used() */
	unsigned char *owned; /* the same, of values that a recovered key has */
	struct buf name;
	struct buf data;
	uint64_t keys;
	uint64_t values;
};

static int by_hash(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

static uint64_t hash_of(const char *key, uint64_t written)
{
	uint64_t hash = UINT64_C(14695981039346656037) ^ written; /* FNV-1a */
	for (const char *p = key; *p; p++)
		hash = (hash ^ (unsigned char)*p) * UINT64_C(1099511628211);
	return hash;
}

void registry_remember(struct registry_walk *w)
{
	if (w->live_count % 1024 == 0)
		w->live = xrealloc(w->live, (w->live_count + 1024) * sizeof *w->live);
	w->live[w->live_count++] = hash_of(w->key, w->cell.written);
}

static int is_live(const struct registry_walk *w)
{
	uint64_t hash = hash_of(w->key, w->cell.written);
	return w->live_count && bsearch(&hash, w->live, w->live_count, sizeof *w->live, by_hash);
}

/* Names have no signs that control a terminal, whatever else they have. */
static int is_name(const struct buf *name)
{
	if (name->len == 0 || name->len > 3 * NAME_MOST)
		return 0;
	for (size_t i = 0; i < name->len; i++)
		if ((unsigned char)name->data[i] < 0x20)
			return 0;
	return !strstr(name->data, "\xEF\xBF\xBD"); /* U+FFFD */
}

static int is_key(const struct hive_key *key, const struct buf *name)
{
	return key->written > SINCE && key->written < UNTIL && key->values < REGISTRY_VALUES && is_name(name);
}

static void put_before(struct buf *path, const char *name, const char *between)
{
	char *joined = xasprintf("%s%s%s", name, between, path->data);
	buf_clear(path);
	buf_adds(path, joined);
	free(joined);
}

/* Puts the names of the key's parents before its own. */
static void find_path(const struct recovery *r, const struct hive_key *key, struct buf *path)
{
	struct hive_key at = *key;
	struct buf name = BUF_INIT;
	for (int deep = 0; at.parent != r->w->hive.root; deep++) {
		buf_clear(&name);
		if (deep == DEEPEST || hive_key(&r->w->hive, at.parent, &at, &name) < 0 || !is_key(&at, &name)) {
			put_before(path, "?", "\\");
			break;
		}
		put_before(path, name.data, "\\");
	}
	buf_release(&name);
}

/* The value in a free cell, its data if that is free, too. 0, or -1: there is none. */
static int read_value(struct recovery *r, uint32_t offset, struct registry_value *v)
{
	struct hive_value value;
	buf_clear(&r->name);
	if (!hive_is_free(&r->w->hive, r->used, offset) ||
	    hive_value_cell(&r->w->hive, offset, &value, &r->name, &r->data) < 0 || value.type > 11 ||
	    (r->name.len && !is_name(&r->name)))
		return -1;
	if (value.data_offset && !hive_is_free(&r->w->hive, r->used, value.data_offset))
		buf_clear(&r->data); /* its place was used again */
	if (r->name.len == 0 && r->data.len == 0)
		return -1;
	registry_value_set(v, &r->name, value.type, &r->data);
	return 0;
}

static void read_values(struct recovery *r)
{
	struct registry_walk *w = r->w;
	if (!w->cell.values || !hive_is_free(&w->hive, r->used, w->cell.value_list))
		return;
	for (uint32_t i = 0; i < w->cell.values && w->value_count < REGISTRY_VALUES; i++) {
		uint32_t offset = hive_value_offset(&w->hive, &w->cell, i);
		if (offset == 0 || read_value(r, offset, &w->values[w->value_count]) < 0)
			continue;
		w->value_count++;
		r->owned[offset / 64] |= (unsigned char)(1U << offset / 8 % 8);
	}
}

static int recover_key(struct recovery *r, uint32_t offset, struct err *err)
{
	struct registry_walk *w = r->w;
	struct buf path = BUF_INIT;
	int rc = 0;
	if (hive_key(&w->hive, offset, &w->cell, &path) == 0 && is_key(&w->cell, &path)) {
		find_path(r, &w->cell, &path);
		w->key = path.data;
		if (!is_live(w)) {
			read_values(r);
			rc = registry_key(w, err);
			r->keys++;
		}
	}
	registry_values_free(w);
	buf_release(&path);
	return rc;
}

static int recover_value(struct recovery *r, uint32_t offset, struct err *err)
{
	struct registry_walk *w = r->w;
	struct buf fields = BUF_INIT;
	struct buf text = BUF_INIT;
	int rc = 0;
	w->cell = (struct hive_key){.offset = offset};
	w->key = "";
	w->ordinal = 0;
	if (r->owned[offset / 64] >> offset / 8 % 8 & 1 || read_value(r, offset, &w->values[0]) < 0)
		return 0;
	w->value_count = 1;
	registry_values_text(w, &text);
	observation_field_n(&fields, "values", text.data, text.len);
	rc = registry_row(w, OBSERVATION_registry_key, OBSERVATION_NO_TIME, 0, &fields, err);
	r->values++;
	registry_values_free(w);
	buf_release(&fields);
	buf_release(&text);
	return rc;
}

int registry_recover(struct registry_walk *w, struct err *err)
{
	struct recovery r = {.w = w, .used = hive_used(&w->hive), .owned = xcalloc(1, w->hive.n / 64 + 1)};
	int rc = 0;
	buf_init(&r.name);
	buf_init(&r.data);
	w->flags = OBSERVATION_RECOVERED;
	if (w->live_count)
		qsort(w->live, w->live_count, sizeof *w->live, by_hash);
	for (uint32_t at = 0; rc == 0 && r.keys < KEYS_MOST; at += 8) {
		at = hive_next_free(&w->hive, r.used, at, "nk");
		if (at == UINT32_MAX)
			break;
		rc = recover_key(&r, at, err);
	}
	for (uint32_t at = 0; rc == 0 && r.values < VALUES_MOST; at += 8) {
		at = hive_next_free(&w->hive, r.used, at, "vk");
		if (at == UINT32_MAX)
			break;
		rc = recover_value(&r, at, err);
	}
	if (r.keys == KEYS_MOST || r.values == VALUES_MOST)
		triage_problem(w->out, 0, _("the hive holds more that was deleted than is recovered"));
	triage_fact(w->out, "recovered_keys", json_integer((json_int_t)r.keys));
	triage_fact(w->out, "recovered_values", json_integer((json_int_t)r.values));
	buf_release(&r.name);
	buf_release(&r.data);
	free(r.used);
	free(r.owned);
	return rc;
}
