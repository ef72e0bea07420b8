#include "outward/desk/stage.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/kind/kinds.h"
#include "case/kind/stored_words.h"
#include "history/history.h"

#include <stdlib.h>
#include <string.h>

#define STEPS 1024 /* steps of one case that are told */

/* The stages in their order, and the date that each has; the consultation's is there before the case. */
static const struct {
	const char *stage;
	const char *date;
} stages[] = {{"consultation", "consulted"}, {"advice", "advised"},           {"rescue", "rescue_from"},
              {"on_site", "on_site_from"},   {"observation", "observe_from"}, {"closed", "closed"}};

#define STAGES (sizeof stages / sizeof *stages)
enum { RESCUE = 2, ON_SITE = 3, OBSERVATION = 4, CLOSED = 5 };

static size_t stage_of(const char *name)
{
	size_t i = 0;
	while (i < STAGES && (!name || strcmp(stages[i].stage, name) != 0))
		i++;
	return i;
}

const char *stage_choice(const char *stage)
{
	static const char *const choices[][2] = {{"consultation", WORDS_BECAME_CASE}, {"advice", WORDS_BECAME_ADVICE},
	                                         {"rescue", WORDS_BECAME_RESCUE},     {"on_site", WORDS_BECAME_SITE},
	                                         {"observation", WORDS_BECAME_WATCH}, {"closed", WORDS_BECAME_CLOSED},
	                                         {"declined", WORDS_DECLINED}};
	for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
		if (strcmp(choices[i][0], stage) == 0)
			return choices[i][1];
	return stage;
}

/* ---- the criteria */

int stage_eligibility(struct case_file *c, struct eligibility *e, struct err *err)
{
	json_t *record = record_get(c, "case", RECORD_RAW, err);
	if (!record)
		return -1;
	eligibility_of_party(c, json_get_string(record, "party"), e);
	json_decref(record);
	return 0;
}

/* That it is given although no criterion holds is a decision. */
static int decide_anyway(struct action *a, struct case_file *c, const struct stage_step *step, const char *when,
                         struct err *err)
{
	char label[LABEL_TEXT];
	struct assign fields[] = {{"title", WORDS_ASKED_RESCUE},
	                          {"choice", stage_choice(step->stage)},
	                          {"reason", step->reason},
	                          {"by", case_responder_name(c)},
	                          {"when", when}};
	return action_add(a, "decision", fields, 5, 0, label, err);
}

/* ---- a step */

static int is_set(const json_t *record, const char *field)
{
	return json_object_get(record, field) != NULL;
}

static int step_within(struct action *a, const struct stage_step *step, size_t to, const json_t *now, const char *when,
                       struct err *err)
{
	struct assign fields[12];
	size_t n = 0;
	fields[n++] = (struct assign){"stage", step->stage};
	fields[n++] = (struct assign){"stage_reason", step->reason};
	if (!is_set(now, stages[to].date) || step->when)
		fields[n++] = (struct assign){stages[to].date, when};
	if (to == ON_SITE && !is_set(now, "rescue_from")) /* support on site is rescue: no later than this it began */
		fields[n++] = (struct assign){"rescue_from", when};
	if (to < OBSERVATION && is_set(now, "rescue_until"))
		fields[n++] = (struct assign){"rescue_until", ""};
	if (to < OBSERVATION && is_set(now, "observe_from"))
		fields[n++] = (struct assign){"observe_from", ""};
	if (to <= OBSERVATION && is_set(now, "observe_until"))
		fields[n++] = (struct assign){"observe_until", ""};
	if (to < CLOSED && is_set(now, "closed"))
		fields[n++] = (struct assign){"closed", ""};
	if (to == ON_SITE && is_set(now, "on_site_until"))
		fields[n++] = (struct assign){"on_site_until", ""};
	return action_set(a, "case", fields, n, 0, err);
}

static const char *tri_label(const struct field *field, enum tri value)
{
	return field_value_label(field_value_find(field, tri_name(value)));
}

static int refuse_rescue(const struct eligibility *e, struct err *err)
{
	const struct kind *party = kind_find("party");
	const struct field *harm = kind_field(party, "serious_effect");
	const struct field *key = kind_field(party, "key_relations");
	return err_set(err, ERR_FAILED,
	               _("rescue wants one of two criteria of the organisation: \"%s\" (serious_effect): %s, \"%s\" "
	                 "(key_relations): "
	                 "%s. Set one of them on the case's party"),
	               field_label(harm), tri_label(harm, e->serious_effect), field_label(key),
	               tri_label(key, e->key_relations));
}

/* Whose criteria would count: nobody's, while the case names no organisation. */
static int refuse_step(const json_t *now, const struct eligibility *e, struct err *err)
{
	const struct field *party = kind_field(kind_find("case"), "party");
	if (is_set(now, party->name))
		return refuse_rescue(e, err);
	return err_set(err, ERR_FAILED,
	               _("rescue wants one of two criteria of the case's organisation, and the case names none: set "
	                 "\"%s\" (party) of the record `case`"),
	               field_label(party));
}

