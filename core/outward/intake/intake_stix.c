/*
 * STIX 2.0 and 2.1: a bundle, or a list of objects. Read twice: first who is named and how objects are marked, wherever that
 * stands, then the objects. No reference leads out of the file.
 */
#include "outward/intake/intake_format.h"
#include "outward/intake/json_walk.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/kind/tlp.h"

#include <stdlib.h>
#include <string.h>

#define PATTERN_LANGUAGE "stix" /* the language that its own patterns are written in, as pattern_type names it */

struct stix {
	struct intake_out *out;
	struct intake_source source;
	json_t *markings; /* id -> TLP */
	json_t *names;    /* id of an identity -> its name */
	int second;       /* pass */
	int objects;      /* a list of objects was there */
	char type[32];
	size_t type_line;
};

static ssize_t read_file(void *ctx, void *bytes, size_t n, struct err *err)
{
	return intake_read(&((struct stix *)ctx)->source, bytes, n, err);
}

static enum json_walk_what begin(void *ctx, const struct json_walk_path *path, char first)
{
	struct stix *s = ctx;
	if (path->depth == 0) {
		s->objects = first == '['; /* a bare list */
		return JSON_WALK_ENTER;
	}
	if (path->depth == 1 && path->keys[0] && strcmp(path->keys[0], "objects") == 0 && first == '[') {
		s->objects = 1;
		return JSON_WALK_ENTER;
	}
	return JSON_WALK_TAKE;
}

/* ---- what objects say of all */

