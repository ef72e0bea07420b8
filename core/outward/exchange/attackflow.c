/*
 * Attack Flow 2.0.0 (Center for Threat-Informed Defense): a bundle of STIX 2.1 with its extension definition and exactly one
 * attack-flow. The attacker's events are actions, machines are assets; an action has the effect of another where an act of the
 * attack flow ends at what the other's begins with, as the records say it.
 */
#include "outward/exchange/stix_private.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#define EXTENSION "extension-definition--fb9c968a-745b-4ade-9b25-c324172197f4"
#define SCHEMA    "https://center-for-threat-informed-defense.github.io/attack-flow/stix/attack-flow-schema-2.0.0.json"
#define AUTHOR    "identity--fb9c968a-745b-4ade-9b25-c324172197f4"
#define DATED     "2022-08-02T19:34:35.143Z"

struct attackflow {
	struct stix_bundle b;
	json_t *
	    acts; /* by what they begin with: arrays of [ends at, event, when] of the flow records that leave and name an event */
	json_t *effects; /* label of an event -> array of ids of events */
	json_t *caused;  /* events that some other leads to, keys */
};

static void put_extension(struct stix_bundle *b)
{
	json_t *author = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "type", "identity", "spec_version", "2.1",
	                           "id", AUTHOR, "created", DATED, "modified", DATED, "name",
	                           "MITRE Center for Threat-Informed Defense", "identity_class", "organization");
	stix_mark(b, author, NULL);
	stix_append(b, author);
	json_t *extension = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:[s]}", "type",
	                              "extension-definition", "spec_version", "2.1", "id", EXTENSION, "created_by_ref",
	                              AUTHOR, "created", DATED, "modified", DATED, "name", "Attack Flow", "description",
	                              "Extends STIX 2.1 with features to create Attack Flows.", "schema", SCHEMA,
	                              "version", "2.0.0", "extension_types", "new-sdo");
	stix_mark(b, extension, NULL);
	stix_append(b, extension);
}

static json_t *begin_extended(struct stix_bundle *b, const char *type, const json_t *record)
{
	json_t *object = stix_begin(b, type, record);
	json_object_set_new(object, "extensions", json_pack("{s:{s:s}}", EXTENSION, "extension_type", "new-sdo"));
	return object;
}

static int write_asset(void *ctx, json_t *record)
{
	struct stix_bundle *b = &((struct attackflow *)ctx)->b;
	json_t *object = begin_extended(b, "attack-asset", record);
	stix_set_text(object, "name",
	              stix_text_of(record, "hostname") ? stix_text_of(record, "hostname") : record_label(record));
	stix_append(b, object);
	release_lose_rest(b->r, record, "hostname tlp");
	return 0;
}

/* ---- which action leads to which */

static int keep_act(void *ctx, json_t *record)
{
	struct attackflow *a = ctx;
	const char *from = json_get_string(record, "from");
	const char *to = json_get_string(record, "to");
	const char *event = json_get_string(record, "event");
	const char *when = json_get_string(record, "when");
	if (event && from) {
		json_t *list = json_object_get(a->acts, from);
		if (!list) {
			list = json_array();
			json_object_set_new(a->acts, from, list);
		}
		json_array_append_new(list, json_pack("[s, s, s]", to ? to : "", event, when ? when : ""));
	}
	release_lose_rest(a->b.r, record, "from to event tlp");
	return 0;
}

static void add_effect(struct attackflow *a, const char *cause, const char *effect)
{
	json_t *list = json_object_get(a->effects, cause);
	char *id = stix_id(&a->b, effect);
	char uuid[37];
	if (id && release_noted(a->b.r, cause, uuid) && strcmp(cause, effect) != 0) {
		if (!list) {
			list = json_array();
			json_object_set_new(a->effects, cause, list);
		}
		if (!json_holds(list, id))
			json_array_append_new(list, json_string(id));
		json_object_set_new(a->caused, effect, json_true());
	}
	free(id);
}

static const char *part_of(const json_t *act, size_t i)
{
	return json_string_value(json_array_get(act, i));
}

static int before(struct attackflow *a, const json_t *x, const json_t *y)
{
	int64_t first;
	int64_t second;
	struct case_file *c = release_case(a->b.r);
	return shared_instant(c, part_of(x, 2), &first, NULL) < 0 ||
	       shared_instant(c, part_of(y, 2), &second, NULL) < 0 || first <= second;
}

/* Each act, and those that begin where it ends. */
static void find_effects(struct attackflow *a)
{
	const char *from;
	json_t *acts;
	size_t i;
	size_t k;
	json_t *x;
	json_t *y;
	json_object_foreach(a->acts, from, acts)
		json_array_foreach(acts, i, x)
			json_array_foreach(json_object_get(a->acts, part_of(x, 0)), k, y)
				if (x != y && before(a, x, y))
					add_effect(a, part_of(x, 1), part_of(y, 1));
}

