/*
 * The header of a case file: who can open it, and who says so.
 *
 * Two copies of 8192 bytes. A plain digest tells damage from a wrong
 * passphrase before any key is known; a keyed one says that the header is of
 * somebody who holds the data key; a signature says of whom. The commitment
 * names the one data key that all slots must lead to.
 */
#ifndef GENBA_VAULT_HEADER_H
#define GENBA_VAULT_HEADER_H

#include "vault/cipher.h"
#include "vault/slot.h"
#include "vault/vault.h"

enum header_state {
	HEADER_GOOD,
	HEADER_FOREIGN, /* no header of a case file */
	HEADER_EMPTY,   /* zeros: a case file whose making was interrupted */
	HEADER_DAMAGED, /* the digest does not fit, or a field or slot is out of bounds */
	HEADER_LATER,   /* a later version of the format */
};

/* Judges a copy without any key. Everything else below is only for copies that are HEADER_GOOD. `why` gets a message for
 * DAMAGED that is not just a wrong digest. */
enum header_state header_judge(const unsigned char raw[HEADER_SIZE], struct err *why);

uint64_t header_sequence(const unsigned char raw[HEADER_SIZE]);
unsigned header_slots(const unsigned char raw[HEADER_SIZE]);
const unsigned char *header_slot(const unsigned char raw[HEADER_SIZE], unsigned index);

/* The same with the data key itself. ERR_UNLOCK if it is not this file's. */
int header_unlock_with_key(const unsigned char raw[HEADER_SIZE], const unsigned char *key, struct cipher_keys *keys,
                           struct err *err);

/* Finds the slot that opens, checks commitment and keyed digest, and leaves all keys in `keys`. 0 and *index, or -1 with
 * ERR_UNLOCK (no slot opens) or ERR_DAMAGED (one opens, and the header is not of a holder of the key). */
int header_unlock(const unsigned char raw[HEADER_SIZE], const struct vault_unlock *unlock, struct cipher_keys *keys,
                  unsigned *index, struct err *err);

/* A digest over file id and commitment: what makes a file that file, with that key. */
void header_fingerprint(const unsigned char raw[HEADER_SIZE], unsigned char fingerprint[VAULT_FINGERPRINT]);

/* Checks the signature; `signer` gets the key it names (zeros if unsigned). */
enum vault_signature header_signature(const unsigned char raw[HEADER_SIZE], unsigned char signer[VAULT_KEY]);

/* Writes a whole copy. `slots` are count * SLOT_SIZE bytes and may lie inside `raw`; a NULL signer leaves it unsigned. */
void header_build(unsigned char raw[HEADER_SIZE], const struct cipher_keys *keys, uint64_t sequence,
                  const unsigned char *slots, unsigned count, const struct vault_identity *signer);

#endif
