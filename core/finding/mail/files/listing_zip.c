/* Zip: the central directory, compared with the local headers that it points to; stored and deflated entries are read. */
#include "finding/mail/files/listing_private.h"

#include "base/buf.h"
#include "finding/mail/files/zip_crypt.h"

#include <stdlib.h>
#include <zlib.h>

#define CENTRAL "PK\1\2"
#define LOCAL   "PK\3\4"

struct entry {
	unsigned flags;
	unsigned method;
	unsigned check; /* what the twelfth byte of locked bytes is */
	uint32_t crc;
	uint64_t packed;
	uint64_t size;
	uint64_t local; /* where its local header is */
	struct span name;
	struct span extra;
};

/* Sizes of 64 bits, and a name in Unicode, which extra fields hold. */
static void read_extra(struct entry *e, struct span *unicode)
{
	for (size_t at = 0; at + 4 <= e->extra.n;) {
		unsigned id = span_16(e->extra, at);
		struct span body = span_of(e->extra, at + 4, span_16(e->extra, at + 2));
		size_t next = 0;
		if (id == 1) {
			uint64_t *wide[] = {&e->size, &e->packed, &e->local};
			for (size_t i = 0; i < 3; i++)
				if (*wide[i] == 0xFFFFFFFF && span_has(body, next, 8)) {
					*wide[i] = span_64(body, next);
					next += 8;
				}
		} else if (id == 0x7075 && span_8(body, 0) == 1 && body.n > 5 &&
		           span_32(body, 1) == (uint32_t)crc32(0, e->name.p, (uInt)e->name.n)) {
			*unicode = span_of(body, 5, body.n);
		}
		at += 4 + body.n;
	}
}

/* What a password makes of locked bytes, if it is the right one. */
static int unlock(struct listing *l, const struct entry *e, struct span data, const char *password, struct buf *out)
{
	struct buf plain = BUF_INIT;
	size_t unpacked = l->unpacked;
	int rc = -1;
	if (zip_decrypt(password, data, e->check, &plain) == 0) {
		struct span bytes = {(const unsigned char *)plain.data, plain.len};
		if (e->method == 0)
			buf_add(out, plain.data, plain.len);
		if (e->method == 0 || listing_inflate(l, bytes, -MAX_WBITS, (size_t)e->size, out, NULL) == 0)
			rc = out->len == e->size && crc32(0, (const Bytef *)out->data, (uInt)out->len) == e->crc ? 0
			                                                                                         : -1;
	}
	if (rc < 0) { /* a wrong one costs nothing */
		l->unpacked = unpacked;
		buf_clear(out);
	}
	buf_release(&plain);
	return rc;
}

static void unpack_locked(struct listing *l, struct pool *pool, struct inside *out, const struct entry *e,
                          struct span data)
{
	struct buf bytes = BUF_INIT;
	if (!l->passwords || (e->method != 0 && e->method != Z_DEFLATED) || e->size > LISTING_LARGEST ||
	    e->size > LISTING_UNPACKED - l->unpacked || data.n < e->packed)
		return;
	for (const char *const *p = l->passwords; *p && out->locked; p++)
		if (unlock(l, e, data, *p, &bytes) == 0) {
			out->locked = 0;
			l->flags |= LISTING_OPENED;
			listing_content(l, pool, out, bytes.data, bytes.len);
		}
	buf_release(&bytes);
}

#define BEGINNING 65536U /* bytes of what is too large that are looked at: they tell its format */

static void unpack_large(struct listing *l, struct pool *pool, struct inside *out, const struct entry *e,
                         struct span data)
{
	struct buf bytes = BUF_INIT;
	l->flags |= e->size <= LISTING_LARGEST && data.n < e->packed ? LISTING_DAMAGED : LISTING_LIMIT;
	if (e->method == 0)
		buf_add(&bytes, data.p, data.n < BEGINNING ? data.n : BEGINNING);
	else if (e->method == Z_DEFLATED)
		listing_inflate(l, data, -MAX_WBITS, BEGINNING, &bytes, NULL);
	listing_torn(l, pool, out, bytes.data, bytes.len);
	buf_release(&bytes);
}

