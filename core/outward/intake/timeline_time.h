/*
 * The times of time lines, as tools write them: exactly what is written, and nothing guessed.
 *
 *     2026-11-23T14:05:09.871234Z    2026-11-23 14:05:09.871 +09:00    2026-11-23 14:05:09 UTC    11/23/2026 14:05:09
 */
#ifndef GENBA_OUTWARD_INTAKE_TIMELINE_TIME_H
#define GENBA_OUTWARD_INTAKE_TIMELINE_TIME_H

#include <stdint.h>

/* `when` as an observation has it, `clock` one of enum observation_clock. 0, or -1: it is no such time. */
int timeline_time(const char *text, int64_t *when, uint8_t *clock);

/* A number since 1970: seconds, milli-, micro- or nanoseconds by its size. */
int timeline_epoch(double number, int64_t *when);

#endif
