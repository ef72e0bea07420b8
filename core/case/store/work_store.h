/*
 * The state of unfinished work: what was preserved half-way and is to go on
 * after an interruption. Rows of the case, neither records nor history.
 *
 * A piece of work has a key; its part 0 is a head of its own making, the parts
 * behind it are what has been done, in their order.
 */
#ifndef GENBA_CASE_STORE_WORK_STORE_H
#define GENBA_CASE_STORE_WORK_STORE_H

#include "case/store/case_file.h"

/* Writes a part, over an earlier one of that number. */
int work_store_put(struct case_file *c, const char *key, int64_t part, const void *data, size_t n, struct err *err);

/* The parts of a piece of work in their order. A callback that is not 0 stops and is returned. */
int work_store_each_part(struct case_file *c, const char *key,
                         int (*fn)(void *ctx, int64_t part, const void *data, size_t n), void *ctx, struct err *err);

/* Every piece of work: its head, and how many bytes its other parts hold. A callback that is not 0 stops and is returned. */
int work_store_each(struct case_file *c, int (*fn)(void *ctx, const void *head, size_t n, uint64_t kept), void *ctx,
                    struct err *err);

int work_store_forget(struct case_file *c, const char *key, struct err *err);

/* What is written between these is written together, or not at all. */
int work_store_begin(struct case_file *c, struct err *err);
int work_store_commit(struct case_file *c, struct err *err);
void work_store_cancel(struct case_file *c);

#endif
