/* xz and bzip2: one file each, often a tar. Its name is not kept; bzip2 does not keep its size either. */
#include "finding/mail/files/listing_private.h"

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
	if (size > LISTING_LARGEST)
		l->flags |= LISTING_LIMIT;
	listing_add(l, pool, "", 0, NULL, size, 0);
}

void listing_bz2(struct listing *l, struct pool *pool, struct span s)
{
	(void)s;
	listing_add(l, pool, "", 0, NULL, 0, 0);
}
