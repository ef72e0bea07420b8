/*
 * The golden questions of section 3.2, asked of the practice case's disks with keys: when was A's terminal first infected, what
 * went into the .rar, where was it uploaded. Keys are counted.
 */
#include "help_case_screen.h"
#include "help_program.h"
#include "help_screen.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KEYS_MOST 15

static unsigned keys;

/* One key; it was taken when the text is seen. */
static void press(struct terminal *t, const char *key, const char *seen)
{
	keys++;
	terminal_type(t, key);
	terminal_await(t, seen);
}

static void golden(struct terminal *t, const char *name, const char *language, int rows, int columns)
{
	char *full = xasprintf("%s-%s-%dx%d", name, language, columns, rows);
	terminal_golden(t, full);
	free(full);
}

static void ask_questions(const char *language, int rows, int columns)
{
	struct program p;
	int ja = strcmp(language, "ja") == 0;
	program_init(&p);
	program_demo(&p, language);
	struct terminal *t =
	    terminal_open(rows, columns, NULL, "--lang", language, program_file(&p, "practice/practice.genba"), NULL);
	terminal_await(t, ja ? "感染・未隔離" : "Infected and not isolated");
	keys = 0;
	press(t, "4", ja ? "証拠 · 7" : "Evidence · 7");
	press(t, "j", "terminal-a-disk.img ──");
	terminal_type(t, "t");
	terminal_await_row(t, -1, "R1-K1  "); /* below the rows: all is read */
	terminal_await(t, "R1-FD1  execution.double-extension");
	/* a row of 80 columns cuts it: the pane has it whole */
	terminal_await(t, ja ? "文書に見せかけた名前のプログラムが実行されました。"
	                     : "A program bears the name of a document.");
	golden(t, "triage-findings", language, rows, columns);
	/* when first? The RAT appears after the mail's attachment ran, and before it is set to start */
	press(t, "]", "persistence.run-key");
	press(t, "o", ">2014-01-10 00:44:11");
	int rat = terminal_find(t, "2014-01-10 00:44:09Z MACB ProgramData/winup.exe");
	int opened = terminal_find(t, "SEMINAR.DOC                  .EXE");
	assert_true(rat > 0);
	assert_true(opened > 0 && opened < rat);
	golden(t, "triage-around", language, rows, columns);
	press(t, KEYS_ESCAPE, "R1-FD3  persistence.run-key");
	press(t, "]", "lateral.explicit-credentials");
	/* where to? */
	press(t, "]", "url=http://up.free-storage.example/put?name=a.rar");
	/* what was in it? */
	press(t, "j", "collection.archiver");
	press(t, KEYS_ENTER, "R1-FD5  ");
	press(t, "j", "\\PROGRAMDATA\\T\\MINUTES.DOCX");
	assert_true(terminal_shows(t, "\\PROGRAMDATA\\T\\MEMBERS.XLSX"));
	golden(t, "triage-lines", language, rows, columns);
	assert_true(keys <= KEYS_MOST);
	print_message("%s %dx%d: %u keys\n", language, columns, rows, keys);
	/* all of the row, and back */
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "run_count: 1");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await(t, "R1-FD5  ");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await(t, "R1-FD5  collection.archiver");
	/* hosts by rules: levels as the list names them, and nobody has judged the first trace */
	terminal_type(t, "h");
	terminal_await(t, ja ? "2014-01-10 00:41 ? 高 高 中 " : "2014-01-10 00:41 ? H  H  M ");
	terminal_await(t, ja ? "  ?  未確認の所見によるもの" : "  ?  by a finding that nobody has judged yet");
	terminal_quit(t);
	program_release(&p);
}

static void in_english(void **state)
{
	(void)state;
	ask_questions("en", 24, 80);
}

static void in_japanese(void **state)
{
	(void)state;
	ask_questions("ja", 24, 80);
}

static void in_english_on_a_large_screen(void **state)
{
	(void)state;
	ask_questions("en", 50, 160);
}

static void in_japanese_on_a_large_screen(void **state)
{
	(void)state;
	ask_questions("ja", 50, 160);
}

