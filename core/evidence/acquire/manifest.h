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
 *
 * A line that begins with # says something about the entry below it; readers
 * that do not know it pass over it:
 *
 *     # mount: tmpfs               another file system begins here
 *     # not walked: proc           and what is in it was left out
 *     # not copied                 hashed only: the copy could not hold it
 *     # unreadable: 1048576+512    bytes of it (offset+length, by commas) that are zeros here
 */
#ifndef GENBA_EVIDENCE_ACQUIRE_MANIFEST_H
#define GENBA_EVIDENCE_ACQUIRE_MANIFEST_H

#include "base/buf.h"
#include "base/progress.h"
#include "base/remark.h"
#include "evidence/image/digest.h"
#include "evidence/image/ranges.h"

#include <sys/stat.h>

struct manifest {
	struct buf text;
	struct remark unread; /* a line for each thing that could not be read, printable */
	struct remark notes;  /* a line for each other thing that must be known of the walk, printable */
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

/* A `!` line, and the same in `unread`. `reason` is one line of what remark_add() or remark_err() said, and is released. The
 * manifest, whose digest is on record, has it in English. */
void manifest_add_unread(struct manifest *m, struct remark *reason, const char *path);

/* A line about the entry that is added next: "mount", "not walked", "not copied"; `more` or NULL. */
void manifest_add_about(struct manifest *m, const char *what, const char *more);
void manifest_add_about_ranges(struct manifest *m, const struct ranges *unreadable);

/* The ranges as they stand in such a line. */
void manifest_ranges_text(const struct ranges *unreadable, struct buf *out);

/* A line of `notes`, about this path; `text` is released. */
void manifest_note(struct manifest *m, const char *path, struct remark *text);

enum manifest_about {
	MANIFEST_NOT_WALKED = 1,
	MANIFEST_NOT_COPIED = 2,
	MANIFEST_UNREADABLE = 4,
};

/* A field as it stands in the text: borrowed, escaped. */
struct manifest_field {
	const char *text;
	size_t n;
};

struct manifest_entry {
	char type;
	unsigned about; /* what the # lines above it said */
	uint64_t size;
	char sha256[65]; /* "" for what is no file */
	struct manifest_field mode;
	struct manifest_field owner;
	struct manifest_field time;
	struct manifest_field unreadable; /* the ranges of bytes that were; n is 0 if none was */
	struct manifest_field more;       /* a link's target, another type's name; n is 0 if there is none */
	struct buf path;                  /* as bytes, below the root */
	const char *line;                 /* the line in the text, `length` bytes with its line end */
	size_t length;
};

/* The next entry of a manifest's text at *p: 1, 0 at the end, -1 if a line has a wrong form. Release `path` each time. */
int manifest_next(const char **p, struct manifest_entry *entry);

#endif
