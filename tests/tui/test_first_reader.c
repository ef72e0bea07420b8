/*
 * Where somebody who knew only the README, the help and the screen hesitated when both cases were played (walks.md), and what the
 * screen says there now.
 */
#include "help_case_screen.h"
#include "help_program.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct program program;

static int set_up(void **state)
{
	(void)state;
	program_init(&program);
	program_case(&program, "First reader");
	assert_int_equal(chdir(program.dir), 0);
	program_good(&program, "add", "asset", "hostname=HR-PC-03", "status=infected", "addresses=192.0.2.11", NULL);
	program_good(&program, "add", "asset", "hostname=HR-PC-04", "status=infected", NULL);
	program_good(&program, "add", "party", "name=Organisation B", "type=organisation", NULL);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	assert_int_equal(chdir("/"), 0);
	program_release(&program);
	return 0;
}

/* A key, and what stands in that row then. */
static void press(struct terminal *t, const char *key, int row, const char *then)
{
	terminal_type(t, key);
	terminal_await_row(t, row, then);
}

/* Text into a question, seen before Enter; then what is seen. */
static void answer(struct terminal *t, const char *text, const char *then)
{
	terminal_type(t, text);
	terminal_await_row(t, -1, text);
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, then);
}

static void organisations_and_contacts_have_keys(void **state)
{
	(void)state;
	struct terminal *t = terminal_open_case();
	press(t, "O", 1, "Party · 2");
	terminal_await(t, "Organisation B");
	press(t, "a", 1, "New: Party");
	press(t, KEYS_ENTER, -1, "Name:");
	answer(t, "Organisation C", "1 typed");
	press(t, KEYS_ENTER, -1, "Type:");
	answer(t, "organisation", "2 typed");
	terminal_type(t, KEYS_CTRL_S);
	terminal_await_row(t, -1, "R1-P3 is on record");
	terminal_await_row(t, 1, "Party · 3");
	/* a contact with the one under the cursor, which was just made */
	press(t, "c", -1, "What follows from it:");
	answer(t, "Contact", "R1-P3 Organisation C");
	terminal_await_row(t, 1, "New: Contact · 1 typed");
	press(t, KEYS_ESCAPE, 1, "Party · 3");
	press(t, "H", 1, "Contact · 0");
	press(t, "a", 1, "New: Contact");
	press(t, KEYS_ESCAPE, 1, "Contact · 0");
	terminal_quit(t);
}

static void isolating_names_the_machines(void **state)
{
	(void)state;
	struct terminal *t = terminal_open_case();
	press(t, "3", 1, "Asset · 2");
	press(t, "i", -1, "Isolation done:");
	terminal_await(t, "isolated is 1 machine: HR-PC-03");
	press(t, KEYS_ESCAPE, -1, "nothing was changed");
	press(t, "M", -1, "Mark all 2");
	press(t, "y", 1, "2 marked");
	press(t, "i", -1, "Isolation done:");
	terminal_await(t, "isolated are 2 machines: HR-PC-03, HR-PC-04");
	press(t, KEYS_ENTER, -1, "Isolated by:");
	press(t, KEYS_ENTER, -1, "How isolated:");
	press(t, KEYS_ENTER, -1, "isolated: 2, in one action: HR-PC-03, HR-PC-04");
	terminal_quit(t);
}

static void what_a_filter_hides_is_told(void **state)
{
	(void)state;
	struct terminal *t = terminal_open_case();
	press(t, "3", 1, "Asset · 2");
	press(t, "f", -1, "Filter:");
	answer(t, "status=infected", "Asset · 2 of 2");
	press(t, "a", 1, "New: Asset");
	press(t, KEYS_ENTER, -1, "Name:");
	answer(t, "HR-PC-05", "1 typed");
	terminal_await(t, "IP addresses"); /* in the short form: it is what a log tells */
	terminal_await(t, "Owner department");
	press(t, KEYS_CTRL_S, -1, "F shows all");
	press(t, "F", 1, "Asset · 3");
	terminal_quit(t);
}

