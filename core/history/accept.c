/* Taking in commits that somebody else made: from a heap of objects to rows, parents first. */
#include "history/exchange.h"

#include "history/history_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INCOMING_BUCKETS 4096       /* at first; as many as there are objects, later: somebody else chose how many */
#define ACCEPT_FILES     (4U << 20) /* files that are judged for one acceptance: small commits can point at much */

struct heap_object {
	struct heap_object *next;
	git_oid id;
	git_object_t type;
	size_t size;
	char data[];
};

struct history_incoming {
	struct heap_object **buckets;
	size_t bucket_count; /* a power of two */
	size_t count;
};

struct history_incoming *history_incoming_new(void)
{
	history_libgit2_start();
	struct history_incoming *in = xcalloc(1, sizeof *in);
	in->bucket_count = INCOMING_BUCKETS;
	in->buckets = xcalloc(in->bucket_count, sizeof(struct heap_object *));
	return in;
}

void history_incoming_free(struct history_incoming *in)
{
	for (size_t i = 0; in && i < in->bucket_count; i++)
		for (struct heap_object *o = in->buckets[i]; o;) {
			struct heap_object *next = o->next;
			free(o);
			o = next;
		}
	if (in)
		free(in->buckets);
	free(in);
}

static struct heap_object **heap_bucket(const struct history_incoming *in, const git_oid *id)
{
	uint32_t first;
	memcpy(&first, id->id, sizeof first);
	return &in->buckets[first & (in->bucket_count - 1)];
}

static void heap_grow(struct history_incoming *in)
{
	struct history_incoming wider = {.bucket_count = 2 * in->bucket_count, .count = in->count};
	wider.buckets = xcalloc(wider.bucket_count, sizeof(struct heap_object *));
	for (size_t i = 0; i < in->bucket_count; i++)
		for (struct heap_object *o = in->buckets[i]; o;) {
			struct heap_object *next = o->next;
			struct heap_object **at = heap_bucket(&wider, &o->id);
			o->next = *at;
			*at = o;
			o = next;
		}
	free(in->buckets);
	*in = wider;
}

static const struct heap_object *heap_find(const struct history_incoming *in, const git_oid *id, git_object_t type)
{
	for (const struct heap_object *o = *heap_bucket(in, id); o; o = o->next)
		if (git_oid_equal(&o->id, id))
			return o->type == type ? o : NULL;
	return NULL;
}

int history_incoming_add(struct history_incoming *in, int type, const void *data, size_t n, struct err *err)
{
	if (type < GIT_OBJECT_COMMIT || type > GIT_OBJECT_BLOB)
		return err_set(err, ERR_INVALID, _("an object of a type that no case holds"));
	if (n > HISTORY_LIMIT)
		return err_set(err, ERR_INVALID, _("%zu bytes are too many for one object of the history"), n);
	struct heap_object *o = xmalloc(sizeof *o + n + 1);
	memcpy(o->data, data, n);
	o->data[n] = '\0';
	o->size = n;
	o->type = (git_object_t)type;
	if (git_odb_hash(&o->id, data, n, o->type) < 0) {
		free(o);
		return history_git_error(err, _("hash an object"));
	}
	if (in->count++ >= in->bucket_count)
		heap_grow(in);
	struct heap_object **at = heap_bucket(in, &o->id);
	o->next = *at;
	*at = o;
	return 0;
}

/* ---- the order of commits */

struct accepting {
	struct history *h;
	const struct history_incoming *in;
	history_judge_fn judge;
	void *ctx;
	struct history_accepted *out;
	size_t cap;
	size_t judged;
	struct err *err;
};

static int missing(struct accepting *a, const git_oid *id)
{
	char hex[HISTORY_ID];
	return err_set(a->err, ERR_INVALID, _("it builds on %.10s, which is neither here nor in what came"),
	               git_oid_tostr(hex, sizeof hex, id));
}

struct accept_visit {
	git_oid id;
	unsigned next; /* parent to look at */
};

struct seen_set {
	git_oid *ids; /* open addressing; zero is free */
	size_t cap;
	size_t count;
};

