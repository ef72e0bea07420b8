/* What the files of a source share: reading it as it comes, and reading it when it fails. */
#ifndef GENBA_EVIDENCE_IMAGE_SOURCE_PRIVATE_H
#define GENBA_EVIDENCE_IMAGE_SOURCE_PRIVATE_H

#include "evidence/image/source.h"

/* As pread(), by the source's own way; EINTR is not seen. */
ssize_t source_read_some(struct source *s, void *bytes, size_t n, uint64_t offset);

/* 1 for errors that say the medium or the file is no longer there. */
int source_means_gone(int error);

/*
 * Reads n bytes that could not be read at once. Halves them until they can, or are a sector: that becomes zeros and a
 * range. 0, or -1 with errno: the medium is gone.
 */
int source_retry(struct source *s, struct ranges *unreadable, unsigned char *bytes, size_t n, uint64_t offset);

#endif
