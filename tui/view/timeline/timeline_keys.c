/* What keys do to the timeline: how it is shown, what of it, and changes of what stands under the cursor. */
#include "base/buf.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/store/record.h"
#include "tui/form/form.h"
#include "tui/form/retract_ask.h"
#include "tui/view/timeline/timeline_view.h"
#include "tui/workbench/prompt.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

/* ---- how */

static int has_base_date(struct case_file *c)
{
	json_t *record = record_get(c, "case", 0, NULL);
	int has = record && json_get_string(record, "base_date");
	json_decref(record);
	return has;
}

static enum redraw next_way(struct view *v)
{
	struct timeline_view *l = v->data;
	l->way = (l->way + 1) % TIMELINE_WAYS;
	view_stale(v);
	if (l->way == TIMELINE_RELATIVE && !has_base_date(workbench_case(v->wb)))
		workbench_tell(v->wb, TONE_ATTENTION, "%s",
		               _("no base date is on record, so all times stay as recorded: :set case base_date=LABEL "
		                 "names its event"));
	return REDRAW_VIEW;
}

static enum redraw switch_lanes(struct view *v)
{
	struct timeline_view *l = v->data;
	l->lanes = !l->lanes;
	view_stale(v);
	return REDRAW_VIEW;
}

static enum redraw switch_observations(struct view *v)
{
	struct timeline_view *l = v->data;
	l->observations = !l->observations;
	view_stale(v);
	return REDRAW_VIEW;
}

static enum redraw switch_acts(struct view *v)
{
	struct timeline_view *l = v->data;
	l->events_only = !l->events_only;
	view_stale(v);
	workbench_tell(v->wb, TONE_FAINT, "%s",
	               l->events_only ? _("events only; r shows what the responders did, mails and findings again")
	                              : _("events, what the responders did, mails and findings"));
	return REDRAW_VIEW;
}

static enum redraw switch_dismissed(struct view *v)
{
	struct timeline_view *l = v->data;
	l->dismissed_too = !l->dismissed_too;
	view_stale(v);
	workbench_tell(v->wb, TONE_FAINT, "%s",
	               l->dismissed_too ? _("dismissed findings are shown, too; d leaves them out again")
	                                : _("dismissed findings are left out; d shows them again"));
	return REDRAW_VIEW;
}

/* ---- what */

/* 0, or -1: the text is no filter, and what was shown before stays. */
static int set_filter(struct view *v, const char *text, struct err *err)
{
	struct timeline_view *l = v->data;
	struct filter *filter = *text ? filter_parse(NULL, text, err) : NULL;
	if (*text && !filter)
		return -1;
	if (filter)
		filter_resolve_with(filter, timeline_resolve, workbench_case(v->wb));
	filter_free(l->filter);
	free(v->filter);
	l->filter = filter;
	v->filter = *text ? xstrdup(text) : NULL;
	view_stale(v);
	return 0;
}

static void filter_changed(void *ctx, const char *text)
{
	struct view *v = ctx;
	struct err err = ERR_INIT;
	if (set_filter(v, text, &err) < 0)
		workbench_tell(v->wb, TONE_ATTENTION, "%s", err.message);
}

static int filter_check(void *ctx, const char *text, struct err *err)
{
	return set_filter(ctx, text, err);
}

static enum redraw edit_filter(struct view *v)
{
	char *before = xstrdup(v->filter ? v->filter : "");
	struct prompt_line line = {
	    .question = _("Filter: "),
	    .help = *before ? _(" side=attacker -tag:noise · a name · Ctrl-U clears · Enter keep · Esc undo")
	                    : _(" side=attacker seen>2014-12 -tag:noise · a name · Enter keep · Esc undo"),
	    .initial = before,
	    .changed = filter_changed,
	    .check = filter_check,
	    .ctx = v,
	};
	int left;
	char *text = prompt_edit(v->wb, &line, &left);
	if (left)
		set_filter(v, before, NULL);
	free(text);
	free(before);
	return REDRAW_ALL;
}

static enum redraw drop_filter(struct view *v)
{
	set_filter(v, "", NULL);
	return REDRAW_VIEW;
}

static enum redraw end_filter(struct view *v)
{
	return v->filter ? drop_filter(v) : REDRAW_NOT_TAKEN;
}

/* ---- changes */

/* The row of the timeline under the cursor; NULL: a heading, or an observation. */
static const struct timeline_row *selected_row(struct view *v)
{
	const struct timeline_view *l = v->data;
	return timeline_picture_row(l->shown, v->selected);
}

