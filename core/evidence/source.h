/*
 * Reading a source: a file or a block device, opened so that it is not changed.
 *
 * Opened read-only, without updating its access time where that is allowed,
 * never blocking on a FIFO, never following a link inside a tree. What changes
 * while it is read is noticed.
 */
#ifndef GENBA_EVIDENCE_SOURCE_H
#define GENBA_EVIDENCE_SOURCE_H

#include "base/progress.h"
#include "evidence/digest.h"

#include <sys/stat.h>

struct source {
	int fd;
	struct stat before; /* when it was opened */
};

enum source_flags { SOURCE_NO_LINK = 1 };

/* Opens `name` below the folder `dir_fd` (AT_FDCWD: as a path). Only files and block devices; else ERR_INVALID. */
int source_open(struct source *s, int dir_fd, const char *name, unsigned flags, struct err *err);
void source_close(struct source *s);

/* 1 if size, modification time or identity differ from when it was opened. */
int source_changed(const struct source *s);

/* Drops the file's pages from the cache, so that the medium is read again. 1 if the kernel was asked successfully. */
int source_drop_cache(int fd);

/*
 * Reads to the end through the digest; with `copy_fd` >= 0 writes the same bytes
 * there. `label` names it in the progress, which begins at `base` of `total`
 * bytes. -1 with the offset in the message; ERR_CANCELLED if the person stopped.
 */
int source_digest(const struct source *s, struct digest *d, int copy_fd, const struct progress *progress, const char *label,
                  uint64_t base, uint64_t total, struct err *err);

#endif
