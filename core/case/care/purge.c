#include "case/care/purge.h"

#include "base/json.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "case/kind/stored_words.h"
#include "case/query/search.h"
#include "case/store/case_internal.h"
#include "case/store/labels.h"
#include "case/store/meta.h"
#include "case/store/record.h"

#include <stdlib.h>
#include <string.h>

/* Writing anew is due: the id of the file that it is due for in hex, a space, the decision's label. "": it is not. */
static const char due_key[] = "local.purge";

struct purging {
	struct case_file *c;
	const char *path;
	json_t *texts;  /* stored digests, "text:sha256:…" */
	json_t *files;  /* SHA-256 in hex, of the blob store */
	json_t *fields; /* names, for the record of the decision */
	struct err *err;
};

/* ---- what a record has, in all its versions */

static int is_kept_file(struct case_file *c, const char *digest)
{
	sqlite3_stmt *s = case_statement(c, CASE_BLOB_HAS, NULL);
	if (!s)
		return 0;
	sqlite3_bind_text(s, 1, digest, -1, SQLITE_STATIC);
	int has = sqlite3_step(s) == SQLITE_ROW && sqlite3_column_int(s, 0);
	sqlite3_reset(s);
	return has;
}

/* Whether the field names content that genba keeps for the record: bytes of evidence, or what was found in a mail. */
static int names_content(const char *kind_name, const char *field_name)
{
	const struct kind *kind = kind_name ? kind_find(kind_name) : NULL;
	const struct field *field = kind ? kind_field(kind, field_name) : NULL;
	return kind_has(kind_name, KIND_EVIDENCE) || (field && field->type == FIELD_HASH && field->machine);
}

static void take_version(struct purging *p, const json_t *stored)
{
	const char *kind = json_get_string(stored, "kind");
	const char *name;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)stored, name, value) {
		const char *text = json_string_value(value);
		if (!text)
			continue;
		if (purgeable_text_is_digest(text, NULL)) {
			json_object_set_new(p->texts, text, json_true());
			json_object_set_new(p->fields, name, json_true());
		} else if (strlen(text) == 64 && names_content(kind, name) && is_kept_file(p->c, text)) {
			json_object_set_new(p->files, text, json_true());
			json_object_set_new(p->fields, name, json_true());
		}
	}
}

static int take_entry(void *ctx, const struct history_entry *entry)
{
	struct purging *p = ctx;
	struct buf text = BUF_INIT;
	struct err why = ERR_INIT;
	int rc = history_read(p->c->history, entry->id, p->path, &text, &why);
	if (rc == 0) {
		json_t *stored = json_parse(text.data, text.len, p->err);
		rc = stored ? 0 : -1;
		if (stored)
			take_version(p, stored);
		json_decref(stored);
	} else if (why.code == ERR_NOT_FOUND) {
		rc = 0;
	} else {
		err_take(p->err, &why);
	}
	buf_release(&text);
	return rc;
}

static int take_versions(struct purging *p, const json_t *stored)
{
	struct buf path = BUF_INIT;
	record_path(json_get_string(stored, "kind"), json_get_string(stored, "id"), &path);
	p->path = path.data;
	int rc = history_log(p->c->history, NULL, path.data, 0, take_entry, p, p->err);
	buf_release(&path);
	return rc;
}

/* A conflict about the record holds values of it. */
static int take_conflict(void *ctx, json_t *record, const char *field)
{
	struct purging *p = ctx;
	const char *kind = json_get_string(record, "kind");
	if (!kind_has(kind, KIND_CONFLICT) || strcmp(field, "record") != 0)
		return 0;
	json_t *stored = record_get(p->c, record_label(record), RECORD_RAW, p->err);
	int rc = stored ? take_versions(p, stored) : -1;
	json_decref(stored);
	return rc;
}

struct briefs {
	struct purging *p;
	const char *label;
};

