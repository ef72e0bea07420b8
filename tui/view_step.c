/*
 * The form of a playbook step: a row for each thing that it must record, filled
 * by Enter with the question that fits it, and a last row that records it done.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "tui/form.h"
#include "tui/prompt.h"
#include "tui/step.h"
#include "tui/workbench_private.h"

#include <stdlib.h>
#include <string.h>

/* ---- what the views of steps share */

/* The requirement as a form names it: without the words that a command line would take. */
void step_need_text(const json_t *need, struct buf *out)
{
	const struct field *field = step_need_field(need);
	const char *label = playbook_text(json_object_get(need, "label"));
	if (!field && !json_object_get(need, "note")) {
		run_requirement_text(need, out);
		return;
	}
	const char *name = field ? field_label(field) : _("Note");
	printable_add(out, name, strlen(name), PRINTABLE_LINE);
	if (*label) {
		buf_adds(out, ": ");
		printable_add(out, label, strlen(label), PRINTABLE_LINE);
	}
	if (json_is_true(json_object_get(need, "optional")))
		buf_adds(out, _(" (if there is any)"));
}

const struct field *step_need_field(const json_t *need)
{
	const char *of_asset = json_get_string(need, "field");
	const char *of_step = json_get_string(need, "step");
	return of_asset  ? kind_field(kind_find("asset"), of_asset)
	       : of_step ? kind_field(kind_find("step"), of_step)
	                 : NULL;
}

int step_is_met(struct case_file *c, const struct run *run, const struct waiting *w, const json_t *need)
{
	struct buf missing = BUF_INIT;
	struct buf wanted = BUF_INIT;
	run_missing(c, run, w, &missing);
	run_requirement_text(need, &wanted);
	buf_addc(&wanted, '\n');
	const char *at = missing.data;
	int met = 1;
	for (; met && *at; at += strcspn(at, "\n") + 1)
		met = strncmp(at, wanted.data, wanted.len) != 0;
	buf_release(&wanted);
	buf_release(&missing);
	return met;
}

int step_record(struct workbench *wb, struct run *run, const struct waiting *w, const struct step_outcome *what)
{
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	int finished = 0;
	if (run_step(wb->s->c, run, w, what, label, &finished, &err) < 0) {
		workbench_tell_error(wb, &err);
		return -1;
	}
	if (finished)
		workbench_tell(wb, TONE_GOOD, _("%s is on record; the playbook is finished"), label);
	else
		workbench_tell(wb, TONE_GOOD, _("%s is on record; next: %s"), label,
		               playbook_text(json_object_get(run->waiting[0].step, "name")));
	return 0;
}

