/*
 * Preserving and verifying from within the workbench: what is asked before it
 * begins, and what keys and commands do to it while it is under way (background_task.h).
 */
#ifndef GENBA_TUI_LIST_EVIDENCE_WORK_H
#define GENBA_TUI_LIST_EVIDENCE_WORK_H

#include "tui/workbench/view.h"

/* Keys of the list of evidence, beside those of every list. */
extern const struct view_key evidence_list_keys[];

/* Asks for what is preserved, of which asset, in which form and where to, and begins it. */
void evidence_work_ask(struct workbench *wb, const char *none);

#endif
