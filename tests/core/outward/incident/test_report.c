/* Reports: what is on record stands in them, what is not is unknown, and what may not leave does not. */
#include "core/case/help_case.h"
#include "outward/incident/report.h"

#include "base/i18n.h"
#include "base/time/clock.h"

#include <stdlib.h>
#include <string.h>

static char *made; /* of the last report */

static const char *report(enum report_kind kind, const struct release_wish *w,
                          void (*write)(const struct document *d, struct buf *out))
{
	struct err err = ERR_INIT;
	struct document d = {.title = NULL};
	struct buf out = BUF_INIT;
	struct release *r = release_open(the_case, w, &err);
	if (!r || report_make(r, kind, &d, &err) < 0)
		fail_msg("%s", err.message);
	write(&d, &out);
	document_release(&d);
	release_close(r);
	free(made);
	made = buf_take(&out, NULL);
	char *to = made; /* lines are broken at words: they are put together again */
	for (const char *from = made; *from; from++)
		if (!(to > made && to[-1] == ' ' && (*from == ' ' || *from == '\n')))
			*to++ = *from == '\n' ? ' ' : *from;
	*to = '\0';
	return made;
}

static const struct release_wish internal = {.internal = 1};

static void holds(const char *text, const char *part, int wanted)
{
	if ((strstr(text, part) != NULL) != wanted)
		fail_msg("'%s' %s:\n%s", part, wanted ? "is missing" : "stands there", text);
}

static int setup(void **state)
{
	static const struct clock_time now = {.seconds = 1764547200, .offset = 540}; /* 2025-12-01 */
	case_setup(state);
	clock_set(&now, 0);
	return 0;
}

static int teardown(void **state)
{
	free(made);
	made = NULL;
	clock_set(NULL, 0);
	return case_teardown(state);
}

static void what_is_not_on_record_is_unknown(void **state)
{
	(void)state;
	const char *text = report(REPORT_PRELIMINARY, &internal, document_text);
	static const char *const items[] = {
	    "1. Outline",     "2. Items of personal data", "3. Number of the persons",
	    "4. Cause",       "5. Secondary damage",       "6. What was done for the persons",
	    "7. Publication", "8. Preventing it",          "9. Other matters",
	    "10. The clock"};
	for (size_t i = 0; i < sizeof items / sizeof *items; i++)
		holds(text, items[i], 1);
	holds(text, "genba set case known", 1);
	holds(text, "unknown: no contact with purpose=press", 1);
	holds(text, "Draft", 1);
}

static void the_nine_items_come_from_fields_and_the_clock_runs(void **state)
{
	(void)state;
	set("case", "known=2025-11-20");
	add("party", "name=Press+club type=organisation");
	add("decision", "title=Publish? choice=yes reason=law by=R1-P1 when=2025-11-24");
	add("event", "title=Upload side=attacker data=Names+of+members persons=120 personal_data=yes data_lost=likely "
	             "when=2025-11-19");
	add("event", "title=Other side=attacker persons=7 personal_data=no");
	add("asset", "hostname=HR-PC-03 route=mail_attachment status=infected");
	add("contact", "party=R1-P1 when=2025-11-25 direction=out means=web_form purpose=press said=We+were+hit "
	               "approved_by=R1-D1");
	add("measure", "title=Filter track=permanent");
	const char *text = report(REPORT_FINAL, &internal, document_text);
	holds(text, "Names of members", 1);
	holds(text, "120 persons by 1 event", 1);
	holds(text, "mail attachment", 1);
	holds(text, "We were hit", 1);
	holds(text, "R1-M1", 1);
	holds(text, "Final report (30 days): 2025-12-19, 18 days left", 1);
	holds(text, "unlawful (60 days): 2026-01-18, 48 days left", 1);
	text = report(REPORT_PRELIMINARY, &internal, document_text);
	holds(text, "Preliminary report (3 days): 2025-11-23, passed 8 days ago", 1);
}

