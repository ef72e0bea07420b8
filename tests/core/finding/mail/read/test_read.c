/* Characters, header fields, transfer encodings and parts of mails: Japanese ones above all. */
#include "base/buf.h"
#include "finding/mail/read/address.h"
#include "finding/mail/read/charset.h"
#include "finding/mail/read/header.h"
#include "finding/mail/read/html.h"
#include "finding/mail/read/mime.h"
#include "finding/mail/read/transfer.h"

#include <iconv.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct pool pool;

static int setup(void **state)
{
	(void)state;
	return charset_prepare(NULL);
}

static int teardown(void **state)
{
	(void)state;
	pool_release(&pool);
	return 0;
}

static void reads(const char *label, const char *bytes, const char *want, unsigned said)
{
	struct buf text = BUF_INIT;
	unsigned got = charset_decode(label, strlen(label), bytes, strlen(bytes), &text);
	assert_string_equal(text.data, want);
	assert_int_equal(got, said);
	buf_release(&text);
}

static void japanese_is_read_in_all_its_encodings(void **state)
{
	(void)state;
	reads("shift_jis", "\x93\xFA\x96\x7B \x87\x40 \xFB\xFC \x95\x5C", "日本 ① 髙 表", 0);
	reads("euc-jp", "\xC6\xFC\xCB\xDC \xAD\xA1 \xFC\xE2 \x8E\xB1", "日本 ① 髙 ｱ", 0);
	reads("ISO-2022-JP", "\33$BF|K\\-!\33(B ok \33$@F|\33(J \33(I1\33(B", "日本① ok 日 ｱ", 0);
	reads("iso-2022-jp", "\33$BF|K\\", "日本", 0); /* never closed */
	reads("utf-8", "日本", "日本", 0);
	reads("utf-8", "\xEF\xBB\xBF日", "日", 0);
}

static void the_label_yields_to_the_bytes(void **state)
{
	(void)state;
	reads("iso-2022-jp", "\x93\xFA\x96\x7B\x82\xCC", "日本の", CHARSET_LIED);
	reads("utf-8", "\x93\xFA\x96\x7B\x82\xCC", "日本の", CHARSET_LIED);
	reads("iso-8859-1", "日本の", "日本の", CHARSET_LIED);
	reads("iso-8859-1", "caf\xE9", "café", 0);
	reads("iso-8859-1", "GA.com\xC3\xB4", "GA.comô", CHARSET_LIED);
	reads("windows-1252", "it\xE2\x80\x99s", "it’s", CHARSET_LIED);
	reads("iso-8859-1", "le CAF\xC9\xBB", "le CAFÉ»", 0); /* UTF-8 as well, but nobody means that */
	reads("windows-1251", "\xC3\xB4", "Гґ", 0);
	/* cut in its last character */
	reads("iso-8859-1", "\xD0\x9A\xD0\xB0\xD1\x80\xD1\x82\xD1", "Карт\xEF\xBF\xBD", CHARSET_LIED | CHARSET_DAMAGED);
	reads("windows-874", "\xCA\xC7\xD1\xCA\xB4\xD5", "สวัสดี", 0);
	reads("unicode-1-1-utf-7", "+MEI-", "あ", 0);
	reads("", "\xC6\xFC\xCB\xDC\xA4\xCE", "日本の", 0);
	reads("", "Forma\xE7\xE3o", "Formação", 0); /* one pair that could be a kanji is no Japanese */
	reads("x-nobody-knows", "日本", "日本", CHARSET_UNKNOWN);
	reads("utf-8", "a\xFFz", "a\xEF\xBF\xBDz", CHARSET_DAMAGED); /* no Japanese either */
}

/* Every pair of the table is what the system's iconv says of CP932. */
static void the_table_is_that_of_cp932(void **state)
{
	(void)state;
	iconv_t table = iconv_open("UTF-8", "CP932");
	assert_true(table != (iconv_t)-1);
	int pairs = 0;
	for (unsigned lead = 0x81; lead <= 0xFC; lead += lead == 0x9F ? 0x41 : 1)
		for (unsigned trail = 0x40; trail <= 0xFC; trail++) {
			char in[2] = {(char)lead, (char)trail};
			char *from = in;
			char out[8] = "";
			char *to = out;
			size_t n = 2;
			size_t left = sizeof out - 1;
			iconv(table, NULL, NULL, NULL, NULL);
			if (iconv(table, &from, &n, &to, &left) == (size_t)-1)
				continue;
			struct buf text = BUF_INIT;
			charset_decode("shift_jis", 9, in, 2, &text);
			assert_string_equal(text.data, out);
			buf_release(&text);
			pairs++;
		}
	iconv_close(table);
	assert_true(pairs > 9000);
}

