/* What the files of the board share: the rows in the making, and the records of now or of then. */
#ifndef GENBA_OUTWARD_REPORT_BOARD_PRIVATE_H
#define GENBA_OUTWARD_REPORT_BOARD_PRIVATE_H

#include "outward/report/board.h"

#define BOARD_LISTED 100 /* rows of one section; what is beyond is counted */

struct building {
	struct case_file *c;
	const char *commit; /* NULL: now */
	json_t *past;       /* all records as of the commit: reading them kind by kind would walk its tree each time */
	struct board *b;
	struct err *err;
	json_t *finding; /* value -> count */
	json_t *containment;
	const char *track;
	size_t questions, measures_open;
	size_t without_check; /* "no trace found" that rests on no check */
	size_t stale;         /* "no trace found" whose check is older than the newest indicator */
	int64_t newest;       /* indicator: seconds since 1970 */
};

void board_add(struct board *b, enum board_tone tone, const char *label, const char *text);
__attribute__((format(printf, 4, 5))) void board_addf(struct board *b, enum board_tone tone, const char *label,
                                                      const char *format, ...);

/* The valid records of a kind, now or as of the commit. */
int board_each(struct building *k, const char *kind, record_fn fn, void *ctx);

/* The section "Evidence". 0 or -1. */
int board_add_evidence(struct building *k);

/* The section "Attack chain", if an organisation is proposed. 0 or -1. */
int board_add_chain(struct building *k);

/* The section "Sweep", if indicators wait for one. 0 or -1. */
int board_add_sweep(struct building *k);

#endif
