/*
 * One object of git told as what changes from another: the sizes of both, then
 * instructions that copy a range of the base or bring bytes. Source:
 * gitformat-pack, "Deltified representation".
 *
 * Versions of one record or one tree differ in a few places: what is the same at
 * both ends is taken first, and blocks of 16 bytes are looked for in between.
 */
#ifndef GENBA_HISTORY_GIT_DELTA_H
#define GENBA_HISTORY_GIT_DELTA_H

#include "base/buf.h"

/* Appends the delta that makes `n` bytes of `text` from `base_size` of `base`. Never fails; it may be longer than the text. */
void git_delta_make(const void *base, size_t base_size, const void *text, size_t n, struct buf *delta);

#endif
