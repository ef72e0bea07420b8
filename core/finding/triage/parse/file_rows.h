/* A file as rows: one for each of its times that differ, or one without a time. */
#ifndef GENBA_FINDING_TRIAGE_PARSE_FILE_ROWS_H
#define GENBA_FINDING_TRIAGE_PARSE_FILE_ROWS_H

#include "finding/triage/parse/parser.h"

struct file_times { /* OBSERVATION_NO_TIME where there is none */
	int64_t modified;
	int64_t accessed;
	int64_t changed;
	int64_t created;
	int64_t deleted;
};

struct file_rows {
	const char *path;
	struct file_times times;
	uint64_t place; /* where it stands in its tree or table: the offset of its rows */
	unsigned artefact;
	uint8_t clock;
	int deleted; /* it was recovered */
	const struct buf *fields;
};

int file_rows_give(struct triage_out *out, const struct file_rows *f, struct err *err);

#endif
