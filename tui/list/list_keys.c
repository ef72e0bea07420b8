/* What keys do to a list: order, filter, marks, and changes of one record or of all marked ones. */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "case/store/record.h"
#include "tui/form/follow_up.h"
#include "tui/form/form.h"
#include "tui/form/questions.h"
#include "tui/list/isolate.h"
#include "tui/list/view_list.h"
#include "tui/workbench/draft_prompt.h"
#include "tui/workbench/prompt.h"
#include "tui/workbench/workbench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- order */

static void sort_by(struct view *v, const struct field *field, int descending)
{
	view_list_hold(v);
	list_sort(view_list_of(v), field, descending);
	view_list_redo(v);
	workbench_tell(v->wb, TONE_FAINT, descending ? _("by %s, downwards") : _("by %s"),
	               field ? field_label(field) : _("Label"));
}

/* The next column of the kind's list; behind the last one the label again. */
static enum redraw sort_by_next(struct view *v)
{
	const struct kind *kind = record_cache_kind(list_table(view_list_of(v)));
	const struct field *by = list_sorted_by(view_list_of(v), NULL);
	size_t next = 0;
	for (size_t i = 0; by && i < kind->list_column_count; i++)
		if (strcmp(kind->list_columns[i], by->name) == 0)
			next = i + 1;
	sort_by(v, next < kind->list_column_count ? kind_field(kind, kind->list_columns[next]) : NULL, 0);
	return REDRAW_VIEW;
}

static enum redraw sort_backwards(struct view *v)
{
	int descending;
	const struct field *by = list_sorted_by(view_list_of(v), &descending);
	sort_by(v, by, !descending);
	return REDRAW_VIEW;
}

static enum redraw sort_by_any(struct view *v)
{
	const struct kind *kind = record_cache_kind(list_table(view_list_of(v)));
	size_t count = kind_field_count(kind);
	const char **names = xcalloc(count + 1, sizeof *names);
	names[0] = _("Label");
	for (size_t i = 0; i < count; i++)
		names[i + 1] = field_label(kind_field_at(kind, i));
	int chosen = prompt_choice(v->wb, _("Sort by: "), names, count + 1, 0, NULL);
	free(names);
	if (chosen >= 0)
		sort_by(v, chosen ? kind_field_at(kind, (size_t)chosen - 1) : NULL, 0);
	return REDRAW_ALL;
}

/* ---- filter */

static void filter_changed(void *ctx, const char *text)
{
	struct view *v = ctx;
	struct err err = ERR_INIT;
	view_list_hold(v);
	view_forget_judged(v);
	list_keep_judged(view_list_of(v), NULL);
	if (list_filter(view_list_of(v), text, &err) < 0) {
		workbench_tell(v->wb, TONE_ATTENTION, "%s", err.message);
		return;
	}
	free(v->filter);
	v->filter = *text ? xstrdup(text) : NULL;
	view_list_redo(v);
}

static int filter_check(void *ctx, const char *text, struct err *err)
{
	return list_filter(view_list_of(ctx), text, err);
}

static enum redraw edit_filter(struct view *v)
{
	char *before = xstrdup(v->filter ? v->filter : "");
	int is_of_labels =
	    strncmp(before, "label=", 6) == 0; /* another room chose them: what is typed takes their place */
	struct prompt_line line = {
	    .question = _("Filter: "),
	    .help = *before && !is_of_labels
	                ? _(" status=infected seen>2014-12 -tag:noise · Ctrl-U clears · Enter keep · Esc undo")
	                : _(" status=infected seen>2014-12 -tag:noise · Enter keep · Esc undo"),
	    .initial = is_of_labels ? "" : before,
	    .changed = filter_changed,
	    .check = filter_check,
	    .ctx = v,
	};
	int left;
	char *text = prompt_edit(v->wb, &line, &left);
	filter_changed(v, left ? before : text);
	free(text);
	free(before);
	return REDRAW_ALL;
}

