/* A campaign of many mails: each is told how many others are like it, and the pairs that are listed are few. */
#include "core/case/help_case.h"

#include "base/json.h"
#include "base/worker/worker.h"
#include "finding/mail/import.h"
#include "finding/mail/look/look_job.h"
#include "finding/mail/similar.h"
#include "finding/mail/similar_ahead.h"
#include "finding/mail/unpack/unpack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAILS    800
#define CAMPAIGN 150 /* more than are paired with all, fewer than a crowd */

static void a_campaign_is_counted_and_its_pairs_are_few(void **state)
{
	(void)state;
	char path[128];
	struct err err = ERR_INIT;
	const char *const paths[] = {path};
	struct mail_import import = {.c = the_case};
	snprintf(path, sizeof path, "%s/box", scratch);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	for (int i = 0; i < MAILS; i++)
		fprintf(f,
		        "From a@b Tue Jun 10 09:10:00 2014\nFrom: a%d@x%d.co.jp\nTo: b@b.example\nSubject: %c%c%c\n\n"
		        "see http://%s%d.evil.com/\n\n",
		        i, i, 'a' + i % 26, 'a' + i / 26 % 26, 'a' + i / 676, i < CAMPAIGN ? "same.c" : "c",
		        i < CAMPAIGN ? 0 : i);
	fclose(f);
	if (mail_import(&import, paths, 1, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(import.added, MAILS);
	const json_t *sliced = NULL;
	size_t slices = 1;
	int rc;
	while ((rc = mail_similar_ahead(the_case, 0, &sliced, &err)) == 1) {
		assert_true(mail_similar_percent(the_case) < 100);
		slices++;
	}
	assert_int_equal(rc, 0);
	assert_true(slices > 10);
	json_t *counts = mail_similar_counts(the_case, &err);
	assert_non_null(counts);
	assert_true(json_equal(sliced, counts));
	assert_int_equal(json_object_size(counts), CAMPAIGN);
	assert_int_equal(json_integer_value(json_object_get(counts, "R1-L1")), CAMPAIGN - 1);
	assert_int_equal(json_integer_value(json_object_get(counts, "R1-L150")), CAMPAIGN - 1);
	assert_null(json_object_get(counts, "R1-L151"));
	json_t *rows = mail_similar(the_case, "R1-L7", &err);
	assert_int_equal(json_array_size(rows), CAMPAIGN - 1);
	json_decref(rows);
	rows = mail_similar(the_case, NULL, &err);
	assert_int_equal(json_array_size(rows), CAMPAIGN - 1); /* each and the next one */
	json_decref(rows);
	json_decref(counts);
	/* one less, after it was retracted, and the others as before */
	assert_int_equal(record_retract(the_case, "R1-L150", "none of ours", &err), 0);
	counts = mail_similar_counts(the_case, &err);
	assert_int_equal(json_object_size(counts), CAMPAIGN - 1);
	assert_int_equal(json_integer_value(json_object_get(counts, "R1-L1")), CAMPAIGN - 2);
	json_decref(counts);
}

static void reasons_are_told_alike_everywhere(void **state)
{
	static const char because[] = "origin 198.51.100.7, file a.zip, file b, c.doc";
	struct buf few = BUF_INIT;
	struct buf all = BUF_INIT;
	(void)state;
	mail_similar_told(because, 0, &few);
	mail_similar_told(because, 1, &all);
	assert_string_equal(few.data, "origin, file");
	assert_string_equal(all.data, "origin 198.51.100.7, file a.zip, file b, c.doc");
	buf_release(&few);
	buf_release(&all);
}

/* Names and headers are the sender's: they may hold the words by which reasons are told apart. */
static void a_value_that_looks_like_a_reason_is_told(void **state)
{
	static const char *const values[] = {"file a, name, b.zip", "mailer x, url, y", "file a, name", "name host,"};
	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		struct buf few = BUF_INIT;
		struct buf all = BUF_INIT;
		mail_similar_told(values[i], 0, &few);
		mail_similar_told(values[i], 1, &all);
		assert_string_equal(all.data, values[i]);
		assert_true(few.len > 0);
		buf_release(&few);
		buf_release(&all);
	}
}

static const struct worker_job *const jobs[] = {&mail_look_job, &mail_unpack_job, NULL};

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reasons_are_told_alike_everywhere),
	    cmocka_unit_test(a_value_that_looks_like_a_reason_is_told),
	    cmocka_unit_test_setup_teardown(a_campaign_is_counted_and_its_pairs_are_few, case_setup, case_teardown),
	};
	worker_main(argc, argv, jobs);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
