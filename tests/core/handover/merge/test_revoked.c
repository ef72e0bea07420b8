/*
 * Merging where a key was revoked: what a colleague had merged before counts, what was signed beside the revocation is set
 * aside with what builds on it, and a person can take it in, on record. Every copy comes to the same.
 */
#include "case/case.h"
#include "help_copies.h"

#include "base/time/clock.h"
#include "base/worker/worker.h"
#include "case/action/action.h"
#include "handover/parcel/revoke.h"
#include "handover/parcel/unpack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { A, B, C };

static void revoke(struct case_file *c, const char *label)
{
	struct err err = ERR_INIT;
	char made[LABEL_TEXT];
	unsigned char key[32];
	ok(responder_revoke(c, label, "left the team", made, key, &err), &err);
}

static void add_asset(struct case_file *c, const char *hostname)
{
	char label[LABEL_TEXT];
	add(c, "asset", "hostname", hostname, label);
}

static int merge_vouched(struct case_file *to, struct case_file *from, const char *reason, struct merge_report *report,
                         struct err *err)
{
	struct buf bytes = BUF_INIT;
	struct parcel p;
	ok(parcel_write(from, NULL, 0, NULL, &bytes, err), err);
	ok(parcel_read(&p, bytes.data, bytes.len, err), err);
	int rc = case_merge(to, &p, reason, 0, NULL, report, err);
	parcel_release(&p);
	buf_release(&bytes);
	return rc;
}

static void vouch(struct case_file *to, struct case_file *from)
{
	struct err err = ERR_INIT;
	struct merge_report report;
	ok(merge_vouched(to, from, "asked by phone: it is theirs", &report, &err), &err);
	merge_report_release(&report);
}

static int has_hostname(void *ctx, json_t *record)
{
	const char *hostname = json_get_string(record, "hostname");
	return hostname && strcmp(hostname, ctx) == 0;
}

static int has_asset(struct case_file *c, const char *hostname)
{
	char text[32];
	snprintf(text, sizeof text, "%s", hostname);
	return record_each(c, "asset", 0, has_hostname, text, NULL);
}

static int tells(const struct merge_report *report, const char *text)
{
	size_t i;
	json_t *line;
	json_array_foreach(report->notes, i, line)
		if (strstr(json_string_value(line), text))
			return 1;
	return 0;
}

/* B had merged what C did, then A, who knew nothing of it, revoked C. */
static void test_merged_before(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct merge_report report;
	begin(COPIES);
	add_asset(copies[C], "PC-C");
	add_asset(copies[B], "PC-B");
	merge(copies[B], copies[C]);
	add_asset(copies[B], "PC-B2");
	revoke(copies[A], "R1-R3");
	ok(try_merge(copies[A], copies[B], &report, &err), &err);
	assert_int_equal(report.vouched, 1);
	assert_int_equal(report.quarantined, 0);
	assert_true(tells(&report, "vouched for"));
	merge_report_release(&report);
	assert_int_equal(has_asset(copies[A], "PC-C") + has_asset(copies[A], "PC-B2"), 2);
	assert_verifies(copies[A]);
	merge(copies[B], copies[A]);
	assert_verifies(copies[B]);
	assert_same_trees(2);
	/* from the revoked one: nothing that is new */
	add_asset(copies[C], "PC-late");
	assert_refused(copies[A], copies[C], "revoked");
	assert_refused(copies[B], copies[C], "revoked");
	end(COPIES);
}

/* The same the other way round: B, who had merged and even built on it without a merge, learns of the revocation. */
static void test_learns_later(void **state)
{
	(void)state;
	begin(COPIES);
	add_asset(copies[C], "PC-C");
	merge(copies[B], copies[C]); /* moves forward: there is no merge commit */
	add_asset(copies[B], "PC-B");
	revoke(copies[A], "R1-R3");
	merge(copies[B], copies[A]);
	assert_verifies(copies[B]);
	merge(copies[A], copies[B]);
	assert_verifies(copies[A]);
	assert_same_trees(2);
	/* who vouched may be revoked later on: it counted then */
	revoke(copies[A], "R1-R2");
	assert_verifies(copies[A]);
	end(COPIES);
}

