/*
 * Which bytes are evidence on record: read once, before many paths are preserved.
 *
 *     struct evidence_known *known = evidence_known_new(c, err);
 *     const char *label = evidence_known_find(known, sha256, NULL, NULL);     the first with these bytes, or NULL
 *     evidence_known_free(known);
 *
 * What is retracted, not complete or without a digest is left out.
 */
#ifndef GENBA_EVIDENCE_EVIDENCE_KNOWN_H
#define GENBA_EVIDENCE_EVIDENCE_KNOWN_H

#include "case/store/record.h"

struct evidence_known;

struct evidence_known *evidence_known_new(struct case_file *c, struct err *err); /* NULL: it cannot be read */
void evidence_known_free(struct evidence_known *known);                          /* NULL is allowed */

/* Adds what was just preserved. `source` is in the text form of a path (base/pathname.h), `on` the asset's label or NULL. */
void evidence_known_add(struct evidence_known *known, const char *sha256, const char *label, const char *source,
                        const char *on);

/* The label of the first evidence with these bytes, or NULL; with `source` only of those that were read there, with `on` of that
 * asset. It lasts as long as `known` does. */
const char *evidence_known_find(const struct evidence_known *known, const char *sha256, const char *source,
                                const char *on);

#endif