/* 1 if it was there already. */
static int seen_add(struct seen_set *set, const git_oid *id)
{
	if (2 * (set->count + 1) > set->cap) {
		struct seen_set bigger = {NULL, set->cap ? set->cap * 2 : 1024, 0};
		bigger.ids = xcalloc(bigger.cap, sizeof *bigger.ids);
		for (size_t i = 0; i < set->cap; i++)
			if (!git_oid_is_zero(&set->ids[i]))
				seen_add(&bigger, &set->ids[i]);
		free(set->ids);
		*set = bigger;
	}
	uint64_t at;
	memcpy(&at, id->id, sizeof at);
	for (size_t i = (size_t)(at % set->cap);; i = (i + 1) % set->cap) {
		if (git_oid_equal(&set->ids[i], id))
			return 1;
		if (git_oid_is_zero(&set->ids[i])) {
			set->ids[i] = *id;
			set->count++;
			return 0;
		}
	}
}

static void list_commit(struct accepting *a, const git_oid *id)
{
	if (a->out->count == a->cap) {
		a->cap = a->cap ? a->cap * 2 : 64;
		a->out->commits = xrealloc(a->out->commits, a->cap * sizeof *a->out->commits);
		a->out->seconds = xrealloc(a->out->seconds, a->cap * sizeof *a->out->seconds);
	}
	a->out->seconds[a->out->count][0] = '\0';
	git_oid_tostr(a->out->commits[a->out->count++], HISTORY_ID, id);
}

static int is_here(struct accepting *a, const git_oid *id)
{
	char hex[HISTORY_ID];
	return history_has(a->h, git_oid_tostr(hex, sizeof hex, id));
}

/* Lists the new commits, parents first. A cycle cannot be: an id is a digest over its parents' ids. */
static int order_commits(struct accepting *a, const git_oid *tip)
{
	struct seen_set seen = {NULL, 0, 0};
	size_t cap = 64;
	size_t depth = 0;
	struct accept_visit *stack = xcalloc(cap, sizeof *stack);
	int rc = 0;
	if (!is_here(a, tip))
		stack[depth++] = (struct accept_visit){*tip, 0};
	while (rc == 0 && depth > 0) {
		struct accept_visit *top = &stack[depth - 1];
		const struct heap_object *o = heap_find(a->in, &top->id, GIT_OBJECT_COMMIT);
		struct commit_text c;
		if (!o) {
			rc = missing(a, &top->id);
			break;
		}
		if (commit_text_parse(&c, o->data, o->size, a->err) < 0) {
			rc = -1;
			break;
		}
		if (top->next < c.parent_count) {
			git_oid parent = c.parents[top->next++];
			if (git_oid_is_zero(&parent))
				rc = missing(a, &parent);
			else if (!is_here(a, &parent) && !seen_add(&seen, &parent)) {
				if (depth == cap) {
					cap *= 2;
					stack = xrealloc(stack, cap * sizeof *stack);
				}
				stack[depth++] = (struct accept_visit){parent, 0};
			}
		} else {
			if (c.parent_count == 0)
				rc = err_set(a->err, ERR_INVALID,
				             _("it begins with a commit of its own: it is another history"));
			list_commit(a, &top->id);
			depth--;
		}
		commit_text_release(&c);
	}
	free(stack);
	free(seen.ids);
	return rc;
}

/* ---- trees and files */

static int judge(struct accepting *a, const char *path, const struct buf *text, const struct buf *before)
{
	if (++a->judged > ACCEPT_FILES)
		return err_set(a->err, ERR_INVALID, _("its commits change more files than any case does"));
	return a->judge(a->ctx, path, text, before, a->err);
}

static int take_blob(struct accepting *a, const struct tree_entry *entry, const git_oid *before, const char *path)
{
	struct buf text = BUF_INIT;
	struct buf old = BUF_INIT;
	const struct heap_object *o = heap_find(a->in, &entry->id, GIT_OBJECT_BLOB);
	git_oid made;
	int rc = 0;
	if (o)
		rc = object_write(a->h, GIT_OBJECT_BLOB, o->data, o->size, before, &made, a->err);
	else if (object_header(a->h, &entry->id, NULL, NULL) != 1)
		rc = missing(a, &entry->id);
	if (rc == 0)
		rc = object_read(a->h, &entry->id, NULL, &text, a->err);
	if (rc == 0 && before)
		rc = object_read(a->h, before, NULL, &old, a->err);
	if (rc == 0)
		rc = judge(a, path, &text, before ? &old : NULL);
	buf_release(&old);
	buf_release(&text);
	return rc;
}

