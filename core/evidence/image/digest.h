/*
 * Digests of a stream in one pass.
 *
 * SHA-256 always, and a BLAKE2b-256 digest of each MiB (a piece), so that
 * damage is located: the piece digests are kept, their BLAKE2b-256 is the root
 * on record. MD5 and SHA-1 only on request, for old indicator lists.
 *
 * The stream digests are libcrypto's (they use the processor's SHA
 * instructions) behind its plain structures rather than EVP, because their
 * state can be put on record at the end of a piece: interrupted work goes on
 * from there without reading again what was hashed.
 *
 *     struct digest *d = digest_new(DIGEST_SHA1 | DIGEST_PIECES);
 *     digest_add(d, bytes, n);
 *     digest_end(d, &result);
 *
 * One thread may run each algorithm (digest_add_one); pieces are hashed by
 * whoever has time (digest_piece) and added in order.
 */
#ifndef GENBA_EVIDENCE_IMAGE_DIGEST_H
#define GENBA_EVIDENCE_IMAGE_DIGEST_H

#include "base/buf.h"

#include <stddef.h>
#include <stdint.h>

struct err;

#define DIGEST_PIECE      (1U << 20) /* bytes of a piece */
#define DIGEST_PIECE_SIZE 32         /* bytes of its digest */

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

/* 1 if all of the bytes (at least one) are zeros. */
int digest_is_zeros(const void *bytes, size_t n);

/* 1 if the hexadecimal `root` is the root over these piece digests. */
int digest_root_is(const struct buf *pieces, const char *root);

/* The number of the first piece whose digest differs from `expected`'s, or -1 if none does. */
int64_t digest_first_difference(const struct buf *pieces, const struct buf *expected);

/* ---- for a pipeline: each algorithm in a thread of its own */

enum digest_one { DIGEST_ONE_SHA256, DIGEST_ONE_SHA1, DIGEST_ONE_MD5 };

/* State after a whole number of pieces. */
struct digest_state {
	uint32_t sha256[8];
	uint32_t sha1[5];
	uint32_t md5[4];
};

/* Adds the bytes to one algorithm; `state` (not NULL) gets its state, which is only meaningful after whole pieces. */
void digest_add_one(struct digest *d, enum digest_one which, const void *bytes, size_t n, struct digest_state *state);

/* The digest of one piece. */
void digest_piece(const void *bytes, size_t n, unsigned char digest[DIGEST_PIECE_SIZE]);

/* Appends a piece's digest, and its size to the whole. */
void digest_add_piece(struct digest *d, const unsigned char digest[DIGEST_PIECE_SIZE], size_t n);

/* The digests of the pieces so far; borrowed. */
const struct buf *digest_pieces(const struct digest *d);

/* Goes on behind `pieces` (whole ones) with the state that was kept then. */
void digest_resume(struct digest *d, const struct digest_state *state, const struct buf *pieces);

/* SHA-256 alone, behind `bytes` (whole pieces) that ended in this state; NULL: at the beginning. */
void digest_go_on(struct digest *d, const void *sha256_state, uint64_t bytes);

/* The state as hexadecimal text and back: 0, or -1 if the text is none. */
void digest_state_text(const struct digest_state *state, struct buf *out);
int digest_state_parse(struct digest_state *state, const char *text);

#endif
