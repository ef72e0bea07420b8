/* The brief in slices is the brief; of very many records it keeps a page full and the right number. */
#include "core/case/help_case.h"
#include "outward/brief/brief.h"

#include <stdlib.h>
#include <string.h>

static void rows_of(const struct brief *b, struct buf *out)
{
	for (size_t i = 0; i < b->count; i++)
		buf_addf(out, "%d %s|%s\n", b->rows[i].sort, b->rows[i].label, b->rows[i].text);
}

static void slices_make_the_same_page(void **state)
{
	struct err err = ERR_INIT;
	struct brief b;
	struct buf slices = BUF_INIT;
	struct buf whole = BUF_INIT;
	size_t count = 1;
	int rc;
	(void)state;
	for (int i = 0; i < 480; i++)
		add("asset",
		    i % 3 ? "hostname=PC-01 department=Personnel" : "hostname=PC-02 status=infected department=Sales");
	add("evidence", "title=disk type=disk_image");
	add("note", "text=seen stance=fact");
	struct brief_maker *m = brief_maker_new(the_case, BRIEF_HANDOVER);
	while ((rc = brief_maker_work(m, 0, &err)) == 1) {
		assert_true(brief_maker_percent(m) < 100);
		count++;
	}
	assert_int_equal(rc, 0);
	assert_true(count > 10);
	assert_int_equal(brief_maker_finish(m, NULL, &b, &err), 0);
	rows_of(&b, &slices);
	brief_release(&b);
	brief_maker_free(m);
	assert_int_equal(brief_make(the_case, BRIEF_HANDOVER, NULL, &b, &err), 0);
	rows_of(&b, &whole);
	brief_release(&b);
	assert_string_equal(slices.data, whole.data);
	assert_non_null(
	    strstr(whole.data, "Personnel: 320, infected or compromised 0, of these not isolated 0, not judged 320"));
	assert_non_null(
	    strstr(whole.data, "Sales: 160, infected or compromised 160, of these not isolated 160, not judged 0"));
	/* rows shown and rows left out are all of them */
	size_t shown = 0;
	for (const char *p = whole.data; (p = strstr(p, "Finding: infected")); p++)
		shown++;
	char *rest = xasprintf("\n%d |and %zu more: PC-02", BRIEF_ALARM, 160 - shown);
	assert_non_null(strstr(whole.data, rest));
	free(rest);
	buf_release(&slices);
	buf_release(&whole);
}

/* Whether the page says so of a holder who has not signed. */
static int says_open(void)
{
	struct err err = ERR_INIT;
	struct brief b;
	struct buf text = BUF_INIT;
	assert_int_equal(brief_make(the_case, BRIEF_HANDOVER, NULL, &b, &err), 0);
	rows_of(&b, &text);
	brief_release(&b);
	assert_non_null(strstr(text.data, "Person B"));
	int says = strstr(text.data, "Person B (handed over, not accepted yet)") != NULL;
	buf_release(&text);
	return says;
}

static void who_has_not_signed_is_said(void **state)
{
	(void)state;
	add("evidence", "title=disk");
	add("transfer", "items=R1-E1 action=handed_over from=Person+A to=Person+B when=2026-11-20 purpose=analysis");
	assert_true(says_open());
	set("R1-T1", "accepted=2026-11-21");
	assert_false(says_open());
}

/* A contact is called by its organisation; who isolated a machine stands there; and where the page has room nothing is cut. */
static void names_stand_there_in_full(void **state)
{
	struct err err = ERR_INIT;
	struct brief b;
	struct buf text = BUF_INIT;
	struct buf joined = BUF_INIT;
	(void)state;
	add("party", "name=Responder+One");
	add("party", "name=b.example");
	add("asset",
	    "hostname=JINJI-PC-03 status=infected containment=isolated isolation_method=cable isolation_by=R1-P1 "
	    "isolation_done=2026-11-23T10:00Z undo=plug+the+cable+in+again+at+the+wall+of+the+second+floor");
	add("contact", "party=R1-P2 when=2026-11-23T11:00Z direction=out means=phone purpose=other said=hello");
	assert_int_equal(brief_make(the_case, BRIEF_HANDOVER, NULL, &b, &err), 0);
	brief_text(&b, &text);
	brief_release(&b);
	assert_null(strstr(text.data, "…"));
	assert_null(strstr(text.data, "R1-P2"));
	assert_non_null(strstr(text.data, "R1-C1  b.example"));
	for (char *line = text.data; *line;) { /* as it reads, across the ends of lines */
		size_t n = strcspn(line, "\n");
		assert_true(n <= 2 * BRIEF_COLUMNS); /* bytes */
		line += strspn(line, " ");
		n = strcspn(line, "\n");
		buf_addf(&joined, "%.*s ", (int)n, line);
		line += n + (line[n] == '\n');
	}
	assert_non_null(strstr(joined.data, "Isolated by: Responder One"));
	assert_non_null(strstr(joined.data, "at the wall of the second floor"));
	buf_release(&text);
	buf_release(&joined);
}

