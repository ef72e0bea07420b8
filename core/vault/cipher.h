/*
 * The cryptography of a case file: subkeys, sealed blocks, the seal over pages.
 *
 * One random data key; all other keys are derived from it. A sealed block is
 * XChaCha20-Poly1305-IETF with a random nonce, in the shape ciphertext, nonce,
 * tag; its associated data says which file, what sort of block, and where it
 * lies, so that no block can stand in for another.
 *
 * XChaCha20-Poly1305 is HChaCha20, which makes a key for this one block of the
 * key and 16 bytes of nonce, and then ChaCha20-Poly1305 (RFC 8439; draft-irtf-
 * cfrg-xchacha-03, section 2). The second part is OpenSSL's, three times as fast
 * as libsodium's on machines of today; it never sees a key of the file.
 */
#ifndef GENBA_VAULT_CIPHER_H
#define GENBA_VAULT_CIPHER_H

#include "vault/layout.h"

#include <stddef.h>

#define NONCE_POOL 170 /* nonces made at a time, from one seed of the kernel */

struct cipher_engine;

/* In guarded memory: cipher_keys_new(), cipher_keys_free(). */
struct cipher_keys {
	unsigned char data[CIPHER_KEY_SIZE]; /* the data key */
	unsigned char page[CIPHER_KEY_SIZE]; /* all following are derived by crypto_kdf, context "genba-v1" */
	unsigned char log[CIPHER_KEY_SIZE];
	unsigned char header[CIPHER_KEY_SIZE];
	unsigned char anchor[CIPHER_KEY_SIZE];
	unsigned char seal[16];
	unsigned char
	    commitment[CIPHER_KEY_SIZE]; /* BLAKE2b of the file id under a subkey: says which key the header means */
	unsigned char id[FILE_ID];       /* the file's id; not secret */
	unsigned char pool[NONCE_POOL][NONCE_SIZE];
	unsigned pool_used;
	int pool_process;             /* cipher's count of forks when the pool was filled */
	struct cipher_engine *engine; /* OpenSSL's; NULL: libsodium does it all, to the same bytes */
};

struct cipher_keys *cipher_keys_new(void); /* zeroed */
void cipher_keys_free(struct cipher_keys *keys);

/* Fills the derived keys from keys->data and keys->id. */
void cipher_derive(struct cipher_keys *keys);

/* The sorts of blocks, as in the associated data. */
enum cipher_sort {
	CIPHER_PAGE = 'P',
	CIPHER_FRAME = 'W',
	CIPHER_ANCHOR = 'A',
};

/* Seals n bytes of `text` into n + SEAL_OVERHEAD bytes at `block` (may overlap exactly). */
void cipher_seal(struct cipher_keys *keys, enum cipher_sort sort, uint32_t number, unsigned char *block,
                 const unsigned char *text, size_t n);

/* Opens a block of n + SEAL_OVERHEAD bytes into n bytes. 0, or -1 if it does not authenticate (text is undefined). */
int cipher_open(const struct cipher_keys *keys, enum cipher_sort sort, uint32_t number, unsigned char *text,
                const unsigned char *block, size_t n);

/* Adds or takes away (the same operation) one page's part of the seal: SipHash-128 of page number and tag. */
void cipher_seal_toggle(const struct cipher_keys *keys, unsigned char seal[16], uint32_t page,
                        const unsigned char tag[TAG_SIZE]);

#endif
