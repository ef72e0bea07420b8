/* The parts of a run: sweep_plan.c lists what is read, sweep_run.c has it read, sweep_result.c makes objects of what comes. */
#ifndef GENBA_FINDING_SWEEP_SWEEP_RUN_PRIVATE_H
#define GENBA_FINDING_SWEEP_SWEEP_RUN_PRIVATE_H

#include "finding/sweep/sweep_run.h"

/* A file, or a part of a large one. */
struct sweep_unit {
	const struct sweep_target *target; /* or NULL */
	const struct worker_media *media;  /* or NULL: a file */
	char *path;                        /* where it lies */
	char *name;                        /* as it is told */
	char *source;                      /* as a person named it */
	int fd;                            /* standard input; -1: by its path */
	uint64_t size;
	uint64_t from;
	uint64_t to;      /* UINT64_MAX: to the end */
	size_t file;      /* parts of one file have the same number */
	uint64_t reached; /* bytes, when its worker last told */
	uint64_t lines;
	unsigned ends; /* workers that ended in it */
	int is_files;  /* those of an image, from number `from` on */
	int is_packed;
	int is_done;
	int unread; /* of a folder whose names cannot be had: errno, or -1: it lies too deep */
};

unsigned sweep_run_jobs(const struct sweep_run *run);

/* Takes a line of a worker, to which its unit was added. 0, or -1: stop. */
int sweep_run_take(struct sweep_run *run, const json_t *line, struct err *err);
/* A time of a line; one without a zone is put right, if it is known how. */
const char *sweep_run_time(const struct sweep_run *run, const struct sweep_unit *unit, const char *text, char when[40]);
/* Whether indicator `number` of the list, or the service behind it, is asked for here. */
int sweep_target_wants(const struct sweep_target *target, const struct sweep_list *list, size_t number);
void sweep_run_begin(struct sweep_run *run);
/* Tells the sums. */
int sweep_run_end(struct sweep_run *run, struct err *err);
void sweep_run_sums_free(struct sweep_run *run);

#endif
