/*
 * Compound files: the little file system in one file that Outlook and older Office write.
 *
 *     struct compound c;
 *     if (compound_open(&c, &pool, bytes, n) == 0)
 *         for (size_t i = compound_first(&c, 0); i; i = compound_next(&c, i))
 *             …compound_name(&c, i), compound_read(&c, i, &out)…
 *     compound_close(&c);
 *
 * Entry 0 is the root. A name is told apart without regard to case, as the format has it. Loops, chains that lead nowhere and
 * streams that share their sectors cost no more than the file is long: what is read in all is limited to COMPOUND_TIMES
 * the size of the file. Source: MS-CFB.
 */
#ifndef GENBA_FINDING_MAIL_OUTLOOK_COMPOUND_H
#define GENBA_FINDING_MAIL_OUTLOOK_COMPOUND_H

#include "base/buf.h"
#include "finding/mail/files/span.h"
#include "finding/mail/read/pool.h"

#define COMPOUND_ENTRIES 100000
#define COMPOUND_TIMES   4
#define COMPOUND_NAME    128 /* bytes of a name in UTF-8 */

struct compound_entry {
	uint32_t first; /* below a storage; 0: none */
	uint32_t next;  /* beside it; 0: none */
	int is_storage;
};

struct compound {
	struct span s;
	size_t sector; /* bytes */
	struct pool *pool;
	struct buf directory;
	struct buf mini; /* the root's stream, in which short streams lie */
	struct buf mini_fat;
	struct buf fat; /* numbers of the sectors that hold it, 4 bytes each */
	struct compound_entry *entries;
	size_t count;
	uint64_t left; /* bytes that may still be read */
	int damaged;
	int limited;
};

/* 0, or -1 if it is no such file at all. What is damaged is read as far as it goes (`damaged`). */
int compound_open(struct compound *c, struct pool *pool, const void *bytes, size_t n);
void compound_close(struct compound *c);

size_t compound_first(const struct compound *c, size_t storage); /* 0: it holds none */
size_t compound_next(const struct compound *c, size_t entry);    /* 0: it was the last of its storage */
int compound_is_storage(const struct compound *c, size_t entry);
/* In UTF-8, "" if it has none. */
void compound_name(const struct compound *c, size_t entry, char name[COMPOUND_NAME]);

/* The entry of that name in a storage, or 0. */
size_t compound_find(const struct compound *c, size_t storage, const char *name);

/* Appends the bytes of a stream. -1: some of them are missing. */
int compound_read(struct compound *c, size_t entry, struct buf *out);

#endif
