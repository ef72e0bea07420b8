/*
 * Which records of a table a list shows, and in what order.
 *
 * Sorting and filtering go on in slices (list_work()), in the order shown, so
 * that the first page is there at once, whatever the number of records. A filter
 * that only narrows the last one, as each letter that is typed does, is asked of
 * the records that passed that one; and a term that has not changed is not asked
 * again.
 */
#ifndef GENBA_TUI_LIST_LIST_H
#define GENBA_TUI_LIST_LIST_H

#include "tui/workbench/record_cache.h"

struct err;
struct list;

struct list *list_new(struct record_cache *table); /* takes the table over */
void list_free(struct list *l);

struct record_cache *list_table(const struct list *l);

/* Goes on until the steady time `deadline`. 1: there is more to do, and what is shown is not all. */
int list_work(struct list *l, double deadline);

size_t list_to_ask(const struct list *l);        /* records that it is not known of yet whether they are shown */
size_t list_count(const struct list *l);         /* records shown so far */
size_t list_kept(const struct list *l);          /* of them: no longer as the filter says, but judged */
size_t list_row(const struct list *l, size_t i); /* the i-th shown: its index in the table */
uint64_t list_epoch(const struct list *l);       /* grows whenever the list begins anew */

/* By a field; NULL: by label, which is the order of entry. Records without a value come last. */
void list_sort(struct list *l, const struct field *field, int descending);
const struct field *list_sorted_by(const struct list *l, int *descending);

/* 0, or -1 with what is wrong; the filter stays as it was then. */
int list_filter(struct list *l, const char *text, struct err *err);

/* Labels of rows that no filter hides (view_is_judged()), or NULL: borrowed as long as the list is worked at. For rows that are
 * looked at from then on: those that change, and all when the filter does. */
void list_keep_judged(struct list *l, const json_t *labels);

/* Retracted records are left out unless asked for. */
void list_show_retracted(struct list *l, int show);
int list_shows_retracted(const struct list *l);

/* Marks, by index in the table. */
void list_mark(struct list *l, size_t row, int marked);
int list_is_marked(const struct list *l, size_t row);
size_t list_marked(const struct list *l); /* how many are */
void list_mark_none(struct list *l);

#endif
