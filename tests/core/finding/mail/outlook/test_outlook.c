/* Mails of Outlook: .msg and winmail.dat, whole, in a mail, in one another, and cut off. */
#include "base/json.h"
#include "core/finding/mail/outlook/help_msg.h"
#include "finding/mail/content/vba.h"
#include "finding/mail/look/look.h"
#include "finding/mail/outlook/rtf.h"
#include "finding/mail/read/charset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
	(void)state;
	return charset_prepare(NULL);
}

static json_t *look_at(const void *bytes, size_t n, int forwarded)
{
	struct look l;
	struct look_options options = {.forwarded = forwarded};
	look_begin(&l, &options, bytes, n);
	look_all(&l);
	json_t *object = look_json(&l);
	look_release(&l);
	assert_non_null(object);
	return object;
}

static const json_t *part(const json_t *object, const char *number)
{
	size_t i;
	json_t *p;
	json_array_foreach(json_object_get(object, "parts"), i, p)
		if (strcmp(json_get_string(p, "n"), number) == 0)
			return p;
	fail_msg("there is no part %s", number);
	return NULL;
}

static void a_msg_is_read_like_any_mail(void **state)
{
	(void)state;
	struct buf msg = BUF_INIT;
	msg_sample(&msg);
	json_t *o = look_at(msg.data, msg.len, 0);
	assert_string_equal(json_get_string(o, "parsed"), "whole");
	assert_string_equal(json_get_string(o, "subject"), "Interview");
	assert_string_equal(json_get_string(o, "from"), "Public \"Relations\" <pr@x.example>");
	assert_string_equal(json_get_string(o, "to"), "Taro <taro@b.example>");
	assert_string_equal(json_get_string(o, "sent"), "2014-06-10T00:10:00+00:00");
	assert_string_equal(json_get_string(o, "when"), "2014-06-10T00:10:00+00:00");
	assert_string_equal(json_get_string(o, "urls"), "hxxp://a[.]example/x");
	assert_string_equal(json_get_string(o, "class"), "uncompressed");
	assert_int_equal(json_integer_value(json_object_get(o, "attachments")), 2);
	assert_string_equal(json_get_string(part(o, "2"), "name"), "request.doc");
	assert_string_equal(json_get_string(part(o, "2"), "via"), "msg");
	assert_string_equal(json_get_string(part(o, "2"), "format"), "pdf");
	assert_int_equal(json_integer_value(json_object_get(part(o, "2"), "size")), 5000);
	assert_true(json_is_true(json_object_get(part(o, "3"), "inline")));
	assert_false(json_is_true(json_object_get(part(o, "3"), "counted")));
	assert_string_equal(json_get_string(part(o, "4.2"), "name"), "IN.EXE");
	json_decref(o);
	buf_release(&msg);
}

static void the_carried_mail_is_the_one_meant_if_asked(void **state)
{
	(void)state;
	struct buf msg = BUF_INIT;
	msg_sample(&msg);
	json_t *o = look_at(msg.data, msg.len, 1);
	assert_string_equal(json_get_string(o, "subject"), "Carried");
	assert_string_equal(json_get_string(o, "from_addr"), "inner@y.example");
	assert_string_equal(json_get_string(part(o, "2"), "name"), "IN.EXE");
	assert_int_equal(strlen(json_get_string(o, "carrier")), 64);
	assert_string_not_equal(json_get_string(o, "carrier"), json_get_string(o, "sha256"));
	json_decref(o);
	buf_release(&msg);
}

