/*
 * Rules across fields: what one field's type cannot say.
 *
 * A rule either refuses a record (rule_check) or warns (rule_warnings): what a
 * person does at three in the morning is recorded, and questioned.
 */
#ifndef GENBA_CASE_STORE_RULES_H
#define GENBA_CASE_STORE_RULES_H

#include "case/kind/kinds.h"
#include "case/store/case_file.h"

#include <jansson.h>

/* 1 for kinds whose records genba makes itself: case, responder, run, step, conflict. */
int rule_machine_kind(const struct kind *kind);

/*
 * Brings a stored object that is added (`before` NULL) or set to the form in which it is compared: an indicator's
 * value. -1: ERR_USAGE if the value is none of its type; ERR_EXISTS if the indicator is on record already, unless
 * RECORD_TWICE is in the flags. What an older version took in is left alone until it is changed.
 */
int rule_settle(struct case_file *c, const json_t *before, json_t *object, unsigned flags, struct err *err);

/* 0, or -1 (ERR_USAGE) with the rule that the stored object breaks. */
int rule_check(struct case_file *c, const json_t *object, struct err *err);

/* 1 if that field of the kind says when something happened or was done, and the time (as stored) is yet to come. */
int rule_lies_ahead(const struct kind *kind, const struct field *field, const char *time);

/* Appends a line for each thing a person should think about, in the interface's language. `record` as read. */
void rule_warnings(struct case_file *c, const json_t *record, struct buf *lines);

/*
 * "No trace found" goes stale when indicators become known that the check behind it could not look for. 1 if the check
 * `label` (of kind check) was made before the newest indicator that is not marked benign was entered; 0 if not, or if
 * nothing can be said. `newest` is rule_newest_indicator().
 */
int rule_check_is_stale(struct case_file *c, const char *label, int64_t newest);

/* When the newest of these indicators was entered, seconds since 1970; INT64_MIN if there is none. */
int64_t rule_newest_indicator(struct case_file *c);

/* What "no damage" of a party rests on: nothing on record, only what they say, or a check of theirs that found nothing. */
enum contact_basis { CONTACT_NO_BASIS, CONTACT_THEY_SAY, CONTACT_CHECKED };
enum contact_basis contact_basis_of(struct case_file *c, const char *party);

#endif
