/*
 * What the view Timeline (view_timeline.c), its keys (timeline_keys.c) and its picture share.
 *
 * The rows of the case are read once in slices (timeline_reader.h) and kept until
 * the case changes. Of them a picture is made, in slices too: what the filter finds, its times in words, widths, lanes. A
 * picture is shown when it is whole; until then the one of before stays, and the heading says that and how far it is.
 */
#ifndef GENBA_TUI_VIEW_TIMELINE_TIMELINE_VIEW_H
#define GENBA_TUI_VIEW_TIMELINE_TIMELINE_VIEW_H

#include "case/query/filter.h"
#include "case/query/timeline_reader.h"
#include "case/query/timeline_text.h"
#include "tui/workbench/view.h"

#define TIMELINE_LANES_MOST 24

struct timeline_lane {
	char label[LABEL_TEXT];
	size_t first, last; /* rows that touch it */
};

struct timeline_span {
	int64_t earliest, latest; /* seconds, as they are shown */
};

/* A line that is seen: a row, several rows that are folded, or a text of its own: a heading, what a machine found. */
struct timeline_line {
	size_t row;   /* TIMELINE_NO_ROW: none */
	size_t until; /* it stands for this and the following rows, until that one; 0: it is a row's alone */
	int is_open;  /* of such a line: its rows stand below it */
	char *text;   /* owned; NULL for rows */
	enum tone tone;
};

#define TIMELINE_NO_ROW SIZE_MAX

/* What is shown of a row. */
struct timeline_shown {
	char *when; /* owned */
	char *what; /* owned: the title of an event, or the act in words */
	struct timeline_span span;
};

struct timeline_picture {
	enum timeline_way way;
	int lanes;
	size_t dismissed;             /* rows that are left out for that */
	struct timeline t;            /* the rows that the filter found, what was done together joined */
	struct timeline_shown *shown; /* of its rows */
	int64_t from, to;             /* of all placed rows, seconds */
	struct timeline_lane lane[TIMELINE_LANES_MOST];
	size_t lane_count;
	size_t label_cells, when_cells, what_cells; /* the widest */
	struct timeline_line *lines;
	size_t line_count;
	size_t line_cap;
	/* how far it is */
	size_t chosen;                /* of all rows */
	size_t told, joined, touched; /* of its own, in each of the passes over them */
	size_t lined;
	struct timeline_telling *telling;
	struct observation_clocks *clocks;
};

struct timeline_view {
	enum timeline_way way;
	int lanes;                      /* 1: lanes of assets instead of spans */
	int observations;               /* what machines found around each event is shown below it */
	int events_only;                /* what the responders did, as their records say, is left out */
	int dismissed_too;              /* what was dismissed is shown */
	struct filter *filter;          /* or NULL */
	json_t *unfolded;               /* the first labels of what is not folded: an object */
	uint64_t generation;            /* of the case when `reader` began */
	struct timeline_reader *reader; /* or NULL: `all` is what is on record */
	struct timeline all;
	struct timeline_picture *making; /* or NULL */
	struct timeline_picture *shown;  /* or NULL: none was whole yet */
	char wanted[VIEW_LABELS];        /* what to begin at when all is read, or "" */
	double told_at;                  /* how far it is */
};

extern const struct view_key view_timeline_keys[];

/* ---- timeline_picture.c */

struct timeline_picture *timeline_picture_new(const struct timeline_view *l);
void timeline_picture_free(struct timeline_picture *p); /* NULL is fine */

/* Goes on until the steady time `deadline`. 1: there is more to do; 0: it is whole; -1. */
int timeline_picture_work(struct view *v, struct timeline_picture *p, double deadline, struct err *err);

/* The record of a line; NULL: it is none's. */
const struct timeline_row *timeline_picture_row(const struct timeline_picture *p, size_t line);

/* Several rows of one second that the line stands for; NULL: it does not. */
const struct timeline_line *timeline_picture_fold(const struct timeline_picture *p, size_t line);

/* Shows the rows of such a line below it, or hides them again; kept in the view until then. */
void timeline_picture_toggle(struct timeline_view *l, size_t line);

/* How many records the line stands for. */
size_t timeline_fold_records(const struct timeline_picture *p, const struct timeline_line *line);

/* Whether the record is one of those that a row is about. */
int timeline_touches(const struct timeline_row *row, const char *label);

/* ---- timeline_draw.c */

/* Cells of the bar on a screen of that width. */
int timeline_bar_cells(int columns);

/* Above the rows: the axis of the bars, or the names of the lanes. */
void timeline_draw_names(const struct timeline_picture *p, int bar, struct buf *out);

/* A line that stands for a row, or for several. */
void timeline_draw_line(const struct timeline_picture *p, const struct timeline_line *line, int bar, enum tone *tone,
                        struct buf *out);

#endif
