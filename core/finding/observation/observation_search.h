/*
 * Observations that hold the words that a person looks for, beside the records that do.
 *
 *     struct observation_search s = {.words = "c2.example", .most = 20, .row = show, .ctx = out};
 *     observation_search_run(c, &s, &err);
 *     … s.shown rows were given, s.count hold the words …
 *
 * A row must hold each word, as searched_words.h reads it, in a field or in its path, in whatever letters and with either
 * slash; or a word is its id (o:5f2a91c07d3be846), or the day, month or year of its time in UTC (2014-07-10, 2014-07).
 */
#ifndef GENBA_FINDING_OBSERVATION_OBSERVATION_SEARCH_H
#define GENBA_FINDING_OBSERVATION_OBSERVATION_SEARCH_H

#include "finding/observation/observation_query.h"

struct observation_search {
	const char *words;
	uint64_t most;   /* rows that are given, the earliest first; the others are counted */
	uint64_t enough; /* counting stops there; 0: nowhere */
	observation_row_fn row;
	void (*problem)(void *ctx, const struct observation_set *set, const char *reason); /* may be NULL */
	void *ctx;
	const struct progress *progress;
	/* what came of it: */
	uint64_t shown;
	uint64_t count;
};

/* 0, or -1. */
int observation_search_run(struct case_file *c, struct observation_search *s, struct err *err);

/* The same in slices, as observation_scan_work(). `s` is borrowed until it is freed. NULL: an error. */
struct observation_searching;
struct observation_searching *observation_search_new(struct case_file *c, struct observation_search *s,
                                                     struct err *err);
int observation_search_work(struct observation_searching *k, double deadline, struct err *err);
int observation_search_percent(const struct observation_searching *k);
void observation_search_free(struct observation_searching *k); /* NULL is allowed */

/* How many rows there are to look through. 0 or -1. */
int observation_search_rows(struct case_file *c, uint64_t *rows, struct err *err);

#endif
