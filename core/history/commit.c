/* Making a commit: the tree's changes, trailers and parents become signed git objects. */
#include "base/sha256.h"
#include "history/history_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void sha256_hex(const void *bytes, size_t n, struct buf *hex)
{
	unsigned char digest[32];
	sha256_of(bytes, n, digest);
	buf_addhex(hex, digest, sizeof digest);
}

static int compare_changes(const void *a, const void *b)
{
	return strcmp(((const struct history_change *)a)->path, ((const struct history_change *)b)->path);
}

/* What git and we allow: no empty, "." or ".." part, nothing hidden, no control character, not too long. */
static int check_path(const char *path, struct err *err)
{
	size_t n = strlen(path);
	int ok = n > 0 && n <= 200;
	for (const char *part = path; ok; part += strcspn(part, "/") + 1) {
		size_t size = strcspn(part, "/");
		ok = size > 0 && part[0] != '.';
		if (part[size] == '\0')
			break;
	}
	for (const char *p = path; ok && *p; p++)
		ok = (unsigned char)*p >= 0x20 && *p != 0x7F && *p != '\\' && *p != ':';
	return ok ? 0 : err_set(err, ERR_INVALID, _("'%s' is not a path for the history"), path);
}

/* ---- trailers of records */

void record_trailers_add(struct record_trailers *t, const char *path, const void *text, size_t n)
{
	size_t begin = t->lines.len;
	buf_adds(&t->lines, path);
	buf_adds(&t->lines, text ? " sha256:" : " removed");
	if (text)
		sha256_hex(text, n, &t->lines);
	buf_addc(&t->lines, '\n');
	t->count++;
	if (t->count <= HISTORY_BULK)
		return;
	if (t->count == HISTORY_BULK + 1) { /* too many to name: those so far, too */
		sha256_begin(&t->list);
		begin = 0;
	}
	sha256_add(&t->list, t->lines.data + begin, t->lines.len - begin);
	buf_clear(&t->lines);
}

void record_trailers_put(struct record_trailers *t, struct buf *out)
{
	unsigned char digest[32];
	if (t->count > HISTORY_BULK) {
		sha256_end(&t->list, digest);
		buf_addf(out, "Genba-Bulk: %zu sha256:", t->count);
		buf_addhex(out, digest, sizeof digest);
		buf_addc(out, '\n');
	}
	for (const char *line = t->lines.data; t->count <= HISTORY_BULK && *line;) {
		size_t n = strcspn(line, "\n") + 1;
		buf_adds(out, "Genba-Record: ");
		buf_add(out, line, n);
		line += n;
	}
}

void record_trailers_clear(struct record_trailers *t)
{
	buf_clear(&t->lines);
	t->count = 0;
}

static void add_record_trailers(const struct history_change *changes, size_t count, struct buf *out)
{
	struct record_trailers t = RECORD_TRAILERS_INIT;
	for (size_t i = 0; i < count; i++)
		record_trailers_add(&t, changes[i].path, changes[i].text, changes[i].size);
	record_trailers_put(&t, out);
	buf_release(&t.lines);
}

static int add_parent(struct history *h, const git_oid *id, struct buf *headers, struct buf *trailers, struct err *err)
{
	char hex[HISTORY_ID];
	struct buf raw = BUF_INIT;
	if (object_read(h, id, NULL, &raw, err) < 0)
		return -1;
	buf_addf(headers, "parent %s\n", git_oid_tostr(hex, sizeof hex, id));
	buf_adds(trailers, "Genba-Prev: sha256:");
	sha256_hex(raw.data, raw.len, trailers);
	buf_addc(trailers, '\n');
	buf_release(&raw);
	return 0;
}

/* A name or mail as git's header allows it. */
static void add_clean(struct buf *out, const char *text)
{
	size_t start = out->len;
	for (; *text; text++)
		if ((unsigned char)*text >= 0x20 && *text != 0x7F && !strchr("<>", *text))
			buf_addc(out, *text);
	if (out->len == start)
		buf_addc(out, '?');
}

static void add_person(struct buf *out, const char *header, const struct history_meta *meta)
{
	int minutes = meta->when.offset < 0 ? -meta->when.offset : meta->when.offset;
	buf_addf(out, "%s ", header);
	add_clean(out, meta->author_name);
	buf_adds(out, " <");
	add_clean(out, meta->author_mail);
	buf_addf(out, "> %lld %c%02d%02d\n", (long long)meta->when.seconds, meta->when.offset < 0 ? '-' : '+',
	         minutes / 60, minutes % 60);
}

