#include "outward/incident/report.h"
#include "outward/incident/report_private.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/time/clock.h"
#include "finding/indicator/textscan.h"
#include "finding/triage/hosts.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	const char *title;
} reports[] = {
    [REPORT_INCIDENT] = {"incident", N_("Incident report")},
    [REPORT_PRELIMINARY] = {"preliminary", N_("Preliminary report")},
    [REPORT_FINAL] = {"final", N_("Final report")},
    [REPORT_ALERT] = {"alert", N_("Alert")},
};

int report_find(const char *name, enum report_kind *kind, struct err *err)
{
	for (size_t i = 0; i < sizeof reports / sizeof *reports; i++)
		if (strcmp(reports[i].name, name) == 0) {
			*kind = (enum report_kind)i;
			return 0;
		}
	return err_set(err, ERR_USAGE, _("report %s: there are incident, preliminary, final and alert"), name);
}

const char *report_name(enum report_kind kind)
{
	return reports[kind].name;
}

/* ---- what leaves */

static int keep_record(void *ctx, json_t *record)
{
	struct report *p = ctx;
	const char *kind = json_get_string(record, "kind");
	json_t *list = json_object_get(p->kinds, kind);
	if (!list) {
		list = json_array();
		json_object_set_new(p->kinds, kind, list);
	}
	json_array_append(list, record);
	struct buf safe = BUF_INIT;
	char *title = record_title(record);
	if (record_kind(record)->value_of_type)
		textscan_defang(title, strlen(title), &safe); /* nobody clicks on it by mistake */
	else
		buf_adds(&safe, title);
	json_object_set_new(p->titles, record_label(record), json_string(safe.data));
	free(title);
	buf_release(&safe);
	return 0;
}

/* ---- the whole */

static void put_head(struct report *p, enum report_kind kind)
{
	char now[CLOCK_TEXT];
	struct case_file *c = release_case(p->r);
	clock_format(clock_now(), now);
	char *title = printable_dup(release_case_title(p->r));
	p->d->title = xasprintf("%s: %s", i18n_text(reports[kind].title), title);
	free(title);
	p->d->state = xasprintf(_("case %s · last commit %s · %s"), case_id(c), case_head(c), now);
	p->d->tlp = xasprintf("TLP:%s", release_tlp(p->r));
	if (!release_case_leaves(p->r))
		document_notice(p->d,
		                _("What is on record of the case itself is not in this report: its TLP is above the "
		                  "report's. Where it says unknown, others may know."));
	p->d->notice = xstrdup(_("Draft. genba has sent it to nobody. What is not on record is unknown, and not: no."));
}

int report_make(struct release *r, enum report_kind kind, struct document *d, struct err *err)
{
	struct report p = {.r = r, .d = d, .kinds = json_object(), .titles = json_object(), .stays = json_object()};
	memset(d, 0, sizeof *d);
	/* of a case that may not leave nothing is told, nor of whether it is known */
	p.of_case =
	    release_case_leaves(r) ? record_get(release_case(r), "case", 0, err) : json_pack("{s:s}", "kind", "case");
	int rc = p.of_case ? 0 : -1;
	if (rc == 0)
		rc = release_each(r, NULL, keep_record, &p, err);
	if (rc == 0) {
		report_sort_events(&p);
		json_decref(p.stays);
		p.stays = release_stays(r);
		put_head(&p, kind);
		rc = kind == REPORT_INCIDENT ? report_incident(&p, err)
		     : kind == REPORT_ALERT  ? report_alert(&p, err)
		                             : report_authority(&p, kind == REPORT_FINAL, err);
	}
	json_decref(p.kinds);
	json_decref(p.titles);
	json_decref(p.stays);
	json_decref(p.collected);
	json_decref(p.transfers);
	host_matrix_free(p.findings);
	json_decref(p.of_case);
	return rc < 0 ? -1 : 0;
}