int step_find(struct workbench *wb, const char *label, const char *invocation, struct run *run, size_t *which)
{
	struct err err = ERR_INIT;
	if (run_load(wb->s->c, label, run, &err) < 0) {
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
};

/* The name under which the outcome takes a value for this need, or NULL: it wants a record of its own. */
static const char *value_name(const json_t *need)
{
	const char *field = json_get_string(need, "field");
	if (!field)
		field = json_get_string(need, "step");
	return field ? field : json_object_get(need, "note") ? "note" : NULL;
}

static int is_optional(const json_t *need)
{
	return json_is_true(json_object_get(need, "optional"));
}

/* What is still to be filled; the last row, which records, if nothing is. */
static size_t first_open(const struct step_form *f)
{
	size_t n = json_array_size(f->needs);
	for (size_t i = 0; i < n; i++)
		if (!f->met[i] && !f->values[i] && !is_optional(json_array_get(f->needs, i)))
			return i;
	return n;
}

static void add_need(struct view *v, const struct step_form *f, size_t i)
{
	const json_t *need = json_array_get(f->needs, i);
	struct buf line = BUF_INIT;
	int filled = f->met[i] || f->values[i] != NULL;
	int optional = is_optional(need);
	buf_addf(&line, " %s ", optional && !f->values[i] ? STEP_OPTIONAL : filled ? STEP_MET : STEP_MISSING);
	step_need_text(need, &line);
	if (f->values[i]) {
		const struct field *field = step_need_field(need);
		const struct field_value *value =
		    field && field->value_count ? field_value_find(field, f->values[i]) : NULL;
		buf_addf(&line, ":  %.200s", value ? field_value_label(value) : f->values[i]);
	} else if (f->met[i] && !optional) {
		buf_addf(&line, "  (%s)", _("on record"));
	}
	view_add(v, optional ? TONE_PLAIN : filled ? TONE_GOOD : TONE_ATTENTION, NULL, line.data);
	buf_release(&line);
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
	for (size_t i = 0; i < json_array_size(f->needs); i++)
		f->met[i] = step_is_met(v->wb->s->c, &run, w, json_array_get(f->needs, i));
	v->heading = xstrdup(playbook_text(json_object_get(w->step, "name")));
	for (size_t i = 0; i < json_array_size(f->needs); i++)
		add_need(v, f, i);
	int open = first_open(f) < json_array_size(f->needs);
	view_addf(v, open ? TONE_FAINT : TONE_HEADING, NULL, " ▶ %s",
	          open ? _("Record it done (what is marked ✗ is still missing)") : _("Record it done"));
	run_release(&run);
	return 0;
}

static void join_assets(const struct step_form *f, struct buf *out)
{
	size_t i;
	json_t *asset;
	json_array_foreach(f->assets, i, asset)
		buf_addf(out, "%s%s", i ? "," : "", json_string_value(asset));
}

/* ---- asking for each */

static void ask_value(struct view *v, struct step_form *f, size_t i)
{
	const json_t *need = json_array_get(f->needs, i);
	const struct field *field = step_need_field(need);
	char *answer;
	if (field) {
		answer = form_ask_value(v->wb, field);
	} else {
		const char *label = playbook_text(json_object_get(need, "label"));
		answer = prompt_text(v->wb, *label ? label : _("Note"), f->values[i], 1);
	}
	if (!answer)
		return;
	free(f->values[i]);
	f->values[i] = *answer ? answer : NULL;
	if (!f->values[i])
		free(answer);
}

/* The kind of record that the need wants, and the field in which it names the assets. */
static const char *kind_wanted(const json_t *need, const char **on)
{
	const char *kind = json_get_string(need, "record");
	if (json_object_get(need, "evidence"))
		kind = "evidence";
	else if (json_object_get(need, "decision"))
		kind = "decision";
	else if (json_object_get(need, "indicator"))
		kind = "indicator";
	*on = kind && strcmp(kind, "indicator") == 0 ? "seen_on" : kind && strcmp(kind, "event") == 0 ? "assets" : "on";
	return kind;
}

/* Evidence is preserved by a command that names the assets already, everything else by a form; each is its own action. */
static void add_record(struct view *v, struct step_form *f, size_t i)
{
	const json_t *need = json_array_get(f->needs, i);
	const char *field;
	const char *kind = kind_wanted(need, &field);
	char label[LABEL_TEXT];
	struct buf on = BUF_INIT;
	join_assets(f, &on);
	if (kind && strcmp(kind, "evidence") == 0) {
		struct buf line = BUF_INIT;
		buf_addf(&line, on.len ? "preserve --on %s " : "preserve %s", on.data);
		char *typed = prompt_command(v->wb, line.data);
		if (typed && *typed)
			workbench_command(v->wb, typed);
		free(typed);
		buf_release(&line);
	} else if (kind && kind_find(kind)) {
		struct assign preset = {field, on.data};
		form_run(v->wb, kind, &preset, on.len && kind_field(kind_find(kind), field) ? 1 : 0, label);
	}
	buf_release(&on);
}

/* ---- recording */

static void record(struct view *v, struct step_form *f)
{
	struct assign fields[64];
	size_t count = 0;
	struct run run;
	size_t which;
	for (size_t i = 0; i < json_array_size(f->needs) && count < 64; i++)
		if (f->values[i])
			fields[count++] = (struct assign){value_name(json_array_get(f->needs, i)), f->values[i]};
	if (step_find(v->wb, f->run, f->invocation, &run, &which) < 0)
		return;
	struct step_outcome what = {.outcome = OUTCOME_DONE, .fields = fields, .field_count = count};
	int rc = step_record(v->wb, &run, &run.waiting[which], &what);
	run_release(&run);
	if (rc == 0)
		workbench_pop(v->wb); /* v is gone */
}

static void press_row(struct view *v)
{
	struct step_form *f = v->data;
	size_t i = v->selected;
	if (i >= json_array_size(f->needs)) {
		record(v, f);
		return;
	}
	if (value_name(json_array_get(f->needs, i)))
		ask_value(v, f, i);
	else
		add_record(v, f, i);
	view_stale(v);
	if (workbench_top(v->wb) != v)
		return; /* the command shows something */
	view_refresh(v);
	v->selected = first_open(f);
}

static void record_now(struct view *v)
{
	record(v, v->data);
}

static void release_step(struct view *v)
{
	struct step_form *f = v->data;
	for (size_t i = 0; i < json_array_size(f->needs); i++)
		free(f->values[i]);
	free(f->values);
	free(f->met);
	json_decref(f->needs);
	json_decref(f->assets);
	free(f);
}

static const struct view_key step_keys[] = {
    {KEY_RETURN, N_("Enter"), N_("fill in"), N_("fill the selected row in; on the last row: record it done"), press_row,
     workbench_refuses_writing},
    {CTRL('s'), NULL, N_("record"), N_("record it done"), record_now, workbench_refuses_writing},
    {0, NULL, NULL, NULL, NULL, NULL},
};

static const struct view_ops step_ops = {
    .name = "step", .title = N_("Step"), .fill = fill_step, .release = release_step, .keys = step_keys};

struct view *view_step(struct workbench *wb, const char *label, const char *invocation)
{
	struct run run;
	size_t which;
	if (step_find(wb, label, invocation, &run, &which) < 0)
		return NULL;
	struct view *v = view_new(wb, &step_ops, label);
	struct step_form *f = xcalloc(1, sizeof *f);
	size_t n;
	snprintf(f->run, sizeof f->run, "%s", run.label);
	snprintf(f->invocation, sizeof f->invocation, "%s", invocation);
	f->needs = json_deep_copy(playbook_step_extra(run.waiting[which].step, "records"));
	f->assets = json_deep_copy(json_object_get(run.record, "on"));
	n = json_array_size(f->needs);
	f->values = xcalloc(n + 1, sizeof *f->values);
	f->met = xcalloc(n + 1, sizeof *f->met);
	v->data = f;
	run_release(&run);
	view_refresh(v);
	v->selected = first_open(f);
	return v;
}