/* Puts the signature in as the folded header `gpgsig`, behind the other headers. */
static int sign_commit(const struct buf *headers, const struct buf *message, const struct history_signer *signer,
                       struct buf *raw, struct err *err)
{
	struct buf payload = BUF_INIT;
	struct buf armour = BUF_INIT;
	buf_add(&payload, headers->data, headers->len);
	buf_addc(&payload, '\n');
	buf_add(&payload, message->data, message->len);
	int rc = sshsig_sign("git", payload.data, payload.len, signer, &armour, err);
	buf_add(raw, headers->data, headers->len);
	buf_adds(raw, "gpgsig ");
	for (const char *p = armour.data; *p; p++) {
		buf_addc(raw, *p);
		if (*p == '\n')
			buf_addc(raw, ' ');
	}
	buf_adds(raw, "\n\n");
	buf_add(raw, message->data, message->len);
	buf_release(&armour);
	buf_release(&payload);
	return rc;
}

/* The commit's row, with its parents' rows, and which paths it touched. */
int commit_index(struct history *h, const git_oid *id, const git_oid parents[2], unsigned parent_count,
                 const struct history_change *changes, size_t count, int64_t seconds, struct err *err)
{
	sqlite3_stmt *s = history_statement(h, HISTORY_COMMIT_PUT, err);
	if (!s)
		return -1;
	sqlite3_bind_blob(s, 1, id->id, GIT_OID_RAWSZ, SQLITE_STATIC);
	sqlite3_bind_int64(s, 2, seconds);
	for (unsigned i = 0; i < parent_count; i++)
		sqlite3_bind_blob(s, 3 + (int)i, parents[i].id, GIT_OID_RAWSZ, SQLITE_STATIC);
	int rc = sqlite3_step(s) == SQLITE_DONE ? 0 : history_sql_error(h, _("write"), err);
	sqlite3_reset(s);
	sqlite3_int64 row = sqlite3_last_insert_rowid(h->db);
	for (size_t i = 0; i < count && rc == 0; i++) {
		s = history_statement(h, HISTORY_TOUCH_PUT, err);
		if (!s)
			return -1;
		sqlite3_bind_text(s, 1, changes[i].path, -1, SQLITE_STATIC);
		sqlite3_bind_int64(s, 2, row);
		rc = sqlite3_step(s) == SQLITE_DONE ? 0 : history_sql_error(h, _("write"), err);
		sqlite3_reset(s);
	}
	return rc;
}

int commit_set_branch(struct history *h, const char *id, struct err *err)
{
	sqlite3_stmt *s = history_statement(h, HISTORY_REF_PUT, err);
	if (!s)
		return -1;
	sqlite3_bind_text(s, 1, HISTORY_BRANCH, -1, SQLITE_STATIC);
	sqlite3_bind_text(s, 2, id, -1, SQLITE_STATIC);
	sqlite3_bind_null(s, 3);
	int rc = sqlite3_step(s) == SQLITE_DONE ? 0 : history_sql_error(h, _("write"), err);
	sqlite3_reset(s);
	return rc;
}

static void add_message(struct buf *message, const struct history_meta *meta)
{
	add_clean(message, meta->subject);
	buf_addf(message, "\n\nGenba-Action: %s\n", meta->action);
	if (meta->step)
		buf_addf(message, "Genba-Step: %s\n", meta->step);
	for (size_t i = 0; i < meta->extra_count; i++)
		buf_addf(message, "%s\n", meta->extra_trailers[i]);
}

/* What a commit is made of, step by step. */
struct commit_making {
	struct history *h;
	struct err *err;
	struct history_change *changes; /* sorted by path */
	size_t count;
	git_oid parent[2]; /* HEAD, if there is one, and what is merged */
	unsigned parent_count;
	git_oid head_tree;
	git_oid tree;
	struct buf parents; /* header lines */
	struct buf prev;    /* trailer lines */
	struct buf headers;
	struct buf message;
	struct buf raw;
};

static int sort_changes(struct commit_making *m, const struct history_change *changes, size_t count)
{
	m->changes = xcalloc(count, sizeof *m->changes);
	m->count = count;
	if (count)
		memcpy(m->changes, changes, count * sizeof *m->changes);
	qsort(m->changes, count, sizeof *m->changes, compare_changes);
	for (size_t i = 0; i < count; i++) {
		if (check_path(m->changes[i].path, m->err) < 0)
			return -1;
		if (i > 0 && strcmp(m->changes[i - 1].path, m->changes[i].path) == 0)
			return err_set(m->err, ERR_INVALID, _("'%s' is changed twice in one commit"),
			               m->changes[i].path);
	}
	return 0;
}

