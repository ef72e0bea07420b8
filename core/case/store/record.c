#include "case/store/record.h"

#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/edtf.h"
#include "case/kind/first_line.h"
#include "case/kind/stored_words.h"
#include "case/store/case_internal.h"
#include "case/store/disputed.h"
#include "case/store/value.h"

#include <stdlib.h>
#include <string.h>

void record_path(const char *kind, const char *id, struct buf *path)
{
	buf_addf(path, "%s/%c/%c/%c/%s.json", kind, id[0], id[1], id[2], id);
}

const struct kind *record_kind(const json_t *record)
{
	const char *name = json_get_string(record, "kind");
	return name ? kind_find(name) : NULL;
}

const char *record_label(const json_t *record)
{
	const char *label = json_get_string(record, "label");
	return label ? label : "";
}

int record_is_retracted(const json_t *record)
{
	return json_object_get(record, "retracted") != NULL;
}

const char *record_label_of(struct case_file *c, const char *id, const char **kind)
{
	sqlite3_stmt *s = case_statement(c, CASE_LABEL_OF_ID, NULL);
	if (!s)
		return NULL;
	sqlite3_bind_text(s, 1, id, -1, SQLITE_STATIC);
	int found = sqlite3_step(s) == SQLITE_ROW;
	if (found) {
		snprintf(c->found_label, sizeof c->found_label, "%s", (const char *)sqlite3_column_text(s, 0));
		snprintf(c->found_kind, sizeof c->found_kind, "%s", (const char *)sqlite3_column_text(s, 1));
	}
	sqlite3_reset(s); /* a statement left open would keep VACUUM, and so every rotation, out */
	if (kind && found)
		*kind = c->found_kind;
	return found ? c->found_label : NULL;
}

/* ---- stored form -> form as read */

static json_t *record_harmless(const char *text)
{
	char *safe = printable_dup(text);
	json_t *string = json_string(safe);
	free(safe);
	return string;
}

static json_t *label_value(struct case_file *c, const char *id)
{
	const char *label = record_label_of(c, id, NULL);
	return record_harmless(label ? label : id);
}

/* Label and kind are printed everywhere, as the names that they are: what no name would hold is made visible here. */
static void make_names_harmless(json_t *record)
{
	static const char *const names[] = {"label", "kind"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *text = json_get_string(record, names[i]);
		if (text)
			json_object_set_new(record, names[i], record_harmless(text));
	}
}

static json_t *text_value(struct case_file *c, const char *stored, unsigned flags)
{
	int secret = 0;
	if (!purgeable_text_is_digest(stored, &secret))
		return json_string(stored);
	if (secret && !(flags & RECORD_REVEAL))
		return json_string("••••••••");
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	if (purgeable_text_get(c, stored, &text, &err) < 0) {
		buf_clear(&text);
		buf_addf(&text, "[%s]", err.message);
	}
	json_t *value = json_stringn(text.data, text.len);
	if (!value) { /* a secret of bytes that are not UTF-8 */
		struct buf shown = BUF_INIT;
		printable_add(&shown, text.data, text.len, PRINTABLE_LINE);
		value = json_stringn(shown.data, shown.len);
		buf_release(&shown);
	}
	buf_release(&text);
	return value;
}

static int by_label(const void *a, const void *b)
{
	return strverscmp(json_string_value(*(json_t *const *)a), json_string_value(*(json_t *const *)b));
}

/* Ids are stored in their own order, which is random; people get R1-V9, R1-V10. */
static json_t *labels_of(struct case_file *c, const json_t *ids)
{
	json_t *labels = json_array();
	json_t **items = xcalloc(json_array_size(ids) + 1, sizeof *items);
	size_t count = 0;
	size_t i;
	json_t *id;
	json_array_foreach(ids, i, id) {
		if (json_is_string(id))
			items[count++] = label_value(c, json_string_value(id));
	}
	qsort(items, count, sizeof *items, by_label);
	for (i = 0; i < count; i++)
		json_array_append_new(labels, items[i]);
	free(items);
	return labels;
}

json_t *record_value_as_read(struct case_file *c, const struct field *field, json_t *stored, unsigned flags)
{
	const char *text = json_string_value(stored);
	if (text && field->type == FIELD_REF)
		return label_value(c, text);
	if (text && (field->type == FIELD_LONG || field->type == FIELD_SECRET))
		return text_value(c, text, flags);
	if (field->type == FIELD_REFS && json_is_array(stored))
		return labels_of(c, stored);
	return json_incref(stored);
}

