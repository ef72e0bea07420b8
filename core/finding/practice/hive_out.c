#include "finding/practice/hive_out.h"

#include "base/bytes.h"
#include "base/err.h"
#include "finding/practice/bytes_out.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define HEAD   4096U
#define NONE   0xFFFFFFFFU
#define BINARY 3U

struct hive_out_value {
	char *name;
	unsigned type;
	struct buf data;
};

struct hive_out_key {
	char *name;
	uint64_t when;
	size_t parent; /* its index; the root is its own */
	struct hive_out_value *values;
	size_t count;
	uint32_t cell; /* where it was written */
};

struct hive_out {
	char *name;
	struct hive_out_key *keys;
	size_t count;
};

static size_t add_key(struct hive_out *h, const char *name, size_t n, size_t parent, uint64_t when)
{
	h->keys = xrealloc(h->keys, (h->count + 1) * sizeof *h->keys);
	h->keys[h->count] = (struct hive_out_key){.name = xstrndup(name, n), .when = when, .parent = parent};
	return h->count++;
}

struct hive_out *hive_out_new(const char *name, uint64_t when)
{
	struct hive_out *h = xcalloc(1, sizeof *h);
	h->name = xstrdup(name);
	add_key(h, "ROOT", 4, 0, when);
	return h;
}

void hive_out_free(struct hive_out *h)
{
	if (!h)
		return;
	for (size_t i = 0; i < h->count; i++) {
		for (size_t v = 0; v < h->keys[i].count; v++) {
			free(h->keys[i].values[v].name);
			buf_release(&h->keys[i].values[v].data);
		}
		free(h->keys[i].values);
		free(h->keys[i].name);
	}
	free(h->keys);
	free(h->name);
	free(h);
}

static struct hive_out_key *key_at(struct hive_out *h, const char *path, uint64_t when)
{
	size_t at = 0;
	while (*path) {
		size_t n = strcspn(path, "\\");
		size_t i = 1;
		while (i < h->count && !(h->keys[i].parent == at && strlen(h->keys[i].name) == n &&
		                         strncasecmp(h->keys[i].name, path, n) == 0))
			i++;
		at = i < h->count ? i : add_key(h, path, n, at, when);
		path += n + (path[n] == '\\');
	}
	h->keys[at].when = when;
	return &h->keys[at];
}

static struct buf *add_value(struct hive_out *h, const char *key, const char *name, unsigned type, uint64_t when)
{
	struct hive_out_key *k = key_at(h, key, when);
	k->values = xrealloc(k->values, (k->count + 1) * sizeof *k->values);
	struct hive_out_value *v = &k->values[k->count++];
	*v = (struct hive_out_value){.name = xstrdup(name), .type = type};
	buf_init(&v->data);
	return &v->data;
}

void hive_out_text(struct hive_out *h, const char *key, const char *name, const char *text, uint64_t when)
{
	struct buf *data = add_value(h, key, name, 1, when);
	out_utf16(data, text);
	out_le(data, 0, 2);
}

void hive_out_number(struct hive_out *h, const char *key, const char *name, uint32_t number, uint64_t when)
{
	out_le(add_value(h, key, name, 4, when), number, 4);
}

void hive_out_bytes(struct hive_out *h, const char *key, const char *name, const void *bytes, size_t n, uint64_t when)
{
	buf_add(add_value(h, key, name, BINARY, when), bytes, n);
}

/* ---- cells: they count from the first block */

static uint32_t begin_cell(struct buf *b)
{
	out_align(b, 8);
	out_le(b, 0, 4);
	return (uint32_t)(b->len - 4 - HEAD);
}

static void end_cell(struct buf *b, uint32_t cell)
{
	out_align(b, 8);
	out_le_at(b, HEAD + cell, (uint32_t) - (int32_t)(b->len - HEAD - cell), 4);
}

static uint32_t put_security(struct buf *b, size_t users)
{
	/* everybody may do everything: [MS-DTYP] 2.4.6 */
	static const unsigned char descriptor[] = {1,  0, 4,    0x80, 20,   0, 0, 0, 32, 0, 0,  0, 0, 0, 0, 0, 44, 0,
	                                           0,  0, 1,    1,    0,    0, 0, 0, 0,  5, 18, 0, 0, 0, 1, 1, 0,  0,
	                                           0,  0, 0,    5,    18,   0, 0, 0, 2,  0, 28, 0, 1, 0, 0, 0, 0,  2,
	                                           20, 0, 0x3F, 0,    0x0F, 0, 1, 1, 0,  0, 0,  0, 0, 1, 0, 0, 0,  0};
	uint32_t cell = begin_cell(b);
	buf_adds(b, "sk");
	out_le(b, 0, 2);
	out_le(b, cell, 4); /* the next and the one before are itself */
	out_le(b, cell, 4);
	out_le(b, users, 4);
	out_le(b, sizeof descriptor, 4);
	buf_add(b, descriptor, sizeof descriptor);
	end_cell(b, cell);
	return cell;
}

static uint32_t put_value(struct buf *b, const struct hive_out_value *v)
{
	uint32_t data = 0;
	if (v->data.len > 4) {
		data = begin_cell(b);
		buf_add(b, v->data.data, v->data.len);
		end_cell(b, data);
	}
	uint32_t cell = begin_cell(b);
	buf_adds(b, "vk");
	out_le(b, strlen(v->name), 2);
	out_le(b, v->data.len | (v->data.len > 4 ? 0 : 0x80000000U), 4);
	if (v->data.len > 4) {
		out_le(b, data, 4);
	} else {
		buf_add(b, v->data.data, v->data.len);
		out_zeros(b, 4 - v->data.len);
	}
	out_le(b, v->type, 4);
	out_le(b, 1, 2); /* the name is ASCII */
	out_le(b, 0, 2);
	buf_adds(b, v->name);
	end_cell(b, cell);
	return cell;
}

