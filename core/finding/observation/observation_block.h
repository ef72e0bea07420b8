/*
 * A block of observations: at most a MiB of rows with a table of the paths they name.
 *
 *     block    "GOB1", u32 rows, u32 paths, u32 bytes of the paths
 *              paths, each ended by NUL
 *              rows
 *              zeros up to OBSERVATION_BLOCK
 *
 * In a block a row's path is its number in the table, so that the path of an event
 * log is not told a thousand times:
 *
 *     u32 length of what follows, i64 when, u64 offset, u32 ordinal, u16 time_of, u8 artefact, u8 clock, u8 flags,
 *     3 zeros, u32 path, u32 bytes of the fields, fields
 *
 * A block is a piece of a sealed container, so any block can be read alone.
 */
#ifndef GENBA_FINDING_OBSERVATION_OBSERVATION_BLOCK_H
#define GENBA_FINDING_OBSERVATION_OBSERVATION_BLOCK_H

#include "finding/observation/observation.h"

#define OBSERVATION_BLOCK (1U << 20)

/* ---- making one */

struct block_writer {
	struct buf paths;
	struct buf rows;
	uint32_t path_count;
	uint32_t row_count;
	uint32_t *table; /* hash of a path to its offset in `paths` and its number */
	int64_t first;   /* times of the first and the last row that have one; first > last: none has */
	int64_t last;
	uint64_t artefacts; /* bits */
};

void block_writer_init(struct block_writer *w);
void block_writer_release(struct block_writer *w);

/* 1: added; 0: it is full, finish it first. Rows come in the order of observation_compare(). */
int block_writer_add(struct block_writer *w, const struct observation *o);

/* Writes the block, all OBSERVATION_BLOCK bytes, and empties the writer. */
void block_writer_finish(struct block_writer *w, unsigned char *block);

/* ---- reading one */

struct block_reader {
	const unsigned char *bytes;
	const char **paths;
	uint32_t path_count;
	uint32_t row_count;
	uint32_t row; /* the next */
	const unsigned char *at;
	const unsigned char *end;
};

/* Opens the block of n bytes, which stay the caller's. -1 (ERR_DAMAGED): it is none. */
int block_reader_open(struct block_reader *r, const void *bytes, size_t n, struct err *err);
void block_reader_close(struct block_reader *r);

/* The next row, borrowed from the block. 1, 0 at the end, -1 (ERR_DAMAGED). */
int block_reader_next(struct block_reader *r, struct observation *o, struct err *err);

#endif
