/*
 * A playbook step on the screen: shown in full, and recorded.
 *
 * view_playbook.c shows where the runs stand; view_step.c is the form of what a
 * step must record and what is still missing.
 */
#ifndef GENBA_TUI_STEP_H
#define GENBA_TUI_STEP_H

#include "base/buf.h"
#include "playbook/run.h"
#include "tui/view.h"

/* Marks of a requirement: on record, missing, if there is any. */
#define STEP_MET      "✓"
#define STEP_MISSING  "✗"
#define STEP_OPTIONAL "·"

/* 1 if what the requirement asks for is on record (optional ones: 1). */
int step_is_met(struct case_file *c, const struct run *run, const struct waiting *w, const json_t *need);

/* The requirement in words, as a form names it, and the field that it asks for (NULL: it asks for something else). */
void step_need_text(const json_t *need, struct buf *out);
const struct field *step_need_field(const json_t *need);

/* The form of what is missing, for the run's waiting step with that invocation. */
struct view *view_step(struct workbench *wb, const char *run, const char *invocation);

/* Records the outcome and says so. 0 or -1. */
int step_record(struct workbench *wb, struct run *run, const struct waiting *w, const struct step_outcome *what);

/* The run, loaded, and the place of the invocation in its list of waiting steps; -1 (told) if it is not there any more. */
int step_find(struct workbench *wb, const char *label, const char *invocation, struct run *run, size_t *which);

#endif
