/*
 * The board: what matters now.
 *
 * Computed from the records each time it is shown, as rows that the workbench
 * lists and `genba board` prints: sections in the order of urgency. First what
 * waits for a decision, then "infected and not isolated", then what is suspected
 * and still connected, then who waits for an answer. What is not known is said to be unknown.
 *
 * A row says where the workbench goes from it: `view` and `argument` are a row of
 * its table of views and what that view is about; without them it is the record
 * under the label. A row with neither leads nowhere.
 */
#ifndef GENBA_OUTWARD_REPORT_BOARD_H
#define GENBA_OUTWARD_REPORT_BOARD_H

#include "case/store/record.h"

enum board_tone { BOARD_PLAIN, BOARD_HEADING, BOARD_ALARM, BOARD_ATTENTION, BOARD_GOOD };

struct board_row {
	enum board_tone tone;
	char label[LABEL_TEXT]; /* the record it is about, or "" */
	char *text;             /* printable, one line */
	const char *view;       /* where it leads; NULL: to the record, if there is a label */
	char *argument;         /* what that view is about, or NULL */
	const char *hint; /* what is done there, for the workbench, in the interface's language; NULL: it is plain */
};

struct board {
	struct board_row *rows;
	size_t count;
	size_t cap;
	size_t assets, infected, infected_not_isolated, isolated;
	size_t checked;   /* case/query/machines_checked.h */
	size_t unjudged;  /* of these: nobody has judged them */
	int64_t expected; /* terminals and servers of all sites; 0: no site says */
	size_t alarms;    /* all that must not be overlooked, listed or not */
};

int board_load(struct case_file *c, struct board *b, struct err *err);

void board_release(struct board *b);

/* The board as of a commit (full id), for who waits for keys: its records are read, and its sections made, until the steady
 * time `deadline`. 1: there is more to do; 0: the board can be taken; -1. Where playbooks stood then is told by their runs, not
 * by step. */
struct board_past;
struct board_past *board_past_new(struct case_file *c, const char *commit);
int board_past_work(struct board_past *p, double deadline, struct err *err);
int board_past_percent(const struct board_past *p);
void board_past_take(struct board_past *p, struct board *b); /* once; `b` is to be released */
int board_past_free(struct board_past *p, double deadline);  /* in slices, too: 1: there is more, 0: it is freed */

/* The board of now for who waits for keys: what takes long is worked on until the steady time `deadline`. 1: not all of it is
 * there yet, and the board says so: it is to be made again when board_work() has answered 0; 0: all is there; -1. */
int board_load_until(struct case_file *c, double deadline, struct board *b, struct err *err);
int board_work(struct case_file *c, double deadline, struct err *err); /* 1: there is more to do; 0; -1 */

/*
 * "My work": the open measures by their owner and the playbook steps that wait by whoever began the playbook, a section a
 * person. First one's own, then those of people with something overdue, then the rest, last what nobody is named for; in
 * each what is overdue, then by the time due. As of a commit nothing is overdue, and no steps stand there. Measures are read until
 * the steady time `deadline` (HUGE_VAL: all). 1: not all are there yet: as board_load_until(); 0; -1.
 */
int board_load_by_person(struct case_file *c, const char *commit, double deadline, struct board *b, struct err *err);

/* Only the numbers of machines (assets to expected), now, from the index; there are no rows. 0 or -1. */
int board_count(struct case_file *c, struct board *b, struct err *err);

/* Of how many machines those checked are told: those expected, and never fewer than are on record. 0: no site says. */
int64_t board_machines(const struct board *b);

/* The same number of alarms as the board of now has, without making it. 0 or -1. */
int board_count_alarms(struct case_file *c, size_t *alarms, struct err *err);

#endif
