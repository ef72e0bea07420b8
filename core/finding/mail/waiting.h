/* What waits at the mail desk, for the Board. */
#ifndef GENBA_FINDING_MAIL_WAITING_H
#define GENBA_FINDING_MAIL_WAITING_H

#include "case/store/record.h"

struct mail_waiting {
	size_t unknown;         /* mails of which nobody has said what was done with them */
	size_t high;            /* of them: with a finding of great weight */
	size_t partly;          /* that could only be read in part */
	char first[LABEL_TEXT]; /* of those of great weight */
};

/* A record_fn over the mails; `ctx` is a struct mail_waiting. Those that were typed in do not count: nobody brought them. */
int mail_waiting_count(void *ctx, json_t *mail);

/* Those of the case as it is now, in slices: until the steady time `deadline`. 1: there is more to do, and `w` is not known yet;
 * 0; -1. What was counted is kept until the case changes. */
int mail_waiting_ahead(struct case_file *c, double deadline, struct mail_waiting *w, struct err *err);

#endif