static const char *text_of(const char *value)
{
	return header_text(&pool, value, strlen(value), NULL);
}

static void encoded_words_are_joined_before_they_are_decoded(void **state)
{
	(void)state;
	assert_string_equal(text_of("=?UTF-8?B?5pel?="), "日");
	assert_string_equal(text_of("=?UTF-8?B?5pc=?=\r\n =?UTF-8?B?pQ==?= rest"), "日 rest"); /* 日 was cut in two */
	assert_string_equal(text_of("=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?= =?iso-2022-jp?B?GyRCRnwbKEI=?="), "日本日");
	assert_string_equal(text_of("Re: =?utf-8?Q?=E6=97=A5_x?= =?utf-8?q?=E6=9C=AC?="), "Re: 日 x本");
	assert_string_equal(text_of("a =?utf-8?B?5pel?= b"), "a 日 b");
	assert_string_equal(text_of("plain =?broken?= =?utf-8?X?abc?="), "plain =?broken?= =?utf-8?X?abc?=");
	assert_string_equal(text_of("\x93\xFA\x96\x7B\x82\xCC"), "日本の");
	assert_string_equal(text_of("one\r\n two"), "one two");
}

static const char *parameter(const char *value, const char *name)
{
	return header_parameter(&pool, value, strlen(value), name, NULL);
}

static void parameters_are_read_as_mailers_write_them(void **state)
{
	(void)state;
	assert_string_equal(parameter("text/plain; charset=\"utf-8\"; format=flowed", "charset"), "utf-8");
	assert_string_equal(parameter("a/b; name=\"a \\\"b\\\" ; c.txt\"", "name"), "a \"b\" ; c.txt");
	assert_string_equal(parameter("a; filename*=utf-8''%E6%97%A5.zip; filename=x", "filename"), "日.zip");
	assert_string_equal(
	    parameter("a; filename*0*=iso-2022-jp''%1B%24BF%7CK; filename*1*=%5C%1B%28B.doc", "filename"), "日本.doc");
	assert_string_equal(parameter("a; filename*0=ab; filename*1=\"cd.exe\"", "filename"), "abcd.exe");
	assert_string_equal(parameter("a; name=\"=?UTF-8?B?5pelLnppcA==?=\"", "name"), "日.zip");
	/* 表 ends in a byte that looks like a backslash, and ISO-2022-JP holds quotes */
	assert_string_equal(parameter("a; name=\"\x95\x5C.doc\"; x=1", "name"), "表.doc");
	assert_string_equal(parameter("a; name=\"\33$B?\"\33(B.doc\"; x=1", "name"), "植.doc");
	assert_null(parameter("a; b=c", "name"));
	assert_string_equal(parameter("name=\"a.txt\"; x=y", "name"), "a.txt"); /* the type itself is missing */
	assert_string_equal(parameter("; name=\"a.txt\"", "name"), "a.txt");
	assert_null(parameter("\"name=b\"; x=y", "name"));
}

static const char *addresses(const char *value)
{
	struct address_list list = {0};
	struct buf text = BUF_INIT;
	address_read(&list, &pool, value, strlen(value), NULL);
	address_show(&list, &text);
	char *out = pool_text(&pool, text.data, text.len);
	buf_release(&text);
	return out;
}

static void addresses_are_found_in_whatever_stands_there(void **state)
{
	(void)state;
	assert_string_equal(addresses("taro@MAIL.example"), "taro@mail.example");
	assert_string_equal(addresses("\"Yamada, Taro\" <taro@a.example>, b@b.example (B)"),
	                    "Yamada, Taro <taro@a.example>, B <b@b.example>");
	assert_string_equal(addresses("=?UTF-8?B?5bGx55Sw?= <y@a.example>"), "山田 <y@a.example>");
	assert_string_equal(addresses("friends: a@a.example, b@b.example;, c@c.example"),
	                    "a@a.example, b@b.example, c@c.example");
	assert_string_equal(addresses("undisclosed-recipients:;"), "");
	assert_string_equal(addresses("Only a Name"), "Only a Name");
	struct buf many = BUF_INIT;
	for (int i = 0; i < 40000; i++)
		buf_adds(&many, "a:");
	struct address_list list = {0};
	address_read(&list, &pool, many.data, many.len, NULL);
	assert_true(list.limited);
	buf_release(&many);
}

