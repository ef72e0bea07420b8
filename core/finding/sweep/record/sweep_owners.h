/*
 * Whose machine a client of a log is, by the host names and addresses on record:
 *
 *     json_t *owners;
 *     if (sweep_owners_now(c, HUGE_VAL, &owners, err) == 0)
 *             label = sweep_owner(owners, "192.0.2.7", when);
 */
#ifndef GENBA_FINDING_SWEEP_RECORD_SWEEP_OWNERS_H
#define GENBA_FINDING_SWEEP_RECORD_SWEEP_OWNERS_H

#include <jansson.h>
#include <stdint.h>

struct case_file;
struct err;

/* The label of the one asset whose name or address it was then (ticks, or OBSERVATION_NO_TIME); "": none, or several. */
const char *sweep_owner(const json_t *owners, const char *client, int64_t when);

/* Those of the assets on record now. 1: there is more to do by then; 0: *owners is a new reference to what is kept for others, too,
 * and holds until an asset changes; -1. */
int sweep_owners_now(struct case_file *c, double deadline, json_t **owners, struct err *err);

#endif
