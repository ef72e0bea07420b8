/* What a mail costs in a case: no text of it is kept twice, what records of one import have in common is written once, and
 * what was purged is gone from its analysis too. */
#include "core/case/help_case.h"

#include "base/json.h"
#include "base/worker/worker.h"
#include "case/care/purge.h"
#include "case/care/verify.h"
#include "case/store/blob.h"
#include "case/store/case_file.h"
#include "finding/mail/import.h"
#include "finding/mail/look/look_job.h"
#include "finding/mail/unpack/unpack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAILS 1000

static char path[128];

static long long number_of(const char *sql)
{
	sqlite3_stmt *s = NULL;
	assert_int_equal(sqlite3_prepare_v2(case_db(the_case), sql, -1, &s, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	long long n = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return n;
}

/* A mbox; each mail has some 600 bytes of text of its own. */
static void make_box(int count)
{
	unsigned state = 609;
	snprintf(path, sizeof path, "%s/box", scratch);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	for (int i = 0; i < count; i++) {
		fprintf(f,
		        "From a@b Tue Jun 10 09:10:00 2014\nReceived: from a%d.example ([192.0.2.%d]) by mx.example; "
		        "Tue, 10 Jun 2014 10:10:00 +0900\nFrom: \"Sender %d\" <a%d@yahoo.co.jp>\nTo: b@b.example\n"
		        "Subject: interview %d\nDate: Tue, 10 Jun 2014 09:10:00 +0900\nMessage-ID: <%d@a.example>\n\n",
		        i, i % 250, i, i, i, i);
		for (int k = 0; k < 100; k++) {
			state = state * 1103515245U + 12345U;
			fprintf(f, "%05u%c", state >> 8 & 0xFFFF, k % 10 == 9 ? '\n' : ' ');
		}
		fprintf(f, "\n\n");
	}
	fclose(f);
}

static void import_box(size_t expected)
{
	struct err err = ERR_INIT;
	const char *const paths[] = {path};
	struct mail_import import = {.c = the_case};
	if (mail_import(&import, paths, 1, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(import.added, expected);
}

static void a_mail_costs_what_it_must(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	make_box(MAILS);
	long long before = number_of("SELECT page_count * 4096 FROM pragma_page_count");
	import_box(MAILS);
	long long cost = (number_of("SELECT page_count * 4096 FROM pragma_page_count") - before) / MAILS;
	long long analysis = number_of("SELECT sum(size) FROM blob") - number_of("SELECT max(size) FROM blob");
	long long history = number_of("SELECT sum(length(data)) FROM git_object WHERE type = 3");
	if (cost > 5000 || analysis / MAILS > 500 || history / MAILS > 350)
		fail_msg("a mail costs %lld bytes, its analysis %lld, its record in the history %lld", cost,
		         analysis / MAILS, history / MAILS);
	struct verify_report report;
	if (case_verify(the_case, NULL, NULL, NULL, &report, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(report.findings, 0);
}

static void what_the_record_says_is_not_kept_again(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct buf kept = BUF_INIT;
	make_box(1);
	import_box(1);
	assert_int_equal(blob_get(the_case, get("R1-L1", "analysis"), &kept, &err), 0);
	assert_null(strstr(kept.data, "interview"));
	assert_null(strstr(kept.data, "body"));
	json_t *object = mail_analysis(the_case, "R1-L1", &err);
	assert_non_null(object);
	assert_string_equal(json_get_string(object, "subject"), "interview 0");
	assert_string_equal(json_get_string(object, "kind"), "mail");
	assert_string_equal(json_get_string(object, "from_addr"), "a0@yahoo.co.jp");
	assert_true(strlen(json_get_string(object, "body")) > 500);
	const json_t *part = json_array_get(json_object_get(object, "parts"), 0);
	assert_string_equal(json_get_string(part, "via"), "mime");
	assert_string_equal(json_get_string(part, "name"), "");
	assert_true(json_is_false(json_object_get(part, "locked")));
	const json_t *hop = json_array_get(json_object_get(object, "hops"), 0);
	assert_string_equal(json_get_string(hop, "ip"), "192.0.2.0");
	json_decref(object);
	buf_release(&kept);
}

static void a_purged_mail_leaves_no_analysis(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct purge_report report;
	make_box(2);
	import_box(2);
	if (purge_record(the_case, "R1-L1", "not ours", NULL, NULL, &report, &err) < 0)
		fail_msg("%s", err.message);
	assert_null(mail_analysis(the_case, "R1-L1", &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	json_t *other = mail_analysis(the_case, "R1-L2", &err);
	assert_non_null(other);
	json_decref(other);
}

static const struct worker_job *const jobs[] = {&mail_look_job, &mail_unpack_job, NULL};

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_mail_costs_what_it_must, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(what_the_record_says_is_not_kept_again, case_setup, case_teardown),
	    cmocka_unit_test_setup_teardown(a_purged_mail_leaves_no_analysis, case_setup, case_teardown),
	};
	worker_main(argc, argv, jobs);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
