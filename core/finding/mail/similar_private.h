/* What the files that compare mails share. */
#ifndef GENBA_FINDING_MAIL_SIMILAR_PRIVATE_H
#define GENBA_FINDING_MAIL_SIMILAR_PRIVATE_H

#include "finding/mail/similar.h"

#include <stddef.h>

/* For the index (mail_keys_fn): the keys of one mail; `ctx` is the case. */
void similar_keys_of_mail(void *ctx, const json_t *record, json_t *keys);

/* Whether a key tells anything: that of a crowd does not. */
int similar_key_tells(size_t mails, size_t holders);

/* Where there can be no index: {key: [mail, …]} from all mails, and how many there are. 0 or -1. */
int similar_read_all(struct case_file *c, json_t *keys, size_t *mails, struct err *err);

#endif