static const char *date(const char *text)
{
	struct buf out = BUF_INIT;
	if (!address_date(text, strlen(text), &out, NULL, NULL))
		return "-";
	char *copy = pool_text(&pool, out.data, out.len);
	buf_release(&out);
	return copy;
}

static void dates_become_times(void **state)
{
	(void)state;
	assert_string_equal(date("Tue, 10 Jun 2014 09:10:11 +0800 (CST)"), "2014-06-10T09:10:11+08:00");
	assert_string_equal(date("10 Jun 14 09:10 JST"), "2014-06-10T09:10:00+09:00");
	assert_string_equal(date("Tue Jun 10 09:10:11 2014"), "2014-06-10T09:10:11+00:00");
	assert_string_equal(date("30 Feb 2014 09:10:11 +0900"), "-");
	assert_string_equal(date("soon"), "-");
}

static void encodings_are_undone_and_damage_is_told(void **state)
{
	(void)state;
	struct buf out = BUF_INIT;
	assert_false(transfer_base64("SGVs\r\nbG8=", 10, &out));
	assert_string_equal(out.data, "Hello");
	buf_clear(&out);
	assert_false(transfer_base64("SGk=\nSGkh\n", 10, &out)); /* two texts */
	assert_string_equal(out.data, "HiHi!");
	buf_clear(&out);
	assert_true(transfer_base64("SGk=\n\nCheerio!\n", 15, &out)); /* one, and what a person wrote */
	assert_string_equal(out.data, "Hi");
	buf_clear(&out);
	assert_true(transfer_base64("S=Gk=", 5, &out));
	assert_string_equal(out.data, "Hi");
	buf_clear(&out);
	assert_true(transfer_base64("SGVsbG8", 7, &out)); /* no padding */
	assert_string_equal(out.data, "Hello");
	buf_clear(&out);
	assert_false(transfer_quoted("a=3Db =\r\nc  \r\nd=E6", 19, &out));
	assert_string_equal(out.data, "a=b c\r\nd\xE6");
	buf_clear(&out);
	assert_true(transfer_quoted("100=% =2", 8, &out));
	assert_string_equal(out.data, "100=% =2");
	buf_clear(&out);
	struct uufile file;
	static const char uu[] = "text\nbegin 644 cat.txt\n#0V%T\n`\nend\nmore\n";
	assert_true(transfer_uu(uu, sizeof uu - 1, 0, &file, &out));
	assert_string_equal(out.data, "Cat");
	assert_int_equal(file.name_n, 7);
	assert_false(file.damaged);
	assert_string_equal(uu + file.end, "more\n");
	buf_release(&out);
}

static void parts(const char *mail, const char *want, unsigned flags)
{
	struct mime m = {0};
	struct buf text = BUF_INIT;
	mime_read(&m, &pool, mail, strlen(mail));
	for (size_t i = 0; i < m.count; i++) {
		struct buf content = BUF_INIT;
		if (!m.parts[i].is_container)
			mime_content(&m.parts[i], &content);
		buf_addf(&text, "%s %s [%s]\n", m.parts[i].number, m.parts[i].type, content.data);
		buf_release(&content);
	}
	assert_string_equal(text.data, want);
	assert_int_equal(m.flags, flags);
	buf_release(&text);
}

