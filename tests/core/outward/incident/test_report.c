/* Reports: what is on record stands in them, what is not is unknown, and what may not leave does not. */
#include "core/case/help_case.h"
#include "outward/incident/report.h"

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
	holds(text, "Final report (30 days): 2025-12-20, 19 days left", 1);
	holds(text, "unlawful (60 days): 2026-01-19, 49 days left", 1);
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
	text = report(REPORT_INCIDENT, &internal, document_markdown);
	holds(text, " <script", 0);
	holds(text, "><script", 0);
	holds(text, "\\<script", 1);
	holds(text, "\\`\\*x\\*\\`", 1);
	report(REPORT_INCIDENT, &internal, document_text);
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

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(what_is_not_on_record_is_unknown),      TEST(the_nine_items_come_from_fields_and_the_clock_runs),
	    TEST(the_time_line_says_what_it_leaves_out), TEST(each_form_is_harmless),
	    TEST(what_may_not_leave_is_counted),         TEST(words_of_a_table_are_left_whole_if_there_is_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
