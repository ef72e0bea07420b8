/*
 * Copies of one case that go apart and come together: two and three responders, every sort of change. After a last exchange
 * every copy holds every action, and all trees are the same.
 */
#include "case/case.h"
#include "help_copies.h"

#include "base/worker/worker.h"
#include "case/action/action.h"
#include "case/action/reserve.h"
#include "handover/merge/resolve.h"
#include "handover/parcel/seal.h"
#include "handover/parcel/unpack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- */

static void test_forward_and_back(void **state)
{
	(void)state;
	char label[LABEL_TEXT];
	begin(2);
	add(copies[1], "asset", "hostname", "PC-1", label);
	assert_string_equal(label, "R2-A1");
	struct merge_report r = merge(copies[0], copies[1]);
	assert_int_equal(r.outcome, MERGE_FORWARD);
	assert_int_equal(r.commits, 1);
	assert_field(copies[0], "R2-A1", "hostname", "PC-1");
	r = merge(copies[0], copies[1]);
	assert_int_equal(r.outcome, MERGE_NOTHING);
	add(copies[0], "asset", "hostname", "PC-2", label);
	assert_string_equal(label, "R1-A1");
	assert_int_equal(merge(copies[1], copies[0]).outcome, MERGE_FORWARD);
	assert_same_trees(2);
	assert_verifies(copies[0]);
	assert_verifies(copies[1]);
	end(2);
}

static void test_both_sides(void **state)
{
	(void)state;
	char label[LABEL_TEXT];
	begin(2);
	add(copies[0], "asset", "hostname", "PC-1", label);
	merge(copies[1], copies[0]);
	/* different records, different fields, one field */
	add(copies[0], "note", "text", "左側のメモ", label);
	add(copies[1], "note", "text", "右側のメモ", label);
	set(copies[0], "R1-A1", "os", "one");
	set(copies[1], "R1-A1", "model", "two");
	set(copies[0], "R1-A1", "status", "infected");
	set(copies[1], "R1-A1", "status", "clean");
	set(copies[0], "R1-A1", "tags", "left");
	set(copies[1], "R1-A1", "tags", "right");
	struct merge_report a = merge(copies[0], copies[1]);
	assert_int_equal(a.outcome, MERGE_MADE);
	assert_int_equal(a.conflicts, 1);
	assert_int_equal(a.records, 2); /* the note and the machine: the conflict is counted for itself */
	assert_int_equal(merge(copies[1], copies[0]).outcome, MERGE_FORWARD);
	assert_same_trees(2);
	for (int i = 0; i < 2; i++) {
		assert_field(copies[i], "R1-A1", "os", "one");
		assert_field(copies[i], "R1-A1", "model", "two");
		assert_field(copies[i], "R1-N1", "text", "左側のメモ"); /* long texts travel beside the history */
		assert_field(copies[i], "R2-N1", "text", "右側のメモ");
		assert_int_equal(count(copies[i], "conflict"), 1);
		assert_verifies(copies[i]);
	}
	end(2);
}

/* Each merges the other's state without having seen the other's merge: same bytes, and they find together again. */
static void test_criss_cross(void **state)
{
	(void)state;
	char label[LABEL_TEXT];
	struct err err = ERR_INIT;
	begin(2);
	add(copies[0], "asset", "hostname", "PC-1", label);
	merge(copies[1], copies[0]);
	set(copies[0], "R1-A1", "status", "infected");
	set(copies[1], "R1-A1", "status", "clean");
	struct buf left = BUF_INIT;
	struct parcel p;
	struct merge_report report;
	ok(parcel_write(copies[0], NULL, 0, NULL, &left, &err), &err);
	assert_int_equal(merge(copies[0], copies[1]).outcome, MERGE_MADE);
	ok(parcel_read(&p, left.data, left.len, &err), &err); /* what the left side had before its merge */
	ok(case_merge(copies[1], &p, NULL, 0, NULL, &report, &err), &err);
	assert_int_equal(report.outcome, MERGE_MADE);
	merge_report_release(&report);
	parcel_release(&p);
	buf_release(&left);
	assert_same_trees(2);
	/* one side decides, the other works on */
	set(copies[0], "R1-A1", "status", "suspected");
	set(copies[1], "R1-A1", "os", "three");
	struct merge_report r = merge(copies[0], copies[1]);
	assert_int_equal(r.outcome, MERGE_MADE);
	assert_int_equal(r.conflicts, 0);
	merge(copies[1], copies[0]);
	assert_same_trees(2);
	assert_field(copies[1], "R1-A1", "status", "suspected");
	assert_field(copies[1], "R1-A1", "os", "three");
	assert_verifies(copies[0]);
	end(2);
}

