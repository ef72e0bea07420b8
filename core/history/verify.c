#include "base/progress.h"
#include "history/history_private.h"

#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH 256 /* signatures checked at a time, on two threads */

struct pending {
	char id[HISTORY_ID];
	struct sshsig sig;
	struct buf data;
	int good;
};

struct verifying {
	struct history *h;
	history_key_fn key;
	void *key_ctx;
	const struct progress *progress;
	void (*finding)(void *ctx, const char *text);
	void *finding_ctx;
	struct history_verified *counts;
	struct err *err;
	unsigned char *ids; /* of all objects, sorted, GIT_OID_RAWSZ bytes each */
	size_t id_count;
	struct pending batch[BATCH];
	size_t batched;
	uint64_t total;
};

__attribute__((format(printf, 2, 3))) static void found(struct verifying *v, const char *format, ...)
{
	struct buf b = BUF_INIT;
	va_list args;
	va_start(args, format);
	buf_addv(&b, format, args);
	va_end(args);
	if (v->finding)
		v->finding(v->finding_ctx, b.data);
	buf_release(&b);
}

static int compare_ids(const void *a, const void *b)
{
	return memcmp(a, b, GIT_OID_RAWSZ);
}

static int is_there(const struct verifying *v, const git_oid *id)
{
	return v->id_count && bsearch(id->id, v->ids, v->id_count, GIT_OID_RAWSZ, compare_ids) != NULL;
}

static int load_ids(struct verifying *v)
{
	sqlite3_stmt *s = NULL;
	size_t cap = 0;
	if (sqlite3_prepare_v2(v->h->db, "SELECT id FROM git_object", -1, &s, NULL) != SQLITE_OK)
		return history_sql_error(v->h, _("read"), v->err);
	int rc;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		if (sqlite3_column_bytes(s, 0) != GIT_OID_RAWSZ)
			continue;
		if (v->id_count == cap) {
			cap = cap ? cap * 2 : 1024;
			v->ids = xrealloc(v->ids, cap * GIT_OID_RAWSZ);
		}
		memcpy(v->ids + v->id_count++ * GIT_OID_RAWSZ, sqlite3_column_blob(s, 0), GIT_OID_RAWSZ);
	}
	int failed = rc != SQLITE_DONE && history_sql_error(v->h, _("read"), v->err) < 0;
	sqlite3_finalize(s);
	if (v->id_count)
		qsort(v->ids, v->id_count, GIT_OID_RAWSZ, compare_ids);
	v->total = v->id_count;
	return failed ? -1 : 0;
}

/* ---- objects: digest, and that what they name is there */

static void check_links(struct verifying *v, const char *id, git_object_t type, const struct buf *raw)
{
	char hex[HISTORY_ID];
	if (type == GIT_OBJECT_TREE) {
		const char *p = raw->data;
		struct tree_entry entry;
		int more;
		while ((more = tree_next(&p, raw->data + raw->len, &entry)) == 1)
			if (!is_there(v, &entry.id))
				found(v, _("tree %.10s names %s, but the object %.10s is missing"), id, entry.name,
				      git_oid_tostr(hex, sizeof hex, &entry.id));
		if (more < 0)
			found(v, _("tree %.10s has a wrong form"), id);
	} else if (type == GIT_OBJECT_COMMIT) {
		struct commit_text c;
		struct err why = ERR_INIT;
		if (commit_text_parse(&c, raw->data, raw->len, &why) < 0) {
			found(v, "%.10s: %s", id, why.message);
			return;
		}
		if (!is_there(v, &c.tree))
			found(v, _("commit %.10s: its tree is missing"), id);
		for (unsigned i = 0; i < c.parent_count; i++)
			if (!is_there(v, &c.parents[i]))
				found(v, _("commit %.10s: its parent is missing"), id);
		commit_text_release(&c);
	}
}

static void check_object(struct verifying *v, const git_oid *id)
{
	char hex[HISTORY_ID];
	git_object_t type;
	git_oid is;
	struct buf raw = BUF_INIT;
	struct err why = ERR_INIT;
	git_oid_tostr(hex, sizeof hex, id);
	if (object_read(v->h, id, &type, &raw, &why) < 0)
		found(v, "%.10s: %s", hex, why.message);
	else if (git_odb_hash(&is, raw.data, raw.len, type) < 0 || !git_oid_equal(&is, id))
		found(v, _("object %.10s: its content does not fit its id"), hex);
	else
		check_links(v, hex, type, &raw);
	buf_release(&raw);
}

