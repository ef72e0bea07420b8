/* Which fields of which records an open conflict makes doubtful: read once for each state of the case. */
#include "case/store/disputed.h"

#include "base/json.h"
#include "case/kind/tlp.h"
#include "case/store/case_internal.h"

#include <stdlib.h>
#include <string.h>

struct disputed_loading {
	struct case_file *c;
	json_t *all;   /* record's id, and its label -> {field: [one value, the other]} */
	json_t *kinds; /* kind -> {id: true} */
};

static void note_kind(json_t *kinds, const char *kind, const char *id)
{
	json_t *ids = json_object_get(kinds, kind);
	if (!ids)
		json_object_set_new(kinds, kind, ids = json_object());
	json_object_set_new(ids, id, json_true());
}

/* A conflict names values as stored, in text: sets and numbers are JSON. */
static json_t *conflict_value(struct case_file *c, const struct field *field, const char *stored)
{
	json_t *value = NULL;
	if (!stored)
		return json_null();
	if (!field || field->type == FIELD_ENUMS || field->type == FIELD_REFS || field->type == FIELD_TAGS ||
	    field->type == FIELD_INT || field->type == FIELD_SIZE)
		value = json_loads(stored, JSON_DECODE_ANY, NULL);
	if (!value)
		value = json_string(stored);
	json_t *read = field && value ? record_value_as_read(c, field, value, 0) : json_incref(value);
	json_decref(value);
	return read ? read : json_null();
}

static int is_open(const json_t *conflict)
{
	const char *state = json_get_string(conflict, "state");
	return !json_object_get(conflict, "retracted") && (!state || strcmp(state, "resolved") != 0);
}

static void add_conflict(struct disputed_loading *l, const json_t *conflict)
{
	const char *kind_name = NULL;
	const char *id = json_get_string(conflict, "record");
	const char *name = json_get_string(conflict, "field");
	if (!id || !name || !is_open(conflict))
		return;
	const char *found = record_label_of(l->c, id, &kind_name);
	const struct kind *kind = found ? kind_find(kind_name) : NULL;
	char *label = found ? xstrdup(found) : NULL; /* the next look-up overwrites it */
	const struct field *field = kind ? kind_field(kind, name) : NULL;
	json_t *fields = json_object_get(l->all, id);
	if (!fields) {
		json_object_set_new(l->all, id, fields = json_object());
		if (label)
			json_object_set(l->all, label, fields);
		if (kind)
			note_kind(l->kinds, kind->name, id);
	}
	json_t *values = json_object_get(fields, name);
	if (!values)
		json_object_set_new(fields, name, values = json_array());
	json_array_append_new(values, conflict_value(l->c, field, json_get_string(conflict, "one")));
	json_array_append_new(values, conflict_value(l->c, field, json_get_string(conflict, "other")));
	free(label);
}

static int take_row(void *ctx, json_t *conflict)
{
	add_conflict(ctx, conflict);
	return 0;
}

static int take_file(void *ctx, const char *path, const void *text, size_t n)
{
	(void)path;
	json_t *conflict = json_parse(text, n, NULL);
	if (json_is_object(conflict))
		add_conflict(ctx, conflict);
	json_decref(conflict);
	return 0;
}

/* The present state and one past one are kept. What is disputed now follows from the conflicts. */
static const struct disputes *all_disputes(struct case_file *c, const char *commit)
{
	int is_past = commit && *commit;
	struct disputes *d = &c->disputes[is_past];
	uint64_t generation = is_past ? c->generations.now : generations_of_kind(&c->generations, "conflict");
	if (d->all && d->generation == generation && strcmp(d->commit, commit ? commit : "") == 0)
		return d;
	struct disputed_loading l = {c, json_object(), json_object()};
	if (is_past)
		history_folder_walk(c->history, commit, "conflict", take_file, &l, NULL);
	else
		record_each(c, "conflict", RECORD_RAW, take_row, &l, NULL);
	json_decref(d->all);
	json_decref(d->kinds);
	d->all = l.all;
	d->kinds = l.kinds;
	d->generation = generation;
	snprintf(d->commit, sizeof d->commit, "%s", commit ? commit : "");
	return d;
}

void disputes_release(struct case_file *c)
{
	for (size_t i = 0; i < sizeof c->disputes / sizeof *c->disputes; i++) {
		json_decref(c->disputes[i].all);
		json_decref(c->disputes[i].kinds);
		json_decref(c->disputes[i].records);
	}
	memset(c->disputes, 0, sizeof c->disputes);
}

const json_t *record_disputes(struct case_file *c, const char *commit, const char *record)
{
	return json_object_get(all_disputes(c, commit)->all, record);
}

