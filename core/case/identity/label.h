/*
 * The form of labels: a responder's mark, the one or two capital letters of a kind, a number: R1-A12, R1-FD3.
 *
 * Which letters are whose is in the table of kinds (kind_of_label()); who has a label is in case/store/labels.h. Two labels
 * have another form: `case`, of which there is one, and X-1a2b3c4d of a conflict, which has no number.
 */
#ifndef GENBA_CASE_IDENTITY_LABEL_H
#define GENBA_CASE_IDENTITY_LABEL_H

#include "case/identity/identity.h"

#include <stdint.h>

#define LABEL_TEXT    32 /* room for a label such as R1-E4 or X-1a2b3c4d and its NUL */
#define LABEL_LETTERS 3  /* room for a kind's letters and their NUL */
#define LABEL_DIGITS  9  /* of a label's number at most: nobody could count on from more */

/* Splits a label as genba writes it: 1, or 0 if it has not that form; then nothing is filled in. */
int label_split(const char *label, char mark[MARK_TEXT], char letters[LABEL_LETTERS], long *number);

void label_write(char label[LABEL_TEXT], const char *mark, const char *letters, long long number);

/* Whether a person who typed this meant a label: the same form, looser (r1-a1, and any number). */
int label_is_meant(const char *text);

/* Mark and number as they are stored in the columns of a record; a label without a mark (case, X-…) has an empty one and 0. */
void label_columns(const char *label, char mark[MARK_TEXT], int64_t *number);

#endif
