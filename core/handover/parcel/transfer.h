/*
 * Custody of a handover, on both sides.
 *
 * The sender records a transfer for each recipient, with the brief as a note.
 * The recipient accepts it: what was checked and what is missing goes on
 * record, and a receipt is written, a small file that the recipient signs and
 * the sender imports. Then both copies say the same.
 *
 * A receipt is canonical JSON and, behind a blank line, its SSHSIG signature
 * (namespace genba-receipt):
 *
 *     {"accepted": …, "by": …, "case": …, "evidence": [{"came": …, "label": …, "result": …, "sha256": …}, …],
 *      "format": "genba-receipt", "head": …, "transfer": …, "version": 1}
 */
#ifndef GENBA_HANDOVER_PARCEL_TRANSFER_H
#define GENBA_HANDOVER_PARCEL_TRANSFER_H

#include "base/buf.h"
#include "case/store/record.h"
#include "handover/parcel/handover.h"

#define RECEIPT_VERSION 1
#define RECEIPT_LIMIT   (4U << 20)

/* Records a transfer of the case (and of `items`, labels separated by commas, or NULL) to each recipient, and the brief as
 * a note on it; and that the copy will lie at `path` (settle.h). One action. `labels[i]` gets the label of the i-th
 * transfer. A recipient without a key (zeros) is a name only. */
int transfer_record(struct case_file *c, const struct handover_recipient *to, size_t count, const char *items,
                    const char *brief, const char *path, char (*labels)[LABEL_TEXT], struct err *err);

/* 1 if that transfer was made to the holder of that key, whatever either is called: the responder that is on record with it. Of a
 * transfer from before that was recorded, and of one that a person typed in, the names tell. */
int transfer_is_to(struct case_file *c, const json_t *transfer, const unsigned char key[32]);

/* The newest transfer to this identity that was not accepted; ERR_NOT_FOUND. */
int transfer_pending(struct case_file *c, char label[LABEL_TEXT], struct err *err);

/* What became of one item of evidence at acceptance. */
struct transfer_item {
	char label[LABEL_TEXT];
	char sha256[65];
	const char *result; /* "same", "different" or "not_checked", as the field hash_checked has it */
	const char
	    *came; /* the form in which it is here: "raw", "folder", "parts", "sealed", "ewf", "case" (in the case
	                       file); "": it did not come */
};

/*
 * Accepts a transfer: records it with what was found and `missing` (lines, may be
 * empty) as a note, in one action, and appends the signed receipt to `receipt`. `places` (as in place.h, or NULL) is where
 * the evidence lies here from now on.
 */
int transfer_accept(struct case_file *c, const char *label, const struct transfer_item *items, size_t count,
                    const char *missing, const json_t *places, struct buf *receipt, struct err *err);

/* The receipt of the last acceptance in this copy once more: it may not have been written. ERR_NOT_FOUND. */
int transfer_receipt_again(struct case_file *c, char label[LABEL_TEXT], struct buf *receipt, struct err *err);

/* Takes a receipt in: it must be signed by whom the transfer was made to, name the state that was handed over and the
 * evidence as it is here. `label` gets the transfer's. */
int transfer_import_receipt(struct case_file *c, const void *bytes, size_t n, char label[LABEL_TEXT], struct err *err);

#endif
