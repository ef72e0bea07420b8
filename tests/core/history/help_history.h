/* Shared by the tests of the history: a database in memory, two signers, commits in a line. */
#ifndef GENBA_TESTS_HISTORY_HELP_H
#define GENBA_TESTS_HISTORY_HELP_H

#include "base/buf.h"
#include "base/err.h"
#include "history/history.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct scene {
	sqlite3 *db;
	struct history *h;
	int64_t now;         /* seconds of the next commit; each takes one */
	char id[HISTORY_ID]; /* of the last commit */
};

extern struct history_signer alice, bob; /* made by scene_begin() from fixed seeds */

int scene_begin(void **state); /* setup and teardown of a test: *state is a struct scene */
int scene_end(void **state);

/* One commit that writes `text` (NULL: removes) at `path`, signed by `who`; the scene's `id` is the new commit. */
void scene_commit(struct scene *s, const struct history_signer *who, const char *path, const char *text);
void scene_commit_many(struct scene *s, const struct history_change *changes, size_t count, const char *merge_parent);

void scene_sql(struct scene *s, const char *sql);
int64_t scene_int(struct scene *s, const char *sql);

/* The history's check, any key allowed: number of findings; `text` (may be NULL) gets them, a line each. */
size_t scene_verify(struct scene *s, struct buf *text);

/* Puts a hand-made object into the store, with its right id; *row may be NULL. */
void scene_object(struct scene *s, int type, const void *raw, size_t n, char id[HISTORY_ID]);

/* A scratch folder under TMPDIR or /tmp, removed by scratch_end(). */
const char *scratch_begin(void);
void scratch_end(void);

/* Runs a shell command with stock git kept from any configuration of the machine; its exit status. */
int shell(const char *format, ...) __attribute__((format(printf, 1, 2)));
void shell_output(struct buf *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
