/* Tables of a database, record by record. */
#ifndef GENBA_FINDING_TRIAGE_ARTEFACT_ESE_PRIVATE_H
#define GENBA_FINDING_TRIAGE_ARTEFACT_ESE_PRIVATE_H

#include "finding/triage/artefact/ese.h"
#include "finding/triage/parse/yal.h"

#include <libesedb.h>

#define ESE_COLUMNS 128U

struct ese {
	const struct triage_file *f;
	struct triage_out *out;
	struct yal_bytes bytes;
	unsigned char header[8]; /* the checksums that libesedb wants, of the header and its copy */
	uint32_t page_size;
	libbfio_handle_t *handle;
	libesedb_file_t *file;
	uint32_t ordinal; /* of the next row of this table */
};

struct ese_record {
	struct ese *e;
	const char *table;
	int number; /* in the table */
	libesedb_record_t *record;
	char names[ESE_COLUMNS][64];
	uint32_t types[ESE_COLUMNS];
	int columns;
};

/* 0, or -1: it is no database that can be read. Close it in either case. */
int ese_open(struct ese *e, const struct triage_file *f, struct triage_out *out, struct err *err);
void ese_close(struct ese *e);

/* Each record of each table that `fn` wants by its name (called with record NULL first: 1 wants it). -1: who listens wants no
 * more. */
typedef int (*ese_record_fn)(void *ctx, struct ese_record *r, struct err *err);
int ese_each(struct ese *e, int (*wants)(const char *table), ese_record_fn fn, void *ctx, struct err *err);

/* The column's place, or -1. */
int ese_column(const struct ese_record *r, const char *name);
/* 1 with the value, 0: it has none, or is of another type. */
int ese_number(const struct ese_record *r, int column, int64_t *value);
int ese_text(const struct ese_record *r, int column, struct buf *out);
/* The bytes, at most 64 KiB of them, appended. */
int ese_bytes(const struct ese_record *r, int column, struct buf *out);
/* A DateTime column (days since 1899-12-30), or OBSERVATION_NO_TIME. */
int64_t ese_date(const struct ese_record *r, int column);

/* A row of the record. `offset` of rows is the number of the record, their ordinal that of the table: what a record lies at
 * moves. */
int ese_row(struct ese_record *r, unsigned artefact, int64_t when, unsigned time_of, const struct buf *fields,
            struct err *err);

#endif
