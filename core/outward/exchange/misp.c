/*
 * MISP core format (draft-dulaunoy-misp-core-format): one Event with its Attributes, Objects and EventReports.
 *
 * The Event's uuid is the case's id, an Attribute's its record's, so a second export updates. Strings are strings; the event
 * is not published and distributed to nobody but its own organisation. to_ids is off for what must not be blocked.
 * Categories and types are of describeTypes.json.
 */
#include "outward/exchange/shared_form.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *type; /* ours */
	const char *misp;
	const char *category;
	int ambiguous; /* MISP's type says less: a tag says ours */
} misp_types[] = {
    {"ip", "ip-dst", "Network activity", 1},
    {"domain", "domain", "Network activity", 0},
    {"url", "url", "Network activity", 0},
    {"email", "email", "Payload delivery", 0},
    {"subject", "email-subject", "Payload delivery", 0},
    {"file_name", "filename", "Payload delivery", 1},
    {"file_path", "filename", "Artifacts dropped", 1},
    {"sha256", "sha256", "Payload delivery", 0},
    {"sha512", "sha512", "Payload delivery", 0},
    {"sha1", "sha1", "Payload delivery", 0},
    {"md5", "md5", "Payload delivery", 0},
    {"registry", "regkey", "Persistence mechanism", 0},
    {"service", "windows-service-name", "Artifacts dropped", 0},
    {"task", "windows-scheduled-task", "Artifacts dropped", 0},
    {"mutex", "mutex", "Artifacts dropped", 0},
    {"user_agent", "user-agent", "Network activity", 0},
    {"certificate", "x509-fingerprint-sha1", "Network activity", 1},
    {"port", "port", "Network activity", 0},
    {"yara", "yara", "Artifacts dropped", 0},
    {"account", "target-user", "Targeting data", 1},
    {"signature", "pattern-in-traffic", "Network activity", 1},
    {"other", "other", "Other", 0},
};

struct misp_event {
	struct release *r;
	struct buf *out;
	int some; /* of the present list */
	struct err *err;
};

static void next_of_list(struct misp_event *m)
{
	buf_adds(m->out, m->some++ ? ",\n" : "\n");
}

static int is(const json_t *record, const char *field, const char *value)
{
	const char *text = json_get_string(record, field);
	return text && strcmp(text, value) == 0;
}

/* tlp:amber, or genba:role="c2". */
static void add_tag(json_t *tags, const char *space, const char *value)
{
	int is_tlp = strcmp(space, "tlp") == 0;
	char *name = is_tlp ? xasprintf("tlp:%s", value) : xasprintf("%s=\"%s\"", space, value);
	for (char *p = name; is_tlp && *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p | 0x20);
	json_array_append_new(tags, json_pack("{s:s}", "name", name));
	free(name);
}

static char *seconds_of(struct misp_event *m, const json_t *record, const char *field)
{
	int64_t seconds;
	return shared_instant(release_case(m->r), json_get_string(record, field), &seconds, NULL) < 0
	           ? xstrdup("0")
	           : xasprintf("%lld", (long long)seconds);
}

/* first_seen and last_seen: ISO 8601 with microseconds. MISP refuses a last one before the first, so that is the latest bound. */
static void set_seen(struct misp_event *m, json_t *attribute, const json_t *record, const char *field)
{
	int64_t seconds;
	int nanoseconds;
	char text[32];
	const char *edtf = json_get_string(record, field);
	int is_last = strcmp(field, "last_seen") == 0;
	int exact = is_last ? shared_latest(release_case(m->r), edtf, &seconds, &nanoseconds)
	                    : shared_instant(release_case(m->r), edtf, &seconds, &nanoseconds);
	if (edtf && exact < 0)
		release_lose_field(m->r, "indicator", field, _("no place on the time line"));
	if (exact < 0)
		return;
	if (!exact)
		release_lose_field(m->r, "indicator", field,
		                   is_last ? _("no instant, or of no known zone: its latest bound stands there, as UTC")
		                           : shared_no_instant());
	shared_time(seconds, 0, text);
	char *whole = xasprintf("%.19s.%06d+00:00", text, nanoseconds / 1000);
	json_object_set_new(attribute, field, json_string(whole));
	free(whole);
}

