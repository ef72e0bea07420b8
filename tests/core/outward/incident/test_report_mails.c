/* What the incident report says of mails, accounts and who holds what: how many, which bear what, only what may leave. */
#include "core/case/help_case.h"
#include "outward/incident/report.h"

#include <stdlib.h>
#include <string.h>

static struct buf made = BUF_INIT; /* the last report */

static void make(const struct release_wish *wish, void (*write)(const struct document *d, struct buf *out))
{
	struct err err = ERR_INIT;
	struct document d = {.title = NULL};
	struct release *r = release_open(the_case, wish, &err);
	if (!r || report_make(r, REPORT_INCIDENT, &d, &err) < 0)
		fail_msg("%s", err.message);
	buf_clear(&made);
	write(&d, &made);
	document_release(&d);
	release_close(r);
}

static void says(const char *part, int wanted)
{
	if ((strstr(made.data, part) != NULL) != wanted)
		fail_msg("'%s' %s:\n%s", part, wanted ? "is missing" : "stands there", made.data);
}

static const struct release_wish internal = {.internal = 1};

static void where_none_is_on_record_it_says_so(void **state)
{
	(void)state;
	make(&internal, document_html);
	says("no mail on record; that none is known may mean that nobody looked", 1);
	says("no account on record is compromised, suspected or made by the attacker", 1);
}

static void each_mail_is_told_with_what_it_bears(void **state)
{
	(void)state;
	add("mail", "subject=Notice urls=http://c2.evil.com/x when=2025-11-19 reach=executed");
	make(&internal, document_html);
	says("1 mail, in which no C2 of the indicators below is seen", 1);
	add("indicator", "type=domain value=c2[.]evil.com role=c2");
	add("indicator", "type=email value=boss@evil.com role=sender");
	add("mail", "subject=Minutes from_addr=boss@evil.com");
	add("mail", "subject=<b>bold</b> urls=http://c2.evil.com/y from_addr=boss@evil.com");
	add("mail", "subject=Clean");
	make(&internal, document_html);
	says("4 mails; 2 of them bear a C2 of the indicators below", 1);
	says("R1-I1 c2[.]evil[.]com (C2), R1-I2 boss[at]evil[.]com (sender)<", 1);
	says(">R1-I2 boss[at]evil[.]com (sender)<", 1);
	says("<b>", 0);
	says("&lt;b&gt;bold", 1);
	make(&internal, document_markdown);
	says("4 mails; 2 of them bear", 1);
	make(&internal, document_text);
	says("4 mails; 2 of them bear", 1);
	set("R1-I1", "false_positive=yes");
	make(&internal, document_html);
	says("4 mails, in which no C2 of the indicators below is seen", 1);
}

/* Neither a mail nor an indicator that stays is named, nor that the one bears the other. */
static void what_may_not_leave_is_in_no_table(void **state)
{
	static const struct release_wish w = {.to = "Partner", .tlp = "GREEN", .approved_by = "R1-D1"};
	(void)state;
	add("party", "name=Partner type=organisation");
	add("decision", "title=Share? choice=yes reason=x by=R1-P1 when=2025");
	add("indicator", "type=domain value=c2.evil.com role=c2 tlp=GREEN");
	add("mail", "subject=Open tlp=GREEN urls=http://c2.evil.com/x");
	add("mail", "subject=Closed tlp=RED urls=http://c2.evil.com/x");
	add("account", "name=open-account tlp=GREEN status=suspected");
	add("account", "name=closed-account tlp=RED status=compromised");
	make(&w, document_html);
	says("1 mail, in which no C2 of the indicators below is seen", 1);
	says("evil", 0);
	says("none on record, or they may not leave", 1);
	says("Closed", 0);
	says("1 record of this kind (Mail) is not in this report", 1);
	says("open-account", 1);
	says("Finding: suspected 1", 1);
	says("closed-account", 0);
	says("1 record of this kind (Account) is not in this report", 1);
	set("R1-I1", "shareable=approved");
	make(&w, document_html);
	says("1 mail; 1 of them bears a C2 of the indicators below", 1);
	says("R1-I1 c2[.]evil[.]com (C2)", 1);
}

/* A transfer that stays tells nothing by the holder of what leaves. */
static void a_transfer_that_stays_is_told_nowhere(void **state)
{
	static const struct release_wish w = {.to = "Partner", .tlp = "GREEN", .approved_by = "R1-D1"};
	(void)state;
	add("party", "name=Partner type=organisation tlp=GREEN");
	add("decision", "title=Share? choice=yes reason=x by=R1-P1 when=2025");
	add("evidence", "title=disk type=disk_image tlp=GREEN");
	add("transfer", "items=R1-E1 action=handed_over purpose=analysis from=R1-P1 to=R1-P1 when=2025-11-20 tlp=RED");
	make(&w, document_html);
	says("not accepted yet", 0);
	make(&internal, document_html);
	says("not accepted yet", 1);
	set("R1-T1", "tlp=GREEN");
	make(&w, document_html);
	says("not accepted yet", 1);
}

static void only_accounts_of_which_something_is_known_are_listed(void **state)
{
	(void)state;
	add("asset", "hostname=PC-1");
	add("account", "name=untouched");
	add("account", "name=taken status=compromised action=reset seen_on=R1-A1");
	make(&internal, document_html);
	says("Finding: unchecked 1 · compromised 1", 1);
	says(">untouched<", 0);
	says(">taken<", 1);
	says(">R1-A1 PC-1<", 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, case_setup, case_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(where_none_is_on_record_it_says_so),
	    TEST(each_mail_is_told_with_what_it_bears),
	    TEST(what_may_not_leave_is_in_no_table),
	    TEST(a_transfer_that_stays_is_told_nowhere),
	    TEST(only_accounts_of_which_something_is_known_are_listed),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	buf_release(&made);
	return failed;
}
