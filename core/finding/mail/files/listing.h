/*
 * What archives hold, by their own lists: names, sizes, what is locked. Nothing is unpacked but what is stored, or deflated
 * (zip, gzip), within limits; it is digested and looked at. What else there is, libraries read (unpack/unpack.h).
 *
 *     struct listing l = {0};
 *     listing_read(&l, &pool, format, bytes, n);
 *     for (size_t i = 0; i < l.count; i++) …l.all[i].name…
 *
 * Zip files are read by both their directories: of an entry that they call differently, `name` is the central one, which
 * Windows shows, `other_name` the local one. Sources: APPNOTE.TXT 6.3.10, unrar's technote, RAR 5.0 archive format,
 * 7zFormat.txt, ARJ's TECHNOTE, LHA's header description, MS-CAB, POSIX ustar, RFC 1952.
 */
#ifndef GENBA_FINDING_MAIL_FILES_LISTING_H
#define GENBA_FINDING_MAIL_FILES_LISTING_H

#include "finding/mail/files/format.h"
#include "finding/mail/files/span.h"
#include "finding/mail/read/pool.h"

#include <stdint.h>

#define LISTING_ENTRIES  10000
#define LISTING_UNPACKED ((size_t)100 << 20) /* bytes in all that are unpacked */
#define LISTING_RATIO    100
#define LISTING_LARGEST  ((size_t)32 << 20) /* bytes of one entry */
#define LISTING_DEPTH    3                  /* of archives in one another */

struct inside {
	char *name;       /* decoded; of the pool */
	char *other_name; /* or NULL */
	uint64_t size;    /* unpacked, as the list says */
	enum file_format format;
	int by_content; /* the format; else by the name */
	int locked;
	int torn;        /* its content was read up to a tear or a limit: its format is known, it has no digest */
	char sha256[65]; /* "" where the content was not read to its end */
};

enum listing_flag {
	LISTING_LOCKED = 1,
	LISTING_NAMES_HIDDEN = 2, /* the names are encrypted too */
	LISTING_TWO_NAMES = 4,
	LISTING_DAMAGED = 8,
	LISTING_LIMIT = 16,
	LISTING_NESTED = 32,  /* an archive in it */
	LISTING_BOMB = 64,    /* would be far larger than it is */
	LISTING_UNREAD = 128, /* its list is packed in a way that is not read here */
	LISTING_OPENED = 256, /* a password opened something of it */
};

/* Takes the content of an entry, up to where it is torn, borrowed for the call. */
typedef void (*listing_content_fn)(void *ctx, const struct inside *entry, const void *bytes, size_t n);

struct listing {
	struct inside *all; /* of the pool */
	size_t count;
	size_t cap;
	unsigned flags;
	size_t unpacked; /* bytes so far */
	/* before listing_read(), if wanted: */
	const char *const
	    *passwords; /* tried on what is locked, if it is of the older kind (ZipCrypto); NULL ends them */
	listing_content_fn content;
	void *ctx;
	int depth; /* of what it is in: archives in it are listed too, "in.zip/a.exe" */
};

/* Reads the list of an archive. 0, or -1 if the format has none that is read here. */
int listing_read(struct listing *l, struct pool *pool, enum file_format format, const void *bytes, size_t n);

#endif
