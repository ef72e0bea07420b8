/* What a person makes of a finding or of one of its rows: an event, indicators, a sweep, a measure, a contact. */
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/kind/stored_words.h"
#include "case/store/record.h"
#include "finding/observation/observation_query.h"
#include "finding/observation/observation_seen.h"
#include "finding/observation/promote.h"
#include "tui/form/form.h"
#include "tui/form/indicator_pick.h"
#include "tui/list/view_list.h"
#include "tui/view/finding/triage_view.h"
#include "tui/workbench/draft_prompt.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

const json_t *triage_finding(struct view *v)
{
	struct triage_state *s = triage_state(v);
	size_t i = s->shape == TRIAGE_FINDINGS ? triage_of_row(v, v->selected) : SIZE_MAX;
	if (i < json_array_size(s->findings))
		return json_array_get(s->findings, i);
	workbench_tell(v->wb, TONE_ATTENTION, "%s", _("choose a finding first"));
	return NULL;
}

/* The id of the row under the cursor, of a finding that of its first. 0: there is none, which was told. */
static int row_id(struct view *v, char id[OBSERVATION_ID])
{
	const json_t *line = triage_line(v);
	*id = '\0';
	if (line) {
		snprintf(id, OBSERVATION_ID, "%s", triage_field(line, "id"));
	} else {
		const json_t *f = triage_finding(v);
		if (!f)
			return 0;
		const char *ids = triage_field(f, "observations");
		if (strncmp(ids, "o:", 2) == 0)
			snprintf(id, OBSERVATION_ID, "%.16s", ids + 2);
	}
	if (!*id)
		workbench_tell(v->wb, TONE_ATTENTION, "%s", _("it has no rows"));
	return *id != '\0';
}

enum redraw triage_show_around(struct view *v)
{
	char id[OBSERVATION_ID];
	if (row_id(v, id))
		workbench_push(v->wb, triage_view_new(v->wb, TRIAGE_AROUND, id));
	return REDRAW_ALL;
}

/* What the row was about, by the field that says most. */
static int take_what(void *ctx, const struct observation *o, const struct observation_set *set, struct err *err)
{
	static const char *const telling[] = {
	    "data.ImagePath", "data.CommandLine", "data.NewProcessName", "url", "command", "program_path", "program",
	    "target"};
	struct buf *what = ctx;
	(void)set, (void)err;
	for (size_t i = 0; i < sizeof telling / sizeof *telling; i++) {
		const char *value = observation_value(o, telling[i]);
		if (!value || !*value)
			continue;
		char *safe = printable_dup(value);
		buf_addf(what, ": %.*s", (int)text_fit(safe, 120, NULL), safe);
		free(safe);
		break;
	}
	return 1;
}

/* What the finding (or NULL) says, and of what, as it goes on record: in English (stored_words.h). NULL: the finding's own words
 * do, or the row speaks for itself. The caller frees. */
static char *title_of_event(struct view *v, const json_t *f, const char *id)
{
	const char *said = f ? triage_field(f, "title") : "";
	struct buf what = BUF_INIT;
	if (*said)
		observation_find(workbench_case(v->wb), id, take_what, &what, NULL);
	char *title = what.len ? xasprintf("%.*s%s", (int)stored_words_without_stop(said), said, what.data) : NULL;
	buf_release(&what);
	return title;
}

enum redraw triage_promote(struct view *v)
{
	struct err err = ERR_INIT;
	char id[OBSERVATION_ID];
	char label[LABEL_TEXT];
	if (!row_id(v, id))
		return REDRAW_NONE;
	json_t *f = triage_state(v)->shape == TRIAGE_AROUND ? NULL : triage_finding_meant(v);
	char *title = title_of_event(v, f, id);
	int is_confirmed = f && json_is(f, "status", "confirmed"); /* else nobody has said whose act it was */
	struct assign fields[2];
	size_t count = 0;
	if (title)
		fields[count++] = (struct assign){"title", title};
	if (is_confirmed)
		fields[count++] = (struct assign){"side", "attacker"};
	int rc = observation_promote(workbench_case(v->wb), id, kind_find("event"), fields, count, label, &err);
	free(title);
	json_decref(f);
	if (rc < 0) {
		workbench_tell_error(v->wb, &err);
		return REDRAW_ALL;
	}
	workbench_show(v->wb, "detail", label);
	if (rc == PROMOTED_ATTRIBUTED)
		workbench_tell(v->wb, TONE_GOOD, _("it was on record: %s is now an act of the attacker"), label);
	else if (rc == PROMOTED_BEFORE)
		workbench_tell(v->wb, TONE_ATTENTION, _("it is on record: %s"), label);
	else if (!is_confirmed)
		workbench_tell(
		    v->wb, TONE_PLAIN, "%s",
		    _("recorded; whose act it was is left open: no finding of it is confirmed (y before p does that)"));
	return REDRAW_ALL;
}

