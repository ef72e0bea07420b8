#include "vault/cipher.h"

#include "base/secret.h"

#include <pthread.h>
#include <sodium.h>
#include <string.h>

static const char kdf_context[crypto_kdf_CONTEXTBYTES + 1] = "genba-v1";

enum { SUBKEY_PAGE = 1, SUBKEY_LOG, SUBKEY_HEADER, SUBKEY_ANCHOR, SUBKEY_SEAL, SUBKEY_COMMITMENT };

/* A forked child must not use the nonces its parent uses: it sees another count and fetches its own. */
static volatile int forks;

static void count_fork(void)
{
	forks++;
}

static void watch_forks(void)
{
	pthread_atfork(NULL, NULL, count_fork);
}

struct cipher_keys *cipher_keys_new(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, watch_forks);
	struct cipher_keys *keys = secret_alloc(sizeof *keys);
	memset(keys, 0, sizeof *keys);
	keys->pool_used = NONCE_POOL;
	return keys;
}

void cipher_keys_free(struct cipher_keys *keys)
{
	secret_free(keys);
}

static void derive(unsigned char *out, size_t n, uint64_t subkey, const struct cipher_keys *keys)
{
	crypto_kdf_derive_from_key(out, n, subkey, kdf_context, keys->data);
}

void cipher_derive(struct cipher_keys *keys)
{
	derive(keys->page, KEY_SIZE, SUBKEY_PAGE, keys);
	derive(keys->log, KEY_SIZE, SUBKEY_LOG, keys);
	derive(keys->header, KEY_SIZE, SUBKEY_HEADER, keys);
	derive(keys->anchor, KEY_SIZE, SUBKEY_ANCHOR, keys);
	derive(keys->seal, sizeof keys->seal, SUBKEY_SEAL, keys);
	unsigned char key[KEY_SIZE];
	derive(key, sizeof key, SUBKEY_COMMITMENT, keys);
	crypto_generichash(keys->commitment, KEY_SIZE, keys->id, FILE_ID, key, sizeof key);
	sodium_memzero(key, sizeof key);
}

static void take_nonce(struct cipher_keys *keys, unsigned char nonce[NONCE_SIZE])
{
	if (keys->pool_used == NONCE_POOL || keys->pool_process != forks) {
		randombytes_buf(keys->pool, sizeof keys->pool);
		keys->pool_used = 0;
		keys->pool_process = forks;
	}
	memcpy(nonce, keys->pool[keys->pool_used++], NONCE_SIZE);
}

#define ASSOCIATED (FILE_ID + 1 + 4)

static const unsigned char *describe(const struct cipher_keys *keys, enum cipher_sort sort, uint32_t number,
                                     unsigned char associated[ASSOCIATED])
{
	memcpy(associated, keys->id, FILE_ID);
	associated[FILE_ID] = (unsigned char)sort;
	put_u32(associated + FILE_ID + 1, number);
	switch (sort) {
	case CIPHER_PAGE:
		return keys->page;
	case CIPHER_FRAME:
		return keys->log;
	case CIPHER_ANCHOR:
		break;
	}
	return keys->anchor;
}

void cipher_seal(struct cipher_keys *keys, enum cipher_sort sort, uint32_t number, unsigned char *block,
                 const unsigned char *text, size_t n)
{
	unsigned char associated[ASSOCIATED];
	const unsigned char *key = describe(keys, sort, number, associated);
	unsigned char *nonce = block + n, *tag = nonce + NONCE_SIZE;
	take_nonce(keys, nonce);
	crypto_aead_xchacha20poly1305_ietf_encrypt_detached(block, tag, NULL, text, n, associated, sizeof associated,
	                                                    NULL, nonce, key);
}

int cipher_open(const struct cipher_keys *keys, enum cipher_sort sort, uint32_t number, unsigned char *text,
                const unsigned char *block, size_t n)
{
	unsigned char associated[ASSOCIATED];
	const unsigned char *key = describe(keys, sort, number, associated);
	const unsigned char *nonce = block + n, *tag = nonce + NONCE_SIZE;
	return crypto_aead_xchacha20poly1305_ietf_decrypt_detached(text, NULL, block, n, tag, associated,
	                                                           sizeof associated, nonce, key);
}

void cipher_seal_toggle(const struct cipher_keys *keys, unsigned char seal[16], uint32_t page,
                        const unsigned char tag[TAG_SIZE])
{
	unsigned char message[4 + TAG_SIZE], part[crypto_shorthash_siphashx24_BYTES];
	put_u32(message, page);
	memcpy(message + 4, tag, TAG_SIZE);
	crypto_shorthash_siphashx24(part, message, sizeof message, keys->seal);
	for (int i = 0; i < 16; i++)
		seal[i] ^= part[i];
}
