/*
 * Unfinished preservation, kept in the case so that it goes on where it was.
 *
 * A job is named by what is preserved and how (source, form, folder, split).
 * Its head is a JSON object; behind it lie the data so far (piece digests of a
 * file, lines of a tree's manifest), which only grow: each checkpoint writes
 * what is new. Rows of the case's own table, encrypted with it, outside history:
 * a checkpoint is no action. A job is forgotten in the very transaction that
 * puts the finished evidence on record.
 */
#ifndef GENBA_EVIDENCE_ACQUIRE_CHECKPOINT_H
#define GENBA_EVIDENCE_ACQUIRE_CHECKPOINT_H

#include "case/case.h"

#include <jansson.h>

struct checkpoint {
	struct case_file *c;
	char key[65];
	json_t *head;  /* owned */
	json_t *names; /* what is preserved and how, in every head: owned */
	int there;     /* rows of it are in the case */
	size_t kept;   /* bytes of data in the case */
	int64_t parts;
	int replace; /* the next checkpoint_keep() writes all data anew: they do not continue what is there */
};

void checkpoint_init(struct checkpoint *j, struct case_file *c, const char *source, const char *form,
                     const char *folder, uint64_t split);
void checkpoint_release(struct checkpoint *j);

/* 1: there was one, its head is set and its data appended; 0: none; -1. */
int checkpoint_load(struct checkpoint *j, struct buf *data, struct err *err);

/* Keeps the head, and the data's new end, in a transaction of its own. */
int checkpoint_keep(struct checkpoint *j, const void *data, size_t n, struct err *err);

/* Inside an open action: the head alone, or all of it forgotten. */
int checkpoint_keep_head(struct checkpoint *j, struct err *err);
int checkpoint_forget(struct checkpoint *j, struct err *err);

/* Forgets it in a transaction of its own, to begin anew. */
int checkpoint_reset(struct checkpoint *j, struct err *err);

/* What is known of an unfinished job. Paths are in their text form (base/pathname.h); what is not known is "" or 0. */
struct unfinished {
	const char *source;
	const char *form;
	const char *folder; /* of the copy */
	uint64_t split;
	const char *on;    /* label of the asset */
	const char *label; /* of the record that is to be completed */
	const char *at;    /* time of the last checkpoint, or else of the beginning */
	const char *why;   /* it stopped; "": the program or the machine ended, or it is still going on */
	unsigned also;     /* DIGEST_MD5, DIGEST_SHA1 */
	int one_file_system;
	uint64_t size; /* bytes of the source; 0: a folder */
	uint64_t done; /* bytes */
};

/* All unfinished jobs of the case; what the callback gets is borrowed. Nonzero from it stops and is
 * returned. */
int checkpoint_each(struct case_file *c, int (*fn)(void *ctx, const struct unfinished *job), void *ctx,
                    struct err *err);

/* Appends the command that goes on with it, without the program's name: a line as a shell and the workbench take it. 0, or
 * -1: its paths cannot be read. */
struct buf;
int checkpoint_command(const struct unfinished *job, struct buf *line, struct err *err);

#endif
