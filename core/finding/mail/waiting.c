#include "finding/mail/waiting.h"

#include "base/json.h"
#include "finding/mail/summary.h"

#include <stdio.h>
#include <string.h>

int mail_waiting_count(void *ctx, json_t *mail)
{
	struct mail_waiting *w = ctx;
	const char *reach = json_get_string(mail, "reach");
	const char *parsed = json_get_string(mail, "parsed");
	const struct mail_rule *rule = mail_weightiest(mail);
	if (!json_get_string(mail, "analysis"))
		return 0;
	w->partly += parsed && strcmp(parsed, "whole") != 0;
	if (reach && strcmp(reach, "unknown") != 0)
		return 0;
	w->unknown++;
	if (rule && rule->weight == RULE_HIGH && w->high++ == 0)
		snprintf(w->first, sizeof w->first, "%s", record_label(mail));
	return 0;
}
