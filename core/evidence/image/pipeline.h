/*
 * Reading, hashing and writing at once, on all processors.
 *
 * Work on a long stream is cut into pieces of a MiB; each piece runs through
 * stages (read, SHA-256, piece digest, pack, write, …). Workers take whatever
 * can be done next: an ordered stage takes one piece after the other, one with
 * stretches is ordered within each of them, any other stage takes pieces in
 * whatever order; the oldest piece goes first. A ring of
 * pieces bounds the memory. Finished pieces are given back to the calling
 * thread in their order (`retire`): there progress is shown and the case
 * written, since a case belongs to one thread.
 *
 *     struct stage stages[] = {{read_piece, &source, 1, 0}, {hash, digest, 1, 0}, {write_piece, &copy, 1, 0}};
 *     rc = pipeline_run(stages, 3, 0, &(struct pipeline_owner){retire, idle, ctx}, &err);
 */
#ifndef GENBA_EVIDENCE_IMAGE_PIPELINE_H
#define GENBA_EVIDENCE_IMAGE_PIPELINE_H

#include "evidence/image/digest.h"
#include "evidence/image/ranges.h"

#define PIPELINE_RING   16 /* pieces in flight */
#define PIPELINE_STAGES 8  /* at most */

struct piece {
	uint64_t index;       /* in the stream: the first byte is index * DIGEST_PIECE */
	unsigned char *bytes; /* DIGEST_PIECE bytes of room */
	size_t n;             /* bytes read; less than a piece only at the end */
	unsigned char digest[DIGEST_PIECE_SIZE];
	struct digest_state state; /* of the ordered digests behind this piece */
	struct ranges unreadable;  /* what of it could not be read: zeros stand there */
	struct buf packed;         /* what a packing stage made of it */
	int mark;                  /* the stages' own: 0 when it is read */
};

/* Where the pieces go: a copy, a container, an image. */
struct sink_ops {
	int (*pack)(void *sink, struct piece *p,
	            struct err *err); /* in any order, many at once; NULL: nothing to pack */
	int (*write)(void *sink, struct piece *p, struct err *err); /* in order */
	int (*sync)(void *sink, struct err *err);                   /* NULL: work with this sink cannot be resumed */
};

struct stage {
	/* 0, or -1 with the error, which ends the run. The first stage reads: it sets p->n, 0 at the end of the stream. */
	int (*run)(void *ctx, struct piece *p, struct err *err);
	void *ctx;
	int ordered;    /* one piece after the other */
	unsigned after; /* bits of the stages that this one needs (reading always comes first) */
	/* Or NULL. In order within stretches: 1 if a stretch begins with this piece, which then waits for no other. */
	int (*begins)(const void *ctx, uint64_t index);
};

struct pipeline_owner {
	int (*retire)(void *ctx, struct piece *p, struct err *err); /* a piece that is through; -1 stops */
	int (*idle)(void *ctx,
	            struct err *err); /* called about ten times a second while nothing is through; may be NULL */
	void *ctx;
};

/* Runs from piece `first` to the end of the stream. 0, or -1 with the first error. Returns only when all threads are gone. */
int pipeline_run(const struct stage *stages, size_t count, uint64_t first, const struct pipeline_owner *owner,
                 struct err *err);

/* 1 if the run that this thread works for is being stopped: for stages that wait (a pipe). */
int pipeline_stopping(void);

#endif
