#include "handover/parcel/seal.h"

#include "base/err.h"
#include "base/i18n.h"
#include "case/identity/identity.h"

#include <sodium.h>
#include <string.h>

#define MAGIC    "GENBA-SEALED"
#define HEAD     16
#define BOX      (crypto_box_SEALBYTES + crypto_secretstream_xchacha20poly1305_KEYBYTES)
#define CHUNK    65536
#define OVERHEAD crypto_secretstream_xchacha20poly1305_ABYTES
#define STREAM   crypto_secretstream_xchacha20poly1305_HEADERBYTES

int seal_is(const void *bytes, size_t n)
{
	return n > HEAD && memcmp(bytes, MAGIC, 12) == 0;
}

static int box_key(unsigned char box[BOX], const unsigned char *key, const unsigned char recipient[32], struct err *err)
{
	unsigned char x25519[32];
	if (crypto_sign_ed25519_pk_to_curve25519(x25519, recipient) != 0)
		return err_set(err, ERR_INVALID, _("a recipient's key is not a sound Ed25519 key"));
	crypto_box_seal(box, key, crypto_secretstream_xchacha20poly1305_KEYBYTES, x25519);
	return 0;
}

static void push_chunks(crypto_secretstream_xchacha20poly1305_state *state, const unsigned char *p, size_t n,
                        size_t head, struct buf *out)
{
	size_t done = 0;
	int first = 1;
	do {
		size_t size = n - done < CHUNK ? n - done : CHUNK;
		int last = done + size == n;
		buf_grow(out, size + OVERHEAD);
		crypto_secretstream_xchacha20poly1305_push(state, (unsigned char *)out->data + out->len, NULL, p + done,
		                                           size, first ? (const unsigned char *)out->data : NULL,
		                                           first ? head : 0,
		                                           last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0);
		out->len += size + OVERHEAD;
		done += size;
		first = 0;
	} while (done < n);
	out->data[out->len] = '\0';
}

int seal_close(const void *bytes, size_t n, const unsigned char (*recipients)[32], size_t count, struct buf *out,
               struct err *err)
{
	crypto_secretstream_xchacha20poly1305_state state;
	unsigned char stream[STREAM];
	unsigned char head[HEAD] = MAGIC;
	struct buf made = BUF_INIT;
	if (count == 0 || count > SEAL_RECIPIENTS)
		return err_set(err, ERR_INVALID, _("it can be sealed to 1 to %d recipients"), SEAL_RECIPIENTS);
	unsigned char *key = sodium_malloc(crypto_secretstream_xchacha20poly1305_KEYBYTES);
	if (!key)
		return err_set(err, ERR_FAILED, _("out of memory"));
	crypto_secretstream_xchacha20poly1305_keygen(key);
	head[12] = 1;
	head[13] = (unsigned char)count;
	buf_add(&made, head, sizeof head);
	int rc = 0;
	for (size_t i = 0; i < count && rc == 0; i++) {
		unsigned char box[BOX];
		rc = box_key(box, key, recipients[i], err);
		buf_add(&made, box, sizeof box);
	}
	if (rc == 0) {
		crypto_secretstream_xchacha20poly1305_init_push(&state, stream, key);
		buf_add(&made, stream, sizeof stream);
		push_chunks(&state, bytes, n, made.len, &made);
		buf_add(out, made.data, made.len);
	}
	sodium_memzero(&state, sizeof state);
	sodium_free(key);
	buf_release(&made);
	return rc;
}

/* The key, from the box that opens. */
static int find_key(const unsigned char *boxes, size_t count, const struct identity *id, unsigned char *key)
{
	unsigned char public_key[32];
	unsigned char *secret_key = sodium_malloc(32);
	int found = 0;
	if (secret_key && crypto_sign_ed25519_pk_to_curve25519(public_key, id->public_key) == 0 &&
	    crypto_sign_ed25519_sk_to_curve25519(secret_key, id->secret_key) == 0)
		for (size_t i = 0; i < count && !found; i++)
			found = crypto_box_seal_open(key, boxes + i * BOX, BOX, public_key, secret_key) == 0;
	sodium_free(secret_key);
	return found;
}

static int seal_damaged(struct err *err)
{
	return err_set(err, ERR_DAMAGED, _("the sealed file was cut short or changed: have it sent again"));
}

static int pull_chunks(crypto_secretstream_xchacha20poly1305_state *state, const unsigned char *p, size_t n,
                       const unsigned char *head, size_t head_size, struct buf *out, struct err *err)
{
	int first = 1;
	unsigned char tag = 0;
	while (n > 0) {
		size_t size = n < CHUNK + OVERHEAD ? n : CHUNK + OVERHEAD;
		if (size < OVERHEAD || tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL)
			return seal_damaged(err);
		buf_grow(out, size - OVERHEAD);
		if (crypto_secretstream_xchacha20poly1305_pull(state, (unsigned char *)out->data + out->len, NULL, &tag,
		                                               p, size, first ? head : NULL,
		                                               first ? head_size : 0) != 0)
			return seal_damaged(err);
		out->len += size - OVERHEAD;
		p += size;
		n -= size;
		first = 0;
	}
	if (tag != crypto_secretstream_xchacha20poly1305_TAG_FINAL)
		return seal_damaged(err);
	if (out->cap)
		out->data[out->len] = '\0';
	return 0;
}

int seal_open(const void *bytes, size_t n, const struct identity *id, struct buf *out, struct err *err)
{
	const unsigned char *p = bytes;
	crypto_secretstream_xchacha20poly1305_state state;
	if (!seal_is(bytes, n))
		return err_set(err, ERR_INVALID, _("this is no sealed file of genba"));
	if (p[12] != SEAL_VERSION)
		return err_set(err, ERR_FAILED, _("the sealed file is of a later version (%d): use a newer genba"),
		               p[12]);
	size_t count = p[13];
	size_t head = HEAD + count * BOX + STREAM;
	if (count == 0 || count > SEAL_RECIPIENTS || n < head + OVERHEAD)
		return seal_damaged(err);
	if (!id->secret_key)
		return err_set(err, ERR_UNLOCK, _("no identity is unlocked"));
	unsigned char *key = sodium_malloc(crypto_secretstream_xchacha20poly1305_KEYBYTES);
	if (!key)
		return err_set(err, ERR_FAILED, _("out of memory"));
	size_t start = out->len;
	int rc;
	if (!find_key(p + HEAD, count, id, key))
		rc = err_set(err, ERR_UNLOCK, _("it is not sealed to this identity"));
	else if (crypto_secretstream_xchacha20poly1305_init_pull(&state, p + head - STREAM, key) != 0)
		rc = seal_damaged(err);
	else
		rc = pull_chunks(&state, p + head, n - head, p, head, out, err);
	if (rc < 0)
		buf_truncate(out, start);
	sodium_memzero(&state, sizeof state);
	sodium_free(key);
	return rc;
}
