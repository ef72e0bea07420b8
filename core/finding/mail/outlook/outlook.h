/*
 * Mails as Outlook keeps them: .msg (a compound file) and winmail.dat (TNEF). Read into a header as other mails have one, and
 * items: the text, the files, and mails that are in the mail.
 *
 *     struct outlook o;
 *     if (outlook_open(&o, &pool, bytes, n) == 0) {
 *         header_read(&h, &pool, o.header, o.header_n);
 *         outlook_items(&o, "", take_item, ctx);
 *     }
 *     outlook_close(&o);
 *
 * The header is the one that the mail came with, if it is kept; what it lacks is made from the properties, in UTF-8.
 * Sources: MS-OXMSG, MS-OXTNEF, MS-OXCMSG.
 */
#ifndef GENBA_FINDING_MAIL_OUTLOOK_OUTLOOK_H
#define GENBA_FINDING_MAIL_OUTLOOK_OUTLOOK_H

#include "finding/mail/outlook/compound.h"
#include "finding/mail/outlook/mapi.h"

#define OUTLOOK_ATTACHMENTS 10000
#define OUTLOOK_DEPTH       10 /* of mails in mails */

enum outlook_sort {
	OUTLOOK_TEXT, /* UTF-8 */
	OUTLOOK_HTML, /* in its own character set, or UTF-8 (charset "utf-8") */
	OUTLOOK_FILE,
};

struct outlook_item { /* borrowed for the call */
	enum outlook_sort sort;
	const char *number;
	const char *name; /* "" */
	const char *type;
	const char *content_id; /* "" */
	const char *charset;    /* of text; "" */
	int is_inline;          /* shown in the text */
	int in_mail;            /* of a mail in the mail */
	const void *bytes;
	size_t n;
};

typedef void (*outlook_item_fn)(void *ctx, const struct outlook_item *item);

struct outlook_attachment {
	struct mapi m;
	size_t storage;   /* of a compound file */
	struct span data; /* of TNEF */
};

struct outlook_mail {
	struct mapi m;
	size_t storage;
	struct outlook_attachment *attachments;
	size_t count;
	size_t cap;
	struct mapi *recipients;
	size_t recipient_count;
	size_t recipient_cap;
};

struct outlook {
	struct pool *pool;
	struct span s;
	int is_tnef;
	struct compound c;
	struct outlook_mail mail;
	char *header; /* of the pool */
	size_t header_n;
	uint64_t received; /* seconds since 1970, or 0 */
	size_t mails;      /* in the mail; known when the items were told */
	size_t others;     /* files that are no mails */
	int damaged;
	int limited;
};

/* 0, or -1 if the bytes are no such mail. `outlook_close` in either case. */
int outlook_open(struct outlook *o, struct pool *pool, const void *bytes, size_t n);
void outlook_close(struct outlook *o);

/* Tells of each item. Numbers are 1, 2 … behind `above` and a point. */
void outlook_items(struct outlook *o, const char *above, outlook_item_fn item, void *ctx);

/* Goes to the first mail in the mail. 0, or -1 if there is none. `sha256`: of its streams with their names (in a compound
 * file it has no bytes of its own), or of its bytes. */
int outlook_go_inside(struct outlook *o, char sha256[65]);

#endif