static const char *fixed_tlp(const char *id)
{
	static const char *const fixed[][2] = {
	    {"marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", "CLEAR"},
	    {"marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "GREEN"},
	    {"marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", "AMBER"},
	    {"marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003", "AMBER+STRICT"},
	    {"marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", "RED"},
	    {"marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", "CLEAR"},
	    {"marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da", "GREEN"},
	    {"marking-definition--f88d31f6-486f-44da-b317-01333bde0b82", "AMBER"},
	    {"marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", "RED"},
	};
	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
		if (strcmp(fixed[i][0], id) == 0)
			return fixed[i][1];
	return NULL;
}

static void note_object(struct stix *s, const json_t *object)
{
	const char *id = intake_text(object, "id");
	if (id && json_is(object, "type", "identity") && intake_text(object, "name"))
		json_object_set(s->names, id, json_object_get(object, "name"));
	if (!id || !json_is(object, "type", "marking-definition"))
		return;
	const char *tlp = fixed_tlp(id);
	const char *word = intake_text(json_object_get(object, "definition"), "tlp");
	const char *name = intake_text(object, "name");
	if (!tlp && word)
		tlp = intake_tlp(word);
	if (!tlp && name && strncasecmp(name, "tlp:", 4) == 0)
		tlp = intake_tlp(name);
	/* a statement of copyright or terms is no label of the Traffic Light Protocol */
	int other = json_is(object, "definition_type", "statement");
	json_object_set_new(s->markings, id, other && !tlp ? json_null() : json_string(tlp ? tlp : "RED"));
}

/* What a reference to a marking says; NULL: it is no label of the Traffic Light Protocol. */
static const char *marking_tlp(const struct stix *s, const char *id)
{
	const char *tlp = id ? fixed_tlp(id) : NULL;
	json_t *said = id ? json_object_get(s->markings, id) : NULL;
	if (tlp || json_is_null(said))
		return tlp;
	return said ? json_string_value(said) : "RED";
}

/* The highest of its markings, those of its parts among them; NULL: it has none. */
static const char *tlp_of(const struct stix *s, const json_t *object)
{
	const char *highest = NULL;
	size_t i;
	json_t *ref;
	const json_t *refs = json_object_get(object, "object_marking_refs");
	if (refs && !json_is_array(refs)) /* what cannot be read is not known */
		highest = "RED";
	json_array_foreach(refs, i, ref)
		highest = tlp_higher(highest, marking_tlp(s, json_string_value(ref)));
	json_array_foreach(json_object_get(object, "granular_markings"), i, ref) {
		const char *id = json_get_string(ref, "marking_ref"); /* a marking may name a language instead */
		highest = id ? tlp_higher(highest, marking_tlp(s, id)) : highest;
	}
	return highest;
}

static const char *our_label(const json_t *object)
{
	size_t i;
	json_t *reference;
	json_array_foreach(json_object_get(object, "external_references"), i, reference)
		if (json_is(reference, "source_name", "genba"))
			return json_get_string(reference, "external_id");
	return NULL;
}

/* ---- objects that become records */

#define ALWAYS                                                                                                  \
	"type spec_version id created modified object_marking_refs created_by_ref revoked external_references " \
	"confidence "                                                                                           \
	"extensions "

static json_t *begin_fields(const struct stix *s, const json_t *object)
{
	json_t *fields = json_object();
	const char *author = intake_text(object, "created_by_ref");
	const char *name = author ? json_get_string(s->names, author) : NULL;
	intake_set(fields, "tlp", tlp_of(s, object));
	intake_set(fields, "origin", name);
	return fields;
}

/* STIX 2.0 has patterns of the same form. */
static int take_indicator(struct stix *s, const json_t *object)
{
	const char *pattern = intake_text(object, "pattern");
	const char *type = intake_text(object, "pattern_type");
	json_t *fields = begin_fields(s, object);
	json_t *types =
	    json_object_get(object, json_object_get(object, "indicator_types") ? "indicator_types" : "labels");
	if (json_holds(types, "benign"))
		intake_set(fields, "role", "benign");
	intake_set(fields, "first_seen", intake_text(object, "valid_from"));
	const char *description = intake_text(object, "description");
	if (description && our_label(object))
		intake_set(fields, "origin", description);
	int rc = -1;
	if (pattern && (!type || strcmp(type, PATTERN_LANGUAGE) == 0)) {
		rc = intake_pattern(s->out, pattern, fields);
	} else if (pattern) {
		intake_set(fields, "type", strcmp(type, "yara") == 0 ? "yara" : "signature");
		intake_set(fields, "value", pattern);
		intake_record(s->out, "indicator", json_incref(fields));
		rc = 0;
	}
	json_decref(fields);
	if (rc == 0)
		intake_lost_members(
		    s->out, "indicator", object,
		    our_label(object) ? ALWAYS
		        "pattern pattern_type pattern_version name indicator_types valid_from description"
		                      : ALWAYS "pattern pattern_type pattern_version indicator_types valid_from");
	return rc;
}

static int take_identity(struct stix *s, const json_t *object)
{
	const char *class = intake_text(object, "identity_class");
	json_t *fields = begin_fields(s, object);
	json_object_del(fields, "origin");
	intake_set(fields, "name", intake_text(object, "name"));
	intake_set(fields, "type",
	           !class                                                              ? "unknown"
	           : strcmp(class, "individual") == 0                                  ? "person"
	           : strcmp(class, "group") == 0                                       ? "unit"
	           : strcmp(class, "organization") == 0 || strcmp(class, "class") == 0 ? "organisation"
	                                                                               : "unknown");
	intake_record(s->out, "party", fields);
	intake_lost_members(s->out, "party", object, ALWAYS "name identity_class");
	return 0;
}

static int take_infrastructure(struct stix *s, const json_t *object)
{
	if (!our_label(object))
		return -1;
	json_t *fields = begin_fields(s, object);
	json_object_del(fields, "origin");
	intake_set(fields, "hostname", intake_text(object, "name"));
	intake_record(s->out, "asset", fields);
	intake_lost_members(s->out, "asset", object, ALWAYS "name infrastructure_types");
	return 0;
}

static int take_course(struct stix *s, const json_t *object)
{
	json_t *fields = begin_fields(s, object);
	json_object_del(fields, "origin");
	intake_set(fields, "title", intake_text(object, "name"));
	intake_set(fields, "result", intake_text(object, "description"));
	intake_record(s->out, "measure", fields);
	intake_lost_members(s->out, "measure", object, ALWAYS "name description");
	return 0;
}

/* What others note is what we were told. */
static int take_note(struct stix *s, const json_t *object)
{
	json_t *fields = begin_fields(s, object);
	const char *content = intake_text(object, "content");
	if (!content)
		content = intake_text(object, "description"); /* 2.0 */
	json_object_del(fields, "origin");
	intake_set(fields, "text", content);
	intake_set(fields, "stance", "hearsay");
	json_object_set(fields, "refs:on", json_object_get(object, "object_refs"));
	intake_record(s->out, "note", fields);
	intake_lost_members(s->out, "note", object, ALWAYS "content object_refs abstract");
	if (intake_text(object, "abstract") && !our_label(object))
		intake_lost_field(s->out, "note", "abstract", _("genba has no field for it"));
	return 0;
}

static int take_relationship(struct stix *s, const json_t *object)
{
	json_t *fields = begin_fields(s, object);
	json_object_del(fields, "origin");
	json_object_set(fields, "ref:from", json_object_get(object, "source_ref"));
	json_object_set(fields, "ref:to", json_object_get(object, "target_ref"));
	intake_set(fields, "type", our_label(object) ? intake_text(object, "description") : NULL);
	intake_record(s->out, "flow", fields);
	intake_lost_members(s->out, "flow", object,
	                    our_label(object) ? ALWAYS "source_ref target_ref relationship_type description"
	                                      : ALWAYS "source_ref target_ref");
	return 0;
}

/* ---- observables: what was seen, of no known role */

static void one_observable(struct stix *s, const json_t *object, const char *type, const char *value)
{
	if (!value)
		return;
	json_t *fields = begin_fields(s, object);
	intake_set(fields, "type", type);
	intake_set(fields, "value", value);
	intake_record(s->out, "indicator", fields);
}

static int take_observable(struct stix *s, const json_t *object)
{
	static const char *const simple[][3] = {{"domain-name", "value", "domain"},
	                                        {"ipv4-addr", "value", "ip"},
	                                        {"ipv6-addr", "value", "ip"},
	                                        {"url", "value", "url"},
	                                        {"email-addr", "value", "email"},
	                                        {"mutex", "name", "mutex"},
	                                        {"windows-registry-key", "key", "registry"},
	                                        {"user-account", "account_login", "account"}};
	static const char *const hashes[][2] = {
	    {"SHA-256", "sha256"}, {"SHA-512", "sha512"}, {"SHA-1", "sha1"}, {"MD5", "md5"}};
	for (size_t i = 0; i < sizeof simple / sizeof *simple; i++)
		if (json_is(object, "type", simple[i][0]) && intake_text(object, simple[i][1])) {
			one_observable(s, object, simple[i][2], intake_text(object, simple[i][1]));
			char known[200];
			snprintf(known, sizeof known, ALWAYS "%s", simple[i][1]);
			intake_lost_members(s->out, "indicator", object, known);
			return 0;
		}
	if (!json_is(object, "type", "file"))
		return -1;
	const json_t *digests = json_object_get(object, "hashes");
	for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++)
		one_observable(s, object, hashes[i][1], intake_text(digests, hashes[i][0]));
	if (!s->out->records)
		one_observable(s, object, "file_name", intake_text(object, "name"));
	intake_lost_members(s->out, "indicator", object, json_object_size(digests) ? ALWAYS "hashes" : ALWAYS "name");
	return s->out->records ? 0 : -1;
}

