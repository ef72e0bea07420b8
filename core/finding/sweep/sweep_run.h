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
struct sweep_pool;
struct sweep_uploads;
struct worker_media;

/* What units belong to, and what is known of it. Borrowed until the run is released. */
struct sweep_target {
	const char *evidence; /* label, or NULL */
	const char *source;   /* as a person named it */
	int is_text;          /* mails, notes, documents: defanged text is looked for */
	int is_raw;           /* images: read as their media, whatever they begin with */
	int is_rows;          /* blocks of observations: no lines, no UTF-16 */
	int has_map;          /* of the files of an image (image/image_map.h): */
	int map;
	/* A bit for each indicator of the list that is asked for here; NULL: all. */
	const unsigned char *wanted;
	int no_services; /* what is sent to services that keep files was counted before */
	void *own;       /* of who calls */
};

struct sweep_run {
	const struct sweep_list *list;
	unsigned flags;    /* enum sweep_set_flags */
	int defanged;      /* in every source */
	uint64_t ratio;    /* what is packed may unpack to so many times its size; 0: SWEEP_RATIO */
	json_t *passwords; /* array of texts that are tried on locked members of zips; borrowed; may be NULL */
	uint64_t max;      /* hits that are told, of each indicator and source */
	unsigned jobs;     /* 0: as many as there are processors */
	int (*object)(void *ctx, json_t *object, struct err *err); /* takes the reference; -1 stops */
	/* Completes a hit of a target, before it is told; 1: it is none. May be NULL. */
	int (*complete)(void *ctx, const struct sweep_target *target, json_t *hit, struct err *err);
	/* Completes uploads of a client in an hour (sweep_upload.h), before they are told. May be NULL. */
	int (*upload)(void *ctx, const struct sweep_target *target, json_t *upload, struct err *err);
	/* Puts a time without zone right, in its 40 bytes of room. May be NULL. */
	void (*zone)(void *ctx, const struct sweep_target *target, char *when);
	/* Told of the times of lines that were read, from the earliest to the latest. May be NULL. */
	void (*span)(void *ctx, const struct sweep_target *target, const char *first, const char *last);
	/* Done by the caller's thread while the workers read, before the first object is told. May be NULL. */
	int (*meanwhile)(void *ctx, struct err *err);
	void *ctx;
	const struct progress *progress;
	/* what came of it: */
	uint64_t files;
	uint64_t members; /* of archives */
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
	struct sweep_uploads *uploads;
	struct sweep_pool *pool; /* while it goes */
};

/* Adds a file (`-`: `fd`, standard input), or all files of a folder; links are not followed. What cannot be opened, a
 * missing one too, is a problem of the run and no error. 0, or -1 of `object`. */
int sweep_run_add_path(struct sweep_run *run, const char *path, int fd, struct err *err);

/* The same for what is on record: a file or folder at `path`, called `name` ("" for a folder: what is in it has names of its
 * own). 0, or -1: it cannot be opened; `err` says why, without its name. */
int sweep_run_add_target(struct sweep_run *run, const struct sweep_target *target, const char *path, const char *name,
                         struct err *err);

/* Bytes that only the parent can read; `media` is borrowed until the run is over. */
void sweep_run_add_media(struct sweep_run *run, const struct sweep_target *target, const char *name,
                         const struct worker_media *media);

/* The files of the image that was added last, at `path` or behind `media`; the target has their map. `bytes` of them are read. */
void sweep_run_add_files(struct sweep_run *run, const struct sweep_target *target, const char *path, const char *name,
                         const struct worker_media *media, uint64_t bytes);

/* Bytes that come in order through a descriptor, which stays the caller's, written to in `meanwhile`. Its number for: */
size_t sweep_run_add_stream(struct sweep_run *run, const struct sweep_target *target, const char *name, int fd);

/* Whether nobody reads it any more. */
int sweep_run_is_over(struct sweep_run *run, size_t stream);

/* Something of a target that cannot be read at all. */
int sweep_run_problem(struct sweep_run *run, const struct sweep_target *target, const char *path, const char *reason,
                      struct err *err);

/* 0, or -1: cancelled, or the cage could not be closed. */
int sweep_run_go(struct sweep_run *run, struct err *err);

void sweep_run_release(struct sweep_run *run);

#endif
