/* One mail looked at: its fields, its classes, its rules: each rule by a mail that fires it and one near it that does not. */
#include "base/json.h"
#include "finding/mail/look/look.h"
#include "finding/mail/look/mailbox.h"
#include "finding/mail/look/rules.h"
#include "finding/mail/read/charset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static json_t *options_own;
static json_t *options_trust;

static int setup(void **state)
{
	(void)state;
	options_own = json_pack("[s]", "own-company.co.jp");
	options_trust = json_pack("[s]", "trusted.example");
	return charset_prepare(NULL);
}

static json_t *look_at(const char *mail, size_t n)
{
	struct look l;
	struct look_options options = {.own = options_own, .trust = options_trust};
	look_begin(&l, &options, mail, n);
	look_all(&l);
	json_t *object = look_json(&l);
	look_release(&l);
	assert_non_null(object);
	return object;
}

static int fires(const char *mail, const char *id)
{
	size_t i;
	json_t *finding;
	int found = 0;
	json_t *object = look_at(mail, strlen(mail));
	json_array_foreach(json_object_get(object, "findings"), i, finding)
		found |= strcmp(json_get_string(finding, "id"), id) == 0;
	json_decref(object);
	return found;
}

static void is(const char *mail, const char *field, const char *want)
{
	json_t *object = look_at(mail, strlen(mail));
	const char *got = json_get_string(object, field);
	if (strcmp(got ? got : "-", want) != 0)
		fail_msg("%s is '%s', not '%s', of\n%s", field, got ? got : "-", want, mail);
	json_decref(object);
}

#define HEAD                                                                                            \
	"From: =?UTF-8?B?5bGx55Sw?= <a@yahoo.co.jp>\nTo: b@b.example\nDate: Tue, 10 Jun 2014 09:10:11 " \
	"+0900\nSubject: x\n"
#define MIXED         HEAD "Content-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n--b\n"
#define FILE_OF(name) "Content-Disposition: attachment; filename=\"" name "\"\n\n"
#define END           "\n--b--\n"
/* zips of one entry: locked, not, with another zip, with two names, cut off */
#define ZIPPED(bytes) "Content-Transfer-Encoding: base64\n" FILE_OF("a.zip") bytes END
#define ZIP_LOCKED                                                                                                     \
	ZIPPED("UEsDBBQAAQAAAAAAAAAmrWjODQAAAAEAAAAFAAAAYS5leGUwMTIzNDU2Nzg5YWJjUEsBAhQAFAABAAAAAAAAACataM4NAAAAAQAAA" \
	       "AUAAAAAAAAAAAAAAAAAAAAAAGEuZXhlUEsFBgAAAAABAAEAMwAAADAAAAAAAA==")
#define ZIP_PLAIN                                                                                                      \
	ZIPPED("UEsDBBQAAAAAAAAAAAAmrWjODQAAAA0AAAAFAAAAYS5leGUwMTIzNDU2Nzg5YWJjUEsBAhQAFAAAAAAAAAAAACataM4NAAAADQAAA" \
	       "AUAAAAAAAAAAAAAAAAAAAAAAGEuZXhlUEsFBgAAAAABAAEAMwAAADAAAAAAAA==")
#define ZIP_NESTED                                                                                                     \
	ZIPPED("UEsDBBQAAAAAAAAAAAANM/"                                                                                \
	       "yAeQAAAHkAAAAGAAAAaW4uemlwUEsDBBQAAAAAAAAAAAAmrWjODQAAAA0AAAAFAAAAYS5leGUwMTIzNDU2Nzg5YWJjUEsBAhQAFAA" \
	       "AAAAAAAAAACataM4NAAAADQAAAAUAAAAAAAAAAAAAAAAAAAAAAGEuZXhlUEsFBgAAAAABAAEAMwAAADAAAAAAAFBLAQIUABQAAAAA" \
	       "AAAAAAANM/yAeQAAAHkAAAAGAAAAAAAAAAAAAAAAAAAAAABpbi56aXBQSwUGAAAAAAEAAQA0AAAAnQAAAAAA")
