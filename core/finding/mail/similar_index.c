#include "finding/mail/similar_index.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/database/room_tables.h"
#include "case/store/case_file.h"
#include "finding/mail/read/sha256.h"

#include <stdlib.h>
#include <string.h>

#define HEAD_ROW "" /* the row that says for which commit all is up to date */

struct mail_indexing {
	struct case_file *c;
	mail_keys_fn keys_of;
	void *ctx;
	json_t *known; /* mail -> state */
	sqlite3_stmt *drop;
	sqlite3_stmt *add;
	sqlite3_stmt *put;
	struct err *err;
};

static int index_error(struct case_file *c, struct err *err)
{
	return err_set(err, ERR_FAILED, _("cannot keep what mails have in common: %s"), sqlite3_errmsg(case_db(c)));
}

static sqlite3_stmt *index_prepare(struct case_file *c, const char *sql)
{
	sqlite3_stmt *s = NULL;
	return sqlite3_prepare_v2(case_db(c), sql, -1, &s, NULL) == SQLITE_OK ? s : NULL;
}

static const char *column(sqlite3_stmt *s, int i)
{
	const char *text = (const char *)sqlite3_column_text(s, i);
	return text ? text : "";
}

static int index_run(sqlite3_stmt *s, const char *one, const char *two, const char *three)
{
	sqlite3_bind_text(s, 1, one, -1, SQLITE_TRANSIENT);
	if (two)
		sqlite3_bind_text(s, 2, two, -1, SQLITE_TRANSIENT);
	if (three)
		sqlite3_bind_text(s, 3, three, -1, SQLITE_TRANSIENT);
	int rc = sqlite3_step(s);
	sqlite3_reset(s);
	return rc == SQLITE_DONE ? 0 : -1;
}

static int is_current(struct case_file *c)
{
	sqlite3_stmt *s = NULL;
	int current = 0;
	if (!room_table_has(case_db(c), "mail_key") || !room_table_has(case_db(c), "mail_keyed"))
		return 0;
	s = index_prepare(c, "SELECT state FROM mail_keyed WHERE mail = '" HEAD_ROW "'");
	if (s && sqlite3_step(s) == SQLITE_ROW)
		current = strcmp(column(s, 0), case_head(c)) == 0;
	sqlite3_finalize(s);
	return current;
}

/* What the keys are made of, digested: where it is the same, so are they. */
static void state_of(const json_t *record, char state[65])
{
	static const char *const fields[] = {"analysis", "origin", "from_addr", "subject", "urls"};
	struct buf all = BUF_INIT;
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		const char *text = json_get_string(record, fields[i]);
		buf_addf(&all, "%s\n", text ? text : "");
	}
	mail_sha256(all.data, all.len, state);
	buf_release(&all);
}

/* The keys that a mail had. */
static int drop_keys(struct mail_indexing *x, const char *mail)
{
	sqlite3_stmt *own = index_prepare(x->c, "SELECT keys FROM mail_keyed WHERE mail = ?1");
	int rc = own ? 0 : -1;
	if (own)
		sqlite3_bind_text(own, 1, mail, -1, SQLITE_TRANSIENT);
	char *list = own && sqlite3_step(own) == SQLITE_ROW ? xstrdup(column(own, 0)) : xstrdup("");
	sqlite3_finalize(own);
	for (char *key = list; rc == 0 && *key;) {
		size_t n = strcspn(key, "\n");
		int more = key[n] == '\n';
		key[n] = '\0';
		rc = index_run(x->drop, key, mail, NULL);
		key += n + (size_t)more;
	}
	free(list);
	return rc;
}

static int index_mail(void *ctx, json_t *record)
{
	struct mail_indexing *x = ctx;
	const char *label = record_label(record);
	const char *before = json_get_string(x->known, label);
	char state[65];
	size_t i;
	json_t *key;
	state_of(record, state);
	int same = before && strcmp(before, state) == 0;
	json_object_del(x->known, label);
	if (same)
		return 0;
	json_t *keys = json_array();
	struct buf list = BUF_INIT;
	x->keys_of(x->ctx, record, keys);
	int rc = before ? drop_keys(x, label) : 0;
	json_array_foreach(keys, i, key) {
		if (rc == 0 && index_run(x->add, json_string_value(key), label, NULL) < 0)
			rc = -1;
		buf_addf(&list, "%s\n", json_string_value(key));
	}
	if (rc == 0)
		rc = index_run(x->put, label, state, list.data);
	json_decref(keys);
	buf_release(&list);
	return rc < 0 ? index_error(x->c, x->err) : 0;
}

