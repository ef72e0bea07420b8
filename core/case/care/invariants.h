/*
 * What holds over all records of a case together, whoever made them.
 *
 *     a label means one record, and a former label is kept by the record that had it
 *     a mark belongs to one key
 *     a record that was never renamed has a label of its author's mark
 *     there is one record of the kind `case`, with the case's id
 *     a conflict is about a field of a record that is there, and that a person may change
 *
 * Checked after every merge inside its transaction, and by verify. What holds of
 * one record alone is record_validate.h's, what holds over its versions
 * record_origin.h's.
 */
#ifndef GENBA_CASE_CARE_INVARIANTS_H
#define GENBA_CASE_CARE_INVARIANTS_H

#include "case/store/case_file.h"

#include <jansson.h>

/* Calls `finding` with a line for each thing wrong; text from outside is in it. -1: the tables cannot be read. */
int invariants_check(struct case_file *c, void (*finding)(void *ctx, const char *text), void *ctx, struct err *err);

/* The same in slices: looks at about `rows` records. 1: there are more, 0: all were looked at, -1. */
struct invariants;
struct invariants *invariants_begin(struct case_file *c, void (*finding)(void *ctx, const char *text), void *ctx);
int invariants_step(struct invariants *k, size_t rows, struct err *err);
void invariants_end(struct invariants *k); /* NULL is fine */

/* Whether a person may change that field of that record: one of its kind's fields that genba does not keep for itself. */
int conflict_may_be_about(const json_t *record, const char *field);

#endif
