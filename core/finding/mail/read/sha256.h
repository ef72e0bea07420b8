/* SHA-256 of bytes in memory, with the processor's instructions for it where there are any. */
#ifndef GENBA_FINDING_MAIL_READ_SHA256_H
#define GENBA_FINDING_MAIL_READ_SHA256_H

#include <stddef.h>

/* 64 hexadecimal digits. */
void mail_sha256(const void *bytes, size_t n, char hex[65]);

#endif
