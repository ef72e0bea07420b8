/*
 * The indicators of a case, for a sweep. Those that were refuted (false_positive) do not count.
 *
 * The list is kept of the open case, and after a change only the changed indicators are read (case/query/record_kept.h): who
 * waits for keys has it in slices.
 */
#ifndef GENBA_FINDING_SWEEP_SWEEP_CASE_H
#define GENBA_FINDING_SWEEP_SWEEP_CASE_H

#include "finding/sweep/sweep_list.h"

struct case_file;

/* Adds them with their labels; `skip` is told of those that no text can be looked through for (line 0). 0 or -1. */
int sweep_list_read_case(struct sweep_list *list, struct case_file *c, sweep_skip_fn skip, void *ctx, struct err *err);

/* Those of the case as it is now. All is borrowed until the next call. */
struct sweep_case {
	const struct sweep_list *list;
	const size_t *skipped; /* numbers of the indicators that cannot be looked for: sweep_case_skipped() */
	size_t skipped_count;
	uint64_t version; /* what follows from the indicators holds while it is the same */
};

/* Until the steady time `deadline` (HUGE_VAL: to the end). 1: there is more to do, and `out` is not filled; 0; -1. */
int sweep_case_ahead(struct case_file *c, double deadline, struct sweep_case *out, struct err *err);

/* Of a number in `skipped`: the value, borrowed, and why, in the interface's language. */
const char *sweep_case_skipped(struct case_file *c, size_t number, const char **value);

#endif