static enum redraw drop_filter(struct view *v)
{
	if (v->filter)
		filter_changed(v, "");
	return REDRAW_VIEW;
}

/* Esc leaves the list only when nothing is hidden in it. */
static enum redraw end_filter(struct view *v)
{
	if (!v->filter)
		return REDRAW_NOT_TAKEN;
	filter_changed(v, "");
	return REDRAW_ALL;
}

/* ---- marks */

static enum redraw mark_one(struct view *v)
{
	struct list *l = view_list_of(v);
	if (v->selected >= list_count(l))
		return REDRAW_VIEW;
	size_t row = list_row(l, v->selected);
	list_mark(l, row, !list_is_marked(l, row));
	if (v->selected + 1 < v->count)
		v->selected++;
	view_list_redo(v);
	return REDRAW_VIEW;
}

/* All that are shown; or, if any is marked, none. */
static enum redraw mark_all(struct view *v)
{
	struct list *l = view_list_of(v);
	view_list_await_marks(v);
	char *question = xasprintf(_("Mark all %zu that are shown? (y/n) "), list_count(l));
	if (list_marked(l))
		view_list_mark_none(v);
	else if (list_count(l) <= 1 || prompt_yes(v->wb, question))
		for (size_t i = 0; i < list_count(l); i++)
			list_mark(l, list_row(l, i), 1);
	free(question);
	view_list_redo(v);
	return REDRAW_VIEW;
}

char **view_list_chosen(struct view *v, size_t *count)
{
	struct list *l = view_list_of(v);
	struct record_cache *t = list_table(l);
	char under_cursor[LABEL_TEXT]; /* as the person sees it: reading on may move the selection */
	snprintf(under_cursor, sizeof under_cursor, "%s", view_label(v));
	view_list_await_marks(v);
	size_t marked = list_marked(l);
	char **labels = xcalloc(marked + 1, sizeof *labels);
	*count = 0;
	for (size_t i = 0; marked && i < record_cache_count(t); i++)
		if (list_is_marked(l, i))
			labels[(*count)++] = xstrdup(record_cache_label(t, i));
	if (!marked && *under_cursor)
		labels[(*count)++] = xstrdup(under_cursor);
	return labels;
}

void view_list_chosen_free(char **labels, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(labels[i]);
	free(labels);
}

struct list_keys_chosen {
	struct view *v;
	char **labels;
	size_t count;
};

/* One action for all of them: one commit, or nothing. */
static int change_all(void *ctx, struct question *all, struct err *err)
{
	const struct list_keys_chosen *chosen = ctx;
	struct workbench *wb = chosen->v->wb;
	struct assign assign = {all->name, all->answer};
	struct action *a = action_begin(workbench_case(wb), "set", err);
	for (size_t i = 0; a && i < chosen->count; i++)
		if (action_set(a, chosen->labels[i], &assign, 1, 0, err) < 0)
			break;
	if (!a || action_commit(a, err) < 0)
		return -1;
	int unmarked = list_marked(view_list_of(chosen->v)) > 0;
	struct buf said = BUF_INIT;
	struct buf left = BUF_INIT;
	view_list_changed(chosen->v, chosen->labels, chosen->count, &left);
	buf_addf(&said,
	         unmarked && !left.len ? P_("%s of %zu record set in one action; its mark is taken away",
	                                    "%s of %zu records set in one action; their marks are taken away",
	                                    (unsigned long long)chosen->count)
	                               : P_("%s of %zu record set in one action", "%s of %zu records set in one action",
	                                    (unsigned long long)chosen->count),
	         field_label(all->field), chosen->count);
	workbench_tell(wb, TONE_GOOD, "%s%s", said.data, left.data);
	buf_release(&left);
	buf_release(&said);
	return 0;
}

