/*
 * Runs: a playbook being worked through in a case.
 *
 * A run is a record of the kind `run`, each outcome a record of the kind `step`.
 * Where a run stands follows from these records (engine.h), so it survives a
 * crash and is in the history. The playbook's text is kept with the run: what
 * began with one version goes on with it.
 *
 * A run on several assets does each step on all of them, in one action. What a
 * step used (evidence, a decision, other records) is linked to its record, and a
 * later step of the same run needs its own: two notes of two steps are two.
 *
 *     struct run run;
 *     if (run_load(c, "R1-J1", &run, err) < 0) …
 *     struct assign fields[] = {{"isolation_done", "now"}};
 *     struct step_outcome what = {.outcome = OUTCOME_DONE, .fields = fields, .field_count = 1};
 *     run_step(c, &run, &run.waiting[0], &what, label, &finished, err);
 */
#ifndef GENBA_PLAYBOOK_RUN_RUN_H
#define GENBA_PLAYBOOK_RUN_RUN_H

#include "case/store/record.h"
#include "playbook/run/engine.h"

#define RUN_WAITING   16
#define RUN_AUTOMATIC 64 /* questions that variables answer in one action, at most; then a person is asked */

/* A run as it stands. */
struct run {
	char label[LABEL_TEXT];
	json_t *record; /* of the kind `run` */
	struct playbook *playbook;
	struct engine *engine;
	struct waiting waiting[RUN_WAITING]; /* of a paused run as well; run_step() refuses it then */
	size_t waiting_count;
	size_t done_count; /* steps on record */
	json_t *steps;     /* their records, in order */
	json_t *used;      /* labels that these steps used: label -> true */
	size_t left_over;  /* steps on record that do not fit: recorded twice in two copies of the case */
};

/* Starts the playbook on assets (labels, comma separated; NULL: on the case). One action; the run's label. */
int run_start(struct case_file *c, const struct playbook *p, const char *on, char label[LABEL_TEXT], struct err *err);

/* The same with values of variables, by their names with underscores. An external variable without a value is no error:
 * the person decides what hangs on it. */
int run_start_with(struct case_file *c, const struct playbook *p, const char *on, const struct assign *variables,
                   size_t count, char label[LABEL_TEXT], struct err *err);

/* Reads a run. Free with run_release(). */
int run_load(struct case_file *c, const char *label, struct run *run, struct err *err);
void run_release(struct run *run);

/* Labels of the runs that are not finished or abandoned, newest first; JSON array of strings. */
json_t *run_open_labels(struct case_file *c, struct err *err);

/* The open run, newest first, one of whose current steps is the playbook of this run, which has ended: 1, and its label. 0: none
 * waits for it. */
int run_awaiting(struct case_file *c, const struct run *ended, char label[LABEL_TEXT]);

/* Pause and abandon need a reason; any responder of the case may go on with a paused run. One action each. */
int run_pause(struct case_file *c, const char *label, const char *reason, struct err *err);
int run_resume(struct case_file *c, const char *label, struct err *err);
int run_abandon(struct case_file *c, const char *label, const char *reason, struct err *err);

/* ---- a step that waits (requirement.c, unknown.c, warn.c, step_command.c) */

struct step_outcome; /* below */

/* When it became current, RFC 3339: when the last step of the run ended. Borrowed. */
const char *run_since(const struct run *run);

/* What the step must record and is not on record yet, a printable line each; nothing if "done" may be said. */
void run_missing(struct case_file *c, const struct run *run, const struct waiting *w, struct buf *lines);

/* What the step must record: its list, and what follows from its being a preserving step or the start of another playbook.
 * JSON array of the requirements as playbooks write them; a new reference. */
json_t *run_requirements(const struct waiting *w);

/*
 * The same, each with how it stands: a JSON array of {"need": the requirement, "met": whether what it asks for is on record,
 * "by": [labels of the records that meet it]}. What the outcome itself gives, a note or a field of the step, is never met
 * before it is given: in `what`, or NULL. A new reference.
 */
json_t *run_needs(struct case_file *c, const struct run *run, const struct waiting *w, const struct step_outcome *what);

/*
 * The records on record that a person may mean by the requirement, which asks for one of a kind: about one of the run's assets or
 * none, telling what it must tell, not used by an earlier step; those from before the run too, which never meet it unless they
 * are given. JSON array of labels; a new reference.
 */
json_t *run_fitting(struct case_file *c, const struct run *run, const json_t *need);

/* The field by which a record of that kind says which asset it is about; NULL: it does not. */
const char *run_about_field(const struct kind *kind);

/* One requirement in words. */
void run_requirement_text(const json_t *need, struct buf *out);

/* The kind of record that a requirement asks for; NULL: it asks for words or a value. */
const char *run_requirement_kind(const json_t *need);

