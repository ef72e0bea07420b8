/*
 * The board: what matters now.
 *
 * Computed from the records each time it is shown, as rows that the workbench
 * lists and `genba board` prints: sections in the order of urgency, "infected
 * and not isolated" first. What is not known is said to be unknown.
 */
#ifndef GENBA_OUTWARD_REPORT_BOARD_H
#define GENBA_OUTWARD_REPORT_BOARD_H

#include "case/store/record.h"

enum board_tone { BOARD_PLAIN, BOARD_HEADING, BOARD_ALARM, BOARD_ATTENTION, BOARD_GOOD };

struct board_row {
	enum board_tone tone;
	char label[LABEL_TEXT]; /* the record it is about, or "" */
	char *text;             /* printable, one line */
};

struct board {
	struct board_row *rows;
	size_t count;
	size_t cap;
	size_t assets, checked, infected, infected_not_isolated, isolated;
	int64_t expected; /* terminals and servers of all sites; 0: no site says */
};

int board_load(struct case_file *c, struct board *b, struct err *err);

/* The board as of a commit (full id; NULL or "": now). Where playbooks stood then is told by their runs, not by step. */
int board_load_at(struct case_file *c, const char *commit, struct board *b, struct err *err);
void board_release(struct board *b);

#endif
