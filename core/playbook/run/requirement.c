/*
 * What a step must record, and whether it is on record.
 *
 * A requirement is met by what the person gives with the outcome, or by a record
 * that is there already: about each of the run's assets, and not used by an
 * earlier step of this run.
 */
#include "base/buf.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/edtf.h"
#include "playbook/run/run_private.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* ---- in words */

static void add_words(const json_t *list, const struct field *field, struct buf *out)
{
	size_t i;
	json_t *word;
	json_array_foreach(list, i, word) {
		const struct field_value *value =
		    json_is_string(word) ? field_value_find(field, json_string_value(word)) : NULL;
		const char *text = json_string_value(word) ? json_string_value(word) : "?";
		buf_addf(out, "%s%s", i ? _(", ") : ": ", value ? field_value_label(value) : text);
	}
}

static const char *label_of(const char *kind, const char *name)
{
	const struct field *field = kind_field(kind_find(kind), name);
	return field ? field_label(field) : name;
}

static void add_kind(const json_t *need, struct buf *out)
{
	const char *name = json_get_string(need, "record");
	const struct kind *kind = kind_find(name);
	buf_addf(out, _("a record of the kind %s (%s=LABEL)"), kind ? kind_label(kind) : name, name);
}

/* The kind of record that it asks for; NULL: another thing. */
const char *run_requirement_kind(const json_t *need)
{
	static const char *const kinds[] = {"evidence", "decision", "indicator"};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (json_object_get(need, kinds[i]))
			return kinds[i];
	return json_get_string(need, "record");
}

void run_requirement_stance(const json_t *need, struct buf *out)
{
	const struct field *field = kind_field(kind_find("note"), "stance");
	const char *stance = json_get_string(need, "stance");
	const struct field_value *value = stance ? field_value_find(field, stance) : NULL;
	if (value)
		buf_addf(out, " (%s)", field_value_label(value));
}

void run_requirement_with(const json_t *need, struct buf *out)
{
	size_t i;
	json_t *name;
	json_array_foreach(json_object_get(need, "with"), i, name)
		buf_addf(out, "%s%s", i ? ", " : _(", with "),
		         label_of(run_requirement_kind(need), json_string_value(name)));
}

void run_requirement_text(const json_t *need, struct buf *out)
{
	const char *label = playbook_text(json_object_get(need, "label"));
	const char *field = json_get_string(need, "field");
	const char *step = json_get_string(need, "step");
	struct buf text = BUF_INIT;
	if (field)
		buf_addf(&text, _("of the asset: %s (%s=…)"), label_of("asset", field), field);
	else if (step)
		buf_addf(&text, _("of this step: %s (%s=TEXT)"), label_of("step", step), step);
	else if (json_get_string(need, "record"))
		add_kind(need, &text);
	else if (json_get_string(need, "run"))
		buf_addf(&text, _("a run of the playbook %s to its end (play %s)"), json_get_string(need, "run"),
		         json_get_string(need, "run"));
	else if (json_object_get(need, "evidence")) {
		buf_adds(&text, _("evidence, hashed"));
		add_words(json_object_get(need, "evidence"), kind_field(kind_find("evidence"), "type"), &text);
	} else if (json_object_get(need, "decision"))
		buf_adds(&text, _("a decision with the one who decided (decision=LABEL)"));
	else if (json_object_get(need, "indicator"))
		buf_adds(&text, _("an indicator (indicator=LABEL)"));
	else
		buf_adds(&text, _("a note (note=TEXT)"));
	run_requirement_stance(need, &text);
	run_requirement_with(need, &text);
	if (*label)
		buf_addf(&text, ": %s", label);
	if (json_is_true(json_object_get(need, "optional")))
		buf_adds(&text, _(" (if there is any)"));
	printable_add(out, text.data, text.len, PRINTABLE_LINE);
	buf_release(&text);
}

/* ---- records */

static int is_in(const json_t *list, const char *word)
{
	return json_is_string(list) ? strcmp(json_string_value(list), word) == 0 : json_holds(list, word);
}

int run_holds(const json_t *record, const char *field, const char *word)
{
	return is_in(json_object_get(record, field), word);
}

static int has(const json_t *record, const char *field)
{
	return json_object_get(record, field) != NULL;
}

