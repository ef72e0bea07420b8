/* Objects that no git would write, and objects that lead nowhere, in what a colleague sends. */
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

static void add_object(struct history_incoming *in, int type, const struct buf *raw, git_oid *id)
{
	struct err err = ERR_INIT;
	ok(history_incoming_add(in, type, raw->data, raw->len, &err), &err);
	assert_int_equal(git_odb_hash(id, raw->data, raw->len, (git_object_t)type), 0);
}

static void commit_text(struct buf *raw, const git_oid *tree, const char *const *parents, size_t count)
{
	char hex[HISTORY_ID];
	buf_clear(raw);
	buf_addf(raw, "tree %s\n", git_oid_tostr(hex, sizeof hex, tree));
	for (size_t i = 0; i < count; i++)
		buf_addf(raw, "parent %s\n", parents[i]);
	buf_adds(raw, "author R2 <R2@x.invalid> 1764000000 +0900\ncommitter R2 <R2@x.invalid> 1764000000 +0900\n\nx\n");
}

static void accept_refused(const struct history_incoming *in, const git_oid *tip, const char *reason)
{
	struct err err = ERR_INIT;
	char hex[HISTORY_ID];
	struct history_accepted accepted;
	struct action *a = action_begin(copies[0], "merge", &err);
	assert_non_null(a);
	assert_int_equal(history_accept(case_history(copies[0]), in, git_oid_tostr(hex, sizeof hex, tip),
	                                merge_validate_file, NULL, &accepted, &err),
	                 -1);
	if (!strstr(err.message, reason))
		print_error("%s\n", err.message);
	assert_non_null(strstr(err.message, reason));
	action_cancel(a);
	free(accepted.commits);
	free(accepted.seconds);
	assert_verifies(copies[0]);
}

static void test_hostile_objects(void **state)
{
	(void)state;
	static const char zero[] = "0000000000000000000000000000000000000000";
	struct err err = ERR_INIT;
	char head[HISTORY_ID];
	struct buf raw = BUF_INIT;
	git_oid tree;
	git_oid tip;
	begin(1);
	ok(history_head(case_history(copies[0]), head, &err), &err);
	struct history_incoming *in = history_incoming_new();
	/* folders in folders, 255 times each the same, eight deep, and nothing in the last */
	add_object(in, 2, &raw, &tree);
	for (int depth = 0; depth < 8; depth++) {
		buf_clear(&raw);
		for (int i = 0; i < 255; i++) {
			buf_addf(&raw, "40000 %02x", i);
			buf_addc(&raw, '\0');
			buf_add(&raw, tree.id, GIT_OID_RAWSZ);
		}
		add_object(in, 2, &raw, &tree);
	}
	commit_text(&raw, &tree, (const char *const[]){head}, 1);
	add_object(in, 1, &raw, &tip);
	accept_refused(in, &tip, "wrong form");
	/* names that lead out of the tree, or into a checkout's own folder */
	static const char *const names[] = {"..", ".", ".git", "a/b", "../../etc/passwd", ".GIT", ""};
	git_oid blob;
	buf_clear(&raw);
	buf_adds(&raw, "{}\n");
	add_object(in, 3, &raw, &blob);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		git_oid outside;
		buf_clear(&raw);
		buf_addf(&raw, "100644 %s", names[i]);
		buf_addc(&raw, '\0');
		buf_add(&raw, blob.id, GIT_OID_RAWSZ);
		add_object(in, 2, &raw, &outside);
		commit_text(&raw, &outside, (const char *const[]){head}, 1);
		add_object(in, 1, &raw, &tip);
		accept_refused(in, &tip, "wrong form");
	}
	/* a link, and a program */
	static const char *const modes[] = {"120000", "100755", "160000"};
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
		git_oid linked;
		buf_clear(&raw);
		buf_addf(&raw, "%s asset", modes[i]);
		buf_addc(&raw, '\0');
		buf_add(&raw, blob.id, GIT_OID_RAWSZ);
		add_object(in, 2, &raw, &linked);
		commit_text(&raw, &linked, (const char *const[]){head}, 1);
		add_object(in, 1, &raw, &tip);
		accept_refused(in, &tip, "wrong form");
	}
	/* a second parent that cannot be */
	commit_text(&raw, &tree, (const char *const[]){head, zero}, 2);
	add_object(in, 1, &raw, &tip);
	accept_refused(in, &tip, "neither here nor");
	/* a tree that is a file's bytes here, a commit as a tree */
	assert_int_equal(git_oid_fromstr(&tree, head), 0);
	commit_text(&raw, &tree, (const char *const[]){head}, 1);
	add_object(in, 1, &raw, &tip);
	accept_refused(in, &tip, "wrong form");
	/* no parent at all */
	commit_text(&raw, &tree, NULL, 0);
	add_object(in, 1, &raw, &tip);
	accept_refused(in, &tip, "another history");
	history_incoming_free(in);
	buf_release(&raw);
	end(1);
}

/* What leads nowhere is not written, however much of it comes along. */
static void test_objects_that_lead_nowhere(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct buf bytes = BUF_INIT;
	struct parcel p;
	char label[LABEL_TEXT];
	char tip[HISTORY_ID];
	struct history_accepted accepted;
	begin(2);
	add(copies[1], "asset", "hostname", "PC-1", label);
	ok(parcel_write(copies[1], NULL, 0, NULL, &bytes, &err), &err);
	ok(parcel_read(&p, bytes.data, bytes.len, &err), &err);
	struct history_incoming *in = history_incoming_new();
	ok(unpack_bundle(p.bundle, p.bundle_size, in, tip, NULL, &err), &err);
	for (int i = 0; i < 1000; i++) {
		char text[32];
		int n = snprintf(text, sizeof text, "junk %d\n", i);
		ok(history_incoming_add(in, 3, text, (size_t)n, &err), &err);
	}
	struct action *a = action_begin(copies[0], "merge", &err);
	long before = sql_number(copies[0], "SELECT count(*) FROM git_object");
	ok(history_accept(case_history(copies[0]), in, tip, merge_validate_file, NULL, &accepted, &err), &err);
	assert_int_equal(accepted.count, 1);
	assert_true(sql_number(copies[0], "SELECT count(*) FROM git_object") < before + 10);
	action_cancel(a);
	history_incoming_free(in);
	free(accepted.commits);
	free(accepted.seconds);
	parcel_release(&p);
	buf_release(&bytes);
	end(2);
}

int main(int argc, char **argv)
{
	static const struct worker_job *const jobs[] = {&unpack_job, NULL};
	worker_main(argc, argv, jobs);
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_hostile_objects),
	    cmocka_unit_test(test_objects_that_lead_nowhere),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
