#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/time/clock.h"
#include "case/store/blob.h"
#include "playbook/run/run_private.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const run_outcome_names[] = {"done", "failed", "skipped", "not_applicable"};

/* ---- starting */

static char *variables_text(const struct assign *variables, size_t count)
{
	if (count == 0)
		return NULL;
	json_t *values = json_object();
	for (size_t i = 0; i < count; i++)
		json_object_set_new(values, variables[i].name, json_string(variables[i].value));
	char *text = json_dumps(values, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(values);
	return text;
}

static json_t *split_labels(const char *list)
{
	json_t *labels = json_array();
	for (const char *p = list ? list : ""; *p;) {
		size_t n = strcspn(p, ", ");
		if (n > 0)
			json_array_append_new(labels, json_stringn(p, n));
		p += n;
		p += *p != '\0';
	}
	return labels;
}

static int add_run(struct action *a, const struct playbook *p, const char *text_digest, const char *on,
                   const char *variables, char label[LABEL_TEXT], struct err *err)
{
	char now[CLOCK_TEXT];
	clock_format(clock_now(), now);
	const char *id = json_get_string(p->tree, "id");
	struct assign fields[8] = {{"playbook", playbook_text_stored(json_object_get(p->tree, "name"))},
	                           {"playbook_digest", p->digest},
	                           {"playbook_text", text_digest},
	                           {"started", now}};
	size_t count = 4;
	if (id)
		fields[count++] = (struct assign){"playbook_id", id};
	if (on && *on)
		fields[count++] = (struct assign){"on", on};
	if (variables)
		fields[count++] = (struct assign){"variables", variables};
	return action_add(a, "run", fields, count, RECORD_MACHINE, label, err);
}

int run_start_with(struct case_file *c, const struct playbook *p, const char *on, const struct assign *variables,
                   size_t count, char label[LABEL_TEXT], struct err *err)
{
	char digest[65];
	struct engine *engine = engine_new(p);
	int rc = 0;
	for (size_t i = 0; i < count && rc == 0; i++)
		rc = engine_set(engine, variables[i].name, variables[i].value, err);
	struct action *a = rc == 0 ? action_begin(c, "play", err) : NULL;
	if (!a) {
		engine_free(engine);
		return -1;
	}
	char *text = variables_text(variables, count);
	json_t *assets = split_labels(on);
	rc = blob_put(c, p->text, p->size, digest, err);
	if (rc == 0)
		rc = add_run(a, p, digest, on, text, label, err);
	if (rc == 0)
		rc = run_answer(a, engine, label, assets, err);
	if (rc == 0)
		rc = action_commit(a, err);
	else
		action_cancel(a);
	json_decref(assets);
	free(text);
	engine_free(engine);
	return rc;
}

int run_start(struct case_file *c, const struct playbook *p, const char *on, char label[LABEL_TEXT], struct err *err)
{
	return run_start_with(c, p, on, NULL, 0, label, err);
}

/* ---- reading */

static int take_step(void *ctx, json_t *step)
{
	struct run *run = ctx;
	if (json_is(step, "run", run->label) && json_get_string(step, "invocation"))
		json_array_append(run->steps, step);
	return 0;
}

static void take_used(struct run *run, const json_t *labels)
{
	size_t i;
	json_t *label;
	if (json_is_string(labels))
		json_object_set_new(run->used, json_string_value(labels), json_true());
	json_array_foreach(labels, i, label)
		if (json_is_string(label))
			json_object_set_new(run->used, json_string_value(label), json_true());
}

static enum outcome outcome_of(const json_t *step)
{
	for (size_t i = 0; i < 4; i++)
		if (json_is(step, "outcome", run_outcome_names[i]))
			return (enum outcome)i;
	return OUTCOME_DONE;
}

/*
 * Records in the order in which they were made; after a merge of two copies that
 * order is not one that a single copy would have had, so what does not fit yet is
 * tried again, and what never fits (a step done in both copies) is left over.
 */
static void replay(struct run *run)
{
	json_t *todo = json_copy(run->steps);
	size_t before;
	do {
		before = json_array_size(todo);
		for (size_t i = 0; i < json_array_size(todo);) {
			const json_t *step = json_array_get(todo, i);
			if (engine_record(run->engine, json_get_string(step, "invocation"), outcome_of(step),
			                  json_get_string(step, "answer"), NULL) == 0)
				json_array_remove(todo, i);
			else
				i++;
		}
	} while (json_array_size(todo) > 0 && json_array_size(todo) < before);
	run->left_over = json_array_size(todo);
	json_decref(todo);
}

static void set_variables(struct run *run)
{
	const char *text = json_get_string(run->record, "variables");
	json_t *values = text ? json_parse(text, strlen(text), NULL) : NULL;
	const char *name;
	json_t *value;
	json_object_foreach(values, name, value)
		engine_set(run->engine, name, json_string_value(value), NULL);
	json_decref(values);
}

static int load_steps(struct case_file *c, struct run *run, struct err *err)
{
	static const char *const uses[] = {"evidence", "links", "decision"};
	run->steps = json_array();
	run->used = json_object();
	if (record_each(c, "step", 0, take_step, run, err) < 0)
		return -1;
	size_t i;
	json_t *step;
	json_array_foreach(run->steps, i, step)
		for (size_t k = 0; k < sizeof uses / sizeof *uses; k++)
			take_used(run, json_object_get(step, uses[k]));
	run->done_count = json_array_size(run->steps);
	replay(run);
	return 0;
}

int run_load(struct case_file *c, const char *label, struct run *run, struct err *err)
{
	struct buf text = BUF_INIT;
	memset(run, 0, sizeof *run);
	run->record = record_get(c, label, 0, err);
	int rc = run->record ? 0 : -1;
	if (rc == 0 && !kind_has(json_get_string(run->record, "kind"), KIND_RUN))
		rc = err_set(err, ERR_USAGE, _("%s is not a run of a playbook"), label);
	if (rc == 0) {
		snprintf(run->label, sizeof run->label, "%s", record_label(run->record));
		const char *digest = json_get_string(run->record, "playbook_text");
		rc = blob_get(c, digest ? digest : "", &text, err);
	}
	if (rc == 0) {
		run->playbook = playbook_load(json_get_string(run->record, "playbook"), text.data, text.len, err);
		rc = run->playbook ? 0 : -1;
	}
	if (rc == 0) {
		run->engine = engine_new(run->playbook);
		set_variables(run);
		rc = load_steps(c, run, err);
	}
	if (rc == 0 && !json_is(run->record, "state", "abandoned") && !json_is(run->record, "state", "finished"))
		run->waiting_count = engine_waiting(run->engine, run->waiting, RUN_WAITING);
	buf_release(&text);
	if (rc < 0)
		run_release(run);
	return rc;
}

void run_release(struct run *run)
{
	engine_free(run->engine);
	playbook_free(run->playbook);
	json_decref(run->record);
	json_decref(run->steps);
	json_decref(run->used);
	memset(run, 0, sizeof *run);
}

static int collect_open(void *ctx, json_t *record)
{
	if (json_is(record, "state", "running") || json_is(record, "state", "paused"))
		json_array_insert_new(ctx, 0, json_string(record_label(record)));
	return 0;
}

json_t *run_open_labels(struct case_file *c, struct err *err)
{
	json_t *labels = json_array();
	if (record_each(c, "run", 0, collect_open, labels, err) < 0) {
		json_decref(labels);
		return NULL;
	}
	return labels;
}

/* Whether a current step of the run is met by the ended one. */
static int awaits(struct case_file *c, const struct run *run, const char *ended)
{
	int found = 0;
	for (size_t i = 0; i < run->waiting_count && !found; i++) {
		json_t *needs =
		    run_called_playbook(&run->waiting[i]) ? run_needs(c, run, &run->waiting[i], NULL) : NULL;
		size_t k;
		json_t *one;
		json_array_foreach(needs, k, one)
			found |= json_get_string(json_object_get(one, "need"), "run") != NULL &&
			         json_holds(json_object_get(one, "by"), ended);
		json_decref(needs);
	}
	return found;
}

int run_awaiting(struct case_file *c, const struct run *ended, char label[LABEL_TEXT])
{
	json_t *labels = run_open_labels(c, NULL);
	int found = 0;
	for (size_t i = 0; i < json_array_size(labels) && !found; i++) {
		struct run run;
		const char *other = json_string_value(json_array_get(labels, i));
		if (strcmp(other, ended->label) == 0 || run_load(c, other, &run, NULL) < 0)
			continue;
		found = awaits(c, &run, ended->label);
		if (found)
			snprintf(label, LABEL_TEXT, "%s", run.label);
		run_release(&run);
	}
	json_decref(labels);
	return found;
}

const char *run_since(const struct run *run)
{
	const char *since = json_get_string(run->record, "started");
	const json_t *last = json_array_get(run->steps, json_array_size(run->steps) - 1);
	const char *ended = json_array_size(run->steps) ? json_get_string(last, "ended") : NULL;
	return ended ? ended : since ? since : "";
}

/* ---- pausing */

static int set_state(struct case_file *c, const char *label, const char *from, const char *to, const char *reason,
                     struct err *err)
{
	char now[CLOCK_TEXT];
	clock_format(clock_now(), now);
	json_t *record = record_get(c, label, 0, err);
	if (!record)
		return -1;
	int rc = 0;
	if (!kind_has(json_get_string(record, "kind"), KIND_RUN))
		rc = err_set(err, ERR_USAGE, _("%s is not a run of a playbook"), label);
	else if (from ? !json_is(record, "state", from)
	              : !json_is(record, "state", "running") && !json_is(record, "state", "paused"))
		rc = err_set(err, ERR_FAILED, _("%s is not %s but %s"), label, from ? from : "running",
		             json_get_string(record, "state") ? json_get_string(record, "state") : "unknown");
	else if (strcmp(to, "running") != 0 && (!reason || !*reason))
		rc = err_set(err, ERR_USAGE, _("'%s' needs a reason: --reason TEXT"), to);
	struct assign fields[3] = {{"state", to}, {"reason", reason ? reason : ""}, {"ended", now}};
	if (rc == 0)
		rc = record_set(c, label, fields, strcmp(to, "abandoned") == 0 ? 3 : 2, RECORD_MACHINE, err);
	json_decref(record);
	return rc;
}

int run_pause(struct case_file *c, const char *label, const char *reason, struct err *err)
{
	return set_state(c, label, "running", "paused", reason, err);
}

int run_resume(struct case_file *c, const char *label, struct err *err)
{
	return set_state(c, label, "paused", "running", "", err);
}

int run_abandon(struct case_file *c, const char *label, const char *reason, struct err *err)
{
	return set_state(c, label, NULL, "abandoned", reason, err);
}
