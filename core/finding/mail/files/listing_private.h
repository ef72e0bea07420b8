/* The readers of single formats, and what they share. */
#ifndef GENBA_FINDING_MAIL_FILES_LISTING_PRIVATE_H
#define GENBA_FINDING_MAIL_FILES_LISTING_PRIVATE_H

#include "finding/mail/files/listing.h"

struct buf;

void listing_zip(struct listing *l, struct pool *pool, struct span s);
void listing_rar(struct listing *l, struct pool *pool, struct span s);
void listing_7z(struct listing *l, struct pool *pool, struct span s);
void listing_lzh(struct listing *l, struct pool *pool, struct span s);
void listing_arj(struct listing *l, struct pool *pool, struct span s);
void listing_ace(struct listing *l, struct pool *pool, struct span s);
void listing_cab(struct listing *l, struct pool *pool, struct span s);
void listing_tar(struct listing *l, struct pool *pool, struct span s);
void listing_gz(struct listing *l, struct pool *pool, struct span s);
void listing_xz(struct listing *l, struct pool *pool, struct span s);
void listing_bz2(struct listing *l, struct pool *pool, struct span s);

/* Adds an entry; NULL beyond the limit. Its format is by the name until its content says more. `charset` NULL: guessed. */
struct inside *listing_add(struct listing *l, struct pool *pool, const void *name, size_t n, const char *charset,
                           uint64_t size, int locked);

/* Says of an entry, the last one added, what its content is; an archive is listed behind it. */
void listing_content(struct listing *l, struct pool *pool, struct inside *entry, const void *bytes, size_t n);

/* The same of content that ends before its end. */
void listing_torn(struct listing *l, struct pool *pool, struct inside *entry, const void *bytes, size_t n);

/* The same of content that stands there as it is: all of its `size` bytes, or what is there of them. */
void listing_stored(struct listing *l, struct pool *pool, struct inside *entry, struct span content, uint64_t size);

/* Appends what deflated bytes (`window`: as zlib has it) hold, as far as may still be unpacked; also what lies before damage.
 * *used (NULL: not wanted) gets how many of them it took. 0; -1: damaged; 1: there is more. */
int listing_inflate(struct listing *l, struct span packed, int window, size_t most, struct buf *out, size_t *used);

#endif
