#include "case/care/salvage.h"

#include "base/json.h"
#include "base/progress.h"
#include "base/remark.h"
#include "case/action/action.h"
#include "case/case.h"
#include "case/query/search.h"
#include "case/store/blob.h"
#include "case/store/case_internal.h"
#include "case/store/header_copy.h"
#include "case/store/meta.h"
#include "case/store/record.h"
#include "case/store/record_validate.h"
#include "case/store/tokenizer.h"
#include "case/trust/high_water_mark.h"
#include "case/trust/known.h"
#include "history/tables.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROBE 100000 /* numbers of rows that are tried one by one where nothing can be read */

struct salvaging {
	struct vault *from;
	struct case_file *c; /* the new case */
	void (*missing)(void *ctx, const char *text);
	void *ctx;
	struct buf list; /* the same lines, for the note */
	const struct progress *progress;
	struct salvage_report *report;
	struct err *err;
	int tree_lost; /* the last tree cannot be read whole */
};

/* A line that is told now, and stands in the note. */
static void tell_missed(struct salvaging *s, struct remark *line)
{
	buf_truncate(&line->shown, line->shown.len - 1);
	if (s->missing)
		s->missing(s->ctx, line->shown.data);
	if (s->list.len < 100000)
		buf_add(&s->list, line->english.data, line->english.len);
	remark_release(line);
}

__attribute__((format(printf, 2, 3))) static void missed(struct salvaging *s, const char *format, ...)
{
	struct remark line = REMARK_INIT;
	va_list args;
	va_start(args, format);
	remark_addv(&line, format, args);
	va_end(args);
	tell_missed(s, &line);
}

static void missed_record(struct salvaging *s, int64_t n, struct err *why)
{
	struct remark line = REMARK_INIT;
	err_prefix(why, _("record %lld was left out"), (long long)n);
	remark_err(&line, why);
	tell_missed(s, &line);
}

/* ---- rows, one by one */

/* The highest row; -1 when it cannot be told. */
static int64_t last_row(sqlite3 *db, const char *table)
{
	char *sql = xasprintf("SELECT max(n) FROM %s", table);
	sqlite3_stmt *s = NULL;
	int64_t n = sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW
	                ? sqlite3_column_int64(s, 0)
	                : -1;
	sqlite3_finalize(s);
	free(sql);
	return n;
}

static int put_row(struct salvaging *s, sqlite3_stmt *in, sqlite3_stmt *out)
{
	for (int i = 0; i < sqlite3_column_count(in); i++)
		sqlite3_bind_value(out, i + 1, sqlite3_column_value(in, i));
	int rc = sqlite3_step(out);
	sqlite3_reset(out);
	return rc == SQLITE_DONE ? 0 : rc == SQLITE_CONSTRAINT ? 1 : case_sql_error(s->c, _("salvage"), s->err);
}

