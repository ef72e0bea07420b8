/* Reading the chain of commits: the head, one commit and its files, the log from the newest back, what differs. */
#include "history/history_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int hex_of_row(sqlite3_stmt *s, int column, char id[HISTORY_ID])
{
	if (sqlite3_column_bytes(s, column) != GIT_OID_RAWSZ)
		return -1;
	git_oid oid;
	git_oid_fromraw(&oid, sqlite3_column_blob(s, column));
	git_oid_tostr(id, HISTORY_ID, &oid);
	return 0;
}

int history_head(struct history *h, char id[HISTORY_ID], struct err *err)
{
	sqlite3_stmt *s = history_statement(h, HISTORY_REF_GET, err);
	if (!s)
		return -1;
	sqlite3_bind_text(s, 1, HISTORY_BRANCH, -1, SQLITE_STATIC);
	int rc = sqlite3_step(s);
	const char *text = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(s, 0) : NULL;
	int ok = text && strlen(text) == GIT_OID_HEXSZ;
	if (ok)
		snprintf(id, HISTORY_ID, "%s", text);
	else if (rc == SQLITE_DONE)
		err_set(err, ERR_NOT_FOUND, _("the history has no commit yet"));
	else if (rc == SQLITE_ROW)
		err_set(err, ERR_DAMAGED, _("the branch of the history names no commit"));
	else
		history_sql_error(h, _("read"), err);
	sqlite3_reset(s);
	return ok ? 0 : -1;
}

int history_resolve(struct history *h, const char *text, char id[HISTORY_ID], struct err *err)
{
	if (strcmp(text, "HEAD") == 0)
		return history_head(h, id, err);
	git_oid oid;
	if (object_prefix(h, HISTORY_COMMIT_PREFIX, text, &oid, err) < 0)
		return -1;
	git_oid_tostr(id, HISTORY_ID, &oid);
	return 0;
}

int history_at(struct history *h, int64_t seconds, char id[HISTORY_ID], struct err *err)
{
	char head[HISTORY_ID];
	git_oid from;
	if (history_head(h, head, err) < 0)
		return -1;
	sqlite3_stmt *s = history_statement(h, HISTORY_COMMIT_AT, err);
	if (!s || git_oid_fromstr(&from, head) < 0)
		return -1;
	sqlite3_bind_int64(s, 1, seconds);
	sqlite3_bind_blob(s, 2, from.id, GIT_OID_RAWSZ, SQLITE_STATIC);
	int rc = sqlite3_step(s);
	int found = rc == SQLITE_ROW && hex_of_row(s, 0, id) == 0;
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		history_sql_error(h, _("read"), err); /* the first error wins */
	sqlite3_reset(s);
	return found ? 0 : err_set(err, ERR_NOT_FOUND, _("the case did not exist yet at that time"));
}

int history_count(struct history *h, uint64_t *commits, struct err *err)
{
	sqlite3_stmt *s = history_statement(h, HISTORY_COMMIT_COUNT, err);
	if (!s)
		return -1;
	int rc = sqlite3_step(s) == SQLITE_ROW ? 0 : history_sql_error(h, _("read"), err);
	*commits = rc == 0 ? (uint64_t)sqlite3_column_int64(s, 0) : 0;
	sqlite3_reset(s);
	return rc;
}

/* ---- the files of a commit */

static int commit_tree(struct history *h, const char *commit, git_oid *tree, struct err *err)
{
	git_oid id;
	struct commit_text c;
	struct buf raw = BUF_INIT;
	int rc = git_oid_fromstr(&id, commit) < 0 ? err_set(err, ERR_INVALID, _("'%s' is not a commit"), commit)
	                                          : commit_read(h, &id, &c, &raw, err);
	if (rc == 0) {
		*tree = c.tree;
		commit_text_release(&c);
	}
	buf_release(&raw);
	return rc;
}

int history_read(struct history *h, const char *commit, const char *path, struct buf *out, struct err *err)
{
	git_oid tree;
	struct tree_entry entry;
	if (commit_tree(h, commit, &tree, err) < 0 || tree_find(h, &tree, path, MODE_FILE, &entry, err) < 0)
		return -1;
	return object_read(h, &entry.id, NULL, out, err);
}