/* As an attachment of a mail of the Internet: its parts are told behind its number, and can be taken out. */
static void a_msg_in_a_mail_is_looked_into(void **state)
{
	(void)state;
	struct look l;
	struct look_options options = {0};
	struct buf mail = BUF_INIT;
	struct buf msg = BUF_INIT;
	struct buf got = BUF_INIT;
	msg_sample(&msg);
	buf_adds(&mail, "Subject: out\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n--b\nContent-Type: "
	                "application/octet-stream; name=a.msg\n\n");
	buf_add(&mail, msg.data, msg.len);
	buf_adds(&mail, "\n--b--\n");
	json_t *o = look_at(mail.data, mail.len, 0);
	assert_string_equal(json_get_string(part(o, "2"), "format"), "msg");
	assert_string_equal(json_get_string(part(o, "2.2"), "name"), "request.doc");
	assert_string_equal(json_get_string(part(o, "2.4.2"), "name"), "IN.EXE");
	json_decref(o);
	o = look_at(mail.data, mail.len, 1);
	assert_string_equal(json_get_string(o, "subject"), "Interview");
	json_decref(o);
	look_begin(&l, &options, mail.data, mail.len);
	look_all(&l);
	assert_int_equal(look_content(&l, "2.4.2", &got), 0);
	assert_int_equal(got.len, 2);
	assert_memory_equal(got.data, "MZ", 2);
	buf_clear(&got);
	assert_int_equal(look_content(&l, "2.9", &got), -1);
	look_release(&l);
	buf_release(&mail);
	buf_release(&msg);
	buf_release(&got);
}

/* Cut off at 50 places and at every byte of its head; with each byte of its tables turned over. */
static void a_damaged_msg_is_still_an_object(void **state)
{
	(void)state;
	struct buf msg = BUF_INIT;
	size_t partly = 0;
	msg_sample(&msg);
	for (size_t i = 0; i < 50; i++) {
		json_t *o = look_at(msg.data, msg.len * i / 50, 0);
		partly += strcmp(json_get_string(o, "parsed"), "whole") != 0;
		json_decref(o);
	}
	assert_int_equal(partly, 50);
	/* a file of its directory that nothing leads to any more is told */
	struct buf orphaned = BUF_INIT;
	buf_add(&orphaned, msg.data, msg.len);
	char *root = memmem(orphaned.data, orphaned.len, "R\0o\0o\0t\0", 8);
	memset(root + 76, 0xFF, 4);
	json_t *lost = look_at(orphaned.data, orphaned.len, 0);
	assert_string_not_equal(json_get_string(lost, "parsed"), "whole");
	json_decref(lost);
	buf_release(&orphaned);
	for (size_t i = 24; i < msg.len; i += i < 512 ? 1 : 7) {
		char was = msg.data[i];
		msg.data[i] = (char)~was;
		json_decref(look_at(msg.data, msg.len, i & 1));
		msg.data[i] = was;
	}
	buf_release(&msg);
}

/* A module that was made so that each of its many texts is looked for in all of a long source: it is not compared to the end,
 * and that is said. */
static void a_module_made_to_cost_time_is_told(void **state)
{
	struct msg_writer *w = calloc(1, sizeof *w);
	struct pool pool = {0};
	struct buf module = BUF_INIT;
	struct buf out = BUF_INIT;
	(void)state;
	for (int i = 0; i < 90000; i++)
		buf_add(&module, "http://a", 9); /* with its NUL */
	buf_add(&module, "\1\x08\xB0\0Attribut",
	        12); /* a container, whose first chunk is the first words of a source */
	for (int chunk = 0; chunk < 220; chunk++) {
		buf_add(&module, "\xFF\x3F", 2); /* 4096 bytes as they are */
		for (int i = 0; i < 4096; i++)
			buf_addc(&module, chunk == 219 && i >= 4000 ? "http://a "[i % 9] : 'x');
	}
	msg_writer_begin(w);
	uint32_t vba = msg_storage(w, 0, "VBA");
	msg_stream(w, vba, "Module1", module.data, module.len);
	msg_writer_end(w, &out);
	assert_int_equal(vba_look(&pool, out.data, out.len), VBA_UNCOMPARED);
	buf_release(&module);
	buf_release(&out);
	pool_release(&pool);
	free(w);
}

static int says_of_mail(const json_t *o, const char *id)
{
	size_t i;
	json_t *finding;
	json_array_foreach(json_object_get(o, "findings"), i, finding)
		if (strcmp(json_get_string(finding, "id"), id) == 0)
			return 1;
	return 0;
}

