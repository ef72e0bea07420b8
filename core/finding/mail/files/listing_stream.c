/* gzip, xz and bzip2: one file each, often a tar. Its name is not kept but by gzip; its size is not by bzip2. */
#include "finding/mail/files/listing_private.h"

#include "base/buf.h"

#include <zlib.h>

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
	int rc = out ? listing_inflate(l, s, 16 + MAX_WBITS, LISTING_LARGEST, &bytes) : -1;
	if (rc == 0)
		listing_content(l, pool, out, bytes.data, bytes.len);
	else
		l->flags |= rc < 0 ? LISTING_DAMAGED : LISTING_LIMIT;
	if (bytes.len > (size_t)1 << 20 && bytes.len / s.n >= LISTING_RATIO)
		l->flags |= LISTING_BOMB;
	buf_release(&bytes);
}

/* A number of 1 to 9 bytes, the lowest first; SIZE_MAX in *at: there is none. */
static uint64_t xz_number(struct span s, size_t *at)
{
	uint64_t n = 0;
	for (unsigned i = 0; i < 9; i++) {
		unsigned c = span_8(s, *at);
		if (!span_has(s, *at, 1))
			break;
		++*at;
		n |= (uint64_t)(c & 0x7F) << 7 * i;
		if (!(c & 0x80))
			return n;
	}
	*at = SIZE_MAX;
	return 0;
}

/* The sizes stand in an index at the end (xz file format 1.1, 4). */
void listing_xz(struct listing *l, struct pool *pool, struct span s)
{
	uint64_t size = 0;
	size_t n = s.n;
	while (n >= 4 && span_32(s, n - 4) == 0) /* padding of the stream */
		n -= 4;
	uint64_t back = n >= 12 ? ((uint64_t)span_32(s, n - 8) + 1) * 4 : 0;
	int whole = n >= 24 && span_is(s, n - 2, "YZ", 2) && back <= n - 12;
	struct span index = whole ? span_of(s, n - 12 - (size_t)back, (size_t)back) : (struct span){0};
	size_t at = 1;
	uint64_t records = whole ? xz_number(index, &at) : 0;
	for (uint64_t i = 0; i < records && at != SIZE_MAX; i++) {
		xz_number(index, &at);
		uint64_t more = at != SIZE_MAX ? xz_number(index, &at) : 0;
		size = more > INT64_MAX - size ? INT64_MAX : size + more;
	}
	if (!whole || span_8(index, 0) != 0 || at == SIZE_MAX)
		l->flags |= LISTING_DAMAGED;
	listing_add(l, pool, "", 0, NULL, size, 0);
}

void listing_bz2(struct listing *l, struct pool *pool, struct span s)
{
	(void)s;
	listing_add(l, pool, "", 0, NULL, 0, 0);
}