int history_folder(struct history *h, const char *commit, const char *path, char id[HISTORY_ID], struct err *err)
{
	git_oid tree;
	struct tree_entry entry;
	if (commit_tree(h, commit, &tree, err) < 0 || tree_find(h, &tree, path, MODE_FOLDER, &entry, err) < 0)
		return -1;
	git_oid_tostr(id, HISTORY_ID, &entry.id);
	return 0;
}

struct history_walk {
	struct tree_diff diff;
	struct object_raw *file; /* the one told last */
};

struct history_walk *history_walk_begin(struct history *h, const char *commit, const char *folder, struct err *err)
{
	git_oid tree;
	struct tree_entry entry;
	struct err inner = ERR_INIT;
	struct history_walk *w = xcalloc(1, sizeof *w);
	buf_init(&w->diff.path);
	int rc = commit_tree(h, commit, &tree, err);
	int there = rc == 0;
	if (rc == 0 && folder) {
		there = tree_find(h, &tree, folder, MODE_FOLDER, &entry, &inner) == 0;
		rc = there || inner.code == ERR_NOT_FOUND ? 0 : err_take(err, &inner);
		tree = entry.id;
	}
	if (rc == 0 && there)
		rc = tree_diff_begin(&w->diff, h, NULL, &tree, folder ? folder : "", err);
	if (rc == 0)
		return w;
	history_walk_end(w);
	return NULL;
}

int history_walk_next(struct history_walk *w, const char **path, const void **text, size_t *n, struct err *err)
{
	const git_oid *none;
	const git_oid *id;
	object_raw_drop(w->file);
	w->file = NULL;
	int more = tree_diff_next(&w->diff, &none, &id, err);
	if (more != 1)
		return more;
	if (path)
		*path = w->diff.path.data;
	if (!text)
		return 1;
	w->file = object_hold(w->diff.h, id, err);
	if (!w->file)
		return -1;
	*text = w->file->data;
	*n = w->file->size;
	return 1;
}

void history_walk_end(struct history_walk *w)
{
	if (!w)
		return;
	object_raw_drop(w->file);
	tree_diff_end(&w->diff);
	free(w);
}

int history_folder_walk(struct history *h, const char *commit, const char *folder, history_file_fn fn, void *ctx,
                        struct err *err)
{
	const char *path;
	const void *text;
	size_t n;
	int more = 1;
	struct history_walk *w = history_walk_begin(h, commit, folder, err);
	int rc = w ? 0 : -1;
	while (rc == 0 && (more = history_walk_next(w, &path, &text, &n, err)) == 1)
		rc = fn(ctx, path, text, n);
	history_walk_end(w);
	return more < 0 ? -1 : rc;
}

int history_tree_walk(struct history *h, const char *commit, history_file_fn fn, void *ctx, struct err *err)
{
	return history_folder_walk(h, commit, NULL, fn, ctx, err);
}

int history_folders(struct history *h, const char *commit, int (*fn)(void *ctx, const char *name), void *ctx,
                    struct err *err)
{
	git_oid tree;
	struct buf raw = BUF_INIT;
	struct tree_entry entry;
	int rc = commit_tree(h, commit, &tree, err) < 0 ? -1 : object_read(h, &tree, NULL, &raw, err);
	const char *p = raw.data;
	while (rc == 0 && tree_next(&p, raw.data + raw.len, &entry) == 1)
		if (entry.mode == MODE_FOLDER)
			rc = fn(ctx, entry.name);
	buf_release(&raw);
	return rc;
}

/* ---- the log */

int history_is_ancestor(struct history *h, uint64_t old_one, uint64_t young_one)
{
	sqlite3_stmt *s = history_statement(h, HISTORY_IS_ANCESTOR, NULL);
	if (!s)
		return 0;
	sqlite3_bind_int64(s, 1, (sqlite3_int64)old_one);
	sqlite3_bind_int64(s, 2, (sqlite3_int64)young_one);
	int is = sqlite3_step(s) == SQLITE_ROW;
	sqlite3_reset(s);
	return is;
}

/* ---- entries */

static char *trailer_dup(const char *message, const char *name)
{
	size_t n;
	const char *value = commit_trailer(message, name, NULL, &n);
	return value ? xstrndup(value, n) : NULL;
}

