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
	json_t *acts;    /* flow records that leave and name an event */
	json_t *effects; /* label of an event -> array of ids of events */
	json_t *caused;  /* ids that some event leads to */
	json_t *actions; /* ids of the actions */
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
	if (json_get_string(record, "event"))
		json_array_append(a->acts, record);
	release_lose_rest(a->b.r, record, "from to event tlp");
	return 0;
}

static void add_effect(struct attackflow *a, const char *cause, const char *effect, const json_t *ids)
{
	json_t *id = json_object_get(ids, effect);
	json_t *list = json_object_get(a->effects, cause);
	size_t i;
	json_t *known;
	if (!id || !json_object_get(ids, cause) || strcmp(cause, effect) == 0)
		return;
	if (!list) {
		list = json_array();
		json_object_set_new(a->effects, cause, list);
	}
	json_array_foreach(list, i, known)
		if (json_equal(known, id))
			return;
	json_array_append(list, id);
	json_object_set_new(a->caused, json_string_value(id), json_true());
}

static int before(struct attackflow *a, const json_t *x, const json_t *y)
{
	int64_t first;
	int64_t second;
	struct case_file *c = release_case(a->b.r);
	return shared_instant(c, json_get_string(x, "when"), &first, NULL) < 0 ||
	       shared_instant(c, json_get_string(y, "when"), &second, NULL) < 0 || first <= second;
}

static void find_effects(struct attackflow *a, const json_t *ids)
{
	size_t i;
	size_t k;
	json_t *x;
	json_t *y;
	json_array_foreach(a->acts, i, x)
		json_array_foreach(a->acts, k, y) {
			const char *to = json_get_string(x, "to");
			const char *from = json_get_string(y, "from");
			if (i != k && to && from && strcmp(to, from) == 0 && before(a, x, y))
				add_effect(a, json_get_string(x, "event"), json_get_string(y, "event"), ids);
		}
}

/* ---- actions */

static int note_action(void *ctx, json_t *record)
{
	struct attackflow *a = ctx;
	if (!json_is(record, "side", "attacker"))
		return 0;
	char *id = xasprintf("attack-action--%s", json_get_string(record, "id"));
	json_object_set_new(a->actions, record_label(record), json_string(id));
	free(id);
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
		json_t *id = json_object_get(a->b.types, json_string_value(label));
		if (id)
			json_array_append(assets, id);
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

static int write_flow(struct attackflow *a, struct err *err)
{
	const char *label;
	json_t *id;
	json_t *starts = json_array();
	json_t *record = record_get(release_case(a->b.r), "case", 0, err);
	json_object_foreach(a->actions, label, id)
		if (!json_object_get(a->caused, json_string_value(id)))
			json_array_append(starts, id);
	if (json_array_size(starts) == 0) /* a circle has no beginning: any of it */
		json_object_foreach(a->actions, label, id)
			if (json_array_size(starts) == 0)
				json_array_append(starts, id);
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

static int lose_it(void *ctx, json_t *record)
{
	struct attackflow *a = ctx;
	const char *label = record_label(record);
	if (!json_object_get(a->b.types, label) && record_kind(record) != kind_find("flow") &&
	    !(record_kind(record)->traits & KIND_EVENT))
		release_lose_record(a->b.r, record, _("an attack flow has no object for this kind of record"));
	return 0;
}

int attackflow_write(struct release *r, const char *variant, struct buf *out, struct err *err)
{
	struct attackflow a = {
	    .acts = json_array(), .effects = json_object(), .caused = json_object(), .actions = json_object()};
	(void)variant;
	stix_start(&a.b, r, out, err);
	put_extension(&a.b);
	int rc = release_each(r, "asset", write_asset, &a, err);
	if (rc == 0)
		rc = release_each(r, "event", note_action, &a, err);
	if (rc == 0)
		rc = release_each(r, "flow", keep_act, &a, err);
	if (rc == 0) {
		find_effects(&a, a.actions);
		rc = release_each(r, "event", write_action, &a, err);
	}
	if (rc == 0)
		rc = release_each(r, NULL, lose_it, &a, err);
	if (rc == 0)
		rc = write_flow(&a, err);
	json_decref(a.acts);
	json_decref(a.effects);
	json_decref(a.caused);
	json_decref(a.actions);
	return stix_finish(&a.b) < 0 || rc < 0 ? -1 : 0;
}
