/* The rows of the view Sweep: how one is made, and the tables that it shows besides indicators and lines. */
#ifndef GENBA_TUI_VIEW_FINDING_SWEEP_TABLES_H
#define GENBA_TUI_VIEW_FINDING_SWEEP_TABLES_H

#include "tui/workbench/view.h"

/* Adds a row whose text is made now; `indicator` and `line` as in struct sweep_row. */
void sweep_add_row(struct view *v, enum tone tone, const char *label, const char *text, size_t indicator, size_t line);

/* The text, made printable, in so many cells and two behind it. */
void sweep_pad(struct buf *out, const char *text, size_t cells);

/* "2014-11-24 04:05:10Z" as a cell of 20; `none` where there is no time. */
void sweep_pad_time(struct buf *out, const char *when, const char *none);

/* Cells for a column beside others that take so many; `least` where there is no room. */
size_t sweep_wide(int columns, size_t others, size_t least);

/* The tables, of what was found. */
void sweep_fill_clients(struct view *v);
void sweep_fill_hosts(struct view *v, int columns);
void sweep_fill_uploads(struct view *v, int columns);
int sweep_fill_sources(struct view *v, int columns, struct err *err); /* 0 or -1 */

#endif
