#include "finding/sweep/record/sweep_mails.h"

#include "base/json.h"
#include "base/time/edtf.h"
#include "case/query/record_kept.h"
#include "finding/observation/observation.h"

#include <string.h>

/* What is kept of a mail; no digest: none that counts. */
struct mail_came {
	char sha256[65];
	int64_t when; /* seconds */
};

static void take_mail(json_t *record, void *item)
{
	struct mail_came *m = item;
	struct edtf time;
	int64_t last;
	const char *sha256 = json_get_string(record, "sha256");
	const char *when = json_get_string(record, "when");
	if (!sha256 || !when || edtf_parse(when, &time, NULL) < 0 || time.form != EDTF_POINT || time.from.hour < 0 ||
	    !time.from.zone || edtf_bounds(&time, NULL, NULL, &m->when, &last) < 0)
		return;
	snprintf(m->sha256, sizeof m->sha256, "%s", sha256);
}

static const struct record_kept_spec kept_mails = {"sweep mails", "mail", 0, sizeof(struct mail_came), take_mail, NULL};

/* Of a mail that is on record twice the earlier one counts. */
static void add_mail(json_t *mails, const struct mail_came *m)
{
	const json_t *known = json_object_get(mails, m->sha256);
	if (*m->sha256 && (!known || m->when < json_integer_value(known)))
		json_object_set_new(mails, m->sha256, json_integer(m->when));
}

void sweep_mails_add(json_t *mails, json_t *record)
{
	struct mail_came m = {.when = 0};
	take_mail(record, &m);
	add_mail(mails, &m);
}

int sweep_mails_now(struct case_file *c, double deadline, json_t **mails, struct err *err)
{
	struct record_kept *kept;
	int rc = record_kept_work(c, &kept_mails, deadline, &kept, err);
	if (rc)
		return rc;
	*mails = json_object();
	for (size_t i = 0; i < record_kept_count(kept); i++) {
		const struct mail_came *m = record_kept_item(kept, i);
		if (m)
			add_mail(*mails, m);
	}
	return 0;
}

void sweep_mail_when(const json_t *mails, const char *sha256, char when[40])
{
	const json_t *seconds = json_object_get(mails, sha256);
	*when = '\0';
	if (seconds)
		observation_when(observation_from_unix(json_integer_value(seconds), 0), when);
}
