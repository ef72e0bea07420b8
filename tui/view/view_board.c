/* The Board: what matters now, "infected and not isolated" first. Each row leads to the record it is about. */
#include "base/i18n.h"
#include "base/json.h"
#include "outward/report/board.h"
#include "tui/view/views.h"
#include "tui/workbench/view.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

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

static int fill_board(struct view *v, int columns, struct err *err)
{
	struct board b;
	(void)columns;
	if (board_load_at(workbench_case(v->wb), workbench_as_of(v->wb), &b, err) < 0)
		return -1;
	for (size_t i = 0; i < b.count; i++) {
		const struct board_row *row = &b.rows[i];
		if (row->tone == BOARD_HEADING)
			view_addf(v, TONE_HEADING, NULL, "%s", row->text);
		else if (*row->label)
			view_addf(v, tone_of(row->tone), row->label, " %s %-6s %s", mark_of(row->tone), row->label,
			          row->text);
		else
			view_addf(v, tone_of(row->tone), NULL, " %s %s", mark_of(row->tone), row->text);
	}
	board_release(&b);
	return 0;
}

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

/* A run opens where it stands, everything else as a record. */
static enum redraw open_row(struct view *v)
{
	const char *label = view_label(v);
	json_t *record = *label ? workbench_get(v->wb, label, RECORD_RAW, NULL) : NULL;
	const char *kind = record ? json_get_string(record, "kind") : NULL;
	if (kind_has(kind, KIND_RUN) && !*workbench_as_of(v->wb))
		workbench_show(v->wb, "playbook", label);
	else
		workbench_open(v->wb, label);
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
    {KEY_RETURN, N_("Enter"), N_("open"), N_("open what the row is about"), open_row, NULL},
    {'P', NULL, N_("playbook"), N_("start a playbook, on the selected asset if it is one"), view_board_start,
     workbench_refuses_writing},
    {'1', N_("1 … 9"), N_("views"), N_("the views: 1 Board, 2 Playbook, 3 Assets and so on, below"), stay, NULL},
    {'\t', N_("Tab"), N_("section"), N_("to the next section"), next_section, NULL},
    {0, NULL, NULL, NULL, NULL, NULL},
};

static struct view *open_board(struct workbench *wb, const char *none)
{
	(void)none;
	struct view *v = view_new(wb, &board_view, NULL);
	v->selected = 1; /* the first row below the first heading */
	return v;
}

const struct view_ops board_view = {.name = "board",
                                    .title = N_("Board"),
                                    .opens_at_top = 1,
                                    .fill = fill_board,
                                    .keys = board_keys,
                                    .open = open_board};
