/* Archives made by hand and by libarchive's writer of 7z, in mails that are looked at. */
#ifndef GENBA_TESTS_HELP_ARCHIVES_H
#define GENBA_TESTS_HELP_ARCHIVES_H

#include "base/buf.h"

#include <jansson.h>

#define PROGRAM "MZ, and more than the sixty-four bytes that a program has in its first header, at the least\n"

/* Each of `names`, ended by NULL, with the same content; a tar of one file; stored entries of one content. */
void make_7z(struct buf *out, const char *const *names, const char *content, size_t n);
void make_tar(struct buf *out, const char *name, const char *content, size_t n);
void make_zip(struct buf *b, const char *const *names, const char *content, size_t n);

void pack_xz(const struct buf *in, struct buf *out);
void pack_bz2(const struct buf *in, struct buf *out);

/* A number of so many bytes, the lowest first. */
void le(struct buf *b, unsigned long value, int bytes);

/* All mails of the bytes, with what was told as not read. */
json_t *look(const struct buf *bytes, const char *password);
extern size_t unread;
extern char told[512];

/* The one mail that carries the archive. */
void look_at_one(struct buf *archive, const char *name, const char *password, json_t **all);

int fires(const json_t *object, const char *id);
const json_t *entry(const json_t *object, const char *name); /* of that name in part 2, or NULL */
void is_program(const json_t *object, const char *name);     /* else it fails */

#endif
