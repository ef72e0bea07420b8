/*
 * Records as rows: for lists of very many, where making an object of each would
 * take too long.
 *
 * A row's text is the stored canonical JSON, a member a line (base/json.h), so
 * one field can be read out of it without parsing the rest:
 *
 *     rows_each(c, "asset", 0, 500, keep_row, list, &err);        the first 500, in order of entry
 *     json_t *status = row_value(c, field, row->json, row->size);
 */
#ifndef GENBA_CASE_STORE_ROWS_H
#define GENBA_CASE_STORE_ROWS_H

#include "case/store/record.h"

struct record_row { /* borrowed for the call */
	int64_t n;  /* order of entry in this copy of the case */
	const char *kind;
	const char *label;
	int retracted;
	const char *json;
	size_t size;
};

typedef void (*row_fn)(void *ctx, const struct record_row *row);

/* At most `limit` rows of a kind, those entered after row number `after`, in that order. The number of them, or -1. */
int rows_each(struct case_file *c, const char *kind, int64_t after, int limit, row_fn fn, void *ctx, struct err *err);

/* The row of one record by its id. 0, or -1 if there is none. */
int row_of_id(struct case_file *c, const char *id, row_fn fn, void *ctx);

/* One field's value as record.h describes it (labels, texts; secrets masked): a new reference, or NULL if it is unset. */
json_t *row_value(struct case_file *c, const struct field *field, const char *json, size_t size);

#endif
