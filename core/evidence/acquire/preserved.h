/* What became of bytes that were preserved, or of a command that was captured: for the person, beside the record. */
#ifndef GENBA_EVIDENCE_ACQUIRE_PRESERVED_H
#define GENBA_EVIDENCE_ACQUIRE_PRESERVED_H

#include "base/buf.h"
#include "case/store/case_file.h"

#include <stdint.h>

struct preserved {
	char label[LABEL_TEXT];
	char same[LABEL_TEXT]; /* of what was on record with the same bytes, or "" */
	int was_there;         /* no record was made: `label` is that one */
	char sha256[65];
	uint64_t size;
	uint64_t files;    /* of a tree; 1 for a file */
	int complete;      /* 0: partial or interrupted, and on record as that */
	int wrong;         /* the source is damaged, or not what it or its log states */
	struct buf note;   /* what could not be read, printable lines */
	struct buf advice; /* what the person may still want to record, printable lines; not on record */
	char *path;        /* printable */
};

void preserved_release(struct preserved *p);

#endif
