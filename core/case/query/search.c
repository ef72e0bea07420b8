#include "case/query/search.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/time/clock.h"
#include "case/kind/stored_words.h"
#include "case/store/case_internal.h"
#include "case/store/meta.h"
#include "case/store/tokenizer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SLICE       500            /* records indexed in one transaction */
#define AT_LEAST    8              /* however late it is: a transaction has its price */
#define VERSION_KEY "local.search" /* of the tokenizer that made the index */

/* The words of a record: its texts, and in both languages the labels of its enum values and what the shipped playbooks call
 * things, so that 感染 finds "infected", and 隔離 a run of "Isolate an infected host". */
static void add_value(const struct field *field, const json_t *value, struct buf *body)
{
	const char *text = json_string_value(value);
	if (!text)
		return;
	if (field && (field->type == FIELD_SECRET || (field->machine && field->type == FIELD_TIME)))
		return; /* when genba wrote something is no word of it: every record would be found by the year */
	buf_addf(body, "%s\n", text);
	if (field && (field->type == FIELD_ENUM || field->type == FIELD_ENUMS)) {
		const struct field_value *named = field_value_find(field, text);
		if (named)
			buf_addf(body, "%s\n%s\n", named->en, named->ja);
	}
	const char *other = field && field->type == FIELD_TEXT ? stored_words_other(field, text) : NULL;
	if (other)
		buf_addf(body, "%s\n", other);
}

static void record_words(const json_t *record, struct buf *body)
{
	const struct kind *kind = record_kind(record);
	const char *name;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)record, name, value) {
		const struct field *field = kind ? kind_field(kind, name) : NULL;
		if (!field && strcmp(name, "label") != 0)
			continue;
		if (json_is_array(value)) {
			size_t i;
			json_t *member;
			json_array_foreach(value, i, member)
				add_value(field, member, body);
		} else {
			add_value(field, value, body);
		}
	}
}

