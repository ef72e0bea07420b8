/*
 * Tables that rooms above the case keep beside the records: what can be made again from evidence or from the records, and is
 * no history. They are made when they are first needed, so a case that has none of a room's data has none of its tables.
 *
 * A table is a row of ROOM_TABLES; its text is compared when a case is opened, as that of the case's own tables is: a case is
 * somebody's file, and a table that is not ours is refused. The SQL that fills and reads a table is its room's.
 *
 *     if (room_table_has(case_db(c), "observation_set"))       // else there is nothing to read
 *     if (room_table_make(case_db(c), "observation_set", err)) // inside a transaction
 */
#ifndef GENBA_CASE_DATABASE_ROOM_TABLES_H
#define GENBA_CASE_DATABASE_ROOM_TABLES_H

#include <sqlite3.h>

struct err;

/* A text is never changed once a case may have it: another form is another table. */
#define ROOM_TABLES(X)                                                                                             \
	X(observation_set,                                                                                         \
	  "CREATE TABLE observation_set(n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, checked TEXT NOT NULL,"    \
	  " evidence TEXT NOT NULL, evidence_sha256 TEXT NOT NULL, source TEXT NOT NULL, parsers TEXT NOT NULL,"   \
	  " rows INTEGER NOT NULL, blocks INTEGER NOT NULL, sha256 TEXT NOT NULL, first INTEGER NOT NULL,"         \
	  " last INTEGER NOT NULL, in_case INTEGER NOT NULL, key BLOB)")                                           \
	X(observation_block,                                                                                       \
	  "CREATE TABLE observation_block(set_id TEXT NOT NULL, block INTEGER NOT NULL, first INTEGER NOT NULL,"   \
	  " last INTEGER NOT NULL, artefacts INTEGER NOT NULL, rows INTEGER NOT NULL, PRIMARY KEY(set_id, block))" \
	  " WITHOUT ROWID")                                                                                        \
	X(mail_key, "CREATE TABLE mail_key(key TEXT NOT NULL, mail TEXT NOT NULL, PRIMARY KEY(key, mail))"         \
	            " WITHOUT ROWID")                                                                              \
	X(mail_keyed, "CREATE TABLE mail_keyed(mail TEXT PRIMARY KEY, state TEXT NOT NULL, keys TEXT NOT NULL)"    \
	              " WITHOUT ROWID")

/* Whether the case has it. */
int room_table_has(sqlite3 *db, const char *name);

/* Drops those tables that are only kept so as not to be made again: in a stranger's case they may say anything. Within the caller's
 * transaction. 0 or -1. */
int room_tables_forget(sqlite3 *db, struct err *err);

/* Makes it if it is not there. */
int room_table_make(sqlite3 *db, const char *name, struct err *err);

/* Whether what a schema says (an entry's table, name and text, which may be NULL) is a room's table or its own index. */
int room_table_is(const char *table, const char *name, const char *sql);

#endif
