/*
 * The mail desk on a real pseudo-terminal: from a folder of mails, as a stick has it, to the text of the answer in at most twelve
 * keys, at 80x24, in both languages; and what else the desk's keys do.
 */
#include "help_case_screen.h"
#include "help_program.h"
#include "help_screen.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define MOST_KEYS 12

static struct program program;

static void write_mail(const char *name, const char *text)
{
	char path[400];
	snprintf(path, sizeof path, "%s/%s", program_file(&program, "stick/mails"), name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static int set_up(void **state)
{
	(void)state;
	program_init(&program);
	program_case(&program, "Desk");
	mkdir(program_file(&program, "stick"), 0700);
	mkdir(program_file(&program, "stick/mails"), 0700);
	write_mail("1.eml",
	           "Received: from mail.example ([198.51.100.7]) by mx.example; Tue, 10 Jun 2014 10:10:00 +0900\n"
	           "From: a@x.co.jp\nTo: b@b.example\nDate: Tue, 10 Jun 2014 09:09:00 +0900\nSubject: Minutes\n\n"
	           "see http://evil.example/a\n");
	write_mail("2.eml",
	           "Received: from mail.example ([198.51.100.7]) by mx.example; Tue, 10 Jun 2014 10:11:00 +0900\n"
	           "From: =?utf-8?B?5bqD5aCx6Kqy?= <pr@yahoo.co.jp>\nTo: b@b.example, c@b.example\n"
	           "Date: Tue, 10 Jun 2014 09:10:00 +0800\nSubject: =?utf-8?B?5Y+W5p2Q44Gu44GK6aGY44GE?=\n"
	           "Content-Type: multipart/mixed; boundary=bb\n\n--bb\n\nplease\n--bb\n"
	           "Content-Type: application/octet-stream; name=\"request.doc.exe\"\n\nMZ, harmless\n--bb--\n");
	assert_int_equal(chdir(program_file(&program, "stick")), 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	assert_int_equal(chdir("/"), 0);
	program_release(&program);
	return 0;
}

/* One key, once what is awaited is on the screen. */
struct walk_step {
	const char *key;
	int row; /* 0: anywhere */
	const char *en;
	const char *ja;
	const char *golden;
};

static const struct walk_step walk[] = {
    {"K", 1, "Mail desk", "不審メール受付", NULL},
    {"i", 0, "stick/mails", "stick/mails", NULL},
    {KEYS_ENTER, 0, "2 mails taken in", "2通のメールを取り込みました", "mail-desk"},
    {KEYS_ENTER, 1, "R1-L2", "R1-L2", "mail-page"},
};

static void walk_in(const char *language)
{
	char golden[80];
	size_t keys = 0;
	int ja = strcmp(language, "ja") == 0;
	struct terminal *t = terminal_open(24, 80, NULL, "--lang", language, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, ja ? "ボード" : "Board");
	for (size_t i = 0; i < sizeof walk / sizeof *walk; i++) {
		const char *awaited = ja ? walk[i].ja : walk[i].en;
		terminal_type(t, walk[i].key);
		keys++;
		if (walk[i].row)
			terminal_await_row(t, walk[i].row, awaited);
		else
			terminal_await(t, awaited);
		if (walk[i].golden) {
			snprintf(golden, sizeof golden, "%s-%s-80x24", walk[i].golden, language);
			terminal_golden(t, golden);
		}
	}
	terminal_type(t, "v");
	keys++;
	terminal_await_row(t, 1, ja ? "助言" : "Advice");
	terminal_await(t, ja ? "お知らせいただき" : "Thank you for telling us");
	assert_true(keys <= MOST_KEYS);
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "R1-L2");
	terminal_quit(t);
}

static void from_a_stick_to_the_answer_in_english(void **state)
{
	(void)state;
	walk_in("en");
}

static void from_a_stick_to_the_answer_in_japanese(void **state)
{
	(void)state;
	walk_in("ja");
}

/* A mail whose link leads to a C2 on record says so in its line, too, also when that comes on record behind it. */
static void what_the_case_knows_of_a_mail_stands_in_its_line(void **state)
{
	(void)state;
	struct terminal *t = terminal_open(24, 80, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, "K");
	terminal_await_row(t, 1, "Mail desk");
	terminal_type(t, "i");
	terminal_await(t, "stick/mails");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "2 mails taken in");
	assert_false(terminal_shows(t, "known: "));
	terminal_type(t, ":add indicator type=domain value=evil.example" KEYS_ENTER);
	terminal_await_row(t, 4, "on record"); /* nobody has said what its role is */
	program_good(&program, "mail", NULL);  /* a line at the shell says the same */
	assert_non_null(strstr(program.out.data, "on record"));
	assert_false(terminal_shows(t, "known: "));
	terminal_type(t, ":set R1-I1 role=c2" KEYS_ENTER);
	terminal_await_row(t, 4, "known: C2");
	program_good(&program, "mail", NULL);
	assert_non_null(strstr(program.out.data, "known: C2"));
	program_good(&program, "mail", "--json", NULL);
	assert_non_null(strstr(program.out.data, "\"known\": \"c2\""));
	terminal_quit(t);
}

/* Reach, similar, parts, and what becomes an indicator: each by one key, from the page as from the list. */
static void the_desk_does_with_one_key_what_there_is_to_do(void **state)
{
	(void)state;
	program_good(&program, "import", "mail", "mails", NULL);
	struct terminal *t = terminal_open(24, 80, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await(t, "Mail desk"); /* of the Board: it waits there */
	terminal_await(t, "1 mail weighs much");
	terminal_type(t, "K");
	terminal_await_row(t, 1, "Mail desk");
	terminal_await_row(t, 3, "R1-L2");
	terminal_type(t, "s");
	terminal_await(t, "origin");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "Mail desk");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, 1, "R1-L2");
	terminal_type(t, "t");
	terminal_await_row(t, 1, "Parts and headers");
	terminal_await(t, "request.doc.exe");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await(t, "unknown (R says it)");
	terminal_type(t, "R");
	terminal_await(t, "executed");
	terminal_type(t, "executed" KEYS_ENTER);
	terminal_await(t, "Reach     executed");
	terminal_type(t, "p");
	terminal_await(t, "may become indicators");
	terminal_type(t, " ");
	terminal_await(t, "[x]");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "1 indicator of it is on record");
	terminal_type(t, "p"); /* what is on record is seen before its value, cannot be marked, and that is told */
	terminal_await(t, "on record as R1-I1  pr[at]yahoo");
	terminal_type(t, "G");
	terminal_await(t, "> [ ] file name");
	terminal_type(t, "g");
	terminal_await(t, "> [ ] mail address");
	terminal_type(t, " " KEYS_ENTER);
	terminal_await(t, "nothing new was marked: 1 of the list is on record already");
	terminal_await(t, "may become indicators"); /* and it still asks */
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_gone(t, "may become indicators");
	terminal_type(t, "7");
	terminal_await(t, "pr@yahoo.co.jp");
	terminal_quit(t);
}

