/*
 * All sets of a case at once: verified, taken along with a copy, purged.
 *
 * A set inside the case travels with every copy of it. A container beside the case does not, unless it is taken along: it can
 * be made again from the evidence (triage, sweep), and its key lies in the copy.
 */
#ifndef GENBA_FINDING_OBSERVATION_OBSERVATION_CARE_H
#define GENBA_FINDING_OBSERVATION_OBSERVATION_CARE_H

#include "base/progress.h"
#include "finding/observation/observation_set.h"

struct observation_care {
	uint64_t sets;   /* that were read or copied */
	uint64_t absent; /* containers that are not beside this copy */
	uint64_t wrong;  /* that are damaged, or not those of record */
	uint64_t bytes;
};

/* Reads every set and holds it to the digest that its check names; `finding` is told of each that is damaged, with the block, or
 * that is not on record. 0 or -1. */
int observation_verify_all(struct case_file *c, const struct progress *progress,
                           void (*finding)(void *ctx, const char *part, const char *text), void *ctx,
                           struct observation_care *care, struct err *err);

/* Copies the containers beside the new copy of the case, or the parcel, at `out`: all, or those whose check is among
 * `records` (ids as names; parcel.h). 0 or -1. */
int observation_take_along(struct case_file *c, const char *out, const json_t *records, struct observation_care *care,
                           struct err *err);

/* How many containers lie beside the case: of all sets, or of those. */
int observation_count_beside(struct case_file *c, const json_t *records, uint64_t *count, struct err *err);

/* Takes keys and content of the sets of a check away; digests stay on record. *count gets how many. Inside an action. */
int observation_purge_check(struct case_file *c, const char *check, uint64_t *count, struct err *err);

#endif
