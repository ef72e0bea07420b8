/* The board's numbers: coverage, what is infected and not cut off, what rests on nothing; the same of now and of the past. */
#include "core/case/help_case.h"

#include "base/time/clock.h"
#include "evidence/acquire/checkpoint.h"
#include "evidence/image/digest.h"
#include "history/history.h"
#include "outward/report/board.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct board board;

/* `commit` NULL: now. Of a commit in slices that have no time. */
static void load(const char *commit)
{
	struct err err = ERR_INIT;
	int rc = 1;
	board_release(&board);
	struct board_past *past = commit ? board_past_new(the_case, commit) : NULL;
	while (past && (rc = board_past_work(past, 0, &err)) == 1)
		assert_true(board_past_percent(past) >= 0 && board_past_percent(past) <= 100);
	if (past && rc == 0)
		board_past_take(past, &board);
	if (past)
		assert_int_equal(board_past_free(past, HUGE_VAL), 0);
	if (commit ? rc < 0 : board_load(the_case, &board, &err) < 0)
		fail_msg("%s", err.message);
}

/* The first row that holds `part`, or NULL. */
static const struct board_row *row(const char *part)
{
	for (size_t i = 0; i < board.count; i++)
		if (strstr(board.rows[i].text, part))
			return &board.rows[i];
	return NULL;
}

static void coverage_is_checked_of_expected(void **state)
{
	(void)state;
	load(NULL);
	assert_non_null(row("Coverage: 0 checked, total unknown"));
	add("asset", "hostname=a status=infected");
	add("asset", "hostname=b status=clean");
	add("asset", "hostname=c status=suspected");
	add("asset", "hostname=d");
	load(NULL);
	assert_int_equal(board.assets, 4);
	assert_int_equal(board.checked, 2);
	assert_non_null(row("Coverage: 2 checked, total unknown")); /* no site, no percentage */
	assert_null(row("%)"));
	add("site", "name=Head+office terminals=30 servers=10");
	load(NULL);
	assert_non_null(row("Coverage: 2 of 40 checked (5 %)"));
	set("R1-Z1", "terminals=1 servers=1");
	load(NULL);
	assert_non_null(row("Coverage: 2 of 4 checked (50 %)")); /* never less than what is on record */
	assert_non_null(row("Finding: unchecked 1 · suspected 1 · infected 1 · no trace found 1"));
}

static void numbers_checked(size_t checked, size_t unjudged)
{
	struct err err = ERR_INIT;
	char head[HISTORY_ID];
	assert_int_equal(history_head(case_history(the_case), head, &err), 0);
	load(NULL);
	assert_int_equal(board.checked, checked);
	assert_int_equal(board.unjudged, unjudged);
	load(head);
	assert_int_equal(board.checked, checked);
	assert_int_equal(board.unjudged, unjudged);
}

/* A collection that was triaged is a check of its machine, whether anybody has judged that yet or not. */
static void what_is_in_a_check_was_looked_at(void **state)
{
	(void)state;
	add("asset", "hostname=a status=infected");
	add("asset", "hostname=b status=suspected");
	add("asset", "hostname=c");
	add("asset", "hostname=d");
	add("check", "on=R1-A1,R1-A2,R1-A3 method=triage when=2026-11-03 result=found");
	add("check", "on=R1-A3 method=triage when=2026-11-03 result=not_found");
	add("check", "on=R1-A4 method=triage when=2026-11-03 result=not_done");
	numbers_checked(3, 2);
	assert_non_null(row("Coverage: 3 checked, total unknown"));
	assert_non_null(row("In a check on record, and not judged yet: 2"));
	set("R1-A2", "status=clean");
	numbers_checked(3, 1);
	set("R1-K3", "result=not_found");
	numbers_checked(4, 2);
	assert_int_equal(record_retract(the_case, "R1-A4", "twice", NULL), 0);
	numbers_checked(3, 1);
	assert_int_equal(record_retract(the_case, "R1-K1", "of another case", NULL), 0);
	numbers_checked(3, 1);
	assert_int_equal(record_retract(the_case, "R1-K2", "of another case", NULL), 0);
	numbers_checked(2, 0);
}

