/* What was done in a run: one JSON object, and the same for people. */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/markdown.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "base/time/edtf.h"
#include "case/kind/stored_words.h"
#include "playbook/run/run_private.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void copy_fields(json_t *to, const json_t *from, const char *const *names)
{
	for (; *names; names++) {
		json_t *value = json_object_get(from, *names);
		if (value)
			json_object_set(to, *names, value);
	}
}

/* The same moment in UTC, where the time is one. */
static void add_utc(json_t *step, const char *field, const char *name)
{
	struct edtf t;
	int64_t from;
	int64_t to;
	char text[CLOCK_TEXT];
	const char *time = json_get_string(step, field);
	if (!time || edtf_parse(time, &t, NULL) < 0 || t.form != EDTF_POINT || t.from.hour < 0 || !t.from.zone ||
	    edtf_bounds(&t, NULL, NULL, &from, &to) < 0)
		return;
	clock_format_utc((struct clock_time){.seconds = from}, text);
	json_object_set_new(step, name, json_string(text));
}

static json_t *report_assets(struct case_file *c, const json_t *labels)
{
	static const char *const names[] = {"label",          "hostname",
	                                    "clock_offset",   "clock_reference",
	                                    "timezone",       "isolation_requested",
	                                    "isolation_done", "isolation_method",
	                                    "preserved",      NULL};
	json_t *assets = json_array();
	size_t i;
	json_t *label;
	json_array_foreach(labels, i, label) {
		json_t *asset = record_get(c, json_string_value(label), 0, NULL);
		json_t *row = json_object();
		if (asset)
			copy_fields(row, asset, names);
		json_array_append_new(assets, row);
		json_decref(asset);
	}
	return assets;
}

json_t *run_report(struct case_file *c, const struct run *run)
{
	static const char *const head[] = {"label", "playbook", "playbook_id", "playbook_digest", "state", "started",
	                                   "ended", "reason",   NULL};
	static const char *const names[] = {"label",    "step_id", "invocation", "name",         "phase",  "outcome",
	                                    "started",  "ended",   "reason",     "left_unknown", "who",    "role",
	                                    "asset",    "command", "tool",       "tool_version", "result", "evidence",
	                                    "decision", "links",   "answer",     "notes",        "author", NULL};
	json_t *report = json_object();
	json_t *steps = json_array();
	size_t i;
	json_t *record;
	copy_fields(report, run->record, head);
	json_object_set_new(report, "case", json_string(case_id(c)));
	json_object_set_new(report, "commit", json_string(case_head(c)));
	json_object_set_new(report, "assets", report_assets(c, json_object_get(run->record, "on")));
	json_array_foreach(run->steps, i, record) {
		json_t *step = json_object();
		copy_fields(step, record, names);
		add_utc(step, "started", "started_utc");
		add_utc(step, "ended", "ended_utc");
		json_array_append_new(steps, step);
	}
	json_object_set_new(report, "steps", steps);
	json_t *waiting = json_array();
	for (i = 0; i < run->waiting_count; i++)
		json_array_append_new(waiting, json_string(run->waiting[i].id));
	json_object_set_new(report, "waiting", waiting);
	return report;
}

const char *run_answer_text(const struct playbook *playbook, const char *asked, const char *answer)
{
	const json_t *cases = asked ? json_object_get(playbook_step(playbook, asked), "cases") : NULL;
	const char *to = json_get_string(cases, answer);
	const char *name = to ? playbook_text(json_object_get(playbook_step(playbook, to), "name")) : "";
	if (!cases && strcmp(answer, "yes") == 0)
		return _("yes");
	if (!cases && strcmp(answer, "no") == 0)
		return _("no");
	return *name ? name : answer;
}

int run_step_answer(struct case_file *c, const json_t *step, struct buf *out)
{
	struct run run;
	const char *of = json_get_string(step, "run");
	const char *answer = json_get_string(step, "answer");
	const char *asked = json_get_string(step, "step_id"); /* other kinds have answers, too */
	if (!of || !answer || !asked || run_load(c, of, &run, NULL) < 0)
		return 0;
	const char *text = run_answer_text(run.playbook, asked, answer);
	printable_add(out, text, strlen(text), PRINTABLE_LINE);
	run_release(&run);
	return 1;
}

/* ---- for people: Markdown, and text */

struct account {
	const struct run *run;
	struct buf *out;
	int is_text; /* no marks, and times as a sentence says them */
};

/* Nothing of the text acts as Markdown, HTML or control. */
static void add_escaped(const struct account *a, const char *text)
{
	struct buf safe = BUF_INIT;
	printable_add(&safe, text, strlen(text), PRINTABLE_LINE);
	if (a->is_text)
		buf_add(a->out, safe.data, safe.len);
	else
		markdown_add(a->out, safe.data, safe.len, "\\`*_[]<>|&~");
	buf_release(&safe);
}

static void add_heading(const struct account *a, const char *marks)
{
	buf_addf(a->out, "%s", a->is_text ? "" : marks);
}

/* "- **Tool**: " */
static void add_name(const struct account *a, const char *name, const char *indent)
{
	buf_addf(a->out, a->is_text ? "%s- %s: " : "%s- **%s**: ", indent, name);
}

static void add_time(const struct account *a, const char *time)
{
	char *said = a->is_text ? edtf_said(time) : xstrdup(time);
	add_escaped(a, said);
	free(said);
}

