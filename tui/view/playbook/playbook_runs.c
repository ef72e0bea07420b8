/* Runs as a whole, from the workbench: pause, go on, abandon, change to another, and the account of what was done. */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "tui/view/playbook/step.h"
#include "tui/workbench/draft_prompt.h"
#include "tui/workbench/prompt.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

int runs_is_paused(const struct run *run)
{
	const char *state = json_get_string(run->record, "state");
	return state && strcmp(state, "paused") == 0;
}

struct playbook_runs_change {
	struct workbench *wb;
	const char *label;
	int (*fn)(struct case_file *, const char *, const char *, struct err *);
};

static int change_with_reason(void *ctx, const char *reason, struct err *err)
{
	const struct playbook_runs_change *c = ctx;
	return c->fn(workbench_case(c->wb), c->label, reason, err);
}

static int change(struct workbench *wb, const char *label, const char *question,
                  int (*fn)(struct case_file *, const char *, const char *, struct err *), const char *said)
{
	char *run = xstrdup(label); /* the view that it comes from may be made anew */
	struct playbook_runs_change c = {wb, run, fn};
	char *draft = xasprintf("reason:%s", run);
	int done = draft_prompt_reason(wb, draft, question, change_with_reason, &c);
	if (done)
		workbench_tell(wb, TONE_GOOD, "%s: %s", run, said);
	free(draft);
	free(run);
	return done ? 0 : -1;
}

int runs_record(struct workbench *wb, const char *label, const char *invocation, const struct step_outcome *what,
                struct err *err)
{
	struct run run;
	size_t i = 0;
	int rc;
	if (run_load(workbench_case(wb), label, &run, err) < 0)
		return -1;
	while (i < run.waiting_count && strcmp(run.waiting[i].invocation, invocation) != 0)
		i++;
	if (i < run.waiting_count)
		rc = step_try(wb, &run, &run.waiting[i], what, err);
	else
		rc = err_set(err, ERR_FAILED, "%s", _("this step is on record already"));
	run_release(&run);
	return rc;
}

struct playbook_runs_end {
	struct workbench *wb;
	char run[LABEL_TEXT];
	char invocation[INVOCATION_TEXT];
	enum outcome outcome;
};

static int end_with_reason(void *ctx, const char *reason, struct err *err)
{
	const struct playbook_runs_end *e = ctx;
	struct step_outcome what = {.outcome = e->outcome, .reason = reason};
	return runs_record(e->wb, e->run, e->invocation, &what, err);
}

void runs_end_step(struct workbench *wb, const char *label, const char *invocation, enum outcome outcome,
                   const char *question)
{
	struct playbook_runs_end e = {.wb = wb, .outcome = outcome};
	snprintf(e.run, sizeof e.run, "%s", label);
	snprintf(e.invocation, sizeof e.invocation, "%s", invocation);
	char *draft = xasprintf("reason:%s:%s", e.run, e.invocation);
	draft_prompt_reason(wb, draft, question, end_with_reason, &e);
	free(draft);
}

int runs_pause(struct workbench *wb, const char *label)
{
	return change(wb, label, _("Paused, because: "), run_pause, _("paused; z goes on, for any responder"));
}

int runs_abandon(struct workbench *wb, const char *label)
{
	return change(wb, label, _("Abandon the whole run, because: "), run_abandon,
	              _("abandoned; what was recorded stays"));
}

int runs_resume(struct workbench *wb, const char *label)
{
	struct err err = ERR_INIT;
	if (run_resume(workbench_case(wb), label, &err) < 0) {
		workbench_tell_error(wb, &err);
		return -1;
	}
	workbench_tell(wb, TONE_GOOD, _("%s goes on"), label);
	return 0;
}

/* `R1-J2  Preserve → R1-A1 HR-PC-03   (paused)` */
static char *line_of(struct workbench *wb, const char *label)
{
	struct buf line = BUF_INIT;
	json_t *run = record_get(workbench_case(wb), label, RECORD_RAW, NULL);
	char *title = run ? record_title(run) : xstrdup("");
	size_t i;
	json_t *on;
	buf_addf(&line, "%s  %s", label, title);
	json_array_foreach(json_object_get(run, "on"), i, on) {
		json_t *asset = record_get(workbench_case(wb), json_string_value(on), RECORD_RAW, NULL);
		char *name = asset ? record_title(asset) : xstrdup("");
		buf_addf(&line, "%s%s %s", i ? _(", ") : " → ", json_string_value(on), name);
		free(name);
		json_decref(asset);
	}
	const char *state = json_get_string(run, "state");
	if (state && strcmp(state, "paused") == 0)
		buf_addf(&line, "   (%s)", _("paused"));
	free(title);
	json_decref(run);
	return buf_take(&line, NULL);
}

int runs_choose(struct workbench *wb, char label[LABEL_TEXT])
{
	json_t *labels = run_open_labels(workbench_case(wb), NULL);
	size_t count = json_array_size(labels);
	size_t now = 0;
	int chosen = -1;
	char **lines = xcalloc(count + 1, sizeof *lines);
	for (size_t i = 0; i < count; i++) {
		const char *name = json_string_value(json_array_get(labels, i));
		lines[i] = line_of(wb, name);
		if (strcmp(name, label) == 0)
			now = i;
	}
	if (count > 2)
		chosen = prompt_choice(wb, _("Run: "), (const char *const *)lines, count, (int)now, NULL);
	else if (count > 0) /* of two the other one; a run that is over is in no list */
		chosen = *label && strcmp(json_string_value(json_array_get(labels, now)), label) == 0
		             ? (int)((now + 1) % count)
		             : 0;
	if (chosen >= 0)
		snprintf(label, LABEL_TEXT, "%s", json_string_value(json_array_get(labels, (size_t)chosen)));
	for (size_t i = 0; i < count; i++)
		free(lines[i]);
	free(lines);
	json_decref(labels);
	return chosen >= 0;
}

void runs_tell_awaiting(struct view *v, const struct run *run)
{
	char awaiting[LABEL_TEXT];
	if (!json_is(run->record, "state", "finished") || !run_awaiting(workbench_case(v->wb), run, awaiting))
		return;
	char *line = xasprintf(_("%s waits for this run: r goes on there."), awaiting);
	view_add_text(v, TONE_ATTENTION, NULL, line, 1);
	free(line);
}

void runs_report(struct workbench *wb, const struct run *run)
{
	struct buf text = BUF_INIT;
	json_t *report = run_report(workbench_case(wb), run);
	char *title = xasprintf(_("What was done in %s"), run->label);
	run_report_text(run, report, &text);
	workbench_show_text(wb, title, text.data);
	free(title);
	json_decref(report);
	buf_release(&text);
}
