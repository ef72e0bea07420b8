#include "playbook/run.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "case/blob.h"
#include "case/value.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const outcome_names[] = {"done", "failed", "skipped", "not_applicable"};

static void now_text(char text[CLOCK_TEXT])
{
	clock_format(clock_now(), text);
}

static int equals(const json_t *record, const char *field, const char *value)
{
	const char *text = json_get_string(record, field);
	return text && strcmp(text, value) == 0;
}

/* ---- starting */

int run_start(struct case_file *c, const struct playbook *p, const char *on, char label[LABEL_TEXT], struct err *err)
{
	char now[CLOCK_TEXT];
	char digest[65];
	now_text(now);
	const char *id = json_get_string(p->tree, "id");
	struct assign fields[7] = {{"playbook", playbook_text(json_object_get(p->tree, "name"))},
	                           {"playbook_digest", p->digest},
	                           {"playbook_text", p->digest},
	                           {"started", now}};
	size_t count = 4;
	if (id)
		fields[count++] = (struct assign){"playbook_id", id};
	if (on && *on)
		fields[count++] = (struct assign){"on", on};
	struct action *a = action_begin(c, "play", err);
	if (!a)
		return -1;
	if (blob_put(c, p->text, p->size, digest, err) < 0) {
		action_cancel(a);
		return -1;
	}
	action_add(a, "run", fields, count, RECORD_MACHINE, label, err);
	return action_commit(a, err);
}

/* ---- reading */

struct replay {
	struct run *run;
	struct err *err;
};

static enum outcome outcome_of(const json_t *step)
{
	for (size_t i = 0; i < sizeof outcome_names / sizeof *outcome_names; i++)
		if (equals(step, "outcome", outcome_names[i]))
			return (enum outcome)i;
	return OUTCOME_DONE;
}

static int replay_step(void *ctx, json_t *step)
{
	struct replay *r = ctx;
	const char *invocation = json_get_string(step, "invocation");
	if (!equals(step, "run", r->run->label) || !invocation)
		return 0;
	r->run->done_count++;
	return engine_record(r->run->engine, invocation, outcome_of(step), json_get_string(step, "answer"), r->err);
}

int run_load(struct case_file *c, const char *label, struct run *run, struct err *err)
{
	struct buf text = BUF_INIT;
	memset(run, 0, sizeof *run);
	run->record = record_get(c, label, 0, err);
	int rc = run->record ? 0 : -1;
	if (rc == 0 && !equals(run->record, "kind", "run"))
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
		struct replay r = {run, err};
		rc = record_each(c, "step", 0, replay_step, &r, err);
	}
	if (rc == 0 && !equals(run->record, "state", "abandoned"))
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
	memset(run, 0, sizeof *run);
}

