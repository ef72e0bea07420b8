/* Bytes with their number, read without ever leaving them: numbers beyond the end are 0. */
#ifndef GENBA_FINDING_MAIL_FILES_SPAN_H
#define GENBA_FINDING_MAIL_FILES_SPAN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
	const unsigned char *p; /* borrowed */
	size_t n;
};

static inline int span_has(struct span s, size_t at, size_t n)
{
	return at <= s.n && n <= s.n - at;
}

/* n bytes at `at`, or what there is of them. */
static inline struct span span_of(struct span s, size_t at, size_t n)
{
	size_t from = at < s.n ? at : s.n;
	return (struct span){s.p + from, n < s.n - from ? n : s.n - from};
}

static inline int span_is(struct span s, size_t at, const void *bytes, size_t n)
{
	return span_has(s, at, n) && memcmp(s.p + at, bytes, n) == 0;
}

/* Little-endian. */
static inline unsigned span_8(struct span s, size_t at)
{
	return span_has(s, at, 1) ? s.p[at] : 0;
}

static inline unsigned span_16(struct span s, size_t at)
{
	return span_has(s, at, 2) ? (unsigned)s.p[at] | (unsigned)s.p[at + 1] << 8 : 0;
}

static inline uint32_t span_32(struct span s, size_t at)
{
	return span_has(s, at, 4) ? (uint32_t)span_16(s, at) | (uint32_t)span_16(s, at + 2) << 16 : 0;
}

static inline uint64_t span_64(struct span s, size_t at)
{
	return span_has(s, at, 8) ? (uint64_t)span_32(s, at) | (uint64_t)span_32(s, at + 4) << 32 : 0;
}

#endif
