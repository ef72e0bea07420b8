#include "finding/mail/summary.h"

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