static void lines_of_an_output_lead_to_their_records(void **state)
{
	(void)state;
	struct terminal *t = terminal_open_case();
	terminal_type(t, ":");
	terminal_await_row(t, -1, ":");
	answer(t, "list asset", "Asset · 2");
	press(t, KEYS_ESCAPE, 1, "Board");
	program_write(&program, "machines.csv", "hostname,department\nFS-01,Sales\nFS-02,Sales\n");
	terminal_type(t, ":");
	terminal_await_row(t, -1, ":");
	answer(t, "import csv machines.csv", "Take in a list");
	press(t, KEYS_CTRL_S, 1, "import csv");
	terminal_await(t, "R1-A3  FS-01");
	terminal_await_row(t, -2, "Enter open"); /* the cursor is on the first of them */
	press(t, KEYS_ENTER, 1, "R1-A3  Asset  FS-01");
	press(t, KEYS_ESCAPE, 1, "import csv");
	terminal_quit(t);
}

/* What was just preserved is what one goes on with. */
static void what_was_preserved_is_under_the_cursor(void **state)
{
	(void)state;
	program_write(&program, "one.txt", "1\n");
	program_write(&program, "two.txt", "2\n");
	program_good(&program, "preserve", program_file(&program, "one.txt"), NULL);
	struct terminal *t = terminal_open_case();
	press(t, "4", 1, "Evidence · 1");
	press(t, "P", -1, ":preserve");
	terminal_type(t, "two.txt");
	terminal_await_row(t, -1, "two.txt");
	press(t, KEYS_ENTER, -1, "Of which asset:");
	press(t, KEYS_ENTER, -1, "In which form:");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "── R1-E2  two.txt");
	terminal_quit(t);
}

/* An event of a mail that was said to be for this. */
static void whose_act_it_was(const char *purpose, int attacker)
{
	char set[40];
	snprintf(set, sizeof set, "purpose=%s", purpose);
	program_good(&program, "set", "R1-L1", set, NULL);
	struct terminal *t = terminal_open_case();
	press(t, "K", 1, "1 mail");
	press(t, KEYS_ENTER, 1, "R1-L1  Minutes");
	press(t, KEYS_ENTER, 1, "R1-L1  Mail");
	press(t, "c", -1, "What follows from it:");
	answer(t, "Event", "New: Event");
	terminal_await(t, "2014-07-10 10:02:00+09:00");
	assert_int_equal(terminal_find(t, "attacker") >= 0, attacker);
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_gone(t, "New: Event");
	terminal_quit(t);
}

/* Who took a mail in holds it, whoever made it; indicators made of it are among what refers to it. */
static void a_mail_is_held_and_referred_to(void **state)
{
	(void)state;
	program_write(&program, "one.eml",
	              "From: a@evil.example\nSubject: Minutes\nDate: Thu, 10 Jul 2014 10:02:00 +0900\n\n"
	              "see http://evil.example/minutes\n");
	program_good(&program, "import", "mail", "one.eml", NULL);
	program_good(&program, "mail", "promote", "R1-L1", "all", NULL);
	struct terminal *t = terminal_open_case();
	press(t, "4", 1, "Evidence · 1");
	terminal_await(t, "Held by        Responder One");
	press(t, "K", 1, "1 mail");
	press(t, KEYS_ENTER, 1, "R1-L1  Minutes");
	press(t, KEYS_ENTER, 1, "R1-L1  Mail");
	press(t, "G", -2, "/");
	terminal_await(t, "R1-I1  Indicator");
	/* an event of it has its time; whose act it was nobody has said */
	press(t, "c", -1, "What follows from it:");
	answer(t, "Event", "New: Event");
	terminal_await(t, "2014-07-10 10:02:00+09:00");
	assert_int_equal(terminal_find(t, "attacker"), -1);
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_gone(t, "New: Event");
	terminal_quit(t);
	whose_act_it_was("genuine", 0);
	whose_act_it_was("payload", 1);
}

static void a_refusal_goes_to_its_field(void **state)
{
	(void)state;
	program_good(&program, "add", "contact", "party=R1-P2", "when=now", "direction=out", "means=phone",
	             "purpose=advice", "said=call us", NULL);
	struct terminal *t = terminal_open_case();
	press(t, "H", 1, "Contact · 1");
	press(t, "e", 1, "R1-C1");
	terminal_type(t, KEYS_DOWN KEYS_DOWN KEYS_DOWN KEYS_DOWN);
	terminal_await_row(t, -2, "5/");
	press(t, KEYS_ENTER, -1, "Purpose:");
	terminal_type(t, "chain");
	terminal_await_row(t, -1, "chain");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "chain notice");
	terminal_type(t, KEYS_CTRL_S);
	terminal_await(t, "Approving decision: contact: purpose=chain_notice needs");
	press(t, KEYS_ENTER, -1, "Approving decision:"); /* the cursor is there already */
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_gone(t, "Type to find");
	terminal_quit(t);
}

