/* What the Evidence view shows below its list: the piece of evidence under the cursor, in a few lines. */
#ifndef GENBA_TUI_LIST_EVIDENCE_PANE_H
#define GENBA_TUI_LIST_EVIDENCE_PANE_H

#include "tui/workbench/view.h"

/* A view's `pane`. */
void evidence_pane(struct view *v);

#endif
