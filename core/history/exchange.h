/*
 * Exchanging history with another copy of the case: giving out a bundle, taking
 * objects in, finding where two histories parted.
 *
 * What comes from outside is first only a heap of objects (struct
 * history_incoming). history_accept() walks it from the tip, checks form and
 * connectivity of everything that it reaches, and writes that (and nothing
 * else) inside the caller's transaction; history_verify_commits() then judges
 * signatures, chain and trailers. Until the caller commits, nothing of it is
 * part of the case; a rollback forgets it.
 */
#ifndef GENBA_HISTORY_EXCHANGE_H
#define GENBA_HISTORY_EXCHANGE_H

#include "history/history.h"

#define HISTORY_BASES 8 /* merge bases at most */

/* Appends an ordinary git bundle (v2) of all commits that `tip` has and `have` have not. ERR_INVALID if there are none. */
int history_bundle(struct history *h, const char *tip, const char (*have)[HISTORY_ID], size_t have_count,
                   struct buf *out, struct err *err);

/* Calls `fn` with each commit that `tip` has and `have` have not, and its first parent ("" for the first of all). */
typedef int (*history_new_fn)(void *ctx, const char *commit, const char *parent);
int history_each_new(struct history *h, const char *tip, const char (*have)[HISTORY_ID], size_t have_count,
                     history_new_fn fn, void *ctx, struct err *err);

/* Whether the commit is part of this history: 1 or 0. */
int history_has(struct history *h, const char *commit);

/* The best common ancestors of two commits, sorted by id; 0 or -1. None: the histories have nothing in common. */
int history_bases(struct history *h, const char *a, const char *b, char bases[HISTORY_BASES][HISTORY_ID], size_t *count,
                  struct err *err);

/* ---- taking in */

struct history_incoming;

struct history_incoming *history_incoming_new(void);
void history_incoming_free(struct history_incoming *in); /* NULL is fine */

/* Takes a copy of one object; type as in a pack: 1 commit, 2 tree, 3 blob. Its id is computed. 0 or -1 (ERR_INVALID). */
int history_incoming_add(struct history_incoming *in, int type, const void *data, size_t n, struct err *err);

/* Judges one file of a new commit: its path and text, and what stood there in a parent (NULL: nothing); `text` NULL: the
 * path was removed. Called for what differs from the first parent, and again for what differs from the second. 0, or -1
 * with the reason. */
typedef int (*history_judge_fn)(void *ctx, const char *path, const struct buf *text, const struct buf *before,
                                struct err *err);

struct history_accepted {
	char (*commits)[HISTORY_ID]; /* new here, parents first; free() it */
	char (*seconds)[HISTORY_ID]; /* the second parent of each, "" if there is none; free() it */
	size_t count;
};

/*
 * Writes the commits that lead to `tip` and are not here yet, with their trees
 * and files, inside the caller's transaction. ERR_INVALID names what is missing
 * or has a wrong form; then the caller rolls back.
 */
int history_accept(struct history *h, const struct history_incoming *in, const char *tip, history_judge_fn judge_fn,
                   void *ctx, struct history_accepted *out, struct err *err);

/* Checks signature, SHA-256 chain and trailers of the `count` commits that history_accept() just wrote for `tip`, as
 * history_verify() does. 0; -1 if it stopped. */
int history_verify_commits(struct history *h, const char *tip, size_t count, const struct history_check_spec *spec,
                           struct err *err);

/* The key in the commit's signature, which is not checked here. ERR_DAMAGED if there is none. */
int history_signer_of(struct history *h, const char *commit, unsigned char key[32], struct err *err);

/* Moves refs/heads/main to a commit that is here and comes after the present one. */
int history_forward(struct history *h, const char *tip, struct err *err);

#endif
