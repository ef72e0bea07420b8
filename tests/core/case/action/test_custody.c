/* Who holds evidence follows from its transfers; labels kept free for paper are given to nothing else. */
#include "case/action/custody.h"
#include "case/action/reserve.h"
#include "case/action/undo.h"
#include "case/store/case_internal.h"
#include "help_case.h"

#include <stdlib.h>
#include <string.h>

static const char *transfer(const char *item, const char *to, const char *when)
{
	char fields[256];
	snprintf(fields, sizeof fields, "items=%s action=handed_over from=Person+A to=%s when=%s purpose=analysis",
	         item, to, when);
	return add("transfer", fields);
}

static void holder_follows(void **state)
{
	(void)state;
	const char *item = add("evidence", "title=Disk");
	assert_string_equal(get(item, "holder"), "-");
	uint64_t before = commits();
	const char *first = transfer(item, "Person+B", "2026-11-23T10:00Z");
	assert_int_equal(commits(), before + 1); /* the same action */
	char b[LABEL_TEXT];
	snprintf(b, sizeof b, "%s", get(first, "to"));
	assert_string_equal(get(item, "holder"), b);
	const char *second = transfer(item, "Person+C", "2026-11-24T10:00Z");
	char c[LABEL_TEXT];
	snprintf(c, sizeof c, "%s", get(second, "to"));
	assert_string_equal(get(item, "holder"), c);
	transfer(item, "Person+D", "2026-11-22T10:00Z"); /* typed in late: it happened before */
	assert_string_equal(get(item, "holder"), c);
	json_t *chain = custody_chain(the_case, item, NULL);
	assert_int_equal(json_array_size(chain), 3);
	assert_string_equal(record_label(json_array_get(chain, 2)), second);
	json_decref(chain);
	set(second, "when=2026-11-21");
	assert_string_equal(get(item, "holder"), b);
	assert_int_equal(record_retract(the_case, first, "never happened", NULL), 0);
	assert_string_not_equal(get(item, "holder"), b);
}

/* What genba preserved its responder collected and holds; what others provided nobody collected, and who took it in holds it. */
static void who_took_it_in_holds_it(void **state)
{
	(void)state;
	json_t *item = json_pack("{s:s, s:s}", "author", "R1", "started", "2026-11-23T10:00:00Z");
	char *collector = custody_person(the_case, item, "collected_by");
	assert_non_null(collector);
	json_object_set_new(item, "method", json_string("provided"));
	assert_null(custody_person(the_case, item, "collected_by"));
	char *holder = custody_person(the_case, item, "holder");
	assert_non_null(holder);
	assert_string_equal(holder, collector);
	json_object_del(item, "started"); /* not by genba: nobody on record */
	assert_null(custody_person(the_case, item, "holder"));
	free(holder);
	free(collector);
	json_decref(item);
}

static int count_statement(unsigned what, void *ctx, void *statement, void *text)
{
	(void)what;
	(void)statement;
	(void)text;
	++*(size_t *)ctx;
	return 0;
}

static int is_pending(const char *label)
{
	json_t *item = record_get(the_case, label, 0, NULL);
	int pending = custody_is_pending(the_case, item);
	json_decref(item);
	return pending;
}

/* A transfer of a hundred items is not read for each of them. */
static void who_waits_is_read_once(void **state)
{
	(void)state;
	struct buf fields = BUF_INIT;
	buf_adds(&fields, "action=shipped from=Person+A to=Person+B when=2026-11-20 purpose=analysis items=");
	for (int i = 1; i <= 100; i++) {
		add("evidence", "title=Disk");
		buf_addf(&fields, "%sR1-E%d", i > 1 ? "," : "", i);
	}
	add("transfer", fields.data);
	buf_release(&fields);
	json_t *item = record_get(the_case, "R1-E1", 0, NULL);
	size_t statements = 0;
	sqlite3_trace_v2(the_case->db, SQLITE_TRACE_STMT, count_statement, &statements);
	for (int i = 1; i <= 100; i++)
		assert_true(custody_is_pending(the_case, item));
	sqlite3_trace_v2(the_case->db, 0, NULL, NULL);
	json_decref(item);
	assert_in_range(statements, 1, 110);
	assert_true(is_pending("R1-E100"));
	set("R1-T1", "accepted=2026-11-21");
	assert_false(is_pending("R1-E100"));
	add("transfer", "items=R1-E100 action=returned from=Person+B to=Person+A when=2026-11-22 purpose=other");
	assert_false(is_pending("R1-E100"));
	json_t *gone = record_get(the_case, "R1-E100", 0, NULL);
	json_t *there = record_get(the_case, "R1-E99", 0, NULL);
	assert_true(custody_is_gone(the_case, gone));
	assert_false(custody_is_gone(the_case, there));
	json_decref(gone);
	json_decref(there);
}

