/*
 * From a record to what belongs to it, of any kind: where a view is switched to, it begins there.
 *
 *     char label[LABEL_TEXT];
 *     if (related_label(wb, "R1-V12", "finding", label)) …     the finding out of whose row the event was made
 *
 * What is begun at may be several records, the most telling first: a hit of a sweep is its machine, its indicator and its evidence
 * (`about` of struct view_ops).
 */
#ifndef GENBA_TUI_LIST_RELATED_H
#define GENBA_TUI_LIST_RELATED_H

#include "case/store/record.h"
#include "tui/workbench/workbench.h"

/* Of records (labels, a blank between them) the one that is of that kind; else the first of the kind that one of them refers to;
 * else the first that refers to one of them; else the first that is as near to one of the records that belong to them: a
 * machine's mails are those to its user. 1: `out` has its label; 0: there is none. */
int related_label(struct workbench *wb, const char *labels, const char *kind, char out[LABEL_TEXT]);

/* The first of the kind that refers to the first of the records: what was made of it. As above. */
int related_made_of(struct workbench *wb, const char *labels, const char *kind, char out[LABEL_TEXT]);

/* The view's row of one of the records, else of the first related one of the kind. 1: the cursor is there. */
int related_begin_at(struct view *v, const char *labels, const char *kind);

/* Tells that nothing in the view belongs to the records, of which the first is named: once of each, and where nothing else is told.
 * What is no record is not told of. */
void related_tell_none(struct view *v, const char *labels);

/* The next of the labels, which is taken off them. 0: there was none. */
int related_next(const char **labels, char out[LABEL_TEXT]);

#endif