/* ---- actions */

static int note_action(void *ctx, json_t *record)
{
	struct attackflow *a = ctx;
	if (json_is(record, "side", "attacker"))
		stix_note(&a->b, "attack-action", record);
	return 0;
}

static int write_action(void *ctx, json_t *record)
{
	struct attackflow *a = ctx;
	size_t i;
	json_t *label;
	if (!json_is(record, "side", "attacker")) {
		release_lose_record(a->b.r, record, _("an attack flow holds the attacker's acts only"));
		return 0;
	}
	json_t *object = begin_extended(&a->b, "attack-action", record);
	const char *technique = stix_text_of(record, "technique");
	stix_set_text(object, "name",
	              stix_text_of(record, "title") ? stix_text_of(record, "title") : record_label(record));
	if (technique) {
		char *id = xstrndup(technique, strcspn(technique, "@ "));
		stix_set_text(object, "technique_id", id);
		free(id);
	}
	stix_set_text(object, "description", stix_text_of(record, "outcome"));
	stix_set_time(&a->b, object, "execution_start", record, "when");
	json_t *assets = json_array();
	json_array_foreach(json_object_get(record, "assets"), i, label) {
		char *id = stix_id(&a->b, json_string_value(label));
		if (id)
			json_array_append_new(assets, json_string(id));
		free(id);
	}
	if (json_array_size(assets))
		json_object_set(object, "asset_refs", assets);
	json_decref(assets);
	if (json_object_get(a->effects, record_label(record)))
		json_object_set(object, "effect_refs", json_object_get(a->effects, record_label(record)));
	stix_append(&a->b, object);
	release_lose_rest(a->b.r, record, "title technique outcome when assets side tlp");
	return 0;
}

/* The actions that no other leads to. */
struct beginnings {
	const struct attackflow *a;
	json_t *ids;
	char *any; /* an action: a circle has no beginning */
};

static int note_start(void *ctx, const char *label, unsigned char note, const char *uuid)
{
	struct beginnings *s = ctx;
	char *id = stix_id(&s->a->b, label);
	(void)note;
	(void)uuid;
	if (strncmp(id, "attack-action", 13) == 0) {
		if (!json_object_get(s->a->caused, label))
			json_array_append_new(s->ids, json_string(id));
		if (!s->any)
			s->any = xstrdup(id);
	}
	free(id);
	return 0;
}

static int write_flow(struct attackflow *a, struct err *err)
{
	json_t *starts = json_array();
	struct beginnings s = {a, starts, NULL};
	json_t *record = record_get(release_case(a->b.r), "case", 0, err);
	release_each_noted(a->b.r, note_start, &s);
	if (json_array_size(starts) == 0 && s.any)
		json_array_append_new(starts, json_string(s.any));
	free(s.any);
	if (!record || json_array_size(starts) == 0) {
		json_decref(starts);
		json_decref(record);
		return record
		           ? err_set(
		                 err, ERR_FAILED,
		                 _("no act of the attacker is on record, or none may leave: there is no attack flow"))
		           : -1;
	}
	json_t *object = begin_extended(&a->b, "attack-flow", record);
	json_object_del(object, "external_references"); /* the case has no label */
	stix_set_text(object, "name", release_case_title(a->b.r));
	stix_set_text(object, "scope", "incident");
	json_object_set_new(object, "start_refs", starts);
	stix_append(&a->b, object);
	json_decref(record);
	return 0;
}

int attackflow_write(struct release *r, const char *variant, struct buf *out, struct err *err)
{
	static const char *const kinds[] = {"asset", "event", "flow", NULL};
	struct attackflow a = {.acts = json_object(), .effects = json_object(), .caused = json_object()};
	(void)variant;
	stix_start(&a.b, r, out, err);
	put_extension(&a.b);
	int rc = release_each(r, "asset", write_asset, &a, err);
	if (rc == 0)
		rc = release_each(r, "event", note_action, &a, err);
	if (rc == 0)
		rc = release_each(r, "flow", keep_act, &a, err);
	if (rc == 0) {
		find_effects(&a);
		rc = release_each(r, "event", write_action, &a, err);
	}
	release_lose_others(r, kinds, _("an attack flow has no object for this kind of record"));
	if (rc == 0)
		rc = write_flow(&a, err);
	json_decref(a.acts);
	json_decref(a.effects);
	json_decref(a.caused);
	return stix_finish(&a.b) < 0 || rc < 0 ? -1 : 0;
}
