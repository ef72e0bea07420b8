/*
 * Sets that a check on record names and that this copy of the case does not hold: not taken along by whoever handed it over, or
 * taken out of the tables. What they showed is in no list, no search and no count, and that is said.
 */
#ifndef GENBA_FINDING_OBSERVATION_OBSERVATION_LOST_H
#define GENBA_FINDING_OBSERVATION_OBSERVATION_LOST_H

#include "finding/observation/observation_set.h"

/* How the limits of a check name the digest of its set. */
#define OBSERVATION_DIGEST_OF_SET "digest of the set "

/* The first of each check that is not retracted: only `check` and `sha256` are filled in. None is a set that was purged, here or in
 * a copy that said so, its digest is kept, and one in whose place a later set is here: what was read was read again by the same
 * parsers, of whatever version, or was swept again for the same list, and no less of it. `fn` returns -1 to stop. 0 or -1. */
int observation_lost_each(struct case_file *c, observation_set_fn fn, void *ctx, struct err *err);

/* What is told of one, after the label of its check. */
const char *observation_lost_says(void);

#endif
