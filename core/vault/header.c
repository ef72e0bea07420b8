#include "vault/header.h"

#include "base/i18n.h"

#include <sodium.h>
#include <string.h>

/* Offsets in a copy; genba-case(5), HEADER. */
enum {
	AT_MAGIC = 0,
	AT_VERSION = 8,
	AT_CIPHER = 10,
	AT_COUNT = 11,
	AT_PAGE_SIZE = 12,
	AT_ID = 16,
	AT_SEQUENCE = 32,
	AT_COMMITMENT = 40,
	AT_SIGNER = 72,
	AT_SIGNATURE = 104,
	AT_RESERVED = 168,
	AT_SLOTS = 192,
	AT_SLOTS_END = AT_SLOTS + VAULT_SLOTS * SLOT_SIZE,
	AT_KEYED = 8128,
	AT_PLAIN = 8160,
	DIGEST = 32,
};
_Static_assert(AT_PLAIN + DIGEST == (int)HEADER_SIZE, "the plain digest ends a header");

static const unsigned char magic[8] = {0x89, 'G', 'E', 'N', 'B', 'A', '\r', '\n'};

static void plain_digest(unsigned char digest[DIGEST], const unsigned char *raw)
{
	crypto_generichash(digest, DIGEST, raw, AT_PLAIN, NULL, 0);
}

static void keyed_digest(unsigned char digest[DIGEST], const unsigned char *raw, const struct cipher_keys *keys)
{
	crypto_generichash(digest, DIGEST, raw, AT_KEYED, keys->header, CIPHER_KEY_SIZE);
}

static enum header_state judge_slots(const unsigned char *raw, struct err *why)
{
	uint64_t cost = 0;
	unsigned count = raw[AT_COUNT];
	if (count < 1 || count > VAULT_SLOTS) {
		err_set(why, ERR_DAMAGED, _("the header names %u slots; 1 to %d are possible"), count, VAULT_SLOTS);
		return HEADER_DAMAGED;
	}
	for (unsigned i = 0; i < VAULT_SLOTS; i++) {
		struct slot_head head;
		if (slot_parse(raw + AT_SLOTS + i * SLOT_SIZE, &head, why) < 0)
			return HEADER_DAMAGED;
		if ((head.type != 0) != (i < count)) {
			err_set(why, ERR_DAMAGED, _("the header's slots do not fit their number"));
			return HEADER_DAMAGED;
		}
		cost += (uint64_t)head.passes * head.kib;
	}
	if (cost > SLOT_COST_MAX) {
		err_set(why, ERR_DAMAGED, _("the slots together ask for too much work to try a passphrase"));
		return HEADER_DAMAGED;
	}
	return HEADER_GOOD;
}

enum header_state header_judge(const unsigned char raw[HEADER_SIZE], struct err *why)
{
	unsigned char digest[DIGEST];
	if (sodium_is_zero(raw, HEADER_SIZE))
		return HEADER_EMPTY;
	plain_digest(digest, raw);
	int intact = memcmp(digest, raw + AT_PLAIN, DIGEST) == 0;
	if (memcmp(raw + AT_MAGIC, magic, sizeof magic) != 0)
		return intact ? HEADER_DAMAGED : HEADER_FOREIGN;
	if (!intact)
		return HEADER_DAMAGED;
	if (raw[AT_VERSION] != 0 || raw[AT_VERSION + 1] != LAYOUT_VERSION || raw[AT_CIPHER] != LAYOUT_CIPHER)
		return HEADER_LATER;
	if (bytes_be32(raw + AT_PAGE_SIZE) != PAGE_SIZE || !sodium_is_zero(raw + AT_RESERVED, AT_SLOTS - AT_RESERVED) ||
	    !sodium_is_zero(raw + AT_SLOTS_END, AT_KEYED - AT_SLOTS_END)) {
		err_set(why, ERR_DAMAGED, _("the header has a field that this version does not know"));
		return HEADER_DAMAGED;
	}
	return judge_slots(raw, why);
}