/* The source of a document's macros is `chunks` of 4096 bytes; its end is an address that what was compiled holds too. */
static json_t *look_at_macros(size_t chunks)
{
	static const char address[] = "http://a.example/x";
	struct msg_writer *w = calloc(1, sizeof *w);
	struct buf module = BUF_INIT;
	struct buf file = BUF_INIT;
	struct buf mail = BUF_INIT;
	char chunk[4096];
	buf_add(&module, address, sizeof address);
	for (int i = 0; i < 1024; i++)
		buf_addc(&module, 0);
	buf_add(&module, "\1\x08\xB0\0Attribut", 12);
	memset(chunk, 'x', sizeof chunk);
	for (size_t i = 0; i < chunks; i++) { /* as they are */
		if (i == chunks - 1)
			memcpy(chunk + sizeof chunk - sizeof address, address, sizeof address - 1);
		buf_add(&module, "\xFF\x3F", 2);
		buf_add(&module, chunk, sizeof chunk);
	}
	msg_writer_begin(w);
	uint32_t vba = msg_storage(w, 0, "VBA");
	msg_stream(w, vba, "_VBA_PROJECT", "x", 1);
	msg_stream(w, vba, "Module1", module.data, module.len);
	msg_writer_end(w, &file);
	buf_adds(&mail, "Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: "
	                "application/msword; name=a.doc\nContent-Transfer-Encoding: 8bit\n\n");
	buf_add(&mail, file.data, file.len);
	buf_adds(&mail, "\n--b--\n");
	json_t *o = look_at(mail.data, mail.len, 0);
	buf_release(&module);
	buf_release(&file);
	buf_release(&mail);
	free(w);
	return o;
}

/* Of a source only its first 4 MiB are unpacked: macros are not called exchanged for what stands behind. */
static void macros_too_large_to_compare_are_told(void **state)
{
	(void)state;
	for (size_t chunks = 256; chunks <= 1100; chunks += 844) {
		json_t *o = look_at_macros(chunks);
		assert_true(says_of_mail(o, "file.macro"));
		assert_false(says_of_mail(o, "file.stomped"));
		assert_int_equal(says_of_mail(o, "limit.macros"), chunks > 1024);
		json_decref(o);
	}
}

/* A property of a block: an ANSI text, or a number. */
static void property(struct buf *b, unsigned id, const char *text, unsigned number)
{
	unsigned type = text ? 0x1E : 0x03;
	unsigned n = text ? (unsigned)strlen(text) + 1 : 0;
	const unsigned head[] = {type | id << 16, 1, n};
	for (unsigned i = 0; i < (text ? 3 : 1); i++)
		for (unsigned k = 0; k < 4; k++)
			buf_addc(b, (char)(head[i] >> 8 * k & 0xFF));
	if (text)
		buf_add(b, text, n);
	else
		for (unsigned k = 0; k < 4; k++)
			buf_addc(b, (char)(number >> 8 * k & 0xFF));
	while (b->len % 4)
		buf_addc(b, 0);
}

static void winmail_dat_gives_sender_and_recipients(void **state)
{
	(void)state;
	static const char from[] = "\4\0\0\0\7\0\x16\0Yamada\0SMTP:y@sender.example"; /* of 7 and 22 bytes */
	struct buf tnef = BUF_INIT;
	struct buf table = BUF_INIT;
	buf_add(&table, "\2\0\0\0", 4);
	buf_add(&table, "\3\0\0\0", 4);
	property(&table, 0x0C15, NULL, 1);
	property(&table, 0x3001, "Tanaka", 0);
	property(&table, 0x3003, "t@a.example", 0);
	buf_add(&table, "\2\0\0\0", 4);
	property(&table, 0x0C15, NULL, 2);
	property(&table, 0x39FE, "c@b.example", 0);
	tnef_attribute(&tnef, 1, 0x00008000, from, sizeof from);
	tnef_attribute(&tnef, 1, 0x00018004, "Subject", 8);
	tnef_attribute(&tnef, 1, 0x00069004, table.data, table.len);
	json_t *o = look_at(tnef.data, tnef.len, 0);
	assert_string_equal(json_get_string(o, "parsed"), "whole");
	assert_string_equal(json_get_string(o, "from_addr"), "y@sender.example");
	assert_string_equal(json_get_string(o, "to"), "Tanaka <t@a.example>");
	assert_string_equal(json_get_string(o, "cc"), "c@b.example");
	json_decref(o);
	for (size_t n = 0; n < tnef.len; n++)
		json_decref(look_at(tnef.data, n, 0));
	buf_clear(&tnef); /* cut off in the second: the first is known */
	tnef_attribute(&tnef, 1, 0x00069004, table.data, table.len - 6);
	o = look_at(tnef.data, tnef.len, 0);
	assert_string_equal(json_get_string(o, "to"), "Tanaka <t@a.example>");
	assert_string_equal(json_get_string(o, "parsed"), "partly");
	json_decref(o);
	buf_release(&tnef);
	buf_release(&table);
}

