/*
 * Rules across fields: what one field's type cannot say.
 *
 * A rule either refuses a record (rule_check) or warns (rule_warnings): what a
 * person does at three in the morning is recorded, and questioned.
 */
#ifndef GENBA_CASE_RULES_H
#define GENBA_CASE_RULES_H

#include "case/case.h"
#include "case/kinds.h"

#include <jansson.h>

/* 1 for kinds whose records genba makes itself: case, responder, run, step, conflict. */
int rule_machine_kind(const struct kind *kind);

/* 0, or -1 (ERR_USAGE) with the rule that the stored object breaks. */
int rule_check(struct case_file *c, const json_t *object, struct err *err);

/* Appends a line for each thing a person should think about, in the interface's language. `record` as read. */
void rule_warnings(struct case_file *c, const json_t *record, struct buf *lines);

#endif