static int take_label(void *ctx, json_t *record)
{
	snprintf(ctx, LABEL_TEXT, "%s", record_label(record));
	return 0;
}

/* Who decides a conflict, and why, stands in its record, on both copies; what is decided anew says no old reason. */
static void test_who_resolved(void **state)
{
	(void)state;
	char label[LABEL_TEXT];
	struct err err = ERR_INIT;
	begin(2);
	add(copies[0], "asset", "hostname", "PC-1", label);
	merge(copies[1], copies[0]);
	set(copies[0], "R1-A1", "status", "infected");
	set(copies[1], "R1-A1", "status", "clean");
	merge(copies[0], copies[1]);
	assert_non_null(case_responder(copies[0]));
	ok(record_each(copies[0], "conflict", 0, take_label, label, &err), &err);
	assert_int_equal(conflict_explain(copies[0], label, "not decided yet", &err), -1);
	assert_int_equal(err.code, ERR_USAGE);
	err_clear(&err);
	ok(conflict_resolve(copies[0], label, "one", "looked at again", &err), &err);
	merge(copies[1], copies[0]);
	for (int i = 0; i < 2; i++) {
		assert_field(copies[i], label, "resolved_by", case_responder(copies[0]));
		assert_field(copies[i], label, "reason", "looked at again");
	}
	ok(conflict_resolve(copies[0], label, "other", NULL, &err), &err);
	assert_field(copies[0], label, "reason", "");
	ok(conflict_explain(copies[0], label, "its log says so", &err), &err);
	assert_field(copies[0], label, "reason", "its log says so");
	end(2);
}

static void test_retraction_and_change(void **state)
{
	(void)state;
	char label[LABEL_TEXT];
	struct err err = ERR_INIT;
	begin(2);
	add(copies[0], "asset", "hostname", "PC-1", label);
	merge(copies[1], copies[0]);
	ok(record_retract(copies[0], "R1-A1", "entered twice", &err), &err);
	set(copies[1], "R1-A1", "os", "changed");
	merge(copies[0], copies[1]);
	merge(copies[1], copies[0]);
	assert_same_trees(2);
	json_t *record = record_get(copies[1], "R1-A1", RECORD_WITH_RETRACTED, NULL);
	assert_true(record_is_retracted(record));
	assert_string_equal(json_get_string(record, "os"), "changed");
	json_decref(record);
	end(2);
}

/* A record of the other copy that bears a label given here, too. */
static void force_label(struct case_file *c, const char *label)
{
	struct err err = ERR_INIT;
	struct action *a = action_begin(c, "add", &err);
	assert_non_null(a);
	json_t *object =
	    json_pack("{s:s s:s s:s s:s s:s s:s s:s s:s}", "id", "11111111-2222-4333-8444-555555555555", "kind",
	              "asset", "label", label, "author", "R1", "entered", "2030-01-01T00:00:00+00:00", "modified",
	              "2030-01-01T00:00:00+00:00", "hostname", "PC-right", "status", "unchecked");
	ok(action_insert(a, object, &err), &err);
	ok(action_commit(a, &err), &err);
	json_decref(object);
}

/* One person works on two copies, as on two machines: both give the same labels. */
static void test_label_clash(void **state)
{
	(void)state;
	char label[LABEL_TEXT];
	begin(2);
	open_as(1, 0);
	add(copies[0], "asset", "hostname", "PC-left", label);
	force_label(copies[1], "R1-A1");
	struct merge_report r = merge(copies[0], copies[1]);
	assert_int_equal(r.renamed, 1);
	merge(copies[1], copies[0]);
	assert_same_trees(2);
	for (int i = 0; i < 2; i++) {
		assert_field(copies[i], "R1-A1", "hostname", "PC-left");
		assert_field(copies[i], "R1-A2", "hostname", "PC-right");
		assert_verifies(copies[i]);
	}
	end(2);
}