static void infected_and_not_isolated_comes_first(void **state)
{
	(void)state;
	add("asset", "hostname=a status=infected");
	add("asset", "hostname=b status=infected containment=isolated");
	add("asset", "hostname=c status=compromised containment=monitored");
	add("asset", "hostname=d status=compromised containment=not_applicable");
	add("asset", "hostname=e status=infected");
	assert_int_equal(record_retract(the_case, "R1-A5", "twice", NULL), 0);
	load(NULL);
	assert_int_equal(board.infected, 4);
	assert_int_equal(board.infected_not_isolated, 2);
	assert_int_equal(board.isolated, 1);
	size_t alarms = 0;
	for (size_t i = 0; i < board.count; i++)
		alarms += board.rows[i].tone == BOARD_ALARM;
	assert_int_equal(alarms, 2);
	assert_string_equal(board.rows[1].label, "R1-A1");
	assert_string_equal(board.rows[2].label, "R1-A3");
}

/* What may be infected and can still talk stands there by name; what was to be done by now, with who was to do it. */
static void suspected_and_overdue_are_named(void **state)
{
	(void)state;
	struct clock_time t = {1795500000, 0, 0};
	clock_set(&t, 0);
	add("asset", "hostname=a status=suspected");
	add("asset", "hostname=b status=suspected containment=isolated");
	for (int i = 0; i < 14; i++)
		add("asset", "hostname=m status=suspected");
	add("party", "name=Tanaka");
	add("measure", "title=late track=cause due=2026-11-20 owner=R1-P1");
	add("measure", "title=done track=cause due=2026-11-20 status=done");
	add("measure", "title=later track=cause due=2027-11-20");
	load(NULL);
	assert_string_equal(row("a — connected")->label, "R1-A1");
	assert_null(row("b — "));
	assert_string_equal(row("and 3 more")->view, "list");
	assert_string_equal(row("Due 2026-11-20 · Tanaka — late")->label, "R1-M1");
	assert_null(row("nobody is named — later"));
	assert_null(row("Due 2026-11-20 · nobody is named"));
	assert_string_equal(row("no playbook is running")->view, "start");
}

/* The number in the header is that of the board, whatever alarms there are. */
static void alarms_are_counted_without_the_board(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	size_t alarms = 7;
	assert_int_equal(board_count_alarms(the_case, &alarms, &err), 0);
	assert_int_equal(alarms, 0);
	add("asset", "hostname=a status=infected");
	add("asset", "hostname=b status=compromised");
	add("asset", "hostname=c status=infected containment=isolated");
	assert_int_equal(try_add("evidence", "title=e form=raw match=different", RECORD_MACHINE, &err), 0);
	assert_int_equal(try_add("evidence", "title=different form=raw", RECORD_MACHINE, &err), 0);
	assert_int_equal(board_count_alarms(the_case, &alarms, &err), 0);
	load(NULL);
	assert_int_equal(alarms, 3);
	assert_int_equal(board.alarms, 3);
}

static void many_alarms_are_counted(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct action *a = action_begin(the_case, "import", &err);
	for (int i = 0; i < 150; i++) {
		char label[LABEL_TEXT];
		struct assign fields[] = {{"hostname", "x"}, {"status", "infected"}};
		assert_int_equal(action_add(a, "asset", fields, 2, 0, label, &err), 0);
	}
	assert_int_equal(action_commit(a, &err), 0);
	load(NULL);
	assert_int_equal(board.infected_not_isolated, 150);
	assert_non_null(row("and 50 more"));
}

