/*
 * Time zones by name, for times in logs that name none.
 *
 *     +09:00  +0900  UTC+9  UTC  Z  JST         offsets
 *     Asia/Tokyo                                 a zone of the machine's data base (TZif, RFC 8536)
 *
 * A local time that a change of the clocks makes twofold gets the offset before the change.
 */
#ifndef GENBA_BASE_TIME_ZONE_H
#define GENBA_BASE_TIME_ZONE_H

#include <stdint.h>

/* Minutes east of UTC that the zone's clocks are at when they show `local` (seconds since 1970, as if it were UTC). 0, or
 * -1: there is no such zone, or its changes are not listed so far (the lists of many systems end in 2037). */
int zone_offset(const char *name, int64_t local, int *minutes);

/* Whether the name can be read at all, at any time. */
int zone_is_known(const char *name);

#define ZONE_NAME 64

/* The zone that one that cannot be read was probably meant for: "Asia/Tokio", "JST9", "Tokyo Standard Time". 0, or -1: none is
 * near. */
int zone_nearest(const char *typed, char name[ZONE_NAME]);

#endif
