/*
 * The parts of a mail: multiparts, attached mails and files, uuencoded files in the text.
 *
 * One pass over the bytes finds the parts, however they are nested; a boundary of an outer multipart ends all inner ones.
 * What is beyond a limit is not read and said (enum mime_flag), and so is what is damaged.
 *
 *     struct mime m = {0};
 *     mime_read(&m, &pool, bytes, n);
 *     for (size_t i = 0; i < m.count; i++)
 *         if (!m.parts[i].is_container) {
 *             struct buf content = BUF_INIT;
 *             mime_content(&m.parts[i], &content);
 *             …
 *         }
 *
 * Sources: RFC 2045, RFC 2046, RFC 2183.
 */
#ifndef GENBA_FINDING_MAIL_READ_MIME_H
#define GENBA_FINDING_MAIL_READ_MIME_H

#include "finding/mail/read/header.h"

struct buf;

#define MIME_PARTS 10000
#define MIME_DEPTH 100

enum mime_flag {
	MIME_PARTS_LIMIT = 1,
	MIME_DEPTH_LIMIT = 2,
	MIME_HEADER_LIMIT = 4,
	MIME_HEADER_BROKEN = 8,     /* of the mail itself: a line in it that is no field */
	MIME_BOUNDARY_MISSING = 16, /* a multipart has none, or its end never came */
	MIME_NEVER_CAME = 32,       /* a multipart without a single part */
};

enum mime_encoding { MIME_PLAIN, MIME_BASE64, MIME_QUOTED, MIME_UU };

struct mime_part {
	char *number;     /* "1.2"; of the pool, as all text here */
	char *type;       /* "text/plain" */
	char *name;       /* of the file, decoded, or NULL */
	char *charset;    /* or NULL */
	char *content_id; /* or NULL */
	struct header header;
	const char *body; /* encoded; borrowed */
	size_t n;
	enum mime_encoding encoding;
	int is_container;  /* multipart, or an attached mail: its parts follow */
	int is_mail;       /* message/rfc822 */
	int says_attached; /* Content-Disposition: attachment */
	int says_inline;
	int damaged;  /* of its encoding; set by mime_content() */
	size_t above; /* index of the part that holds it; of the first: itself */
};

struct mime {
	struct mime_part *parts; /* of the pool; the first is the mail itself */
	size_t count;
	size_t cap;
	unsigned flags;
};

void mime_read(struct mime *m, struct pool *pool, const char *bytes, size_t n);

/* A mail of which only the header is text: one part that is a container. */
void mime_header(struct mime *m, struct pool *pool, const char *bytes, size_t n);

/* Appends the decoded bytes. */
void mime_content(struct mime_part *part, struct buf *out);

#endif
