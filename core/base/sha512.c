/* The plain structures are deprecated in favour of EVP, which looks its method up at each call. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "base/sha512.h"

#include <openssl/sha.h>

void sha512_of(const void *bytes, size_t n, unsigned char digest[64])
{
	SHA512_CTX state;
	SHA512_Init(&state);
	SHA512_Update(&state, bytes, n);
	SHA512_Final(digest, &state);
}
