/*
 * Which machines were looked at: those that are judged, and those that a check on record is about that was done, though nobody has
 * judged them yet (a collection of files that was triaged, say). One rule, for the board, the brief and the report.
 */
#ifndef GENBA_CASE_QUERY_MACHINES_CHECKED_H
#define GENBA_CASE_QUERY_MACHINES_CHECKED_H

#include "case/store/record.h"

/* Infected, taken over, or no trace found. What is suspected waits to be looked at; while the finding is disputed, nothing
 * reassures. */
int asset_is_judged(const json_t *asset);

/* Puts the labels of the machines that the check was made on into `labels` as members; none of one that was not done. */
void machines_of_check(const json_t *check, json_t *labels);

/* Of the machines on record those that are in a check and not judged, of the case as it is now, until the steady time `deadline`
 * (HUGE_VAL: to the end). 1: there is more to do; 0; -1. Kept in memory while no machine and no check changes. */
int machines_unjudged(struct case_file *c, double deadline, size_t *count, struct err *err);

#endif
