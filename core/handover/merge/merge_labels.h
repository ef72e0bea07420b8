/*
 * Labels and marks that two people gave on two copies.
 *
 * A label names one record. If both sides gave the same one to different
 * records, the record that was entered later gets a new one and keeps the old
 * one as alias; the same for a responder's mark. Which is later, and the new
 * label, follow from the records alone, so that both sides rename alike.
 */
#ifndef GENBA_HANDOVER_MERGE_MERGE_LABELS_H
#define GENBA_HANDOVER_MERGE_MERGE_LABELS_H

#include "case/case.h"
#include "handover/merge/merge_tree.h"

/* Renames in the result of merging `theirs` into `ours` (commits). Adds to *renamed, and a line each to `lines`.
 * ERR_INVALID if the other side itself has one label twice. */
int merge_labels_settle(struct case_file *c, const char *ours, const char *theirs, struct merge_result *result,
                        size_t *renamed, json_t *lines, struct err *err);

/* Before the files are stored: rows whose label another record is about to get give it up. Inside the action. */
int merge_labels_clear(struct case_file *c, const json_t *files, struct err *err);

#endif
