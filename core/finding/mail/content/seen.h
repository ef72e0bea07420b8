/*
 * What the content of a file shows besides its format: macros, encryption, scripts, what it loads or starts when it is opened,
 * pictures that pretend.
 *
 *     if (seen_in(&pool, format, bytes, n) & SEEN_MACRO) …
 */
#ifndef GENBA_FINDING_MAIL_CONTENT_SEEN_H
#define GENBA_FINDING_MAIL_CONTENT_SEEN_H

#include "finding/mail/files/format.h"
#include "finding/mail/read/pool.h"

enum seen {
	SEEN_MACRO = 1,
	SEEN_ENCRYPTED = 2,
	SEEN_SCRIPT = 4,
	SEEN_DDE = 8,
	SEEN_TEMPLATE = 16,
	SEEN_SMUGGLING = 32,
	SEEN_STOMPED = 64,
	SEEN_SHORTCUT_ICON = 128,
	SEEN_ICON = 256,
	SEEN_UNCOMPARED = 512, /* macros: too large to be compared with their source */
};

/* Bits of enum seen of what the macros of a compound file show. */
unsigned seen_in_macros(struct pool *pool, const void *bytes, size_t n);

/* Bits of enum seen. */
unsigned seen_in(struct pool *pool, enum file_format format, const void *bytes, size_t n);

#endif
