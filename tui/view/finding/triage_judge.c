/* A person's judgement of a finding: confirmed or dismissed, with a reason; of all that say the same in one action. */
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/store/record.h"
#include "tui/view/finding/triage_view.h"
#include "tui/workbench/draft_prompt.h"
#include "tui/workbench/prompt.h"
#include "tui/workbench/workbench.h"

#include <stdlib.h>
#include <string.h>

struct triage_judge {
	struct workbench *wb;
	const char *label;
	const char *status;
	json_t *alike; /* labels of the others that are judged with it */
};

/* ---- those that say the same */

/* What the rows of a finding say stands in its reason; where that was cut nobody knows whether the rest is the same. */
static int says_the_same(const json_t *a, const json_t *b)
{
	const char *reason = triage_field(a, "reason");
	size_t n = strlen(reason);
	const char *rest = "; …";
	int is_cut = n >= strlen(rest) && strcmp(reason + n - strlen(rest), rest) == 0;
	return *reason && !is_cut && strcmp(reason, triage_field(b, "reason")) == 0 &&
	       strcmp(triage_field(a, "rule"), triage_field(b, "rule")) == 0;
}

static void find_alike(struct view *v, const json_t *meant, json_t *alike)
{
	const json_t *other;
	size_t i;
	json_array_foreach(triage_state(v)->findings, i, other)
		if (json_is(other, "status", "open") && strcmp(record_label(other), record_label(meant)) != 0 &&
		    says_the_same(meant, other))
			json_array_append_new(alike, json_string(record_label(other)));
}

/* Whether it alone is meant. 0: left. */
static int ask_whether_all(struct triage_judge *j)
{
	size_t others = json_array_size(j->alike);
	if (others == 0)
		return 1;
	char *question = xasprintf(P_("%zu other finding says the same and waits to be judged: ",
	                              "%zu other findings say the same and wait to be judged: ", others),
	                           others);
	char *one = xasprintf(_("%s alone"), j->label);
	char *all =
	    xasprintf(P_("%s and the other one, for one reason", "%s and the other %zu, for one reason", others),
	              j->label, others);
	const char *const choices[] = {one, all};
	int chosen = prompt_choice(j->wb, question, choices, 2, 0, NULL);
	if (chosen == 0)
		json_array_clear(j->alike);
	free(question);
	free(one);
	free(all);
	return chosen >= 0;
}

/* ---- judging */

/* One action for all of them: one commit, or nothing. */
static int judge_with_reason(void *ctx, const char *reason, struct err *err)
{
	const struct triage_judge *j = ctx;
	const struct assign fields[] = {{"status", j->status}, {"assessment", reason}};
	struct action *a = action_begin(workbench_case(j->wb), "set", err);
	int rc = a ? action_set(a, j->label, fields, 2, 0, err) : -1;
	for (size_t i = 0; rc == 0 && i < json_array_size(j->alike); i++)
		rc = action_set(a, json_string_value(json_array_get(j->alike, i)), fields, 2, 0, err);
	return a && action_commit(a, err) == 0 ? 0 : -1;
}

/* The event of a finding of which nobody has said whose act it was. */
static int take_open_event(void *ctx, json_t *record, const char *field)
{
	(void)field;
	if (!(record_kind(record)->traits & KIND_EVENT) || !json_is(record, "side", "unknown"))
		return 0;
	snprintf(ctx, LABEL_TEXT, "%s", record_label(record));
	return 1;
}

static void tell_judged(const struct triage_judge *j)
{
	char event[LABEL_TEXT] = "";
	size_t others = json_array_size(j->alike);
	if (strcmp(j->status, "confirmed") == 0)
		record_each_referring_by(workbench_case(j->wb), j->label, "links", take_open_event, event, NULL);
	if (others)
		workbench_tell(j->wb, TONE_GOOD,
		               P_("on record: %s and %zu other, in one action",
		                  "on record: %s and %zu others, in one action", others),
		               j->label, others);
	else if (*event)
		workbench_tell(j->wb, TONE_ATTENTION,
		               _("on record: %s; whose act %s was is still open: p says the attacker's"), j->label,
		               event);
	else
		workbench_tell(j->wb, TONE_GOOD, _("on record: %s"), j->label);
}

static void judge(struct view *v, const char *status)
{
	json_t *f = triage_finding_meant(v);
	if (!f)
		return;
	struct triage_judge j = {v->wb, record_label(f), status, json_array()};
	char *asked = strcmp(status, "dismissed") == 0 ? xasprintf(_("%s is dismissed; reason: "), j.label)
	                                               : xasprintf(_("%s is confirmed; reason: "), j.label);
	char *draft = xasprintf("finding:%s:%s", status, j.label);
	find_alike(v, f, j.alike);
	if (ask_whether_all(&j) && draft_prompt_reason(v->wb, draft, asked, judge_with_reason, &j)) {
		workbench_judged(v->wb, j.label);
		for (size_t i = 0; i < json_array_size(j.alike); i++)
			workbench_judged(v->wb, json_string_value(json_array_get(j.alike, i)));
		tell_judged(&j);
	}
	free(draft);
	free(asked);
	json_decref(j.alike);
	json_decref(f);
}

enum redraw triage_dismiss(struct view *v)
{
	judge(v, "dismissed");
	return REDRAW_ALL;
}

enum redraw triage_confirm(struct view *v)
{
	judge(v, "confirmed");
	return REDRAW_ALL;
}
