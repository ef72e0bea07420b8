#include "finding/triage/triage_again.h"

#include "base/err.h"
#include "base/json.h"
#include "case/store/record.h"
#include "finding/triage/findings_store.h"
#include "finding/triage/parsers.h"
#include "finding/triage/triage.h"

#include <string.h>

void triage_forms(struct buf *out)
{
	const struct triage_parser *p;
	for (size_t i = 0; (p = triage_parser_at(i)) != NULL; i++)
		buf_addf(out, "%s%s %u", i ? ", " : "", p->name, p->version);
}

struct again_search {
	struct case_file *c;
	int all;
	char *forms; /* the line of a check that this program would write */
	json_t *done;
	json_t *labels;
	json_t *beside;
};

/* Whether a program that knew the same forms made it, and it is whole. */
static int is_current(const struct again_search *s, const struct observation_set *set)
{
	json_t *check = record_get(s->c, set->check, 0, NULL);
	const char *limits = json_get_string(check, "limits");
	int current = limits && strstr(limits, s->forms) && observation_set_verify(s->c, set, NULL) == 0;
	json_decref(check);
	return current;
}

static int look_at_set(void *ctx, const struct observation_set *set, struct err *err)
{
	struct again_search *s = ctx;
	const char *what = *set->evidence ? set->evidence : set->source;
	(void)err;
	if (!triage_made(set) || json_object_get(s->done, what))
		return 0;
	json_object_set_new(s->done, what, json_true());
	if (s->all || !is_current(s, set))
		json_array_append_new(*set->evidence ? s->labels : s->beside, json_string(what));
	return 0;
}

int triage_wants_again(struct case_file *c, int all, json_t *labels, json_t *beside, struct err *err)
{
	struct again_search s = {.c = c, .all = all, .done = json_object(), .labels = labels, .beside = beside};
	struct buf forms = BUF_INIT;
	buf_adds(&forms, "Forms known: ");
	triage_forms(&forms);
	buf_adds(&forms, ".\n");
	s.forms = forms.data;
	int rc = observation_set_each(c, NULL, look_at_set, &s, err);
	buf_release(&forms);
	json_decref(s.done);
	return rc;
}

/* ---- what changed */

static int is_asked(const char *rule, int with_rules)
{
	return with_rules || strncmp(rule, "sigma.", 6) != 0;
}

static const json_t *seen_of(const json_t *findings, const char *rule)
{
	const json_t *f;
	size_t i;
	json_array_foreach(findings, i, f)
		if (json_is(f, "state", "seen") && json_is(f, "rule", rule))
			return f;
	return NULL;
}

static void add_rule(json_t *changes, const char *what, const char *rule)
{
	json_array_append_new(json_object_get(changes, what), json_string(rule));
}

json_t *triage_changes(struct case_file *c, const char *evidence, const char *on, const json_t *findings,
                       int with_rules, struct err *err)
{
	json_t *recorded = findings_recorded(c, err);
	if (!recorded)
		return NULL;
	json_t *changes = json_pack("{s:[], s:[], s:[]}", "new", "gone", "changed");
	const json_t *f;
	size_t i;
	json_array_foreach(findings, i, f) {
		const char *rule = json_get_string(f, "rule");
		if (!json_is(f, "state", "seen"))
			continue;
		const json_t *known = findings_recorded_of(recorded, rule, evidence, on);
		const json_t *before = json_object_get(known, "finding");
		if (!known)
			add_rule(changes, "new", rule);
		else if (json_integer_value(json_object_get(before, "count")) !=
		             json_integer_value(json_object_get(f, "count")) ||
		         !json_equal(json_object_get(before, "observations"), json_object_get(f, "observations")))
			add_rule(changes, "changed", rule);
	}
	const char *key;
	json_t *known;
	json_object_foreach(recorded, key, known) {
		const char *rule = json_get_string(known, "rule");
		if (json_is(known, "evidence", *evidence ? evidence : on) && is_asked(rule, with_rules) &&
		    !seen_of(findings, rule))
			add_rule(changes, "gone", rule);
	}
	json_decref(recorded);
	return changes;
}

int triage_changed(const json_t *changes)
{
	return json_array_size(json_object_get(changes, "new")) || json_array_size(json_object_get(changes, "changed"));
}