/* What was done to many records in one second stands in one row. */
static enum redraw fold_or_unfold(struct view *v)
{
	struct timeline_view *l = v->data;
	const struct timeline_line *fold = timeline_picture_fold(l->shown, v->selected);
	if (!fold)
		return REDRAW_NOT_TAKEN;
	size_t n = timeline_fold_records(l->shown, fold);
	timeline_picture_toggle(l, v->selected);
	v->count = l->shown->line_count;
	fold = timeline_picture_fold(l->shown, v->selected);
	if (fold->is_open)
		workbench_tell(v->wb, TONE_FAINT,
		               P_("%zu record; Enter on its first row folds it again",
		                  "%zu records; Enter on their first row folds them again", n),
		               n);
	else
		workbench_tell(v->wb, TONE_FAINT, P_("%zu record; Enter shows it", "%zu records; Enter shows each", n),
		               n);
	return REDRAW_VIEW;
}

static enum redraw add_event(struct view *v)
{
	workbench_push(v->wb, form_open(v->wb, "event", NULL, 0, NULL, NULL));
	return REDRAW_ALL;
}

static enum redraw edit_row(struct view *v)
{
	const struct timeline_row *row = selected_row(v);
	if (row)
		workbench_push(v->wb, form_new(v->wb, json_get_string(row->record, "kind"), view_label(v)));
	return REDRAW_ALL;
}

/* One record is changed at a time. */
static const char *refuses_changing(struct view *v)
{
	const struct timeline_view *l = v->data;
	return timeline_picture_fold(l->shown, v->selected) ? _("this row stands for several records: Enter shows each")
	                                                    : workbench_refuses_writing(v);
}

/* An event, or a record that is the act itself; a machine that was isolated is not retracted with its isolation. */
static const char *refuses_retracting(struct view *v)
{
	const struct timeline_row *row = selected_row(v);
	const struct timeline_view *l = v->data;
	if (row && row->act && !timeline_picture_fold(l->shown, v->selected) && strcmp(row->act->name, "when") != 0)
		return _("this row follows from a time in the record: e changes it there, Enter opens the record");
	return refuses_changing(v);
}

static enum redraw retract_row(struct view *v)
{
	if (selected_row(v))
		retract_ask(v->wb, view_label(v));
	view_stale(v);
	return REDRAW_ALL;
}

/* The form of a new event whose time is told by the selected one's. */
static void view_timeline_insert(struct view *v, const char *relation)
{
	const struct timeline_row *row = selected_row(v);
	const char *label = view_label(v);
	struct buf when = BUF_INIT;
	if (row && row->act) /* its record may have several times */
		buf_adds(&when, json_get_string(row->record, row->act->name));
	else
		buf_addf(&when, "%s %s", relation, label);
	struct assign preset[] = {{"when", when.data}};
	workbench_push(v->wb, form_open(v->wb, "event", preset, *label ? 1 : 0, NULL, NULL));
	buf_release(&when);
}

static enum redraw insert_after(struct view *v)
{
	view_timeline_insert(v, "after");
	return REDRAW_ALL;
}

static enum redraw insert_before(struct view *v)
{
	view_timeline_insert(v, "before");
	return REDRAW_ALL;
}

#define REFUSES workbench_refuses_writing

const struct view_key view_timeline_keys[] = {
    {'t', NULL, N_("times"), N_("times: as recorded, relative to the base date, corrected, UTC, the time zone here"),
     next_way, NULL},
    {'L', NULL, N_("lanes"), N_("a lane for each asset, or spans of time"), switch_lanes, NULL},
    {KEY_OF_COMMAND, "add", N_("add"), N_("add an event"), add_event, REFUSES},
    {KEY_OF_COMMAND, "set", N_("edit"), N_("change the record of the selected row"), edit_row, refuses_changing},
    {KEY_RETURN, N_("Enter"), NULL,
     N_("show each of what was done in one second, or fold it again; else open the record"), fold_or_unfold, NULL},
    {'f', NULL, N_("filter"), N_("filter as you type: side=attacker seen>2014-12 text~\"rar\" -tag:noise"), edit_filter,
     NULL},
    {KEY_ESCAPE, N_("Esc"), NULL, N_("show all again, without the filter; else go back"), end_filter, NULL},
    {'F', NULL, NULL, N_("show all again, without the filter"), drop_filter, NULL},
    {'i', NULL, N_("insert"), N_("insert an event after the selected one"), insert_after, REFUSES},
    {'I', NULL, NULL, N_("insert an event before the selected one"), insert_before, REFUSES},
    {KEY_OF_COMMAND, "retract", N_("retract"), N_("retract the record of the selected row, with a reason"), retract_row,
     refuses_retracting},
    {'r', NULL, NULL, N_("what the responders did, mails and findings, too, or events only"), switch_acts, NULL},
    {'o', NULL, N_("observations"), N_("what machines found within ten minutes of each event, or not"),
     switch_observations, NULL},
    {'d', NULL, NULL, N_("findings that were dismissed, too, or not"), switch_dismissed, NULL},
    {0, NULL, NULL, NULL, NULL, NULL},
};
