#include "finding/mail/summary.h"

#include "base/buf.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/kind/kinds.h"
#include "finding/mail/propose.h"

#include <string.h>

const struct mail_rule *mail_weightiest(const json_t *record)
{
	size_t i;
	json_t *id;
	const struct mail_rule *best = NULL;
	json_array_foreach(json_object_get(record, "findings"), i, id) {
		const struct mail_rule *rule = json_is_string(id) ? mail_rule_find(json_string_value(id)) : NULL;
		if (rule && (!best || rule->weight > best->weight))
			best = rule;
	}
	return best;
}

char *mail_known_role(struct case_file *c, const char *label)
{
	json_t *items = mail_known(c, label, NULL);
	const char *role = NULL;
	size_t i;
	json_t *item;
	json_array_foreach(items, i, item)
		if (!role || json_is(item, "role", "c2") || strcmp(role, "unknown") == 0)
			role = json_get_string(item, "role");
	char *known = role ? xstrdup(role) : NULL;
	json_decref(items);
	return known;
}

static const char *rule_shown(const struct mail_rule *rule)
{
	const char *text = i18n_text(rule->text);
	return text != rule->text ? text : strchr(rule->id, '.') + 1;
}

char *mail_finding_told(const struct mail_rule *rule, const char *role)
{
	int nobody_said = role && strcmp(role, "unknown") == 0; /* of what kind it is: a grave rule tells more */
	if (role && !nobody_said)
		return xasprintf(_("known: %s"),
		                 field_value_label(field_value_find(kind_field(kind_find("indicator"), "role"), role)));
	if (role && !(rule && rule->weight == RULE_HIGH))
		return xstrdup(_("on record"));
	return xstrdup(rule ? rule_shown(rule) : "");
}
