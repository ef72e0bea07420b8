/*
 * What the files of preserving share: the work in hand, from which the record is made.
 *
 * Which file sets what. The first five members are the request, set in preserve.c and read everywhere; `complete` and
 * `match` are what came of it, said by whoever finds out; the others have an owner:
 *
 *     preserve.c          full, dir, folder, label (of a record that the bytes are for)
 *     preserve_file.c     source, seen, digests
 *     preserve_tree.c     manifest, digests, copy and job (of a folder)
 *     preserve_import.c   imported
 *     preserve_copy.c     copy, volume, sealed, key, way
 *     preserve_ewf.c      ewf, named
 *     preserve_resume.c   job, from, going_on, interruptions, and of interrupted work started, copy, key, label
 *     preserve_place.c, preserve_medium.c, preserve_record.c, preserve_work.c set nothing
 *
 * They call each other in one direction: preserve → file, tree → copy, import, resume, place → ewf, work.
 */
#ifndef GENBA_EVIDENCE_PRESERVE_PRIVATE_H
#define GENBA_EVIDENCE_PRESERVE_PRIVATE_H

#include "base/time/clock.h"
#include "evidence/acquire/acquire.h"
#include "evidence/acquire/checkpoint.h"
#include "evidence/acquire/manifest.h"
#include "evidence/image/gev.h"
#include "evidence/image/image_log.h"
#include "evidence/image/parts.h"
#include "evidence/image/volume.h"
#include "evidence/preserve.h"

#define JOB_LEAST (1U << 20) /* smaller files are read at once, before they could be interrupted */

/* An image that another tool made, as the source. */
struct imported {
	enum { IMPORT_NONE, IMPORT_E01, IMPORT_PARTS } kind;
	struct ewf_set set;
	struct ewf *image;
	struct parts parts;
	char *name; /* for the record: "E01, 3" is the form and how many files */
	char *log;  /* that was read, or NULL */
	struct stated_list by_image;
	struct stated_list by_log;
	unsigned also;     /* digests that are compared */
	struct buf says;   /* the image's words about itself, printable lines */
	struct buf stated; /* what was stated and what came of it, lines */
	struct buf faults; /* of the set's files: missing, cut short; printable lines */
	int wrong;         /* something is not as stated */
};

struct work {
	struct case_file *c;
	const char *path;
	const struct preserve_options *options;
	struct preserved *out;
	struct remark remarks; /* what the person must know, lines; out->note gets them */
	struct err *err;
	char started[CLOCK_TEXT];
	char *full; /* absolute path of the source */
	char *dir;  /* absolute folder of the copies, or NULL */
	char *copy; /* of the copy, or NULL */
	struct source source;
	struct imported imported;
	struct volume volume;     /* the copy's bytes, while it is written */
	struct gev_writer sealed; /* over it */
	unsigned char *key;       /* of a sealed container: guarded memory */
	struct ewf_writer *ewf;   /* an E01 image, while it is written */
	char named[LABEL_TEXT];   /* the label that stands in the image */
	struct checkpoint job;
	int has_job;
	struct acquire_state from; /* of an interrupted job that goes on */
	int going_on;
	char label[LABEL_TEXT]; /* of the record that is completed; "": a new one */
	struct buf interruptions;
	struct digest_result digests;
	struct waypoints way; /* of the copy, for reading it back */
	struct buf manifest;  /* of a tree */
	struct stat seen;     /* the source, as it was found */
	const char *complete;
	const char *match;
	int folder;
};

/* ---- of the work itself (preserve_work.c) */

/* A line of what the person must know; it goes on record, too. */
/* Says it where the medium could not hold the name, and w->copy has another than `path` ends with. */
void work_note_name(struct work *w, const char *path);
void work_note(struct work *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same of an error: its message, behind the words, which may be empty. */
void work_note_why(struct work *w, const struct err *why, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Digests beside SHA-256 that are made. */
unsigned work_also(const struct work *w);

/* 1 if the form writes a copy. */
int work_copies(const struct work *w);

/* 1 if the copy is not to be read back now; that is on record then. */
int work_verifies_later(struct work *w);

/* ---- the source, read into its form (preserve_file.c, preserve_tree.c) */

/* 0 when there is something to record; -1 when nothing was preserved. */
int work_on_file(struct work *w);
int work_on_folder(struct work *w);

/* ---- images of other tools (preserve_import.c) */

/* Looks whether the source, just opened, is one: its content becomes the source then. Reads the log. */
int work_import_open(struct work *w, struct err *err);

/* Compares what was stated; the digests are known. */
void work_import_conclude(struct work *w, const struct ranges *unreadable);

/* The name of the content: the source's, or the image's without its ending. The caller frees. */
char *work_source_name(const struct work *w);
void work_import_release(struct work *w);

/* ---- going on (preserve_resume.c) */

/* Looks for an unfinished job: sets going_on, from, copy, key, label and interruptions, or begins anew. */
int work_resume(struct work *w, struct err *err);

/* What going on puts on record: when and why work stopped, and from where it goes on. The record that it had, if it is
 * still an interrupted one, becomes the label. */
void work_going_on(struct work *w, const char *from);

/* A job could not go on: everything of it is forgotten but the record that it had. */
int work_begin_anew(struct work *w, struct err *err);

/* Keeps the beginning of a job. */
int work_keep_start(struct work *w, struct err *err);

/* acquire()'s checkpoint; its context is the work. */
int work_checkpoint(void *ctx, const struct acquire_state *state, struct err *err);

/* ---- where the copy goes (preserve_place.c) */

/* Refuses a folder for copies that lies in the source, before anything is made. */
int work_check_place(struct work *w, const struct stat *source);

/* Refuses a medium that has not so many bytes of room for a raw copy. */
int work_check_room(struct work *w, uint64_t need, struct err *err);

/* ---- the copy (preserve_copy.c) */

/* Names a new copy, or takes the unfinished one up; then, the job being kept, makes what is not there yet. */
int work_copy_plan(struct work *w, struct err *err);
int work_copy_begin(struct work *w, struct acquisition *a, struct err *err);
int work_copy_finish(struct work *w, const struct ranges *unreadable, struct err *err);
void work_copy_close(struct work *w, int discard);

/* ---- the copy as an E01 image (preserve_ewf.c) */

int work_ewf_begin(struct work *w, struct err *err);
int work_ewf_finish(struct work *w, const struct ranges *unreadable, struct err *err);

/* Puts the removable media that took part on record, and that they were here; `lies_on` gets the label of that which the
 * evidence lies on, or "". Part of the action. 0 or -1. */
int work_put_media(struct work *w, struct action *a, const char *ended, char lies_on[LABEL_TEXT]);

/* Makes the evidence record, or completes the one of an interrupted job: one action. */
int work_record(struct work *w);

#endif
