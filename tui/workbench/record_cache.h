/*
 * The records of one kind, held in memory for lists and pickers.
 *
 * Read once in slices, then kept up to date by what actions change, so that a
 * list of a hundred thousand records is there at the next key. Rows stand in
 * order of entry; a row keeps its index for the life of the table. Each row has
 * its stored text (fields are read out of it when they are needed) and, once
 * asked for, its folded words for the filter.
 */
#ifndef GENBA_TUI_WORKBENCH_RECORD_CACHE_H
#define GENBA_TUI_WORKBENCH_RECORD_CACHE_H

#include "case/kind/kinds.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct case_file;
struct record_cache;
struct tables; /* those of one workbench */

/* The table of a kind, now or as of a commit (its full id; NULL or "": now); shared. Give it back with record_cache_drop(). */
struct record_cache *record_cache_take(struct tables **tables, struct case_file *c, const struct kind *kind,
                                       const char *commit);
void record_cache_drop(struct record_cache *t); /* a large one that nobody uses goes, by tables_shrink() */
void tables_free(struct tables **tables);       /* nobody uses any */

/* Frees some of the tables that went, until the steady time `deadline`. 1: there is more. NULL is fine. */
int tables_shrink(struct tables *tables, double deadline);

/* Wipes what is held, for the lock; it is read anew later. */
void tables_forget(struct tables *tables);

/* Applies what was changed since the last call, and reads on until the steady time `deadline`. 1: there is more to read. */
int record_cache_work(struct record_cache *t, double deadline);

size_t record_cache_count(const struct record_cache *t); /* rows read so far */
int record_cache_is_whole(const struct record_cache *t);

/* How far an earlier state is read, 0 to 100: its rows come when all of them are in order. -1: nothing is read, or rows come as
 * they are read. */
int record_cache_percent(const struct record_cache *t);

/* A number that grows with every change; record_cache_changed() is that of a row's last one. */
uint64_t record_cache_version(const struct record_cache *t);
uint64_t record_cache_changed(const struct record_cache *t, size_t i);

const char *record_cache_label(const struct record_cache *t, size_t i); /* borrowed until record_cache_work() */
int record_cache_is_retracted(const struct record_cache *t, size_t i);

/* A field's value as record.h describes it: a new reference, or NULL if it is unset. */
json_t *record_cache_value(struct record_cache *t, size_t i, const struct field *field);

/* What is disputed of the row's record, as record_disputes() gives it; NULL: nothing. */
const json_t *record_cache_disputes(const struct record_cache *t, size_t i);

/* What filter_words() says of the row; borrowed until the row changes. */
const char *record_cache_words(struct record_cache *t, size_t i, size_t *n);

struct case_file *record_cache_case(const struct record_cache *t);
const struct kind *record_cache_kind(const struct record_cache *t);

#endif
