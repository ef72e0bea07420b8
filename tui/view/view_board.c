/*
 * The Board: what matters now, in the order of urgency. Each row leads to what it speaks of: a mark in its first cell says
 * so. A row without it leads nowhere, and is fainter. On a wide screen the sections stand in two columns.
 */
#include "base/buf.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "outward/report/board.h"
#include "tui/form/form.h"
#include "tui/view/views.h"
#include "tui/workbench/view.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

#define TWO_COLUMNS 120 /* cells of a screen that has room for them */

static enum tone tone_of(enum board_tone tone)
{
	switch (tone) {
	case BOARD_HEADING:
		return TONE_HEADING;
	case BOARD_ALARM:
		return TONE_ALARM;
	case BOARD_ATTENTION:
		return TONE_ATTENTION;
	case BOARD_GOOD:
		return TONE_GOOD;
	case BOARD_PLAIN:
		break;
	}
	return TONE_PLAIN;
}

/* The mark says without colour what the colour says. */
static const char *mark_of(enum board_tone tone)
{
	return tone == BOARD_ALARM ? "!!" : tone == BOARD_ATTENTION ? " *" : "  ";
}

struct board_view {
	struct board board;      /* as it is shown */
	int is_waiting;          /* some of it is not there yet: it is worked on, and the board made again */
	char *commit;            /* as of which `board` is, or is being read; NULL: now */
	struct board_past *past; /* while it is being read */
};

static struct board *shown(struct view *v)
{
	return &((struct board_view *)v->data)->board;
}

/* Where a record is made or a text is typed. */
static int writes(const struct board_row *row)
{
	static const char *const views[] = {"new", "start", "command", "draft", "acceptance"};
	for (size_t i = 0; row->view && i < sizeof views / sizeof *views; i++)
		if (strcmp(row->view, views[i]) == 0)
			return 1;
	return 0;
}

static int leads(struct view *v, const struct board_row *row)
{
	if (row->tone == BOARD_HEADING || (!row->view && !*row->label))
		return 0;
	return !writes(row) || !workbench_refuses_writing(v);
}

/* The heading nearest to the middle: the sections before it stand at the left. */
static size_t middle(const struct board *b)
{
	size_t best = 0;
	for (size_t i = 1; i < b->count; i++) {
		size_t far = i > b->count - i ? i - (b->count - i) : b->count - i - i;
		size_t best_far = best > b->count - best ? best - (b->count - best) : b->count - best - best;
		if (b->rows[i].tone == BOARD_HEADING && far < best_far)
			best = i;
	}
	return best;
}

static int free_past(void *past, double deadline)
{
	return board_past_free(past, deadline);
}

static void drop_past(struct view *v)
{
	struct board_view *d = v->data;
	if (d->past)
		workbench_later(v->wb, d->past, free_past);
	d->past = NULL;
}

static void forget_past(struct view *v)
{
	struct board_view *d = v->data;
	drop_past(v);
	free(d->commit);
	d->commit = NULL;
}

/* The past does not change: it is read once, in slices, and stays until another time is looked at. 1: it is not there yet. */
static int load_past(struct view *v, const char *commit, struct err *err)
{
	struct board_view *d = v->data;
	if (!d->commit || strcmp(d->commit, commit) != 0) {
		forget_past(v);
		board_release(&d->board);
		d->commit = xstrdup(commit);
		d->past = board_past_new(workbench_case(v->wb), commit);
	}
	int rc = d->past ? board_past_work(d->past, clock_steady() + VIEW_SLICE, err) : 0;
	if (rc == 1) { /* two rows: the selection stays where it will be */
		view_addf(v, TONE_HEADING, NULL, "%s", "");
		view_addf(v, TONE_FAINT, NULL, _("reading the case as it was: %d %%"), board_past_percent(d->past));
		return 1;
	}
	if (rc == 0 && d->past)
		board_past_take(d->past, &d->board);
	drop_past(v);
	if (rc < 0) /* the next look tries again */
		forget_past(v);
	return rc;
}

static int load_board(struct view *v, const char *commit, struct err *err)
{
	struct board *b = shown(v);
	if (*commit && v->ops != &mine_view)
		return load_past(v, commit, err);
	forget_past(v);
	board_release(b);
	if (v->ops == &mine_view)
		return board_load_by_person(workbench_case(v->wb), commit, clock_steady() + VIEW_SLICE, b, err);
	return board_load_until(workbench_case(v->wb), clock_steady() + VIEW_SLICE, b, err);
}

