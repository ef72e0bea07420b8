/* Bytes behind bytes, as virtual disks, encrypted volumes and shadow copies are read. */
#ifndef GENBA_TESTS_FUZZ_HELP_BYTES_H
#define GENBA_TESTS_FUZZ_HELP_BYTES_H

#include "finding/triage/tree/tree_disk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bytes_memory {
	const unsigned char *bytes;
	size_t n;
};

static inline int bytes_memory_read(void *ctx, uint64_t offset, void *bytes, size_t n, struct err *err)
{
	const struct bytes_memory *m = ctx;
	if (offset > m->n || n > m->n - offset)
		abort(); /* who asks has to know how much there is */
	(void)err;
	memcpy(bytes, m->bytes + offset, n);
	return 0;
}

/* Reads at the beginning, in between and up to the end of what lies behind. */
static inline void bytes_try(int (*read)(void *ctx, uint64_t offset, void *bytes, size_t n, struct err *err), void *ctx,
                             uint64_t size)
{
	enum { PIECE = 4096, PLACES = 16 };
	unsigned char *piece = malloc(PIECE);
	struct err ignored = ERR_INIT;
	for (uint64_t i = 0; i <= PLACES; i++) {
		uint64_t at = size / PLACES * i;
		size_t n = size - at < PIECE ? (size_t)(size - at) : PIECE;
		if (n)
			read(ctx, at, piece, n, &ignored);
	}
	free(piece);
}

/* With FUZZ_SHARE in the environment: says now and then how many of the inputs were opened. */
static inline void bytes_count(int opened)
{
	static unsigned long all;
	static unsigned long in;
	all++;
	in += opened != 0;
	if (all % (1U << 14) == 0 && getenv("FUZZ_SHARE"))
		fprintf(stderr, "opened: %lu of %lu\n", in, all);
}

#endif
