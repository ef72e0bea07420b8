/* The plain structures are deprecated in favour of EVP, which cannot give its state out; see digest.h. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "evidence/image/digest.h"

#include "base/err.h"

#include <openssl/md5.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct digest {
	unsigned also;
	SHA256_CTX sha256;
	SHA_CTX sha1;
	MD5_CTX md5;
	crypto_generichash_state piece;
	size_t in_piece; /* bytes of the current piece so far */
	struct buf pieces;
	uint64_t size;
};

static void digest_begin(struct digest *d)
{
	SHA256_Init(&d->sha256);
	SHA1_Init(&d->sha1);
	MD5_Init(&d->md5);
	crypto_generichash_init(&d->piece, NULL, 0, DIGEST_PIECE_SIZE);
	d->in_piece = 0;
	d->size = 0;
}

struct digest *digest_new(unsigned also)
{
	/* libsodium's state is 64-byte aligned */
	struct digest *d = NULL;
	if (posix_memalign((void **)&d, 64, sizeof *d) != 0)
		abort();
	d->also = also;
	buf_init(&d->pieces);
	digest_begin(d);
	return d;
}

static void end_piece(struct digest *d)
{
	unsigned char digest[DIGEST_PIECE_SIZE];
	crypto_generichash_final(&d->piece, digest, sizeof digest);
	buf_add(&d->pieces, digest, sizeof digest);
	crypto_generichash_init(&d->piece, NULL, 0, DIGEST_PIECE_SIZE);
	d->in_piece = 0;
}

void digest_add(struct digest *d, const void *bytes, size_t n)
{
	SHA256_Update(&d->sha256, bytes, n);
	if (d->also & DIGEST_MD5)
		MD5_Update(&d->md5, bytes, n);
	if (d->also & DIGEST_SHA1)
		SHA1_Update(&d->sha1, bytes, n);
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

static void root_of(const struct buf *pieces, char hex[65])
{
	unsigned char root[DIGEST_PIECE_SIZE];
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
	unsigned char bytes[SHA256_DIGEST_LENGTH];
	memset(result, 0, sizeof *result);
	SHA256_Final(bytes, &d->sha256);
	sodium_bin2hex(result->sha256, sizeof result->sha256, bytes, SHA256_DIGEST_LENGTH);
	if (d->also & DIGEST_MD5) {
		MD5_Final(bytes, &d->md5);
		sodium_bin2hex(result->md5, sizeof result->md5, bytes, MD5_DIGEST_LENGTH);
	}
	if (d->also & DIGEST_SHA1) {
		SHA1_Final(bytes, &d->sha1);
		sodium_bin2hex(result->sha1, sizeof result->sha1, bytes, SHA_DIGEST_LENGTH);
	}
	result->size = d->size;
	if (d->also & DIGEST_PIECES) {
		if (d->in_piece)
			end_piece(d);
		root_of(&d->pieces, result->piece_root);
	}
	result->pieces = d->pieces;
	buf_init(&d->pieces);
	digest_begin(d);
}

void digest_free(struct digest *d)
{
	if (!d)
		return;
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
	for (size_t i = 0; i + DIGEST_PIECE_SIZE <= n; i += DIGEST_PIECE_SIZE)
		if (memcmp(pieces->data + i, expected->data + i, DIGEST_PIECE_SIZE) != 0)
			return (int64_t)(i / DIGEST_PIECE_SIZE);
	return pieces->len == expected->len ? -1 : (int64_t)(n / DIGEST_PIECE_SIZE);
}

/* ---- for a pipeline */

static void sha1_words(const SHA_CTX *c, uint32_t words[5])
{
	words[0] = c->h0;
	words[1] = c->h1;
	words[2] = c->h2;
	words[3] = c->h3;
	words[4] = c->h4;
}

static void md5_words(const MD5_CTX *c, uint32_t words[4])
{
	words[0] = c->A;
	words[1] = c->B;
	words[2] = c->C;
	words[3] = c->D;
}

void digest_add_one(struct digest *d, enum digest_one which, const void *bytes, size_t n, struct digest_state *state)
{
	switch (which) {
	case DIGEST_ONE_SHA256:
		SHA256_Update(&d->sha256, bytes, n);
		for (int i = 0; state && i < 8; i++)
			state->sha256[i] = d->sha256.h[i];
		break;
	case DIGEST_ONE_SHA1:
		SHA1_Update(&d->sha1, bytes, n);
		if (state)
			sha1_words(&d->sha1, state->sha1);
		break;
	case DIGEST_ONE_MD5:
		MD5_Update(&d->md5, bytes, n);
		if (state)
			md5_words(&d->md5, state->md5);
		break;
	}
}

int digest_is_zeros(const void *bytes, size_t n)
{
	const unsigned char *p = bytes;
	return n > 0 && p[0] == 0 && memcmp(p, p + 1, n - 1) == 0;
}

static unsigned char zeros_digest[DIGEST_PIECE_SIZE];

static void make_zeros_digest(void)
{
	void *zeros = xcalloc(1, DIGEST_PIECE);
	crypto_generichash(zeros_digest, sizeof zeros_digest, zeros, DIGEST_PIECE, NULL, 0);
	free(zeros);
}

/* Free space is mostly zeros, and looking is five times as fast as hashing. */
void digest_piece(const void *bytes, size_t n, unsigned char digest[DIGEST_PIECE_SIZE])
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	if (n == DIGEST_PIECE && digest_is_zeros(bytes, n)) {
		pthread_once(&once, make_zeros_digest);
		memcpy(digest, zeros_digest, sizeof zeros_digest);
		return;
	}
	crypto_generichash(digest, DIGEST_PIECE_SIZE, bytes, n, NULL, 0);
}

