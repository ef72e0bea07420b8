/*
 * The form of a playbook step: a row for each thing that it must record, filled
 * by Enter with the question that fits it, and a last row that records it done.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "base/time/edtf.h"
#include "case/store/draft.h"
#include "case/store/value.h"
#include "tui/form/form.h"
#include "tui/form/references_there.h"
#include "tui/view/playbook/step.h"
#include "tui/view/playbook/steps_pane.h"
#include "tui/view/views.h"
#include "tui/workbench/draft_prompt.h"
#include "tui/workbench/prompt.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

/* ---- what the views of steps share */

int step_try(struct workbench *wb, struct run *run, const struct waiting *w, const struct step_outcome *what,
             struct err *err)
{
	char label[LABEL_TEXT];
	int finished = 0;
	if (run_step(workbench_case(wb), run, w, what, label, &finished, err) < 0)
		return -1;
	char awaiting[LABEL_TEXT];
	if (finished && run_awaiting(workbench_case(wb), run, awaiting))
		workbench_tell(wb, TONE_GOOD,
		               _("%s is on record; the playbook is finished. %s waits for it: r goes on there"), label,
		               awaiting);
	else if (finished)
		workbench_tell(wb, TONE_GOOD, _("%s is on record; the playbook is finished"), label);
	else
		workbench_tell(wb, TONE_GOOD, _("%s is on record; next: %s"), label,
		               playbook_text(json_object_get(run->waiting[0].step, "name")));
	return 0;
}

int step_record(struct workbench *wb, struct run *run, const struct waiting *w, const struct step_outcome *what)
{
	struct err err = ERR_INIT;
	int rc = step_try(wb, run, w, what, &err);
	if (rc < 0)
		workbench_tell_error(wb, &err);
	return rc;
}

int step_find(struct workbench *wb, const char *label, const char *invocation, struct run *run, size_t *which)
{
	struct err err = ERR_INIT;
	if (run_load(workbench_case(wb), label, run, &err) < 0) {
		workbench_tell_error(wb, &err);
		return -1;
	}
	for (size_t i = 0; i < run->waiting_count; i++)
		if (strcmp(run->waiting[i].invocation, invocation) == 0) {
			*which = i;
			return 0;
		}
	run_release(run);
	workbench_tell(wb, TONE_ATTENTION, "%s", _("this step is on record already"));
	return -1;
}

/* ---- the form */

struct step_form {
	char run[LABEL_TEXT];
	char invocation[INVOCATION_TEXT];
	json_t *needs;  /* array, kept while the run is not loaded */
	json_t *assets; /* labels */
	char **values;  /* of the needs that the outcome itself answers: fields and notes */
	int *met;
	int offers; /* the step offers commands */
	char *draft_key;
	struct unsaved unsaved;
	size_t asked; /* the need that is being asked for */
};

static size_t need_count(const struct step_form *f)
{
	return json_array_size(f->needs);
}

/* ---- what was filled in is a draft until the step is on record */

static void view_step_put(struct step_form *f, size_t i, const char *text)
{
	char *copy = text && *text ? xstrdup(text) : NULL;
	free(f->values[i]);
	f->values[i] = copy;
	unsaved_touch(&f->unsaved);
}

/* "now" is when it was typed, not when the step is recorded. */
static void put_settled(struct step_form *f, size_t i, const char *text, struct clock_time typed)
{
	const struct field *field = step_need_field(json_array_get(f->needs, i));
	char *settled = field && text ? value_settled(field, text, typed) : NULL;
	view_step_put(f, i, settled ? settled : text);
	free(settled);
}

/* The labels that a need was given may be of records that are retracted or gone by now. */
static void put_kept(struct view *v, size_t i, const char *text, struct clock_time typed, struct buf *gone)
{
	struct step_form *f = v->data;
	const json_t *need = json_array_get(f->needs, i);
	const struct field *field = step_need_field(need);
	int refers = run_requirement_kind(need) || (field && (field->type == FIELD_REF || field->type == FIELD_REFS));
	char *there = text && refers ? references_there(v->wb, text, gone) : NULL;
	put_settled(f, i, there ? there : text, typed);
	free(there);
}

static void write_draft(struct view *v)
{
	struct step_form *f = v->data;
	struct err err = ERR_INIT;
	json_t *values = json_array();
	int filled = 0;
	unsaved_done(&f->unsaved);
	workbench_revise(v->wb); /* the Board lists the drafts */
	for (size_t i = 0; i < need_count(f); i++) {
		json_array_append_new(values, f->values[i] ? json_string(f->values[i]) : json_null());
		filled |= f->values[i] != NULL;
	}
	json_t *draft = json_object();
	json_object_set_new(draft, "values", values);
	if (workbench_case(v->wb) && !filled)
		draft_delete(workbench_case(v->wb), f->draft_key, NULL);
	else if (workbench_case(v->wb) && draft_save(workbench_case(v->wb), f->draft_key, draft, &err) < 0)
		workbench_tell_error(v->wb, &err);
	json_decref(draft);
}

