/*
 * Evidence that travels beside a handover.
 *
 * Everything whose bytes can be read goes along in its own form: a file as a file, a folder by its manifest, a split copy and
 * another tool's parts part by part, a container sealed as it is, an E01 image with all its segments. What lies in the case
 * file is in the copy of the case already. Each is compared with the digest on record in its new place; what differs or
 * cannot be read is left behind, and said.
 *
 * The names come from the record and are harmless: LABEL-NAME, from letters, digits and '-' with one dot before an ending
 * (safe_name.h), so that no record names a place outside of the folder. The recipient finds them by the same function:
 *
 *     taken/R1-E1-disk.E01  taken/R1-E1-disk.E02  taken/R1-E2-mail.eml  taken/R1-E3-usb/…
 */
#ifndef GENBA_HANDOVER_EVIDENCE_EVIDENCE_COPY_H
#define GENBA_HANDOVER_EVIDENCE_EVIDENCE_COPY_H

#include "base/buf.h"
#include "base/progress.h"

#include <jansson.h>

struct case_file;
struct err;

struct evidence_copying {
	const char *folder; /* made if it is not there */
	/* labels whose secrets travel too, NULL-terminated, or NULL: a container without its key is said */
	const char *const *secrets;
	const struct progress *progress;
	void (*say)(void *ctx, const char *label, const char *text); /* text: a line, printable */
	void *ctx;
};

struct evidence_copied {
	struct buf labels; /* of what went along, separated by commas; release it */
	size_t count;
	size_t missing; /* whose bytes should be within reach, and did not go along */
};

/* Copies the evidence of the case. 0, also when something is missing; -1 if the folder cannot be made or the person
 * cancelled. */
int evidence_copy_all(struct case_file *c, const struct evidence_copying *how, struct evidence_copied *out,
                      struct err *err);

/* Appends to `labels`, a JSON array, the evidence in sealed containers whose key this copy of the case has: without it nobody
 * can read them. 0 or -1. */
int evidence_with_key(struct case_file *c, json_t *labels, struct err *err);

/* The name beside a handover of the evidence that this record (of this copy of the case, as it says where its bytes lie) is
 * of. NULL, with ERR_DAMAGED, if its label may not be part of a path; ERR_NOT_FOUND if no place is on record. The caller
 * frees. */
char *evidence_copy_name(const json_t *record, struct err *err);

#endif