/* The history for stock git, by a key (exchange_actions.c:exchange_git). */
static void the_history_leaves_for_stock_git(void **state)
{
	(void)state;
	struct terminal *t = terminal_open_case();
	press(t, "E", 1, "Exchange");
	press(t, "v", -1, "New folder for the git repository:");
	answer(t, "/nosuch/x", "there is no such folder");
	terminal_await_row(t, -1, "/nosuch/x");
	terminal_type(t, KEYS_CTRL_U);
	terminal_await_gone(t, "repository: /nosuch/x");
	answer(t, "hist", "check it: git -C");
	terminal_quit(t);
	assert_gives(
	    "git -C hist fsck --strict 2>&1 && git -C hist -c gpg.ssh.allowedSignersFile=$PWD/hist.allowed_signers "
	    "verify-commit HEAD 2>&1 | grep -c Good",
	    0, "1\n");
}

/* Nobody can read what is sealed without its key: where some goes along, it is asked for (handover_start.c:ask_keys). */
static void the_keys_of_what_is_sealed_are_asked_for(void **state)
{
	(void)state;
	program_write(&program, "sealed.txt", "a line\n");
	program_good(&program, "preserve", "sealed.txt", "--as", "sealed", "--to", "sealed", "--on", "R1-A1", NULL);
	struct terminal *t = terminal_open_case();
	terminal_type(t, ":handover" KEYS_ENTER);
	terminal_await_row(t, -1, "Colleague's key");
	answer(t, "R1", "What goes:");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "New file for");
	answer(t, "for-two.genba", "Folder for the");
	answer(t, "sealed", "your own evidence lies in 'sealed'"); /* handover_start.c:ask_folder */
	terminal_type(t, KEYS_CTRL_U);
	answer(t, "along", "the key of 1 sealed container goes along");
	answer(t, "zebra", "nothing here is called 'zebra'");
	terminal_await_row(t, -1, "zebra");
	terminal_type(t, KEYS_CTRL_U);
	terminal_await_gone(t, "evidence: zebra");
	answer(t, "no key goes along", "Ctrl-S hands over");
	terminal_hang_up(t);
	terminal_end(t);
}

/* What left is a file: which, and how it is looked at; what it is stands in the language of the reader. */
static void what_was_written_is_told_by_its_name(void **state)
{
	(void)state;
	program_good(&program, "report", "incident", "--internal", "--form", "html", "--out", "told.html", NULL);
	assert_non_null(strstr(program.log.data, "written: told.html (open it in a browser)\n"));
	program_good(&program, "report", "alert", "--internal", "--form", "text", "--out", "told.txt", NULL);
	assert_non_null(strstr(program.log.data, "written: told.txt\n"));
	program_good(&program, "--lang", "ja", "list", "release", NULL);
	assert_non_null(strstr(program.out.data, "インシデント報告書"));
	assert_non_null(strstr(program.out.data, "注意喚起"));
}

/* What was retracted stands last, and is called so: in what was found, on a page that refers to it, and in the command. */
static void what_was_retracted_is_called_so(void **state)
{
	(void)state;
	program_good(&program, "add", "note", "text=a tunnel", "on=R1-A1", NULL);
	program_good(&program, "add", "note", "text=tunnel behind HR-PC-03, seen", "on=R1-A1,R1-A2", NULL);
	program_good(&program, "retract", "R1-N1", "--reason", "a slip", NULL);
	program_good(&program, "find", "tunnel", NULL);
	const char *first = strstr(program.out.data, "R1-N2");
	const char *last = strstr(program.out.data, "R1-N1");
	assert_non_null(first);
	assert_true(last > first);
	assert_non_null(strstr(last, "(retracted)"));
	assert_null(strstr(first, "(retracted)") < last ? strstr(first, "(retracted)") : NULL);
	struct terminal *t = terminal_open_case();
	terminal_type(t, "/");
	terminal_await_row(t, -1, "/");
	answer(t, "tunnel", "Found");
	terminal_await_row(t, 2, "R1-N2");
	terminal_await_row(t, 3, "R1-N1");
	terminal_await_row(t, 3, "(retracted)");
	assert_false(terminal_shows(t, "p promote")); /* what is for observations is not offered on a record */
	press(t, "p", -1, "choose an observation first");
	press(t, KEYS_ESCAPE, 1, "Board");
	press(t, "3", 1, "Asset · 2");
	press(t, KEYS_ENTER, 1, "R1-A1");
	terminal_await(t, "(retracted)");
	terminal_quit(t);
	program_good(&program, "retract", "R1-A2", "--reason", "a slip", NULL);
	t = terminal_open_case();
	press(t, "6", 1, "Note");
	press(t, KEYS_ENTER, 1, "R1-N2");
	terminal_await(t, "R1-A2  HR-PC-04 (retracted)");
	terminal_quit(t);
}

