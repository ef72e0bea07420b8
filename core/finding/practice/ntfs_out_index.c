/* $I30, the index of a folder's names: in the record, or in blocks below it, one level deep. */
#include "base/err.h"
#include "finding/practice/bytes_out.h"
#include "finding/practice/ntfs_out_private.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK      4096U
#define BLOCK_HEAD 64U  /* its fixups included */
#define FITS       440U /* bytes of entries that a record of a folder holds */
#define FOLDERS    0x10000000U
#define NODE       1U
#define LAST       2U

uint64_t ntfs_out_reference_of(const struct ntfs_out_entry *e)
{
	return e->number | (uint64_t)e->sequence << 48;
}

void ntfs_out_file_name(const struct ntfs_out *v, const struct ntfs_out_entry *e, int in_index, struct buf *out)
{
	struct buf name = BUF_INIT;
	size_t units = out_utf16(&name, e->name);
	const struct ntfs_out_entry *folder = &v->entries[e->parent];
	uint64_t allocated = (e->size + NTFS_CLUSTER - 1) / NTFS_CLUSTER * NTFS_CLUSTER;
	out_le(out, ntfs_out_reference_of(folder), 8);
	out_le(out, in_index ? e->created : e->named, 8);
	out_le(out, in_index ? e->modified : e->named, 8);
	out_le(out, in_index ? e->changed : e->named, 8);
	out_le(out, in_index ? e->accessed : e->named, 8);
	out_le(out, allocated, 8);
	out_le(out, e->size, 8);
	out_le(out, e->flags | (e->folder ? FOLDERS : 0), 4);
	out_le(out, 0, 4);
	out_le(out, units, 1);
	out_le(out, e->number < NTFS_FIRST ? 3 : 1, 1); /* DOS' name, too, or none of it */
	buf_add(out, name.data, name.len);
	buf_release(&name);
}

/* ---- order */

struct index_name {
	const struct ntfs_out_entry *e;
	struct buf upper; /* UTF-16 in upper case, big-endian: compared byte by byte */
};

static int by_upper(const void *x, const void *y)
{
	const struct index_name *a = x;
	const struct index_name *b = y;
	size_t n = a->upper.len < b->upper.len ? a->upper.len : b->upper.len;
	int rc = memcmp(a->upper.data, b->upper.data, n);
	return rc ? rc : (a->upper.len > b->upper.len) - (a->upper.len < b->upper.len);
}

static void upper_of(const char *name, struct buf *out)
{
	struct buf units = BUF_INIT;
	size_t n = out_utf16(&units, name);
	for (size_t i = 0; i < n; i++) {
		const unsigned char *p = (unsigned char *)units.data + 2 * i;
		uint16_t c = ntfs_out_upcase((uint16_t)(p[0] | p[1] << 8));
		buf_addc(out, (char)(c >> 8));
		buf_addc(out, (char)c);
	}
	buf_release(&units);
}

static struct index_name *names_in(const struct ntfs_out *v, const struct ntfs_out_entry *folder, size_t *count)
{
	struct index_name *names = xcalloc(v->count, sizeof *names);
	*count = 0;
	for (size_t i = 0; i < v->count; i++) {
		const struct ntfs_out_entry *e = &v->entries[i];
		if (!e->name || e->deleted || e->parent != folder->number)
			continue;
		names[*count].e = e;
		buf_init(&names[*count].upper);
		upper_of(e->name, &names[(*count)++].upper);
	}
	qsort(names, *count, sizeof *names, by_upper);
	return names;
}

/* ---- entries */

/* The last of a node has no key. A key of a node that has others below it points to them. */
static void add_entry(struct buf *out, const struct ntfs_out *v, const struct ntfs_out_entry *e, int node,
                      uint64_t below)
{
	struct buf key = BUF_INIT;
	if (e)
		ntfs_out_file_name(v, e, 1, &key);
	size_t padded = (key.len + 7) / 8 * 8;
	out_le(out, e ? ntfs_out_reference_of(e) : 0, 8);
	out_le(out, 16 + padded + (node ? 8 : 0), 2);
	out_le(out, key.len, 2);
	out_le(out, (node ? NODE : 0) | (e ? 0 : LAST), 4);
	buf_add(out, key.data, key.len);
	out_zeros(out, padded - key.len);
	if (node)
		out_le(out, below, 8);
	buf_release(&key);
}