static void unpack(struct listing *l, struct pool *pool, struct inside *out, const struct entry *e, struct span data)
{
	if (e->flags & 1) {
		unpack_locked(l, pool, out, e, data);
		return;
	}
	if (e->size > LISTING_LARGEST || e->size > LISTING_UNPACKED - l->unpacked) {
		unpack_large(l, pool, out, e, data);
		return;
	}
	if (data.n < e->packed)
		l->flags |= LISTING_DAMAGED;
	if (e->method == 0 && e->packed == e->size) {
		l->unpacked += data.n;
		if (data.n == e->size && crc32(0, data.p, (uInt)data.n) != e->crc)
			l->flags |= LISTING_DAMAGED;
		listing_stored(l, pool, out, data, e->size);
		return;
	}
	if (e->method != Z_DEFLATED)
		return;
	struct buf bytes = BUF_INIT;
	if (listing_inflate(l, data, -MAX_WBITS, (size_t)e->size, &bytes, NULL) == 0 && bytes.len == e->size) {
		if (crc32(0, (const Bytef *)bytes.data, (uInt)bytes.len) != e->crc)
			l->flags |= LISTING_DAMAGED;
		listing_content(l, pool, out, bytes.data, bytes.len);
	} else {
		l->flags |= LISTING_DAMAGED;
		listing_torn(l, pool, out, bytes.data, bytes.len);
	}
	buf_release(&bytes);
}

/* Its sizes stand behind it, and may have been cut off: deflated bytes know their own end. */
static void unpack_unsized(struct listing *l, struct pool *pool, struct inside *out, const struct entry *e,
                           struct span rest)
{
	struct buf bytes = BUF_INIT;
	if (e->flags & 1 || e->method != Z_DEFLATED)
		return;
	int rc = listing_inflate(l, rest, -MAX_WBITS, LISTING_LARGEST, &bytes, NULL);
	if (rc == 0)
		listing_content(l, pool, out, bytes.data, bytes.len);
	else
		listing_torn(l, pool, out, bytes.data, bytes.len);
	l->flags |= rc > 0 ? LISTING_LIMIT : 0;
	buf_release(&bytes);
}

static unsigned check_of(unsigned flags, unsigned time, uint32_t crc)
{
	return flags & 8 ? time >> 8 : crc >> 24;
}

static struct inside *add(struct listing *l, struct pool *pool, struct entry *e)
{
	struct span unicode = {0};
	read_extra(e, &unicode);
	if (e->name.n && e->name.p[e->name.n - 1] == '/' && e->size == 0) /* a folder */
		return NULL;
	if (unicode.n)
		return listing_add(l, pool, unicode.p, unicode.n, "utf-8", e->size, e->flags & 1);
	return listing_add(l, pool, e->name.p, e->name.n, e->flags & 0x800 ? "utf-8" : NULL, e->size, e->flags & 1);
}

static int read_local(struct span s, size_t at, struct entry *e)
{
	if (!span_is(s, at, LOCAL, 4))
		return -1;
	*e = (struct entry){.flags = span_16(s, at + 6),
	                    .method = span_16(s, at + 8),
	                    .check = check_of(span_16(s, at + 6), span_16(s, at + 10), span_32(s, at + 14)),
	                    .crc = span_32(s, at + 14),
	                    .packed = span_32(s, at + 18),
	                    .size = span_32(s, at + 22),
	                    .local = at,
	                    .name = span_of(s, at + 30, span_16(s, at + 26)),
	                    .extra = span_of(s, at + 30 + (size_t)span_16(s, at + 26), span_16(s, at + 28))};
	return 0;
}

/* What lies between a local header and its bytes. */
static size_t data_of(struct span s, size_t at)
{
	return at + 30 + span_16(s, at + 26) + span_16(s, at + 28);
}

