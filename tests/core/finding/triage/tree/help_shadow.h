/*
 * Shadow copies of our own making: a volume as it is today, with stores of those blocks that looked otherwise before. As
 * Windows Vista and later lay them out, but for the files of System Volume Information: the stores lie in its free space. The
 * bytes by "Joachim Metz, Volume Shadow Snapshot (VSS) format"; vshadowinfo and vshadowmount read what is made here.
 *
 *     struct made_copy copies[] = {{before.data, before.len, MADE_T0}};            // the oldest first
 *     made_shadow(today.data, today.len, copies, 1, &volume);
 */
#ifndef GENBA_TESTS_HELP_SHADOW_H
#define GENBA_TESTS_HELP_SHADOW_H

#include "base/buf.h"

#include <stdint.h>

struct made_copy {
	const void *bytes; /* the whole volume as it was */
	size_t n;
	uint64_t made; /* FILETIME */
};

void made_shadow(const void *today, size_t n, const struct made_copy *copies, size_t count, struct buf *out);

#endif
