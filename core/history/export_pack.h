/* The whole history as one pack of git, written in one pass over the table of objects. */
#ifndef GENBA_HISTORY_EXPORT_PACK_H
#define GENBA_HISTORY_EXPORT_PACK_H

#include "history/history_private.h"

/*
 * Writes pack-….pack and its index into `folder`: every object in the order of
 * its row, as a delta where the row is one. 1 when that is what `head` leads to,
 * nothing more and nothing less; 0 if the table holds something else too, or
 * something damaged, and nothing was written; -1.
 */
struct progress;
int export_whole_pack(struct history *h, const git_oid *head, const char *folder, const struct progress *progress,
                      struct err *err);

#endif
