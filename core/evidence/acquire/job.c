#include "evidence/acquire/job.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/file/pathname.h"
#include "base/i18n.h"
#include "base/json.h"
#include "evidence/image/digest.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* The head says what the job is about, so that it can be listed and gone on with; its key is only a digest of that. */
static void take_names(struct job *j)
{
	json_object_update(j->head, j->names);
}

static void keep_names(struct job *j, const char *source, const char *form, const char *folder, uint64_t split)
{
	struct buf text = BUF_INIT;
	j->names = json_object();
	pathname_encode(source, &text);
	json_object_set_new(j->names, "source", json_string(text.data));
	buf_clear(&text);
	pathname_encode(folder, &text);
	json_object_set_new(j->names, "folder", json_string(text.data));
	json_object_set_new(j->names, "form", json_string(form));
	json_object_set_new(j->names, "split", json_integer((json_int_t)split));
	buf_release(&text);
}

void job_init(struct job *j, struct case_file *c, const char *source, const char *form, const char *folder,
              uint64_t split)
{
	unsigned char digest[32];
	struct buf name = BUF_INIT;
	memset(j, 0, sizeof *j);
	j->c = c;
	j->head = json_object();
	keep_names(j, source, form, folder, split);
	take_names(j);
	buf_add(&name, source, strlen(source) + 1);
	buf_add(&name, form, strlen(form) + 1);
	buf_add(&name, folder, strlen(folder) + 1);
	buf_addf(&name, "%llu", (unsigned long long)split);
	crypto_generichash(digest, sizeof digest, (const unsigned char *)name.data, name.len, NULL, 0);
	sodium_bin2hex(j->key, sizeof j->key, digest, sizeof digest);
	buf_release(&name);
}

void job_release(struct job *j)
{
	json_decref(j->head);
	json_decref(j->names);
	j->head = j->names = NULL;
}

static int failed(struct job *j, struct err *err)
{
	int code = sqlite3_errcode(case_db(j->c)) & 0xFF;
	return err_set(err, code == SQLITE_FULL || code == SQLITE_READONLY ? ERR_NO_SPACE : ERR_FAILED,
	               _("cannot keep the state of the work in the case: %s"), sqlite3_errmsg(case_db(j->c)));
}

static sqlite3_stmt *prepare(struct job *j, const char *sql, struct err *err)
{
	sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(case_db(j->c), sql, -1, &s, NULL) != SQLITE_OK) {
		failed(j, err);
		return NULL;
	}
	sqlite3_bind_text(s, 1, j->key, -1, SQLITE_STATIC);
	return s;
}

static int finish(struct job *j, sqlite3_stmt *s, struct err *err)
{
	int rc = sqlite3_step(s) == SQLITE_DONE ? 0 : failed(j, err);
	sqlite3_finalize(s);
	return rc;
}

static int put(struct job *j, int64_t part, const void *data, size_t n, struct err *err)
{
	sqlite3_stmt *s = prepare(j, "INSERT OR REPLACE INTO work(key, part, data) VALUES(?1, ?2, ?3)", err);
	if (!s)
		return -1;
	sqlite3_bind_int64(s, 2, part);
	sqlite3_bind_blob64(s, 3, data, n, SQLITE_STATIC);
	return finish(j, s, err);
}

int job_load(struct job *j, struct buf *data, struct err *err)
{
	sqlite3_stmt *s = prepare(j, "SELECT part, data FROM work WHERE key = ?1 ORDER BY part", err);
	if (!s)
		return -1;
	int rc;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		const void *bytes = sqlite3_column_blob(s, 1);
		size_t n = (size_t)sqlite3_column_bytes(s, 1);
		j->there = 1;
		j->parts = sqlite3_column_int64(s, 0);
		if (j->parts == 0) {
			json_t *head = json_loadb(bytes, n, 0, NULL);
			if (json_is_object(head)) {
				json_decref(j->head);
				j->head = head;
				take_names(j);
			} else {
				json_decref(head);
			}
		} else {
			buf_add(data, bytes, n);
			j->kept += n;
		}
	}
	sqlite3_finalize(s);
	if (rc != SQLITE_DONE)
		return failed(j, err);
	return j->there;
}