/* Whoever a line names raises the label: by the title of a contact, or of evidence that somebody holds. */
static void the_label_is_that_of_all_that_is_named(void **state)
{
	struct err err = ERR_INIT;
	struct brief b;
	(void)state;
	add("party", "name=b.example");
	add("contact", "party=R1-P1 when=2026-11-23T11:00Z direction=out means=phone purpose=other said=hello");
	add("asset", "hostname=PC-01 status=clean department=Sales");
	assert_int_equal(brief_make(the_case, BRIEF_HANDOVER, NULL, &b, &err), 0);
	assert_non_null(strstr(b.state, "TLP:AMBER ·"));
	brief_release(&b);
	set("R1-A1", "tlp=RED");
	assert_int_equal(brief_make(the_case, BRIEF_MEETING, NULL, &b, &err), 0);
	assert_non_null(strstr(b.state, "TLP:RED ·"));
	brief_release(&b);
	set("R1-A1", "tlp=unknown");
	set("R1-P1", "tlp=RED");
	assert_int_equal(brief_make(the_case, BRIEF_HANDOVER, NULL, &b, &err), 0);
	assert_non_null(strstr(b.state, "TLP:RED ·"));
	brief_release(&b);
}

static const char *below(const struct brief *b, const char *heading)
{
	for (size_t i = 0; i + 1 < b->count; i++)
		if (b->rows[i].sort == BRIEF_HEADING && strcmp(b->rows[i].text, heading) == 0)
			return b->rows[i + 1].text;
	fail_msg("no '%s'", heading);
	return NULL;
}

/* Where a full page names its empty sections together, a measure that is done is on record all the same. */
static void what_is_done_is_on_record(void **state)
{
	struct err err = ERR_INIT;
	struct brief b;
	(void)state;
	for (int i = 0; i < 80; i++)
		add("asset", i % 2 ? "hostname=PC-01 status=infected" : "hostname=PC-02 department=Sales");
	add("measure", "title=Block+it track=provisional status=done");
	add("measure", "title=Look+on track=situation");
	add("measure", "title=Rebuild+it"); /* in haste: on no track */
	assert_int_equal(brief_make(the_case, BRIEF_HANDOVER, NULL, &b, &err), 0);
	assert_null(strstr(below(&b, "Nothing on record of"), "measures"));
	assert_non_null(strstr(below(&b, "Nothing on record of"), "Facts"));
	assert_string_equal(below(&b, "No open measure of"),
	                    "Cause of the infection · Provisional measures · Permanent measures");
	assert_non_null(strstr(below(&b, "Done, with results"), "Block it"));
	assert_non_null(strstr(below(&b, "Situation: what is being established"), "Look on"));
	assert_non_null(strstr(below(&b, "Measures on no track yet"), "Rebuild it"));
	brief_release(&b);
}

/* Who reads it has no command before them: it names no option. */
static void what_stays_behind_is_said_in_words(void **state)
{
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	(void)state;
	add("asset", "hostname=PC-01 recovery_key=4711");
	assert_int_equal(brief_of_handover(the_case, &text, &err), 0);
	assert_non_null(strstr(text.data, "1 secret (password, key) stays behind unless it was chosen"));
	assert_null(strstr(text.data, "--"));
	buf_release(&text);
}

/* The brief, the Board and the report count the same: those on record where the sites say fewer; what is cut off in part is not
 * isolated. */
static void machines_are_counted_as_on_the_board(void **state)
{
	struct err err = ERR_INIT;
	struct brief b;
	struct buf text = BUF_INIT;
	(void)state;
	add("site", "name=Head+office terminals=1 servers=1");
	add("asset", "hostname=PC-01 status=infected containment=isolated");
	add("asset", "hostname=WEB-01 status=compromised containment=partial");
	add("asset", "hostname=PC-02");
	assert_int_equal(brief_make(the_case, BRIEF_MEETING, NULL, &b, &err), 0);
	rows_of(&b, &text);
	assert_non_null(strstr(
	    text.data, "2 checked of 3 expected; infected or compromised 2, isolated 1; infected and not isolated: 1"));
	assert_string_equal(below(&b, "Isolated, and how to undo it"), "PC-01");
	assert_string_equal(below(&b, "Cut off in part, and how to undo it"), "WEB-01");
	brief_release(&b);
	buf_release(&text);
}

