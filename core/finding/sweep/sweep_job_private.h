/* The parts of the job in the cage: sweep_job.c reads parts and tells what is found, sweep_content.c knows what their bytes are. */
#ifndef GENBA_FINDING_SWEEP_SWEEP_JOB_PRIVATE_H
#define GENBA_FINDING_SWEEP_SWEEP_JOB_PRIVATE_H

#include "base/buf.h"
#include "base/worker/worker.h"
#include "finding/sweep/image/image_files.h"
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
	uint64_t ratio; /* of what is packed to what it unpacks to; 0: as ever */
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
	struct sweep_sum *sums;   /* of each indicator */
	size_t services;          /* number of the first that is no indicator but a place to which files are sent */
	unsigned char *is_upload; /* of each before it: what is sent there is counted */
	json_t *uploads;          /* these, as they are told */
	uint32_t *touched;        /* those that have hits */
	size_t touched_count;
	char *member; /* path of archives' names, or "" */
	unsigned depth;
	const struct buf *held;  /* an archive in an archive */
	struct image_map map;    /* of an image; else all zero */
	struct image_file *file; /* the file of it that is read; NULL: its raw bytes */
	size_t log_file;         /* + 1: the one whose first lines `log` is of */
	uint64_t read;           /* bytes of its content, decoded */
	uint64_t lines;
	uint64_t members;
	uint64_t told_decoded;
	char first[40]; /* times of lines that were read */
	char last[40];
	uint64_t told;   /* bytes of which a sign of life was given */
	uint64_t summed; /* bytes whose sums were told */
};

/* Up to n bytes of the part at `offset`: their number, 0 at the end, -1. */
ssize_t sweep_job_read(struct sweeping *s, uint64_t offset, void *bytes, size_t n, struct err *err);
uint64_t sweep_job_size(struct sweeping *s);

/* Tells a hit; how far it is; what cannot be read. -1: nobody listens. */
int sweep_job_found(void *ctx, const struct sweep_place *place, struct err *err);
int sweep_job_step(void *ctx, uint64_t offset, struct err *err);
int sweep_job_problem(struct sweeping *s, uint64_t offset, const char *reason, struct err *err);
/* Tells the hits that were counted since they were told last; `last`: of the part. */
int sweep_job_sums(struct sweeping *s, int last, struct err *err);

/* Reads bytes as they are. `from` and `to` are those of a part. */
int sweep_plain(struct sweeping *s, const struct sweep_input *input, const unsigned char *head, size_t n,
                uint64_t start, uint64_t from, uint64_t to, struct err *err);
/* How bytes that begin so are looked through: enum sweep_look. */
unsigned sweep_look_of(const struct sweeping *s, int is_text, const unsigned char *head, size_t n);
/* Bytes that come in order, whatever they are. */
int sweep_bytes(struct sweeping *s, const struct sweep_input *input, struct err *err);
/* Appends the name of a member, printable and cut, behind that of what it lies in; without a name it is called as that. */
void sweep_member_name(struct buf *path, const char *above, const char *name);
/* Each member of an archive. */
int sweep_members(struct sweeping *s, struct sweep_archive *archive, struct err *err);

/* ---- uploads */

/* Counts the line that the hit stands in, if it sends something. */
void sweep_upload_count(struct sweeping *s, const struct sweep_place *place, const struct sweep_line *line);
int sweep_upload_is_full(const struct sweeping *s);
int sweep_upload_tell(struct sweeping *s, struct err *err);

/* ---- images */

/* The files of the image, from number `from` on. */
int sweep_image_files(struct sweeping *s, size_t from, struct err *err);
/* Whether a hit in a file of the image lies in its raw bytes as well, where it is found. */
int sweep_image_is_seen(struct sweeping *s, const struct sweep_place *place);
/* The file that a raw hit lies in, whose lines s->log knows then. 1; 0: none. */
int sweep_image_place(struct sweeping *s, uint64_t raw, struct image_place *where);

#endif