static void flush(struct view *v)
{
	if (((struct step_form *)v->data)->unsaved.last > 0)
		write_draft(v);
}

static int work(struct view *v, double deadline, int *show)
{
	int wait = unsaved_wait(&((struct step_form *)v->data)->unsaved);
	(void)deadline;
	if (wait != 0)
		return wait;
	write_draft(v);
	*show = 1;
	return -1;
}

static void restore_draft(struct view *v)
{
	struct step_form *f = v->data;
	char when[32];
	json_t *draft = draft_load(workbench_case(v->wb), f->draft_key, when);
	const json_t *values = json_object_get(draft, "values");
	if (json_array_size(values) == need_count(f)) {
		struct buf gone = BUF_INIT;
		for (size_t i = 0; i < need_count(f); i++)
			put_kept(v, i, json_string_value(json_array_get(values, i)), draft_prompt_moment(when), &gone);
		if (!gone.len) /* else it is kept without them */
			unsaved_done(&f->unsaved);
		char *said = edtf_said(when);
		if (gone.len)
			workbench_tell(v->wb, TONE_ALARM, _("what was filled in here at %s goes on without %s"), said,
			               gone.data);
		else
			workbench_tell(v->wb, TONE_ATTENTION, _("what was filled in here at %s goes on"), said);
		free(said);
		buf_release(&gone);
	}
	json_decref(draft);
}

/* ---- rows */

static int is_optional(const json_t *need)
{
	return json_is_true(json_object_get(need, "optional"));
}

/* What is still to be filled; the last row, which records, if nothing is. */
static size_t first_open(const struct step_form *f)
{
	size_t n = need_count(f);
	for (size_t i = 0; i < n; i++)
		if (!f->met[i] && !(f->values[i] && step_need_is_value(json_array_get(f->needs, i))) &&
		    !is_optional(json_array_get(f->needs, i)))
			return i;
	return n;
}

static void add_need(struct view *v, const struct step_form *f, const json_t *one, const char *given)
{
	struct buf line = BUF_INIT;
	buf_addc(&line, ' ');
	enum tone tone = step_need_row(v->wb, f->assets, one, given, &line);
	view_add(v, tone, NULL, line.data);
	buf_release(&line);
}

/* What the step's own commands said goes along by itself: told in the heading. */
static void add_outputs(struct view *v, const struct run *run, const struct waiting *w)
{
	json_t *outputs = run_outputs(workbench_case(v->wb), run, w);
	struct buf line = BUF_INIT;
	size_t i;
	json_t *label;
	json_array_foreach(outputs, i, label)
		buf_addf(&line, "%s%s", i ? _(", ") : "", json_string_value(label));
	if (line.len > 0) {
		char *with = xasprintf("%s   %s: %s", v->heading, _("goes along"), line.data);
		free(v->heading);
		v->heading = with;
	}
	buf_release(&line);
	json_decref(outputs);
}

/* Where this step stands among the others, on a wide screen. */
static void pane(struct view *v)
{
	const struct step_form *f = v->data;
	struct run run;
	if (run_load(workbench_case(v->wb), f->run, &run, NULL) < 0)
		return;
	for (size_t i = 0; i < run.waiting_count; i++)
		if (strcmp(run.waiting[i].invocation, f->invocation) == 0)
			steps_pane(v, &run, &run.waiting[i]);
	run_release(&run);
}

static int fill_step(struct view *v, int columns, struct err *err)
{
	struct step_form *f = v->data;
	struct run run;
	size_t which;
	(void)columns;
	if (step_find(v->wb, f->run, f->invocation, &run, &which) < 0)
		return err_set(err, ERR_FAILED, "%s", _("this step is on record already"));
	const struct waiting *w = &run.waiting[which];
	json_t *needs = step_needs(v->wb, &run, w, f->needs, (const char *const *)f->values);
	for (size_t i = 0; i < need_count(f); i++)
		f->met[i] = json_is_true(json_object_get(json_array_get(needs, i), "met"));
	view_pane_beside(v, 91);
	v->pane = v->side ? pane : NULL;
	struct buf head = BUF_INIT;
	buf_addf(&head, "%s  · ", playbook_text(json_object_get(w->step, "name")));
	steps_place(&run, w, &head);
	v->heading = buf_take(&head, NULL);
	for (size_t i = 0; i < need_count(f); i++)
		add_need(v, f, json_array_get(needs, i), f->values[i]);
	json_decref(needs);
	add_outputs(v, &run, w);
	int open = first_open(f) < need_count(f);
	view_addf(v, open ? TONE_FAINT : TONE_HEADING, NULL, " ▶ %s",
	          open ? _("Record it done (what is marked ✗ is still missing)") : _("Record it done"));
	run_release(&run);
	return 0;
}

