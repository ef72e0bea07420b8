#include "finding/triage/tree/tree_zip_scan.h"

#include "base/bytes.h"
#include "base/err.h"
#include "base/i18n.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define LOCAL_HEAD    30U
#define NAME_MOST     4096U
#define ENTRIES_MOST  1000000U
#define UNPACKED_MOST (512U << 20)
#define PIECE         (256U << 10)
#define DESCRIPTOR    24U /* bytes that may stand behind a file, at most */

struct scan_head {
	uint64_t at;
	unsigned flags;
	unsigned method;
	unsigned time;
	unsigned date;
	uint64_t packed;
	uint64_t size;
	uint64_t data; /* where its bytes begin */
	char *name;
	size_t name_size;
};

struct zip_scanner {
	const struct tree_bytes *bytes;
	unsigned char *piece;
};

static uint64_t left_at(const struct zip_scanner *z, uint64_t at)
{
	return at < z->bytes->size ? z->bytes->size - at : 0;
}

/* Sizes of 64 bits stand in the extra field. */
static void read_wide(struct scan_head *h, const unsigned char *p, size_t n)
{
	for (size_t at = 0; at + 4 <= n;) {
		size_t size = bytes_le16(p + at + 2);
		const unsigned char *body = p + at + 4;
		if (size > n - at - 4)
			return;
		if (bytes_le16(p + at) == 1) {
			size_t next = 0;
			if (h->size == 0xFFFFFFFF && next + 8 <= size) {
				h->size = bytes_le64(body);
				next += 8;
			}
			if (h->packed == 0xFFFFFFFF && next + 8 <= size)
				h->packed = bytes_le64(body + next);
		}
		at += 4 + size;
	}
}

/* The head of a file at `at`. 1, or 0: there is none. */
static int head_at(const struct zip_scanner *z, uint64_t at, struct scan_head *h)
{
	unsigned char p[LOCAL_HEAD];
	struct err ignored = ERR_INIT;
	if (left_at(z, at) < LOCAL_HEAD || z->bytes->read(z->bytes->ctx, at, p, sizeof p, &ignored) < 0 ||
	    memcmp(p, "PK\3\4", 4) != 0)
		return 0;
	size_t name = bytes_le16(p + 26);
	size_t extra = bytes_le16(p + 28);
	*h = (struct scan_head){.at = at,
	                        .flags = bytes_le16(p + 6),
	                        .method = bytes_le16(p + 8),
	                        .time = bytes_le16(p + 10),
	                        .date = bytes_le16(p + 12),
	                        .packed = bytes_le32(p + 18),
	                        .size = bytes_le32(p + 22),
	                        .data = at + LOCAL_HEAD + name + extra,
	                        .name_size = name};
	if (bytes_le16(p + 4) % 256 > 63 || h->method > 99 || name == 0 || name > NAME_MOST ||
	    left_at(z, at + LOCAL_HEAD) < name + extra)
		return 0;
	unsigned char *rest = xmalloc(name + extra + 1);
	int ok =
	    z->bytes->read(z->bytes->ctx, at + LOCAL_HEAD, rest, name + extra, &ignored) == 0 && !memchr(rest, 0, name);
	if (ok) {
		read_wide(h, rest + name, extra);
		h->name = xstrndup((const char *)rest, name);
	}
	free(rest);
	return ok;
}

/* The next of these signatures from `at` on; UINT64_MAX: there is none. */
static uint64_t next_mark(struct zip_scanner *z, uint64_t at, const char *marks, size_t count)
{
	struct err ignored = ERR_INIT;
	while (left_at(z, at) >= 4) {
		size_t n = left_at(z, at) < PIECE ? (size_t)left_at(z, at) : PIECE;
		if (z->bytes->read(z->bytes->ctx, at, z->piece, n, &ignored) < 0)
			return UINT64_MAX;
		for (size_t i = 0; i + 4 <= n; i++)
			if (z->piece[i] == 'P' && z->piece[i + 1] == 'K')
				for (size_t m = 0; m < count; m++)
					if (memcmp(z->piece + i + 2, marks + 2 * m, 2) == 0)
						return at + i;
		at += n - 3;
	}
	return UINT64_MAX;
}

