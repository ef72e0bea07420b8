#include "finding/mail/files/zip_crypt.h"

#include "base/buf.h"

#include <zlib.h>

#define HEAD 12

struct zip_keys {
	uint32_t a;
	uint32_t b;
	uint32_t c;
};

static uint32_t step(uint32_t crc, unsigned char byte)
{
	return (uint32_t)get_crc_table()[(crc ^ byte) & 0xFF] ^ crc >> 8;
}

static void mix(struct zip_keys *k, unsigned char byte)
{
	k->a = step(k->a, byte);
	k->b = (k->b + (k->a & 0xFF)) * 134775813U + 1;
	k->c = step(k->c, (unsigned char)(k->b >> 24));
}

static unsigned char next(struct zip_keys *k, unsigned char byte)
{
	uint32_t t = (k->c & 0xFFFF) | 2;
	unsigned char plain = (unsigned char)(byte ^ ((t * (t ^ 1)) >> 8 & 0xFF));
	mix(k, plain);
	return plain;
}

int zip_decrypt(const char *password, struct span bytes, unsigned check, struct buf *out)
{
	struct zip_keys k = {0x12345678, 0x23456789, 0x34567890};
	unsigned char last = 0;
	if (bytes.n < HEAD)
		return -1;
	for (; *password; password++)
		mix(&k, (unsigned char)*password);
	for (size_t i = 0; i < HEAD; i++)
		last = next(&k, bytes.p[i]);
	if (last != (check & 0xFF))
		return -1;
	buf_grow(out, bytes.n);
	for (size_t i = HEAD; i < bytes.n; i++)
		buf_addc(out, (char)next(&k, bytes.p[i]));
	return 0;
}
