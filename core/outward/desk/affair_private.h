/* What the files that make affairs of cases share. */
#ifndef GENBA_OUTWARD_DESK_AFFAIR_PRIVATE_H
#define GENBA_OUTWARD_DESK_AFFAIR_PRIVATE_H

#include "outward/desk/affair.h"

int desk_is(const json_t *record, const char *field, const char *value);

/* It is of that kind, and not retracted. */
int desk_counts(const json_t *record, const char *kind);

/* The organisations of the chains of these cases: each once, also where several cases touch it. The caller frees them. */
struct desk_link *chain_links_make(const struct desk_cases *cases, size_t *count);

#endif
