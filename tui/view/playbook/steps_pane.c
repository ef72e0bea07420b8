#include "tui/view/playbook/steps_pane.h"

#include "base/buf.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"

#include <string.h>

/* What a person does or answers; where branches begin and end is no step. */
static int is_step(const json_t *step)
{
	static const char *const types[] = {"action", "playbook-action", "if-condition", "while-condition",
	                                    "switch-condition"};
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (json_is(step, "type", types[i]))
			return 1;
	return 0;
}

static const json_t *workflow_of(const struct run *run)
{
	return json_object_get(run->playbook->tree, "workflow");
}

/* The place of the step, from 1; 0: none. *count gets how many there are. */
static size_t place_of(const struct run *run, const struct waiting *w, size_t *count)
{
	size_t place = 0;
	const char *id;
	json_t *step;
	*count = 0;
	json_object_foreach((json_t *)(uintptr_t)workflow_of(run), id, step)
		if (is_step(step)) {
			++*count;
			if (w && strcmp(id, w->id) == 0)
				place = *count;
		}
	return place;
}

void steps_place(const struct run *run, const struct waiting *w, struct buf *out)
{
	size_t count;
	size_t place = place_of(run, w, &count);
	if (place)
		buf_addf(out, _("step %zu of %zu"), place, count);
}

/* The outcome on record of the step, the last one if it was done several times; NULL: none. */
static const json_t *recorded(const struct run *run, const char *id)
{
	const json_t *last = NULL;
	size_t i;
	json_t *step;
	json_array_foreach(run->steps, i, step)
		if (json_is(step, "step_id", id))
			last = step;
	return last;
}

static int is_waiting(const struct run *run, const char *id)
{
	for (size_t i = 0; i < run->waiting_count; i++)
		if (strcmp(run->waiting[i].id, id) == 0)
			return 1;
	return 0;
}

/* Marks the step, and all that may follow on it: whatever of the workflow is named in it. */
static void reach(const struct run *run, const json_t *value, json_t *reached)
{
	const char *text = json_string_value(value);
	const char *name;
	size_t i;
	json_t *member;
	if (text && json_object_get(workflow_of(run), text) && !json_object_get(reached, text)) {
		json_object_set_new(reached, text, json_true());
		reach(run, json_object_get(workflow_of(run), text), reached);
	}
	json_object_foreach((json_t *)(uintptr_t)value, name, member)
		reach(run, member, reached);
	json_array_foreach((json_t *)(uintptr_t)value, i, member)
		reach(run, member, reached);
}

/* What may still come: a new reference to an object with the ids of those steps. Where branches meet again, and a loop, is
 * counted in even where the way does not lead there: what is not in it does not come for certain. */
static json_t *steps_to_come(const struct run *run)
{
	json_t *reached = json_object();
	const char *id;
	json_t *step;
	for (size_t i = 0; i < run->waiting_count; i++) {
		json_t *first = json_string(run->waiting[i].id);
		reach(run, first, reached);
		json_decref(first);
	}
	if (run->waiting_count == 0)
		return reached;
	reach(run, json_object_get(run->playbook->tree, "workflow_exception"), reached); /* where a failure leads */
	json_object_foreach((json_t *)(uintptr_t)workflow_of(run), id, step) {
		if (json_is(step, "type", "while-condition"))
			reach(run, step, reached);
		else if (!json_is(step, "type", "action") && !json_is(step, "type", "start"))
			reach(run, json_object_get(step, "on_completion"), reached);
	}
	return reached;
}

void steps_pane(struct view *v, const struct run *run, const struct waiting *w)
{
	struct buf line = BUF_INIT;
	const char *id;
	json_t *step;
	size_t n = 0;
	json_t *to_come = steps_to_come(run);
	int is_abandoned = json_is(run->record, "state", "abandoned"); /* where it would have led nobody knows */
	steps_place(run, w, &line);
	view_pane_line(v, TONE_HEADING, line.len ? line.data : _("Steps"));
	json_object_foreach((json_t *)(uintptr_t)workflow_of(run), id, step) {
		if (!is_step(step))
			continue;
		const json_t *done = recorded(run, id);
		int here = w && strcmp(id, w->id) == 0;
		int waits = here || is_waiting(run, id);
		int passed_by = !done && !waits && !is_abandoned && !json_object_get(to_come, id);
		const char *name = playbook_text(json_object_get(step, "name"));
		const char *mark = here                                    ? "▶"
		                   : waits                                 ? ">"
		                   : passed_by                             ? "·"
		                   : !done                                 ? " "
		                   : json_get_string(done, "left_unknown") ? "?"
		                   : json_is(done, "outcome", "done")      ? "✓"
		                                                           : "–";
		buf_clear(&line);
		buf_addf(&line, "%s %2zu %s%s", mark, ++n, *name ? name : id, passed_by ? _(" (not on this way)") : "");
		if (done && !json_is(done, "outcome", "done")) {
			buf_adds(&line, " (");
			record_field_text(done, kind_field(record_kind(done), "outcome"), &line);
			buf_adds(&line, ")");
		}
		if (done && json_get_string(done, "left_unknown")) {
			buf_addf(&line, " (%s: ", field_label(kind_field(record_kind(done), "left_unknown")));
			run_unknown_text(done, &line);
			buf_addc(&line, ')');
		}
		view_pane_line(v,
		               here                ? TONE_HEADING
		               : waits             ? TONE_ATTENTION
		               : done || passed_by ? TONE_FAINT
		                                   : TONE_PLAIN,
		               line.data);
	}
	json_decref(to_come);
	buf_release(&line);
}
