/*
 * Runs: a playbook being worked through in a case.
 *
 * A run is a record of the kind `run`, each outcome a record of the kind `step`.
 * Where a run stands follows from these records (engine.h), so it survives a
 * crash and is in the history. The playbook's text is kept with the run: what
 * began with one version goes on with it.
 */
#ifndef GENBA_PLAYBOOK_RUN_H
#define GENBA_PLAYBOOK_RUN_H

#include "case/record.h"
#include "playbook/engine.h"

#define RUN_WAITING 16

/* A run as it stands. */
struct run {
	char label[LABEL_TEXT];
	json_t *record; /* of the kind `run` */
	struct playbook *playbook;
	struct engine *engine;
	struct waiting waiting[RUN_WAITING];
	size_t waiting_count;
	size_t done_count; /* steps on record */
};

/* Starts the playbook on assets (labels, comma separated; NULL: on the case). One action; the run's label. */
int run_start(struct case_file *c, const struct playbook *p, const char *on, char label[LABEL_TEXT], struct err *err);

/* Reads a run. Free with run_release(). */
int run_load(struct case_file *c, const char *label, struct run *run, struct err *err);
void run_release(struct run *run);

/* Labels of the runs that are not finished or abandoned, newest first; JSON array of strings. */
json_t *run_open_labels(struct case_file *c, struct err *err);

/* What the step must record and is not on record yet, a printable line each; nothing if "done" may be said. */
void run_missing(struct case_file *c, const struct run *run, const struct waiting *w, struct buf *lines);

/* One requirement in words. */
void run_requirement_text(const json_t *need, struct buf *out);

struct step_outcome {
	enum outcome outcome;
	const char *reason;          /* needed unless done */
	const char *answer;          /* of a question or choice */
	const struct assign *fields; /* of the step; of the asset; note=TEXT; decision=LABEL; evidence=LABEL,… */
	size_t field_count;
};

/*
 * Records an outcome: the step, what it changes, and the run, in one action.
 * "done" is refused while something required is missing (ERR_FAILED, listing it).
 * `label` gets the step record's label, *finished whether the run is over.
 */
int run_step(struct case_file *c, struct run *run, const struct waiting *w, const struct step_outcome *what,
             char label[LABEL_TEXT], int *finished, struct err *err);

#endif
