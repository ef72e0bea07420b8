/*
 * Drafts: what is being typed and is not on record yet.
 *
 * A draft is a row of the case's database, so it is encrypted like everything
 * else and survives a crash and a lock; it is no action and not in history. The
 * key says what is being written: "form:asset" (a new record), "form:R1-A1" (a
 * change), "note:R1-A1". The value is a JSON object of whoever writes it, who signs it (own.h): a draft that somebody else
 * left in the case is none.
 *
 * Each write is one transaction and one fsync: write when typing pauses, not
 * for each key.
 */
#ifndef GENBA_CASE_STORE_DRAFT_H
#define GENBA_CASE_STORE_DRAFT_H

#include "case/store/case_file.h"

#include <jansson.h>

/* Keeps the draft, over an earlier one of that key. 0 or -1 (a read-only case has no drafts). Nothing is taken. */
int draft_save(struct case_file *c, const char *key, const json_t *value, struct err *err);

/* The draft (new reference) and when it was written (RFC 3339), or NULL: there is none, or it cannot be read. */
json_t *draft_load(struct case_file *c, const char *key, char modified[32]);

/* Drops it; none is no error. */
int draft_delete(struct case_file *c, const char *key, struct err *err);

/* Each draft of the person who has the case open, the oldest first. Callback nonzero stops and is returned. */
int draft_each(struct case_file *c, int (*fn)(void *ctx, const char *key, const char *modified, const json_t *value),
               void *ctx, struct err *err);

#endif
