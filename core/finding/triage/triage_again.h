/*
 * Reading again: which evidence wants it, and what it changed.
 *
 * A program that knows more forms of files, or a newer parser of one, says more of the same evidence; new rules see more in
 * the same rows; and a set that lies beside the case may be lost. Each is a reason to read again, and the difference is told.
 */
#ifndef GENBA_FINDING_TRIAGE_TRIAGE_AGAIN_H
#define GENBA_FINDING_TRIAGE_TRIAGE_AGAIN_H

#include "finding/observation/observation_set.h"

/* "evtx 1, registry 1, …": every parser of this program, as a check records it. */
void triage_forms(struct buf *out);

/* The labels of evidence whose newest set of triage was lost, or made by a program that knew other forms; with `all` every one that
 * was read. Each once; a set of a collection that is no evidence is told by its source in `beside`. Both are arrays of texts. */
int triage_wants_again(struct case_file *c, int all, json_t *labels, json_t *beside, struct err *err);

/*
 * What reading changed of what is on record of that evidence (or asset): {"new": [rule, …], "gone": [rule, …],
 * "changed": [rule, …]}. Rules of a person that were not asked this time are not gone. New reference; NULL with the error.
 */
json_t *triage_changes(struct case_file *c, const char *evidence, const char *on, const json_t *findings,
                       int with_rules, struct err *err);
/* Whether anything stands in it. */
int triage_changed(const json_t *changes);

#endif
