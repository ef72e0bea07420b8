/*
 * Mails in a file: one, or as many as a mbox holds, or one that Apple Mail keeps (.emlx). Told by the content.
 *
 *     struct mailbox box;
 *     struct mailbox_mail mail;
 *     mailbox_begin(&box, bytes, n);
 *     while (mailbox_next(&box, &mail))
 *         …mail.bytes, mail.n, mail.offset…
 *
 * A mbox is parted only at a `From ` line with a date that stands between an empty line and a header field, so that a
 * line of text that begins so is none. Source: RFC 4155, and what programs write.
 */
#ifndef GENBA_FINDING_MAIL_LOOK_MAILBOX_H
#define GENBA_FINDING_MAIL_LOOK_MAILBOX_H

#include <stddef.h>

struct mailbox {
	const char *bytes;
	size_t n;
	size_t at;
	int is_mbox;
	int done;
};

struct mailbox_mail {
	const char *bytes; /* borrowed */
	size_t n;
	size_t offset;
	int is_member; /* of several */
};

void mailbox_begin(struct mailbox *box, const char *bytes, size_t n);
int mailbox_next(struct mailbox *box, struct mailbox_mail *mail);

#endif
