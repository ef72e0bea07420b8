/*
 * The order of the labels of the Traffic Light Protocol 2.0: what bears several is passed on by the highest.
 */
#ifndef GENBA_CASE_KIND_TLP_H
#define GENBA_CASE_KIND_TLP_H

/* 0 (CLEAR) to 4 (RED); what is not known, and NULL, is the highest. */
int tlp_rank(const char *tlp);

/* The higher of two labels; NULL stands for none. */
const char *tlp_higher(const char *a, const char *b);

/* What a record is passed on by: its own label, or where that is NULL or "unknown" that of its case. */
const char *tlp_own_or(const char *own, const char *of_case);

#endif