static void parts_are_found_however_they_are_nested(void **state)
{
	(void)state;
	parts("Subject: x\n\nbody\n", "1 text/plain [body\n]\n", 0);
	parts(
	    "Content-Type: multipart/mixed; boundary=o\n\npre\n--o\n\none\n--o\nContent-Type: multipart/alternative; "
	    "boundary=i\n\n--i\n\ntwo\n--i\nContent-Type: text/html\n\nthree\n--i--\nafter\n--o\n\nfour\n--o--\nend\n",
	    "1 multipart/mixed []\n1 text/plain [one]\n2 multipart/alternative []\n2.1 text/plain [two]\n2.2 text/html "
	    "[three]\n3 text/plain [four]\n",
	    0);
	/* the outer boundary ends an inner multipart that never ends */
	parts("Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/mixed; boundary=oo\n\n--oo\n\n"
	      "one\n--o\n\ntwo\n--o--\n",
	      "1 multipart/mixed []\n1 multipart/mixed []\n1.1 text/plain [one]\n2 text/plain [two]\n",
	      MIME_BOUNDARY_MISSING);
	parts("Content-Type: message/rfc822\n\nSubject: in\nContent-Type: multipart/mixed; "
	      "boundary=b\n\n--b\n\nx\n--b--\n",
	      "1 message/rfc822 []\n1.1 multipart/mixed []\n1.1.1 text/plain [x]\n", 0);
	parts("Content-Type: multipart/mixed; boundary=b\n\nnothing\n", "1 multipart/mixed []\n",
	      MIME_NEVER_CAME | MIME_BOUNDARY_MISSING);
	parts("Content-Type: multipart/mixed; boundary=b\r\rx\r--b\r\rcr only\r--b--\r",
	      "1 multipart/mixed []\n1 text/plain [cr only]\n", 0);
	/* blank lines before the header, as pasted mails have them; of a part, the line ends its header */
	parts("   \n\nContent-Type: text/html\n\nx\n", "1 text/html [x\n]\n", 0);
	parts("  Content-Type: text/html\nX: y\n\nx\n", "1 text/html [x\n]\n", 0);
	parts("  text\nX: y\n", "1 text/plain [  text\nX: y\n]\n", MIME_HEADER_BROKEN);
	parts("\nno header: here it is not\n", "1 text/plain [no header: here it is not\n]\n", 0);
	parts("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nNote: x\n--b--\n",
	      "1 multipart/mixed []\n1 text/plain [Note: x]\n", 0);
	/* a boundary that looks like a field */
	parts("Content-Type: multipart/mixed; boundary=\"x:\"\n\n--x:\nA: b\n--x:\n\ntwo\n--x:--\n",
	      "1 multipart/mixed []\n1 text/plain []\n2 text/plain [two]\n", 0);
}

static void nesting_has_an_end(void **state)
{
	(void)state;
	struct mime m = {0};
	struct buf mail = BUF_INIT;
	for (int i = 0; i < 5000; i++)
		buf_addf(&mail, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
	mime_read(&m, &pool, mail.data, mail.len);
	assert_true(m.flags & MIME_DEPTH_LIMIT);
	buf_clear(&mail);
	memset(&m, 0, sizeof m);
	buf_adds(&mail, "Content-Type: multipart/mixed; boundary=b\n\n");
	for (int i = 0; i < 30000; i++)
		buf_adds(&mail, "--b\n\nx\n");
	mime_read(&m, &pool, mail.data, mail.len);
	assert_int_equal(m.count, MIME_PARTS);
	assert_true(m.flags & MIME_PARTS_LIMIT);
	buf_release(&mail);
}

static void take_link(void *ctx, enum html_link sort, const char *url, const char *shown)
{
	buf_addf(ctx, "%d %s (%s)\n", sort, url, shown);
}

static void html_gives_its_text_and_links(void **state)
{
	(void)state;
	static const char page[] =
	    "<!doctype html><style>x{}</style><p>Hello&nbsp;<b>there</b> &#x65E5;<script>http://no.example</script>"
	    "<a href='http://a.example/?a=1&amp;b=2'>http://b.example</a><img src=http://pic.example/1.gif>"
	    "<form action=//f.example><meta http-equiv=refresh content=\"0; url=http://r.example/\"><!-- <a href=x> "
	    "--> < 3";
	struct buf text = BUF_INIT;
	struct buf links = BUF_INIT;
	size_t scripts;
	html_read(page, sizeof page - 1, &text, take_link, &links, &scripts);
	assert_string_equal(links.data,
	                    "0 http://a.example/?a=1&b=2 (http://b.example)\n3 http://pic.example/1.gif ()\n"
	                    "1 //f.example ()\n2 http://r.example/ ()\n");
	assert_string_equal(text.data, "Hello there 日http://b.example < 3");
	assert_int_equal(scripts, 1);
	buf_release(&text);
	buf_release(&links);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_teardown(japanese_is_read_in_all_its_encodings, teardown),
	    cmocka_unit_test_teardown(the_label_yields_to_the_bytes, teardown),
	    cmocka_unit_test_teardown(the_table_is_that_of_cp932, teardown),
	    cmocka_unit_test_teardown(encoded_words_are_joined_before_they_are_decoded, teardown),
	    cmocka_unit_test_teardown(parameters_are_read_as_mailers_write_them, teardown),
	    cmocka_unit_test_teardown(addresses_are_found_in_whatever_stands_there, teardown),
	    cmocka_unit_test_teardown(dates_become_times, teardown),
	    cmocka_unit_test_teardown(encodings_are_undone_and_damage_is_told, teardown),
	    cmocka_unit_test_teardown(parts_are_found_however_they_are_nested, teardown),
	    cmocka_unit_test_teardown(nesting_has_an_end, teardown),
	    cmocka_unit_test_teardown(html_gives_its_text_and_links, teardown),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