static struct case_file *copy_of(struct case_file *c, struct identity *who)
{
	struct err err = ERR_INIT;
	struct buf line = BUF_INIT;
	struct handover_recipient to[1];
	size_t left = 0;
	identity_public_line(who, &line);
	ok(handover_recipients(c, (const char *const[]){line.data}, 1, to, &err), &err);
	struct handover_copy how = {.to = to, .count = 1};
	char *path = path_of("further");
	ok(handover_copy(c, path, &how, &left, &err), &err);
	struct case_file *copy = open_copy(path, who);
	free(path);
	buf_release(&line);
	handover_recipients_release(to, 1);
	return copy;
}

/* B takes in what C did after the revocation. What B did before that comes in; the rest once somebody vouches for it. */
static void test_merged_after(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct merge_report report;
	begin(COPIES);
	revoke(copies[A], "R1-R3");
	struct case_file *further = copy_of(copies[A], people[1]); /* a copy that knows of the revocation */
	add_asset(copies[C], "PC-C");
	add_asset(copies[B], "PC-B");
	merge(copies[B], copies[C]);
	add_asset(copies[B], "PC-B2");
	ok(try_merge(copies[A], copies[B], &report, &err), &err);
	assert_int_equal(report.quarantined, 3);
	assert_int_equal(report.commits, 1);
	assert_true(tells(&report, "set aside, signed by a revoked key"));
	assert_true(tells(&report, "set aside, since it builds on that"));
	merge_report_release(&report);
	assert_int_equal(has_asset(copies[A], "PC-B"), 1);
	assert_int_equal(has_asset(copies[A], "PC-C") + has_asset(copies[A], "PC-B2"), 0);
	assert_verifies(copies[A]);
	assert_refused(copies[A], copies[B], "--vouch"); /* the rest is the same again */
	assert_int_equal(merge_vouched(copies[A], copies[B], "", &report, &err), -1);
	merge_report_release(&report);
	/* on record */
	vouch(copies[A], copies[B]);
	assert_int_equal(has_asset(copies[A], "PC-C") + has_asset(copies[A], "PC-B2"), 2);
	assert_int_equal(count(copies[A], "decision"), 1);
	assert_field(copies[A], "R1-D1", "reason", "asked by phone: it is theirs");
	assert_verifies(copies[A]);
	/* whoever gets it from there needs no further word */
	merge(further, copies[A]);
	merge(copies[B], copies[A]);
	assert_verifies(further);
	assert_verifies(copies[B]);
	assert_same_trees(2);
	/* the word was for that, not for what comes after */
	add_asset(copies[C], "PC-later");
	assert_refused(copies[A], copies[C], "revoked");
	assert_refused(further, copies[C], "revoked");
	ok(case_close(further, &err), &err);
	end(COPIES);
}

/* What B knows already when it merges is set aside there, too; and B's word for it counts at A's. */
static void test_vouched_elsewhere(void **state)
{
	(void)state;
	begin(COPIES);
	revoke(copies[A], "R1-R3");
	merge(copies[B], copies[A]);
	add_asset(copies[C], "PC-C");
	assert_refused(copies[B], copies[C], "--vouch");
	vouch(copies[B], copies[C]);
	assert_verifies(copies[B]);
	merge(copies[A], copies[B]);
	assert_int_equal(has_asset(copies[A], "PC-C"), 1);
	assert_verifies(copies[A]);
	assert_same_trees(2);
	end(COPIES);
}

