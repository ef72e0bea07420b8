/* Revoking a responder: the key counts in what was done before, and in nothing after. */
#ifndef GENBA_HANDOVER_PARCEL_REVOKE_H
#define GENBA_HANDOVER_PARCEL_REVOKE_H

#include "case/case.h"

/*
 * Puts the revocation of a responder, named by mark or label, on record, with
 * the reason; of every record of that key, if the person was entered twice.
 * `label` and `key` get theirs. The file itself is not written anew: see
 * access_remove(). ERR_NOT_FOUND; ERR_EXISTS: revoked already; ERR_USAGE.
 */
int responder_revoke(struct case_file *c, const char *word, const char *reason, char label[LABEL_TEXT],
                     unsigned char key[32], struct err *err);

#endif
