/*
 * Purging: what was typed by mistake, and personal data.
 *
 * History cannot be purged, so what must be purgeable is not in it: long texts,
 * secrets and kept files lie in tables of their own, and history names them by
 * digest, texts by a salted one. A purge takes these of one record away, of all
 * its versions, drops drafts and the words of the search index, puts a decision
 * with the reason on record, and writes the file anew, since free pages keep
 * bytes. The short fields of a record stay in the history for ever.
 */
#ifndef GENBA_CASE_CARE_PURGE_H
#define GENBA_CASE_CARE_PURGE_H

#include "case/access.h"

struct purge_report {
	char decision[LABEL_TEXT]; /* the label of the decision on record */
	unsigned texts, files;     /* that were taken away */
	unsigned shared;           /* files that stay, since another record names them too */
};

/* 0, or -1: then either nothing happened, or the message says that the file still has to be written anew. */
int record_purge(struct case_file *c, const char *label, const char *reason, const struct access_keep *keep,
                 const struct progress *progress, struct purge_report *report, struct err *err);

/* The copies of the case that this machine and the record know of, one a line: each may still hold what was purged. */
int purge_known_copies(struct case_file *c, int (*fn)(void *ctx, const char *line), void *ctx, struct err *err);

#endif
