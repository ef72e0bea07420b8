/*
 * One commit: its row, its signature, its place in the SHA-256 chain, and its
 * message against what it changed. The part of a message that machines read is
 * made anew and must stand there as it is.
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

struct changed_files {
	struct history_check *k;
	const char *id;
	struct history_change *changes; /* their texts are held in `held` */
	struct object_raw **held;
	size_t count;
	size_t cap;
};

static int collect_change(void *ctx, const char *path, const git_oid *a, const git_oid *b)
{
	struct changed_files *files = ctx;
	struct object_raw *text = b ? object_hold(files->k->h, b, NULL) : NULL;
	(void)a;
	if (b && !text)
		return 0; /* reported with the object */
	if (files->count == files->cap) {
		files->cap = files->cap ? files->cap * 2 : 8;
		files->changes = xrealloc(files->changes, files->cap * sizeof *files->changes);
		files->held = xrealloc(files->held, files->cap * sizeof *files->held);
	}
	if (text && files->k->spec.file)
		files->k->spec.file(files->k->spec.ctx, files->id, path, text->data, text->size);
	files->held[files->count] = text;
	files->changes[files->count++] =
	    (struct history_change){xstrdup(path), text ? text->data : NULL, text ? text->size : 0};
	return 0;
}

static int compare_paths(const void *a, const void *b)
{
	return strcmp(((const struct history_change *)a)->path, ((const struct history_change *)b)->path);
}

static void release_files(struct changed_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		object_raw_drop(files->held[i]);
	for (size_t i = 0; i < files->count; i++)
		free((void *)(uintptr_t)files->changes[i].path);
	free(files->held);
	free(files->changes);
}

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

/* The table of touched paths has just these: by their number and sum, or asked for each where these differ. */
static void check_touched(struct history_check *k, int64_t number, const struct changed_files *files)
{
	uint64_t sum = 0;
	k->touches += (int64_t)files->count;
	for (size_t i = 0; k->touched && i < files->count; i++)
		sum += check_touch_digest(k, files->changes[i].path);
	if (k->touched && k->touched[number].count == files->count && k->touched[number].sum == sum)
		return;
	for (size_t i = 0; i < files->count; i++)
		if (!table_has(k, number, files->changes[i].path))
			history_found(k, _("commit %.10s changed '%s', which the log of that record does not show"),
			              files->id, files->changes[i].path);
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

static void check_message(struct history_check *k, const char *id, const struct commit_text *c,
                          const struct changed_files *files)
{
	struct buf prev = BUF_INIT;
	struct buf records = BUF_INIT;
	size_t n = strlen(c->message);
	commit_record_trailers(files->changes, files->count, &records);
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

static void check_against_parent(struct history_check *k, int64_t number, const char *id, const struct commit_text *c)
{
	struct changed_files files = {.k = k, .id = id};
	struct buf path = BUF_INIT;
	git_oid before;
	int has_parent = c->parent_count > 0;
	if (has_parent && parent_tree(k, c, &before) < 0)
		return;
	if (tree_diff(k->h, has_parent ? &before : NULL, &c->tree, &path, collect_change, &files, NULL) == 0) {
		if (files.count)
			qsort(files.changes, files.count, sizeof *files.changes, compare_paths);
		check_touched(k, number, &files);
		check_message(k, id, c, &files);
	}
	release_files(&files);
	buf_release(&path);
}

void check_commit(struct history_check *k, int64_t number)
{
	const struct check_commit *row = &k->commits[number];
	char hex[HISTORY_ID];
	struct commit_text c;
	struct err why = ERR_INIT;
	if (!row->there) {
		history_found(k, _("the table of commits lacks number %lld"), (long long)number);
		return;
	}
	git_oid_tostr(hex, sizeof hex, &row->id);
	git_object_t type;
	if (!object_index_find(k->h->index, &row->id, NULL, &type) || type != GIT_OBJECT_COMMIT) {
		history_found(k, _("the commit %.10s is listed, but missing"), hex);
		return;
	}
	struct object_raw *raw = object_hold(k->h, &row->id, NULL);
	if (!raw || raw->type != GIT_OBJECT_COMMIT) {
		object_raw_drop(raw);
		return; /* reported with the objects */
	}
	if (commit_text_parse(&c, raw->data, raw->size, &why) < 0) {
		history_found(k, "%.10s: %s", hex, why.message);
		object_raw_drop(raw);
		return;
	}
	k->counts.commits++;
	check_commit_links(k, hex, &c);
	check_row(k, number, hex, &c, row);
	check_signature(k, number, hex, &c);
	check_against_parent(k, number, hex, &c);
	k->last.id = row->id;
	k->last.tree = c.tree;
	sha256_of(raw->data, raw->size, k->last.digest);
	k->last.there = 1;
	commit_text_release(&c);
	object_raw_drop(raw);
}
