/* Recording an outcome: the step, what it changes, and the run, in one action. */
#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/time/clock.h"
#include "case/store/responders.h"
#include "playbook/run/run_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS 40

/* The fields of a step record as they come together; texts made here are owned. */
struct record {
	struct assign fields[FIELDS];
	size_t count;
	char *texts[8];
	size_t text_count;
};

static void step_result_put(struct record *r, const char *name, const char *value)
{
	if (value && *value && r->count < FIELDS)
		r->fields[r->count++] = (struct assign){name, value};
}

static void put_take(struct record *r, const char *name, char *value)
{
	step_result_put(r, name, value);
	if (r->text_count < sizeof r->texts / sizeof *r->texts)
		r->texts[r->text_count++] = value;
}

static void record_release(struct record *r)
{
	for (size_t i = 0; i < r->text_count; i++)
		free(r->texts[i]);
}

static char *joined(const json_t *labels)
{
	struct buf text = BUF_INIT;
	size_t i;
	json_t *label;
	json_array_foreach(labels, i, label)
		buf_addf(&text, "%s%s", i ? "," : "", json_string_value(label));
	return buf_take(&text, NULL);
}

static char *joined_keys(json_t *set)
{
	struct buf text = BUF_INIT;
	const char *label;
	json_t *value;
	json_object_foreach(set, label, value)
		buf_addf(&text, "%s%s", text.len ? "," : "", label);
	return buf_take(&text, NULL);
}

/* ---- who */

struct step_result_finding {
	const char *mark;
	char label[LABEL_TEXT];
	char role[32];
};

static int match_responder(void *ctx, const struct responder *r)
{
	struct step_result_finding *f = ctx;
	if (r->is_retracted || !r->mark || strcmp(r->mark, f->mark) != 0)
		return 0;
	const char *role = json_get_string(r->record, "role");
	snprintf(f->label, sizeof f->label, "%s", r->label);
	snprintf(f->role, sizeof f->role, "%s", role ? role : "");
	return 1;
}

/* ---- what variables answer */

static int add_answer(struct action *a, const struct waiting *w, const char *run_label, const json_t *assets,
                      const char *answer, struct err *err)
{
	char now[CLOCK_TEXT];
	char label[LABEL_TEXT];
	struct record r = {.count = 0};
	const char *name = playbook_text_stored(json_object_get(w->step, "name"));
	const char *condition = json_get_string(w->step, w->what == WAITING_CHOICE ? "switch" : "condition");
	clock_format(clock_now(), now);
	step_result_put(&r, "run", run_label);
	step_result_put(&r, "step_id", w->id);
	step_result_put(&r, "invocation", w->invocation);
	step_result_put(&r, "name", *name ? name : w->id);
	step_result_put(&r, "outcome", "done");
	step_result_put(&r, "started", now);
	step_result_put(&r, "ended", now);
	step_result_put(&r, "answer", answer);
	put_take(&r, "asset", joined(assets));
	put_take(&r, "result", xasprintf("answered by the values of variables: %s", condition ? condition : ""));
	int rc = action_add(a, "step", r.fields, r.count, RECORD_MACHINE, label, err);
	record_release(&r);
	return rc;
}

int run_answer(struct action *a, struct engine *engine, const char *run_label, const json_t *assets, struct err *err)
{
	for (int rounds = 0; rounds < RUN_AUTOMATIC; rounds++) {
		struct waiting list[RUN_WAITING];
		size_t count = engine_waiting(engine, list, RUN_WAITING);
		const char *answer = NULL;
		size_t i = 0;
		for (; i < count && !answer; i++)
			answer = engine_decided(engine, &list[i], NULL);
		if (!answer)
			return 0;
		const struct waiting *w = &list[i - 1];
		if (add_answer(a, w, run_label, assets, answer, err) < 0 ||
		    engine_record(engine, w->invocation, OUTCOME_DONE, answer, err) < 0)
			return -1;
	}
	return 0;
}

/* ---- checking */

