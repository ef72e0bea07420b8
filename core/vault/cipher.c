#include "vault/cipher.h"

#include "base/err.h"
#include "base/secret.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
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

/* ---- OpenSSL's part ---- */

enum {
	INNER_NONCE = 12,
	ENGINE_LEAST = 512, /* bytes: below, OpenSSL's fixed cost is more than it saves */
};

struct cipher_engine {
	EVP_CIPHER *cipher;
	EVP_CIPHER_CTX *seal, *open; /* set up once: that costs as much as a page */
};

static void engine_free(struct cipher_engine *e)
{
	if (!e)
		return;
	EVP_CIPHER_CTX_free(e->seal); /* wipes the key of the last block */
	EVP_CIPHER_CTX_free(e->open);
	EVP_CIPHER_free(e->cipher);
	free(e);
}

/* NULL where OpenSSL does not offer it. */
static struct cipher_engine *engine_new(void)
{
	struct cipher_engine *e = xcalloc(1, sizeof *e);
	e->cipher = EVP_CIPHER_fetch(NULL, "ChaCha20-Poly1305", NULL);
	e->seal = EVP_CIPHER_CTX_new();
	e->open = EVP_CIPHER_CTX_new();
	if (e->cipher && e->seal && e->open && EVP_EncryptInit_ex2(e->seal, e->cipher, NULL, NULL, NULL) == 1 &&
	    EVP_DecryptInit_ex2(e->open, e->cipher, NULL, NULL, NULL) == 1)
		return e;
	engine_free(e);
	return NULL;
}

/* The key and nonce of this one block. */
static void inner(unsigned char key_out[CIPHER_KEY_SIZE], unsigned char nonce_out[INNER_NONCE],
                  const unsigned char *nonce, const unsigned char *key)
{
	crypto_core_hchacha20(key_out, nonce, key, NULL);
	memset(nonce_out, 0, 4);
	memcpy(nonce_out + 4, nonce + crypto_core_hchacha20_INPUTBYTES, NONCE_SIZE - crypto_core_hchacha20_INPUTBYTES);
}

static OSSL_PARAM tag_parameter(unsigned char tag[TAG_SIZE])
{
	return OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, tag, TAG_SIZE);
}

static int engine_seal(struct cipher_engine *e, unsigned char *block, unsigned char *tag, const unsigned char *text,
                       size_t n, const unsigned char *associated, size_t a, const unsigned char *nonce,
                       const unsigned char *key)
{
	unsigned char block_key[CIPHER_KEY_SIZE], block_nonce[INNER_NONCE];
	int out;
	OSSL_PARAM parameters[] = {tag_parameter(tag), OSSL_PARAM_construct_end()};
	inner(block_key, block_nonce, nonce, key);
	int ready = EVP_EncryptInit_ex2(e->seal, NULL, block_key, block_nonce, NULL) == 1;
	sodium_memzero(block_key, sizeof block_key);
	if (!ready)
		return -1;
	int good = EVP_EncryptUpdate(e->seal, NULL, &out, associated, (int)a) == 1 &&
	           EVP_EncryptUpdate(e->seal, block, &out, text, (int)n) == 1 &&
	           EVP_EncryptFinal_ex(e->seal, block + n, &out) == 1 &&
	           EVP_CIPHER_CTX_get_params(e->seal, parameters) == 1;
	if (!good)
		abort(); /* pure arithmetic: if it fails, nothing in this process can be relied on */
	return 0;
}

static int engine_open(struct cipher_engine *e, unsigned char *text, const unsigned char *block, size_t n,
                       const unsigned char *tag, const unsigned char *associated, size_t a, const unsigned char *nonce,
                       const unsigned char *key)
{
	unsigned char block_key[CIPHER_KEY_SIZE], block_nonce[INNER_NONCE], expected[TAG_SIZE];
	int out;
	const OSSL_PARAM parameters[] = {tag_parameter(expected), OSSL_PARAM_construct_end()};
	memcpy(expected, tag, TAG_SIZE);
	inner(block_key, block_nonce, nonce, key);
	int good = EVP_DecryptInit_ex2(e->open, NULL, block_key, block_nonce, parameters) == 1 &&
	           EVP_DecryptUpdate(e->open, NULL, &out, associated, (int)a) == 1 &&
	           EVP_DecryptUpdate(e->open, text, &out, block, (int)n) == 1 &&
	           EVP_DecryptFinal_ex(e->open, text + n, &out) == 1;
	sodium_memzero(block_key, sizeof block_key);
	if (!good)
		sodium_memzero(text, n); /* it was decrypted before it was known to be genuine */
	return good ? 0 : -1;
}