/* The brief that a handover wrote by itself repeats what the records said then. */
static int take_brief(void *ctx, json_t *record)
{
	struct briefs *b = ctx;
	const char *title = json_get_string(record, "title");
	const char *stored = json_get_string(record, "text");
	struct buf text = BUF_INIT;
	if (title && stored && strcmp(title, WORDS_BRIEF) == 0 && purgeable_text_is_digest(stored, NULL) &&
	    purgeable_text_get(b->p->c, stored, &text, NULL) == 0 && label_is_named(text.data, b->label))
		json_object_set_new(b->p->texts, stored, json_true());
	buf_release(&text);
	return 0;
}

/* ---- taking it away */

/* A file is named by its content: another record of the case may need it. */
static int is_shared(struct case_file *c, const char *digest, const char *id)
{
	sqlite3_stmt *s = NULL;
	int shared = sqlite3_prepare_v2(c->db, "SELECT 1 FROM record WHERE id <> ?2 AND instr(json, ?1) LIMIT 1", -1,
	                                &s, NULL) == SQLITE_OK;
	if (shared) {
		sqlite3_bind_text(s, 1, digest, -1, SQLITE_STATIC);
		sqlite3_bind_text(s, 2, id, -1, SQLITE_STATIC);
		shared = sqlite3_step(s) == SQLITE_ROW;
	}
	sqlite3_finalize(s);
	return shared;
}

/* The number of rows that changed, or -1. */
static int purge_forget(struct purging *p, const char *sql, const char *digest)
{
	sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(p->c->db, sql, -1, &s, NULL) != SQLITE_OK)
		return case_sql_error(p->c, _("purge"), p->err);
	sqlite3_bind_text(s, 1, digest, -1, SQLITE_STATIC);
	int rc = sqlite3_step(s) == SQLITE_DONE ? sqlite3_changes(p->c->db) : case_sql_error(p->c, _("purge"), p->err);
	sqlite3_finalize(s);
	return rc;
}

static int take_away(struct purging *p, const char *id, const char *label, struct purge_report *report)
{
	const char *digest;
	json_t *value;
	json_object_foreach(p->texts, digest, value) {
		/* the salt goes too: with it, a short text could be guessed from its digest */
		int n = purge_forget(
		    p, "UPDATE text SET salt = NULL, value = NULL WHERE digest = ?1 AND value IS NOT NULL", digest);
		if (n < 0)
			return -1;
		report->texts += (unsigned)n;
	}
	json_object_foreach(p->files, digest, value) {
		if (is_shared(p->c, digest, id)) {
			report->shared++;
			continue;
		}
		int n = purge_forget(p, "UPDATE blob SET data = NULL WHERE sha256 = ?1 AND data IS NOT NULL", digest);
		if (n < 0)
			return -1;
		report->files += (unsigned)n;
	}
	/* what was being typed about it */
	return purge_forget(p, "DELETE FROM draft WHERE instr(key, ?1) OR instr(json, ?1)", label) < 0 ||
	               purge_forget(p, "DELETE FROM draft WHERE instr(key, ?1) OR instr(json, ?1)", id) < 0
	           ? -1
	           : 0;
}

static void list_fields(const json_t *fields, struct buf *out)
{
	const char *name;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)fields, name, value)
		buf_addf(out, "%s%s", out->len ? ", " : "", name);
}

static void add_file_id(const struct case_file *c, struct buf *text)
{
	buf_addhex(text, vault_file_id(c->vault), VAULT_ID);
}

/* Inside the action: what is to follow it. */
static int note_due(struct case_file *c, const char *decision, struct err *err)
{
	struct buf note = BUF_INIT;
	add_file_id(c, &note);
	buf_addf(&note, " %s", decision);
	int rc = case_meta_set(c, due_key, note.data, err);
	buf_release(&note);
	return rc;
}

