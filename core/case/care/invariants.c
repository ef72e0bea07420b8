#include "case/care/invariants.h"

#include "base/json.h"
#include "case/store/case_internal.h"
#include "case/store/responders.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct invariants_checking {
	struct case_file *c;
	void (*finding)(void *ctx, const char *text);
	void *ctx;
	json_t *marks; /* mark -> hex key */
};

__attribute__((format(printf, 2, 3))) static void found(struct invariants_checking *k, const char *format, ...)
{
	struct buf line = BUF_INIT;
	va_list args;
	va_start(args, format);
	buf_addv(&line, format, args);
	va_end(args);
	k->finding(k->ctx, line.data);
	buf_release(&line);
}

/* Calls found() with `format` and the first column of each row. */
static int each_row(struct invariants_checking *k, const char *sql,
                    void (*tell)(struct invariants_checking *k, const char *text), struct err *err)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(k->c->db, sql, -1, &s, NULL);
	while (rc == SQLITE_OK || rc == SQLITE_ROW)
		if ((rc = sqlite3_step(s)) == SQLITE_ROW) {
			const char *text = (const char *)sqlite3_column_text(s, 0);
			tell(k, text ? text : "?");
		}
	sqlite3_finalize(s);
	return rc == SQLITE_DONE ? 0 : case_sql_error(k->c, _("list records"), err);
}

/* ---- labels */

static void tell_double(struct invariants_checking *k, const char *label)
{
	found(k, _("the label %s means two things"), label);
}

static void tell_former(struct invariants_checking *k, const char *label)
{
	found(k, _("the former label %s belongs to no record that kept it"), label);
}

static void tell_foreign(struct invariants_checking *k, const char *label)
{
	found(k, _("the label %s is not one that the author of the record could give"), label);
}

static int check_labels(struct invariants_checking *k, struct err *err)
{
	if (each_row(k, "SELECT label FROM record GROUP BY label HAVING count(*) > 1", tell_double, err) < 0 ||
	    each_row(k,
	             "SELECT label FROM alias WHERE NOT EXISTS (SELECT 1 FROM record, json_each(record.json, "
	             "'$.aliases') AS kept WHERE record.id = alias.id AND kept.value = alias.label)",
	             tell_former, err) < 0)
		return -1;
	return each_row(k,
	                "SELECT label FROM record WHERE kind <> 'conflict' AND mark <> '' AND mark <> "
	                "json_extract(json, '$.author')"
	                " AND json_extract(json, '$.aliases') IS NULL",
	                tell_foreign, err);
}

/* ---- marks */

static int check_mark(void *ctx, const struct responder *r)
{
	struct invariants_checking *k = ctx;
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
	struct invariants_checking *k = ctx;
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

static int check_conflict(void *ctx, json_t *conflict)
{
	struct invariants_checking *k = ctx;
	const char *id = json_get_string(conflict, "record");
	const char *name = json_get_string(conflict, "field");
	json_t *record = id ? record_stored(k->c, id, NULL) : NULL;
	if (!record || !name)
		found(k, _("the conflict %s is about a record that is not there"), record_label(conflict));
	else if (!conflict_may_be_about(record, name))
		found(k, _("the conflict %s is about a field that nobody may change: %s"), record_label(conflict),
		      name);
	json_decref(record);
	return 0;
}

int invariants_check(struct case_file *c, void (*finding)(void *ctx, const char *text), void *ctx, struct err *err)
{
	struct invariants_checking k = {c, finding, ctx, json_object()};
	int rc = check_labels(&k, err);
	if (rc == 0)
		rc = responder_each(c, check_mark, &k, err);
	if (rc == 0)
		rc = record_each(c, "case", RECORD_RAW | RECORD_WITH_RETRACTED, check_case, &k, err);
	if (rc == 0)
		rc = record_each(c, "conflict", RECORD_RAW | RECORD_WITH_RETRACTED, check_conflict, &k, err);
	json_decref(k.marks);
	return rc < 0 ? -1 : 0;
}
