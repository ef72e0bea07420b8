/*
 * A zip as a collector leaves it, of our own making: deflated files under the
 * names that they had on the host. The same calls give the same bytes.
 *
 *     struct zip_out *z = zip_out_new();
 *     zip_out_file(z, "C/Windows/System32/config/SYSTEM", bytes, size);
 *     zip_out_finish(z, &file);       the archive's bytes
 *     zip_out_free(z);
 *
 * PKWARE's APPNOTE.TXT 6.3.9. Every file bears the same time: what counts stands in the files.
 */
#ifndef GENBA_FINDING_LARGE_ZIP_OUT_H
#define GENBA_FINDING_LARGE_ZIP_OUT_H

#include "base/buf.h"

struct zip_out;

struct zip_out *zip_out_new(void);
void zip_out_free(struct zip_out *z);

/* Adds `size` bytes, fewer than 4 GiB, under a path of UTF-8 with slashes; they are packed at once. */
void zip_out_file(struct zip_out *z, const char *path, const void *bytes, size_t size);

/* Appends the archive: the files, then the list of them. Nothing is added afterwards. */
void zip_out_finish(struct zip_out *z, struct buf *out);

#endif
