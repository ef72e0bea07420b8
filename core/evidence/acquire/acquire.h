/*
 * One pass over a source: read, hash, write, all overlapped.
 *
 * A sink takes the pieces: none (hash in place), a raw copy, a sealed
 * container, an E01 image. Every piece that is through is counted, and from time to
 * time the state is given to `checkpoint`, with what was written synced before:
 * whoever keeps it can go on from there after an interruption.
 */
#ifndef GENBA_EVIDENCE_ACQUIRE_ACQUIRE_H
#define GENBA_EVIDENCE_ACQUIRE_ACQUIRE_H

#include "base/progress.h"
#include "evidence/acquire/readback.h"
#include "evidence/image/digest.h"
#include "evidence/image/pipeline.h"
#include "evidence/image/source.h"

enum acquire_fault { ACQUIRE_NO_FAULT, ACQUIRE_SOURCE, ACQUIRE_SINK, ACQUIRE_CANCELLED, ACQUIRE_OTHER };

/* How far the work is: whole pieces. */
struct acquire_state {
	struct digest_state digest;
	struct buf pieces; /* their digests; release it */
	struct ranges unreadable;
};

void acquire_state_release(struct acquire_state *state);

struct acquisition {
	struct source *source;
	const char *label;          /* printable, for progress and messages */
	int retry;                  /* sectors that cannot be read become zeros and ranges */
	unsigned also;              /* DIGEST_MD5, DIGEST_SHA1 */
	int no_pieces;              /* only the stream's digests */
	struct waypoints *way;      /* out, or NULL: what readback() will need */
	const struct sink_ops *ops; /* NULL: no sink */
	void *sink;
	const struct progress *progress;
	void (*trouble)(void *ctx, uint64_t more); /* told of so many more ranges that cannot be read; or NULL */
	void *trouble_ctx;
	const struct acquire_state *from;                                                 /* NULL: from the beginning */
	int (*checkpoint)(void *ctx, const struct acquire_state *state, struct err *err); /* or NULL */
	void *checkpoint_ctx;
	struct ranges unreadable; /* out; release it */
	enum acquire_fault fault; /* out: whose the error was */
};

/*
 * 0 when the end of the source was reached; -1 with the error, `fault` saying
 * whose. `result` holds the digests; after an error only its size is meaningful:
 * bytes that are through.
 */
int acquire(struct acquisition *a, struct digest_result *result, struct err *err);

/* The sink of a raw copy is a struct volume; pieces of zeros become holes. */
extern const struct sink_ops acquire_raw;

#endif