#define ZIP_TWO                                                                                                        \
	ZIPPED("UEsDBBQAAAAAAAAAAAAmrWjODQAAAA0AAAAFAAAAYi50eHQwMTIzNDU2Nzg5YWJjUEsBAhQAFAAAAAAAAAAAACataM4NAAAADQAAA" \
	       "AUAAAAAAAAAAAAAAAAAAAAAAGEuZXhlUEsFBgAAAAABAAEAMwAAADAAAAAAAA==")
#define ZIP_CUT ZIPPED("UEsDBBQAAAAAAAAAAAAmrWjODQAAAA0AAAAFAAAAYS5leGUwMTIzNA==")
#define SAYS(text)                                                                                                \
	HEAD "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n" text \
	     "\n--b\n"

static void fields_are_those_of_the_record(void **state)
{
	(void)state;
	static const char mail[] =
	    "Return-Path: <bounce@x.example>\n"
	    "Authentication-Results: mx.trusted.example; spf=fail smtp.mailfrom=x; dkim=none; dmarc=fail\n"
	    "Received: from mail.example (mail.example [10.0.0.1]) by mx.example; Tue, 10 Jun 2014 10:10:00 +0900\n"
	    "Received: from pc (unknown [198.51.100.7]) by mail.example; Tue, 10 Jun 2014 10:09:00 +0900\n" HEAD
	    "Reply-To: c@c.example\nMessage-ID: <1@x>\n\nsee http://evil.example/a.php and mailto:x\n";
	is(mail, "from", "山田 <a@yahoo.co.jp>");
	is(mail, "from_addr", "a@yahoo.co.jp");
	is(mail, "envelope_from", "bounce@x.example");
	is(mail, "reply_to", "c@c.example");
	is(mail, "sent", "2014-06-10T09:10:11+09:00");
	is(mail, "when", "2014-06-10T10:10:00+09:00");
	is(mail, "origin", "198.51.100.7");
	is(mail, "authentication", "spf=fail dkim=none dmarc=fail (mx.trusted.example)");
	is(mail, "urls", "hxxp://evil[.]example/a.php");
	is(mail, "class", "url");
	is(mail, "message_id", "<1@x>");
	is(mail, "parsed", "whole");
}

/* A line that is no field does not hide the fields behind it where it begins as none can. */
static void an_odd_line_hides_no_field(void **state)
{
	(void)state;
	static const char mail[] = "From: a@x.co.jp\n: odd\nSubject: behind\n\ntext\n";
	is(mail, "subject", "behind");
	assert_true(fires(mail, "damaged.header"));
}

static void classes_are_those_of_table_1(void **state)
{
	(void)state;
	is(MIXED FILE_OF("a.zip") "PK\5\6................" END, "class", "compressed");
	is(MIXED FILE_OF("a.doc") "text" END, "class", "uncompressed");
	is(MIXED "Content-Type: image/png; name=a.png\nContent-ID: <1>\nContent-Disposition: inline\n\nx" END, "class",
	   "neither");
	is(HEAD "\nhttp://a.example/x\n", "class", "url");
	is(HEAD "Content-Type: text/html\n\n<html xmlns='http://w3.example'><img src=http://p.example/1><p>hi", "class",
	   "neither");
	is(HEAD "Content-Type: text/html\n\n<a href=http://p.example/1>hi</a>", "class", "url");
	is(HEAD "\nhello\n", "class", "neither");
	is(HEAD, "class", "other");
	is("this is typed in by hand, without a header\n", "class", "other");
	is(HEAD "Content-Type: multipart/mixed; boundary=b\n\n", "class", "other");
}

static void senders_are_those_of_figure_a_2(void **state)
{
	(void)state;
	static const char *const wanted[][2] = {
	    {"a@gmail.com", "free_mail"},
	    {"a@mail.yahoo.co.jp", "free_mail"},
	    {"a@x.co.jp", "company"},
	    {"a@mofa.go.jp", "ministry"},
	    {"a@ipa.go.jp", "iaa"},
	    {"a@u.ac.jp", "university"},
	    {"a@x.or.jp", "other"},
	    {"a@host", "no_such_domain"},
	    {"a@x.example", "no_such_domain"},
	    {"a@x.zzzz", "no_such_domain"},
	    {"a@unknown.go.jp", "unknown"},
	    {"a@x.com", "unknown"},
	    {"a@***.jp", "unknown"},
	    {"", "unknown"},
	};
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
		char mail[200];
		snprintf(mail, sizeof mail, "From: %s\nSubject: x\n\nx\n", wanted[i][0]);
		is(mail, "sender_class", wanted[i][1]);
	}
	is("From: a@x.com\n\nx", "sender_basis", "unverified");
	is("From: a@x.co.jp\n\nx", "sender_basis", "suffix");
}

