#include "finding/mail/waiting.h"

#include "base/err.h"
#include "base/json.h"
#include "case/query/record_reader.h"
#include "finding/mail/summary.h"

#include <stdio.h>
#include <stdlib.h>
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

/* ---- kept of an open case */

struct mail_waiting_kept {
	uint64_t generation;
	struct record_reader *mails; /* NULL: all were counted */
	struct mail_waiting w;
};

static void mail_waiting_drop(void *kept)
{
	struct mail_waiting_kept *k = kept;
	record_reader_free(k->mails);
	free(k);
}

int mail_waiting_ahead(struct case_file *c, double deadline, struct mail_waiting *w, struct err *err)
{
	void **slot = case_memory_of(c, "mail waiting", mail_waiting_drop);
	struct mail_waiting_kept *k = *slot;
	if (k && k->generation != case_generation(c)) {
		mail_waiting_drop(k);
		*slot = k = NULL;
	}
	if (!k) {
		*slot = k = xcalloc(1, sizeof *k);
		k->generation = case_generation(c);
		/* without their texts, which are most of them */
		k->mails = record_reader_new(c, "kind = 'mail'", RECORD_RAW, mail_waiting_count, &k->w);
	}
	int rc = k->mails ? record_reader_work(k->mails, deadline, err) : 0;
	if (rc < 0) {
		mail_waiting_drop(k);
		*slot = NULL;
	}
	if (rc)
		return rc;
	record_reader_free(k->mails);
	k->mails = NULL;
	*w = k->w;
	return 0;
}
