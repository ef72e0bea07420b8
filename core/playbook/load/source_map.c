#include "playbook/load/source_map.h"

#include "base/buf.h"
#include "base/err.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct source_map_entry {
	const json_t *container; /* NULL: free */
	uint64_t key;
	struct place place;
};

struct source_map {
	struct source_map_entry *entries;
	size_t size; /* a power of two */
	size_t count;
};

static uint64_t hash_text(const char *text)
{
	uint64_t h = 0xcbf29ce484222325U; /* FNV-1a */
	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 0x100000001b3U;
	return h | 1U << 31;
}

static size_t slot_of(const struct source_map *p, const json_t *container, uint64_t key)
{
	uint64_t h = ((uint64_t)(uintptr_t)container >> 4) * 0x9e3779b97f4a7c15U ^ key * 0xbf58476d1ce4e5b9U;
	size_t i = (size_t)(h ^ h >> 29) & (p->size - 1);
	while (p->entries[i].container && (p->entries[i].container != container || p->entries[i].key != key))
		i = (i + 1) & (p->size - 1);
	return i;
}

struct source_map *source_map_new(void)
{
	struct source_map *p = xcalloc(1, sizeof *p);
	p->size = 256;
	p->entries = xcalloc(p->size, sizeof *p->entries);
	return p;
}

void source_map_free(struct source_map *p)
{
	if (p)
		free(p->entries);
	free(p);
}

static void source_map_grow(struct source_map *p)
{
	struct source_map bigger = {xcalloc(p->size * 2, sizeof *p->entries), p->size * 2, p->count};
	for (size_t i = 0; i < p->size; i++)
		if (p->entries[i].container)
			bigger.entries[slot_of(&bigger, p->entries[i].container, p->entries[i].key)] = p->entries[i];
	free(p->entries);
	*p = bigger;
}

void source_map_add(struct source_map *p, const json_t *container, const char *key, size_t index, struct place place)
{
	if (p->count * 2 >= p->size)
		source_map_grow(p);
	uint64_t k = key ? hash_text(key) : index;
	struct source_map_entry *e = &p->entries[slot_of(p, container, k)];
	p->count += e->container == NULL;
	*e = (struct source_map_entry){container, k, place};
}

/* The next part of a pointer, unescaped; the caller releases `part`. NULL at the end. */
static const char *next_part(const char *pointer, struct buf *part)
{
	buf_clear(part);
	if (*pointer != '/')
		return NULL;
	for (pointer++; *pointer && *pointer != '/'; pointer++) {
		if (*pointer == '~' && (pointer[1] == '0' || pointer[1] == '1'))
			buf_addc(part, *++pointer == '0' ? '~' : '/');
		else
			buf_addc(part, *pointer);
	}
	return pointer;
}

struct place source_map_find(const struct source_map *p, const json_t *root, const char *pointer)
{
	struct place found = {1, 1};
	struct buf part = BUF_INIT;
	while (root && (pointer = next_part(pointer, &part))) {
		size_t index = json_is_array(root) ? strtoul(part.data, NULL, 10) : 0;
		const struct source_map_entry *e =
		    &p->entries[slot_of(p, root, json_is_array(root) ? index : hash_text(part.data))];
		if (e->container)
			found = e->place;
		root = json_is_array(root) ? json_array_get(root, index) : json_object_get(root, part.data);
	}
	buf_release(&part);
	return found;
}

void source_map_pointer_add(struct buf *pointer, const char *key)
{
	buf_addc(pointer, '/');
	for (; *key; key++) {
		if (*key == '~' || *key == '/')
			buf_adds(pointer, *key == '~' ? "~0" : "~1");
		else
			buf_addc(pointer, *key);
	}
}