/* A long case: the picture holds the first forty, and says so. */
static void the_time_line_says_what_it_leaves_out(void **state)
{
	static const char said[] = "The time line shows 40 of 41 events";
	(void)state;
	for (int i = 0; i < 40; i++)
		add("event", "title=seen side=attacker when=2025-11-19");
	const char *text = report(REPORT_INCIDENT, &internal, document_html);
	holds(text, ">Time line<", 1);
	holds(text, said, 0);
	add("event", "title=seen side=attacker when=2025-11-20");
	text = report(REPORT_INCIDENT, &internal, document_html);
	holds(text, said, 1);
	holds(text, "days later<", 0);
	holds(text, "1 day later<", 0); /* it stands above the last, which is not drawn */
}

/* A column is as wide as its words where the paper has the room; what is longer is broken anywhere. */
static void words_of_a_table_are_left_whole_if_there_is_room(void **state)
{
	(void)state;
	static const char *const headings[] = {"Label", "Confidence", "Assets", "d", "e", "f", "g", "h", "i"};
	for (int crowded = 0; crowded < 2; crowded++) {
		struct document d = {.title = xstrdup("t"), .state = xstrdup("s"), .tlp = xstrdup("TLP:AMBER")};
		struct buf out = BUF_INIT;
		document_table(&d, headings, 9);
		for (int i = 0; i < 9; i++)
			document_cell(&d, i == 0   ? "R1-V1"
			                  : i == 1 ? "attacker"
			                  : i == 2 ? "Terminal of organisation A, which is long"
			                  : i == 3 ? "4bac27393bdd9777ce02453256c5577cd02275510b2227f473d03f533924f877"
			                           : (crowded ? "internationalisation-of-words" : "失敗"));
		document_html(&d, &out);
		holds(out.data, "<td class=\"whole\">attacker</td>", 1);
		holds(out.data, "<th class=\"whole\">Confidence</th>", 1);
		holds(out.data, "<td>Terminal of organisation A", !crowded);
		holds(out.data, "<td class=\"long\">Terminal of organisation A", crowded);
		holds(out.data, "<td class=\"long\">4bac27", 1);
		holds(out.data, "<td class=\"whole\">失敗</td>", !crowded);
		buf_release(&out);
		document_release(&d);
	}
}

static void each_form_is_harmless(void **state)
{
	(void)state;
	add("event", "title=</script><script>alert(1)</script>\xE2\x80\xAE|`*x*` side=attacker when=2025-11-19");
	add("indicator", "type=url value=http://evil.example/a");
	add("flow", "from=R1-I1 to=R1-V1 type=c2");
	const char *text = report(REPORT_INCIDENT, &internal, document_html);
	holds(text, "<script", 0);
	holds(text, "http://evil", 0);
	holds(text, "hxxp://evil[.]example/a", 1);
	holds(text, "<U+202E>", 0); /* escaped too: &lt;U+202E&gt; */
	holds(text, "&lt;U+202E&gt;", 1);
	holds(text, "<svg", 1);
	holds(text, "url(#arrow)", 1); /* and no other */
	holds(text, "url(h", 0);
	holds(text, "@import", 0);
	add("event",
	    "title=To+https://evil.example/b+and+www.evil.example+from+x@evil.example side=attacker when=2025-11-20");
	text = report(REPORT_INCIDENT, &internal, document_markdown);
	holds(text, "https\\://evil.example/b and www\\.evil.example from x\\[at\\]evil.example", 1); /* no link */
	holds(text, "https://evil", 0);
	holds(text, " <script", 0);
	holds(text, "><script", 0);
	holds(text, "\\<script", 1);
	holds(text, "\\`\\*x\\*\\`", 1);
	report(REPORT_INCIDENT, &internal, document_text);
}