static int check_objects(struct verifying *v)
{
	sqlite3_stmt *s = NULL;
	/* in the order of writing: the base of a delta was just read */
	if (sqlite3_prepare_v2(v->h->db, "SELECT id FROM git_object ORDER BY n", -1, &s, NULL) != SQLITE_OK)
		return history_sql_error(v->h, _("read"), v->err);
	int rc;
	int result = 0;
	while (result == 0 && (rc = sqlite3_step(s)) != SQLITE_DONE) {
		if (rc != SQLITE_ROW) {
			result = history_sql_error(v->h, _("read"), v->err);
			break;
		}
		v->counts->objects++;
		if (sqlite3_column_bytes(s, 0) == GIT_OID_RAWSZ) {
			git_oid id;
			git_oid_fromraw(&id, sqlite3_column_blob(s, 0));
			check_object(v, &id);
		} else {
			found(v, _("an object has an impossible id"));
		}
		if (v->counts->objects % 64 == 0)
			result = progress_step(v->progress, _("history objects"), v->counts->objects, v->total, v->err);
	}
	sqlite3_finalize(s);
	return result;
}

/* ---- signatures, in batches on two threads */

struct half {
	struct pending *first;
	size_t count;
};

static void *check_half(void *arg)
{
	struct half *half = arg;
	for (size_t i = 0; i < half->count; i++) {
		struct pending *p = &half->first[i];
		p->good = crypto_sign_verify_detached(p->sig.signature, (const unsigned char *)p->data.data, p->data.len,
		                                      p->sig.public_key) == 0;
	}
	return NULL;
}

static void flush_batch(struct verifying *v)
{
	struct half halves[2] = {{v->batch, v->batched / 2}, {v->batch + v->batched / 2, v->batched - v->batched / 2}};
	pthread_t thread;
	int threaded = pthread_create(&thread, NULL, check_half, &halves[0]) == 0;
	check_half(&halves[1]);
	if (threaded)
		pthread_join(thread, NULL);
	else
		check_half(&halves[0]);
	for (size_t i = 0; i < v->batched; i++) {
		if (v->batch[i].good)
			v->counts->signatures++;
		else
			found(v, _("commit %.10s: its signature does not fit"), v->batch[i].id);
		buf_release(&v->batch[i].data);
	}
	v->batched = 0;
}

static void check_signature(struct verifying *v, const char *id, const struct commit_text *c)
{
	struct err why = ERR_INIT;
	struct pending *p = &v->batch[v->batched];
	if (!c->signature) {
		found(v, _("commit %.10s is not signed"), id);
		return;
	}
	if (sshsig_parse("git", c->signature, strlen(c->signature), &p->sig, &why) < 0) {
		found(v, "%.10s: %s", id, why.message);
		return;
	}
	char parent[HISTORY_ID];
	if (c->parent_count)
		git_oid_tostr(parent, sizeof parent, &c->parents[0]);
	if (v->key && !v->key(v->key_ctx, id, c->parent_count ? parent : NULL, p->sig.public_key))
		found(v, _("commit %.10s is signed by a key that was no responder of this case then"), id);
	snprintf(p->id, sizeof p->id, "%s", id);
	buf_init(&p->data);
	sshsig_signed_data("git", c->payload.data, c->payload.len, &p->data);
	if (++v->batched == BATCH)
		flush_batch(v);
}

/* ---- the SHA-256 chain, and the trailers against what was changed */

static void check_chain(struct verifying *v, const char *id, const struct commit_text *c)
{
	const char *at = NULL;
	size_t n = 0;
	for (unsigned i = 0; i < c->parent_count; i++) {
		struct buf raw = BUF_INIT;
		struct buf want = BUF_INIT;
		unsigned char digest[32];
		at = commit_trailer(c->message, "Genba-Prev", at, &n);
		if (object_read(v->h, &c->parents[i], NULL, &raw, NULL) == 0) {
			crypto_hash_sha256(digest, (const unsigned char *)raw.data, raw.len);
			buf_adds(&want, "sha256:");
			buf_addhex(&want, digest, sizeof digest);
			if (!at || n != want.len || memcmp(at, want.data, n) != 0)
				found(v, _("commit %.10s: the SHA-256 of its parent does not fit: the chain is broken"), id);
		}
		buf_release(&want);
		buf_release(&raw);
	}
	if (commit_trailer(c->message, "Genba-Prev", at, &n) && (at || c->parent_count == 0))
		found(v, _("commit %.10s names more parents than it has"), id);
}

struct changed_files {
	struct verifying *v;
	struct history_change *changes;
	size_t count;
	size_t cap;
};

