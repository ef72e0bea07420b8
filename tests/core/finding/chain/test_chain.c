/* The chain on a case: what is proposed and why, what a person decides, what could not be looked for. */
#include "core/case/help_case.h"

#include "base/json.h"
#include "finding/chain/chain_decide.h"

#include <string.h>

static struct chain chain;

/* "R1-P2 topic 65 R1-L1, …": what is proposed. */
static const char *proposed(void)
{
	static struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	buf_clear(&text);
	chain_release(&chain);
	assert_int_equal(chain_load(the_case, NULL, &chain, &err), 0);
	for (size_t i = 0; i < chain.org_count; i++)
		for (size_t k = 0; k < chain.orgs[i].proposal_count; k++) {
			const struct chain_proposal *p = &chain.orgs[i].proposals[k];
			if (p->score >= CHAIN_SHOWN && p->status == CHAIN_OPEN)
				buf_addf(&text, "%s%s %s %d %s", text.len ? ", " : "", chain.orgs[i].who,
				         chain_pivot_name(p->pivot), p->score, p->triggers[0].because);
		}
	return text.data;
}

static const struct chain_proposal *proposal(const char *who, enum chain_pivot pivot)
{
	struct chain_org *org = chain_find(&chain, who, NULL);
	for (size_t i = 0; org && i < org->proposal_count; i++)
		if (org->proposals[i].pivot == pivot)
			return &org->proposals[i];
	return NULL;
}

static void decide(const char *who, enum chain_pivot pivot, enum chain_status status, const char *reason)
{
	struct buf labels = BUF_INIT;
	struct err err = ERR_INIT;
	proposed();
	struct chain_org *org = chain_find(&chain, who, &err);
	assert_non_null(org);
	assert_int_equal(chain_decide(the_case, org, pivot, status, reason, &labels, &err), 0);
	buf_release(&labels);
}

static int teardown(void **state)
{
	chain_release(&chain);
	return case_teardown(state);
}

/* Organisation A is R1-P1, the case's own. */
static void make_parties(void)
{
	set("case", "party=Victim");
	set("R1-P1", "type=organisation roles=victim domains=victim.example");
	add("party", "name=一般社団法人鎖業界協会 type=organisation domains=kusari.example");
	add("party", "name=青葉工業株式会社 type=organisation domains=aoba.example");
}

static void test_each_pivot(void **state)
{
	(void)state;
	make_parties();
	add("mail", "subject=x from=鎖業界協会+事務局 from_addr=a@gmail.com to=b@victim.example");
	assert_string_equal(proposed(), "R1-P2 spoofed_sender 70 R1-L1");
	assert_string_equal(chain.orgs[0].proposals[0].triggers[0].field, "from");
	assert_string_equal(chain.orgs[0].proposals[0].triggers[0].line, "鎖業界協会 事務局");
	set("R1-L1", "from_addr=a@kusari.example authentication=spf=pass,dkim=pass");
	assert_string_equal(proposed(), "R1-P2 similar 60 R1-L1"); /* its own servers: no spoof */
	set("R1-L1", "from= from_addr=z@nowhere.example authentication= body=青葉工業の件について");
	assert_string_equal(proposed(), "R1-P3 topic 50 R1-L1");
	set("R1-L1", "subject=青葉工業の件");
	assert_string_equal(proposed(), "R1-P3 topic 65 R1-L1");
	set("R1-L1", "subject=x body=青葉工業株式会社+御中");
	assert_string_equal(proposed(), ""); /* the addressee */
	set("R1-L1", "body= cc=b@victim.example,c@sub.kusari.example,d@unknown.example");
	assert_string_equal(proposed(), "R1-P2 recipients 60 R1-L1, unknown.example recipients 50 R1-L1");
	add("mail", "subject=議事録のご送付 purpose=genuine from_addr=c@kusari.example to=b@victim.example "
	            "message_id=<1@kusari.example> attachment_names=議事録.docx");
	set("R1-L1", "cc= in_reply_to=<1@kusari.example> attachment_names=議事録_修正版(1).exe");
	assert_string_equal(proposed(), "R1-P1 original 100 R1-L1, R1-P2 original 100 R1-L1");
	set("R1-L1", "in_reply_to= attachment_names= subject=Re:+議事録のご送付");
	assert_string_equal(proposed(), ""); /* a subject alone is not enough */
	add("lead", "title=notice type=spoofing_notice names=R1-P3");
	assert_string_equal(proposed(), "R1-P3 lead 50 R1-O1");
	set("R1-P3", "damaged=yes");
	assert_string_equal(proposed(), "R1-P3 similar 60 R1-P3, R1-P3 lead 50 R1-O1");
	set("R1-P3", "roles=police damaged=");
	set("R1-O1", "names=");
	set("R1-L1", "body=青葉工業の件");
	assert_string_equal(proposed(), "");
}

