/* Contents of the files that are NTFS itself: definitions of attributes, upper case, security descriptors, the boot sector. */
#include "base/bytes.h"
#include "finding/practice/bytes_out.h"
#include "finding/practice/ntfs_out_private.h"

#include <string.h>

#define SDS_COPY 0x40000U /* the stream's blocks lie twice, so far apart */

/* Letters whose upper case lies at a fixed distance: no library is asked, since its Unicode would change with its version. */
uint16_t ntfs_out_upcase(uint16_t unit)
{
	static const struct {
		uint16_t first;
		uint16_t last;
		uint16_t distance;
	} letters[] = {{'a', 'z', 0x20},       {0x00E0, 0x00F6, 0x20}, {0x00F8, 0x00FE, 0x20}, {0x03B1, 0x03C1, 0x20},
	               {0x03C3, 0x03CB, 0x20}, {0x0430, 0x044F, 0x20}, {0x0450, 0x045F, 0x50}, {0x0561, 0x0586, 0x30},
	               {0x2170, 0x217F, 0x10}, {0x24D0, 0x24E9, 0x1A}, {0xFF41, 0xFF5A, 0x20}};
	for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
		if (unit >= letters[i].first && unit <= letters[i].last)
			return (uint16_t)(unit - letters[i].distance);
	return unit;
}

void ntfs_out_upcase_table(struct buf *out)
{
	for (uint32_t c = 0; c < NTFS_UNITS; c++)
		out_le(out, ntfs_out_upcase((uint16_t)c), 2);
}

void ntfs_out_definitions(struct buf *out)
{
	static const struct {
		const char *name;
		uint32_t type;
		uint32_t flags;
		uint64_t least;
		uint64_t most;
	} rows[] = {
	    {"$STANDARD_INFORMATION", 0x10, 0x40, 0x30, 0x48},
	    {"$ATTRIBUTE_LIST", 0x20, 0x80, 0, UINT64_MAX},
	    {"$FILE_NAME", 0x30, 0x42, 0x44, 0x242},
	    {"$OBJECT_ID", 0x40, 0x40, 0, 0x100},
	    {"$SECURITY_DESCRIPTOR", 0x50, 0x80, 0, UINT64_MAX},
	    {"$VOLUME_NAME", 0x60, 0x40, 2, 0x100},
	    {"$VOLUME_INFORMATION", 0x70, 0x40, 0xC, 0xC},
	    {"$DATA", 0x80, 0, 0, UINT64_MAX},
	    {"$INDEX_ROOT", 0x90, 0x40, 0, UINT64_MAX},
	    {"$INDEX_ALLOCATION", 0xA0, 0x80, 0, UINT64_MAX},
	    {"$BITMAP", 0xB0, 0x80, 0, UINT64_MAX},
	    {"$REPARSE_POINT", 0xC0, 0x80, 0, 0x4000},
	    {"$EA_INFORMATION", 0xD0, 0x40, 8, 8},
	    {"$EA", 0xE0, 0, 0, 0x10000},
	    {"$LOGGED_UTILITY_STREAM", 0x100, 0x80, 0, 0x10000},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t from = out->len;
		out_utf16(out, rows[i].name);
		out_zeros(out, from + 128 - out->len);
		out_le(out, rows[i].type, 4);
		out_le(out, 0, 8); /* rule of display; collation */
		out_le(out, rows[i].flags, 4);
		out_le(out, rows[i].least, 8);
		out_le(out, rows[i].most, 8);
	}
	out_zeros(out, 160);
}

/* Everybody may do everything. [MS-DTYP] 2.4.6, self-relative. */
static void add_descriptor(struct buf *out)
{
	static const unsigned char everyone[] = {1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0};
	static const unsigned char administrators[] = {1, 2, 0, 0, 0, 0, 0, 5, 0x20, 0, 0, 0, 0x20, 2, 0, 0};
	out_le(out, 1, 2);
	out_le(out, 0x8004, 2);
	out_le(out, 20, 4); /* owner */
	out_le(out, 36, 4); /* group */
	out_le(out, 0, 4);
	out_le(out, 52, 4); /* list of rights */
	buf_add(out, administrators, sizeof administrators);
	buf_add(out, administrators, sizeof administrators);
	out_le(out, 2, 2);
	out_le(out, 8 + 8 + sizeof everyone, 2);
	out_le(out, 1, 4);
	out_le(out, 0x0300, 2); /* allowed, inherited */
	out_le(out, 8 + sizeof everyone, 2);
	out_le(out, 0x001F01FF, 4);
	buf_add(out, everyone, sizeof everyone);
}

