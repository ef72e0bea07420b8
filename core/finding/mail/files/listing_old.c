/* LZH, ARJ, ACE, CAB, tar and gzip: one header after another. */
#include "finding/mail/files/listing_private.h"

#include "base/buf.h"
#include "finding/mail/read/charset.h"

#include <stdlib.h>
#include <zlib.h>

/* ---- LZH, levels 0 to 3 */

/* Names of folders end in FF: a slash for people. But FF never begins or ends a Shift_JIS character. */
static void add_folder(struct buf *path, struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		buf_addc(path, s.p[i] == 0xFF ? '/' : (char)s.p[i]);
	if (path->len && path->data[path->len - 1] != '/')
		buf_addc(path, '/');
}

struct lzh_names {
	struct span name;
	struct span folder;
};

/* Extended headers, each with the size of the next (of `wide` bytes) at its end. Returns where they end. */
static size_t lzh_extended(struct span s, size_t at, uint32_t next, size_t wide, struct lzh_names *names)
{
	for (size_t i = 0; next > wide && span_has(s, at, next) && i < 1000; i++) {
		struct span body = span_of(s, at + 1, next - 1 - wide);
		if (s.p[at] == 1)
			names->name = body;
		else if (s.p[at] == 2)
			names->folder = body;
		at += next;
		next = wide == 4 ? span_32(s, at - 4) : span_16(s, at - 2);
	}
	return at;
}

void listing_lzh(struct listing *l, struct pool *pool, struct span s)
{
	size_t at = 0;
	while (span_has(s, at, 22) && s.p[at] != 0 && !(l->flags & LISTING_LIMIT)) {
		unsigned level = s.p[at + 20];
		uint64_t packed = span_32(s, at + 7);
		uint64_t size = span_32(s, at + 11);
		struct lzh_names names = {0};
		size_t data = 0;
		if (s.p[at + 2] != '-' || s.p[at + 6] != '-' || level > 3) {
			l->flags |= LISTING_DAMAGED;
			return;
		}
		if (level < 2)
			names.name = span_of(s, at + 22, s.p[at + 21]);
		if (level == 0) {
			data = at + s.p[at] + 2;
		} else if (level == 1) {
			size_t base = at + s.p[at] + 2;
			data = lzh_extended(s, base, span_16(s, base - 2), 2, &names);
			packed -= data - base <= packed ? data - base : packed;
		} else if (level == 2) {
			lzh_extended(s, at + 26, span_16(s, at + 24), 2, &names);
			data = at + span_16(s, at);
		} else {
			lzh_extended(s, at + 32, span_32(s, at + 28), 4, &names);
			data = at + span_32(s, at + 24);
		}
		struct buf path = BUF_INIT;
		if (names.folder.n)
			add_folder(&path, names.folder);
		buf_add(&path, names.name.p, names.name.n);
		if (memcmp(s.p + at + 2, "-lhd-", 5) != 0) {
			struct inside *out = listing_add(l, pool, path.data, path.len, NULL, size, 0);
			struct span content = span_of(s, data, (size_t)packed);
			if (content.n < packed)
				l->flags |= LISTING_DAMAGED;
			if (out && memcmp(s.p + at + 2, "-lh0-", 5) == 0)
				listing_stored(l, pool, out, content, packed);
		}
		buf_release(&path);
		if (data <= at || packed > s.n - (data < s.n ? data : s.n)) {
			l->flags |= LISTING_DAMAGED;
			return;
		}
		at = data + (size_t)packed;
	}
}

/* ---- ARJ */

void listing_arj(struct listing *l, struct pool *pool, struct span s)
{
	size_t at = 0;
	for (int first = 1; span_is(s, at, "\x60\xEA", 2) && !(l->flags & LISTING_LIMIT); first = 0) {
		size_t size = span_16(s, at + 2);
		if (size == 0)
			return;
		struct span h = span_of(s, at + 4, size);
		struct span rest = span_of(h, span_8(h, 0), h.n);
		const unsigned char *nul = rest.n ? memchr(rest.p, 0, rest.n) : NULL;
		if (h.n < size || !nul) {
			l->flags |= LISTING_DAMAGED;
			return;
		}
		size_t next = at + 4 + size + 4;
		for (size_t i = 0; i < 100; i++) { /* extended headers */
			size_t more = span_16(s, next);
			next += 2 + (more ? more + 4 : 0);
			if (!more)
				break;
		}
		if (!first) {
			size_t packed = span_32(h, 12);
			unsigned flags =
			    span_8(h, 4); /* 1: locked, 4 and 8: goes on in the next volume, or comes from one */
			struct inside *out = NULL;
			if (span_8(h, 6) != 3) /* a folder */
				out = listing_add(l, pool, rest.p, (size_t)(nul - rest.p), NULL, span_32(h, 16),
				                  flags & 1);
			if (out && span_8(h, 5) == 0 && !(flags & 13) &&
			    packed == out->size) /* stored: what is packed no library reads */
				listing_stored(l, pool, out, span_of(s, next, packed), packed);
			next += packed;
		}
		at = next;
	}
	if (!(l->flags & LISTING_LIMIT))
		l->flags |= LISTING_DAMAGED; /* its end never came */
}

