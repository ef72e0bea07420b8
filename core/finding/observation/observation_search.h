/*
 * Observations that hold the words that a person looks for, beside the records that do.
 *
 *     struct observation_search s = {.words = "c2.example", .most = 20, .row = show, .ctx = out};
 *     observation_search_run(c, &s, &err);
 *     … s.shown rows were given, s.count hold the words …
 *
 * Each word must stand in a field or the path of the row, in whatever letters; "in quotes" as it stands.
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

/* How many rows there are to look through. 0 or -1. */
int observation_search_rows(struct case_file *c, uint64_t *rows, struct err *err);

#endif
