#include "finding/triage/tree/tree_zip_key.h"

#include "finding/mail/files/zip_crypt.h"

#include <nettle/aes.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <nettle/pbkdf2.h>
#include <string.h>

enum { ROUNDS = 1000, PROOF = 2, SEAL = 10, KEY_MOST = 32 };

struct aes_key {
	unsigned strength;
	union {
		struct aes128_ctx small;
		struct aes192_ctx middle;
		struct aes256_ctx large;
	} as;
};

static void set_key(struct aes_key *k, unsigned strength, const uint8_t *key)
{
	k->strength = strength;
	if (strength == 1)
		aes128_set_encrypt_key(&k->as.small, key);
	else if (strength == 2)
		aes192_set_encrypt_key(&k->as.middle, key);
	else
		aes256_set_encrypt_key(&k->as.large, key);
}

static void encrypt(const struct aes_key *k, size_t n, uint8_t *out, const uint8_t *in)
{
	if (k->strength == 1)
		aes128_encrypt(&k->as.small, n, out, in);
	else if (k->strength == 2)
		aes192_encrypt(&k->as.middle, n, out, in);
	else
		aes256_encrypt(&k->as.large, n, out, in);
}

static void count_through(const struct aes_key *k, const unsigned char *bytes, size_t n, struct buf *out)
{
	uint8_t counters[256 * AES_BLOCK_SIZE];
	uint8_t stream[sizeof counters];
	uint64_t number = 1;
	buf_grow(out, n);
	for (size_t at = 0; at < n; at += sizeof stream) {
		size_t part = n - at < sizeof stream ? n - at : sizeof stream;
		memset(counters, 0, sizeof counters);
		for (size_t i = 0; i < sizeof counters; i += AES_BLOCK_SIZE, number++)
			for (unsigned b = 0; b < 8; b++)
				counters[i + b] = (uint8_t)(number >> 8 * b);
		encrypt(k, sizeof stream, stream, counters);
		for (size_t i = 0; i < part; i++)
			stream[i] ^= bytes[at + i];
		buf_add(out, stream, part);
	}
}

static int unlock_aes(unsigned strength, const char *password, const unsigned char *bytes, size_t n, struct buf *out)
{
	size_t salt = 4 + 4 * (size_t)strength;
	size_t key = 8 + 8 * (size_t)strength;
	uint8_t made[2 * KEY_MOST + PROOF];
	uint8_t seal[SEAL];
	struct hmac_sha1_ctx hmac;
	struct aes_key k;
	if (strength > 3 || n < salt + PROOF + SEAL)
		return -1;
	pbkdf2_hmac_sha1(strlen(password), (const uint8_t *)password, ROUNDS, salt, bytes, 2 * key + PROOF, made);
	if (memcmp(made + 2 * key, bytes + salt, PROOF) != 0)
		return 1;
	const unsigned char *locked = bytes + salt + PROOF;
	size_t size = n - salt - PROOF - SEAL;
	hmac_sha1_set_key(&hmac, key, made + key);
	hmac_sha1_update(&hmac, size, locked);
	hmac_sha1_digest(&hmac, SEAL, seal);
	if (!memeql_sec(seal, locked + size, SEAL))
		return -1;
	set_key(&k, strength, made);
	count_through(&k, locked, size, out);
	return 0;
}

int tree_zip_key_open(const struct zip_lock *lock, const char *password, const unsigned char *bytes, size_t n,
                      struct buf *out)
{
	struct span all = {bytes, n};
	if (lock->strength)
		return unlock_aes(lock->strength, password, bytes, n, out);
	return zip_decrypt(password, all, lock->check, out) < 0;
}
