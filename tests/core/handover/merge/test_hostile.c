/*
 * Merging what a hurried or hostile colleague sends: decisions that differ, labels and marks that clash, merges that lose
 * or go around something, and what must stay behind.
 */
#include "help_copies.h"

#include "base/worker/worker.h"
#include "case/action/action.h"
#include "case/store/blob.h"
#include "case/store/meta.h"
#include "case/store/responders.h"
#include "handover/merge/merge_validate.h"
#include "handover/parcel/unpack.h"

#include <git2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int take_label(void *ctx, json_t *record)
{
	snprintf(ctx, LABEL_TEXT, "%s", record_label(record));
	return 1;
}

static void decide(struct case_file *c, const char *conflict, const char *value)
{
	struct err err = ERR_INIT;
	struct assign field = {"status", value};
	struct assign state[] = {{"state", "resolved"}, {"resolution", value}};
	struct action *a = action_begin(c, "resolve", &err);
	assert_non_null(a);
	ok(action_set(a, "R1-A1", &field, 1, 0, &err), &err);
	ok(action_set(a, conflict, state, 2, 0, &err), &err);
	ok(action_commit(a, &err), &err);
}

static void test_decided_differently(void **state)
{
	(void)state;
	char label[LABEL_TEXT];
	struct err err = ERR_INIT;
	begin(2);
	add(copies[0], "asset", "hostname", "PC-1", label);
	merge(copies[1], copies[0]);
	set(copies[0], "R1-A1", "status", "infected");
	set(copies[1], "R1-A1", "status", "clean");
	cross(0, 1);
	assert_same_trees(2);
	assert_int_equal(record_each(copies[0], "conflict", 0, take_label, label, &err), 1);
	decide(copies[0], label, "infected");
	decide(copies[1], label, "clean");
	cross(0, 1); /* the same two values met again: the conflict is open again, with the same bytes on both sides */
	assert_same_trees(2);
	assert_field(copies[0], label, "state", "open");
	assert_field(copies[0], label, "resolution", "");
	merge(copies[0], copies[1]);
	merge(copies[1], copies[0]);
	assert_same_trees(2);
	assert_int_equal(count(copies[0], "conflict"), 1);
	assert_verifies(copies[0]);
	assert_verifies(copies[1]);
	end(2);
}

static json_t *object_of(const char *id, const char *kind, const char *label, const char *entered)
{
	return json_pack("{s:s s:s s:s s:s s:s s:s}", "id", id, "kind", kind, "label", label, "author", "R1", "entered",
	                 entered, "modified", entered);
}

static void insert_take(struct case_file *c, json_t *object)
{
	struct err err = ERR_INIT;
	struct action *a = action_begin(c, "add", &err);
	assert_non_null(a);
	json_object_set_new(object, "author", json_string(case_mark(c)));
	ok(action_insert(a, object, &err), &err);
	ok(action_commit(a, &err), &err);
	json_decref(object);
}

static void insert_responder(struct case_file *c, const char *id, const char *label, const char *mark,
                             const struct identity *who, const char *entered)
{
	struct buf line = BUF_INIT;
	json_t *object = object_of(id, "responder", label, entered);
	ssh_public_line(who->public_key, who->name, &line);
	json_object_set_new(object, "name", json_string(who->name));
	json_object_set_new(object, "mark", json_string(mark));
	json_object_set_new(object, "key", json_string(line.data));
	json_object_set_new(object, "role", json_string("member"));
	insert_take(c, object);
	buf_release(&line);
}

static void test_mark_clash(void **state)
{
	(void)state;
	struct identity *who[3];
	begin(2);
	for (int i = 0; i < 3; i++)
		who[i] = identity_ephemeral("Responder", "Q1");
	insert_responder(copies[0], "30000000-0000-4000-8000-000000000000", "R1-R8", "Q1", who[0],
	                 "2026-01-01T00:00:00+00:00");
	/* the other side has Q1, too, entered later, and the mark that it would get */
	insert_responder(copies[1], "10000000-0000-4000-8000-000000000000", "R2-R8", "Q1", who[1],
	                 "2026-01-02T00:00:00+00:00");
	insert_responder(copies[1], "20000000-0000-4000-8000-000000000000", "R2-R9", "Q2", who[2],
	                 "2026-01-03T00:00:00+00:00");
	cross(0, 1);
	assert_same_trees(2);
	/* whatever they say about when they were entered, it is neither's */
	for (int i = 0; i < 2; i++) {
		char settled[MARK_TEXT];
		responder_mark_settled("Q1", who[0]->public_key, settled);
		assert_field(copies[i], "R1-R8", "mark", settled);
		responder_mark_settled("Q1", who[1]->public_key, settled);
		assert_field(copies[i], "R2-R8", "mark", settled);
		assert_field(copies[i], "R2-R9", "mark", "Q2");
		assert_verifies(copies[i]);
	}
	/* nor is it anybody's later */
	insert_responder(copies[1], "40000000-0000-4000-8000-000000000000", "R2-R10", "Q1", who[2],
	                 "2026-01-03T00:00:00+00:00");
	assert_refused(copies[0], copies[1], "another key's");
	for (int i = 0; i < 3; i++)
		identity_free(who[i]);
	end(2);
}