/* Unpacks and drops what is packed, to see how long it is. 1: it ends there; 0: the zip does, or it is damaged. */
static int measure_deflated(struct zip_scanner *z, struct scan_head *h)
{
	z_stream stream = {.next_out = NULL};
	struct err ignored = ERR_INIT;
	unsigned char *out = xmalloc(PIECE);
	uint64_t at = h->data;
	uint64_t unpacked = 0;
	int end = inflateInit2(&stream, -MAX_WBITS) == Z_OK ? Z_OK : Z_MEM_ERROR;
	while (end == Z_OK && left_at(z, at) > 0 && unpacked < UNPACKED_MOST) {
		size_t n = left_at(z, at) < PIECE ? (size_t)left_at(z, at) : PIECE;
		if (z->bytes->read(z->bytes->ctx, at, z->piece, n, &ignored) < 0)
			break;
		stream.next_in = z->piece;
		stream.avail_in = (uInt)n;
		while (end == Z_OK && stream.avail_in > 0) {
			stream.next_out = out;
			stream.avail_out = PIECE;
			end = inflate(&stream, Z_NO_FLUSH);
			unpacked += PIECE - stream.avail_out;
		}
		at += n - stream.avail_in;
	}
	inflateEnd(&stream);
	free(out);
	h->packed = at - h->data;
	h->size = unpacked;
	return end == Z_STREAM_END;
}

/* Stored without its length before it: up to the mark behind it that tells its length, or to the next head. */
static int measure_stored(struct zip_scanner *z, struct scan_head *h)
{
	for (uint64_t at = h->data; (at = next_mark(z, at, "\7\10\3\4\1\2", 3)) != UINT64_MAX; at += 4) {
		unsigned char p[16];
		struct err ignored = ERR_INIT;
		if (left_at(z, at) < sizeof p || z->bytes->read(z->bytes->ctx, at, p, sizeof p, &ignored) < 0)
			break;
		h->packed = h->size = at - h->data;
		if (memcmp(p, "PK\7\10", 4) != 0 || bytes_le32(p + 8) == (uint32_t)h->packed)
			return 1;
	}
	h->packed = h->size = left_at(z, h->data);
	return 0;
}

/* How much of the file is there. 1: all of it. */
static int measure(struct zip_scanner *z, struct scan_head *h)
{
	int is_known = !(h->flags & 8) || h->packed;
	if (is_known && h->packed <= left_at(z, h->data))
		return 1;
	if (h->method == Z_DEFLATED && !(h->flags & 1))
		return measure_deflated(z, h);
	if (!is_known)
		return measure_stored(z, h);
	h->packed = left_at(z, h->data);
	if (h->method == 0)
		h->size = h->packed;
	return 0;
}

static void put(struct buf *b, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		buf_addc(b, (char)(value >> 8 * i & 0xFF));
}

/* A header of the list, with all its sizes in the extra field. */
static void add_entry(struct zip_scan *s, const struct scan_head *h)
{
	struct buf *b = &s->central;
	buf_add(b, "PK\1\2", 4);
	put(b, 45, 2);
	put(b, 45, 2);
	put(b, h->flags, 2);
	put(b, h->method, 2);
	put(b, h->time, 2);
	put(b, h->date, 2);
	put(b, 0, 4);
	put(b, UINT32_MAX, 4);
	put(b, UINT32_MAX, 4);
	put(b, h->name_size, 2);
	put(b, 28, 2);
	put(b, 0, 2);
	put(b, 0, 2);
	put(b, 0, 2);
	put(b, 0, 4);
	put(b, UINT32_MAX, 4);
	buf_add(b, h->name, h->name_size);
	put(b, 1, 2);
	put(b, 24, 2);
	put(b, h->size, 8);
	put(b, h->packed, 8);
	put(b, h->at, 8);
	s->entries++;
}

void zip_scan(struct zip_scan *s, const struct tree_bytes *bytes)
{
	struct zip_scanner z = {.bytes = bytes, .piece = xmalloc(PIECE)};
	*s = (struct zip_scan){.entries = 0};
	uint64_t at = next_mark(&z, 0, "\3\4", 1);
	while (at != UINT64_MAX && s->entries < ENTRIES_MOST) {
		struct scan_head h;
		if (!head_at(&z, at, &h)) {
			at = next_mark(&z, at + 4, "\3\4", 1);
			continue;
		}
		int whole = measure(&z, &h);
		add_entry(s, &h);
		uint64_t end = h.data + h.packed;
		at = next_mark(&z, end, "\3\4", 1);
		s->broken += !whole;
		if (!whole && !s->cut) {
			s->cut = xstrdup(h.name);
			s->cut_size = h.size;
		}
		free(h.name);
	}
	s->is_full = at != UINT64_MAX;
	free(z.piece);
}

void zip_scan_release(struct zip_scan *s)
{
	buf_release(&s->central);
	free(s->cut);
}
