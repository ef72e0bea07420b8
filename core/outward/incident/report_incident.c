/* The incident report: what happened, how far it reached, why, what was done, on what it rests, and what nobody looked at. */
#include "outward/incident/report_private.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "case/query/filter.h"
#include "case/query/machines_checked.h"
#include "case/query/timeline.h"
#include "case/store/disputed.h"
#include "outward/report/flow.h"

#include <stdlib.h>
#include <string.h>

/* ---- counts */

static size_t count(struct report *p, const char *kind, const char *where)
{
	struct filter *f = filter_parse(kind_find(kind), where, NULL);
	size_t n = 0;
	size_t i;
	json_t *record;
	json_array_foreach(report_records(p, kind), i, record)
		n += f && filter_match(f, record) ? 1U : 0U;
	filter_free(f);
	return n;
}

static int64_t expected(struct report *p)
{
	int64_t sum = 0;
	size_t i;
	json_t *site;
	json_array_foreach(report_records(p, "site"), i, site) {
		report_add(&sum, json_object_get(site, "terminals"));
		report_add(&sum, json_object_get(site, "servers"));
	}
	return sum;
}

json_t *report_in_checks(struct report *p)
{
	json_t *labels = json_object();
	size_t i;
	json_t *check;
	json_array_foreach(report_records(p, "check"), i, check)
		machines_of_check(check, labels);
	return labels;
}

/* By the rule of the board (case/query/machines_checked.h). */
static size_t count_checked(struct report *p)
{
	json_t *in_checks = report_in_checks(p);
	size_t n = 0;
	size_t i;
	json_t *asset;
	json_array_foreach(report_records(p, "asset"), i, asset)
		n += asset_is_judged(asset) || json_object_get(in_checks, record_label(asset));
	json_decref(in_checks);
	return n;
}

/* Checked of expected, and how many of which finding. */
static char *extent_line(struct report *p)
{
	size_t assets = json_array_size(report_records(p, "asset"));
	size_t checked = count_checked(p);
	int64_t all = expected(p);
	if (all < (int64_t)assets)
		all = (int64_t)assets;
	size_t hit = count(p, "asset", "status=infected|compromised");
	size_t suspected = count(p, "asset", "status=suspected");
	return json_array_size(report_records(p, "site")) && all > 0
	           ? xasprintf(P_("%zu of %lld machine checked (%lld %%): %zu infected or compromised, %zu suspected",
	                          "%zu of %lld machines checked (%lld %%): %zu infected or compromised, %zu suspected",
	                          (unsigned long long)all),
	                       checked, (long long)all, (long long)checked * 100 / (long long)all, hit, suspected)
	           : xasprintf(P_("%zu machine checked, how many there are is unknown: %zu infected or compromised, "
	                          "%zu suspected",
	                          "%zu machines checked, how many there are is unknown: %zu infected or compromised, "
	                          "%zu suspected",
	                          (unsigned long long)checked),
	                       checked, hit, suspected);
}

/* Machines that may not leave are in none of the numbers. */
static void put_extent_line(struct report *p, void (*put)(struct document *d, const char *text))
{
	char *line = extent_line(p);
	unsigned long stays = report_stays(p, "asset");
	char *more = stays ? xasprintf(P_("%s (%lu machine that may not leave is not counted)",
	                                  "%s (%lu machines that may not leave are not counted)", stays),
	                               line, stays)
	                   : NULL;
	put(p->d, more ? more : line);
	free(more);
	free(line);
}

/* ---- the summary: five lines */

/* The earliest event of that side that began before `earliest`, which then says when; NULL: there is none. */
static const json_t *first_of_side(struct report *p, const char *side, int64_t *earliest)
{
	const json_t *first = NULL;
	size_t i;
	json_t *event;
	json_array_foreach(report_records(p, "event"), i, event) {
		struct edtf when;
		int64_t from;
		int64_t to;
		const char *text = json_get_string(event, "when");
		if (!json_is(event, "side", side) || record_surely_is(event, "confidence", "refuted") || !text ||
		    edtf_parse(text, &when, NULL) < 0 ||
		    edtf_bounds(&when, timeline_resolve, release_case(p->r), &from, &to) < 0 || from == INT64_MIN)
			continue;
		if (from < *earliest) {
			*earliest = from;
			first = event;
		}
	}
	return first;
}

