/*
 * What one step of a history made elsewhere may do to a file: records are sound
 * (record_validate.h), nothing is removed, and a revocation is not taken back or
 * put off, against either parent. What holds over all versions of a record,
 * however many steps lie between, is record_origin.h's.
 */
#ifndef GENBA_HANDOVER_MERGE_MERGE_VALIDATE_H
#define GENBA_HANDOVER_MERGE_MERGE_VALIDATE_H

#include "base/buf.h"

struct err;

/* A history_judge_fn (exchange.h). The context, a JSON object or NULL, gets the digests of texts and files that records
 * name, as its members' names. */
int merge_validate_file(void *ctx, const char *path, const struct buf *text, const struct buf *before, struct err *err);

/* The same context, for commits that were judged already. */
int merge_validate_name(void *ctx, const char *path, const struct buf *text, const struct buf *before, struct err *err);

#endif