/* The label on a printed sheet is no free one for what is renamed. */
static void test_label_clash_and_paper(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	char kept[2][LABEL_TEXT];
	for (int i = 0; i < 2; i++) { /* the paper is on the side that merges, or on the one that is merged */
		begin(2);
		open_as(1, 0);
		add(copies[0], "asset", "hostname", "PC-left", label);
		ok(reserve_labels(copies[0], kind_find("asset"), 2, kept, &err), &err);
		force_label(copies[1], "R1-A1");
		assert_int_equal(merge(copies[i], copies[!i]).renamed, 1);
		merge(copies[!i], copies[i]);
		assert_same_trees(2);
		for (int k = 0; k < 2; k++) {
			assert_field(copies[k], "R1-A4", "hostname", "PC-right");
			assert_verifies(copies[k]);
		}
		struct assign sheet[] = {{"label", "R1-A2"}, {"hostname", "PC-paper"}};
		ok(record_add(copies[0], "asset", sheet, 2, 0, label, &err), &err);
		merge(copies[1], copies[0]);
		assert_field(copies[1], "R1-A2", "hostname", "PC-paper");
		end(2);
	}
}

static void test_dry_run(void **state)
{
	(void)state;
	char label[LABEL_TEXT];
	struct err err = ERR_INIT;
	begin(2);
	add(copies[1], "asset", "hostname", "PC-1", label);
	add(copies[0], "asset", "hostname", "PC-2", label);
	struct buf bytes = BUF_INIT;
	struct parcel p;
	struct merge_report report;
	unsigned char before[32];
	unsigned char after[32];
	tree_digest(copies[0], before);
	ok(parcel_write(copies[1], NULL, 0, NULL, &bytes, &err), &err);
	ok(parcel_read(&p, bytes.data, bytes.len, &err), &err);
	ok(case_merge(copies[0], &p, NULL, 1, NULL, &report, &err), &err);
	assert_int_equal(report.records, 1);
	assert_int_equal(json_array_size(report.lines), 1);
	merge_report_release(&report);
	tree_digest(copies[0], after);
	assert_memory_equal(before, after, 32);
	assert_int_equal(count(copies[0], "asset"), 1);
	assert_verifies(copies[0]);
	/* and then for real */
	ok(case_merge(copies[0], &p, NULL, 0, NULL, &report, &err), &err);
	assert_int_equal(count(copies[0], "asset"), 2);
	merge_report_release(&report);
	parcel_release(&p);
	buf_release(&bytes);
	end(2);
}

static const json_t *field_named(const json_t *record, const char *name)
{
	size_t i;
	json_t *field;
	json_array_foreach(json_object_get(record, "fields"), i, field)
		if (strcmp(json_get_string(field, "name"), name) == 0)
			return field;
	return NULL;
}

static void assert_told(const json_t *record, const char *name, const char *base, const char *ours, const char *theirs,
                        const char *becomes, int clash)
{
	const json_t *field = field_named(record, name);
	assert_non_null(field);
	assert_string_equal(json_get_string(field, "base"), base);
	assert_string_equal(json_get_string(field, "ours"), ours);
	assert_string_equal(json_get_string(field, "theirs"), theirs);
	if (becomes)
		assert_string_equal(json_get_string(field, "becomes"), becomes);
	assert_int_equal(json_is_true(json_object_get(field, "clash")), clash);
}