/* ---- keys ---- */

struct cipher_keys *cipher_keys_new(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, watch_forks);
	struct cipher_keys *keys = secret_alloc(sizeof *keys);
	memset(keys, 0, sizeof *keys);
	keys->pool_used = NONCE_POOL;
	keys->engine = engine_new();
	return keys;
}

void cipher_keys_free(struct cipher_keys *keys)
{
	if (keys)
		engine_free(keys->engine);
	secret_free(keys);
}

static void derive(unsigned char *out, size_t n, uint64_t subkey, const struct cipher_keys *keys)
{
	crypto_kdf_derive_from_key(out, n, subkey, kdf_context, keys->data);
}

void cipher_derive(struct cipher_keys *keys)
{
	derive(keys->page, CIPHER_KEY_SIZE, SUBKEY_PAGE, keys);
	derive(keys->log, CIPHER_KEY_SIZE, SUBKEY_LOG, keys);
	derive(keys->header, CIPHER_KEY_SIZE, SUBKEY_HEADER, keys);
	derive(keys->anchor, CIPHER_KEY_SIZE, SUBKEY_ANCHOR, keys);
	derive(keys->seal, sizeof keys->seal, SUBKEY_SEAL, keys);
	unsigned char key[CIPHER_KEY_SIZE];
	derive(key, sizeof key, SUBKEY_COMMITMENT, keys);
	crypto_generichash(keys->commitment, CIPHER_KEY_SIZE, keys->id, FILE_ID, key, sizeof key);
	sodium_memzero(key, sizeof key);
}

static void take_nonce(struct cipher_keys *keys, unsigned char nonce[NONCE_SIZE])
{
	if (keys->pool_used == NONCE_POOL || keys->pool_process != forks) {
		/* a fresh seed each time, stretched by libsodium: many times faster than the kernel's own generator */
		unsigned char seed[randombytes_SEEDBYTES];
		randombytes_buf(seed, sizeof seed);
		randombytes_buf_deterministic(keys->pool, sizeof keys->pool, seed);
		sodium_memzero(seed, sizeof seed);
		keys->pool_used = 0;
		keys->pool_process = forks;
	}
	memcpy(nonce, keys->pool[keys->pool_used++], NONCE_SIZE);
}

#define ASSOCIATED (FILE_ID + 1 + 4)

static const unsigned char *cipher_describe(const struct cipher_keys *keys, enum cipher_sort sort, uint32_t number,
                                            unsigned char associated[ASSOCIATED])
{
	memcpy(associated, keys->id, FILE_ID);
	associated[FILE_ID] = (unsigned char)sort;
	bytes_put_be32(associated + FILE_ID + 1, number);
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
	const unsigned char *key = cipher_describe(keys, sort, number, associated);
	unsigned char *nonce = block + n, *tag = nonce + NONCE_SIZE;
	take_nonce(keys, nonce);
	if (keys->engine && n >= ENGINE_LEAST &&
	    engine_seal(keys->engine, block, tag, text, n, associated, sizeof associated, nonce, key) == 0)
		return;
	crypto_aead_xchacha20poly1305_ietf_encrypt_detached(block, tag, NULL, text, n, associated, sizeof associated,
	                                                    NULL, nonce, key);
}

int cipher_open(const struct cipher_keys *keys, enum cipher_sort sort, uint32_t number, unsigned char *text,
                const unsigned char *block, size_t n)
{
	unsigned char associated[ASSOCIATED];
	const unsigned char *key = cipher_describe(keys, sort, number, associated);
	const unsigned char *nonce = block + n, *tag = nonce + NONCE_SIZE;
	if (keys->engine && n >= ENGINE_LEAST)
		return engine_open(keys->engine, text, block, n, tag, associated, sizeof associated, nonce, key);
	return crypto_aead_xchacha20poly1305_ietf_decrypt_detached(text, NULL, block, n, tag, associated,
	                                                           sizeof associated, nonce, key);
}

void cipher_seal_toggle(const struct cipher_keys *keys, unsigned char seal[16], uint32_t page,
                        const unsigned char tag[TAG_SIZE])
{
	unsigned char message[4 + TAG_SIZE], part[crypto_shorthash_siphashx24_BYTES];
	bytes_put_be32(message, page);
	memcpy(message + 4, tag, TAG_SIZE);
	crypto_shorthash_siphashx24(part, message, sizeof message, keys->seal);
	for (int i = 0; i < 16; i++)
		seal[i] ^= part[i];
}
