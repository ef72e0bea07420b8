/*
 * The oracle of the hostile histories: what the victim, copies[0], held at first it holds for ever. Whose label, whose
 * mark, whose key, whose digest, who did it. It reads the case by itself and shares no rule with the program.
 */
#ifndef GENBA_TESTS_HELP_HELD_H
#define GENBA_TESTS_HELP_HELD_H

#include <jansson.h>
#include <stdint.h>

enum { HELD_DIGESTS = 5 };
extern const char *const held_digests[HELD_DIGESTS]; /* the fields of evidence that hold one */

/* A new case, of which nothing is known; what fails is told with the seed that it came of. */
void held_begin(uint64_t seed);

/* Fails the test if anything changed; keeps what is new. Thoroughly: who brought each record, and all that verify finds. */
void held_look(int thoroughly);

/* A field of a record; "" if it has none. */
const char *record_text(const json_t *record, const char *name);

#endif
