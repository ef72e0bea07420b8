/*
 * What is disputed: fields of records under a conflict that nobody has decided.
 *
 * A merge keeps one of two values that were set on both sides, by nothing better
 * than the time of change. Until a person decides, the field is not known, and
 * whatever shows or counts it says so:
 *
 *     records as read (record.h) bear a member `disputed`, the sorted names of
 *     such fields, and `disputed_values`, {field: [one value, the other]}; null
 *     stands for unset. record_field_text() adds "(disputed)".
 *
 * Who counts asks record_may_be() and record_surely_is(): what would reassure
 * counts only if both sides say it, what would alarm if either does. A machine
 * that is isolated on one side only is not isolated; one that is infected on one
 * side is infected.
 */
#ifndef GENBA_CASE_STORE_DISPUTED_H
#define GENBA_CASE_STORE_DISPUTED_H

#include "case/store/record.h"

struct buf;

/* Of a record, by label or id, as of a commit (full id; NULL or "": now): {field: [one value, the other]} as above; NULL:
 * nothing of it is disputed. Borrowed until the case changes. */
const json_t *record_disputes(struct case_file *c, const char *commit, const char *record);

/* The disputed records of a kind, now and not retracted, as record_each() gives them; they are kept, so that the callback must not
 * change them. */
int record_each_disputed(struct case_file *c, const char *kind, record_fn fn, void *ctx, struct err *err);

/* How many there are, retracted ones too. */
size_t record_count_disputed(struct case_file *c, const char *kind);

/* Of a record as read; `values` are joined by bars: "infected|compromised". */
int record_is_disputed(const json_t *record, const char *field);
int record_may_be(const json_t *record, const char *field,
                  const char *values); /* it is one of them, or a side says so */
int record_surely_is(const json_t *record, const char *field, const char *values); /* it is, and both sides say so */

#define ASSET_INFECTED  "infected|compromised"
#define ASSET_CONTAINED "isolated|not_applicable"

/* What a record is passed on by: its own label, the higher one where two copies say otherwise; where it has none `of_case`,
 * which may be NULL. Borrowed of the record, or `of_case`. */
const char *record_tlp(const json_t *record, const char *of_case);

/* Infected or taken over and not isolated, for all that is known: an alarm. */
int asset_is_uncontained(const json_t *asset);

/* Whether the value reassures (isolated, clean, done): while it is disputed it does not count. */
int disputed_value_reassures(const char *field, const char *value);

/* Appends " (disputed)" in the interface's language. */
void disputed_add(struct buf *out);

#endif
