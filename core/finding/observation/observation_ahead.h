/*
 * The next block of a long scan, read by a thread of its own while the one before it is looked at: reading is decrypting and
 * unpacking, which takes as long as looking does.
 *
 *     struct block_ahead *a = block_ahead_new(reader);
 *     block_ahead_take(a, block, &bytes, &err);        // what was asked for, or any other; exchanges the buffers
 *     block_ahead_ask(a, next);                        // and goes on with the block at hand
 *     block_ahead_free(a);
 *
 * Nobody else reads blocks of that reader meanwhile.
 */
#ifndef GENBA_FINDING_OBSERVATION_OBSERVATION_AHEAD_H
#define GENBA_FINDING_OBSERVATION_OBSERVATION_AHEAD_H

#include "finding/observation/observation_set.h"

struct block_ahead;

/* NULL: no thread is to be had, and blocks are read as before. */
struct block_ahead *block_ahead_new(struct observation_reader *reader);
void block_ahead_ask(struct block_ahead *a, uint64_t block);
/* 0 or -1 as observation_reader_block(). *bytes, OBSERVATION_BLOCK of room, is exchanged for what was read. */
int block_ahead_take(struct block_ahead *a, uint64_t block, unsigned char **bytes, struct err *err);
void block_ahead_free(struct block_ahead *a); /* NULL is allowed */

#endif