/* A field that this genba does not know; a newer one may have put its text into the text store. */
static json_t *unknown_as_read(struct case_file *c, json_t *stored, unsigned flags)
{
	return purgeable_text_is_digest(json_string_value(stored), NULL)
	           ? text_value(c, json_string_value(stored), flags)
	           : json_incref(stored);
}

/* The two values of a conflict, and what stood there before, are texts of stored values: ids and digests, too. */
static json_t *conflict_as_read(struct case_file *c, const json_t *conflict, json_t *stored)
{
	const char *id = json_get_string(conflict, "record");
	const char *name = json_get_string(conflict, "field");
	const char *text = json_string_value(stored);
	const char *kind_name = NULL;
	if (!id || !name || !text)
		return json_incref(stored);
	if (purgeable_text_is_digest(text, NULL))
		return text_value(c, text, 0); /* a secret is shown where it belongs only, in the record itself */
	const struct kind *kind = record_label_of(c, id, &kind_name) ? kind_find(kind_name) : NULL;
	const struct field *field = kind ? kind_field(kind, name) : NULL;
	if (field && field->type == FIELD_REF)
		return label_value(c, text);
	json_t *set = field && field->type == FIELD_REFS ? json_loads(text, 0, NULL) : NULL;
	if (!json_is_array(set)) {
		json_decref(set);
		return json_incref(stored);
	}
	json_t *labels = labels_of(c, set);
	struct buf joined = BUF_INIT;
	for (size_t i = 0; i < json_array_size(labels); i++)
		buf_addf(&joined, "%s%s", i ? ", " : "", json_string_value(json_array_get(labels, i)));
	json_t *value = json_stringn(joined.data, joined.len);
	buf_release(&joined);
	json_decref(labels);
	json_decref(set);
	return value;
}

static int is_conflict_value(const struct kind *kind, const char *name)
{
	return (kind->traits & KIND_CONFLICT) &&
	       (strcmp(name, "one") == 0 || strcmp(name, "other") == 0 || strcmp(name, "base") == 0);
}

static json_t *as_read(struct case_file *c, json_t *stored, unsigned flags)
{
	const struct kind *kind = record_kind(stored);
	if (flags & RECORD_RAW)
		return json_incref(stored);
	if (!kind) {
		json_t *unknown = json_copy(stored);
		make_names_harmless(unknown);
		return unknown;
	}
	json_t *record = json_object();
	const char *name;
	json_t *value;
	json_object_foreach(stored, name, value) {
		const struct field *field = kind_field(kind, name);
		json_object_set_new(record, name,
		                    is_conflict_value(kind, name) ? conflict_as_read(c, stored, value)
		                    : field                       ? record_value_as_read(c, field, value, flags)
		                                                  : unknown_as_read(c, value, flags));
	}
	make_names_harmless(record);
	return record;
}

/* A row or file of somebody else may hold anything: what is no record at all goes no further. The whole judgement is
 * record_validate(), before a case is worked with. */
static json_t *parse_stored(const char *text, size_t n, struct err *err)
{
	json_t *stored = json_parse(text, n, err);
	if (!stored ||
	    (json_get_string(stored, "id") && json_get_string(stored, "kind") && json_get_string(stored, "label")))
		return stored;
	json_decref(stored);
	err_set(err, ERR_DAMAGED, _("a record lacks its id, kind or label: `genba verify` says more"));
	return NULL;
}

json_t *record_from_stored(struct case_file *c, const char *text, size_t n, unsigned flags, struct err *err)
{
	json_t *stored = parse_stored(text, n, err);
	if (!stored)
		return NULL;
	json_t *record = as_read(c, stored, flags);
	json_decref(stored);
	return record;
}

/* ---- finding */

static json_t *row_record(struct case_file *c, enum case_statement which, const char *key, struct err *err)
{
	sqlite3_stmt *s = case_statement(c, which, err);
	if (!s)
		return NULL;
	sqlite3_bind_text(s, 1, key, -1, SQLITE_STATIC);
	int rc = sqlite3_step(s);
	json_t *stored = NULL;
	if (rc == SQLITE_ROW)
		stored = parse_stored((const char *)sqlite3_column_text(s, 5), (size_t)sqlite3_column_bytes(s, 5), err);
	else if (rc != SQLITE_DONE)
		case_sql_error(c, _("read a record"), err);
	sqlite3_reset(s);
	return stored;
}

