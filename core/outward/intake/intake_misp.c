/*
 * MISP core format: an event, or several (a feed's, an export's, a search's answer). Read twice: first what the events say of
 * themselves, then their attributes, also those of objects.
 */
#include "outward/intake/intake_format.h"
#include "outward/intake/json_walk.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/kind/tlp.h"

#include <stdlib.h>
#include <string.h>

struct misp {
	struct intake_out *out;
	struct intake_source source;
	int second;
	json_t *events; /* of each: {"tlp", "origin"} */
	size_t event;   /* that is read, from 0 */
	size_t seen;    /* events so far in this pass */
	int bare;       /* the file is one event without its "Event" around it */
};

static ssize_t read_file(void *ctx, void *bytes, size_t n, struct err *err)
{
	return intake_read(&((struct misp *)ctx)->source, bytes, n, err);
}

/* Members of an event by the last key: 1 behind "Event", which stands at any of the first levels, or right at the top. */
static int event_level(const struct misp *m, const struct json_walk_path *path)
{
	if (m->bare)
		return (int)path->depth;
	for (size_t i = 0; i < path->depth; i++)
		if (path->keys[i] && strcmp(path->keys[i], "Event") == 0) {
			int in_list = i + 1 < path->depth && !path->keys[i + 1];
			return (int)(path->depth - i) - 1 - in_list;
		}
	return -1;
}

static int is_member_of_event(const char *key)
{
	static const char *const members[] = {"Attribute", "Object",          "info", "Orgc",
	                                      "analysis",  "threat_level_id", "Tag",  "EventTag"};
	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		if (strcmp(members[i], key) == 0)
			return 1;
	return 0;
}

static enum json_walk_what begin(void *ctx, const struct json_walk_path *path, char first)
{
	struct misp *m = ctx;
	static const char *const lists[] = {"Attribute",    "Object",           "EventReport", "Galaxy",
	                                    "RelatedEvent", "ShadowAttribute",  "Sighting",    "Tag",
	                                    "EventTag",     "CryptographicKey", "ThreatLevel"};
	const char *key = path->depth ? path->keys[path->depth - 1] : NULL;
	if (path->depth == 1 && key && !m->bare && m->seen == 0 && is_member_of_event(key)) {
		m->bare = 1;
		m->event = m->seen++;
		if (!m->second)
			json_array_append_new(m->events, json_object());
	}
	int level = event_level(m, path);
	if (level < 0) /* above: the answer, its list, the list of events */
		return path->depth < 4 && (first == '{' || first == '[') ? JSON_WALK_ENTER : JSON_WALK_PASS;
	if (level == 0 && first == '[') /* several events */
		return JSON_WALK_ENTER;
	if (level == 0 && first != '{')
		return JSON_WALK_TAKE;
	if (level == 0) {
		m->event = m->seen++;
		if (!m->second)
			json_array_append_new(m->events, json_object());
		return JSON_WALK_ENTER;
	}
	for (size_t i = 0; level == 1 && key && first == '[' && i < sizeof lists / sizeof *lists; i++)
		if (strcmp(lists[i], key) == 0)
			return JSON_WALK_ENTER;
	return JSON_WALK_TAKE;
}

/* ---- what tags say */

struct tags {
	const char *tlp;
	char role[32];
	char type[32];
};

static void quoted_part(const char *name, char out[32])
{
	const char *at = strchr(name, '"');
	size_t n = at ? strcspn(at + 1, "\"") : 0;
	snprintf(out, 32, "%.*s", (int)(n < 31 ? n : 31), at ? at + 1 : "");
}

static void read_tag(struct intake_out *out, const json_t *tag, struct tags *tags, const char *kind)
{
	const char *name = intake_text(tag, "name");
	if (!name)
		return;
	name += strspn(name, " \t");
	const char *tlp = strncasecmp(name, "tlp:", 4) == 0 ? intake_tlp(name) : NULL;
	if (tlp)
		tags->tlp = tlp_higher(tags->tlp, tlp);
	else if (strncmp(name, "genba:role=", 11) == 0)
		quoted_part(name, tags->role);
	else if (strncmp(name, "genba:type=", 11) == 0)
		quoted_part(name, tags->type);
	else if (out)
		intake_lost_field(out, kind, "Tag", _("a tag that is no TLP"));
}

/* What is no list cannot be read for its label, which then is not known. */
static int is_list_of_tags(const json_t *tags)
{
	return !tags || json_is_null(tags) || json_is_array(tags);
}

static void note_event(struct misp *m, const char *key, const json_t *value)
{
	json_t *event = json_array_get(m->events, m->event);
	if (strcmp(key, "info") == 0 && json_is_string(value))
		json_object_set(event, "info", (json_t *)(uintptr_t)value);
	if ((strcmp(key, "Tag") == 0 || strcmp(key, "EventTag") == 0) && !is_list_of_tags(value))
		json_object_set_new(event, "tlp", json_string("RED"));
	if (strcmp(key, "Orgc") == 0 && intake_text(value, "name"))
		json_object_set(event, "org", json_object_get(value, "name"));
}