/* A has merged what C did after B had revoked C, and learns of that from B. */
static void test_own_history(void **state)
{
	(void)state;
	begin(COPIES);
	revoke(copies[B], "R1-R3");
	add_asset(copies[C], "PC-C");
	add_asset(copies[A], "PC-A");
	merge(copies[A], copies[C]);
	assert_refused(copies[A], copies[B], "signed 1 action of this copy");
	vouch(copies[A], copies[B]);
	assert_verifies(copies[A]);
	merge(copies[B], copies[A]);
	assert_verifies(copies[B]);
	assert_same_trees(2);
	end(COPIES);
}

/* Neither a revocation of oneself nor one's own word makes one's work count. */
static void test_own_word(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct buf print = BUF_INIT;
	struct assign fields[] = {{"revoked", "2025-11-20"}, {"revoke_reason", "so that it counts"}};
	struct assign asset = {"hostname", "PC-C2"};
	char label[LABEL_TEXT];
	begin(COPIES);
	revoke(copies[A], "R1-R3");
	add_asset(copies[C], "PC-C");
	struct action *a = action_begin(copies[C], "add", &err);
	ssh_fingerprint(people[C]->public_key, &print);
	char *trailer = xasprintf("Genba-Vouch: %s", print.data);
	action_trailer(a, trailer);
	ok(action_add(a, "asset", &asset, 1, 0, label, &err), &err);
	ok(action_commit(a, &err), &err);
	a = action_begin(copies[C], "revoke", &err);
	ok(action_set(a, "R1-R3", fields, 2, RECORD_MACHINE, &err), &err);
	ok(action_commit(a, &err), &err);
	assert_refused(copies[A], copies[C], "set aside");
	assert_refused(copies[B], copies[C], "revoked"); /* who learns of it by this only */
	free(trailer);
	buf_release(&print);
	end(COPIES);
}

static void test_put_off(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct assign later = {"revoked", "2031-01-01"};
	begin(COPIES);
	revoke(copies[A], "R1-R3");
	merge(copies[B], copies[A]);
	struct action *a = action_begin(copies[B], "revoke", &err);
	ok(action_set(a, "R1-R3", &later, 1, RECORD_MACHINE, &err), &err);
	ok(action_commit(a, &err), &err);
	assert_refused(copies[A], copies[B], "put off");
	end(COPIES);
}

/* Both revoke the same key: the earlier date stays, on both sides. */
static void test_revoked_twice(void **state)
{
	(void)state;
	begin(COPIES);
	add_asset(copies[C], "PC-C");
	merge(copies[B], copies[C]);
	add_asset(copies[B], "PC-B");
	revoke(copies[A], "R1-R3");
	revoke(copies[B], "R1-R3");
	char *first = field_of(copies[A], "R1-R3", "revoked");
	cross(A, B);
	assert_same_trees(2);
	assert_field(copies[A], "R1-R3", "revoked", first);
	assert_verifies(copies[A]);
	assert_verifies(copies[B]);
	free(first);
	end(COPIES);
}

/* What is left when something is set aside is settled like any other: here one label stands for two records. */
static void test_set_aside_and_label_clash(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct merge_report report;
	begin(COPIES);
	struct case_file *further = copy_of(copies[A], people[0]);
	revoke(copies[A], "R1-R3");
	add_asset(copies[A], "PC-A");
	add_asset(further, "PC-further");
	add_asset(copies[C], "PC-C");
	merge(further, copies[C]);
	ok(try_merge(copies[A], further, &report, &err), &err);
	assert_int_equal(report.quarantined, 2);
	assert_int_equal(report.renamed, 1);
	merge_report_release(&report);
	assert_int_equal(has_asset(copies[A], "PC-A") + has_asset(copies[A], "PC-further"), 2);
	assert_int_equal(has_asset(copies[A], "PC-C"), 0);
	assert_verifies(copies[A]);
	ok(case_close(further, &err), &err);
	end(COPIES);
}

