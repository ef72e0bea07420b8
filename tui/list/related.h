/*
 * From a record to what belongs to it, of any kind: where a view is switched to, it begins there.
 *
 *     char label[LABEL_TEXT];
 *     if (related_label(wb, "R1-V12", "finding", label)) …     the finding out of whose row the event was made
 */
#ifndef GENBA_TUI_LIST_RELATED_H
#define GENBA_TUI_LIST_RELATED_H

#include "case/store/record.h"
#include "tui/workbench/workbench.h"

/* The record itself, where it is of that kind; else the first of the kind that it refers to; else the first that refers to it.
 * 1: `out` has its label; 0: there is none. */
int related_label(struct workbench *wb, const char *label, const char *kind, char out[LABEL_TEXT]);

/* The view's row of the record, else of the first related one of the kind. 1: the cursor is there. */
int related_begin_at(struct view *v, const char *label, const char *kind);

#endif
