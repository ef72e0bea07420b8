/*
 * Transfer encodings of mails undone: base64, quoted-printable, uuencode. What is damaged is read as far as it goes.
 * Sources: RFC 2045, RFC 2047 (Q), POSIX uuencode.
 */
#ifndef GENBA_FINDING_MAIL_READ_TRANSFER_H
#define GENBA_FINDING_MAIL_READ_TRANSFER_H

#include <stddef.h>

struct buf;

/* Append what n bytes mean. Nonzero: something in them is no such text and was left out, or stands as it is. */
int transfer_base64(const char *p, size_t n, struct buf *out);
int transfer_quoted(const char *p, size_t n, struct buf *out);
int transfer_q(const char *p, size_t n, struct buf *out); /* of encoded words: _ is a blank */

/* A uuencoded file in n bytes of text: where its `begin` line starts, its name, and where what follows it starts. */
struct uufile {
	size_t start;
	size_t end;
	const char *name;
	size_t name_n;
	int damaged; /* it has no end, or lines that are none */
};

/* Looks for the next one from `from` on; its bytes are appended. 1 if there is one. */
int transfer_uu(const char *p, size_t n, size_t from, struct uufile *file, struct buf *out);

#endif
