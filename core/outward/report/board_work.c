/* The board's work: playbook steps that wait, measures that are overdue, and what is open on the four tracks. */
#include "outward/report/board_private.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/time/edtf.h"
#include "case/store/disputed.h"
#include "playbook/run/run.h"

#include <stdlib.h>
#include <string.h>

/* ---- open steps */

static void add_run(struct building *k, const char *label)
{
	struct run run;
	struct err why = ERR_INIT;
	if (run_load(k->c, label, &run, &why) < 0) {
		board_addf(k->b, BOARD_ATTENTION, label, "%s", why.message);
		return;
	}
	struct buf on = BUF_INIT;
	board_field_words(run.record, "on", &on);
	char *title = record_title(run.record);
	for (size_t i = 0; i < run.waiting_count; i++) {
		const char *name = playbook_text(json_object_get(run.waiting[i].step, "name"));
		board_addf(k->b, BOARD_ATTENTION, label, "%s%s%s%s: %s%s", title,
		           json_object_get(run.record, "on") ? " (" : "",
		           json_object_get(run.record, "on") ? on.data : "",
		           json_object_get(run.record, "on") ? ")" : "",
		           run.waiting[i].what == WAITING_ACTION ? "▶ " : "? ", *name ? name : run.waiting[i].id);
		char *step = xasprintf("%s %s", label, run.waiting[i].invocation);
		int action = run.waiting[i].what == WAITING_ACTION;
		board_lead(k, action ? "waiting" : "playbook", action ? step : label, NULL);
		free(step);
	}
	free(title);
	buf_release(&on);
	run_release(&run);
}

static int take_run(void *ctx, json_t *run)
{
	struct building *k = ctx;
	if (!json_is(run, "state", "running") && !json_is(run, "state", "paused"))
		return 0;
	char *title = record_title(run);
	board_add(k->b, BOARD_ATTENTION, record_label(run), title);
	free(title);
	return 0;
}

/* Where a run stood follows from the steps of then; its runs are told, the steps are not worked out anew. */
static int add_past_runs(struct building *k)
{
	board_add(k->b, BOARD_HEADING, NULL, _("Playbooks that were running"));
	size_t before = k->b->count;
	if (board_each(k, "run", take_run, k) < 0)
		return -1;
	if (k->b->count == before)
		board_add(k->b, BOARD_PLAIN, NULL, _("none on record"));
	return 0;
}

int board_add_steps(struct building *k)
{
	if (k->commit)
		return add_past_runs(k);
	json_t *labels = run_open_labels(k->c, k->err);
	if (!labels)
		return -1;
	board_add(k->b, BOARD_HEADING, NULL, _("Playbook steps that wait"));
	for (size_t i = 0; i < json_array_size(labels); i++)
		add_run(k, json_string_value(json_array_get(labels, i)));
	if (json_array_size(labels) == 0) {
		board_add(k->b, BOARD_PLAIN, NULL, _("no playbook is running"));
		board_lead_now(k, "start", "", _("Enter begins one"));
	}
	json_decref(labels);
	return 0;
}

/* ---- what should have been done by now */

/* 1: the time by which it was to be done has passed. */
static int is_overdue(const struct building *k, const json_t *measure)
{
	const char *due = json_get_string(measure, "due");
	struct edtf time;
	int64_t first;
	int64_t last;
	return due && edtf_parse(due, &time, NULL) == 0 && edtf_bounds(&time, NULL, NULL, &first, &last) == 0 &&
	       last < k->now;
}

static void add_owner(struct building *k, const json_t *measure, struct buf *out)
{
	const char *owner = json_get_string(measure, "owner");
	json_t *party = owner ? record_get(k->c, owner, RECORD_RAW, NULL) : NULL;
	char *name = party ? record_title(party) : xstrdup(owner ? owner : _("nobody is named"));
	buf_addf(out, " · %s %s", field_label(kind_field(record_kind(measure), "owner")), name);
	free(name);
	json_decref(party);
}

static int take_overdue(void *ctx, json_t *measure)
{
	struct building *k = ctx;
	if (record_surely_is(measure, "status", "done|verified|dropped") || !is_overdue(k, measure))
		return 0;
	if (!k->overdue++)
		board_add(k->b, BOARD_HEADING, NULL, _("Overdue measures"));
	struct buf text = BUF_INIT;
	char *title = record_title(measure);
	buf_addf(&text, "%s — %s ", title, field_label(kind_field(record_kind(measure), "due")));
	board_field_words(measure, "due", &text);
	add_owner(k, measure, &text);
	board_add(k->b, BOARD_ATTENTION, record_label(measure), text.data);
	free(title);
	buf_release(&text);
	return 0;
}

int board_add_overdue(struct building *k)
{
	if (k->commit)
		return 0; /* what was overdue at another time is of no use now */
	return board_pick(k, "measure", "coalesce(status, '') NOT IN ('done', 'verified', 'dropped')", 0, take_overdue);
}

/* ---- measures */

static int take_measure(void *ctx, json_t *measure)
{
	struct building *k = ctx;
	if (!record_may_be(measure, "track", k->track) || record_surely_is(measure, "status", "done|verified|dropped"))
		return 0;
	struct buf text = BUF_INIT;
	char *title = record_title(measure);
	board_field_words(measure, "track", &text);
	buf_addf(&text, ": %s — ", title);
	board_field_words(measure, "status", &text);
	if (json_object_get(measure, "due")) {
		buf_addf(&text, " · %s ", field_label(kind_field(record_kind(measure), "due")));
		board_field_words(measure, "due", &text);
	}
	board_add(k->b, record_may_be(measure, "priority", "now") ? BOARD_ATTENTION : BOARD_PLAIN,
	          record_label(measure), text.data);
	k->measures_open++;
	free(title);
	buf_release(&text);
	return 0;
}

/* A track on which nothing is open: its measures, done or not. */
static void lead_track(struct building *k, const struct field *field, const char *track)
{
	char *filter = xasprintf("measure track=%s", track);
	board_addf(k->b, BOARD_PLAIN, NULL, "%s: %s", field_value_label(field_value_find(field, track)),
	           _("nothing open"));
	board_lead(k, "list", filter, NULL);
	free(filter);
}

int board_add_measures(struct building *k)
{
	static const char *const tracks[] = {"situation", "cause", "provisional", "permanent"};
#define OPEN_ON(track) "facet = '" track "' AND coalesce(status, '') NOT IN ('done', 'verified', 'dropped')"
	static const char *const open_on[] = {OPEN_ON("situation"), OPEN_ON("cause"), OPEN_ON("provisional"),
	                                      OPEN_ON("permanent")};
	board_add(k->b, BOARD_HEADING, NULL, _("Open measures on the four tracks"));
	for (size_t i = 0; i < sizeof tracks / sizeof *tracks; i++) {
		k->track = tracks[i];
		size_t before = k->b->count;
		if (board_pick(k, "measure", open_on[i], 0, take_measure) < 0)
			return -1;
		const struct field *field = kind_field(kind_find("measure"), "track");
		if (k->b->count == before)
			lead_track(k, field, tracks[i]);
	}
	return 0;
}
