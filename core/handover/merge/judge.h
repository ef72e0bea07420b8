/*
 * What a commit made elsewhere may contain.
 *
 * Foreign history is believed only as far as genba itself could have written
 * it: records at their own path, in canonical form, with values of their
 * field's type; nothing removed; identity, kind and origin of a record never
 * changed. A kind that this genba does not know is kept whole.
 */
#ifndef GENBA_HANDOVER_MERGE_JUDGE_H
#define GENBA_HANDOVER_MERGE_JUDGE_H

#include "base/buf.h"

struct err;

/* A history_judge_fn (exchange.h). The context, a JSON object or NULL, gets the digests of texts and files that records
 * name, as its members' names. */
int judge_file(void *ctx, const char *path, const struct buf *text, const struct buf *before, struct err *err);

#endif