static int give_entry(const struct commit_text *c, const char *id, uint64_t number, history_entry_fn fn, void *ctx)
{
	struct history_entry entry;
	memset(&entry, 0, sizeof entry);
	entry.number = number;
	snprintf(entry.id, sizeof entry.id, "%s", id);
	entry.parent_count = c->parent_count;
	for (unsigned i = 0; i < c->parent_count; i++)
		git_oid_tostr(entry.parents[i], HISTORY_ID, &c->parents[i]);
	char *subject = xstrndup(c->message, strcspn(c->message, "\n"));
	char *action = trailer_dup(c->message, "Genba-Action");
	char *step = trailer_dup(c->message, "Genba-Step");
	entry.subject = subject;
	entry.author_name = c->author_name;
	entry.author_mail = c->author_mail;
	entry.when = c->when;
	entry.action = action;
	entry.step = step;
	entry.message = c->message;
	int rc = fn(ctx, &entry);
	free(subject);
	free(action);
	free(step);
	return rc;
}

static int read_entry(struct history *h, const git_oid *oid, uint64_t number, history_entry_fn fn, void *ctx,
                      struct err *err)
{
	char id[HISTORY_ID];
	struct commit_text c;
	struct buf raw = BUF_INIT;
	int rc = commit_read(h, oid, &c, &raw, err);
	if (rc == 0) {
		rc = give_entry(&c, git_oid_tostr(id, sizeof id, oid), number, fn, ctx);
		commit_text_release(&c);
	}
	buf_release(&raw);
	return rc;
}

int history_number(struct history *h, const char *id, uint64_t *number, struct err *err)
{
	git_oid oid;
	if (strlen(id) != GIT_OID_HEXSZ || git_oid_fromstr(&oid, id) < 0)
		return err_set(err, ERR_INVALID, _("'%s' is not a commit"), id);
	sqlite3_stmt *s = history_statement(h, HISTORY_COMMIT_ROW, err);
	if (!s)
		return -1;
	sqlite3_bind_blob(s, 1, oid.id, GIT_OID_RAWSZ, SQLITE_STATIC);
	int rc = sqlite3_step(s);
	int found = rc == SQLITE_ROW;
	*number = found ? (uint64_t)sqlite3_column_int64(s, 0) : 0;
	if (!found && rc != SQLITE_DONE)
		history_sql_error(h, _("read"), err); /* the first error wins */
	sqlite3_reset(s);
	return found ? 0 : err_set(err, ERR_NOT_FOUND, _("this case has no commit %.10s"), id);
}

int history_entry_of(struct history *h, const char *id, history_entry_fn fn, void *ctx, struct err *err)
{
	uint64_t number = 0;
	git_oid oid;
	if (history_number(h, id, &number, err) < 0 || git_oid_fromstr(&oid, id) < 0)
		return -1;
	return read_entry(h, &oid, number, fn, ctx, err);
}

/*
 * The ancestors of a commit, newest first: a recursive query that is ordered is
 * a queue by priority and gives its rows one by one. Not from the cache of
 * statements: a callback may read the log itself.
 */
#define ANCESTORS                                                                                                  \
	"WITH RECURSIVE up(n) AS (SELECT ?2"                                                                       \
	" UNION SELECT c.p1 FROM up CROSS JOIN git_commit c ON c.n = up.n WHERE c.p1 IS NOT NULL"                  \
	" UNION SELECT c.p2 FROM up CROSS JOIN git_commit c ON c.n = up.n WHERE c.p2 IS NOT NULL ORDER BY 1 DESC)" \
	" SELECT c.id, c.n FROM up CROSS JOIN git_commit c ON c.n = up.n"

static sqlite3_stmt *log_statement(struct history *h, uint64_t from, const char *path, struct err *err)
{
	const char *sql = from && path ? ANCESTORS
	                      " WHERE EXISTS (SELECT 1 FROM git_touch t WHERE t.path = ?1 AND t.n = up.n)"
	                  : from ? ANCESTORS
	                  : path ? "SELECT id, n FROM git_commit WHERE n IN (SELECT n FROM git_touch WHERE path = ?1)"
	                           " ORDER BY n DESC"
	                         : "SELECT id, n FROM git_commit ORDER BY n DESC";
	sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(h->db, sql, -1, &s, NULL) != SQLITE_OK) {
		history_sql_error(h, _("read"), err);
		return NULL;
	}
	if (path)
		sqlite3_bind_text(s, 1, path, -1, SQLITE_STATIC);
	if (from)
		sqlite3_bind_int64(s, 2, (sqlite3_int64)from);
	return s;
}