static void case_line(struct report *p, const char *const *fields, size_t n)
{
	struct buf line = BUF_INIT;
	for (size_t i = 0; i < n; i++) {
		const struct field *field = kind_field(record_kind(p->of_case), fields[i]);
		buf_addf(&line, "%s%s: ", i ? " · " : "", field_label(field));
		record_field_text(p->of_case, field, &line);
	}
	document_item(p->d, line.data);
	buf_release(&line);
}

static void put_summary(struct report *p)
{
	static const char *const what[] = {"kinds", "severity", "stage"};
	static const char *const since[] = {"known", "trigger", "response_from"};
	struct buf line = BUF_INIT;
	int64_t from = INT64_MAX;
	const json_t *first = first_of_side(p, "attacker", &from);
	const json_t *open =
	    first_of_side(p, "unknown", &from); /* it may have been the attacker's: then all began there */
	report_heading(p, _("Summary"), "RS.AN-03 RS.CO");
	case_line(p, what, 3);
	case_line(p, since, 3);
	buf_addf(&line, "%s: ", _("Earliest act of the attacker on record"));
	if (first) {
		report_field(p, first, "when", &line);
		char *title = record_title(first);
		buf_addf(&line, "  %s (%s)", title, record_label(first));
		free(title);
	} else {
		buf_adds(&line, _("unknown"));
	}
	if (first && open) {
		buf_addf(&line, "; %s: ", _("earlier, whose act is unknown"));
		report_field(p, open, "when", &line);
		buf_addf(&line, " (%s)", record_label(open));
	}
	document_item(p->d, line.data);
	put_extent_line(p, document_item);
	buf_clear(&line);
	buf_addf(&line, _("Data leaked, by events: confirmed %zu, likely %zu, no trace %zu"),
	         count(p, "event", "data_lost=confirmed"), count(p, "event", "data_lost=likely"),
	         count(p, "event", "data_lost=not_seen"));
	if (!count(p, "event", "data_lost:"))
		buf_addf(&line, " (%s)", _("unknown: no event says"));
	document_item(p->d, line.data);
	buf_release(&line);
}

/* ---- what happened */

/* The flow's acts that leave, under the names under which they leave. */
static void put_flow(struct report *p)
{
	struct flow f;
	struct buf svg = BUF_INIT;
	struct buf acts = BUF_INIT;
	if (json_array_size(report_records(p, "flow")) == 0) {
		document_paragraph(p->d, _("No attack flow is on record, or none of it may leave."));
		return;
	}
	flow_of(release_case(p->r), report_records(p, "flow"), p->titles, &f);
	flow_layout(&f, f.act_count, 102);
	flow_svg(&f, _("Attack flow"), NULL, f.act_count, &svg);
	buf_addf(&acts, "%s\n", _("Attack flow"));
	for (size_t i = 0; i < f.act_count; i++)
		buf_addf(&acts, "%s  %s\n", f.acts[i].label, f.acts[i].line);
	document_picture(p->d, svg.data, acts.data);
	flow_release(&f);
	buf_release(&svg);
	buf_release(&acts);
}

static int put_events(struct report *p, struct err *err)
{
	static const struct report_table table = {
	    "event", NULL, "when title side stage outcome confidence assets evidence", N_("no event on record")};
	struct buf svg = BUF_INIT;
	report_heading(p, _("What happened"), "RS.AN-03");
	put_flow(p);
	size_t all = json_array_size(report_records(p, "event"));
	size_t drawn = report_time_picture(p, report_records(p, "event"), &svg);
	if (drawn)
		document_picture(p->d, svg.data, _("Time line: see the table of events."));
	if (drawn && drawn < all) {
		char *line =
		    xasprintf(_("The time line shows %zu of %zu events; the table has all of them."), drawn, all);
		document_paragraph(p->d, line);
		free(line);
	}
	buf_release(&svg);
	int rc = report_table(p, &table, err);
	report_say_stays(p, "event");
	return rc;
}