int requirement_is_secured(const json_t *evidence)
{
	if (has(evidence, "sha256") && !json_is(evidence, "complete", "interrupted"))
		return 1;
	if (has(evidence, "claimed_hash") || (json_is(evidence, "form", "elsewhere") && has(evidence, "holder")))
		return 1;
	return has(evidence, "source_serial") && has(evidence, "seal_no") && has(evidence, "witness") &&
	       has(evidence, "hash_due");
}

const char *requirement_captured(const json_t *evidence)
{
	static const char *const types[][2] = {{"memory", "memory"}, {"volatile", "volatile"}, {"output", "volatile"},
	                                       {"triage", "triage"}, {"disk_image", "disk"},   {"log", "logs"},
	                                       {"file", "triage"},   {"mail", "logs"}};
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (json_is(evidence, "type", types[i][0]))
			return types[i][1];
	return NULL;
}

/* At or after: by the first second of each; what cannot be compared counts. */
static int not_before(const char *time, const char *since)
{
	struct edtf a;
	struct edtf b;
	if (!time || !since || edtf_parse(time, &a, NULL) < 0 || edtf_parse(since, &b, NULL) < 0)
		return 1;
	return edtf_compare(&a, &b, NULL, NULL) >= 0;
}

const char *run_about_field(const struct kind *kind)
{
	static const char *const names[] = {"on", "assets", "asset", "seen_on", "items"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (kind_field(kind, names[i]))
			return names[i];
	return NULL;
}

/* ---- looking */

struct requirement_looking {
	const struct run *run;
	const char *kind;
	const char *about;    /* a field, or NULL */
	const char *asset;    /* label; NULL: any */
	const json_t *types;  /* of evidence: a list, or true */
	const char *playbook; /* of a run: its CACAO id */
	const char *since;    /* older records do not count; NULL: they do */
	int again;            /* may have been used before */
	int newest;           /* the last one is meant, not the first */
	int silent_is_about;  /* a record that names no asset counts for all */
	int named;            /* the person says that it is the one: also the output of a command that failed */
	const json_t *with;   /* fields that it must tell of, or NULL */
	json_int_t wanted;
	json_t *found; /* label -> true */
};

static int requirement_tells_all(const json_t *record, const json_t *names)
{
	size_t i;
	json_t *name;
	json_array_foreach(names, i, name)
		if (!unknown_is_told(kind_field(record_kind(record), json_string_value(name)),
		                     json_object_get(record, json_string_value(name))))
			return 0;
	return 1;
}

static int requirement_fits(const struct requirement_looking *l, const json_t *record)
{
	const char *label = record_label(record);
	if (!l->again && json_object_get(l->run->used, label))
		return 0;
	if (l->since && !not_before(json_get_string(record, "entered"), l->since))
		return 0;
	if (l->about && l->asset && !run_holds(record, l->about, l->asset) &&
	    !(l->silent_is_about && !has(record, l->about)))
		return 0;
	if (l->playbook && (!json_is(record, "playbook_id", l->playbook) || !json_is(record, "state", "finished")))
		return 0;
	if (!requirement_tells_all(record, l->with))
		return 0;
	if (!l->types)
		return 1;
	if (!l->named && has(record, "exit_status") && !json_is(record, "exit_status", "0"))
		return 0;
	const char *type = json_get_string(record, "type");
	return requirement_is_secured(record) && (json_is_true(l->types) || (type && is_in(l->types, type)));
}

static int requirement_take(void *ctx, json_t *record)
{
	struct requirement_looking *l = ctx;
	if (!requirement_fits(l, record))
		return 0;
	if (l->newest)
		json_object_clear(l->found);
	json_object_set_new(l->found, record_label(record), json_true());
	/* no more than is wanted: the rest is for the steps to come */
	return !l->newest && (json_int_t)json_object_size(l->found) >= l->wanted;
}

/* For each asset as many as wanted (for a run on none: in all). What is found is added to `used`. */
static int look(struct case_file *c, struct requirement_looking *l, json_t *used)
{
	const json_t *assets = json_object_get(l->run->record, "on");
	size_t n = l->about && json_array_size(assets) ? json_array_size(assets) : 1;
	int met = 1;
	for (size_t i = 0; i < n; i++) {
		l->asset = l->about ? json_string_value(json_array_get(assets, i)) : NULL;
		l->found = json_object();
		record_each(c, l->kind, 0, requirement_take, l, NULL);
		met &= (json_int_t)json_object_size(l->found) >= l->wanted;
		if (used)
			json_object_update(used, l->found);
		json_decref(l->found);
	}
	return met;
}

/* ---- what is given with the outcome */

static const char *requirement_given(const struct step_outcome *what, const char *name)
{
	for (size_t i = 0; what && i < what->field_count; i++)
		if (strcmp(what->fields[i].name, name) == 0 && *what->fields[i].value)
			return what->fields[i].value;
	return NULL;
}

/* Every label of a comma list is a record of the kind; of evidence, as many as wanted fit: the others may be for another
 * requirement of the step. */
static int given_labels_fit(struct case_file *c, const struct requirement_looking *l, const char *labels, json_t *used)
{
	int fit = 1;
	json_int_t fitting = 0;
	for (const char *p = labels; *p && fit;) {
		size_t n = strcspn(p, ",");
		size_t blanks = strspn(p, " ");
		char *label = xstrndup(p + blanks, blanks < n ? n - blanks : 0);
		json_t *record = record_get(c, label, 0, NULL);
		fit = record && json_is(record, "kind", l->kind);
		int counts =
		    fit && (!l->types || requirement_fits(l, record)) && requirement_tells_all(record, l->with);
		fitting += counts;
		if (counts && used)
			json_object_set_new(used, record_label(record), json_true());
		json_decref(record);
		free(label);
		p += n;
		p += *p == ',';
	}
	return fit && fitting >= l->wanted;
}

/* Whether each of the assets tells it. */
static int asset_has(struct case_file *c, const json_t *assets, const char *name)
{
	size_t i;
	json_t *label;
	json_array_foreach(assets, i, label) {
		json_t *asset = record_get(c, json_string_value(label), 0, NULL);
		int there =
		    asset && unknown_is_told(kind_field(record_kind(asset), name), json_object_get(asset, name));
		json_decref(asset);
		if (!there)
			return 0;
	}
	return 1;
}

/* ---- the requirements */

struct requirement_checking {
	struct case_file *c;
	const struct run *run;
	const struct step_outcome *what;
	struct used *used;
	size_t notes_wanted;
};

static size_t notes_given(const struct step_outcome *what)
{
	size_t n = 0;
	for (size_t i = 0; what && i < what->field_count; i++)
		n += *what->fields[i].value &&
		     (strcmp(what->fields[i].name, "note") == 0 || strcmp(what->fields[i].name, "notes") == 0 ||
		      strcmp(what->fields[i].name, "result") == 0);
	return n;
}

static int is_met_by_record(struct requirement_checking *k, const json_t *need, const char *kind, json_t *into)
{
	struct requirement_looking l = {.run = k->run, .kind = kind, .wanted = 1};
	const char *labels = requirement_given(k->what, kind);
	l.about = run_about_field(kind_find(kind));
	l.types = json_object_get(need, "evidence");
	l.with = json_object_get(need, "with");
	l.silent_is_about = 1;
	if (labels) {
		struct requirement_looking named = l;
		named.again = named.named = 1;
		named.about = NULL;
		if (given_labels_fit(k->c, &named, labels, into))
			return 1;
		if (!l.types)
			return 0;
	}
	if (l.types) {
		l.silent_is_about = 0;
		if (json_integer_value(json_object_get(need, "copies")) > 1)
			l.wanted = json_integer_value(json_object_get(need, "copies"));
		if (json_array_size(json_object_get(k->run->record, "on")) == 0)
			l.since =
			    json_get_string(k->run->record, "started"); /* of what it is nobody can tell otherwise */
	} else if (strcmp(kind, "indicator") == 0) {
		l.again = 1; /* the same C2 is blocked and swept for */
	} else {
		l.since = json_get_string(k->run->record, "started");
		l.newest = strcmp(kind, "decision") == 0;
	}
	return look(k->c, &l, into);
}

static int is_met(struct requirement_checking *k, const json_t *need)
{
	const char *field = json_get_string(need, "field");
	const char *step = json_get_string(need, "step");
	const char *kind = json_get_string(need, "record");
	json_t *links = k->used ? k->used->links : NULL;
	if (field)
		return json_array_size(json_object_get(k->run->record, "on")) == 0 ||
		       requirement_given(k->what, field) ||
		       asset_has(k->c, json_object_get(k->run->record, "on"), field);
	if (step)
		return requirement_given(k->what, step) != NULL;
	if (json_object_get(need, "note"))
		return notes_given(k->what) >= ++k->notes_wanted;
	if (json_object_get(need, "evidence"))
		return is_met_by_record(k, need, "evidence", k->used ? k->used->evidence : NULL);
	if (json_object_get(need, "decision"))
		return is_met_by_record(k, need, "decision", k->used ? k->used->decision : NULL);
	if (json_object_get(need, "run")) {
		struct requirement_looking l = {.run = k->run, .kind = "run", .about = "on", .again = 1, .wanted = 1};
		l.since = json_get_string(k->run->record, "started");
		l.playbook = json_get_string(need, "id");
		l.silent_is_about = json_array_size(json_object_get(k->run->record, "on")) == 0;
		return look(k->c, &l, links);
	}
	return is_met_by_record(k, need, kind ? kind : "indicator", links);
}

static void check_one(struct requirement_checking *k, const json_t *need, struct buf *missing)
{
	int met = is_met(k, need);
	if (met || json_is_true(json_object_get(need, "optional")))
		return;
	run_requirement_text(need, missing);
	buf_addc(missing, '\n');
}

const char *run_called_playbook(const struct waiting *w)
{
	if (!playbook_step_is(w->step, "playbook-action"))
		return NULL;
	const char *name = playbook_builtin_by_id(json_get_string(w->step, "playbook_id"));
	return name ? name : json_string_value(playbook_step_extra(w->step, "playbook"));
}

json_t *run_requirements(const struct waiting *w)
{
	const json_t *records = playbook_step_extra(w->step, "records");
	json_t *needs = records ? json_deep_copy(records) : json_array();
	const char *called = run_called_playbook(w);
	const char *id = json_get_string(w->step, "playbook_id");
	size_t i;
	json_t *need;
	int evidence = 0;
	json_array_foreach(needs, i, need)
		evidence |= json_object_get(need, "evidence") && !json_is_true(json_object_get(need, "optional"));
	/* a step that preserves never ends without a hash, whatever its list says */
	if (json_is_true(playbook_step_extra(w->step, "preserving")) && !evidence)
		json_array_append_new(needs, json_pack("{s:b}", "evidence", 1));
	if (called && id)
		json_array_append_new(needs, json_pack("{s:s, s:s}", "run", called, "id", id));
	return needs;
}

void requirement_check(struct case_file *c, const struct run *run, const struct waiting *w,
                       const struct step_outcome *what, struct buf *missing, struct used *used)
{
	struct requirement_checking k = {c, run, what, used, 0};
	json_t *needs = run_requirements(w);
	size_t i;
	json_t *need;
	json_array_foreach(needs, i, need)
		check_one(&k, need, missing);
	json_decref(needs);
}

json_t *run_needs(struct case_file *c, const struct run *run, const struct waiting *w, const struct step_outcome *what)
{
	json_t *needs = run_requirements(w);
	json_t *told = json_array();
	size_t notes = 0;
	size_t i;
	json_t *need;
	json_array_foreach(needs, i, need) {
		json_t *found = json_object();
		json_t *by = json_array();
		const char *label;
		json_t *true_value;
		struct used used = {.evidence = found, .links = found, .decision = found};
		struct requirement_checking k = {c, run, what, &used, notes};
		int met = is_met(&k, need);
		notes = k.notes_wanted;
		json_object_foreach(found, label, true_value)
			json_array_append_new(by, json_string(label));
		json_array_append_new(told, json_pack("{s:O, s:b, s:o}", "need", need, "met", met, "by", by));
		json_decref(found);
	}
	json_decref(needs);
	return told;
}

json_t *run_fitting(struct case_file *c, const struct run *run, const json_t *need)
{
	const char *kind = run_requirement_kind(need);
	struct requirement_looking l = {.run = run, .kind = kind, .wanted = INT64_MAX, .silent_is_about = 1};
	json_t *found = json_object();
	json_t *labels = json_array();
	const char *label;
	json_t *true_value;
	l.about = run_about_field(kind_find(kind));
	l.types = json_object_get(need, "evidence");
	l.with = json_object_get(need, "with");
	l.again = strcmp(kind, "indicator") == 0;
	look(c, &l, found);
	json_object_foreach(found, label, true_value)
		json_array_append_new(labels, json_string(label));
	json_decref(found);
	return labels;
}

void run_missing(struct case_file *c, const struct run *run, const struct waiting *w, struct buf *lines)
{
	requirement_check(c, run, w, NULL, lines, NULL);
}