uint64_t header_sequence(const unsigned char raw[HEADER_SIZE])
{
	return bytes_be64(raw + AT_SEQUENCE);
}

unsigned header_slots(const unsigned char raw[HEADER_SIZE])
{
	return raw[AT_COUNT];
}

static const unsigned char *header_id(const unsigned char raw[HEADER_SIZE])
{
	return raw + AT_ID;
}

const unsigned char *header_slot(const unsigned char raw[HEADER_SIZE], unsigned index)
{
	return raw + AT_SLOTS + (size_t)index * SLOT_SIZE;
}

/* 0 if commitment and keyed digest fit the keys. */
static int header_authenticate(const unsigned char raw[HEADER_SIZE], const struct cipher_keys *keys)
{
	unsigned char digest[DIGEST];
	keyed_digest(digest, raw, keys);
	return sodium_memcmp(raw + AT_COMMITMENT, keys->commitment, CIPHER_KEY_SIZE) |
	       sodium_memcmp(raw + AT_KEYED, digest, DIGEST);
}

/* One slot: 0 opened, -1 not, -2 no memory to try. Leaves the derived keys in `keys` when it opened. */
static int try_slot(const unsigned char *slot, const struct vault_unlock *unlock, enum vault_slot_type type,
                    struct cipher_keys *keys)
{
	int rc = -1;
	if (slot[0] != type)
		return -1;
	if (type == VAULT_SLOT_RECIPIENT && unlock->identity)
		rc = slot_open_recipient(slot, unlock->identity, keys);
	else if (type == VAULT_SLOT_PASSPHRASE && unlock->passphrase)
		rc = slot_open_passphrase(slot, unlock->passphrase, keys);
	if (rc == 0)
		cipher_derive(keys);
	return rc;
}

int header_unlock(const unsigned char raw[HEADER_SIZE], const struct vault_unlock *unlock, struct cipher_keys *keys,
                  unsigned *index, struct err *err)
{
	static const enum vault_slot_type order[] = {VAULT_SLOT_RECIPIENT, VAULT_SLOT_PASSPHRASE};
	int forged = 0, no_memory = 0;
	memcpy(keys->id, header_id(raw), FILE_ID);
	for (size_t t = 0; t < sizeof order / sizeof *order; t++) {
		for (unsigned i = 0; i < header_slots(raw); i++) {
			int rc = try_slot(header_slot(raw, i), unlock, order[t], keys);
			if (rc == 0 && header_authenticate(raw, keys) == 0) {
				*index = i;
				return 0;
			}
			forged |= rc == 0;
			no_memory |= rc == -2;
		}
	}
	sodium_memzero(keys->data, CIPHER_KEY_SIZE);
	if (forged)
		return err_set(err, ERR_DAMAGED,
		               _("a slot opens, but the header is not by a holder of its key: it was forged"));
	if (no_memory)
		return err_set(err, ERR_FAILED, _("not enough memory to try the passphrase"));
	if (unlock->passphrase)
		return err_set(err, ERR_UNLOCK, _("no slot opens with this passphrase"));
	if (unlock->identity)
		return err_set(err, ERR_UNLOCK, _("no slot opens with this identity"));
	return err_set(err, ERR_UNLOCK, _("neither an identity nor a passphrase was given"));
}

int header_unlock_with_key(const unsigned char raw[HEADER_SIZE], const unsigned char *key, struct cipher_keys *keys,
                           struct err *err)
{
	memcpy(keys->id, header_id(raw), FILE_ID);
	memcpy(keys->data, key, CIPHER_KEY_SIZE);
	cipher_derive(keys);
	if (header_authenticate(raw, keys) == 0)
		return 0;
	sodium_memzero(keys->data, CIPHER_KEY_SIZE);
	return err_set(err, ERR_UNLOCK, _("the key is not that of this file"));
}