/* Copies every row of a table that can be read. `dense`: numbers without a row are lost rows too. */
static int copy_table(struct salvaging *s, const char *table, const char *columns, int values, int dense)
{
	sqlite3 *from = vault_db(s->from);
	sqlite3_stmt *in = NULL;
	sqlite3_stmt *out = NULL;
	char *select = xasprintf("SELECT %s FROM %s WHERE n >= ?1 ORDER BY n LIMIT 1", columns, table);
	struct buf sql = BUF_INIT;
	buf_addf(&sql, "INSERT INTO %s(%s) VALUES(?1", table, columns);
	for (int i = 2; i <= values; i++)
		buf_addf(&sql, ", ?%d", i);
	buf_addc(&sql, ')');
	int rc = sqlite3_prepare_v2(s->c->db, sql.data, -1, &out, NULL) == SQLITE_OK
	             ? 0
	             : case_sql_error(s->c, _("salvage"), s->err);
	int64_t end = last_row(from, table);
	int known = end >= 0;
	uint64_t lost = 0;
	uint64_t kept = 0;
	if (rc == 0 && sqlite3_prepare_v2(from, select, -1, &in, NULL) != SQLITE_OK) {
		missed(s, _("%s: the whole table cannot be read"), table);
		end = -1;
		known = 1;
	}
	/* from row to row; where the next one cannot be found, number by number, until a readable one lies behind */
	for (int64_t n = 1, missed_in_turn = 0, turn = 1; rc == 0 && in && missed_in_turn < PROBE && n < INT64_MAX;
	     turn++) {
		sqlite3_bind_int64(in, 1, n);
		int step = sqlite3_step(in);
		if (step == SQLITE_ROW) {
			int64_t at = sqlite3_column_int64(in, 0);
			rc = put_row(s, in, out);
			int64_t gap =
			    at - n < PROBE ? at - n : PROBE; /* a number out of the air is no count of what was lost */
			lost += (dense && known ? (uint64_t)gap : 0) + (rc == 1);
			kept += rc == 0;
			rc = rc == 1 ? 0 : rc;
			n = at;
			missed_in_turn = 0;
		} else if (step == SQLITE_DONE) {
			break;
		} else {
			lost += known && n <= end;
			missed_in_turn++;
		}
		n++;
		sqlite3_reset(in);
		if (turn % 256 == 0 && rc == 0)
			rc = progress_step(s->progress, table, (uint64_t)n, known ? (uint64_t)end : 0, s->err);
	}
	if (lost)
		missed(s,
		       P_("%s: %llu row cannot be read, %llu can", "%s: %llu rows cannot be read, %llu can",
		          (unsigned long long)lost),
		       table, (unsigned long long)lost, (unsigned long long)kept);
	else if (!known)
		missed(s,
		       P_("%s: its end cannot be read; %llu row can", "%s: its end cannot be read; %llu rows can",
		          (unsigned long long)kept),
		       table, (unsigned long long)kept);
	s->report->lost += lost;
	sqlite3_finalize(in);
	sqlite3_finalize(out);
	buf_release(&sql);
	free(select);
	return rc;
}

/* ---- what does not fit its digest goes again */

static int drop_bad(struct salvaging *s, const char *select, const char *drop, int is_blob)
{
	sqlite3_stmt *in = NULL;
	json_t *bad = json_array();
	int rc = sqlite3_prepare_v2(s->c->db, select, -1, &in, NULL) == SQLITE_OK
	             ? 0
	             : case_sql_error(s->c, _("salvage"), s->err);
	while (rc == 0 && sqlite3_step(in) == SQLITE_ROW) {
		const char *digest = (const char *)sqlite3_column_text(in, 0);
		struct buf bytes = BUF_INIT;
		struct err why = ERR_INIT;
		int got =
		    is_blob ? blob_get(s->c, digest, &bytes, &why) : purgeable_text_get(s->c, digest, &bytes, &why);
		if (got == 0)
			*(is_blob ? &s->report->files : &s->report->texts) += 1;
		else if (why.code != ERR_NOT_FOUND)
			json_array_append_new(bad, json_string(digest));
		buf_release(&bytes);
	}
	sqlite3_finalize(in);
	size_t i;
	json_t *digest;
	json_array_foreach(bad, i, digest) {
		char *sql = sqlite3_mprintf(drop, json_string_value(digest));
		if (rc == 0 && sqlite3_exec(s->c->db, sql, NULL, NULL, NULL) != SQLITE_OK)
			rc = case_sql_error(s->c, _("salvage"), s->err);
		sqlite3_free(sql);
		missed(s, _("%.40s… does not fit its digest and was left out"), json_string_value(digest));
		s->report->lost++;
	}
	json_decref(bad);
	return rc;
}

/* ---- records */

static void take_version(void *ctx, const void *text, size_t n)
{
	json_t *newest = ctx;
	json_t *record = record_validate(NULL, text, n, NULL);
	if (record)
		json_object_set(newest, json_get_string(record, "id"), record);
	json_decref(record);
}

static int keep_record(struct salvaging *s, const json_t *record)
{
	struct buf text = BUF_INIT;
	struct err why = ERR_INIT;
	int rc = json_canonical(record, &text, &why);
	if (rc == 0)
		rc = record_store(s->c, record, text.data, 1, &why);
	buf_release(&text);
	if (rc == 0)
		s->report->records++;
	return rc;
}

