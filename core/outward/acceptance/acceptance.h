/*
 * What whoever takes a case over reads before they sign for it.
 *
 * First what did not come along: evidence whose bytes are neither in the case
 * file nor where this machine would look for them, and secrets that stayed behind. Then the brief that the sender
 * wrote, or one made now.
 *
 *     char label[LABEL_TEXT];
 *     if (transfer_pending(c, label, err) == 0 && acceptance_text(c, label, folder, &text, err) == 0) … show it, then accept
 */
#ifndef GENBA_OUTWARD_ACCEPTANCE_ACCEPTANCE_H
#define GENBA_OUTWARD_ACCEPTANCE_ACCEPTANCE_H

#include "case/store/record.h"

struct buf;

/* Appends it, printable, for the transfer with that label. What lies in `folder` (evidence_beside(), or one that was named;
 * NULL: none) is said to be compared, and not missed. 0 or -1. */
int acceptance_text(struct case_file *c, const char *transfer, const char *folder, struct buf *text, struct err *err);

#endif
