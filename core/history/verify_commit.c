/*
 * One commit: its row, its signature, its place in the SHA-256 chain, and its
 * message against what it changed. The part of a message that machines read is
 * made anew and must stand there as it is.
 */
#include "base/printable.h"
#include "history/verify_private.h"

#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- signatures, in batches on two threads */

struct half {
	struct pending_signature *first;
	size_t count;
};

static void *check_half(void *arg)
{
	struct half *half = arg;
	for (size_t i = 0; i < half->count; i++) {
		struct pending_signature *p = &half->first[i];
		p->good = crypto_sign_verify_detached(p->sig.signature, (const unsigned char *)p->data.data,
		                                      p->data.len, p->sig.public_key) == 0;
	}
	return NULL;
}

void history_flush_signatures(struct history_check *k)
{
	struct half halves[2] = {{k->batch, k->batched / 2}, {k->batch + k->batched / 2, k->batched - k->batched / 2}};
	pthread_t thread;
	int threaded =
	    history_may_thread && halves[0].count > 0 && pthread_create(&thread, NULL, check_half, &halves[0]) == 0;
	check_half(&halves[1]);
	if (threaded)
		pthread_join(thread, NULL);
	else
		check_half(&halves[0]);
	for (size_t i = 0; i < k->batched; i++) {
		if (k->batch[i].good)
			k->counts.signatures++;
		else
			history_found(k, _("commit %.10s: its signature does not fit"), k->batch[i].id);
	}
	history_drop_signatures(k);
}

void history_drop_signatures(struct history_check *k)
{
	for (size_t i = 0; i < k->batched; i++)
		buf_release(&k->batch[i].data);
	k->batched = 0;
}

static void check_signature(struct history_check *k, int64_t number, const char *id, const struct commit_text *c)
{
	struct err why = ERR_INIT;
	struct pending_signature *p = &k->batch[k->batched];
	struct buf armour = BUF_INIT;
	char parent[HISTORY_ID];
	if (!c->signature) {
		history_found(k, _("commit %.10s is not signed"), id);
		return;
	}
	if (sshsig_parse("git", c->signature, strlen(c->signature), &p->sig, &why) < 0) {
		history_found(k, "%.10s: %s", id, why.message);
		return;
	}
	sshsig_armour("git", &p->sig, &armour);
	if (strcmp(armour.data, c->signature) != 0)
		history_found(k, _("commit %.10s: its signature is not in the form that genba writes"), id);
	buf_release(&armour);
	if (c->parent_count)
		git_oid_tostr(parent, sizeof parent, &c->parents[0]);
	if (k->spec.key &&
	    !k->spec.key(k->spec.ctx, (uint64_t)number, id, c->parent_count ? parent : NULL, p->sig.public_key))
		history_found(k, _("commit %.10s is signed by a key that was no responder of this case then"), id);
	snprintf(p->id, sizeof p->id, "%s", id);
	buf_init(&p->data);
	sshsig_signed_data("git", c->payload.data, c->payload.len, &p->data);
	if (++k->batched == SIGNATURE_BATCH)
		history_flush_signatures(k);
}

/* ---- what a commit changed */

struct changed_files {
	struct history_check *k;
	const char *id;
	struct history_change *changes;
	size_t count;
	size_t cap;
};

static int collect_change(void *ctx, const char *path, const git_oid *a, const git_oid *b)
{
	struct changed_files *files = ctx;
	struct buf text = BUF_INIT;
	(void)a;
	if (b && object_read(files->k->h, b, NULL, &text, NULL) < 0) {
		buf_release(&text);
		return 0; /* reported with the object */
	}
	if (files->count == files->cap) {
		files->cap = files->cap ? files->cap * 2 : 8;
		files->changes = xrealloc(files->changes, files->cap * sizeof *files->changes);
	}
	if (b && files->k->spec.file)
		files->k->spec.file(files->k->spec.ctx, files->id, path, text.data, text.len);
	struct history_change *change = &files->changes[files->count++];
	change->path = xstrdup(path);
	change->size = text.len;
	change->text = b ? buf_take(&text, NULL) : NULL;
	buf_release(&text);
	return 0;
}

static int compare_paths(const void *a, const void *b)
{
	return strcmp(((const struct history_change *)a)->path, ((const struct history_change *)b)->path);
}

static void release_files(struct changed_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		free((void *)(uintptr_t)files->changes[i].path);
		free((void *)(uintptr_t)files->changes[i].text);
	}
	free(files->changes);
}

static void check_touched(struct history_check *k, int64_t number, const struct changed_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		sqlite3_stmt *s = history_statement(k->h, HISTORY_TOUCH_HAS, NULL);
		if (!s)
			return;
		sqlite3_bind_text(s, 1, files->changes[i].path, -1, SQLITE_STATIC);
		sqlite3_bind_int64(s, 2, number);
		if (sqlite3_step(s) != SQLITE_ROW)
			history_found(k, _("commit %.10s changed '%s', which the log of that record does not show"),
			              files->id, files->changes[i].path);
		sqlite3_reset(s);
		k->touches++;
	}
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
		struct buf raw = BUF_INIT;
		unsigned char digest[32];
		int rc = object_read(k->h, &c->parents[i], NULL, &raw, NULL);
		if (rc == 0) {
			crypto_hash_sha256(digest, (const unsigned char *)raw.data, raw.len);
			buf_adds(want, "Genba-Prev: sha256:");
			buf_addhex(want, digest, sizeof digest);
			buf_addc(want, '\n');
		}
		buf_release(&raw);
		if (rc < 0)
			return 0;
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

