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

void steps_pane(struct view *v, const struct run *run, const struct waiting *w)
{
	struct buf line = BUF_INIT;
	const char *id;
	json_t *step;
	size_t n = 0;
	steps_place(run, w, &line);
	view_pane_line(v, TONE_HEADING, line.len ? line.data : _("Steps"));
	json_object_foreach((json_t *)(uintptr_t)workflow_of(run), id, step) {
		if (!is_step(step))
			continue;
		const json_t *done = recorded(run, id);
		int here = w && strcmp(id, w->id) == 0;
		int waits = here || is_waiting(run, id);
		const char *name = playbook_text(json_object_get(step, "name"));
		const char *mark = here                                    ? "▶"
		                   : waits                                 ? ">"
		                   : !done                                 ? " "
		                   : json_get_string(done, "left_unknown") ? "?"
		                   : json_is(done, "outcome", "done")      ? "✓"
		                                                           : "–";
		buf_clear(&line);
		buf_addf(&line, "%s %2zu %s", mark, ++n, *name ? name : id);
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
		               here    ? TONE_HEADING
		               : waits ? TONE_ATTENTION
		               : done  ? TONE_FAINT
		                       : TONE_PLAIN,
		               line.data);
	}
	buf_release(&line);
}
