/*
 * What a hostile colleague sends, made with their own key and every care: each is refused by name and whole, and the case
 * stays as it was. The commits are written by the history itself, past all that the case would have said about them.
 */
#include "help_copies.h"

#include "base/time/clock.h"
#include "base/worker/worker.h"
#include "handover/parcel/unpack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int sign_wrong(void *ctx, const void *message, size_t n, unsigned char signature[64])
{
	int rc = identity_sign(ctx, message, n, signature);
	signature[7] ^= 1;
	return rc;
}

/* The text of an asset, canonical, and its path. Both freed by the caller. */
static char *asset_text(const char *id, const char *label, const char *author, char **path)
{
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	struct buf at = BUF_INIT;
	json_t *object = json_pack("{s:s s:s s:s s:s s:s s:s s:s s:s}", "id", id, "kind", "asset", "label", label,
	                           "author", author, "entered", "2026-01-01T00:00:00+00:00", "modified",
	                           "2026-01-01T00:00:00+00:00", "hostname", "PC", "status", "unchecked");
	ok(json_canonical(object, &text, &err), &err);
	record_path("asset", id, &at);
	*path = buf_take(&at, NULL);
	json_decref(object);
	return buf_take(&text, NULL);
}

static void commit_asset(struct identity *who, signing_fn how)
{
	char *path;
	char *text = asset_text("a0000000-0000-4000-8000-000000000001", "R2-A1", "R2", &path);
	struct history_change file = {path, text, strlen(text)};
	commit_files(copies[1], who, how, &file, 1);
	free(text);
	free(path);
}

static void test_signatures(void **state)
{
	(void)state;
	struct merge_report report;
	struct err err = ERR_INIT;
	begin(2); /* the third person is no responder of this case */
	commit_asset(people[2], sign_well);
	assert_refused(copies[0], copies[1], "no responder of this case");
	end(2);
	begin(2);
	commit_asset(people[1], sign_wrong);
	assert_refused(copies[0], copies[1], "does not fit");
	end(2);
	begin(2); /* nothing but that was wrong with them */
	commit_asset(people[1], sign_well);
	ok(try_merge(copies[0], copies[1], &report, &err), &err);
	merge_report_release(&report);
	end(2);
}

/* A record that says it is somebody else's. */
static void test_in_anothers_name(void **state)
{
	(void)state;
	char *path;
	char *text = asset_text("a0000000-0000-4000-8000-000000000001", "R2-A1", "R1", &path);
	struct history_change file = {path, text, strlen(text)};
	begin(2);
	commit_files(copies[1], people[1], sign_well, &file, 1);
	assert_refused(copies[0], copies[1], "entered by R1, who did not sign it");
	free(text);
	free(path);
	end(2);
	/* another's label, and a number behind which nobody could count on */
	static const char *const labels[][2] = {{"R1-A7", "could not give"},
	                                        {"R2-A9223372036854775807", "id, kind and label"}};
	for (int i = 0; i < 2; i++) {
		text = asset_text("a0000000-0000-4000-8000-000000000001", labels[i][0], "R2", &path);
		file = (struct history_change){path, text, strlen(text)};
		begin(2);
		commit_files(copies[1], people[1], sign_well, &file, 1);
		assert_refused(copies[0], copies[1], labels[i][1]);
		free(text);
		free(path);
		end(2);
	}
}

/* Changes one member of a record of the second copy, by a commit of its own. */
static void commit_change(const char *label, const char *member, json_t *value)
{
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	struct buf path = BUF_INIT;
	json_t *record = record_get(copies[1], label, RECORD_RAW, &err);
	assert_non_null(record);
	json_object_set_new(record, member, value);
	ok(json_canonical(record, &text, &err), &err);
	record_path(json_get_string(record, "kind"), json_get_string(record, "id"), &path);
	struct history_change file = {path.data, text.data, text.len};
	commit_files(copies[1], people[1], sign_well, &file, 1);
	json_decref(record);
	buf_release(&text);
	buf_release(&path);
}

