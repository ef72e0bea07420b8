/* What an open case keeps of its chain says the same as what is worked out anew, after each kind of change. */
#include "core/case/help_case.h"

#include "base/i18n.h"
#include "case/case.h"
#include "finding/chain/chain_decide.h"
#include "history/history.h"

#include <stdlib.h>
#include <string.h>

/* All of a chain as text. */
static char *told(const struct chain *chain)
{
	struct buf out = BUF_INIT;
	for (size_t i = 0; i < chain->org_count; i++) {
		const struct chain_org *org = &chain->orgs[i];
		buf_addf(&out, "%s|%s|%s|%d|%d\n", org->who, org->name, org->party, org->is_own, org->score);
		for (size_t k = 0; k < org->proposal_count; k++) {
			const struct chain_proposal *p = &org->proposals[k];
			buf_addf(&out, "  %s %d %s %s %zu\n", chain_pivot_name(p->pivot), p->score,
			         chain_status_name(p->status), p->label, p->new_count);
			for (size_t t = 0; t < p->trigger_count; t++)
				buf_addf(&out, "    %s %s %s %s %d %d\n", p->triggers[t].because, p->triggers[t].field,
				         p->triggers[t].line, p->triggers[t].reason, p->triggers[t].points,
				         p->triggers[t].is_new);
		}
	}
	for (size_t i = 0; i < chain->coverage_count; i++)
		buf_addf(&out, "coverage %s %s %s\n", chain->coverage[i].party, chain->coverage[i].from,
		         chain->coverage[i].reason);
	for (size_t i = 0; i < chain->leak_count; i++)
		buf_addf(&out, "leak %s %s %s %s\n", chain->leaks[i].who, chain->leaks[i].not_before,
		         chain->leaks[i].not_after, chain->leaks[i].reason);
	for (size_t i = 0; i < chain->same_count; i++)
		buf_addf(&out, "same %s %s %s\n", chain->same[i].who, chain->same[i].other, chain->same[i].reason);
	return buf_take(&out, NULL);
}

/* The kept one against that of the last commit, which nothing is kept of. */
static void agrees_after(const char *what)
{
	struct err err = ERR_INIT;
	struct chain kept;
	struct chain anew;
	char head[HISTORY_ID];
	assert_int_equal(history_head(case_history(the_case), head, &err), 0);
	assert_int_equal(chain_load(the_case, NULL, &kept, &err), 0);
	assert_int_equal(chain_load(the_case, head, &anew, &err), 0);
	char *a = told(&kept);
	char *b = told(&anew);
	if (strcmp(a, b) != 0)
		fail_msg("after %s:\n%s\nis not\n%s", what, a, b);
	free(a);
	free(b);
	chain_release(&kept);
	chain_release(&anew);
}

static void decide(const char *who, enum chain_pivot pivot, enum chain_status status)
{
	struct err err = ERR_INIT;
	struct buf labels = BUF_INIT;
	struct chain chain;
	assert_int_equal(chain_load(the_case, NULL, &chain, &err), 0);
	struct chain_org *org = chain_find(&chain, who, &err);
	assert_non_null(org);
	assert_int_equal(chain_decide(the_case, org, pivot, status, "because", &labels, &err), 0);
	chain_release(&chain);
	buf_release(&labels);
}

static void new_mails(void)
{
	add("mail", "subject=one from=鎖業界協会 from_addr=a@gmail.com to=x@victim.example body=みなと");
	agrees_after("a spoofed sender");
	add("mail", "subject=two from_addr=b@nowhere.test cc=k@umi.example,o@aoba.example body=青葉工業+の件");
	agrees_after("recipients and a topic");
	add("mail", "subject=three from_addr=b@nowhere.test in_reply_to=<1@a.example> when=2014-07-09");
	agrees_after("an answer to a genuine mail");
	add("mail", "subject=four from_addr=b@nowhere.test when=2014-07-05 attachment_names=打合せ資料(1).exe");
	agrees_after("an earlier use of it");
	add("mail", "subject=five from_addr=b@nowhere.test known_only_to=R1-P1,R1-P3 when=2014-07-05");
	agrees_after("what only some could know");
	add("mail", "subject=six from_addr=x@victim.example to=z@far.example sent_from=R1-A1 when=2014-07-05");
	agrees_after("one that went out");
	add("mail", "subject=seven from_addr=b@nowhere.test original=R1-L2");
	agrees_after("one that was altered from a suspicious one");
	add("note", "text=nothing+of+it");
	agrees_after("a note");
}

