/* What a person makes of a row of the view Sweep: an event, an indicator, a false positive, the list of its machines. */
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/store/record.h"
#include "finding/observation/promote.h"
#include "tui/form/form.h"
#include "tui/list/view_list.h"
#include "tui/view/finding/sweep_view.h"
#include "tui/workbench/draft_prompt.h"
#include "tui/workbench/workbench.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

static const struct found_indicator *indicator_of(struct view *v)
{
	const struct sweep_row *row = sweep_row_of(v);
	const struct sweep_state *s = sweep_state(v);
	if (row && row->indicator < s->found->count)
		return &s->found->all[row->indicator];
	workbench_tell(v->wb, TONE_ATTENTION, "%s", _("choose an indicator first"));
	return NULL;
}

/* Of the line under the cursor, or of the earliest of the indicator, a record of that kind; it is shown. */
static enum redraw promote_line(struct view *v, const struct found_indicator *it, const char *kind,
                                const struct assign *fields, size_t count)
{
	const struct sweep_row *row = sweep_row_of(v);
	const struct found_line *line = &it->lines[row->line == SIZE_MAX ? 0 : row->line];
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	int rc = observation_promote(workbench_case(v->wb), line->id, kind_find(kind), fields, count, label, &err);
	if (rc < 0) {
		workbench_tell_error(v->wb, &err);
		return REDRAW_NONE;
	}
	workbench_show(v->wb, "detail", label);
	if (rc == PROMOTED_ATTRIBUTED)
		workbench_tell(v->wb, TONE_GOOD, _("it was on record: %s is now an act of the attacker"), label);
	else if (rc == PROMOTED_BEFORE)
		workbench_tell(v->wb, TONE_ATTENTION, _("it is on record: %s"), label);
	return REDRAW_ALL;
}

enum redraw sweep_promote(struct view *v)
{
	const struct found_indicator *it = indicator_of(v);
	const struct assign attacker = {"side", "attacker"}; /* an indicator that nobody has refuted */
	return it && it->count ? promote_line(v, it, "event", &attacker, !it->refuted) : REDRAW_NONE;
}

/* An indicator of a list goes on record: what was typed into a list is looked for in all that comes. */
enum redraw sweep_promote_indicator(struct view *v)
{
	const struct found_indicator *it = indicator_of(v);
	if (!it || !it->count)
		return REDRAW_NONE;
	if (*it->label) {
		workbench_tell(v->wb, TONE_ATTENTION, _("it is on record: %s"), it->label);
		return REDRAW_NONE;
	}
	struct assign fields[] = {{"type", it->type}, {"value", it->value}};
	return promote_line(v, it, "indicator", fields, 2);
}

struct sweep_actions_refuted {
	struct workbench *wb;
	char *label;
};

/* A false positive, with the reason as a note on the indicator: one action. */
static int refute_with_reason(void *ctx, const char *reason, struct err *err)
{
	const struct sweep_actions_refuted *r = ctx;
	char note[LABEL_TEXT];
	struct assign refuted = {"false_positive", "yes"};
	struct assign fields[] = {{"text", reason}, {"on", r->label}};
	struct action *a = action_begin(workbench_case(r->wb), "set", err);
	if (a && action_set(a, r->label, &refuted, 1, 0, err) == 0)
		action_add(a, "note", fields, 2, 0, note, err);
	return a ? action_commit(a, err) : -1;
}

/* By its record: what is held of the hits may be older. */
static int is_refuted(struct view *v, const char *label)
{
	json_t *record = workbench_get(v->wb, label, 0, NULL);
	const char *refuted = record ? json_get_string(record, "false_positive") : NULL;
	int is = refuted && strcmp(refuted, "yes") == 0;
	json_decref(record);
	return is;
}

enum redraw sweep_refute(struct view *v)
{
	const struct found_indicator *it = indicator_of(v);
	if (!it)
		return REDRAW_NONE;
	if (!*it->label) {
		workbench_tell(v->wb, TONE_ATTENTION, "%s",
		               _("it is of a list and no record: take it out of the list"));
		return REDRAW_NONE;
	}
	if (is_refuted(v, it->label)) {
		workbench_tell(v->wb, TONE_ATTENTION, _("%s is a false positive already"), it->label);
		return REDRAW_NONE;
	}
	struct sweep_actions_refuted r = {v->wb, xstrdup(it->label)};
	char *asked = xasprintf(_("%s is a false positive; reason: "), r.label);
	char *draft = xasprintf("sweep:%s", r.label);
	if (draft_prompt_reason(v->wb, draft, asked, refute_with_reason, &r))
		workbench_tell(v->wb, TONE_GOOD, _("%s no longer counts; its hits stay"), r.label);
	free(draft);
	free(asked);
	free(r.label);
	return REDRAW_ALL;
}