int job_keep_head(struct job *j, struct err *err)
{
	char *text = json_dumps(j->head, JSON_COMPACT | JSON_SORT_KEYS);
	int rc = put(j, 0, text, strlen(text), err);
	sodium_memzero(text, strlen(text)); /* a container's key may be in it */
	free(text);
	return rc;
}

static int transaction(struct job *j, const char *sql, struct err *err)
{
	return sqlite3_exec(case_db(j->c), sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : failed(j, err);
}

int job_keep(struct job *j, const void *data, size_t n, struct err *err)
{
	if (transaction(j, "BEGIN IMMEDIATE", err) < 0)
		return -1;
	int rc = j->replace ? job_forget(j, err) : 0;
	if (rc == 0 && j->replace) {
		j->kept = 0;
		j->parts = 0;
	}
	if (rc == 0)
		rc = job_keep_head(j, err);
	if (rc == 0 && n > j->kept)
		rc = put(j, j->parts + 1, (const char *)data + j->kept, n - j->kept, err);
	if (rc == 0)
		rc = transaction(j, "COMMIT", err);
	if (rc < 0) {
		sqlite3_exec(case_db(j->c), "ROLLBACK", NULL, NULL, NULL);
		return -1;
	}
	j->there = 1;
	j->replace = 0;
	if (n > j->kept) {
		j->kept = n;
		j->parts++;
	}
	return 0;
}

int job_forget(struct job *j, struct err *err)
{
	sqlite3_stmt *s = j->there ? prepare(j, "DELETE FROM work WHERE key = ?1", err) : NULL;
	if (!s)
		return j->there ? -1 : 0;
	return finish(j, s, err);
}

int job_reset(struct job *j, struct err *err)
{
	if (transaction(j, "BEGIN IMMEDIATE", err) < 0)
		return -1;
	if (job_forget(j, err) < 0 || transaction(j, "COMMIT", err) < 0) {
		sqlite3_exec(case_db(j->c), "ROLLBACK", NULL, NULL, NULL);
		return -1;
	}
	json_decref(j->head);
	j->head = json_object();
	take_names(j);
	j->there = 0;
	j->kept = 0;
	j->parts = 0;
	return 0;
}

/* ---- all of them */

static const char *text_of(const json_t *head, const char *name)
{
	const char *text = json_get_string(head, name);
	return text ? text : "";
}

static int give(const json_t *head, uint64_t kept, int (*fn)(void *ctx, const struct unfinished *job), void *ctx)
{
	struct unfinished u = {.source = text_of(head, "source"),
	                       .form = text_of(head, "form"),
	                       .folder = text_of(head, "folder"),
	                       .on = text_of(head, "on"),
	                       .label = text_of(head, "label"),
	                       .at = text_of(head, "at"),
	                       .why = text_of(head, "why"),
	                       .split = (uint64_t)json_integer_value(json_object_get(head, "split")),
	                       .also = (unsigned)json_integer_value(json_object_get(head, "also")),
	                       .size = (uint64_t)json_integer_value(json_object_get(head, "size"))};
	if (!*u.at)
		u.at = text_of(head, "started");
	if (u.size) /* what is kept are the digests of its pieces; of a folder, its manifest */
		u.done = kept / DIGEST_PIECE_SIZE * DIGEST_PIECE;
	return fn(ctx, &u);
}

int job_each(struct case_file *c, int (*fn)(void *ctx, const struct unfinished *job), void *ctx, struct err *err)
{
	static const char all[] = "SELECT data, (SELECT coalesce(sum(length(data)), 0) FROM work AS more "
	                          "WHERE more.key = work.key AND part > 0) FROM work WHERE part = 0";
	sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(case_db(c), all, -1, &s, NULL) != SQLITE_OK)
		return failed(&(struct job){.c = c}, err);
	int answer = 0;
	int rc = SQLITE_DONE;
	while (answer == 0 && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		json_t *head = json_loadb(sqlite3_column_blob(s, 0), (size_t)sqlite3_column_bytes(s, 0), 0, NULL);
		if (json_is_object(head))
			answer = give(head, (uint64_t)sqlite3_column_int64(s, 1), fn, ctx);
		json_decref(head);
	}
	sqlite3_finalize(s);
	return answer || rc == SQLITE_DONE ? answer : failed(&(struct job){.c = c}, err);
}
