/*
 * Evidence that came beside a handover: what of it is here, and whether it is what is on record.
 *
 * Each item is looked for by the name that evidence_copy.h gives, and compared in its form; one that was renamed since is
 * found by the digest of its bytes. What is here keeps its place as a setting of this copy (evidence/place.h), so that
 * `verify --evidence` reads it there.
 */
#ifndef GENBA_HANDOVER_EVIDENCE_EVIDENCE_CHECK_H
#define GENBA_HANDOVER_EVIDENCE_EVIDENCE_CHECK_H

#include "base/buf.h"
#include "base/progress.h"
#include "base/remark.h"
#include "handover/parcel/transfer.h"

#include <jansson.h>

struct evidence_checked {
	struct transfer_item *items;
	size_t count;
	json_t *places;        /* of what is here, for transfer_accept() */
	struct remark missing; /* a printable line for each item that is not here or not as on record */
};

/* `folder` that came along, or NULL: only what lies in the case file is here. -1 if it cannot be read or the person
 * cancelled. Release `out` in any case. */
int evidence_check_all(struct case_file *c, const char *folder, const struct progress *progress,
                       struct evidence_checked *out, struct err *err);
void evidence_checked_release(struct evidence_checked *out);

#endif
