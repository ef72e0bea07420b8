/*
 * Which mails have which keys, kept beside the records, so that what a mail is like is found without reading the others. It is
 * made again from the records where it is missing or older than they are, and in a case that may not be written it is not
 * believed: then the records are read.
 *
 *     if (mail_index_may(c) && mail_index_work(c, keys_of, ctx, HUGE_VAL, err) == 0)
 *         mail_index_load(c, "R1-L7", keys, &mails, err);
 */
#ifndef GENBA_FINDING_MAIL_SIMILAR_INDEX_H
#define GENBA_FINDING_MAIL_SIMILAR_INDEX_H

#include "case/store/record.h"

#include <jansson.h>

/* The keys of a mail, put to the array. */
typedef void (*mail_keys_fn)(void *ctx, const json_t *record, json_t *keys);

/* Whether there can be one here, now: the case may be written. */
int mail_index_may(struct case_file *c);

/* Brings it up to date, until the steady time `deadline` (HUGE_VAL: to the end): only mails that changed are read. 1: there is
 * more to do; 0: it can be used; -1. */
int mail_index_work(struct case_file *c, mail_keys_fn keys_of, void *ctx, double deadline, struct err *err);
int mail_index_percent(struct case_file *c); /* how far it is, 0 to 100 */

/* At most so many rows behind a place ({NULL, NULL}: from the first), in the order of keys and mails; the place goes on with each.
 * `fn` answering nonzero stops before the row. 1: there may be more; 0; -1. */
struct mail_index_place {
	char *key, *mail; /* owned */
};
int mail_index_rows(struct case_file *c, struct mail_index_place *after, size_t most,
                    int (*fn)(void *ctx, const char *key, const char *mail), void *ctx, struct err *err);
void mail_index_place_release(struct mail_index_place *p);

/* How many mails are in it. 0 or -1. */
int mail_index_count(struct case_file *c, size_t *mails, struct err *err);

/* Puts {key: [mail, …]} for the keys of one mail (NULL: for all keys) to the object, and how many mails there are. 0 or -1. */
int mail_index_load(struct case_file *c, const char *mail, json_t *keys, size_t *mails, struct err *err);

#endif
