#include "case/care/invariants.h"

#include "base/json.h"
#include "case/store/case_internal.h"
#include "case/store/responders.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct invariants {
	struct case_file *c;
	void (*finding)(void *ctx, const char *text);
	void *ctx;
	json_t *marks;      /* mark -> hex key */
	unsigned stage;     /* a list of `lists`, or one of the stages behind */
	sqlite3_value *row; /* where the list stands; NULL: at its beginning */
};

__attribute__((format(printf, 2, 3))) static void found(struct invariants *k, const char *format, ...)
{
	struct buf line = BUF_INIT;
	va_list args;
	va_start(args, format);
	buf_addv(&line, format, args);
	va_end(args);
	k->finding(k->ctx, line.data);
	buf_release(&line);
}

/* ---- labels */

static void tell_double(struct invariants *k, const char *label)
{
	found(k, _("the label %s means two things"), label);
}

static void tell_former(struct invariants *k, const char *label)
{
	found(k, _("the former label %s belongs to no record that kept it"), label);
}

static void tell_foreign(struct invariants *k, const char *label)
{
	found(k, _("the label %s is not one that the author of the record could give"), label);
}

/* ---- marks */

static int check_mark(void *ctx, const struct responder *r)
{
	struct invariants *k = ctx;
	char hex[65];
	if (!r->has_key)
		return 0;
	sodium_bin2hex(hex, sizeof hex, r->key, 32);
	const char *other = json_string_value(json_object_get(k->marks, r->mark));
	if (other && strcmp(other, hex) != 0)
		found(k, _("the mark %s belongs to two keys"), r->mark);
	json_object_set_new(k->marks, r->mark, json_string(hex));
	return 0;
}

/* ---- the case, and conflicts */

static int check_case(void *ctx, json_t *record)
{
	struct invariants *k = ctx;
	const char *id = json_get_string(record, "id");
	if (!id || strcmp(id, k->c->id) != 0)
		found(k, _("there is a second record of the case itself: %s"), id ? id : "?");
	return 0;
}

int conflict_may_be_about(const json_t *record, const char *name)
{
	static const char *const never[] = {"mark", "label", "author", "id", "kind", "modified"};
	const struct kind *kind = record_kind(record);
	for (size_t i = 0; i < sizeof never / sizeof *never; i++)
		if (strcmp(name, never[i]) == 0)
			return 0;
	if (!kind) /* of a newer genba: not judged here, and not resolved here */
		return 1;
	const struct field *field = kind_field(kind, name);
	return field ? !field->machine : 1;
}

static void check_conflict(struct invariants *k, const char *text)
{
	json_t *conflict = json_parse(text, strlen(text), NULL);
	if (!conflict) /* reported with its row */
		return;
	const char *id = json_get_string(conflict, "record");
	const char *name = json_get_string(conflict, "field");
	json_t *record = id ? record_stored(k->c, id, NULL) : NULL;
	if (!record || !name)
		found(k, _("the conflict %s is about a record that is not there"), record_label(conflict));
	else if (!conflict_may_be_about(record, name))
		found(k, _("the conflict %s is about a field that nobody may change: %s"), record_label(conflict),
		      name);
	json_decref(record);
	json_decref(conflict);
}

/* ---- in slices */

/* What is listed in slices: the value that rows are in the order of, a text, and whether there is something to tell of it. */
static const struct {
	const char *sql; /* ?1: the value of the row before, ?2: rows at most */
	int by_number;   /* its values are numbers of rows, not texts */
	void (*tell)(struct invariants *k, const char *text);
} lists[] = {
    {"SELECT label, label, count(*) > 1 FROM record WHERE label > ?1 GROUP BY label ORDER BY label LIMIT ?2", 0,
     tell_double},
    {"SELECT label, label, NOT EXISTS (SELECT 1 FROM record, json_each(record.json, '$.aliases') AS kept"
     " WHERE record.id = alias.id AND kept.value = alias.label) FROM alias WHERE label > ?1 ORDER BY label LIMIT ?2",
     0, tell_former},
    {"SELECT n, label, kind <> 'conflict' AND mark <> '' AND mark <> json_extract(json, '$.author')"
     " AND json_extract(json, '$.aliases') IS NULL FROM record WHERE n > ?1 ORDER BY n LIMIT ?2",
     1, tell_foreign},
    {"SELECT n, json, 1 FROM record WHERE kind = 'conflict' AND n > ?1 ORDER BY n LIMIT ?2", 1, check_conflict},
};

#define LISTS (sizeof lists / sizeof *lists)

/* The next rows of a list. 1: there are more, 0: there are none, -1. */
static int invariants_slice(struct invariants *k, size_t which, size_t rows, struct err *err)
{
	sqlite3_stmt *s = NULL;
	size_t count = 0;
	int rc = sqlite3_prepare_v2(k->c->db, lists[which].sql, -1, &s, NULL);
	if (rc == SQLITE_OK) {
		if (k->row)
			sqlite3_bind_value(s, 1, k->row);
		else if (lists[which].by_number)
			sqlite3_bind_int64(s, 1, INT64_MIN);
		else
			sqlite3_bind_text(s, 1, "", 0, SQLITE_STATIC);
		sqlite3_bind_int64(s, 2, (sqlite3_int64)rows);
	}
	while (rc == SQLITE_OK || rc == SQLITE_ROW) {
		rc = sqlite3_step(s);
		if (rc != SQLITE_ROW)
			break;
		const char *text = (const char *)sqlite3_column_text(s, 1);
		if (sqlite3_column_int(s, 2))
			lists[which].tell(k, text ? text : "?");
		if (++count < rows)
			continue;
		sqlite3_value_free(k->row);
		k->row = sqlite3_value_dup(sqlite3_column_value(s, 0));
		if (!k->row)
			rc = SQLITE_NOMEM;
	}
	sqlite3_finalize(s);
	return rc != SQLITE_DONE ? case_sql_error(k->c, _("list records"), err) : count == rows;
}

struct invariants *invariants_begin(struct case_file *c, void (*finding)(void *ctx, const char *text), void *ctx)
{
	struct invariants *k = xcalloc(1, sizeof *k);
	k->c = c;
	k->finding = finding;
	k->ctx = ctx;
	k->marks = json_object();
	return k;
}

int invariants_step(struct invariants *k, size_t rows, struct err *err)
{
	int more = 0;
	if (k->stage < LISTS)
		more = invariants_slice(k, k->stage, rows, err);
	else if (k->stage == LISTS) /* responders are few, and the case is one */
		more = responder_each(k->c, check_mark, k, err);
	else
		more = record_each(k->c, "case", RECORD_RAW | RECORD_WITH_RETRACTED, check_case, k, err);
	if (more != 0)
		return more < 0 ? -1 : 1;
	sqlite3_value_free(k->row);
	k->row = NULL;
	return k->stage++ <= LISTS;
}

void invariants_end(struct invariants *k)
{
	if (!k)
		return;
	sqlite3_value_free(k->row);
	json_decref(k->marks);
	free(k);
}

int invariants_check(struct case_file *c, void (*finding)(void *ctx, const char *text), void *ctx, struct err *err)
{
	struct invariants *k = invariants_begin(c, finding, ctx);
	int more;
	while ((more = invariants_step(k, 4096, err)) == 1)
		;
	invariants_end(k);
	return more;
}
