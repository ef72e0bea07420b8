/* The files of a folder by their SHA-256: how evidence that came along is recognised whatever it is called now. */
#ifndef GENBA_HANDOVER_PARCEL_FOLDER_H
#define GENBA_HANDOVER_PARCEL_FOLDER_H

#include "base/err.h"
#include "base/progress.h"

#include <jansson.h>

/* What of a folder was not read: files and folders. */
struct folder_unread {
	size_t count;
	struct err first;
};

/* Hashes the ordinary files below `folder` (links are not followed) but for those names in it that are keys of `but` (NULL:
 * none). An object: SHA-256 -> path; what of it could not be read is in `unread`. NULL if the folder cannot be read or the
 * person cancelled. */
json_t *folder_digests(const char *folder, const json_t *but, const struct progress *progress,
                       struct folder_unread *unread, struct err *err);

/* Copies a file to `to` (which must not exist), synced, while hashing it; `sha256` gets the digest of what was written.
 * What is left of a failed copy is removed. */
int folder_copy(const char *from, const char *to, const struct progress *progress, char sha256[65], struct err *err);

#endif