/* ` (hypothesis)`, appended: how the note that is wanted is meant. Nothing, where the playbook does not say. */
void run_requirement_stance(const json_t *need, struct buf *out);

/* `, with Risk accepted by, Review at`, appended: what the record that is wanted must tell of. */
void run_requirement_with(const json_t *need, struct buf *out);

/* 1 if the text, given for that requirement, says that it is not known, or not done. "Done" needs a reason then. */
int run_gives_unknown(const json_t *need, const char *text);

/* The things that the step's record says were left unknown, by their labels, appended. */
void run_unknown_text(const json_t *step, struct buf *out);

/* What would be lost by this step now, judged by what is on record of the run's assets: the order of volatility
 * (RFC 3227), steps of the run that failed, and reminders that are due. A printable line each, beside the
 * playbook's own warnings. */
void run_warnings(struct case_file *c, const struct run *run, const struct waiting *w, struct buf *lines);

/* Text of the playbook with the values of variables put in; an unset one stays as it is. */
void run_expand(const struct run *run, const struct waiting *w, const char *text, struct buf *out);

/*
 * The i-th shell command that the step offers, whole, with variables put in as
 * single words of the shell, within quotes of the playbook's too; in a comment, a
 * here-document, `…`, ${…} and $'…', and behind a word that goes on in the next line,
 * they stay names, and so does a value with the end of a line or other controls in
 * it. `--on ASSET` of a command of genba names the run's asset; where there are
 * several it is left for the person. *about (may be NULL) gets its description. 0,
 * or -1 if there are not so many. It is only ever run when a person has seen it and
 * said so, on the responder's own machine.
 */
int run_offer(const struct run *run, const struct waiting *w, size_t i, struct buf *command, const char **about);

/* The i-th instruction that is only shown: manual commands, and those of types that genba does not run. 0 or -1. */
int run_instruction(const struct run *run, const struct waiting *w, size_t i, struct buf *text, const char **type);

/*
 * Puts the evidence down as what the step's own command said: it links to the run and bears the tag `step:INVOCATION`,
 * so that it goes with the step's record whenever that is made. One action.
 */
int run_keep_output(struct case_file *c, const struct run *run, const struct waiting *w, const char *evidence,
                    struct err *err);

/* Labels of the evidence kept so for the step, oldest first; JSON array of strings. New reference. */
json_t *run_outputs(struct case_file *c, const struct run *run, const struct waiting *w);

/*
 * Evidence whose bytes cannot be hashed here yet (external_evidence.c): a physical item under seal, with source_serial, seal_no,
 * witness and hash_due; or, with `stated`, a digest that somebody else made, with claimed_hash (ALGORITHM:DIGEST) and
 * claimed_by. Any of these missing: ERR_USAGE, naming it. Both stay open on the Board until hashed. One action.
 */
int run_stand_in(struct case_file *c, int stated, const struct assign *fields, size_t count, char label[LABEL_TEXT],
                 struct err *err);

/* The name by which a playbook-action's playbook is found here, or NULL. */
const char *run_called_playbook(const struct waiting *w);

struct step_outcome {
	enum outcome outcome;
	const char *reason;          /* needed unless done, and when something is given as unknown */
	const char *answer;          /* of a question or choice */
	const struct assign *fields; /* of the step; of the asset; note=TEXT; decision=LABEL; evidence=LABEL,… (what
	                              * these do not meet is looked for on record); KIND=LABEL,… of a record that
	                              * the step must have; __variable__=TEXT */
	size_t field_count;
};

/*
 * Records an outcome: the step, what it changes, and the run, in one action;
 * and the questions behind it that variables answer. "done" is refused while
 * something required is missing (ERR_FAILED, listing it). `label` gets the step
 * record's label, *finished whether the run is over. After an error the run must
 * be loaded anew.
 */
int run_step(struct case_file *c, struct run *run, const struct waiting *w, const struct step_outcome *what,
             char label[LABEL_TEXT], int *finished, struct err *err);

/* ---- what was done (run_report.c) */

/* The answer to the step `asked` in words: yes, no, or what it leads to, as the playbook names it; `answer` itself, if it names
 * nothing. Borrowed. */
const char *run_answer_text(const struct playbook *playbook, const char *asked, const char *answer);

/* The same of a step's record, appended, with the playbook of its run. 0: it has no answer, or its run cannot be read. */
int run_step_answer(struct case_file *c, const json_t *step, struct buf *out);

/* The run as one JSON object: playbook, assets with clock offsets, each step with who, when (also in UTC), outcome and
 * what it used. New reference. */
json_t *run_report(struct case_file *c, const struct run *run);

/* The same as Markdown, in the interface's language. Texts from outside are printable and escaped. */
void run_report_markdown(const struct run *run, const json_t *report, struct buf *out);

/* The same to be read on a screen: no marks, and times as a sentence says them. */
void run_report_text(const struct run *run, const json_t *report, struct buf *out);

#endif
