#include "finding/mail/waiting.h"

#include "base/err.h"
#include "base/json.h"
#include "case/query/record_kept.h"
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

/* ---- kept of an open case: of each mail what it adds */

static void take_mail(json_t *mail, void *item)
{
	mail_waiting_count(item, mail);
}

/* raw: without their texts, which are most of them */
static const struct record_kept_spec waiting_mails = {"mail waiting", "mail", RECORD_RAW, sizeof(struct mail_waiting),
                                                      take_mail,      NULL};

int mail_waiting_ahead(struct case_file *c, double deadline, struct mail_waiting *w, struct err *err)
{
	struct record_kept *mails;
	int rc = record_kept_work(c, &waiting_mails, deadline, &mails, err);
	if (rc)
		return rc;
	*w = (struct mail_waiting){.unknown = 0};
	for (size_t i = 0; i < record_kept_count(mails); i++) {
		const struct mail_waiting *one = record_kept_item(mails, i);
		if (!one)
			continue;
		w->unknown += one->unknown;
		w->partly += one->partly;
		if (one->high && w->high++ == 0)
			snprintf(w->first, sizeof w->first, "%s", one->first);
	}
	return 0;
}
