/* The older encryption of zip files, which everybody still uses. Source: APPNOTE.TXT 6.1. */
#ifndef GENBA_FINDING_MAIL_FILES_ZIP_CRYPT_H
#define GENBA_FINDING_MAIL_FILES_ZIP_CRYPT_H

#include "finding/mail/files/span.h"

struct buf;

/* Appends what the password makes of the bytes. -1: it is not the right one, as far as the `check` byte tells. */
int zip_decrypt(const char *password, struct span bytes, unsigned check, struct buf *out);

#endif
