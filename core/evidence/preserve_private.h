/* What the files of preserving share: the work in hand, from which the record is made. */
#ifndef GENBA_EVIDENCE_PRESERVE_PRIVATE_H
#define GENBA_EVIDENCE_PRESERVE_PRIVATE_H

#include "base/clock.h"
#include "evidence/acquire.h"
#include "evidence/manifest.h"
#include "evidence/preserve.h"
#include "evidence/volume.h"

struct work {
	struct case_file *c;
	const char *path;
	const struct preserve_options *options;
	struct preserved *out;
	struct err *err;
	char started[CLOCK_TEXT];
	char *full;           /* absolute path of the source */
	char *copy;           /* of the copy, or NULL */
	struct volume volume; /* the copy's bytes, while it is written */
	struct digest_result digests;
	struct buf manifest; /* of a tree */
	const char *complete;
	const char *match;
	int folder;
};

/* A line of what the person must know; it goes on record, too. */
void work_note(struct work *w, const char *text);

/* 0 when there is something to record; -1 when nothing was preserved. */
int work_on_file(struct work *w);
int work_on_folder(struct work *w);

/* Makes the evidence record, one action. */
int work_record(struct work *w);

#endif
