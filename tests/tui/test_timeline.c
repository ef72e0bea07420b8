/* The timeline: what the responders did stands there beside the attack, and its keys are those of the lists. */
#include "help_case_screen.h"
#include "help_program.h"
#include "help_screen.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct program program;

static int setup(void **state)
{
	(void)state;
	program_init(&program);
	program_case(&program, "Timeline");
	program_good(&program, "add", "event", "title=Opened the mail", "side=attacker", "when=2026-11-22T09:00:00Z",
	             NULL);
	for (int i = 3; i <= 4; i++) {
		char name[32];
		snprintf(name, sizeof name, "hostname=JINJI-PC-%02d", i);
		program_good(&program, "add", "asset", name, "containment=isolated",
		             "isolation_done=2026-11-22T10:00:00Z", "isolation_method=cable", NULL);
	}
	program_good(&program, "add", "event", "title=Mails to others", "side=attacker", "when=2026-11-22T11:00:00Z",
	             NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	program_release(&program);
	return 0;
}

static struct terminal *open_timeline(void)
{
	struct terminal *t = terminal_open(24, 119, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, "5");
	terminal_await_row(t, 1, "Timeline");
	return t;
}

/* What began at an unknown time is no moment, though its end falls into one cell. */
static void an_open_beginning_is_no_moment(void **state)
{
	(void)state;
	program_good(&program, "add", "event", "title=Began at some time", "side=attacker", "when=../2026-11-01", NULL);
	struct terminal *t = open_timeline();
	terminal_await_row(t, 3, "Began at some time");
	terminal_await_row(t, 3, "~ ");
	terminal_quit(t);
}

/* The command gives what the view shows: an act a record as JSON, those of one time joined for people. */
static void the_command_tells_acts_too(void **state)
{
	(void)state;
	static const char *const labels[] = {"R1-V1", "R1-A1", "R1-A2", "R1-V2"};
	program_good(&program, "timeline", "--json", NULL);
	json_t *rows = json_loads(program.out.data, 0, NULL);
	assert_int_equal(json_array_size(rows), 4);
	for (size_t i = 0; i < 4; i++) {
		const json_t *row = json_array_get(rows, i);
		assert_string_equal(json_string_value(json_object_get(row, "label")), labels[i]);
		assert_string_equal(json_string_value(json_object_get(row, "kind")), i % 3 ? "act" : "event");
	}
	const json_t *act = json_array_get(rows, 2);
	assert_string_equal(json_string_value(json_object_get(act, "of")), "asset");
	assert_string_equal(json_string_value(json_object_get(act, "act")), "isolation_done");
	assert_string_equal(json_string_value(json_object_get(act, "when")), "2026-11-22T10:00:00Z");
	assert_string_equal(json_string_value(json_object_get(act, "text")), "isolated: JINJI-PC-04 (cable unplugged)");
	json_decref(rows);
	program_good(&program, "timeline", NULL);
	assert_non_null(strstr(program.out.data, "isolated: JINJI-PC-03, JINJI-PC-04 (cable unplugged)"));
}

static void what_was_done_stands_between_what_the_attacker_did(void **state)
{
	(void)state;
	struct terminal *t = open_timeline();
	terminal_await_row(t, 2, "11-22 09:00"); /* the axis, of the bars' scale */
	terminal_await_row(t, 2, "11-22 11:00");
	terminal_await_row(t, 3, "Opened the mail");
	terminal_await_row(t, 4, "isolated: JINJI-PC-03, JINJI-PC-04 (cable unplugged)");
	terminal_await_row(t, 5, "Mails to others");
	terminal_type(t, "r");
	terminal_await_gone(t, "isolated:");
	terminal_type(t, "r");
	terminal_await_row(t, 4, "isolated:");
	terminal_quit(t);
}

/* What was put on record of one second fills no screen: it stands in one row until somebody asks for each. */
static void acts_of_one_second_are_folded(void **state)
{
	(void)state;
	program_good(&program, "add", "party", "name=Management", "type=organisation", NULL);
	for (int i = 1; i <= 6; i++) {
		char choice[32];
		snprintf(choice, sizeof choice, "choice=Exit %d", i);
		program_good(&program, "add", "decision", "title=Close it", choice, "reason=they agreed", "by=R1-P1",
		             "when=2026-11-22T10:30:00Z", NULL);
		if (i == 4) { /* so many are read one by one */
			struct terminal *few = open_timeline();
			terminal_await_row(few, 8, "Exit 4");
			terminal_quit(few);
		}
	}
	program_good(&program, "add", "event", "title=Seen later", "when=2026-11-22T12:00:00Z", NULL);
	struct terminal *t = open_timeline();
	terminal_await_row(t, 5, "+ 6 in one second: decision: Close it (Exit 1");
	terminal_await_row(t, 6, "Seen later");
	terminal_type(t, "jj");
	terminal_await_row(t, -2, " 3/4");
	terminal_type(t, "e");
	terminal_await_row(t, -1, "Enter shows each");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, 5, "- 6 in one second");
	terminal_await_row(t, 6, "Exit 1");
	terminal_await_row(t, 11, "Exit 6");
	terminal_await_row(t, 12, "Seen later");
	terminal_type(t, "tt"); /* drawn anew they stay so */
	terminal_await_row(t, 11, "Exit 6");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, 6, "Seen later");
	terminal_await_row(t, -1, "Enter shows each");
	terminal_type(t, "j" KEYS_ENTER); /* a row by itself opens its record as ever */
	terminal_await_gone(t, "in one second");
	terminal_quit(t);
}