static int load_known(struct mail_indexing *x)
{
	sqlite3_stmt *s = index_prepare(x->c, "SELECT mail, state FROM mail_keyed WHERE mail <> '" HEAD_ROW "'");
	while (s && sqlite3_step(s) == SQLITE_ROW)
		json_object_set_new(x->known, column(s, 0), json_string(column(s, 1)));
	sqlite3_finalize(s);
	return s ? 0 : -1;
}

/* Inside the transaction. */
static int index_all(struct mail_indexing *x)
{
	const char *gone;
	json_t *state;
	x->drop = index_prepare(x->c, "DELETE FROM mail_key WHERE key = ?1 AND mail = ?2");
	x->add = index_prepare(x->c, "INSERT OR IGNORE INTO mail_key(key, mail) VALUES(?1, ?2)");
	x->put = index_prepare(x->c, "INSERT OR REPLACE INTO mail_keyed(mail, state, keys) VALUES(?1, ?2, ?3)");
	sqlite3_stmt *forget = index_prepare(x->c, "DELETE FROM mail_keyed WHERE mail = ?1");
	int rc = x->drop && x->add && x->put && forget && load_known(x) == 0 ? 0 : index_error(x->c, x->err);
	if (rc == 0)
		rc = record_each(x->c, "mail", 0, index_mail, x, x->err);
	json_object_foreach(x->known, gone, state)
		if (rc == 0 && (drop_keys(x, gone) < 0 || index_run(forget, gone, NULL, NULL) < 0))
			rc = index_error(x->c, x->err);
	if (rc == 0 && index_run(x->put, HEAD_ROW, case_head(x->c), "") < 0)
		rc = index_error(x->c, x->err);
	sqlite3_finalize(x->drop);
	sqlite3_finalize(x->add);
	sqlite3_finalize(x->put);
	sqlite3_finalize(forget);
	return rc;
}

int mail_index_ready(struct case_file *c, mail_keys_fn keys_of, void *ctx, struct err *err)
{
	if (case_may_write(c, NULL) < 0 || case_is_changing(c) || case_is_still(c))
		return 0;
	if (is_current(c))
		return 1;
	struct mail_indexing x = {.c = c, .keys_of = keys_of, .ctx = ctx, .known = json_object(), .err = err};
	sqlite3 *db = case_db(c);
	int rc = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK ? 0 : index_error(c, err);
	if (rc == 0) {
		rc = room_table_make(db, "mail_key", err);
		if (rc == 0)
			rc = room_table_make(db, "mail_keyed", err);
		if (rc == 0)
			rc = index_all(&x);
		if (rc == 0 && sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
			rc = index_error(c, err);
		if (rc < 0)
			sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	}
	json_decref(x.known);
	return rc < 0 ? -1 : 1;
}

static void add_holder(json_t *keys, const char *key, const char *mail)
{
	json_t *list = json_object_get(keys, key);
	if (!list && json_object_set_new(keys, key, list = json_array()) < 0)
		return;
	json_array_append_new(list, json_string(mail));
}

int mail_index_load(struct case_file *c, const char *mail, json_t *keys, size_t *mails, struct err *err)
{
	sqlite3_stmt *count = index_prepare(c, "SELECT count(*) FROM mail_keyed WHERE mail <> '" HEAD_ROW "'");
	sqlite3_stmt *own = index_prepare(c, "SELECT keys FROM mail_keyed WHERE mail = ?1");
	sqlite3_stmt *holders = index_prepare(c, mail ? "SELECT key, mail FROM mail_key WHERE key = ?1 ORDER BY mail"
	                                              : "SELECT key, mail FROM mail_key ORDER BY key, mail");
	int rc = count && own && holders ? 0 : index_error(c, err);
	if (rc == 0 && sqlite3_step(count) == SQLITE_ROW)
		*mails = (size_t)sqlite3_column_int64(count, 0);
	while (rc == 0 && !mail && sqlite3_step(holders) == SQLITE_ROW)
		add_holder(keys, column(holders, 0), column(holders, 1));
	if (rc == 0 && mail) {
		sqlite3_bind_text(own, 1, mail, -1, SQLITE_TRANSIENT);
		const char *list = sqlite3_step(own) == SQLITE_ROW ? column(own, 0) : "";
		while (*list) {
			size_t n = strcspn(list, "\n");
			sqlite3_bind_text(holders, 1, list, (int)n, SQLITE_TRANSIENT);
			while (sqlite3_step(holders) == SQLITE_ROW)
				add_holder(keys, column(holders, 0), column(holders, 1));
			sqlite3_reset(holders);
			list += n + (list[n] == '\n');
		}
	}
	sqlite3_finalize(count);
	sqlite3_finalize(own);
	sqlite3_finalize(holders);
	return rc;
}
