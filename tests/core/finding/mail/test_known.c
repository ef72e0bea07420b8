/* What the case knows of a mail is said with it: on its page, and to whoever sent it in. */
#include "core/case/help_case.h"

#include "base/json.h"
#include "finding/mail/advice.h"
#include "finding/mail/page.h"
#include "finding/mail/propose.h"

#include <string.h>
#include <time.h>

static void keep_alarm(void *ctx, enum mail_page_tone tone, const char *text)
{
	struct buf *seen = ctx;
	if (tone == MAIL_PAGE_ALARM)
		buf_addf(seen, "%s\n", text);
}

/* Whoever answers must not call a mail that leads to a C2 on record one of which nothing is known. */
static void what_the_case_knows_of_a_mail_is_said(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	struct buf seen = BUF_INIT;
	add("mail", "subject=Notice from_addr=pr@yahoo.co.jp urls=http://c2.evil.com/x");
	add("indicator", "type=domain value=c2[.]evil.com role=c2 shareable=approved");
	add("indicator", "type=email value=pr@yahoo.co.jp role=benign");
	json_t *known = mail_known(the_case, "R1-L1", &err);
	assert_int_equal(json_array_size(known), 1);
	assert_string_equal(json_get_string(json_array_get(known, 0), "known"), "R1-I1");
	json_t *mail = record_get(the_case, "R1-L1", 0, NULL);
	mail_page(mail, NULL, NULL, known, 100, keep_alarm, &seen);
	assert_non_null(strstr(seen.data, "an indicator on record: c2[.]evil[.]com (R1-I1, C2)"));
	assert_int_equal(mail_advice(the_case, "R1-L1", &text, &err), 0);
	assert_non_null(strstr(text.data, "on record as part of an attack: c2[.]evil[.]com\n"));
	json_decref(mail);
	json_decref(known);
	buf_release(&seen);
	buf_release(&text);
}

static void advise(struct buf *text)
{
	struct err err = ERR_INIT;
	buf_clear(text);
	if (mail_advice(the_case, "R1-L1", text, &err) < 0)
		fail_msg("%s", err.message);
}

static void assert_kept_back(struct buf *text)
{
	advise(text);
	assert_null(strstr(text->data, "part of an attack"));
	assert_non_null(strstr(text->data, "something of which no more may be told"));
	assert_null(strstr(text->data, "nothing that the rules know"));
}

/* RED and AMBER+STRICT never leave; a record without a label has the case's. */
static void what_may_not_leave_is_not_in_the_advice(void **state)
{
	(void)state;
	static const struct assign strict = {"tlp", "AMBER+STRICT"};
	struct buf text = BUF_INIT;
	add("mail", "subject=Notice urls=http://c2.evil.com/x");
	add("indicator", "type=domain value=c2[.]evil.com role=c2 shareable=approved");
	set("R1-I1", "tlp=RED");
	assert_kept_back(&text);
	assert_int_equal(record_set(the_case, "R1-I1", &strict, 1, 0, NULL), 0); /* set() would read a space in it */
	assert_kept_back(&text);
	set("R1-I1", "tlp=AMBER shareable=asked");
	assert_kept_back(&text); /* nor what its provider has not approved */
	set("R1-I1", "shareable=no");
	assert_kept_back(&text);
	set("R1-I1", "shareable=approved");
	advise(&text);
	assert_non_null(strstr(text.data, "part of an attack: c2[.]evil[.]com\n"));
	set("case", "tlp=RED");
	advise(&text);
	assert_non_null(strstr(text.data, "part of an attack: c2[.]evil[.]com\n"));
	set("R1-I1", "tlp=unknown");
	assert_kept_back(&text);
	set("R1-I1", "tlp=");
	assert_kept_back(&text);
	buf_release(&text);
}