/* One person on three machines; what one of them renamed at a merge is the label of another record on the next. */
static void test_renamed_into_a_label(void **state)
{
	(void)state;
	char label[LABEL_TEXT];
	begin(COPIES);
	open_as(1, 0);
	open_as(2, 0);
	add(copies[0], "asset", "hostname", "PC-1", label);
	add(copies[1], "asset", "hostname", "PC-2", label);
	add(copies[2], "asset", "hostname", "PC-3", label);
	add(copies[2], "asset", "hostname", "PC-4", label);
	merge(copies[0], copies[1]);
	assert_field(copies[0], "R1-A2", "hostname", "PC-2"); /* the later one of two R1-A1 … */
	cross(0, 2);
	for (int i = 0; i < COPIES; i += 2) { /* … gives way to the one that was made as R1-A2 */
		assert_field(copies[i], "R1-A1", "hostname", "PC-1");
		assert_field(copies[i], "R1-A2", "hostname", "PC-4");
		assert_int_equal(count(copies[i], "asset"), 4);
		assert_verifies(copies[i]);
	}
	merge(copies[1], copies[0]);
	merge(copies[0], copies[1]);
	merge(copies[2], copies[1]);
	assert_same_trees(COPIES);
	assert_verifies(copies[1]);
	end(COPIES);
}

static void test_unknown_kind(void **state)
{
	(void)state;
	static const char id[] = "50000000-0000-4000-8000-000000000000";
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	begin(2);
	json_t *object = object_of(id, "drone", "R1-DR1", "2026-01-01T00:00:00+00:00");
	json_object_set_new(object, "rotors", json_integer(4));
	insert_take(copies[0], object);
	add(copies[1], "asset", "hostname", "PC-1", label);
	cross(0, 1);
	assert_same_trees(2);
	for (int i = 0; i < 2; i++) {
		json_t *record = record_get(copies[i], "R1-DR1", RECORD_RAW, &err);
		assert_non_null(record);
		assert_int_equal(json_integer_value(json_object_get(record, "rotors")), 4);
		json_decref(record);
		assert_verifies(copies[i]);
	}
	end(2);
}

/* Takes the objects of `from` into `to`, and commits a merge that has nothing of them. */
static void merge_and_drop(struct case_file *to, struct case_file *from)
{
	struct err err = ERR_INIT;
	struct buf bytes = BUF_INIT;
	struct parcel p;
	char tip[HISTORY_ID];
	struct history_accepted accepted;
	ok(parcel_write(from, NULL, 0, NULL, &bytes, &err), &err);
	ok(parcel_read(&p, bytes.data, bytes.len, &err), &err);
	struct action *a = action_begin(to, "merge", &err);
	struct history_incoming *in = history_incoming_new();
	ok(unpack_bundle(p.bundle, p.bundle_size, in, tip, NULL, &err), &err);
	ok(history_accept(case_history(to), in, tip, merge_validate_file, NULL, &accepted, &err), &err);
	action_merges(a, tip);
	ok(action_commit(a, &err), &err);
	history_incoming_free(in);
	free(accepted.commits);
	free(accepted.seconds);
	parcel_release(&p);
	buf_release(&bytes);
}

static void test_merge_that_drops(void **state)
{
	(void)state;
	char label[LABEL_TEXT];
	begin(2);
	add(copies[1], "asset", "hostname", "PC-2", label);
	add(copies[0], "asset", "hostname", "PC-1", label);
	merge_and_drop(copies[1], copies[0]); /* R1-A1 is in its history, and not in its tree */
	assert_refused(copies[0], copies[1], "removed");
	end(2);
}