/* One action: the decision on record, the bytes gone, and the note that the file is to be written anew. */
static int purge_action(struct purging *p, const json_t *stored, const char *reason, struct purge_report *report)
{
	struct buf title = BUF_INIT;
	struct buf choice = BUF_INIT;
	char now[CLOCK_TEXT];
	struct action *a = action_begin(p->c, "purge", p->err);
	if (!a)
		return -1;
	const char *label = record_label(stored);
	clock_format(clock_now(), now);
	/* English in every language: it goes on record */
	buf_addf(&title, "Purge texts and files of %s?", label);
	buf_adds(&choice, "Purged: ");
	list_fields(p->fields, &choice);
	struct assign fields[] = {{"title", title.data}, {"choice", choice.data},
	                          {"reason", reason},    {"by", case_responder_name(p->c)},
	                          {"when", now},         {"on", label}};
	int rc = action_add(a, "decision", fields, 6, 0, report->decision, p->err);
	if (rc == 0)
		rc = take_away(p, json_get_string(stored, "id"), label, report);
	if (rc == 0)
		rc = note_due(p->c, report->decision, p->err);
	sqlite3_stmt *s = rc == 0 ? case_statement(p->c, CASE_QUEUE, p->err) : NULL;
	if (s) {
		sqlite3_bind_text(s, 1, json_get_string(stored, "id"), -1, SQLITE_STATIC);
		rc = case_step(p->c, s, _("queue a record for the search"), p->err);
	}
	if (rc == 0)
		rc = action_commit(a, p->err);
	else
		action_cancel(a);
	if (rc == 0)
		generations_note_all(&p->c->generations); /* what was read of it is nowhere kept */
	buf_release(&title);
	buf_release(&choice);
	return rc;
}

/* Segments of a full-text index keep words of rows that are gone: it is made anew from the rows. */
static int rebuild_search(struct case_file *c, struct err *err)
{
	if (search_catch_up(c, 0, err) < 0)
		return -1;
	if (sqlite3_exec(c->db, "INSERT INTO search(search) VALUES('rebuild')", NULL, NULL, NULL) != SQLITE_OK)
		return case_sql_error(c, _("update the search index"), err);
	return 0;
}

/* Whether writing anew is due for this very file, by which decision. A note that came along from another file is none. */
static int is_due(struct case_file *c, char decision[LABEL_TEXT])
{
	struct buf note = BUF_INIT;
	struct buf here = BUF_INIT;
	add_file_id(c, &here);
	int due = case_meta_get(c, due_key, &note, NULL) == 0 && note.len > here.len + 1 &&
	          strncmp(note.data, here.data, here.len) == 0 && note.data[here.len] == ' ';
	if (due)
		snprintf(decision, LABEL_TEXT, "%s", note.data + here.len + 1);
	buf_release(&here);
	buf_release(&note);
	return due;
}

static int write_anew(struct case_file *c, const char *decision, const struct access_keep *keep,
                      const struct progress *progress, struct err *err)
{
	if (rebuild_search(c, err) == 0 && case_rotate(c, keep, progress, err) == 0)
		return case_meta_set(c, due_key, "", err);
	return err_prefix(err,
	                  _("done: the texts and files are taken away, and the decision %s is on record; not done: the "
	                    "file was not written anew, so that its free pages may still hold them. It is tried again "
	                    "when the case is opened next, or purge the same record again"),
	                  decision);
}

int purge_settle(struct case_file *c, const struct access_keep *keep, const struct progress *progress, struct buf *told,
                 struct err *err)
{
	char decision[LABEL_TEXT];
	if (case_may_write(c, NULL) < 0 || !is_due(c, decision))
		return 0;
	if (write_anew(c, decision, keep, progress, err) < 0)
		return -1;
	buf_addf(told, _("The purge %s was finished: the file was written anew under another key.\n"), decision);
	return 1;
}

/* What was purged before, and only the writing was left: 1; 0: it was not; -1. */
static int finish_earlier(struct purging *p, const json_t *stored, const struct access_keep *keep,
                          const struct progress *progress, struct purge_report *report)
{
	char decision[LABEL_TEXT];
	if (!is_due(p->c, decision))
		return 0;
	json_t *record = record_get(p->c, decision, RECORD_RAW, NULL);
	const json_t *on = json_object_get(record, "on");
	const char *id = json_is_array(on) ? json_string_value(json_array_get(on, 0)) : json_string_value(on);
	int same = id && strcmp(id, json_get_string(stored, "id")) == 0;
	json_decref(record);
	if (!same)
		return 0;
	snprintf(report->decision, sizeof report->decision, "%s", decision);
	return write_anew(p->c, decision, keep, progress, p->err) < 0 ? -1 : 1;
}