static enum redraw change_marked(struct view *v)
{
	const struct kind *kind = record_cache_kind(list_table(view_list_of(v)));
	struct list_keys_chosen chosen = {.v = v};
	chosen.labels = view_list_chosen(v, &chosen.count);
	if (chosen.count > 0) {
		char *question = xasprintf(P_("Set which field of %zu record: ", "Set which field of %zu records: ",
		                              (unsigned long long)chosen.count),
		                           chosen.count);
		const struct field *field = form_choose_field(v->wb, kind, question);
		struct question asked = {.name = field ? field->name : NULL, .field = field, .ask = question_field};
		struct questions q = {&asked, 1, change_all, &chosen};
		if (field)
			questions_ask(v->wb, &q);
		questions_release(&q);
		free(question);
	}
	view_list_chosen_free(chosen.labels, chosen.count);
	view_list_redo(v);
	return REDRAW_ALL;
}

static int retract_all(void *ctx, const char *reason, struct err *err)
{
	const struct list_keys_chosen *chosen = ctx;
	struct action *a = action_begin(workbench_case(chosen->v->wb), "retract", err);
	for (size_t i = 0; a && i < chosen->count; i++)
		if (action_retract(a, chosen->labels[i], reason, err) < 0)
			break;
	return a ? action_commit(a, err) : -1;
}

static int may_retract(const struct list_keys_chosen *chosen, struct err *err)
{
	for (size_t i = 0; i < chosen->count; i++)
		if (record_may_retract(workbench_case(chosen->v->wb), chosen->labels[i], err) < 0)
			return -1;
	return 0;
}

static enum redraw retract_marked(struct view *v)
{
	struct list_keys_chosen chosen = {.v = v};
	struct err err = ERR_INIT;
	chosen.labels = view_list_chosen(v, &chosen.count);
	if (may_retract(&chosen, &err) < 0) {
		workbench_tell_error(v->wb, &err);
		view_list_chosen_free(chosen.labels, chosen.count);
		return REDRAW_ALL;
	}
	char *question = chosen.count == 1
	                     ? xasprintf(_("Retract %s; reason: "), chosen.labels[0])
	                     : xasprintf(P_("Retract %zu record; reason: ", "Retract %zu records; reason: ",
	                                    (unsigned long long)chosen.count),
	                                 chosen.count);
	char *draft = xasprintf("retract:%s", chosen.count == 1 ? chosen.labels[0] : v->argument);
	if (chosen.count > 0 && draft_prompt_reason(v->wb, draft, question, retract_all, &chosen)) {
		view_list_mark_none(v);
		workbench_tell(v->wb, TONE_GOOD, _("%zu retracted; R shows retracted ones"), chosen.count);
	}
	free(draft);
	free(question);
	view_list_chosen_free(chosen.labels, chosen.count);
	view_list_redo(v);
	return REDRAW_ALL;
}

static enum redraw toggle_retracted(struct view *v)
{
	struct list *l = view_list_of(v);
	view_list_hold(v);
	list_show_retracted(l, !list_shows_retracted(l));
	view_list_redo(v);
	return REDRAW_VIEW;
}

static enum redraw list_keys_add(struct view *v)
{
	workbench_push(v->wb, form_new(v->wb, v->argument, NULL));
	return REDRAW_ALL;
}

/* Nothing is told to be left out where the only mark is on what is edited. */
static int marks_only(struct view *v, const char *label)
{
	const struct list *l = view_list_of(v);
	const struct record_cache *t = list_table(l);
	for (size_t i = 0; list_marked(l) == 1 && i < record_cache_count(t); i++)
		if (list_is_marked(l, i))
			return strcmp(record_cache_label(t, i), label) == 0;
	return 0;
}

