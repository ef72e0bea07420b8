/*
 * The preliminary and the final report to the authority: the nine items of the rules of the personal information law, each from
 * fields or unknown, and the clock that runs from when the organisation came to know.
 *
 * Source: Enforcement Rules for the Act on the Protection of Personal Information, article 8: "promptly" is about three to five
 * days by the Commission's guideline; the final report within 30 days, 60 where the act was for an unlawful purpose. By the
 * guideline (general rules, 3-5-3-4) the day on which it came to be known is the first of the 30 or 60.
 */
#include "outward/incident/report_private.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/time/clock.h"
#include "case/query/timeline.h"

#include <stdlib.h>
#include <string.h>

#define DAY 86400

/* ---- the clock */

/* The day of a time, by the clock of that zone. */
static int64_t day_at(int64_t seconds, int offset)
{
	int64_t local = seconds + (int64_t)offset * 60;
	return local / DAY - (local % DAY < 0);
}

/* Days are counted by the calendar of the place where it came to be known; the last one is due. `first`: the day that is number
 * one. Where the last one is no working day of the offices, the next that is would do: the date said here is never too late. */
static void put_deadline(struct report *p, const char *what, int64_t first, int64_t today, int days)
{
	char due[CLOCK_TEXT];
	int64_t day = first + days - 1;
	clock_format((struct clock_time){.seconds = day * DAY}, due);
	due[10] = '\0';
	int passed = day < today;
	unsigned long left = (unsigned long)(passed ? today - day : day - today);
	char *line =
	    passed
	        ? xasprintf(P_("%s (%d days): %s, passed %lu day ago", "%s (%d days): %s, passed %lu days ago", left),
	                    what, days, due, left)
	        : xasprintf(P_("%s (%d days): %s, %lu day left", "%s (%d days): %s, %lu days left", left), what, days,
	                    due, left);
	document_item(p->d, line);
	free(line);
}

static int put_clock(struct report *p, int final, struct err *err)
{
	static const struct report_table deadlines = {"measure", "legal:", "title legal due status", NULL};
	const struct field *field = kind_field(record_kind(p->of_case), "known");
	const char *text = json_get_string(p->of_case, "known");
	struct edtf when;
	int64_t known;
	int64_t last;
	struct buf line = BUF_INIT;
	report_heading(p, _("The clock"), NULL);
	record_field_text(p->of_case, field, &line);
	report_fact(p, field_label(field), line.data);
	buf_release(&line);
	if (!text || edtf_parse(text, &when, NULL) < 0 ||
	    edtf_bounds(&when, timeline_resolve, release_case(p->r), &known, &last) < 0 || known == INT64_MIN) {
		document_notice(
		    p->d,
		    _("Since when it is known is not on record: no period can be computed (genba set case known=…)."));
		return 0;
	}
	/* what was said without a zone, a day above all, is that day wherever it is read: its bounds are of UTC */
	struct clock_time now = clock_now();
	int has_zone = when.form != EDTF_RELATIVE && when.from.hour >= 0 && when.from.zone;
	int64_t day = day_at(known, has_zone                     ? when.from.offset
	                            : when.form == EDTF_RELATIVE ? clock_zone_at(known)
	                                                         : 0);
	int64_t today = day_at(now.seconds, has_zone ? when.from.offset : now.offset);
	if (!final) {
		put_deadline(p, _("Preliminary report"), day + 1, today, 3);
		put_deadline(p, _("Preliminary report, at the latest"), day + 1, today, 5);
	}
	put_deadline(p, _("Final report"), day, today, 30);
	put_deadline(p, _("Final report, where the purpose was unlawful"), day, today, 60);
	return report_table(p, &deadlines, err);
}

/* ---- the nine items */

static int put_overview(struct report *p, struct err *err)
{
	static const char *const fields[] = {"kinds", "known", "trigger", "severity", "stage"};
	static const struct report_table acts = {"event", "side=attacker", "when title outcome", NULL};
	report_fact(p, _("Case"), release_case_title(p->r));
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		const struct field *field = kind_field(record_kind(p->of_case), fields[i]);
		struct buf line = BUF_INIT;
		record_field_text(p->of_case, field, &line);
		report_fact(p, field_label(field), line.data);
		buf_release(&line);
	}
	return report_table(p, &acts, err);
}

