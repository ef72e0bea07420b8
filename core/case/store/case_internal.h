/*
 * What the rooms of the case share and nobody else sees: the struct behind
 * `struct case_file`, its prepared statements, and its schema.
 */
#ifndef GENBA_CASE_STORE_CASE_INTERNAL_H
#define GENBA_CASE_STORE_CASE_INTERNAL_H

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "case/database/generations.h"
#include "case/identity/identity.h"
#include "case/store/case_file.h"
#include "case/store/meta.h"
#include "case/store/purgeable_text.h"
#include "case/store/record.h"
#include "case/store/record_summary.h"
#include "history/history.h"
#include "vault/vault.h"

/* Statements that are prepared once per case: (name, SQL). */
#define CASE_STATEMENTS(X)                                                                                                  \
	X(BEGIN, "BEGIN IMMEDIATE")                                                                                         \
	X(COMMIT, "COMMIT")                                                                                                 \
	X(ROLLBACK, "ROLLBACK")                                                                                             \
	X(TRY, "SAVEPOINT try_add")                                                                                         \
	X(TRY_UNDO, "ROLLBACK TO try_add")                                                                                  \
	X(TRY_DONE, "RELEASE try_add")                                                                                      \
	X(META_GET, "SELECT value FROM meta WHERE key = ?1")                                                                \
	X(META_SET, "INSERT INTO meta(key, value) VALUES(?1, ?2) ON CONFLICT(key) DO UPDATE SET value = ?2")                \
	X(RECORD_BY_LABEL, "SELECT n, id, kind, label, retracted, json FROM record WHERE label = ?1")                       \
	X(RECORD_BY_ID, "SELECT n, id, kind, label, retracted, json FROM record WHERE id = ?1")                             \
	X(ID_OF_ALIAS, "SELECT id FROM alias WHERE label = ?1")                                                             \
	X(LABEL_OF_ID, "SELECT label, kind FROM record WHERE id = ?1")                                                      \
	X(RECORD_INSERT,                                                                                                    \
	  "INSERT INTO record(id, retracted, json, status, facet, basis, happened, name, kind, label, mark, number)"        \
	  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)")                                                     \
	X(RECORD_UPDATE,                                                                                                    \
	  "UPDATE record SET retracted = ?2, json = ?3, status = ?4, facet = ?5, basis = ?6, happened = ?7, name = ?8"      \
	  " WHERE id = ?1")                                                                                                 \
	X(RELABEL, "UPDATE record SET label = ?2, mark = ?3, number = ?4 WHERE id = ?1")                                    \
	X(ALIAS_PUT, "INSERT OR REPLACE INTO alias(label, id) VALUES(?1, ?2)")                                              \
	/* A number that a colleague took out of the air is not counted on from. CAST: SQLite looks at the value of a     \
	   bare parameter for the sake of partial indexes, and prepares the statement anew when it is another. */ \
	X(NEXT_NUMBER, "SELECT coalesce(max(number), 0) + 1 FROM record"                                                    \
	               " WHERE mark = ?1 AND kind = CAST(?2 AS TEXT) AND number < 900000000")                               \
	X(LINK_CLEAR, "DELETE FROM link WHERE source = ?1")                                                                 \
	X(LINK_ADD, "INSERT OR IGNORE INTO link(target, source, field) VALUES(?1, ?2, ?3)")                                 \
	X(LINK_HAS, "SELECT 1 FROM link WHERE target = ?1 AND source = ?2 AND field = ?3")                                  \
	X(LINK_COUNT, "SELECT count(*) FROM link WHERE source = ?1")                                                        \
	X(TEXT_PUT, "INSERT INTO text(digest, secret, salt, value) VALUES(?1, ?2, ?3, ?4)")                                 \
	X(TEXT_HAS, "SELECT 1 FROM text WHERE digest = ?1")                                                                 \
	X(TEXT_GET, "SELECT salt, value FROM text WHERE digest = ?1")                                                       \
	X(BLOB_HAS, "SELECT data IS NOT NULL FROM blob WHERE sha256 = ?1")                                                  \
	X(BLOB_PUT, "INSERT INTO blob(sha256, size, data) VALUES(?1, ?2, ?3)"                                               \
	            " ON CONFLICT(sha256) DO UPDATE SET data = ?3")                                                         \
	X(BLOB_FORGET, "DELETE FROM blob WHERE sha256 = ?1")                                                                \
	X(BLOB_GET, "SELECT size, data FROM blob WHERE sha256 = ?1")                                                        \
	X(QUEUE, "INSERT OR IGNORE INTO search_queue(n) SELECT n FROM record WHERE id = ?1")

enum case_statement {
#define X(name, sql) CASE_##name,
	CASE_STATEMENTS(X)
#undef X
	    CASE_STATEMENT_COUNT
};

/* The index of search.c, which can be made anew. */
#define SCHEMA_SEARCH "CREATE VIRTUAL TABLE search USING fts5(title, body, tokenize='genba');"

/* The field of a responder with the labels that are kept free for paper (reserve.h). */
#define RESERVE_FIELD "reserved"

/* What disputed.h has read of one state of the case. */
struct disputes {
	uint64_t generation;     /* of the conflicts */
	char commit[HISTORY_ID]; /* "": now */
	json_t *all;             /* NULL: not read */
	json_t *kinds;           /* of now: kind -> {id of a record of which something is disputed: true} */
	json_t *records;         /* of now: id -> the record as read, of those that were asked for */
	uint64_t records_of;     /* the generation that they are of */
};

/* What rooms keep in memory beside the open case. */
struct room_memory {
	const char *room;
	void *kept;
	void (*release)(void *kept);
	struct room_memory *next;
};

