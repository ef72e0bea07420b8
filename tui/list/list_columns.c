/* The columns of a list: which of a kind's fields stand in them, how wide they are, and what is in their cells. */
#include "base/buf.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "base/time/time_cell.h"
#include "case/action/custody.h"
#include "case/kind/first_line.h"
#include "case/store/disputed.h"
#include "tui/list/list_width.h"
#include "tui/list/view_list_private.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

#define SAMPLES       150  /* rows whose widths are looked at */
#define VALUES        1000 /* rows of which a word out of few is: which ones stand there decides what fits beside them */
#define UNSEEN        6    /* cells that the title gets besides, where there are more rows and cells are free */
#define WIDEST        200  /* cells of one column; a row that does not fit makes it narrower */
#define ENOUGH        11   /* cells that make a column of use */
#define TITLE_ENOUGH  18
#define TEXT_ENOUGH   28 /* of a title that is a text of many words */
#define WHOLE_TIME    25 /* a time with its zone, without which it is another */
#define SHORT_HASH    12
#define COLUMNS_LEAST 4

static int has_trait(struct record_cache *t, enum kind_trait trait)
{
	return (record_cache_kind(t)->traits & trait) != 0;
}

/* What says how the evidence of a row stands: a new reference. */
static json_t *evidence_of(struct record_cache *t, size_t row)
{
	static const char *const asked[] = {"form",     "sha256",      "complete", "match",
	                                    "verified", "verified_at", "ended",    "entered"};
	json_t *record = json_object();
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		json_t *value = record_cache_value(t, row, kind_field(record_cache_kind(t), asked[i]));
		if (value)
			json_object_set_new(record, asked[i], value);
	}
	return record;
}

enum evidence_status list_columns_status(struct record_cache *t, size_t row)
{
	json_t *record = evidence_of(t, row);
	enum evidence_status status = evidence_status_of(record, clock_now().seconds);
	json_decref(record);
	return status;
}

/* The day: in a list it says enough. */
static void add_last_read(struct record_cache *t, size_t row, struct buf *out)
{
	json_t *record = evidence_of(t, row);
	const char *last = evidence_last_read(record);
	if (last)
		time_cell(last, TIME_CELL_DAY, out);
	else
		buf_adds(out, "—");
	json_decref(record);
}

/* Who collected it holds it until it changes hands. 1: that is on record. */
static int add_collector(struct view *v, size_t row, struct buf *out)
{
	static const char *const asked[] = {"collected_by", "started", "method"};
	struct record_cache *t = list_table(list_view_data(v)->list);
	json_t *record = json_object();
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		const struct field *field = kind_field(record_cache_kind(t), asked[i]);
		json_t *value = field ? record_cache_value(t, row, field) : NULL;
		if (value)
			json_object_set_new(record, asked[i], value);
	}
	json_object_set_new(record, "author",
	                    json_stringn(record_cache_label(t, row), strcspn(record_cache_label(t, row), "-")));
	char *person = custody_person(workbench_case(v->wb), record, "holder");
	buf_adds(out, person ? person : "");
	json_decref(record);
	free(person);
	return person != NULL;
}

/* A member of a conflict in the words of the field that it is about. 1: so it was told. */
static int add_conflict(struct view *v, size_t row, const struct field *field, struct buf *out)
{
	static const char *const asked[] = {"record", "field", "one", "other", "base", "resolution"};
	struct record_cache *t = list_table(list_view_data(v)->list);
	json_t *record = json_pack("{s:s}", "kind", record_cache_kind(t)->name);
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		json_t *value = record_cache_value(t, row, kind_field(record_cache_kind(t), asked[i]));
		if (value)
			json_object_set_new(record, asked[i], value);
	}
	int told = workbench_conflict_words(v->wb, record, field->name, out);
	json_decref(record);
	return told;
}

static const char *column_name(const struct column *column)
{
	switch (column->of) {
	case OF_FIELD:
		break;
	case OF_LABEL:
		return _("Label");
	case OF_STANDING:
		return C_("evidence", "State");
	case OF_LAST_READ:
		return C_("evidence", "Last read");
	}
	const struct field *field = column->field;
	return !field ? "" : field->type == FIELD_SIZE ? _("Size") : field_label(field);
}