/* What stands before the text of a row. */
static void add_head(struct view *v, const struct board_row *row, struct buf *line)
{
	buf_addf(line, "%s%s ", leads(v, row) ? "›" : " ", mark_of(row->tone));
	if (*row->label)
		buf_addf(line, "%-7s ", row->label);
}

/* What was begun is as long as it was typed. */
static int is_draft(const struct board_row *row)
{
	return row->view && (strcmp(row->view, "draft") == 0 || strcmp(row->view, "waiting") == 0);
}

/* One that is wider than its column is cut between words, and still says where Enter leads. */
static void fit_row(struct view *v, size_t i, const struct board_row *row, size_t cells)
{
	struct buf line = BUF_INIT;
	if (!is_draft(row) || text_width(v->rows[i].text) <= cells)
		return;
	add_head(v, row, &line);
	int hints = leads(v, row) && row->hint;
	size_t taken = text_width(line.data) + (hints ? 3 + text_width(row->hint) : 0) + 1; /* and the … */
	size_t n = taken < cells ? text_fit(row->text, cells - taken, NULL) : 0;
	size_t word = n;
	while (word > 0 && row->text[word] != ' ')
		word--;
	if (n < cells / 4) /* of so little a word is cut by the screen */
		goto out;
	buf_addf(&line, "%.*s…%s%s", (int)(word > n / 2 ? word : n), row->text, hints ? " · " : "",
	         hints ? row->hint : "");
	free(v->rows[i].text);
	v->rows[i].text = buf_take(&line, NULL);
out:
	buf_release(&line);
}

static int fill_board(struct view *v, int columns, struct err *err)
{
	struct board_view *d = v->data;
	struct board *b = shown(v);
	int rc = load_board(v, workbench_as_of(v->wb), err);
	d->is_waiting = rc == 1;
	if (rc < 0)
		return -1;
	for (size_t i = 0; i < b->count; i++) {
		const struct board_row *row = &b->rows[i];
		if (row->tone == BOARD_HEADING) {
			view_addf(v, TONE_HEADING, NULL, "%s", row->text);
			continue;
		}
		int opens = leads(v, row);
		struct buf line = BUF_INIT;
		add_head(v, row, &line);
		buf_addf(&line, "%s%s%s", row->text, opens && row->hint ? " · " : "",
		         opens && row->hint ? row->hint : "");
		view_add(v, !opens && row->tone == BOARD_PLAIN ? TONE_FAINT : tone_of(row->tone), row->label,
		         line.data);
		buf_release(&line);
	}
	view_split(v, columns >= TWO_COLUMNS ? middle(b) : 0, columns);
	for (size_t i = 0; i < b->count; i++)
		fit_row(v, i, &b->rows[i],
		        (size_t)(!v->split      ? columns
		                 : i < v->split ? v->left
		                                : columns - v->left - 1));
	return 0;
}

static void release_board(struct view *v)
{
	board_release(shown(v));
	forget_past(v);
	free(v->data);
}

/* All that a board is made of but for its rows, which are few. */
static int work(struct view *v, double deadline, int *show)
{
	struct board_view *d = v->data;
	struct err err = ERR_INIT;
	if (!d->is_waiting)
		return -1;
	if (d->past) { /* the view goes on with it each time it is filled */
		*show = 1;
		view_stale(v);
		return 0;
	}
	int rc = board_work(workbench_case(v->wb), deadline, &err);
	if (rc < 0)
		workbench_tell_error(v->wb, &err);
	if (rc == 1)
		return 0;
	d->is_waiting = 0;
	*show = 1;
	view_stale(v);
	return -1;
}

static const struct view_lazy board_lazy = {.work = work};

static int is_heading(const struct view *v, size_t i)
{
	return v->rows[i].tone == TONE_HEADING;
}

static enum redraw next_section(struct view *v)
{
	for (size_t step = 1; step <= v->count; step++) {
		size_t i = (v->selected + step) % v->count;
		if (is_heading(v, i) && i + 1 < v->count) {
			v->selected = i + 1;
			return REDRAW_ROW;
		}
	}
	return REDRAW_ROW;
}

static const char *refuses_opening(struct view *v)
{
	const struct board *b = shown(v);
	if (v->selected < b->count && leads(v, &b->rows[v->selected]))
		return NULL;
	return _("this row leads nowhere: go to one that begins with the mark");
}

