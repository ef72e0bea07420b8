/*
 * Which consultations and leads wait: the Desk lists them, the board names them.
 */
#ifndef GENBA_CASE_QUERY_CONSULTATION_H
#define GENBA_CASE_QUERY_CONSULTATION_H

#include "case/store/record.h"

/* What of a register waits, the most urgent first: 0 a consultation, 1 a lead to be told, 2 a new one, 3 one that is assessed;
 * -1: nothing is to be done with it any more, or it is another kind of record. */
int consultation_rank(const json_t *record);

/* The consultations of one register of which nothing has become yet, as record_each() gives them: the others, which are most
 * of an old register, are not read. */
int consultation_each_waiting(struct case_file *c, record_fn fn, void *ctx, struct err *err);

#endif
