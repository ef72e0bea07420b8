/*
 * Verification of the history: ids and tables, then one pass over the objects in
 * the order of writing. A commit is checked when its object was read, while what
 * it changed is still in memory; its signature waits for another processor.
 * Slices end between two rows; no statement stays open between them, since it
 * would keep checkpoints and VACUUM out.
 */
#include "history/verify_private.h"

#include "base/progress.h"
#include "history/exchange.h"

#include <limits.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define COMMIT_UNITS 4 /* a commit costs as much as that many objects; a file that it changed as much as one */
#define STEP_UNITS   256

void history_found(struct history_check *k, const char *format, ...)
{
	struct buf b = BUF_INIT;
	va_list args;
	va_start(args, format);
	buf_addv(&b, format, args);
	va_end(args);
	if (k->spec.finding)
		k->spec.finding(k->spec.ctx, b.data);
	buf_release(&b);
}

static int one_number(struct history_check *k, const char *sql, int64_t *value, struct err *err)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(k->h->db, sql, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW ? 0 : -1;
	*value = rc == 0 ? sqlite3_column_int64(s, 0) : 0;
	if (rc < 0)
		history_sql_error(k->h, _("read"), err);
	sqlite3_finalize(s);
	return rc;
}

struct history_check *history_check_begin(struct history *h, const struct history_check_spec *spec, struct err *err)
{
	struct history_check *k = xcalloc(1, sizeof *k);
	k->h = h;
	k->spec = *spec;
	if (one_number(k, "SELECT coalesce(max(n), 0) FROM git_object", &k->last_object, err) < 0 ||
	    one_number(k, "SELECT coalesce(max(n), 0) FROM git_commit", &k->last_commit, err) < 0 ||
	    history_head(h, k->head, err) < 0) {
		free(k);
		return NULL;
	}
	int64_t commits = 0;
	int64_t strange = 0;
	if (one_number(k, "SELECT count(*) FROM git_commit", &commits, err) < 0 ||
	    one_number(k, "SELECT count(*) FROM git_object WHERE n < 1 OR n > 1099511627776", &strange, err) < 0) {
		free(k);
		return NULL;
	}
	if (strange) /* objects are looked at from number 1 on, and one at the end of all leaves no room behind it */
		history_found(k,
		              P_("%lld object has an impossible number", "%lld objects have impossible numbers",
		                 (unsigned long long)strange),
		              (long long)strange);
	if (k->last_commit != commits) { /* the numbers are dense; one out of the air must not be counted up to */
		history_found(k, _("the table of commits has %lld rows, the last one with the number %lld"),
		              (long long)commits, (long long)k->last_commit);
		k->last_commit = commits;
	}
	object_index_free(h->index); /* of a check that was begun and is not finished */
	h->index = object_index_new();
	size_t room = (size_t)k->last_commit + 1;
	k->reachable = xcalloc(room, 1);
	k->commits = xcalloc(room, sizeof *k->commits);
	k->touched = xcalloc(room, sizeof *k->touched);
	randombytes_buf(k->touch_key, sizeof k->touch_key);
	k->now = (struct commit_check){
	    .text = {.payload = BUF_INIT}, .walk = TREE_DIFF_INIT, .trailers = RECORD_TRAILERS_INIT};
	k->signatures = signature_pool_new(history_may_thread);
	return k;
}

/* ---- the ids of all objects */