/* ---- */

static int take_object(struct stix *s, const json_t *object, const char *type)
{
	static const struct {
		const char *type;
		int (*take)(struct stix *s, const json_t *object);
	} kinds[] = {
	    {"indicator", take_indicator},     {"identity", take_identity}, {"infrastructure", take_infrastructure},
	    {"course-of-action", take_course}, {"note", take_note},         {"relationship", take_relationship}};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].type, type) == 0)
			return kinds[i].take(s, object);
	return take_observable(s, object);
}

static const char *why_not(const char *type)
{
	if (strcmp(type, "indicator") == 0)
		return _("its pattern is not made of equalities that genba has a type for");
	if (strcmp(type, "infrastructure") == 0)
		return _("infrastructure of others is no asset of this case");
	if (strcmp(type, "marking-definition") == 0)
		return _("it says how others are marked, which is taken as their TLP");
	if (strcmp(type, "report") == 0 || strcmp(type, "grouping") == 0)
		return _("what it gathers is taken one by one");
	return _("genba has no kind of record for it");
}

static int object_value(struct stix *s, const struct json_walk_path *path, const json_t *object, const char *why,
                        struct err *err)
{
	const char *type = intake_text(object, "type");
	const char *version = intake_text(object, "spec_version");
	if (!s->second) {
		note_object(s, object);
		return 0;
	}
	intake_item(s->out);
	if (!type) {
		intake_named(s->out, _("object"), why ? why : _("it has no type"));
		return 0;
	}
	if (version && strcmp(version, "2.0") != 0 && strcmp(version, "2.1") != 0)
		return err_set(err, ERR_INVALID, _("line %zu: spec_version is '%s'; genba reads STIX 2.0 and 2.1"),
		               path->line, version);
	if (json_is_true(json_object_get(object, "revoked")))
		intake_named(s->out, type, _("it is revoked there"));
	else if (take_object(s, object, type) == 0)
		return intake_taken(s->out, intake_text(object, "id"), path->line, err);
	else
		intake_named(s->out, type, why_not(type));
	return 0;
}

static int take_value(void *ctx, const struct json_walk_path *path, const json_t *value, const char *why,
                      struct err *err)
{
	struct stix *s = ctx;
	if (path->depth == 2 || (path->depth == 1 && !path->keys[0]))
		return object_value(s, path, value, why, err);
	if (path->depth == 1 && strcmp(path->keys[0], "type") == 0 && json_is_string(value)) {
		snprintf(s->type, sizeof s->type, "%s", json_string_value(value));
		s->type_line = path->line;
	}
	if (path->depth == 1 && strcmp(path->keys[0], "spec_version") == 0 && json_is_string(value) &&
	    strcmp(json_string_value(value), "2.0") != 0 && strcmp(json_string_value(value), "2.1") != 0)
		return err_set(err, ERR_INVALID, _("line %zu: spec_version is '%s'; genba reads STIX 2.0 and 2.1"),
		               path->line, json_string_value(value));
	return 0;
}

int intake_stix(struct intake_out *out, struct intake_source *source, struct err *err)
{
	struct stix s = {.out = out, .source = *source, .markings = json_object(), .names = json_object()};
	struct json_walk walk = {.read = read_file, .begin = begin, .value = take_value, .ctx = &s};
	int rc = json_walk(&walk, err);
	if (rc == 0 && !s.objects)
		rc = err_set(err, ERR_INVALID, _("line %zu: this is no bundle of STIX objects"),
		             s.type_line ? s.type_line : 1);
	if (rc == 0 && *s.type && strcmp(s.type, "bundle") != 0)
		rc = err_set(err, ERR_INVALID, _("line %zu: this is no bundle of STIX objects"), s.type_line);
	s.second = 1;
	s.source = *source;
	if (rc == 0)
		rc = json_walk(&walk, err);
	json_decref(s.markings);
	json_decref(s.names);
	return rc;
}