static void revoke(struct case_file *c, const char *label)
{
	struct err err = ERR_INIT;
	struct assign fields[] = {{"revoked", "2026-11-24"}, {"revoke_reason", "left"}};
	struct action *a = action_begin(c, "revoke", &err);
	assert_non_null(a);
	ok(action_set(a, label, fields, 2, RECORD_MACHINE, &err), &err);
	ok(action_commit(a, &err), &err);
}

/* The revocation put behind as a second parent does not count for less. */
static void test_merge_around_a_revocation(void **state)
{
	(void)state;
	char label[LABEL_TEXT];
	begin(COPIES);
	add(copies[1], "asset", "hostname", "PC-2", label);
	revoke(copies[0], "R1-R2");
	merge_and_drop(copies[1], copies[0]);
	assert_refused(copies[0], copies[1], "revo");
	assert_refused(copies[2], copies[1], "revo"); /* here nobody knew of it */
	merge(copies[2], copies[0]);
	assert_refused(copies[2], copies[1], "revo");
	end(COPIES);
}

static void change(struct case_file *c, const char *label, const char *member, json_t *value)
{
	struct err err = ERR_INIT;
	json_t *object = record_get(c, label, RECORD_RAW, &err);
	assert_non_null(object);
	json_object_set_new(object, member, value);
	commit_object(c, case_identity(c), object);
	json_decref(object);
}

static void test_responder_changed(void **state)
{
	(void)state;
	struct buf line = BUF_INIT;
	begin(2);
	ssh_public_line(people[2]->public_key, "x", &line);
	change(copies[1], "R1-R1", "key", json_string(line.data));
	assert_refused(copies[0], copies[1], "key of a responder");
	end(2);
	begin(2);
	change(copies[1], "R1-R2", "mark", json_string("\033[2J"));
	assert_refused(copies[0], copies[1], "mark");
	end(2);
	begin(2);
	change(copies[1], "R1-R1", "entered", json_string("2001-01-01T00:00:00Z"));
	assert_refused(copies[0], copies[1], "entered");
	end(2);
	buf_release(&line);
}

static void test_two_responders_of_one_key(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct buf line = BUF_INIT;
	struct handover_recipient to[1];
	begin(2);
	/* each takes the third person in */
	identity_public_line(people[2], &line);
	for (int i = 0; i < 2; i++) {
		ok(handover_recipients(copies[i], (const char *const[]){line.data}, 1, to, &err), &err);
		handover_recipients_release(to, 1);
	}
	cross(0, 1);
	assert_same_trees(2);
	assert_int_equal(count(copies[0], "responder"), 4);
	/* a revocation of either counts */
	revoke(copies[0], "R2-R1");
	assert_int_equal(handover_recipients(copies[0], (const char *const[]){line.data}, 1, to, &err), -1);
	assert_non_null(strstr(err.message, "revoked"));
	handover_recipients_release(to, 1);
	buf_release(&line);
	end(2);
}

static void test_what_stays_behind(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	struct buf line = BUF_INIT;
	struct handover_recipient to[1];
	size_t left = 0;
	begin(1);
	add(copies[0], "asset", "hostname", "PC-1", label);
	set(copies[0], "R1-A1", "recovery_key", "SECRET-4711");
	ok(case_meta_set(copies[0], "local.seen", "x", &err), &err);
	ok(case_meta_set(copies[0], "peer.00", "x", &err), &err);
	assert_int_equal(
	    sqlite3_exec(case_db(copies[0]), "INSERT INTO draft VALUES('k', '', 'SECRET-4712')", NULL, NULL, NULL),
	    SQLITE_OK);
	identity_public_line(people[1], &line);
	ok(handover_recipients(copies[0], (const char *const[]){line.data}, 1, to, &err), &err);
	struct handover_copy how = {.to = to, .count = 1};
	char *path = path_of("copy");
	ok(handover_copy(copies[0], path, &how, &left, &err), &err);
	assert_int_equal(left, 1);
	copies[1] = open_copy(path, people[1]);
	assert_int_equal(sql_number(copies[1], "SELECT count(*) FROM draft"), 0);
	assert_int_equal(
	    sql_number(copies[1], "SELECT count(*) FROM meta WHERE key LIKE 'local.%' OR key LIKE 'peer.%'"), 0);
	assert_int_equal(sql_number(copies[1], "SELECT count(*) FROM text WHERE secret"), 0);
	assert_int_equal(sql_number(copies[1], "SELECT count(*) FROM search WHERE search MATCH '4711'"), 0);
	assert_int_equal(sql_number(copies[1], "PRAGMA freelist_count"), 0);
	assert_verifies(copies[1]);
	assert_verifies(copies[0]);
	/* of a parcel: not unasked, and by its name, though the record is known for long */
	for (int named = 0; named < 2; named++) {
		static const char *const secrets[] = {"R1-A1", NULL};
		char have[1][HISTORY_ID];
		struct buf bytes = BUF_INIT;
		struct parcel p;
		struct merge_report report;
		ok(history_head(case_history(copies[1]), have[0], &err), &err);
		add(copies[0], "asset", "hostname", "PC-2", label);
		ok(parcel_write(copies[0], (const char(*)[HISTORY_ID])have, 1, named ? secrets : NULL, &bytes, &err),
		   &err);
		assert_int_equal(memmem(bytes.data, bytes.len, "SECRET-4711", 11) != NULL, named);
		ok(parcel_read(&p, bytes.data, bytes.len, &err), &err);
		ok(case_merge(copies[1], &p, NULL, 0, NULL, &report, &err), &err);
		json_t *record = record_get(copies[1], "R1-A1", RECORD_REVEAL, &err);
		const char *value = json_get_string(record, "recovery_key");
		assert_int_equal(value && strcmp(value, "SECRET-4711") == 0, named);
		json_decref(record);
		merge_report_release(&report);
		parcel_release(&p);
		buf_release(&bytes);
	}
	free(path);
	buf_release(&line);
	handover_recipients_release(to, 1);
	end(2);
}

