/* What the responders did, as rows of the timeline: from the times in the records that say so (ACT, kinds_table.h). */
#include "case/query/timeline_acts.h"

#include "base/buf.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/query/timeline_private.h"
#include "case/store/disputed.h"

#include <stdlib.h>
#include <string.h>

#define NAMES_MOST 4 /* of what one row tells of; the others are counted */

int timeline_kind_has_acts(const struct kind *kind)
{
	for (size_t i = 0; i < kind->field_count; i++)
		if (kind->fields[i].act_en)
			return 1;
	return 0;
}

/* ---- words */

static const char *name_of_label(struct timeline_acts *k, const char *label)
{
	const char *known = json_get_string(k->names, label);
	if (known)
		return known;
	json_t *record = record_get(k->c, label, 0, NULL);
	char *title = record ? record_title(record) : xstrdup(label);
	json_object_set_new(k->names, label, json_string(title));
	json_decref(record);
	free(title);
	return json_get_string(k->names, label);
}

static void add_names(struct timeline_acts *k, const json_t *value, struct buf *out)
{
	size_t i;
	json_t *member;
	if (json_is_string(value))
		buf_adds(out, name_of_label(k, json_string_value(value)));
	json_array_foreach(value, i, member) {
		if (i == NAMES_MOST) {
			buf_addf(out, _(" and %zu more"), json_array_size(value) - i);
			break;
		}
		buf_addf(out, "%s%s", i ? _(", ") : "", name_of_label(k, json_string_value(member)));
	}
}

static void add_field(struct timeline_acts *k, const json_t *record, const struct field *field, struct buf *out)
{
	if (field->type == FIELD_REF || field->type == FIELD_REFS)
		add_names(k, json_object_get(record, field->name), out);
	else
		record_field_text(record, field, out);
}

/* `cable unplugged, Tanaka`: how, and by whom; what is not set is left out. */
static void add_details(struct timeline_acts *k, const json_t *record, const struct field *act, struct buf *out)
{
	const char *names = act->act_details ? act->act_details : "";
	while (*names) {
		size_t n = strcspn(names, " ");
		char *name = xstrndup(names, n);
		const struct field *field = kind_field(k->kind, name);
		if (field && json_object_get(record, name) && !json_is(record, name, "unknown")) {
			buf_adds(out, out->len ? _(", ") : "");
			add_field(k, record, field, out);
		}
		free(name);
		names += n + (names[n] == ' ');
	}
}

static void add_title(struct timeline_acts *k, const json_t *record, struct buf *out)
{
	const struct field *field = k->kind->title_field ? kind_field(k->kind, k->kind->title_field) : NULL;
	if (field && field->type == FIELD_REF && json_object_get(record, field->name)) {
		add_names(k, json_object_get(record, field->name), out);
		return;
	}
	char *title = record_title(record);
	buf_adds(out, title);
	free(title);
}

/* ---- rows */

static void add_act(struct timeline_acts *k, json_t *record, const struct field *field, int is_recorded)
{
	struct timeline_row *row =
	    timeline_append(k->t, record, json_get_string(record, is_recorded ? "entered" : field->name));
	struct buf details = BUF_INIT;
	struct buf names = BUF_INIT;
	add_details(k, record, field, &details);
	add_title(k, record, &names);
	row->act = field;
	row->is_recorded = is_recorded;
	row->names = buf_take(&names, NULL);
	row->details = details.len ? buf_take(&details, NULL) : NULL;
	row->records = 1;
	buf_release(&details);
	timeline_place(k->c, row);
}

void timeline_acts_of(struct timeline_acts *k, json_t *record)
{
	k->kind = record_kind(record);
	for (size_t i = 0; k->kind && i < k->kind->field_count; i++) {
		const struct field *field = &k->kind->fields[i];
		int is_known = json_get_string(record, field->name) != NULL;
		if (field->act_en && (is_known || field->act_else_en))
			add_act(k, record, field, !is_known);
	}
}

static int is_same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Machines that were isolated together are one row: the same act, at the same time, in the same way. */
static int joins(const struct timeline_row *a, const struct timeline_row *b)
{
	return a->act == b->act && a->is_recorded == b->is_recorded && edtf_instant_compare(a->first, b->first) == 0 &&
	       edtf_instant_compare(a->last, b->last) == 0 && is_same(a->details, b->details);
}

static void join_name(struct timeline_row *row, const struct timeline_row *other)
{
	if (++row->records > NAMES_MOST)
		return;
	char *names = xasprintf("%s, %s", row->names, other->names);
	free(row->names);
	row->names = names;
}

void timeline_join_last(struct timeline *t)
{
	size_t at = t->count - 1;
	struct timeline_row *row = &t->rows[at];
	if (!row->act || !row->placed)
		return;
	while (at > 0 && edtf_instant_compare(t->rows[at - 1].first, row->first) == 0 &&
	       !(t->rows[at - 1].act && joins(&t->rows[at - 1], row)))
		at--;
	if (at > 0 && t->rows[at - 1].act && joins(&t->rows[at - 1], row)) {
		join_name(&t->rows[at - 1], row);
		timeline_row_release(row);
		t->count--;
	}
}

int timeline_is_dismissed(const struct timeline_row *row)
{
	return row->act && row->act->act_is_trace && record_surely_is(row->record, "status", "dismissed");
}

void timeline_act_text(const struct timeline_row *row, struct buf *out)
{
	buf_addf(out, "%s: %s", row->is_recorded ? field_act_else(row->act) : field_act(row->act), row->names);
	if (row->records > NAMES_MOST)
		buf_addf(out, _(" and %zu more"), row->records - NAMES_MOST);
	if (row->details)
		buf_addf(out, " (%s)", row->details);
}
