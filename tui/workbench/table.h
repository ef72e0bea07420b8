/*
 * The records of one kind, held in memory for lists and pickers.
 *
 * Read once in slices, then kept up to date by what actions change, so that a
 * list of a hundred thousand records is there at the next key. Rows stand in
 * order of entry; a row keeps its index for the life of the table. Each row has
 * its stored text (fields are read out of it when they are needed) and, once
 * asked for, its folded words for the filter.
 */
#ifndef GENBA_TUI_WORKBENCH_TABLE_H
#define GENBA_TUI_WORKBENCH_TABLE_H

#include "case/kind/kinds.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct case_file;
struct table;
struct tables; /* those of one workbench */

/* The table of a kind, now or as of a commit (its full id; NULL or "": now); shared. Give it back with table_drop(). */
struct table *table_take(struct tables **tables, struct case_file *c, const struct kind *kind, const char *commit);
void table_drop(struct table *t);         /* a large one that nobody uses is freed */
void tables_free(struct tables **tables); /* nobody uses any */

/* Wipes what is held, for the lock; it is read anew later. */
void tables_forget(struct tables *tables);

/* Applies what was changed since the last call, and reads on until the steady time `deadline`. 1: there is more to read. */
int table_work(struct table *t, double deadline);

size_t table_count(const struct table *t); /* rows read so far */
int table_is_whole(const struct table *t);

/* A number that grows with every change; table_changed() is that of a row's last one. */
uint64_t table_version(const struct table *t);
uint64_t table_changed(const struct table *t, size_t i);

const char *table_label(const struct table *t, size_t i); /* borrowed until table_work() */
int table_is_retracted(const struct table *t, size_t i);

/* A field's value as record.h describes it: a new reference, or NULL if it is unset. */
json_t *table_value(struct table *t, size_t i, const struct field *field);

/* What is disputed of the row's record, as record_disputes() gives it; NULL: nothing. */
const json_t *table_disputes(const struct table *t, size_t i);

/* What filter_words() says of the row; borrowed until the row changes. */
const char *table_words(struct table *t, size_t i, size_t *n);

struct case_file *table_case(const struct table *t);
const struct kind *table_kind(const struct table *t);

#endif