/* ---- asking for each */

static void view_step_typing(void *ctx, const char *text)
{
	struct view *v = ctx;
	struct step_form *f = v->data;
	put_settled(f, f->asked, text,
	            clock_now()); /* its row is drawn when it is answered: the run would be read at each key */
}

/* The text as it was left, typed to its end or not. NULL: none was chosen. */
static char *view_step_ask(struct view *v, const json_t *need, const char *initial, int *left)
{
	const struct field *field = step_need_field(need);
	const char *label = playbook_text(json_object_get(need, "label"));
	struct form_ask of_field = {
	    .wb = v->wb, .field = field, .initial = initial, .changed = view_step_typing, .ctx = v, .stays = 1};
	struct prompt_line note = {.question = *label ? label : _("Note"),
	                           .initial = initial,
	                           .several_lines = 1,
	                           .stays = 1,
	                           .changed = view_step_typing,
	                           .ctx = v};
	return field ? form_ask(&of_field, left) : prompt_edit(v->wb, &note, left);
}

static void ask_value(struct view *v, struct step_form *f, size_t i)
{
	const json_t *need = json_array_get(f->needs, i);
	const struct field *field = step_need_field(need);
	char *answer = f->values[i] ? xstrdup(f->values[i]) : NULL;
	int again = 1;
	f->asked = i;
	while (again) {
		struct err err = ERR_INIT;
		int left;
		char *initial = answer; /* typing replaces the value */
		answer = view_step_ask(v, need, initial, &left);
		free(initial);
		if (answer)
			view_step_put(f, i, answer);
		again = answer && field && *answer && form_check(field, answer, &err) < 0;
		if (again)
			workbench_tell(v->wb, left ? TONE_ATTENTION : TONE_ALARM, "%s: %s", field_label(field),
			               err_reason(&err));
		again &= !left;
	}
	free(answer);
}

static void obtain(struct view *v, struct step_form *f, size_t i)
{
	const json_t *need = json_array_get(f->needs, i);
	const char *kind = run_requirement_kind(need);
	const char *called = json_get_string(need, "run");
	char *labels = NULL;
	if (called)
		step_start_called(v->wb, called, f->assets);
	else if (kind_has(kind, KIND_EVIDENCE))
		labels = step_obtain_evidence(v->wb, need, f->assets, f->values[i]);
	else if (kind && kind_find(kind))
		labels = step_obtain_record(v->wb, f->met[i] && !f->values[i] ? NULL : f->run, need, f->assets,
		                            f->values[i]);
	if (labels)
		view_step_put(f, i, labels);
	free(labels);
}

/* ---- recording */

struct recording {
	struct view *v;
	struct step_given given;
};

static int record_given(struct recording *r, struct err *err)
{
	struct step_form *f = r->v->data;
	struct run run;
	size_t which;
	if (step_find(r->v->wb, f->run, f->invocation, &run, &which) < 0)
		return err_set(err, ERR_FAILED, "%s", _("this step is on record already"));
	int rc = step_try(r->v->wb, &run, &run.waiting[which], &r->given.what, err);
	run_release(&run);
	return rc;
}

static int record_with_reason(void *ctx, const char *reason, struct err *err)
{
	struct recording *r = ctx;
	r->given.what.reason = reason;
	int rc = draft_prompt_is_reason(NULL, reason, err);
	return rc == 0 ? record_given(r, err) : rc;
}

/* What was filled in as unknown, by name; nothing: all of it tells something. */
static void add_unknown(const struct step_form *f, struct buf *out)
{
	for (size_t i = 0; i < need_count(f); i++) {
		const json_t *need = json_array_get(f->needs, i);
		if (run_gives_unknown(need, f->values[i]))
			buf_addf(out, "%s%s", out->len ? _(", ") : "", field_label(step_need_field(need)));
	}
}

/* It stays unknown: why is asked for, and goes with the step. 1: it is on record. */
static int record_unknown(struct recording *r, const char *names)
{
	struct step_form *f = r->v->data;
	char *question = xasprintf(_("Unknown, or not done: %s. Because: "), names);
	char *draft = xasprintf("unknown:%s:%s", f->run, f->invocation);
	int done = draft_prompt_reason(r->v->wb, draft, question, record_with_reason, r);
	free(draft);
	free(question);
	return done;
}

