/*
 * What a merge would bring, before it is made: a dry run, record by record and
 * field by field, with ours, theirs and what was there before. `m` makes it.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/words.h"
#include "handover/merge/merge_plan.h"
#include "tui/view/views.h"
#include "tui/workbench/draft_prompt.h"
#include "tui/workbench/prompt_path.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

static void add_value(struct view *v, const char *label, const char *side, const char *value, enum tone tone)
{
	struct buf line = BUF_INIT;
	buf_adds(&line, "        ");
	text_pad(&line, side, 10);
	buf_addf(&line, " %s", value && *value ? value : "-");
	view_add(v, tone, label, line.data);
	buf_release(&line);
}

static void add_field(struct view *v, const char *label, const json_t *field, int is_new)
{
	int clash = json_is_true(json_object_get(field, "clash"));
	const char *name = json_get_string(field, "name");
	if (is_new) {
		view_addf(v, TONE_PLAIN, label, "    %s: %s", name, json_get_string(field, "becomes"));
		return;
	}
	view_addf(v, clash ? TONE_ATTENTION : TONE_PLAIN, label, clash ? _("    %s  ← to decide") : "    %s", name);
	add_value(v, label, _("ours"), json_get_string(field, "ours"), TONE_PLAIN);
	add_value(v, label, _("theirs"), json_get_string(field, "theirs"), TONE_PLAIN);
	add_value(v, label, _("before"), json_get_string(field, "base"), TONE_FAINT);
	if (!clash)
		add_value(v, label, _("becomes"), json_get_string(field, "becomes"), TONE_GOOD);
}

static void add_record(struct view *v, const json_t *record)
{
	size_t i;
	json_t *field;
	const char *label = json_get_string(record, "label");
	int is_new = json_is_true(json_object_get(record, "new"));
	view_addf(v, TONE_HEADING, label, "%s  %s%s", label, json_get_string(record, "title"),
	          is_new ? _("  (new)") : "");
	json_array_foreach(json_object_get(record, "fields"), i, field)
		add_field(v, label, field, is_new);
}

static void add_report(struct view *v, const struct merge_report *r)
{
	size_t i;
	json_t *item;
	if (r->outcome == MERGE_NOTHING) {
		view_add(v, TONE_PLAIN, NULL, _("nothing new: all of it is here already"));
		return;
	}
	size_t told =
	    json_array_size(r->detail); /* also of a record that stays as ours is, for there is something to decide */
	view_addf(v, TONE_PLAIN, NULL,
	          _("actions: %zu · records added, changed or disputed: %zu · fields to decide: %zu"), r->commits,
	          told > r->records ? told : r->records, r->conflicts);
	if (r->quarantined)
		view_addf(v, TONE_ATTENTION, NULL,
		          P_("%zu action is set aside, since a revoked key signed it or what it builds on",
		             "%zu actions are set aside, since a revoked key signed them or what they build on",
		             (unsigned long long)r->quarantined),
		          r->quarantined);
	json_array_foreach(r->notes, i, item)
		view_add_text(v, TONE_ATTENTION, NULL, json_string_value(item), 2);
	json_array_foreach(r->detail, i, item)
		add_record(v, item);
	if (told < r->records)
		view_add(v, TONE_FAINT, NULL, _("… and more records, which are not told one by one here"));
}

/* What was found when the view was opened: nothing is unpacked or merged while it is drawn. */
struct merge_shown {
	struct merge_plan *plan; /* NULL: it could not be opened, or the lock took it */
	uint64_t generation;     /* of the case that it was compared with */
	struct err err;
	int rc;
};

/* `reason`: to take in what revoked keys signed; NULL: that is set aside. */
static void look_into(struct view *v, const char *reason)
{
	struct merge_shown *shown = v->data;
	struct session *s = workbench_session(v->wb);
	memset(&shown->err, 0, sizeof shown->err);
	shown->generation = case_generation(s->c);
	if (!shown->plan)
		shown->plan = merge_plan_open(s->c, v->argument, &s->progress, &shown->err);
	shown->rc = shown->plan ? merge_plan_make(shown->plan, s->c, reason, &s->progress, &shown->err) : -1;
	view_stale(v);
}

