#include "finding/mail/read/sha256.h"

#include <openssl/sha.h>
#include <sodium.h>

void mail_sha256(const void *bytes, size_t n, char hex[65])
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	SHA256(bytes, n, digest);
	sodium_bin2hex(hex, 65, digest, sizeof digest);
}