static int wants_criterion(size_t to, const json_t *now, const struct eligibility *e)
{
	return (to == RESCUE || to == ON_SITE) && !is_set(now, "rescue_from") && e->eligible != TRI_YES;
}

int stage_may_set(struct case_file *c, const char *stage, struct err *err)
{
	struct eligibility e;
	json_t *now = record_get(c, "case", RECORD_RAW, err);
	int rc = now ? stage_eligibility(c, &e, err) : -1;
	if (rc == 0 && wants_criterion(stage_of(stage), now, &e))
		rc = refuse_step(now, &e, err);
	json_decref(now);
	return rc;
}

int stage_may_begin(const struct eligibility *e, const char *stage, struct err *err)
{
	return wants_criterion(stage_of(stage), NULL, e) ? refuse_rescue(e, err) : 0;
}

int stage_set(struct case_file *c, const struct stage_step *step, struct buf *warnings, struct err *err)
{
	size_t to = stage_of(step->stage);
	struct eligibility e;
	char now[CLOCK_TEXT];
	if (to == STAGES)
		return err_set(
		    err, ERR_USAGE,
		    _("there is no stage '%s'; stages: consultation, advice, rescue, on_site, observation, closed"),
		    step->stage);
	if (!step->reason || !*step->reason)
		return err_set(err, ERR_USAGE, _("a step of the case needs a reason: --reason TEXT"));
	json_t *before = record_get(c, "case", RECORD_RAW, err);
	if (!before || stage_eligibility(c, &e, err) < 0) {
		json_decref(before);
		return -1;
	}
	int wants = wants_criterion(to, before, &e);
	if (wants && !step->anyway) {
		int rc = refuse_step(before, &e, err);
		json_decref(before);
		return rc;
	}
	clock_format(clock_now(), now);
	const char *when = step->when ? step->when : now;
	struct action *a = action_begin(c, "stage", err);
	int rc = a ? 0 : -1;
	if (a) {
		if ((wants ? decide_anyway(a, c, step, when, err) : 0) == 0)
			step_within(a, step, to, before, when, err);
		rc = action_commit(a, err);
	}
	if (rc == 0 && to == CLOSED && !is_set(before, "observe_from"))
		buf_adds(warnings, _("closed without an observation period before it\n"));
	json_decref(before);
	return rc;
}

/* ---- what the history says of the steps */

struct past {
	struct clock_time when;
	char commit[HISTORY_ID];
	char *person;
};

struct pasts {
	struct past *items;
	size_t count;
};

static int take_commit(void *ctx, const struct history_entry *entry)
{
	struct pasts *p = ctx;
	p->items = xrealloc(p->items, (p->count + 1) * sizeof *p->items);
	struct past *one = &p->items[p->count++];
	memcpy(one->commit, entry->id, sizeof one->commit);
	one->person = xstrdup(entry->author_name);
	one->when = entry->when;
	return 0;
}

static int tell(struct case_file *c, const struct past *past, char **stage_before, char **reason_before,
                int (*fn)(void *ctx, const struct stage_past *past), void *ctx, struct err *err)
{
	json_t *record = record_get_at(c, "case", past->commit, 0, err);
	const char *stage = json_get_string(record, "stage");
	const char *reason = json_get_string(record, "stage_reason");
	int rc = record ? 0 : -1;
	if (rc == 0 && stage &&
	    (!*stage_before || strcmp(*stage_before, stage) != 0 ||
	     strcmp(*reason_before, reason ? reason : "") != 0)) {
		size_t i = stage_of(stage);
		const char *date = i < STAGES ? json_get_string(record, stages[i].date) : NULL;
		struct stage_past one = {.stage = stage,
		                         .reason = reason ? reason : "",
		                         .date = date ? date : "",
		                         .commit = past->commit,
		                         .person = past->person,
		                         .stamped = past->when};
		rc = fn(ctx, &one);
		free(*stage_before);
		free(*reason_before);
		*stage_before = xstrdup(stage);
		*reason_before = xstrdup(reason ? reason : "");
	}
	json_decref(record);
	return rc;
}

int stage_each(struct case_file *c, int (*fn)(void *ctx, const struct stage_past *past), void *ctx, struct err *err)
{
	struct buf path = BUF_INIT;
	struct pasts p = {NULL, 0};
	char *stage = NULL;
	char *reason = NULL;
	record_path("case", case_id(c), &path);
	int rc = history_log(case_history(c), NULL, path.data, STEPS, take_commit, &p, err);
	for (size_t i = p.count; i > 0 && rc == 0; i--)
		rc = tell(c, &p.items[i - 1], &stage, &reason, fn, ctx, err);
	for (size_t i = 0; i < p.count; i++)
		free(p.items[i].person);
	free(p.items);
	free(stage);
	free(reason);
	buf_release(&path);
	return rc;
}
