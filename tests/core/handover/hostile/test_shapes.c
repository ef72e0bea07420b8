/*
 * What a key holder tried with small steps and odd shapes: each is refused by merge, told by verify, and leaves the copy
 * as it was.
 */
#include "help_copies.h"

#include "base/worker/worker.h"
#include "case/action/action.h"
#include "case/care/verify.h"
#include "case/kind/conflict.h"
#include "handover/merge/resolve.h"
#include "handover/parcel/unpack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void note_finding(void *ctx, const char *part, const char *text)
{
	(void)part;
	buf_addf(ctx, "%s\n", text);
}

/* Refused by the one, told by the other. */
static void refused(const char *reason)
{
	struct err err = ERR_INIT;
	struct merge_report report;
	struct verify_report verified;
	struct buf findings = BUF_INIT;
	unsigned char before[32];
	unsigned char after[32];
	tree_digest(copies[0], before);
	assert_int_equal(try_merge(copies[0], copies[1], &report, &err), -1);
	if (!strstr(err.message, reason))
		fail_msg("no '%s' in: %s", reason, err.message);
	merge_report_release(&report);
	tree_digest(copies[0], after);
	assert_memory_equal(before, after, 32);
	assert_verifies(copies[0]);
	err_clear(&err);
	ok(case_verify(copies[1], NULL, note_finding, &findings, &verified, &err), &err);
	if (!findings.data || !strstr(findings.data, reason))
		fail_msg("verify does not say '%s': %s", reason, findings.data ? findings.data : "");
	buf_release(&findings);
	end(2);
}

static json_t *record_of(const char *label)
{
	struct err err = ERR_INIT;
	json_t *record = record_get(copies[1], label, RECORD_RAW | RECORD_WITH_RETRACTED, &err);
	ok(record ? 0 : -1, &err);
	return record;
}

/* The attacker goes on from another commit. */
static void set_head(const char *commit)
{
	char *sql = xasprintf("UPDATE git_ref SET id = '%s' WHERE name LIKE 'refs/%%'", commit);
	assert_int_equal(sqlite3_exec(case_db(copies[1]), sql, NULL, NULL, NULL), SQLITE_OK);
	free(sql);
}

/* Takes the value. */
static void change(json_t *record, const char *member, json_t *value)
{
	if (value)
		json_object_set_new(record, member, value);
	else
		json_object_del(record, member);
	commit_object(copies[1], people[1], record);
}

static void begin_with_evidence(char label[LABEL_TEXT])
{
	static const char digest[] = "1111111111111111111111111111111111111111111111111111111111111111";
	struct err err = ERR_INIT;
	struct assign fields[] = {
	    {"title", "disk"}, {"form", "raw"}, {"complete", "complete"}, {"sha256", digest}, {"piece_root", digest}};
	begin(2);
	ok(record_add(copies[0], "evidence", fields, 5, RECORD_MACHINE, label, &err), &err);
	merge(copies[1], copies[0]);
}

static void digests_by_way_of_partial(void **state)
{
	(void)state;
	char label[LABEL_TEXT];
	static const char *const fields[] = {"sha256", "piece_root"};
	for (int i = 0; i < 2; i++) {
		begin_with_evidence(label);
		json_t *record = record_of(label);
		change(record, "complete", json_string("partial"));
		change(record, fields[i],
		       json_string("2222222222222222222222222222222222222222222222222222222222222222"));
		change(record, "complete", json_string("complete"));
		json_decref(record);
		refused("a new reading is a new record");
	}
}

/* A merge that takes the record as its first parent has it, and so drops what the second one knows. */
static void digest_dropped_by_a_merge(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	char before[HISTORY_ID];
	char after[HISTORY_ID];
	begin_with_evidence(label);
	ok(history_head(case_history(copies[1]), before, &err), &err);
	json_t *record = record_of(label);
	change(record, "md5", json_string("33333333333333333333333333333333"));
	json_decref(record);
	merge(copies[0], copies[1]);
	ok(history_head(case_history(copies[1]), after, &err), &err);
	set_head(before);
	struct action *a = action_begin(copies[1], "merge", &err);
	action_merges(a, after);
	ok(action_commit(a, &err), &err);
	refused("a new reading is a new record");
}