static void test_changes_of_what_is_fixed(void **state)
{
	(void)state;
	static const char digest[] = "0000000000000000000000000000000000000000000000000000000000000000";
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	struct assign fields[] = {
	    {"title", "mail.eml"}, {"form", "hash"}, {"complete", "complete"}, {"sha256", digest}};
	begin(2);
	ok(record_add(copies[0], "evidence", fields, 4, RECORD_MACHINE, label, &err), &err);
	merge(copies[1], copies[0]);
	commit_change(label, "sha256", json_string("1111111111111111111111111111111111111111111111111111111111111111"));
	assert_refused(copies[0], copies[1], "a digest of evidence was changed");
	end(2);
	begin(2);
	add(copies[0], "asset", "hostname", "PC-1", label);
	add(copies[0], "asset", "hostname", "PC-2", label);
	merge(copies[1], copies[0]);
	commit_change("R1-A2", "aliases", json_pack("[s]", "R1-A1"));
	assert_refused(copies[0], copies[1], "was never called R1-A1");
	end(2);
	begin(2);
	commit_change("R1-R1", "mark", json_string("Q7"));
	assert_refused(copies[0], copies[1], "the mark of the responder R1-R1 was changed");
	end(2);
}

static void test_two_of_one_label(void **state)
{
	(void)state;
	char label[LABEL_TEXT];
	char *paths[2];
	char *texts[2];
	begin(2);
	texts[0] = asset_text("a0000000-0000-4000-8000-000000000001", "R2-A1", "R2", &paths[0]);
	texts[1] = asset_text("b0000000-0000-4000-8000-000000000002", "R2-A1", "R2", &paths[1]);
	struct history_change files[2] = {{paths[0], texts[0], strlen(texts[0])},
	                                  {paths[1], texts[1], strlen(texts[1])}};
	commit_files(copies[1], people[1], sign_well, files, 2);
	assert_refused(copies[0], copies[1], "two records called R2-A1"); /* moving forward … */
	add(copies[0], "asset", "hostname", "PC-1", label);
	assert_refused(copies[0], copies[1], "two records called R2-A1"); /* … and with two sides */
	end(2);
	/* one of ours is taken */
	begin(2);
	add(copies[0], "asset", "hostname", "PC-1", label);
	merge(copies[1], copies[0]);
	free(texts[0]);
	free(paths[0]);
	texts[0] = asset_text("a0000000-0000-4000-8000-000000000001", label, "R2", &paths[0]);
	struct history_change file = {paths[0], texts[0], strlen(texts[0])};
	commit_files(copies[1], people[1], sign_well, &file, 1);
	assert_refused(copies[0], copies[1], label);
	for (int i = 0; i < 2; i++) {
		free(texts[i]);
		free(paths[i]);
	}
	end(2);
}

static void test_files_that_are_no_records(void **state)
{
	(void)state;
	static const struct {
		const char *path, *text, *reason;
	} table[] = {
	    {"hooks.txt", "x\n", "no record"},
	    {"asset/0/0/0/x.json", "{}\n", "id, kind and label"},
	    {"asset/0/0/0/y.json", "no JSON\n", "asset/0/0/0/y.json"},
	    {"asset/0/0/0/z.json", "{\"a\":1}", "asset/0/0/0/z.json"}, /* not canonical */
	    {"a/b/c/d/e/f/g/h.json", "{}\n", "id, kind and label"},
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct history_change file = {table[i].path, table[i].text, strlen(table[i].text)};
		begin(2);
		commit_files(copies[1], people[1], sign_well, &file, 1);
		assert_refused(copies[0], copies[1], table[i].reason);
		end(2);
	}
	/* a record at another record's place */
	char *path;
	char *text = asset_text("a0000000-0000-4000-8000-000000000001", "R2-A1", "R2", &path);
	struct history_change file = {"asset/f/f/f/f0000000-0000-4000-8000-000000000001.json", text, strlen(text)};
	begin(2);
	commit_files(copies[1], people[1], sign_well, &file, 1);
	assert_refused(copies[0], copies[1], "does not lie where");
	end(2);
	free(text);
	free(path);
}

