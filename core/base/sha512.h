/* SHA-512 of bytes in memory, by the processor's own instructions where it has them (OpenSSL). Never fails. */
#ifndef GENBA_BASE_SHA512_H
#define GENBA_BASE_SHA512_H

#include <stddef.h>

void sha512_of(const void *bytes, size_t n, unsigned char digest[64]);

#endif