static void what_no_trace_found_rests_on_is_counted(void **state)
{
	(void)state;
	struct clock_time t = {1795500000, 0, 0};
	clock_set(&t, 0);
	add("asset", "hostname=a status=clean");
	add("asset", "hostname=b");
	add("check", "on=R1-A2 method=triage when=now by=Somebody result=not_found limits=none");
	set("R1-A2", "status=clean checked_by=R1-K1");
	load(NULL);
	assert_non_null(row("No trace found, but no check on record: 1"));
	assert_null(row("To be checked again"));
	t.seconds += 3600;
	clock_set(&t, 0);
	add("indicator", "type=domain value=evil.example role=c2");
	load(NULL);
	assert_non_null(row("To be checked again (newer indicators): 1"));
}

static void the_past_has_the_same_numbers(void **state)
{
	(void)state;
	add("asset", "hostname=a status=infected");
	add("asset", "hostname=b status=infected containment=isolated");
	add("measure", "title=m track=cause");
	add("note", "text=who? stance=question");
	char then[HISTORY_ID];
	assert_int_equal(history_head(case_history(the_case), then, NULL), 0);
	load(NULL);
	struct board now = board;
	memset(&board, 0, sizeof board);
	set("R1-A1", "containment=isolated");
	load(then);
	assert_int_equal(board.assets, now.assets);
	assert_int_equal(board.infected_not_isolated, 1);
	assert_int_equal(now.infected_not_isolated, 1);
	static const char *const parts[] = {"a — infected", "Finding:", "Containment:", "m — ", "who?"};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		const struct board_row *past = row(parts[i]);
		assert_non_null(past);
		struct board other = board;
		board = now;
		const struct board_row *present = row(parts[i]);
		board = other;
		assert_non_null(present);
		assert_string_equal(past->text, present->text);
		assert_string_equal(past->label, present->label);
	}
	board_release(&now);
	load(NULL);
	assert_int_equal(board.infected_not_isolated, 0);
}

static void evidence(const char *fields)
{
	struct err err = ERR_INIT;
	if (try_add("evidence", fields, RECORD_MACHINE, &err) < 0)
		fail_msg("%s", err.message);
}

static void evidence_is_held_verified_and_finished(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	char sha256[65];
	char fields[256];
	memset(sha256, 'a', 64);
	sha256[64] = '\0';
	load(NULL);
	assert_null(row("0 on record"));
	assert_null(row("held by"));
	for (int i = 0; i < 7; i++) {
		snprintf(fields, sizeof fields, "title=old-%d form=hash sha256=%s ended=2020-01-01", i, sha256);
		evidence(fields);
	}
	snprintf(fields, sizeof fields, "title=fresh form=hash sha256=%s ended=2999-01-01", sha256);
	evidence(fields);
	evidence("title=item form=physical");
	add("transfer",
	    "items=R1-E8,R1-E9 action=handed_over from=Person+A to=Person+B when=2026-11-20 purpose=analysis");
	add("transfer", "items=R1-E1 action=returned from=Person+A to=Person+C when=2026-11-20 purpose=return");
	struct checkpoint job;
	checkpoint_init(&job, the_case, "/mnt/disk\nimg", "raw", "/copies", 0);
	json_object_set_new(job.head, "size", json_integer(10 << 20));
	json_object_set_new(job.head, "at", json_string("2026-11-24T10:00:00Z"));
	unsigned char pieces[5 * DIGEST_PIECE_SIZE] = {0};
	if (checkpoint_keep(&job, pieces, sizeof pieces, &err) < 0)
		fail_msg("%s", err.message);
	checkpoint_release(&job);
	load(NULL);
	assert_null(row("old-0 — not verified")); /* given back: not ours to read */
	assert_string_equal(row("old-1 — not verified for")->label, "R1-E2");
	assert_non_null(row("and 1 more not verified for 30 days"));
	assert_null(row("fresh — "));
	assert_string_equal(row("item — not hashed yet")->label, "R1-E9");
	assert_string_equal(row("handed over to Person B, not accepted yet: 2 (R1-E8, R1-E9)")->label,
	                    get("R1-E8", "holder"));
	assert_non_null(row("held by nobody on record: 6 (R1-E2, R1-E3, R1-E4, R1-E5, …)"));
	assert_non_null(row("not finished: %bytes:/mnt/disk%0Aimg (raw → /copies) · 50 % · 2026-11-24 10:00"));
	assert_non_null(row("9 on record, 2 of them open"));
}

