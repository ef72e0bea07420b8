/*
 * The answer to whoever sent a suspicious mail in: which mail, what was seen and what could not be, what to do now.
 * Polite, plain, nothing in it that can be clicked on; by what was done with the mail (its field `reach`; unknown: as if it
 * was opened). In the interface's language.
 */
#ifndef GENBA_FINDING_MAIL_ADVICE_H
#define GENBA_FINDING_MAIL_ADVICE_H

#include "case/store/case_file.h"

struct buf;

/* Appends the text. 0 or -1. */
int mail_advice(struct case_file *c, const char *label, struct buf *out, struct err *err);

#endif
