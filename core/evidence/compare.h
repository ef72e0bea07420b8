/*
 * The bytes of evidence against the digest on record, in whatever form they lie: a file, a folder by its manifest, a
 * container, an E01 image, parts, what is in the case itself. One word as the answer; verification (preserve.h) says where a
 * difference is.
 */
#ifndef GENBA_EVIDENCE_COMPARE_H
#define GENBA_EVIDENCE_COMPARE_H

#include "base/progress.h"

#include <jansson.h>

struct case_file;
struct err;

/* 1 if the form has bytes that could be read: "hash", "raw", "sealed", "ewf", "blob". NULL has none. */
int evidence_has_bytes(const char *form);

/* 1 if the record (read with RECORD_REVEAL) is of a container whose key is not in this copy of the case. */
int evidence_lacks_key(const json_t *record);

/*
 * Reads the bytes where the record (read with RECORD_REVEAL, perhaps changed by evidence_lies()) says, and compares. 0 if
 * they are the same. ERR_DAMAGED if they are not, ERR_CANCELLED; another code if they could not be read.
 */
int evidence_compare(struct case_file *c, json_t *record, const struct progress *progress, struct err *err);

/* 1 if what lies where a record says (read with RECORD_REVEAL) has another size: it is altered, also if it cannot be read. */
int evidence_has_other_size(struct case_file *c, json_t *record);

#endif
