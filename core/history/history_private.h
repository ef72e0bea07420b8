/* What the files of core/history share: object rows, trees, parsed commits, and libgit2's view of them. */
#ifndef GENBA_HISTORY_HISTORY_PRIVATE_H
#define GENBA_HISTORY_HISTORY_PRIVATE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/sha256.h"
#include "history/history.h"

#include <git2.h>
#include <git2/sys/odb_backend.h>
#include <git2/sys/refdb_backend.h>
#include <zstd.h>

#define HISTORY_BRANCH "refs/heads/main"
#define TREE_DEPTH     8 /* folders above a file at most */

/* ---- object_memory.c: the trees and blobs that the next commit builds on, and the next check looks at */

#define OBJECT_CACHE_SLOTS 65536       /* more than it mostly holds: a new row finds its slot empty */
#define OBJECT_CACHE_BYTES (12U << 20) /* kept at most */
#define OBJECT_CACHED      (16U << 10) /* of one object at most */

/* An object unpacked. Who gets one holds it, and drops it. */
struct object_raw {
	int64_t row;
	git_object_t type;
	unsigned holders;
	int used; /* asked for since it was last the newest */
	size_t size;
	struct object_raw *next;          /* in its slot */
	struct object_raw *newer, *older; /* in the cache */
	char data[];                      /* `size` bytes and a NUL */
};

struct object_cache {
	struct object_raw *slots[OBJECT_CACHE_SLOTS];
	struct object_raw *newest, *oldest;
	size_t bytes;
};

struct object_raw *object_raw_new(int64_t row, git_object_t type, size_t n); /* with one holder */
void object_raw_drop(struct object_raw *raw);                                /* NULL is fine */

/* The object of a row, held, or NULL. */
struct object_raw *object_cache_find(struct object_cache *c, int64_t row);
void object_cache_put(struct object_cache *c, struct object_raw *raw); /* unless it is too large; the caller holds on */
void object_cache_clear(struct object_cache *c);

/* Where some objects lie that were found or written last: the next action builds on them. */
#define OBJECTS_KNOWN 64 /* by the first byte of the id */

struct object_known {
	git_oid id;
	int64_t row; /* 0: empty */
	git_object_t type;
	size_t size;
	int depth;
};

#define HISTORY_STATEMENTS(X)                                                                                       \
	X(OBJECT_BY_ID, "SELECT n, type, size, base, depth, data FROM git_object WHERE id = ?1")                    \
	X(OBJECT_BY_ROW, "SELECT n, type, size, base, depth, data FROM git_object WHERE n = ?1")                    \
	X(OBJECT_PUT, "INSERT INTO git_object(id, type, size, base, depth, data) VALUES(?1, ?2, ?3, ?4, ?5, ?6)"    \
	              " ON CONFLICT(id) DO NOTHING")                                                                \
	X(OBJECT_PREFIX, "SELECT id FROM git_object WHERE id >= ?1 AND id <= ?2 LIMIT 2")                           \
	X(REF_GET, "SELECT id, target FROM git_ref WHERE name = ?1")                                                \
	X(REF_PUT, "INSERT INTO git_ref(name, id, target) VALUES(?1, ?2, ?3)"                                       \
	           " ON CONFLICT(name) DO UPDATE SET id = ?2, target = ?3")                                         \
	X(REF_DELETE, "DELETE FROM git_ref WHERE name = ?1")                                                        \
	X(REF_AT, "SELECT name FROM git_ref WHERE name > ?1 ORDER BY name LIMIT 1")                                 \
	X(COMMIT_PUT, "INSERT INTO git_commit(id, time, p1, p2) VALUES(?1, ?2,"                                     \
	              " (SELECT n FROM git_commit WHERE id = ?3), (SELECT n FROM git_commit WHERE id = ?4))")       \
	X(COMMIT_ROW, "SELECT n FROM git_commit WHERE id = ?1")                                                     \
	X(COMMIT_PREFIX, "SELECT id FROM git_commit WHERE id >= ?1 AND id <= ?2 LIMIT 2")                           \
	X(COMMIT_AT, "WITH RECURSIVE up(n) AS (SELECT n FROM git_commit WHERE id = ?2"                              \
	             " UNION ALL SELECT c.p1 FROM up CROSS JOIN git_commit c ON c.n = up.n WHERE c.p1 IS NOT NULL)" \
	             " SELECT c.id FROM up CROSS JOIN git_commit c ON c.n = up.n WHERE c.time <= ?1 LIMIT 1")       \
	X(COMMIT_COUNT, "SELECT coalesce(max(n), 0) FROM git_commit") /* rows are never removed */                  \
	X(CHECK_IDS, "SELECT n, id, type FROM git_object WHERE n > ?1 AND n <= ?2 ORDER BY n LIMIT ?3")             \
	X(CHECK_OBJECTS, "SELECT n, type, size, base, depth, data, id FROM git_object WHERE n > ?1 AND n <= ?2"     \
	                 " ORDER BY n LIMIT ?3")                                                                    \
	X(TOUCH_HAS, "SELECT 1 FROM git_touch WHERE path = ?1 AND n = ?2")                                          \
	X(IS_ANCESTOR, "WITH RECURSIVE up(n) AS (SELECT ?2"                                                         \
	               " UNION SELECT c.p1 FROM up CROSS JOIN git_commit c ON c.n = up.n WHERE c.p1 >= ?1"          \
	               " UNION SELECT c.p2 FROM up CROSS JOIN git_commit c ON c.n = up.n WHERE c.p2 >= ?1)"         \
	               " SELECT 1 FROM up WHERE n = ?1 LIMIT 1")                                                    \
	X(TOUCH_PUT, "INSERT OR IGNORE INTO git_touch(path, n) VALUES(?1, ?2)")

