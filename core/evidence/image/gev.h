/*
 * The sealed container (.gev): a stream of bytes, compressed and encrypted in pieces.
 *
 * Each container has a random key of its own. It is kept in the case (so a
 * rotation of the case's file does not lose it, and purging it destroys the
 * container's content), and the container is bound to the case's id. Pieces of
 * a MiB are compressed (zstd) and sealed one by one with random nonces, so that
 * any piece can be read alone, the intact ones of a damaged container too; an
 * authenticated end tells a cut stream from a whole one. The writer only ever
 * appends: a container can go to a pipe. All numbers are little-endian.
 *
 *     header   64  "GENBAGEV", version 1, cipher 1, compression 1, 0, u32 piece size,
 *                  16 container id, 16 case tag, 16 zeros
 *     frame        "GEVP", u32 flags (1: zstd), u64 number, u32 plain length, u32 sealed length, 24 nonce, sealed bytes
 *                  … one for each piece, numbered from 0
 *     frame        "GEVE", number = how many pieces: u64 size of the stream, 32 SHA-256, 32 piece digest root
 *     frame        "GEVX", likewise: u64 offset of each piece's frame
 *     trailer  48  "GEVTRAIL", u64 offset of the GEVE frame, u64 offset of the GEVX frame, 24 authentication
 *
 * Sealed bytes are XChaCha20-Poly1305-IETF (ciphertext, then the tag of 16);
 * associated data are the container id, the case id (36 characters) and the
 * first 24 bytes of the frame. From the container's key, crypto_kdf with the
 * context "genbagev" gives 1 the key of the frames, 2 that of the trailer
 * (keyed BLAKE2b-192 over its first 24 bytes), 3 the container id. The case tag
 * is BLAKE2b-128 of the case id keyed with the container id: it tells a container of another case
 * apart without naming any. See genba-evidence(5).
 */
#ifndef GENBA_EVIDENCE_IMAGE_GEV_H
#define GENBA_EVIDENCE_IMAGE_GEV_H

#include "base/progress.h"
#include "evidence/image/pipeline.h"
#include "evidence/image/source.h"
#include "evidence/image/volume.h"

#include <pthread.h>

struct err;

#define GEV_VERSION 1
#define GEV_KEY     32
#define GEV_HEADER  64
#define GEV_FRAME   48
#define GEV_TRAILER 48
#define GEV_TAG     16
#define GEV_PACKERS 9

/* What follows from key and case: guarded memory inside. */
struct gev_keys {
	unsigned char *secret; /* frames' key, trailer's key */
	unsigned char id[16];
	unsigned char header[GEV_HEADER];
	char case_id[37];
};

void gev_keys_init(struct gev_keys *keys, const unsigned char key[GEV_KEY], const char *case_id);
void gev_keys_release(struct gev_keys *keys);

/* ---- writing: a sink of acquire() */

struct gev_writer {
	struct gev_keys keys;
	struct volume *volume; /* or */
	int fd;                /* a pipe */
	uint64_t position;
	struct buf offsets;         /* u64 of each piece */
	uint64_t size;              /* of the stream so far */
	void *packers[GEV_PACKERS]; /* zstd contexts that nobody uses now */
	pthread_mutex_t lock;
};

/* Begins a container on a volume that was just made, or (volume NULL) a pipe. */
int gev_writer_begin(struct gev_writer *w, struct volume *volume, int fd, const unsigned char key[GEV_KEY],
                     const char *case_id, struct err *err);

/* Goes on behind `count` pieces of an unfinished container; the last of them is opened and its bytes given (DIGEST_PIECE
 * of room). */
int gev_writer_resume(struct gev_writer *w, struct volume *volume, uint64_t count, const unsigned char key[GEV_KEY],
                      const char *case_id, unsigned char *last, struct err *err);

/* Appends one piece, for writers without a pipeline: whole pieces, and a shorter last one. */
int gev_writer_add(struct gev_writer *w, const void *bytes, size_t n, struct err *err);

/* Writes the authenticated end. */
int gev_writer_finish(struct gev_writer *w, const struct digest_result *digests, struct err *err);
void gev_writer_release(struct gev_writer *w);

extern const struct sink_ops gev_sink;

/* ---- reading */

struct gev {
	struct gev_keys keys;
	source_read_fn read;
	void *ctx;
	uint64_t length;    /* bytes of the container */
	struct buf offsets; /* u64 for each piece; 0: it was not found */
	uint64_t count;     /* of pieces */
	uint64_t size;      /* of the stream; with a damaged end: as far as it is known */
	int has_end;        /* the authenticated end was found */
	char sha256[65];    /* from the end; "" without it */
	unsigned char *cache;
	uint64_t cached; /* piece, or UINT64_MAX */
	uint64_t failed; /* the last piece that did not open, or UINT64_MAX */
	size_t cached_n;
};

/*
 * Opens a container. ERR_INVALID: it is none; ERR_DAMAGED: of another case, or
 * another container than the key is for. Damage inside does not keep it from
 * opening: gev_check() names it.
 */
int gev_open(struct gev *g, source_read_fn read, void *ctx, uint64_t length, const unsigned char key[GEV_KEY],
             const char *case_id, struct err *err);
void gev_close(struct gev *g);

/* Opens piece `number` into `bytes` (DIGEST_PIECE of room). ERR_DAMAGED names the piece. */
int gev_piece(struct gev *g, uint64_t number, unsigned char *bytes, size_t *n, struct err *err);

/* The stream's bytes, as a source takes them as its layer; EBADMSG for a piece that does not open. */
ssize_t gev_read(void *gev, void *bytes, size_t n, uint64_t offset);

/*
 * Reads all of it and says everything that is not as it was written, piece by
 * piece. 0: intact; else how many findings. The bytes of intact pieces go to `digest` (may be NULL).
 */
uint64_t gev_check(struct gev *g, struct digest *digest, const struct progress *progress,
                   void (*finding)(void *ctx, const char *text), void *ctx);

#endif
