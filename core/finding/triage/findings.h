/*
 * The findings of a case: the first checks over the sets that triage has stored, made anew each time, so that a rule that was added
 * later speaks of evidence that was read before.
 */
#ifndef GENBA_FINDING_TRIAGE_FINDINGS_H
#define GENBA_FINDING_TRIAGE_FINDINGS_H

#include "base/progress.h"

#include <jansson.h>

struct case_file;
struct err;

/*
 * An array of findings (check/check.h), of each evidence the worst first, with "asset" and "check", and of one on
 * record (findings_store.h) its label, "status" and "assessment". `filter` (NULL: all) is one of
 * observation_query.h over a finding's own members. A set that cannot be read is a finding gap.unread. NULL with the error.
 */
json_t *triage_findings(struct case_file *c, const char *filter, const struct progress *progress, struct err *err);

#endif