/* The same RAT on another host: from A's finding to an indicator, a sweep, the other host, without typing a label. */
static void on_other_hosts(void **state)
{
	struct program p;
	(void)state;
	program_init(&p);
	program_demo(&p, "en");
	program_good(&p, "triage", "R1-E2", "R1-E3", NULL);
	struct terminal *t = terminal_open(24, 80, NULL, program_file(&p, "practice/practice.genba"), NULL);
	terminal_await(t, "Infected and not isolated");
	terminal_type(t, "T");
	terminal_await(t, "How it ran");
	terminal_type(t, "h");
	terminal_await(t, "2 hosts");
	terminal_await(t, "  1 M "); /* below the rows: what the numbers of the host mean, since when */
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, 1, "R1-A");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "2 hosts");
	terminal_type(t, "G" KEYS_ENTER);
	terminal_await_row(t, -1, "Enter on a machine opens it");
	terminal_type(t, "h");
	terminal_await(t, "How it ran");
	terminal_type(t, "]");
	terminal_await(t, "persistence.run-key");
	terminal_type(t, "p");
	terminal_await(t, "Event");
	terminal_await(t, "R1-V12");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await(t, "How it ran");
	terminal_type(t, "f"); /* only what waits */
	terminal_await(t, "persistence.run-key");
	terminal_type(t, "y");
	terminal_await(t, "1 other finding says the same"); /* on the other machine */
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "is confirmed; reason:");
	terminal_type(t, "as on the other" KEYS_ENTER);
	terminal_await(t, " ✓ medium"); /* it stays, as what it has become */
	terminal_await(t, "persistence.run-key");
	terminal_type(t, "f");
	terminal_await(t, " ✓ medium");
	terminal_type(t, "f");
	terminal_await_gone(t, " ✓ medium");
	terminal_type(t, "f");
	terminal_await(t, " ✓ medium");
	terminal_type(t, "[");
	terminal_await(t, "R1-FD3  persistence.run-key");
	terminal_type(t, "m");
	terminal_await_row(t, 1, "New: Measure");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "Triage");
	terminal_type(t, "c");
	terminal_await_row(t, 1, "New: Contact");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "Triage");
	terminal_await(t, "persistence.run-key");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "winup = C:\\ProgramData\\winup.exe");
	terminal_type(t, "i");
	terminal_await(t, "1 found in this text");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "1 indicator on record in one action");
	terminal_type(t, "s");
	terminal_await_row(t, 1, "Sweep");
	terminal_await(t, "hits: 46"); /* it has ended, which is told below the view */
	terminal_type(t, "h");
	terminal_await(t, "2 hosts");
	terminal_await(t, "2014-01-10 00:44:02Z  R1-A1");
	terminal_await(t, "2014-07-11 01:10:58Z  R1-A2");
	terminal_quit(t);
	program_release(&p);
}

/* What is picked out of a row was first seen then by the row's clock, which is not always UTC. */
static void an_indicator_of_a_local_clock_bears_its_zone(void **state)
{
	struct program p;
	(void)state;
	program_init(&p);
	program_demo(&p, "en");
	program_write(
	    &p, "auth.log",
	    "2014-01-10T00:44:12 host1 sshd[100]: Failed password for root from 203.0.113.9 port 4000 ssh2\n");
	program_good(&p, "set", "R1-A1", "timezone=Asia/Tokyo", NULL);
	program_good(&p, "preserve", program_file(&p, "auth.log"), "--on", "R1-A1", "--type", "log", NULL);
	program_good(&p, "triage", "R1-E2", "R1-E8", NULL);
	struct terminal *t = terminal_open(24, 80, NULL, program_file(&p, "practice/practice.genba"), NULL);
	terminal_await(t, "Infected and not isolated");
	terminal_type(t, "T");
	terminal_await(t, "How it ran");
	terminal_type(t, "]");
	terminal_await(t, "persistence.run-key");
	terminal_type(t, "o");
	terminal_await(t, ">2014-01-10 00:44:11");
	terminal_type(t, "jjjj");
	terminal_await(t, "message=Failed password for root from");
	terminal_type(t, "i");
	terminal_await(t, "1 found in this text");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "1 indicator on record in one action");
	terminal_quit(t);
	program_good(&p, "list", "indicator", "--where", "value=203.0.113.9", "--json", NULL);
	assert_non_null(strstr(p.out.data, "\"first_seen\": \"2014-01-10T00:44:12.0000000+09:00\""));
	program_release(&p);
}

/* An event is called by what was found, and of what: on record in English whatever the screen speaks, and shown translated. */
static void an_event_is_on_record_in_english(void **state)
{
	struct program p;
	(void)state;
	program_init(&p);
	program_demo(&p, "ja");
	program_good(&p, "triage", "R1-E2", NULL);
	struct terminal *t =
	    terminal_open(24, 80, NULL, "--lang", "ja", program_file(&p, "practice/practice.genba"), NULL);
	terminal_await(t, "感染・未隔離");
	terminal_type(t, "T");
	terminal_await(t, "execution.double-extension");
	terminal_type(t, "]");
	terminal_await(t, "persistence.run-key");
	terminal_type(t, "p");
	terminal_await(t, "R1-V12");
	terminal_await(t, "所見が未確認のため、誰の行為かは空欄です(先に y で");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "簡易調査");
	terminal_type(t, "y"); /* what was open when p made it an event is said by the next p */
	terminal_await(t, "理由");
	terminal_type(t, "x" KEYS_ENTER);
	terminal_await(t, "R1-V12 の行為の主体は未定");
	terminal_type(t, "p");
	terminal_await(t, "R1-V12 を攻撃側の行為としました");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "簡易調査");
	terminal_type(t, "jjy");
	terminal_await(t, "理由");
	terminal_type(t, "x" KEYS_ENTER);
	terminal_await(t, "✓");
	terminal_type(t, "p");
	terminal_await(t, "R1-V13");
	terminal_quit(t);
	program_good(&p, "show", "R1-V13", "--json", NULL);
	assert_non_null(strstr(p.out.data, "\"side\": \"attacker\""));
	program_good(&p, "show", "R1-V12", "--json", NULL);
	assert_non_null(strstr(p.out.data, "\"side\": \"attacker\""));
	assert_non_null(strstr(p.out.data, "\"title\": \"A program was set to run at logon: C:"));
	program_good(&p, "--lang", "ja", "show", "R1-V12", NULL);
	assert_non_null(strstr(p.out.data, "ログオン時に実行されるプログラムが設定されました: C:"));
	program_release(&p);
}

