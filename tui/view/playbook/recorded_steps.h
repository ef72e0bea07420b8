/* The steps of a run that are on record. */
#ifndef GENBA_TUI_VIEW_RECORDED_STEPS_H
#define GENBA_TUI_VIEW_RECORDED_STEPS_H

#include "playbook/run/run.h"
#include "tui/workbench/view.h"

/* A line for each, newest first, below a heading; nothing, if there is none. */
void recorded_steps_add(struct view *v, const struct run *run);

#endif
