/*
 * Labels kept free for paper.
 *
 * A blank worksheet bears a label; what is written on it by hand is typed in
 * later under that label, and no record gets it before. Which labels are kept
 * free stands in the responder's own record (its field `reserved`, which nobody
 * types): so it is signed, in the history, and comes along with a handover, a
 * merge and a salvage. Keeping labels free is an action of its own; typing a
 * sheet in takes its label out of the list in the action that adds the record.
 * Only whoever printed a sheet types it in under its label: labels with that
 * mark are nobody else's to give, and a merge refuses them.
 *
 *     reserve_labels(c, kind_find("evidence"), 3, labels, &err)     R1-E7, R1-E8, R1-E9
 *     genba add evidence label=R1-E8 written=2026-11-23T14:05+09:00 title=…
 *
 * A sheet that was spoiled is added like any other and retracted with the
 * reason: then every number that was printed is accounted for.
 */
#ifndef GENBA_CASE_ACTION_RESERVE_H
#define GENBA_CASE_ACTION_RESERVE_H

#include "case/store/record.h"

#define RESERVE_FIELD "reserved"

/* Keeps `count` labels of the kind free: one action, verb "print". 0 or -1. */
int reserve_labels(struct case_file *c, const struct kind *kind, size_t count, char (*labels)[LABEL_TEXT],
                   struct err *err);

/* The next number for a new record of the kind that is neither taken nor kept free; -1 with the error. */
long long reserve_next_number(struct case_file *c, const struct kind *kind, struct err *err);

/* Takes a label that was kept free, for the record that is being added in this action; ERR_USAGE if it is not. */
int reserve_take(struct action *a, struct case_file *c, const struct kind *kind, const char *label, struct err *err);

/* The kind of a label that this responder keeps free, or NULL. */
const struct kind *reserve_kind(struct case_file *c, const char *label);

#endif