static void cell_text(struct view *v, size_t row, const struct column *column, struct buf *out)
{
	struct record_cache *t = list_table(list_view_data(v)->list);
	const struct field *field = column->field;
	if (column->of == OF_LABEL)
		buf_adds(out, record_cache_label(t, row));
	else if (column->of == OF_STANDING)
		buf_adds(out, evidence_status_text(list_columns_status(t, row)));
	else if (column->of == OF_LAST_READ)
		add_last_read(t, row, out);
	if (!field)
		return;
	if (has_trait(t, KIND_CONFLICT) && add_conflict(v, row, field, out)) {
		first_line_keep(out);
		return;
	}
	json_t *value = record_cache_value(t, row, field);
	if (!value && has_trait(t, KIND_EVIDENCE) && strcmp(field->name, "holder") == 0 && add_collector(v, row, out))
		return;
	int disputed = json_object_get(record_cache_disputes(t, row), field->name) != NULL;
	if (!value && !field->values) {
		buf_adds(out, "—");
		if (disputed)
			disputed_add(out);
		return;
	}
	workbench_name_field(v->wb, field, value, out);
	json_decref(value);
	if (field->type == FIELD_HASH && out->len > SHORT_HASH)
		buf_truncate(out, SHORT_HASH);
	first_line_keep(out);
	if (disputed)
		disputed_add(out);
}

static int orders(const struct list_view *lv, const struct column *column)
{
	const struct field *by = list_sorted_by(lv->list, NULL);
	return column->of == OF_LABEL ? !by : column->of == OF_FIELD && column->field == by;
}

void list_columns_cell(struct view *v, size_t row, size_t k, struct buf *out)
{
	cell_text(v, row, &list_view_data(v)->columns[k], out);
}

static size_t heading_width(const struct list_view *lv, const struct column *column)
{
	return text_width(column_name(column)) + (orders(lv, column) ? 2 : 0); /* and the sign of the order */
}

/* Widths of what stands in the cells, as far as a sample of the rows tells. */
static void view_list_measure(struct view *v)
{
	struct list_view *lv = list_view_data(v);
	size_t count = record_cache_count(list_table(lv->list));
	for (size_t k = 0; k < lv->column_count; k++) {
		struct column *column = &lv->columns[k];
		size_t looked = column->field && column->field->type == FIELD_ENUM ? VALUES : SAMPLES;
		size_t step = count > looked ? count / looked : 1;
		column->width = heading_width(lv, column);
		column->roomy = text_width(column_name(column)) + 2;
		for (size_t i = 0; i < count; i += step) {
			struct buf cell = BUF_INIT;
			cell_text(v, i, column, &cell);
			size_t width = text_width(cell.data);
			buf_release(&cell);
			if (width > column->width)
				column->width = width < WIDEST ? width : WIDEST;
		}
		size_t whole = column->of == OF_FIELD ? list_width_of_values(column->field) : 0;
		if (count > looked &&
		    whole > column->width) /* what stands in rows that were not looked at is not cut either */
			column->width = whole;
		if (column->width > column->roomy)
			column->roomy = column->width;
		if (count > SAMPLES && !whole && k == 1) /* a name that was not looked at may be longer */
			column->roomy = column->width + UNSEEN;
	}
}

/* A title that is a text of many words: what the list is read for. */
static int is_text(const struct list_view *lv, size_t k)
{
	const struct field *field = lv->columns[k].field;
	const char *title = record_cache_kind(list_table(lv->list))->title_field;
	return field && field->type == FIELD_LONG && title && strcmp(title, field->name) == 0;
}

/* What a column of this width needs to be of use. */
static size_t needed(const struct list_view *lv, size_t k, size_t width)
{
	if (lv->columns[k].of == OF_FIELD && list_width_of_values(lv->columns[k].field))
		return width;
	const struct field *field = lv->columns[k].field;
	size_t enough = field && field->type == FIELD_TIME ? WHOLE_TIME
	                : is_text(lv, k)                   ? TEXT_ENOUGH
	                : k == 1                           ? TITLE_ENOUGH
	                                                   : ENOUGH;
	return k == 0 || width < enough ? width : enough;
}

static void drop_last(struct list_view *lv)
{
	size_t last = lv->column_count - 1;
	if (last > 1 && is_text(lv, last)) /* the one before it goes */
		lv->columns[last - 1] = lv->columns[last];
	lv->column_count--;
}

/* The last columns go until the others have what they need, amply, so that which ones stand there is the same in every
 * order; then the widest give way until the row fits. */
