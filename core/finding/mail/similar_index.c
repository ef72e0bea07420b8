#include "finding/mail/similar_index.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/time/clock.h"
#include "case/database/room_tables.h"
#include "case/query/record_kept.h"
#include "case/store/case_file.h"
#include "finding/mail/read/sha256.h"

#include <stdlib.h>
#include <string.h>

#define HEAD_ROW "" /* the row that says for which commit all is up to date */

#define AT_LEAST 5 /* mails, however busy the machine: a new one may take a millisecond */

/* What the keys of a mail are made of, digested: where it is the same, so are they. */
struct mail_state {
	char state[65];
};

struct mail_indexing {
	struct case_file *c;
	mail_keys_fn keys_of;
	void *ctx;
	int is_open; /* the transaction */
	struct err *err;
};

/* What is known of the index of an open case. */
struct mail_index_memory {
	uint64_t generation; /* of the mails, and one, for which it is up to date; 0: not known */
	uint64_t done;       /* version of the states that are in it */
	uint64_t doing;      /* that are being brought into it: from the first to the one before `next` */
	size_t next, looked;
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

/* As stored: a long text, which most of a mail is, by its digest. */
static void take_state(json_t *record, void *item)
{
	static const char *const fields[] = {"analysis", "origin", "from_addr", "subject", "urls"};
	struct buf all = BUF_INIT;
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		const char *text = json_get_string(record, fields[i]);
		buf_addf(&all, "%s\n", text ? text : "");
	}
	mail_sha256(all.data, all.len, ((struct mail_state *)item)->state);
	buf_release(&all);
}

static const struct record_kept_spec states = {"mail states", "mail", RECORD_RAW, sizeof(struct mail_state),
                                               take_state,    NULL};

/* One that is run once, with its values. */
static int index_do(struct mail_indexing *x, const char *sql, const char *one, const char *two, const char *three)
{
	sqlite3_stmt *s = index_prepare(x->c, sql);
	int rc = s ? index_run(s, one, two, three) : -1;
	sqlite3_finalize(s);
	return rc < 0 ? index_error(x->c, x->err) : 0;
}

