/*
 * Digests of a stream in one pass.
 *
 * SHA-256 always (OpenSSL's EVP, which uses the processor's SHA instructions),
 * and a BLAKE2b-256 digest of each MiB, so that damage is located: the piece
 * digests are kept, their BLAKE2b-256 is the root on record. MD5 and SHA-1 only
 * for old indicator lists.
 */
#ifndef GENBA_EVIDENCE_DIGEST_H
#define GENBA_EVIDENCE_DIGEST_H

#include "base/buf.h"

#include <stddef.h>
#include <stdint.h>

struct err;

#define DIGEST_PIECE (1U << 20) /* bytes of a piece */

enum digest_also { DIGEST_MD5 = 1, DIGEST_SHA1 = 2, DIGEST_PIECES = 4 };

struct digest_result {
	char sha256[65];
	char md5[33];  /* "" if not asked for */
	char sha1[41]; /* likewise */
	char piece_root[65];
	struct buf pieces; /* 32 bytes for each piece; release it */
	uint64_t size;
};

struct digest;

/* A new computation; free it with digest_free(). */
struct digest *digest_new(unsigned also);
void digest_add(struct digest *d, const void *bytes, size_t n);
void digest_end(struct digest *d, struct digest_result *result); /* the computation can begin anew after it */
void digest_free(struct digest *d);

void digest_result_release(struct digest_result *result);

/* 1 if the hexadecimal `root` is the root over these piece digests. */
int digest_root_is(const struct buf *pieces, const char *root);

/* The number of the first piece whose digest differs from `expected`'s, or -1 if none does. */
int64_t digest_first_difference(const struct buf *pieces, const struct buf *expected);

#endif
