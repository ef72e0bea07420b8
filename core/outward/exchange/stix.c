/*
 * STIX 2.1 (OASIS standard of 2021-06-10): one bundle.
 *
 * An object's id is its type and the record's own UUID, so that a second export updates the first; observables have UUIDs of
 * version 5 in the specification's namespace, relationships in the case's. Every object is marked with a TLP 2.0 label by its
 * extension definition; every reference lies in the bundle. No property of our own is added: the label of a record is an
 * external reference.
 */
#include "outward/exchange/shared_form.h"
#include "outward/exchange/stix_private.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/uuid.h"

#include <stdlib.h>
#include <string.h>

#define TLP_EXTENSION "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"

/* Fixed ids of the TLP 2.0 marking definitions, as OASIS publishes them. */
static const struct {
	const char *tlp;
	const char *id;
	const char *word;
} markings[] = {
    {"CLEAR", "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", "clear"},
    {"GREEN", "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "green"},
    {"AMBER", "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", "amber"},
    {"AMBER+STRICT", "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003", "amber+strict"},
    {"RED", "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", "red"},
};

/* The namespace of STIX for the ids of observables. */
static const unsigned char stix_namespace[16] = {0x00, 0xab, 0xed, 0xb4, 0xaa, 0x42, 0x46, 0x6c,
                                                 0x9c, 0x01, 0xfe, 0xd2, 0x33, 0x15, 0xa9, 0xb7};

void stix_append(struct stix_bundle *b, json_t *object)
{
	buf_adds(b->out, b->some++ ? ",\n" : "\n");
	shared_json(b->out, object);
	if (!b->failed && release_flush(b->r, b->out, b->err) < 0)
		b->failed = 1;
}

const char *stix_text_of(const json_t *record, const char *field)
{
	const char *text = json_get_string(record, field);
	return text && *text && strcmp(text, "unknown") != 0 ? text : NULL;
}

void stix_set_text(json_t *object, const char *property, const char *text)
{
	if (text)
		json_object_set_new(object, property, json_string(text));
}

int stix_set_time(struct stix_bundle *b, json_t *object, const char *property, const json_t *record, const char *field)
{
	int64_t seconds;
	int nanoseconds;
	char text[32];
	const char *edtf = stix_text_of(record, field);
	int exact = shared_instant(release_case(b->r), edtf, &seconds, &nanoseconds);
	if (exact < 0) {
		if (edtf)
			release_lose_field(b->r, json_get_string(record, "kind"), field,
			                   _("no place on the time line"));
		return -1;
	}
	if (!exact)
		release_lose_field(b->r, json_get_string(record, "kind"), field, shared_no_instant());
	shared_time(seconds, nanoseconds, text);
	json_object_set_new(object, property, json_string(text));
	return 0;
}

static const char *marking_of(struct stix_bundle *b, const json_t *record)
{
	const char *tlp = record ? release_tlp_of(b->r, record) : release_tlp(b->r);
	for (size_t i = 0; i < sizeof markings / sizeof *markings; i++)
		if (strcmp(markings[i].tlp, tlp) == 0) {
			b->used |= 1U << i;
			return markings[i].id;
		}
	b->used |= 1U << 4;
	return markings[4].id;
}

void stix_mark(struct stix_bundle *b, json_t *object, const json_t *record)
{
	json_object_set_new(object, "object_marking_refs", json_pack("[s]", marking_of(b, record)));
}

/* What a record may become. Its place is what is noted of it. */
static const char *const types[] = {"indicator",     "identity",     "infrastructure", "course-of-action",
                                    "note",          "relationship", "observed-data",  "attack-asset",
                                    "attack-action", "attack-flow"};

static unsigned char stix_type(const char *type)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (strcmp(types[i], type) == 0)
			return (unsigned char)(i + 1);
	return 0;
}

void stix_note(struct stix_bundle *b, const char *type, const json_t *record)
{
	release_note(b->r, record, stix_type(type));
}

char *stix_id(const struct stix_bundle *b, const char *label)
{
	char uuid[37];
	const char *file = label ? json_get_string(b->files, label) : NULL;
	unsigned char type = file ? 0 : release_noted(b->r, label, uuid);
	return file ? xstrdup(file) : type ? xasprintf("%s--%s", types[type - 1], uuid) : NULL;
}