static void record(struct view *v, struct step_form *f)
{
	struct recording r = {.v = v};
	struct buf names = BUF_INIT;
	struct err err = ERR_INIT;
	if (first_open(f) < need_count(f)) {
		v->selected = first_open(f);
		step_need_text(json_array_get(f->needs, v->selected), &names);
		workbench_tell(v->wb, TONE_ATTENTION, _("still missing: %s (Enter fills it in)"), names.data);
		buf_release(&names);
		return;
	}
	step_given_collect(f->needs, (const char *const *)f->values, 1, &r.given);
	add_unknown(f, &names);
	int done = names.len ? record_unknown(&r, names.data) : record_given(&r, &err) == 0;
	if (!done && !names.len)
		workbench_tell_error(v->wb, &err);
	step_given_release(&r.given);
	buf_release(&names);
	if (done) {
		unsaved_done(&f->unsaved);
		draft_prompt_drop(v->wb, f->draft_key);
		workbench_pop(v->wb); /* v is gone */
	}
}

static enum redraw press_row(struct view *v)
{
	struct step_form *f = v->data;
	size_t i = v->selected;
	if (i >= need_count(f)) {
		record(v, f);
		return REDRAW_ALL;
	}
	if (step_need_is_value(json_array_get(f->needs, i)))
		ask_value(v, f, i);
	else
		obtain(v, f, i);
	view_stale(v);
	if (workbench_top(v->wb) != v)
		return REDRAW_ALL; /* the command shows something */
	view_refresh(v);
	v->selected = first_open(f);
	return REDRAW_ALL;
}

static enum redraw record_now(struct view *v)
{
	record(v, v->data);
	return REDRAW_ALL;
}

static const char *refuses_offer(struct view *v)
{
	const struct step_form *f = v->data;
	return f->offers ? workbench_refuses_writing(v) : _("this step offers no command");
}

static enum redraw show_offer(struct view *v)
{
	struct step_form *f = v->data;
	workbench_push(v->wb, view_offer(v->wb, f->run, f->invocation));
	return REDRAW_ALL;
}

static void release_step(struct view *v)
{
	struct step_form *f = v->data;
	flush(v);
	for (size_t i = 0; i < need_count(f); i++)
		free(f->values[i]);
	free(f->draft_key);
	free(f->values);
	free(f->met);
	json_decref(f->needs);
	json_decref(f->assets);
	free(f);
}

static const struct view_key step_keys[] = {
    {KEY_RETURN, N_("Enter"), N_("fill in"), N_("fill the selected row in; on the last row: record it done"), press_row,
     workbench_refuses_writing},
    {'o', NULL, N_("command"), N_("the command that this step offers: shown whole, run only if you say yes"),
     show_offer, refuses_offer},
    {CTRL('s'), NULL, N_("record"), N_("record it done"), record_now, workbench_refuses_writing},
    {0, NULL, NULL, NULL, NULL, NULL},
};

const struct view_ops step_view = {
    .name = "step", .title = N_("Step"), .is_of_now = 1, .fill = fill_step, .release = release_step, .keys = step_keys};

static const struct view_lazy step_lazy = {.work = work, .flush = flush};

struct view *view_step(struct workbench *wb, const char *label, const char *invocation)
{
	struct run run;
	size_t which;
	if (step_find(wb, label, invocation, &run, &which) < 0)
		return NULL;
	struct view *v = view_new(wb, &step_view, label);
	struct step_form *f = xcalloc(1, sizeof *f);
	snprintf(f->run, sizeof f->run, "%s", run.label);
	snprintf(f->invocation, sizeof f->invocation, "%s", invocation);
	f->needs = run_requirements(&run.waiting[which]);
	struct buf command = BUF_INIT;
	f->offers = run_offer(&run, &run.waiting[which], 0, &command, NULL) == 0;
	buf_release(&command);
	f->assets = json_deep_copy(json_object_get(run.record, "on"));
	size_t n = need_count(f);
	f->values = xcalloc(n + 1, sizeof *f->values);
	f->met = xcalloc(n + 1, sizeof *f->met);
	v->data = f;
	v->lazy = &step_lazy;
	f->draft_key = step_draft_key(f->run, f->invocation);
	restore_draft(v);
	run_release(&run);
	view_refresh(v);
	v->selected = first_open(f);
	return v;
}

void view_step_waiting_ask(struct workbench *wb, const char *step)
{
	char *run = xstrndup(step, strcspn(step, " "));
	const char *invocation = step[strlen(run)] ? step + strlen(run) + 1 : "";
	workbench_show(wb, "playbook", run);
	workbench_push(wb, view_step(wb, run, invocation));
	free(run);
}