static int open_transaction(struct mail_indexing *x)
{
	sqlite3 *db = case_db(x->c);
	if (x->is_open)
		return 0;
	if (sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
		return index_error(x->c, x->err);
	x->is_open = 1;
	return room_table_make(db, "mail_key", x->err) < 0 || room_table_make(db, "mail_keyed", x->err) < 0 ? -1 : 0;
}

static int close_transaction(struct mail_indexing *x, int rc)
{
	sqlite3 *db = case_db(x->c);
	if (x->is_open && rc == 0 && sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		rc = index_error(x->c, x->err);
	if (x->is_open && rc < 0)
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	x->is_open = 0;
	return rc;
}

/* The state and the keys that are known of a mail; the caller frees both. 1, or 0: it is not in the index. */
static int known_of(struct case_file *c, const char *mail, char **state, char **keys)
{
	sqlite3_stmt *s = index_prepare(c, "SELECT state, keys FROM mail_keyed WHERE mail = ?1");
	if (s)
		sqlite3_bind_text(s, 1, mail, -1, SQLITE_TRANSIENT);
	int found = s && sqlite3_step(s) == SQLITE_ROW;
	*state = found ? xstrdup(column(s, 0)) : NULL;
	*keys = found ? xstrdup(column(s, 1)) : NULL;
	sqlite3_finalize(s);
	return found;
}

/* The keys that a mail had, a line each; cut up. */
static int drop_keys(struct mail_indexing *x, const char *mail, char *list)
{
	int rc = 0;
	for (char *key = list; rc == 0 && *key;) {
		size_t n = strcspn(key, "\n");
		int more = key[n] == '\n';
		key[n] = '\0';
		rc = index_do(x, "DELETE FROM mail_key WHERE key = ?1 AND mail = ?2", key, mail, NULL);
		key += n + (size_t)more;
	}
	return rc;
}

static int put_keys(struct mail_indexing *x, const char *mail, const char *state)
{
	size_t i;
	json_t *key;
	json_t *keys = json_array();
	struct buf list = BUF_INIT;
	json_t *record = record_get(x->c, mail, 0, x->err);
	int rc = record ? 0 : -1;
	if (record)
		x->keys_of(x->ctx, record, keys);
	json_array_foreach(keys, i, key) {
		if (rc == 0)
			rc = index_do(x, "INSERT OR IGNORE INTO mail_key(key, mail) VALUES(?1, ?2)",
			              json_string_value(key), mail, NULL);
		buf_addf(&list, "%s\n", json_string_value(key));
	}
	if (rc == 0)
		rc = index_do(x, "INSERT OR REPLACE INTO mail_keyed(mail, state, keys) VALUES(?1, ?2, ?3)", mail, state,
		              list.data);
	json_decref(record);
	json_decref(keys);
	buf_release(&list);
	return rc;
}

/* `state` NULL: the mail is retracted, or none. */
static int index_mail(struct mail_indexing *x, const char *mail, const struct mail_state *state)
{
	char *known;
	char *keys;
	int found = known_of(x->c, mail, &known, &keys);
	int rc = 0;
	if (state ? !found || strcmp(known, state->state) != 0 : found) {
		rc = open_transaction(x);
		if (rc == 0 && found)
			rc = drop_keys(x, mail, keys);
		if (rc == 0 && state)
			rc = put_keys(x, mail, state->state);
		else if (rc == 0)
			rc = index_do(x, "DELETE FROM mail_keyed WHERE mail = ?1", mail, NULL, NULL);
	}
	free(known);
	free(keys);
	return rc;
}

/* Labels that a merge gave to others leave rows behind. */
static int drop_strangers(struct mail_indexing *x, const struct record_kept *kept)
{
	json_t *labels = json_object();
	json_t *strangers = json_array();
	size_t k;
	json_t *label;
	int rc = 0;
	for (size_t i = 0; i < record_kept_count(kept); i++)
		json_object_set_new(labels, record_kept_label(kept, i), json_true());
	sqlite3_stmt *s = index_prepare(x->c, "SELECT mail FROM mail_keyed WHERE mail <> '" HEAD_ROW "'");
	while (s && sqlite3_step(s) == SQLITE_ROW)
		if (!json_object_get(labels, column(s, 0)))
			json_array_append_new(strangers, json_string(column(s, 0)));
	sqlite3_finalize(s);
	json_array_foreach(strangers, k, label)
		rc = rc == 0 ? index_mail(x, json_string_value(label), NULL) : rc;
	json_decref(strangers);
	json_decref(labels);
	return rc;
}

/* 1: it is late, and there are more. */
static int go_on(struct mail_indexing *x, struct mail_index_memory *m, const struct record_kept *kept, double deadline)
{
	size_t done = 0;
	while (m->next < record_kept_count(kept)) {
		size_t i = m->next++;
		if (record_kept_changed(kept, i) <= m->done)
			continue;
		m->looked++;
		if (index_mail(x, record_kept_label(kept, i), record_kept_item(kept, i)) < 0)
			return -1;
		if (++done >= AT_LEAST && clock_steady() >= deadline)
			return 1;
	}
	if (m->looked == record_kept_count(kept) && drop_strangers(x, kept) < 0)
		return -1;
	return open_transaction(x) < 0 ||
	               index_do(x, "INSERT OR REPLACE INTO mail_keyed(mail, state, keys) VALUES(?1, ?2, ?3)", HEAD_ROW,
	                        case_head(x->c), "") < 0
	           ? -1
	           : 0;
}

int mail_index_may(struct case_file *c)
{
	return case_may_write(c, NULL) == 0 && !case_is_changing(c) && !case_is_still(c);
}

int mail_index_work(struct case_file *c, mail_keys_fn keys_of, void *ctx, double deadline, struct err *err)
{
	void **slot = case_memory_of(c, "mail index", free);
	struct mail_index_memory *m = *slot ? *slot : (*slot = xcalloc(1, sizeof *m));
	uint64_t now = case_kind_generation(c, "mail") + 1;
	struct mail_indexing x = {.c = c, .keys_of = keys_of, .ctx = ctx, .err = err};
	struct record_kept *kept;
	if (m->generation == 0 && m->looked == 0 && is_current(c))
		m->generation = now;
	if (m->generation == now)
		return 0;
	int rc = record_kept_work(c, &states, deadline, &kept, err);
	if (rc)
		return rc;
	if (m->doing != record_kept_version(kept)) {
		m->doing = record_kept_version(kept);
		m->next = m->looked = 0;
	}
	rc = room_table_has(case_db(c), "mail_keyed") ? 0 : open_transaction(&x);
	if (rc == 0)
		rc = go_on(&x, m, kept, deadline);
	int closed = close_transaction(&x, rc < 0 ? -1 : 0);
	if (closed < 0)
		m->next = m->looked = 0;
	if (rc != 0 || closed < 0)
		return closed < 0 ? -1 : rc;
	m->done = m->doing;
	m->generation = now;
	m->next = m->looked = 0;
	return 0;
}

int mail_index_percent(struct case_file *c)
{
	const struct mail_index_memory *m = *case_memory_of(c, "mail index", free);
	uint64_t mails = record_count(c, "mail", RECORD_WITH_RETRACTED);
	return m && mails ? (int)(m->next * 100 / (mails > m->next ? mails : m->next + 1)) : 0;
}

int mail_index_rows(struct case_file *c, struct mail_index_place *after, size_t most,
                    int (*fn)(void *ctx, const char *key, const char *mail), void *ctx, struct err *err)
{
	sqlite3_stmt *s =
	    index_prepare(c, "SELECT key, mail FROM mail_key WHERE (key, mail) > (?1, ?2) ORDER BY key, mail LIMIT ?3");
	if (!s)
		return index_error(c, err);
	sqlite3_bind_text(s, 1, after->key ? after->key : "", -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(s, 2, after->mail ? after->mail : "", -1, SQLITE_TRANSIENT);
	sqlite3_bind_int64(s, 3, (sqlite3_int64)most);
	size_t got = 0;
	int rc = SQLITE_DONE;
	int stopped = 0;
	char *key = NULL;
	char *mail = NULL;
	while (!stopped && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		stopped = fn(ctx, column(s, 0), column(s, 1));
		if (stopped)
			break;
		got++;
		free(key);
		free(mail);
		key = xstrdup(column(s, 0));
		mail = xstrdup(column(s, 1));
	}
	if (got) {
		mail_index_place_release(after);
		*after = (struct mail_index_place){key, mail};
	}
	sqlite3_finalize(s);
	if (!stopped && rc != SQLITE_DONE)
		return index_error(c, err);
	return stopped || got == most;
}

void mail_index_place_release(struct mail_index_place *p)
{
	free(p->key);
	free(p->mail);
	*p = (struct mail_index_place){NULL, NULL};
}

static void add_holder(json_t *keys, const char *key, const char *mail)
{
	json_t *list = json_object_get(keys, key);
	if (!list && json_object_set_new(keys, key, list = json_array()) < 0)
		return;
	json_array_append_new(list, json_string(mail));
}

int mail_index_count(struct case_file *c, size_t *mails, struct err *err)
{
	sqlite3_stmt *s = index_prepare(c, "SELECT count(*) FROM mail_keyed WHERE mail <> '" HEAD_ROW "'");
	int found = s && sqlite3_step(s) == SQLITE_ROW;
	*mails = found ? (size_t)sqlite3_column_int64(s, 0) : 0;
	sqlite3_finalize(s);
	return found ? 0 : index_error(c, err);
}

int mail_index_load(struct case_file *c, const char *mail, json_t *keys, size_t *mails, struct err *err)
{
	sqlite3_stmt *own = index_prepare(c, "SELECT keys FROM mail_keyed WHERE mail = ?1");
	sqlite3_stmt *holders = index_prepare(c, mail ? "SELECT key, mail FROM mail_key WHERE key = ?1 ORDER BY mail"
	                                              : "SELECT key, mail FROM mail_key ORDER BY key, mail");
	int rc = own && holders ? mail_index_count(c, mails, err) : index_error(c, err);
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
	sqlite3_finalize(own);
	sqlite3_finalize(holders);
	return rc;
}
