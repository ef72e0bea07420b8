/*
 * Evidence that lies beside a case file, by the names under which it travels (evidence_copy.h).
 *
 * Whoever takes a case over from a stick opens the file, and the folder with the evidence lies beside it. So it is looked for
 * there, in the case file's own folder and in those right below it, before anybody is asked:
 *
 *     char *folder = evidence_beside(c, &err);             "/media/stick/taken", or NULL
 *     json_t *labels = evidence_labels_in(folder, &err);   {"R1-E1": true, …}
 *
 * A name is no proof: what lies there is compared by evidence_check_all() before it counts.
 */
#ifndef GENBA_HANDOVER_EVIDENCE_EVIDENCE_BESIDE_H
#define GENBA_HANDOVER_EVIDENCE_EVIDENCE_BESIDE_H

#include <jansson.h>

struct case_file;
struct err;

/* 1 if the bytes of this record lie in the case file or where this copy of the case has them, or if it says of no bytes. What
 * is on record as their place is that of another machine, and does not count. The record is changed to where they lie here, as
 * evidence_here() does. */
int evidence_is_here(struct case_file *c, json_t *evidence);

/* The folder beside the case file in which most of the evidence lies that is not here; NULL if none holds any, or with err. The
 * caller frees it. */
char *evidence_beside(struct case_file *c, struct err *err);

/* The folders in which this copy of the case has its evidence: {absolute path: true}. New reference. */
json_t *evidence_own_folders(struct case_file *c);

/* The labels that names in the folder begin with. NULL, with err, if it cannot be read. */
json_t *evidence_labels_in(const char *folder, struct err *err);

#endif