/* Backwards: the last end record whose directory is there. */
static int find_directory(struct span s, size_t *at, size_t *shift)
{
	size_t lowest = s.n > 22 + 65535 ? s.n - 22 - 65535 : 0;
	for (size_t i = s.n < 22 ? 0 : s.n - 22 + 1; i-- > lowest;) {
		if (!span_is(s, i, "PK\5\6", 4))
			continue;
		size_t size = span_32(s, i + 12);
		size_t offset = span_32(s, i + 16);
		if (size <= i && span_is(s, i - size, CENTRAL, 4)) { /* also where something was put before the zip */
			*at = i - size;
			*shift = *at >= offset ? *at - offset : 0;
			return 1;
		}
		if (span_is(s, offset, CENTRAL, 4)) {
			*at = offset;
			*shift = 0;
			return 1;
		}
		if (size == 0 && span_16(s, i + 10) == 0) { /* an empty one */
			*at = s.n;
			return 1;
		}
	}
	return 0;
}

/* Where that mark stands next, or the end. */
static size_t next_mark(struct span s, size_t from, const char *mark)
{
	const unsigned char *p = from < s.n ? memmem(s.p + from, s.n - from, mark, 4) : NULL;
	return p ? (size_t)(p - s.p) : s.n;
}

static void by_local_headers(struct listing *l, struct pool *pool, struct span s)
{
	struct entry e;
	l->flags |= LISTING_DAMAGED;
	size_t at = span_is(s, 0, "PK00", 4) ? 4 : 0;
	for (; at < s.n && !(l->flags & LISTING_LIMIT);) {
		if (read_local(s, at, &e) < 0) { /* damage: the next one is looked for */
			at = next_mark(s, at, LOCAL);
			continue;
		}
		struct inside *out = add(l, pool, &e);
		if (out && e.flags & 8 && e.packed == 0)
			unpack_unsized(l, pool, out, &e, span_of(s, data_of(s, at), s.n));
		else if (out)
			unpack(l, pool, out, &e, span_of(s, data_of(s, at), (size_t)e.packed));
		size_t next = data_of(s, at) + (size_t)e.packed;
		if (e.flags & 8 && e.packed == 0) /* its size stands behind it */
			next = next_mark(s, next, LOCAL);
		at = next > at ? next : s.n;
	}
}

/* A signature, or the end record of either form. */
static int is_directory_end(struct span s, size_t at)
{
	return span_is(s, at, "PK\5\6", 4) || span_is(s, at, "PK\6\6", 4) || span_is(s, at, "PK\5\5", 4);
}

void listing_zip(struct listing *l, struct pool *pool, struct span s)
{
	size_t at = 0;
	size_t shift = 0;
	if (!find_directory(s, &at, &shift)) {
		by_local_headers(l, pool, s);
		return;
	}
	while (at < s.n && !(l->flags & LISTING_LIMIT)) {
		if (!span_is(s, at, CENTRAL, 4)) { /* the end, or damage: the next one is looked for */
			if (is_directory_end(s, at))
				return;
			l->flags |= LISTING_DAMAGED;
			at = next_mark(s, at, CENTRAL);
			continue;
		}
		struct entry local;
		struct entry e = {.flags = span_16(s, at + 8),
		                  .method = span_16(s, at + 10),
		                  .check = check_of(span_16(s, at + 8), span_16(s, at + 12), span_32(s, at + 16)),
		                  .crc = span_32(s, at + 16),
		                  .packed = span_32(s, at + 20),
		                  .size = span_32(s, at + 24),
		                  .local = span_32(s, at + 42),
		                  .name = span_of(s, at + 46, span_16(s, at + 28)),
		                  .extra = span_of(s, at + 46 + (size_t)span_16(s, at + 28), span_16(s, at + 30))};
		struct inside *out = add(l, pool, &e);
		size_t where = e.local < s.n - shift ? (size_t)e.local + shift : s.n;
		if (out && read_local(s, where, &local) == 0) {
			if (local.name.n != e.name.n || memcmp(local.name.p, e.name.p, e.name.n) != 0) {
				struct listing other = {0};
				struct inside *named = add(&other, pool, &local);
				out->other_name = named ? named->name : NULL;
				l->flags |= LISTING_TWO_NAMES;
			}
			unpack(l, pool, out, &e, span_of(s, data_of(s, where), (size_t)e.packed));
		} else if (out) {
			l->flags |= LISTING_DAMAGED;
		}
		at += 46 + (size_t)span_16(s, at + 28) + span_16(s, at + 30) + span_16(s, at + 32);
	}
}