static int judge_removed(void *ctx, const char *path, const void *text, size_t n)
{
	struct accepting *a = ctx;
	struct buf old = BUF_INIT;
	buf_add(&old, text, n);
	int rc = judge(a, path, NULL, &old);
	buf_release(&old);
	return rc;
}

static int removed_entry(struct accepting *a, const struct tree_entry *entry, struct buf *path)
{
	struct buf text = BUF_INIT;
	int rc;
	if (entry->mode == MODE_FOLDER) {
		rc = tree_walk(a->h, &entry->id, path->data, judge_removed, a, a->err);
	} else {
		rc = object_read(a->h, &entry->id, NULL, &text, a->err);
		if (rc == 0)
			rc = judge_removed(a, path->data, text.data, text.len);
	}
	buf_release(&text);
	return rc;
}

/* Takes a tree and all below it that differs from `before` (NULL: nothing). */
static int take_tree(struct accepting *a, const git_oid *id, const git_oid *before, struct buf *path, int depth)
{
	struct buf new_raw = BUF_INIT;
	struct buf old_raw = BUF_INIT;
	const struct heap_object *o = heap_find(a->in, id, GIT_OBJECT_TREE);
	if (before && git_oid_equal(id, before))
		return 0;
	if (depth > TREE_DEPTH)
		return err_set(a->err, ERR_INVALID, _("'%s' is too deep"), path->data);
	int rc = 0;
	if (o)
		buf_add(&new_raw, o->data, o->size);
	else if (object_header(a->h, id, NULL, NULL) == 1)
		rc = object_read(a->h, id, NULL, &new_raw, a->err);
	else
		rc = missing(a, id);
	if (rc == 0 && before)
		rc = object_read(a->h, before, NULL, &old_raw, a->err);
	/* an empty folder leads to no file that could be judged, and folders in folders multiply */
	if (rc == 0 && (!tree_is_canonical(new_raw.data, new_raw.len) || new_raw.len == 0))
		rc = err_set(a->err, ERR_INVALID, _("a tree that came has a wrong form"));
	const char *p = new_raw.data;
	const char *q = old_raw.data;
	struct tree_entry x;
	struct tree_entry y;
	int more_x = 0;
	int more_y = rc == 0 ? tree_next(&q, old_raw.data + old_raw.len, &y) : 0;
	size_t start = path->len;
	if (rc == 0)
		more_x = tree_next(&p, new_raw.data + new_raw.len, &x);
	while (rc == 0 && (more_x == 1 || more_y == 1)) {
		int order = more_x != 1 ? 1 : more_y != 1 ? -1 : tree_compare(&x, &y);
		buf_addf(path, "%s%s", start ? "/" : "", order <= 0 ? x.name : y.name);
		if (order > 0)
			rc = removed_entry(a, &y, path);
		else if (x.mode == MODE_FOLDER)
			rc = take_tree(a, &x.id, order == 0 && y.mode == MODE_FOLDER ? &y.id : NULL, path, depth + 1);
		else if (order < 0 || !git_oid_equal(&x.id, &y.id) || x.mode != y.mode)
			rc = take_blob(a, &x, order == 0 && y.mode != MODE_FOLDER ? &y.id : NULL, path->data);
		buf_truncate(path, start);
		if (order <= 0)
			more_x = tree_next(&p, new_raw.data + new_raw.len, &x);
		if (order >= 0)
			more_y = tree_next(&q, old_raw.data + old_raw.len, &y);
	}
	git_oid made;
	if (rc == 0)
		rc = object_write(a->h, GIT_OBJECT_TREE, new_raw.data, new_raw.len, before, &made, a->err);
	buf_release(&old_raw);
	buf_release(&new_raw);
	return rc;
}

/* ---- commits */

struct touching {
	struct buf paths; /* NUL-terminated, one after the other */
	size_t count;
};

