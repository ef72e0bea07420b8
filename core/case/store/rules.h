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

/* 0, or -1 (ERR_USAGE) with the rule that the stored object breaks. */
int rule_check(struct case_file *c, const json_t *object, struct err *err);

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

#endif