/* From a mail's row to a file that it carries and to the chain: no label is typed. */
static void a_file_of_a_mail_is_written_by_its_row(void **state)
{
	(void)state;
	program_good(&program, "import", "mail", "mails", NULL);
	struct terminal *t = terminal_open(24, 80, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await(t, "1 mail weighs much");
	terminal_type(t, "K");
	terminal_await_row(t, 3, "R1-L2");
	terminal_type(t, "x");
	terminal_await(t, "Part to write to a file");
	terminal_await(t, "request.doc.exe");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "R1-L2-2.bin"); /* the sender's name for it is not taken */
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "part 2 of R1-L2 is in");
	assert_int_equal(access(program_file(&program, "stick/R1-L2-2.bin"), R_OK), 0);
	terminal_type(t, "C");
	terminal_await_row(t, 1, "Chain");
	terminal_quit(t);
	program_good(&program, "set", "R1-L2", "evidence=", NULL); /* what cannot be had needs no file */
	t = terminal_open(24, 80, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await(t, "1 mail weighs much");
	terminal_type(t, "K");
	terminal_await_row(t, 3, "R1-L2");
	terminal_type(t, "x");
	terminal_await(t, "Part to write to a file");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "R1-L2 has no evidence: its bytes are not in this case");
	terminal_quit(t);
}

/* a.exe in a zip, locked with the password "right" */
static const char locked_zip[] = "UEsDBBQACQAIAPG1fV2ZpAMkWwAAAFwAAAAFAAAAYS5leGVJRWayD6cyoln5urFE6r/Tp8o937Bi\n"
                                 "neKufiMUxZwrD+37r0zadziW9fugfNjYvC/tNoyFpZ2wV+HhpcyfF/27r4J8fVRwRlyvQceDgsWO\n"
                                 "DsCWF+DcoxzgM0TnUEsHCJmkAyRbAAAAXAAAAFBLAQIeAxQACQAIAPG1fV2ZpAMkWwAAAFwAAAAF\n"
                                 "AAAAAAAAAAEAAACkgQAAAABhLmV4ZVBLBQYAAAAAAQABADMAAACOAAAAAAA=\n";

