/* Indicators out of a text: the list in which a person picks. What they are is indicator/pick.h's. */
#include "tui/form/indicator_pick.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/kind/stored_words.h"
#include "case/store/record.h"
#include "finding/indicator/pick.h"
#include "finding/indicator/textscan.h"
#include "tui/workbench/prompt.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

#define TYPE_CELLS 14 /* of the widest type, in both languages */

static int is_clickable(const char *type)
{
	static const char *const types[] = {"ip", "domain", "url", "email"};
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (strcmp(types[i], type) == 0)
			return 1;
	return 0;
}

void indicator_pick_add(struct buf *out, const char *type, const char *known, const char *value)
{
	const struct field_value *named = field_value_find(kind_field(kind_find("indicator"), "type"), type);
	text_pad(out, named ? field_value_label(named) : type, TYPE_CELLS);
	buf_addf(out, " %s%s", known, *known ? "  " : "");
	if (is_clickable(type)) /* shown so only: on record it stands as it is */
		textscan_defang(value, strlen(value), out);
	else
		buf_adds(out, value);
}

void indicator_pick_tell_none(struct workbench *wb, size_t known)
{
	if (known)
		workbench_tell(wb, TONE_ATTENTION,
		               P_("nothing new was marked: %zu of the list is on record already",
		                  "nothing new was marked: %zu of the list are on record already", known),
		               known);
	else
		workbench_tell(wb, TONE_ATTENTION, "%s",
		               _("nothing was marked: Space or Tab marks the line at >, Esc leaves"));
}

int indicator_pick_ask(struct workbench *wb, const char *question, struct prompt_source *source, size_t known)
{
	for (;;) {
		int at = prompt_pick(wb, question, source, NULL);
		size_t count = source->find(source->ctx, "");
		int is_marked = 0;
		for (size_t i = 0; i < count; i++)
			is_marked |= source->is_marked(source->ctx, i);
		if (at == -1 || is_marked || known >= count)
			return at != -1;
		indicator_pick_tell_none(wb, known);
		source->first = at >= 0 ? (size_t)at : 0;
	}
}

/* ---- picking */

static size_t count_offers(void *ctx, const char *typed)
{
	(void)typed;
	return ((struct indicator_picks *)ctx)->count;
}

static void indicator_pick_line(void *ctx, size_t i, struct buf *out)
{
	const struct indicator_pick *offer = &((struct indicator_picks *)ctx)->all[i];
	const char *role = indicator_pick_role(ctx, offer);
	struct buf known = BUF_INIT;
	if (*offer->known)
		buf_addf(&known, _("known: %s, %s"), offer->known, offer->role);
	indicator_pick_add(out, offer->type, known.len ? known.data : "", offer->value);
	buf_release(&known);
	if (offer->times > 1)
		buf_addf(out, " ×%zu", offer->times);
	if (*offer->known)
		return;
	if (*offer->own)
		buf_addf(out, _("   a machine of the case: %s"), offer->own);
	else if (role)
		buf_addf(out, "   %s",
		         field_value_label(field_value_find(kind_field(kind_find("indicator"), "role"), role)));
}

static int indicator_pick_marked(void *ctx, size_t i)
{
	return ((struct indicator_picks *)ctx)->all[i].marked;
}

static void indicator_pick_toggle(void *ctx, size_t i)
{
	struct indicator_pick *offer = &((struct indicator_picks *)ctx)->all[i];
	if (!*offer->known)
		offer->marked = !offer->marked;
}

/* ---- recording */

static void record_marked(struct workbench *wb, const struct indicator_picks *o, const char *note)
{
	struct err err = ERR_INIT;
	size_t added;
	size_t marked = 0;
	size_t known = 0;
	for (size_t i = 0; i < o->count; i++) {
		marked += o->all[i].marked != 0;
		known += *o->all[i].known != 0;
	}
	if (!marked)
		indicator_pick_tell_none(wb, known);
	else if (indicator_picks_record(o, workbench_case(wb), note, WORDS_PASTED, &added, &err) < 0)
		workbench_tell_error(wb, &err);
	else
		workbench_tell(wb, TONE_GOOD,
		               P_("%zu indicator on record in one action", "%zu indicators on record in one action",
		                  (unsigned long long)added),
		               added);
}