void header_fingerprint(const unsigned char raw[HEADER_SIZE], unsigned char fingerprint[VAULT_FINGERPRINT])
{
	static const unsigned char purpose[] = "genba-known";
	crypto_generichash_state state;
	crypto_generichash_init(&state, NULL, 0, VAULT_FINGERPRINT);
	crypto_generichash_update(&state, purpose, sizeof purpose);
	crypto_generichash_update(&state, raw + AT_ID, FILE_ID);
	crypto_generichash_update(&state, raw + AT_COMMITMENT, CIPHER_KEY_SIZE);
	crypto_generichash_final(&state, fingerprint, VAULT_FINGERPRINT);
}

/* ---- signature ---- */

#define NAMESPACE "genba-header"

static size_t put_string(unsigned char *at, const void *bytes, size_t n)
{
	bytes_put_be32(at, (uint32_t)n);
	memcpy(at + 4, bytes, n);
	return 4 + n;
}

/* What is signed: the blob of OpenSSH's PROTOCOL.sshsig over all of the header but signer, signature and digests. */
static size_t signed_blob(unsigned char *blob, const unsigned char *raw)
{
	unsigned char digest[crypto_hash_sha512_BYTES];
	crypto_hash_sha512_state state;
	crypto_hash_sha512_init(&state);
	crypto_hash_sha512_update(&state, raw, AT_SIGNER);
	crypto_hash_sha512_update(&state, raw + AT_RESERVED, AT_KEYED - AT_RESERVED);
	crypto_hash_sha512_final(&state, digest);
	size_t n = 0;
	memcpy(blob, "SSHSIG", 6);
	n += 6;
	n += put_string(blob + n, NAMESPACE, sizeof NAMESPACE - 1);
	n += put_string(blob + n, "", 0);
	n += put_string(blob + n, "sha512", 6);
	n += put_string(blob + n, digest, sizeof digest);
	return n;
}

enum { BLOB_SIZE = 6 + 4 + sizeof NAMESPACE - 1 + 4 + 4 + 6 + 4 + crypto_hash_sha512_BYTES };

enum vault_signature header_signature(const unsigned char raw[HEADER_SIZE], unsigned char signer[VAULT_KEY])
{
	unsigned char blob[BLOB_SIZE];
	memcpy(signer, raw + AT_SIGNER, VAULT_KEY);
	if (sodium_is_zero(raw + AT_SIGNER, VAULT_KEY + crypto_sign_BYTES))
		return VAULT_UNSIGNED;
	size_t n = signed_blob(blob, raw);
	return crypto_sign_verify_detached(raw + AT_SIGNATURE, blob, n, signer) == 0 ? VAULT_SIGNED_GOOD
	                                                                             : VAULT_SIGNED_BAD;
}

void header_build(unsigned char raw[HEADER_SIZE], const struct cipher_keys *keys, uint64_t sequence,
                  const unsigned char *slots, unsigned count, const struct vault_identity *signer)
{
	unsigned char blob[BLOB_SIZE];
	memmove(raw + AT_SLOTS, slots, (size_t)count * SLOT_SIZE);
	memset(raw, 0, AT_SLOTS);
	memset(raw + AT_SLOTS + (size_t)count * SLOT_SIZE, 0, HEADER_SIZE - AT_SLOTS - (size_t)count * SLOT_SIZE);
	memcpy(raw + AT_MAGIC, magic, sizeof magic);
	raw[AT_VERSION + 1] = LAYOUT_VERSION;
	raw[AT_CIPHER] = LAYOUT_CIPHER;
	raw[AT_COUNT] = (unsigned char)count;
	bytes_put_be32(raw + AT_PAGE_SIZE, PAGE_SIZE);
	memcpy(raw + AT_ID, keys->id, FILE_ID);
	bytes_put_be64(raw + AT_SEQUENCE, sequence);
	memcpy(raw + AT_COMMITMENT, keys->commitment, CIPHER_KEY_SIZE);
	if (signer) {
		memcpy(raw + AT_SIGNER, signer->public_key, VAULT_KEY);
		size_t n = signed_blob(blob, raw);
		crypto_sign_detached(raw + AT_SIGNATURE, NULL, blob, n, signer->secret_key);
	}
	keyed_digest(raw + AT_KEYED, raw, keys);
	plain_digest(raw + AT_PLAIN, raw);
}
