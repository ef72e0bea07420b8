#include "vault/slot.h"

#include "base/i18n.h"
#include "base/passphrase.h"

#include <sodium.h>
#include <string.h>

/* Offsets in a slot; genba-case(5), SLOTS. */
enum {
	AT_TYPE = 0,
	AT_KDF = 1,
	AT_PASSES = 4,
	AT_KIB = 8,
	AT_SALT = 16,    /* 16 bytes */
	AT_WRAPPED = 32, /* 32 bytes of ciphertext, nonce, tag */
	AT_BOX = 16,     /* 96 bytes */
	AT_LABEL = 112,  /* 32 bytes of ciphertext, tag */

	KDF_ARGON2ID13 = 1,
	WRAPPED_END = AT_WRAPPED + CIPHER_KEY_SIZE + SEAL_OVERHEAD,
	BOX_TEXT = CIPHER_KEY_SIZE + FILE_ID,
	BOX_SIZE = BOX_TEXT + crypto_box_SEALBYTES,
};
_Static_assert((int)AT_BOX + BOX_SIZE == (int)AT_LABEL, "box and label fill a recipient slot");
_Static_assert((int)AT_LABEL + VAULT_KEY + TAG_SIZE == (int)SLOT_SIZE, "box and label fill a recipient slot");
_Static_assert(crypto_pwhash_argon2id_SALTBYTES == AT_WRAPPED - AT_SALT, "salt");

void vault_kdf_cost(enum vault_kdf kdf, uint32_t *passes, uint32_t *kib)
{
	static const struct {
		uint32_t passes, kib;
	} costs[] = {
	    [VAULT_KDF_INTERACTIVE] = {2, 64 * 1024},
	    [VAULT_KDF_MODERATE] = {3, 256 * 1024},
	    [VAULT_KDF_SENSITIVE] = {4, 1024 * 1024},
	};
	*passes = costs[kdf].passes;
	*kib = costs[kdf].kib;
}

static int is_zero(const unsigned char *p, size_t n)
{
	return sodium_is_zero(p, n);
}

int slot_parse(const unsigned char slot[SLOT_SIZE], struct slot_head *head, struct err *err)
{
	memset(head, 0, sizeof *head);
	head->type = slot[AT_TYPE];
	switch (head->type) {
	case 0:
		if (is_zero(slot, SLOT_SIZE))
			return 0;
		break;
	case VAULT_SLOT_PASSPHRASE:
		head->passes = bytes_be32(slot + AT_PASSES);
		head->kib = bytes_be32(slot + AT_KIB);
		if (slot[AT_KDF] != KDF_ARGON2ID13 || !is_zero(slot + 2, 2) || !is_zero(slot + 12, 4) ||
		    !is_zero(slot + WRAPPED_END, SLOT_SIZE - WRAPPED_END))
			break;
		if (head->passes < 1 || head->passes > SLOT_PASSES_MAX || head->kib < 8 || head->kib > SLOT_KIB_MAX)
			return err_set(err, ERR_DAMAGED,
			               _("a slot asks for %lu passes over %lu KiB of memory, which is refused"),
			               (unsigned long)head->passes, (unsigned long)head->kib);
		return 0;
	case VAULT_SLOT_RECIPIENT:
		if (is_zero(slot + 1, AT_BOX - 1))
			return 0;
		break;
	default:
		break;
	}
	return err_set(err, ERR_DAMAGED, _("a slot of the header is malformed"));
}

/* The associated data of a wrapped key: file id, then the slot's first 32 bytes. */
static void wrap_associated(unsigned char associated[FILE_ID + AT_WRAPPED], const unsigned char *slot,
                            const struct cipher_keys *keys)
{
	memcpy(associated, keys->id, FILE_ID);
	memcpy(associated + FILE_ID, slot, AT_WRAPPED);
}

static int derive_wrapping(unsigned char key[CIPHER_KEY_SIZE], const unsigned char *slot,
                           const struct secret *passphrase)
{
	return crypto_pwhash_argon2id(key, CIPHER_KEY_SIZE, passphrase->data ? passphrase->data : "", passphrase->len,
	                              slot + AT_SALT, bytes_be32(slot + AT_PASSES),
	                              (size_t)bytes_be32(slot + AT_KIB) * 1024, crypto_pwhash_argon2id_ALG_ARGON2ID13);
}

static int make_passphrase(unsigned char *slot, const struct vault_new_slot *want, const struct cipher_keys *keys,
                           struct err *err)
{
	uint32_t passes, kib;
	struct passphrase_forms forms;
	if (passphrase_check(want->passphrase, err) < 0)
		return -1;
	vault_kdf_cost(want->kdf, &passes, &kib);
	slot[AT_TYPE] = VAULT_SLOT_PASSPHRASE;
	slot[AT_KDF] = KDF_ARGON2ID13;
	bytes_put_be32(slot + AT_PASSES, passes);
	bytes_put_be32(slot + AT_KIB, kib);
	randombytes_buf(slot + AT_SALT, crypto_pwhash_argon2id_SALTBYTES);
	unsigned char *key = secret_alloc(CIPHER_KEY_SIZE);
	passphrase_forms_init(&forms, want->passphrase);
	int rc = derive_wrapping(key, slot, &forms.form[0]);
	passphrase_forms_release(&forms);
	if (rc < 0)
		rc = err_set(err, ERR_FAILED,
		             _("not enough memory (%lu MiB) to protect the passphrase: choose a smaller --kdf"),
		             (unsigned long)kib / 1024);
	if (rc == 0) {
		unsigned char associated[FILE_ID + AT_WRAPPED];
		wrap_associated(associated, slot, keys);
		unsigned char *nonce = slot + AT_WRAPPED + CIPHER_KEY_SIZE;
		randombytes_buf(nonce, NONCE_SIZE);
		crypto_aead_xchacha20poly1305_ietf_encrypt_detached(slot + AT_WRAPPED, nonce + NONCE_SIZE, NULL,
		                                                    keys->data, CIPHER_KEY_SIZE, associated,
		                                                    sizeof associated, NULL, nonce, key);
	}
	secret_free(key);
	return rc;
}

