/*
 * What is read of a source: its bytes as they are, or what they are when unpacked.
 *
 * In the cage. Gzip (many members one behind the other) by ISA-L, zstd (many frames) by libzstd, xz by liblzma, bzip2 by libbz2
 * (libarchive, which could read these two as well, forgets what it unpacked of a block before a tear). What is torn gives its
 * bytes up to the tear, then -1; of bzip2 those of whole blocks. What unpacks to more than `ratio` times its size beyond
 * SWEEP_FREE stops there.
 */
#ifndef GENBA_FINDING_SWEEP_SWEEP_SOURCE_H
#define GENBA_FINDING_SWEEP_SWEEP_SOURCE_H

#include "finding/sweep/sweep_stream.h"

#define SWEEP_RATIO 200U /* unless a person raises it */
#define SWEEP_FREE  (64U << 20)

struct sweep_source;

enum sweep_packing { SWEEP_AS_IT_IS, SWEEP_GZIP, SWEEP_ZSTD, SWEEP_XZ, SWEEP_BZIP2 };

#define SWEEP_PACKING_HEAD 10 /* bytes that tell */

/* By its first bytes. */
enum sweep_packing sweep_packing_of(const unsigned char *bytes, size_t n);

/* Takes its bytes from `below`, which is borrowed and has to last. `ratio` 0: SWEEP_RATIO. */
struct sweep_source *sweep_source_new(enum sweep_packing packing, const struct sweep_input *below, uint64_t ratio);
void sweep_source_free(struct sweep_source *source); /* NULL is allowed */

/* Says that it unpacks to more than `ratio` times its size. -1. */
int sweep_source_over(uint64_t ratio, struct err *err);

/* As sweep_input.read. */
ssize_t sweep_source_read(void *source, void *bytes, size_t n, struct err *err);

#endif