static void winmail_dat_gives_its_files(void **state)
{
	(void)state;
	struct buf tnef = BUF_INIT;
	struct buf mail = BUF_INIT;
	static const char long_name[] = "\1\0\0\0\x1F\0\x07\x37\1\0\0\0\x10\0\0\0l\0o\0n\0g\0.\0s\0c\0r\0";
	tnef_attribute(&tnef, 1, 0x00018004, "From Outlook", 13);
	tnef_attribute(&tnef, 1, 0x0002800C, "see http://b.example/", 22);
	tnef_attribute(&tnef, 2, 0x00069002, "\1\0\0\0\0\0\0\0\0\0\0\0\0\0", 14);
	tnef_attribute(&tnef, 2, 0x00018010, "LONG~1.SCR", 11);
	tnef_attribute(&tnef, 2, 0x0006800F, "MZ", 2);
	tnef_attribute(&tnef, 2, 0x00069005, long_name, sizeof long_name - 1);
	json_t *o = look_at(tnef.data, tnef.len, 0);
	assert_string_equal(json_get_string(o, "parsed"), "whole");
	assert_string_equal(json_get_string(o, "subject"), "From Outlook");
	assert_string_equal(json_get_string(part(o, "2"), "name"), "long.scr");
	json_decref(o);
	buf_adds(&mail, "Subject: out\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n--b\nContent-Type: "
	                "application/ms-tnef; name=winmail.dat\n\n");
	buf_add(&mail, tnef.data, tnef.len);
	buf_adds(&mail, "\n--b--\n");
	o = look_at(mail.data, mail.len, 0);
	assert_string_equal(json_get_string(part(o, "2.2"), "via"), "tnef");
	assert_string_equal(json_get_string(part(o, "2.2"), "name"), "long.scr");
	assert_int_equal(json_integer_value(json_object_get(o, "attachments")), 1);
	json_decref(o);
	for (size_t n = 0; n < tnef.len; n++)
		json_decref(look_at(tnef.data, n, 0));
	buf_release(&tnef);
	buf_release(&mail);
}

/* More than is unpacked is told from what is cut off. */
static void rich_text_beyond_the_limit_is_told(void **state)
{
	(void)state;
	struct buf packed = BUF_INIT;
	struct buf out = BUF_INIT;
	unsigned char head[16] = {0, 0, 0, 0, 0, 0, 0, 2, 0x4C, 0x5A, 0x46, 0x75}; /* 32 MiB, "LZFu" */
	buf_add(&packed, head, sizeof head);
	for (size_t i = 0; i < RTF_MOST / (8 * 16) + 2; i++) /* eight times 16 bytes from the window's beginning */
		buf_add(&packed, "\xFF\0\16\0\16\0\16\0\16\0\16\0\16\0\16\0\16", 17);
	assert_int_equal(rtf_unpack(packed.data, packed.len, &out), 1);
	assert_in_range(out.len, RTF_MOST, RTF_MOST + 256);
	buf_clear(&out);
	assert_int_equal(rtf_unpack(packed.data, packed.len / 2, &out), -1);
	buf_release(&packed);
	buf_release(&out);
}