/* What the mail gives is tried first; if it does not open, that is said, and another can be typed, which is not shown. */
static void what_is_locked_is_opened(void **state)
{
	(void)state;
	struct buf mail = BUF_INIT;
	buf_addf(&mail,
	         "From: a@x.co.jp\nTo: b@b.example\nSubject: Locked\nMIME-Version: 1.0\n"
	         "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nThe password: wrong1\n--b\n"
	         "Content-Type: application/zip; name=a.zip\nContent-Transfer-Encoding: base64\n\n%s\n--b--\n",
	         locked_zip);
	write_mail("1.eml", mail.data);
	buf_release(&mail);
	program_good(&program, "import", "mail", "mails/1.eml", NULL);
	program_good(&program, "import", "mail", "mails/2.eml", NULL);
	struct terminal *t = terminal_open(24, 80, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, "K");
	terminal_await_row(t, 3, "R1-L2");
	terminal_type(t, "o");
	terminal_await(t, "R1-L2: nothing that it carries is locked");
	terminal_type(t, "j" KEYS_ENTER);
	terminal_await_row(t, 1, "R1-L1");
	terminal_await(t, "Not looked into: 1 locked file (o tries its password)");
	terminal_type(t, "o");
	terminal_await(t, "Enter tries the 1 word that the mails give");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "R1-L1: it did not open, 1 word was tried");
	terminal_await_row(t, -1, "Password of what is locked in R1-L1:");
	terminal_type(t, "right");
	terminal_await_row(t, -1, "locked in R1-L1: •••••");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "R1-L1: 1 of 1 locked file is open");
	terminal_await(t, "inside a.exe");
	assert_false(terminal_shows(t, "(by name)"));
	assert_false(terminal_shows(t, "Not looked into"));
	terminal_quit(t);
}

static void write_log(const char *name)
{
	FILE *log = fopen(program_file(&program, name), "w");
	assert_non_null(log);
	for (int i = 0; i < 4; i++)
		fprintf(log,
		        "140236266%d.000 5 10.0.0.%d TCP_MISS/200 10 GET http://%s/a - DIRECT/192.0.2.9 text/html\n", i,
		        8 + i, i == 3 ? "evil.example.net" : "other.example.org");
	assert_int_equal(fclose(log), 0);
}

/* The sweep begins at what was found of the mail, or says that nothing was. */
static void the_sweep_begins_at_what_a_mail_has(void **state)
{
	(void)state;
	write_mail("1.eml", "From: a@x.co.jp\nTo: b@b.example\nSubject: Minutes\n\nsee http://evil.example.net/a\n");
	program_good(&program, "import", "mail", "mails/1.eml", NULL);
	write_log("stick/proxy.log");
	program_good(&program, "add", "asset", "hostname=proxy", NULL);
	program_good(&program, "preserve", "proxy.log", "--as", "raw", "--to", "copies", "--on", "R1-A1", NULL);
	program_good(&program, "add", "indicator", "type=domain", "value=other.example.org", NULL);
	program_good(&program, "sweep", "R1-E2", NULL);
	struct terminal *t = terminal_open(24, 80, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, "K");
	terminal_await_row(t, 3, "R1-L1");
	terminal_type(t, "x");
	terminal_await(t, "R1-L1 carries no file");
	terminal_type(t, "W");
	terminal_await_row(t, 1, "Sweep");
	terminal_await(t, "no indicator of R1-L1 was found");
	terminal_quit(t);
	program_good(&program, "mail", "promote", "R1-L1", "all", NULL);
	program_good(&program, "sweep", "R1-E2", NULL);
	t = terminal_open(24, 80, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, "K");
	terminal_await_row(t, 3, "R1-L1");
	terminal_type(t, "W");
	terminal_await_row(t, 1, "Sweep");
	terminal_await(t, "other");
	terminal_type(t, KEYS_ENTER); /* the lines of the one under the cursor */
	terminal_await(t, "10.0.0.11");
	assert_false(terminal_shows(t, "10.0.0.8"));
	terminal_quit(t);
}

static void a_path_that_cannot_be_read_is_named(void **state)
{
	(void)state;
	struct terminal *t = terminal_open(24, 80, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, ":import mail mails/no-*.eml");
	terminal_await_row(t, -1, "no-*.eml");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "1 path could not be read: cannot open 'mails/no-*.eml'");
	terminal_await(t, "name the folder");
	terminal_quit(t);
	/* a shell has read the line: there a star is a name like another */
	assert_int_equal(program_run(&program, "import", "mail", "mails/no-*.eml", NULL), 1);
	assert_null(strstr(program.log.data, "name the folder"));
	assert_non_null(strstr(program.log.data, "mails/no-*.eml: "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(from_a_stick_to_the_answer_in_english, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(from_a_stick_to_the_answer_in_japanese, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(the_desk_does_with_one_key_what_there_is_to_do, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_file_of_a_mail_is_written_by_its_row, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(what_the_case_knows_of_a_mail_stands_in_its_line, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(what_is_locked_is_opened, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_path_that_cannot_be_read_is_named, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(the_sweep_begins_at_what_a_mail_has, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