static void test_missing_prerequisite(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	char have[1][HISTORY_ID];
	struct buf bytes = BUF_INIT;
	struct parcel p;
	struct merge_report report;
	begin(2);
	add(copies[1], "asset", "hostname", "PC-1", label);
	ok(history_head(case_history(copies[1]), have[0], &err), &err);
	add(copies[1], "asset", "hostname", "PC-2", label);
	ok(parcel_write(copies[1], (const char(*)[HISTORY_ID])have, 1, NULL, &bytes, &err), &err);
	ok(parcel_read(&p, bytes.data, bytes.len, &err), &err);
	assert_int_equal(case_merge(copies[0], &p, NULL, 0, NULL, &report, &err), -1);
	assert_non_null(strstr(err.message, "never came to this copy"));
	merge_report_release(&report);
	/* one that keeps quiet about what it builds on */
	p.need_count = 0;
	err_clear(&err);
	assert_int_equal(case_merge(copies[0], &p, NULL, 0, NULL, &report, &err), -1);
	assert_non_null(strstr(err.message, "neither here nor in what came"));
	merge_report_release(&report);
	assert_int_equal(count(copies[0], "asset"), 0);
	assert_verifies(copies[0]);
	parcel_release(&p);
	buf_release(&bytes);
	end(2);
}

static void test_cut_short(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	struct buf bytes = BUF_INIT;
	unsigned char before[32];
	unsigned char after[32];
	begin(2);
	add(copies[1], "note", "text", "a long text, which travels beside the history", label);
	ok(parcel_write(copies[1], NULL, 0, NULL, &bytes, &err), &err);
	tree_digest(copies[0], before);
	for (size_t cut = 0; cut < bytes.len; cut += bytes.len / 60 + 1) {
		struct parcel p;
		struct err why = ERR_INIT;
		struct merge_report report;
		int rc = parcel_read(&p, bytes.data, cut, &why);
		if (rc == 0) {
			rc = case_merge(copies[0], &p, NULL, 0, NULL, &report, &why);
			merge_report_release(&report);
			parcel_release(&p);
		}
		/* without its signature, at its very end, it is a whole parcel that nobody signed: a sealed one is refused */
		assert_true(rc < 0 || !p.is_signed);
		if (rc == 0)
			break;
	}
	tree_digest(copies[0], after);
	(void)before;
	assert_verifies(copies[0]);
	buf_release(&bytes);
	end(2);
}

/* One clock is 40 years behind, the other 40 ahead: all is merged, and what is later is so by what the records say. */
static void test_clocks(void **state)
{
	(void)state;
	static const struct clock_time then = {500000000, 0, 0};
	static const struct clock_time ahead = {3000000000, 0, 540};
	static const struct clock_time now = {1764100000, 0, 540};
	char label[LABEL_TEXT];
	begin(COPIES);
	add(copies[0], "asset", "hostname", "PC-1", label);
	merge(copies[1], copies[0]);
	merge(copies[2], copies[0]);
	clock_set(&then, 1);
	add(copies[1], "asset", "hostname", "PC-then", label);
	set(copies[1], "R1-A1", "status", "clean");
	set(copies[1], "R1-A1", "os", "then");
	clock_set(&ahead, 1);
	add(copies[2], "asset", "hostname", "PC-ahead", label);
	set(copies[2], "R1-A1", "status", "infected");
	set(copies[2], "R1-A1", "model", "ahead");
	cross(1, 2);
	clock_set(&now, 1);
	merge(copies[0], copies[1]);
	merge(copies[0], copies[2]);
	merge(copies[1], copies[0]);
	merge(copies[2], copies[0]);
	assert_same_trees(COPIES);
	assert_int_equal(count(copies[0], "asset"), 3);
	assert_int_equal(count(copies[0], "conflict"), 1);
	for (int i = 0; i < COPIES; i++) {
		assert_field(copies[i], "R1-A1", "os", "then");
		assert_field(copies[i], "R1-A1", "model", "ahead");
		assert_verifies(copies[i]);
	}
	end(COPIES);
}

int main(int argc, char **argv)
{
	static const struct worker_job *const jobs[] = {&unpack_job, NULL};
	worker_main(argc, argv, jobs);
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_signatures),
	    cmocka_unit_test(test_in_anothers_name),
	    cmocka_unit_test(test_changes_of_what_is_fixed),
	    cmocka_unit_test(test_two_of_one_label),
	    cmocka_unit_test(test_files_that_are_no_records),
	    cmocka_unit_test(test_missing_prerequisite),
	    cmocka_unit_test(test_cut_short),
	    cmocka_unit_test(test_clocks),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