static void test_outbound(void **state)
{
	(void)state;
	make_parties();
	add("asset", "hostname=PC status=infected first_compromised=2014-06-02 isolation_done=2014-12-20");
	add("mail", "subject=x sent_from=R1-A1 to=c@kusari.example when=2014-09-05");
	assert_string_equal(proposed(), "R1-P2 outbound 70 R1-L1");
	set("R1-L1", "when=");
	assert_string_equal(proposed(), "R1-P2 outbound 50 R1-L1");
	set("R1-L1", "when=2013-01-01");
	assert_string_equal(proposed(), "");
	set("R1-A1", "status=clean");
	set("R1-L1", "when=2014-09-05");
	assert_string_equal(proposed(), "");
}

static void test_what_was_decided_stays(void **state)
{
	struct buf labels = BUF_INIT;
	struct err err = ERR_INIT;
	(void)state;
	make_parties();
	add("mail", "subject=x cc=c@kusari.example,d@unknown.example");
	decide("R1-P2", PIVOTS, CHAIN_REJECTED, "a newsletter");
	assert_string_equal(proposed(), "unknown.example recipients 50 R1-L1");
	assert_string_equal(get("R1-H1", "status"), "rejected");
	assert_string_equal(get("R1-H1", "score"), "60");
	assert_string_equal(get("R1-H1", "line"), "c@kusari.example");
	add("mail", "subject=y cc=c@kusari.example");
	assert_string_equal(proposed(), "unknown.example recipients 50 R1-L1"); /* does not come back */
	assert_int_equal(proposal("R1-P2", PIVOT_RECIPIENTS)->new_count, 1);
	set("R1-L2", "body=鎖業界協会の件 cc=");
	assert_string_equal(proposed(),
	                    "R1-P2 topic 50 R1-L2, unknown.example recipients 50 R1-L1"); /* another pivot */
	assert_int_equal(chain_reopen(the_case, chain_find(&chain, "R1-P2", NULL), PIVOTS, "again", &labels, &err), 0);
	assert_string_equal(labels.data, "R1-H1\n");
	assert_string_equal(proposed(),
	                    "R1-P2 recipients 60 R1-L1, R1-P2 topic 50 R1-L2, unknown.example recipients 50 R1-L1");
	/* confirming makes the party, with its role; never says that it was damaged */
	decide("unknown.example", PIVOTS, CHAIN_CONFIRMED, "they said so");
	assert_string_equal(get("R1-P4", "domains"), "unknown.example");
	assert_string_equal(get("R1-P4", "roles"), "co_recipient");
	assert_string_equal(get("R1-P4", "targeted"), "yes");
	assert_string_equal(get("R1-P4", "chain_status"), "confirmed");
	assert_string_equal(get("R1-P4", "chain_pivot"), "recipients");
	assert_string_equal(get("R1-P4", "damaged"), "-");
	buf_release(&labels);
}

static void test_refused(void **state)
{
	struct buf labels = BUF_INIT;
	struct err err = ERR_INIT;
	(void)state;
	make_parties();
	add("mail", "subject=x cc=c@kusari.example");
	proposed();
	uint64_t before = commits();
	assert_null(chain_find(&chain, "nobody", &err));
	assert_int_equal(err_status(&err), 2);
	assert_non_null(strstr(err.message, "R1-P2"));
	err_clear(&err);
	assert_int_equal(chain_decide(the_case, &chain.orgs[0], PIVOTS, CHAIN_CONFIRMED, " ", &labels, &err), -1);
	assert_int_equal(err_status(&err), 2);
	err_clear(&err);
	assert_int_equal(chain_decide(the_case, &chain.orgs[0], PIVOT_TOPIC, CHAIN_CONFIRMED, "x", &labels, &err), -1);
	assert_int_equal(err_status(&err), 2);
	assert_int_equal(commits(), before);
	buf_release(&labels);
}

