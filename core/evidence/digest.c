#include "evidence/digest.h"

#include "base/err.h"

#include <openssl/evp.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define PIECE_DIGEST 32

struct digest {
	unsigned also;
	EVP_MD_CTX *sha256;
	EVP_MD_CTX *md5;
	EVP_MD_CTX *sha1;
	crypto_generichash_state piece;
	size_t in_piece; /* bytes of the current piece so far */
	struct buf pieces;
	uint64_t size;
};

static EVP_MD_CTX *start(const EVP_MD *md)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	if (!ctx || EVP_DigestInit_ex(ctx, md, NULL) != 1)
		abort(); /* these three digests are built into libcrypto: only memory can be missing */
	return ctx;
}

struct digest *digest_new(unsigned also)
{
	struct digest *d = xcalloc(1, sizeof *d);
	d->also = also;
	d->sha256 = start(EVP_sha256());
	if (also & DIGEST_MD5)
		d->md5 = start(EVP_md5());
	if (also & DIGEST_SHA1)
		d->sha1 = start(EVP_sha1());
	buf_init(&d->pieces);
	crypto_generichash_init(&d->piece, NULL, 0, PIECE_DIGEST);
	return d;
}

static void end_piece(struct digest *d)
{
	unsigned char digest[PIECE_DIGEST];
	crypto_generichash_final(&d->piece, digest, sizeof digest);
	buf_add(&d->pieces, digest, sizeof digest);
	crypto_generichash_init(&d->piece, NULL, 0, PIECE_DIGEST);
	d->in_piece = 0;
}

void digest_add(struct digest *d, const void *bytes, size_t n)
{
	EVP_DigestUpdate(d->sha256, bytes, n);
	if (d->md5)
		EVP_DigestUpdate(d->md5, bytes, n);
	if (d->sha1)
		EVP_DigestUpdate(d->sha1, bytes, n);
	d->size += n;
	const unsigned char *p = bytes;
	while ((d->also & DIGEST_PIECES) && n > 0) {
		size_t take = DIGEST_PIECE - d->in_piece < n ? DIGEST_PIECE - d->in_piece : n;
		crypto_generichash_update(&d->piece, p, take);
		d->in_piece += take;
		p += take;
		n -= take;
		if (d->in_piece == DIGEST_PIECE)
			end_piece(d);
	}
}

static void finish(EVP_MD_CTX *ctx, const EVP_MD *md, char *hex, size_t size)
{
	unsigned char bytes[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	hex[0] = '\0';
	if (!ctx)
		return;
	EVP_DigestFinal_ex(ctx, bytes, &n);
	sodium_bin2hex(hex, size, bytes, n);
	EVP_DigestInit_ex(ctx, md, NULL);
}

static void root_of(const struct buf *pieces, char hex[65])
{
	unsigned char root[PIECE_DIGEST];
	crypto_generichash(root, sizeof root, (const unsigned char *)pieces->data, pieces->len, NULL, 0);
	sodium_bin2hex(hex, 65, root, sizeof root);
}

int digest_root_is(const struct buf *pieces, const char *root)
{
	char hex[65];
	root_of(pieces, hex);
	return strcmp(hex, root) == 0;
}

void digest_end(struct digest *d, struct digest_result *result)
{
	memset(result, 0, sizeof *result);
	finish(d->sha256, EVP_sha256(), result->sha256, sizeof result->sha256);
	finish(d->md5, EVP_md5(), result->md5, sizeof result->md5);
	finish(d->sha1, EVP_sha1(), result->sha1, sizeof result->sha1);
	result->size = d->size;
	if (d->also & DIGEST_PIECES) {
		if (d->in_piece)
			end_piece(d);
		root_of(&d->pieces, result->piece_root);
	}
	result->pieces = d->pieces;
	buf_init(&d->pieces);
	d->size = 0;
}

void digest_free(struct digest *d)
{
	if (!d)
		return;
	EVP_MD_CTX_free(d->sha256);
	EVP_MD_CTX_free(d->md5);
	EVP_MD_CTX_free(d->sha1);
	buf_release(&d->pieces);
	free(d);
}

void digest_result_release(struct digest_result *result)
{
	buf_release(&result->pieces);
}

int64_t digest_first_difference(const struct buf *pieces, const struct buf *expected)
{
	size_t n = pieces->len < expected->len ? pieces->len : expected->len;
	for (size_t i = 0; i + PIECE_DIGEST <= n; i += PIECE_DIGEST)
		if (memcmp(pieces->data + i, expected->data + i, PIECE_DIGEST) != 0)
			return (int64_t)(i / PIECE_DIGEST);
	return pieces->len == expected->len ? -1 : (int64_t)(n / PIECE_DIGEST);
}