/* ---- tables */

struct report_section {
	const char
	    *title; /* NULL: goes on under the last heading; one whose table says nothing of none is left out then */
	const char *mark;
	struct report_table table;
};

static const struct report_section before_data[] = {
    {N_("Cause"),
     "RS.AN-03",
     {"asset", "route:", "hostname route first_compromised status",
      N_("unknown: no machine on record says by which route")}},
    {NULL,
     NULL,
     {"event", "side=attacker stage=initial OR side=attacker type=mail_received|opened",
      "when title stage assets evidence", NULL}},
    {NULL, NULL, {"measure", "track=cause", "title status result", N_("no measure looks for the cause")}},
    {NULL, NULL, {"note", "stance=hypothesis -state=ruled_out", "text confidence state on", NULL}},
};

static const struct report_section after_data[] = {
    {N_("Other organisations"),
     "RS.AN-08 RS.CO",
     {"pivot", "-pivot=same_organisation", "organisation party pivot status reason because",
      N_("no organisation was decided on; that none is known may mean that nobody looked")}},
    {NULL, NULL, {"pivot", "pivot=same_organisation", "organisation other party pivot status reason", NULL}},
    {NULL, NULL, {"party", "chain_status:", "name roles chain_status targeted attacked damaged", NULL}},
    {N_("Response: situation"),
     "RS.MA",
     {"measure", "track=situation", "title status owner due done_at result", N_("none on record")}},
    {N_("Response: cause of the infection"),
     "RS.AN",
     {"measure", "track=cause", "title status owner due done_at result", N_("none on record")}},
    {N_("Response: provisional measures"),
     "RS.MI",
     {"measure", "track=provisional", "title status owner due done_at result", N_("none on record")}},
    {N_("Response: permanent measures"),
     "RC.RP ID.IM",
     {"measure", "track=permanent", "title status owner due done_at result", N_("none on record")}},
    {N_("Measures on no track yet"),
     "RS.MA",
     {"measure", "track=unknown", "title status owner due done_at result", NULL}},
    {N_("Decisions"),
     "RS.MA",
     {"decision", "status=decided", "when title choice reason by", N_("none on record, or they may not leave")}},
    {N_("Indicators"),
     "RS.AN-07",
     {"indicator", "false_positive!=yes", "type value role malware first_seen action swept",
      N_("none on record, or they may not leave")}},
    {NULL, NULL, {"indicator", "false_positive=yes", "type value false_positive", NULL}},
    {N_("Evidence"),
     "RS.AN-06 RS.AN-07",
     {"evidence", NULL, "title type on sha256 complete verified verified_at holder stored_at", N_("none on record")}},
    {N_("Custody"),
     "RS.AN-07",
     {"transfer", NULL, "when action items from to purpose seal_after accepted", N_("no transfer on record")}},
};

static int put_sections(struct report *p, const struct report_section *sections, size_t n, struct err *err)
{
	int rc = 0;
	const char *first = NULL; /* the kind of the first table under the heading */
	for (size_t i = 0; i < n && rc == 0; i++) {
		const struct report_table *table = &sections[i].table;
		if (sections[i].title && !table->none && count(p, table->kind, table->filter) == 0)
			continue;
		if (sections[i].title) {
			report_heading(p, i18n_text(sections[i].title), sections[i].mark);
			first = table->kind;
		}
		rc = report_table(p, table, err);
		int is_last = i + 1 == n || sections[i + 1].title;
		if (is_last && first && strcmp(first, table->kind) == 0) /* one kind is what the heading is about */
			report_say_stays(p, table->kind);
	}
	return rc;
}

