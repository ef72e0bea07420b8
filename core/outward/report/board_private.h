/* What the files of the board share: the rows in the making, and the records of now or of then. */
#ifndef GENBA_OUTWARD_REPORT_BOARD_PRIVATE_H
#define GENBA_OUTWARD_REPORT_BOARD_PRIVATE_H

#include "outward/report/board.h"

struct buf;

#define BOARD_LISTED 100 /* rows of one section; what is beyond is counted */

struct building {
	struct case_file *c;
	const char *commit; /* NULL: now */
	json_t *past;       /* all records as of the commit: kind -> array */
	struct board *b;
	struct err *err;
	json_t *finding; /* value -> count */
	json_t *containment;
	const char *track;
	size_t questions, measures_open;
	json_t *in_checks;    /* of the past: the labels of the machines that checks are about; NULL: now */
	size_t without_check; /* "no trace found" that rests on no check */
	size_t sites;         /* on record */
	size_t stale;         /* "no trace found" whose check is older than the newest indicator */
	int64_t newest;       /* indicator: seconds since 1970 */
	int64_t now;          /* seconds since 1970, for what is overdue */
	double deadline;      /* steady: until then is worked on what takes long; HUGE_VAL: to the end */
	int is_waiting;       /* it was not long enough */
	size_t decisions, conflicts, suspected, overdue;
	size_t findings, findings_high; /* that nobody has judged */
	size_t consultations;           /* that wait */
};

void board_add(struct board *b, enum board_tone tone, const char *label, const char *text);
__attribute__((format(printf, 4, 5))) void board_addf(struct board *b, enum board_tone tone, const char *label,
                                                      const char *format, ...);

/* The last row leads to that view, about `argument` (may be NULL), where one does what the hint says (may be NULL). What
 * writes leads nowhere on a board of the past. */
void board_lead(struct building *k, const char *view, const char *argument, const char *hint);
void board_lead_now(struct building *k, const char *view, const char *argument, const char *hint);

/* A field of the record in words, appended. */
void board_field_words(const json_t *record, const char *name, struct buf *out);

/* The valid records of a kind that may matter: now those for which the condition holds (record_summary_pick()) and all that
 * are disputed, for the index knows one of two values; of the past all of them. `fn` looks at each itself. */
int board_pick(struct building *k, const char *kind, const char *condition, int limit, record_fn fn);

/* Of a section of which BOARD_LISTED rows stand there: a row that says how many more records of the kind have that facet and an
 * open status, now, and leads to the list of all that the filter finds. 0 or -1. */
int board_add_more(struct building *k, const char *kind, const char *facet, int (*is_open)(const char *status),
                   const char *filter);

/* A section that is not there yet: it is worked on (board_work()), and the board made again. It leads to the view. */
void board_add_being_counted(struct building *k, const char *heading, const char *view);

/* Their parts of board_work(). */
int board_work_measures(struct case_file *c, double deadline, struct err *err);
int board_work_evidence(struct case_file *c, double deadline, struct err *err);
int board_work_conflicts(struct case_file *c, double deadline, struct err *err);
int board_work_findings(struct case_file *c, double deadline, struct err *err);
int board_work_machines(struct case_file *c, double deadline, struct err *err);

/* The valid records of a kind, now or as of the commit. */
int board_each(struct building *k, const char *kind, record_fn fn, void *ctx);

/* The sections, in the order in which they stand. Each 0 or -1. */
int board_add_decisions(struct building *k);
int board_add_machines(struct building *k);
int board_add_consultations(struct building *k);
int board_add_steps(struct building *k);
int board_add_overdue(struct building *k);
int board_add_measures(struct building *k);

/* Assets that are infected and not isolated, from the index. 0 or -1. */
int board_count_machines(struct building *k);

/* Evidence that is not what it was. 0 or -1. */
int board_count_differing(struct building *k, size_t *count);

/* The section "Evidence". 0 or -1. */
int board_add_evidence(struct building *k);

/* The section "Triage", if findings wait to be judged. 0 or -1. */
int board_add_findings(struct building *k);

/* The section "Mail desk", if mails wait there. 0 or -1. */
int board_add_mail(struct building *k);

/* The section "Attack chain", if an organisation is proposed. 0 or -1. */
int board_add_chain(struct building *k);

/* The section "Sweep", if indicators wait for one. 0 or -1. */
int board_add_sweep(struct building *k);

#endif