static char *id_of(const char *type, const json_t *record)
{
	return xasprintf("%s--%s", type, json_get_string(record, "id"));
}

char *stix_observable_id(const char *type, json_t *identifying)
{
	char uuid[37];
	char *text = json_dumps(identifying, JSON_COMPACT | JSON_SORT_KEYS);
	shared_uuid5(stix_namespace, text ? text : "{}", uuid);
	free(text);
	json_decref(identifying);
	return xasprintf("%s--%s", type, uuid);
}

int stix_append_observable(struct stix_bundle *b, json_t *object, const json_t *record)
{
	const char *id = json_get_string(object, "id");
	if (json_object_get(b->observables, id)) { /* the same thing is one observable */
		json_decref(object);
		return 0;
	}
	json_object_set_new(b->observables, id, json_true());
	stix_mark(b, object, record);
	stix_append(b, object);
	return 1;
}

/* What every object of its own life has. */
json_t *stix_begin(struct stix_bundle *b, const char *type, const json_t *record)
{
	char *id = id_of(type, record);
	json_t *object = json_pack("{s:s, s:s, s:s}", "type", type, "spec_version", "2.1", "id", id);
	const char *modified = stix_text_of(record, "modified") ? "modified" : "entered";
	if (stix_set_time(b, object, "created", record, "entered") < 0)
		json_object_set_new(object, "created", json_string("1970-01-01T00:00:00.000Z"));
	if (stix_set_time(b, object, "modified", record, modified) < 0)
		json_object_set(object, "modified", json_object_get(object, "created"));
	stix_mark(b, object, record);
	json_object_set_new(object, "external_references",
	                    json_pack("[{s:s, s:s}]", "source_name", "genba", "external_id", record_label(record)));
	stix_note(b, type, record);
	free(id);
	return object;
}

/* ---- indicators */

static const struct {
	const char *type;
	const char *pattern; /* %s: the value, quoted */
} patterns[] = {
    {"domain", "[domain-name:value = '%s']"},
    {"url", "[url:value = '%s']"},
    {"email", "[email-addr:value = '%s']"},
    {"subject", "[email-message:subject = '%s']"},
    {"file_name", "[file:name = '%s']"},
    {"sha256", "[file:hashes.'SHA-256' = '%s']"},
    {"sha512", "[file:hashes.'SHA-512' = '%s']"},
    {"sha1", "[file:hashes.'SHA-1' = '%s']"},
    {"md5", "[file:hashes.MD5 = '%s']"},
    {"registry", "[windows-registry-key:key = '%s']"},
    {"mutex", "[mutex:name = '%s']"},
    {"account", "[user-account:account_login = '%s']"},
    {"user_agent", "[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = '%s']"},
    {"service", "[process:extensions.'windows-service-ext'.service_name = '%s']"},
};

static void quote(struct buf *out, const char *value)
{
	for (; *value; value++) {
		if (*value == '\'' || *value == '\\')
			buf_addc(out, '\\');
		buf_addc(out, *value);
	}
}

/* The pattern of an indicator. 0, or -1: STIX has none for this type. */
static int pattern_of(const char *type, const char *value, struct buf *out)
{
	if (strcmp(type, "ip") == 0) {
		buf_addf(out, "[%s-addr:value = '", strchr(value, ':') ? "ipv6" : "ipv4");
		quote(out, value);
		buf_adds(out, "']");
		return 0;
	}
	if (strcmp(type, "file_path") == 0) {
		const char *slash = strrchr(value, strchr(value, '\\') ? '\\' : '/');
		buf_adds(out, "[file:name = '");
		quote(out, slash ? slash + 1 : value);
		if (slash && slash > value) {
			char *folder = xstrndup(value, (size_t)(slash - value));
			buf_adds(out, "' AND file:parent_directory_ref.path = '");
			quote(out, folder);
			free(folder);
		}
		buf_adds(out, "']");
		return 0;
	}
	for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
		if (strcmp(patterns[i].type, type) == 0) {
			const char *place = strstr(patterns[i].pattern, "%s");
			buf_add(out, patterns[i].pattern, (size_t)(place - patterns[i].pattern));
			quote(out, value);
			buf_adds(out, place + 2);
			return 0;
		}
	return -1;
}