static int step_ids(struct history_check *k, unsigned units, struct err *err)
{
	sqlite3_stmt *s = history_statement(k->h, HISTORY_CHECK_IDS, err);
	if (!s)
		return -1;
	sqlite3_bind_int64(s, 1, k->at);
	sqlite3_bind_int64(s, 2, k->last_object);
	sqlite3_bind_int64(s, 3, (sqlite3_int64)units * 16);
	int rc;
	unsigned rows = 0;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		rows++;
		k->at = sqlite3_column_int64(s, 0);
		int type = sqlite3_column_int(s, 2);
		k->commit_objects += type == GIT_OBJECT_COMMIT;
		if (sqlite3_column_bytes(s, 1) == GIT_OID_RAWSZ && type >= GIT_OBJECT_COMMIT && type <= GIT_OBJECT_TAG)
			object_index_add(k->h->index, sqlite3_column_blob(s, 1), k->at, (git_object_t)type);
	}
	int failed = rc != SQLITE_DONE && history_sql_error(k->h, _("read"), err) < 0;
	sqlite3_reset(s);
	if (failed)
		return -1;
	return rows > 0;
}

/* ---- objects: digest, form, and that what they name is there */

/*
 * 1 if the entry of `n` bytes at `at` stands in the same bytes in the tree that this one is a delta of, where it was
 * checked. `*q` is where that tree was read to: always between two entries. Both are in order.
 */
static int was_checked(const char *at, size_t n, const struct tree_entry *entry, const char **q, const char *end)
{
	struct tree_entry before;
	for (const char *next = *q; *q < end; *q = next) {
		if ((size_t)(end - *q) >= n && memcmp(*q, at, n) == 0) {
			*q += n;
			return 1;
		}
		if (tree_next(&next, end, &before) != 1 || tree_compare(&before, entry) > 0)
			return 0;
	}
	return 0;
}

static void check_entry(struct history_check *k, const char *id, const struct tree_entry *entry)
{
	char hex[HISTORY_ID];
	git_object_t type;
	if (!object_index_find(k->h->index, &entry->id, NULL, &type))
		history_found(k, _("tree %.10s names %s, but the object %.10s is missing"), id, entry->name,
		              git_oid_tostr(hex, sizeof hex, &entry->id));
	else if (type != (entry->mode == MODE_FOLDER ? GIT_OBJECT_TREE : GIT_OBJECT_BLOB))
		history_found(k, _("tree %.10s names %s, but the object %.10s is of another type"), id, entry->name,
		              git_oid_tostr(hex, sizeof hex, &entry->id));
}

/* `base`: what its row is a delta of, or NULL. Its row comes before: it was checked in this same pass. */
static void check_tree(struct history_check *k, const char *id, const struct object_raw *raw,
                       const struct object_raw *base)
{
	const char *p = raw->data;
	const char *q = base && base->type == GIT_OBJECT_TREE ? base->data : NULL;
	const char *base_end = q ? base->data + base->size : NULL;
	struct tree_entry entry;
	if (!tree_is_canonical(raw->data, raw->size)) {
		history_found(k, _("tree %.10s has a wrong form"), id);
		return;
	}
	for (const char *at = p; tree_next(&p, raw->data + raw->size, &entry) == 1; at = p)
		if (!was_checked(at, (size_t)(p - at), &entry, &q, base_end))
			check_entry(k, id, &entry);
}

void check_commit_links(struct history_check *k, const char *id, const struct commit_text *c)
{
	git_object_t type;
	if (!object_index_find(k->h->index, &c->tree, NULL, &type) || type != GIT_OBJECT_TREE)
		history_found(k, _("commit %.10s: its tree is missing"), id);
	for (unsigned i = 0; i < c->parent_count; i++)
		if (!object_index_find(k->h->index, &c->parents[i], NULL, &type) || type != GIT_OBJECT_COMMIT)
			history_found(k, _("commit %.10s: its parent is missing"), id);
}

/* A commit that no table lists; the others are looked at in the order of their numbers. */
static void check_unlisted(struct history_check *k, const char *id, const struct object_raw *raw)
{
	struct commit_text c;
	struct err why = ERR_INIT;
	if (commit_text_parse(&c, raw->data, raw->size, &why) < 0) {
		history_found(k, "%.10s: %s", id, why.message);
		return;
	}
	check_commit_links(k, id, &c);
	commit_text_release(&c);
}