static unsigned doubts(const char *item, size_t i)
{
	json_t *chain = custody_chain(the_case, item, NULL);
	unsigned bits = custody_doubts(chain, i);
	json_decref(chain);
	return bits;
}

static void gaps_are_seen(void **state)
{
	(void)state;
	const char *item = add("evidence", "title=Disk");
	char fields[256];
	snprintf(fields, sizeof fields,
	         "items=%s action=handed_over from=A to=B when=2026-11-20 purpose=analysis seal_after=S-1 "
	         "accepted=2026-11-20",
	         item);
	add("transfer", fields);
	snprintf(fields, sizeof fields,
	         "items=%s action=shipped from=B to=C when=2026-11-21 purpose=analysis seal_before=S-1 seal_after=S-2",
	         item);
	const char *second = add("transfer", fields);
	snprintf(fields, sizeof fields,
	         "items=%s action=returned from=D to=E when=2026-11-22 purpose=return seal_before=S-3 "
	         "hash_checked=different accepted=2026-11-22",
	         item);
	add("transfer", fields);
	assert_int_equal(doubts(item, 0), 0);
	assert_int_equal(doubts(item, 1), CUSTODY_OPEN);
	assert_int_equal(doubts(item, 2), CUSTODY_HANDS | CUSTODY_SEAL | CUSTODY_HASH);
	set(second, "seal_intact=no accepted=2026-11-21");
	assert_int_equal(doubts(item, 1), CUSTODY_SEAL);
}

/* A copy that was lost, or that lacked a key, is written again for the same colleague: nobody else had it in between. */
static void handed_over_again_is_no_gap(void **state)
{
	(void)state;
	const char *item = add("evidence", "title=Disk");
	char fields[160];
	for (int day = 20; day < 22; day++) {
		snprintf(fields, sizeof fields,
		         "items=%s action=handed_over from=A to=B when=2026-11-%d purpose=handover accepted=2026-11-22",
		         item, day);
		add("transfer", fields);
	}
	snprintf(fields, sizeof fields,
	         "items=%s action=handed_over from=A to=C when=2026-11-23 purpose=handover accepted=2026-11-23", item);
	add("transfer", fields);
	assert_int_equal(doubts(item, 1), 0);
	assert_int_equal(doubts(item, 2), CUSTODY_HANDS);
	/* whose hands are not on record, as in a stranger's copy, are not the same */
	json_t *chain = json_pack("[{s:s, s:s}, {s:s, s:s, s:s}]", "to", "B", "accepted", "2026", "from", "A", "to",
	                          "B", "accepted", "2026");
	assert_int_equal(custody_doubts(chain, 1), CUSTODY_HANDS);
	json_decref(chain);
}

static void undo_takes_it_back(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	const char *item = add("evidence", "title=Disk");
	add("party", "name=Person+A");
	add("party", "name=Person+B");
	transfer(item, "Person+B", "2026-11-23T10:00Z");
	assert_string_not_equal(get(item, "holder"), "-");
	if (undo_last(the_case, "wrong item", NULL, NULL, &err) < 0)
		fail_msg("%s", err.message);
	assert_string_equal(get(item, "holder"), "-");
}

