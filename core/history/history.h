/*
 * History: a git repository whose objects and refs are rows of a SQLite database.
 *
 * The caller owns the database connection and the transaction: a commit is
 * written inside the transaction that changes the records it describes, and the
 * two cannot diverge. Objects are zstd rows, each a delta against the previous
 * version of the same path (at most HISTORY_DEPTH steps deep), or in a commit of
 * many new files against one written just before. libgit2 sees them through our
 * object and reference stores, stock git through an export.
 *
 * Each commit is one action, signed by its responder (SSHSIG, namespace `git`):
 *
 *     add asset R1-A1: HR-PC-03
 *
 *     Genba-Action: add
 *     Genba-Record: asset/0/f/3/0f3….json sha256:…
 *     Genba-Prev: sha256:…          the SHA-256 of the parent commit object
 *
 * One branch, refs/heads/main. One thread, that of the connection.
 */
#ifndef GENBA_HISTORY_HISTORY_H
#define GENBA_HISTORY_HISTORY_H

#include "base/time/clock.h"
#include "history/sshsig.h"

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;
struct progress;
struct history;

#define HISTORY_ID    41          /* room for a commit id in hex and its NUL */
#define HISTORY_DEPTH 8           /* longest chain of deltas */
#define HISTORY_BULK  32          /* a commit of more changes carries one digest over its list */
#define HISTORY_LIMIT (64U << 20) /* bytes of one object */

/* Starts the library beneath, for a process that soon loses access to files and may begin no thread. Otherwise history_open()
 * does it. */
void history_start(void);

/* Opens the history in `db`. Makes its tables if they are absent, for which the caller holds a write transaction. */
int history_open(struct history **out, sqlite3 *db, struct err *err);
void history_free(struct history *h); /* NULL is fine */

/* Asked where the database says "disk I/O error": `fn` sets the error (which page, damaged or not to be read) and returns 1,
 * or 0 if it knows nothing. */
void history_explain(struct history *h, int (*fn)(void *ctx, struct err *err), void *ctx);

/* After the caller's ROLLBACK: forgets what the transaction had put into memory. */
void history_rolled_back(struct history *h);

/* ---- writing */

struct history_change {
	const char *path; /* `asset/0/f/3/ID.json`: no empty, `.` or `..` part */
	const void *text; /* NULL: the path is removed */
	size_t size;
};

struct history_meta {
	const char *subject; /* one printable line */
	const char *action;  /* Genba-Action */
	const char *step;    /* Genba-Step, or NULL */
	const char *author_name;
	const char *author_mail;
	struct clock_time when;
	const char *const *extra_trailers; /* whole lines */
	size_t extra_count;
	const char *merge_parent; /* a second parent, or NULL */
	int whole_tree;           /* the tree is made of the changes alone: that of the parent cannot be read */
};

/* Writes the objects and moves refs/heads/main, inside the caller's transaction. `id` gets the new commit. */
int history_commit(struct history *h, const struct history_change *changes, size_t count,
                   const struct history_meta *meta, const struct history_signer *signer, char id[HISTORY_ID],
                   struct err *err);

/*
 * After a salvage: drops objects that cannot be unpacked or do not fit their id,
 * makes the tables of commits and touched paths anew from what is left, and
 * sets the branch to the last commit (by order of writing) if it names none.
 */
struct history_rebuilt {
	uint64_t objects, commits, dropped;
	int tree_whole; /* the last commit's tree can be read to its leaves */
};
int history_rebuild(struct history *h, struct history_rebuilt *rebuilt, struct err *err);

/* All blobs, in the order of writing. */
int history_each_blob(struct history *h, void (*fn)(void *ctx, const void *text, size_t n), void *ctx, struct err *err);

/* ---- reading */

/* The last commit; ERR_NOT_FOUND while there is none. */
int history_head(struct history *h, char id[HISTORY_ID], struct err *err);

/* The commit that `text` begins (4 hex digits at least), or HEAD. ERR_NOT_FOUND; ERR_USAGE if several begin so. */
int history_resolve(struct history *h, const char *text, char id[HISTORY_ID], struct err *err);

/* The state at that second: the last commit not later, on the line of first parents from HEAD (what a merge brought
 * was not here before it). ERR_NOT_FOUND before the first. Times of commits are their authors' claims. */
int history_at(struct history *h, int64_t seconds, char id[HISTORY_ID], struct err *err);

int history_count(struct history *h, uint64_t *commits, struct err *err);

/* The number of a commit (full id) in the order of writing into this file, from 1. ERR_NOT_FOUND. */
int history_number(struct history *h, const char *id, uint64_t *number, struct err *err);

/* Appends the file `path` as of `commit`. ERR_NOT_FOUND if it was not there. */
int history_read(struct history *h, const char *commit, const char *path, struct buf *out, struct err *err);

/* All files of a commit, in the order of the tree; nonzero from the callback stops and is returned. */
typedef int (*history_file_fn)(void *ctx, const char *path, const void *text, size_t n);
int history_tree_walk(struct history *h, const char *commit, history_file_fn fn, void *ctx, struct err *err);

/* The id of a folder of a commit's tree: equal ids, equal content. ERR_NOT_FOUND. */
int history_folder(struct history *h, const char *commit, const char *path, char id[HISTORY_ID], struct err *err);

/* The files below one folder (none if it is not there). */
int history_folder_walk(struct history *h, const char *commit, const char *path, history_file_fn fn, void *ctx,
                        struct err *err);

