/*
 * Sets of observations in a parcel (handover/parcel/parcel.h): those whose check is among the records that travel.
 *
 *     each set      u32 length, a line of JSON: what the table says of it; "purged": only this is left
 *     its blocks    of a set in the case: u32 length, bytes without the zeros at the end; "blocks" of them
 *
 * A large set tells its key, and its container travels beside the parcel (observation_care.h) or not at all: it can be made
 * again from the evidence.
 *
 * Nothing of it is believed that the check on record does not name: the digest of the set and that of the evidence stand in
 * the check's limits, in a commit that was judged. Each row is looked at as one from the cage is, and the table of blocks is
 * made anew. What does not fit is left out and told, and the records are merged all the same.
 */
#ifndef GENBA_FINDING_OBSERVATION_OBSERVATION_PARCEL_H
#define GENBA_FINDING_OBSERVATION_OBSERVATION_PARCEL_H

#include "finding/observation/observation_set.h"
#include "handover/parcel/parcel.h"

extern const struct parcel_room observation_parcel;

/* Whether the set's check is among these records (ids as names); `records` NULL: it is. */
int observation_parcel_is_new(struct case_file *c, const struct observation_set *set, const json_t *records);

#endif