/* What is worst comes first: not isolated, then hit, then most machines; beyond six they are counted. */
static void departments_stand_in_order_of_need(void **state)
{
	struct err err = ERR_INIT;
	struct brief b;
	static const char *const assets[] = {"hostname=a department=Many",
	                                     "hostname=b department=Many",
	                                     "hostname=c department=Hit status=infected containment=isolated",
	                                     "hostname=d department=Open status=infected",
	                                     "hostname=e department=E",
	                                     "hostname=f department=F",
	                                     "hostname=g department=G",
	                                     "hostname=h department=H",
	                                     "hostname=i department=I"};
	static const char *const wanted[] = {"Open: 1, infected or compromised 1, of these not isolated 1",
	                                     "Hit: 1, infected or compromised 1, of these not isolated 0",
	                                     "Many: 2, infected or compromised 0",
	                                     "E: 1,",
	                                     "F: 1,",
	                                     "G: 1,",
	                                     "2 more departments, machines: 2"};
	size_t at = 0;
	(void)state;
	for (size_t i = 0; i < sizeof assets / sizeof *assets; i++)
		add("asset", assets[i]);
	assert_int_equal(brief_make(the_case, BRIEF_MEETING, NULL, &b, &err), 0);
	while (at < b.count && strcmp(b.rows[at].text, "Machines by department") != 0)
		at++;
	assert_true(at + 7 < b.count);
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
		if (strncmp(b.rows[at + 1 + i].text, wanted[i], strlen(wanted[i])) != 0)
			fail_msg("'%s', not '%s'", b.rows[at + 1 + i].text, wanted[i]);
	assert_int_equal(b.rows[at + 1].sort, BRIEF_ALARM);
	assert_int_equal(b.rows[at + 2].sort, BRIEF_LINE);
	for (size_t i = 0; i < b.count; i++) /* who holds what is for the one who takes over */
		assert_true(strcmp(b.rows[i].text, "Who holds what") != 0);
	brief_release(&b);
}

/* A full page has no room for lines that wrap; what goes on record of it is not cut at the edge all the same. */
static void what_goes_on_record_is_whole(void **state)
{
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	(void)state;
	add("party", "name=b.example");
	for (int i = 0; i < 40; i++)
		add("contact", "party=R1-P1 when=2026-11-23T11:00Z direction=out means=phone purpose=other "
		               "said=that+the+mail+server+has+been+taken+off+the+net+and+nobody+answers+mails "
		               "result=reached next=ask+for+the+logs+of+the+proxy");
	for (int i = 0; i < 40; i++)
		add("asset", i % 2 ? "hostname=PC-01 status=infected" : "hostname=PC-02 department=Sales");
	assert_int_equal(brief_of_handover(the_case, &text, &err), 0);
	size_t rows = 0;
	size_t whole = 0;
	for (char *p = text.data; (p = strchr(p, '\n')); p++) /* as it reads, across the ends of lines */
		if (p[1] == ' ' && p[2] == ' ')
			*p = ' ', memset(p + 1, ' ', 2);
	struct buf joined = BUF_INIT;
	for (const char *p = text.data; *p; p++)
		if (*p != ' ' || p[1] != ' ')
			buf_addc(&joined, *p);
	for (const char *p = joined.data; (p = strstr(p, "R1-C")); p++)
		rows++;
	for (const char *p = joined.data; (p = strstr(p, "ask for the logs of the proxy")); p++)
		whole++;
	assert_true(rows > 0);
	assert_int_equal(rows, whole);
	buf_release(&joined);
	buf_release(&text);
}

/* It is read out and passed round: it bears the highest label of what it tells, of whom it names too. */
static void the_page_bears_the_highest_label(void **state)
{
	static const char *const steps[][2] = {
	    {"TLP:AMBER ", "tlp=GREEN"}, {"TLP:AMBER ", "tlp=RED"}, {"TLP:RED ", "tlp=unknown"}};
	struct err err = ERR_INIT;
	struct brief b;
	(void)state;
	add("party", "name=Organisation+A");
	add("asset", "hostname=PC-1 status=infected user=R1-P1");
	add("lead", "title=told+nowhere tlp=RED");
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < 3; i++) {
			assert_int_equal(brief_make(the_case, BRIEF_MEETING, NULL, &b, &err), 0);
			assert_ptr_equal(strstr(b.state, steps[i][0]), b.state);
			brief_release(&b);
			set(k ? "R1-P1" : "R1-A1", steps[i][1]);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(slices_make_the_same_page, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(what_is_done_is_on_record, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(machines_are_counted_as_on_the_board, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(departments_stand_in_order_of_need, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(who_has_not_signed_is_said, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(names_stand_there_in_full, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(what_stays_behind_is_said_in_words, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(the_page_bears_the_highest_label, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(the_label_is_that_of_all_that_is_named, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(what_goes_on_record_is_whole, case_setup, case_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
