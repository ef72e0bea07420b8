/*
 * A view: rows of text, and what keys do to them.
 *
 * Every view is a list of rows; a row may stand for a record. A view is one
 * struct of operations (the model is tig's): it fills its rows from the case when
 * the case has changed, and answers the keys that are its own. Moving, scrolling,
 * searching and drawing are the same everywhere.
 *
 * A view of very many rows lays out only those that are seen: it has a
 * struct view_lazy, sets `count` and keeps `rows` empty. What takes long is done
 * in slices by the same struct's `work`, between keys: keys never wait.
 *
 *     static const struct view_ops notes_ops = {"notes", N_("Notes"), …, fill_notes, key_notes};
 */
#ifndef GENBA_TUI_WORKBENCH_VIEW_H
#define GENBA_TUI_WORKBENCH_VIEW_H

#include "base/buf.h"
#include "base/err.h"
#include "tui/term/screen.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct workbench;
struct view;

struct row {
	char *
	    text; /* printable, one line; owned by the view (of `rows`; NULL: made when it is drawn), or by view_row()'s caller */
	char label[48]; /* the record or commit it stands for, or "" */
	enum tone tone;
};

/* What a key has changed of what is seen; the loop draws that and no more. Answers count up: of two the greater is right. */
enum redraw {
	REDRAW_NOT_TAKEN, /* the key means nothing here: the next table is asked */
	REDRAW_NONE,      /* nothing but the lines at the foot: the answer, the place */
	REDRAW_ROW,       /* the cursor has moved: its row, the one that it left, the pane. The rows are the same */
	REDRAW_VIEW,      /* the view's title and rows */
	REDRAW_ALL,       /* another view, another case, another screen */
};

/*
 * A key of a view. From these rows follow what the key does, the footer, and
 * the view's part of the help.
 */
struct view_key {
	int key;             /* KEY_OF_COMMAND: the one in the row of the command `name` */
	const char *name;    /* how it is written: "Enter", "Tab"; NULL: the character itself */
	const char *hint;    /* a word or two for the footer, English; NULL: only in the help */
	const char *summary; /* for the help, English */
	enum redraw (*run)(struct view *v);
	const char *(*refuses)(
	    struct view *v); /* why it cannot be done now, for people; NULL, or answering NULL: it can */
};

#define KEY_OF_COMMAND (-1)
#define VIEW_LABELS    256 /* room for the labels that a view begins at */

struct view_ops {
	const char *name;
	const char *title; /* English, shown through i18n_text() */
	const char *hints; /* keys of this view for the footer, English; NULL: made from `keys` */
	int text;          /* 1: rows are lines of one text: no selection is shown */
	int searched;      /* 1: / looks among its rows first, and in the case only for what is not there */
	/* Switched to by its key, it begins at what was under the cursor before: labels, a blank between them, the most telling
	 * first ("": none); related_begin_at() mostly. NULL: at its top. */
	int (*begin_at)(struct view *v, const char *labels);
	/* Appends the labels of what the row under the cursor is about, a blank behind each: a hit of a sweep is its machine, its
	 * indicator, its evidence. NULL: the row's label. */
	void (*about)(struct view *v, struct buf *out);
	int comes_back; /* 1: Backspace comes back to it from another room, also without `begin_at` */
	int is_of_now; /* 1: it shows the case as it is now, while an earlier commit is looked at, too: its title says so */
	int tells_cut_row; /* 1: what of the row under the cursor does not fit stands in the last line, while that is free */
	int opens_at_top; /* 1: whoever comes back to it sees its first rows, whatever was shown when they left */
	/* Makes the rows, for a screen `columns` wide. 0 or -1. */
	int (*fill)(struct view *v, int columns, struct err *err);
	/* Esc: 1, if it went back to its own first rows from a table of its own; NULL: it has none. */
	int (*back)(struct view *v);
	/* Answers a key. NULL: none. */
	enum redraw (*key)(struct view *v, int key);
	void (*release)(struct view *v); /* frees v->data; may be NULL */
	void (*forget)(struct view *v);  /* wipes what it holds besides its rows, for the lock; may be NULL */
	const struct view_key *keys;     /* tried before key(); a row without a key ends them; may be NULL */
	const struct view_key *own_keys; /* tried before them: where views share `keys`; may be NULL */
	/* Makes one, about `argument` (may be NULL); NULL: it cannot, and has told why. NULL where its callers make it. */
	struct view *(*open)(struct workbench *wb, const char *argument);
};

