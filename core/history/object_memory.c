/*
 * What is kept of objects in memory.
 *
 * Ids: open addressing, the slot from the id's first eight bytes times a secret
 * odd number, so that nobody can make ids that crowd. Slots are small and the
 * entries lie in the order of the rows: what was just written is near.
 *
 * Raw objects, by row: a table with chains, and a list from the one put in last
 * to the oldest, which makes room if nobody asked for it meanwhile. An object that
 * somebody still holds outlives its place here.
 */
#include "history/history_private.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* ---- ids */

struct object_index_entry {
	unsigned char id[GIT_OID_RAWSZ];
	unsigned char type;
	int64_t row;
	int64_t commit; /* its number in the table of commits; 0: none */
};

struct object_index_slot {
	uint32_t hash;
	uint32_t entry; /* its place, from 1 on; 0: empty */
};

struct object_index {
	struct object_index_entry *entries; /* in the order of their coming, which is that of the rows */
	struct object_index_slot *slots;
	size_t size; /* slots: a power of two; room for three quarters of as many entries */
	size_t count;
	uint64_t factor;
};

static void object_index_room(struct object_index *x, size_t size)
{
	x->size = size;
	x->slots = xcalloc(size, sizeof *x->slots);
	x->entries = xrealloc(x->entries, size / 4 * 3 * sizeof *x->entries);
}

struct object_index *object_index_new(void)
{
	struct object_index *x = xcalloc(1, sizeof *x);
	object_index_room(x, 1024);
	randombytes_buf(&x->factor, sizeof x->factor);
	x->factor |= 1;
	return x;
}

void object_index_free(struct object_index *x)
{
	if (!x)
		return;
	free(x->slots);
	free(x->entries);
	free(x);
}

static uint32_t object_index_hash(const struct object_index *x, const unsigned char *id)
{
	uint64_t key;
	memcpy(&key, id, sizeof key);
	return (uint32_t)((key * x->factor) >> 20);
}

/* The slot of the id, or the empty one where it belongs. */
static struct object_index_slot *object_index_place(const struct object_index *x, const unsigned char *id)
{
	uint32_t hash = object_index_hash(x, id);
	size_t i = hash & (x->size - 1);
	for (const struct object_index_slot *slot = &x->slots[i]; slot->entry; slot = &x->slots[i]) {
		if (slot->hash == hash && memcmp(x->entries[slot->entry - 1].id, id, GIT_OID_RAWSZ) == 0)
			break;
		i = (i + 1) & (x->size - 1);
	}
	return &x->slots[i];
}

static struct object_index_entry *object_index_entry(const struct object_index *x, const git_oid *id)
{
	const struct object_index_slot *slot = object_index_place(x, id->id);
	return slot->entry ? &x->entries[slot->entry - 1] : NULL;
}

static void object_index_grow(struct object_index *x)
{
	struct object_index_slot *old = x->slots;
	object_index_room(x, x->size * 2);
	free(old);
	for (size_t n = 0; n < x->count; n++) {
		struct object_index_slot *slot = object_index_place(x, x->entries[n].id);
		slot->hash = object_index_hash(x, x->entries[n].id);
		slot->entry = (uint32_t)n + 1;
	}
}

void object_index_add(struct object_index *x, const unsigned char id[GIT_OID_RAWSZ], int64_t row, git_object_t type)
{
	if (x->count == x->size / 4 * 3)
		object_index_grow(x);
	struct object_index_slot *slot = object_index_place(x, id);
	if (!slot->entry) {
		slot->hash = object_index_hash(x, id);
		slot->entry = (uint32_t)++x->count;
		memset(&x->entries[slot->entry - 1], 0, sizeof *x->entries);
	}
	struct object_index_entry *e = &x->entries[slot->entry - 1];
	memcpy(e->id, id, GIT_OID_RAWSZ);
	e->row = row;
	e->type = (unsigned char)type;
}

void object_index_number(struct object_index *x, const git_oid *id, int64_t number)
{
	struct object_index_entry *e = object_index_entry(x, id);
	if (e)
		e->commit = number;
}

int64_t object_index_commit(const struct object_index *x, const git_oid *id)
{
	const struct object_index_entry *e = object_index_entry(x, id);
	return e ? e->commit : 0;
}

int object_index_find(const struct object_index *x, const git_oid *id, int64_t *row, git_object_t *type)
{
	const struct object_index_entry *e = object_index_entry(x, id);
	if (!e)
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
	raw->used = 1;
	raw->holders++;
	return raw;
}

/* The oldest goes, unless it was asked for since it was last here: then it begins anew. */
static void make_room(struct object_cache *c)
{
	struct object_raw *raw = c->oldest;
	if (!raw->used) {
		object_cache_remove(c, object_cache_slot(c, raw->row));
		return;
	}
	raw->used = 0;
	object_cache_unlink(c, raw);
	object_cache_to_front(c, raw);
}

void object_cache_put(struct object_cache *c, struct object_raw *raw)
{
	struct object_raw **slot = object_cache_slot(c, raw->row);
	if (*slot == raw || raw->size > OBJECT_CACHED)
		return;
	if (*slot)
		object_cache_remove(c, slot);
	while (c->oldest && c->bytes + sizeof *raw + raw->size > OBJECT_CACHE_BYTES)
		make_room(c);
	slot = object_cache_slot(c, raw->row);
	*slot = raw;
	raw->holders++;
	c->bytes += sizeof *raw + raw->size;
	object_cache_to_front(c, raw);
}

void object_cache_clear(struct object_cache *c)
{
	while (c->oldest)
		object_cache_remove(c, object_cache_slot(c, c->oldest->row));
}
