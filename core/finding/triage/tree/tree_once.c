#include "finding/triage/tree/tree_once.h"

#include "base/err.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define MOST (UINT64_C(1) << 24) /* rows that are remembered: 256 MiB; of more, each is told */

struct tree_once {
	uint64_t *slots; /* 0: free */
	uint64_t room;
	uint64_t count;
};

struct tree_once *tree_once_new(void)
{
	struct tree_once *t = xcalloc(1, sizeof *t);
	t->room = 1U << 16;
	t->slots = xcalloc((size_t)t->room, sizeof *t->slots);
	return t;
}

void tree_once_free(struct tree_once *t)
{
	if (!t)
		return;
	free(t->slots);
	free(t);
}

/* The path behind "vol2:vss1:/". */
static const char *within(const char *path)
{
	for (unsigned i = 0; i < 2; i++) {
		size_t n = strncmp(path, i ? "vss" : "vol", 3) == 0 ? 3 + strspn(path + 3, "0123456789") : 0;
		if (n > 3 && path[n] == ':')
			path += n + 1;
	}
	return *path == '/' ? path + 1 : path;
}

static uint64_t key_of(const struct observation *o)
{
	crypto_generichash_state h;
	uint64_t key = 0;
	const char *path = within(o->path);
	crypto_generichash_init(&h, NULL, 0, 16);
	unsigned char digest[16];
	crypto_generichash_update(&h, (const unsigned char *)&o->when, sizeof o->when);
	crypto_generichash_update(&h, (const unsigned char *)&o->time_of, sizeof o->time_of);
	crypto_generichash_update(&h, &o->artefact, 1);
	crypto_generichash_update(&h, (const unsigned char *)path, strlen(path) + 1);
	crypto_generichash_update(&h, (const unsigned char *)o->fields, o->fields_size);
	crypto_generichash_final(&h, digest, sizeof digest);
	memcpy(&key, digest, sizeof key);
	return key ? key : 1;
}

static int put(uint64_t *slots, uint64_t room, uint64_t key)
{
	uint64_t at = key & (room - 1);
	while (slots[at] && slots[at] != key)
		at = (at + 1) & (room - 1);
	int is_new = slots[at] == 0;
	slots[at] = key;
	return is_new;
}

/* Whether it was not noted before. */
static int note(struct tree_once *t, uint64_t key)
{
	if (t->count == MOST) {
		uint64_t at = key & (t->room - 1);
		while (t->slots[at] && t->slots[at] != key)
			at = (at + 1) & (t->room - 1);
		return t->slots[at] == 0;
	}
	if (2 * t->count >= t->room) {
		uint64_t *larger = xcalloc((size_t)t->room * 2, sizeof *larger);
		for (uint64_t i = 0; i < t->room; i++)
			if (t->slots[i])
				put(larger, t->room * 2, t->slots[i]);
		free(t->slots);
		t->slots = larger;
		t->room *= 2;
	}
	int is_new = put(t->slots, t->room, key);
	t->count += (uint64_t)is_new;
	return is_new;
}

void tree_once_rows(struct tree_once *t, const void *rows, size_t n, struct buf *out)
{
	struct observation o;
	size_t size = 0;
	for (size_t at = 0; at < n && observation_unpack((const char *)rows + at, n - at, &o, &size, NULL) > 0;
	     at += size)
		if (note(t, key_of(&o)) && out)
			buf_add(out, (const char *)rows + at, size);
}
