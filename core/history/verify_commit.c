/*
 * One commit: its row, its signature, its place in the SHA-256 chain, and its
 * message against what it changed. The part of a message that machines read is
 * made anew and must stand there as it is.
 *
 * A commit may have changed any number of files, so the walk over them is left
 * when the slice is used up, and gone on with in the next one: where it stands is
 * k->now, with nothing kept of the files that it is past but their sum.
 */
#include "base/printable.h"
#include "base/sha256.h"
#include "history/verify_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the signature */

static void check_signature(struct history_check *k, int64_t number, const char *id, const struct commit_text *c)
{
	struct err why = ERR_INIT;
	struct sshsig sig;
	struct buf armour = BUF_INIT;
	if (!c->signature) {
		history_found(k, _("commit %.10s is not signed"), id);
		return;
	}
	if (sshsig_parse("git", c->signature, strlen(c->signature), &sig, &why) < 0) {
		history_found(k, "%.10s: %s", id, why.message);
		return;
	}
	sshsig_armour("git", &sig, &armour);
	if (strcmp(armour.data, c->signature) != 0)
		history_found(k, _("commit %.10s: its signature is not in the form that genba writes"), id);
	buf_release(&armour);
	if (k->spec.key) {
		struct history_signed who = {.number = (uint64_t)number,
		                             .parent_count = c->parent_count,
		                             .author_name = c->author_name,
		                             .author_mail = c->author_mail,
		                             .key = sig.public_key};
		snprintf(who.id, sizeof who.id, "%s", id);
		for (unsigned i = 0; i < c->parent_count; i++)
			git_oid_tostr(who.parents[i], HISTORY_ID, &c->parents[i]);
		if (!k->spec.key(k->spec.ctx, &who))
			history_found(k, _("commit %.10s is signed by a key that was no responder of this case then"),
			              id);
	}
	signature_pool_add(k->signatures, id, &sig, c->payload.data, c->payload.len);
}

/* ---- what a commit changed */

static int table_has(struct history_check *k, int64_t number, const char *path)
{
	sqlite3_stmt *s = history_statement(k->h, HISTORY_TOUCH_HAS, NULL);
	if (!s)
		return 1; /* reported where the table is read */
	sqlite3_bind_text(s, 1, path, -1, SQLITE_STATIC);
	sqlite3_bind_int64(s, 2, number);
	int has = sqlite3_step(s) == SQLITE_ROW;
	sqlite3_reset(s);
	return has;
}

/* One file that the commit changed. `id`: its text, NULL if it was removed. */
static void take_changed(struct history_check *k, const char *path, const git_oid *id)
{
	struct commit_check *now = &k->now;
	struct object_raw *text = id ? object_hold(k->h, id, NULL) : NULL;
	if (id && !text)
		return; /* reported with the object */
	if (text && k->spec.file)
		k->spec.file(k->spec.ctx, now->id, path, text->data, text->size);
	record_trailers_add(&now->trailers, path, text ? text->data : NULL, text ? text->size : 0);
	if (k->touched)
		now->sum += check_touch_digest(k, path);
	now->count++;
	object_raw_drop(text);
}

static void ask_table(struct history_check *k, const char *path)
{
	if (!table_has(k, k->now.number, path))
		history_found(k, _("commit %.10s changed '%s', which the log of that record does not show"), k->now.id,
		              path);
}

/* Whether the table of touched paths has just these: by their number and sum. */
static int touched_fits(const struct history_check *k)
{
	const struct commit_check *now = &k->now;
	return k->touched && k->touched[now->number].count == now->count && k->touched[now->number].sum == now->sum;
}

/* ---- the message */

static int ends_with(const char *text, size_t n, const struct buf *tail)
{
	return n >= tail->len && memcmp(text + n - tail->len, tail->data, tail->len) == 0;
}