static void test_each_change(void **state)
{
	struct err err = ERR_INIT;
	struct buf labels = BUF_INIT;
	(void)state;
	set("case", "party=Victim");
	set("R1-P1", "type=organisation roles=victim domains=victim.example");
	add("party", "name=一般社団法人鎖業界協会 type=organisation domains=kusari.example");
	add("party", "name=青葉工業株式会社 type=organisation domains=aoba.example");
	add("asset", "hostname=PC status=infected first_compromised=2014-06-02 isolation_done=2014-12-20");
	add("mail", "subject=打合せ資料 purpose=genuine from_addr=a@victim.example to=o@aoba.example "
	            "message_id=<1@a.example> attachment_names=打合せ資料.doc when=2014-07-01");
	agrees_after("the first look");
	new_mails();
	/* decisions, and what speaks anew against one */
	decide("umi.example", PIVOT_RECIPIENTS, CHAIN_REJECTED);
	agrees_after("a rejection");
	add("mail", "subject=eight from_addr=b@nowhere.test cc=again@umi.example");
	agrees_after("a new reason");
	decide("R1-P2", PIVOTS, CHAIN_CONFIRMED);
	agrees_after("a confirmation");
	assert_int_equal(chain_say_same(the_case, "umi.example", "株式会社海猫", 1, "they said so", &labels, &err), 0);
	agrees_after("two that are one");
	/* what changes all of it */
	add("mail", "subject=eight purpose=payload from_addr=c@nowhere.test urls=http://x.test/long");
	agrees_after("a payload");
	set("R1-L3", "cc=other@sea.example");
	agrees_after("a mail that was changed");
	assert_int_equal(record_retract(the_case, "R1-L4", "twice", &err), 0);
	agrees_after("a mail that was withdrawn");
	add("asset", "hostname=PC2 status=infected first_compromised=2014-06");
	agrees_after("another infected machine");
	add("logsource", "name=log asset=R1-A1 type=mail from=2014-07-01");
	agrees_after("a mail log");
	add("lead", "title=青葉工業 type=vendor_paper found=2014-07-03");
	agrees_after("a lead");
	/* a time that another record tells */
	const char *event = add("event", "title=base when=2014-07-01");
	char when[64];
	snprintf(when, sizeof when, "first_compromised=after+%s+P2D", event);
	set("R1-A1", when);
	agrees_after("an event");
	set(event, "when=2014-07-20");
	agrees_after("an event that was moved");
	set("R1-A1", "first_compromised=2014-07-22"); /* else each change of an event begins it anew */
	/* a machine of which only an event says since when */
	const char *other = add("asset", "hostname=PC3 status=compromised");
	char act[96];
	snprintf(act, sizeof act, "title=ran side=attacker when=2014-06-20 assets=%s", other);
	agrees_after("a machine of which nobody says since when");
	event = add("event", act);
	agrees_after("an act on it");
	set(event, "when=2014-06-10");
	agrees_after("an act that was moved");
	set(event, "assets=");
	agrees_after("an act on nothing");
	case_again();
	agrees_after("opening it again");
	buf_release(&labels);
}

static void test_language(void **state)
{
	struct err err = ERR_INIT;
	struct chain chain;
	(void)state;
	add("party", "name=一般社団法人鎖業界協会 type=organisation domains=kusari.example");
	add("mail", "subject=one from_addr=b@nowhere.test cc=k@kusari.example");
	assert_int_equal(chain_load(the_case, NULL, &chain, &err), 0);
	char *english = told(&chain);
	chain_release(&chain);
	i18n_set_language("ja");
	agrees_after("another language");
	i18n_set_language("en");
	assert_int_equal(chain_load(the_case, NULL, &chain, &err), 0);
	char *again = told(&chain);
	assert_string_equal(again, english);
	chain_release(&chain);
	free(english);
	free(again);
}