/* A thousand machines that nobody looked at are a few lines, each is in them, and each limit of the checks stands once. */
static void what_nobody_looked_at_fits_on_a_page(void **state)
{
	(void)state;
	char fields[300];
	for (int i = 1; i <= 12; i++) {
		snprintf(fields, sizeof fields, "hostname=PC-%03d type=terminal department=Sales%s", i,
		         i == 5 ? " status=clean" : "");
		add("asset", fields);
	}
	add("asset", "hostname=PC-013 type=terminal department=Research");
	add("asset", "hostname=SV type=server");
	add("event", "title=Logon side=attacker when=2014-03-11T01:07:50.7500000Z assets=R1-A2");
	add("event", "title=Later side=attacker when=2014-04-01 assets=R1-A2");
	set("R1-A2", "status=infected");
	static const char *const limits[] = {
	    "Read:+R1-E1,+SHA-256+00.\nForms+known:+evtx+1.\nNot+covered:+persistence.wmi,gap.channel.\n"
	    "gap.channel:+Application",
	    "Read:+R1-E2,+SHA-256+11.\nNot+covered:+persistence.wmi,defence.log-cleared.\n"
	    "gap.channel:+Security\nSeen+by+candle+light\nNot+read:+R1-E9:+gone",
	};
	for (int i = 0; i < 2; i++) {
		snprintf(fields, sizeof fields, "method=triage result=not_found on=R1-A1 when=2014-12-03 limits=%s",
		         limits[i]);
		add("check", fields);
	}
	const char *text = report(REPORT_INCIDENT, &internal, document_text);
	holds(text, "Owner department: Sales · Number: 9 · Name: PC-003, PC-004, PC-006 to PC-012", 1);
	holds(text, "Owner department: Research · Number: 1 · Name: PC-013", 1);
	holds(text, "1 machine is in a check on record: it was looked at", 1);
	holds(text, "Owner department: Sales · Number: 1 · Name: PC-001", 1);
	holds(text, "Number: 2 · Label: R1-K1, R1-K2", 1);
	holds(text, "2 of 2 checks · What these checks could not see: could not be looked for: A permanent WMI", 1);
	holds(text, "1 of 2 checks · What these checks could not see: could not be looked for: An event log", 1);
	holds(text, "Application / Security", 1);
	holds(text, "1 of 2 checks · What these checks could not see: Not read: R1-E9: gone", 1);
	holds(text, "SHA-256 00", 0);
	holds(text, "Forms known", 0);
	holds(text, "by events: 2014-03-11 01:07:50.75Z (R1-V1)", 1);
}

/* Whether a finding is the attacker's is for people to say: the first act stays unknown, and the reader learns where to look. */
static void findings_lead_where_no_event_tells_of_a_first_act(void **state)
{
	(void)state;
	for (int i = 1; i <= 4; i++) {
		char fields[60];
		snprintf(fields, sizeof fields, "hostname=PC-%d status=infected", i);
		add("asset", fields);
	}
	add("finding", "title=Prefetch on=R1-A1 when=2026-04-02T10:11:00Z");
	add("finding", "title=Service on=R1-A1 when=2026-04-02T10:11:30Z");
	add("finding", "title=Other on=R1-A1 when=2026-04-01 status=dismissed assessment=ours");
	add("finding", "title=Old on=R1-A1 rule=defence.timestomp reason=fn_created=x when=2009-01-01T00:00:00Z");
	add("finding", "title=Prefetch on=R1-A2 when=2026-04-02T10:12:00Z");
	add("event", "title=Logon side=attacker when=2026-04-03 assets=R1-A2");
	add("event", "title=Thought side=attacker confidence=refuted when=2026-03-01 assets=R1-A2");
	add("finding", "title=Prefetch on=R1-A3");
	add("finding", "title=Prefetch on=R1-A4 status=dismissed assessment=ours");
	const char *text = report(REPORT_INCIDENT, &internal, document_text);
	holds(text, "First compromised: unknown; 3 findings, earliest 2026-04-02 10:11:00Z (R1-FD1)", 1);
	holds(text, "First compromised: by events: 2026-04-03 (R1-V1)", 1);
	holds(text, "First compromised: unknown; 1 finding, without a time", 1);
	holds(text, "First compromised: unknown · ", 1);
	set("R1-FD2", "status=dismissed assessment=ours");
	set("R1-FD4", "status=dismissed assessment=ours");
	text = report(REPORT_INCIDENT, &internal, document_text);
	holds(text, "First compromised: unknown; 1 finding, at 2026-04-02 10:11:00Z (R1-FD1)", 1);
}

