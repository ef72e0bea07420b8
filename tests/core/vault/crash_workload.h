/*
 * What the crash campaign does to a case: a fixed list of steps, each one transaction, between them everything that
 * writes to the file in another way: checkpoints, slots, a new file in place of the old one. It knows nothing of crashes
 * but that the file lies on a crashfs.
 */
#ifndef GENBA_TESTS_CRASH_WORKLOAD_H
#define GENBA_TESTS_CRASH_WORKLOAD_H

#include "crashfs.h"

#include "vault/vault.h"

#include <sqlite3.h>

enum { WORKLOAD_STEPS = 44 };

#define WORKLOAD_CASE "/site.genba"
extern const char *const workload[WORKLOAD_STEPS];

/* Puts `count` rows in place, from the id `from` on, each with a blob of `size` bytes and more. */
#define WORKLOAD_ROWS(from, count, size)                                                                       \
	"WITH RECURSIVE i(x) AS (SELECT " #from " UNION ALL SELECT x + 1 FROM i WHERE x < " #from " + " #count \
	" - 1) "                                                                                               \
	"INSERT OR REPLACE INTO t SELECT x, x * 7, zeroblob(" #size ") || x FROM i"

/* The keys of who works; once, before the first step. */
void workload_begin(void);

/* 0, or -1 if the step failed. `.create` and `.reopen` change *v, which is NULL while nothing is open. */
int workload_step(struct vault **v, struct crashfs *fs, const char *step);

int workload_open(struct vault **v, struct crashfs *fs, struct err *err);
int workload_run(struct vault *v, const char *sql);
int workload_checkpoint(struct vault *v, int mode);

#endif