static int fill_merge(struct view *v, int columns, struct err *err)
{
	struct merge_shown *shown = v->data;
	(void)columns;
	v->heading = xasprintf(_("dry run of %s, nothing is written yet"), v->argument);
	if (shown->rc < 0)
		return err_take(err, &shown->err);
	if (!shown->plan || shown->generation != case_generation(workbench_case(v->wb)))
		view_add(v, TONE_ATTENTION, NULL,
		         _("the case was changed since this was looked at: leave, and look again"));
	if (shown->plan)
		add_report(v, merge_plan_report(shown->plan));
	return 0;
}

static void forget_merge(struct view *v)
{
	struct merge_shown *shown = v->data;
	merge_plan_free(shown->plan);
	shown->plan = NULL;
}

static void release_merge(struct view *v)
{
	forget_merge(v);
	free(v->data);
}

static struct view *open_merge(struct workbench *wb, const char *path)
{
	struct view *v = view_new(wb, &merge_view, path);
	v->data = xcalloc(1, sizeof(struct merge_shown));
	look_into(v, NULL);
	return v;
}

/* The command itself writes the plan that is shown (`--` keeps it from being shown first); the view has nothing more to say
 * then. What it leaves to decide is the next thing. */
static enum redraw merge_now(struct view *v)
{
	struct merge_shown *shown = v->data;
	struct workbench *wb = v->wb;
	struct merge_plan *plan = shown->plan;
	struct buf line = BUF_INIT;
	if (shown->rc < 0 || !plan) { /* why, stands there */
		view_stale(v);
		return REDRAW_VIEW;
	}
	size_t conflicts = merge_plan_report(plan)->conflicts;
	shown->plan = NULL;
	buf_adds(&line, "merge -- ");
	words_quote(&line, v->argument);
	workbench_pop(wb);
	workbench_session(wb)->merge = plan;
	if (workbench_command(wb, line.data) == 0 && conflicts > 0)
		workbench_show(wb, "conflicts", NULL);
	workbench_session(wb)->merge = NULL;
	merge_plan_free(plan);
	buf_release(&line);
	return REDRAW_ALL;
}

static int look_again(void *ctx, const char *reason, struct err *err)
{
	(void)err; /* what is wrong with it stands in the view */
	look_into(ctx, reason);
	return 0;
}

/* Shown anew with it, and then merged as it is shown. */
static enum redraw merge_vouched(struct view *v)
{
	draft_prompt_reason(v->wb, "merge:vouched", _("Why what a revoked key signed is taken in: "), look_again, v);
	return REDRAW_ALL;
}

/* The plan goes into the command: one that would be refused must not take it along. */
static const char *refuses_merging(struct view *v)
{
	return workbench_task(v->wb) ? _("another long command is under way: wait for its end, or Ctrl-C cancels it")
	                             : workbench_refuses_writing(v);
}

/* Before a reason is asked for. */
static const char *refuses_vouching(struct view *v)
{
	const struct merge_shown *shown = v->data;
	const char *why = workbench_refuses_writing(v);
	if (!why && !shown->plan)
		why = _("why it cannot be merged stands here: a reason does not help it");
	if (!why && !merge_plan_has_revoked(shown->plan))
		why = _("nothing that came was signed by a revoked key");
	return why;
}

static const struct view_key merge_keys[] = {
    {'m', NULL, N_("merge"), N_("make the merge that is shown"), merge_now, refuses_merging},
    {'v', NULL, NULL, N_("show it with what a revoked key signed taken in, for a reason that goes on record"),
     merge_vouched, refuses_vouching},
    {0},
};

const struct view_ops merge_view = {.name = "merge",
                                    .title = N_("What would be merged"),
                                    .is_of_now = 1,
                                    .fill = fill_merge,
                                    .forget = forget_merge,
                                    .release = release_merge,
                                    .keys = merge_keys,
                                    .open = open_merge};

void view_merge_ask(struct workbench *wb, const char *path)
{
	struct err err = ERR_INIT;
	char *asked = NULL;
	if (workbench_may_write(wb, &err) < 0) {
		workbench_tell_error(wb, &err);
		return;
	}
	if (!path)
		path = asked = prompt_path(wb, _("Delta or copy of the colleague's: "), PROMPT_PATH_THERE);
	if (path && *path)
		workbench_push(wb, open_merge(wb, path));
	free(asked);
}
