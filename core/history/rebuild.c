/* What a damaged history still holds, made usable: see history_rebuild(). */
#include "history/history_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int rebuild_run(struct history *h, const char *sql, struct err *err)
{
	return sqlite3_exec(h->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : history_sql_error(h, _("write"), err);
}

/* Calls `fn` for each row of git_object in the order of writing. The callback may delete the row. */
typedef int (*row_fn)(void *ctx, int64_t row, const git_oid *id, const struct object_raw *raw);

static int each_row(struct history *h, row_fn fn, void *ctx, struct err *err)
{
	int64_t row = 0;
	int rc = 0;
	int more = 1;
	while (rc == 0 && more) {
		sqlite3_stmt *s = NULL;
		if (sqlite3_prepare_v2(h->db,
		                       "SELECT n, type, size, base, depth, data, id FROM git_object WHERE n > ?1 ORDER "
		                       "BY n LIMIT 1000",
		                       -1, &s, NULL) != SQLITE_OK)
			return history_sql_error(h, _("read"), err);
		sqlite3_bind_int64(s, 1, row);
		more = 0;
		while (rc == 0 && sqlite3_step(s) == SQLITE_ROW) {
			struct object_raw *raw = NULL;
			git_oid id;
			git_oid is;
			more = 1;
			int fits = sqlite3_column_bytes(s, 6) == GIT_OID_RAWSZ &&
			           (raw = object_unpack(h, s, NULL, NULL)) != NULL &&
			           git_odb_hash(&is, raw->data, raw->size, raw->type) == 0;
			row = sqlite3_column_int64(s, 0);
			if (fits) {
				git_oid_fromraw(&id, sqlite3_column_blob(s, 6));
				fits = git_oid_equal(&id, &is);
			}
			rc = fn(ctx, row, fits ? &id : NULL, raw);
			object_raw_drop(raw);
		}
		sqlite3_finalize(s);
	}
	return rc;
}

struct rebuilding {
	struct history *h;
	struct history_rebuilt *rebuilt;
	struct err *err;
};

static int drop_unfit(void *ctx, int64_t row, const git_oid *id, const struct object_raw *raw)
{
	struct rebuilding *r = ctx;
	(void)raw;
	if (id) {
		r->rebuilt->objects++;
		return 0;
	}
	r->rebuilt->dropped++;
	char sql[80];
	snprintf(sql, sizeof sql, "DELETE FROM git_object WHERE n = %lld", (long long)row);
	/* nothing may be unpacked against it from the cache */
	objects_forget(r->h);
	return rebuild_run(r->h, sql, r->err);
}

struct touched {
	struct history_change *changes;
	size_t count;
};

static int take_path(void *ctx, const char *path, const git_oid *a, const git_oid *b)
{
	struct touched *t = ctx;
	(void)a;
	(void)b;
	t->changes = xrealloc(t->changes, (t->count + 1) * sizeof *t->changes);
	t->changes[t->count++] = (struct history_change){xstrdup(path), NULL, 0};
	return 0;
}

static int index_one(void *ctx, int64_t row, const git_oid *id, const struct object_raw *raw)
{
	struct rebuilding *r = ctx;
	struct commit_text c;
	struct commit_text parent;
	struct touched t = {NULL, 0};
	struct buf parent_raw = BUF_INIT;
	(void)row;
	if (!id || raw->type != GIT_OBJECT_COMMIT || commit_text_parse(&c, raw->data, raw->size, NULL) < 0)
		return 0;
	r->rebuilt->commits++;
	int has_parent = c.parent_count > 0;
	int readable = !has_parent || commit_read(r->h, &c.parents[0], &parent, &parent_raw, NULL) == 0;
	/* where a tree is lost, what the commit touched is told as far as it can be */
	if (readable)
		tree_diff(r->h, has_parent ? &parent.tree : NULL, &c.tree, take_path, &t, NULL);
	int rc = commit_index(r->h, id, c.parents, c.parent_count, t.changes, t.count, c.when.seconds, r->err);
	for (size_t i = 0; i < t.count; i++)
		free((void *)(uintptr_t)t.changes[i].path);
	free(t.changes);
	if (has_parent && readable)
		commit_text_release(&parent);
	commit_text_release(&c);
	buf_release(&parent_raw);
	return rc;
}

static int set_head(struct history *h, struct err *err)
{
	char head[HISTORY_ID];
	uint64_t number;
	if (history_head(h, head, NULL) == 0 && history_number(h, head, &number, NULL) == 0)
		return 0;
	return rebuild_run(h,
	                   "DELETE FROM git_ref WHERE name = '" HISTORY_BRANCH "';"
	                   "INSERT INTO git_ref(name, id) SELECT '" HISTORY_BRANCH "', lower(hex(id)) FROM git_commit"
	                   " ORDER BY n DESC LIMIT 1",
	                   err);
}

static int read_leaf(void *ctx, const char *path, const void *text, size_t n)
{
	(void)ctx;
	(void)path;
	(void)text;
	(void)n;
	return 0;
}

int history_rebuild(struct history *h, struct history_rebuilt *rebuilt, struct err *err)
{
	struct rebuilding r = {h, rebuilt, err};
	char head[HISTORY_ID];
	memset(rebuilt, 0, sizeof *rebuilt);
	history_rolled_back(h);
	if (each_row(h, drop_unfit, &r, err) < 0 ||
	    rebuild_run(h, "DELETE FROM git_commit; DELETE FROM git_touch", err) < 0 ||
	    each_row(h, index_one, &r, err) < 0 || set_head(h, err) < 0)
		return -1;
	rebuilt->tree_whole =
	    history_head(h, head, NULL) == 0 && history_tree_walk(h, head, read_leaf, NULL, NULL) == 0;
	return 0;
}

struct blobs {
	void (*fn)(void *ctx, const void *text, size_t n);
	void *ctx;
};

static int give_blob(void *ctx, int64_t row, const git_oid *id, const struct object_raw *raw)
{
	struct blobs *b = ctx;
	(void)row;
	if (id && raw->type == GIT_OBJECT_BLOB)
		b->fn(b->ctx, raw->data, raw->size);
	return 0;
}

int history_each_blob(struct history *h, void (*fn)(void *ctx, const void *text, size_t n), void *ctx, struct err *err)
{
	struct blobs b = {fn, ctx};
	return each_row(h, give_blob, &b, err);
}
