/* Values of indicators: checked by type, brought to one form, recognised in any other. */
#include "help_case.h"

#include "case/action/undo.h"
#include "case/store/indicator_value.h"

#include <stdio.h>
#include <string.h>

static void assert_becomes(const char *type, const char *text, const char *expected)
{
	struct buf value = BUF_INIT;
	struct buf again = BUF_INIT;
	struct err err = ERR_INIT;
	int rc = indicator_normalise(type, text, &value, &err);
	if (!expected) {
		if (rc == 0)
			fail_msg("%s '%s' is taken as '%s'", type, text, value.data);
		assert_int_equal(err.code, ERR_USAGE);
		assert_int_equal(value.len, 0);
	} else if (rc < 0 || strcmp(value.data, expected) != 0) {
		fail_msg("%s '%s' becomes '%s' (%s), not '%s'", type, text, value.data, err.message, expected);
	} else {
		assert_int_equal(indicator_normalise(type, value.data, &again, &err), 0);
		assert_string_equal(again.data, value.data);
	}
	buf_release(&value);
	buf_release(&again);
}

static void domains(void **state)
{
	(void)state;
	static const char *const same[] = {
	    "evil.example",   "Evil.Example",   "evil[.]example", "evil(dot)example",  "evil [dot] example",
	    "evil{.}example", " evil.example ", "EVIL.EXAMPLE.",  "ｅｖｉｌ．example", "evil.ex\u200bample"};
	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		assert_becomes("domain", same[i], "evil.example");
	assert_becomes("domain", "日本語.example", "xn--wgv71a119e.example");
	assert_becomes("domain", "日本語。jp", "xn--wgv71a119e.jp");
	assert_becomes("domain", "Bücher.example", "xn--bcher-kva.example");
	assert_becomes("domain", "президент.рф", "xn--d1abbgf6aiiy.xn--p1ai");
	assert_becomes("domain", "XN--WGV71A119E.example", "xn--wgv71a119e.example");
	assert_becomes("domain", "*.evil[.]example", "*.evil.example");
	assert_becomes("domain", "_dmarc.evil.example", "_dmarc.evil.example");
	static const char *const bad[] = {"",
	                                  "evil",
	                                  "evil..example",
	                                  ".example",
	                                  "-evil.example",
	                                  "evil-.example",
	                                  "evil example",
	                                  "http://evil.example",
	                                  "evil.example/a",
	                                  "10.0.0.256",
	                                  "a@b.example",
	                                  "\xff.example",
	                                  "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl.example"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_becomes("domain", bad[i], NULL);
}

static void addresses(void **state)
{
	(void)state;
	assert_becomes("ip", "198.51.100[.]7", "198.51.100.7");
	assert_becomes("ip", "１９８．５１．１００．７", "198.51.100.7");
	assert_becomes("ip", "198.51.100.0/24", "198.51.100.0/24");
	assert_becomes("ip", "2001:DB8:0:0:0:0:0:1", "2001:db8::1");
	assert_becomes("ip", "2001[:]db8::1", "2001:db8::1");
	assert_becomes("ip", "[2001:db8::1]", "2001:db8::1");
	assert_becomes("ip", "2001:db8::/32", "2001:db8::/32");
	static const char *const bad[] = {"10.0.0.256",    "10.0.0",         "10.0.0.1.2",   "010.0.0.1",
	                                  "10.0.0.1/33",   "10.0.0.1/",      "10.0.0.1:80",  "::g",
	                                  "2001:db8::1::", "2001:db8::/129", "evil.example", ""};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_becomes("ip", bad[i], NULL);
}

static void urls_and_mail_addresses(void **state)
{
	(void)state;
	assert_becomes("url", "hxxp://evil[.]example/a", "http://evil.example/a");
	assert_becomes("url", "HXXPS[:]//Evil.Example:8443/A?B=C#d", "https://evil.example:8443/A?B=C#d");
	assert_becomes("url", "http://user:Pass@Evil.example/", "http://user:Pass@evil.example/");
	assert_becomes("url", "http://[2001:DB8::0:1]:80/", "http://[2001:db8::1]:80/");
	assert_becomes("url", "http://198.51.100[.]7", "http://198.51.100.7");
	assert_becomes("url", "https://日本語.example/道", "https://xn--wgv71a119e.example/道");
	assert_becomes("url", "ftp://files/a", "ftp://files/a");
	static const char *const bad[] = {"evil.example/a",       "http://",          "http:///a",
	                                  "http://evil .example", "http://a b/c",     "http://evil.example:99999999/",
	                                  "http://[2001:db8::1/", "://evil.example/", "http://10.0.0.256/"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_becomes("url", bad[i], NULL);
	assert_becomes("email", "Taro[at]Mail(dot)example", "Taro@mail.example");
	assert_becomes("email", "taro@日本語.example", "taro@xn--wgv71a119e.example");
	static const char *const no_mail[] = {"taro", "@mail.example", "taro@", "ta ro@mail.example",
	                                      "<taro@mail.example>"};
	for (size_t i = 0; i < sizeof no_mail / sizeof *no_mail; i++)
		assert_becomes("email", no_mail[i], NULL);
}

static void digests_by_their_length(void **state)
{
	(void)state;
	assert_becomes("md5", "D41D8CD98F00B204E9800998ECF8427E", "d41d8cd98f00b204e9800998ecf8427e");
	assert_becomes("md5", "MD5:d41d8cd98f00b204e9800998ecf8427e", "d41d8cd98f00b204e9800998ecf8427e");
	assert_becomes("sha1", "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709", "da39a3ee5e6b4b0d3255bfef95601890afd80709");
	assert_becomes("md5", "d41d8cd98f00b204e9800998ecf8427", NULL);
	assert_becomes("sha256", "not a digest", NULL);
	assert_becomes("sha512", "d41d8cd98f00b204e9800998ecf8427e", NULL);
	char digits[129];
	memset(digits, 'A', 128);
	digits[128] = '\0';
	char lower[129];
	memset(lower, 'a', 128);
	lower[128] = '\0';
	assert_becomes("sha512", digits, lower);
	struct err err = ERR_INIT;
	struct buf value = BUF_INIT;
	indicator_normalise("sha256", "d41d8cd98f00b204e9800998ecf8427e", &value, &err);
	assert_non_null(strstr(err.message, "32 digits of MD5"));
}

static void other_types_keep_their_value(void **state)
{
	(void)state;
	assert_becomes("file_name", "請求書．exe", "請求書．exe");
	assert_becomes("mutex", "Global\\{A}", "Global\\{A}");
	assert_becomes("unknown", "evil[.]example", "evil[.]example");
	assert_becomes(NULL, "x", "x");
}

static void records_hold_the_normal_form_once(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	add("indicator", "type=domain value=Evil[.]example");
	assert_string_equal(get("R1-I1", "value"), "evil.example");
	assert_int_equal(try_add("indicator", "type=domain value=evil(dot)EXAMPLE", 0, &err), -1);
	assert_int_equal(err.code, ERR_EXISTS);
	assert_non_null(strstr(err.message, "R1-I1"));
	add("indicator", "type=url value=http://evil.example");
	err_clear(&err);
	assert_int_equal(try_add("indicator", "type=url value=hxxp://EVIL.example/", 0, &err), -1);
	assert_int_equal(err.code, ERR_EXISTS);
	err_clear(&err);
	assert_int_equal(try_add("indicator", "type=ip value=10.0.0.256", 0, &err), -1);
	assert_int_equal(err.code, ERR_USAGE);
	add("indicator", "type=domain value=other.example");
	err_clear(&err);
	assert_int_equal(try_set("R1-I3", "value=evil[.]example", 0, &err), -1);
	assert_int_equal(err.code, ERR_EXISTS);
	set("R1-I3", "value=Third[.]Example");
	assert_string_equal(get("R1-I3", "value"), "third.example");
	set("R1-I3", "value=third.example role=c2"); /* the same as it is, is no double */
	err_clear(&err);
	assert_int_equal(record_retract(the_case, "R1-I1", "by mistake", &err), 0);
	add("indicator", "type=domain value=evil.example");
}

/* What an older version took in is no reason to refuse a change of another field; and it is recognised. */
static void older_values_are_recognised(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	add("indicator", "type=unknown value=hxxp://evil[.]example/a");
	assert_string_equal(get("R1-I1", "value"), "hxxp://evil[.]example/a");
	set("R1-I1", "type=url"); /* it gets its form when its type is known */
	assert_string_equal(get("R1-I1", "value"), "http://evil.example/a");
	assert_int_equal(try_add("indicator", "type=url value=http://evil.example/a", 0, &err), -1);
	char label[LABEL_TEXT];
	assert_int_equal(indicator_find(the_case, "url", "hxxp://evil[.]example/a", NULL, label, &err), 0);
	assert_string_equal(label, "R1-I1");
	assert_int_equal(indicator_find(the_case, "url", "hxxp://evil[.]example/a", "R1-I1", label, &err), 0);
	assert_string_equal(label, "");
}

static void assert_found(const char *value, const char *wanted)
{
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	assert_int_equal(indicator_find(the_case, "domain", value, NULL, label, &err), 0);
	assert_string_equal(label, wanted);
}

/* After the first question all is asked of memory: whatever is written is known there, and what was given up is not found. */
static void what_is_kept_follows_what_is_written(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	const struct assign other = {"value", "third.example"};
	assert_found("first.example", "");
	add("indicator", "type=domain value=first.example");
	assert_found("FIRST[.]example", "R1-I1");
	set("R1-I1", "value=second.example");
	assert_found("first.example", "");
	assert_found("second.example", "R1-I1");
	assert_int_equal(undo_last(the_case, "wrong", NULL, NULL, &err), 0);
	assert_found("first.example", "R1-I1");
	assert_found("second.example", "");
	struct action *a = action_begin(the_case, "set", &err);
	assert_int_equal(action_set(a, "R1-I1", &other, 1, 0, &err), 0);
	assert_found("third.example", "R1-I1"); /* within the action, too */
	const struct assign fields[] = {{"type", "domain"}, {"value", "fourth.example"}};
	assert_int_equal(action_add(a, "indicator", fields, 2, 0, label, &err), 0);
	assert_found("fourth.example", label);
	action_cancel(a);
	assert_found("third.example", "");
	assert_found("fourth.example", "");
	assert_found("first.example", "R1-I1");
	set("R1-I1", "type=url value=http://first.example/");
	assert_found("first.example", "");
	set("R1-I1", "type=domain value=first.example");
	assert_int_equal(record_retract(the_case, "R1-I1", "wrong", &err), 0);
	assert_found("first.example", "");
	add("indicator", "type=domain value=first.example");
	assert_found("first.example", "R1-I2");
	case_again();
	assert_found("first.example", "R1-I2");
}

/* Thousands of one value, each once in what is kept; the first that holds is told, whatever became of those before. */
static void many_of_one_value(void **state)
{
	enum { MANY = 5000 };
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	(void)state;
	add("indicator", "type=domain value=other.example");
	assert_int_equal(indicator_find(the_case, "domain", "evil.example", NULL, label, &err),
	                 0); /* it is kept from now */
	assert_string_equal(label, "");
	struct action *a = action_begin(the_case, "import", &err);
	assert_non_null(a);
	for (int i = 0; i < MANY; i++) {
		struct assign fields[] = {{"type", "domain"}, {"value", "evil.example"}};
		assert_int_equal(action_add(a, "indicator", fields, 2, RECORD_TWICE, label, &err), 0);
	}
	assert_int_equal(action_commit(a, &err), 0);
	assert_int_equal(indicator_find(the_case, "domain", "evil.example", NULL, label, &err), 0);
	assert_string_equal(label, "R1-I2");
	assert_int_equal(indicator_find(the_case, "domain", "evil.example", "R1-I2", label, &err), 0);
	assert_string_equal(label, "R1-I3");
	assert_int_equal(record_retract(the_case, "R1-I2", "wrong", &err), 0);
	set("R1-I3", "value=another.example");
	case_again(); /* made of the records, in the order of entry */
	assert_int_equal(indicator_find(the_case, "domain", "evil[.]example", NULL, label, &err), 0);
	assert_string_equal(label, "R1-I4");
	assert_int_equal(indicator_find(the_case, "domain", "another.example", NULL, label, &err), 0);
	assert_string_equal(label, "R1-I3");
}

int main(void)
{
#define CASE_TEST(f) cmocka_unit_test_setup_teardown(f, case_setup, case_teardown)
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(domains),
	    cmocka_unit_test(addresses),
	    cmocka_unit_test(urls_and_mail_addresses),
	    cmocka_unit_test(digests_by_their_length),
	    cmocka_unit_test(other_types_keep_their_value),
	    CASE_TEST(records_hold_the_normal_form_once),
	    CASE_TEST(older_values_are_recognised),
	    CASE_TEST(what_is_kept_follows_what_is_written),
	    CASE_TEST(many_of_one_value),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