/* A dry run tells each field with both sides and what was before; what is to decide comes first, what is new last. */
static void test_dry_run_detail(void **state)
{
	(void)state;
	char label[LABEL_TEXT];
	struct err err = ERR_INIT;
	struct buf bytes = BUF_INIT;
	struct parcel p;
	struct merge_report report;
	begin(2);
	add(copies[0], "asset", "hostname", "PC-1", label);
	add(copies[0], "asset", "hostname", "PC-2", label);
	set(copies[0], "R1-A2", "status", "suspected");
	set(copies[0], "R1-A2", "os", "first");
	merge(copies[1], copies[0]);
	add(copies[1], "asset", "hostname", "PC-3", label);
	set(copies[1], "R1-A1", "user", "Person A");
	set(copies[1], "R1-A2", "os", "theirs");
	set(copies[1], "R1-A2", "status", "clean");
	set(copies[0], "R1-A2", "os", "ours");
	set(copies[0], "R1-A2", "model", "ours too");
	ok(parcel_write(copies[1], NULL, 0, NULL, &bytes, &err), &err);
	ok(parcel_read(&p, bytes.data, bytes.len, &err), &err);
	ok(case_merge(copies[0], &p, NULL, 1, NULL, &report, &err), &err);
	assert_int_equal(report.conflicts, 1);
	assert_int_equal(json_array_size(report.detail), 4); /* and the person */
	const json_t *decide = json_array_get(report.detail, 0);
	assert_string_equal(json_get_string(decide, "label"), "R1-A2");
	assert_told(decide, "OS and version", "first", "ours", "theirs", NULL, 1);
	assert_told(decide, "Finding", "suspected", "suspected", "no trace found (basis not on record)",
	            "no trace found (basis not on record)", 0);
	assert_null(field_named(decide, "Maker and model"));
	const json_t *changed = json_array_get(report.detail, 1);
	assert_string_equal(json_get_string(changed, "label"), "R1-A1");
	assert_int_equal(json_array_size(json_object_get(changed, "fields")), 1);
	/* a reference to what comes with it is told by its label */
	const char *user = json_get_string(json_array_get(json_object_get(changed, "fields"), 0), "theirs");
	assert_non_null(strstr(user, "R2-P"));
	for (size_t i = 2; i < 4; i++)
		assert_true(json_is_true(json_object_get(json_array_get(report.detail, i), "new")));
	merge_report_release(&report);
	/* of a real one nothing is told field by field; forward, there is nothing to decide */
	ok(case_merge(copies[0], &p, NULL, 0, NULL, &report, &err), &err);
	assert_null(report.detail);
	merge_report_release(&report);
	parcel_release(&p);
	buf_clear(&bytes);
	ok(parcel_write(copies[0], NULL, 0, NULL, &bytes, &err), &err);
	ok(parcel_read(&p, bytes.data, bytes.len, &err), &err);
	ok(case_merge(copies[1], &p, NULL, 1, NULL, &report, &err), &err);
	assert_int_equal(report.outcome, MERGE_FORWARD);
	decide = json_array_get(report.detail, 0);
	assert_string_equal(json_get_string(decide, "label"), "R1-A2");
	assert_told(decide, "Maker and model", "", "", "ours too", "ours too", 0);
	merge_report_release(&report);
	parcel_release(&p);
	buf_release(&bytes);
	end(2);
}

/* ---- what is refused */

static void test_other_case(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct merge_report report;
	begin(1);
	struct case_file *first = copies[0];
	begin(1);
	assert_int_equal(try_merge(copies[0], first, &report, &err), -1);
	assert_non_null(strstr(err.message, "another case"));
	merge_report_release(&report);
	case_close(first, NULL);
	end(1);
}

static void test_unknown_responder(void **state)
{
	(void)state;
	char label[LABEL_TEXT];
	struct err err = ERR_INIT;
	struct merge_report report;
	begin(2);
	/* R2 takes somebody in who signs: fine, since R2 is known and said so first */
	struct buf line = BUF_INIT;
	struct handover_recipient to[1];
	size_t left = 0;
	identity_public_line(people[2], &line);
	ok(handover_recipients(copies[1], (const char *const[]){line.data}, 1, to, &err), &err);
	struct handover_copy how = {.to = to, .count = 1};
	char *path = path_of("third");
	ok(handover_copy(copies[1], path, &how, &left, &err), &err);
	copies[2] = open_copy(path, people[2]);
	free(path);
	buf_release(&line);
	handover_recipients_release(to, 1);
	add(copies[2], "asset", "hostname", "PC-3", label);
	ok(try_merge(copies[0], copies[2], &report, &err), &err);
	merge_report_release(&report);
	/* R2 is revoked here: what R2 does elsewhere afterwards is set aside */
	struct action *a = action_begin(copies[0], "set", &err);
	struct assign fields[] = {{"revoked", "2026-11-24"}, {"revoke_reason", "left"}};
	ok(action_set(a, "R1-R2", fields, 2, RECORD_MACHINE, &err), &err);
	ok(action_commit(a, &err), &err);
	add(copies[1], "asset", "hostname", "PC-4", label);
	unsigned char before[32];
	unsigned char after[32];
	tree_digest(copies[0], before);
	assert_int_equal(try_merge(copies[0], copies[1], &report, &err), -1);
	assert_non_null(strstr(err.message, "revoked"));
	merge_report_release(&report);
	tree_digest(copies[0], after);
	assert_memory_equal(before, after, 32);
	assert_verifies(copies[0]);
	end(3);
}