/* Rows of records first, then those that are only left in the history, each in its newest version. */
static int salvage_records(struct salvaging *s)
{
	sqlite3 *from = vault_db(s->from);
	sqlite3_stmt *in = NULL;
	json_t *newest = json_object();
	int rc = history_each_blob(s->c->history, take_version, newest, s->err);
	if (sqlite3_prepare_v2(from, "SELECT n, json FROM record WHERE n >= ?1 ORDER BY n LIMIT 1", -1, &in, NULL) !=
	    SQLITE_OK) {
		missed(s, _("%s: the whole table cannot be read"), "record");
	}
	for (int64_t n = 1, missed_in_turn = 0; rc == 0 && in && missed_in_turn < PROBE && n < INT64_MAX; n++) {
		sqlite3_bind_int64(in, 1, n);
		json_t *record = NULL;
		struct err why = ERR_INIT;
		int step = sqlite3_step(in);
		if (step == SQLITE_ROW) {
			n = sqlite3_column_int64(in, 0);
			missed_in_turn = 0;
			record = record_validate(NULL, sqlite3_column_text(in, 1), (size_t)sqlite3_column_bytes(in, 1),
			                         &why);
			if (!record)
				missed_record(s, n, &why);
		} else if (step == SQLITE_DONE) {
			break;
		} else {
			missed_in_turn++;
		}
		if (record && keep_record(s, record) == 0)
			json_object_del(newest, json_get_string(record, "id"));
		json_decref(record);
		sqlite3_reset(in);
	}
	sqlite3_finalize(in);
	const char *id;
	json_t *record;
	json_object_foreach(newest, id, record) {
		if (rc < 0)
			break;
		if (keep_record(s, record) == 0)
			missed(s, _("%s: its row is lost; taken from the history as it was at %s"),
			       record_label(record),
			       json_get_string(record, "modified") ? json_get_string(record, "modified") : "?");
		else
			missed(s, _("%s could not be kept: its label means two things"), record_label(record));
	}
	json_decref(newest);
	return rc;
}

/* Texts and files that records name and that are nowhere. */
static int tell_absent(void *ctx, json_t *record)
{
	struct salvaging *s = ctx;
	const char *name;
	json_t *value;
	json_object_foreach(record, name, value) {
		const char *stored = json_string_value(value);
		struct buf text = BUF_INIT;
		if (stored && purgeable_text_is_digest(stored, NULL) &&
		    purgeable_text_get(s->c, stored, &text, NULL) < 0)
			missed(s, _("%s: its %s is not there (lost, purged, or left behind)"), record_label(record),
			       name);
		buf_release(&text);
	}
	return 0;
}

/* ---- the new state */

static int has_case(struct salvaging *s)
{
	json_t *record = record_stored(s->c, "case", NULL);
	json_decref(record);
	return record != NULL;
}

static int write_note(struct salvaging *s, struct action *a)
{
	struct buf text = BUF_INIT;
	char label[LABEL_TEXT];
	buf_adds(&text, "This case was salvaged from a damaged file. What is missing, or was mended:\n");
	buf_adds(&text, s->list.len ? s->list.data : "nothing that is known");
	struct assign fields[] = {{"text", text.data}, {"stance", "fact"}};
	int rc = action_add(a, "note", fields, 2, 0, label, s->err);
	buf_release(&text);
	return rc;
}

static int title_salvaged(struct salvaging *s, struct action *a)
{
	char label[LABEL_TEXT];
	json_t *record = record_stored(s->c, "case", NULL);
	const char *title = record ? json_get_string(record, "title") : NULL;
	char *marked = xasprintf("%s (salvaged)", title ? title : "Case");
	struct assign fields[] = {{"title", marked}, {"tlp", "AMBER"}};
	int rc = record ? action_set(a, "case", fields, 1, RECORD_MACHINE, s->err)
	                : action_add(a, "case", fields, 2, RECORD_MACHINE, label, s->err);
	free(marked);
	json_decref(record);
	return rc;
}

