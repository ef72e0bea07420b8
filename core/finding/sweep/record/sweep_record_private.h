/*
 * The parts of a sweep on record: sweep_evidence.c finds and opens what is read, sweep_rows.c reads observations, sweep_hit.c
 * completes hits and packs them, sweep_limits.c writes what a reader must know, sweep_mark.c the indicators, sweep_record.c puts
 * it together.
 */
#ifndef GENBA_FINDING_SWEEP_RECORD_SWEEP_RECORD_PRIVATE_H
#define GENBA_FINDING_SWEEP_RECORD_SWEEP_RECORD_PRIVATE_H

#include "base/time/edtf.h"
#include "base/worker/worker.h"
#include "case/store/record.h"
#include "evidence/image/stored.h"
#include "finding/observation/observation_set.h"
#include "finding/sweep/record/sweep_pairs.h"
#include "finding/sweep/record/sweep_record.h"
#include "finding/sweep/sweep_run.h"

#include <pthread.h>

/* A set of observations that is read beside the evidence that it comes from. */
struct swept_set {
	struct observation_set set;
	struct sweep_since since; /* its check */
	struct observation_reader *reader;
	struct observation_reader *again; /* for looking rows up, while the other one is read */
	unsigned char *block;             /* of the reader; */
	uint64_t held;                    /* + 1: which one */
	unsigned char *looked;            /* of the one for looking up; */
	uint64_t looked_at;               /* + 1 */
	json_t *told;                     /* as keys: the hits of rows; a row that holds a text twice is one place */
};

/* Something that is read: the bytes of evidence, or a set of its observations. */
struct swept_source {
	struct swept_evidence *of;
	struct swept_set *set; /* NULL: the bytes */
	struct sweep_target target;
	struct worker_media media;
	unsigned char *wanted;
};

struct swept_evidence {
	char label[LABEL_TEXT];
	char asset[LABEL_TEXT];
	char sha256[65];
	char *name;             /* of its file, or what the person typed */
	char *timezone;         /* of the log, or of the asset; or NULL */
	struct duration offset; /* of the asset's clock */
	int has_offset;
	char *gaps; /* of the log, or NULL */
	int is_text;
	int is_mail;
	int is_log;
	int is_raw;              /* an image: files in it are cut */
	char *path;              /* of a plain file that has its bytes, or NULL */
	int is_disk;             /* which has files */
	int map;                 /* of these; -1: none */
	uint64_t files;          /* that are read as files, too */
	struct buf uncovered;    /* volumes without files that can be read, with commas */
	pthread_mutex_t reading; /* several workers may ask for its bytes */
	char *pending;           /* path of what becomes evidence while it is swept, or NULL */
	int pipe[2];             /* its bytes: written to, read from; -1: closed */
	size_t stream;           /* of the run */
	char *unread;            /* why it cannot be read, or NULL */
	int is_elsewhere;        /* it has no bytes here, as its record says */
	struct stored stored;
	int is_open;
	struct ranges unreadable;
	unsigned char *wanted; /* bits of the indicators that are looked for in its bytes or rows */
	struct buf rows;       /* packed hits */
	uint64_t hits;
	uint64_t uploads; /* rows of them */
	int no_services;  /* what was sent to services that keep files is on record */
	char set_sha256[65];
};

struct sweep_work {
	struct case_file *c;
	const struct sweep_order *order;
	struct sweep_outcome *outcome;
	struct sweep_pairs pairs;
	struct sweep_run run;
	struct swept_evidence **evidence;
	size_t count;
	struct swept_source **sources;
	size_t source_count;
	json_t *assets; /* of each address and host name: an array of who has it, and when (sweep_asset.c) */
	json_t *mails;  /* when those came in that evidence is (sweep_mails.c) */
	int64_t first;
	int64_t last;        /* times that were seen */
	struct buf problems; /* the first of them, a line each */
	uint64_t problem_count;
	struct observation_set *earlier; /* sets of hits that the new check makes needless */
	size_t earlier_count;
	uint64_t https; /* URL indicators that a CONNECT line cannot show */
};

/* ---- what is read */

/* Adds what the words name, or everything. */
int sweep_find_evidence(struct sweep_work *w, struct err *err);
/* Opens it and adds it to the run. */
int sweep_open_evidence(struct sweep_work *w, struct err *err);
/* Reads the files of an image as files, too, and tells of its raw bytes which file they belong to. */
int sweep_open_files(struct sweep_work *w, struct swept_source *s, struct err *err);
const char *sweep_last_name(const char *path);
void sweep_close_evidence(struct sweep_work *w);
/* Adds the sets of observations of the evidence, and tells those that this copy of the case does not hold. */
int sweep_open_sets(struct sweep_work *w, struct err *err);
struct swept_source *sweep_add_source(struct sweep_work *w, struct swept_evidence *e, struct swept_set *set,
                                      const struct sweep_since *since);
/* The evidence with this label, or NULL. */
struct swept_evidence *sweep_evidence_of(struct sweep_work *w, const char *label);

/* ---- rows */

/* Whether the set is of hits, which earlier versions may have made. */
int sweep_is_hits(const struct observation_set *set);
void swept_set_close(struct swept_set *set);
/* Makes a hit in the blocks one in the row. 1: it lies in no row, or the row's was told. */
int sweep_hit_of_row(struct sweep_work *w, struct swept_source *source, json_t *hit, struct err *err);

/* ---- hits */

int sweep_load_assets(struct sweep_work *w, struct err *err);
/* The label of the asset that had this address or name at that time, and no other had; or "". */
const char *sweep_asset_of_client(const struct sweep_work *w, const char *client, int64_t when);
/* As time units since 1970; one without a zone as if it were UTC. */
int64_t sweep_ticks_of(const char *when);
/* Of the row about this hit or these uploads: made of the members (NULL ends them), and so the same in every sweep. */
uint32_t sweep_ordinal(const json_t *object, const char *const *names);
int sweep_complete_upload(void *ctx, const struct sweep_target *target, json_t *upload, struct err *err);
int sweep_complete_hit(void *ctx, const struct sweep_target *target, json_t *hit, struct err *err);
void sweep_note_span(void *ctx, const struct sweep_target *target, const char *first, const char *last);
void sweep_put_zone(void *ctx, const struct sweep_target *target, char *when);

/* ---- the record */

int sweep_mark_indicators(struct sweep_work *w, struct action *a, struct err *err);
void sweep_write_limits(const struct sweep_work *w, const unsigned char *wanted, struct buf *out);

#endif
