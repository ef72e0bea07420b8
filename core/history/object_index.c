/*
 * A table of ids in memory: open addressing, the slot from the id's first eight
 * bytes times a secret odd number, so that nobody can make ids that crowd.
 */
#include "history/history_private.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

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