static void indicator_pick_pick(struct workbench *wb, struct indicator_picks *o, const char *note)
{
	struct prompt_source source = {.ctx = o,
	                               .find = count_offers,
	                               .text = indicator_pick_line,
	                               .is_marked = indicator_pick_marked,
	                               .toggle = indicator_pick_toggle,
	                               .help =
	                                   _(" Space or Tab marks · Enter puts the marked ones on record · Esc leaves"),
	                               .fixed = 1};
	struct buf question = BUF_INIT;
	buf_addf(&question, _("%zu found in this text"), o->count);
	if (o->left_out)
		buf_addf(&question, _(", %zu more left out"), o->left_out);
	if (o->everywhere)
		buf_adds(&question, _("; what every Windows machine has is left out"));
	buf_adds(&question, " ");
	size_t known = 0;
	for (size_t i = 0; i < o->count; i++)
		known += *o->all[i].known != 0;
	if (indicator_pick_ask(wb, question.data, &source, known))
		record_marked(wb, o, note);
	buf_release(&question);
}

/* A row of evidence has what is harmless beside what is not: of several a person says which. */
static void leave_to_person(struct indicator_picks *o)
{
	size_t marked = 0;
	for (size_t i = 0; i < o->count; i++)
		marked += o->all[i].marked != 0;
	for (size_t i = 0; marked > 1 && i < o->count; i++)
		o->all[i].marked = 0;
}

/* A finding that says that something was sent away. */
static int is_of_sending(struct workbench *wb, const char *of)
{
	json_t *record = workbench_get(wb, of, 0, NULL);
	const char *rule = json_get_string(record, "rule");
	int is_one = rule && strncmp(rule, "exfiltration.", strlen("exfiltration.")) == 0;
	json_decref(record);
	return is_one;
}

void indicator_pick_indicators(struct workbench *wb, const char *text, const char *of, const char *when)
{
	const struct kind *kind = of ? kind_of_label(of) : NULL;
	const char *note = kind && kind->traits & KIND_NOTE ? of : NULL;
	struct indicator_picks o = {
	    .of = note ? NULL : of, .when = when, .is_sent_to = of && !note && is_of_sending(wb, of)};
	struct err err = ERR_INIT;
	int rc = workbench_may_write(wb, &err);
	if (rc == 0)
		rc = indicator_picks_find(&o, text ? text : "", text ? strlen(text) : 0, &err);
	if (rc == 0)
		rc = indicator_picks_match(&o, workbench_case(wb), &err);
	if (o.of) /* of evidence, not of what a person wrote or pasted */
		leave_to_person(&o);
	if (rc < 0)
		workbench_tell_error(wb, &err);
	else if (o.count == 0 && o.everywhere)
		workbench_tell(wb, TONE_ATTENTION, "%s",
		               _("nothing is offered: what stands here is on every Windows machine"));
	else if (o.count == 0)
		workbench_tell(wb, TONE_ATTENTION, "%s", _("no address, host, URL, digest or path in this text"));
	else
		indicator_pick_pick(wb, &o, note);
	indicator_picks_release(&o);
}

void indicators_ask(struct workbench *wb, const char *text)
{
	indicator_pick_indicators(wb, text, NULL, NULL);
}

void indicator_paste_ask(struct workbench *wb, const char *text)
{
	struct indicator_picks found = {0};
	const char *on = view_label(workbench_top(wb));
	indicator_picks_find(&found, text, strlen(text), NULL);
	if (found.count == 0) {
		workbench_note(wb, on, text);
	} else {
		char *indicators = xasprintf(_("Indicators (%zu found)"), found.count);
		const char *choices[] = {indicators, _("A note")};
		int chosen = prompt_choice(wb, _("What the pasted text is for: "), choices, 2, 0, NULL);
		if (chosen == 0)
			indicator_pick_indicators(wb, text, NULL, NULL);
		else if (chosen == 1)
			workbench_note(wb, on, text);
		free(indicators);
	}
	indicator_picks_release(&found);
}