struct case_file {
	struct vault *vault;
	sqlite3 *db; /* the vault's */
	struct history *history;
	const struct identity *identity; /* borrowed; NULL if none */
	char *path;
	char id[37];
	char *title;
	char tlp[16];
	char mark[MARK_TEXT];
	char *responder;      /* label of the unlocked responder's record, or NULL */
	char *responder_name; /* … and the name in it */
	int has_reserved;     /* that record says labels that are kept free (reserve.h) */
	char head[11];
	unsigned flags;
	struct generations generations;
	struct disputes disputes[2]; /* now, and the past that was looked at last */
	struct room_memory *rooms;
	struct buf notice;
	enum err_code foreign_code;
	struct buf
	    foreign; /* why it is open for reading only although a person asked for more (gate.h); empty: it is not */
	struct buf warnings;   /* those lines of it that say that somebody may have altered the file */
	sqlite3 *memory;       /* a case of an older format, read without upgrading: a copy of it; `db` is this then */
	struct action *action; /* the open one, or NULL */
	int suspended;         /* for a lock (case_suspend()): there is no vault, database or history */
	unsigned char left[VAULT_STATE]; /* what the file was then */
	int still;                       /* a copy is being made: nothing may be added meanwhile */
	void (*missing_key)(void *ctx);  /* waits for the responder's key; or NULL */
	void *missing_key_ctx;
	char found_label[LABEL_TEXT + 40]; /* what record_label_of() answered last */
	char found_kind[64];
	int backup_every; /* actions between copies made by themselves; 0: none; -1: not looked up yet */
	sqlite3_stmt *statements[CASE_STATEMENT_COUNT];
};

/* Opens the history of the open database, which then names the vault's finding where a page cannot be read. */
int case_open_history(struct case_file *c, struct err *err);

/* The statement, reset and without bindings; NULL with an error if it cannot be prepared. */
sqlite3_stmt *case_statement(struct case_file *c, enum case_statement which, struct err *err);

/* A statement that is used once, with its values bound in their order: `types` has a letter for each, t (text, NULL is NULL)
 * or i (int64_t). NULL with an error. The caller steps and finalizes. */
sqlite3_stmt *case_prepare(struct case_file *c, struct err *err, const char *sql, const char *types, ...);

/* Ends every read that was left half-way (a borrowed label is one): VACUUM and rotation need a still database. */
void case_reset_statements(struct case_file *c);

/* Runs a statement that returns no row. 0 or -1. */
int case_step(struct case_file *c, sqlite3_stmt *statement, const char *doing, struct err *err);

/* Turns the database's last error into ours: damage names the vault's finding, a full disk is ERR_NO_SPACE. -1. */
int case_sql_error(struct case_file *c, const char *doing, struct err *err);

/* Makes the tables in an empty database. */
int case_schema_create(struct case_file *c, struct err *err);

/* The columns of the table of records behind its number, in their order. */
#define RECORD_COLUMNS "id, kind, label, mark, number, retracted, json, " RECORD_SUMMARY_NAMES

/* Parts of the schema that an upgrade makes too. */
#define SCHEMA_RECORD                                                                                            \
	"CREATE TABLE record(n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,"                \
	"  label TEXT NOT NULL UNIQUE, mark TEXT NOT NULL, number INTEGER NOT NULL, retracted INTEGER NOT NULL," \
	"  json TEXT NOT NULL," RECORD_SUMMARY_COLUMNS ");" RECORD_SUMMARY_INDEXES                               \
	"CREATE INDEX record_kind ON record(kind, n);"                                                           \
	"CREATE INDEX record_number ON record(mark, kind, number);"
#define SCHEMA_WORK                                                                       \
	"CREATE TABLE work(key TEXT NOT NULL, part INTEGER NOT NULL, data BLOB NOT NULL," \
	"  PRIMARY KEY(key, part)) WITHOUT ROWID;"

/* The number of the schema that the database says it has. */
int case_schema_format(struct case_file *c, int *format, struct err *err);

/* Checks that the database is a case of the present format (older ones are case_upgrade()'s), and nothing else. */
int case_schema_check(struct case_file *c, struct err *err);

/* An empty struct for that path, and what frees it: closes the vault, if there is one. */
struct case_file *case_alloc(const char *path, const struct identity *identity);
int case_release(struct case_file *c, struct err *err);

/* Closes the vault and forgets all that was read through it; the struct stays. -1 if the vault's closing failed. */
int case_let_go(struct case_file *c, struct err *err);

/* Reads case title, TLP and the responder that the identity is, after opening and after each action. */
int case_refresh(struct case_file *c, struct err *err);

/* Fills in mark and responder's label of the unlocked identity, as the records have them now. */
int case_find_responder(struct case_file *c, struct err *err);

/* Writes a record's row, its links and its place in the search queue inside the open transaction. */
int record_store(struct case_file *c, const json_t *object, const char *text, int is_new, struct err *err);

/* The stored form (canonical object) of a record by label, alias or id. New reference. */
json_t *record_stored(struct case_file *c, const char *label, struct err *err);

/* Label (and kind, if not NULL) of an id: borrowed until the next call; NULL if there is no such record. */
const char *record_label_of(struct case_file *c, const char *id, const char **kind);

/* A stored value of a field as record.h describes records as read. New reference. */
json_t *record_value_as_read(struct case_file *c, const struct field *field, json_t *stored, unsigned flags);

/* The record with what is disputed of it (disputed.h), as of a commit (NULL: now); takes the reference. NULL stays NULL. */
json_t *record_with_disputes(struct case_file *c, const char *commit, json_t *record, unsigned flags);
void disputes_release(struct case_file *c);

#endif
