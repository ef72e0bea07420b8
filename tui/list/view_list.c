/* The records of one kind in columns: sorted, filtered, marked, changed together. */
#include "tui/list/view_list.h"
#include "case/store/disputed.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "evidence/evidence_status.h"
#include "history/history.h"
#include "tui/list/evidence_pane.h"
#include "tui/list/evidence_work.h"
#include "tui/list/list.h"
#include "tui/list/list_memory.h"
#include "tui/list/list_purpose.h"
#include "tui/list/list_width.h"
#include "tui/workbench/prompt.h"
#include "tui/workbench/title_cache.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

#define FILL_SLICE   0.008 /* seconds */
#define SHOW_EVERY   0.1   /* seconds between two drawings while work goes on */
#define COLUMNS_MOST 12
#define SAMPLES      150 /* rows whose widths are looked at */
#define WIDEST       40  /* cells of one column */
#define ENOUGH       11  /* cells that make a column of use */
#define TITLE_ENOUGH 18
#define TEXT_ENOUGH  30 /* of a title that is a text of many words */
#define SIGNS        2  /* cells before the label: marked, alarm or retracted */
#define SHORT_HASH   12

/* What a column shows: a field; or what follows from several. */
enum column_of { OF_FIELD, OF_LABEL, OF_STANDING, OF_LAST_READ };

struct column {
	enum column_of of;
	const struct field *field; /* OF_FIELD */
	size_t width;              /* cells */
	size_t roomy;              /* cells, if its heading also bore the sign of the order */
};

struct list_view {
	char as_of[HISTORY_ID]; /* the commit of the table; "": now */
	struct list *list;
	struct column columns[COLUMNS_MOST];
	size_t column_count;
	long anchor;             /* row of the table that stays selected while the list is made anew, or -1 */
	char wanted[LABEL_TEXT]; /* the record to be selected when it is there, or "" */
	size_t searched;         /* places that were searched for it */
	size_t placed;           /* the selection as it was set last: if it is another, the person has moved */
	uint64_t epoch;
	double shown_at;
	int measured; /* the widths are those of the whole table */
};

static struct list_view *data(struct view *v)
{
	return v->data;
}

/* ---- layout */

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

static enum evidence_status status_of(struct record_cache *t, size_t row)
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
	buf_addf(out, "%.10s", last ? last : "—");
	json_decref(record);
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
	struct record_cache *t = list_table(data(v)->list);
	const struct field *field = column->field;
	if (column->of == OF_LABEL)
		buf_adds(out, record_cache_label(t, row));
	else if (column->of == OF_STANDING)
		buf_adds(out, evidence_status_text(status_of(t, row)));
	else if (column->of == OF_LAST_READ)
		add_last_read(t, row, out);
	if (!field)
		return;
	json_t *value = record_cache_value(t, row, field);
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
	size_t line = strcspn(out->data, "\n");
	if (out->data[line]) {
		buf_truncate(out, line);
		buf_adds(out, " …");
	}
	if (disputed)
		disputed_add(out);
}

static int orders(const struct list_view *lv, const struct column *column)
{
	const struct field *by = list_sorted_by(lv->list, NULL);
	return column->of == OF_LABEL ? !by : column->of == OF_FIELD && column->field == by;
}

static size_t heading_width(const struct list_view *lv, const struct column *column)
{
	return text_width(column_name(column)) + (orders(lv, column) ? 2 : 0); /* and the sign of the order */
}

