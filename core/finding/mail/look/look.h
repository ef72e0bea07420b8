/*
 * One mail, looked at: what is in it, what it is by the report's tables, what the rules find. Runs in the cage.
 *
 *     struct look l;
 *     look_begin(&l, &options, bytes, n);
 *     look_all(&l);
 *     json_t *object = look_json(&l);           // the object of `genba mail look --json`, without file and texts
 *     look_release(&l);
 *
 * Every mail gives such an object, whatever its bytes are; `parsed` says how much of it was read, and limits and damage
 * are findings like others.
 */
#ifndef GENBA_FINDING_MAIL_LOOK_LOOK_H
#define GENBA_FINDING_MAIL_LOOK_LOOK_H

#include "base/buf.h"
#include "finding/mail/content/seen.h"
#include "finding/mail/files/listing.h"
#include "finding/mail/outlook/outlook.h"
#include "finding/mail/read/address.h"
#include "finding/mail/read/html.h"
#include "finding/mail/read/mime.h"

#include <jansson.h>

#define LOOK_MAIL  ((size_t)64 << 20) /* bytes of a mail that are read */
#define LOOK_TEXT  ((size_t)1 << 20)  /* bytes of its text that are kept */
#define LOOK_LINKS 10000
#define LOOK_HOPS  200
#define LOOK_WANTS 20 /* archives of a mail whose content libraries read */

/* What the person said. Borrowed for the look. */
struct look_options {
	const json_t *own;            /* array: domains of the case's own side */
	const json_t *trust;          /* array: hosts whose Authentication-Results are believed */
	const json_t *parties;        /* object: domain -> kind of organisation on record */
	int forwarded;                /* the mail inside is meant */
	const char *const *passwords; /* for what is locked; NULL ends them; may be NULL */
	const json_t *contents; /* object: number of a part -> what another cage found in that archive (unpack.h) */
};

struct look_file {
	char *number;
	const char *via; /* mime, uuencode, tnef, msg, smime */
	char *type;
	char *name; /* "" if it has none */
	size_t size;
	char sha256[65];
	int attachment;
	int is_inline;
	int counted;
	enum file_format format;
	int by_content;
	int locked;
	int was_locked;    /* a password opened it */
	int wants_content; /* only a library can read what is in it (unpack.h) */
	struct listing list;
	unsigned seen; /* what reading it showed (content/seen.h) */
};

struct look_link {
	enum html_link sort;
	char *url;
	char *shown; /* "" */
	int in_text; /* typed, no HTML */
};

struct look_hop {
	char *from;
	char *by;
	char *ip;   /* "" */
	char *when; /* RFC 3339, or "" */
	long long utc;
};

struct look_finding {
	const char *id;
	const char *part; /* number, or "" */
	char *detail;     /* what of the mail it is about; "" */
};

struct look {
	const struct look_options *options;
	struct pool pool;
	const char *bytes;
	size_t n;
	struct mime mime;
	struct outlook outlook;
	int is_outlook;              /* the mail itself is of Outlook: `mime` holds its header only */
	size_t inner;                /* mails in files of Outlook that it carries */
	const struct header *header; /* of the mail itself */
	const char *charset;         /* of its first text part, or NULL */
	char *subject;
	struct address_list from;
	struct address_list sender;
	struct address_list to;
	struct address_list cc;
	struct address_list reply_to;
	char *envelope_from;
	char *sent; /* RFC 3339, or "" */
	long long sent_utc;
	int sent_zone;
	char *received;
	char *origin;
	char *authentication;
	char *carrier;
	const char *class; /* Table 1 */
	const char *class_basis;
	const char *sender_class; /* */
	const char *sender_basis;
	unsigned disguise; /* bits in the order of the record's values: icon … exploit */
	struct look_file *files;
	size_t file_count;
	size_t file_cap;
	struct look_link *links;
	size_t link_count;
	size_t link_cap;
	struct look_hop *hops;
	size_t hop_count;
	size_t hop_cap;
	struct look_finding *findings;
	size_t finding_count;
	size_t finding_cap;
	struct buf text; /* what a reader sees, UTF-8 */
	struct buf html_text;
	size_t scripts; /* in its HTML */
	int has_body;
	const char *parsed; /* whole, partly, no */
	char sha256[65];
};

enum look_disguise {
	DISGUISE_ICON = 1,
	DISGUISE_DOUBLE = 2,
	DISGUISE_RTLO = 4,
	DISGUISE_LONG = 8,
	DISGUISE_SHORTCUT = 16,
	DISGUISE_MACRO = 32,
	DISGUISE_EXPLOIT = 64,
};

/* Takes n bytes, which are borrowed until look_release(), as are the options; of more than LOOK_MAIL the first are read. */
void look_begin(struct look *l, const struct look_options *options, const char *bytes, size_t n);

/* Reads all of it: header, parts, texts, links, files, way, class. Nothing of it can fail: see `parsed` and the findings. */
void look_all(struct look *l);
json_t *look_json(struct look *l); /* a new reference, the caller's */
void look_release(struct look *l);

/* Takes a file out of a mail: digests it, tells what it is, lists what is in it. */
struct look_file *look_add_file(struct look *l, const char *number, const char *via, const char *type, const char *name,
                                const void *bytes, size_t n);

/* Puts a finding down, once for each part; `id` is a row of the rules. */
void look_find(struct look *l, const char *id, const char *part, const char *detail);

/* The decoded bytes of the file with that number. 0 or -1. */
int look_content(struct look *l, const char *number, struct buf *out);

#endif
