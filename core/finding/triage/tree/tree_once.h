/*
 * Rows of a volume and of its shadow copies, each told once: a shadow copy says again nearly all that the volume says. Two
 * rows are the same if they differ by volume, offset and ordinal only.
 */
#ifndef GENBA_FINDING_TRIAGE_TREE_TREE_ONCE_H
#define GENBA_FINDING_TRIAGE_TREE_TREE_ONCE_H

#include "finding/observation/observation.h"

struct tree_once;

struct tree_once *tree_once_new(void);
void tree_once_free(struct tree_once *t); /* NULL is allowed */

/* Notes all of the packed rows. With `out`: appends those that were not noted before. */
void tree_once_rows(struct tree_once *t, const void *rows, size_t n, struct buf *out);

#endif
