/*
 * Reading a source: a file, a block device, or a stream, opened so that it is not changed.
 *
 * Opened read-only, without updating its access time where that is allowed,
 * never blocking on a FIFO, never following a link inside a tree. What changes
 * while it is read is noticed; a file that grows is read as far as it reached
 * when it was opened, so that a busy log comes to an end. Holes of a sparse file
 * are zeros that nobody reads (they are hashed all the same: a tebibyte of them
 * takes as long as SHA-256 does). Sectors that cannot be read are retried in ever
 * smaller parts down to 512 bytes; what stays unreadable is zeros, and a range
 * on record. A medium that is gone is an error and not a very long range.
 *
 * A struct source stays where it was opened: it is not copied or moved.
 */
#ifndef GENBA_EVIDENCE_IMAGE_SOURCE_H
#define GENBA_EVIDENCE_IMAGE_SOURCE_H

#include "base/progress.h"
#include "evidence/image/digest.h"
#include "evidence/image/pipeline.h"
#include "evidence/image/ranges.h"

#include <sys/stat.h>
#include <sys/types.h>

#define SOURCE_SECTOR  512U
#define SOURCE_UNKNOWN UINT64_MAX /* size of a stream */

/* How bytes are had, as pread(): bytes read, 0 at the end, -1 with errno. Tests put a failing layer here. */
typedef ssize_t (*source_read_fn)(void *ctx, void *bytes, size_t n, uint64_t offset);

struct source {
	int fd;             /* -1 if the bytes come from a layer alone */
	struct stat before; /* when it was opened */
	uint64_t size;      /* bytes; SOURCE_UNKNOWN for a stream */
	int stream;         /* a pipe or terminal: read once, from front to back */
	source_read_fn read;
	void *read_ctx;
	uint64_t bad_run; /* bytes unreadable in a row */
	uint64_t good_at; /* a sector that could be read, or SOURCE_UNKNOWN */
	int direct; /* the same file opened past the page cache, once something failed: -1 not yet, -2 not to be had */
	int gone;   /* the last error said that the medium is no longer there */
	int sparse; /* holes are looked for; what is known of them: */
	uint64_t hole_from;
	uint64_t hole_to;
	uint64_t data_to; /* no hole before it, from the last place looked at */
};

enum source_flags {
	SOURCE_NO_LINK = 1,
};

/* Opens `name` below the folder `dir_fd` (AT_FDCWD: as a path). Only files and block devices; else ERR_INVALID. */
int source_open(struct source *s, int dir_fd, const char *name, unsigned flags, struct err *err);

/* Takes an open descriptor, which may be a stream (standard input); `name` is for messages. */
int source_from_fd(struct source *s, int fd, const char *name, struct err *err);

/* A source whose bytes come from a layer: an image of another format, a test. */
void source_from_layer(struct source *s, source_read_fn read, void *ctx, uint64_t size);

void source_close(struct source *s);

/* Whoever opens a file by a name that the case holds: a pipe, device or folder may stand there by now, and is not read.
 * 1, or 0 with EINVAL. */
int source_is_file(int fd);

/* Says why `path` could not be opened; EINVAL as source_is_file() means it. Returns -1. */
int source_cannot_open(const char *path, int error, struct err *err);

/* 1 if size, modification time or identity differ from when it was opened. */
int source_changed(const struct source *s);

/* 1 if the file has lost its last name since it was opened. */
int source_removed(const struct source *s);

/* Drops the file's pages from the cache, so that the medium is read again. 1 if none of them is left in memory. */
int source_drop_cache(int fd);

/*
 * Reads n bytes at `offset`; *got is less only at the end: where a file ends now, but no farther than it did when it was
 * opened. A device or layer that ends before its size is an error: it was pulled. With `unreadable` (not NULL) sectors
 * that cannot be read are zeros and ranges there; without it they are an error. -1 with the offset in the message.
 */
int source_read_at(struct source *s, const char *label, uint64_t offset, void *bytes, size_t n,
                   struct ranges *unreadable, size_t *got, struct err *err);

/* Reads it to the end through the digest, in this thread; what cannot be read is an error. */
int source_digest(struct source *s, struct digest *d, const char *label, struct err *err);

/* The SHA-256 of a file or device as a whole, in hexadecimal. */
int source_sha256(const char *path, char sha256[65], struct err *err);

#endif
