#include "finding/practice/bytes_out.h"

#include <ctype.h>
#include <stdlib.h>
#include <time.h>

#define EPOCH_SECONDS INT64_C(11644473600) /* from 1601 to 1970 */

void out_le(struct buf *b, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		buf_addc(b, (char)(value >> 8 * i));
}

void out_le_at(struct buf *b, size_t at, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		b->data[at + i] = (char)(value >> 8 * i);
}

void out_zeros(struct buf *b, size_t n)
{
	while (n-- > 0)
		buf_addc(b, 0);
}

void out_align(struct buf *b, size_t unit)
{
	out_zeros(b, (unit - b->len % unit) % unit);
}

static uint32_t next_point(const unsigned char **at)
{
	const unsigned char *p = *at;
	unsigned more = *p >= 0xF0 ? 3 : *p >= 0xE0 ? 2 : *p >= 0xC0 ? 1 : 0;
	uint32_t c = more == 3 ? *p & 7U : more == 2 ? *p & 15U : more == 1 ? *p & 31U : *p;
	for (p++; more > 0 && (*p & 0xC0) == 0x80; more--)
		c = c << 6 | (*p++ & 63U);
	*at = p;
	return c;
}

size_t out_utf16(struct buf *b, const char *text)
{
	size_t units = 0;
	for (const unsigned char *p = (const unsigned char *)text; *p; units++) {
		uint32_t c = next_point(&p);
		if (c >= 0x10000) {
			out_le(b, 0xD800 + ((c - 0x10000) >> 10), 2);
			c = 0xDC00 + (c & 0x3FF);
			units++;
		}
		out_le(b, c, 2);
	}
	return units;
}

uint64_t out_filetime(const char *text)
{
	struct tm tm = {.tm_isdst = 0};
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	uint64_t ticks = 0;
	if (!end)
		abort();
	if (*end == '.') {
		uint64_t unit = 1000000;
		for (end++; isdigit((unsigned char)*end); end++, unit /= 10)
			ticks += (uint64_t)(*end - '0') * unit;
	}
	return (uint64_t)(timegm(&tm) + EPOCH_SECONDS) * 10000000 + ticks;
}
