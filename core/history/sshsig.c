#include "history/sshsig.h"

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/sha512.h"

#include <sodium.h>
#include <stdint.h>
#include <string.h>

#define ARMOUR_LINE 70

static const char begin[] = "-----BEGIN SSH SIGNATURE-----";
static const char end[] = "-----END SSH SIGNATURE-----";
static const char key_type[] = "ssh-ed25519";
static const char magic[] = "SSHSIG";

/* ---- SSH wire strings: RFC 4251, section 5 */

static void put_u32(struct buf *b, uint32_t value)
{
	unsigned char bytes[4];
	bytes_put_be32(bytes, value);
	buf_add(b, bytes, sizeof bytes);
}

static void put_string(struct buf *b, const void *bytes, size_t n)
{
	put_u32(b, (uint32_t)n);
	buf_add(b, bytes, n);
}

struct sshsig_reader {
	const unsigned char *p;
	size_t n;
	int bad;
};

static uint32_t get_u32(struct sshsig_reader *r)
{
	if (r->bad || r->n < 4) {
		r->bad = 1;
		return 0;
	}
	uint32_t value = bytes_be32(r->p);
	r->p += 4;
	r->n -= 4;
	return value;
}

static struct sshsig_reader get_string(struct sshsig_reader *r)
{
	uint32_t n = get_u32(r);
	struct sshsig_reader inner = {r->p, n, 0};
	if (r->bad || n > r->n) {
		r->bad = 1;
		inner.n = 0;
		inner.bad = 1;
		return inner;
	}
	r->p += n;
	r->n -= n;
	return inner;
}

static int is_text(const struct sshsig_reader *r, const char *text)
{
	return !r->bad && r->n == strlen(text) && memcmp(r->p, text, r->n) == 0;
}

static void put_public_key(struct buf *b, const unsigned char public_key[32])
{
	put_string(b, key_type, sizeof key_type - 1);
	put_string(b, public_key, 32);
}

static int get_public_key(struct sshsig_reader blob, unsigned char public_key[32])
{
	struct sshsig_reader type = get_string(&blob);
	struct sshsig_reader key = get_string(&blob);
	if (!is_text(&type, key_type) || key.bad || key.n != 32 || blob.n != 0)
		return -1;
	memcpy(public_key, key.p, 32);
	return 0;
}

/* ---- signatures */

void sshsig_signed_data(const char *name_space, const void *message, size_t n, struct buf *out)
{
	unsigned char digest[64];
	sha512_of(message, n, digest);
	buf_adds(out, magic);
	put_string(out, name_space, strlen(name_space));
	put_string(out, "", 0);
	put_string(out, "sha512", 6);
	put_string(out, digest, sizeof digest);
}

void sshsig_armour(const char *name_space, const struct sshsig *sig, struct buf *armour)
{
	struct buf part = BUF_INIT;
	struct buf blob = BUF_INIT;
	buf_adds(&blob, magic);
	put_u32(&blob, 1);
	put_public_key(&part, sig->public_key);
	put_string(&blob, part.data, part.len);
	put_string(&blob, name_space, strlen(name_space));
	put_string(&blob, "", 0);
	put_string(&blob, "sha512", 6);
	buf_clear(&part);
	put_string(&part, key_type, sizeof key_type - 1);
	put_string(&part, sig->signature, sizeof sig->signature);
	put_string(&blob, part.data, part.len);
	buf_release(&part);
	char text[1024];
	sodium_bin2base64(text, sizeof text, (const unsigned char *)blob.data, blob.len,
	                  sodium_base64_VARIANT_ORIGINAL);
	buf_release(&blob);
	buf_adds(armour, begin);
	buf_addc(armour, '\n');
	for (const char *p = text; *p;) {
		size_t line = strnlen(p, ARMOUR_LINE);
		buf_add(armour, p, line);
		buf_addc(armour, '\n');
		p += line;
	}
	buf_adds(armour, end);
}

int sshsig_sign(const char *name_space, const void *message, size_t n, const struct history_signer *signer,
                struct buf *armour, struct err *err)
{
	struct buf data = BUF_INIT;
	struct sshsig sig;
	sshsig_signed_data(name_space, message, n, &data);
	int rc = signer->sign(signer->ctx, data.data, data.len, sig.signature);
	buf_release(&data);
	if (rc != 0)
		return err_set(err, ERR_UNLOCK, _("cannot sign: the identity is locked"));
	memcpy(sig.public_key, signer->public_key, sizeof sig.public_key);
	sshsig_armour(name_space, &sig, armour);
	return 0;
}

static int bad(struct err *err, const char *why)
{
	return err_set(err, ERR_DAMAGED, _("not a signature in SSHSIG form: %s"), why);
}

