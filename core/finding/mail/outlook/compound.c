#include "finding/mail/outlook/compound.h"

#include "base/err.h"
#include "finding/mail/read/charset.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define ENTRY      128 /* bytes of the directory for each */
#define MINI       64
#define NOTHING    0xFFFFFFFFU
#define FREE_ABOVE 0xFFFFFFFAU /* numbers of sectors are below */

static struct span span_buf(const struct buf *b)
{
	return (struct span){(const unsigned char *)b->data, b->len};
}

static size_t sector_at(const struct compound *c, uint32_t number)
{
	return (size_t)(number + (uint64_t)1) * c->sector;
}

/* The sector behind one, by the table of sectors. */
static uint32_t behind(const struct compound *c, uint32_t number)
{
	size_t each = c->sector / 4;
	struct span fat = span_buf(&c->fat);
	if (!span_has(fat, number / each * 4, 4))
		return NOTHING;
	size_t at = sector_at(c, span_32(fat, number / each * 4)) + number % each * 4;
	return span_has(c->s, at, 4) ? span_32(c->s, at) : NOTHING;
}

/* Appends a chain of sectors, `size` bytes at most. -1: it ends before. */
static int read_chain(struct compound *c, uint32_t number, uint64_t size, struct buf *out)
{
	while (size > 0) {
		size_t want = size < c->sector ? (size_t)size : c->sector;
		struct span piece = number < FREE_ABOVE ? span_of(c->s, sector_at(c, number), want) : (struct span){0};
		if (piece.n == 0)
			return -1;
		if (c->left < piece.n) {
			c->limited = 1;
			return -1;
		}
		c->left -= piece.n;
		buf_add(out, piece.p, piece.n);
		if (piece.n < want)
			return -1;
		size -= piece.n;
		number = behind(c, number);
	}
	return 0;
}

/* A chain whose length nobody says: to its end. */
static void read_open_chain(struct compound *c, uint32_t number, struct buf *out)
{
	for (size_t i = 0; number < FREE_ABOVE && i <= c->s.n / c->sector; i++) {
		struct span piece = span_of(c->s, sector_at(c, number), c->sector);
		if (piece.n < c->sector)
			c->damaged = 1;
		buf_add(out, piece.p, piece.n);
		number = behind(c, number);
	}
}

/* The sectors that hold the table of sectors: the first 109 in the header, others in a chain of their own. */
static void read_table(struct compound *c)
{
	size_t each = c->sector / 4 - 1;
	size_t most = c->s.n / c->sector + 1;
	size_t count = span_32(c->s, 44);
	count = count < most ? count : most;
	for (size_t i = 0; i < count && i < 109; i++)
		buf_add(&c->fat, c->s.p + 76 + i * 4, 4);
	uint32_t number = span_32(c->s, 68);
	for (size_t i = 0; c->fat.len / 4 < count && number < FREE_ABOVE && i < most; i++) {
		struct span piece = span_of(c->s, sector_at(c, number), c->sector);
		size_t left = count - c->fat.len / 4;
		if (piece.n < c->sector)
			return;
		buf_add(&c->fat, piece.p, (left < each ? left : each) * 4);
		number = span_32(piece, each * 4);
	}
}

/* Puts the tree below a storage into lists: brothers of a storage are a binary tree, which may be any graph in a bad file. */
static void list_tree(struct compound *c)
{
	struct span d = span_buf(&c->directory);
	uint32_t *stack = xcalloc(c->count * 2 + 2, sizeof *stack);
	char *seen = xcalloc(c->count, 1);
	uint32_t *above = xcalloc(c->count, sizeof *above);
	size_t depth = 0;
	seen[0] = 1;
	uint32_t child = span_32(d, 76);
	if (child < c->count && child && !seen[child]) {
		seen[child] = 1;
		stack[depth++] = child;
	}
	while (depth) {
		uint32_t at = stack[--depth];
		struct compound_entry *e = &c->entries[at];
		e->is_storage = span_8(d, (size_t)at * ENTRY + 66) == 1;
		e->next = c->entries[above[at]].first;
		c->entries[above[at]].first = at;
		const uint32_t others[] = {span_32(d, (size_t)at * ENTRY + 68), span_32(d, (size_t)at * ENTRY + 72),
		                           e->is_storage ? span_32(d, (size_t)at * ENTRY + 76) : NOTHING};
		for (size_t i = 0; i < 3; i++) {
			if (others[i] && others[i] < c->count && !seen[others[i]]) {
				seen[others[i]] = 1;
				above[others[i]] = i == 2 ? at : above[at];
				stack[depth++] = others[i];
			} else if (others[i] && others[i] != NOTHING) {
				c->damaged = 1;
			}
		}
	}
	for (size_t i = 1; i < c->count; i++) { /* what nothing leads to */
		unsigned type = span_8(d, i * ENTRY + 66);
		c->damaged |= !seen[i] && (type == 1 || type == 2);
	}
	free(stack);
	free(seen);
	free(above);
}

