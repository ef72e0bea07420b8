/*
 * Rows of a CSV file of any size, as they come: csv_parse() (exchange/csv.h) on one batch of whole rows after the other.
 *
 * Runs in the cage. A row whose quote is never closed costs its line. UTF-8, with or without a mark; bytes that are no text
 * reach the row as they are, NUL as \x00.
 */
#ifndef GENBA_OUTWARD_INTAKE_CSV_STREAM_H
#define GENBA_OUTWARD_INTAKE_CSV_STREAM_H

#include "outward/exchange/csv.h"
#include "outward/intake/intake_out.h"

/* Gives each row that is not empty; `row->line` counts from the file's beginning. Nonzero of `fn` ends it and is returned. */
int csv_stream(struct intake_source *source, csv_row_fn fn, void *ctx, struct err *err);

/* What a heading names: the column of a name, letters folded, or -1. */
int csv_column(char *const *heading, size_t count, const char *name);

#endif
