/* What the attacker did first, as far as is on record, to a machine or an organisation of which nobody said since when it is
 * compromised: it was so by then, at the latest. */
#include "finding/chain/chain_load.h"

#include "base/err.h"
#include "base/json.h"
#include "base/time/edtf.h"
#include "case/query/past_reader.h"
#include "case/store/disputed.h"

#include <stdlib.h>
#include <string.h>

int chain_lacks_first_act(const json_t *record)
{
	if (chain_kind_of(record) == CHAIN_ASSET)
		return !json_get_string(record, "first_compromised") &&
		       (json_is(record, "status", "infected") || json_is(record, "status", "compromised"));
	return chain_kind_of(record) == CHAIN_PARTY && !json_get_string(record, "damaged_from") &&
	       (json_is(record, "damaged", "yes") || json_holds(json_object_get(record, "roles"), "victim"));
}

/* ---- what speaks of it */

/* Else an edge, which leads to what was done something to. */
static int is_event(const json_t *record)
{
	return kind_has(json_get_string(record, "kind"), KIND_EVENT);
}

static int each_named(const json_t *act, int (*take)(void *ctx, const char *label), void *ctx)
{
	static const char *const fields[] = {"assets", "parties"};
	const char *to = json_get_string(act, "to");
	int done = 0;
	if (!is_event(act))
		return to ? take(ctx, to) : 0;
	for (size_t f = 0; !done && f < sizeof fields / sizeof *fields; f++) {
		const json_t *named = json_object_get(act, fields[f]);
		for (size_t i = 0; !done && i < json_array_size(named); i++) {
			const char *label = json_string_value(json_array_get(named, i));
			done = label ? take(ctx, label) : 0;
		}
	}
	return done;
}

static int is_key(void *labels, const char *label)
{
	return json_object_get(labels, label) != NULL;
}

int chain_act_names_any(const json_t *act, const json_t *labels)
{
	return each_named(act, is_key, (void *)(uintptr_t)labels);
}

static int holds_one(const json_t *record, const char *field, const char *const *values)
{
	while (*values && !json_is(record, field, *values))
		values++;
	return *values != NULL;
}

int chain_is_act(const json_t *record)
{
	static const char *const in_vain[] = {"failed", "apparently_failed", "blocked", NULL};
	static const char *const before[] = {"planning", "preparation", NULL};
	static const char *const edges[] = {"infected", "lateral", "logon", "accessed", NULL};
	if (record_is_retracted(record) || holds_one(record, "outcome", in_vain) ||
	    record_surely_is(record, "confidence", "refuted"))
		return 0;
	if (!is_event(record))
		return holds_one(record, "type", edges);
	return json_is(record, "side", "attacker") && !json_is(record, "type", "mail_received") &&
	       !holds_one(record, "stage", before);
}

/* The earliest so far. A time that hangs on another record is left: it moves with that. */
struct first_act {
	json_t *of;
	int64_t by;
};

static void consider(struct first_act *a, const json_t *act)
{
	const char *when = json_get_string(act, "when");
	struct edtf time;
	int64_t first;
	int64_t last;
	if (!chain_is_act(act) || !when || edtf_parse(when, &time, NULL) < 0 ||
	    edtf_bounds(&time, NULL, NULL, &first, &last) < 0 || last == INT64_MAX)
		return;
	const char *before = json_get_string(a->of, CHAIN_FIRST_ACT);
	if (before && (last > a->by || (last == a->by && strcmp(record_label(act), before) >= 0)))
		return;
	a->by = last;
	json_object_set_new(a->of, CHAIN_FIRST_ACT, json_string(record_label(act)));
	json_object_set_new(a->of, CHAIN_FIRST_ACT_WHEN, json_string(when));
}

static int is_label(void *label, const char *named)
{
	return strcmp(label, named) == 0;
}

static int take_referring(void *ctx, json_t *act, const char *field)
{
	struct first_act *a = ctx;
	(void)field;
	if (each_named(act, is_label, (void *)(uintptr_t)record_label(a->of)))
		consider(a, act);
	return 0;
}

static int take_act(void *ctx, json_t *act)
{
	return chain_is_act(act) ? json_array_append(ctx, act) : 0;
}

/* ---- put in beside */

int chain_read_first_act(struct case_file *c, json_t *record, struct err *err)
{
	struct first_act a = {.of = record};
	const char *label = record_label(record);
	if (!chain_lacks_first_act(record))
		return 0;
	const char *field = chain_kind_of(record) == CHAIN_PARTY ? "parties" : "assets";
	return record_each_referring_by(c, label, field, take_referring, &a, err) < 0 ||
	               record_each_referring_by(c, label, "to", take_referring, &a, err) < 0
	           ? -1
	           : 0;
}

/* Those that lack one, by their labels: an act is asked whom it names, instead of each whether it is named. */
struct first_acts {
	struct first_act *acts;
	size_t count;
	json_t *places; /* label -> index */
	const json_t *act;
};

static void add_lacking(struct first_acts *all, json_t *records)
{
	size_t i;
	json_t *record;
	all->acts = xrealloc(all->acts, (all->count + json_array_size(records) + 1) * sizeof *all->acts);
	json_array_foreach(records, i, record) {
		if (!chain_lacks_first_act(record))
			continue;
		json_object_set_new(all->places, record_label(record), json_integer((json_int_t)all->count));
		all->acts[all->count++] = (struct first_act){.of = record};
	}
}

static int consider_named(void *ctx, const char *label)
{
	struct first_acts *all = ctx;
	const json_t *place = json_object_get(all->places, label);
	if (place)
		consider(&all->acts[json_integer_value(place)], all->act);
	return 0;
}

int chain_read_first_acts_then(struct case_file *c, const char *commit, json_t *const read[CHAIN_KINDS],
                               struct err *err)
{
	struct first_acts all = {.places = json_object()};
	json_t *acts = json_array();
	size_t i;
	json_t *act;
	int rc = past_reader_each(c, "event", commit, 0, take_act, acts, err) < 0 ||
	                 past_reader_each(c, "flow", commit, 0, take_act, acts, err) < 0
	             ? -1
	             : 0;
	if (rc == 0) {
		add_lacking(&all, read[CHAIN_ASSET]);
		add_lacking(&all, read[CHAIN_PARTY]);
		json_array_foreach(acts, i, act) {
			all.act = act;
			each_named(act, consider_named, &all);
		}
	}
	free(all.acts);
	json_decref(all.places);
	json_decref(acts);
	return rc;
}
