/*
 * What is kept of objects in memory.
 *
 * Ids: open addressing, the slot from the id's first eight bytes times a secret
 * odd number, so that nobody can make ids that crowd.
 *
 * Raw objects, by row: a table with chains, and a list from the one used last to
 * the one not used for longest, which makes room. An object that somebody still
 * holds outlives its place here.
 */
#include "history/history_private.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* ---- ids */

struct object_index_entry {
	unsigned char id[GIT_OID_RAWSZ];
	unsigned char type; /* 0: empty */
	int64_t row;
	int64_t commit; /* its number in the table of commits; 0: none */
};

struct object_index {
	struct object_index_entry *entries;
	size_t size; /* a power of two */
	size_t count;
	uint64_t factor;
};

struct object_index *object_index_new(void)
{
	struct object_index *x = xcalloc(1, sizeof *x);
	x->size = 1024;
	x->entries = xcalloc(x->size, sizeof *x->entries);
	randombytes_buf(&x->factor, sizeof x->factor);
	x->factor |= 1;
	return x;
}

void object_index_free(struct object_index *x)
{
	if (x)
		free(x->entries);
	free(x);
}

/* The entry of the id, or the empty one where it belongs. */
static struct object_index_entry *object_index_place(const struct object_index *x, const unsigned char *id)
{
	uint64_t key;
	memcpy(&key, id, sizeof key);
	size_t i = (size_t)((key * x->factor) >> 20) & (x->size - 1);
	while (x->entries[i].type && memcmp(x->entries[i].id, id, GIT_OID_RAWSZ) != 0)
		i = (i + 1) & (x->size - 1);
	return &x->entries[i];
}

static void object_index_grow(struct object_index *x)
{
	struct object_index bigger = *x;
	bigger.size = x->size * 2;
	bigger.entries = xcalloc(bigger.size, sizeof *bigger.entries);
	for (size_t i = 0; i < x->size; i++)
		if (x->entries[i].type)
			*object_index_place(&bigger, x->entries[i].id) = x->entries[i];
	free(x->entries);
	*x = bigger;
}

void object_index_add(struct object_index *x, const unsigned char id[GIT_OID_RAWSZ], int64_t row, git_object_t type)
{
	if (x->count * 4 >= x->size * 3)
		object_index_grow(x);
	struct object_index_entry *e = object_index_place(x, id);
	x->count += e->type == 0;
	memcpy(e->id, id, GIT_OID_RAWSZ);
	e->row = row;
	e->type = (unsigned char)type;
}

void object_index_number(struct object_index *x, const git_oid *id, int64_t number)
{
	struct object_index_entry *e = object_index_place(x, id->id);
	if (e->type)
		e->commit = number;
}

int64_t object_index_commit(const struct object_index *x, const git_oid *id)
{
	const struct object_index_entry *e = object_index_place(x, id->id);
	return e->type ? e->commit : 0;
}

int object_index_find(const struct object_index *x, const git_oid *id, int64_t *row, git_object_t *type)
{
	const struct object_index_entry *e = object_index_place(x, id->id);
	if (!e->type)
		return 0;
	if (row)
		*row = e->row;
	if (type)
		*type = (git_object_t)e->type;
	return 1;
}

/* ---- raw objects */

struct object_raw *object_raw_new(int64_t row, git_object_t type, size_t n)
{
	struct object_raw *raw = xmalloc(sizeof *raw + n + 1);
	memset(raw, 0, sizeof *raw);
	raw->row = row;
	raw->type = type;
	raw->size = n;
	raw->holders = 1;
	raw->data[n] = '\0';
	return raw;
}

void object_raw_drop(struct object_raw *raw)
{
	if (raw && --raw->holders == 0)
		free(raw);
}

static struct object_raw **object_cache_slot(struct object_cache *c, int64_t row)
{
	struct object_raw **slot = &c->slots[(uint64_t)row % OBJECT_CACHE_SLOTS];
	while (*slot && (*slot)->row != row)
		slot = &(*slot)->next;
	return slot;
}

static void object_cache_unlink(struct object_cache *c, struct object_raw *raw)
{
	*(raw->newer ? &raw->newer->older : &c->newest) = raw->older;
	*(raw->older ? &raw->older->newer : &c->oldest) = raw->newer;
	raw->newer = raw->older = NULL;
}

static void object_cache_to_front(struct object_cache *c, struct object_raw *raw)
{
	raw->older = c->newest;
	*(c->newest ? &c->newest->newer : &c->oldest) = raw;
	c->newest = raw;
}

static void object_cache_remove(struct object_cache *c, struct object_raw **slot)
{
	struct object_raw *raw = *slot;
	*slot = raw->next;
	raw->next = NULL;
	object_cache_unlink(c, raw);
	c->bytes -= sizeof *raw + raw->size;
	object_raw_drop(raw);
}

struct object_raw *object_cache_find(struct object_cache *c, int64_t row)
{
	struct object_raw *raw = *object_cache_slot(c, row);
	if (!raw)
		return NULL;
	object_cache_unlink(c, raw);
	object_cache_to_front(c, raw);
	raw->holders++;
	return raw;
}

void object_cache_put(struct object_cache *c, struct object_raw *raw)
{
	struct object_raw **slot = object_cache_slot(c, raw->row);
	if (*slot == raw || raw->size > OBJECT_CACHED)
		return;
	if (*slot)
		object_cache_remove(c, slot);
	while (c->oldest && c->bytes + sizeof *raw + raw->size > OBJECT_CACHE_BYTES)
		object_cache_remove(c, object_cache_slot(c, c->oldest->row));
	slot = object_cache_slot(c, raw->row);
	*slot = raw;
	raw->holders++;
	c->bytes += sizeof *raw + raw->size;
	object_cache_to_front(c, raw);
}

void object_cache_forget(struct object_cache *c, int64_t row)
{
	struct object_raw **slot = object_cache_slot(c, row);
	if (*slot)
		object_cache_remove(c, slot);
}

void object_cache_clear(struct object_cache *c)
{
	while (c->oldest)
		object_cache_remove(c, object_cache_slot(c, c->oldest->row));
}