/* A machine whose collection is there as evidence is not one of which nobody knows whether it was preserved; and its row is
 * told apart from those of the next table. */
static void what_is_there_as_evidence_was_preserved(void **state)
{
	(void)state;
	add("asset", "hostname=PC-1 status=infected");
	add("asset", "hostname=PC-2 status=infected preserved=disk containment=isolated");
	add("asset", "hostname=PC-3 status=infected");
	add("evidence", "title=a type=triage on=R1-A1");
	add("evidence", "title=b type=triage on=R1-A1");
	add("evidence", "title=c type=memory on=R1-A1");
	add("evidence", "title=d type=memory on=R1-A2");
	struct err err = ERR_INIT;
	struct document d = {.title = NULL};
	struct buf out = BUF_INIT;
	struct release *r = release_open(the_case, &internal, &err);
	if (!r || report_make(r, REPORT_INCIDENT, &d, &err) < 0)
		fail_msg("%s", err.message);
	document_text(&d, &out);
	holds(out.data, "\n\n  R1-A2 · Name: PC-2 · Containment", 1);
	document_release(&d);
	release_close(r);
	buf_release(&out);
	const char *text = report(REPORT_INCIDENT, &internal, document_text);
	holds(text,
	      "Preserved: by evidence: memory (R1-E3), triage (R1-E1 \xC3\x97"
	      "2)",
	      1);
	holds(text, "Preserved: disk", 1);
	holds(text, "Preserved: unknown", 1);
	add("evidence", "title=e type=memory on=R1-A3");
	text = report(REPORT_INCIDENT, &internal, document_text);
	holds(text, "memory (R1-E3), triage (R1-E1", 1);
	holds(text, "Preserved: by evidence: memory (R1-E5)", 1);
	holds(text, "R1-E4", 1); /* in the custody only */
	holds(text, "memory (R1-E4", 0);
}

static void add_collected_as(const char *complete)
{
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	struct assign fields[] = {{"title", "m"}, {"type", "memory"}, {"on", "R1-A1"}, {"complete", complete}};
	struct action *a = action_begin(the_case, "preserve", &err);
	if (!a || action_add(a, "evidence", fields, 4, RECORD_MACHINE, label, &err) < 0 || action_commit(a, &err) < 0)
		fail_msg("%s", err.message);
}

/* What broke off is no memory that was preserved, and who reads that alone would think so. */
static void what_is_there_in_part_is_told_as_such(void **state)
{
	(void)state;
	add("asset", "hostname=PC-1 status=infected");
	add_collected_as("interrupted");
	holds(report(REPORT_INCIDENT, &internal, document_text), "by evidence: memory (R1-E1: interrupted)", 1);
	add_collected_as("partial");
	holds(report(REPORT_INCIDENT, &internal, document_text),
	      "by evidence: memory (R1-E1: interrupted \xC3\x97"
	      "2)",
	      1);
	add_collected_as("complete");
	holds(report(REPORT_INCIDENT, &internal, document_text),
	      "by evidence: memory (R1-E3 \xC3\x97"
	      "3)",
	      1);
}

