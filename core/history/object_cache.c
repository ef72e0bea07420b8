/*
 * Raw objects in memory, by row: a table with chains, and a list from the one
 * used last to the one not used for longest, which makes room. An object that
 * somebody still holds outlives its place here.
 */
#include "history/history_private.h"

#include <stdlib.h>
#include <string.h>

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
