/*
 * Mails that are signed as a whole (application/pkcs7-mime): the mail lies in the signature's file. Nothing is verified.
 * Source: RFC 8551, RFC 5652, ITU-T X.690.
 */
#ifndef GENBA_FINDING_MAIL_OUTLOOK_SMIME_H
#define GENBA_FINDING_MAIL_OUTLOOK_SMIME_H

#include <stddef.h>

struct buf;

/* Appends the mail that was signed. -1: it is no such file (encrypted, or damaged). */
int smime_content(const void *bytes, size_t n, struct buf *out);

#endif
