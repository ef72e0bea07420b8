/*
 * The indicators of a case, for a sweep. Those that were refuted (false_positive) do not count.
 */
#ifndef GENBA_FINDING_SWEEP_SWEEP_CASE_H
#define GENBA_FINDING_SWEEP_SWEEP_CASE_H

#include "finding/sweep/sweep_list.h"

struct case_file;

/* Adds them with their labels; `skip` is told of those that no text can be looked through for (line 0). 0 or -1. */
int sweep_list_read_case(struct sweep_list *list, struct case_file *c, sweep_skip_fn skip, void *ctx, struct err *err);

#endif