static void test_damaged_parcels(void **state)
{
	(void)state;
	char label[LABEL_TEXT];
	struct err err = ERR_INIT;
	struct buf bytes = BUF_INIT;
	begin(2);
	add(copies[1], "note", "text", "text", label);
	ok(parcel_write(copies[1], NULL, 0, NULL, &bytes, &err), &err);
	unsigned char before[32];
	unsigned char after[32];
	tree_digest(copies[0], before);
	char *copy = malloc(bytes.len);
	for (size_t i = 0; i < bytes.len; i += bytes.len / 40 + 1) {
		struct parcel p;
		struct err why = ERR_INIT;
		struct merge_report report;
		memcpy(copy, bytes.data, bytes.len);
		copy[i] = (char)(copy[i] ^ 4);
		int rc = parcel_read(&p, copy, bytes.len, &why);
		if (rc == 0) {
			rc = case_merge(copies[0], &p, NULL, 0, NULL, &report, &why);
			merge_report_release(&report);
		}
		parcel_release(&p);
		assert_int_equal(rc, -1);
		assert_true(why.code != 0);
	}
	tree_digest(copies[0], after);
	assert_memory_equal(before, after, 32);
	assert_verifies(copies[0]);
	free(copy);
	buf_release(&bytes);
	end(2);
}

static void test_sealed(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	unsigned char keys[2][32];
	struct buf sealed = BUF_INIT;
	struct buf open = BUF_INIT;
	char *text = malloc(200000);
	memset(text, 'x', 200000);
	memcpy(keys[0], people[0]->public_key, 32);
	memcpy(keys[1], people[1]->public_key, 32);
	static const size_t sizes[] = {0, 1, 65536, 65537, 131072, 200000};
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		buf_clear(&sealed);
		buf_clear(&open);
		ok(seal_close(text, sizes[i], (const unsigned char(*)[32])keys, 2, &sealed, &err), &err);
		ok(seal_open(sealed.data, sealed.len, people[1], &open, &err), &err);
		assert_int_equal(open.len, sizes[i]);
		assert_memory_equal(open.data, text, sizes[i]);
		struct err why = ERR_INIT;
		assert_int_equal(seal_open(sealed.data, sealed.len, people[2], &open, &why), -1);
		assert_int_equal(why.code, ERR_UNLOCK);
		for (size_t cut = 0; cut < sealed.len; cut += sealed.len / 50 + 1)
			assert_int_equal(seal_open(sealed.data, cut, people[1], &open, NULL), -1);
		for (size_t flip = 0; flip < sealed.len; flip += sealed.len / 50 + 1) {
			sealed.data[flip] = (char)(sealed.data[flip] ^ 1);
			/* a flip in the other recipient's box is noticed, too: the head is associated data */
			assert_int_equal(seal_open(sealed.data, sealed.len, people[1], &open, NULL), -1);
			sealed.data[flip] = (char)(sealed.data[flip] ^ 1);
		}
	}
	free(text);
	buf_release(&sealed);
	buf_release(&open);
}

int main(int argc, char **argv)
{
	static const struct worker_job *const jobs[] = {&unpack_job, NULL};
	worker_main(argc, argv, jobs);
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_forward_and_back),
	    cmocka_unit_test(test_both_sides),
	    cmocka_unit_test(test_criss_cross),
	    cmocka_unit_test(test_retraction_and_change),
	    cmocka_unit_test(test_who_resolved),
	    cmocka_unit_test(test_label_clash),
	    cmocka_unit_test(test_label_clash_and_paper),
	    cmocka_unit_test(test_dry_run),
	    cmocka_unit_test(test_dry_run_detail),
	    cmocka_unit_test(test_other_case),
	    cmocka_unit_test(test_unknown_responder),
	    cmocka_unit_test(test_damaged_parcels),
	    cmocka_unit_test(test_sealed),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