/* ---- ACE: the main header, with **ACE** at 7, and one for each file (acestruc.h of the format's own kit) */

enum { ACE_FILE = 1, ACE_HAS_DATA = 1, ACE_CONTINUED = 0x3000, ACE_LOCKED = 0x4000 };

void listing_ace(struct listing *l, struct pool *pool, struct span s)
{
	size_t at = 0;
	while (span_has(s, at, 7) && !(l->flags & LISTING_LIMIT)) {
		size_t size = span_16(s, at + 2);
		struct span h = span_of(s, at + 4, size);
		unsigned flags = span_16(h, 1);
		size_t data = at + 4 + size;
		uint64_t packed = flags & ACE_HAS_DATA ? span_32(h, 3) : 0;
		if (h.n < size || size < 3) {
			l->flags |= LISTING_DAMAGED;
			return;
		}
		if (span_8(h, 0) == ACE_FILE) {
			size_t n = span_16(h, 29);
			struct span content = span_of(s, data, (size_t)packed);
			l->flags |= span_has(h, 31, n) && content.n == packed ? 0U : LISTING_DAMAGED;
			struct inside *out = NULL;
			struct span name = span_of(h, 31, n);
			if (!(span_32(h, 15) & 16)) /* a folder */
				out = listing_add(l, pool, name.p, name.n, NULL, span_32(h, 7),
				                  (flags & ACE_LOCKED) != 0);
			if (out && span_8(h, 23) == 0 && !(flags & (ACE_LOCKED | ACE_CONTINUED)) &&
			    packed == out->size) /* stored */
				listing_stored(l, pool, out, content, packed);
		}
		if (packed > s.n - (data < s.n ? data : s.n)) {
			l->flags |= LISTING_DAMAGED;
			return;
		}
		at = data + (size_t)packed;
	}
}

/* ---- CAB */

void listing_cab(struct listing *l, struct pool *pool, struct span s)
{
	size_t at = span_32(s, 16);
	unsigned files = span_16(s, 28);
	for (unsigned i = 0; i < files && !(l->flags & LISTING_LIMIT); i++) {
		struct span name = span_of(s, at + 16, 256);
		const unsigned char *nul = name.n ? memchr(name.p, 0, name.n) : NULL;
		if (!nul) {
			l->flags |= LISTING_DAMAGED;
			return;
		}
		size_t n = (size_t)(nul - name.p);
		listing_add(l, pool, name.p, n, span_16(s, at + 14) & 0x80 ? "utf-8" : NULL, span_32(s, at), 0);
		at += 16 + n + 1;
	}
}

/* ---- tar */

static uint64_t octal(struct span s)
{
	uint64_t n = 0;
	for (size_t i = 0; i < s.n && n < UINT64_MAX / 16; i++)
		if (s.p[i] >= '0' && s.p[i] <= '7')
			n = n * 8 + (uint64_t)(s.p[i] - '0');
	return n;
}

/* Octal; or, where that is too short, a number of the lowest 63 bits (GNU). */
static uint64_t tar_size(struct span s)
{
	uint64_t n = 0;
	if (s.n < 12 || !(s.p[0] & 0x80))
		return octal(s);
	for (size_t i = 4; i < 12; i++)
		n = n << 8 | s.p[i];
	return n & INT64_MAX;
}

/* The sum of a header's bytes, its own taken for blanks; old programs took bytes as signed. */
static int sum_fits(struct span header)
{
	uint64_t told = octal(span_of(header, 148, 8));
	int64_t plain = 0;
	int64_t other = 0;
	for (size_t i = 0; i < header.n; i++) {
		unsigned c = i >= 148 && i < 156 ? ' ' : header.p[i];
		plain += c;
		other += c < 128 ? (int)c : (int)c - 256;
	}
	return told == (uint64_t)plain || told == (uint64_t)other;
}