/* ---- attributes */

static const char *const types[][2] = {
    {"ip-src", "ip"},
    {"ip-dst", "ip"},
    {"domain", "domain"},
    {"hostname", "domain"},
    {"url", "url"},
    {"uri", "url"},
    {"email", "email"},
    {"email-src", "email"},
    {"email-dst", "email"},
    {"email-reply-to", "email"},
    {"email-subject", "subject"},
    {"filename", "file_name"},
    {"email-attachment", "file_name"},
    {"attachment", "file_name"},
    {"md5", "md5"},
    {"sha1", "sha1"},
    {"sha256", "sha256"},
    {"sha512", "sha512"},
    {"regkey", "registry"},
    {"windows-service-name", "service"},
    {"windows-scheduled-task", "task"},
    {"mutex", "mutex"},
    {"user-agent", "user_agent"},
    {"x509-fingerprint-sha1", "certificate"},
    {"x509-fingerprint-sha256", "certificate"},
    {"x509-fingerprint-md5", "certificate"},
    {"port", "port"},
    {"yara", "yara"},
    {"target-user", "account"},
    {"pattern-in-traffic", "signature"},
    {"pattern-in-file", "signature"},
    {"pattern-in-memory", "signature"},
    {"snort", "signature"},
    {"sigma", "signature"},
    {"suricata", "signature"},
    {"other", "other"},
};

static const char *type_of(const char *misp)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (strcmp(types[i][0], misp) == 0)
			return types[i][1];
	return NULL;
}

static void add_value(struct misp *m, const json_t *common, const char *type, const char *value, size_t n)
{
	char *text = xstrndup(value, n);
	json_t *fields = json_copy((json_t *)(uintptr_t)common);
	intake_set(fields, "type", type);
	intake_set(fields, "value", text);
	intake_record(m->out, "indicator", fields);
	free(text);
}

/* "filename|sha256", "ip-dst|port", "domain|ip", "regkey|value", "malware-sample": two values in one. */
static int add_pair(struct misp *m, const json_t *common, const char *type, const char *value)
{
	const char *bar = strchr(type, '|');
	const char *cut = strchr(value, '|');
	char first[40];
	const char *second = bar ? bar + 1 : NULL;
	if (strcmp(type, "malware-sample") == 0) {
		snprintf(first, sizeof first, "filename");
		second = "md5";
	} else if (bar && (size_t)(bar - type) < sizeof first) {
		snprintf(first, sizeof first, "%.*s", (int)(bar - type), type);
	}
	if (!second || !cut)
		return -1;
	const char *a = type_of(first);
	const char *b = strcmp(second, "ip") == 0 ? "ip" : type_of(second);
	if (!a)
		return -1;
	add_value(m, common, a, value, (size_t)(cut - value));
	/* a port alone, or what stands under a key, is looked for nowhere */
	if (b && strcmp(b, "port") != 0)
		add_value(m, common, b, cut + 1, strlen(cut + 1));
	else
		intake_lost_field(m->out, "indicator", second, _("the second part of a pair"));
	return 0;
}

#define KNOWN                                                                                                  \
	"uuid id event_id object_id object_relation sharing_group_id type category value to_ids distribution " \
	"timestamp "                                                                                           \
	"comment first_seen last_seen Tag AttributeTag deleted disable_correlation"

static json_t *common_fields(struct misp *m, const json_t *attribute, const struct tags *tags)
{
	json_t *event = json_array_get(m->events, m->event);
	const char *comment = intake_text(attribute, "comment");
	const char *info = intake_text(event, "info");
	const char *org = intake_text(event, "org");
	json_t *fields = json_object();
	char *origin = xasprintf("%s%s%s%s%s", org ? org : "MISP", info ? ": " : "", info ? info : "",
	                         comment ? ": " : "", comment ? comment : "");
	intake_set(fields, "origin", origin);
	free(origin);
	intake_set(fields, "tlp", tags->tlp ? tags->tlp : intake_text(event, "tlp"));
	intake_set(fields, "role", tags->role);
	intake_set(fields, "first_seen", intake_text(attribute, "first_seen"));
	intake_set(fields, "last_seen", intake_text(attribute, "last_seen"));
	return fields;
}

