/*
 * What the evidence could not show, collected beside the first checks: logs that are not there, that begin too late, whose
 * numbers jump, places that could not be read, what the collector itself could not fetch. "Nothing seen" is never said
 * without it.
 */
#ifndef GENBA_FINDING_TRIAGE_CHECK_CHECK_GAPS_H
#define GENBA_FINDING_TRIAGE_CHECK_CHECK_GAPS_H

#include <stdint.h>

struct check_gaps;
struct observation;

struct check_gaps *check_gaps_new(void);
void check_gaps_free(struct check_gaps *g); /* NULL is allowed */

/* An event of that channel; a row of what a collector says. */
void check_gaps_event(struct check_gaps *g, const struct observation *o, const char *channel);
void check_gaps_collector(struct check_gaps *g, const struct observation *o);

/* What could not be read of a file, and how many files nobody knew how to read. Both are copied. */
void check_gaps_problem(struct check_gaps *g, const char *path, const char *reason);
void check_gaps_unknown(struct check_gaps *g, uint64_t files);

/* The sentence of "gap.NAME", English; NULL: there is no such. */
const char *check_gap_title(const char *rule);

/* Gives each gap there is; `starts`: how many starts of processes were seen. */
typedef void (*check_gap_fn)(void *ctx, const char *rule, const char *title, const char *reason);
void check_gaps_each(const struct check_gaps *g, uint64_t starts, check_gap_fn gap, void *ctx);

#endif