/* The same, left behind any file and gone on with later: those of a folder (NULL: all), NULL on error. No statement stays
 * open. It reads what that commit holds, whatever is written meanwhile. */
struct history_walk;
struct history_walk *history_walk_begin(struct history *h, const char *commit, const char *folder, struct err *err);
/* 1: the next file, borrowed until the next call (`text` NULL: it is not read). 0: there is none. -1. */
int history_walk_next(struct history_walk *w, const char **path, const void **text, size_t *n, struct err *err);
void history_walk_end(struct history_walk *w); /* NULL is fine */

/* The names of the folders at the top of a commit's tree. */
int history_folders(struct history *h, const char *commit, int (*fn)(void *ctx, const char *name), void *ctx,
                    struct err *err);

/* Whether one commit, by number, is the other or an ancestor of it. */
int history_is_ancestor(struct history *h, uint64_t old_one, uint64_t young_one);

struct history_entry {
	char id[HISTORY_ID];
	uint64_t number; /* in the order of writing into this file, from 1; a parent's is smaller */
	char parents[2][HISTORY_ID];
	unsigned parent_count;
	const char *subject; /* borrowed for the callback, as all strings here; text from outside */
	const char *author_name;
	const char *author_mail;
	struct clock_time when;
	const char *action;  /* NULL if there is no such trailer */
	const char *step;    /* likewise */
	const char *message; /* whole */
};

/*
 * The commit `from` and its ancestors (NULL: HEAD), newest first: those that changed `path`, or all if it is NULL.
 * `limit` 0: no limit. Nonzero from the callback stops and is returned.
 */
typedef int (*history_entry_fn)(void *ctx, const struct history_entry *entry);
int history_log(struct history *h, const char *from, const char *path, size_t limit, history_entry_fn fn, void *ctx,
                struct err *err);

/* The same of all commits, `limit` of them at a time, for whoever works in slices: those with numbers below *below, which
 * becomes the number of the last one given. Nonzero from the callback stops and is returned; 0, also when there were none. */
int history_log_below(struct history *h, uint64_t *below, size_t limit, history_entry_fn fn, void *ctx,
                      struct err *err);

/* One commit. */
int history_entry_of(struct history *h, const char *id, history_entry_fn fn, void *ctx, struct err *err);

/* Files that differ between two commits (`a` empty or NULL: the empty tree); NULL where a file is absent. */
typedef int (*history_diff_fn)(void *ctx, const char *path, const struct buf *old_text, const struct buf *new_text);
int history_diff(struct history *h, const char *a, const char *b, history_diff_fn fn, void *ctx, struct err *err);

/* ---- out, and checked */

/*
 * Writes an ordinary bare git repository. A folder that holds an earlier export
 * of this history gets what is new; one that holds anything else is refused
 * (ERR_EXISTS). Nothing of the machine's git configuration is read.
 */
int history_export(struct history *h, const char *dir, const struct progress *progress, struct err *err);

/* Writes what git's object store `objects` lacks of the last commit into its folder `pack`, as one pack. No reference is
 * set there, and no configuration is read. */
int history_send(struct history *h, const char *objects, const struct progress *progress, struct err *err);

struct history_verified {
	uint64_t commits, objects, signatures;
};

/*
 * The check of everything: every object's digest, form, and that what it names
 * is there; every commit's form, signature, place in the SHA-256 chain and
 * trailers against what it changed; the tables of commits and of touched paths
 * against the commits. It looks at what there was when it began, in slices, so
 * that the owner of the case can work between them.
 *
 *     struct history_check *k = history_check_begin(h, &spec, &err);
 *     while ((rc = history_check_step(k, 100, &err)) == 1)     // reads the case
 *             …;
 *     while (history_check_signatures(k) == 1)                 // what the other processors have not done meanwhile
 *             …;
 *     history_check_end(k, &counts);
 */
struct history_signed {
	uint64_t number;
	char id[HISTORY_ID];
	char parents[2][HISTORY_ID];
	unsigned parent_count; /* 0: the first commit of all */
	const char *author_name, *author_mail;
	const unsigned char *key; /* 32 bytes: whose signature it says it has */
};

struct history_check_spec {
	/* 1 if that key may have signed that commit. Parents come before their children. NULL: any key. */
	int (*key)(void *ctx, const struct history_signed *commit);
	/* A file that a commit wrote, for checks of its content; NULL is fine. */
	void (*file)(void *ctx, const char *commit, const char *path, const void *text, size_t n);
	void (*finding)(void *ctx, const char *text); /* a line for each thing wrong; NULL is fine */
	void *ctx;
};

struct history_check;

struct history_check *history_check_begin(struct history *h, const struct history_check_spec *spec, struct err *err);

/* Checks about `units` objects. 1: there is more, 0: all but signatures is checked, -1: it cannot go on. */
int history_check_step(struct history_check *k, unsigned units, struct err *err);

/* Checks some of the signatures that wait, about a millisecond's. 1: there are more, 0: all are checked. */
int history_check_signatures(struct history_check *k);

/* How far it is. */
void history_check_state(const struct history_check *k, uint64_t *done, uint64_t *total);

/* Frees it; `counts` (may be NULL) gets what was checked. NULL is fine. */
void history_check_end(struct history_check *k, struct history_verified *counts);

/* All of it at once. 0 when all was checked, -1 if it stopped (cancelled). */
int history_verify(struct history *h, const struct history_check_spec *spec, const struct progress *progress,
                   struct history_verified *counts, struct err *err);

#endif
