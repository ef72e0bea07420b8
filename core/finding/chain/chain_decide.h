/*
 * What a person decides about the chain: records of the kind `pivot`, each with its reason.
 *
 *     chain_decide(c, &chain, org, PIVOTS, CHAIN_REJECTED, "a newsletter", labels, &err);
 *
 * Confirming says of the party what it is in the case (role, chain_status, the strongest line) and makes it if there is
 * none; never that it was attacked or damaged: that is for the organisation to say. What already goes on with a party
 * (contacted, answered, …) stays. Reopening retracts the decisions, so that the proposal is open again.
 */
#ifndef GENBA_FINDING_CHAIN_CHAIN_DECIDE_H
#define GENBA_FINDING_CHAIN_CHAIN_DECIDE_H

#include "finding/chain/chain.h"

struct buf;

/* Decides about a pivot, or (PIVOTS) about all that are open and shown; one action. Appends a label a line: of the decisions,
 * and of a party that was made. 0, or -1: ERR_USAGE for no reason, or nothing to decide. */
int chain_decide(struct case_file *c, const struct chain_org *org, enum chain_pivot pivot, enum chain_status status,
                 const char *reason, struct buf *labels, struct err *err);

/* The same before a reason is asked for: 0, or -1 with why there is nothing to decide, or to take up again. */
int chain_may_decide(const struct chain_org *org, enum chain_pivot pivot, enum chain_status status, struct err *err);
int chain_may_reopen(struct case_file *c, const struct chain_org *org, enum chain_pivot pivot, struct err *err);

/* Retracts the decisions about a pivot, or (PIVOTS) about all. Appends their labels. */
int chain_reopen(struct case_file *c, const struct chain_org *org, enum chain_pivot pivot, const char *reason,
                 struct buf *labels, struct err *err);

/* 1: an organisation that is on record or that the chain speaks of bears that label or name, or it looks like a domain. */
int chain_knows(struct case_file *c, const char *name);

/* Whether that can be said of the two names: 0, or -1 (no name, no organisation, or one and the same). */
int chain_may_be_same(struct case_file *c, const char *who, const char *other, struct err *err);

/* Two names (label, domain, or as found) are one organisation, or are not. Appends the label. */
int chain_say_same(struct case_file *c, const char *who, const char *other, int same, const char *reason,
                   struct buf *labels, struct err *err);

/* `who` and an organisation of that name, which is put on record with it: one action. Appends both labels. */
int chain_say_new(struct case_file *c, const char *who, const char *name, const char *reason, struct buf *labels,
                  struct err *err);

#endif