/* Who has not signed for it yet holds nothing. */
static void what_is_handed_over_is_held_once_it_is_accepted(void **state)
{
	(void)state;
	evidence("title=disk form=physical");
	evidence("title=stick form=physical");
	add("transfer",
	    "items=R1-E1,R1-E2 action=handed_over from=Person+A to=Person+B when=2026-11-20 purpose=analysis");
	load(NULL);
	assert_null(row("held by"));
	assert_non_null(row("handed over to Person B, not accepted yet: 2 (R1-E1, R1-E2)"));
	char then[HISTORY_ID];
	assert_int_equal(history_head(case_history(the_case), then, NULL), 0);
	set("R1-T1", "accepted=2026-11-21");
	load(NULL);
	assert_null(row("handed over"));
	assert_non_null(row("held by Person B: 2 (R1-E1, R1-E2)"));
	load(then); /* what was not accepted then */
	assert_null(row("held by"));
	assert_non_null(row("handed over to Person B, not accepted yet: 2 (R1-E1, R1-E2)"));
	add("transfer", "items=R1-E2 action=handed_over from=Person+B to=Person+C when=2026-11-22 purpose=analysis");
	load(NULL);
	assert_non_null(row("held by Person B: 1 (R1-E1)"));
	assert_non_null(row("handed over to Person C, not accepted yet: 1 (R1-E2)"));
	assert_int_equal(record_retract(the_case, "R1-T2", "never happened", NULL), 0);
	load(NULL);
	assert_null(row("handed over"));
	assert_non_null(row("held by Person B: 2 (R1-E1, R1-E2)"));
}

static int teardown(void **state)
{
	board_release(&board);
	return case_teardown(state);
}

/* Numbers that somebody typed or sent: no sum goes round, none is below zero. */
static void a_sum_of_machines_stays_a_number(void **state)
{
	(void)state;
	add("asset", "hostname=PC-1 status=clean");
	add("site", "name=One terminals=9223372036854775807 servers=9223372036854775807");
	load(NULL);
	assert_non_null(row("Coverage: 1 of 1000000000 checked (0 %)"));
	add("site", "name=Two terminals=9223372036854775807 servers=1");
	load(NULL);
	assert_int_equal(board.expected, 1000000000);
	assert_non_null(row("Coverage: 1 of 1000000000 checked (0 %)"));
}

/* A measure that was written in haste, without a track, is not lost from sight; where there is none, nothing is said. */
static void a_measure_on_no_track_is_shown(void **state)
{
	(void)state;
	add("measure", "title=m track=cause");
	load(NULL);
	assert_null(row("track unknown"));
	add("measure", "title=Rebuild+the+server");
	load(NULL);
	assert_non_null(row("track unknown: Rebuild the server — proposed"));
	set("R1-M2", "status=done");
	load(NULL);
	assert_null(row("track unknown"));
}

