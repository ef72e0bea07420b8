/* What the files of the chain's view share: the chain that is shown, and its rows. */
#ifndef GENBA_TUI_VIEW_FINDING_CHAIN_VIEW_H
#define GENBA_TUI_VIEW_FINDING_CHAIN_VIEW_H

#include "finding/chain/chain.h"
#include "history/history.h"
#include "tui/workbench/view.h"

enum chain_row_is {
	CHAIN_ROW_TEXT, /* made when the view was filled: headings, the picture */
	CHAIN_ROW_ORG,
	CHAIN_ROW_PIVOT,
	CHAIN_ROW_TRIGGER,
	CHAIN_ROW_REJECTED,
	CHAIN_ROW_CONTACT,
	CHAIN_ROW_COVERAGE,
	CHAIN_ROW_LEAK,
	CHAIN_ROW_SAME,
};

struct chain_row {
	enum chain_row_is is;
	enum chain_pivot pivot; /* that it is about; PIVOTS: the organisation */
	size_t org;             /* SIZE_MAX: none */
	size_t at;              /* of its proposals; else of texts, coverage, leaks, … */
	size_t trigger;
};

struct chain_state {
	const struct chain *chain; /* as it is now; NULL: not read yet, or `past` is shown */
	struct chain past;         /* of a commit */
	char past_of[HISTORY_ID];
	struct chain_row *rows; /* one for each of the view's */
	size_t cap;
	struct row *texts;
	size_t text_count;
	int all;   /* decided ones too */
	int graph; /* the picture instead of the list */
	int is_reading;
	char wanted[VIEW_LABELS]; /* what to begin at when all is read, or "" */
	char decided[LABEL_TEXT]; /* the decision that the cursor goes to when all is read, or "" */
	int decided_whole;        /* it was about the organisation, not one pivot */
	double told_at;           /* how far it is */
};

static inline struct chain_state *view_chain_state(const struct view *v)
{
	return v->data;
}

/* The chain that is shown; until it is read, one that is empty. */
const struct chain *view_chain_of(const struct view *v);

void chain_rows_clear(struct view *v);

/* Adds a row of that text, which is taken. */
void chain_rows_text(struct view *v, const char *label, char *text, enum tone tone);

/* The last row speaks of that organisation and pivot. */
void chain_rows_are_about(struct view *v, size_t org, enum chain_pivot pivot);

/* Which rows there are of the chain; the number of proposals that wait. */
size_t chain_rows_fill(struct view *v);

/* The row of the organisation (`whole`) or of the pivot that the decision with that label is about; SIZE_MAX: none is shown. */
size_t chain_rows_of_decision(struct view *v, const char *label, int whole);

/* For struct view_lazy. */
void chain_rows_row(struct view *v, size_t i, struct row *row);
const char *chain_rows_label(struct view *v, size_t i);

#endif
