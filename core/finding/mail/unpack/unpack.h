/*
 * The content of archives, read by libraries in a cage of their own, 3 seconds for each: the bytes of what is in them are
 * digested and told by what they are, then gone.
 *
 *     json_t *entries = mail_unpack(FORMAT_RAR, bytes, n, passwords, err);
 *     // [{"name": …, "size": …, "sha256": …, "format": …, "locked": false, "torn": false}, …], {"limit": true}, {"damaged": true}
 *
 * Libraries that read archives have bugs; a bad end here costs the content, not the list, which own readers make
 * (files/listing.h). libarchive reads zip, RAR, 7z, CAB and tar, with its formats named one by one and without filters;
 * liblhasa reads LZH, liblzma xz, libbz2 bzip2. No library here opens RAR or 7z that are locked. Archives in archives are
 * read to a depth of UNPACK_DEPTH. What is torn, or too large, is looked at up to there: it is told by its format, with
 * "torn" and without a digest.
 */
#ifndef GENBA_FINDING_MAIL_UNPACK_UNPACK_H
#define GENBA_FINDING_MAIL_UNPACK_UNPACK_H

#include "finding/mail/files/format.h"

#include <jansson.h>

struct err;
struct worker_job;

#define UNPACK_SECONDS 3
#define UNPACK_DEPTH   3

/* What came out, the last of it {"unread": reason} after a bad end. `passwords`: array of texts, or NULL. New reference; NULL
 * only where no worker could be started. */
json_t *mail_unpack(enum file_format format, const void *bytes, size_t n, const json_t *passwords, struct err *err);

extern const struct worker_job mail_unpack_job;

#endif
