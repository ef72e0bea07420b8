/*
 * Making the bundle of a parcel small enough for a mail.
 *
 * Each object of a pack is compressed for itself, though commits, trees and
 * records resemble each other. A small bundle is written anew with its objects
 * whole and not compressed, still an ordinary git bundle, and compressed as one
 * (zstd). `zstd -d` gives stock git what it reads.
 */
#ifndef GENBA_HANDOVER_PARCEL_BUNDLE_COMPRESS_H
#define GENBA_HANDOVER_PARCEL_BUNDLE_COMPRESS_H

#include "base/buf.h"

struct err;

/* Replaces the bundle by its compressed form if that is smaller; one of many megabytes stays as it is. */
void bundle_compress(struct buf *bundle);

/* Appends the bundle to `out`: expanded if it is compressed, at most PACK_TOTAL bytes; as it is if not. For the sandboxed
 * worker. 0, or -1 with ERR_INVALID. */
int bundle_expand(const void *bytes, size_t n, struct buf *out, struct err *err);

#endif