static void fit(struct list_view *lv, size_t cells)
{
	size_t total;
	for (;; drop_last(lv)) {
		total = LIST_SIGNS;
		for (size_t k = 0; k < lv->column_count; k++)
			total += needed(lv, k, lv->columns[k].roomy) + (k ? 2 : 0);
		if (total <= cells || lv->column_count <= 2)
			break;
	}
	for (;;) {
		struct column *widest = NULL;
		total = LIST_SIGNS;
		for (size_t k = 0; k < lv->column_count; k++) {
			total += lv->columns[k].width + (k ? 2 : 0);
			if (k && lv->columns[k].width > needed(lv, k, lv->columns[k].width) &&
			    (!widest || lv->columns[k].width >= widest->width))
				widest = &lv->columns[k];
		}
		if (total <= cells || !widest)
			return;
		widest->width--;
	}
}

static void choose_columns(struct list_view *lv)
{
	const struct kind *kind = record_cache_kind(list_table(lv->list));
	lv->columns[0] = (struct column){.of = OF_LABEL};
	lv->column_count = 1;
	for (size_t i = 0; i < kind->list_column_count && lv->column_count < COLUMNS_MOST; i++) {
		const struct field *field = kind_field(kind, kind->list_columns[i]);
		int verified = (kind->traits & KIND_EVIDENCE) && strcmp(field->name, "verified_at") == 0;
		lv->columns[lv->column_count++] =
		    (struct column){.field = verified ? NULL : field, .of = verified ? OF_LAST_READ : OF_FIELD};
		if (i == 0 && (kind->traits & KIND_EVIDENCE))
			lv->columns[lv->column_count++] = (struct column){.of = OF_STANDING};
	}
}

static void name_columns(struct view *v)
{
	struct list_view *lv = list_view_data(v);
	struct buf line = BUF_INIT;
	int descending;
	list_sorted_by(lv->list, &descending);
	buf_adds(&line, "  ");
	for (size_t k = 0; k < lv->column_count; k++) {
		const struct column *column = &lv->columns[k];
		struct buf name = BUF_INIT;
		buf_adds(&name, column_name(column));
		int is_order = orders(lv, column);
		if (is_order && text_width(name.data) + 2 > column->width) {
			size_t fits = text_fit(name.data, column->width > 3 ? column->width - 2 : 1, NULL);
			buf_truncate(&name, fits);
		}
		if (is_order)
			buf_adds(&name, descending ? " v" : " ^");
		if (k)
			buf_adds(&line, "  ");
		text_pad(&line, name.data, column->width);
		buf_release(&name);
	}
	free(v->names);
	v->names = buf_take(&line, NULL);
}

size_t list_columns_natural(const struct view *v)
{
	return ((const struct list_view *)v->data)->natural;
}

/* Beside a pane that tells all fields, columns go rather than that others are cut. */
static void drop_cut(struct list_view *lv, size_t cells)
{
	for (; lv->column_count > COLUMNS_LEAST; drop_last(lv)) {
		size_t total = LIST_SIGNS;
		for (size_t k = 0; k < lv->column_count; k++)
			total += lv->columns[k].width + (k ? 2 : 0);
		if (total <= cells)
			return;
	}
}

/* What is left goes to the title, where not all rows were looked at. */
static void give_rest(struct list_view *lv, size_t cells)
{
	size_t total = LIST_SIGNS;
	if (record_cache_count(list_table(lv->list)) <= SAMPLES || lv->column_count < 2)
		return;
	for (size_t k = 0; k < lv->column_count; k++)
		total += lv->columns[k].width + (k ? 2 : 0);
	for (; total < cells && lv->columns[1].width < lv->columns[1].roomy; total++)
		lv->columns[1].width++;
}

void list_columns_lay_out(struct view *v, size_t cells)
{
	struct list_view *lv = list_view_data(v);
	choose_columns(lv);
	view_list_measure(v);
	lv->natural = LIST_SIGNS;
	for (size_t k = 0; k < lv->column_count; k++)
		lv->natural += lv->columns[k].roomy + (k ? 2 : 0);
	if (v->side)
		drop_cut(lv, cells);
	fit(lv, cells);
	give_rest(lv, cells);
	name_columns(v);
	lv->measured = record_cache_is_whole(list_table(lv->list));
}