static void label_to_another_record(void **state)
{
	(void)state;
	char label[LABEL_TEXT];
	begin(2);
	add(copies[0], "asset", "hostname", "PC-1", label);
	add(copies[0], "asset", "hostname", "PC-2", label);
	merge(copies[1], copies[0]);
	json_t *record = record_of("R1-A1");
	json_object_set_new(record, "aliases", json_pack("[s]", "R1-A1"));
	change(record, "label", json_string("R1-A7"));
	json_decref(record);
	record = record_of("R1-A2");
	json_object_set_new(record, "aliases", json_pack("[s]", "R1-A2"));
	change(record, "label", json_string("R1-A1"));
	json_decref(record);
	refused("the label of R1-A1 was changed");
}

/* A merge of the two newest commits that changes a record besides. */
static void merge_and_change(const char *label, const char *member, const char *value)
{
	struct err err = ERR_INIT;
	char other[LABEL_TEXT];
	char id[HISTORY_ID];
	struct buf text = BUF_INIT;
	struct buf path = BUF_INIT;
	add(copies[0], "asset", "hostname", "PC-1", other);
	add(copies[1], "asset", "hostname", "PC-2", other);
	merge(copies[1], copies[0]);
	struct history_signer signer = {sign_well, people[1], {0}};
	char *mail = xasprintf("R2@%.8s.genba.invalid", case_id(copies[1]));
	struct history_meta meta = {.subject = "merge",
	                            .action = "merge",
	                            .author_name = people[1]->name,
	                            .author_mail = mail,
	                            .when = clock_now()};
	memcpy(signer.public_key, people[1]->public_key, 32);
	char head[HISTORY_ID];
	ok(history_head(case_history(copies[0]), head, &err), &err);
	meta.merge_parent = head;
	json_t *record = record_of(label);
	json_object_set_new(record, member, json_string(value));
	ok(json_canonical(record, &text, &err), &err);
	record_path(json_get_string(record, "kind"), json_get_string(record, "id"), &path);
	struct history_change file = {path.data, text.data, text.len};
	assert_int_equal(sqlite3_exec(case_db(copies[1]), "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	ok(history_commit(case_history(copies[1]), &file, 1, &meta, &signer, id, &err), &err);
	assert_int_equal(sqlite3_exec(case_db(copies[1]), "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	json_decref(record);
	buf_release(&text);
	buf_release(&path);
	free(mail);
}

static void marks_by_a_merge(void **state)
{
	(void)state;
	begin(2);
	merge_and_change("R1-R1", "mark", "Q7");
	refused("the mark R1 was changed in a merge");
	begin(2);
	merge_and_change("R1-R2", "mark", "R1");
	struct err err = ERR_INIT;
	struct merge_report report;
	assert_int_equal(try_merge(copies[0], copies[1], &report, &err), -1);
	merge_report_release(&report);
	end(2);
}

/* My mark for another key, entered long ago. */
static void my_mark_for_another_key(void **state)
{
	(void)state;
	struct buf line = BUF_INIT;
	begin(2);
	ssh_public_line(people[2]->public_key, "x", &line);
	json_t *record = json_pack(
	    "{s:s s:s s:s s:s s:s s:s s:s s:s s:s s:s}", "id", "10000000-0000-4000-8000-000000000000", "kind",
	    "responder", "label", "R2-R8", "author", "R2", "entered", "2001-01-01T00:00:00+00:00", "modified",
	    "2001-01-01T00:00:00+00:00", "name", "Responder 1", "mark", "R1", "key", line.data, "role", "lead");
	commit_object(copies[1], people[1], record);
	json_decref(record);
	buf_release(&line);
	refused("which is another key's");
}

static void in_anothers_name(void **state)
{
	(void)state;
	struct identity as = *people[1];
	as.name = people[0]->name;
	for (int i = 0; i < 2; i++) {
		char label[LABEL_TEXT];
		begin(2);
		add(copies[0], "asset", "hostname", "PC-1", label);
		merge(copies[1], copies[0]);
		if (i == 1) {
			as.name = people[1]->name;
			snprintf(as.mark, sizeof as.mark, "R1");
		}
		json_t *record = record_of(label);
		json_object_set_new(record, "os", json_string("x"));
		commit_object(copies[1], &as, record);
		json_decref(record);
		refused("which is not who signed it");
	}
}

/* With the program itself, whose identity's file was altered: the case's own word counts. */
static void the_case_says_who_signs(void **state)
{
	(void)state;
	char label[LABEL_TEXT];
	begin(2);
	char *name = people[1]->name;
	char mark[MARK_TEXT];
	snprintf(mark, sizeof mark, "%s", people[1]->mark);
	people[1]->name = people[0]->name;
	snprintf(people[1]->mark, sizeof people[1]->mark, "R1");
	add(copies[1], "asset", "hostname", "PC-1", label);
	people[1]->name = name;
	snprintf(people[1]->mark, sizeof people[1]->mark, "%s", mark);
	assert_string_equal(label, "R2-A1");
	merge(copies[0], copies[1]);
	assert_verifies(copies[0]);
	end(2);
}

static json_t *a_conflict(const json_t *record, const char *field, const char *one, const char *other)
{
	char id[37];
	char label[LABEL_TEXT];
	json_t *values[2] = {json_string(one), json_string(other)};
	conflict_id(json_get_string(record, "id"), field, values[0], values[1], id);
	snprintf(label, sizeof label, "X-%.8s", id);
	json_t *conflict = json_pack(
	    "{s:s s:s s:s s:s s:s s:s s:s s:s s:s s:O s:O}", "id", id, "kind", "conflict", "label", label, "author",
	    "genba", "entered", "2026-01-01T00:00:00+00:00", "modified", "2026-01-01T00:00:00+00:00", "field", field,
	    "record", json_get_string(record, "id"), "state", "open", "one", values[0], "other", values[1]);
	json_decref(values[0]);
	json_decref(values[1]);
	return conflict;
}

static void conflicts_of_nothing(void **state)
{
	(void)state;
	static const char *const fields[] = {"key", "author", "os"};
	for (int i = 0; i < 3; i++) {
		char label[LABEL_TEXT];
		begin(2);
		add(copies[0], "asset", "hostname", "PC-1", label);
		merge(copies[1], copies[0]);
		json_t *record = record_of(i ? label : "R1-R1");
		json_t *conflict = a_conflict(record, fields[i], "a", "b");
		commit_object(copies[1], people[1], conflict);
		json_decref(conflict);
		json_decref(record);
		refused("values that did not meet there");
	}
	begin(2); /* a label that would use up another's numbers */
	json_t *record = record_of("R1-R1");
	json_t *conflict = a_conflict(record, "phone", "a", "b");
	json_object_set_new(conflict, "label", json_string("R1-A2"));
	commit_object(copies[1], people[1], conflict);
	json_decref(conflict);
	json_decref(record);
	refused("id, kind and label");
}

/* One that is in the case all the same is not decided by force. */
static void resolve_changes_what_may_be_changed(void **state)
{
	(void)state;
	static const char *const fields[] = {"key", "author", "mark"};
	begin(1);
	for (int i = 0; i < 3; i++) {
		struct err err = ERR_INIT;
		json_t *record = record_get(copies[0], "R1-R1", RECORD_RAW, &err);
		json_t *conflict = a_conflict(record, fields[i], "a", "b");
		struct action *a = action_begin(copies[0], "add", &err);
		ok(action_store(a, conflict, &err), &err);
		ok(action_commit(a, &err), &err);
		assert_int_equal(conflict_resolve(copies[0], record_label(conflict), "one", NULL, &err), -1);
		assert_non_null(strstr(err.message, "nobody may change"));
		err_clear(&err);
		assert_int_equal(conflict_resolve(copies[0], record_label(conflict), "=Q1", NULL, &err), -1);
		json_t *after = record_get(copies[0], "R1-R1", RECORD_RAW, NULL);
		assert_true(json_equal(record, after));
		json_decref(after);
		json_decref(conflict);
		json_decref(record);
	}
	end(1);
}

static void one_id_two_records(void **state)
{
	(void)state;
	char label[LABEL_TEXT];
	begin(2);
	add(copies[0], "asset", "hostname", "PC-1", label);
	merge(copies[1], copies[0]);
	json_t *record = record_of(label);
	json_object_set_new(record, "kind", json_string("site"));
	json_object_set_new(record, "label", json_string("R2-Z1"));
	json_object_set_new(record, "author", json_string("R2"));
	json_object_del(record, "hostname");
	json_object_del(record, "status");
	json_object_set_new(record, "name", json_string("x"));
	commit_object(copies[1], people[1], record);
	json_decref(record);
	refused("another record");
}

static void labels_kept_free_by_another(void **state)
{
	(void)state;
	begin(2);
	json_t *record = record_of("R1-R1");
	change(record, "reserved", json_pack("[s]", "R1-A1"));
	json_decref(record);
	refused("keeps free");
}

/* Whoever is revoked by what came makes no commit that counts nowhere. */
static void a_merge_that_revokes_its_maker(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct merge_report report;
	char label[LABEL_TEXT];
	begin(2);
	char before[HISTORY_ID];
	ok(history_head(case_history(copies[1]), before, &err), &err);
	json_t *record = record_of("R1-R1");
	add(copies[1], "asset", "hostname", "PC-1", label);
	merge(copies[0], copies[1]); /* moves on to work of a colleague: nothing of it is the victim's own */
	set_head(before);
	change(record, "revoked", json_string("2026-03-01"));
	json_decref(record);
	assert_int_equal(try_merge(copies[0], copies[1], &report, &err), -1);
	assert_non_null(strstr(err.message, "your own key is revoked"));
	merge_report_release(&report);
	assert_verifies(copies[0]);
	add(copies[0], "asset", "hostname", "PC-2", label);
	assert_verifies(copies[0]);
	end(2);
}

/* The parcel says that it is from somebody else than signed it. */
static void from_somebody_else(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct buf bytes = BUF_INIT;
	struct parcel p;
	struct merge_report report;
	char label[LABEL_TEXT];
	begin(2);
	add(copies[1], "asset", "hostname", "PC-1", label);
	ok(parcel_write(copies[1], NULL, 0, NULL, &bytes, &err), &err);
	ok(parcel_read(&p, bytes.data, bytes.len, &err), &err);
	assert_string_equal(p.from, "R2");
	snprintf(p.from, sizeof p.from, "R1");
	assert_int_equal(case_merge(copies[0], &p, NULL, 0, NULL, &report, &err), -1);
	assert_non_null(strstr(err.message, "it is from R1"));
	merge_report_release(&report);
	parcel_release(&p);
	buf_release(&bytes);
	end(2);
}

int main(int argc, char **argv)
{
	static const struct worker_job *const jobs[] = {&unpack_job, NULL};
	worker_main(argc, argv, jobs);
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(digests_by_way_of_partial),
	    cmocka_unit_test(label_to_another_record),
	    cmocka_unit_test(digest_dropped_by_a_merge),
	    cmocka_unit_test(marks_by_a_merge),
	    cmocka_unit_test(my_mark_for_another_key),
	    cmocka_unit_test(in_anothers_name),
	    cmocka_unit_test(the_case_says_who_signs),
	    cmocka_unit_test(conflicts_of_nothing),
	    cmocka_unit_test(resolve_changes_what_may_be_changed),
	    cmocka_unit_test(one_id_two_records),
	    cmocka_unit_test(labels_kept_free_by_another),
	    cmocka_unit_test(from_somebody_else),
	    cmocka_unit_test(a_merge_that_revokes_its_maker),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
