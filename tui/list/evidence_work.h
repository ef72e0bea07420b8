/*
 * Preserving and verifying from within the workbench: what is asked before it
 * begins, and what keys and commands do to it while it is under way (errand.h).
 */
#ifndef GENBA_TUI_LIST_EVIDENCE_WORK_H
#define GENBA_TUI_LIST_EVIDENCE_WORK_H

#include "tui/workbench/view.h"

/* Asks for a path, then for the asset, the form and the folder that the line typed does not say, and begins. */
void evidence_work_preserve(struct workbench *wb, const char *asset);

/* Reads the evidence again. */
void evidence_work_verify(struct workbench *wb, const char *label);

/* Keys of the list of evidence, beside those of every list. */
extern const struct view_key evidence_list_keys[];

#endif
