/*
 * Full-text search over all records.
 *
 * FTS5 with the tokenizer of tokenizer.h. The index is derived: an action only
 * queues the records it changed, and the queue is worked off before a search,
 * at a close and between the workbench's keys. An index that an older version
 * made is made anew there.
 */
#ifndef GENBA_CASE_QUERY_SEARCH_H
#define GENBA_CASE_QUERY_SEARCH_H

#include "case/store/record.h"

struct search_hit {
	const char *label;
	const char *kind;
	const char *snippet; /* printable, with the hit between « and » */
	int is_retracted;
};

/* Records that match what a person typed, best first, and those that were retracted behind all others. Callback nonzero stops. */
int search_find(struct case_file *c, const char *text, size_t limit, int (*fn)(void *ctx, const struct search_hit *hit),
                void *ctx, struct err *err);

/*
 * The same in slices, for the workbench: no key waits for it.
 *
 *     struct search *s = search_new(c, text, limit, fn, ctx);
 *     … search_work(s, deadline, &err) == 0       all were given
 *     search_free(s)
 *
 * Hits are ranked as they stand when their slice comes: who changes a record meanwhile begins anew.
 */
struct search;
struct search *search_new(struct case_file *c, const char *text, size_t limit,
                          int (*fn)(void *ctx, const struct search_hit *hit), void *ctx);
void search_free(struct search *s);

/* Goes on until about the steady time `deadline`. 1: there is more; 0: all were given; -1. */
int search_work(struct search *s, double deadline, struct err *err);
int search_percent(const struct search *s);

/* At an opening: an index that cannot be made anew (read-only) is asked as it was made. 0 or -1. */
int search_open(struct case_file *c, struct err *err);

/* Forgets the index and queues every record: it is a stranger's, who could make it find what is not there, or nothing. Within the
 * caller's transaction. 0 or -1. */
int search_forget(struct case_file *c, struct err *err);

/* Indexes at most `limit` queued records (0: all). Returns how many are left, or -1. */
int search_catch_up(struct case_file *c, unsigned limit, struct err *err);

/* Indexes queued records until about the steady time `deadline`. 1: more are left; 0; -1. */
int search_catch_up_until(struct case_file *c, double deadline, struct err *err);

#endif