static int write_indicator(void *ctx, json_t *record)
{
	struct stix_bundle *b = ctx;
	const char *type = stix_text_of(record, "type");
	const char *value = stix_text_of(record, "value");
	const char *role = stix_text_of(record, "role");
	struct buf pattern = BUF_INIT;
	if (type && value && strcmp(type, "yara") == 0) {
		buf_adds(&pattern, value);
	} else if (!type || !value || pattern_of(type, value, &pattern) < 0) {
		release_lose_record(b->r, record, _("STIX has no pattern for this type of indicator"));
		buf_release(&pattern);
		return 0;
	}
	json_t *object = stix_begin(b, "indicator", record);
	int benign =
	    (role && strcmp(role, "benign") == 0) ||
	    strcmp(stix_text_of(record, "false_positive") ? stix_text_of(record, "false_positive") : "", "yes") == 0;
	json_object_set_new(object, "pattern", json_string(pattern.data));
	stix_set_text(object, "pattern_type", strcmp(type, "yara") == 0 ? "yara" : "stix");
	stix_set_text(object, "name", value);
	json_object_set_new(object, "indicator_types", json_pack("[s]", benign ? "benign" : "malicious-activity"));
	if (stix_set_time(b, object, "valid_from", record, "first_seen") < 0)
		json_object_set(object, "valid_from", json_object_get(object, "created"));
	stix_set_text(object, "description", stix_text_of(record, "origin"));
	stix_append(b, object);
	buf_release(&pattern);
	release_lose_rest(b->r, record,
	                  role && strcmp(role, "benign") == 0 ? "type value role first_seen origin tlp"
	                                                      : "type value first_seen origin tlp");
	return 0;
}

/* ---- the others */

static int write_party(void *ctx, json_t *record)
{
	struct stix_bundle *b = ctx;
	const char *type = stix_text_of(record, "type");
	json_t *object = stix_begin(b, "identity", record);
	stix_set_text(object, "name",
	              stix_text_of(record, "name") ? stix_text_of(record, "name") : record_label(record));
	stix_set_text(object, "identity_class",
	              !type                         ? "unknown"
	              : strcmp(type, "person") == 0 ? "individual"
	              : strcmp(type, "unit") == 0   ? "group"
	                                            : "organization");
	stix_append(b, object);
	release_lose_rest(b->r, record, "name type tlp");
	return 0;
}

static int write_asset(void *ctx, json_t *record)
{
	struct stix_bundle *b = ctx;
	json_t *object = stix_begin(b, "infrastructure", record);
	stix_set_text(object, "name",
	              stix_text_of(record, "hostname") ? stix_text_of(record, "hostname") : record_label(record));
	json_object_set_new(object, "infrastructure_types", json_pack("[s]", "unknown"));
	stix_append(b, object);
	release_lose_rest(b->r, record, "hostname tlp");
	return 0;
}

static int write_measure(void *ctx, json_t *record)
{
	struct stix_bundle *b = ctx;
	json_t *object = stix_begin(b, "course-of-action", record);
	stix_set_text(object, "name",
	              stix_text_of(record, "title") ? stix_text_of(record, "title") : record_label(record));
	stix_set_text(object, "description", stix_text_of(record, "result"));
	stix_append(b, object);
	release_lose_rest(b->r, record, "title result tlp");
	return 0;
}

/* Ids of what a record speaks of, as far as they are in the bundle; of the case's report if of nothing. */
static json_t *refs_of(struct stix_bundle *b, const json_t *record, const char *const *fields, size_t count)
{
	json_t *refs = json_array();
	for (size_t i = 0; i < count; i++) {
		json_t *field = json_object_get(record, fields[i]);
		json_t *labels = json_is_string(field) ? json_pack("[O]", field) : json_incref(field);
		size_t k;
		json_t *label;
		json_array_foreach(labels, k, label) {
			char *id = stix_id(b, json_string_value(label));
			if (id)
				json_array_append_new(refs, json_string(id));
			free(id);
		}
		json_decref(labels);
	}
	if (json_array_size(refs) == 0) {
		char *id = xasprintf("report--%s", case_id(release_case(b->r)));
		json_array_append_new(refs, json_string(id));
		free(id);
	}
	return refs;
}