static int collect_change(void *ctx, const char *path, const git_oid *a, const git_oid *b)
{
	struct changed_files *files = ctx;
	(void)a;
	struct buf text = BUF_INIT;
	if (b && object_read(files->v->h, b, NULL, &text, NULL) < 0) {
		buf_release(&text);
		return 0; /* reported with the object */
	}
	if (files->count == files->cap) {
		files->cap = files->cap ? files->cap * 2 : 8;
		files->changes = xrealloc(files->changes, files->cap * sizeof *files->changes);
	}
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

/* The trailers that the commit ought to have are made anew and must stand in its message as they are. */
static void check_trailers(struct verifying *v, const char *id, const struct commit_text *c, const git_oid *parent_tree)
{
	struct changed_files files = {.v = v};
	struct buf path = BUF_INIT;
	struct buf want = BUF_INIT;
	if (tree_diff(v->h, parent_tree, &c->tree, &path, collect_change, &files, NULL) == 0) {
		if (files.count)
			qsort(files.changes, files.count, sizeof *files.changes, compare_paths);
		commit_record_trailers(files.changes, files.count, &want);
		const char *at = strstr(c->message, files.count > HISTORY_BULK ? "\nGenba-Bulk: " : "\nGenba-Record: ");
		if (files.count && (!at || strncmp(at + 1, want.data, want.len) != 0))
			found(v, _("commit %.10s: what it says it changed is not what it changed"), id);
		size_t n;
		if (at && strlen(at) > want.len && commit_trailer(at + 1 + want.len, "Genba-Record", NULL, &n))
			found(v, _("commit %.10s says that it changed more than it did"), id);
	}
	for (size_t i = 0; i < files.count; i++) {
		free((void *)(uintptr_t)files.changes[i].path);
		free((void *)(uintptr_t)files.changes[i].text);
	}
	free(files.changes);
	buf_release(&want);
	buf_release(&path);
}

static void check_commit(struct verifying *v, const git_oid *id)
{
	char hex[HISTORY_ID];
	struct commit_text c;
	struct buf raw = BUF_INIT;
	git_oid_tostr(hex, sizeof hex, id);
	if (commit_read(v->h, id, &c, &raw, NULL) < 0) {
		buf_release(&raw);
		return; /* reported with the objects */
	}
	v->counts->commits++;
	check_signature(v, hex, &c);
	check_chain(v, hex, &c);
	if (c.parent_count) {
		struct commit_text parent;
		struct buf parent_raw = BUF_INIT;
		if (commit_read(v->h, &c.parents[0], &parent, &parent_raw, NULL) == 0) {
			check_trailers(v, hex, &c, &parent.tree);
			commit_text_release(&parent);
		}
		buf_release(&parent_raw);
	} else {
		check_trailers(v, hex, &c, NULL);
	}
	commit_text_release(&c);
	buf_release(&raw);
}

/* Commits from HEAD back; the table of commits must hold exactly them. */
static int check_commits(struct verifying *v)
{
	char head[HISTORY_ID];
	if (history_head(v->h, head, v->err) < 0)
		return -1;
	git_repository *repository = history_repository(v->h, v->err);
	git_revwalk *walk = NULL;
	git_oid id;
	git_oid_fromstr(&id, head);
	if (!repository || git_revwalk_new(&walk, repository) < 0 || git_revwalk_push(walk, &id) < 0) {
		git_revwalk_free(walk);
		found(v, _("the last commit %.10s cannot be read"), head);
		return 0;
	}
	uint64_t listed = 0;
	uint64_t met = 0;
	int rc = 0;
	int step = 0;
	history_count(v->h, &listed, NULL);
	while (rc == 0 && (step = git_revwalk_next(&id, walk)) == 0) {
		met++;
		check_commit(v, &id);
		rc = progress_step(v->progress, _("commits and signatures"), met, listed, v->err);
	}
	git_revwalk_free(walk);
	flush_batch(v);
	if (rc == 0 && step != GIT_ITEROVER)
		found(v, _("the chain of commits breaks off after %llu"), (unsigned long long)met);
	if (rc == 0 && met != listed)
		found(v, _("%llu commits are reachable, but %llu are listed"), (unsigned long long)met, (unsigned long long)listed);
	return rc;
}

int history_verify(struct history *h, history_key_fn key, void *key_ctx, const struct progress *progress,
                   void (*finding)(void *ctx, const char *text), void *finding_ctx, struct history_verified *counts,
                   struct err *err)
{
	memset(counts, 0, sizeof *counts);
	struct verifying *v = xcalloc(1, sizeof *v);
	*v = (struct verifying){.h = h, .key = key, .key_ctx = key_ctx, .progress = progress, .finding = finding,
	                        .finding_ctx = finding_ctx, .counts = counts, .err = err};
	int rc = load_ids(v);
	if (rc == 0)
		rc = check_objects(v);
	if (rc == 0)
		rc = check_commits(v);
	free(v->ids);
	free(v);
	return rc;
}