/* ---- rows of the table of commits */

int history_mark_reachable(struct history_check *k, struct err *err)
{
	sqlite3_stmt *s = NULL;
	uint64_t head;
	if (history_number(k->h, k->head, &head, NULL) < 0 || head > (uint64_t)k->last_commit) {
		history_found(k, _("the last commit %.10s is not in the table of commits"), k->head);
		return 0;
	}
	k->reachable[head] = 1;
	if (sqlite3_prepare_v2(k->h->db, "SELECT n, p1, p2 FROM git_commit WHERE n <= ?1 ORDER BY n DESC", -1, &s,
	                       NULL) != SQLITE_OK)
		return history_sql_error(k->h, _("read"), err);
	sqlite3_bind_int64(s, 1, (sqlite3_int64)head);
	int rc;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		int64_t n = sqlite3_column_int64(s, 0);
		for (int i = 1; i <= 2 && n > 0 && k->reachable[n]; i++) {
			int64_t parent = sqlite3_column_int64(s, i);
			if (parent > 0 && parent < n) /* anything else is reported with the commit */
				k->reachable[parent] = 1;
		}
	}
	int failed = rc != SQLITE_DONE && history_sql_error(k->h, _("read"), err) < 0;
	sqlite3_finalize(s);
	return failed ? -1 : 0;
}

static int64_t parent_row(struct history_check *k, const git_oid *id)
{
	char hex[HISTORY_ID];
	uint64_t number = 0;
	history_number(k->h, git_oid_tostr(hex, sizeof hex, id), &number, NULL);
	return (int64_t)number;
}

/* Reads the row of a commit: 0, 1 if there is none, -1. */
static int read_row(struct history_check *k, int64_t number, git_oid *id, int64_t row[3], struct err *err)
{
	sqlite3_stmt *s = history_statement(k->h, HISTORY_COMMIT_BY_ROW, err);
	if (!s)
		return -1;
	sqlite3_bind_int64(s, 1, number);
	int rc = sqlite3_step(s);
	int result = rc == SQLITE_ROW ? 0 : rc == SQLITE_DONE ? 1 : history_sql_error(k->h, _("read"), err);
	if (result == 0 && sqlite3_column_bytes(s, 0) != GIT_OID_RAWSZ)
		result = 1;
	if (result == 0) {
		git_oid_fromraw(id, sqlite3_column_blob(s, 0));
		for (int i = 0; i < 3; i++)
			row[i] = sqlite3_column_int64(s, i + 1);
	}
	sqlite3_reset(s);
	return result;
}

static void check_row(struct history_check *k, int64_t number, const char *id, const struct commit_text *c,
                      const int64_t row[3])
{
	int64_t p1 = c->parent_count > 0 ? parent_row(k, &c->parents[0]) : 0;
	int64_t p2 = c->parent_count > 1 ? parent_row(k, &c->parents[1]) : 0;
	if (row[0] != c->when.seconds || row[1] != p1 || row[2] != p2 || p1 >= number || p2 >= number)
		history_found(k, _("commit %.10s: the table of commits says otherwise about its time or its parents"),
		              id);
	if (number > 1 && c->parent_count == 0)
		history_found(k, _("commit %.10s begins a second history"), id);
	if (!k->reachable[number])
		history_found(k, _("commit %.10s does not lead to the last one: it belongs to no state of the case"),
		              id);
}

static void check_against_parent(struct history_check *k, int64_t number, const char *id, const struct commit_text *c)
{
	struct changed_files files = {.k = k, .id = id};
	struct commit_text parent;
	struct buf raw = BUF_INIT;
	struct buf path = BUF_INIT;
	int has_parent = c->parent_count > 0;
	int readable = !has_parent || commit_read(k->h, &c->parents[0], &parent, &raw, NULL) == 0;
	buf_release(&raw);
	if (!readable)
		return; /* reported with the objects */
	if (tree_diff(k->h, has_parent ? &parent.tree : NULL, &c->tree, &path, collect_change, &files, NULL) == 0) {
		if (files.count)
			qsort(files.changes, files.count, sizeof *files.changes, compare_paths);
		check_touched(k, number, &files);
		check_message(k, id, c, &files);
	}
	release_files(&files);
	buf_release(&path);
	if (has_parent)
		commit_text_release(&parent);
}

int history_check_commit(struct history_check *k, int64_t number, struct err *err)
{
	char hex[HISTORY_ID];
	git_oid id;
	int64_t row[3];
	struct commit_text c;
	struct buf raw = BUF_INIT;
	int rc = read_row(k, number, &id, row, err);
	if (rc < 0)
		return -1;
	if (rc == 1) {
		history_found(k, _("the table of commits lacks number %lld"), (long long)number);
		return 0;
	}
	git_oid_tostr(hex, sizeof hex, &id);
	if (commit_read(k->h, &id, &c, &raw, NULL) == 0) {
		k->counts.commits++;
		check_row(k, number, hex, &c, row);
		check_signature(k, number, hex, &c);
		check_against_parent(k, number, hex, &c);
		commit_text_release(&c);
	} else if (!object_index_find(k->h->index, &id, NULL, NULL)) {
		history_found(k, _("the commit %.10s is listed, but missing"), hex);
	} /* else it is reported with the objects */
	buf_release(&raw);
	return 0;
}