int compound_open(struct compound *c, struct pool *pool, const void *bytes, size_t n)
{
	*c = (struct compound){.s = {bytes, n}, .pool = pool, .left = (uint64_t)n * COMPOUND_TIMES + 4096};
	buf_init(&c->directory);
	buf_init(&c->mini);
	buf_init(&c->mini_fat);
	buf_init(&c->fat);
	unsigned shift = span_16(c->s, 30);
	if (!span_is(c->s, 0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8) || n < 512 || (shift != 9 && shift != 12))
		return -1;
	c->sector = (size_t)1 << shift;
	read_table(c);
	for (size_t i = 0; i < c->fat.len; i += 4)
		c->damaged |= !span_has(c->s, sector_at(c, span_32(span_buf(&c->fat), i)), c->sector);
	read_open_chain(c, span_32(c->s, 48), &c->directory);
	read_open_chain(c, span_32(c->s, 60), &c->mini_fat);
	c->count = c->directory.len / ENTRY;
	if (c->count > COMPOUND_ENTRIES) {
		c->count = COMPOUND_ENTRIES;
		c->limited = 1;
	}
	if (c->count == 0) {
		c->damaged = 1;
		return 0;
	}
	c->entries = xcalloc(c->count, sizeof *c->entries);
	c->entries[0].is_storage = 1;
	list_tree(c);
	struct span d = span_buf(&c->directory);
	uint64_t size = span_32(d, 120);
	if (size && read_chain(c, span_32(d, 116), size < n ? size : n, &c->mini) < 0)
		c->damaged = 1;
	return 0;
}

void compound_close(struct compound *c)
{
	buf_release(&c->directory);
	buf_release(&c->mini);
	buf_release(&c->mini_fat);
	buf_release(&c->fat);
	free(c->entries);
	c->entries = NULL;
	c->count = 0;
}

size_t compound_first(const struct compound *c, size_t storage)
{
	return storage < c->count ? c->entries[storage].first : 0;
}

size_t compound_next(const struct compound *c, size_t entry)
{
	return entry < c->count ? c->entries[entry].next : 0;
}

int compound_is_storage(const struct compound *c, size_t entry)
{
	return entry < c->count && c->entries[entry].is_storage;
}

void compound_name(const struct compound *c, size_t entry, char name[COMPOUND_NAME])
{
	struct span d = span_buf(&c->directory);
	size_t n = span_16(d, entry * ENTRY + 64);
	struct buf text = BUF_INIT;
	struct span wide = span_of(d, entry * ENTRY, n > 64 ? 64 : n);
	charset_utf16le(wide.p, wide.n, &text);
	snprintf(name, COMPOUND_NAME, "%s", text.data);
	buf_release(&text);
}

size_t compound_find(const struct compound *c, size_t storage, const char *name)
{
	char is[COMPOUND_NAME];
	for (size_t i = compound_first(c, storage); i; i = compound_next(c, i)) {
		compound_name(c, i, is);
		if (strcasecmp(is, name) == 0)
			return i;
	}
	return 0;
}

/* Short streams: pieces of 64 bytes of the root's stream. */
static int read_mini(struct compound *c, uint32_t number, uint64_t size, struct buf *out)
{
	struct span table = span_buf(&c->mini_fat);
	struct span mini = span_buf(&c->mini);
	while (size > 0) {
		size_t want = size < MINI ? (size_t)size : MINI;
		struct span piece = number < FREE_ABOVE ? span_of(mini, (size_t)number * MINI, want) : (struct span){0};
		if (piece.n == 0)
			return -1;
		if (c->left < piece.n) {
			c->limited = 1;
			return -1;
		}
		c->left -= piece.n;
		buf_add(out, piece.p, piece.n);
		if (piece.n < want || !span_has(table, (size_t)number * 4, 4))
			return size == piece.n ? 0 : -1;
		size -= piece.n;
		number = span_32(table, (size_t)number * 4);
	}
	return 0;
}

int compound_read(struct compound *c, size_t entry, struct buf *out)
{
	struct span d = span_buf(&c->directory);
	if (entry >= c->count)
		return -1;
	uint32_t number = span_32(d, entry * ENTRY + 116);
	uint64_t size = c->sector == 512 ? span_32(d, entry * ENTRY + 120) : span_64(d, entry * ENTRY + 120);
	int rc = size < span_32(c->s, 56) && entry ? read_mini(c, number, size, out) : read_chain(c, number, size, out);
	if (rc < 0)
		c->damaged = 1;
	return rc;
}
