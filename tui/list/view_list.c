/* The records of one kind in columns: sorted, filtered, marked, changed together. */
#include "tui/list/view_list.h"
#include "case/store/disputed.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "tui/list/evidence_pane.h"
#include "tui/list/evidence_work.h"
#include "tui/list/list_memory.h"
#include "tui/list/list_purpose.h"
#include "tui/list/record_pane.h"
#include "tui/list/related.h"
#include "tui/list/view_list_private.h"
#include "tui/workbench/prompt.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

#define FILL_SLICE 0.004 /* seconds */
#define SHOW_EVERY 0.1   /* seconds between two drawings while work goes on */

/* ---- heading */

static void head(struct view *v)
{
	struct list_view *lv = list_view_data(v);
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
	if (list_kept(lv->list))
		buf_addf(&line,
		         P_(" · %zu no longer matches (f, Enter: hide it)",
		            " · %zu no longer match (f, Enter: hide them)", (unsigned long long)list_kept(lv->list)),
		         list_kept(lv->list));
	if (list_marked(lv->list))
		buf_addf(&line,
		         workbench_refuses_writing(v) ? _(" · %zu marked") : _(" · %zu marked (b sets a field of all)"),
		         list_marked(lv->list));
	if (list_shows_retracted(lv->list))
		buf_adds(&line, _(" · with retracted ones"));
	if (by)
		buf_addf(&line, _(" · by %s"), field_label(by));
	if (lv->more && v->filter && record_cache_is_whole(t))
		buf_addf(&line, _(" · searching, %zu to go…"), list_to_ask(lv->list));
	else if (lv->more && record_cache_percent(t) >= 0)
		buf_addf(&line, _(" · reading… %d %%"), record_cache_percent(t));
	else if (lv->more)
		buf_adds(&line, _(" · reading…"));
	free(v->heading);
	v->heading = buf_take(&line, NULL);
}

/* ---- filling */