/* The path that POSIX's records ("12 path=x\n") give the next entry; n 0: none. */
static struct span pax_path(struct span s)
{
	struct span path = {0};
	for (size_t at = 0; at < s.n;) {
		size_t n = 0;
		size_t digits = at;
		while (digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9' && n < s.n)
			n = n * 10 + (size_t)(s.p[digits++] - '0');
		if (n < digits - at + 2 || n > s.n - at)
			break;
		if (span_is(s, digits, " path=", 6) && at + n > digits + 7)
			path = span_of(s, digits + 6, at + n - digits - 7);
		at += n;
	}
	return path;
}

/* The next header from there on, or the end. */
static size_t next_tar_header(struct span s, size_t at)
{
	while (span_has(s, at, 512) && (!s.p[at] || !sum_fits(span_of(s, at, 512))))
		at += 512;
	return span_has(s, at, 512) ? at : s.n;
}

/* Maps of a sparse file that its header has no room for. */
static size_t sparse_maps(struct span s, size_t at)
{
	size_t n = 0;
	for (int more = s.p[at + 156] == 'S' && s.p[at + 482]; more && span_has(s, at + 512 + n, 512); n += 512)
		more = s.p[at + 512 + n + 504];
	return n;
}

void listing_tar(struct listing *l, struct pool *pool, struct span s)
{
	size_t at = 0;
	struct span longer = {0}; /* a name of GNU's or POSIX's for the next entry */
	const char *charset = NULL;
	while (at < s.n && !(l->flags & LISTING_LIMIT)) {
		size_t header = next_tar_header(s, at);
		if (header != at) { /* the end, or damage; not every program ends where others stand behind it */
			if (header < s.n || s.p[at])
				l->flags |= LISTING_DAMAGED;
			longer = (struct span){0}; /* it was for the one that is damaged */
			charset = NULL;
			at = header;
			continue;
		}
		uint64_t size = tar_size(span_of(s, at + 124, 12));
		char type = (char)s.p[at + 156];
		struct span name = span_of(s, at, 100);
		size_t data = at + 512 + sparse_maps(s, at);
		struct span content = span_of(s, data, size < s.n ? (size_t)size : s.n);
		if (type == 'L') {
			longer = content;
		} else if (type == 'x') {
			longer = pax_path(content);
			charset = longer.n ? "utf-8" : NULL;
		} else if (type != 'g') {
			struct inside *out = NULL;
			if (longer.n)
				name = longer;
			if (type == '0' || type == '\0' || type == '7' || type == 'S')
				out = listing_add(l, pool, name.p, strnlen((const char *)name.p, name.n), charset, size,
				                  0);
			if (out && type != 'S')
				listing_stored(l, pool, out, content, size);
			longer = (struct span){0};
			charset = NULL;
		}
		if (content.n < size) {
			l->flags |= LISTING_DAMAGED;
			return;
		}
		at = data + (size_t)((size + 511) / 512 * 512);
	}
}

/* ---- gzip: one file, whose name may stand in its header */

void listing_gz(struct listing *l, struct pool *pool, struct span s)
{
	unsigned flags = span_8(s, 3);
	size_t at = 10;
	if (flags & 4)
		at += 2 + (size_t)span_16(s, at);
	struct span name = span_of(s, at, 1024);
	const unsigned char *nul = flags & 8 && name.n ? memchr(name.p, 0, name.n) : NULL;
	struct inside *out = listing_add(l, pool, nul ? (const char *)name.p : "", nul ? (size_t)(nul - name.p) : 0,
	                                 NULL, s.n >= 18 ? span_32(s, s.n - 4) : 0, 0);
	struct buf bytes = BUF_INIT;
	int rc = out ? 0 : -1;
	size_t from = 0;
	size_t pieces = 0;
	do { /* what was packed in pieces is one file */
		size_t used = 0;
		if (rc == 0 && pieces++ == LISTING_ENTRIES)
			rc = 1;
		if (rc == 0)
			rc = listing_inflate(l, span_of(s, from, s.n), 16 + MAX_WBITS, LISTING_LARGEST, &bytes, &used);
		from += used;
	} while (rc == 0 && span_is(s, from, "\x1F\x8B\x08", 3));
	if (rc == 0)
		out->size = bytes.len;
	while (from < s.n && s.p[from] == 0)
		from++;
	if (rc == 0 && from < s.n)
		l->flags |= LISTING_DAMAGED; /* what follows is no piece */
	if (rc == 0)
		listing_content(l, pool, out, bytes.data, bytes.len);
	else
		l->flags |= rc < 0 ? LISTING_DAMAGED : LISTING_LIMIT;
	if (rc != 0 && out)
		listing_torn(l, pool, out, bytes.data, bytes.len);
	if (bytes.len > (size_t)1 << 20 && bytes.len / s.n >= LISTING_RATIO)
		l->flags |= LISTING_BOMB;
	buf_release(&bytes);
}
