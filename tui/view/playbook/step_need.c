/* A thing that a step must record, as a row: what it is, how it stands, and what says so. */
#include "base/buf.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "case/kind/first_line.h"
#include "case/store/draft.h"
#include "tui/form/form.h"
#include "tui/view/playbook/step.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

/* The requirement as a form names it: without the words that a command line would take. */
void step_need_text(const json_t *need, struct buf *out)
{
	const struct field *field = step_need_field(need);
	const char *label = playbook_text(json_object_get(need, "label"));
	const char *wanted = run_requirement_kind(need);
	const struct kind *kind = kind_find(wanted ? wanted : "note");
	if (json_object_get(need, "evidence") || json_get_string(need, "run") || (!field && !kind)) {
		run_requirement_text(need, out);
		return;
	}
	const char *name = field ? field_label(field) : json_object_get(need, "note") ? _("Note") : kind_label(kind);
	printable_add(out, name, strlen(name), PRINTABLE_LINE);
	run_requirement_stance(need, out);
	run_requirement_with(need, out);
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

/* What the asset's record says already, that of the first one if there are several; of a text its first line. `out` is empty. */
static void add_value_on_record(struct workbench *wb, const json_t *assets, const struct field *field, struct buf *out)
{
	const char *label = json_string_value(json_array_get(assets, 0));
	json_t *asset = label ? record_get(workbench_case(wb), label, 0, NULL) : NULL;
	const json_t *value = asset ? json_object_get(asset, field->name) : NULL;
	const char *referred = field->type == FIELD_REF ? json_string_value(value) : NULL;
	if (referred)
		workbench_name_labels(wb, referred, out);
	else if (value)
		workbench_name_field(wb, field, value, out);
	first_line_keep(out);
	json_decref(asset);
}

/* `(on record: cable unplugged)`, `(on record: R1-E8)`; of what is there and does not do, too. */
static void add_on_record(struct workbench *wb, const json_t *assets, const json_t *one, struct buf *out)
{
	const json_t *need = json_object_get(one, "need");
	const struct field *field = json_get_string(need, "field") ? step_need_field(need) : NULL;
	int met = json_is_true(json_object_get(one, "met"));
	struct buf what = BUF_INIT;
	size_t i;
	json_t *label;
	if (field)
		add_value_on_record(wb, assets, field, &what);
	json_array_foreach(json_object_get(one, "by"), i, label) {
		buf_adds(&what, what.len ? _(", ") : "");
		workbench_name_labels(wb, json_string_value(label), &what);
	}
	if (what.len ? met || field : met && !json_is_true(json_object_get(need, "optional")))
		buf_addf(out, "  (%s%s%s)", _("on record"), what.len ? ": " : "", what.len ? what.data : "");
	buf_release(&what);
}

enum tone step_need_row(struct workbench *wb, const json_t *assets, const json_t *one, const char *given,
                        struct buf *out)
{
	const json_t *need = json_object_get(one, "need");
	const struct field *field = step_need_field(need);
	int value = field || json_object_get(need, "note");
	int met = json_is_true(json_object_get(one, "met"));
	int optional = json_is_true(json_object_get(need, "optional"));
	int unknown = run_gives_unknown(need, given);
	const char *mark = unknown    ? STEP_UNKNOWN
	                   : given    ? (met || value) ? STEP_MET : STEP_MISSING
	                   : optional ? STEP_OPTIONAL
	                   : met      ? STEP_MET
	                              : STEP_MISSING;
	buf_addf(out, "%s ", mark);
	step_need_text(need, out);
	if (given) {
		const struct field_value *word = field && field->value_count ? field_value_find(field, given) : NULL;
		buf_adds(out, ":  ");
		if (field && field->type == FIELD_TIME) { /* as forms of records show it */
			json_t *moment = json_string(given);
			workbench_name_field(wb, field, moment, out);
			json_decref(moment);
		} else if (field ? field->type == FIELD_REF || field->type == FIELD_REFS : !value) {
			workbench_name_labels(wb, given, out);
		} else if (word) {
			buf_adds(out, field_value_label(word));
		} else {
			form_text_show(given, out);
		}
		if (!met && !value)
			buf_addf(out, "  (%s)", _("this is not what is asked for"));
	} else { /* of what is optional, too: it goes along with the step */
		add_on_record(wb, assets, one, out);
	}
	return strcmp(mark, STEP_MET) == 0 ? TONE_GOOD : strcmp(mark, STEP_OPTIONAL) == 0 ? TONE_PLAIN : TONE_ATTENTION;
}

int step_need_is_value(const json_t *need)
{
	return json_object_get(need, "field") || json_object_get(need, "step") || json_object_get(need, "note");
}

/* The name under which the outcome takes what is given for this need. */
static const char *value_name(const json_t *need)
{
	const char *field = json_get_string(need, "field");
	if (!field)
		field = json_get_string(need, "step");
	return field ? field : json_object_get(need, "note") ? "note" : run_requirement_kind(need);
}

void step_given_collect(const json_t *needs, const char *const *values, int all, struct step_given *g)
{
	size_t count = 0;
	size_t i;
	json_t *need;
	*g = (struct step_given){.what = {.outcome = OUTCOME_DONE}};
	json_array_foreach(needs, i, need) {
		const char *name = value_name(need);
		struct assign *same = NULL;
		if (!values[i] || count == STEP_GIVEN || (step_need_is_value(need) && !all))
			continue;
		for (size_t k = 0; k < count && !step_need_is_value(need); k++)
			if (strcmp(g->fields[k].name, name) == 0)
				same = &g->fields[k];
		if (same) /* labels for one kind, from two rows */
			same->value = g->lists[g->list_count++] = xasprintf("%s,%s", same->value, values[i]);
		else
			g->fields[count++] = (struct assign){name, values[i]};
	}
	g->what.fields = g->fields;
	g->what.field_count = count;
}

void step_given_release(struct step_given *g)
{
	while (g->list_count > 0)
		free(g->lists[--g->list_count]);
}

json_t *step_needs(struct workbench *wb, const struct run *run, const struct waiting *w, const json_t *needs,
                   const char *const *values)
{
	struct step_given picked;
	step_given_collect(needs, values, 0, &picked);
	json_t *told = run_needs(workbench_case(wb), run, w, &picked.what);
	step_given_release(&picked);
	return told;
}

char *step_draft_key(const char *run, const char *invocation)
{
	return xasprintf("step:%s:%s", run, invocation);
}

json_t *step_draft_values(struct workbench *wb, const struct run *run, const struct waiting *w, const char **values,
                          size_t count)
{
	char *key = step_draft_key(run->label, w->invocation);
	char when[CLOCK_TEXT];
	json_t *draft = draft_load(workbench_case(wb), key, when);
	const json_t *kept = json_object_get(draft, "values");
	for (size_t i = 0; i < count; i++)
		values[i] = json_array_size(kept) == count ? json_string_value(json_array_get(kept, i)) : NULL;
	free(key);
	return draft;
}

int step_lacks(struct workbench *wb, const struct run *run, const struct waiting *w, struct buf *out)
{
	json_t *needs = run_requirements(w);
	size_t count = json_array_size(needs);
	const char **values = xcalloc(count + 1, sizeof *values);
	json_t *draft = step_draft_values(wb, run, w, values, count);
	json_t *told = step_needs(wb, run, w, needs, values);
	size_t i;
	json_t *one;
	json_array_foreach(told, i, one) {
		const json_t *need = json_object_get(one, "need");
		if (out->len == 0 && !json_is_true(json_object_get(one, "met")) &&
		    !json_is_true(json_object_get(need, "optional")) && !(values[i] && step_need_is_value(need)))
			step_need_text(need, out);
	}
	json_decref(told);
	json_decref(draft);
	json_decref(needs);
	free(values);
	return out->len > 0;
}
