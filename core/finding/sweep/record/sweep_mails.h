/*
 * When the mails came in that evidence is. A hit in a mail has no time of its own; the mail has: what its record says of when it
 * was received. Its Date header is what the sender says, and no time of a hit.
 *
 *     json_t *mails;
 *     if (sweep_mails_now(c, HUGE_VAL, &mails, err) == 0)
 *             sweep_mail_when(mails, evidence_sha256, when);
 *
 * By the digest: evidence that holds many mails (mbox) is none of them.
 */
#ifndef GENBA_FINDING_SWEEP_RECORD_SWEEP_MAILS_H
#define GENBA_FINDING_SWEEP_RECORD_SWEEP_MAILS_H

#include <jansson.h>

struct case_file;
struct err;

/* As observation_when(); "": it is no mail on record, or one that nobody knows the time of. */
void sweep_mail_when(const json_t *mails, const char *sha256, char when[40]);

/* Those on record now. 1: there is more to do by then; 0: *mails is a new reference; -1. */
int sweep_mails_now(struct case_file *c, double deadline, json_t **mails, struct err *err);

/* Adds the record of a mail to `mails`, an object. */
void sweep_mails_add(json_t *mails, json_t *record);

#endif
