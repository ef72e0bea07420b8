/* The steps of a run that are on record, and their answers in words. */
#ifndef GENBA_TUI_VIEW_RECORDED_STEPS_H
#define GENBA_TUI_VIEW_RECORDED_STEPS_H

#include "playbook/run/run.h"
#include "tui/workbench/view.h"

/* What an answer to the step `asked` leads to, as the playbook names it; `answer` itself, if it names nothing. Borrowed. */
const char *recorded_answer_label(const struct playbook *playbook, const char *asked, const char *answer);

/* A line for each, newest first, below a heading; nothing, if there is none. */
void recorded_steps_add(struct view *v, const struct run *run);

#endif