enum redraw sweep_accept_all(struct view *v)
{
	struct err err = ERR_INIT;
	/* all that is on record, also where the view has not read it yet */
	const struct sweep_found *found = sweep_found_hold(workbench_case(v->wb), NULL, &err);
	json_t *proposals = found ? sweep_proposals(found, workbench_case(v->wb), &err) : NULL;
	size_t count = json_array_size(proposals);
	if (proposals && count == 0)
		workbench_tell(v->wb, TONE_PLAIN, "%s", _("nothing to take over: first, last and whose are on record"));
	else if (proposals && sweep_accept(workbench_case(v->wb), proposals, &err) == 0)
		workbench_tell(v->wb, TONE_GOOD,
		               P_("%zu field taken over: first seen, last seen, seen on",
		                  "%zu fields taken over: first seen, last seen, seen on", count),
		               count);
	if (err.code)
		workbench_tell_error(v->wb, &err);
	json_decref(proposals);
	sweep_found_let_go(found);
	return REDRAW_ALL;
}

static void keep_asset(json_t *labels, const char *label)
{
	if (*label && kind_of_label(label) && (kind_of_label(label)->traits & KIND_ASSET))
		json_object_set_new(labels, label, json_true());
}

/* Of a client that is no machine on record: the form of one, which has its address or name already. 1 if it is such a row. */
static int add_client(struct view *v)
{
	const struct sweep_state *s = sweep_state(v);
	unsigned char address[sizeof(struct in6_addr)];
	size_t count;
	if (s->shape != BY_CLIENT || v->selected >= v->count || *view_label(v))
		return 0;
	struct found_host *hosts = sweep_found_hosts(s->found, &count);
	char *client = v->selected < count ? xstrdup(hosts[v->selected].name) : NULL;
	sweep_found_hosts_free(hosts, count);
	if (client) {
		int numeric = inet_pton(AF_INET, client, address) == 1 || inet_pton(AF_INET6, client, address) == 1;
		const struct assign preset = {numeric ? "addresses" : "hostname", client};
		workbench_push(v->wb, form_open(v->wb, "asset", &preset, 1, NULL, NULL));
	}
	free(client);
	return 1;
}

/* Who was seen with the indicator too, and is no machine on record: the list cannot show it. */
static void tell_strangers(struct view *v, const struct found_indicator *it)
{
	json_t *strangers = json_object();
	const char *first = NULL;
	for (size_t i = 0; i < it->count; i++)
		if (*it->lines[i].client && !*it->lines[i].asset) {
			first = first ? first : it->lines[i].client;
			json_object_set_new(strangers, it->lines[i].client, json_true());
		}
	size_t count = json_object_size(strangers);
	if (count) {
		char *name = printable_dup(first);
		workbench_tell(
		    v->wb, TONE_ATTENTION,
		    P_("%zu client is no machine on record, and not in this list: %s; in Sweep c lists it, and "
		       "there a records it",
		       "%zu clients are no machines on record, and not in this list: %s, …; in Sweep c lists "
		       "them, and there a records one",
		       count),
		    count, name);
		free(name);
	}
	json_decref(strangers);
}

/* The machines of the indicator; where hosts stand, all of them. */
enum redraw sweep_show_assets(struct view *v)
{
	if (add_client(v))
		return REDRAW_ALL;
	const struct sweep_state *s = sweep_state(v);
	const struct sweep_row *row = sweep_row_of(v);
	json_t *labels = json_object();
	if (row && row->indicator < s->found->count) {
		const struct found_indicator *it = &s->found->all[row->indicator];
		for (size_t i = 0; i < it->count; i++)
			keep_asset(labels, it->lines[i].asset);
	} else {
		for (size_t i = 0; s->shape != BY_INDICATOR && i < v->count; i++)
			keep_asset(labels, v->rows[i].label);
	}
	if (json_object_size(labels)) {
		view_list_show(v->wb, "asset", labels);
		if (row && row->indicator < s->found->count)
			tell_strangers(v, &s->found->all[row->indicator]);
	} else
		workbench_tell(v->wb, TONE_ATTENTION, "%s", _("no machine on record stands here"));
	json_decref(labels);
	return REDRAW_ALL;
}

enum redraw sweep_begin(struct view *v)
{
	workbench_command(v->wb, "sweep --missing");
	return REDRAW_ALL;
}

enum redraw sweep_pause_or_go_on(struct view *v)
{
	workbench_toggle_task(v->wb);
	return REDRAW_ALL;
}

enum redraw sweep_ask_stop(struct view *v)
{
	workbench_ask_stop(v->wb);
	return REDRAW_ALL;
}