/* A draft goes on without the records that were retracted since, and says so; what was retracted while a form is open is not
 * written in silence either. */
static void a_draft_tells_what_was_retracted_since(void **state)
{
	(void)state;
	program_good(&program, "add", "party", "name=Organisation E", "type=organisation", NULL);
	struct terminal *t = terminal_open_case();
	press(t, "H", 1, "Contact · 0");
	press(t, "a", 1, "New: Contact");
	press(t, KEYS_ENTER, -1, "Organisation:");
	answer(t, "Organisation B", "1 typed, draft kept");
	terminal_await(t, "R1-P2 Organisation B");
	press(t, KEYS_ESCAPE, 1, "Contact · 0");
	program_good(&program, "retract", "R1-P2", "--reason", "a slip", NULL);
	terminal_type(t, "a");
	terminal_await(t, "goes on here without R1-P2 Organisation B");
	assert_false(terminal_shows(t, "1 typed"));
	press(t, KEYS_ENTER, -1, "Organisation:");
	answer(t, "Organisation E", "1 typed");
	terminal_await(t, "R1-P3 Organisation E");
	program_good(&program, "retract", "R1-P3", "--reason", "another slip", NULL);
	terminal_type(t, KEYS_CTRL_S);
	terminal_await(t, "Organisation: R1-P3 Organisation E (retracted)");
	press(t, KEYS_ESCAPE, 1, "Contact · 0");
	terminal_quit(t);
}

/* A mark goes with what was retracted: what is not seen any more is not acted on. */
static void a_mark_goes_with_what_was_retracted(void **state)
{
	(void)state;
	struct terminal *t = terminal_open_case();
	press(t, "3", 1, "Asset · 2");
	press(t, "M", -1, "Mark all 2");
	press(t, "y", 1, "2 marked");
	program_good(&program, "retract", "R1-A1", "--reason", "a slip", NULL);
	terminal_await_row(t, 1, "Asset · 1");
	terminal_await_row(t, 1, "1 marked");
	press(t, "i", -1, "Isolation done:");
	terminal_await(t, "isolated is 1 machine: HR-PC-04");
	press(t, KEYS_ESCAPE, -1, "nothing was changed");
	terminal_quit(t);
}

/* Which mails hold an indicator is read of each mail: that none does is not said on the way there. */
static void no_mail_is_denied_to_an_indicator(void **state)
{
	(void)state;
	program_write(&program, "one.eml",
	              "From: a@evil.example\nSubject: Minutes\nDate: Thu, 10 Jul 2014 10:02:00 +0900\n\n"
	              "see http://evil.example/minutes\n");
	program_good(&program, "import", "mail", "one.eml", NULL);
	program_good(&program, "add", "indicator", "type=domain", "value=evil.example", "role=c2", NULL);
	program_good(&program, "add", "note", "text=a tunnel", NULL);
	struct terminal *t = terminal_open_case();
	press(t, "7", 1, "Indicator · 1");
	press(t, "K", 1, "1 mail");
	terminal_await(t, "known: C2");
	assert_false(terminal_shows(t, "nothing here belongs"));
	press(t, "6", 1, "Note · 1");
	press(t, "K", 1, "1 mail");
	terminal_await(t, "nothing here belongs to R1-N1");
	terminal_quit(t);
}

