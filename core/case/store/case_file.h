/*
 * An open case: what may be asked of it, whoever opened it (case.h).
 *
 *     if (case_may_write(c, &err) == 0)
 *         printf("%s writes into %s\n", case_mark(c), case_path(c));
 *
 * What is borrowed from it lasts until the next action or until it is closed.
 */
#ifndef GENBA_CASE_STORE_CASE_FILE_H
#define GENBA_CASE_STORE_CASE_FILE_H

#include "case/identity/label.h"

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct case_file;
struct err;
struct history;
struct vault;

#define CASE_FORMAT 2 /* number of the schema, in `PRAGMA user_version` */

enum case_flags {
	CASE_READ_ONLY = 1,
	CASE_PASSING = 2, /* the file is gone in a moment: this machine keeps no header of it */
};

const char *case_path(const struct case_file *c);
const char *case_id(const struct case_file *c);    /* UUID of the case; survives rotation and handover */
const char *case_title(const struct case_file *c); /* as stored: printable_dup() it before it is shown */
const char *case_tlp(const struct case_file *c);
const char *case_mark(const struct case_file *c);           /* mark of the unlocked responder in this case, or "" */
const char *case_responder_name(const struct case_file *c); /* as the case has it, whatever the identity's file says */
const char *case_responder(const struct case_file *c);      /* label of that responder's record, or NULL */
const struct identity *case_identity(const struct case_file *c); /* NULL if none */
int case_may_write(const struct case_file *c, struct err *err);  /* 0, or -1 with the reason */

/* ---- for work that is interrupted while others use the case (NULL: there is none) */

/* 1 while an action or a transaction is open: what is half done must not be seen. */
int case_is_changing(const struct case_file *c);

/* 1 while a copy is being made, under which nothing may be added: case_may_write() refuses. */
int case_is_still(const struct case_file *c);

/* Whom an action asks to wait where the responder's key was wiped by a lock; NULL: it is refused at once. */
void case_on_missing_key(struct case_file *c, void (*fn)(void *ctx), void *ctx);

int case_is_suspended(const struct case_file *c); /* for a lock: case_suspend() */
struct vault *case_vault(struct case_file *c);
sqlite3 *case_db(struct case_file *c);
struct history *case_history(struct case_file *c);

/* Short id (10 hex digits) of the last commit, for screens and paper; "" if there is none. */
const char *case_head(struct case_file *c);

/* What opening found that a person must know (unclean end, torn tail, unsigned header, …), one finding a line;
 * empty if all is well. Borrowed. */
const char *case_notice(const struct case_file *c);

/* Those lines of the notice that say that somebody may have altered the file, or put an older one back; "" if none. Borrowed. */
const char *case_warnings(const struct case_file *c);

/* A counter that grows with every committed action: a view compares it to know that it must read anew. */
uint64_t case_generation(const struct case_file *c);

/* The generation in which a record of the kind was added or changed last, or a conflict about one: what follows from the kind's
 * records alone is as it was while this is the same. */
uint64_t case_kind_generation(const struct case_file *c, const char *kind);

/* The ids of the records that were added or changed since that generation, some perhaps more than once. 0, or -1 if that
 * is not known any more: all has to be read anew. */
int case_changed_since(const struct case_file *c, uint64_t generation, void (*fn)(void *ctx, const char *id),
                       void *ctx);

/* KiB of pages that are kept in memory. For a long row of writes, CASE_CACHE_BULK until they are committed or given up: pages
 * that are written once are in nobody's way then. */
#define CASE_CACHE      65536
#define CASE_CACHE_BULK 8192
void case_cache(struct case_file *c, unsigned kib);

/* What a room above keeps in memory of the open case, to be faster the next time: one thing for each room, by its name, NULL at
 * first. What stands there when the case is closed is given to `release`; it is no part of the case. */
void **case_memory_of(struct case_file *c, const char *room, void (*release)(void *kept));

#endif
