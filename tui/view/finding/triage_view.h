/* What the view Triage (view_triage.c), its rows of observations (triage_lines.c) and what is made of them (triage_actions.c)
 * share. */
#ifndef GENBA_TUI_VIEW_FINDING_TRIAGE_VIEW_H
#define GENBA_TUI_VIEW_FINDING_TRIAGE_VIEW_H

#include "base/buf.h"
#include "tui/workbench/view.h"

#include <jansson.h>

enum triage_shape {
	TRIAGE_FINDINGS,
	TRIAGE_LINES,  /* of the finding that is the view's argument */
	TRIAGE_AROUND, /* what happened around the row whose id is the argument */
	TRIAGE_HOSTS
};

struct triage_state {
	enum triage_shape shape;
	int only_open;             /* what is judged is not shown */
	json_t *findings;          /* records */
	json_t *lines;             /* observations, as observation_json() gives them */
	size_t *of;                /* the finding or line of each row; SIZE_MAX: none */
	size_t placed;             /* rows that it knows; others come behind them */
	size_t gaps_from;          /* the row from which on it is told what is not covered */
	struct host_matrix *hosts; /* of TRIAGE_HOSTS, as it is shown; or NULL */
	json_t *gaps;              /* the whole text of each of those rows, for the pane */
};

struct triage_state *triage_state(struct view *v);
struct view *triage_view_new(struct workbench *wb, enum triage_shape shape, const char *argument);
void triage_add_row(struct view *v, enum tone tone, const char *label, const char *text, size_t number);
/* The finding or line of the row; SIZE_MAX: it is of none. */
size_t triage_of_row(const struct view *v, size_t row);
void triage_add_time(struct buf *line, const char *when);

/* A field's text, or "". */
const char *triage_field(const json_t *record, const char *field);
/* The finding under the cursor, or NULL: it was told to choose one. */
const json_t *triage_finding(struct view *v);
/* The same, or the one whose rows are shown; the caller frees it. */
json_t *triage_finding_meant(struct view *v);

/* ---- rows of observations */

int triage_lines_fill(struct view *v, struct err *err);
void triage_lines_tell(struct view *v); /* in the pane */
void triage_lines_show(struct view *v); /* all of the row, as a text */
/* The row under the cursor; NULL: it is none. */
const json_t *triage_line(struct view *v);
/* Lines of the pane, of a text that may be long. */
void triage_pane_text(struct view *v, enum tone tone, const char *text);

/* ---- keys */

enum redraw triage_show_around(struct view *v);
enum redraw triage_promote(struct view *v);
enum redraw triage_pick_indicators(struct view *v);
enum redraw triage_sweep(struct view *v);
enum redraw triage_add_measure(struct view *v);
enum redraw triage_add_contact(struct view *v);
enum redraw triage_show_assets(struct view *v);
enum redraw triage_confirm(struct view *v);
enum redraw triage_dismiss(struct view *v);

#endif
