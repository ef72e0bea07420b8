#include "playbook/load/check.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "playbook/load/condition.h"
#include "playbook/load/source_map.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int check_is_identifier(const char *text, const char *type)
{
	size_t n = type ? strlen(type) : strcspn(text, "-");
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	if (!type)
		n = (size_t)(strstr(text, "--") ? strstr(text, "--") - text : 0);
	if (n == 0 || (type && strncmp(text, type, n) != 0) || strncmp(text + n, "--", 2) != 0)
		return 0;
	text += n + 2;
	for (size_t i = 0; i < sizeof shape; i++)
		if (shape[i] == 'x' ? !text[i] || !strchr("0123456789abcdefABCDEF", text[i]) : text[i] != shape[i])
			return 0;
	return 1;
}

int check_is_timestamp(const char *text)
{
	static const char shape[] = "0000-00-00T00:00:00.000Z";
	for (size_t i = 0; i < sizeof shape; i++)
		if (shape[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
			return 0;
	return 1;
}

static void check_formal(struct playbook *p)
{
	static const char *const times[] = {"created", "modified", "valid_from", "valid_until"};
	const char *id = json_get_string(p->tree, "id");
	const char *by = json_get_string(p->tree, "created_by");
	if (!id || !check_is_identifier(id, "playbook"))
		problem_departure(p, "/id", "%s", _("the id is not playbook--UUID"));
	if (!by || !check_is_identifier(by, "identity"))
		problem_departure(p, "/created_by", "%s", _("created_by is not identity--UUID"));
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		char pointer[32];
		snprintf(pointer, sizeof pointer, "/%s", times[i]);
		const char *time = json_get_string(p->tree, times[i]);
		if (time ? !check_is_timestamp(time) : i < 2)
			problem_departure(p, pointer, "%s",
			                  time ? _("a time has exactly three digits of milliseconds and Z")
			                       : _("this time is missing"));
	}
}

static int check_variables(struct playbook *p, struct err *err)
{
	json_t *variables = json_object_get(p->tree, "playbook_variables");
	const char *name;
	json_t *value;
	if (variables && !json_is_object(variables))
		return problem_either(p, "/playbook_variables", err, "%s", _("variables are a map of names"));
	json_object_foreach(variables, name, value) {
		struct buf pointer = BUF_INIT;
		buf_adds(&pointer, "/playbook_variables");
		source_map_pointer_add(&pointer, name);
		int rc = 0;
		const json_t *given = json_object_get(value, "value");
		if (condition_variable_length(name) != strlen(name))
			rc = problem_either(
			    p, pointer.data, err, "%s",
			    _("a variable is called __name__: letters, digits, '_' and '-' between two pairs of '_'"));
		else if (!json_is_object(value) || !json_get_string(value, "type"))
			rc = problem_either(p, pointer.data, err, "%s", _("a variable is a map with a type"));
		else if (given && !json_is_string(given) && !json_is_null(given))
			rc = problem_either(p, pointer.data, err, "%s", _("the value of a variable is a text or null"));
		buf_release(&pointer);
		if (rc < 0)
			return -1;
	}
	return 0;
}

static int check_top(struct playbook *p, struct err *err)
{
	if (!playbook_is_text(json_object_get(p->tree, "name")))
		return problem_fail(p, "/name", err, "%s", _("a playbook needs a name"));
	if (json_object_get(p->tree, "description") && !playbook_is_text(json_object_get(p->tree, "description")))
		return problem_fail(p, "/description", err, "%s",
		                    _("this must be a text, or a map of language to text"));
	if (p->foreign)
		check_formal(p);
	return check_variables(p, err);
}

int playbook_check(struct playbook *p, struct err *err)
{
	const char *id;
	json_t *step;
	if (check_top(p, err) < 0)
		return -1;
	json_object_foreach(json_object_get(p->tree, "workflow"), id, step)
		if (check_step(p, id, step, err) < 0 || check_extension(p, id, step, err) < 0)
			return -1;
	if (check_flow(p, err) < 0)
		return -1;
	check_unsupported(p);
	return 0;
}
