/*
 * The chain of custody of an item on the screen.
 *
 * Transfers in their order, each leading to its record, with what is doubtful
 * between two of them: a pair of hands that is missing, a seal that is another
 * one. Evidence that was never handed over says so, and who collected it.
 */
#ifndef GENBA_TUI_LIST_CUSTODY_H
#define GENBA_TUI_LIST_CUSTODY_H

#include "tui/workbench/view.h"

#include <jansson.h>

struct buf;

/* Adds rows to a view: those of the record `item` (as read), if it is evidence or was ever handed over. 0 or -1. */
int custody_rows(struct view *v, const json_t *item, struct err *err);

/* The same in one line, printable: `collected 2026-11-23 R1 → Organisation A 2026-11-24 (!)`. */
void custody_line(struct workbench *wb, const json_t *item, struct buf *out);

#endif