static void test_texts_that_nothing_names(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	struct buf bytes = BUF_INIT;
	struct parcel p;
	begin(2);
	add(copies[1], "note", "text", "text", label);
	ok(parcel_write(copies[1], NULL, 0, NULL, &bytes, &err), &err);
	ok(parcel_read(&p, bytes.data, bytes.len, &err), &err);
	long before = sql_number(copies[0], "SELECT count(*) FROM text");
	json_t *named = json_object();
	struct action *a = action_begin(copies[0], "merge", &err);
	ok(parcel_store(copies[0], &p, named, &err), &err);
	assert_int_equal(sql_number(copies[0], "SELECT count(*) FROM text"), before);
	action_cancel(a);
	json_decref(named);
	parcel_release(&p);
	buf_release(&bytes);
	end(2);
}

/* What was purged here does not come back from a copy that still has it. */
static void test_purged_stays_away(void **state)
{
	(void)state;
	static const char text[] = "what should never have been kept";
	struct err err = ERR_INIT;
	char sha256[65];
	char label[LABEL_TEXT];
	for (int purged = 0; purged < 2; purged++) {
		begin(2);
		ok(blob_put(copies[1], text, sizeof text, sha256, &err), &err);
		add(copies[1], "indicator", "value", sha256, label);
		add(copies[1], "note", "text", text, label);
		merge(copies[0], copies[1]);
		assert_int_equal(sql_number(copies[0], "SELECT count(*) FROM blob WHERE data IS NOT NULL"), 1);
		if (purged)
			assert_int_equal(sqlite3_exec(case_db(copies[0]),
			                              "UPDATE blob SET data = NULL;"
			                              "UPDATE text SET salt = NULL, value = NULL",
			                              NULL, NULL, NULL),
			                 SQLITE_OK);
		/* the records that name them change, so that they travel again */
		set(copies[1], "R2-I1", "tags", "again");
		set(copies[1], label, "tags", "again");
		merge(copies[0], copies[1]);
		assert_int_equal(sql_number(copies[0], "SELECT count(*) FROM blob WHERE data IS NOT NULL"), !purged);
		assert_int_equal(sql_number(copies[0], "SELECT count(*) FROM text WHERE value IS NOT NULL"), !purged);
		end(2);
	}
}

int main(int argc, char **argv)
{
	static const struct worker_job *const jobs[] = {&unpack_job, NULL};
	worker_main(argc, argv, jobs);
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_decided_differently),  cmocka_unit_test(test_mark_clash),
	    cmocka_unit_test(test_renamed_into_a_label), cmocka_unit_test(test_unknown_kind),
	    cmocka_unit_test(test_merge_that_drops),     cmocka_unit_test(test_merge_around_a_revocation),
	    cmocka_unit_test(test_responder_changed),    cmocka_unit_test(test_two_responders_of_one_key),
	    cmocka_unit_test(test_what_stays_behind),    cmocka_unit_test(test_texts_that_nothing_names),
	    cmocka_unit_test(test_purged_stays_away),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