/* Of very many a page stands there, and the number of the others, which lead to all of them. */
static void what_is_very_much_is_counted(void **state)
{
	struct err err = ERR_INIT;
	struct board b;
	size_t found[3] = {0};
	(void)state;
	struct action *a = action_begin(the_case, "add", &err);
	for (int i = 0; i < 130; i++) {
		char label[LABEL_TEXT];
		struct assign note[] = {{"text", "who?"}, {"stance", "question"}};
		struct assign measure[] = {{"title", "do"}, {"track", "cause"}, {"due", "2020-01-01"}};
		assert_int_equal(action_add(a, "note", note, 2, 0, label, &err), 0);
		assert_int_equal(action_add(a, "measure", measure, 3, 0, label, &err), 0);
	}
	assert_int_equal(action_commit(a, &err), 0);
	assert_int_equal(board_load(the_case, &b, &err), 0);
	for (size_t i = 0; i < b.count; i++) {
		int is_more = strcmp(b.rows[i].text, "and 30 more") == 0;
		const char *to = b.rows[i].argument ? b.rows[i].argument : "";
		found[0] += is_more && strcmp(b.rows[i].view, "mine") == 0;
		found[1] += is_more && strcmp(to, "measure track=cause -status=done|verified|dropped") == 0;
		found[2] += is_more && strcmp(to, "note stance=question -state=answered|ruled_out") == 0;
	}
	assert_int_equal(found[0], 1);
	assert_int_equal(found[1], 1);
	assert_int_equal(found[2], 1);
	assert_true(b.count < 350);
	board_release(&b);
}

/* Who asked for help waits until something has become of it; of none the board says nothing, but for a case in which nothing is on
 * record yet: the first call goes there. */
static void an_open_consultation_waits(void **state)
{
	char then[HISTORY_ID];
	(void)state;
	load(NULL);
	const struct board_row *begins = row("Consultations that wait") + 1;
	assert_string_equal(begins->view, "new");
	assert_string_equal(begins->argument, "consultation");
	add("consultation", "when=2014-06-30 from=Agency summary=Slow+terminal");
	add("consultation", "when=2014-07-02 from=Town summary=Odd+mail became=advice");
	add("consultation", "when=2014-07-02 from=Union summary=Leak");
	assert_int_equal(history_head(case_history(the_case), then, NULL), 0);
	load(NULL);
	assert_non_null(row("Consultations that wait"));
	const struct board_row *first = row("2014-06-30  Agency — Slow terminal");
	assert_non_null(first);
	assert_int_equal(first->tone, BOARD_ATTENTION);
	assert_string_equal(first->label, "R1-Q1");
	assert_string_equal(first->view, "desk");
	assert_string_equal(first->argument, "R1-Q1");
	assert_non_null(row("2014-07-02  Union — Leak"));
	assert_null(row("Odd mail"));
	set("R1-Q1", "became=declined");
	set("R1-P1", "name=Bureau");
	assert_int_equal(record_retract(the_case, "R1-Q3", "twice", NULL), 0);
	load(NULL);
	assert_null(row("Consultations that wait"));
	load(then);
	assert_non_null(row("2014-06-30  Agency — Slow terminal"));
	assert_non_null(row("Union — Leak"));
	assert_null(row("Odd mail"));
}

int main(void)
{
#define BOARD_TEST(f) cmocka_unit_test_setup_teardown(f, case_setup, teardown)
	const struct CMUnitTest tests[] = {
	    BOARD_TEST(a_measure_on_no_track_is_shown),
	    BOARD_TEST(what_is_very_much_is_counted),
	    BOARD_TEST(an_open_consultation_waits),
	    BOARD_TEST(coverage_is_checked_of_expected),
	    BOARD_TEST(what_is_in_a_check_was_looked_at),
	    BOARD_TEST(infected_and_not_isolated_comes_first),
	    BOARD_TEST(many_alarms_are_counted),
	    BOARD_TEST(what_no_trace_found_rests_on_is_counted),
	    BOARD_TEST(suspected_and_overdue_are_named),
	    BOARD_TEST(alarms_are_counted_without_the_board),
	    BOARD_TEST(what_is_handed_over_is_held_once_it_is_accepted),
	    BOARD_TEST(a_sum_of_machines_stays_a_number),
	    BOARD_TEST(the_past_has_the_same_numbers),
	    BOARD_TEST(evidence_is_held_verified_and_finished),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
