/*
 * A stream of unknown length, kept in memory up to a limit and in a sealed container beyond it.
 */
#ifndef GENBA_EVIDENCE_IMAGE_SPOOL_H
#define GENBA_EVIDENCE_IMAGE_SPOOL_H

#include "evidence/image/gev.h"

struct spool {
	struct buf memory; /* all of it, while it is small; then what does not fill a piece yet */
	uint64_t limit;
	uint64_t size;
	struct digest *digest;
	struct digest_result result; /* after spool_end() */
	const char *dir;             /* where a container would go; borrowed */
	const char *name;            /* and its name, without ending */
	const char *case_id;
	char *path; /* of the container; NULL: it is in memory */
	unsigned char *key;
	struct volume volume;
	struct gev_writer sealed;
};

void spool_begin(struct spool *s, uint64_t limit, const char *dir, const char *name, const char *case_id);
int spool_add(struct spool *s, const void *bytes, size_t n, struct err *err);

/* Ends it: `result` holds the digests, a container has its final name. */
int spool_end(struct spool *s, struct err *err);
void spool_release(struct spool *s); /* a container that was not ended is removed */

#endif