/* Keeps the selection on the anchor as the list grows. */
static void follow_anchor(struct view *v)
{
	struct list_view *lv = list_view_data(v);
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

/* Marks what was marked when the list was left, as its rows come. */
static void mark_again(struct list_view *lv)
{
	struct record_cache *t = list_table(lv->list);
	for (; lv->to_mark && lv->looked < record_cache_count(t); lv->looked++) {
		const char *label = record_cache_label(t, lv->looked);
		if (!json_object_get(lv->to_mark, label))
			continue;
		if (!record_cache_is_retracted(t, lv->looked))
			list_mark(lv->list, lv->looked, 1);
		json_object_del(lv->to_mark, label); /* from here on the person says whether it is marked */
	}
	if (record_cache_is_whole(t)) {
		json_decref(lv->to_mark);
		lv->to_mark = NULL;
	}
}

static int go_on(struct view *v, double deadline)
{
	struct list_view *lv = list_view_data(v);
	list_keep_judged(lv->list, v->judged);
	int more = list_work(lv->list, deadline);
	lv->more = more;
	mark_again(lv);
	if (v->selected != lv->placed)
		lv->anchor = -1;
	follow_anchor(v);
	if (!more) {
		lv->wanted[0] = '\0';
		lv->anchor = -1;
	}
	if (v->selected >= v->count && lv->anchor < 0)
		v->selected = v->count ? v->count - 1 : 0;
	lv->placed = v->selected;
	return more;
}

/* The labels of what is marked, and of what will be when its row comes: a new object. */
static json_t *marks_of(struct view *v)
{
	struct list_view *lv = list_view_data(v);
	struct record_cache *t = list_table(lv->list);
	json_t *marks = lv->to_mark ? json_copy(lv->to_mark) : json_object();
	for (size_t i = 0; !*lv->as_of && list_marked(lv->list) && i < record_cache_count(t); i++)
		if (list_is_marked(lv->list, i))
			json_object_set_new(marks, record_cache_label(t, i), json_true());
	return marks;
}

/* Of a past that is looked at only the filter and the place are kept: the marks are those of now. */
static void keep_list(struct view *v)
{
	struct case_file *c = workbench_case(v->wb);
	if (!c || strchr(v->argument, ' ')) /* a filter that was given: it is not come back to */
		return;
	const struct list_memory *kept = list_memory_of(v->argument);
	json_t *marks = NULL;
	if (!*list_view_data(v)->as_of)
		marks = marks_of(v);
	else if (kept && strcmp(kept->of_case, case_id(c)) == 0)
		marks = json_incref(kept->marks);
	list_memory_keep(v->argument, view_label(v), v->filter, case_id(c), marks);
}

/* What was marked when the list was left, or before a past was looked at. */
static void restore_marks(struct view *v)
{
	struct list_view *lv = list_view_data(v);
	struct case_file *c = workbench_case(v->wb);
	const struct list_memory *kept = list_memory_of(v->argument);
	json_decref(lv->to_mark);
	lv->to_mark = NULL;
	lv->looked = 0;
	if (!*lv->as_of && c && kept && strcmp(kept->of_case, case_id(c)) == 0)
		lv->to_mark = json_copy(kept->marks);
}

/* The person looks at another time: the same list of other records. */
static void change_time(struct view *v)
{
	struct list_view *lv = list_view_data(v);
	struct workbench *wb = v->wb;
	int descending;
	const struct field *by = list_sorted_by(lv->list, &descending);
	int retracted = list_shows_retracted(lv->list);
	if (!*lv->as_of)
		keep_list(v);
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
	restore_marks(v);
}

/* The lock wipes the rows: their marks come back with them. */
static void hold_for_lock(struct view *v)
{
	struct list_view *lv = list_view_data(v);
	json_t *marks = marks_of(v);
	json_decref(lv->to_mark);
	lv->to_mark = marks;
	lv->looked = 0;
	view_list_hold(v);
}

static void restore_list(struct view *v)
{
	const struct list_memory *kept = list_memory_of(v->argument);
	if (!kept)
		return;
	if (kept->filter && list_filter(list_view_data(v)->list, kept->filter, NULL) == 0)
		v->filter = xstrdup(kept->filter);
	snprintf(list_view_data(v)->wanted, sizeof list_view_data(v)->wanted, "%s", kept->label);
	restore_marks(v);
}

/* Beside the rows stands what is on record of the selected one, where the screen is wide. */
static void lay_out(struct view *v)
{
	struct list_view *lv = list_view_data(v);
	int evidence = (record_cache_kind(list_table(lv->list))->traits & KIND_EVIDENCE) != 0;
	v->side = 0;
	list_columns_lay_out(v, (size_t)screen_columns());
	if (v->count > 0)
		view_pane_beside(v, list_columns_natural(v));
	if (v->side)
		list_columns_lay_out(v, (size_t)view_cells(v));
	/* two indicators that are cut at the same place look alike */
	int cut = (record_cache_kind(list_table(lv->list))->traits & KIND_INDICATOR) &&
	          list_columns_natural(v) > (size_t)view_cells(v);
	v->pane = evidence ? evidence_pane : v->side || cut ? record_pane : NULL;
}

/* Around the rows. A list that is still being made does not say that there is nothing. */
static void describe(struct view *v)
{
	struct list_view *lv = list_view_data(v);
	head(v);
	free(v->empty);
	v->empty =
	    lv->more ? NULL : list_purpose(record_cache_kind(list_table(lv->list)), v->filter != NULL, v->columns);
}

static int fill(struct view *v, int columns, struct err *err)
{
	(void)columns;
	(void)err;
	struct list_view *lv = list_view_data(v);
	if (strcmp(lv->as_of, workbench_as_of(v->wb)) != 0)
		change_time(v);
	else if (lv->anchor < 0 && !*lv->wanted)
		view_list_hold(v); /* an action makes the list anew: the selection stays on its record */
	go_on(v, clock_steady() + FILL_SLICE);
	lay_out(v);
	describe(v);
	return 0;
}

static int work(struct view *v, double deadline, int *show)
{
	struct list_view *lv = list_view_data(v);
	size_t before = v->count;
	int was_whole = !lv->more && lv->measured;
	if (!go_on(v, deadline)) {
		if (before == v->count && was_whole)
			return -1;
		if (!lv->measured)
			lay_out(v);
		describe(v);
		*show = 1;
		return -1;
	}
	double now = clock_steady();
	if (now - lv->shown_at > SHOW_EVERY || (before < (size_t)workbench_height(v->wb) && before != v->count)) {
		lv->shown_at = now;
		describe(v);
		*show = 1;
	}
	return 0;
}

/* ---- rows */

/* 1 for what must not be overlooked: infected or taken over, and still connected; evidence that is not what it was. */
static int is_alarm(struct record_cache *t, size_t row)
{
	const struct kind *kind = record_cache_kind(t);
	if ((record_cache_kind(t)->traits & KIND_EVIDENCE))
		return list_columns_status(t, row) == EVIDENCE_STATUS_DIFFERS;
	if (!(record_cache_kind(t)->traits & KIND_ASSET))
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
	struct list_view *lv = list_view_data(v);
	struct record_cache *t = list_table(lv->list);
	size_t row = list_row(lv->list, i);
	struct buf line = BUF_INIT;
	int retracted = record_cache_is_retracted(t, row);
	int alarm = !retracted && is_alarm(t, row);
	buf_addc(&line, list_is_marked(lv->list, row) ? '*' : ' ');
	buf_addc(&line, retracted ? 'x' : alarm ? '!' : ' ');
	for (size_t k = 0; k < lv->column_count; k++) {
		struct buf cell = BUF_INIT;
		list_columns_cell(v, row, k, &cell);
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
	struct list *l = list_view_data(v)->list;
	size_t row = i < list_count(l) ? list_row(l, i) : SIZE_MAX;
	return row < record_cache_count(list_table(l)) ? record_cache_label(list_table(l), row)
	                                               : ""; /* the table may have been wiped */
}

static void release(struct view *v)
{
	keep_list(v);
	json_decref(list_view_data(v)->to_mark);
	list_free(list_view_data(v)->list);
	free(v->data);
}

/* ---- the view */

/* The labels of all marked records, or of the one under the cursor. */
static void copy(struct view *v, struct buf *out)
{
	struct list *l = list_view_data(v)->list;
	struct record_cache *t = list_table(l);
	view_list_await_marks(v);
	for (size_t i = 0; list_marked(l) && i < record_cache_count(t); i++)
		if (list_is_marked(l, i))
			buf_addf(out, "%s%s", out->len ? "\n" : "", record_cache_label(t, i));
	if (!list_marked(l))
		buf_adds(out, view_label(v));
}

static void seek(struct view *v, const char *label)
{
	struct list_view *lv = list_view_data(v);
	snprintf(lv->wanted, sizeof lv->wanted, "%s", label);
	lv->searched = 0;
	v->count = 0; /* no row of before is to be found again */
	view_stale(v);
}

static const struct view_lazy list_lazy = {
    .row = lay_row, .label = label_at, .work = work, .flush = hold_for_lock, .seek = seek, .copy = copy};

struct list *view_list_of(struct view *v)
{
	return list_view_data(v)->list;
}

void view_list_hold(struct view *v)
{
	struct list_view *lv = list_view_data(v);
	lv->anchor = v->selected < list_count(lv->list) ? (long)list_row(lv->list, v->selected) : -1;
	lv->placed = v->selected;
}

void view_list_await_marks(struct view *v)
{
	struct list_view *lv = list_view_data(v);
	if (!json_object_size(lv->to_mark))
		return;
	if (lv->anchor < 0 && !*lv->wanted)
		view_list_hold(v);
	while (json_object_size(lv->to_mark) && go_on(v, clock_steady() + SHOW_EVERY))
		;
	view_list_redo(v);
}

void view_list_mark_none(struct view *v)
{
	struct list_view *lv = list_view_data(v);
	list_mark_none(lv->list);
	json_decref(lv->to_mark);
	lv->to_mark = NULL;
}

/* Takes out of the object the labels of the first `n` rows that are shown. */
static void take_out(struct view *v, json_t *labels, size_t n)
{
	for (size_t i = 0; i < n && i < list_count(view_list_of(v)); i++)
		json_object_del(labels, label_at(v, i));
}

void view_list_changed(struct view *v, char *const *labels, size_t count, struct buf *out)
{
	struct list_view *lv = list_view_data(v);
	int filters_again = v->filter && list_marked(lv->list);
	json_t *left = json_object();
	view_list_mark_none(v);
	for (size_t i = 0; i < count; i++) {
		workbench_judged(v->wb, labels[i]);
		json_object_set_new(left, labels[i], json_true());
	}
	json_t *below = filters_again ? json_copy(left) : NULL;
	take_out(v, below, v->selected);
	for (size_t i = 0; filters_again && i < count; i++)
		json_object_del(v->judged, labels[i]);
	view_list_hold(v);
	long row = lv->anchor;
	while (filters_again && go_on(v, clock_steady() + SHOW_EVERY))
		;
	take_out(v, left, filters_again ? list_count(lv->list) : 0);
	size_t gone = filters_again ? json_object_size(left) : 0;
	buf_adds(out, "");
	if (gone)
		buf_addf(out, _(" · %zu left the list (filter)"), gone);
	const char *label;
	json_t *value;
	size_t above = 0;
	if (gone && !(v->selected < v->count && (long)list_row(lv->list, v->selected) == row))
		json_object_foreach(left, label, value)
			above += !json_object_get(below, label);
	v->selected -= above < v->selected ? above : v->selected;
	json_decref(below);
	json_decref(left);
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
	else if (v && list_filter(list_view_data(v)->list, filter + 1, &err) < 0)
		workbench_tell_error(wb, &err);
	else if (v && *filter)
		v->filter = xstrdup(filter + 1);
	free(kind_name);
	return v;
}

void view_list_show(struct workbench *wb, const char *kind, const json_t *labels)
{
	struct buf argument = BUF_INIT;
	const char *label;
	json_t *value;
	buf_addf(&argument, "%s label=", kind);
	size_t begins = argument.len;
	json_object_foreach((json_t *)(uintptr_t)labels, label, value)
		buf_addf(&argument, "%s%s", argument.len > begins ? "|" : "", label);
	workbench_show(wb, "list", argument.data);
	buf_release(&argument);
}

/* At the record, or at the first of this kind that belongs to what was under the cursor; else where the list was left. */
static int begin_list_at(struct view *v, const char *labels)
{
	char related[LABEL_TEXT];
	char *kind = xstrndup(v->argument, strcspn(v->argument, " "));
	int found = related_label(v->wb, labels, kind, related);
	if (found)
		view_seek(v, related);
	else
		related_tell_none(v, labels);
	free(kind);
	return found;
}

const struct view_ops list_view = {.name = "list",
                                   .title = "",
                                   .fill = fill,
                                   .release = release,
                                   .keys = view_list_keys,
                                   .begin_at = begin_list_at,
                                   .open = open_list};

const struct view_ops asset_list_view = {.name = "list",
                                         .title = "",
                                         .fill = fill,
                                         .release = release,
                                         .own_keys = view_list_asset_keys,
                                         .keys = view_list_keys,
                                         .begin_at = begin_list_at,
                                         .open = open_list};

const struct view_ops evidence_list_view = {.name = "evidence",
                                            .title = "",
                                            .fill = fill,
                                            .release = release,
                                            .own_keys = evidence_list_keys,
                                            .keys = view_list_keys,
                                            .begin_at = begin_list_at,
                                            .open = open_list};
