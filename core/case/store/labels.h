/*
 * Labels and numbers in the tables: who has a label, which numbers were given,
 * also before a merge gave a record another one.
 */
#ifndef GENBA_CASE_STORE_LABELS_H
#define GENBA_CASE_STORE_LABELS_H

#include "case/store/record.h"

/* 1 if a record other than `id` has the label. */
int label_is_taken(struct case_file *c, const char *label, const char *id);

/* The id and the kind of the record that has the label: 1, or 0 if there is none. `kind` has room for `size` bytes. */
int label_owner(struct case_file *c, const char *label, char id[37], char *kind, size_t size);

/* The highest number that records of the kind with that mark have, or 0; numbers out of the air do not count. */
int64_t label_highest_number(struct case_file *c, const char *mark, const char *kind);

/* Every label that a record of the kind had before. */
void label_each_former(struct case_file *c, const char *kind, void (*fn)(void *ctx, const char *label), void *ctx);

/* Whether a record has that label now, or had it. */
int label_was_given(struct case_file *c, const char *label);

/* Each label that a record has, or had, of `rows` records behind the row *after (0: from the first), which moves on. A record
 * never tells the same one twice. 1: there are more records, 0: there are none, -1. */
int label_each_called(struct case_file *c, int64_t *after, size_t rows, void (*fn)(void *ctx, const char *label),
                      void *ctx, struct err *err);

/* Frees the label of a record that is to have `label`, if it has another one now: until it is stored it has none that a
 * person could write. Inside an action. */
int label_make_free(struct case_file *c, const char *id, const char *label, struct err *err);

/* Whether the text names the label, or another word without blanks, as a whole word: R1-E1 does not stand in R1-E10. */
int label_is_named(const char *text, const char *label);

#endif