enum history_statement {
#define X(name, sql) HISTORY_##name,
	HISTORY_STATEMENTS(X)
#undef X
	    HISTORY_STATEMENT_COUNT
};

struct history {
	sqlite3 *db;                                /* the caller's */
	int (*explain)(void *ctx, struct err *err); /* what lies behind an I/O error; or NULL */
	void *explain_ctx;
	sqlite3_stmt *statements[HISTORY_STATEMENT_COUNT];
	struct object_cache cache;
	struct object_known known[OBJECTS_KNOWN];
	struct object_index *index; /* ids in memory while everything is verified; else NULL */
	ZSTD_CCtx *compress;
	ZSTD_DCtx *decompress;
	git_repository *repository; /* libgit2's view, made when first needed */
};

/* ---- objects.c: rows */

sqlite3_stmt *history_statement(struct history *h, enum history_statement which, struct err *err);
int history_sql_error(struct history *h, const char *doing, struct err *err);

/*
 * The id of an object of git: SHA-1 over its head and its bytes, by the processor's own instructions where it has
 * them. For what is in the case and is bound by SHA-256 too (Genba-Record, Genba-Prev). Where bytes come into the
 * history, git_odb_hash() is asked, which also refuses what was made for a collision.
 */
void object_id(git_object_t type, const void *raw, size_t n, git_oid *id);

void objects_forget(struct history *h); /* what is in memory of them: rows went away */

/* Unpacks the row that a statement stands on: columns n, type, size, base, depth, data. Held for the caller, or NULL;
 * so is what it is a delta of (`base` may be NULL; NULL in it: nothing). */
struct object_raw *object_unpack(struct history *h, sqlite3_stmt *s, struct object_raw **base, struct err *err);

/* An object, held for the caller. NULL: ERR_NOT_FOUND; ERR_DAMAGED if its row cannot be unpacked. */
struct object_raw *object_hold(struct history *h, const git_oid *id, struct err *err);

/* Appends the raw bytes of an object; fails as object_hold() does. Any output may be NULL. */
int object_read(struct history *h, const git_oid *id, git_object_t *type, struct buf *raw, struct err *err);

/* Whether it is there, and its type and size. 1, 0, or -1. */
int object_header(struct history *h, const git_oid *id, git_object_t *type, size_t *size);

/* Writes an object (once) as a delta against `base` (NULL: none), and tells its id. */
int object_write(struct history *h, git_object_t type, const void *raw, size_t n, const git_oid *base, git_oid *id,
                 struct err *err);

/* The id that begins with the hex digits `text`. */
int object_prefix(struct history *h, enum history_statement which, const char *text, git_oid *id, struct err *err);

/* ---- object_memory.c: the ids of all objects in memory, so that verifying asks SQLite only for content */

struct object_index;

struct object_index *object_index_new(void);
void object_index_free(struct object_index *x); /* NULL is fine */
void object_index_add(struct object_index *x, const unsigned char id[GIT_OID_RAWSZ], int64_t row, git_object_t type);
/* 1 and the row and type (each may be NULL), or 0. */
int object_index_find(const struct object_index *x, const git_oid *id, int64_t *row, git_object_t *type);
/* The number of a commit, as the table of commits has it: noted, if the object is there, and asked for (0: none). */
void object_index_number(struct object_index *x, const git_oid *id, int64_t number);
int64_t object_index_commit(const struct object_index *x, const git_oid *id);

/* ---- tree.c */

/* Whether a tree has the one form that genba writes: modes, order, names (a file's has a dot, a folder's has none). */
int tree_is_canonical(const char *raw, size_t n);

struct tree_entry {
	const char *name; /* NUL-terminated, inside the raw tree */
	unsigned mode;    /* 0100644 or 040000 */
	git_oid id;
};

/* Steps through a raw tree: 1 and an entry, 0 at the end, -1 if its form is wrong. */
int tree_next(const char **p, const char *end, struct tree_entry *entry);

/* git's order of two entries of one tree: as if a folder's name ended in '/'. */
int tree_compare(const struct tree_entry *a, const struct tree_entry *b);

