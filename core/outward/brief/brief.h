/*
 * The brief: one page for the meeting, or for the colleague who takes over.
 *
 * A table of sections, each a filter over one kind and the fields that are
 * told; so what a section says can be looked up with `list --where`. Facts
 * stand apart from hypotheses, what is not known is said to be unknown, and a
 * section with nothing in it says so. In the interface's language; as text, as
 * Markdown, or as one self-contained HTML page.
 *
 * It is one page, however large the case: BRIEF_LINES lines of BRIEF_COLUMNS cells as text. Where the records are more,
 * sections are cut evenly, with the number and the names of those that are left out, and the empty ones are named
 * together (brief_fit.c).
 */
#ifndef GENBA_OUTWARD_BRIEF_BRIEF_H
#define GENBA_OUTWARD_BRIEF_BRIEF_H

#include "case/store/record.h"

struct buf;

#define BRIEF_LINES   60
#define BRIEF_COLUMNS 80

enum brief_profile {
	BRIEF_MEETING = 1,
	BRIEF_HANDOVER = 2,
};

enum brief_sort {
	BRIEF_HEADING,
	BRIEF_ITEM,  /* a record: label and text */
	BRIEF_LINE,  /* a sentence */
	BRIEF_ALARM, /* an item that must not be overlooked */
};

struct brief_row {
	enum brief_sort sort;
	char label[LABEL_TEXT]; /* or "" */
	char *text;             /* printable, one line */
	char *name;             /* of the record, printable; NULL: it is none */
	int is_none;            /* says that its section is empty */
	int is_none_open;       /* of such a row: records there may be, none of them open */
	int wraps;              /* holds several things: it may take more than one line */
	size_t more;            /* of a heading: records of its section that have no row, for there are very many */
};

struct brief {
	char *title; /* printable */
	char *state; /* case id, TLP, last commit, time: what is printed on paper carries it */
	struct brief_row *rows;
	size_t count;
	size_t cap;
	int is_tight; /* as text: no empty lines between the sections */
};

/* Makes the brief. `extra`: a line put at the end ("" or NULL: none), such as what stays behind at a handover. 0 or -1; it is to
 * be released in either case. */
int brief_make(struct case_file *c, enum brief_profile profile, const char *extra, struct brief *b, struct err *err);
void brief_release(struct brief *b);

/*
 * The same in slices, for who waits for keys meanwhile (record_reader.h says what must hold between two of them):
 *
 *     struct brief_maker *m = brief_maker_new(c, BRIEF_MEETING);
 *     while ((rc = brief_maker_work(m, clock_steady() + 0.004, &err)) == 1)
 *             …brief_maker_percent(m)…
 *     brief_maker_finish(m, NULL, &b, &err);
 *     brief_maker_free(m);
 */
struct brief_maker;
struct brief_maker *brief_maker_new(struct case_file *c, enum brief_profile profile);
void brief_maker_free(struct brief_maker *m);                                  /* NULL is fine */
int brief_maker_work(struct brief_maker *m, double deadline, struct err *err); /* 1: there is more to do; 0; -1 */
int brief_maker_percent(const struct brief_maker *m);                          /* 0 to 100 */
int brief_maker_finish(struct brief_maker *m, const char *extra, struct brief *b,
                       struct err *err); /* as brief_make() */

/* Cuts what was made to one page, and lets rows take several lines where it has room for them. */
void brief_fit(struct brief *b);

/* A row that is no heading, as text of one line, before it is wrapped. The caller frees. */
char *brief_line(const struct brief_row *row);

/* Appends the text that a handover takes along, if nobody writes another: it says what secrets stay behind. 0 or -1. */
int brief_of_handover(struct case_file *c, struct buf *text, struct err *err);

void brief_text(const struct brief *b, struct buf *out);
void brief_markdown(const struct brief *b, struct buf *out);
void brief_html(const struct brief *b, struct buf *out);

#endif
