/*
 * Progress and cancellation of slow work.
 *
 * Whoever does slow work calls progress_step() often (each piece, each file,
 * each hundred records) and stops cleanly when it answers -1. A NULL progress
 * is allowed and never cancels.
 */
#ifndef GENBA_BASE_PROGRESS_H
#define GENBA_BASE_PROGRESS_H

#include <stdint.h>

struct err;

struct progress {
	/* Shows `done` of `total` (0: not known) of `what`, which is borrowed for the call.
	 * Returns nonzero to cancel. */
	int (*step)(void *ctx, const char *what, uint64_t done, uint64_t total);
	void *ctx;
};

/* 0 to go on; -1 with ERR_CANCELLED in `err` if the person cancelled. */
int progress_step(const struct progress *p, const char *what, uint64_t done, uint64_t total, struct err *err);

#endif
