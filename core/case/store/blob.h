/*
 * The case's blob store: small files, manifests, captured output.
 *
 * Content-addressed by SHA-256, zstd-compressed, rows of the case's database,
 * outside git. Records name the digest. Put inside an action, a blob is
 * committed with it.
 */
#ifndef GENBA_CASE_STORE_BLOB_H
#define GENBA_CASE_STORE_BLOB_H

#include "case/store/case_file.h"

#include <stddef.h>
#include <stdint.h>

#define BLOB_LIMIT (64U << 20) /* bytes of one blob */

/* Stores n bytes (once), and writes the digest as 64 hex digits. */
int blob_put(struct case_file *c, const void *bytes, size_t n, char sha256[65], struct err *err);

/* Appends the bytes; checks the digest (ERR_DAMAGED), ERR_NOT_FOUND if there is none or it was purged. */
int blob_get(struct case_file *c, const char *sha256, struct buf *out, struct err *err);

/* Checks a blob against its digest as blob_get() does, without having it whole: about `bytes` of it in a step. NULL as
 * blob_get(); then 1: there is more, 0: it fits, -1: it does not (ERR_DAMAGED). The packed bytes are read at once. */
struct blob_check;
struct blob_check *blob_check_begin(struct case_file *c, const char *sha256, struct err *err);
int blob_check_step(struct blob_check *k, size_t bytes, struct err *err);
void blob_check_end(struct blob_check *k); /* NULL is fine */

/* Takes the bytes out of the store as if they had never been there; for what can be made again. */
int blob_forget(struct case_file *c, const char *sha256, struct err *err);

/* 1 if the blob was purged here: a copy that still has it does not bring it back. */
int blob_is_purged(struct case_file *c, const char *sha256);

/* The digests of all blobs of that many bytes; nonzero from the callback stops and is returned. */
int blob_each_of_size(struct case_file *c, int64_t size, int (*fn)(void *ctx, const char *sha256), void *ctx);

#endif
