/*
 * A playbook step on the screen: shown in full, and recorded.
 *
 * view_playbook.c shows where the runs stand, recorded_steps.c what is on record of one; view_step.c is the form of what a
 * step must record and what is still missing, step_need.c a row of it; step_evidence.c and step_command.c
 * are the ways to what is missing; playbook_runs.c deals with runs as a whole.
 */
#ifndef GENBA_TUI_VIEW_STEP_H
#define GENBA_TUI_VIEW_STEP_H

#include "base/buf.h"
#include "playbook/run/run.h"
#include "tui/workbench/view.h"

/* Marks of a requirement: told, told to be unknown, missing, if there is any. */
#define STEP_MET      "✓"
#define STEP_UNKNOWN  "?"
#define STEP_MISSING  "✗"
#define STEP_OPTIONAL "·"

/* The requirement in words, as a form names it, and the field that it asks for (NULL: it asks for something else). */
void step_need_text(const json_t *need, struct buf *out);
const struct field *step_need_field(const json_t *need);

/* The requirement, one of run_needs(), as a row: its mark, its words, what was filled in for it (`given`, or NULL), or what is
 * on record of it. The tone in which it is shown. */
enum tone step_need_row(struct workbench *wb, const json_t *assets, const json_t *one, const char *given,
                        struct buf *out);

/* Whether evidence of that type (NULL: unknown) is what the requirement takes. */
int step_accepts(const json_t *need, const char *type);

/* 1 if the person answers it in words or from a list, without a record of its own. */
int step_need_is_value(const json_t *need);

/* What was filled in for the needs (`values`, one for each; NULL: nothing), as an outcome takes it. It borrows them. */
#define STEP_GIVEN 64
struct step_given {
	struct step_outcome what;
	struct assign fields[STEP_GIVEN];
	char *lists[STEP_GIVEN]; /* made here */
	size_t list_count;
};

/* Labels of records alone, or all, with words and values. Release it. */
void step_given_collect(const json_t *needs, const char *const *values, int all, struct step_given *g);
void step_given_release(struct step_given *g);

/* run_needs(), with the records that were picked. */
json_t *step_needs(struct workbench *wb, const struct run *run, const struct waiting *w, const json_t *needs,
                   const char *const *values);

/* What was filled in and is not on record yet, one for each of `count` needs. The draft that holds them: a new reference. */
json_t *step_draft_values(struct workbench *wb, const struct run *run, const struct waiting *w, const char **values,
                          size_t count);

/* The first thing that is neither on record nor filled in, appended. 0: nothing is lacking. */
int step_lacks(struct workbench *wb, const struct run *run, const struct waiting *w, struct buf *out);

/* Under which key what was filled in is kept until the step is on record. The caller frees it. */
char *step_draft_key(const char *run, const char *invocation);

/* The form of what is missing, for the run's waiting step with that invocation. */
struct view *view_step(struct workbench *wb, const char *run, const char *invocation);

/* Records the outcome and says so. 0; or -1, and the caller says why. */
int step_try(struct workbench *wb, struct run *run, const struct waiting *w, const struct step_outcome *what,
             struct err *err);
/* The same; why not is told. */
int step_record(struct workbench *wb, struct run *run, const struct waiting *w, const struct step_outcome *what);

/* The run, loaded, and the place of the invocation in its list of waiting steps; -1 (told) if it is not there any more. */
int step_find(struct workbench *wb, const char *label, const char *invocation, struct run *run, size_t *which);

/* ---- ways to what is missing (step_evidence.c) */

/* Evidence: by a path, under seal, or stated by others, which puts it on record; or labels picked from those on record,
 * which the caller gives with the outcome and frees. NULL: none picked. */
char *step_obtain_evidence(struct workbench *wb, const json_t *need, const json_t *assets, const char *chosen);

/* A record of another kind, new or picked: its label, or several; NULL: left. The caller frees it. Where some on record fit the
 * run, to pick is what Enter does, and the only one is taken without a list. Without a run (NULL: the step has one already, and
 * another is wanted) to write is what Enter does. */
char *step_obtain_record(struct workbench *wb, const char *run, const json_t *need, const json_t *assets,
                         const char *chosen);

/* One of the run's assets, asked for if there are several; "" if there is none. 0: left. */
int step_choose_asset(struct workbench *wb, const json_t *assets, const char *question, char label[LABEL_TEXT]);

/* Starts the playbook that a step calls, on the same assets, and shows it. */
void step_start_called(struct workbench *wb, const char *name, const json_t *assets);

/* ---- a command that the step offers (step_command.c): the view that shows it whole. NULL: none, or left. */
struct view *view_offer(struct workbench *wb, const char *run, const char *invocation);

/* `sweep --missing` of `genba sweep --missing`: a command that is genba's own and works on this case. Words in capitals at its end
 * are left for the person. NULL: it is another program's, or a line that only a shell understands. The caller frees it. */
char *step_case_line(const char *command);

/* Asks for the line, runs it, gives what it put on record to the step, and says what is still missing (step_case_command.c). The
 * view on top, which showed it, is gone then. */
void step_case_run(struct workbench *wb, const char *line, const char *run, const char *invocation);

/* ---- runs as a whole (playbook_runs.c). Each tells how it went; 0 or -1. */

int runs_is_paused(const struct run *run);
int runs_pause(struct workbench *wb, const char *label);
int runs_resume(struct workbench *wb, const char *label);
int runs_abandon(struct workbench *wb, const char *label);

/* Records the outcome of a step that waits in the run, and says so. 0; or -1, and the caller says why. */
int runs_record(struct workbench *wb, const char *label, const char *invocation, const struct step_outcome *what,
                struct err *err);

/* Ends the step in another way than done, with a reason that is asked for. */
void runs_end_step(struct workbench *wb, const char *label, const char *invocation, enum outcome outcome,
                   const char *question);

/* Another open run: of two the other one, of more the one chosen. 1 if `label` was changed. */
int runs_choose(struct workbench *wb, char label[LABEL_TEXT]);

/* Of a run that has ended: which one called for it and waits to go on. Nothing, where none does. */
void runs_tell_awaiting(struct view *v, const struct run *run);

/* Shows the account of what was done. */
void runs_report(struct workbench *wb, const struct run *run);

#endif
