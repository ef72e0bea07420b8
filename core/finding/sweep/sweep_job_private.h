/* The parts of the job in the cage: sweep_job.c reads parts and tells what is found, sweep_content.c knows what their bytes are. */
#ifndef GENBA_FINDING_SWEEP_SWEEP_JOB_PRIVATE_H
#define GENBA_FINDING_SWEEP_SWEEP_JOB_PRIVATE_H

#include "base/buf.h"
#include "base/worker/worker.h"
#include "finding/sweep/sweep_archive.h"
#include "finding/sweep/sweep_job.h"
#include "finding/sweep/sweep_log.h"
#include "finding/sweep/sweep_source.h"

#define SWEEP_JOB_HEAD (64U << 10) /* first bytes that say what it is */

/* What one indicator had in a part. */
struct sweep_sum {
	uint64_t hits; /* since they were told last */
	uint64_t met;  /* in all */
	char first[40];
	char last[40];
	char **clients;
	size_t client_count;
};

struct sweeping {
	struct worker *w;
	struct sweep_set *set;
	size_t indicators;
	uint64_t max;
	uint64_t kept;
	/* the part: */
	size_t part;
	int fd; /* -1: a medium */
	size_t medium;
	int streams;         /* cannot be read at an offset */
	int rows;            /* blocks of observations */
	int is_text;         /* defanged text is looked for */
	uint64_t at;         /* the next byte to read */
	unsigned char *head; /* its first bytes */
	size_t head_n;
	struct sweep_log log;
	struct sweep_sum *sums; /* of each indicator */
	uint32_t *touched;      /* those that have hits */
	size_t touched_count;
	char *member; /* path of archives' names, or "" */
	unsigned depth;
	const struct buf *held; /* an archive in an archive */
	uint64_t read;          /* bytes of its content, decoded */
	uint64_t lines;
	uint64_t members;
	uint64_t told_decoded;
	char first[40]; /* times of lines that were read */
	char last[40];
	uint64_t told;   /* bytes of which a sign of life was given */
	uint64_t summed; /* bytes whose sums were told */
};

/* Tells a hit; how far it is; what cannot be read. -1: nobody listens. */
int sweep_job_found(void *ctx, const struct sweep_place *place, struct err *err);
int sweep_job_step(void *ctx, uint64_t offset, struct err *err);
int sweep_job_problem(struct sweeping *s, uint64_t offset, const char *reason, struct err *err);

/* Reads bytes as they are. `from` and `to` are those of a part. */
int sweep_plain(struct sweeping *s, const struct sweep_input *input, const unsigned char *head, size_t n,
                uint64_t start, uint64_t from, uint64_t to, struct err *err);
/* Bytes that come in order, whatever they are. */
int sweep_bytes(struct sweeping *s, const struct sweep_input *input, struct err *err);
/* Each member of an archive. */
int sweep_members(struct sweeping *s, struct sweep_archive *archive, struct err *err);

#endif
