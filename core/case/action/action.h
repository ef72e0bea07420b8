/*
 * Parts of an action that only core/ layers use: writing whole objects, for
 * creation, undo and merge. People's changes go through record.h.
 */
#ifndef GENBA_CASE_ACTION_ACTION_H
#define GENBA_CASE_ACTION_ACTION_H

#include "case/store/record.h"
#include "history/history.h"

/* A further trailer line of the commit, for example "Genba-Undoes: <commit>". */
void action_trailer(struct action *a, const char *line);

/* The commit's subject instead of one made of its changes: one line. */
void action_subject(struct action *a, const char *line);

/* Inserts a complete stored object (id, kind, label, … set). */
int action_insert(struct action *a, json_t *object, struct err *err);

/* Replaces the stored object `before` by `after`, and stamps its time of change; equal objects change nothing. */
int action_replace(struct action *a, const json_t *before, json_t *after, struct err *err);

/* Stores a complete object exactly as it is, whether its record is here or not, with its label and aliases. For merging:
 * time of change and rules are those of whoever wrote it. */
int action_store(struct action *a, const json_t *object, struct err *err);

/* The commit becomes a merge with this second parent, and is made even if no record changes. */
void action_merges(struct action *a, const char *commit);

/* Instead of a new commit the history moves on to this one, which is here already and comes after the last. */
void action_forwards(struct action *a, const char *commit);

/* The commit's tree is made of all records anew, not of the tree before it, which cannot be read (salvage). */
int action_whole_tree(struct action *a, struct err *err);

/* Begins an action inside the transaction that is open; its commit is made even if no record changes, and ends that
 * transaction. For the upgrade of a case. */
struct action *action_begin_within(struct case_file *c, const char *verb, struct err *err);

/* A file of the tree that is no record; borrowed until the commit. */
void action_also(struct action *a, const struct history_change *file);

#endif
