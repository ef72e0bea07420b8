/*
 * Many files hashed by all processors, taken back in the order they were given.
 *
 * The owner opens files and submits them; workers read them as a single file is
 * read, through the digest, and write the copy and give it its name; the owner takes the oldest back when it is done. A job
 * without a source is done at once: it only keeps its place in the order.
 *
 *     if (filepool_is_full(pool))
 *         take back filepool_oldest(pool), then filepool_pop(pool)
 *     struct filejob *job = filepool_slot(pool);
 *     … fill it …
 *     filepool_submit(pool);
 */
#ifndef GENBA_EVIDENCE_ACQUIRE_FILEPOOL_H
#define GENBA_EVIDENCE_ACQUIRE_FILEPOOL_H

#include "base/err.h"
#include "evidence/image/source.h"
#include "evidence/image/volume.h"

struct filejob {
	/* in: filled by the owner; zeroed by filepool_slot() */
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

struct filepool;

/* `total`: bytes of all files, for the progress (0: not known). */
struct filepool *filepool_new(const struct progress *progress, uint64_t total);

int filepool_is_full(const struct filepool *pool);
struct filejob *filepool_slot(struct filepool *pool);
void filepool_submit(struct filepool *pool);

/* Waits for the oldest job, showing progress; NULL if there is none. After a cancellation its rc is -1 with ERR_CANCELLED. */
struct filejob *filepool_oldest(struct filepool *pool);

/* Closes what the oldest job holds (source, copy) and frees its place. */
void filepool_pop(struct filepool *pool);

/* Jobs that are still there are stopped and closed. */
void filepool_free(struct filepool *pool);

#endif