static int write_attribute(void *ctx, json_t *record)
{
	struct misp_event *m = ctx;
	const char *type = json_get_string(record, "type");
	const char *value = json_get_string(record, "value");
	size_t i = 0;
	while (type && i < sizeof misp_types / sizeof *misp_types && strcmp(misp_types[i].type, type) != 0)
		i++;
	if (!type || !value || i == sizeof misp_types / sizeof *misp_types) {
		release_lose_record(m->r, record, _("MISP has no type for it"));
		return 0;
	}
	int off = is(record, "action", "do_not_block") || is(record, "role", "benign") ||
	          is(record, "false_positive", "yes") || is(record, "type", "subject") ||
	          is(record, "type", "account") || is(record, "type", "other");
	const char *misp = misp_types[i].misp;
	if (is(record, "role", "sender")) /* what mails come from: nobody is to look for it among what is called */
		misp = strcmp(type, "ip") == 0 ? "ip-src" : strcmp(type, "email") == 0 ? "email-src" : misp;
	if (strcmp(type, "certificate") == 0)
		misp = strlen(value) == 64   ? "x509-fingerprint-sha256"
		       : strlen(value) == 32 ? "x509-fingerprint-md5"
		                             : misp;
	char *timestamp = seconds_of(m, record, "modified");
	json_t *tags = json_array();
	add_tag(tags, "tlp", release_tlp_of(m->r, record));
	if (json_get_string(record, "role") && !is(record, "role", "unknown"))
		add_tag(tags, "genba:role", json_get_string(record, "role"));
	if (misp_types[i].ambiguous)
		add_tag(tags, "genba:type", type);
	json_t *attribute =
	    json_pack("{s:s, s:s, s:s, s:s, s:b, s:s, s:s, s:b, s:o}", "uuid", json_get_string(record, "id"), "type",
	              misp, "category", misp_types[i].category, "value", value, "to_ids", !off, "distribution", "0",
	              "timestamp", timestamp, "disable_correlation", 0, "Tag", tags);
	const char *origin = json_get_string(record, "origin");
	char *comment = xasprintf("%s%s%s", record_label(record), origin ? "  " : "", origin ? origin : "");
	json_object_set_new(attribute, "comment", json_string(comment));
	set_seen(m, attribute, record, "first_seen");
	set_seen(m, attribute, record, "last_seen");
	next_of_list(m);
	shared_json(m->out, attribute);
	free(comment);
	free(timestamp);
	release_lose_rest(m->r, record, "type value action role false_positive origin first_seen last_seen tlp");
	return release_flush(m->r, m->out, m->err);
}

/* ---- objects, by the templates that MISP ships */

#define THE_CASE "@case" /* in the place of a field: the case's id */

struct misp_relation {
	const char *field; /* ours, or THE_CASE */
	const char *relation;
	const char *type;
	const char *category;
};

static const struct misp_template {
	const char *kind;
	const char *name;
	const char *meta;
	const char *uuid;
	const char *version;
	struct misp_relation relations[8];
} misp_templates[] = {
    {"mail",
     "email",
     "network",
     "a0c666e0-fc65-4be8-b48f-3423d788b552",
     "19",
     {{"subject", "subject", "email-subject", "Payload delivery"},
      {"from_addr", "from", "email-src", "Payload delivery"},
      {"reply_to", "reply-to", "email-reply-to", "Payload delivery"},
      {"envelope_from", "return-path", "email-src", "Payload delivery"},
      {"message_id", "message-id", "email-message-id", "Payload delivery"},
      {"origin", "ip-src", "ip-src", "Network activity"}}},
    {"evidence",
     "forensic-evidence",
     "misc",
     "fe44c648-63ef-43fc-b3de-af71a2e023e4",
     "2",
     {{THE_CASE, "case-number", "text", "Other"},
      {"label", "evidence-number", "text", "Other"},
      {"title", "name", "text", "Other"},
      {"type", "type", "text", "Other"},
      {"method", "acquisition-method", "text", "Other"},
      {"tool", "acquisition-tools", "text", "Other"},
      {"sha256", "additional-comments", "text", "Other"}}},
    {"measure",
     "course-of-action",
     "misc",
     "3d1c2c06-68a9-4394-8c8d-258d115f796f",
     "1",
     {{"title", "name", "text", "Other"},
      {"type", "type", "text", "Other"},
      {"result", "description", "text", "Other"},
      {"business_effect", "impact", "text", "Other"}}},
};

#define TEMPLATES (sizeof misp_templates / sizeof *misp_templates)

struct misp_objects {
	struct misp_event *m;
	const struct misp_template *template;
};

