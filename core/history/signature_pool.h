/*
 * Signatures of a history, checked on the other processors while one goes on
 * reading.
 *
 *     struct signature_pool *pool = signature_pool_new();
 *     signature_pool_add(pool, id, &sig, payload, n);        // for each commit; never waits for long
 *     while (signature_pool_help(pool) == 1)                 // checks some itself; 0: all are checked
 *         …;
 *     signature_pool_each(pool, fn, ctx);                    // in the order of adding
 *     signature_pool_free(pool);
 *
 * Only the thread that made the pool calls these. Where no thread can be had
 * (in the cage) the caller checks all of them.
 */
#ifndef GENBA_HISTORY_SIGNATURE_POOL_H
#define GENBA_HISTORY_SIGNATURE_POOL_H

#include "history/sshsig.h"

#include <stddef.h>

struct signature_pool;

struct signature_pool *signature_pool_new(int may_thread);

/* Ends the threads; what waits is forgotten. NULL is fine. */
void signature_pool_free(struct signature_pool *pool);

/* A commit's id (hex), what its signature says, and the bytes that it signs; all are copied. */
void signature_pool_add(struct signature_pool *pool, const char *id, const struct sshsig *sig, const void *payload,
                        size_t n);

/* Checks some that wait. 1: call again, 0: all that were added are checked. */
int signature_pool_help(struct signature_pool *pool);

/* Gives each result (1 good, 0 not) that is known in the order of adding, once. */
void signature_pool_each(struct signature_pool *pool, void (*fn)(void *ctx, const char *id, int good), void *ctx);

#endif