static json_t *by_alias(struct case_file *c, const char *label, struct err *err)
{
	sqlite3_stmt *s = case_statement(c, CASE_ID_OF_ALIAS, err);
	if (!s)
		return NULL;
	sqlite3_bind_text(s, 1, label, -1, SQLITE_STATIC);
	char id[37] = "";
	if (sqlite3_step(s) == SQLITE_ROW)
		snprintf(id, sizeof id, "%s", (const char *)sqlite3_column_text(s, 0));
	sqlite3_reset(s);
	return *id ? row_record(c, CASE_RECORD_BY_ID, id, err) : NULL;
}

json_t *record_stored(struct case_file *c, const char *label, struct err *err)
{
	struct err inner = ERR_INIT;
	json_t *stored = row_record(c, CASE_RECORD_BY_LABEL, label, &inner);
	char upper[LABEL_TEXT];
	if (!stored && !inner.code && strlen(label) < sizeof upper) { /* r1-a1 is what tired fingers type */
		size_t i;
		for (i = 0; label[i]; i++)
			upper[i] = (char)(label[i] >= 'a' && label[i] <= 'z' ? label[i] - 32 : label[i]);
		upper[i] = '\0';
		stored = row_record(c, CASE_RECORD_BY_LABEL, upper, &inner);
		if (!stored && !inner.code)
			stored = by_alias(c, upper, &inner);
	}
	if (!stored && !inner.code)
		stored = by_alias(c, label, &inner);
	if (!stored && !inner.code && strlen(label) == 36)
		stored = row_record(c, CASE_RECORD_BY_ID, label, &inner);
	if (!stored && inner.code)
		err_take(err, &inner);
	else if (!stored)
		err_set(err, ERR_NOT_FOUND, _("there is no record '%s' in this case"), label);
	return stored;
}

json_t *record_get(struct case_file *c, const char *label, unsigned flags, struct err *err)
{
	json_t *stored = record_stored(c, label, err);
	if (!stored)
		return NULL;
	json_t *record = record_with_disputes(c, NULL, as_read(c, stored, flags), flags);
	json_decref(stored);
	return record;
}

json_t *record_get_at(struct case_file *c, const char *label, const char *commit, unsigned flags, struct err *err)
{
	json_t *stored = record_stored(c, label, err);
	if (!stored)
		return NULL;
	struct buf path = BUF_INIT;
	struct buf text = BUF_INIT;
	json_t *record = NULL;
	record_path(json_get_string(stored, "kind"), json_get_string(stored, "id"), &path);
	struct err inner = ERR_INIT;
	if (history_read(c->history, commit, path.data, &text, &inner) == 0)
		record = record_with_disputes(c, commit, record_from_stored(c, text.data, text.len, flags, err), flags);
	else if (inner.code == ERR_NOT_FOUND)
		err_set(err, ERR_NOT_FOUND, _("%s did not exist yet at %.10s"), label, commit);
	else
		err_take(err, &inner);
	json_decref(stored);
	buf_release(&path);
	buf_release(&text);
	return record;
}

int record_each(struct case_file *c, const char *kind, unsigned flags, record_fn fn, void *ctx, struct err *err)
{
	sqlite3_stmt *s = NULL;
	/* not from the cache: a callback may list records itself */
	const char *sql = kind ? "SELECT json FROM record WHERE kind = ?1 AND (?2 OR NOT retracted) ORDER BY n"
	                       : "SELECT json FROM record WHERE ?2 OR NOT retracted ORDER BY n";
	if (sqlite3_prepare_v2(c->db, sql, -1, &s, NULL) != SQLITE_OK)
		return case_sql_error(c, _("list records"), err);
	if (kind)
		sqlite3_bind_text(s, 1, kind, -1, SQLITE_STATIC);
	sqlite3_bind_int(s, 2, (flags & RECORD_WITH_RETRACTED) != 0);
	int result = 0;
	int rc;
	while (result == 0 && (rc = sqlite3_step(s)) != SQLITE_DONE) {
		if (rc != SQLITE_ROW) {
			result = case_sql_error(c, _("list records"), err);
			break;
		}
		json_t *record = record_from_stored(c, (const char *)sqlite3_column_text(s, 0),
		                                    (size_t)sqlite3_column_bytes(s, 0), flags, err);
		record = record_with_disputes(c, NULL, record, flags);
		result = record ? fn(ctx, record) : -1;
		json_decref(record);
	}
	sqlite3_finalize(s);
	return result;
}