static void add_root(struct ntfs_out_entry *folder, const struct buf *entries, int large)
{
	struct buf *b = &ntfs_out_add_attribute(folder, NTFS_A_INDEX_ROOT, "$I30")->bytes;
	out_le(b, NTFS_A_FILE_NAME, 4);
	out_le(b, 1, 4); /* by file name */
	out_le(b, BLOCK, 4);
	out_le(b, BLOCK / NTFS_CLUSTER, 4);
	out_le(b, 16, 4);
	out_le(b, 16 + entries->len, 4);
	out_le(b, 16 + entries->len, 4);
	out_le(b, large ? NODE : 0, 4);
	buf_add(b, entries->data, entries->len);
}

/* A block; `entries` becomes empty. */
static void add_block(struct buf *out, uint64_t number, struct buf *entries)
{
	struct buf b = BUF_INIT;
	buf_adds(&b, "INDX");
	out_le(&b, 40, 2);
	out_le(&b, BLOCK / NTFS_SECTOR + 1, 2);
	out_le(&b, 0, 8);
	out_le(&b, number, 8);
	out_le(&b, BLOCK_HEAD - 24, 4);
	out_le(&b, BLOCK_HEAD - 24 + entries->len, 4);
	out_le(&b, BLOCK - 24, 4);
	out_le(&b, 0, 4);
	out_le(&b, 1, 2); /* number of the fixups */
	out_zeros(&b, BLOCK_HEAD - b.len);
	buf_add(&b, entries->data, entries->len);
	out_zeros(&b, BLOCK - b.len);
	ntfs_out_fix_up(b.data, BLOCK, 40);
	buf_add(out, b.data, b.len);
	buf_release(&b);
	buf_clear(entries);
}

void ntfs_out_index_add(const struct ntfs_out *v, struct ntfs_out_entry *folder)
{
	size_t count;
	struct index_name *names = names_in(v, folder, &count);
	struct buf entries = BUF_INIT;
	struct buf root = BUF_INIT;
	struct buf blocks = BUF_INIT;
	for (size_t i = 0; i < count; i++)
		add_entry(&entries, v, names[i].e, 0, 0);
	if (entries.len <= FITS) {
		add_entry(&entries, v, NULL, 0, 0);
		add_root(folder, &entries, 0);
	} else {
		buf_clear(&entries);
		for (size_t i = 0; i < count; i++) {
			if (entries.len + 700 > BLOCK - BLOCK_HEAD) { /* this name stands above, between two blocks */
				add_entry(&root, v, names[i].e, 1, blocks.len / BLOCK);
				add_entry(&entries, v, NULL, 0, 0);
				add_block(&blocks, blocks.len / BLOCK, &entries);
				continue;
			}
			add_entry(&entries, v, names[i].e, 0, 0);
		}
		add_entry(&root, v, NULL, 1, blocks.len / BLOCK);
		add_entry(&entries, v, NULL, 0, 0);
		add_block(&blocks, blocks.len / BLOCK, &entries);
		add_root(folder, &root, 1);
		struct ntfs_out_attribute *a = ntfs_out_add_attribute(folder, NTFS_A_INDEX_ALLOCATION, "$I30");
		a->outside = 1;
		buf_add(&a->bytes, blocks.data, blocks.len);
		out_le(&ntfs_out_add_attribute(folder, NTFS_A_BITMAP, "$I30")->bytes, (1U << blocks.len / BLOCK) - 1,
		       8);
	}
	for (size_t i = 0; i < count; i++)
		buf_release(&names[i].upper);
	free(names);
	buf_release(&entries);
	buf_release(&root);
	buf_release(&blocks);
}