static enum redraw list_keys_edit(struct view *v)
{
	char label[LABEL_TEXT]; /* as the person sees it: reading on may move the selection */
	snprintf(label, sizeof label, "%s", view_label(v));
	struct view *form = *label ? form_new(v->wb, v->argument, label) : NULL;
	view_list_await_marks(v);
	size_t marked = list_marked(view_list_of(v));
	if (form && marked && !marks_only(v, label))
		workbench_tell(v->wb, TONE_ATTENTION,
		               P_("%s alone is edited, not the %zu that is marked (b sets a field of it)",
		                  "%s alone is edited, not the %zu that are marked (b sets a field of all)",
		                  (unsigned long long)marked),
		               label, marked);
	if (form)
		workbench_push(v->wb, form);
	return REDRAW_ALL;
}

static enum redraw list_keys_follow_up(struct view *v)
{
	if (*view_label(v))
		follow_up_ask(v->wb, view_label(v));
	return REDRAW_ALL;
}

static const char *refuses_follow_up(struct view *v)
{
	return kind_has(v->argument, KIND_NOTE)
	           ? _("open the note: c makes an event, asset, measure or indicator of it")
	           : workbench_refuses_writing(v);
}

/* Its columns are shown, and asked for, before anything is written. */
static enum redraw list_keys_import(struct view *v)
{
	workbench_show(v->wb, "import", v->argument);
	return REDRAW_ALL;
}

/* On the marked assets, or on the selected one. */
static enum redraw start_playbook(struct view *v)
{
	size_t count;
	char **labels = view_list_chosen(v, &count);
	struct buf list = BUF_INIT;
	for (size_t i = 0; i < count; i++)
		buf_addf(&list, "%s%s", i ? "," : "", labels[i]);
	view_list_chosen_free(labels, count);
	workbench_show(v->wb, "start", list.data);
	buf_release(&list);
	return REDRAW_ALL;
}

#define REFUSES workbench_refuses_writing

const struct view_key view_list_asset_keys[] = {
    {'P', NULL, N_("playbook"), N_("start a playbook on the marked assets or on the selected one"), start_playbook,
     REFUSES},
    {'i', NULL, N_("isolate"),
     N_("put on record that the marked assets or the selected one are isolated: when, by whom, how"), isolate_marked,
     REFUSES},
    {0, NULL, NULL, NULL, NULL, NULL},
};

const struct view_key view_list_keys[] = {
    {KEY_OF_COMMAND, "add", N_("add"), N_("add a record of this kind"), list_keys_add, REFUSES},
    {KEY_OF_COMMAND, "set", N_("edit"), N_("change the selected record"), list_keys_edit, REFUSES},
    {'c', NULL, NULL, N_("a measure, contact, decision or event that follows from the selected record"),
     list_keys_follow_up, refuses_follow_up},
    {'f', NULL, N_("filter"), N_("filter as you type: status=infected seen>2014-12 text~\"rar\" -tag:noise"),
     edit_filter, NULL},
    {KEY_ESCAPE, N_("Esc"), NULL, N_("show all again, without the filter; else go back"), end_filter, NULL},
    {'F', NULL, NULL, N_("show all again, without the filter"), drop_filter, NULL},
    {'s', NULL, N_("sort"), N_("sort by the next column"), sort_by_next, NULL},
    {'S', NULL, NULL, N_("sort the other way round"), sort_backwards, NULL},
    {'o', NULL, NULL, N_("sort by any field"), sort_by_any, NULL},
    {'m', NULL, N_("mark"), N_("mark the selected record, or take its mark away"), mark_one, NULL},
    {'M', NULL, NULL, N_("mark all that are shown, or take all marks away"), mark_all, NULL},
    {'b', NULL, N_("set marked"), N_("set a field of all marked records in one action"), change_marked, REFUSES},
    {KEY_OF_COMMAND, "retract", N_("retract"), N_("retract the marked records or the selected one, with a reason"),
     retract_marked, REFUSES},
    {'I', NULL, NULL, N_("take in a list of others (CSV): its columns are shown, and asked for, first"),
     list_keys_import, REFUSES},
    {'R', NULL, NULL, N_("show retracted records too, or hide them"), toggle_retracted, NULL},
    {0, NULL, NULL, NULL, NULL, NULL},
};