#define MODE_FILE   0100644
#define MODE_FOLDER 040000

/* The entry of a path below the tree `root`, a file or a folder as `mode` says. ERR_NOT_FOUND. */
int tree_find(struct history *h, const git_oid *root, const char *path, unsigned mode, struct tree_entry *found,
              struct err *err);

/* Writes the tree that `old` (NULL: empty) becomes by the changes, which are sorted by path. */
int tree_edit(struct history *h, const git_oid *old, const struct history_change *changes, size_t count, git_oid *id,
              struct err *err);

/*
 * The files that differ between two trees, in the order of their paths, one at a time:
 *
 *     struct tree_diff d = TREE_DIFF_INIT;
 *     if (tree_diff_begin(&d, h, &before, &after, "", err) == 0)
 *         while ((more = tree_diff_next(&d, &a, &b, err)) == 1)   // leave it here, and go on whenever you like
 *             … d.path.data, a, b …
 *     tree_diff_end(&d);
 *
 * A tree is compared with nothing to walk over all its files. It holds the folders that lead to where it stands.
 */
struct tree_walk_level;
struct tree_diff {
	struct history *h;
	struct buf path; /* of the file that tree_diff_next() told */
	git_oid ids[2];
	struct tree_walk_level *levels;
	size_t depth, room;
};

/* clang-format off */
#define TREE_DIFF_INIT {.path = BUF_INIT}
/* clang-format on */

/* `a`, `b`: trees (NULL: empty), both of the folder `above` ("": the root). 0 or -1. A walk that was begun before is left. */
int tree_diff_begin(struct tree_diff *d, struct history *h, const git_oid *a, const git_oid *b, const char *above,
                    struct err *err);
/* 1: there is one, and what it is on both sides (NULL: absent; valid until the next call). 0: none. -1. */
int tree_diff_next(struct tree_diff *d, const git_oid **a, const git_oid **b, struct err *err);
void tree_diff_end(struct tree_diff *d);

/* Calls `fn` for each file of a tree, which is that of the folder `above`. */
int tree_walk(struct history *h, const git_oid *root, const char *above, history_file_fn fn, void *ctx,
              struct err *err);

/* Calls `fn` with the ids (NULL: absent) of each file that differs between two trees (NULL: empty). */
typedef int (*tree_diff_fn)(void *ctx, const char *path, const git_oid *a, const git_oid *b);
int tree_diff(struct history *h, const git_oid *a, const git_oid *b, tree_diff_fn fn, void *ctx, struct err *err);

/* ---- commit_text.c: a commit object taken apart */

struct commit_text {
	git_oid tree;
	git_oid parents[2];
	unsigned parent_count;
	char *author_name; /* owned, like what follows */
	char *author_mail;
	struct clock_time when;
	char *signature;     /* armour, or NULL */
	struct buf payload;  /* what it signs: the commit without its gpgsig header */
	const char *message; /* inside payload */
};

int commit_text_parse(struct commit_text *c, const char *raw, size_t n, struct err *err);
void commit_text_release(struct commit_text *c);

/* The value of a trailer (not NUL-terminated), its length in *n; NULL if there is none. `from`: NULL, or the last one found. */
const char *commit_trailer(const char *message, const char *name, const char *from, size_t *n);

/* Reads a commit by id. */
int commit_read(struct history *h, const git_oid *id, struct commit_text *c, struct buf *raw, struct err *err);

/* ---- commit.c: trailers of records; the table of commits with the paths that each touched; the branch */

/* The `Genba-Record:` lines, or the one `Genba-Bulk:` line, of changes that come in the order of their paths. */
struct record_trailers {
	struct buf lines;   /* while they are few: one line each. Released by whoever has the struct */
	struct sha256 list; /* of all lines, when they are many */
	size_t count;
};

/* clang-format off */
#define RECORD_TRAILERS_INIT {.lines = BUF_INIT}
/* clang-format on */

/* `text` NULL: the path was removed. */
void record_trailers_add(struct record_trailers *t, const char *path, const void *text, size_t n);
void record_trailers_put(struct record_trailers *t, struct buf *out); /* appends them, once all were added */
void record_trailers_clear(struct record_trailers *t);

int commit_index(struct history *h, const git_oid *id, const git_oid parents[2], unsigned parent_count,
                 const struct history_change *changes, size_t count, int64_t seconds, struct err *err);
int commit_set_branch(struct history *h, const char *id, struct err *err);

/* ---- odb.c, refdb.c, repository.c: libgit2 */

int odb_backend_new(git_odb_backend **out, struct history *h);
int refdb_backend_new(git_refdb_backend **out, struct history *h);
git_repository *history_repository(struct history *h, struct err *err);
void history_libgit2_start(void);
int history_git_error(struct err *err, const char *doing);

/* 0 in a caged process: signatures are checked by the one thread there is. */
extern int history_may_thread;

#endif
