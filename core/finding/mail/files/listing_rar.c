/* RAR 1.5 to 4, and 5; the start of 7z. */
#include "finding/mail/files/listing_private.h"

#include "base/buf.h"
#include "finding/mail/read/charset.h"

#include <stdlib.h>
#include <zlib.h>

/* The name of RAR 3: the OEM form, a NUL, then Unicode as differences to it. */
static void unicode_name(struct span plain, struct span packed, struct buf *out)
{
	struct buf wide = BUF_INIT;
	unsigned high = span_8(packed, 0);
	unsigned flags = 0;
	unsigned bits = 0;
	size_t at = 1;
	size_t to = 0; /* characters so far */
	while (at < packed.n && to < 4096) {
		if (bits == 0) {
			flags = span_8(packed, at++);
			bits = 8;
		}
		unsigned c = 0;
		switch (flags >> 6 & 3) {
		case 0:
			c = span_8(packed, at++);
			break;
		case 1:
			c = span_8(packed, at++) | high << 8;
			break;
		case 2:
			c = span_16(packed, at);
			at += 2;
			break;
		default: {
			unsigned length = span_8(packed, at++);
			unsigned add = length & 0x80 ? span_8(packed, at++) : 0;
			for (unsigned n = (length & 0x7F) + 2; n > 0 && to < 4096; n--, to++) {
				unsigned d = span_8(plain, to);
				d = length & 0x80 ? ((d + add) & 0xFF) | high << 8 : d;
				buf_addc(&wide, (char)d);
				buf_addc(&wide, (char)(d >> 8));
			}
			flags = flags << 2 & 0xFF;
			bits -= 2;
			continue;
		}
		}
		buf_addc(&wide, (char)c);
		buf_addc(&wide, (char)(c >> 8));
		to++;
		flags = flags << 2 & 0xFF;
		bits -= 2;
	}
	charset_utf16le(wide.data, wide.len, out);
	buf_release(&wide);
}

static void rar4(struct listing *l, struct pool *pool, struct span s)
{
	size_t at = 7;
	while (span_has(s, at, 7) && !(l->flags & LISTING_LIMIT)) {
		unsigned type = s.p[at + 2];
		unsigned flags = span_16(s, at + 3);
		size_t head = span_16(s, at + 5);
		uint64_t more = flags & 0x8000 || type == 0x74 ? span_32(s, at + 7) : 0;
		if (type == 0x7B)
			return;
		if (head < 7) {
			l->flags |= LISTING_DAMAGED;
			return;
		}
		if (type == 0x73 && flags & 0x80) { /* headers are encrypted */
			l->flags |= LISTING_LOCKED | LISTING_NAMES_HIDDEN;
			return;
		}
		if (type == 0x74) {
			struct span h = span_of(s, at + 2, head - 2);
			if (!(flags & 8) &&
			    (crc32(0, h.p, (uInt)h.n) & 0xFFFF) != span_16(s, at)) /* 8: a remark in it */
				l->flags |= LISTING_DAMAGED;
			uint64_t size = span_32(s, at + 11);
			size_t name_at = at + 32;
			if (flags & 0x100) {
				more |= (uint64_t)span_32(s, at + 32) << 32;
				size |= (uint64_t)span_32(s, at + 36) << 32;
				name_at += 8;
			}
			struct span name = span_of(s, name_at, span_16(s, at + 26));
			const unsigned char *nul = flags & 0x200 && name.n ? memchr(name.p, 0, name.n) : NULL;
			struct buf text = BUF_INIT;
			const char *charset = NULL;
			if (nul) {
				size_t n = (size_t)(nul - name.p);
				unicode_name(span_of(name, 0, n), span_of(name, n + 1, name.n), &text);
				charset = "utf-8";
			} else {
				buf_add(&text, name.p, name.n);
				charset = flags & 0x200 ? "utf-8" : NULL;
			}
			struct inside *out = NULL;
			if ((flags & 0xE0) != 0xE0) /* no folder */
				out = listing_add(l, pool, text.data, text.len, charset, size, flags & 4);
			struct span content = span_of(s, at + head, more < s.n ? (size_t)more : s.n);
			if (content.n < more)
				l->flags |= LISTING_DAMAGED;
			if (out && !(flags & 4) && span_8(s, at + 25) == 0x30 && more == size)
				listing_stored(l, pool, out, content, size);
			buf_release(&text);
		}
		if (more > s.n) {
			l->flags |= LISTING_DAMAGED;
			return;
		}
		at += head + (size_t)more;
	}
	if (at != s.n)
		l->flags |= LISTING_DAMAGED;
}

