/*
 * TheHive: observables as its API and its exports give them: a list, an alert ("artifacts", "observables") or a case with them.
 * Their `tlp` is a number whose meaning changed between versions: 3 is read as RED.
 */
#include "outward/intake/intake_format.h"
#include "outward/intake/json_walk.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"

#include <string.h>

struct thehive {
	struct intake_out *out;
	struct intake_source source;
};

static ssize_t read_file(void *ctx, void *bytes, size_t n, struct err *err)
{
	return intake_read(&((struct thehive *)ctx)->source, bytes, n, err);
}

static int is_list(const char *key)
{
	return key && (strcmp(key, "observables") == 0 || strcmp(key, "artifacts") == 0);
}

static enum json_walk_what begin(void *ctx, const struct json_walk_path *path, char first)
{
	(void)ctx;
	const char *key = path->depth ? path->keys[path->depth - 1] : NULL;
	if (path->depth == 0 && (first == '[' || first == '{'))
		return JSON_WALK_ENTER;
	return first == '[' && is_list(key) ? JSON_WALK_ENTER : JSON_WALK_TAKE;
}

static const char *digest_type(const char *value)
{
	size_t n = strlen(value);
	return n == 32 ? "md5" : n == 40 ? "sha1" : n == 64 ? "sha256" : n == 128 ? "sha512" : NULL;
}

static const char *type_of(const char *type, const char *value)
{
	static const char *const types[][2] = {{"ip", "ip"},
	                                       {"domain", "domain"},
	                                       {"fqdn", "domain"},
	                                       {"url", "url"},
	                                       {"mail", "email"},
	                                       {"mail-subject", "subject"},
	                                       {"mail_subject", "subject"},
	                                       {"filename", "file_name"},
	                                       {"file", "file_name"},
	                                       {"registry", "registry"},
	                                       {"user-agent", "user_agent"},
	                                       {"user_agent", "user_agent"},
	                                       {"other", "other"},
	                                       {"hostname", "domain"}};
	if (strcmp(type, "hash") == 0)
		return digest_type(value);
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (strcmp(types[i][0], type) == 0)
			return types[i][1];
	return NULL;
}

static int take(struct thehive *t, const json_t *o, const char *why, size_t line, struct err *err)
{
	static const char *const levels[] = {"CLEAR", "GREEN", "AMBER", "RED"};
	const char *type = intake_text(o, "dataType");
	const char *value = intake_text(o, "data");
	if (type && !value) /* a file: its name */
		value = intake_text(json_object_get(o, "attachment"), "name");
	intake_item(t->out);
	const char *ours = type && value ? type_of(type, value) : NULL;
	if (!ours) {
		intake_named(t->out, type ? type : _("object"),
		             why    ? why
		             : type ? _("genba has no type of indicator for it")
		                    : _("it has no dataType"));
		return 0;
	}
	json_t *fields = json_object();
	json_t *tlp = json_object_get(o, "tlp");
	json_int_t level = json_integer_value(tlp);
	if (json_is_integer(tlp))
		intake_set(fields, "tlp", level >= 0 && level < 3 ? levels[level] : "RED");
	intake_set(fields, "type", ours);
	intake_set(fields, "value", value);
	intake_set(fields, "origin", intake_text(o, "message"));
	intake_record(t->out, "indicator", fields);
	intake_lost_members(t->out, "indicator", o,
	                    "_id id _type dataType data tlp message _createdAt _createdBy createdAt createdBy");
	return intake_taken(t->out, intake_text(o, "_id"), line, err);
}

static int take_value(void *ctx, const struct json_walk_path *path, const json_t *value, const char *why,
                      struct err *err)
{
	struct thehive *t = ctx;
	const char *list = path->depth >= 2 ? path->keys[path->depth - 2] : NULL;
	if (path->depth >= 1 && !path->keys[path->depth - 1] && (path->depth == 1 || is_list(list)))
		return take(t, value, why, path->line, err);
	if (path->depth == 1 && !json_is_null(value)) {
		intake_item(t->out);
		intake_named(t->out, path->keys[0], _("it is the alert's or case's own, and no observable"));
	}
	return 0;
}

int intake_thehive(struct intake_out *out, struct intake_source *source, struct err *err)
{
	struct thehive t = {.out = out, .source = *source};
	struct json_walk walk = {.read = read_file, .begin = begin, .value = take_value, .ctx = &t};
	return json_walk(&walk, err);
}