/* The identity has to be a responder to sign: if its record is lost, it is made known again. */
static int responder_known(struct salvaging *s, struct action *a)
{
	char label[LABEL_TEXT];
	struct buf line = BUF_INIT;
	if (*s->c->mark)
		return 0;
	snprintf(s->c->mark, sizeof s->c->mark, "%s", s->c->identity->mark);
	identity_public_line(s->c->identity, &line);
	struct assign fields[] = {
	    {"name", s->c->identity->name}, {"mark", s->c->identity->mark}, {"key", line.data}, {"role", "lead"}};
	int rc = action_add(a, "responder", fields, 4, RECORD_MACHINE, label, s->err);
	buf_release(&line);
	return rc;
}

static int new_state(struct salvaging *s)
{
	struct case_file *c = s->c;
	if (has_case(s) && case_refresh(c, NULL) < 0)
		c->head[0] = '\0';
	if (!c->responder)
		c->responder = xstrdup("");
	char from[HISTORY_ID] = "";
	if (history_head(c->history, from, NULL) < 0)
		*from = '\0';
	struct action *a = action_begin(c, "salvage", s->err);
	if (!a)
		return -1;
	int rc = responder_known(s, a);
	if (rc == 0)
		rc = title_salvaged(s, a);
	if (rc == 0)
		rc = write_note(s, a);
	if (rc == 0 && s->tree_lost)
		rc = action_whole_tree(a, s->err);
	if (rc < 0) {
		action_cancel(a);
		return -1;
	}
	if (action_commit(a, s->err) < 0 || case_refresh(c, s->err) < 0)
		return -1;
	high_water_mark_salvaged(c, from);
	return case_meta_set(c, "case_id", c->id, s->err);
}

/* ---- all of it */

static int copy_history(struct salvaging *s)
{
	struct history_rebuilt rebuilt = {0};
	const struct history_table *objects = &history_tables[HISTORY_OBJECTS];
	if (copy_table(s, objects->name, objects->columns, objects->column_count, 1) < 0 ||
	    history_rebuild(s->c->history, &rebuilt, s->err) < 0)
		return -1;
	s->report->objects = rebuilt.objects;
	s->report->commits = rebuilt.commits;
	s->report->lost += rebuilt.dropped;
	s->tree_lost = !rebuilt.tree_whole;
	if (rebuilt.dropped)
		missed(s,
		       P_("history: %llu object cannot be unpacked or does not fit its id",
		          "history: %llu objects cannot be unpacked or do not fit their id",
		          (unsigned long long)rebuilt.dropped),
		       (unsigned long long)rebuilt.dropped);
	if (rebuilt.commits == 0)
		missed(s, _("history: no commit can be read"));
	else if (s->tree_lost)
		missed(
		    s,
		    _("history: the tree of the last commit cannot be read whole; it is made anew from the records"));
	return 0;
}

static int salvage_fill(struct salvaging *s)
{
	struct case_file *c = s->c;
	if (tokenizer_register(c->db, s->err) < 0 ||
	    case_step(c, case_statement(c, CASE_BEGIN, s->err), _("salvage"), s->err) < 0 ||
	    case_schema_create(c, s->err) < 0 || case_open_history(c, s->err) < 0)
		return -1;
	if (copy_history(s) < 0 || copy_table(s, "text", "n, digest, secret, salt, value", 5, 0) < 0 ||
	    copy_table(s, "blob", "n, sha256, size, data", 4, 0) < 0 ||
	    drop_bad(s, "SELECT digest FROM text", "DELETE FROM text WHERE digest = %Q", 0) < 0 ||
	    drop_bad(s, "SELECT sha256 FROM blob", "DELETE FROM blob WHERE sha256 = %Q", 1) < 0 ||
	    salvage_records(s) < 0 ||
	    record_each(c, NULL, RECORD_RAW | RECORD_WITH_RETRACTED, tell_absent, s, s->err) < 0)
		return -1;
	if (s->report->records == 0 && s->report->objects == 0)
		return err_set(s->err, ERR_DAMAGED, _("nothing of this case can be read"));
	if (case_step(c, case_statement(c, CASE_COMMIT, s->err), _("salvage"), s->err) < 0)
		return -1;
	return new_state(s);
}