/* A number of seven bits a byte. */
static uint64_t varying(struct span s, size_t *at)
{
	uint64_t n = 0;
	for (unsigned shift = 0; shift < 63; shift += 7) {
		unsigned c = span_8(s, (*at)++);
		n |= (uint64_t)(c & 0x7F) << shift;
		if (!(c & 0x80))
			break;
	}
	return n;
}

/* The extra area of a file: 1 if it says that the file is encrypted. */
static int rar5_locked(struct span extra)
{
	for (size_t at = 0; at < extra.n;) {
		uint64_t size = varying(extra, &at);
		size_t body = at;
		if (size == 0 || size > extra.n)
			return 0;
		if (varying(extra, &at) == 1)
			return 1;
		at = body + (size_t)size;
	}
	return 0;
}

static void rar5_file(struct listing *l, struct pool *pool, struct span h, size_t at, size_t extra, struct span content,
                      uint64_t packed)
{
	uint64_t flags = varying(h, &at);
	uint64_t size = varying(h, &at);
	varying(h, &at); /* attributes */
	at += flags & 2 ? 4 : 0;
	at += flags & 4 ? 4 : 0;
	uint64_t method = varying(h, &at) >> 7 & 7;
	varying(h, &at); /* system */
	uint64_t n = varying(h, &at);
	if (flags & 1)
		return;
	struct span name = span_of(h, at, n < h.n ? (size_t)n : h.n);
	int locked = extra && rar5_locked(span_of(h, h.n - (extra < h.n ? extra : h.n), extra));
	struct inside *out = listing_add(l, pool, name.p, name.n, "utf-8", size, locked);
	if (content.n < packed)
		l->flags |= LISTING_DAMAGED;
	if (out && !locked && method == 0 && packed == size)
		listing_stored(l, pool, out, content, size);
}

static void rar5(struct listing *l, struct pool *pool, struct span s)
{
	size_t at = 8;
	while (span_has(s, at, 7) && !(l->flags & LISTING_LIMIT)) {
		size_t p = at + 4;
		uint64_t size = varying(s, &p);
		if (size == 0 || !span_has(s, p, size < s.n ? (size_t)size : s.n)) {
			l->flags |= LISTING_DAMAGED;
			return;
		}
		struct span h = span_of(s, p, (size_t)size);
		if (crc32(0, s.p + at + 4, (uInt)(p - at - 4 + h.n)) != span_32(s, at))
			l->flags |= LISTING_DAMAGED;
		size_t in = 0;
		uint64_t type = varying(h, &in);
		uint64_t flags = varying(h, &in);
		uint64_t extra = flags & 1 ? varying(h, &in) : 0;
		uint64_t packed = flags & 2 ? varying(h, &in) : 0;
		if (type == 4) {
			l->flags |= LISTING_LOCKED | LISTING_NAMES_HIDDEN;
			return;
		}
		if (type == 5)
			return;
		size_t data = p + h.n;
		if (type == 2)
			rar5_file(l, pool, h, in, extra < h.n ? (size_t)extra : h.n,
			          span_of(s, data, packed < s.n ? (size_t)packed : s.n), packed);
		if (packed > s.n)
			break;
		at = data + (size_t)packed;
	}
	if (!(l->flags & LISTING_LIMIT)) /* its end never came */
		l->flags |= LISTING_DAMAGED;
}

void listing_rar(struct listing *l, struct pool *pool, struct span s)
{
	if (span_is(s, 0, "Rar!\x1A\x07\x01\x00", 8))
		rar5(l, pool, s);
	else if (span_is(s, 0, "Rar!\x1A\x07\x00", 7))
		rar4(l, pool, s);
	else
		l->flags |= LISTING_UNREAD; /* before 1.5 */
}
