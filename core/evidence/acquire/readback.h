/*
 * Reading a copy back, on all processors.
 *
 * SHA-256 is a chain: one processor computes it. But while a copy is made, the
 * chain's state behind every few MiB is known; those states are its waypoints.
 * Reading back, each stretch between two of them is computed by itself and must
 * end in the state that the first pass had there: as strong as computing the
 * whole, since two different stretches between the same two states would be a
 * collision of SHA-256, and it tells which stretch differs.
 *
 *     struct waypoints way = WAYPOINTS_INIT;
 *     struct acquisition a = {…, .way = &way};
 *     rc = acquire(&a, &digests, &err);
 *     rc = readback(&copy, label, &way, &digests, progress, &differs, &err);
 */
#ifndef GENBA_EVIDENCE_ACQUIRE_READBACK_H
#define GENBA_EVIDENCE_ACQUIRE_READBACK_H

#include "base/progress.h"
#include "evidence/image/digest.h"
#include "evidence/image/source.h"

#define READBACK_STRETCH 4 /* pieces between two waypoints */
#define READBACK_SAME    (-1)

struct waypoints {
	uint64_t first;    /* pieces before the first stretch: what an earlier process did, one stretch by itself */
	struct buf states; /* 32 bytes (host order) behind each stretch */
};

#define WAYPOINTS_INIT      \
	{                   \
		0, BUF_INIT \
	}

/* Begins at piece `first` with the state behind it (not looked at if `first` is 0). */
void waypoints_begin(struct waypoints *way, uint64_t first, const struct digest_state *state);

/* To be told each whole piece, in order, with the state behind it. */
void waypoints_pass(struct waypoints *way, uint64_t piece, const struct digest_state *state);

void waypoints_release(struct waypoints *way);

/*
 * Reads `copy` to its end and compares it with what the first pass had: its
 * waypoints, the SHA-256 and the size in `expected`. `differs` becomes
 * READBACK_SAME, or the first byte of the stretch that differs. 0, or -1 with
 * the error; `fault` says whether reading failed or the person stopped it.
 */
enum readback_fault { READBACK_NO_FAULT, READBACK_UNREADABLE, READBACK_STOPPED };

int readback(struct source *copy, const char *label, const struct waypoints *way, const struct digest_result *expected,
             const struct progress *progress, int64_t *differs, enum readback_fault *fault, struct err *err);

#endif