static void a_set_that_is_not_here_is_told(void **state)
{
	struct program p;
	(void)state;
	program_init(&p);
	program_case(&p, "Copy");
	program_good(&p, "add", "asset", "hostname=PC-1", NULL);
	program_good(&p, "add", "check", "method=triage", "on=R1-A1", "when=2026-11-20", "result=found",
	             "limits=Observations: 7, digest of the set "
	             "0000000000000000000000000000000000000000000000000000000000000007.",
	             NULL);
	struct terminal *t = terminal_open(24, 100, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, "T");
	terminal_await(t, "Not covered");
	terminal_await(t, "R1-K1  its observations are not in this copy");
	terminal_type(t, "9");
	terminal_await_row(t, 1, "History");
	terminal_type(t, "j@"); /* before there was that check */
	terminal_await_row(t, 1, "AS OF");
	terminal_type(t, "T");
	terminal_await(t, "nothing was read: what is not known stands nowhere");
	terminal_quit(t);
	program_release(&p);
}

static void a_log_of(struct program *p, int n, const char *query)
{
	char *name = xasprintf("u_ex%d.log", n);
	char *text = xasprintf("#Fields: date time c-ip cs-method cs-uri-stem cs-uri-query sc-status\r\n"
	                       "2014-11-2%d 04:05:10 192.0.2.8 GET /a.aspx %s 200\r\n",
	                       n, query);
	char *host = xasprintf("hostname=WEB-%d", n);
	char *asset = xasprintf("R1-A%d", n);
	char *evidence = xasprintf("R1-E%d", n);
	program_write(p, name, text);
	program_good(p, "add", "asset", host, NULL);
	program_good(p, "preserve", program_file(p, name), "--on", asset, "--type", "log", NULL);
	program_good(p, "triage", evidence, NULL);
	free(name);
	free(text);
	free(host);
	free(asset);
	free(evidence);
}

/* Sixty machines with one program of a vendor are judged once; what says something else waits. */
static void what_says_the_same_is_judged_once(void **state)
{
	struct program p;
	(void)state;
	program_init(&p);
	program_case(&p, "Alike");
	a_log_of(&p, 1, "cmd=whoami");
	a_log_of(&p, 2, "cmd=whoami");
	a_log_of(&p, 3, "cmd=dir");
	struct terminal *t = terminal_open(24, 100, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await(t, "Board");
	terminal_type(t, "T");
	terminal_await(t, "R1-FD1  persistence.webshell-request");
	terminal_type(t, "x");
	terminal_await(t, "1 other finding says the same and waits to be judged");
	terminal_await(t, "> R1-FD1 alone");
	terminal_type(t, KEYS_DOWN);
	terminal_await(t, "> R1-FD1 and the other one, for one reason");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "R1-FD1 is dismissed; reason:");
	terminal_type(t, "the scan that was ordered" KEYS_ENTER);
	terminal_await_row(t, -1, "on record: R1-FD1 and 1 other, in one action");
	terminal_type(t, "g}x"); /* nothing else says that: it is not asked for */
	terminal_await_row(t, -1, "R1-FD3 is dismissed; reason:");
	terminal_type(t, KEYS_ESCAPE);
	terminal_quit(t);
	program_good(&p, "list", "finding", "--where", "status=dismissed assessment~ordered", "--json", NULL);
	assert_non_null(strstr(p.out.data, "\"R1-FD1\""));
	assert_non_null(strstr(p.out.data, "\"R1-FD2\""));
	assert_null(strstr(p.out.data, "\"R1-FD3\""));
	program_release(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(in_english),
	                                   cmocka_unit_test(in_japanese),
	                                   cmocka_unit_test(in_english_on_a_large_screen),
	                                   cmocka_unit_test(in_japanese_on_a_large_screen),
	                                   cmocka_unit_test(on_other_hosts),
	                                   cmocka_unit_test(an_indicator_of_a_local_clock_bears_its_zone),
	                                   cmocka_unit_test(an_event_is_on_record_in_english),
	                                   cmocka_unit_test(a_set_that_is_not_here_is_told),
	                                   cmocka_unit_test(what_says_the_same_is_judged_once)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