static void what_may_not_leave_is_counted(void **state)
{
	(void)state;
	add("party", "name=Partner type=organisation");
	add("decision", "title=Share? choice=yes reason=x by=R1-P1 when=2025");
	add("asset", "hostname=SECRET-HOST-9 status=infected tlp=RED");
	add("asset", "hostname=OPEN-HOST-1 status=infected tlp=GREEN");
	add("event", "title=Seen+on+OPEN-HOST-1 side=attacker tlp=GREEN assets=R1-A1,R1-A2 when=2025-11-19");
	add("indicator", "type=domain value=secret.example tlp=GREEN");
	struct release_wish w = {.to = "Partner", .tlp = "GREEN", .approved_by = "R1-D1"};
	const char *text = report(REPORT_INCIDENT, &w, document_text);
	holds(text, "OPEN-HOST-1", 1);
	holds(text, "SECRET-HOST-9", 0);
	holds(text, "secret", 0);
	holds(text, "R1-A1", 0);
	holds(text, "1 record of this kind (Indicator)", 1);
	w.redacted = 1;
	text = report(REPORT_ALERT, &w, document_text);
	holds(text, "OPEN-HOST-1", 0);
	holds(text, "Seen on machine 2", 1);
}

/* The first stands before the second. */
static void in_order(const char *text, const char *first, const char *second)
{
	const char *a = strstr(text, first);
	const char *b = strstr(text, second);
	if (!a || !b || a > b)
		fail_msg("'%s' does not stand before '%s':\n%s", first, second, text);
}

static void events_stand_in_order_of_time(void **state)
{
	(void)state;
	add("event", "title=Third side=attacker when=2025-11-21");
	add("event", "title=Undated side=attacker");
	add("event", "title=First side=attacker when=2025-11-19");
	add("event", "title=Second side=attacker when=2025-11-20");
	const char *text = report(REPORT_INCIDENT, &internal, document_text);
	in_order(text, "What happened: First", "What happened: Second");
	in_order(text, "What happened: Second", "What happened: Third");
	in_order(text, "What happened: Third", "What happened: Undated");
}

/* A case that is RED is in no report for others, though records of it may be. */
static void a_case_that_may_not_leave_tells_nothing_of_itself(void **state)
{
	(void)state;
	set("case", "tlp=RED kinds=ransomware severity=high known=2025-11-20");
	add("party", "name=Partner type=organisation tlp=GREEN");
	add("decision", "title=Share? choice=yes reason=x by=R1-P1 when=2025");
	add("event", "title=Seen side=attacker tlp=GREEN when=2025-11-19");
	add("asset", "hostname=A status=infected");
	static const enum report_kind kinds[] = {REPORT_INCIDENT, REPORT_PRELIMINARY, REPORT_FINAL};
	struct release_wish w = {.to = "Partner", .tlp = "GREEN", .approved_by = "R1-D1"};
	for (size_t i = 0; i < 3; i++) {
		const char *text = report(kinds[i], &w, document_text);
		holds(text, "Seen", 1);
		holds(text, "ransomware", 0);
		holds(text, "high", 0);
		holds(text, "2025-11-20", 0);
		holds(text, "its TLP is above", 1);
		text = report(kinds[i], &internal, document_text);
		holds(text, "ransomware", 1);
		holds(text, "its TLP is above", 0);
	}
	holds(report(REPORT_INCIDENT, &w, document_text), "(1 machine that may not leave is not counted)", 1);
}

static void numbers_of_people_stay_numbers(void **state)
{
	(void)state;
	add("event", "title=a side=attacker persons=1 personal_data=yes");
	holds(report(REPORT_FINAL, &internal, document_text), "1 person by 1 event", 1);
	add("event", "title=b side=attacker persons=-7 personal_data=yes");
	holds(report(REPORT_FINAL, &internal, document_text), "1 person by 2 events", 1);
	add("event", "title=c side=attacker persons=9223372036854775807 personal_data=yes");
	add("site", "name=s terminals=9223372036854775807 servers=9223372036854775807");
	holds(report(REPORT_FINAL, &internal, document_text), "9223372036854775807 persons by 3 events", 1);
	holds(report(REPORT_INCIDENT, &internal, document_text), "0 of 9223372036854775807 machines", 1);
}

