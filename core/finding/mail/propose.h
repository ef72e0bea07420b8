/*
 * What of a mail may become indicators: proposals, in the order in which they are numbered. Only a person promotes.
 *
 *     json_t *items = mail_proposals(c, "R1-L7", err);   // [{"type": "email", "value": …, "role": "sender", "known": ""}, …]
 *     mail_promote(c, "R1-L7", items, 2, label, err);    // the third becomes a record: one action
 */
#ifndef GENBA_FINDING_MAIL_PROPOSE_H
#define GENBA_FINDING_MAIL_PROPOSE_H

#include "case/store/record.h"

#include <jansson.h>

/* New reference, or NULL. `known` is the label of the record that has it already, or "". */
json_t *mail_proposals(struct case_file *c, const char *label, struct err *err);

/* Those of them that are on record, but for those that are benign, refuted or a false positive. Each also has the `role` of its
 * record ("unknown": nobody said that it is part of an attack), its `tlp`: its own, else the case's, and its
 * `shareable`. New reference, or NULL. */
json_t *mail_known(struct case_file *c, const char *label, struct err *err);

/* Puts item `i` on record; one that is known gets its label without an action. 0 or -1. */
int mail_promote(struct case_file *c, const char *label, const json_t *items, size_t i, char made[LABEL_TEXT],
                 struct err *err);

#endif
