/* Deciding a conflict that a merge left: one of the two values, or another one, in one signed action. */
#ifndef GENBA_HANDOVER_MERGE_RESOLVE_H
#define GENBA_HANDOVER_MERGE_RESOLVE_H

#include "case/case.h"

/*
 * Sets the field that the conflict is about, and the conflict to resolved.
 * `choice`: "one", "other" or "=VALUE". A long text or a secret is taken over by
 * its digest, whether its bytes are in this copy or not. `reason`: why, or NULL.
 * ERR_USAGE, ERR_NOT_FOUND.
 */
int conflict_resolve(struct case_file *c, const char *label, const char *choice, const char *reason, struct err *err);

/* Says why a conflict was decided as it was, instead of what was said before. ERR_USAGE: it is open still, or no conflict. */
int conflict_explain(struct case_file *c, const char *label, const char *reason, struct err *err);

#endif
