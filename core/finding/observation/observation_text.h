/* An observation in one line, for people: what it is, and its fields, the most telling first. */
#ifndef GENBA_FINDING_OBSERVATION_OBSERVATION_TEXT_H
#define GENBA_FINDING_OBSERVATION_OBSERVATION_TEXT_H

#include "finding/observation/observation.h"

/* Appends it, printable, cut at about `most` bytes. */
void observation_text(const struct observation *o, size_t most, struct buf *out);

#endif
