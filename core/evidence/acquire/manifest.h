/*
 * A directory tree as one text: what was there, and its digests.
 *
 * One line an entry, fields separated by tabs, in the order of a walk that
 * takes each folder's names sorted by byte value:
 *
 *     # genba manifest 1
 *     # root /mnt/usb
 *     d  0     755  0:0        1763877909.000000000  -          sub
 *     f  1234  644  1000:1000  1763877909.123456789  SHA-256    sub/mail.eml
 *     x  user.origin  https:…                                   sub/mail.eml
 *     l  7     777  0:0        1763877909.000000000  -          sub/link   target
 *     o  0     644  0:0        1763877909.000000000  -          sub/fifo   fifo
 *     !  cannot open: Permission denied                         sub/locked
 *
 * The size of a file is the number of bytes that were hashed. `x` lines are the
 * extended attributes of the entry above. Names and values are percent-escaped
 * (pathname_escape()). Links are not followed. An entry that could not be read
 * is a `!` line with the reason: nothing is skipped in silence. The SHA-256 of
 * the text is the digest of the evidence.
 */
#ifndef GENBA_EVIDENCE_ACQUIRE_MANIFEST_H
#define GENBA_EVIDENCE_ACQUIRE_MANIFEST_H

#include "base/progress.h"
#include "evidence/image/digest.h"

#include <sys/stat.h>

struct err;

struct manifest {
	struct buf text;
	struct buf unread; /* a line for each thing that could not be read, printable */
	uint64_t files;
	uint64_t bytes;
	uint64_t failed;
	int interrupted; /* stopped before the end: the text ends with what was done */
};

void manifest_init(struct manifest *m);
void manifest_release(struct manifest *m);

/* Begins the text. */
void manifest_begin(struct manifest *m, const char *root);

/* A line for an entry: `sha256` "-" for what is no file; `more` a link's target, another type's name, or NULL. */
void manifest_add(struct manifest *m, char type, const struct stat *st, uint64_t size, const char *sha256,
                  const char *path, const char *more);

/* A line for an extended attribute of the entry before. */
void manifest_add_attribute(struct manifest *m, const char *name, const void *value, size_t n, const char *path);

/* A `!` line, and the same in `unread`. */
void manifest_add_unread(struct manifest *m, const char *reason, const char *path);

struct manifest_entry {
	char type;
	uint64_t size;
	char sha256[65];  /* "" for what is no file */
	struct buf path;  /* as bytes, below the root */
	const char *line; /* the line in the text, `length` bytes with its line end */
	size_t length;
};

/* The next entry of a manifest's text at *p: 1, 0 at the end, -1 if a line has a wrong form. Release `path` each time. */
int manifest_next(const char **p, struct manifest_entry *entry);

/*
 * Reads all files of the manifest again below `root`: a line in `damage` for each that differs or cannot be read.
 * `reread` (may be NULL) is 0 if for any of them the cache could not be dropped.
 */
int manifest_verify(const char *text, const char *root, const struct progress *progress, struct buf *damage,
                    uint64_t *damaged, int *reread, struct err *err);

#endif
