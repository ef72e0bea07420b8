/*
 * Clocks of observations: what was recorded, the same in UTC, and what it was by the reference clock.
 *
 *     observed    as the artefact says it; `clock` tells whether that is UTC, or the machine's local time
 *     utc         local time moved by the machine's zone: the one its registry names (TimeZoneInformation in a set of the same
 *                 evidence), else the asset's `timezone`. Of an unknown clock: not known.
 *     corrected   utc less the asset's `clock_offset` (asset − reference). The offset is that of the clock as it was found;
 *                 each setting of the clock that the evidence shows (Security 4616, of a second or more) moves it for the rows
 *                 before. Without an offset on record: not known.
 *
 *     struct observation_clocks *k = observation_clocks_new(c);
 *     observation_clocks_of(k, o, set, &times);               // what is known of the set is looked up once
 *     observation_clocks_free(k);
 *
 * Nothing on record is changed by it: rows keep what was observed.
 */
#ifndef GENBA_FINDING_OBSERVATION_OBSERVATION_CLOCK_H
#define GENBA_FINDING_OBSERVATION_OBSERVATION_CLOCK_H

#include "finding/observation/observation_set.h"

struct observation_clocks;

struct observation_times { /* OBSERVATION_NO_TIME: not known */
	int64_t observed;
	int64_t utc;
	int64_t corrected;
};

struct observation_clocks *observation_clocks_new(struct case_file *c);
void observation_clocks_free(struct observation_clocks *k); /* NULL is allowed */

void observation_clocks_of(struct observation_clocks *k, const struct observation *o, const struct observation_set *set,
                           struct observation_times *times);

#define OBSERVATION_WHEN 40

/* The time of a row as EDTF, as it goes on record: with Z, with the zone of the local clock where that is known, else without. */
void observation_clocks_when(struct observation_clocks *k, const struct observation *o,
                             const struct observation_set *set, char text[OBSERVATION_WHEN]);

/* Adds when_utc, when_corrected (null: not known) and clock_offset ("PT4M", if one is on record) to the row's object. */
void observation_clocks_add(struct observation_clocks *k, const struct observation *o,
                            const struct observation_set *set, json_t *object);

#endif