int record_each_label(struct case_file *c, const char *kind, const char *prefix, size_t limit,
                      int (*fn)(void *ctx, const char *label, int is_retracted), void *ctx)
{
	sqlite3_stmt *s = NULL;
	int result = 0;
	size_t count = 0;
	if (sqlite3_prepare_v2(c->db,
	                       "SELECT label FROM record WHERE label >= ?1 AND label < ?1 || char(0x10ffff)"
	                       " AND (?2 IS NULL OR kind = ?2) AND (retracted != 0) = ?4 ORDER BY n DESC LIMIT ?3",
	                       -1, &s, NULL) != SQLITE_OK)
		return -1;
	sqlite3_bind_text(s, 1, prefix, -1, SQLITE_STATIC);
	if (kind)
		sqlite3_bind_text(s, 2, kind, -1, SQLITE_STATIC);
	/* one after the other, since sorting by both would read all records */
	for (int retracted = 0; retracted <= 1 && result == 0 && count < limit; retracted++) {
		sqlite3_reset(s);
		sqlite3_bind_int64(s, 3, (sqlite3_int64)(limit - count));
		sqlite3_bind_int(s, 4, retracted);
		for (; result == 0 && sqlite3_step(s) == SQLITE_ROW; count++)
			result = fn(ctx, (const char *)sqlite3_column_text(s, 0), retracted);
	}
	sqlite3_finalize(s);
	return result;
}

uint64_t record_count(struct case_file *c, const char *kind, unsigned flags)
{
	sqlite3_stmt *s = NULL;
	uint64_t count = 0;
	const char *sql = kind ? "SELECT count(*) FROM record WHERE kind = ?1 AND (?2 OR NOT retracted)"
	                       : "SELECT count(*) FROM record WHERE ?2 OR NOT retracted";
	if (sqlite3_prepare_v2(c->db, sql, -1, &s, NULL) != SQLITE_OK)
		return 0;
	if (kind)
		sqlite3_bind_text(s, 1, kind, -1, SQLITE_STATIC);
	sqlite3_bind_int(s, 2, (flags & RECORD_WITH_RETRACTED) != 0);
	if (sqlite3_step(s) == SQLITE_ROW)
		count = (uint64_t)sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return count;
}

int record_each_referring(struct case_file *c, const char *label,
                          int (*fn)(void *ctx, json_t *record, const char *field), void *ctx, struct err *err)
{
	return record_each_referring_by(c, label, NULL, fn, ctx, err);
}

int record_each_referring_by(struct case_file *c, const char *label, const char *field,
                             int (*fn)(void *ctx, json_t *record, const char *field), void *ctx, struct err *err)
{
	json_t *target = record_stored(c, label, err);
	if (!target)
		return -1;
	sqlite3_stmt *s = NULL;
	int result = 0;
	if (sqlite3_prepare_v2(
	        c->db,
	        "SELECT link.field, record.json FROM link JOIN record ON record.id = link.source"
	        " WHERE link.target = ?1 AND (?2 IS NULL OR link.field = ?2) ORDER BY record.n, link.field",
	        -1, &s, NULL) != SQLITE_OK)
		result = case_sql_error(c, _("follow references"), err);
	else {
		sqlite3_bind_text(s, 1, json_get_string(target, "id"), -1, SQLITE_STATIC);
		sqlite3_bind_text(s, 2, field, -1, SQLITE_STATIC);
	}
	while (result == 0 && sqlite3_step(s) == SQLITE_ROW) {
		json_t *record = record_from_stored(c, (const char *)sqlite3_column_text(s, 1),
		                                    (size_t)sqlite3_column_bytes(s, 1), 0, err);
		record = record_with_disputes(c, NULL, record, 0);
		result = record ? fn(ctx, record, (const char *)sqlite3_column_text(s, 0)) : -1;
		json_decref(record);
	}
	sqlite3_finalize(s);
	json_decref(target);
	return result;
}

/* ---- for people */

static char *first_line(const char *text)
{
	struct buf b = BUF_INIT;
	size_t n;
	int more;
	const char *line = first_line_of(text, &n, &more);
	printable_add(&b, line, n, PRINTABLE_LINE);
	if (more)
		buf_adds(&b, " …");
	return buf_take(&b, NULL);
}