static int collect_open(void *ctx, json_t *record)
{
	if (equals(record, "state", "running") || equals(record, "state", "paused"))
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

/* ---- what a step must record */

static void add_words(const json_t *list, const struct field *field, struct buf *out)
{
	size_t i;
	json_t *word;
	if (json_is_string(list)) {
		buf_addf(out, "%s", json_string_value(list));
		return;
	}
	json_array_foreach(list, i, word) {
		const struct field_value *value =
		    json_is_string(word) ? field_value_find(field, json_string_value(word)) : NULL;
		buf_addf(out, "%s%s", i ? ", " : "",
		         value                     ? field_value_label(value)
		         : json_string_value(word) ? json_string_value(word)
		                                   : "?");
	}
}

static void add_kind(const json_t *need, struct buf *out)
{
	const struct kind *kind = kind_find(json_get_string(need, "record"));
	buf_addf(out, _("a record of the kind %s"), kind ? kind_label(kind) : json_get_string(need, "record"));
}

static void add_step_field(const json_t *need, struct buf *out)
{
	const char *name = json_get_string(need, "step");
	const struct field *field = kind_field(kind_find("step"), name);
	buf_addf(out, _("%s of this step (%s=TEXT)"), field ? field_label(field) : name, name);
}

void run_requirement_text(const json_t *need, struct buf *out)
{
	const char *name = json_get_string(need, "field");
	const struct field *field = name ? kind_field(kind_find("asset"), name) : NULL;
	const char *label = playbook_text(json_object_get(need, "label"));
	struct buf text = BUF_INIT;
	if (name)
		buf_addf(&text, _("%s of the asset (%s=…)"), field ? field_label(field) : name, name);
	else if (json_object_get(need, "evidence")) {
		buf_adds(&text, _("evidence, hashed"));
		buf_adds(&text, ": ");
		add_words(json_object_get(need, "evidence"), kind_field(kind_find("evidence"), "type"), &text);
	} else if (json_object_get(need, "decision"))
		buf_adds(&text, _("a decision with the one who decided (decision=LABEL)"));
	else if (json_object_get(need, "indicator"))
		buf_adds(&text, _("an indicator"));
	else if (json_object_get(need, "record"))
		add_kind(need, &text);
	else if (json_object_get(need, "step"))
		add_step_field(need, &text);
	else
		buf_adds(&text, _("a note (note=TEXT)"));
	if (*label)
		buf_addf(&text, ": %s", label);
	if (json_is_true(json_object_get(need, "optional")))
		buf_adds(&text, _(" (if there is any)"));
	printable_add(out, text.data, text.len, PRINTABLE_LINE);
	buf_release(&text);
}

static int names_asset(const json_t *refs, const json_t *assets)
{
	size_t i;
	size_t k;
	json_t *ref;
	json_t *asset;
	if (json_array_size(assets) == 0)
		return 1;
	if (json_is_string(refs)) {
		json_array_foreach(assets, k, asset)
			if (strcmp(json_string_value(refs), json_string_value(asset)) == 0)
				return 1;
	}
	json_array_foreach(refs, i, ref)
		json_array_foreach(assets, k, asset)
			if (strcmp(json_string_value(ref), json_string_value(asset)) == 0)
				return 1;
	return 0;
}

static int has(const json_t *record, const char *field)
{
	return json_object_get(record, field) != NULL;
}

/* Hashed; or under seal with all that goes with it; or with another party, who stated a digest or holds it. */
static int is_secured(const json_t *evidence)
{
	if (has(evidence, "sha256") && !equals(evidence, "complete", "interrupted"))
		return 1;
	if (has(evidence, "claimed_hash") || (equals(evidence, "form", "elsewhere") && has(evidence, "holder")))
		return 1;
	return has(evidence, "source_serial") && has(evidence, "seal_no") && has(evidence, "witness") &&
	       has(evidence, "hash_due");
}

struct seeking {
	const json_t *types;
	const json_t *assets;
	const char *kind;
	int found;
};

static int seek(void *ctx, json_t *record)
{
	struct seeking *s = ctx;
	size_t i;
	json_t *type;
	const char *refs = strcmp(s->kind, "indicator") == 0 ? "seen_on" : "on";
	if (!names_asset(json_object_get(record, refs), s->assets))
		return 0;
	if (strcmp(s->kind, "evidence") == 0) {
		int wanted = json_is_true(s->types);
		json_array_foreach(s->types, i, type)
			wanted |= json_is_string(type) && equals(record, "type", json_string_value(type));
		if (!wanted || !is_secured(record))
			return 0;
	}
	s->found = 1;
	return 1;
}

static int is_given(const struct step_outcome *what, const char *name)
{
	for (size_t i = 0; what && i < what->field_count; i++)
		if (strcmp(what->fields[i].name, name) == 0 && *what->fields[i].value)
			return 1;
	return 0;
}

static int asset_has(struct case_file *c, const json_t *assets, const char *field)
{
	size_t i;
	json_t *label;
	json_array_foreach(assets, i, label) {
		json_t *asset = record_get(c, json_string_value(label), RECORD_RAW, NULL);
		int there = asset && has(asset, field);
		json_decref(asset);
		if (!there)
			return 0;
	}
	return json_array_size(assets) > 0;
}

static int is_met(struct case_file *c, const struct run *run, const json_t *need, const struct step_outcome *what)
{
	const json_t *assets = json_object_get(run->record, "on");
	const char *field = json_get_string(need, "field");
	if (json_is_true(json_object_get(need, "optional")))
		return 1;
	if (field)
		return json_array_size(assets) == 0 || is_given(what, field) || asset_has(c, assets, field);
	if (json_object_get(need, "note"))
		return is_given(what, "note") || is_given(what, "notes") || is_given(what, "result");
	if (json_object_get(need, "step"))
		return is_given(what, json_get_string(need, "step"));
	const char *kind = json_get_string(need, "record");
	struct seeking s = {.types = json_object_get(need, "evidence"), .assets = kind ? NULL : assets};
	s.kind = s.types ? "evidence" : json_object_get(need, "decision") ? "decision" : kind ? kind : "indicator";
	if (!s.types && is_given(what, s.kind))
		return 1;
	record_each(c, s.kind, 0, seek, &s, NULL);
	return s.found;
}

static void list_missing(struct case_file *c, const struct run *run, const struct waiting *w,
                         const struct step_outcome *what, struct buf *lines)
{
	size_t i;
	json_t *need;
	json_array_foreach(playbook_step_extra(w->step, "records"), i, need) {
		if (is_met(c, run, need, what))
			continue;
		run_requirement_text(need, lines);
		buf_addc(lines, '\n');
	}
}

void run_missing(struct case_file *c, const struct run *run, const struct waiting *w, struct buf *lines)
{
	list_missing(c, run, w, NULL, lines);
}

/* ---- recording an outcome */

static int check_outcome(struct case_file *c, const struct run *run, const struct waiting *w,
                         const struct step_outcome *what, struct err *err)
{
	if (what->outcome != OUTCOME_DONE)
		return what->reason && *what->reason ? 0
		                                     : err_set(err, ERR_USAGE, _("'%s' needs a reason: --reason TEXT"),
		                                               outcome_names[what->outcome]);
	struct buf missing = BUF_INIT;
	list_missing(c, run, w, what, &missing);
	int rc = 0;
	if (missing.len) {
		buf_truncate(&missing, missing.len - 1);
		rc = err_set(err, ERR_FAILED, _("this step is not done: not on record yet:\n%s"), missing.data);
	}
	buf_release(&missing);
	return rc;
}

static int set_on_assets(struct action *a, const struct run *run, const struct assign *field, struct err *err)
{
	size_t i;
	json_t *label;
	const json_t *assets = json_object_get(run->record, "on");
	if (json_array_size(assets) == 0)
		return err_set(err, ERR_USAGE, _("%s: this run is on no asset"), field->name);
	json_array_foreach(assets, i, label)
		if (action_set(a, json_string_value(label), field, 1, 0, err) < 0)
			return -1;
	return 0;
}

static void join_labels(const json_t *labels, struct buf *out)
{
	size_t i;
	json_t *label;
	json_array_foreach(labels, i, label)
		buf_addf(out, "%s%s", i ? "," : "", json_string_value(label));
}

/* Each FIELD=VALUE goes where it belongs: a note of its own, the step's record, or the assets. */
static int spread_fields(struct action *a, const struct run *run, const struct step_outcome *what, struct assign *step,
                         size_t *count, size_t cap, struct err *err)
{
	const struct kind *kind = kind_find("step");
	struct buf on = BUF_INIT;
	join_labels(json_object_get(run->record, "on"), &on);
	int rc = 0;
	for (size_t i = 0; i < what->field_count && rc == 0; i++) {
		const struct assign *field = &what->fields[i];
		const struct field *own = kind_field(kind, field->name);
		if (strcmp(field->name, "note") == 0) {
			struct assign note[2] = {{"text", field->value}, {"on", on.data}};
			char label[LABEL_TEXT];
			rc = action_add(a, "note", note, on.len ? 2 : 1, 0, label, err);
		} else if (own && !own->machine && *count < cap) {
			step[(*count)++] = *field;
		} else if (kind_field(kind_find("asset"), field->name)) {
			rc = set_on_assets(a, run, field, err);
		} else {
			rc =
			    err_set(err, ERR_USAGE, _("'%s' is a field of neither the step nor an asset"), field->name);
		}
	}
	buf_release(&on);
	return rc;
}

int run_step(struct case_file *c, struct run *run, const struct waiting *w, const struct step_outcome *what,
             char label[LABEL_TEXT], int *finished, struct err *err)
{
	struct assign fields[24];
	size_t count = 0;
	char now[CLOCK_TEXT];
	struct buf on = BUF_INIT;
	struct waiting current = *w; /* w may lie in run->waiting, which changes below */
	now_text(now);
	/* tried on the engine first: an answer that leads nowhere changes nothing */
	if (check_outcome(c, run, w, what, err) < 0 ||
	    engine_record(run->engine, current.invocation, what->outcome, what->answer, err) < 0)
		return -1;
	run->waiting_count = engine_waiting(run->engine, run->waiting, RUN_WAITING);
	*finished = run->waiting_count == 0;
	join_labels(json_object_get(run->record, "on"), &on);
	const char *phase = playbook_text(playbook_step_extra(current.step, "phase"));
	fields[count++] = (struct assign){"run", run->label};
	fields[count++] = (struct assign){"step_id", current.id};
	fields[count++] = (struct assign){"invocation", current.invocation};
	const char *name = playbook_text(json_object_get(current.step, "name"));
	fields[count++] = (struct assign){"name", *name ? name : current.id};
	fields[count++] = (struct assign){"outcome", outcome_names[what->outcome]};
	fields[count++] = (struct assign){"ended", now};
	if (*phase)
		fields[count++] = (struct assign){"phase", phase};
	if (on.len)
		fields[count++] = (struct assign){"asset", on.data};
	if (what->reason && *what->reason)
		fields[count++] = (struct assign){"reason", what->reason};
	if (what->answer && *what->answer)
		fields[count++] = (struct assign){"answer", what->answer};
	struct action *a = action_begin(c, "step", err);
	int rc = a ? 0 : -1;
	if (rc == 0)
		rc = spread_fields(a, run, what, fields, &count, sizeof fields / sizeof *fields, err);
	if (rc == 0)
		rc = action_add(a, "step", fields, count, RECORD_MACHINE, label, err);
	if (rc == 0) {
		action_step(a, label);
		struct assign over[2] = {{"state", "finished"}, {"ended", now}};
		if (*finished)
			rc = action_set(a, run->label, over, 2, RECORD_MACHINE, err);
	}
	if (rc == 0)
		rc = action_commit(a, err);
	else
		action_cancel(a);
	if (rc == 0)
		run->done_count++;
	buf_release(&on);
	return rc;
}
