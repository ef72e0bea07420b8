/*
 * All steps of a playbook beside the one that is worked on: what is done, where
 * one is, what comes.
 */
#ifndef GENBA_TUI_VIEW_STEPS_PANE_H
#define GENBA_TUI_VIEW_STEPS_PANE_H

#include "playbook/run/run.h"
#include "tui/workbench/view.h"

/* `step 2 of 14`, appended: the place of the step in the order of the playbook. Nothing if it has no place there. */
void steps_place(const struct run *run, const struct waiting *w, struct buf *out);

/* A line for each step, in the order of the playbook, into the view's pane. */
void steps_pane(struct view *v, const struct run *run, const struct waiting *w);

#endif
