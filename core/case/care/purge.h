/*
 * Purging: what was typed by mistake, and personal data.
 *
 * History cannot be purged, so what must be purgeable is not in it: long texts,
 * secrets and kept files lie in tables of their own, and history names them by
 * digest, texts by a salted one. A purge takes these of one record away, of all
 * its versions, drops drafts and the words of the search index, puts a decision
 * with the reason on record, and writes the file anew, since free pages keep
 * bytes. The short fields of a record stay in the history for ever.
 *
 * The decision goes on record first. If writing anew fails then (a full disk, a
 * passphrase that is missing), the same transaction has noted that it is due,
 * and the next opening does it, or purging the same record again.
 */
#ifndef GENBA_CASE_CARE_PURGE_H
#define GENBA_CASE_CARE_PURGE_H

#include "case/access.h"

struct purge_report {
	char decision[LABEL_TEXT]; /* the label of the decision on record */
	unsigned texts, files;     /* that were taken away */
	unsigned shared;           /* files that stay, since another record names them too */
};

/* 0, or -1: then either nothing happened, or the message says what is done and that the file still has to be written anew. */
int purge_record(struct case_file *c, const char *label, const char *reason, const struct access_keep *keep,
                 const struct progress *progress, struct purge_report *report, struct err *err);

/*
 * Writes the file anew if a purge left that undone; `keep` as for purge_record(). `told` gets a line for people if something
 * was due. Nothing happens where the case cannot be written. 1: it was due and is done; 0: nothing was due; -1: it stays due.
 */
int purge_settle(struct case_file *c, const struct access_keep *keep, const struct progress *progress, struct buf *told,
                 struct err *err);

/* The copies of the case that this machine and the record know of, one a line: each may still hold what was purged. */
int purge_known_copies(struct case_file *c, int (*fn)(void *ctx, const char *line), void *ctx, struct err *err);

#endif
