/* Isolating machines: the marked ones, or the one under the cursor, in one action. */
#ifndef GENBA_TUI_LIST_ISOLATE_H
#define GENBA_TUI_LIST_ISOLATE_H

#include "tui/workbench/view.h"

/* Asks when, by whom and how, and puts it on record of all of them. Left at any question, nothing is changed. A key of the
 * list of assets. */
enum redraw isolate_marked(struct view *v);

#endif