static void test_same_and_different(void **state)
{
	struct buf labels = BUF_INIT;
	struct err err = ERR_INIT;
	(void)state;
	make_parties();
	add("mail",
	    "subject=x body=株式会社海猫電子の件です。\n\n----\n青葉工業\nc@kusari.example\n cc=d@umineko.example");
	proposed();
	assert_int_equal(chain.same_count,
	                 0); /* 青葉工業 has a domain of its own: that another's stands there is no sign */
	assert_int_equal(
	    chain_say_same(the_case, "umineko.example", "株式会社海猫電子", 1, "their page", &labels, &err), 0);
	assert_string_equal(labels.data, "R1-H1\n");
	assert_string_equal(proposed(), "umineko.example recipients 50 R1-L1");
	assert_int_equal(chain_say_same(the_case, "umineko.example", "umineko.example", 1, "x", &labels, &err), -1);
	/* by the name that one party bears: it is that party, as by its label */
	assert_int_equal(
	    chain_say_same(the_case, "aoba-mail.example", "青葉工業株式会社", 1, "their page", &labels, &err), 0);
	json_t *decision = record_get(the_case, "R1-H2", 0, &err);
	json_t *party = record_get(the_case, json_get_string(decision, "party"), 0, &err);
	assert_string_equal(json_get_string(party, "name"), "青葉工業株式会社");
	assert_string_equal(json_get_string(decision, "other"), "aoba-mail.example");
	json_decref(party);
	json_decref(decision);
	buf_release(&labels);
}

/* A party that is its own parent, circles, two parties with one domain, names of one character, mails without anything. */
static void test_bad_records(void **state)
{
	(void)state;
	make_parties();
	add("party", "name=甲 type=organisation domains=kusari.example");
	set("R1-P4", "parent=R1-P4");
	set("R1-P2", "parent=R1-P3");
	set("R1-P3", "parent=R1-P2");
	add("party", "name=乙 type=person");
	add("mail", "subject=甲 cc=c@kusari.example,@,a@,@b,c@c@c");
	add("mail", "subject=-");
	proposed();
	assert_true(chain.org_count >= 1);
	assert_true(chain.same_count >= 1); /* whose domain it is cannot be told, and is said */
	/* a name of one character is not looked for, which is said */
	size_t said = 0;
	for (size_t i = 0; i < chain.coverage_count; i++)
		said += chain.coverage[i].pivot == PIVOT_TOPIC && strcmp(chain.coverage[i].party, "R1-P4") == 0 &&
		        strstr(chain.coverage[i].reason, "甲") != NULL;
	assert_int_equal(said, 1);
}

static const char *covered(void)
{
	static struct buf text = BUF_INIT;
	proposed();
	buf_clear(&text);
	for (size_t i = 0; i < chain.coverage_count; i++)
		buf_addf(&text, "%s %s %s/%s", chain.coverage[i].party,
		         chain_coverage_name((int)chain.coverage[i].result), chain.coverage[i].from,
		         chain.coverage[i].until);
	return text.data;
}

static void test_coverage(void **state)
{
	(void)state;
	make_parties();
	add("asset", "hostname=PC status=infected first_compromised=2014-06-02 isolation_done=2014-12-20");
	add("asset", "hostname=MX type=mail_server");
	assert_string_equal(covered(), "R1-P1 unknown 2014-06-02/2014-12-20");
	add("logsource", "name=log asset=R1-A2 type=mail from=2014-09-01 until=2015-03-01");
	assert_string_equal(covered(), "R1-P1 partly 2014-06-02/2014-12-20");
	assert_non_null(strstr(chain.coverage[0].reason, "2014-09-01"));
	set("R1-G1", "from=2014-01-01");
	assert_string_equal(covered(), "R1-P1 covered 2014-06-02/2014-12-20");
	assert_non_null(strstr(chain.coverage[0].reason, "no search"));
	add("check", "on=R1-A2 method=log_search result=not_found when=2015-03-01");
	covered();
	assert_non_null(strstr(chain.coverage[0].reason, "no trace found"));
	set("R1-G1", "gaps=a+week+in+July");
	assert_string_equal(covered(), "R1-P1 partly 2014-06-02/2014-12-20");
	set("R1-G1", "gaps= enabled=no");
	assert_string_equal(covered(), "R1-P1 unknown 2014-06-02/2014-12-20");
	set("R1-G1", "enabled=yes from=2015-01-01");
	assert_string_equal(covered(), "R1-P1 unknown 2014-06-02/2014-12-20");
	set("R1-A1", "first_compromised=");
	assert_string_equal(covered(), "R1-P1 unknown /2014-12-20");
}