static int take_attribute(struct misp *m, const json_t *attribute, const char *why, size_t line, struct err *err)
{
	struct tags tags = {.tlp = NULL};
	const char *type = intake_text(attribute, "type");
	const char *text = intake_text(attribute, "value");
	size_t i;
	json_t *tag;
	intake_item(m->out);
	if (!type || !text) {
		intake_named(m->out, "Attribute", why ? why : _("it has no type or no value"));
		return 0;
	}
	if (json_is_true(json_object_get(attribute, "deleted"))) {
		intake_named(m->out, type, _("it is deleted there"));
		return 0;
	}
	json_array_foreach(json_object_get(attribute, "Tag"), i, tag)
		read_tag(m->out, tag, &tags, "indicator");
	json_array_foreach(json_object_get(attribute, "AttributeTag"), i, tag)
		read_tag(m->out, json_object_get(tag, "Tag"), &tags, "indicator");
	if (!is_list_of_tags(json_object_get(attribute, "Tag")) ||
	    !is_list_of_tags(json_object_get(attribute, "AttributeTag")))
		tags.tlp = "RED";
	const char *ours = *tags.type ? tags.type : type_of(type);
	json_t *fields = common_fields(m, attribute, &tags);
	int rc = 0;
	if (ours)
		add_value(m, fields, ours, text, strlen(text));
	else
		rc = add_pair(m, fields, type, text);
	json_decref(fields);
	if (rc < 0) {
		intake_named(m->out, type, _("genba has no type of indicator for it"));
		return 0;
	}
	intake_lost_members(m->out, "indicator", attribute, KNOWN);
	return intake_taken(m->out, intake_text(attribute, "uuid"), line, err);
}

static int take_object(struct misp *m, const json_t *object, const char *why, size_t line, struct err *err)
{
	size_t i;
	json_t *attribute;
	intake_item(m->out);
	const char *name = intake_text(object, "name");
	char *what = xasprintf("Object %s", name ? name : "");
	intake_named(m->out, what,
	             why ? why : _("its attributes are taken one by one; that they belong together is not"));
	free(what);
	int rc = 0;
	json_array_foreach(json_object_get(object, "Attribute"), i, attribute)
		if (rc == 0)
			rc = take_attribute(m, attribute, NULL, line, err);
	return rc;
}

static int list_member(struct misp *m, const char *list, const struct json_walk_path *path, const json_t *value,
                       const char *why, struct err *err)
{
	if (strcmp(list, "EventTag") == 0) { /* as some servers answer: the tag within what ties it to the event */
		list = "Tag";
		value = json_object_get(value, "Tag");
	}
	if (strcmp(list, "Tag") == 0 && !m->second) {
		json_t *event = json_array_get(m->events, m->event);
		struct tags tags = {.tlp = NULL};
		read_tag(NULL, value, &tags, "");
		const char *highest = tlp_higher(intake_text(event, "tlp"), tags.tlp);
		if (highest)
			json_object_set_new(event, "tlp", json_string(highest));
		return 0;
	}
	if (!m->second)
		return 0;
	if (strcmp(list, "Attribute") == 0)
		return take_attribute(m, value, why, path->line, err);
	if (strcmp(list, "Object") == 0)
		return take_object(m, value, why, path->line, err);
	intake_item(m->out);
	const char *name = intake_text(value, "name");
	intake_named(m->out, list,
	             strcmp(list, "Tag") != 0                    ? _("genba has no kind of record for it")
	             : name && strncasecmp(name, "tlp:", 4) == 0 ? _("taken as the TLP of its attributes")
	                                                         : _("a tag that is no TLP"));
	return 0;
}

static int take_value(void *ctx, const struct json_walk_path *path, const json_t *value, const char *why,
                      struct err *err)
{
	struct misp *m = ctx;
	int level = event_level(m, path);
	const char *key = path->depth ? path->keys[path->depth - 1] : NULL;
	if ((level == 1 && !key) || level == 0) { /* a list or a value where an event should be */
		if (m->second) {
			intake_item(m->out);
			intake_named(m->out, "Event", why ? why : _("it is no Event of MISP"));
		}
		return 0;
	}
	if (level == 1 && !m->second)
		note_event(m, key, value);
	if (level == 2)
		return list_member(m, path->keys[path->depth - 2], path, value, why, err);
	return 0;
}

int intake_misp(struct intake_out *out, struct intake_source *source, struct err *err)
{
	struct misp m = {.out = out, .source = *source, .events = json_array()};
	struct json_walk walk = {.read = read_file, .begin = begin, .value = take_value, .ctx = &m};
	int rc = json_walk(&walk, err);
	if (rc == 0 && m.seen == 0)
		rc = err_set(err, ERR_INVALID, _("line 1: there is no Event of MISP in it"));
	m.second = 1;
	m.seen = 0;
	m.bare = 0;
	m.source = *source;
	if (rc == 0)
		rc = json_walk(&walk, err);
	for (size_t i = 0; rc == 0 && i < m.seen; i++) {
		intake_item(out);
		intake_named(out, "Event", _("its title is the source of its attributes"));
	}
	json_decref(m.events);
	return rc;
}