static void an_event_is_on_the_machine_of_what_it_follows_from(void **state)
{
	(void)state;
	program_write(&program, "one.txt", "1\n");
	program_good(&program, "preserve", "one.txt", "--on", "R1-A1", NULL);
	struct terminal *t = terminal_open_case();
	press(t, "4", 1, "Evidence · 1");
	press(t, "c", -1, "What follows from it:");
	answer(t, "Event", "R1-A1 HR-PC-03");
	terminal_await_row(t, 1, "New: Event · 3 typed");
	press(t, KEYS_ESCAPE, 1, "Evidence · 1");
	terminal_quit(t);
}

/* One goes to look at something else before acting on what was marked. What does not act on the marks says so. */
static void marks_are_there_when_a_list_is_come_back_to(void **state)
{
	(void)state;
	struct terminal *t = terminal_open_case();
	press(t, "3", 1, "Asset · 2");
	press(t, "M", -1, "Mark all 2");
	press(t, "y", 1, "2 marked (b sets a field of all)");
	press(t, "4", 1, "Evidence · 0");
	press(t, "3", 1, "2 marked");
	press(t, "m", 1, "1 marked");
	press(t, "4", 1, "Evidence · 0");
	press(t, "3", 1, "1 marked");
	press(t, "e", 1, "Change Asset R1-A2"); /* which is the one that is marked */
	assert_false(terminal_shows(t, "alone is edited"));
	press(t, KEYS_ESCAPE, 1, "1 marked");
	press(t, KEYS_UP, -2, "1/2");
	press(t, "e", -1, "R1-A1 alone is edited, not the 1 that is marked");
	press(t, KEYS_ESCAPE, 1, "1 marked");
	press(t, "b", -1, "Set which field of 1 record");
	answer(t, "Containment", "Containment:");
	answer(t, "isolated", "set in one action; its mark is taken away");
	press(t, "4", 1, "Evidence · 0");
	press(t, "3", 1, "Asset · 2");
	assert_false(terminal_shows(t, "marked"));
	terminal_quit(t);
}

/* Of a question that was answered, the steps behind the other answer do not come: they do not look as if they did. */
static void steps_of_the_other_answer_are_marked(void **state)
{
	(void)state;
	program_good(&program, "play", "isolate", "--on", "R1-A1", NULL);
	program_good(&program, "step", "done", "prior_actions=none", "note=by telephone", NULL);
	struct terminal *t = terminal_open(40, 120, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	press(t, "2", 1, "step 2 of 28");
	terminal_await(t, " 28 Tell the person in charge"); /* where a failure leads */
	assert_false(terminal_shows(t, "not on this"));
	press(t, "N", 1, "step 5 of 28");
	terminal_await(t, "·  3 Cut the network now (not on this");
	assert_false(terminal_shows(t, "· 28"));
	press(t, "u", -1, "Undo: step R1-S2"); /* and which action would be undone stands in the question */
	press(t, KEYS_ESCAPE, 1, "step 5 of 28");
	terminal_quit(t);
}

/* Enter takes the row under the cursor where none is marked, as in every other list; the fields are called as screens call them. */
static void enter_takes_the_row_that_it_stands_on(void **state)
{
	(void)state;
	struct terminal *t = terminal_open_case();
	press(t, ":add consultation from=R1-P1 when=now summary=Call" KEYS_ENTER, -1, "R1-Q1");
	press(t, ":show R1-Q1" KEYS_ENTER, 1, "R1-Q1");
	press(t, "e", 1, "Change Consultation");
	press(t, "m", -2, "/27");
	for (int i = 0; i < 7; i++)
		terminal_type(t, KEYS_DOWN);
	press(t, KEYS_ENTER, -1, "Kinds of incident");
	terminal_await(t, "> [ ] infection by suspicious mail");
	terminal_type(t, KEYS_DOWN);
	terminal_await(t, "> [ ] spread");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "Kinds of incident      spread");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_gone(t, "Change Consultation");
	press(t, ":set R1-A1 finding=suspected" KEYS_ENTER, -1, "done");
	press(t, ":show R1-A1" KEYS_ENTER, 1, "HR-PC-03");
	terminal_await(t, "Finding               suspected");
	terminal_quit(t);
}