/* The finding under the cursor, or that of the rows. New reference; NULL: rows around one are of none. */
static json_t *finding_of(struct view *v)
{
	const struct triage_state *s = triage_state(v);
	if (s->shape == TRIAGE_LINES)
		return record_get(workbench_case(v->wb), v->argument, 0, NULL);
	return s->shape == TRIAGE_FINDINGS ? json_incref((json_t *)(uintptr_t)triage_finding(v)) : NULL;
}

/* When what was found happened: of the row, by its own clock, in `text`; else of the finding. NULL or "": nobody knows, the
 * attacker set it, or it was recovered. */
static const char *when_of(struct view *v, const json_t *line, const json_t *finding, char text[OBSERVATION_WHEN])
{
	if (json_is(finding, "rule", "defence.timestomp"))
		return NULL;
	if (!line)
		return observation_seen_all_recovered(triage_field(finding, "reason"))
		           ? NULL
		           : json_get_string(finding, "when");
	observation_first_seen(workbench_case(v->wb), triage_field(line, "id"), text, NULL); /* else it stays empty */
	return text;
}

enum redraw triage_pick_indicators(struct view *v)
{
	const json_t *line = triage_line(v);
	struct buf text = BUF_INIT;
	const char *name;
	json_t *value;
	if (line) {
		json_object_foreach((json_t *)(uintptr_t)line, name, value)
			if (json_is_string(value) && strcmp(name, "text") != 0 && strcmp(name, "source") != 0 &&
			    strcmp(name, "computer") != 0) /* the machine that it is of */
				buf_addf(&text, "%s\n", json_string_value(value));
	} else {
		const json_t *f = triage_finding(v);
		if (!f)
			return REDRAW_NONE;
		buf_adds(&text, triage_field(f, "reason"));
	}
	json_t *f = finding_of(v); /* they say out of which finding they come */
	char when[OBSERVATION_WHEN];
	/* while a person picks, the view may be filled anew: of the row under the cursor nothing is lent */
	indicator_pick_indicators(v->wb, text.data, f ? record_label(f) : NULL, when_of(v, line, f, when));
	json_decref(f);
	buf_release(&text);
	return REDRAW_ALL;
}

enum redraw triage_sweep(struct view *v)
{
	workbench_show(v->wb, "sweep", NULL); /* first: there its end is told, however soon it comes */
	workbench_command(v->wb, "sweep --missing");
	return REDRAW_ALL;
}

/* ---- forms about the finding; of a row, about the finding that it is of */

json_t *triage_finding_meant(struct view *v)
{
	json_t *f = finding_of(v);
	return f ? f : json_incref((json_t *)(uintptr_t)triage_finding(v));
}

enum redraw triage_add_measure(struct view *v)
{
	json_t *f = triage_finding_meant(v);
	if (!f)
		return REDRAW_NONE;
	struct buf on = BUF_INIT;
	buf_addf(&on, "%s%s%s", triage_field(f, "on"), *triage_field(f, "on") ? "," : "", record_label(f));
	const struct assign preset[] = {{"title", i18n_text(triage_field(f, "title"))}, {"on", on.data}};
	workbench_push(v->wb, form_open(v->wb, "measure", preset, 2, NULL, NULL));
	buf_release(&on);
	json_decref(f);
	return REDRAW_ALL;
}

enum redraw triage_add_contact(struct view *v)
{
	json_t *f = triage_finding_meant(v);
	if (!f)
		return REDRAW_NONE;
	const struct assign preset[] = {
	    {"about", record_label(f)}, {"direction", "out"}, {"said", i18n_text(triage_field(f, "title"))}};
	workbench_push(v->wb, form_open(v->wb, "contact", preset, 3, NULL, NULL));
	json_decref(f);
	return REDRAW_ALL;
}

/* The machines on which the same was found, without what was dismissed. */
enum redraw triage_show_assets(struct view *v)
{
	const struct triage_state *s = triage_state(v);
	json_t *meant = triage_finding_meant(v);
	json_t *labels = json_object();
	const json_t *other;
	size_t i;
	if (!meant)
		goto out;
	if (*triage_field(meant, "on"))
		json_object_set_new(labels, triage_field(meant, "on"), json_true());
	json_array_foreach(s->findings, i, other)
		if (strcmp(triage_field(other, "rule"), triage_field(meant, "rule")) == 0 &&
		    !json_is(other, "status", "dismissed") && *triage_field(other, "on"))
			json_object_set_new(labels, triage_field(other, "on"), json_true());
	if (json_object_size(labels))
		view_list_show(v->wb, "asset", labels);
	else
		workbench_tell(v->wb, TONE_ATTENTION, "%s", _("no machine on record stands here"));
out:
	json_decref(labels);
	json_decref(meant);
	return REDRAW_ALL;
}