/* What a view of very many rows, or one that works in the background, has besides. Each may be NULL. */
struct view_lazy {
	/* Lays out row i: text (printable; the caller frees it), label, tone. NULL: the rows are in v->rows. */
	void (*row)(struct view *v, size_t i, struct row *row);
	/* The label of row i; needed if there is `row`. Borrowed until the next call. */
	const char *(*label)(struct view *v, size_t i);
	/* Makes the text of row i of v->rows, which was added without one (view_add_late()), and its tone; the caller frees it. */
	void (*late)(struct view *v, size_t i, struct row *row);
	/* Does some of what is left to do, until the steady time `deadline`. Milliseconds until it wants to go on (0: at
	 * once), or -1: all is done. Sets *show if what is seen has changed. */
	int (*work)(struct view *v, double deadline, int *show);
	/* Keeps what is not kept yet, at once: genba is about to lock. */
	void (*flush)(struct view *v);
	/* The selection goes to the record with this label, when it is there. */
	void (*seek)(struct view *v, const char *label);
	/* What `y` copies, appended: a line each. NULL: the label under the cursor. */
	void (*copy)(struct view *v, struct buf *out);
};

#define VIEW_SLICE 0.004 /* seconds of what takes long that a view does at once when it is filled */

struct view {
	const struct view_ops *ops;
	const struct view_lazy *lazy; /* or NULL */
	struct workbench *wb;
	char *argument; /* a kind, a label, a text: what the view is about; owned */
	char *filter;   /* in the filter language, or NULL; owned */
	void *data;
	struct row *rows;
	size_t count;
	size_t cap;
	size_t selected;
	json_t *judged;             /* labels of what was judged while it was open, or NULL; owned */
	struct view_sought *sought; /* what its rows are being looked through for, or NULL */
	int searching; /* in a view that is searched: n and N go to the next row that holds the words; Esc ends it */
	unsigned held; /* the workbench's: somebody waits for what is above it, so that it stays */
	size_t top;    /* the first line that is shown; view_settle() keeps it within what there is */
	size_t split;  /* rows from there on stand in a column at the right, beside the others; 0: there is one */
	int left;      /* cells of the column at the left then; view_split() */
	uint64_t generation; /* of the case when it was filled */
	int columns;         /* of the screen when it was filled; 0: never */
	char *heading;       /* behind the title, or NULL; owned */
	char *empty;         /* printable: what is shown where there is no row, a line a line; or NULL; owned */
	char *names;         /* printable: names of columns, a line above the rows that stays, or NULL; owned */
	/* Tells about the selected row in lines beside or below the rows, with view_pane_line(); NULL: there are none. */
	void (*pane)(struct view *v);
	int side; /* cells that its pane takes at the right of the rows; 0: it stands below them. Set when it is filled */
	struct row *pane_rows; /* what it told last; owned */
	size_t pane_count;
};

struct view *view_new(struct workbench *wb, const struct view_ops *ops, const char *argument);
void view_free(struct view *v);

/* Rows from `at` on stand in a column at the right (0: all in one). Each column gets the cells that its rows need, while
 * both do. */
void view_split(struct view *v, size_t at, int columns);

/* Before drawing, with `height` rows to see: no row is hidden above while there is room for it below, after the screen was
 * enlarged or the rows became fewer; the selection is seen. `entered`: another view was shown before. */
void view_settle(struct view *v, int height, int entered);

/* Does what the view's tables say of this key, or says why not. */
enum redraw view_press(struct view *v, int key);