static void add_value(const struct account *a, const json_t *value)
{
	size_t i;
	json_t *item;
	if (json_is_string(value))
		add_escaped(a, json_string_value(value));
	json_array_foreach(value, i, item) {
		buf_adds(a->out, i ? _(", ") : "");
		add_value(a, item);
	}
}

/* "- **Tool**: dd\n" */
static void add_line(const struct account *a, const char *kind, const json_t *object, const char *name,
                     const char *indent)
{
	const json_t *value = json_object_get(object, name);
	const struct field *field = kind_field(kind_find(kind), name);
	if (!value || (json_is_array(value) && json_array_size(value) == 0))
		return;
	add_name(a, field ? field_label(field) : name, indent);
	const struct field_value *word = field && json_is_string(value) && field->value_count
	                                     ? field_value_find(field, json_string_value(value))
	                                     : NULL;
	if (word)
		add_escaped(a, field_value_label(word));
	else if (field && field->type == FIELD_TIME && json_is_string(value))
		add_time(a, json_string_value(value));
	else
		add_value(a, value);
	buf_addc(a->out, '\n');
}

/* What a playbook calls itself or a step is on record in English. */
static void add_words(const struct account *a, const json_t *object, const char *name)
{
	const char *text = json_get_string(object, name);
	if (text)
		add_escaped(a, stored_words_of_program(text));
}

static void add_answer(const struct account *a, const json_t *step)
{
	const char *answer = json_get_string(step, "answer");
	if (!answer)
		return;
	add_name(a, field_label(kind_field(kind_find("step"), "answer")), "");
	add_escaped(a, run_answer_text(a->run->playbook, json_get_string(step, "step_id"), answer));
	buf_addc(a->out, '\n');
}

static void add_step(const struct account *a, size_t number, const json_t *step)
{
	static const char *const names[] = {
	    "outcome", "started",      "ended",  "who",      "role",     "asset", "answer", "reason", "command",
	    "tool",    "tool_version", "result", "evidence", "decision", "links", "notes",  NULL};
	const char *started = json_get_string(step, "started_utc");
	buf_addc(a->out, '\n');
	add_heading(a, "### ");
	buf_addf(a->out, "%zu. ", number);
	add_words(a, step, "name");
	buf_adds(a->out, " (");
	add_value(a, json_object_get(step, "label"));
	buf_adds(a->out, ")\n\n");
	for (size_t i = 0; names[i]; i++)
		if (strcmp(names[i], "answer") == 0)
			add_answer(a, step);
		else
			add_line(a, "step", step, names[i], "");
	struct buf unknown = BUF_INIT;
	run_unknown_text(step, &unknown);
	if (unknown.len) {
		add_name(a, field_label(kind_field(kind_find("step"), "left_unknown")), "");
		add_escaped(a, unknown.data);
		buf_addc(a->out, '\n');
	}
	buf_release(&unknown);
	if (json_get_string(step, "ended_utc")) {
		add_name(a, "UTC", "");
		add_time(a, started ? started : "");
		buf_adds(a->out, " – ");
		add_time(a, json_get_string(step, "ended_utc"));
		buf_addc(a->out, '\n');
	}
}

static void add_report(const struct account *a, const json_t *report)
{
	static const char *const head[] = {"state",       "started",         "ended", "reason",
	                                   "playbook_id", "playbook_digest", NULL};
	static const char *const of_asset[] = {"clock_offset",
	                                       "clock_reference",
	                                       "isolation_requested",
	                                       "isolation_done",
	                                       "isolation_method",
	                                       "preserved",
	                                       NULL};
	size_t i;
	json_t *row;
	add_heading(a, "# ");
	add_words(a, report, "playbook");
	buf_adds(a->out, " (");
	add_value(a, json_object_get(report, "label"));
	buf_adds(a->out, ")\n\n");
	for (i = 0; head[i]; i++)
		add_line(a, "run", report, head[i], "");
	buf_addf(a->out, _("- case %s, commit %s\n"), json_get_string(report, "case"),
	         json_get_string(report, "commit"));
	if (json_array_size(json_object_get(report, "assets"))) {
		buf_addc(a->out, '\n');
		add_heading(a, "## ");
		buf_addf(a->out, "%s\n\n", kind_label(kind_find("asset")));
	}
	json_array_foreach(json_object_get(report, "assets"), i, row) {
		buf_adds(a->out, "- ");
		add_value(a, json_object_get(row, "label"));
		buf_addc(a->out, ' ');
		add_value(a, json_object_get(row, "hostname"));
		buf_addc(a->out, '\n');
		for (size_t k = 0; of_asset[k]; k++)
			add_line(a, "asset", row, of_asset[k], "  ");
	}
	buf_addc(a->out, '\n');
	add_heading(a, "## ");
	buf_addf(a->out, "%s\n", kind_label(kind_find("step")));
	json_array_foreach(json_object_get(report, "steps"), i, row)
		add_step(a, i + 1, row);
	if (json_array_size(json_object_get(report, "waiting"))) {
		buf_addc(a->out, '\n');
		add_heading(a, "## ");
		buf_addf(a->out, "%s\n\n- ", _("Not done yet"));
		add_value(a, json_object_get(report, "waiting"));
		buf_addc(a->out, '\n');
	}
}

void run_report_markdown(const struct run *run, const json_t *report, struct buf *out)
{
	add_report(&(struct account){run, out, 0}, report);
}

void run_report_text(const struct run *run, const json_t *report, struct buf *out)
{
	add_report(&(struct account){run, out, 1}, report);
}
