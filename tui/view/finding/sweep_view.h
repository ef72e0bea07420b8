/* What the view Sweep (view_sweep.c) and what is made of its rows (sweep_actions.c) share. */
#ifndef GENBA_TUI_VIEW_FINDING_SWEEP_VIEW_H
#define GENBA_TUI_VIEW_FINDING_SWEEP_VIEW_H

#include "finding/sweep/record/sweep_found.h"
#include "tui/workbench/view.h"

enum sweep_shape { BY_INDICATOR, LINES_OF_ONE, ONE_LINE, BY_CLIENT, BY_HOST, UPLOADS, BY_SOURCE };

/* What a row stands for: numbers in `found`, SIZE_MAX if nothing. */
struct sweep_row {
	size_t indicator;
	size_t line;
	size_t text; /* of those that were made when it was filled; SIZE_MAX: it is made when it is drawn */
};

struct sweep_state {
	enum sweep_shape shape;
	const struct sweep_found *found; /* `held`, or nothing yet */
	const struct sweep_found *held;  /* of the case; let go with the view */
	struct sweep_row *rows;
	size_t cap;
	struct row *texts;
	size_t text_count;
	char one[LABEL_TEXT + OBSERVATION_ID]; /* ONE_LINE: its evidence and its id */
	int is_reading;
	char wanted[VIEW_LABELS]; /* what to begin at when all is read, or "" */
	double told_at;           /* how far it is */
	uint64_t shown;           /* changes of what is found live */
};

struct sweep_state *sweep_state(struct view *v);

/* What the row under the cursor stands for, or NULL. */
const struct sweep_row *sweep_row_of(struct view *v);

/* ---- one line */

/* A row of the list of lines, as far as it fits. */
void sweep_line_row(struct view *v, const struct found_line *l, struct buf *line);
/* Two indicators that are cut at the same place look alike: below them the one under the cursor in full, with what it is. */
void sweep_sum_pane(struct view *v);
/* Below the list: the line under the cursor, wrapped. */
void sweep_line_pane(struct view *v);
/* The line alone, all of it; back to the list, at that line. */
void sweep_line_open(struct view *v);
void sweep_line_fill(struct view *v);
void sweep_line_leave(struct view *v);

/* ---- keys */

enum redraw sweep_promote(struct view *v);
enum redraw sweep_promote_indicator(struct view *v);
enum redraw sweep_refute(struct view *v);
enum redraw sweep_accept_all(struct view *v);
enum redraw sweep_show_assets(struct view *v);
enum redraw sweep_begin(struct view *v);
enum redraw sweep_pause_or_go_on(struct view *v);
enum redraw sweep_ask_stop(struct view *v);

#endif