int sshsig_parse(const char *name_space, const char *armour, size_t n, struct sshsig *sig, struct err *err)
{
	while (n > 0 && (armour[n - 1] == '\n' || armour[n - 1] == ' '))
		n--;
	if (n > SSHSIG_LIMIT || n < sizeof begin + sizeof end || memcmp(armour, begin, sizeof begin - 1) != 0 ||
	    memcmp(armour + n - (sizeof end - 1), end, sizeof end - 1) != 0)
		return bad(err, "BEGIN/END");
	unsigned char bytes[SSHSIG_LIMIT];
	size_t size = 0;
	if (sodium_base642bin(bytes, sizeof bytes, armour + sizeof begin - 1, n - (sizeof begin - 1) - (sizeof end - 1),
	                      "\r\n ", &size, NULL, sodium_base64_VARIANT_ORIGINAL) != 0)
		return bad(err, "base64");
	struct sshsig_reader r = {bytes, size, 0};
	if (r.n < 6 || memcmp(r.p, magic, 6) != 0)
		return bad(err, "SSHSIG");
	r.p += 6;
	r.n -= 6;
	uint32_t version = get_u32(&r);
	struct sshsig_reader key = get_string(&r);
	struct sshsig_reader space = get_string(&r);
	struct sshsig_reader reserved = get_string(&r);
	struct sshsig_reader hash = get_string(&r);
	struct sshsig_reader signature = get_string(&r);
	if (r.bad || r.n != 0 || version != 1 || reserved.n != 0)
		return bad(err, _("its parts do not fit"));
	if (!is_text(&space, name_space))
		return bad(err, _("it was made for another purpose"));
	if (!is_text(&hash, "sha512"))
		return bad(err, _("its digest is not sha512"));
	struct sshsig_reader type = get_string(&signature);
	struct sshsig_reader value = get_string(&signature);
	if (get_public_key(key, sig->public_key) < 0 || !is_text(&type, key_type) || value.bad || value.n != 64 ||
	    signature.n != 0)
		return bad(err, _("its key is not ssh-ed25519"));
	memcpy(sig->signature, value.p, 64);
	return 0;
}

int sshsig_verify(const char *name_space, const void *message, size_t n, const char *armour, size_t armour_size,
                  unsigned char public_key[32], struct err *err)
{
	struct sshsig sig;
	if (sshsig_parse(name_space, armour, armour_size, &sig, err) < 0)
		return -1;
	struct buf data = BUF_INIT;
	sshsig_signed_data(name_space, message, n, &data);
	int rc = crypto_sign_verify_detached(sig.signature, (const unsigned char *)data.data, data.len, sig.public_key);
	buf_release(&data);
	if (rc != 0)
		return err_set(err, ERR_DAMAGED, _("the signature does not fit what was signed"));
	memcpy(public_key, sig.public_key, 32);
	return 0;
}

/* ---- public keys */

void ssh_public_line(const unsigned char public_key[32], const char *comment, struct buf *out)
{
	struct buf blob = BUF_INIT;
	put_public_key(&blob, public_key);
	char text[128];
	sodium_bin2base64(text, sizeof text, (const unsigned char *)blob.data, blob.len,
	                  sodium_base64_VARIANT_ORIGINAL);
	buf_addf(out, "%s %s%s%s", key_type, text, *comment ? " " : "", comment);
	buf_release(&blob);
}

int ssh_public_parse(const char *line, unsigned char public_key[32], struct err *err)
{
	unsigned char blob[128];
	size_t size = 0;
	size_t type = sizeof key_type - 1;
	while (*line == ' ' || *line == '\t')
		line++;
	if (strncmp(line, key_type, type) == 0 && line[type] == ' ') {
		const char *text = line + type + 1;
		size_t n = strcspn(text, " \t\r\n");
		if (sodium_base642bin(blob, sizeof blob, text, n, NULL, &size, NULL, sodium_base64_VARIANT_ORIGINAL) ==
		        0 &&
		    get_public_key((struct sshsig_reader){blob, size, 0}, public_key) == 0)
			return 0;
	}
	return err_set(err, ERR_INVALID, _("not an `ssh-ed25519 AAAA…` public key line"));
}

void ssh_fingerprint(const unsigned char public_key[32], struct buf *out)
{
	struct buf blob = BUF_INIT;
	unsigned char digest[32];
	char text[64];
	put_public_key(&blob, public_key);
	crypto_hash_sha256(digest, (const unsigned char *)blob.data, blob.len);
	sodium_bin2base64(text, sizeof text, digest, sizeof digest, sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
	buf_addf(out, "SHA256:%s", text);
	buf_release(&blob);
}