static uint32_t put_values(struct buf *b, const struct hive_out_key *k)
{
	uint32_t *cells = xcalloc(k->count + 1, sizeof *cells);
	for (size_t i = 0; i < k->count; i++)
		cells[i] = put_value(b, &k->values[i]);
	uint32_t list = NONE;
	if (k->count) {
		list = begin_cell(b);
		for (size_t i = 0; i < k->count; i++)
			out_le(b, cells[i], 4);
		end_cell(b, list);
	}
	free(cells);
	return list;
}

static int by_name(const void *x, const void *y)
{
	const struct hive_out_key *const *a = x;
	const struct hive_out_key *const *b = y;
	return strcasecmp((*a)->name, (*b)->name);
}

static uint32_t put_key(const struct hive_out *h, struct buf *b, size_t number, uint32_t security);

/* The keys below it, in the order of their names, and their list. */
static uint32_t put_below(const struct hive_out *h, struct buf *b, size_t number, uint32_t security, size_t *count)
{
	struct hive_out_key **below = xcalloc(h->count, sizeof *below);
	uint32_t list = NONE;
	*count = 0;
	for (size_t i = 1; i < h->count; i++)
		if (h->keys[i].parent == number)
			below[(*count)++] = &h->keys[i];
	qsort(below, *count, sizeof(struct hive_out_key *), by_name);
	for (size_t i = 0; i < *count; i++)
		below[i]->cell = put_key(h, b, (size_t)(below[i] - h->keys), security);
	if (*count) {
		list = begin_cell(b);
		buf_adds(b, "lh");
		out_le(b, *count, 2);
		for (size_t i = 0; i < *count; i++) {
			uint32_t hash = 0;
			for (const char *p = below[i]->name; *p; p++)
				hash = hash * 37 + (uint32_t)toupper((unsigned char)*p);
			out_le(b, below[i]->cell, 4);
			out_le(b, hash, 4);
		}
		end_cell(b, list);
	}
	free(below);
	return list;
}

/* What is below a key is written after it: it has to be told where it is. */
static uint32_t put_key(const struct hive_out *h, struct buf *b, size_t number, uint32_t security)
{
	struct hive_out_key *k = &h->keys[number];
	size_t count;
	k->cell = begin_cell(b);
	buf_adds(b, "nk");
	out_le(b, number ? 0x20 : 0x2C, 2); /* the name is ASCII; the root is one, and is not deleted */
	out_le(b, k->when, 8);
	out_le(b, 0, 4);
	out_le(b, number ? h->keys[k->parent].cell : NONE, 4);
	size_t at = b->len;
	out_zeros(b, 8); /* how many are below it */
	out_le(b, NONE, 4);
	out_le(b, NONE, 4);
	out_le(b, k->count, 4);
	out_le(b, NONE, 4);
	out_le(b, security, 4);
	out_le(b, NONE, 4); /* its class */
	out_le(b, 128, 4);  /* lengths at most: of names below it … */
	out_le(b, 0, 4);
	out_le(b, 128, 4); /* … of its values' names and data */
	out_le(b, 65536, 4);
	out_le(b, 0, 4);
	out_le(b, strlen(k->name), 2);
	out_le(b, 0, 2);
	buf_adds(b, k->name);
	end_cell(b, k->cell);
	uint32_t cell = k->cell;
	uint32_t values = put_values(b, k);
	uint32_t list = put_below(h, b, number, security, &count);
	out_le_at(b, at, count, 4);
	out_le_at(b, at + 8, list, 4);
	out_le_at(b, at + 20, values, 4);
	return cell;
}

void hive_out_finish(const struct hive_out *h, struct buf *out)
{
	struct buf b = BUF_INIT;
	out_zeros(&b, HEAD);
	buf_adds(&b, "hbin");
	out_zeros(&b, 28);
	uint32_t security = put_security(&b, h->count);
	uint32_t root = put_key(h, &b, 0, security);
	out_align(&b, 8);
	size_t rest = HEAD - b.len % HEAD;
	out_le(&b, rest, 4); /* a free cell, up to the end */
	out_zeros(&b, rest - 4);
	size_t size = b.len - HEAD;
	out_le_at(&b, HEAD + 8, size, 4);
	out_le_at(&b, HEAD + 20, h->keys[0].when, 8);
	memcpy(b.data, "regf", 4);
	out_le_at(&b, 4, 1, 4); /* both sequences are the same: it was closed */
	out_le_at(&b, 8, 1, 4);
	out_le_at(&b, 12, h->keys[0].when, 8);
	out_le_at(&b, 20, 1, 4); /* 1.5 */
	out_le_at(&b, 24, 5, 4);
	out_le_at(&b, 32, 1, 4);
	out_le_at(&b, 36, root, 4);
	out_le_at(&b, 40, size, 4);
	out_le_at(&b, 44, 1, 4);
	struct buf name = BUF_INIT;
	out_utf16(&name, h->name);
	memcpy(b.data + 48, name.data, name.len < 62 ? name.len : 62);
	buf_release(&name);
	uint32_t sum = 0;
	for (size_t i = 0; i < 508; i += 4) {
		const unsigned char *p = (unsigned char *)b.data + i;
		sum ^= bytes_le32(p);
	}
	out_le_at(&b, 508, sum, 4);
	buf_add(out, b.data, b.len);
	buf_release(&b);
}