static char *told_now(void)
{
	struct err err = ERR_INIT;
	struct chain chain;
	assert_int_equal(chain_load(the_case, NULL, &chain, &err), 0);
	char *text = told(&chain);
	chain_release(&chain);
	return text;
}

/* Left after each mail, and begun anew by what changes in between. */
static void test_slices(void **state)
{
	struct err err = ERR_INIT;
	size_t slices = 1;
	int before = 0;
	int rc;
	(void)state;
	add("party", "name=青葉工業株式会社 type=organisation domains=aoba.example");
	add("asset", "hostname=PC status=infected first_compromised=2014-06-02");
	for (int i = 0; i < 260; i++)
		add("mail",
		    i % 5 == 0
		        ? "subject=打合せ資料 purpose=genuine from_addr=a@victim.example message_id=<1@a.example>"
		    : i % 5 == 1 ? "subject=one purpose=payload from_addr=c@nowhere.test urls=http://x.test/long"
		    : i % 5 == 2 ? "subject=two from_addr=b@nowhere.test in_reply_to=<1@a.example> body=青葉工業+の件"
		                 : "subject=three from_addr=x@victim.example to=z@far.example sent_from=R1-A1");
	for (int i = 0; i < 20; i++)
		assert_int_equal(chain_load_ahead(the_case, 0, &err), 1);
	assert_true(chain_load_percent(the_case) > 0);
	add("note", "text=between");
	set("R1-P1", "domains=aoba.example,far.example");
	assert_int_equal(chain_load_ahead(the_case, 0, &err), 1);
	while ((rc = chain_load_ahead(the_case, 0, &err)) == 1) {
		assert_true(chain_load_percent(the_case) >= before);
		before = chain_load_percent(the_case);
		slices++;
	}
	assert_int_equal(rc, 0);
	assert_int_equal(chain_load_percent(the_case), 100);
	assert_true(slices > 400);
	add("mail", "subject=four from_addr=b@nowhere.test to=z@far.example");
	assert_int_equal(chain_load_ahead(the_case, 0, &err), 0); /* one more is taken in at once */
	char *sliced = told_now();
	case_again();
	char *whole = told_now();
	assert_string_equal(sliced, whole);
	assert_non_null(strstr(whole, "R1-P1|"));
	free(sliced);
	free(whole);
}

/* What was worked out before is given back in slices, in which more may change; organisations are a slice of their own. */
static void test_given_back(void **state)
{
	struct err err = ERR_INIT;
	char to[64];
	int rc;
	(void)state;
	for (int i = 0; i < 60; i++) {
		snprintf(to, sizeof to, "name=Works+%c%c type=organisation", 'A' + i / 26, 'A' + i % 26);
		add("party", to);
	}
	for (int i = 0; i < 260; i++) {
		snprintf(to, sizeof to, "subject=one from_addr=b@nowhere.test to=k@host%d.example", i % 40);
		add("mail", to);
	}
	free(told_now());
	for (int i = 0; i < 3; i++) {
		snprintf(to, sizeof to, "domains=host%d.example", i);
		set("R1-P1", to);
		assert_int_equal(chain_load_ahead(the_case, 0, &err), 1);
		if (i == 0)
			assert_int_equal(chain_load_percent(the_case), 0); /* nothing is read yet */
	}
	while ((rc = chain_load_ahead(the_case, 0, &err)) == 1)
		if (chain_load_percent(the_case) == 50)
			set("R1-P2", "domains=host3.example"); /* once: the same again is no change */
	assert_int_equal(rc, 0);
	char *sliced = told_now();
	agrees_after("changes while it is given back");
	assert_non_null(strstr(sliced, "R1-P1|"));
	assert_non_null(strstr(sliced, "R1-P2|"));
	set("R1-P1", "domains=host4.example");
	assert_int_equal(chain_load_ahead(the_case, 0, &err), 1);
	free(sliced);
	case_again(); /* closed in the middle of it */
	agrees_after("opening it again");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(test_each_change, case_setup, case_teardown),
	                                   cmocka_unit_test_setup_teardown(test_language, case_setup, case_teardown),
	                                   cmocka_unit_test_setup_teardown(test_slices, case_setup, case_teardown),
	                                   cmocka_unit_test_setup_teardown(test_given_back, case_setup, case_teardown)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
