/* SHA-256 of bytes in memory, by the processor's own instructions where it has them (OpenSSL). Never fails. */
#ifndef GENBA_BASE_SHA256_H
#define GENBA_BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

void sha256_of(const void *bytes, size_t n, unsigned char digest[32]);

/* Of bytes that come one after the other. */
struct sha256 {
	uint64_t state[16]; /* the library's, with room to spare */
};

void sha256_begin(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *bytes, size_t n);
void sha256_end(struct sha256 *s, unsigned char digest[32]);

#endif