/* The recipients of the damaged file, as far as they can be told, and the one who salvages. */
static size_t new_slots(struct vault *from, const struct identity *id, struct vault_new_slot slots[VAULT_SLOTS])
{
	struct vault_slot now[VAULT_SLOTS];
	size_t total = vault_slots(from, now);
	size_t count = 1;
	memset(slots, 0, VAULT_SLOTS * sizeof *slots);
	slots[0].type = VAULT_SLOT_RECIPIENT;
	memcpy(slots[0].recipient, id->public_key, VAULT_KEY);
	for (size_t i = 0; i < total && count < VAULT_SLOTS; i++) {
		if (now[i].type != VAULT_SLOT_RECIPIENT || !now[i].recipient_known ||
		    memcmp(now[i].recipient, id->public_key, VAULT_KEY) == 0)
			continue;
		slots[count].type = VAULT_SLOT_RECIPIENT;
		memcpy(slots[count++].recipient, now[i].recipient, VAULT_KEY);
	}
	return count;
}

/* ---- opening the damaged file */

struct trying {
	struct salvaging *s;
	const char *path;
	const struct vault_unlock *how;
};

static int try_header(void *ctx, const unsigned char raw[VAULT_HEADER])
{
	struct trying *t = ctx;
	return vault_open_spare(&t->s->from, t->path, t->how, raw, NULL) == 0;
}

static int open_damaged(struct salvaging *s, const char *path, const char *header, const struct vault_unlock *how)
{
	struct trying t = {s, path, how};
	unsigned char raw[VAULT_HEADER];
	struct err why = ERR_INIT;
	if (header) {
		if (vault_header_load(header, raw, s->err) < 0 ||
		    vault_open_spare(&s->from, path, how, raw, s->err) < 0)
			return err_prefix(s->err, "--header");
		missed(s, _("the header was taken from '%s'"), header);
		return 0;
	}
	if (vault_open(&s->from, path, how, VAULT_READ_ONLY | VAULT_TOLERANT, &why) == 0)
		return 0;
	if (access(path, R_OK) < 0 || why.code == ERR_UNLOCK || why.code == ERR_BUSY ||
	    !header_copy_each(try_header, &t))
		return err_take(s->err, &why);
	missed(s, _("both headers are gone; the copy of it that this machine keeps was used"));
	return 0;
}

int case_salvage(const char *from, const char *header, const char *out, const struct case_unlock *unlock,
                 void (*missing)(void *ctx, const char *text), void *ctx, const struct progress *progress,
                 struct salvage_report *report, struct err *err)
{
	struct salvaging s = {
	    .missing = missing, .ctx = ctx, .list = BUF_INIT, .progress = progress, .report = report, .err = err};
	struct vault_new_slot slots[VAULT_SLOTS];
	memset(report, 0, sizeof *report);
	if (!unlock->identity || !unlock->identity->secret_key)
		return err_set(err, ERR_UNLOCK, _("no identity is unlocked: the new case is signed by a responder"));
	struct vault_identity keys = {unlock->identity->public_key, unlock->identity->secret_key};
	struct vault_unlock how = {&keys, unlock->passphrase};
	if (open_damaged(&s, from, header, &how) < 0) {
		buf_release(&s.list);
		return -1;
	}
	if (vault_report(s.from)->damage)
		missed(&s, "%s", vault_report(s.from)->damage_text);
	s.c = case_alloc(out, unlock->identity);
	size_t count = new_slots(s.from, unlock->identity, slots);
	int rc = vault_create(&s.c->vault, out, slots, count, &keys, err);
	int made = rc == 0;
	if (rc == 0) {
		s.c->db = vault_db(s.c->vault);
		rc = salvage_fill(&s);
	}
	if (rc == 0)
		rc = history_head(s.c->history, report->head, err);
	if (rc == 0) {
		known_remember(s.c);
		search_catch_up(s.c, 0, NULL);
	} else if (s.c->db && !sqlite3_get_autocommit(s.c->db))
		sqlite3_exec(s.c->db, "ROLLBACK", NULL, NULL, NULL);
	if (case_release(s.c, rc == 0 ? err : NULL) < 0)
		rc = -1;
	else if (rc == 0)
		known_left(out, unlock->identity->public_key);
	if (rc < 0 && made)
		unlink(out);
	vault_close(s.from, NULL);
	buf_release(&s.list);
	return rc;
}
