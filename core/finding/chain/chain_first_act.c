/* What the attacker did first, as far as is on record, to a machine or an organisation of which nobody said since when it is
 * compromised: it was so by then, at the latest. */
#include "finding/chain/chain_load.h"

#include "base/err.h"
#include "base/json.h"
#include "base/time/edtf.h"
#include "case/query/past_reader.h"
#include "case/store/disputed.h"

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

int chain_act_names(const json_t *act, const char *label)
{
	if (!is_event(act))
		return json_is(act, "to", label);
	return json_holds(json_object_get(act, "assets"), label) || json_holds(json_object_get(act, "parties"), label);
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

static int take_referring(void *ctx, json_t *act, const char *field)
{
	struct first_act *a = ctx;
	(void)field;
	if (chain_act_names(act, record_label(a->of)))
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

static void look_then(const json_t *acts, json_t *record)
{
	struct first_act a = {.of = record};
	size_t i;
	json_t *act;
	json_array_foreach(acts, i, act)
		if (chain_act_names(act, record_label(record)))
			consider(&a, act);
}

int chain_read_first_acts_then(struct case_file *c, const char *commit, json_t *const read[CHAIN_KINDS],
                               struct err *err)
{
	static const enum chain_kind kinds[] = {CHAIN_ASSET, CHAIN_PARTY};
	json_t *acts = json_array();
	size_t i;
	json_t *record;
	int rc = past_reader_each(c, "event", commit, 0, take_act, acts, err) < 0 ||
	                 past_reader_each(c, "flow", commit, 0, take_act, acts, err) < 0
	             ? -1
	             : 0;
	for (size_t k = 0; rc == 0 && k < sizeof kinds / sizeof *kinds; k++)
		json_array_foreach(read[kinds[k]], i, record)
			if (chain_lacks_first_act(record))
				look_then(acts, record);
	json_decref(acts);
	return rc;
}