static void kept_labels(void **state)
{
	(void)state;
	char kept[2][LABEL_TEXT];
	struct err err = ERR_INIT;
	assert_string_equal(add("evidence", "title=One"), "R1-E1");
	uint64_t before = commits();
	assert_int_equal(reserve_labels(the_case, kind_find("evidence"), 2, kept, NULL), 0);
	assert_int_equal(commits(), before + 1); /* which numbers were printed is in the history */
	assert_string_equal(kept[0], "R1-E2");
	assert_string_equal(kept[1], "R1-E3");
	case_again();
	assert_string_equal(add("evidence", "title=Between"), "R1-E4");
	before = commits();
	assert_string_equal(add("evidence", "label=R1-E3 title=From+paper written=2026-11-23"), "R1-E3");
	assert_int_equal(commits(), before + 1); /* record and list: one action */
	assert_string_equal(get("R1-E3", "written"), "2026-11-23");
	assert_string_not_equal(get("R1-E3", "entered"), "-");
	assert_int_equal(try_add("evidence", "label=R1-E3 title=Twice", 0, &err), -1);
	assert_non_null(strstr(err.message, "R1-E2"));
	assert_int_equal(try_add("evidence", "label=R1-E9 title=Never", 0, NULL), -1);
	assert_int_equal(try_add("evidence", "label=R2-E2 title=Foreign", 0, NULL), -1);
	assert_int_equal(try_add("asset", "label=R1-E2 hostname=PC", 0, NULL), -1);
	/* an action that fails leaves the label free */
	assert_int_equal(try_add("evidence", "label=R1-E2 title=Bad type=nonsense", 0, NULL), -1);
	assert_string_equal(add("evidence", "label=R1-E2 title=Second"), "R1-E2");
	assert_string_equal(add("evidence", "title=Next"), "R1-E5");
	assert_int_equal(try_set("R1-E5", "label=R1-E7", 0, NULL), -1);
}

static void kept_labels_are_never_given_twice(void **state)
{
	(void)state;
	char kept[3][LABEL_TEXT];
	struct err err = ERR_INIT;
	const struct kind *evidence = kind_find("evidence");
	assert_int_equal(reserve_labels(the_case, evidence, 1, kept, NULL), 0);
	assert_int_equal(reserve_labels(the_case, evidence, 2, kept + 1, NULL), 0);
	assert_string_equal(kept[0], "R1-E1");
	assert_string_equal(kept[2], "R1-E3");
	assert_int_equal(reserve_labels(the_case, kind_find("note"), 1, kept, NULL), 0);
	assert_string_equal(kept[0], "R1-N1");
	assert_string_equal(add("note", "text=x"), "R1-N2");
	assert_ptr_equal(reserve_kind(the_case, "R1-E2"), evidence);
	assert_null(reserve_kind(the_case, "R1-E4"));
	/* nobody types the list */
	assert_int_equal(try_set("R1-R1", "reserved=R1-E9", 0, NULL), -1);
	/* printing is not undone: the paper is out; and undoing what was typed in does not free the number */
	assert_int_equal(undo_last(the_case, "x", NULL, NULL, &err), 0); /* the note */
	err_clear(&err);
	assert_int_equal(undo_last(the_case, "x", NULL, NULL, &err), -1);
	add("evidence", "label=R1-E2 title=x");
	assert_int_equal(undo_last(the_case, "wrong sheet", NULL, NULL, NULL), 0);
	assert_null(reserve_kind(the_case, "R1-E2"));
	assert_int_equal(try_add("evidence", "label=R1-E2 title=again", 0, NULL), -1);
	assert_string_equal(add("evidence", "title=next"), "R1-E4");
	case_again();
	assert_string_equal(add("evidence", "label=R1-E1 title=x"), "R1-E1");
	assert_string_equal(add("evidence", "label=R1-E3 title=x"), "R1-E3");
	assert_string_equal(get("R1-R1", "reserved"), "R1-N1");
	/* labels of another mark are not this responder's to give, whatever the list says */
	struct assign foreign = {RESERVE_FIELD, "+R9-E8"};
	assert_int_equal(record_set(the_case, "R1-R1", &foreign, 1, RECORD_MACHINE, NULL), 0);
	assert_null(reserve_kind(the_case, "R9-E8"));
	assert_int_equal(try_add("evidence", "label=R9-E8 title=x", 0, NULL), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(holder_follows, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(who_took_it_in_holds_it, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(who_waits_is_read_once, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(gaps_are_seen, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(handed_over_again_is_no_gap, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(undo_takes_it_back, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(kept_labels, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(kept_labels_are_never_given_twice, case_setup, case_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
