/*
 * Custody: who had an item, and who has it now.
 *
 * Records of the kind `transfer` name the items that changed hands. Their order
 * in time is the chain of custody (RFC 3227, 4.1; ISO/IEC 27037, 6.1); the `to` of
 * the last one is who holds the item. Evidence says so in its field `holder`, which
 * nobody types: it follows from the transfers in the action that adds, changes or
 * retracts one of them.
 */
#ifndef GENBA_CASE_ACTION_CUSTODY_H
#define GENBA_CASE_ACTION_CUSTODY_H

#include "case/action/action.h"

/* The transfers of an item (its label or id) that are not retracted, in order of `when`, then of entry: a new array of
 * records as read, or NULL. */
json_t *custody_chain(struct case_file *c, const char *item, struct err *err);

/* What is doubtful where a transfer of a chain follows the one before it. */
enum custody_doubt {
	CUSTODY_HANDS = 1, /* who gives it is not who had it: a transfer is missing between them */
	CUSTODY_SEAL = 2,  /* the seal is not the one that was put on, or is said to be broken */
	CUSTODY_HASH = 4,  /* the digest was found different on receipt */
	CUSTODY_OPEN = 8,  /* nobody has accepted it */
};

/* Bits of the above for the transfer `i` of a chain. */
unsigned custody_doubts(const json_t *chain, size_t i);

/* 1 if its holder was given the item by the last transfer, and has not accepted it yet: it was handed over, or sent. */
int custody_is_pending(struct case_file *c, const json_t *item);

/* 1 if the item was given back or destroyed by the last transfer. */
int custody_is_gone(struct case_file *c, const json_t *item);

/* Of valid transfers as read, an array in order of entry: label of an item -> its last transfer. A new object. */
json_t *custody_last(const json_t *transfers);

/* custody_is_pending() by such an object, of another time than now. */
int custody_was_pending(const json_t *last, const json_t *item);

/* By name, who collected an item (field `collected_by`) or holds it (`holder`): the party on record. Where none is, what
 * genba itself preserved was collected by the responder whose record it is, and who collected it, or took in what others
 * had provided, holds it until it changes hands. Printable; the caller frees it. NULL: not on record. */
char *custody_person(struct case_file *c, const json_t *item, const char *field);

/* After a transfer was stored: brings `holder` of all items of its old and its new form up to date (either may be NULL;
 * stored objects). Part of the action. 0 or -1. */
int custody_follow(struct action *a, struct case_file *c, const json_t *before, const json_t *after, struct err *err);

#endif
