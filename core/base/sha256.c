/* The plain structures are deprecated in favour of EVP, which looks its method up at each call. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "base/sha256.h"

#include <openssl/sha.h>

void sha256_of(const void *bytes, size_t n, unsigned char digest[32])
{
	SHA256_CTX state;
	SHA256_Init(&state);
	SHA256_Update(&state, bytes, n);
	SHA256_Final(digest, &state);
}
