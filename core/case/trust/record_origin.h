/*
 * Whose record it is, and what of it never changes.
 *
 * Some of what a record says holds for ever, whoever signs what, in however many
 * commits and in whatever shape of history:
 *
 *     kind, author, entered    of who made it, who signed the commit that brought it
 *     label                    stays with its record; two copies that gave one label to two records may rename one in
 *                              a merge, and the former label is kept
 *     a responder's key        and the mark that belongs to it
 *     digests of evidence      once it was complete: a new reading is a new record
 *     a conflict               is made by a merge, of the two values that met there
 *     a commit's author        is the name and mark of a responder with the key that signed it
 *
 * So every version is held against what the record was when it was made, not
 * against the version before it: there is no way round by small steps or by a
 * merge. verify walks all commits from the first; a merge walks what came, and
 * what the copy held already counts as it is.
 */
#ifndef GENBA_CASE_TRUST_RECORD_ORIGIN_H
#define GENBA_CASE_TRUST_RECORD_ORIGIN_H

#include "case/store/case_file.h"
#include "case/store/responders.h"
#include "history/history.h"

#include <jansson.h>

struct record_origins;

/* For commits behind number `held` (history_number()), those up to it are believed; 0: all commits, from the first. */
struct record_origins *record_origins_new(struct case_file *c, uint64_t held);
void record_origins_free(struct record_origins *o); /* NULL is fine */

/* The states of responders that it reads, for further questions. */
struct responders *record_origins_responders(struct record_origins *o);

/* The commit whose files follow. 0, or -1 if its author is not the signer. Parents come before their children. */
int record_origins_commit(struct record_origins *o, const struct history_signed *commit, struct err *err);

/* One version of a record, sound by record_validate(), that this commit wrote. 0, or -1 with what is wrong. */
int record_origins_file(struct record_origins *o, const char *path, const json_t *record, struct err *err);

/* The record as the last state has it: what any version had for good is still there, also where a merge took the file as
 * one parent had it and so wrote no version of its own. 0, or -1. */
int record_origins_last(struct record_origins *o, const char *path, const json_t *record, struct err *err);

/* When the tables hold the last state: whether records that were renamed had to be. `finding` gets a line for each that
 * had not. Looks at `rows` records. 1: there are more, 0: all is told, -1. */
int record_origins_end(struct record_origins *o, size_t rows, void (*finding)(void *ctx, const char *text), void *ctx,
                       struct err *err);

/* The label that the record had when it was made (of those that are here), and the key that made it. 0, or -1. */
int record_origin_of(struct record_origins *o, const char *path, char label[LABEL_TEXT], unsigned char key[32]);

#endif