/* `Enter open  d done`: the hints of a table of keys (NULL: none), appended as far as they fit in `cells`. */
struct buf;
void view_hints(struct view *v, const struct view_key *keys, size_t cells, struct buf *out);

/* 1: the view has a key of its own in a table that is tried before `keys`, which takes the one of `row`. */
int view_key_is_hidden(struct view *v, const struct view_key *keys, const struct view_key *row);
void view_key_name(const struct view_key *key, struct buf *out);
int view_key_code(const struct view_key *key); /* what screen_key() answers for it */

/* Fills it anew if the case or the width has changed; keeps the selection on the same record. */
void view_refresh(struct view *v);
void view_stale(struct view *v);  /* fill it at the next drawing */
void view_forget(struct view *v); /* wipes the rows' text, for the lock */

/* Row i, laid out now; free row->text. */
void view_row(struct view *v, size_t i, struct row *row);

void view_add(struct view *v, enum tone tone, const char *label, const char *text);
/* A row of a record whose text is made when it is drawn: of very many most are never seen. */
void view_add_late(struct view *v, const char *label);
__attribute__((format(printf, 4, 5))) void view_addf(struct view *v, enum tone tone, const char *label,
                                                     const char *format, ...);
/* Adds prose broken to the view's width, at most 90 cells a line, `indent` spaces before each line. */
void view_add_text(struct view *v, enum tone tone, const char *label, const char *text, int indent);
void view_add_page(struct view *v, const char *text); /* lines as they are, up to the width of the screen */

/* Cells for rows, and for lines of the pane. */
int view_cells(const struct view *v);
int view_pane_cells(const struct view *v);

/* Takes the pane to the right of the rows, where the screen is wide: rows that want `natural` cells keep them as long as the
 * pane has enough; 80 they keep always. For `fill`. */
void view_pane_beside(struct view *v, size_t natural);

/* A line of the view's pane, of any text; wrapped where the pane stands at the right. */
void view_pane_line(struct view *v, enum tone tone, const char *text);

/* Makes the pane's lines anew. What does not fit is not shown: the most telling comes first. */
void view_pane_fill(struct view *v);

/* The heading of a view that is read in slices: `text` (taken), and how far it is (negative: all was read). */
void view_head(struct view *v, char *text, int percent);

/* For its `work`: 1 if it is time to draw how far it is; `told_at` is the view's, 0 at first. */
int view_may_tell(double *told_at);

/* Label of the record under the cursor, or "". */
const char *view_label(struct view *v);

/* Fills it, and goes to its first row about that record. 1 if there is one. */
int view_begin_at(struct view *v, const char *label);

/*
 * The rule of every list in which a person judges: what was judged stays where it is, as what it has become, with the cursor on it,
 * until the person leaves the list or says what it shall show (a filter, `f`). What comes next is mostly about it: a contact with
 * the organisation that was just confirmed. What was retracted goes at once: it was taken back, and R shows it.
 *
 * Whoever puts a judgement on record calls workbench_judged(); Chain, triage of what is open, desk, conflicts, and lists with a
 * filter ask view_is_judged() when they make their rows. Sweep and the mail desk show all there is, judged or not.
 */
int view_is_judged(const struct view *v, const char *label);
void view_forget_judged(struct view *v); /* the person said what this list shall show */

/* Goes to the record with this label, in a view that can. */
void view_seek(struct view *v, const char *label);

/* Moving; `height` rows are seen. */
enum redraw view_move(struct view *v, int key, int height);

/*
 * The next row after the cursor that holds the text, or the one before it, in slices: there may be very many. The cursor goes
 * there when it is found. Rows that are made anew meanwhile are looked through from the cursor again.
 */
void view_search_begin(struct view *v, const char *text, int forwards);
void view_search_end(struct view *v); /* which a key does, and its end */

/* Goes on until the steady time `deadline`. 1: found; 0: no row holds it; -1: there are more rows to look at. */
int view_search_work(struct view *v, double deadline);
int view_search_percent(const struct view *v);

struct view *view_text(struct workbench *wb, const char *title, const char *text);

#endif