static void its_keys_are_those_of_the_lists(void **state)
{
	(void)state;
	struct terminal *t = open_timeline();
	terminal_type(t, "f");
	terminal_await_row(t, -1, "Filter:");
	terminal_type(t, "JINJI-PC-04");
	terminal_await_gone(t, "Opened the mail");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, 1, "[JINJI-PC-04]");
	terminal_await_row(t, 3, "isolated: JINJI-PC-04 (cable");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 3, "Opened the mail");
	terminal_type(t, "j");
	terminal_await_row(t, -2, " 2/3");
	terminal_type(t, "x"); /* an isolation is not retracted with its machine */
	terminal_await_row(t, -1, "e changes it there");
	terminal_type(t, "e");
	terminal_await_row(t, 1, "Change Asset R1-A1");
	terminal_type(t, KEYS_ESCAPE);
	terminal_await_row(t, 1, "Timeline");
	terminal_type(t, "j");
	terminal_await_row(t, -2, " 3/3");
	terminal_type(t, "x");
	terminal_await_row(t, -1, "Retract R1-V2");
	terminal_type(t, "typed twice" KEYS_ENTER);
	terminal_await_gone(t, "Mails to others");
	terminal_quit(t);
	program_good(&program, "show", "R1-V2", NULL);
	assert_non_null(strstr(program.out.data, "typed twice"));
}

static void an_event_in_the_future_says_so_when_it_is_typed(void **state)
{
	(void)state;
	struct terminal *t = open_timeline();
	terminal_type(t, "a");
	terminal_await_row(t, 1, "New: Event");
	terminal_type(t, "j");
	terminal_await_row(t, -2, " 2/");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "When:");
	terminal_type(t, "2027-01-01");
	terminal_await_row(t, -1, "2027-01-01");
	terminal_type(t, KEYS_ENTER);
	terminal_await_row(t, -1, "When lies in the future");
	terminal_quit(t);
}

/* A log of a machine whose clock was 4 minutes fast: under an event its rows are told in the clock of the events. */
static void rows_of_machines_are_told_in_the_clock_of_the_events(void **state)
{
	(void)state;
	const char *path = program_file(&program, "auth.log");
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs("2026-11-22T09:05:00Z web sshd[77]: Accepted password for root\n", f);
	fclose(f);
	program_good(&program, "add", "asset", "hostname=WEB-1", "clock_offset=PT4M", NULL);
	program_good(&program, "triage", path, "--on", "R1-A3", NULL);
	struct terminal *t = open_timeline();
	terminal_await_row(t, 3, "Opened the mail");
	terminal_type(t, "o");
	terminal_await_row(t, 4, "2026-11-22 09:05:00");
	terminal_await_row(t, 4, "Accepted password for root");
	terminal_type(t, "t");
	terminal_await_row(t, 1, "relative");
	terminal_type(t, "t");
	terminal_await_row(t, 4, "2026-11-22 09:01:00");
	terminal_quit(t);
}

