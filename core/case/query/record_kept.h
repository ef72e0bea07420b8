/*
 * What is asked of every record of a kind, again and again: read once in slices, kept in memory while the case is open, and
 * after a change read anew of the changed records only. What tells which of 1,000 measures are overdue after a note was
 * written reads one note, and not 1,000 measures.
 *
 *     static const struct record_kept_spec due = {"overdue", "measure", 0, sizeof(struct due), take_due, NULL};
 *     struct record_kept *k;
 *     int rc = record_kept_work(c, &due, clock_steady() + 0.004, &k, &err);          1: there is more to do
 *     for (size_t i = 0; i < record_kept_count(k); i++)
 *             if ((item = record_kept_item(k, i)))
 *                     …
 *
 * Items stand in the order of entry. Between two calls nothing is held open. A short list is read in one slice, however busy
 * the machine is.
 */
#ifndef GENBA_CASE_QUERY_RECORD_KEPT_H
#define GENBA_CASE_QUERY_RECORD_KEPT_H

#include "case/store/record.h"

struct record_kept;

/* A constant of the program. */
struct record_kept_spec {
	const char *name; /* of what is kept; no other has it */
	const char *kind;
	unsigned flags; /* as for record_get() */
	size_t size;    /* bytes of an item */
	/* Fills the item, which is zeroed, from what the record alone says (and, as read, conflicts about it). */
	void (*take)(json_t *record, void *item);
	void (*release)(void *item); /* frees what it owns; NULL: nothing */
};

/* Brings it up to the case as it is now, until the steady time `deadline` (HUGE_VAL: to the end). 1: there is more to do, and the
 * items are partly those of before; 0; -1. *kept is borrowed while the case is open; NULL after an error. */
int record_kept_work(struct case_file *c, const struct record_kept_spec *spec, double deadline,
                     struct record_kept **kept, struct err *err);

size_t record_kept_count(const struct record_kept *k);
const void *record_kept_item(const struct record_kept *k, size_t i); /* NULL: the record is retracted */
const char *record_kept_label(const struct record_kept *k, size_t i);

/* Grows with each change of an item: what was worked out of them holds while it is the same. Never 0. */
uint64_t record_kept_version(const struct record_kept *k);
uint64_t record_kept_changed(const struct record_kept *k, size_t i); /* the one with which the item came */

/* What is kept, as far as it was read: nothing is done for it. NULL: it was not begun. */
struct record_kept *record_kept_so_far(struct case_file *c, const struct record_kept_spec *spec);

/* How far it is, 0 to 100. */
int record_kept_percent(const struct record_kept *k);

#endif
