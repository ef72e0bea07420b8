/* What the readers of the libraries share, in the cage. */
#ifndef GENBA_FINDING_MAIL_UNPACK_UNPACK_PRIVATE_H
#define GENBA_FINDING_MAIL_UNPACK_UNPACK_PRIVATE_H

#include "base/buf.h"
#include "base/worker/worker.h"
#include "finding/mail/files/listing.h"

struct unpacking {
	struct worker *w;
	struct err *err;
	const json_t *passwords;
	size_t left;    /* bytes that may still come out */
	size_t entries; /* told so far */
	int failed;     /* the parent is gone */
	int silent;     /* tries only, nothing is told */
	size_t opened;  /* entries whose content was read */
	size_t shut;    /* and that stayed locked */
};

struct unpacked {
	const void *name;
	size_t name_n;
	const struct buf *content; /* NULL: it was not read */
	int torn;                  /* its content ends at a tear or a limit: it has a format, but no digest */
	uint64_t size;
	int locked;
};

/* One entry; what is an archive itself is read too. -1: no more is wanted. */
int unpack_entry(struct unpacking *u, const char *above, const struct unpacked *entry, int depth);
void unpack_says(struct unpacking *u, const char *what);

void unpack_by_libarchive(struct unpacking *u, const void *bytes, size_t n, const char *above, int depth);
void unpack_by_lhasa(struct unpacking *u, const void *bytes, size_t n, const char *above, int depth);
void unpack_stream(struct unpacking *u, enum file_format format, const void *bytes, size_t n, const char *above,
                   int depth);

#define UNPACK_LARGEST ((size_t)32 << 20) /* bytes of one entry */

#endif
