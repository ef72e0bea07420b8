/* The board's section on the mail desk: what waits there. */
#include "outward/report/board_private.h"

#include "base/i18n.h"
#include "base/json.h"
#include "finding/mail/summary.h"

#include <string.h>

#define MAILS_MOST 2000 /* beyond, reading them all takes longer than a glance */

struct mail_waiting {
	size_t unknown; /* what was done with them */
	size_t high;    /* of them: with a finding of great weight */
	size_t partly;
	char first[LABEL_TEXT];
};

static int count_waiting(void *ctx, json_t *mail)
{
	struct mail_waiting *w = ctx;
	const char *reach = json_get_string(mail, "reach");
	const char *parsed = json_get_string(mail, "parsed");
	const struct mail_rule *rule = mail_weightiest(mail);
	if (!json_get_string(mail, "analysis")) /* typed in: nobody brought it to the desk */
		return 0;
	w->partly += parsed && strcmp(parsed, "whole") != 0;
	if (reach && strcmp(reach, "unknown") != 0)
		return 0;
	w->unknown++;
	if (rule && rule->weight == RULE_HIGH && w->high++ == 0)
		snprintf(w->first, sizeof w->first, "%s", record_label(mail));
	return 0;
}

int board_add_mail(struct building *k)
{
	struct mail_waiting w = {0};
	if (!k->commit && record_count(k->c, "mail", 0) > MAILS_MOST) {
		board_add(k->b, BOARD_HEADING, NULL, _("Mail desk"));
		board_addf(k->b, BOARD_PLAIN, NULL, _("%llu mails: what waits is not counted here"),
		           (unsigned long long)record_count(k->c, "mail", 0));
		board_lead(k, "mail", NULL, NULL);
		return 0;
	}
	if (board_each(k, "mail", count_waiting, &w) < 0)
		return -1;
	if (w.unknown || w.partly)
		board_add(k->b, BOARD_HEADING, NULL, _("Mail desk"));
	if (w.high)
		board_addf(k->b, BOARD_ATTENTION, w.first,
		           P_("%zu mail weighs much, and nobody has said whether it was opened",
		              "%zu mails weigh much, and nobody has said whether they were opened", w.high),
		           w.high),
		    board_lead(k, "mail", NULL, NULL);
	if (w.unknown > w.high)
		board_addf(k->b, BOARD_PLAIN, NULL,
		           P_("%zu other mail of which nobody has said whether it was opened",
		              "%zu other mails of which nobody has said whether they were opened", w.unknown - w.high),
		           w.unknown - w.high),
		    board_lead(k, "mail", NULL, NULL);
	if (w.partly)
		board_addf(k->b, BOARD_PLAIN, NULL,
		           P_("%zu mail could only be read in part", "%zu mails could only be read in part", w.partly),
		           w.partly),
		    board_lead(k, "mail", NULL, NULL);
	return 0;
}
