#include "tui/view/playbook/recorded_steps.h"

#include "base/buf.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/time/time_cell.h"
#include "case/store/record.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

struct recorded {
	const struct run *run;
	json_t *lines; /* newest first */
};

static int take_recorded(void *ctx, json_t *step)
{
	struct recorded *r = ctx;
	const char *run = json_get_string(step, "run");
	if (!run || strcmp(run, r->run->label) != 0)
		return 0;
	struct buf line = BUF_INIT;
	const struct kind *kind = kind_find("step");
	const char *ended = json_get_string(step, "ended");
	buf_addf(&line, "%s  ", record_label(step));
	time_cell(ended ? ended : "", TIME_CELL_MINUTE, &line);
	buf_adds(&line, "  ");
	record_field_text(step, kind_field(kind, "outcome"), &line);
	char *title = record_title(step);
	const char *said = json_get_string(step, "answer");
	const char *asked = json_get_string(step, "step_id");
	buf_adds(&line, "  ");
	if (said) /* before the question, which may be long */
		buf_addf(&line, "[%s] ", run_answer_text(r->run->playbook, asked, said));
	buf_adds(&line, title);
	if (json_get_string(step, "left_unknown")) {
		buf_addf(&line, "  %s: ", field_label(kind_field(kind, "left_unknown")));
		run_unknown_text(step, &line);
	}
	const char *reason = json_get_string(step, "reason");
	if (reason)
		buf_addf(&line, "  (%s)", reason);
	json_array_insert_new(r->lines, 0, json_stringn_nocheck(line.data, line.len));
	free(title);
	buf_release(&line);
	return 0;
}

void recorded_steps_add(struct view *v, const struct run *run)
{
	struct recorded r = {run, json_array()};
	size_t i;
	json_t *line;
	record_each(workbench_case(v->wb), "step", 0, take_recorded, &r, NULL);
	if (json_array_size(r.lines) > 0) {
		view_add(v, TONE_PLAIN, NULL, "");
		view_addf(v, TONE_HEADING, NULL, " %s", _("On record, newest first"));
	}
	json_array_foreach(r.lines, i, line)
		view_add_text(v, TONE_FAINT, NULL, json_string_value(line), 2);
	json_decref(r.lines);
}
