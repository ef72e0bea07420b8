/*
 * How many others each mail is like, in slices: for who waits for keys. Keys of mails that changed are brought into the index
 * (similar_index.h) some at a time; then mails of one key are counted pair by pair. What came of it is kept until a mail changes.
 */
#ifndef GENBA_FINDING_MAIL_SIMILAR_AHEAD_H
#define GENBA_FINDING_MAIL_SIMILAR_AHEAD_H

#include "case/store/case_file.h"

#include <jansson.h>

/* As mail_similar_counts(), until the steady time `deadline`. 1: there is more to do; 0; -1. *counts: those of now, or while
 * there is more to do those of before; NULL: none yet. Borrowed until the next call. */
int mail_similar_ahead(struct case_file *c, double deadline, const json_t **counts, struct err *err);

/* How far it is, 0 to 100. */
int mail_similar_percent(struct case_file *c);

#endif