/* The days of a period are those of the place, and count from the day on which it came to be known. */
static void periods_are_counted_by_days_of_the_place(void **state)
{
	static const struct clock_time evening = {.seconds = 1764603000,
	                                          .offset = 0}; /* 2025-12-01T15:30Z: the 2nd in Tokyo */
	(void)state;
	clock_set(&evening, 0);
	set("case", "known=2025-12-01T15:20Z");
	holds(report(REPORT_PRELIMINARY, &internal, document_text), "(3 days): 2025-12-04, 3 days left", 1);
	set("case", "known=20251202T002000JST");
	holds(report(REPORT_PRELIMINARY, &internal, document_text), "(3 days): 2025-12-05, 3 days left", 1);
	set("case", "known=2025-11-28");
	holds(report(REPORT_PRELIMINARY, &internal, document_text), "(3 days): 2025-12-01, 0 days left", 1);
	set("case", "known=2025-11-27");
	holds(report(REPORT_PRELIMINARY, &internal, document_text), "(3 days): 2025-11-30, passed 1 day ago", 1);
}

/* The day on which it came to be known is the first of the thirty, and of the sixty; months and leap years count as they are. */
static void the_day_of_knowing_is_the_first_of_thirty(void **state)
{
	static const struct {
		const char *known;
		int64_t now; /* seconds, 12:00 of the day in UTC */
		const char *thirty, *sixty;
	} cases[] = {
	    {"known=2025-11-01", 1764417600, "(30 days): 2025-11-30, 1 day left",
	     "(60 days): 2025-12-30, 31 days left"},
	    {"known=2025-11-01", 1764504000, "(30 days): 2025-11-30, 0 days left",
	     "(60 days): 2025-12-30, 30 days left"},
	    {"known=2025-11-01", 1764590400, "(30 days): 2025-11-30, passed 1 day ago",
	     "(60 days): 2025-12-30, 29 days"},
	    {"known=2024-01-31", 1709208000, "(30 days): 2024-02-29, 0 days left",
	     "(60 days): 2024-03-30, 30 days left"},
	    {"known=2023-01-31", 1677672000, "(30 days): 2023-03-01, 0 days left",
	     "(60 days): 2023-03-31, 30 days left"},
	    {"known=2024-02-29", 1711713600, "(30 days): 2024-03-29, 0 days left",
	     "(60 days): 2024-04-28, 30 days left"},
	    {"known=2025-12-31", 1769688000, "(30 days): 2026-01-29, 0 days left",
	     "(60 days): 2026-02-28, 30 days left"},
	    /* late in the evening, and the day after it elsewhere */
	    {"known=20251101T234000JST", 1764504000, "(30 days): 2025-11-30, 0 days left", "(60 days): 2025-12-30, 30"},
	    {"known=2025-11-01T15:20Z", 1764504000, "(30 days): 2025-11-30, 0 days left", "(60 days): 2025-12-30, 30"},
	    {"known=2025-11-01/2025-11-03", 1764504000, "(30 days): 2025-11-30, 0 days", "(60 days): 2025-12-30, 30"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct clock_time now = {.seconds = cases[i].now, .offset = 0};
		clock_set(&now, 0);
		set("case", cases[i].known);
		holds(report(REPORT_FINAL, &internal, document_text), cases[i].thirty, 1);
		holds(report(REPORT_FINAL, &internal, document_text), cases[i].sixty, 1);
	}
}

/* As another tool stores it: a time of day in no zone is of the day that it names. */
static void a_time_in_no_zone_is_of_its_day(void **state)
{
	static const struct clock_time now = {.seconds = 1764504000, .offset = 540};
	(void)state;
	clock_set(&now, 0);
	set("case", "known=2025-11-01T20:00");
	holds(report(REPORT_FINAL, &internal, document_text), "(30 days): 2025-11-30, 0 days left", 1);
}

static void the_title_is_printable_in_each_form(void **state)
{
	(void)state;
	set("case", "title=a\x1b[31mb\xE2\x80\xAE");
	static void (*const forms[])(const struct document *d, struct buf *out) = {document_text, document_markdown,
	                                                                           document_html};
	for (size_t i = 0; i < 3; i++) {
		const char *text = report(REPORT_INCIDENT, &internal, forms[i]);
		holds(text, "\x1b", 0);
		holds(text, "\xE2\x80\xAE", 0);
	}
}

static void custody_is_told_in_words_and_by_name(void **state)
{
	char *holder = xasprintf("R1 %s", responder->name);
	(void)state;
	add("party", "name=Organisation+A");
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	struct assign fields[] = {{"title", "Disk"}, {"type", "disk_image"}, {"started", "2025-11-20"}};
	struct action *a = action_begin(the_case, "preserve", &err);
	if (!a || action_add(a, "evidence", fields, 3, RECORD_MACHINE, label, &err) < 0 || action_commit(a, &err) < 0)
		fail_msg("%s", err.message);
	add("asset", "hostname=HR-PC-03");
	add("transfer", "items=case,R1-A1 action=handed_over from=R1-P1 to=R1-P1 when=2025-11-21 "
	                "purpose=handover+of+the+case");
	const char *text = report(REPORT_INCIDENT, &internal, document_text);
	holds(text, "Items: R1-A1 HR-PC-03, Case", 1);
	holds(text, holder, 1);
	i18n_set_language("ja");
	text = report(REPORT_INCIDENT, &internal, document_text);
	i18n_set_language("en");
	holds(text, "対象物: R1-A1 HR-PC-03, 事案", 1); /* the catalogue is not here, the names of kinds are */
	const char *transfer = add("transfer", "items=R1-E1 action=handed_over from=R1-P1 to=R1-P1 when=2025-11-22 "
	                                       "purpose=analysis");
	holds(report(REPORT_INCIDENT, &internal, document_text), "(handed over, not accepted yet)", 1);
	set(transfer, "accepted=2025-11-23");
	holds(report(REPORT_INCIDENT, &internal, document_text), "(handed over, not accepted yet)", 0);
	free(holder);
}

/* Who collected evidence is a person of the case, as the others: where persons are not named the mark stands alone. */
static void a_redacted_report_names_no_responder(void **state)
{
	(void)state;
	add("party", "name=Partner type=organisation tlp=GREEN");
	add("decision", "title=Share? choice=yes reason=x by=R1-P1 when=2025");
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	struct assign fields[] = {
	    {"title", "Disk"}, {"type", "disk_image"}, {"started", "2025-11-20"}, {"tlp", "GREEN"}};
	struct action *a = action_begin(the_case, "preserve", &err);
	if (!a || action_add(a, "evidence", fields, 4, RECORD_MACHINE, label, &err) < 0 || action_commit(a, &err) < 0)
		fail_msg("%s", err.message);
	char *holder = xasprintf("R1 %s", responder->name);
	struct release_wish w = {.to = "Partner", .tlp = "AMBER", .approved_by = "R1-D1"};
	holds(report(REPORT_INCIDENT, &w, document_text), holder, 1);
	w.redacted = 1;
	const char *text = report(REPORT_INCIDENT, &w, document_text);
	holds(text, responder->name, 0);
	holds(text, "Held by: R1 ", 1);
	free(holder);
}

/* What was written in haste, on no track, was done all the same. */
static void measures_on_no_track_are_told(void **state)
{
	(void)state;
	add("measure", "title=Filter track=permanent");
	holds(report(REPORT_INCIDENT, &internal, document_text), "Measures on no track yet", 0);
	add("measure", "title=Block+the+proxy");
	add("measure", "title=Ask+the+vendor track=unknown");
	const char *text = report(REPORT_INCIDENT, &internal, document_text);
	holds(text, "Measures on no track yet R1-M2 · What: Block the proxy", 1);
	holds(text, "R1-M3 · What: Ask the vendor", 1);
}

/* What those who hold the case print for themselves tells all of it, and bears the highest label of that. */
static void an_internal_report_bears_the_highest_label(void **state)
{
	(void)state;
	add("asset", "hostname=PC-1 status=infected tlp=GREEN");
	holds(report(REPORT_INCIDENT, &internal, document_text), "TLP:AMBER ", 1);
	set("R1-A1", "tlp=RED");
	const char *text = report(REPORT_INCIDENT, &internal, document_text);
	holds(text, "PC-1", 1);
	holds(text, "TLP:RED ", 1);
	holds(text, "TLP:AMBER ", 0);
}

/* A responder's record leaves no case, but its label says who may know of the person. */
static void a_responder_is_named_by_the_label_of_the_record(void **state)
{
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	struct assign fields[] = {
	    {"title", "Disk"}, {"type", "disk_image"}, {"started", "2025-11-20"}, {"tlp", "CLEAR"}};
	char *holder = xasprintf("R1 %s", responder->name);
	(void)state;
	struct action *a = action_begin(the_case, "preserve", &err);
	if (!a || action_add(a, "evidence", fields, 4, RECORD_MACHINE, label, &err) < 0 || action_commit(a, &err) < 0)
		fail_msg("%s", err.message);
	add("party", "name=Partner");
	add("decision", "title=Share status=decided choice=yes reason=law by=R1-P1 when=2025-11-24");
	const struct release_wish amber = {.to = "Partner", .tlp = "AMBER", .approved_by = "R1-D1"};
	const struct release_wish green = {.to = "Partner", .tlp = "GREEN", .approved_by = "R1-D1"};
	holds(report(REPORT_INCIDENT, &amber, document_text), holder, 1);
	const char *text = report(REPORT_INCIDENT, &green, document_text); /* the case is AMBER */
	holds(text, "R1-E1 · ", 1);
	holds(text, holder, 0);
	set("R1-R1", "tlp=RED");
	holds(report(REPORT_INCIDENT, &amber, document_text), holder, 0);
	holds(report(REPORT_INCIDENT, &internal, document_text), holder, 1);
	free(holder);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(custody_is_told_in_words_and_by_name),
	    TEST(a_responder_is_named_by_the_label_of_the_record),
	    TEST(an_internal_report_bears_the_highest_label),
	    TEST(measures_on_no_track_are_told),
	    TEST(a_redacted_report_names_no_responder),
	    TEST(what_is_not_on_record_is_unknown),
	    TEST(the_nine_items_come_from_fields_and_the_clock_runs),
	    TEST(the_time_line_says_what_it_leaves_out),
	    TEST(each_form_is_harmless),
	    TEST(events_stand_in_order_of_time),
	    TEST(a_case_that_may_not_leave_tells_nothing_of_itself),
	    TEST(numbers_of_people_stay_numbers),
	    TEST(periods_are_counted_by_days_of_the_place),
	    TEST(the_day_of_knowing_is_the_first_of_thirty),
	    TEST(a_time_in_no_zone_is_of_its_day),
	    TEST(the_title_is_printable_in_each_form),
	    TEST(what_is_there_as_evidence_was_preserved),
	    TEST(findings_lead_where_no_event_tells_of_a_first_act),
	    TEST(what_is_there_in_part_is_told_as_such),
	    TEST(what_may_not_leave_is_counted),
	    TEST(words_of_a_table_are_left_whole_if_there_is_room),
	    TEST(what_nobody_looked_at_fits_on_a_page),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
