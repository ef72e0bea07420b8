/*
 * A slot: one way to get at the data key, 160 bytes of the header.
 *
 * A passphrase slot holds the cost and salt of Argon2id and the data key
 * wrapped under what it derives. A recipient slot holds a sealed box (X25519
 * from their Ed25519 key) of data key and file id, and, readable only with the
 * data key, whose it is. Costs are bounded before anything is computed.
 */
#ifndef GENBA_VAULT_SLOT_H
#define GENBA_VAULT_SLOT_H

#include "vault/cipher.h"
#include "vault/vault.h"

enum {
	SLOT_SIZE = 160,
	SLOT_PASSES_MAX = 16,
	SLOT_KIB_MAX = 1024 * 1024, /* 1 GiB */
};
#define SLOT_COST_MAX (UINT64_C(32) * 1024 * 1024) /* passes * KiB of all slots of a header together */

/* What is known of a slot without any key. */
struct slot_head {
	unsigned type; /* 0: empty */
	uint32_t passes, kib;
};

/* Reads type and cost. -1 if the slot is malformed or its cost out of bounds. */
int slot_parse(const unsigned char slot[SLOT_SIZE], struct slot_head *head, struct err *err);

/* Makes a slot for keys->data and keys->id (keys derived already). -1: a bad public key, or too little memory. */
int slot_make(unsigned char slot[SLOT_SIZE], const struct vault_new_slot *want, const struct cipher_keys *keys,
              struct err *err);

/* Tries to open a slot: fills keys->data. 0, or -1 if it does not open, or -2 if there is not the memory to try. keys->id
 * must be set. */
int slot_open_passphrase(const unsigned char slot[SLOT_SIZE], const struct secret *passphrase,
                         struct cipher_keys *keys);
int slot_open_recipient(const unsigned char slot[SLOT_SIZE], const struct vault_identity *identity,
                        struct cipher_keys *keys);

/* The Ed25519 key a recipient slot is for. 0, or -1 if its label does not authenticate. */
int slot_recipient(const unsigned char slot[SLOT_SIZE], const struct cipher_keys *keys,
                   unsigned char public_key[VAULT_KEY]);

#endif
