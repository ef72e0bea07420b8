/*
 * Memory that is given up all at once: what the reading of one mail allocates.
 *
 *     struct pool pool = {0};
 *     char *name = pool_text(&pool, bytes, n);
 *     pool_release(&pool);                      // and with it everything
 */
#ifndef GENBA_FINDING_MAIL_READ_POOL_H
#define GENBA_FINDING_MAIL_READ_POOL_H

#include <stddef.h>

struct pool_block;

struct pool {
	struct pool_block *last;
};

/* A copy of n bytes with a NUL behind them. */
char *pool_text(struct pool *pool, const char *bytes, size_t n);

/* Room for one more item behind `count` in an array of the pool; it doubles when it is full. Returns the array. */
void *pool_more(struct pool *pool, void *array, size_t count, size_t *cap, size_t size);

void pool_release(struct pool *pool);

#endif