/* The example of MS-OXRTFCP, and HTML in rich text as MS-OXRTFEX shows it. */
static void rich_text_is_unpacked_and_read(void **state)
{
	(void)state;
	static const char packed[] = "\x2d\x00\x00\x00\x2b\x00\x00\x00\x4c\x5a\x46\x75\xf1\xc5\xc7\xa7\x03\x00\x0a\x00"
	                             "\x72\x63\x70\x67\x31\x32\x35\x42\x32\x0a\xf3\x20\x68\x65\x6c\x09\x00\x20\x62\x77"
	                             "\x05\xb0\x6c\x64\x7d\x0a\x80\x0f\xa0";
	static const char html[] =
	    "{\\rtf1\\ansi\\ansicpg932\\fromhtml1 {\\fonttbl{\\f0 MS;}}{\\*\\htmltag64 <p>}\\htmlrtf {\\htmlrtf0 "
	    "\\'93\\'fa\\'96\\'7b \\u12354?\\htmlrtf }\\htmlrtf0 {\\*\\htmltag72 </p>}}";
	struct buf out = BUF_INIT;
	struct buf text = BUF_INIT;
	assert_int_equal(rtf_unpack(packed, sizeof packed - 1, &out), 0);
	assert_string_equal(out.data, "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
	assert_int_equal(rtf_read(out.data, out.len, &text), RTF_TEXT);
	assert_string_equal(text.data, "hello world");
	buf_clear(&text);
	assert_int_equal(rtf_read(html, sizeof html - 1, &text), RTF_HTML);
	assert_string_equal(text.data, "<p>日本 あ</p>");
	/* a text in more groups than are told apart is a text; the brackets of bytes as they are are none */
	buf_clear(&out);
	buf_clear(&text);
	buf_adds(&out, "{\\rtf1 ");
	for (int i = 0; i < 250; i++)
		buf_addc(&out, '{');
	buf_adds(&out, "\\b deep");
	for (int i = 0; i < 250; i++)
		buf_addc(&out, '}');
	buf_adds(&out, "{\\*\\x y}{\\bin5 {{{{{} end}");
	rtf_read(out.data, out.len, &text);
	assert_string_equal(text.data, "deep end");
	buf_release(&out);
	buf_release(&text);
}

/* A mail that is signed as a whole: its content is behind the signature's head, in pieces of any length. */
static void a_signed_mail_is_looked_into(void **state)
{
	(void)state;
	static const char inner[] = "Content-Type: application/x-msdownload; name=a.exe\n\nMZ";
	struct buf mail = BUF_INIT;
	size_t n = sizeof inner - 1;
	buf_adds(&mail, "Subject: s\nContent-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\n\n");
	buf_add(&mail,
	        "\x30\x80\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02\xA0\x80\x30\x80\x02\x01\x01\x31\x00\x30\x80"
	        "\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x01\xA0\x80\x24\x80",
	        39);
	for (size_t at = 0; at < n; at += 20) {
		size_t piece = n - at < 20 ? n - at : 20;
		buf_addc(&mail, 4);
		buf_addc(&mail, (char)piece);
		buf_add(&mail, inner + at, piece);
	}
	buf_add(&mail, "\0\0\0\0\0\0\0\0", 8);
	json_t *o = look_at(mail.data, mail.len, 0);
	assert_string_equal(json_get_string(part(o, "1.1"), "name"), "a.exe");
	assert_string_equal(json_get_string(part(o, "1.1"), "via"), "smime");
	assert_int_equal(json_integer_value(json_object_get(o, "attachments")), 1);
	json_decref(o);
	buf_release(&mail);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_msg_is_read_like_any_mail),
	    cmocka_unit_test(rich_text_beyond_the_limit_is_told),
	    cmocka_unit_test(the_carried_mail_is_the_one_meant_if_asked),
	    cmocka_unit_test(a_msg_in_a_mail_is_looked_into),
	    cmocka_unit_test(a_damaged_msg_is_still_an_object),
	    cmocka_unit_test(winmail_dat_gives_its_files),
	    cmocka_unit_test(winmail_dat_gives_sender_and_recipients),
	    cmocka_unit_test(rich_text_is_unpacked_and_read),
	    cmocka_unit_test(a_signed_mail_is_looked_into),
	    cmocka_unit_test(a_module_made_to_cost_time_is_told),
	    cmocka_unit_test(macros_too_large_to_compare_are_told),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
