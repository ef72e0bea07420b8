/*
 * Many files hashed by all processors, taken back in the order they were given.
 *
 * The owner opens files and submits them; workers read them as a single file is
 * read, through the digest, and write the copy and give it its name; the owner takes the oldest back when it is done. A job
 * without a source is done at once: it only keeps its place in the order.
 *
 *     if (hash_pool_is_full(pool))
 *         take back hash_pool_oldest(pool), then hash_pool_pop(pool)
 *     struct filejob *job = hash_pool_slot(pool);
 *     … fill it …
 *     hash_pool_submit(pool);
 */
#ifndef GENBA_EVIDENCE_ACQUIRE_HASH_POOL_H
#define GENBA_EVIDENCE_ACQUIRE_HASH_POOL_H

#include "base/err.h"
#include "evidence/image/source.h"
#include "evidence/image/volume.h"

struct filejob {
	/* in: filled by the owner; zeroed by hash_pool_slot() */
	int has_source; /* 0: nothing to read */
	struct source source;
	int retry;      /* sectors that cannot be read become zeros and ranges */
	uint64_t limit; /* a file that goes on behind it is an error; 0: none */
	int has_copy;   /* the same bytes go to: */
	struct volume copy;
	int drop_cache;  /* read from the medium */
	struct buf path; /* below the root; kept from job to job */
	struct buf text; /* the owner's */
	void *tag;       /* the owner's */
	/* out */
	struct digest_result result; /* pieces are not made */
	int rc;
	int changed; /* the source changed while it was read */
	int reread;  /* the cache could be dropped */
	struct ranges unreadable;
	struct err err;
	struct err copy_err; /* the copy was not made, though the source was read; the volume's `error` says why */
};

struct hash_pool;

/* `total`: bytes of all files, for the progress (0: not known). */
struct hash_pool *hash_pool_new(const struct progress *progress, uint64_t total);

/* 1: the oldest must be taken back before there is a slot. */
int hash_pool_is_full(const struct hash_pool *pool);

/* The next free job, to be filled; it is the pool's. Only while the pool is not full. */
struct filejob *hash_pool_slot(struct hash_pool *pool);

/* Gives the job of the last hash_pool_slot() to the workers: until hash_pool_oldest() hands it out it is theirs. */
void hash_pool_submit(struct hash_pool *pool);

/* Waits for the oldest job, showing progress; NULL if there is none. After a cancellation its rc is -1 with ERR_CANCELLED. */
struct filejob *hash_pool_oldest(struct hash_pool *pool);

/* Closes what the oldest job holds (source, copy) and frees its place. */
void hash_pool_pop(struct hash_pool *pool);

/* Jobs that are still there are stopped and closed. */
void hash_pool_free(struct hash_pool *pool);

#endif
