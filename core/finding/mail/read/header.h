/*
 * Header fields of mails and of their parts: taken apart, unfolded, decoded.
 *
 * Lines end in LF, CRLF or a bare CR. What is no field ends the header, as does an empty line. Encoded words side by side
 * are joined as bytes before they are decoded, since mailers cut characters in two. Values that are quoted may hold raw
 * Shift_JIS or ISO-2022-JP, whose second bytes look like a backslash or a quote: they are stepped over as pairs.
 *
 *     struct header h = {0};
 *     size_t body = header_read(&h, &pool, bytes, n);
 *     const struct header_field *f = header_find(&h, "subject", NULL);
 *     const char *subject = header_text(&pool, f->value, f->n, NULL);
 *
 * Sources: RFC 5322, RFC 2045, RFC 2047, RFC 2231, RFC 6532.
 */
#ifndef GENBA_FINDING_MAIL_READ_HEADER_H
#define GENBA_FINDING_MAIL_READ_HEADER_H

#include "finding/mail/read/pool.h"

#include <stddef.h>

struct buf;

#define HEADER_FIELD  ((size_t)256 << 10) /* bytes of a field that are read */
#define HEADER_ALL    ((size_t)1 << 20)   /* bytes of a header */
#define HEADER_FIELDS 5000

struct header_field {
	const char *name; /* borrowed from the bytes */
	size_t name_n;
	const char *value; /* as it stands, with its line ends; borrowed */
	size_t n;
};

struct header {
	struct header_field *fields; /* of the pool */
	size_t count;
	size_t cap;
	int limited; /* it is longer than the limits: the rest of it is not read */
	int broken;  /* it ends in a line that is none of a header */
};

/* Reads the header at the beginning of n bytes. Returns where the body begins. */
size_t header_read(struct header *h, struct pool *pool, const char *bytes, size_t n);

/* Whether a line of n bytes begins a field. */
int header_is_field(const char *line, size_t n);

/* The first field of that name behind `after` (NULL: of all), or NULL. */
const struct header_field *header_find(const struct header *h, const char *name, const struct header_field *after);

/* The value as UTF-8 on one line. `charset`: what raw 8-bit bytes are in, or NULL: guessed. */
char *header_text(struct pool *pool, const char *value, size_t n, const char *charset);

/* A parameter of a structured value (`text/plain; charset=x`), decoded; NULL if it has none of that name. */
char *header_parameter(struct pool *pool, const char *value, size_t n, const char *name, const char *charset);

/* The value before its parameters, in lower case, without blanks and comments: "text/plain". */
char *header_token(struct pool *pool, const char *value, size_t n);

/* The length of the line at p without its end, and of its end. */
size_t header_line(const char *p, size_t n, size_t *end);

/* How many bytes at p are one character in which a quote or a backslash means nothing: a Shift_JIS pair, a stretch of
 * ISO-2022-JP. 0: an ordinary character. */
size_t header_opaque(const char *p, size_t n);

#endif