/* A row for each rule that has one so far: a mail that fires it, and one near it that does not. */
static const struct {
	const char *id;
	const char *fires;
	const char *does_not;
} rows[] = {
#include "core/finding/mail/look/rule_rows.def"
};

static void each_rule_fires_where_it_should_and_not_beside_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_non_null(mail_rule_find(rows[i].id));
		if (!fires(rows[i].fires, rows[i].id))
			fail_msg("%s does not fire on\n%s", rows[i].id, rows[i].fires);
		if (fires(rows[i].does_not, rows[i].id))
			fail_msg("%s fires on\n%s", rows[i].id, rows[i].does_not);
	}
}

static void a_box_is_parted_at_its_mails_only(void **state)
{
	(void)state;
	static const char box[] =
	    "From a@b Tue Jun 10 09:10:00 2014\nSubject: one\n\nFrom here on text\n\nFrom 10:10 2014 text\n"
	    "\nFrom c@d Tue Jun 10 09:11:00 2014\nSubject: two\n\nbody\n";
	struct mailbox m;
	struct mailbox_mail mail;
	mailbox_begin(&m, box, sizeof box - 1);
	assert_true(mailbox_next(&m, &mail));
	assert_memory_equal(mail.bytes, "Subject: one", 12);
	assert_memory_equal(mail.bytes + mail.n - 5, "text\n", 5);
	assert_true(mailbox_next(&m, &mail));
	assert_memory_equal(mail.bytes, "Subject: two", 12);
	assert_false(mailbox_next(&m, &mail));
	/* who copied it put something before it */
	for (int i = 0; i < 2; i++) {
		char copied[sizeof box + 3];
		snprintf(copied, sizeof copied, "%s%s", i ? "\n\n" : "\xEF\xBB\xBF", box);
		mailbox_begin(&m, copied, strlen(copied));
		assert_true(mailbox_next(&m, &mail));
		assert_memory_equal(mail.bytes, "Subject: one", 12);
		assert_true(mailbox_next(&m, &mail));
		assert_memory_equal(mail.bytes, "Subject: two", 12);
		assert_false(mailbox_next(&m, &mail));
	}
	mailbox_begin(&m, "47        \nSubject: apple\n\nthirty-one bytes are here to read\n<plist/>", 68);
	assert_true(mailbox_next(&m, &mail));
	assert_memory_equal(mail.bytes, "Subject: apple", 14);
	assert_int_equal(mail.n, 47);
	mailbox_begin(&m, "Subject: x\n\n", 12);
	assert_true(mailbox_next(&m, &mail));
	assert_int_equal(mail.n, 12);
}

/* No cut of a mail is refused: each is an object. */
static void every_beginning_of_a_mail_is_an_object(void **state)
{
	(void)state;
	static const char mail[] = MIXED FILE_OF("a.zip") "PK\3\4\24" END;
	for (size_t n = 0; n < sizeof mail; n++)
		json_decref(look_at(mail, n));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fields_are_those_of_the_record),
	    cmocka_unit_test(an_odd_line_hides_no_field),
	    cmocka_unit_test(classes_are_those_of_table_1),
	    cmocka_unit_test(senders_are_those_of_figure_a_2),
	    cmocka_unit_test(each_rule_fires_where_it_should_and_not_beside_it),
	    cmocka_unit_test(a_box_is_parted_at_its_mails_only),
	    cmocka_unit_test(every_beginning_of_a_mail_is_an_object),
	};
	int rc = cmocka_run_group_tests(tests, setup, NULL);
	json_decref(options_own);
	json_decref(options_trust);
	return rc;
}
