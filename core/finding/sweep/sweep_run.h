/*
 * A sweep: sources are read in the cage, on all cores, and what is found comes in order.
 *
 *     struct sweep_run run = {.list = &list, .max = 1000, .object = on_object, .ctx = out};
 *     sweep_run_add_path(&run, "proxy.log.gz", &err);      // a file, or a folder with all that is in it
 *     sweep_run_go(&run, &err);
 *     sweep_run_release(&run);
 *
 * `object` gets the flat objects of the command, of the kinds hit, problem, indicator, in order of source and offset, as they
 * are found. A large file is read in parts by several workers; many small ones are given to one worker together.
 */
#ifndef GENBA_FINDING_SWEEP_SWEEP_RUN_H
#define GENBA_FINDING_SWEEP_SWEEP_RUN_H

#include "base/progress.h"
#include "finding/sweep/sweep_list.h"

#include <jansson.h>

struct err;
struct sweep_unit;
struct sweep_sums;

struct sweep_run {
	const struct sweep_list *list;
	unsigned flags; /* enum sweep_set_flags */
	int defanged;   /* in every source */
	uint64_t max;   /* hits that are told, of each indicator and source */
	unsigned jobs;  /* 0: as many as there are processors */
	int (*object)(void *ctx, json_t *object, struct err *err); /* takes the reference; -1 stops */
	void *ctx;
	const struct progress *progress;
	/* what came of it: */
	uint64_t files;
	uint64_t bytes;
	uint64_t hits;
	uint64_t kept;
	uint64_t problems;
	uint64_t total; /* bytes of all sources, as far as known */
	/* its own: */
	struct sweep_unit *units;
	size_t unit_count;
	size_t unit_cap;
	struct sweep_sums *sums;
};

/* Adds a file (`-`: `fd`, standard input), or all files of a folder; links are not followed. What cannot be opened is a problem
 * of the run and no error. 0, or -1: there is nothing of that name. */
int sweep_run_add_path(struct sweep_run *run, const char *path, int fd, struct err *err);

/* 0, or -1: cancelled, or the cage could not be closed. */
int sweep_run_go(struct sweep_run *run, struct err *err);

void sweep_run_release(struct sweep_run *run);

#endif