/* That something is on record does not say yet that it is part of an attack. */
static void what_has_no_role_is_not_called_part_of_an_attack(void **state)
{
	(void)state;
	struct buf text = BUF_INIT;
	add("mail", "subject=Notice urls=http://c2.evil.com/x");
	add("indicator", "type=domain value=c2[.]evil.com tlp=RED");
	advise(&text);
	assert_null(strstr(text.data, "part of an attack"));
	assert_null(strstr(text.data, "something of which"));
	assert_null(strstr(text.data, "nothing that the rules know"));
	assert_null(strstr(text.data, "What was seen in it"));
	add("indicator", "type=url value=http://c2.evil.com/x role=download shareable=approved");
	advise(&text);
	assert_non_null(strstr(text.data, "part of an attack: hxxp://c2[.]evil[.]com/x\n"));
	assert_null(strstr(text.data, "part of an attack: c2"));
	set("R1-I2", "tlp=RED");
	assert_kept_back(&text);
	buf_release(&text);
}

#define LINKS 10000 /* as many as entries of an archive are looked at */

/* The list of mails asks for each row what is known of it: one of many values must not hold it up. */
static void a_mail_of_many_values_is_asked_about_quickly(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct buf urls = BUF_INIT;
	char label[LABEL_TEXT];
	for (int i = 0; i < LINKS; i++)
		buf_addf(&urls, "http://h%d.evil.com/%d\nhttp://h%d.evil.com/%d\n", i, i, i, i);
	const struct assign fields[] = {{"subject", "Notice"}, {"urls", urls.data}};
	if (record_add(the_case, "mail", fields, 2, 0, label, &err) < 0)
		fail_msg("%s", err.message);
	add("indicator", "type=domain value=h9999[.]evil.com role=c2");
	json_t *items = mail_proposals(the_case, label, &err);
	assert_string_equal(json_get_string(json_array_get(items, 0), "type"), "subject");
	assert_string_equal(json_get_string(json_array_get(items, 0), "role"), "unknown"); /* nobody sends from it */
	assert_int_equal(json_array_size(items), 1 + 2 * LINKS); /* the subject, and each link and host once */
	json_decref(items);
	clock_t begun = clock();
	json_t *known = mail_known(the_case, label, &err);
	assert_true((clock() - begun) / CLOCKS_PER_SEC < 3); /* compared each with each: above ten */
	assert_int_equal(json_array_size(known), 1);
	json_decref(known);
	buf_release(&urls);
}

/* An indicator made of the mail itself says nothing about it; of another mail, or once it was met on a machine, it does. */
static void a_mail_does_not_bear_witness_to_itself(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	char made[LABEL_TEXT];
	add("mail", "subject=Notice urls=http://c2.evil.com/x");
	add("mail", "subject=Other urls=http://c2.evil.com/x");
	add("asset", "hostname=PC-A");
	json_t *items = mail_proposals(the_case, "R1-L1", &err);
	size_t link = json_array_size(items) - 1;
	assert_int_equal(mail_promote(the_case, "R1-L1", items, link, made, &err), 0);
	set(made, "role=c2 shareable=approved");
	advise(&text);
	assert_null(strstr(text.data, "part of an attack"));
	json_t *known = mail_known(the_case, "R1-L1", &err);
	assert_int_equal(json_array_size(known), 0);
	json_decref(known);
	known = mail_known(the_case, "R1-L2", &err);
	assert_int_equal(json_array_size(known), 1);
	json_decref(known);
	set(made, "links=R1-L2"); /* what somebody ties it to is something else */
	known = mail_known(the_case, "R1-L1", &err);
	assert_int_equal(json_array_size(known), 1);
	json_decref(known);
	set(made, "seen_on=R1-A1");
	advise(&text);
	assert_non_null(strstr(text.data, "part of an attack"));
	json_decref(items);
	buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(what_the_case_knows_of_a_mail_is_said, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(what_may_not_leave_is_not_in_the_advice, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(a_mail_of_many_values_is_asked_about_quickly, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(a_mail_does_not_bear_witness_to_itself, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(what_has_no_role_is_not_called_part_of_an_attack, case_setup,
	                                    case_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