json_t *record_with_disputes(struct case_file *c, const char *commit, json_t *record, unsigned flags)
{
	const char *id = json_get_string(record, "id");
	const char *kind = json_get_string(record, "kind");
	if (!record || (flags & RECORD_RAW) || !id || kind_has(kind, KIND_CONFLICT))
		return record;
	const json_t *fields = record_disputes(c, commit, id);
	if (!fields)
		return record;
	json_t *marked = json_copy(record); /* an unknown kind's is the stored object itself */
	json_t *names = json_array();
	size_t n;
	char **sorted = json_names((json_t *)(uintptr_t)fields, &n);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(names, json_string(sorted[i]));
	json_names_free(sorted, n);
	json_object_set_new(marked, "disputed", names);
	json_object_set_new(marked, "disputed_values", json_deep_copy(fields));
	json_decref(record);
	return marked;
}

static void forget_record(void *ctx, const char *id)
{
	json_object_del(ctx, id);
}

/* The record as read; those of now are kept until they change. New reference. */
static json_t *disputed_record(struct case_file *c, const char *id)
{
	struct disputes *d = &c->disputes[0];
	const struct generations *g = &c->generations;
	if (c->action || !sqlite3_get_autocommit(c->db)) /* which may be given up */
		return record_get(c, id, 0, NULL);
	if (d->records && d->records_of != g->now &&
	    (g->all > d->records_of || generations_since(g, d->records_of, forget_record, d->records) < 0)) {
		json_decref(d->records);
		d->records = NULL;
	}
	d->records = d->records ? d->records : json_object();
	d->records_of = g->now;
	json_t *record = json_object_get(d->records, id);
	if (!record) {
		record = record_get(c, id, 0, NULL);
		if (record)
			json_object_set_new(d->records, id, record);
	}
	return json_incref(record);
}

int record_each_disputed(struct case_file *c, const char *kind, record_fn fn, void *ctx, struct err *err)
{
	size_t n;
	const json_t *of_kind = json_object_get(all_disputes(c, NULL)->kinds, kind);
	char **ids = json_names((json_t *)(uintptr_t)of_kind, &n); /* the callback may change the case */
	int rc = 0;
	for (size_t i = 0; i < n && rc == 0; i++) {
		json_t *record = disputed_record(c, ids[i]);
		if (record && !record_is_retracted(record))
			rc = fn(ctx, record);
		json_decref(record);
	}
	json_names_free(ids, n);
	(void)err;
	return rc;
}

size_t record_count_disputed(struct case_file *c, const char *kind)
{
	return json_object_size(json_object_get(all_disputes(c, NULL)->kinds, kind));
}

/* ---- a record as read */

int record_is_disputed(const json_t *record, const char *field)
{
	return json_object_get(json_object_get(record, "disputed_values"), field) != NULL;
}

/* Whether `value` is one of `list`, which are joined by bars. */
static int is_among(const char *list, const char *value)
{
	size_t length = value ? strlen(value) : 0;
	for (const char *p = list; value && *p;) {
		size_t n = strcspn(p, "|");
		if (n == length && memcmp(p, value, n) == 0)
			return 1;
		p += n + (p[n] == '|');
	}
	return 0;
}

int record_may_be(const json_t *record, const char *field, const char *values)
{
	const json_t *sides = json_object_get(json_object_get(record, "disputed_values"), field);
	int may = is_among(values, json_get_string(record, field));
	for (size_t i = 0; i < json_array_size(sides) && !may; i++)
		may = is_among(values, json_string_value(json_array_get(sides, i)));
	return may;
}

int record_surely_is(const json_t *record, const char *field, const char *values)
{
	const json_t *sides = json_object_get(json_object_get(record, "disputed_values"), field);
	int sure = is_among(values, json_get_string(record, field));
	for (size_t i = 0; i < json_array_size(sides) && sure; i++)
		sure = is_among(values, json_string_value(json_array_get(sides, i)));
	return sure;
}

const char *record_tlp(const json_t *record, const char *of_case)
{
	const json_t *sides = json_object_get(json_object_get(record, "disputed_values"), "tlp");
	const char *tlp = tlp_own_or(json_get_string(record, "tlp"), of_case);
	for (size_t i = 0; i < json_array_size(sides); i++)
		tlp = tlp_higher(tlp, tlp_own_or(json_string_value(json_array_get(sides, i)), of_case));
	return tlp;
}

int asset_is_uncontained(const json_t *asset)
{
	return record_may_be(asset, "status", ASSET_INFECTED) &&
	       !record_surely_is(asset, "containment", ASSET_CONTAINED);
}

int disputed_value_reassures(const char *field, const char *value)
{
	static const struct {
		const char *field, *values;
	} table[] = {
	    {"containment", ASSET_CONTAINED},
	    {"status", "clean|excluded|done|verified|dropped"},
	    {"state", "ruled_out|answered|finished|resolved"},
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (strcmp(table[i].field, field) == 0)
			return is_among(table[i].values, value);
	return 0;
}

void disputed_add(struct buf *out)
{
	buf_adds(out, _(" (disputed)"));
}
