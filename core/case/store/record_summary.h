/*
 * Counting and picking records without reading them all.
 *
 * A few fields that decide what matters now stand in indexed columns of the
 * table of records, beside its JSON:
 *
 *     status      the field `status` or `state`
 *     facet       `containment` of an asset, `track` of a measure, `stance` of a note
 *     basis       `checked_by` of an asset: the id of the check behind its finding
 *     happened    `when`
 *     name        `name` or `hostname`, for references by name
 *
 * They follow from the JSON at each write (record_summary_columns()). With 100,000 assets
 * the board is made from them in milliseconds; reading each record would take a
 * second.
 */
#ifndef GENBA_CASE_STORE_RECORD_SUMMARY_H
#define GENBA_CASE_STORE_RECORD_SUMMARY_H

#include "case/store/record.h"

enum record_summary_column {
	RECORD_SUMMARY_STATUS,
	RECORD_SUMMARY_FACET,
	RECORD_SUMMARY_BASIS,
	RECORD_SUMMARY_HAPPENED,
	RECORD_SUMMARY_NAME,
	RECORD_SUMMARY_COLUMN_COUNT
};

/* For the schema. */
#define RECORD_SUMMARY_NAMES   "status, facet, basis, happened, name"
#define RECORD_SUMMARY_COLUMNS "status TEXT, facet TEXT, basis TEXT, happened TEXT, name TEXT"
#define RECORD_SUMMARY_INDEXES                                                                     \
	"CREATE INDEX record_standing ON record(kind, retracted, status, facet, basis);"           \
	"CREATE INDEX record_happened ON record(happened) WHERE kind = 'event' AND NOT retracted;" \
	"CREATE INDEX record_name ON record(kind, name) WHERE name NOTNULL;"

/* The columns of a stored record; NULL: not set. Borrowed from the record. */
void record_summary_columns(const json_t *record, const char *values[RECORD_SUMMARY_COLUMN_COUNT]);

/* One group of records that stand alike; NULL: the field is not set. Borrowed for the call. */
struct record_summary {
	const char *status;
	const char *facet;
	const char *basis; /* the label of the check, or its id if there is no such record */
	uint64_t count;
};

/* The groups of a kind, without what is retracted. Callback nonzero stops and is returned. */
int record_summary_each(struct case_file *c, const char *kind, int (*fn)(void *ctx, const struct record_summary *group),
                        void *ctx, struct err *err);

/* Number of retracted records of a kind. */
uint64_t record_count_retracted(struct case_file *c, const char *kind);

/* Who refers to `label`, as record_each_referring(), without reading the records: their labels, printable, in the same order. */
int record_each_reference(struct case_file *c, const char *label,
                          int (*fn)(void *ctx, const char *label, const char *field, int is_retracted), void *ctx,
                          struct err *err);

/*
 * As record_each(), only the records for which `condition` holds: SQL over the columns above, `label` and the stored `json`, a
 * constant of the program and never text from outside. At most `limit` records (0: all; negative: that many, the newest first).
 */
int record_summary_pick(struct case_file *c, const char *kind, const char *condition, int limit, record_fn fn,
                        void *ctx, struct err *err);

#endif