static int index_one(struct case_file *c, sqlite3_int64 n, const char *json, size_t size, sqlite3_stmt *insert,
                     struct err *err)
{
	json_t *record = record_from_stored(c, json, size, 0, err);
	if (!record)
		return -1;
	struct buf body = BUF_INIT;
	char *title = record_title(record);
	record_words(record, &body);
	sqlite3_reset(insert);
	sqlite3_bind_int64(insert, 1, n);
	sqlite3_bind_text(insert, 2, title, -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(insert, 3, body.data, (int)body.len, SQLITE_TRANSIENT);
	int rc = sqlite3_step(insert) == SQLITE_DONE ? 0 : case_sql_error(c, _("index a record"), err);
	sqlite3_reset(insert);
	free(title);
	buf_release(&body);
	json_decref(record);
	return rc;
}

/* Indexes one slice inside a transaction of its own, until the steady time `deadline`. Returns the number of records done, or
 * -1. */
static int catch_up_slice(struct case_file *c, unsigned limit, double deadline, struct err *err)
{
	/* The queue leads: else all records are read to find which of them are in it. */
	static const char queued[] =
	    "SELECT n, json FROM search_queue CROSS JOIN record USING(n) ORDER BY search_queue.n LIMIT ?1";
	sqlite3_stmt *queue = NULL;
	sqlite3_stmt *insert = NULL;
	int done = 0;
	int rc = 0;
	if (case_step(c, case_statement(c, CASE_BEGIN, err), _("update the search index"), err) < 0)
		return -1;
	if (sqlite3_prepare_v2(c->db, queued, -1, &queue, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(c->db, "INSERT OR REPLACE INTO search(rowid, title, body) VALUES(?1, ?2, ?3)", -1,
	                       &insert, NULL) != SQLITE_OK)
		rc = case_sql_error(c, _("update the search index"), err);
	if (rc == 0)
		sqlite3_bind_int64(queue, 1, limit);
	sqlite3_int64 last = -1;
	while (rc == 0 && (done < AT_LEAST || clock_steady() < deadline) && sqlite3_step(queue) == SQLITE_ROW) {
		last = sqlite3_column_int64(queue, 0);
		rc = index_one(c, last, (const char *)sqlite3_column_text(queue, 1),
		               (size_t)sqlite3_column_bytes(queue, 1), insert, err);
		done++;
	}
	sqlite3_finalize(queue);
	sqlite3_finalize(insert);
	char sql[80];
	snprintf(sql, sizeof sql, "DELETE FROM search_queue WHERE n <= %lld", (long long)last);
	if (rc == 0 && sqlite3_exec(c->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		rc = case_sql_error(c, _("update the search index"), err);
	if (rc == 0)
		rc = case_step(c, case_statement(c, CASE_COMMIT, err), _("update the search index"), err);
	if (rc < 0)
		case_step(c, case_statement(c, CASE_ROLLBACK, NULL), _("roll back"), NULL);
	return rc < 0 ? -1 : done;
}

static int queue_length(struct case_file *c)
{
	sqlite3_stmt *s = NULL;
	int n = 0;
	if (sqlite3_prepare_v2(c->db, "SELECT count(*) FROM search_queue", -1, &s, NULL) == SQLITE_OK &&
	    sqlite3_step(s) == SQLITE_ROW)
		n = sqlite3_column_int(s, 0);
	sqlite3_finalize(s);
	return n;
}

/* ---- the version of the index */

static int index_version(struct case_file *c)
{
	struct buf text = BUF_INIT;
	int version = case_meta_get(c, VERSION_KEY, &text, NULL) == 0 ? atoi(text.data) : 1;
	buf_release(&text);
	return version;
}

/* An index of another version is made anew from the texts that it keeps. */
static int renew_index(struct case_file *c, struct err *err)
{
	char version[16];
	if (index_version(c) == TOKENIZER_VERSION)
		return 0;
	if (case_step(c, case_statement(c, CASE_BEGIN, err), _("update the search index"), err) < 0)
		return -1;
	snprintf(version, sizeof version, "%d", TOKENIZER_VERSION);
	int rc = sqlite3_exec(c->db, "INSERT INTO search(search) VALUES('rebuild')", NULL, NULL, NULL) == SQLITE_OK
	             ? case_meta_set(c, VERSION_KEY, version, err)
	             : case_sql_error(c, _("update the search index"), err);
	if (rc == 0)
		rc = case_step(c, case_statement(c, CASE_COMMIT, err), _("update the search index"), err);
	if (rc < 0)
		case_step(c, case_statement(c, CASE_ROLLBACK, NULL), _("roll back"), NULL);
	return rc;
}

int search_forget(struct case_file *c, struct err *err)
{
	static const char sql[] = "DROP TABLE search;" SCHEMA_SEARCH "DELETE FROM search_queue;"
	                          "INSERT INTO search_queue(n) SELECT n FROM record";
	char version[16];
	snprintf(version, sizeof version, "%d", TOKENIZER_VERSION);
	return sqlite3_exec(c->db, sql, NULL, NULL, NULL) == SQLITE_OK
	           ? case_meta_set(c, VERSION_KEY, version, err)
	           : case_sql_error(c, _("update the search index"), err);
}

int search_open(struct case_file *c, struct err *err)
{
	int is_fixed = (c->flags & CASE_READ_ONLY) != 0;
	return is_fixed && index_version(c) == 1 ? tokenizer_register_first(c->db, err) : 0;
}

int search_catch_up(struct case_file *c, unsigned limit, struct err *err)
{
	if (c->flags & CASE_READ_ONLY || c->action)
		return queue_length(c);
	if (renew_index(c, err) < 0)
		return -1;
	int left = queue_length(c);
	unsigned done = 0;
	while (left > 0 && (limit == 0 || done < limit)) {
		unsigned slice = limit && limit - done < SLICE ? limit - done : SLICE;
		int n = catch_up_slice(c, slice, HUGE_VAL, err);
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		done += (unsigned)n;
		left = queue_length(c);
	}
	return left;
}

static int is_queue_empty(struct case_file *c)
{
	sqlite3_stmt *s = NULL;
	int empty = sqlite3_prepare_v2(c->db, "SELECT 1 FROM search_queue LIMIT 1", -1, &s, NULL) != SQLITE_OK ||
	            sqlite3_step(s) != SQLITE_ROW;
	sqlite3_finalize(s);
	return empty;
}

int search_catch_up_until(struct case_file *c, double deadline, struct err *err)
{
	if (c->flags & CASE_READ_ONLY || c->action)
		return 0;
	if (renew_index(c, err) < 0)
		return -1;
	if (is_queue_empty(c))
		return 0;
	int done = catch_up_slice(c, SLICE, deadline, err);
	return done < 0 ? -1 : done > 0 && !is_queue_empty(c);
}