/* The label's nonce follows from the box, which is never made twice. */
static void label_nonce(unsigned char nonce[NONCE_SIZE], const unsigned char *slot, const struct cipher_keys *keys)
{
	crypto_generichash(nonce, NONCE_SIZE, slot + AT_BOX, BOX_SIZE, keys->header, CIPHER_KEY_SIZE);
}

static int make_recipient(unsigned char *slot, const struct vault_new_slot *want, const struct cipher_keys *keys,
                          struct err *err)
{
	unsigned char curve[crypto_box_PUBLICKEYBYTES], nonce[NONCE_SIZE];
	if (crypto_sign_ed25519_pk_to_curve25519(curve, want->recipient) < 0)
		return err_set(err, ERR_INVALID, _("the recipient's key is not a usable Ed25519 key"));
	slot[AT_TYPE] = VAULT_SLOT_RECIPIENT;
	unsigned char *text = secret_alloc(BOX_TEXT);
	memcpy(text, keys->data, CIPHER_KEY_SIZE);
	memcpy(text + CIPHER_KEY_SIZE, keys->id, FILE_ID);
	int rc = crypto_box_seal(slot + AT_BOX, text, BOX_TEXT, curve);
	secret_free(text);
	if (rc < 0)
		return err_set(err, ERR_INVALID, _("the recipient's key is not a usable Ed25519 key"));
	label_nonce(nonce, slot, keys);
	crypto_aead_xchacha20poly1305_ietf_encrypt_detached(slot + AT_LABEL, slot + AT_LABEL + VAULT_KEY, NULL,
	                                                    want->recipient, VAULT_KEY, keys->id, FILE_ID, NULL, nonce,
	                                                    keys->header);
	return 0;
}

int slot_make(unsigned char slot[SLOT_SIZE], const struct vault_new_slot *want, const struct cipher_keys *keys,
              struct err *err)
{
	memset(slot, 0, SLOT_SIZE);
	if (want->type == VAULT_SLOT_PASSPHRASE && want->passphrase)
		return make_passphrase(slot, want, keys, err);
	if (want->type == VAULT_SLOT_RECIPIENT)
		return make_recipient(slot, want, keys, err);
	return err_set(err, ERR_INVALID, _("a slot is for a passphrase or for a recipient"));
}

static int open_by_form(const unsigned char slot[SLOT_SIZE], const struct secret *passphrase, struct cipher_keys *keys)
{
	unsigned char associated[FILE_ID + AT_WRAPPED];
	unsigned char *key = secret_alloc(CIPHER_KEY_SIZE);
	int rc = -2;
	if (derive_wrapping(key, slot, passphrase) == 0) {
		const unsigned char *nonce = slot + AT_WRAPPED + CIPHER_KEY_SIZE;
		wrap_associated(associated, slot, keys);
		rc = crypto_aead_xchacha20poly1305_ietf_decrypt_detached(keys->data, NULL, slot + AT_WRAPPED,
		                                                         CIPHER_KEY_SIZE, nonce + NONCE_SIZE,
		                                                         associated, sizeof associated, nonce, key);
	}
	secret_free(key);
	return rc;
}

int slot_open_passphrase(const unsigned char slot[SLOT_SIZE], const struct secret *passphrase, struct cipher_keys *keys)
{
	struct passphrase_forms forms;
	int rc = -1;
	passphrase_forms_init(&forms, passphrase);
	for (unsigned i = 0; rc == -1 && i < forms.count; i++)
		rc = open_by_form(slot, &forms.form[i], keys);
	passphrase_forms_release(&forms);
	return rc;
}

int slot_open_recipient(const unsigned char slot[SLOT_SIZE], const struct vault_identity *identity,
                        struct cipher_keys *keys)
{
	unsigned char public_key[crypto_box_PUBLICKEYBYTES];
	if (crypto_sign_ed25519_pk_to_curve25519(public_key, identity->public_key) < 0)
		return -1;
	unsigned char *secret = secret_alloc(crypto_box_SECRETKEYBYTES + BOX_TEXT);
	unsigned char *text = secret + crypto_box_SECRETKEYBYTES;
	int rc = crypto_sign_ed25519_sk_to_curve25519(secret, identity->secret_key);
	if (rc == 0)
		rc = crypto_box_seal_open(text, slot + AT_BOX, BOX_SIZE, public_key, secret);
	/* a box lifted from another file's header opens too: the id inside tells */
	if (rc == 0 && memcmp(text + CIPHER_KEY_SIZE, keys->id, FILE_ID) != 0)
		rc = -1;
	if (rc == 0)
		memcpy(keys->data, text, CIPHER_KEY_SIZE);
	secret_free(secret);
	return rc < 0 ? -1 : 0;
}

int slot_recipient(const unsigned char slot[SLOT_SIZE], const struct cipher_keys *keys,
                   unsigned char public_key[VAULT_KEY])
{
	unsigned char nonce[NONCE_SIZE];
	label_nonce(nonce, slot, keys);
	return crypto_aead_xchacha20poly1305_ietf_decrypt_detached(public_key, NULL, slot + AT_LABEL, VAULT_KEY,
	                                                           slot + AT_LABEL + VAULT_KEY, keys->id, FILE_ID,
	                                                           nonce, keys->header);
}