/* A step names whom its labels are of, and what was said of an answer goes when its question is left. */
static void a_step_names_whom_it_has_on_record(void **state)
{
	(void)state;
	program_good(&program, "set", "R1-A1", "isolation_by=R1-P2", NULL);
	program_good(&program, "play", "isolate", "--on", "R1-A1", NULL);
	program_good(&program, "step", "done", "prior_actions=none", "note=by telephone", NULL);
	program_good(&program, "step", "yes", NULL);
	struct terminal *t = terminal_open_case();
	press(t, "2", 1, "step 3 of 28");
	press(t, KEYS_ENTER, 1, "Step");
	terminal_await(t, "(on record: R1-P2 Organisation B)");
	press(t, KEYS_ENTER, -1, "How isolated:");
	answer(t, "zebra", "nothing here is called 'zebra'");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_gone(t, "nothing here is called 'zebra'");
	press(t, KEYS_DOWN KEYS_DOWN, -2, "3/"); /* down to whoever isolated it */
	press(t, KEYS_ENTER, -1, "Isolated by:");
	answer(t, "Organisation B", "Isolated by:  R1-P2 Organisation B");
	terminal_quit(t);
}

/* Of a text of several lines that the machine's record has, a step's row shows the first. */
static void a_step_shows_the_first_line_on_record(void **state)
{
	(void)state;
	program_good(&program, "set", "R1-A1", "prior_actions=\nrebooted\ntwice", NULL);
	program_good(&program, "play", "isolate", "--on", "R1-A1", NULL);
	struct terminal *t = terminal_open_case();
	press(t, "2", 1, "step 1 of 28");
	press(t, KEYS_ENTER, 1, "Step");
	terminal_await(t, "(on record: rebooted …)");
	terminal_quit(t);
}

/* A text of a step stands in its row as in a form: its first line, cut between characters, and how many there are. */
static void a_text_of_a_step_is_cut_between_characters(void **state)
{
	(void)state;
	program_good(&program, "play", "isolate", "--on", "R1-A1", NULL);
	struct terminal *t = terminal_open(24, 280, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	press(t, "2", 1, "step 1 of 28");
	press(t, KEYS_ENTER, 1, "Step");
	press(t, KEYS_DOWN, -2, "2/");
	terminal_type(t, KEYS_ENTER);
	terminal_await(t, "the text stays");
	terminal_type(t, "x");
	for (int i = 0; i < 70; i++)
		terminal_type(t, "報");
	terminal_type(t, KEYS_ENTER "behind it");
	terminal_await(t, "behind it");
	terminal_type(t, KEYS_CTRL_S);
	terminal_await(t, "報報 … (2 lines)");
	assert_false(terminal_shows(t, "\\x"));
	terminal_quit(t);
}

/* A colon in front of a command is none of its own: the line may be open already. How a command is used stands above it, whole. */
static void a_second_colon_is_none(void **state)
{
	(void)state;
	struct terminal *t = terminal_open_case();
	press(t, ":preserve x", -1, ":preserve x");
	terminal_await(t, "hash or copy evidence and put it on record"); /* behind all of its options */
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_gone(t, "hash or copy evidence");
	press(t, "::list party", -1, ":list party");
	terminal_await_gone(t, "::");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, 1, "Party · 2");
	terminal_quit(t);
}

#define FRESH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    FRESH(organisations_and_contacts_have_keys),
	    FRESH(isolating_names_the_machines),
	    FRESH(what_a_filter_hides_is_told),
	    FRESH(lines_of_an_output_lead_to_their_records),
	    FRESH(what_was_preserved_is_under_the_cursor),
	    FRESH(a_mail_is_held_and_referred_to),
	    FRESH(a_refusal_goes_to_its_field),
	    FRESH(the_history_leaves_for_stock_git),
	    FRESH(the_keys_of_what_is_sealed_are_asked_for),
	    FRESH(a_mark_goes_with_what_was_retracted),
	    FRESH(what_was_written_is_told_by_its_name),
	    FRESH(what_was_retracted_is_called_so),
	    FRESH(steps_of_the_other_answer_are_marked),
	    FRESH(a_draft_tells_what_was_retracted_since),
	    FRESH(enter_takes_the_row_that_it_stands_on),
	    FRESH(a_step_names_whom_it_has_on_record),
	    FRESH(a_step_shows_the_first_line_on_record),
	    FRESH(a_text_of_a_step_is_cut_between_characters),
	    FRESH(a_second_colon_is_none),
	    FRESH(no_mail_is_denied_to_an_indicator),
	    FRESH(an_event_is_on_the_machine_of_what_it_follows_from),
	    FRESH(marks_are_there_when_a_list_is_come_back_to),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