static int check_outcome(struct case_file *c, const struct run *run, const struct waiting *w,
                         const struct step_outcome *what, struct used *used, struct err *err)
{
	if (json_is(run->record, "state", "paused"))
		return err_set(err, ERR_FAILED, _("%s is paused: %s; `play resume %s` goes on"), run->label,
		               json_get_string(run->record, "reason") ? json_get_string(run->record, "reason") : "",
		               run->label);
	if (!json_is(run->record, "state", "running"))
		return err_set(err, ERR_FAILED, _("%s is over"), run->label);
	if (what->outcome != OUTCOME_DONE)
		return what->reason && *what->reason ? 0
		                                     : err_set(err, ERR_USAGE, _("'%s' needs a reason: --reason TEXT"),
		                                               run_outcome_names[what->outcome]);
	struct buf missing = BUF_INIT;
	struct buf unknown = BUF_INIT;
	requirement_check(c, run, w, what, &missing, used);
	unknown_left(w, what, &unknown);
	int rc = 0;
	if (missing.len) {
		buf_truncate(&missing, missing.len - 1);
		rc = err_set(err, ERR_FAILED, _("this step is not done: not on record yet:\n%s"), missing.data);
	} else if (unknown.len && !(what->reason && *what->reason)) {
		rc = err_set(
		    err, ERR_FAILED,
		    _("this step is not done: said to be unknown, or not done: %s. If nobody can tell, say why: "
		      "--reason TEXT"),
		    unknown.data);
	}
	buf_release(&unknown);
	buf_release(&missing);
	return rc;
}

/* ---- where each given value belongs */

static int is_needed_kind(const struct waiting *w, const char *name)
{
	size_t i;
	json_t *need;
	json_array_foreach(playbook_step_extra(w->step, "records"), i, need)
		if (json_is(need, "record", name) ||
		    (json_object_get(need, "indicator") && strcmp(name, "indicator") == 0))
			return 1;
	return 0;
}

static int set_on_assets(struct action *a, const json_t *assets, const struct assign *field, struct err *err)
{
	size_t i;
	json_t *label;
	if (json_array_size(assets) == 0)
		return err_set(err, ERR_USAGE, _("%s: this run is on no asset"), field->name);
	json_array_foreach(assets, i, label)
		if (action_set(a, json_string_value(label), field, 1, 0, err) < 0)
			return -1;
	return 0;
}

/* How the step wants its n-th note to be meant; NULL: it does not say. */
static const char *stance_of(const struct waiting *w, size_t n)
{
	size_t i;
	json_t *need;
	json_array_foreach(playbook_step_extra(w->step, "records"), i, need)
		if (json_object_get(need, "note") && n-- == 0)
			return json_get_string(need, "stance");
	return NULL;
}

static int add_note(struct action *a, const json_t *assets, const char *text, const char *stance, struct used *used,
                    struct err *err)
{
	char *on = joined(assets);
	char label[LABEL_TEXT];
	struct assign note[3] = {{"text", text}};
	size_t count = 1;
	if (*on)
		note[count++] = (struct assign){"on", on};
	if (stance)
		note[count++] = (struct assign){"stance", stance};
	int rc = action_add(a, "note", note, count, 0, label, err);
	if (rc == 0)
		json_object_set_new(used->links, label, json_true());
	free(on);
	return rc;
}

static int step_result_spread(struct action *a, const struct run *run, const struct waiting *w,
                              const struct step_outcome *what, struct record *r, struct used *used, struct err *err)
{
	const json_t *assets = json_object_get(run->record, "on");
	size_t notes = 0;
	for (size_t i = 0; i < what->field_count; i++) {
		const struct assign *field = &what->fields[i];
		const struct field *own = kind_field(kind_find("step"), field->name);
		int rc = 0;
		if (strcmp(field->name, "note") == 0)
			rc = add_note(a, assets, field->value, stance_of(w, notes++), used, err);
		else if (strncmp(field->name, "__", 2) == 0 || is_needed_kind(w, field->name))
			continue; /* in the answer; in the links */
		else if (strcmp(field->name, "evidence") == 0 || strcmp(field->name, "decision") == 0)
			continue; /* requirement_check() has taken them, or they are put in below */
		else if (own && !own->machine)
			step_result_put(r, field->name, field->value);
		else if (kind_field(kind_find("asset"), field->name))
			rc = set_on_assets(a, assets, field, err);
		else
			rc =
			    err_set(err, ERR_USAGE, _("'%s' is a field of neither the step nor an asset"), field->name);
		if (rc < 0)
			return -1;
	}
	return 0;
}

