/* Records of the master file table: their head, their attributes in order, their fixups. */
#include "base/bytes.h"
#include "finding/practice/bytes_out.h"
#include "finding/practice/ntfs_out_private.h"

#include <stdlib.h>
#include <string.h>

#define HEAD         56U
#define FLAG_SPARSE  0x8000U
#define FLAG_INDEXED 1U
#define END          0xFFFFFFFFU

void ntfs_out_fix_up(char *block, size_t size, size_t usa)
{
	for (size_t i = 0; i < size / NTFS_SECTOR; i++) {
		char *end = block + (i + 1) * NTFS_SECTOR - 2;
		memcpy(block + usa + 2 + 2 * i, end, 2);
		memcpy(end, block + usa, 2);
	}
}

struct ntfs_out_attribute *ntfs_out_add_attribute(struct ntfs_out_entry *e, enum ntfs_out_attribute_type type,
                                                  const char *name)
{
	if (e->count == NTFS_ATTRIBUTES)
		abort(); /* the practice case has outgrown it */
	struct ntfs_out_attribute *a = &e->attributes[e->count++];
	*a = (struct ntfs_out_attribute){.type = type, .name = name};
	buf_init(&a->bytes);
	return a;
}

/* A run as the mapping pairs tell it: bytes of the length, bytes of the distance. */
static void add_run(struct buf *out, uint64_t count, uint64_t first, int is_hole)
{
	unsigned length = 1;
	unsigned distance = is_hole ? 0 : 1;
	while (count >> (8 * length - 1))
		length++;
	while (!is_hole && first >> (8 * distance - 1))
		distance++;
	buf_addc(out, (char)(length | distance << 4));
	out_le(out, count, length);
	if (distance)
		out_le(out, first, distance);
}

static void add_outside(struct buf *out, const struct ntfs_out_attribute *a, size_t name_size)
{
	uint64_t size = a->hole + a->bytes.len;
	uint64_t own = (a->bytes.len + NTFS_CLUSTER - 1) / NTFS_CLUSTER;
	uint64_t holes = a->hole / NTFS_CLUSTER;
	int sparse = a->hole && own;
	size_t head = sparse ? 72 : 64;
	out_le(out, 0, 8);
	out_le(out, holes + own - 1, 8);
	out_le(out, head + name_size, 2);
	out_le(out, 0, 6);
	out_le(out, (holes + own) * NTFS_CLUSTER, 8);
	out_le(out, size, 8);
	out_le(out, own ? size : 0, 8);
	if (sparse)
		out_le(out, own * NTFS_CLUSTER, 8);
	out_utf16(out, a->name);
	out_align(out, 8);
	if (holes)
		add_run(out, holes, 0, 1);
	if (own)
		add_run(out, own, a->first, 0);
	buf_addc(out, 0);
}

static void add_attribute(struct buf *out, const struct ntfs_out_attribute *a, unsigned instance)
{
	size_t from = out->len;
	size_t units = strlen(a->name); /* ours are ASCII */
	size_t name_size = (2 * units + 7) / 8 * 8;
	size_t head = !a->outside ? 24 : a->hole && a->bytes.len ? 72 : 64;
	out_le(out, a->type, 4);
	out_le(out, 0, 4);
	out_le(out, a->outside != 0, 1);
	out_le(out, units, 1);
	out_le(out, head, 2);
	out_le(out, a->outside && head == 72 ? FLAG_SPARSE : 0, 2);
	out_le(out, instance, 2);
	if (a->outside) {
		add_outside(out, a, name_size);
	} else {
		out_le(out, a->bytes.len, 4);
		out_le(out, head + name_size, 2);
		out_le(out, a->type == NTFS_A_FILE_NAME ? FLAG_INDEXED : 0, 2);
		out_utf16(out, a->name);
		out_align(out, 8);
		buf_add(out, a->bytes.data, a->bytes.len);
	}
	out_align(out, 8);
	out_le_at(out, from + 4, out->len - from, 4);
}

static int by_type(const void *x, const void *y)
{
	const struct ntfs_out_attribute *a = x;
	const struct ntfs_out_attribute *b = y;
	return a->type != b->type ? (a->type < b->type ? -1 : 1) : strcmp(a->name, b->name);
}

static void add_standard(struct ntfs_out_entry *e)
{
	struct buf *b = &ntfs_out_add_attribute(e, NTFS_A_STANDARD, "")->bytes;
	out_le(b, e->created, 8);
	out_le(b, e->modified, 8);
	out_le(b, e->changed, 8);
	out_le(b, e->accessed, 8);
	out_le(b, e->flags, 4);
	out_zeros(b, 16);
	out_le(b, NTFS_SECURITY, 4);
	out_zeros(b, 16);
}

void ntfs_out_record_add(const struct ntfs_out_entry *entry, struct buf *out)
{
	struct ntfs_out_entry e = *entry; /* its buffers are borrowed */
	struct buf r = BUF_INIT;
	int used = !e.deleted && (e.name || e.number < 16);
	struct buf *standard = NULL;
	buf_adds(&r, "FILE");
	out_le(&r, 48, 2);
	out_le(&r, NTFS_RECORD / NTFS_SECTOR + 1, 2);
	out_le(&r, 0, 8);
	out_le(&r, e.sequence, 2);
	out_le(&r, e.name && !e.deleted, 2);
	out_le(&r, HEAD, 2);
	out_le(&r, (unsigned)used | (e.folder ? 2U : 0), 2);
	out_zeros(&r, 4); /* bytes in use, below */
	out_le(&r, NTFS_RECORD, 4);
	out_le(&r, 0, 8);
	out_le(&r, NTFS_ATTRIBUTES, 2);
	out_le(&r, 0, 2);
	out_le(&r, e.number, 4);
	out_le(&r, 1, 2); /* number of the fixups */
	out_zeros(&r, HEAD - r.len);
	if (e.created) {
		add_standard(&e);
		standard = &e.attributes[e.count - 1].bytes;
	}
	struct buf freed = standard ? *standard : (struct buf)BUF_INIT;
	qsort(e.attributes, e.count, sizeof *e.attributes, by_type);
	for (size_t i = 0; i < e.count; i++)
		add_attribute(&r, &e.attributes[i], (unsigned)i);
	buf_release(&freed);
	out_le(&r, END, 4);
	out_le(&r, 0, 4);
	if (r.len > NTFS_RECORD)
		abort(); /* so much does not fit a record: its attribute should lie outside */
	out_le_at(&r, 24, r.len, 4);
	out_zeros(&r, NTFS_RECORD - r.len);
	ntfs_out_fix_up(r.data, NTFS_RECORD, 48);
	buf_add(out, r.data, r.len);
	buf_release(&r);
}