int purge_record(struct case_file *c, const char *label, const char *reason, const struct access_keep *keep,
                 const struct progress *progress, struct purge_report *report, struct err *err)
{
	struct vault_new_slot slots[VAULT_SLOTS];
	size_t count;
	memset(report, 0, sizeof *report);
	if (!reason || !*reason)
		return err_set(err, ERR_USAGE, _("a purge needs a reason: --reason TEXT"));
	/* what would stop the rotation is found before anything is done */
	if (case_may_write(c, err) < 0 || access_slots(c, keep, 0, slots, &count, err) < 0)
		return -1;
	struct purging p = {
	    .c = c, .texts = json_object(), .files = json_object(), .fields = json_object(), .err = err};
	json_t *stored = record_stored(c, label, err);
	int rc = stored ? finish_earlier(&p, stored, keep, progress, report) : -1;
	if (rc == 0)
		rc = take_versions(&p, stored);
	if (rc == 0)
		rc = record_each_referring(c, record_label(stored), take_conflict, &p, err);
	if (rc == 0 && json_object_size(p.texts) + json_object_size(p.files) == 0)
		rc = err_set(err, ERR_NOT_FOUND,
		             _("%s has no long text, secret or kept file; its other fields are in the history and "
		               "cannot be purged"),
		             label);
	if (rc == 0) {
		struct briefs b = {&p, record_label(stored)};
		rc = record_each(c, "note", RECORD_RAW | RECORD_WITH_RETRACTED, take_brief, &b, err);
	}
	if (rc == 0)
		rc = purge_action(&p, stored, reason, report);
	if (rc == 0)
		rc = write_anew(c, report->decision, keep, progress, err);
	json_decref(stored);
	json_decref(p.texts);
	json_decref(p.files);
	json_decref(p.fields);
	return rc < 0 ? -1 : 0;
}

/* ---- copies */

struct copies {
	int (*fn)(void *ctx, const char *line);
	void *ctx;
	struct case_file *c;
};

static int tell_slot(void *ctx, const struct access_slot *slot)
{
	struct copies *k = ctx;
	if (slot->slot.type != VAULT_SLOT_RECIPIENT ||
	    memcmp(slot->slot.recipient, k->c->identity->public_key, 32) == 0)
		return 0;
	char *name = printable_dup(slot->name ? slot->name : "?");
	char *line = xasprintf(_("whatever %s (%s) was given or can open"), name, slot->label);
	int rc = k->fn(k->ctx, line);
	free(line);
	free(name);
	return rc;
}

static int tell_transfer(void *ctx, json_t *record)
{
	struct copies *k = ctx;
	const char *action = json_get_string(record, "action");
	const char *to = json_get_string(record, "to");
	const char *when = json_get_string(record, "when");
	if (!action || strcmp(action, "handed_over") != 0)
		return 0;
	json_t *person = to ? record_get(k->c, to, RECORD_WITH_RETRACTED, NULL) : NULL;
	const char *called = json_get_string(person, "name");
	char *name = printable_dup(called ? called : to ? to : "?");
	json_decref(person);
	char *line = xasprintf(_("the copy that was handed over to %s at %s (%s)"), name, when ? when : "?",
	                       record_label(record));
	int rc = k->fn(k->ctx, line);
	free(line);
	free(name);
	return rc;
}

int purge_known_copies(struct case_file *c, int (*fn)(void *ctx, const char *line), void *ctx, struct err *err)
{
	struct copies k = {fn, ctx, c};
	int rc = access_each(c, tell_slot, &k, err);
	return rc ? rc : record_each(c, "transfer", 0, tell_transfer, &k, err);
}
