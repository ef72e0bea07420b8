/*
 * Numbers in bytes: little- and big-endian, at any address.
 *
 *     uint32_t n = bytes_le32(p);          four bytes at p, the lowest first
 *     bytes_put_le64(p, when);             eight bytes at p
 *
 * Whoever reads foreign data checks before that the bytes are there.
 */
#ifndef GENBA_BASE_BYTES_H
#define GENBA_BASE_BYTES_H

#include <stdint.h>

static inline uint16_t bytes_le16(const void *at)
{
	const unsigned char *p = at;
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t bytes_le32(const void *at)
{
	const unsigned char *p = at;
	return bytes_le16(p) | (uint32_t)bytes_le16(p + 2) << 16;
}

static inline uint64_t bytes_le64(const void *at)
{
	const unsigned char *p = at;
	return bytes_le32(p) | (uint64_t)bytes_le32(p + 4) << 32;
}

static inline uint16_t bytes_be16(const void *at)
{
	const unsigned char *p = at;
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t bytes_be32(const void *at)
{
	const unsigned char *p = at;
	return (uint32_t)bytes_be16(p) << 16 | bytes_be16(p + 2);
}

static inline uint64_t bytes_be64(const void *at)
{
	const unsigned char *p = at;
	return (uint64_t)bytes_be32(p) << 32 | bytes_be32(p + 4);
}

static inline void bytes_put_le16(void *at, uint16_t v)
{
	unsigned char *p = at;
	p[0] = (unsigned char)v;
	p[1] = (unsigned char)(v >> 8);
}

static inline void bytes_put_le32(void *at, uint32_t v)
{
	unsigned char *p = at;
	bytes_put_le16(p, (uint16_t)v);
	bytes_put_le16(p + 2, (uint16_t)(v >> 16));
}

static inline void bytes_put_le64(void *at, uint64_t v)
{
	unsigned char *p = at;
	bytes_put_le32(p, (uint32_t)v);
	bytes_put_le32(p + 4, (uint32_t)(v >> 32));
}

static inline void bytes_put_be32(void *at, uint32_t v)
{
	unsigned char *p = at;
	p[0] = (unsigned char)(v >> 24);
	p[1] = (unsigned char)(v >> 16);
	p[2] = (unsigned char)(v >> 8);
	p[3] = (unsigned char)v;
}

static inline void bytes_put_be64(void *at, uint64_t v)
{
	unsigned char *p = at;
	bytes_put_be32(p, (uint32_t)(v >> 32));
	bytes_put_be32(p + 4, (uint32_t)v);
}

#endif
