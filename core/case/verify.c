#include "case/verify.h"

#include "base/json.h"
#include "case/case_private.h"
#include "history/sshsig.h"

#include <stdlib.h>
#include <string.h>

struct checking {
	struct case_file *c;
	verify_fn finding;
	void *ctx;
	struct verify_report *report;
	const struct progress *progress;
	struct err *err;
	const char *part;
	json_t *keys;  /* public line -> commit number from which on it counts, as an integer */
	uint64_t seen; /* records met in the tree */
};

__attribute__((format(printf, 2, 3))) static void found(struct checking *k, const char *format, ...)
{
	struct buf b = BUF_INIT;
	va_list args;
	va_start(args, format);
	buf_addv(&b, format, args);
	va_end(args);
	k->report->findings++;
	if (k->finding)
		k->finding(k->ctx, k->part, b.data);
	buf_release(&b);
}

static void found_text(void *ctx, const char *text)
{
	struct checking *k = ctx;
	found(k, "%s", text);
}

/* ---- records against the tree of the last commit */

/* Every file of the tree must be the row of its record, byte for byte. */
static int check_tree_file(void *ctx, const char *path, const void *text, size_t n)
{
	struct checking *k = ctx;
	size_t length = strlen(path);
	if (!strchr(path, '/'))
		return 0;
	if (length < 42 || strcmp(path + length - 5, ".json") != 0) {
		found(k, _("the tree holds '%s', which is no record"), path);
		return 0;
	}
	char id[37];
	snprintf(id, sizeof id, "%.36s", path + length - 41);
	k->seen++;
	sqlite3_stmt *s = case_statement(k->c, CASE_RECORD_BY_ID, k->err);
	if (!s)
		return -1;
	sqlite3_bind_text(s, 1, id, -1, SQLITE_STATIC);
	if (sqlite3_step(s) != SQLITE_ROW)
		found(k, _("%s is in the history, but not among the records"), path);
	else if ((size_t)sqlite3_column_bytes(s, 5) != n || memcmp(sqlite3_column_text(s, 5), text, n) != 0)
		found(k, _("the record %s differs from the history's %s"), (const char *)sqlite3_column_text(s, 3), path);
	sqlite3_reset(s);
	return progress_step(k->progress, _("records"), k->seen, 0, k->err);
}

/* One record's row: canonical text, its columns, its label, its texts. */
static void check_row(struct checking *k, sqlite3_stmt *s)
{
	const char *label = (const char *)sqlite3_column_text(s, 0);
	const char *id = (const char *)sqlite3_column_text(s, 1);
	const char *kind = (const char *)sqlite3_column_text(s, 2);
	struct err why = ERR_INIT;
	json_t *object = json_parse_canonical((const char *)sqlite3_column_text(s, 4), (size_t)sqlite3_column_bytes(s, 4), &why);
	if (!object) {
		found(k, "%s: %s", label, why.message);
		return;
	}
	const char *fields[][2] = {{"label", label}, {"id", id}, {"kind", kind}};
	for (size_t i = 0; i < 3; i++) {
		const char *value = json_get_string(object, fields[i][0]);
		if (!value || strcmp(value, fields[i][1]) != 0)
			found(k, _("%s: the record's %s does not fit its row"), label, fields[i][0]);
	}
	if (record_is_retracted(object) != sqlite3_column_int(s, 3))
		found(k, _("%s: the row says otherwise than the record whether it was retracted"), label);
	const char *name;
	json_t *value;
	json_object_foreach(object, name, value) {
		const char *stored = json_string_value(value);
		if (!stored || !text_store_is_digest(stored, NULL))
			continue;
		struct buf text = BUF_INIT;
		struct err inner = ERR_INIT;
		k->report->texts++;
		if (text_store_get(k->c, stored, &text, &inner) < 0 && inner.code != ERR_NOT_FOUND)
			found(k, "%s: %s: %s", label, name, inner.message);
		buf_release(&text);
	}
	json_decref(object);
}