/* What is wrong with an object whose bytes were unpacked. */
static void check_raw(struct history_check *k, const git_oid *id, const struct object_raw *raw,
                      const struct object_raw *base)
{
	char hex[HISTORY_ID];
	git_oid is;
	git_oid_tostr(hex, sizeof hex, id);
	object_id(raw->type, raw->data, raw->size, &is);
	if (!git_oid_equal(&is, id))
		history_found(k, _("object %.10s: its content does not fit its id"), hex);
	else if (raw->type == GIT_OBJECT_TREE)
		check_tree(k, hex, raw, base);
	else if (raw->type == GIT_OBJECT_COMMIT && object_index_commit(k->h->index, id) == 0)
		check_unlisted(k, hex, raw);
	else if (raw->type == GIT_OBJECT_TAG)
		history_found(k, _("object %.10s is a tag, which genba never writes"), hex);
}

static void check_object(struct history_check *k, sqlite3_stmt *s)
{
	char hex[HISTORY_ID];
	git_oid id;
	struct err why = ERR_INIT;
	struct object_raw *base = NULL;
	if (sqlite3_column_bytes(s, 6) != GIT_OID_RAWSZ) {
		history_found(k, _("an object has an impossible id"));
		return;
	}
	git_oid_fromraw(&id, sqlite3_column_blob(s, 6));
	struct object_raw *raw = object_unpack(k->h, s, &base, &why);
	if (raw)
		check_raw(k, &id, raw, base);
	else
		history_found(k, "%.10s: %s", git_oid_tostr(hex, sizeof hex, &id), why.message);
	object_raw_drop(base);
	object_raw_drop(raw);
}

/* Commits up to that number whose objects were read, in the order of their numbers. 1: the slice is used up. */
static int check_commits(struct history_check *k, int64_t row, unsigned *left)
{
	while (k->commits_done < k->last_commit && k->commits[k->commits_done + 1].object <= row) {
		if (*left == 0)
			return 1;
		int begins = !k->now.number;
		if (check_commit(k, k->commits_done + 1, left) == 0)
			k->commits_done++;
		if (begins)
			*left -= *left < COMMIT_UNITS ? *left : COMMIT_UNITS;
	}
	return 0;
}

static int step_objects(struct history_check *k, unsigned units, struct err *err)
{
	if (check_commits(k, k->at, &units) || units == 0)
		return 1;
	/* in the order of writing: the base of a delta was just read */
	sqlite3_stmt *s = history_statement(k->h, HISTORY_CHECK_OBJECTS, err);
	if (!s)
		return -1;
	sqlite3_bind_int64(s, 1, k->at);
	sqlite3_bind_int64(s, 2, k->last_object);
	sqlite3_bind_int64(s, 3, units);
	int rc = SQLITE_DONE;
	unsigned rows = 0;
	while (units > 0 && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		rows++;
		units--;
		k->at = sqlite3_column_int64(s, 0);
		k->counts.objects++;
		check_object(k, s);
		check_commits(k, k->at, &units);
	}
	int failed = rc != SQLITE_DONE && rc != SQLITE_ROW && history_sql_error(k->h, _("read"), err) < 0;
	sqlite3_reset(s);
	return failed ? -1 : rows > 0;
}

/* ---- what is left at the end */

/* The tables that lists and logs are read from hold exactly what the commits say. */
static void check_tables(struct history_check *k)
{
	if (k->touched_rows != k->touches)
		history_found(k, _("the table of touched paths has %lld rows, the commits have %lld changes"),
		              (long long)k->touched_rows, (long long)k->touches);
	if (k->commit_objects != k->last_commit)
		history_found(k, _("the history has %lld commits, but lists %lld"), (long long)k->commit_objects,
		              (long long)k->last_commit);
}

/* Commits without an object that was read, or that lie behind one in their numbers. */
static int step_rest(struct history_check *k, unsigned units)
{
	if (check_commits(k, INT64_MAX, &units))
		return 1;
	check_tables(k);
	return 0;
}

