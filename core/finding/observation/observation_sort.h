/*
 * Puts rows in order, however many they are.
 *
 *     struct observation_sorter *s = observation_sorter_new("/media/case", case_id);
 *     observation_sorter_add(s, bytes, n, &err);           // what a caged parser handed over, in pieces of any size
 *     observation_sorter_each(s, take, ctx, &err);         // each row, in the order of observation_compare()
 *     observation_sorter_free(s);
 *
 * 64 MiB are kept in memory. What is more becomes sorted runs in files without a
 * name in the folder given, sealed with a key that is nowhere else: when the
 * program ends, however it ends, nothing of them can be read.
 */
#ifndef GENBA_FINDING_OBSERVATION_OBSERVATION_SORT_H
#define GENBA_FINDING_OBSERVATION_OBSERVATION_SORT_H

#include "finding/observation/observation.h"

struct observation_sorter;

struct observation_sorter *observation_sorter_new(const char *folder, const char *case_id);
void observation_sorter_free(struct observation_sorter *s); /* NULL is allowed */

/* Adds packed rows. A row may be cut at the end of `bytes`: the next call goes on. ERR_INVALID: they are no rows. */
int observation_sorter_add(struct observation_sorter *s, const void *bytes, size_t n, struct err *err);
int observation_sorter_add_row(struct observation_sorter *s, const struct observation *o, struct err *err);

/* How many were added whole. */
uint64_t observation_sorter_count(const struct observation_sorter *s);

/* Gives each row, borrowed for the call, in order; -1 of `fn` stops. Once. ERR_INVALID if a row is cut at the end. */
typedef int (*observation_fn)(void *ctx, const struct observation *o, struct err *err);
int observation_sorter_each(struct observation_sorter *s, observation_fn fn, void *ctx, struct err *err);

#endif
