/*
 * The time line: events in order, their times in one of four ways, approximate
 * ones as spans, whose act each was, and the assets that each touched; among
 * them what the responders did (timeline_acts.h).
 *
 * Above the bars stands the axis, of the same scale: how many rows fall into
 * each part of the whole time. Undated events have a section of their own at the
 * end.
 */
#include "base/buf.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "tui/list/record_pane.h"
#include "tui/list/related.h"
#include "tui/view/timeline/timeline_view.h"
#include "tui/view/views.h"
#include "tui/workbench/view.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

/* ---- heading */

static const char *way_title(enum timeline_way way)
{
	switch (way) {
	case TIMELINE_RELATIVE:
		return _("relative to the base date");
	case TIMELINE_CORRECTED:
		return _("corrected by the clock's offset (?: offset not known)");
	case TIMELINE_UTC:
		return _("corrected, in UTC (?: offset not known)");
	case TIMELINE_LOCAL:
		return _("corrected, in the time zone here (?: offset not known)");
	case TIMELINE_ABSOLUTE:
	case TIMELINE_WAYS:
		break;
	}
	return _("times as recorded");
}

/* What is shown is not all, or not yet what was asked for. */
static void add_how_far(const struct timeline_view *l, struct buf *line)
{
	if (l->reader)
		buf_addf(line, _(" · reading, %zu so far…"), timeline_reader_count(l->reader));
	else if (l->making)
		buf_addf(line, _(" · searching, %zu to go…"), l->all.count - l->making->chosen);
	else if (l->shown && l->shown->dismissed)
		buf_addf(line, _(" · %zu dismissed left out (d shows)"), l->shown->dismissed);
}

static void head(struct view *v)
{
	struct timeline_view *l = v->data;
	const char *legend = _("■ attacker  □ response  ○ user");
	struct buf line = BUF_INIT;
	buf_adds(&line, way_title(l->way));
	add_how_far(l, &line);
	size_t room = text_width(i18n_text(v->ops->title)) + text_width(line.data) + 5 + /* and what is between */
	              (v->filter ? text_width(v->filter) + 4 : 0);
	if (room + text_width(legend) <= (size_t)v->columns)
		buf_addf(&line, "   %s", legend);
	free(v->heading);
	v->heading = printable_dup(line.data);
	buf_release(&line);
}

/* ---- rows */

static int bar_of(const struct view *v)
{
	return timeline_bar_cells(v->side ? v->columns * 3 / 5 : v->columns);
}

/* Around the rows of the picture that is shown. */
static void show(struct view *v)
{
	struct timeline_view *l = v->data;
	const struct timeline_picture *p = l->shown;
	struct buf names = BUF_INIT;
	v->count = p ? p->line_count : 0;
	v->side = 0;
	if (v->count > 0) /* what stands around the bar, and the bar as it would be beside a pane */
		view_pane_beside(v, p->label_cells + p->when_cells + p->what_cells + 9 +
		                        (size_t)timeline_bar_cells(v->columns * 3 / 5));
	v->pane = v->side ? record_pane : NULL;
	if (p)
		timeline_draw_names(p, bar_of(v), &names);
	free(v->names);
	v->names = buf_take(&names, NULL);
	free(v->empty);
	if (l->reader || l->making)
		v->empty = NULL;
	else if (p && p->dismissed)
		v->empty = xstrdup(_(" nothing but what was dismissed; d shows it"));
	else
		v->empty = xstrdup(v->filter ? _(" nothing matches; Esc shows all again")
		                             : _(" nothing is on record yet: a adds an event"));
	head(v);
}

static void lay_row(struct view *v, size_t i, struct row *out)
{
	const struct timeline_picture *p = ((struct timeline_view *)v->data)->shown;
	const struct timeline_line *line = &p->lines[i];
	struct buf text = BUF_INIT;
	out->tone = line->tone;
	if (line->row == TIMELINE_NO_ROW) {
		out->text = xstrdup(line->text);
		return;
	}
	timeline_draw_line(p, line, bar_of(v), &out->tone, &text);
	out->text = printable_dup(text.data);
	snprintf(out->label, sizeof out->label, "%s", record_label(p->t.rows[line->row].record));
	buf_release(&text);
}

static const char *label_at(struct view *v, size_t i)
{
	const struct timeline_row *row = timeline_picture_row(((struct timeline_view *)v->data)->shown, i);
	return row ? record_label(row->record) : "";
}

/* ---- in slices */

/* 1: there is more to do. */
static int go_on(struct view *v, double deadline, struct err *err)
{
	struct timeline_view *l = v->data;
	int rc = l->reader ? timeline_reader_work(l->reader, deadline, err) : 0;
	if (rc == 0 && l->reader) {
		timeline_release(&l->all);
		timeline_reader_take(l->reader, &l->all);
		timeline_reader_free(l->reader);
		l->reader = NULL;
		l->making = timeline_picture_new(l);
	}
	if (rc == 0 && l->making)
		rc = timeline_picture_work(v, l->making, deadline, err);
	if (rc == 0 && l->making) {
		timeline_picture_free(l->shown);
		l->shown = l->making;
		l->making = NULL;
	}
	return rc;
}

