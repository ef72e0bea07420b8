/*
 * Labels kept free for paper.
 *
 * A blank worksheet bears a label; what is written on it by hand is
 * typed in later under that label, and no record gets it before. Which numbers
 * are kept free is a setting of the case (meta.h), one for each mark and kind, that
 * travels with the file: nobody else gives labels with that mark.
 *
 *     reserve_labels(c, kind_find("evidence"), 3, labels, &err)     R1-E7, R1-E8, R1-E9
 *     genba add evidence label=R1-E8 written=2026-11-23T14:05+09:00 title=…
 */
#ifndef GENBA_CASE_RESERVE_H
#define GENBA_CASE_RESERVE_H

#include "case/record.h"

/* Keeps `count` labels of the kind free. 0 or -1. */
int reserve_labels(struct case_file *c, const struct kind *kind, size_t count, char (*labels)[LABEL_TEXT],
                   struct err *err);

/* The next number for a new record of the kind that is neither taken nor kept free; -1 with the error. */
long long reserve_next_number(struct case_file *c, const struct kind *kind, struct err *err);

/* Takes a label that was kept free, for the record that is being added in the open action; ERR_USAGE if it is not. */
int reserve_take(struct case_file *c, const struct kind *kind, const char *label, struct err *err);

/* The labels of the kind that are still kept free, separated by blanks. */
struct buf;
void reserve_list(struct case_file *c, const struct kind *kind, struct buf *out);

#endif