static uint32_t hash_of(const struct buf *descriptor)
{
	uint32_t hash = 0;
	for (size_t i = 0; i + 4 <= descriptor->len; i += 4) {
		const unsigned char *p = (unsigned char *)descriptor->data + i;
		uint32_t word = bytes_le32(p);
		hash = word + (hash << 3 | hash >> 29);
	}
	return hash;
}

static void add_security_head(struct buf *out, uint32_t hash, size_t size)
{
	out_le(out, hash, 4);
	out_le(out, NTFS_SECURITY, 4);
	out_le(out, 0, 8); /* where it stands in the stream */
	out_le(out, size, 4);
}

/* An index of one entry; keys and data as $Secure has them. */
static void add_view(struct ntfs_out_entry *e, const char *name, unsigned collation, const struct buf *key,
                     const struct buf *head, int ends)
{
	struct buf *b = &ntfs_out_add_attribute(e, NTFS_A_INDEX_ROOT, name)->bytes;
	size_t size = 16 + key->len + head->len + (ends ? 4 : 0);
	out_le(b, 0, 4);
	out_le(b, collation, 4);
	out_le(b, NTFS_CLUSTER, 4);
	out_le(b, 1, 4);
	out_le(b, 16, 4);
	out_le(b, 16 + size + 16, 4);
	out_le(b, 16 + size + 16, 4);
	out_le(b, 0, 4);
	out_le(b, 16 + key->len, 2);
	out_le(b, head->len, 2);
	out_le(b, 0, 4);
	out_le(b, size, 2);
	out_le(b, key->len, 2);
	out_le(b, 0, 4);
	buf_add(b, key->data, key->len);
	buf_add(b, head->data, head->len);
	if (ends)
		buf_add(b, "I\0I", 4);
	out_le(b, 0, 8);
	out_le(b, 16, 2);
	out_le(b, 0, 2);
	out_le(b, 2, 4);
}

void ntfs_out_secure_add(struct ntfs_out_entry *e)
{
	struct buf descriptor = BUF_INIT;
	struct buf head = BUF_INIT;
	struct buf key = BUF_INIT;
	add_descriptor(&descriptor);
	uint32_t hash = hash_of(&descriptor);
	add_security_head(&head, hash, 20 + descriptor.len);
	struct ntfs_out_attribute *a = ntfs_out_add_attribute(e, NTFS_A_DATA, "$SDS");
	a->outside = 1;
	for (int i = 0; i < 2; i++) {
		out_zeros(&a->bytes, (size_t)i * SDS_COPY - a->bytes.len);
		buf_add(&a->bytes, head.data, head.len);
		buf_add(&a->bytes, descriptor.data, descriptor.len);
		if (i == 0)
			out_zeros(&a->bytes, SDS_COPY - a->bytes.len);
	}
	out_le(&key, hash, 4);
	out_le(&key, NTFS_SECURITY, 4);
	add_view(e, "$SDH", 0x12, &key, &head, 1);
	buf_clear(&key);
	out_le(&key, NTFS_SECURITY, 4);
	add_view(e, "$SII", 0x10, &key, &head, 0);
	buf_release(&descriptor);
	buf_release(&head);
	buf_release(&key);
}

void ntfs_out_boot_sector(const struct ntfs_out *v, uint64_t sectors, struct buf *out)
{
	size_t from = out->len;
	buf_add(out, "\xEB\x52\x90NTFS    ", 11);
	out_le(out, NTFS_SECTOR, 2);
	out_le(out, NTFS_CLUSTER / NTFS_SECTOR, 1);
	out_zeros(out, 7);
	out_le(out, 0xF8, 1); /* a disk */
	out_zeros(out, 2);
	out_le(out, 63, 2); /* sectors a track, heads: of nobody's interest */
	out_le(out, 255, 2);
	out_zeros(out, 8);
	out_le(out, 0x00800080, 4);
	out_le(out, sectors, 8);
	out_le(out, v->entries[NTFS_MFT].attributes[0].first, 8);
	out_le(out, v->entries[NTFS_MIRROR].attributes[0].first, 8);
	out_le(out, 0xF6, 4); /* a record has 2^10 bytes */
	out_le(out, 1, 4);    /* a block of an index has one cluster */
	out_le(out, v->serial, 8);
	out_zeros(out, from + 510 - out->len);
	out_le(out, 0xAA55, 2);
}