/* Somebody who is known enters made-up keys and revokes them, in one action. */
static void make_up(struct case_file *c, size_t many, unsigned from)
{
	struct err err = ERR_INIT;
	struct action *a = action_begin(c, "add", &err);
	for (size_t i = 0; i < many; i++) {
		char mark[16];
		char label[LABEL_TEXT];
		snprintf(mark, sizeof mark, "M%u", from + (unsigned)i);
		struct identity *nobody = identity_ephemeral("Nobody", mark);
		struct buf line = BUF_INIT;
		identity_public_line(nobody, &line);
		struct assign fields[] = {{"name", "Nobody"},
		                          {"mark", mark},
		                          {"key", line.data},
		                          {"revoked", "2025-11-20"},
		                          {"revoke_reason", "made up"}};
		ok(action_add(a, "responder", fields, 5, RECORD_MACHINE, label, &err), &err);
		buf_release(&line);
		identity_free(nobody);
	}
	ok(action_commit(a, &err), &err);
}

/* A flood of revoked keys: too many at once are not taken in, and whoever sent it can still be revoked afterwards. */
static void test_flood(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	begin(COPIES);
	make_up(copies[C], 64, 1);
	merge(copies[A], copies[C]);
	add_asset(copies[B], "PC-B");
	merge(copies[A], copies[B]); /* from here on there is a merge to judge */
	merge(copies[B], copies[A]);
	make_up(copies[C], 65, 100);
	assert_refused(copies[A], copies[C], "revokes 65 keys that are not revoked here");
	revoke(copies[A], "R1-R3");
	assert_verifies(copies[A]);
	add_asset(copies[B], "PC-B2");
	cross(A, B);
	assert_verifies(copies[B]);
	assert_same_trees(2);
	add_asset(copies[C], "PC-late");
	assert_refused(copies[B], copies[C], "revoke");
	/* more than are told apart: a whole copy of such a case is no reason to stop */
	make_up(copies[A], 1024 - 65, 2000);
	assert_verifies(copies[A]);
	char label[LABEL_TEXT];
	unsigned char key[32];
	assert_int_equal(responder_revoke(copies[A], "R1-R2", "left", label, key, &err), -1);
	assert_non_null(strstr(err.message, "nothing was revoked: 1024 keys"));
	assert_verifies(copies[A]);
	end(COPIES);
}

/* Whoever entered their key many times over is revoked in all of these records. */
static void test_entered_often(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct buf line = BUF_INIT;
	char label[LABEL_TEXT];
	begin(COPIES);
	identity_public_line(people[C], &line);
	for (unsigned i = 0; i < 20; i++) {
		char mark[16];
		snprintf(mark, sizeof mark, "Q%u", i);
		struct assign fields[] = {{"name", "Responder Three"}, {"mark", mark}, {"key", line.data}};
		struct action *a = action_begin(copies[A], "add", &err);
		ok(action_add(a, "responder", fields, 3, RECORD_MACHINE, label, &err), &err);
		ok(action_commit(a, &err), &err);
	}
	revoke(copies[A], "R1-R3");
	assert_int_equal(sql_number(copies[A], "SELECT count(*) FROM record WHERE kind = 'responder' AND "
	                                       "json_extract(json, '$.revoked') IS NOT NULL"),
	                 21);
	buf_release(&line);
	end(COPIES);
}

int main(int argc, char **argv)
{
	static const struct worker_job *const jobs[] = {&unpack_job, NULL};
	worker_main(argc, argv, jobs);
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_merged_before),
	    cmocka_unit_test(test_learns_later),
	    cmocka_unit_test(test_merged_after),
	    cmocka_unit_test(test_vouched_elsewhere),
	    cmocka_unit_test(test_own_history),
	    cmocka_unit_test(test_own_word),
	    cmocka_unit_test(test_put_off),
	    cmocka_unit_test(test_revoked_twice),
	    cmocka_unit_test(test_set_aside_and_label_clash),
	    cmocka_unit_test(test_flood),
	    cmocka_unit_test(test_entered_often),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