/* All that is on record with a time, in one row each: mails, findings, hits of indicators, a consultation; and where it stands. */
static void what_came_in_and_was_found_stands_there(void **state)
{
	static const char *const en[] = {
	    "R1-L4    4 days after R1-V5",
	    "mail received: Schedule of the joint study",
	    "R1-FD2   2014-07-10 11:24:31Z",
	    "finding: Files were sent to a storage service. (Terminal of employee A, high, open)",
	    "first seen: c2.example (C2)",
	    "last seen: c2.example (C2)",
	    "contact: Organisation B",
	    "isolated: Terminal of employee A",
	    "consultation: A slow terminal",
	    "measure done: Block the C2 server at the firewall",
	    "custody: "};
	struct program p;
	(void)state;
	program_init(&p);
	program_demo(&p, "en");
	program_good(&p, "triage", "R1-E2", NULL);
	program_good(&p, "set", "R1-I1", "first_seen=2014-05-20T00:35:03Z", "last_seen=2014-07-11T11:11:11Z", NULL);
	program_good(&p, "set", "R1-M3", "done_at=2026-11-23T10:00+09:00", NULL);
	program_good(&p, "add", "consultation", "from=R1-P2", "when=2014-11-20", "summary=A slow terminal", NULL);
	program_good(&p, "add", "transfer", "items=R1-E2", "action=handed_over", "purpose=analysis", "from=R1-P1",
	             "to=R1-P2", "when=2026-11-23", NULL);
	program_good(&p, "timeline", NULL);
	for (size_t i = 0; i < sizeof en / sizeof *en; i++)
		if (!strstr(p.out.data, en[i]))
			fail_msg("'%s' is not on the timeline:\n%s", en[i], p.out.data);
	program_good(&p, "--lang", "ja", "timeline", NULL);
	assert_non_null(strstr(p.out.data, "所見: ファイルがオンラインストレージへ送られました。"));
	program_good(&p, "timeline", "--json", NULL);
	assert_non_null(strstr(p.out.data, "\"of\": \"finding\""));
	program_release(&p);
}

/* What somebody found to be nothing is no fact: it is left out, and one says so. */
static void what_was_dismissed_is_left_out(void **state)
{
	static const char finding[] = "finding: Files were sent to a storage service.";
	struct program p;
	(void)state;
	program_init(&p);
	program_demo(&p, "en");
	program_good(&p, "triage", "R1-E2", NULL);
	program_good(&p, "set", "R1-FD2", "status=dismissed", "assessment=the backup of every night", NULL);
	program_good(&p, "timeline", NULL);
	assert_null(strstr(p.out.data, finding));
	assert_non_null(strstr(p.log.data, "1 dismissed finding is left out; --dismissed shows it, too"));
	program_good(&p, "timeline", "--json", NULL);
	assert_null(strstr(p.out.data, finding));
	program_good(&p, "timeline", "--dismissed", NULL);
	assert_non_null(strstr(p.out.data, finding));
	assert_string_equal(p.log.data, "");
	struct terminal *t = terminal_open(40, 119, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	terminal_type(t, "5");
	terminal_await_row(t, 1, "1 dismissed left out (d shows)");
	terminal_type(t, "d");
	terminal_await(t, finding);
	terminal_await_gone(t, "left out (d shows)");
	terminal_quit(t);
	program_release(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_command_tells_acts_too),
	    cmocka_unit_test(what_was_done_stands_between_what_the_attacker_did),
	    cmocka_unit_test(its_keys_are_those_of_the_lists),
	    cmocka_unit_test(acts_of_one_second_are_folded),
	    cmocka_unit_test(rows_of_machines_are_told_in_the_clock_of_the_events),
	    cmocka_unit_test(an_event_in_the_future_says_so_when_it_is_typed),
	    cmocka_unit_test(an_open_beginning_is_no_moment),
	    cmocka_unit_test(what_came_in_and_was_found_stands_there),
	    cmocka_unit_test(what_was_dismissed_is_left_out),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