static void stop(struct timeline_view *l)
{
	timeline_reader_free(l->reader);
	timeline_picture_free(l->making);
	l->reader = NULL;
	l->making = NULL;
}

/* Read anew if the case has changed; else only shown in another way. */
static int fill_timeline(struct view *v, int columns, struct err *err)
{
	struct timeline_view *l = v->data;
	uint64_t now = workbench_generation(v->wb) + 1; /* 0: never */
	int reading = l->reader && l->generation == now;
	(void)columns;
	if (l->generation != now) {
		stop(l);
		l->generation = now;
		l->reader = timeline_reader_new(workbench_case(v->wb), workbench_as_of(v->wb));
	} else if (!reading) {
		stop(l);
		l->making = timeline_picture_new(l);
	}
	int rc = go_on(v, clock_steady() + VIEW_SLICE, err);
	if (rc < 0)
		stop(l);
	show(v);
	return rc < 0 ? -1 : 0;
}

/* The line of the same record, where there is one. */
static void find_again(struct view *v, const char *label)
{
	if (*label && strcmp(label_at(v, v->selected), label) != 0)
		for (size_t i = 0; i < v->count; i++)
			if (strcmp(label_at(v, i), label) == 0) {
				v->selected = i;
				break;
			}
	if (v->selected >= v->count)
		v->selected = v->count ? v->count - 1 : 0;
}

static int begin_timeline_at(struct view *v, const char *labels);

static int work(struct view *v, double deadline, int *drawn)
{
	struct timeline_view *l = v->data;
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	char wanted[VIEW_LABELS];
	if (!l->reader && !l->making)
		return -1;
	snprintf(label, sizeof label, "%s", label_at(v, v->selected));
	int rc = go_on(v, deadline, &err);
	if (rc < 0) {
		stop(l);
		workbench_tell_error(v->wb, &err);
	}
	if (rc == 1 && !view_may_tell(&l->told_at))
		return 0;
	*drawn = 1;
	if (rc == 1) {
		head(v);
		return 0;
	}
	show(v);
	find_again(v, label);
	memcpy(wanted, l->wanted, sizeof wanted);
	*l->wanted = '\0';
	if (*wanted)
		begin_timeline_at(v, wanted);
	return -1;
}

static void forget(struct view *v)
{
	struct timeline_view *l = v->data;
	stop(l);
	timeline_release(&l->all);
	timeline_picture_free(l->shown);
	l->shown = NULL;
	l->generation = 0;
	v->count = 0;
}

static void release_line(struct view *v)
{
	struct timeline_view *l = v->data;
	forget(v);
	filter_free(l->filter);
	json_decref(l->unfolded);
	free(l);
}

static const struct view_lazy timeline_lazy = {.row = lay_row, .label = label_at, .work = work};

static struct view *open_timeline(struct workbench *wb, const char *none)
{
	(void)none;
	struct view *v = view_new(wb, &timeline_view, NULL);
	struct timeline_view *l = xcalloc(1, sizeof *l);
	l->unfolded = json_object();
	v->data = l;
	v->lazy = &timeline_lazy;
	return v;
}

/* A finding, a mail stand there themselves; what a person made of one tells more. */
static int is_traced(const char *labels)
{
	char label[LABEL_TEXT];
	const struct kind *kind = related_next(&labels, label) ? kind_of_label(label) : NULL;
	for (size_t i = 0; kind && i < kind->field_count; i++)
		if (kind->fields[i].act_is_trace)
			return 1;
	return 0;
}

/* Shows the row of the record, if it is folded. */
static void unfold(struct view *v, const char *labels)
{
	struct timeline_view *l = v->data;
	const struct timeline_picture *p = l->shown;
	const struct timeline_line *fold;
	char label[LABEL_TEXT];
	if (!related_next(&labels, label))
		return;
	for (size_t k = 0; p && k < p->line_count; k++)
		for (size_t i = (fold = timeline_picture_fold(p, k)) && !fold->is_open ? fold->row : SIZE_MAX;
		     fold && i < fold->until; i++)
			if (strcmp(record_label(p->t.rows[i].record), label) == 0) {
				timeline_picture_toggle(l, k);
				v->count = p->line_count;
				return;
			}
}

/* At the event, or at the one that belongs to what was under the cursor. */
static int begin_timeline_at(struct view *v, const char *labels)
{
	struct timeline_view *l = v->data;
	char event[LABEL_TEXT];
	unfold(v, labels);
	int found = is_traced(labels) && related_made_of(v->wb, labels, "event", event) && view_begin_at(v, event);
	if (!found)
		found = related_begin_at(v, labels, "event");
	if (!found && (l->reader || l->making))
		snprintf(l->wanted, sizeof l->wanted, "%s", labels);
	else if (!found)
		related_tell_none(v, labels);
	return found;
}

const struct view_ops timeline_view = {.name = "timeline",
                                       .title = N_("Timeline"),
                                       .fill = fill_timeline,
                                       .forget = forget,
                                       .release = release_line,
                                       .keys = view_timeline_keys,
                                       .begin_at = begin_timeline_at,
                                       .open = open_timeline};