/* Gives the commits that the statement finds (columns id, n), and finalizes it. `last` gets the number of the last one. */
static int log_rows(struct history *h, sqlite3_stmt *s, size_t limit, uint64_t *last, history_entry_fn fn, void *ctx,
                    struct err *err)
{
	int rc = s ? 0 : -1;
	int step = SQLITE_DONE;
	for (size_t i = 0; rc == 0 && (limit == 0 || i < limit) && (step = sqlite3_step(s)) == SQLITE_ROW; i++) {
		git_oid id;
		if (sqlite3_column_bytes(s, 0) != GIT_OID_RAWSZ) {
			rc = err_set(err, ERR_DAMAGED, _("the list of commits is damaged"));
			break;
		}
		git_oid_fromraw(&id, sqlite3_column_blob(s, 0));
		uint64_t number = (uint64_t)sqlite3_column_int64(s, 1);
		rc = read_entry(h, &id, number, fn, ctx, err);
		*last = number;
	}
	if (rc == 0 && step != SQLITE_DONE && step != SQLITE_ROW)
		rc = history_sql_error(h, _("read"), err);
	sqlite3_finalize(s);
	return rc;
}

int history_log(struct history *h, const char *from, const char *path, size_t limit, history_entry_fn fn, void *ctx,
                struct err *err)
{
	uint64_t newest = 0;
	uint64_t last = 0;
	char head[HISTORY_ID];
	if (from && history_number(h, from, &newest, err) < 0)
		return -1;
	if (from && history_head(h, head, NULL) == 0 && strcmp(head, from) == 0)
		newest = 0; /* everything: no ancestry to follow */
	return log_rows(h, log_statement(h, newest, path, err), limit, &last, fn, ctx, err);
}

int history_log_below(struct history *h, uint64_t *below, size_t limit, history_entry_fn fn, void *ctx, struct err *err)
{
	sqlite3_stmt *s = NULL;
	uint64_t last = 0; /* none: nothing is below that */
	if (sqlite3_prepare_v2(h->db, "SELECT id, n FROM git_commit WHERE n < ?1 ORDER BY n DESC LIMIT ?2", -1, &s,
	                       NULL) != SQLITE_OK)
		return history_sql_error(h, _("read"), err);
	sqlite3_bind_int64(s, 1, (sqlite3_int64)*below);
	sqlite3_bind_int64(s, 2, (sqlite3_int64)limit);
	int rc = log_rows(h, s, limit, &last, fn, ctx, err);
	*below = last;
	return rc;
}

/* ---- differences */

struct diffing {
	struct history *h;
	history_diff_fn fn;
	void *ctx;
	struct err *err;
};

static int diff_file(void *ctx, const char *path, const git_oid *a, const git_oid *b)
{
	struct diffing *d = ctx;
	struct buf old_text = BUF_INIT;
	struct buf new_text = BUF_INIT;
	int rc = a ? object_read(d->h, a, NULL, &old_text, d->err) : 0;
	if (rc == 0 && b)
		rc = object_read(d->h, b, NULL, &new_text, d->err);
	if (rc == 0)
		rc = d->fn(d->ctx, path, a ? &old_text : NULL, b ? &new_text : NULL);
	buf_release(&old_text);
	buf_release(&new_text);
	return rc;
}

int history_diff(struct history *h, const char *a, const char *b, history_diff_fn fn, void *ctx, struct err *err)
{
	git_oid from;
	git_oid to;
	int empty = !a || !*a;
	if ((!empty && commit_tree(h, a, &from, err) < 0) || commit_tree(h, b, &to, err) < 0)
		return -1;
	struct diffing d = {h, fn, ctx, err};
	return tree_diff(h, empty ? NULL : &from, &to, diff_file, &d, err);
}
