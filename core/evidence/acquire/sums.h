/*
 * Digests as sha256sum(1) writes and checks them.
 *
 * A line is the digest, two blanks and the name. A name with a backslash or a
 * line end is escaped, and the line begins with a backslash; any other byte
 * stands as it is, since the text is for a program: it reaches a terminal only
 * through the printable funnel.
 */
#ifndef GENBA_EVIDENCE_ACQUIRE_SUMS_H
#define GENBA_EVIDENCE_ACQUIRE_SUMS_H

#include "base/buf.h"

struct err;

void sums_add(struct buf *out, const char *sha256, const char *name);

/* A line for each file of a manifest, with names below "./": to be checked where the folder lies. 0, or -1 (ERR_DAMAGED). */
int sums_of_manifest(struct buf *out, const char *manifest, struct err *err);

#endif