/* Nobody said since when: what the attacker did first is the bound, and it may have been earlier. */
static void test_bound_by_an_event(void **state)
{
	(void)state;
	make_parties();
	add("asset", "hostname=PC status=infected isolation_done=2014-12-20");
	add("asset", "hostname=MX type=mail_server");
	add("logsource", "name=log asset=R1-A2 type=mail from=2014-01-01 until=2015-03-01");
	add("mail", "subject=x sent_from=R1-A1 to=c@kusari.example when=2014-09-05");
	assert_string_equal(covered(), "R1-P1 unknown /2014-12-20");
	assert_string_equal(proposed(), "R1-P2 outbound 50 R1-L1");
	add("event", "title=tried side=attacker outcome=failed assets=R1-A1 when=2014-05-01");
	add("event", "title=came side=attacker type=mail_received assets=R1-A1 when=2014-05-02");
	add("event", "title=seen side=response assets=R1-A1 when=2014-05-03");
	add("event", "title=thought side=attacker confidence=refuted assets=R1-A1 when=2014-05-04");
	assert_string_equal(covered(), "R1-P1 unknown /2014-12-20");
	add("event", "title=ran side=attacker assets=R1-A1 when=2014-06-02");
	assert_string_equal(covered(), "R1-P1 partly 2014-06-02/2014-12-20");
	assert_string_equal(chain.coverage[0].reason,
	                    "infected at the time of R1-V5 at the latest; before it unknown.");
	assert_string_equal(proposed(), "R1-P2 outbound 70 R1-L1");
	set("R1-L1", "when=2014-04-01"); /* before that it may have been infected, too */
	assert_string_equal(proposed(), "R1-P2 outbound 50 R1-L1");
	add("flow", "from=R1-A2 to=R1-A1 type=lateral when=2014-03-30");
	assert_string_equal(covered(), "R1-P1 partly 2014-03-30/2014-12-20");
	set("R1-A1", "first_compromised=2014-06-01"); /* said is said */
	assert_string_equal(covered(), "R1-P1 covered 2014-06-01/2014-12-20");
	set("R1-P3", "damaged=yes");
	assert_string_equal(covered(), "R1-P1 covered 2014-06-01/2014-12-20R1-P3 unknown /");
	add("event", "title=took side=attacker parties=R1-P3 when=2014-07");
	assert_string_equal(covered(), "R1-P1 covered 2014-06-01/2014-12-20R1-P3 unknown 2014-07-01/");
}

static void test_leaks(void **state)
{
	(void)state;
	make_parties();
	add("mail", "subject=m purpose=genuine from_addr=c@kusari.example to=b@victim.example message_id=<1@k.example> "
	            "when=2014-07-01");
	add("mail", "subject=x in_reply_to=<1@k.example> when=2014-09-05");
	add("mail", "subject=x in_reply_to=<1@k.example> when=2014-08-05");
	add("mail", "subject=y known_only_to=R1-P2,R1-P3 when=2014-10");
	proposed();
	assert_int_equal(chain.leak_count, 2);
	assert_string_equal(chain.leaks[0].not_before, "2014-07-01");
	assert_string_equal(chain.leaks[0].not_after, "2014-08-05");
	assert_string_equal(chain.leaks[1].who, "R1-P2 or R1-P3");
	assert_string_equal(chain.leaks[1].not_after, "2014-10");
}

/* Mail of an organisation that may be read is no means to tell it; a mistyped corporate number is not taken. */
static void test_rules_of_records(void **state)
{
	struct err err = ERR_INIT;
	(void)state;
	make_parties();
	add("decision", "title=tell choice=yes reason=x by=R1-P1 when=2015-01-01 on=R1-P2");
	const char *notice =
	    "party=R1-P2 when=2015-01-02 direction=out means=victim_mail purpose=chain_notice said=x approved_by=R1-D1";
	assert_int_equal(try_add("contact", notice, 0, &err), -1);
	assert_non_null(strstr(err.message, "mail_safe"));
	set("R1-P2", "mail_safe=yes");
	add("contact", notice);
	err_clear(&err);
	set("R1-P2", "corporate_number=7000012050002"); /* the number of the agency itself */
	assert_int_equal(try_set("R1-P2", "corporate_number=7000012050003", 0, &err), -1);
	assert_int_equal(err_status(&err), 2);
	err_clear(&err);
	assert_int_equal(try_set("R1-P2", "corporate_number=700001205000", 0, &err), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_each_pivot, case_setup, teardown),
	    cmocka_unit_test_setup_teardown(test_outbound, case_setup, teardown),
	    cmocka_unit_test_setup_teardown(test_what_was_decided_stays, case_setup, teardown),
	    cmocka_unit_test_setup_teardown(test_refused, case_setup, teardown),
	    cmocka_unit_test_setup_teardown(test_same_and_different, case_setup, teardown),
	    cmocka_unit_test_setup_teardown(test_bad_records, case_setup, teardown),
	    cmocka_unit_test_setup_teardown(test_coverage, case_setup, teardown),
	    cmocka_unit_test_setup_teardown(test_bound_by_an_event, case_setup, teardown),
	    cmocka_unit_test_setup_teardown(test_leaks, case_setup, teardown),
	    cmocka_unit_test_setup_teardown(test_rules_of_records, case_setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
