/*
 * Merging two histories: which files of the tree become what.
 *
 * A three-way merge by record, against the common ancestor. Where the histories
 * crossed (each merged the other before), there are several ancestors: they are
 * merged first, by the same rules, as git's recursive strategy does. The result
 * depends only on the two sides, not on which of them is ours, so all copies
 * that hold the same actions have the same tree.
 *
 * A clash of a field becomes a record of the kind `conflict`. Its id comes from
 * record, field and the two values, so that both sides make the same one.
 */
#ifndef GENBA_HANDOVER_MERGE_MERGE_TREE_H
#define GENBA_HANDOVER_MERGE_MERGE_TREE_H

#include "history/exchange.h"

#include <jansson.h>

struct merge_result {
	json_t *files;    /* object: path -> canonical text, what is different from the first side's tree */
	size_t conflicts; /* new ones in it */
};

/* Merges `b` into `a`, both commits that are here. Release the result. -1: no common ancestor, or damage. */
int merge_trees(struct history *h, const char *a, const char *b, struct merge_result *result, struct err *err);
void merge_result_release(struct merge_result *result);

/* The text of a path: that of the result, or of the commit. 1, 0 if there is none, -1. */
int merge_result_text(struct history *h, const struct merge_result *result, const char *commit, const char *path,
                      struct buf *text, struct err *err);

#endif