static int note_touched(void *ctx, const char *path, const git_oid *a, const git_oid *b)
{
	struct touching *t = ctx;
	(void)a;
	(void)b;
	buf_add(&t->paths, path, strlen(path) + 1);
	t->count++;
	return 0;
}

static int index_new(struct accepting *a, const git_oid *id, const struct commit_text *c, const git_oid *before)
{
	struct touching t = {BUF_INIT, 0};
	int rc = tree_diff(a->h, before, &c->tree, note_touched, &t, a->err);
	struct history_change *changes = xcalloc(t.count + 1, sizeof *changes);
	const char *p = t.paths.data;
	for (size_t i = 0; i < t.count; i++) {
		changes[i].path = p;
		p += strlen(p) + 1;
	}
	if (rc == 0)
		rc = commit_index(a->h, id, c->parents, c->parent_count, changes, t.count, c->when.seconds, a->err);
	free(changes);
	buf_release(&t.paths);
	return rc;
}

static int judge_second(void *ctx, const char *path, const git_oid *before, const git_oid *now)
{
	struct accepting *a = ctx;
	struct buf text = BUF_INIT;
	struct buf old = BUF_INIT;
	int rc = now ? object_read(a->h, now, NULL, &text, a->err) : 0;
	if (rc == 0 && before)
		rc = object_read(a->h, before, NULL, &old, a->err);
	if (rc == 0)
		rc = judge(a, path, now ? &text : NULL, before ? &old : NULL);
	buf_release(&text);
	buf_release(&old);
	return rc;
}

/* A merge must not lose what its second parent has, either. */
static int check_second(struct accepting *a, const struct commit_text *c, size_t which)
{
	struct commit_text second;
	struct buf raw = BUF_INIT;
	if (c->parent_count < 2)
		return 0;
	git_oid_tostr(a->out->seconds[which], HISTORY_ID, &c->parents[1]);
	int rc = commit_read(a->h, &c->parents[1], &second, &raw, a->err);
	if (rc == 0) {
		rc = tree_diff(a->h, &second.tree, &c->tree, judge_second, a, a->err);
		commit_text_release(&second);
	}
	buf_release(&raw);
	return rc;
}

static int take_commit(struct accepting *a, size_t which)
{
	const char *hex = a->out->commits[which];
	git_oid id;
	git_oid made;
	struct commit_text c;
	struct commit_text parent;
	struct buf raw = BUF_INIT;
	struct buf path = BUF_INIT;
	git_oid_fromstr(&id, hex);
	const struct heap_object *o = heap_find(a->in, &id, GIT_OBJECT_COMMIT);
	if (commit_text_parse(&c, o->data, o->size, a->err) < 0)
		return -1;
	int rc = commit_read(a->h, &c.parents[0], &parent, &raw, a->err);
	if (rc == 0) {
		rc = take_tree(a, &c.tree, &parent.tree, &path, 0);
		if (rc == 0)
			rc = object_write(a->h, GIT_OBJECT_COMMIT, o->data, o->size, &c.parents[0], &made, a->err);
		if (rc == 0)
			rc = index_new(a, &id, &c, &parent.tree);
		if (rc == 0)
			rc = check_second(a, &c, which);
		commit_text_release(&parent);
	}
	if (rc < 0)
		err_prefix(a->err, _("commit %.10s"), hex);
	commit_text_release(&c);
	buf_release(&path);
	buf_release(&raw);
	return rc;
}

int history_accept(struct history *h, const struct history_incoming *in, const char *tip, history_judge_fn judge_fn,
                   void *ctx, struct history_accepted *out, struct err *err)
{
	git_oid id;
	struct accepting a = {h, in, judge_fn, ctx, out, 0, 0, err};
	memset(out, 0, sizeof *out);
	if (strlen(tip) != GIT_OID_HEXSZ || git_oid_fromstr(&id, tip) < 0)
		return err_set(err, ERR_INVALID, _("'%s' is not a commit"), tip);
	int rc = order_commits(&a, &id);
	for (size_t i = 0; i < out->count && rc == 0; i++)
		rc = take_commit(&a, i);
	return rc;
}