/* {"__host__": "…"} of what was given, or NULL. */
static char *variables_given(const struct step_outcome *what)
{
	json_t *values = json_object();
	for (size_t i = 0; i < what->field_count; i++)
		if (strncmp(what->fields[i].name, "__", 2) == 0)
			json_object_set_new(values, what->fields[i].name, json_string(what->fields[i].value));
	char *text = json_object_size(values) ? json_dumps(values, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
	json_decref(values);
	return text;
}

/* ---- what "done" means for the assets */

struct capturing {
	const char *asset;
	const json_t *wanted;
	json_t *found;
};

static int take_captured(void *ctx, json_t *evidence)
{
	struct capturing *k = ctx;
	const char *what = requirement_captured(evidence);
	if (what && json_holds(k->wanted, what) && run_holds(evidence, "on", k->asset) &&
	    requirement_is_secured(evidence))
		json_object_set_new(k->found, what, json_true());
	return 0;
}

/* Only what is really there: a step that may take memory or connections does not claim both. */
static int set_preserved(struct case_file *c, struct action *a, const struct run *run, const struct waiting *w,
                         struct err *err)
{
	size_t i;
	json_t *label;
	const json_t *captures = playbook_step_extra(w->step, "captures");
	json_array_foreach(json_object_get(run->record, "on"), i, label) {
		struct capturing k = {json_string_value(label), captures, json_object()};
		int rc = json_array_size(captures) ? record_each(c, "evidence", 0, take_captured, &k, err) : 0;
		const char *word;
		json_t *value;
		json_object_foreach(k.found, word, value) {
			char *more = xasprintf("+%s", word);
			struct assign field = {"preserved", more};
			if (rc == 0)
				rc = action_set(a, k.asset, &field, 1, 0, err);
			free(more);
		}
		json_decref(k.found);
		if (rc < 0)
			return -1;
	}
	return 0;
}

static const char *value_given(const struct step_outcome *what, const char *name)
{
	for (size_t i = 0; i < what->field_count; i++)
		if (strcmp(what->fields[i].name, name) == 0)
			return what->fields[i].value;
	return NULL;
}

/* But for what the person says otherwise. */
static int set_by_playbook(struct action *a, const struct run *run, const struct waiting *w,
                           const struct step_outcome *what, struct err *err)
{
	const json_t *assets = json_object_get(run->record, "on");
	json_t *sets = json_copy((json_t *)playbook_step_extra(w->step, "sets"));
	const char *name;
	json_t *value;
	int rc = 0;
	json_object_foreach(sets, name, value) {
		struct assign field = {name, json_string_value(value)};
		if (rc == 0 && json_array_size(assets) > 0 && !value_given(what, name))
			rc = set_on_assets(a, assets, &field, err);
	}
	json_decref(sets);
	return rc;
}

/* ---- the whole */

static void put_head(struct record *r, struct case_file *c, const struct run *run, const struct waiting *w,
                     const struct step_outcome *what, const char *now)
{
	const char *name = playbook_text_stored(json_object_get(w->step, "name"));
	struct step_result_finding who = {.mark = case_mark(c)};
	responder_each(c, match_responder, &who, NULL);
	step_result_put(r, "run", run->label);
	step_result_put(r, "step_id", w->id);
	step_result_put(r, "invocation", w->invocation);
	step_result_put(r, "name", *name ? name : w->id);
	step_result_put(r, "phase", playbook_text_stored(playbook_step_extra(w->step, "phase")));
	step_result_put(r, "outcome", run_outcome_names[what->outcome]);
	put_take(r, "started", xstrdup(run_since(run)));
	step_result_put(r, "ended", now);
	put_take(r, "who", xstrdup(who.label));
	put_take(r, "role", xstrdup(who.role));
	put_take(r, "asset", joined(json_object_get(run->record, "on")));
	step_result_put(r, "reason", what->reason);
}

/* What is named, and what the step's own commands said, goes with what met the requirements. */
static int add_evidence(struct case_file *c, const struct run *run, const struct waiting *w,
                        const struct step_outcome *what, struct used *used, struct err *err)
{
	json_t *outputs = run_outputs(c, run, w);
	size_t i;
	json_t *label;
	json_array_foreach(outputs, i, label)
		json_object_set_new(used->evidence, json_string_value(label), json_true());
	json_decref(outputs);
	const char *named = value_given(what, "evidence");
	while (named && *named) {
		named += strspn(named, ", ");
		size_t n = strcspn(named, ", ");
		char *word = xstrndup(named, n);
		json_t *record = *word ? record_get(c, word, 0, err) : NULL;
		if (record)
			json_object_set_new(used->evidence, record_label(record), json_true());
		json_decref(record);
		int unknown = *word && !record;
		free(word);
		if (unknown)
			return -1;
		named += n;
	}
	return 0;
}

static int write_step(struct case_file *c, struct action *a, struct run *run, const struct waiting *w,
                      const struct step_outcome *what, const char *answer, struct used *used, char label[LABEL_TEXT],
                      struct err *err)
{
	char now[CLOCK_TEXT];
	struct record r = {.count = 0};
	clock_format(clock_now(), now);
	put_head(&r, c, run, w, what, now);
	step_result_put(&r, "answer", answer);
	int rc = step_result_spread(a, run, w, what, &r, used, err);
	const char *decision = value_given(what, "decision");
	if (rc == 0)
		rc = add_evidence(c, run, w, what, used, err);
	put_take(&r, "evidence", joined_keys(used->evidence));
	if (decision)
		step_result_put(&r, "decision", decision);
	else if (json_object_size(used->decision))
		step_result_put(&r, "decision", json_object_iter_key(json_object_iter(used->decision)));
	put_take(&r, "links", joined_keys(used->links));
	struct buf unknown = BUF_INIT;
	if (what->outcome == OUTCOME_DONE)
		unknown_left(w, what, &unknown);
	step_result_put(&r, "left_unknown", unknown.data);
	if (rc == 0)
		rc = action_add(a, "step", r.fields, r.count, RECORD_MACHINE, label, err);
	if (rc == 0)
		action_step(a, label);
	buf_release(&unknown);
	record_release(&r);
	return rc;
}

static int step_result_finish(struct action *a, const struct run *run, struct err *err)
{
	char now[CLOCK_TEXT];
	clock_format(clock_now(), now);
	struct assign over[2] = {{"state", "finished"}, {"ended", now}};
	return action_set(a, run->label, over, 2, RECORD_MACHINE, err);
}

int run_step(struct case_file *c, struct run *run, const struct waiting *w, const struct step_outcome *what,
             char label[LABEL_TEXT], int *finished, struct err *err)
{
	struct waiting current = *w; /* w may lie in run->waiting, which changes below */
	struct used used = {json_object(), json_object(), json_object()};
	char *variables = w->what == WAITING_ACTION ? variables_given(what) : NULL;
	const char *answer = variables ? variables : what->answer;
	const json_t *assets = json_object_get(run->record, "on");
	struct action *a = NULL;
	int rc = check_outcome(c, run, w, what, &used, err);
	/* tried on the engine first: an answer that leads nowhere changes nothing */
	if (rc == 0)
		rc = engine_record(run->engine, current.invocation, what->outcome, answer, err);
	if (rc == 0)
		rc = (a = action_begin(c, "step", err)) ? 0 : -1;
	if (rc == 0)
		rc = write_step(c, a, run, &current, what, answer, &used, label, err);
	if (rc == 0 && what->outcome == OUTCOME_DONE)
		rc = set_preserved(c, a, run, &current, err);
	if (rc == 0 && what->outcome == OUTCOME_DONE)
		rc = set_by_playbook(a, run, &current, what, err);
	if (rc == 0)
		rc = run_answer(a, run->engine, run->label, assets, err);
	run->waiting_count = engine_waiting(run->engine, run->waiting, RUN_WAITING);
	*finished = run->waiting_count == 0;
	if (rc == 0 && *finished)
		rc = step_result_finish(a, run, err);
	if (rc == 0)
		rc = action_commit(a, err);
	else
		action_cancel(a);
	if (rc == 0)
		run->done_count++;
	json_decref(used.evidence);
	json_decref(used.links);
	json_decref(used.decision);
	free(variables);
	return rc;
}