/* A run opens where it stands, everything else as a record. */
static enum redraw open_row(struct view *v)
{
	struct board_row row = shown(v)->rows[v->selected];
	if (row.view) {
		char *argument = row.argument ? xstrdup(row.argument) : NULL; /* the board may be made anew meanwhile */
		workbench_show(v->wb, row.view, argument);
		free(argument);
		return REDRAW_ALL;
	}
	json_t *record = workbench_get(v->wb, row.label, RECORD_RAW, NULL);
	const char *kind = record ? json_get_string(record, "kind") : NULL;
	if (kind_has(kind, KIND_RUN) && !*workbench_as_of(v->wb))
		workbench_show(v->wb, "playbook", row.label);
	else
		workbench_open(v->wb, row.label);
	json_decref(record);
	return REDRAW_ALL;
}

static enum redraw view_board_start(struct view *v)
{
	workbench_show(v->wb, "start", view_label(v));
	return REDRAW_ALL;
}

/* The board is the first of the views that the digits choose. */
static enum redraw stay(struct view *v)
{
	v->selected = 1;
	v->top = 0;
	return REDRAW_NONE;
}

static const struct view_key board_keys[] = {
    {KEY_RETURN, N_("Enter"), N_("open"), N_("open what the row is about"), open_row, refuses_opening},
    {'l', NULL, NULL, N_("open what the row is about"), open_row, refuses_opening},
    {KEY_GO_RIGHT, N_("→"), NULL, N_("open what the row is about"), open_row, refuses_opening},
    {'P', NULL, N_("playbook"), N_("start a playbook, on the selected asset if it is one"), view_board_start,
     workbench_refuses_writing},
    {'1', N_("1 … 9"), N_("views"), N_("the views: 1 Board, 2 Playbook, 3 Assets and so on, below"), stay, NULL},
    {'\t', N_("Tab"), N_("section"), N_("to the next section"), next_section, NULL},
    {0, NULL, NULL, NULL, NULL, NULL},
};

static enum redraw add_measure(struct view *v)
{
	workbench_show(v->wb, "new", "measure");
	return REDRAW_ALL;
}

static const char *refuses_editing(struct view *v)
{
	const struct kind *kind = *view_label(v) ? kind_of_label(view_label(v)) : NULL;
	if (!kind || (kind->traits & KIND_MACHINE))
		return _("a step is done where it stands: Enter opens it");
	return workbench_refuses_writing(v);
}

static enum redraw edit_measure(struct view *v)
{
	const struct kind *kind = kind_of_label(view_label(v));
	workbench_push(v->wb, form_new(v->wb, kind->name, view_label(v)));
	return REDRAW_ALL;
}

static struct view *open_rows(struct workbench *wb, const struct view_ops *ops)
{
	struct view *v = view_new(wb, ops, NULL);
	v->data = xcalloc(1, sizeof(struct board_view));
	v->lazy = &board_lazy;
	v->selected = 1; /* the first row below the first heading */
	return v;
}

static struct view *open_board(struct workbench *wb, const char *none)
{
	(void)none;
	return open_rows(wb, &board_view);
}

static struct view *open_mine(struct workbench *wb, const char *none)
{
	(void)none;
	return open_rows(wb, &mine_view);
}

const struct view_ops board_view = {.name = "board",
                                    .title = N_("Board"),
                                    .tells_cut_row = 1,
                                    .opens_at_top = 1,
                                    .fill = fill_board,
                                    .release = release_board,
                                    .keys = board_keys,
                                    .open = open_board};

/* The same rows, of whose work it is. */
static const struct view_key mine_keys[] = {
    {KEY_RETURN, N_("Enter"), N_("open"), N_("open what the row is about"), open_row, refuses_opening},
    {'l', NULL, NULL, N_("open what the row is about"), open_row, refuses_opening},
    {KEY_GO_RIGHT, N_("→"), NULL, N_("open what the row is about"), open_row, refuses_opening},
    {KEY_OF_COMMAND, "add", N_("add"), N_("add a measure"), add_measure, workbench_refuses_writing},
    {KEY_OF_COMMAND, "set", N_("edit"), N_("change the selected measure"), edit_measure, refuses_editing},
    {'\t', N_("Tab"), N_("person"), N_("to the next person"), next_section, NULL},
    {0, NULL, NULL, NULL, NULL, NULL},
};

const struct view_ops mine_view = {.name = "mine",
                                   .title = N_("My work"),
                                   .tells_cut_row = 1,
                                   .opens_at_top = 1,
                                   .fill = fill_board,
                                   .release = release_board,
                                   .keys = mine_keys,
                                   .open = open_mine};
