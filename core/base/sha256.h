/* SHA-256 of bytes in memory, by the processor's own instructions where it has them (OpenSSL). Never fails. */
#ifndef GENBA_BASE_SHA256_H
#define GENBA_BASE_SHA256_H

#include <stddef.h>

void sha256_of(const void *bytes, size_t n, unsigned char digest[32]);

#endif
