/*
 * What waits at a desk: consultations of which nothing has become yet, by age; leads
 * that somebody has to look at or to tell; and where the cases stand.
 */
#ifndef GENBA_OUTWARD_DESK_WAITING_H
#define GENBA_OUTWARD_DESK_WAITING_H

#include "case/store/record.h"
#include "outward/desk/gather.h"

enum waiting_sort { WAITING_CONSULTATION, WAITING_LEAD, WAITING_CASE };

struct waiting_item { /* texts are owned, as entered: printable_dup() them */
	enum waiting_sort sort;
	char *label;
	char *file;    /* path of the case file that it is in */
	char *when;    /* received, found, or the date of the stage; EDTF, "" unknown */
	long age;      /* days since then, -1: unknown */
	char *status;  /* lead.status, case.stage; of a consultation whether it is eligible: "yes", "no", "unknown" */
	char *who;     /* organisation, or "" */
	char *text;    /* summary (its first line), title */
	char *case_id; /* of the case, or of the register */
};

struct desk_waiting {
	struct waiting_item *items;
	size_t count;
};

/* What waits in the cases that were gathered: consultations first, the oldest first; then leads, those to be contacted
 * first; then cases, the farthest stage first, without closed ones. Files in which something waits are opened once more,
 * for the texts. 0 or -1. */
int waiting_make(const struct desk_source *source, const struct desk_cases *cases, struct desk_waiting *out,
                 struct err *err);
void waiting_release(struct desk_waiting *waiting);

/* Days since then, by the days of this place; -1: not known, or still to come. */
long waiting_age(const char *when);

#endif
