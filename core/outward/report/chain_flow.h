/*
 * The attack chain as the graph of flow.h: organisations, mails, machines and persons, and what ties them together.
 * Drawn by flow_draw() and flow_svg(); what waits for a decision is dotted, what was rejected is left out.
 */
#ifndef GENBA_OUTWARD_REPORT_CHAIN_FLOW_H
#define GENBA_OUTWARD_REPORT_CHAIN_FLOW_H

#include "outward/report/flow.h"

/* As of a commit (NULL or "": now). An act is about the organisation at that place of the chain of that commit, its
 * aspect the pivot (enum chain_pivot). Release it with flow_release(). 0 or -1. */
int chain_flow_load(struct case_file *c, const char *commit, struct flow *f, struct err *err);

#endif