static int phase_step(struct history_check *k, unsigned units, struct err *err)
{
	switch (k->phase) {
	case CHECK_IDS:
		return step_ids(k, units, err);
	case CHECK_LIST:
		return check_list(k, units, err);
	case CHECK_TOUCHED:
		return check_touched_table(k, units, err);
	case CHECK_OBJECTS:
		return step_objects(k, units, err);
	case CHECK_REST:
		return step_rest(k, units);
	case CHECK_DONE:
		break;
	}
	return 0;
}

int history_check_step(struct history_check *k, unsigned units, struct err *err)
{
	int rc = phase_step(k, units, err);
	if (rc != 0 || k->phase == CHECK_DONE)
		return rc;
	if (k->phase == CHECK_LIST)
		check_mark_reachable(k);
	k->phase++;
	k->at = 0;
	return k->phase != CHECK_DONE;
}

static void take_signature(void *ctx, const char *id, int good)
{
	struct history_check *k = ctx;
	if (good)
		k->counts.signatures++;
	else
		history_found(k, _("commit %.10s: its signature does not fit"), id);
}

int history_check_signatures(struct history_check *k)
{
	int more = signature_pool_help(k->signatures);
	signature_pool_each(k->signatures, take_signature, k);
	return more;
}

void history_check_state(const struct history_check *k, uint64_t *done, uint64_t *total)
{
	*total = (uint64_t)k->last_object + COMMIT_UNITS * (uint64_t)k->last_commit + (uint64_t)k->touched_rows;
	*done = k->counts.objects + COMMIT_UNITS * (uint64_t)k->commits_done + (uint64_t)k->touches + k->now.count;
	if (k->phase == CHECK_DONE)
		*done = *total;
	if (*done > *total)
		*done = *total;
}

void history_check_end(struct history_check *k, struct history_verified *counts)
{
	if (!k)
		return;
	if (counts)
		*counts = k->counts;
	check_commit_leave(k);
	signature_pool_free(k->signatures);
	object_index_free(k->h->index);
	k->h->index = NULL;
	sqlite3_value_free(k->touch_at[0]);
	sqlite3_value_free(k->touch_at[1]);
	free(k->touched);
	free(k->commits);
	free(k->reachable);
	free(k);
}

int history_verify(struct history *h, const struct history_check_spec *spec, const struct progress *progress,
                   struct history_verified *counts, struct err *err)
{
	memset(counts, 0, sizeof *counts);
	struct history_check *k = history_check_begin(h, spec, err);
	if (!k)
		return -1;
	int rc;
	while ((rc = history_check_step(k, STEP_UNITS, err)) == 1) {
		uint64_t done;
		uint64_t total;
		history_check_state(k, &done, &total);
		if (progress_step(progress, _("history"), done, total, err) < 0) {
			rc = -1;
			break;
		}
	}
	while (rc == 0 && history_check_signatures(k) == 1)
		;
	history_check_end(k, counts);
	return rc;
}

/* The rows of new commits are the last ones: nothing was written since. */
int history_verify_commits(struct history *h, const char *tip, size_t count, const struct history_check_spec *spec,
                           struct err *err)
{
	struct history_check *k = history_check_begin(h, spec, err);
	if (!k)
		return -1;
	snprintf(k->head, sizeof k->head, "%s", tip);
	free(k->touched); /* a few commits: the table is asked */
	k->touched = NULL;
	int rc = 1;
	while (rc == 1 && k->phase < CHECK_TOUCHED)
		rc = history_check_step(k, STEP_UNITS, err);
	for (int64_t n = k->last_commit - (int64_t)count + 1; n <= k->last_commit && rc == 1; n++)
		for (unsigned left = UINT_MAX; check_commit(k, n, &left) == 1;)
			left = UINT_MAX;
	while (rc == 1 && history_check_signatures(k) == 1)
		;
	history_check_end(k, NULL);
	return rc == 1 ? 0 : -1;
}
