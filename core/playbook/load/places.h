/*
 * Where in a file the members of a JSON tree were written.
 *
 * A place belongs to a member of a container: (container, key or index). It is
 * found again by JSON pointer, or, where the pointer leads nowhere, by the
 * nearest container above. Needs a few bytes for each node and none for the
 * pointers, so that long keys cannot make it large.
 */
#ifndef GENBA_PLAYBOOK_LOAD_PLACES_H
#define GENBA_PLAYBOOK_LOAD_PLACES_H

#include <jansson.h>
#include <stddef.h>

struct buf;
struct places;

struct place {
	unsigned line; /* from 1; 0: not known */
	unsigned column;
};

struct places *places_new(void);
void places_free(struct places *p);

/* `key` NULL: the item `index` of an array. `container` must live as long as the places. */
void places_add(struct places *p, const json_t *container, const char *key, size_t index, struct place place);

/* The place of the member at a JSON pointer (RFC 6901). */
struct place places_find(const struct places *p, const json_t *root, const char *pointer);

/* Appends "/" and the key, escaped (`~0`, `~1`). */
void pointer_add(struct buf *pointer, const char *key);

#endif
