/*
 * Asking for observations: over all sets of a case, in the order of time.
 *
 *     struct observation_query q = {.filter = "artefact=prefetch program~rar", .from = t0, .until = t1};
 *     observation_query_run(c, &q, show, ctx, &progress, &err);
 *
 * The filter is words separated by spaces, all of which must hold:
 *
 *     FIELD=VALUE  FIELD!=VALUE  FIELD~VALUE (contains)  FIELD:  (is set)  -TERM  WORD (some field or the path contains it)
 *
 * with the signs of the case's filter language (case/query/filter.h): A|B is any of them, "…" quotes, text is compared folded.
 * FIELD is a row's own, or one of artefact, path, evidence, source, time_of, clock, id, recovered.
 *
 * Blocks whose span or artefacts cannot match are not read. A set that cannot be read is told to `problem`, and the others go
 * on: what was not looked at is named, never left out in silence.
 */
#ifndef GENBA_FINDING_OBSERVATION_OBSERVATION_QUERY_H
#define GENBA_FINDING_OBSERVATION_OBSERVATION_QUERY_H

#include "base/progress.h"
#include "finding/observation/observation_set.h"

struct observation_filter;

/* NULL with ERR_INVALID; the message names the part that is wrong. */
struct observation_filter *observation_filter_parse(const char *text, struct err *err);
void observation_filter_free(struct observation_filter *f); /* NULL is allowed */

/* Whether the row matches; `set` is the one it lies in. */
int observation_filter_match(const struct observation_filter *f, const struct observation *o,
                             const struct observation_set *set);

/* The first field of it, in order, that is_field() does not know, borrowed; NULL: all are known. For filters of what has a fixed
 * set of fields; rows of others have whatever columns their source had. */
const char *observation_filter_unknown(const struct observation_filter *f, int (*is_field)(const char *name));

/* The artefacts that can match, as bits. */
uint64_t observation_filter_artefacts(const struct observation_filter *f);

struct observation_query {
	const char *filter;   /* NULL or "": all */
	const char *evidence; /* a label: its sets only; NULL: all */
	int64_t from;         /* times from here */
	int64_t until;        /* to here, both included; both 0: all, those without a time last */
	uint64_t skip;        /* matching rows that are passed over first (paging) */
	uint64_t limit;       /* matching rows that are given; 0: all */
	void (*problem)(void *ctx, const struct observation_set *set, const char *reason);
	int lost; /* sets that this copy does not hold are told to `problem`, too (observation_lost.h); of any evidence */
};

/* Gives each matching row, borrowed for the call, with its set. -1 of `fn` is an error, 1 stops. 0, or -1. */
typedef int (*observation_row_fn)(void *ctx, const struct observation *o, const struct observation_set *set,
                                  struct err *err);
int observation_query_run(struct case_file *c, const struct observation_query *q, observation_row_fn fn, void *ctx,
                          const struct progress *progress, struct err *err);

/* The same in slices: until the steady time `deadline` (HUGE_VAL: to the end). 1: there is more to do; 0; -1. `q` is copied, its
 * texts are borrowed while the scan is made. The case must not change between two slices: whoever sees that it has begins anew. */
struct observation_scan;
struct observation_scan *observation_scan_new(struct case_file *c, const struct observation_query *q,
                                              observation_row_fn fn, void *ctx, const struct progress *progress,
                                              struct err *err);
int observation_scan_work(struct observation_scan *scan, double deadline, struct err *err);
int observation_scan_percent(const struct observation_scan *scan);
void observation_scan_free(struct observation_scan *scan); /* NULL is allowed */

/* The row of that id (16 hex digits, with or without `o:` before them). ERR_NOT_FOUND; ERR_INVALID: no id. As above. */
int observation_find(struct case_file *c, const char *id, observation_row_fn fn, void *ctx, struct err *err);

#endif