char *record_title(const json_t *record)
{
	const struct kind *kind = record_kind(record);
	const struct field *field = kind && kind->title_field ? kind_field(kind, kind->title_field) : NULL;
	if (field && field->type >= FIELD_ENUM && field->type <= FIELD_TRI && json_object_get(record, field->name)) {
		struct buf label = BUF_INIT; /* in the interface's language, not as it is stored */
		record_field_text(record, field, &label);
		return buf_take(&label, NULL);
	}
	const char *title = field ? json_get_string(record, field->name) : NULL;
	if (!title || !*title || purgeable_text_is_digest(title, NULL)) /* as stored, a long text is a digest */
		title = json_get_string(record, "title");
	char *words = title && *title ? stored_words_in(field, title) : xstrdup(record_label(record));
	char *line = first_line(words);
	free(words);
	if (!field || !record_is_disputed(record, field->name))
		return line;
	struct buf told = BUF_INIT;
	buf_adds(&told, line);
	disputed_add(&told);
	free(line);
	return buf_take(&told, NULL);
}

static void add_one(const struct field *field, const json_t *value, struct buf *out)
{
	const char *text = json_string_value(value);
	struct edtf time;
	if (json_is_integer(value) && field->type == FIELD_SIZE) {
		value_size_print(json_integer_value(value), out);
	} else if (json_is_integer(value)) {
		buf_addf(out, "%lld", (long long)json_integer_value(value));
	} else if (!text) {
		return;
	} else if (field->type == FIELD_TIME && edtf_parse(text, &time, NULL) == 0) {
		edtf_display(&time, out);
	} else if (field->type == FIELD_TRI && strcmp(text, "yes") == 0) {
		buf_adds(out, _("yes"));
	} else if (field->type == FIELD_TRI && strcmp(text, "no") == 0) {
		buf_adds(out, _("no"));
	} else if (field->type == FIELD_TRI) {
		buf_adds(out, _("unknown"));
	} else if (field->type == FIELD_ENUM || field->type == FIELD_ENUMS) {
		const struct field_value *named = field_value_find(field, text);
		if (named)
			buf_adds(out, field_value_label(named));
		else
			printable_add(out, text, strlen(text), PRINTABLE_LINE);
	} else {
		char *words = stored_words_in(field, text);
		printable_add(out, words, strlen(words),
		              field->type == FIELD_LONG ? PRINTABLE_KEEP_NEWLINES : PRINTABLE_LINE);
		free(words);
	}
}

/* "No trace found" rests on a check; without one it is said so wherever it is shown. */
static int is_clean_without_check(const json_t *record)
{
	const char *kind = json_get_string(record, "kind");
	const char *status = json_get_string(record, "status");
	return status && kind_has(kind, KIND_ASSET) && strcmp(status, "clean") == 0 &&
	       !json_get_string(record, "checked_by");
}

static void add_value(const json_t *record, const struct field *field, const json_t *value, struct buf *out)
{
	if (!json_is_array(value)) {
		add_one(field, value, out);
		if (strcmp(field->name, "status") == 0 && is_clean_without_check(record))
			buf_adds(out, _(" (basis not on record)"));
		return;
	}
	size_t i;
	json_t *member;
	json_array_foreach(value, i, member) {
		if (i)
			buf_adds(out, _(", "));
		add_one(field, member, out);
	}
}

void record_field_text(const json_t *record, const struct field *field, struct buf *out)
{
	const json_t *value = field ? json_object_get(record, field->name) : NULL;
	if (!value || json_is_null(value))
		buf_adds(out, _("unknown"));
	else
		add_value(record, field, value, out);
	if (field && record_is_disputed(record, field->name))
		disputed_add(out);
}

int record_shows(const json_t *record, const char *field)
{
	return json_object_get(record, field) != NULL || record_is_disputed(record, field);
}

int record_find_by_title(struct case_file *c, const struct kind *kind, const char *text, char id[37])
{
	if (!kind || !kind->title_field)
		return 0;
	/* these two are indexed: record_summary.h */
	int named = strcmp(kind->title_field, "name") == 0 || strcmp(kind->title_field, "hostname") == 0;
	sqlite3_stmt *s = case_prepare(
	    c, NULL,
	    named ? "SELECT id FROM record WHERE kind = ?1 AND NOT retracted AND name = ?3 AND ?2 NOTNULL LIMIT 2"
	          : "SELECT id FROM record WHERE kind = ?1 AND NOT retracted AND json_extract(json, '$.' || ?2) = ?3 "
	            "LIMIT 2",
	    "ttt", kind->name, kind->title_field, text);
	int found = 0;
	while (s && sqlite3_step(s) == SQLITE_ROW) {
		snprintf(id, 37, "%s", (const char *)sqlite3_column_text(s, 0));
		found++;
	}
	sqlite3_finalize(s);
	return found;
}