/* The `Genba-Prev:` lines that the commit ought to have; 0 if a parent cannot be read, which is reported with it. */
static int want_prev(struct history_check *k, const struct commit_text *c, struct buf *want)
{
	for (unsigned i = 0; i < c->parent_count; i++) {
		unsigned char digest[32];
		if (k->last.there && git_oid_equal(&k->last.id, &c->parents[i])) {
			memcpy(digest, k->last.digest, sizeof digest);
		} else {
			struct object_raw *raw = object_hold(k->h, &c->parents[i], NULL);
			if (!raw)
				return 0;
			sha256_of(raw->data, raw->size, digest);
			object_raw_drop(raw);
		}
		buf_adds(want, "Genba-Prev: sha256:");
		buf_addhex(want, digest, sizeof digest);
		buf_addc(want, '\n');
	}
	return 1;
}

/* "subject\n\nGenba-Action: …\n", then further trailers, none of those that are made anew. */
static int head_is_canonical(const char *text, size_t n)
{
	static const char *const made[] = {"Genba-Record:", "Genba-Bulk:", "Genba-Prev:"};
	static const char action[] = "\n\nGenba-Action: ";
	const char *end = text + n;
	const char *p = memchr(text, '\n', n);
	for (const char *q = text; q < end; q++)
		if (((unsigned char)*q < 0x20 && *q != '\n') || *q == 0x7F)
			return 0;
	if (!p || p == text || end - p < (ptrdiff_t)sizeof action || memcmp(p, action, sizeof action - 1) != 0 ||
	    end[-1] != '\n' || !text_is_utf8(text, n))
		return 0;
	for (p += 2; p < end; p = (const char *)memchr(p, '\n', (size_t)(end - p)) + 1) {
		if (end - p < 6 || memcmp(p, "Genba-", 6) != 0)
			return 0;
		for (size_t i = 0; i < sizeof made / sizeof *made; i++)
			if ((size_t)(end - p) >= strlen(made[i]) && memcmp(p, made[i], strlen(made[i])) == 0)
				return 0;
	}
	return 1;
}

static void check_message(struct history_check *k, const char *id, const struct commit_text *c)
{
	struct buf prev = BUF_INIT;
	struct buf records = BUF_INIT;
	size_t n = strlen(c->message);
	record_trailers_put(&k->now.trailers, &records);
	if (want_prev(k, c, &prev)) {
		if (!ends_with(c->message, n, &prev)) {
			history_found(k, _("commit %.10s: the SHA-256 of its parent does not fit: the chain is broken"),
			              id);
		} else if (!ends_with(c->message, n - prev.len, &records)) {
			history_found(k, _("commit %.10s: what it says it changed is not what it changed"), id);
		} else if (!head_is_canonical(c->message, n - prev.len - records.len)) {
			history_found(k, _("commit %.10s: its message is not in the form that genba writes"), id);
		}
	}
	buf_release(&records);
	buf_release(&prev);
}

/* ---- its row */

static void check_row(struct history_check *k, int64_t number, const char *id, const struct commit_text *c,
                      const struct check_commit *row)
{
	int64_t p1 = c->parent_count > 0 ? object_index_commit(k->h->index, &c->parents[0]) : 0;
	int64_t p2 = c->parent_count > 1 ? object_index_commit(k->h->index, &c->parents[1]) : 0;
	if (row->time != c->when.seconds || row->p1 != p1 || row->p2 != p2 || p1 >= number || p2 >= number ||
	    object_index_commit(k->h->index, &row->id) != number)
		history_found(k, _("commit %.10s: the table of commits says otherwise about its time or its parents"),
		              id);
	if (number > 1 && c->parent_count == 0)
		history_found(k, _("commit %.10s begins a second history"), id);
	if (!k->reachable[number])
		history_found(k, _("commit %.10s does not lead to the last one: it belongs to no state of the case"),
		              id);
}

/* The tree of the commit's first parent, from the commit checked last or read. 0, or -1: reported with the objects. */
static int parent_tree(struct history_check *k, const struct commit_text *c, git_oid *tree)
{
	struct commit_text parent;
	struct buf raw = BUF_INIT;
	if (k->last.there && git_oid_equal(&k->last.id, &c->parents[0])) {
		*tree = k->last.tree;
		return 0;
	}
	int rc = commit_read(k->h, &c->parents[0], &parent, &raw, NULL);
	if (rc == 0) {
		*tree = parent.tree;
		commit_text_release(&parent);
	}
	buf_release(&raw);
	return rc;
}

