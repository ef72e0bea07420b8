/*
 * A source of any length, through one reused buffer.
 *
 * Bytes come from a `struct sweep_input`, in order. The buffer holds a piece, and before it so much of what was there that hits
 * which lie across its edges are whole, and lines (up to SWEEP_LINE bytes) too. A hit is judged when the line that it stands in
 * has been read, or SWEEP_LINE bytes of it.
 *
 * Of a large file several may read a part each: hits whose last run of letters and digits ends in (from, to] belong to a part,
 * which begins reading sweep_stream_before() bytes earlier.
 */
#ifndef GENBA_FINDING_SWEEP_SWEEP_STREAM_H
#define GENBA_FINDING_SWEEP_SWEEP_STREAM_H

#include "finding/sweep/sweep_engine.h"

#include <sys/types.h>

struct err;

#define SWEEP_LINE  (64U << 10)
#define SWEEP_PIECE (256U << 10)

/* Up to n bytes: their number, 0 at the end, -1. */
struct sweep_input {
	ssize_t (*read)(void *ctx, void *bytes, size_t n, struct err *err);
	void *ctx;
};

/* A hit, and the line it stands in; all borrowed for the call. */
struct sweep_place {
	struct sweep_hit hit; /* at and end are of the line */
	uint64_t offset;      /* of its first byte in the source */
	uint64_t line;        /* from 1, counted from the beginning of the part */
	const unsigned char *text;
	size_t n;
};

struct sweep_stream {
	const struct sweep_set *set;
	enum sweep_kernel kernel;
	unsigned look;
	size_t piece;   /* bytes; 0: SWEEP_PIECE */
	uint64_t start; /* offset in the source of the first byte that the input gives */
	uint64_t from;
	uint64_t to; /* UINT64_MAX: to the end */
	/* -1 stops. */
	int (*found)(void *ctx, const struct sweep_place *place, struct err *err);
	/* Told after each piece how far it is; may be NULL. -1 stops. */
	int (*step)(void *ctx, uint64_t offset, struct err *err);
	/* Told at the end of the part what stands last in it: the last line at least. May be NULL. */
	void (*tail)(void *ctx, const unsigned char *bytes, size_t n);
	void *ctx;
	/* what came of it: */
	uint64_t end;   /* bytes of the part that were read, as the offset of its end in the source */
	uint64_t lines; /* ends of lines in the part */
};

/* Bytes before a part that it reads too. */
size_t sweep_stream_before(const struct sweep_set *set);

/* Reads to the end of the part. 0; -1: the input failed, what was read is judged; or a call said so. */
int sweep_stream_run(struct sweep_stream *s, const struct sweep_input *input, struct err *err);

#endif
