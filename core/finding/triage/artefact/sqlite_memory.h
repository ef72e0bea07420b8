/*
 * A foreign SQLite database, opened from memory: read only, nothing of its schema
 * trusted, no file touched. What its -wal has committed is put in before: newest
 * rows often stand nowhere else.
 *
 *     struct sqlite_memory m;
 *     if (sqlite_memory_open(&m, bytes, n, wal, wal_size, &err) == 0 && sqlite_memory_has(&m, "visits"))
 *             … sqlite3_prepare_v2(m.db, …)
 *     sqlite_memory_close(&m);
 *
 * Only plain tables may be read: a statement that would use a view, a function or
 * another module is refused. A query that works for too long is ended. Formats:
 * sqlite.org/fileformat2.html (4.1 for the -wal).
 */
#ifndef GENBA_FINDING_TRIAGE_ARTEFACT_SQLITE_MEMORY_H
#define GENBA_FINDING_TRIAGE_ARTEFACT_SQLITE_MEMORY_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

struct err;

struct sqlite_memory {
	sqlite3 *db;
	unsigned char *bytes;
	size_t n;
	unsigned steps;  /* thousands of steps that its queries took */
	uint64_t frames; /* of the -wal that were put in */
	uint64_t left;   /* that were not: behind the last commit, or not whole */
};

/* `bytes` become its own, in either case. `wal`: NULL if there is none. 0 or -1; close it in either case. */
int sqlite_memory_open(struct sqlite_memory *m, unsigned char *bytes, size_t n, const unsigned char *wal,
                       size_t wal_size, struct err *err);
void sqlite_memory_close(struct sqlite_memory *m);

/* Whether it has a plain table of that name. */
int sqlite_memory_has(struct sqlite_memory *m, const char *table);

#endif