static int find_parents(struct commit_making *m, const char *merge_parent)
{
	struct err none = ERR_INIT;
	char head[HISTORY_ID];
	int has_head = history_head(m->h, head, &none) == 0;
	if (!has_head && none.code != ERR_NOT_FOUND)
		return err_take(m->err, &none);
	if (has_head) {
		struct commit_text before;
		struct buf text = BUF_INIT;
		git_oid_fromstr(&m->parent[m->parent_count++], head);
		int rc = commit_read(m->h, &m->parent[0], &before, &text, m->err);
		buf_release(&text);
		if (rc < 0)
			return -1;
		m->head_tree = before.tree;
		commit_text_release(&before);
		if (add_parent(m->h, &m->parent[0], &m->parents, &m->prev, m->err) < 0)
			return -1;
	}
	if (!merge_parent)
		return 0;
	git_oid *merged = &m->parent[m->parent_count];
	if (!has_head || git_oid_fromstr(merged, merge_parent) < 0)
		return err_set(m->err, ERR_INVALID, _("'%s' is not a commit"), merge_parent);
	m->parent_count++;
	return add_parent(m->h, merged, &m->parents, &m->prev, m->err);
}

/* 1, 0, or -1: bytes made to have that id without being the same are refused, as where they are written. */
static int has_id(struct commit_making *m, const struct history_change *change, const git_oid *id)
{
	git_oid is;
	object_id(GIT_OBJECT_BLOB, change->text, change->size, &is);
	if (!git_oid_equal(&is, id))
		return 0;
	return git_odb_hash(&is, change->text, change->size, GIT_OBJECT_BLOB) < 0
	           ? history_git_error(m->err, _("hash an object"))
	           : 1;
}

/* A file that stays as it is was not changed, and the trailers must not say so. */
static int drop_unchanged(struct commit_making *m)
{
	size_t kept = 0;
	for (size_t i = 0; i < m->count; i++) {
		struct tree_entry before;
		struct err why = ERR_INIT;
		const struct history_change *change = &m->changes[i];
		int there =
		    m->parent_count && tree_find(m->h, &m->head_tree, change->path, MODE_FILE, &before, &why) == 0;
		if (m->parent_count && !there && why.code != ERR_NOT_FOUND)
			return err_take(m->err, &why);
		int same = change->text && there ? has_id(m, change, &before.id) : !change->text && !there;
		if (same < 0)
			return -1;
		if (!same)
			m->changes[kept++] = *change;
	}
	m->count = kept;
	return 0;
}

static int write_commit(struct commit_making *m, const struct history_meta *meta, const struct history_signer *signer,
                        git_oid *id)
{
	char hex[HISTORY_ID];
	buf_addf(&m->headers, "tree %s\n%s", git_oid_tostr(hex, sizeof hex, &m->tree), m->parents.data);
	add_person(&m->headers, "author", meta);
	add_person(&m->headers, "committer", meta);
	add_message(&m->message, meta);
	add_record_trailers(m->changes, m->count, &m->message);
	buf_add(&m->message, m->prev.data, m->prev.len);
	if (sign_commit(&m->headers, &m->message, signer, &m->raw, m->err) < 0)
		return -1;
	return object_write(m->h, GIT_OBJECT_COMMIT, m->raw.data, m->raw.len, m->parent_count ? &m->parent[0] : NULL,
	                    id, m->err);
}

int history_commit(struct history *h, const struct history_change *changes, size_t count,
                   const struct history_meta *meta, const struct history_signer *signer, char id[HISTORY_ID],
                   struct err *err)
{
	struct commit_making m = {.h = h, .err = err};
	struct buf *const texts[] = {&m.parents, &m.prev, &m.headers, &m.message, &m.raw};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		buf_init(texts[i]);
	git_oid made;
	int rc = sort_changes(&m, changes, count);
	if (rc == 0)
		rc = find_parents(&m, meta->merge_parent);
	if (rc == 0 && !meta->whole_tree)
		rc = drop_unchanged(&m);
	if (rc == 0)
		rc = tree_edit(h, m.parent_count && !meta->whole_tree ? &m.head_tree : NULL, m.changes, m.count,
		               &m.tree, err);
	if (rc == 0)
		rc = write_commit(&m, meta, signer, &made);
	if (rc == 0)
		rc = commit_index(h, &made, m.parent, m.parent_count, m.changes, m.count, meta->when.seconds, err);
	if (rc == 0) {
		git_oid_tostr(id, HISTORY_ID, &made);
		rc = commit_set_branch(h, id, err);
	}
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		buf_release(texts[i]);
	free(m.changes);
	return rc;
}
