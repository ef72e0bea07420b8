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

_Static_assert(sizeof(struct sha256) >= sizeof(SHA256_CTX), "room for the library's state");
_Static_assert(_Alignof(struct sha256) >= _Alignof(SHA256_CTX), "where it may lie");

static SHA256_CTX *sha256_state(struct sha256 *s)
{
	return (SHA256_CTX *)(void *)s->state;
}

void sha256_begin(struct sha256 *s)
{
	SHA256_Init(sha256_state(s));
}

void sha256_add(struct sha256 *s, const void *bytes, size_t n)
{
	SHA256_Update(sha256_state(s), bytes, n);
}

void sha256_end(struct sha256 *s, unsigned char digest[32])
{
	SHA256_Final(digest, sha256_state(s));
}
