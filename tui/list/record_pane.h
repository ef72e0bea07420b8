/* What is on record of the selected row's record, beside the rows of a wide screen. */
#ifndef GENBA_TUI_LIST_RECORD_PANE_H
#define GENBA_TUI_LIST_RECORD_PANE_H

#include "tui/workbench/view.h"

/* A view's `pane`. */
void record_pane(struct view *v);

#endif
