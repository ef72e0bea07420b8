/* The two formats of a mail of Outlook. */
#ifndef GENBA_FINDING_MAIL_OUTLOOK_OUTLOOK_PRIVATE_H
#define GENBA_FINDING_MAIL_OUTLOOK_OUTLOOK_PRIVATE_H

#include "finding/mail/outlook/outlook.h"

/* A compound file: properties, recipients and attachments below a storage. */
void msg_read(struct outlook *o, size_t storage, struct outlook_mail *mail);
/* The storage of the mail that an attachment is, or 0. */
size_t msg_inner(struct outlook *o, const struct outlook_attachment *a);
void msg_data(struct outlook *o, const struct outlook_attachment *a, struct buf *out);
void msg_sha256(struct outlook *o, size_t storage, char sha256[65]);

/* TNEF: -1 if it is none. */
int tnef_read(struct outlook *o, struct span s, struct outlook_mail *mail);
/* The bytes of the mail that an attachment is (n 0: it is none). */
struct span tnef_inner(const struct outlook_attachment *a);

#endif