static int write_object(void *ctx, json_t *record)
{
	struct misp_objects *o = ctx;
	struct misp_event *m = o->m;
	const struct misp_template *t = o->template;
	char *timestamp = seconds_of(m, record, "modified");
	char known[200] = "tlp";
	json_t *attributes = json_array();
	for (size_t i = 0; i < sizeof t->relations / sizeof *t->relations && t->relations[i].field; i++) {
		const struct misp_relation *relation = &t->relations[i];
		const char *value = *relation->field == *THE_CASE ? case_id(release_case(m->r))
		                                                  : json_get_string(record, relation->field);
		char uuid[37];
		size_t n = strlen(known);
		snprintf(known + n, sizeof known - n, " %s", relation->field);
		if (!value || !*value || strcmp(value, "unknown") == 0)
			continue;
		shared_part_uuid(release_case(m->r), record, relation->relation, uuid);
		json_array_append_new(attributes,
		                      json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:s, s:b}", "uuid", uuid,
		                                "object_relation", relation->relation, "type", relation->type,
		                                "category", relation->category, "value", value, "to_ids", 0,
		                                "distribution", "0", "timestamp", timestamp, "disable_correlation", 0));
	}
	if (json_array_size(attributes) == 0) {
		json_decref(attributes);
		release_lose_record(m->r, record, _("nothing that its object in MISP could hold is on record"));
	} else {
		next_of_list(m);
		shared_json(m->out, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "uuid",
		                              json_get_string(record, "id"), "name", t->name, "meta-category", t->meta,
		                              "template_uuid", t->uuid, "template_version", t->version, "distribution",
		                              "0", "timestamp", timestamp, "comment", record_label(record), "Attribute",
		                              attributes));
		release_lose_rest(m->r, record, known);
	}
	free(timestamp);
	return release_flush(m->r, m->out, m->err);
}

/* A note of a fact as a report. */
static int write_note(void *ctx, json_t *record)
{
	struct misp_event *m = ctx;
	const char *text = json_get_string(record, "text");
	if (!text || !is(record, "stance", "fact")) {
		release_lose_record(m->r, record, _("only notes of facts leave"));
		return 0;
	}
	char *timestamp = seconds_of(m, record, "modified");
	next_of_list(m);
	shared_json(m->out, json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "uuid", json_get_string(record, "id"), "name",
	                              record_label(record), "content", text, "distribution", "0", "timestamp",
	                              timestamp, "deleted", 0));
	free(timestamp);
	release_lose_rest(m->r, record, "text stance tlp");
	return release_flush(m->r, m->out, m->err);
}

int misp_write(struct release *r, const char *variant, struct buf *out, struct err *err)
{
	struct misp_event m = {r, out, 0, err};
	struct case_file *c = release_case(r);
	int64_t seconds = 0;
	char date[32];
	json_t *record = record_get(c, "case", 0, err);
	(void)variant;
	if (!record)
		return -1;
	shared_instant(c, json_get_string(record, "entered"), &seconds, NULL);
	shared_time(seconds, 0, date);
	date[10] = '\0';
	char *timestamp = seconds_of(&m, record, "modified");
	json_t *tags = json_array();
	add_tag(tags, "tlp", release_tlp(r));
	json_t *event = json_pack("{s:s, s:s, s:s, s:s, s:b, s:s, s:s, s:s, s:o}", "uuid", case_id(c), "info",
	                          release_case_title(r), "date", date, "timestamp", timestamp, "published", 0,
	                          "distribution", "0", "threat_level_id", "4", "analysis", "1", "Tag", tags);
	buf_adds(out, "{\"Event\":");
	shared_json(out, event);
	buf_truncate(out, out->len - 1); /* its brace: the attributes belong inside */
	buf_adds(out, ",\"Attribute\":[");
	int rc = release_each(r, "indicator", write_attribute, &m, err);
	buf_adds(out, "\n],\"Object\":[");
	m.some = 0;
	for (size_t i = 0; i < TEMPLATES && rc == 0; i++)
		rc = release_each(r, misp_templates[i].kind, write_object,
		                  &(struct misp_objects){&m, &misp_templates[i]}, err);
	buf_adds(out, "\n],\"EventReport\":[");
	m.some = 0;
	if (rc == 0)
		rc = release_each(r, "note", write_note, &m, err);
	static const char *const kinds[] = {"indicator", "mail", "evidence", "measure", "note", NULL};
	release_lose_others(r, kinds, _("MISP has no object for this kind of record"));
	buf_adds(out, "\n]}}\n");
	free(timestamp);
	json_decref(record);
	return rc < 0 ? -1 : 0;
}