/* Widths of what stands in the cells, as far as a sample of the rows tells. */
static void view_list_measure(struct view *v)
{
	struct list_view *lv = data(v);
	size_t count = record_cache_count(list_table(lv->list));
	size_t step = count > SAMPLES ? count / SAMPLES : 1;
	for (size_t k = 0; k < lv->column_count; k++) {
		struct column *column = &lv->columns[k];
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
		if (count > SAMPLES &&
		    whole > column->width) /* what stands in rows that were not looked at is not cut either */
			column->width = whole;
		if (column->width > column->roomy)
			column->roomy = column->width;
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
	size_t enough = is_text(lv, k) ? TEXT_ENOUGH : k == 1 ? TITLE_ENOUGH : ENOUGH;
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
		total = SIGNS;
		for (size_t k = 0; k < lv->column_count; k++)
			total += needed(lv, k, lv->columns[k].roomy) + (k ? 2 : 0);
		if (total <= cells || lv->column_count <= 2)
			break;
	}
	for (;;) {
		struct column *widest = NULL;
		total = SIGNS;
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
	struct list_view *lv = data(v);
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

/* ---- heading */

static void head(struct view *v)
{
	struct list_view *lv = data(v);
	struct record_cache *t = list_table(lv->list);
	const struct kind *kind = record_cache_kind(t);
	int descending;
	const struct field *by = list_sorted_by(lv->list, &descending);
	struct buf line = BUF_INIT;
	buf_adds(&line, kind_label(kind));
	if (v->filter || list_count(lv->list) != record_cache_count(t))
		buf_addf(&line, _(" · %zu of %zu"), list_count(lv->list), record_cache_count(t));
	else
		buf_addf(&line, " · %zu", record_cache_count(t));
	if (list_marked(lv->list))
		buf_addf(&line, _(" · %zu marked"), list_marked(lv->list));
	if (list_shows_retracted(lv->list))
		buf_adds(&line, _(" · with retracted ones"));
	if (by)
		buf_addf(&line, _(" · by %s"), field_label(by));
	if (!record_cache_is_whole(t))
		buf_adds(&line, _(" · reading…"));
	free(v->heading);
	v->heading = buf_take(&line, NULL);
}

/* ---- filling */

/* Keeps the selection on the anchor as the list grows. */
static void follow_anchor(struct view *v)
{
	struct list_view *lv = data(v);
	if (lv->epoch != list_epoch(lv->list)) {
		lv->epoch = list_epoch(lv->list);
		lv->searched = 0;
	}
	v->count = list_count(lv->list);
	if (lv->anchor < 0 && !*lv->wanted)
		return;
	for (; lv->searched < v->count; lv->searched++) {
		size_t row = list_row(lv->list, lv->searched);
		if (*lv->wanted ? strcmp(record_cache_label(list_table(lv->list), row), lv->wanted) == 0
		                : row == (size_t)lv->anchor) {
			v->selected = lv->searched;
			lv->anchor = -1;
			lv->wanted[0] = '\0';
			return;
		}
	}
}

static int go_on(struct view *v, double deadline)
{
	struct list_view *lv = data(v);
	int more = list_work(lv->list, deadline);
	if (v->selected != lv->placed)
		lv->anchor = -1;
	follow_anchor(v);
	if (!more)
		lv->wanted[0] = '\0';
	if (v->selected >= v->count && lv->anchor < 0)
		v->selected = v->count ? v->count - 1 : 0;
	lv->placed = v->selected;
	return more;
}

static void lay_out(struct view *v)
{
	struct list_view *lv = data(v);
	choose_columns(lv);
	view_list_measure(v);
	fit(lv, (size_t)screen_columns());
	name_columns(v);
	lv->measured = record_cache_is_whole(list_table(lv->list));
}

/* The person looks at another time: the same list of other records. */
static void change_time(struct view *v)
{
	struct list_view *lv = data(v);
	struct workbench *wb = v->wb;
	int descending;
	const struct field *by = list_sorted_by(lv->list, &descending);
	int retracted = list_shows_retracted(lv->list);
	struct list *list = list_new(workbench_table(wb, record_cache_kind(list_table(lv->list)), workbench_as_of(wb)));
	list_sort(list, by, descending);
	list_show_retracted(list, retracted);
	if (v->filter)
		list_filter(list, v->filter, NULL);
	list_free(lv->list);
	lv->list = list;
	lv->anchor = -1;
	lv->epoch = 0;
	snprintf(lv->as_of, sizeof lv->as_of, "%s", workbench_as_of(wb));
}

static void keep_list(struct view *v)
{
	if (workbench_case(v->wb))
		list_memory_keep(v->argument, view_label(v), v->filter);
}

static void restore_list(struct view *v)
{
	const struct list_memory *kept = list_memory_of(v->argument);
	if (!kept)
		return;
	if (kept->filter && list_filter(data(v)->list, kept->filter, NULL) == 0)
		v->filter = xstrdup(kept->filter);
	snprintf(data(v)->wanted, sizeof data(v)->wanted, "%s", kept->label);
}

static int fill(struct view *v, int columns, struct err *err)
{
	(void)columns;
	(void)err;
	if (strcmp(data(v)->as_of, workbench_as_of(v->wb)) != 0)
		change_time(v);
	go_on(v, clock_steady() + FILL_SLICE);
	lay_out(v);
	head(v);
	free(v->empty);
	v->empty = list_purpose(record_cache_kind(list_table(data(v)->list)), v->filter != NULL, v->columns);
	return 0;
}

static int work(struct view *v, double deadline, int *show)
{
	struct list_view *lv = data(v);
	size_t before = v->count;
	int was_whole = record_cache_is_whole(list_table(lv->list));
	int was_marked = lv->measured;
	if (!go_on(v, deadline)) {
		if (before == v->count && was_whole && was_marked)
			return -1;
		if (!lv->measured)
			lay_out(v);
		head(v);
		*show = 1;
		return -1;
	}
	double now = clock_steady();
	if (now - lv->shown_at > SHOW_EVERY || (before < (size_t)workbench_height(v->wb) && before != v->count)) {
		lv->shown_at = now;
		head(v);
		*show = 1;
	}
	return 0;
}

/* ---- rows */

/* 1 for what must not be overlooked: infected or taken over, and still connected; evidence that is not what it was. */
static int is_alarm(struct record_cache *t, size_t row)
{
	const struct kind *kind = record_cache_kind(t);
	if (has_trait(t, KIND_EVIDENCE))
		return status_of(t, row) == EVIDENCE_STATUS_DIFFERS;
	if (!has_trait(t, KIND_ASSET))
		return 0;
	json_t *asset = json_object();
	json_t *disputes = (json_t *)(uintptr_t)record_cache_disputes(t, row);
	json_object_set_new(asset, "status", record_cache_value(t, row, kind_field(kind, "status")));
	json_object_set_new(asset, "containment", record_cache_value(t, row, kind_field(kind, "containment")));
	if (disputes)
		json_object_set(asset, "disputed_values", disputes);
	int alarm = asset_is_uncontained(asset);
	json_decref(asset);
	return alarm;
}

static void lay_row(struct view *v, size_t i, struct row *out)
{
	struct list_view *lv = data(v);
	struct record_cache *t = list_table(lv->list);
	size_t row = list_row(lv->list, i);
	struct buf line = BUF_INIT;
	int retracted = record_cache_is_retracted(t, row);
	int alarm = !retracted && is_alarm(t, row);
	buf_addc(&line, list_is_marked(lv->list, row) ? '*' : ' ');
	buf_addc(&line, retracted ? 'x' : alarm ? '!' : ' ');
	for (size_t k = 0; k < lv->column_count; k++) {
		struct buf cell = BUF_INIT;
		cell_text(v, row, &lv->columns[k], &cell);
		if (k)
			buf_adds(&line, "  ");
		text_pad(&line, cell.data, lv->columns[k].width);
		buf_release(&cell);
	}
	out->text = buf_take(&line, NULL);
	out->tone = retracted ? TONE_FAINT : alarm ? TONE_ALARM : TONE_PLAIN;
	snprintf(out->label, sizeof out->label, "%s", record_cache_label(t, row));
}

static const char *label_at(struct view *v, size_t i)
{
	struct list *l = data(v)->list;
	size_t row = i < list_count(l) ? list_row(l, i) : SIZE_MAX;
	return row < record_cache_count(list_table(l)) ? record_cache_label(list_table(l), row)
	                                               : ""; /* the table may have been wiped */
}

static void release(struct view *v)
{
	keep_list(v);
	list_free(data(v)->list);
	free(v->data);
}

/* ---- the view */

/* The labels of all marked records, or of the one under the cursor. */
static void copy(struct view *v, struct buf *out)
{
	struct list *l = data(v)->list;
	struct record_cache *t = list_table(l);
	for (size_t i = 0; list_marked(l) && i < record_cache_count(t); i++)
		if (list_is_marked(l, i))
			buf_addf(out, "%s%s", out->len ? "\n" : "", record_cache_label(t, i));
	if (!list_marked(l))
		buf_adds(out, view_label(v));
}

static void seek(struct view *v, const char *label)
{
	struct list_view *lv = data(v);
	snprintf(lv->wanted, sizeof lv->wanted, "%s", label);
	lv->searched = 0;
	v->count = 0; /* no row of before is to be found again */
	view_stale(v);
}

static const struct view_lazy list_lazy = {
    .row = lay_row, .label = label_at, .work = work, .flush = view_list_hold, .seek = seek, .copy = copy};

struct list *view_list_of(struct view *v)
{
	return data(v)->list;
}

void view_list_hold(struct view *v)
{
	struct list_view *lv = data(v);
	lv->anchor = v->selected < list_count(lv->list) ? (long)list_row(lv->list, v->selected) : -1;
	lv->placed = v->selected;
}

void view_list_redo(struct view *v)
{
	view_stale(v);
}

/* Lists of some kinds have keys of their own. */
static const struct view_ops *ops_of(const char *kind)
{
	return kind_has(kind, KIND_EVIDENCE) ? &evidence_list_view
	       : kind_has(kind, KIND_ASSET)  ? &asset_list_view
	                                     : &list_view;
}

static struct view *open_list_of(struct workbench *wb, const char *kind_name)
{
	const struct kind *kind = kind_find(kind_name);
	if (!kind) {
		workbench_tell(wb, TONE_ALARM, _("there is no kind '%s'"), kind_name);
		return NULL;
	}
	const struct view_ops *ops = ops_of(kind_name);
	struct view *v = view_new(wb, ops, kind_name);
	struct list_view *lv = xcalloc(1, sizeof *lv);
	lv->list = list_new(workbench_table(wb, kind, workbench_as_of(wb)));
	snprintf(lv->as_of, sizeof lv->as_of, "%s", workbench_as_of(wb));
	lv->anchor = -1;
	v->data = lv;
	v->lazy = &list_lazy;
	if (ops == &evidence_list_view)
		v->pane = evidence_pane;
	return v;
}

/* About a kind, and behind a space, if it is there, a filter to begin with. */
static struct view *open_list(struct workbench *wb, const char *argument)
{
	char *kind_name = xstrndup(argument, strcspn(argument, " "));
	struct view *v = open_list_of(wb, kind_name);
	const char *filter = argument + strlen(kind_name);
	struct err err = ERR_INIT;
	if (v && !*filter)
		restore_list(v);
	else if (v && list_filter(data(v)->list, filter + 1, &err) < 0)
		workbench_tell_error(wb, &err);
	else if (v && *filter)
		v->filter = xstrdup(filter + 1);
	free(kind_name);
	return v;
}

const struct view_ops list_view = {
    .name = "list", .title = "", .fill = fill, .release = release, .keys = view_list_keys, .open = open_list};

const struct view_ops asset_list_view = {.name = "list",
                                         .title = "",
                                         .fill = fill,
                                         .release = release,
                                         .own_keys = view_list_asset_keys,
                                         .keys = view_list_keys,
                                         .open = open_list};

const struct view_ops evidence_list_view = {.name = "evidence",
                                            .title = "",
                                            .fill = fill,
                                            .release = release,
                                            .own_keys = evidence_list_keys,
                                            .keys = view_list_keys,
                                            .open = open_list};
