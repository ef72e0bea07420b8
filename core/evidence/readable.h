/*
 * Whether what lies somewhere can be read at all.
 *
 * Asked after a comparison failed: a medium that was pulled out or has bad sectors does not give the bytes, and nobody may be
 * told, let alone sign, that other bytes came. Of a folder the comparison itself says what it could not read
 * (acquire/tree.h).
 */
#ifndef GENBA_EVIDENCE_READABLE_H
#define GENBA_EVIDENCE_READABLE_H

#include "base/progress.h"
#include "evidence/image/stored.h"

/* Reads all files of that shape to their ends. 0, or -1: a file, which is named, could not be read, or ERR_CANCELLED. */
int readable_stored(enum stored_shape shape, const char *path, const struct progress *progress, struct err *err);

#endif