/* Begins to walk over what differs from the parent's tree. 0, or -1: there is nothing to walk over, which is reported with
 * the objects. */
static int begin_walk(struct history_check *k)
{
	struct commit_check *now = &k->now;
	git_oid before;
	int has_parent = now->text.parent_count > 0;
	if (has_parent && parent_tree(k, &now->text, &before) < 0)
		return -1;
	return tree_diff_begin(&now->walk, k->h, has_parent ? &before : NULL, &now->text.tree, "", NULL);
}

/* Reads the commit, and checks what it says of itself. 1: what it changed is to be walked over, 0: that is all. */
static int begin_commit(struct history_check *k, int64_t number)
{
	const struct check_commit *row = &k->commits[number];
	struct commit_check *now = &k->now;
	struct err why = ERR_INIT;
	git_object_t type;
	if (!row->there) {
		history_found(k, _("the table of commits lacks number %lld"), (long long)number);
		return 0;
	}
	git_oid_tostr(now->id, sizeof now->id, &row->id);
	if (!object_index_find(k->h->index, &row->id, NULL, &type) || type != GIT_OBJECT_COMMIT) {
		history_found(k, _("the commit %.10s is listed, but missing"), now->id);
		return 0;
	}
	now->raw = object_hold(k->h, &row->id, NULL);
	if (!now->raw || now->raw->type != GIT_OBJECT_COMMIT)
		return 0; /* reported with the objects */
	if (commit_text_parse(&now->text, now->raw->data, now->raw->size, &why) < 0) {
		history_found(k, "%.10s: %s", now->id, why.message);
		return 0;
	}
	now->number = number;
	k->counts.commits++;
	check_commit_links(k, now->id, &now->text);
	check_row(k, number, now->id, &now->text, row);
	check_signature(k, number, now->id, &now->text);
	return 1;
}

/* The commit is done with; the next one is mostly its child. */
static void end_commit(struct history_check *k)
{
	struct commit_check *now = &k->now;
	if (now->number) {
		k->last.id = k->commits[now->number].id;
		k->last.tree = now->text.tree;
		sha256_of(now->raw->data, now->raw->size, k->last.digest);
		k->last.there = 1;
		commit_text_release(&now->text);
	}
	object_raw_drop(now->raw);
	now->raw = NULL;
	now->number = 0;
	now->count = now->sum = 0;
	now->asks = 0;
	record_trailers_clear(&now->trailers);
}

void check_commit_leave(struct history_check *k)
{
	end_commit(k);
	tree_diff_end(&k->now.walk);
	buf_release(&k->now.trailers.lines);
}

/* Walks on over what the commit changed. 1: the slice is used up, 0: all of it was seen, -1: it cannot be read. */
static int walk_on(struct history_check *k, unsigned *left)
{
	struct commit_check *now = &k->now;
	const git_oid *a;
	const git_oid *b;
	int more;
	while (*left > 0 && (more = tree_diff_next(&now->walk, &a, &b, NULL)) == 1) {
		--*left;
		if (now->asks)
			ask_table(k, now->walk.path.data);
		else
			take_changed(k, now->walk.path.data, b);
	}
	return *left == 0 ? 1 : more;
}

int check_commit(struct history_check *k, int64_t number, unsigned *left)
{
	struct commit_check *now = &k->now;
	if (!now->number && (!begin_commit(k, number) || begin_walk(k) < 0)) {
		end_commit(k);
		return 0;
	}
	int more = walk_on(k, left);
	if (more == 0 && !now->asks) {
		k->touches += (int64_t)now->count;
		check_message(k, now->id, &now->text);
		now->asks = !touched_fits(k) && now->count > 0 && begin_walk(k) == 0;
		more = now->asks;
	}
	if (more == 1)
		return 1;
	end_commit(k);
	return 0;
}
