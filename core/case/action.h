/*
 * Parts of an action that only core/ layers use: writing whole objects, for
 * creation, undo and merge. People's changes go through record.h.
 */
#ifndef GENBA_CASE_ACTION_H
#define GENBA_CASE_ACTION_H

#include "case/record.h"
#include "history/history.h"

/* A further trailer line of the commit, for example "Genba-Undoes: <commit>". */
void action_trailer(struct action *a, const char *line);

/* Inserts a complete stored object (id, kind, label, … set). */
int action_insert(struct action *a, json_t *object, struct err *err);

/* Replaces the stored object `before` by `after`, and stamps its time of change; equal objects change nothing. */
int action_replace(struct action *a, const json_t *before, json_t *after, struct err *err);

/* A file of the tree that is no record; borrowed until the commit. */
void action_also(struct action *a, const struct history_change *file);

#endif