static int put_persons(struct report *p, struct err *err)
{
	int64_t sum = 0;
	size_t said = 0;
	size_t i;
	json_t *event;
	json_array_foreach(report_records(p, "event"), i, event) {
		json_t *persons = json_object_get(event, "persons");
		if (!json_is_integer(persons) || json_is(event, "personal_data", "no"))
			continue;
		report_add(&sum, persons);
		said++;
	}
	(void)err;
	char *number = xasprintf(P_("%lld person", "%lld persons", (unsigned long long)sum), (long long)sum);
	char *line = said ? xasprintf(P_("%s by %zu event on record; one person may be counted twice",
	                                 "%s by %zu events on record; one person may be counted twice", said),
	                              number, said)
	                  : xstrdup(_("unknown"));
	document_paragraph(p->d, line);
	free(number);
	free(line);
	return 0;
}

struct report_item {
	const char *title;
	int (*put)(struct report *p, struct err *err); /* NULL: the tables */
	struct report_table tables[3];
};

static const struct report_item items[] = {
    {N_("Outline"), put_overview, {{0}}},
    {N_("Items of personal data"),
     NULL,
     {{"event", "data: OR personal_data=yes", "when data personal_data data_amount", N_("unknown")}}},
    {N_("Number of the persons concerned"), put_persons, {{0}}},
    {N_("Cause"),
     NULL,
     {{"asset", "route:", "hostname route first_compromised", N_("unknown")},
      {"measure", "track=cause", "title status result", NULL}}},
    {N_("Secondary damage, or the danger of it"),
     NULL,
     {{"event", "data_lost:", "when title data_lost", N_("unknown")},
      {"party", "roles=downstream|stepping_stone", "name roles damaged", NULL}}},
    {N_("What was done for the persons concerned"),
     NULL,
     {{"contact", "tag:data_subjects", "when means said result",
       N_("unknown (a contact with the tag data_subjects says it)")}}},
    {N_("Publication"),
     NULL,
     {{"contact", "purpose=press", "when means said result",
       N_("unknown: no contact with purpose=press is on record")}}},
    {N_("Preventing it from happening again"),
     NULL,
     {{"measure", "track=permanent", "title status owner due", N_("unknown")}}},
    {N_("Other matters"),
     NULL,
     {{"contact", "purpose=authority_report", "when party report reference said",
       N_("unknown: no report to an authority is on record")}}},
};

/* ---- the common forms for ransomware and for denial of service */

static const struct report_item common_form[] = {
    {N_("Common form: systems hit, and their state"),
     NULL,
     {{"asset", "status=infected|compromised", "hostname type status containment recovery business_effect",
       N_("unknown")}}},
    {N_("Common form: technique, malware and demands"),
     NULL,
     {{"event", "side=attacker", "when title technique", N_("unknown")},
      {"indicator", "role=malware|c2|tool false_positive!=yes", "type value role malware", NULL}}},
    {N_("Common form: backups"),
     NULL,
     {{"asset", "type=backup", "hostname status containment recovery", N_("unknown: no backup device is on record")}}},
    {N_("Common form: recovery"), NULL, {{"measure", "track=provisional", "title status due done_at", N_("unknown")}}},
};

static int put_items(struct report *p, const struct report_item *list, size_t n, struct err *err)
{
	int rc = 0;
	for (size_t i = 0; i < n && rc == 0; i++) {
		report_heading(p, i18n_text(list[i].title), NULL);
		if (list[i].put)
			rc = list[i].put(p, err);
		for (size_t k = 0; k < 3 && rc == 0 && list[i].tables[k].kind; k++)
			rc = report_table(p, &list[i].tables[k], err);
	}
	return rc;
}

int report_authority(struct report *p, int final, struct err *err)
{
	if (put_items(p, items, sizeof items / sizeof *items, err) < 0)
		return -1;
	if ((json_holds(json_object_get(p->of_case, "kinds"), "ransomware") ||
	     json_holds(json_object_get(p->of_case, "kinds"), "suspicious_traffic")) &&
	    put_items(p, common_form, sizeof common_form / sizeof *common_form, err) < 0)
		return -1;
	return put_clock(p, final, err);
}