static int check_records(struct checking *k)
{
	sqlite3_stmt *s = NULL;
	k->part = _("records");
	if (sqlite3_prepare_v2(k->c->db, "SELECT label, id, kind, retracted, json FROM record ORDER BY n", -1, &s, NULL) != SQLITE_OK)
		return case_sql_error(k->c, _("list records"), k->err);
	int rc;
	int result = 0;
	while (result == 0 && (rc = sqlite3_step(s)) != SQLITE_DONE) {
		if (rc != SQLITE_ROW) {
			struct err why = ERR_INIT;
			case_sql_error(k->c, _("list records"), &why);
			found(k, "%s", why.message);
			break;
		}
		check_row(k, s);
		k->report->records++;
		result = progress_step(k->progress, _("records"), k->report->records, 0, k->err);
	}
	sqlite3_finalize(s);
	if (result < 0)
		return -1;
	char head[HISTORY_ID];
	struct err why = ERR_INIT;
	k->seen = 0;
	if (history_head(k->c->history, head, &why) < 0 ||
	    history_tree_walk(k->c->history, head, check_tree_file, k, &why) < 0) {
		if (why.code == ERR_CANCELLED)
			return err_set(k->err, ERR_CANCELLED, "%s", why.message);
		found(k, "%s", why.message);
	} else if (k->seen != k->report->records) {
		found(k, _("the tree of the last commit holds %llu records, the tables %llu"), (unsigned long long)k->seen,
		      (unsigned long long)k->report->records);
	}
	return 0;
}

/* ---- signatures against the responders known at that point */

static int collect_key(void *ctx, json_t *record)
{
	struct checking *k = ctx;
	const char *line = json_get_string(record, "key");
	unsigned char key[32];
	char hex[65];
	if (!line || ssh_public_parse(line, key, NULL) < 0)
		return 0;
	struct buf b = BUF_INIT;
	buf_addhex(&b, key, 32);
	snprintf(hex, sizeof hex, "%s", b.data);
	buf_release(&b);
	struct buf path = BUF_INIT;
	record_path("responder", json_get_string(record, "id"), &path);
	json_object_set_new(k->keys, hex, json_string(path.data));
	buf_release(&path);
	return 0;
}

/*
 * A key counts from the commit on that made its responder known. That commit
 * itself must be signed by a key known before, but for the first of all.
 */
static int key_is_known(void *ctx, const char *commit, const char *parent, const unsigned char key[32])
{
	struct checking *k = ctx;
	struct buf hex = BUF_INIT;
	buf_addhex(&hex, key, 32);
	const char *path = json_get_string(k->keys, hex.data);
	int known = 0;
	struct buf text = BUF_INIT;
	if (path && history_read(k->c->history, parent ? parent : commit, path, &text, NULL) == 0) {
		json_t *record = json_parse(text.data, text.len, NULL);
		known = record && !json_object_get(record, "revoked");
		json_decref(record);
	}
	buf_release(&text);
	buf_release(&hex);
	return known;
}

static int check_history(struct checking *k)
{
	struct err why = ERR_INIT;
	struct history_verified counts = {0};
	k->part = _("history");
	k->keys = json_object();
	int rc = record_each(k->c, "responder", RECORD_RAW | RECORD_WITH_RETRACTED, collect_key, k, &why);
	if (rc == 0)
		rc = history_verify(k->c->history, key_is_known, k, k->progress, found_text, k, &counts, &why);
	json_decref(k->keys);
	k->report->commits = counts.commits;
	k->report->objects = counts.objects;
	k->report->signatures = counts.signatures;
	if (rc < 0 && why.code == ERR_CANCELLED)
		return err_set(k->err, ERR_CANCELLED, "%s", why.message);
	if (rc < 0)
		found(k, "%s", why.message);
	return 0;
}

/* Pages of the database, those that are only in the log too. */
static uint64_t page_count(struct case_file *c)
{
	sqlite3_stmt *s = NULL;
	uint64_t count = 0;
	if (sqlite3_prepare_v2(c->db, "PRAGMA page_count", -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
		count = (uint64_t)sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return count;
}

int case_verify(struct case_file *c, const struct progress *progress, verify_fn finding, void *ctx,
                struct verify_report *report, struct err *err)
{
	memset(report, 0, sizeof *report);
	struct checking k = {.c = c, .finding = finding, .ctx = ctx, .report = report, .progress = progress, .err = err};
	k.part = _("file");
	if (vault_check(c->vault, progress, found_text, &k, err) < 0)
		return -1;
	report->pages = page_count(c);
	if (*c->notice.data && strstr(c->notice.data, _("WARNING"))) {
		k.part = _("opening");
		found(&k, "%s", c->notice.data);
	}
	if (check_history(&k) < 0 || check_records(&k) < 0)
		return -1;
	return 0;
}
