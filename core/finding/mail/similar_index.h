/*
 * Which mails have which keys, kept beside the records, so that what a mail is like is found without reading the others. It is
 * made again from the records where it is missing or older than they are, and in a case that may not be written it is not
 * believed: then the records are read.
 *
 *     if (mail_index_ready(c, keys_of, ctx, err) == 1)
 *         mail_index_load(c, "R1-L7", keys, &mails, err);
 */
#ifndef GENBA_FINDING_MAIL_SIMILAR_INDEX_H
#define GENBA_FINDING_MAIL_SIMILAR_INDEX_H

#include "case/store/record.h"

#include <jansson.h>

/* The keys of a mail, put to the array. */
typedef void (*mail_keys_fn)(void *ctx, const json_t *record, json_t *keys);

/* Brings it up to date: only mails that changed are read. 1: it can be used; 0: it cannot here; -1. */
int mail_index_ready(struct case_file *c, mail_keys_fn keys_of, void *ctx, struct err *err);

/* Puts {key: [mail, …]} for the keys of one mail (NULL: for all keys) to the object, and how many mails there are. 0 or -1. */
int mail_index_load(struct case_file *c, const char *mail, json_t *keys, size_t *mails, struct err *err);

#endif