/* How many records of the kind have which value of the field. */
static void put_states(struct report *p, const char *kind, const char *name)
{
	const struct field *field = kind_field(kind_find(kind), name);
	struct buf text = BUF_INIT;
	for (size_t i = 0; i < field->value_count; i++) {
		char *where = xasprintf("%s=%s", name, field->values[i].name);
		size_t n = count(p, kind, where);
		if (n)
			buf_addf(&text, "%s%s %zu", text.len ? " · " : "", field_value_label(&field->values[i]), n);
		free(where);
	}
	report_fact(p, field_label(field), text.len ? text.data : _("none on record"));
	buf_release(&text);
}

static int put_extent(struct report *p, struct err *err)
{
	static const struct report_table hit = {
	    "asset", "status=infected|compromised|suspected",
	    "hostname type status containment first_compromised route recovery preserved",
	    N_("no machine on record is infected, compromised or suspected")};
	static const struct report_table cut = {
	    "asset", "containment=isolated|partial",
	    "hostname containment isolation_done isolation_by isolation_method isolation_verified business_effect undo",
	    N_("no machine on record is cut off")};
	static const struct report_table sites = {"site", NULL, "name terminals servers count_source exits", NULL};
	report_heading(p, _("Extent"), "RS.AN-08");
	put_extent_line(p, document_paragraph);
	put_states(p, "asset", "status");
	put_states(p, "asset", "containment");
	int rc = report_table(p, &hit, err);
	if (rc == 0)
		rc = report_table(p, &cut, err);
	if (rc == 0)
		rc = report_table(p, &sites, err);
	report_say_stays(p, "asset");
	return rc;
}

static int put_accounts(struct report *p, struct err *err)
{
	static const struct report_table table = {
	    "account", "status=suspected|compromised|attacker_made OR action=disabled|reset|reset_twice|sessions_ended",
	    "name privilege status action action_at seen_on",
	    N_("no account on record is compromised, suspected or made by the attacker")};
	report_heading(p, _("Accounts"), "RS.AN-08 RS.MI");
	put_states(p, "account", "status");
	int rc = report_table(p, &table, err);
	report_say_stays(p, "account");
	return rc;
}

static int put_data(struct report *p, struct err *err)
{
	static const struct report_table table = {"event", "data: OR data_lost: OR persons: OR personal_data:",
	                                          "when data data_lost persons personal_data data_amount",
	                                          N_("unknown: no event says which data are concerned")};
	report_heading(p, _("Data concerned"), "RS.AN-08 RS.CO");
	return report_table(p, &table, err);
}

/* ---- to whom it was told, and the words */

static int put_contacts(struct report *p, struct err *err)
{
	static const struct report_table contacts = {"contact", NULL, "when party purpose means result said next due",
	                                             N_("none on record, or they may not leave")};
	report_heading(p, _("Contacts and releases"), "RS.CO");
	int rc = report_table(p, &contacts, err);
	report_say_stays(p, "contact");
	return rc;
}

static void put_glossary(struct report *p)
{
	static const char *const words[][2] = {
	    {N_("no trace found"),
	     N_("nothing was found within the limits of the check that is named; it is not: clean")},
	    {N_("unknown"), N_("nobody has established it")},
	    {N_("indicator of compromise"),
	     N_("a value by which the attack can be recognised elsewhere; written so that nobody clicks on it")},
	    {N_("custody"), N_("who held the evidence, from when to when")},
	    {N_("SHA-256"), N_("a digest: the same bytes have the same, other bytes another")},
	    {N_("TLP"), N_("Traffic Light Protocol 2.0: to whom this may be passed on")},
	};
	report_heading(p, _("Glossary"), NULL);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		report_fact(p, i18n_text(words[i][0]), i18n_text(words[i][1]));
}

int report_incident(struct report *p, struct err *err)
{
	put_summary(p);
	if (put_events(p, err) < 0 || put_extent(p, err) < 0 || put_accounts(p, err) < 0)
		return -1;
	report_mails(p);
	if (put_sections(p, before_data, sizeof before_data / sizeof *before_data, err) < 0 || put_data(p, err) < 0 ||
	    put_sections(p, after_data, sizeof after_data / sizeof *after_data, err) < 0 || report_limits(p, err) < 0 ||
	    put_contacts(p, err) < 0)
		return -1;
	put_glossary(p);
	return 0;
}