void digest_add_piece(struct digest *d, const unsigned char digest[DIGEST_PIECE_SIZE], size_t n)
{
	buf_add(&d->pieces, digest, DIGEST_PIECE_SIZE);
	d->size += n;
}

const struct buf *digest_pieces(const struct digest *d)
{
	return &d->pieces;
}

void digest_resume(struct digest *d, const struct digest_state *state, const struct buf *pieces)
{
	digest_begin(d);
	buf_clear(&d->pieces);
	buf_add(&d->pieces, pieces->data, pieces->len);
	d->size = pieces->len / DIGEST_PIECE_SIZE * (uint64_t)DIGEST_PIECE;
	uint32_t low = (uint32_t)(d->size << 3);
	uint32_t high = (uint32_t)(d->size >> 29);
	for (int i = 0; i < 8; i++)
		d->sha256.h[i] = state->sha256[i];
	d->sha1.h0 = state->sha1[0];
	d->sha1.h1 = state->sha1[1];
	d->sha1.h2 = state->sha1[2];
	d->sha1.h3 = state->sha1[3];
	d->sha1.h4 = state->sha1[4];
	d->md5.A = state->md5[0];
	d->md5.B = state->md5[1];
	d->md5.C = state->md5[2];
	d->md5.D = state->md5[3];
	d->sha256.Nl = d->sha1.Nl = d->md5.Nl = low;
	d->sha256.Nh = d->sha1.Nh = d->md5.Nh = high;
}

void digest_go_on(struct digest *d, const void *sha256_state, uint64_t bytes)
{
	digest_begin(d);
	if (!sha256_state)
		return;
	uint32_t words[8];
	memcpy(words, sha256_state, sizeof words);
	for (int i = 0; i < 8; i++)
		d->sha256.h[i] = words[i];
	d->sha256.Nl = (uint32_t)(bytes << 3);
	d->sha256.Nh = (uint32_t)(bytes >> 29);
}

/* Words big-endian, so that the text is the same on every machine. */
static void add_words(struct buf *out, const uint32_t *words, int count)
{
	for (int i = 0; i < count; i++)
		buf_addf(out, "%08x", words[i]);
}

void digest_state_text(const struct digest_state *state, struct buf *out)
{
	add_words(out, state->sha256, 8);
	add_words(out, state->sha1, 5);
	add_words(out, state->md5, 4);
}

static const char *take_words(const char *text, uint32_t *words, int count)
{
	for (int i = 0; i < count; i++, text += 8) {
		char word[9];
		memcpy(word, text, 8);
		word[8] = '\0';
		words[i] = (uint32_t)strtoul(word, NULL, 16);
	}
	return text;
}

int digest_state_parse(struct digest_state *state, const char *text)
{
	if (strlen(text) != (size_t)(8 + 5 + 4) * 8 || strspn(text, "0123456789abcdef") != strlen(text))
		return -1;
	text = take_words(text, state->sha256, 8);
	text = take_words(text, state->sha1, 5);
	take_words(text, state->md5, 4);
	return 0;
}
