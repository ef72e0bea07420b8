/*
 * Where in a file the members of a JSON tree were written.
 *
 * A place belongs to a member of a container: (container, key or index). It is
 * found again by JSON pointer, or, where the pointer leads nowhere, by the
 * nearest container above. Needs a few bytes for each node and none for the
 * pointers, so that long keys cannot make it large.
 */
#ifndef GENBA_PLAYBOOK_LOAD_SOURCE_MAP_H
#define GENBA_PLAYBOOK_LOAD_SOURCE_MAP_H

#include <jansson.h>
#include <stddef.h>

struct buf;
struct source_map;

struct place {
	unsigned line; /* from 1; 0: not known */
	unsigned column;
};

struct source_map *source_map_new(void);
void source_map_free(struct source_map *p);

/* `key` NULL: the item `index` of an array. `container` must live as long as the places. */
void source_map_add(struct source_map *p, const json_t *container, const char *key, size_t index, struct place place);

/* The place of the member at a JSON pointer (RFC 6901). */
struct place source_map_find(const struct source_map *p, const json_t *root, const char *pointer);

/* Appends "/" and the key, escaped (`~0`, `~1`). */
void source_map_pointer_add(struct buf *pointer, const char *key);

#endif