static int write_event(void *ctx, json_t *record)
{
	struct stix_bundle *b = ctx;
	static const char *const about[] = {"assets", "parties", "indicators", "mail"};
	struct buf text = BUF_INIT;
	json_t *object = stix_begin(b, "note", record);
	const char *when = stix_text_of(record, "when");
	buf_addf(&text, "%s%s%s", when ? when : "", when ? "  " : "",
	         stix_text_of(record, "title") ? stix_text_of(record, "title") : "");
	if (stix_text_of(record, "side"))
		buf_addf(&text, " (%s)", stix_text_of(record, "side"));
	stix_set_text(object, "abstract", stix_text_of(record, "title"));
	stix_set_text(object, "content", text.data);
	json_object_set_new(object, "object_refs", refs_of(b, record, about, 4));
	stix_append(b, object);
	buf_release(&text);
	release_lose_rest(b->r, record, "title when side assets parties indicators mail tlp");
	return 0;
}

static int write_note(void *ctx, json_t *record)
{
	struct stix_bundle *b = ctx;
	static const char *const about[] = {"on"};
	const char *stance = stix_text_of(record, "stance");
	if (!stix_text_of(record, "text") || !stance || strcmp(stance, "fact") != 0) {
		release_lose_record(b->r, record, _("only notes of facts leave"));
		return 0;
	}
	json_t *object = stix_begin(b, "note", record);
	stix_set_text(object, "content", stix_text_of(record, "text"));
	json_object_set_new(object, "object_refs", refs_of(b, record, about, 1));
	stix_append(b, object);
	release_lose_rest(b->r, record, "text stance on tlp");
	return 0;
}

/* Evidence as a file: an observable, whose id follows from its digests. */
static int write_evidence(void *ctx, json_t *record)
{
	struct stix_bundle *b = ctx;
	const char *sha256 = stix_text_of(record, "sha256");
	if (!sha256) {
		release_lose_record(b->r, record, _("no digest of it is on record"));
		return 0;
	}
	json_t *hashes = json_pack("{s:s}", "SHA-256", sha256);
	stix_set_text(hashes, "SHA-1", stix_text_of(record, "sha1"));
	stix_set_text(hashes, "MD5", stix_text_of(record, "md5"));
	/* the specification: the first of MD5, SHA-1, SHA-256 that is there counts */
	const char *first = stix_text_of(record, "md5") ? "MD5" : stix_text_of(record, "sha1") ? "SHA-1" : "SHA-256";
	char *id = stix_observable_id("file", json_pack("{s:{s:O}}", "hashes", first, json_object_get(hashes, first)));
	json_object_set_new(b->files, record_label(record), json_string(id));
	stix_append_observable(
	    b, json_pack("{s:s, s:s, s:s, s:o}", "type", "file", "spec_version", "2.1", "id", id, "hashes", hashes),
	    record);
	free(id);
	release_lose_rest(b->r, record, "sha256 sha1 md5 tlp");
	return 0;
}

static int write_flow(void *ctx, json_t *record)
{
	struct stix_bundle *b = ctx;
	char *source = stix_id(b, stix_text_of(record, "from"));
	char *target = stix_id(b, stix_text_of(record, "to"));
	if (!source || !target) {
		release_lose_record(b->r, record, _("one of its ends does not leave"));
		free(source);
		free(target);
		return 0;
	}
	json_t *object = stix_begin(b, "relationship", record);
	stix_set_text(object, "relationship_type", "related-to");
	stix_set_text(object, "description", stix_text_of(record, "type"));
	stix_set_text(object, "source_ref", source);
	stix_set_text(object, "target_ref", target);
	free(source);
	free(target);
	stix_append(b, object);
	release_lose_rest(b->r, record, "from to type tlp");
	return 0;
}

/* ---- the report, which refers to everything */

static void add_ref(struct stix_bundle *b, const char *id)
{
	buf_addf(b->out, "%s\"%s\"", b->some_ref++ ? ",\n" : "", id);
	if (!b->failed && release_flush(b->r, b->out, b->err) < 0)
		b->failed = 1;
}

static int add_noted(void *ctx, const char *label, unsigned char note, const char *uuid)
{
	struct stix_bundle *b = ctx;
	char *id = xasprintf("%s--%s", types[note - 1], uuid);
	(void)label;
	add_ref(b, id);
	free(id);
	return b->failed;
}

static int write_report(struct stix_bundle *b, struct err *err)
{
	struct case_file *c = release_case(b->r);
	json_t *record = record_get(c, "case", 0, err);
	const char *observable;
	json_t *yes;
	if (!record)
		return -1;
	char *id = xasprintf("report--%s", case_id(c));
	json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:[s]}", "type", "report", "spec_version", "2.1", "id", id,
	                           "name", release_case_title(b->r), "report_types", "threat-report");
	if (stix_set_time(b, object, "created", record, "entered") < 0)
		json_object_set_new(object, "created", json_string("1970-01-01T00:00:00.000Z"));
	if (stix_set_time(b, object, "modified", record, "modified") < 0)
		json_object_set(object, "modified", json_object_get(object, "created"));
	json_object_set(object, "published", json_object_get(object, "modified"));
	stix_mark(b, object, NULL);
	stix_append(b, object);
	buf_truncate(b->out, b->out->len - 1); /* its brace: what it refers to belongs inside */
	buf_adds(b->out, ",\"object_refs\":[\n");
	release_each_noted(b->r, add_noted, b);
	json_object_foreach(b->observables, observable, yes)
		add_ref(b, observable);
	if (!b->some_ref)
		add_ref(b, marking_of(b, NULL)); /* a report refers to something */
	buf_adds(b->out, "]}");
	free(id);
	json_decref(record);
	return 0;
}

void stix_start(struct stix_bundle *b, struct release *r, struct buf *out, struct err *err)
{
	char id[UUID_TEXT];
	*b = (struct stix_bundle){.r = r, .out = out, .files = json_object(), .observables = json_object(), .err = err};
	uuid_new(id);
	buf_addf(out, "{\"type\":\"bundle\",\"id\":\"bundle--%s\",\"objects\":[", id);
}

int stix_finish(struct stix_bundle *b)
{
	for (size_t i = 0; i < sizeof markings / sizeof *markings; i++) {
		if (!(b->used & 1U << i))
			continue;
		char *name = xasprintf("TLP:%s", markings[i].tlp);
		stix_append(b, json_pack("{s:s, s:s, s:s, s:s, s:s, s:{s:{s:s, s:s}}}", "type", "marking-definition",
		                         "spec_version", "2.1", "id", markings[i].id, "created",
		                         "2022-10-01T00:00:00.000Z", "name", name, "extensions", TLP_EXTENSION,
		                         "extension_type", "property-extension", "tlp_2_0", markings[i].word));
		free(name);
	}
	buf_adds(b->out, "\n]}\n");
	json_decref(b->files);
	json_decref(b->observables);
	return b->failed ? -1 : 0;
}

int stix_write(struct release *r, const char *variant, struct buf *out, struct err *err)
{
	static const struct {
		const char *kind;
		record_fn write;
	} order[] = {{"party", write_party},       {"asset", write_asset},     {"indicator", write_indicator},
	             {"evidence", write_evidence}, {"measure", write_measure}, {"mail", stix_write_mail},
	             {"event", write_event},       {"note", write_note},       {"flow", write_flow}};
	static const char *const kinds[] = {"party", "asset", "indicator", "evidence", "measure",
	                                    "event", "note",  "mail",      "flow",     NULL};
	struct stix_bundle b;
	int rc = 0;
	(void)variant;
	stix_start(&b, r, out, err);
	for (size_t i = 0; i < sizeof order / sizeof *order && rc == 0; i++)
		rc = release_each(r, order[i].kind, order[i].write, &b, err);
	release_lose_others(r, kinds, _("STIX has no object for this kind of record"));
	if (rc == 0)
		rc = write_report(&b, err);
	return stix_finish(&b) < 0 || rc < 0 ? -1 : 0;
}
