/*
 * Both headers of a case are overwritten from the front: what is kept of them elsewhere opens it.
 */
#include "case/care/backup.h"
#include "case/care/salvage.h"
#include "case/store/header_copy.h"
#include "help_site.h"

#include <sys/stat.h>
#include <unistd.h>

static char out[400];

static int salvage(struct site *s, const char *header, const struct identity *who, struct err *err)
{
	struct salvage_report report;
	struct case_unlock unlock = {who, NULL};
	snprintf(out, sizeof out, "%s/out.genba", s->folder);
	unlink(out);
	err_clear(err);
	return case_salvage(s->path, header, out, &unlock, NULL, NULL, NULL, &report, err);
}

/* What a listing into the case file does: from byte 0, over both headers and the anchors. */
static void overwrite(const struct site *s, size_t n)
{
	FILE *f = fopen(s->path, "r+");
	assert_non_null(f);
	for (size_t i = 0; i < n; i++)
		fputc("[{\"label\":\"R1-A1\"},"[i % 18], f);
	assert_int_equal(fclose(f), 0);
}

static void close_case(struct site *s)
{
	assert_int_equal(case_close(s->c, NULL), 0);
	s->c = NULL;
}

static void is_whole(struct site *s, uint64_t records)
{
	struct err err = ERR_INIT;
	struct case_unlock unlock = {s->one, NULL};
	struct case_file *c = case_open(out, &unlock, 0, &err);
	if (!c)
		fail_msg("%s", err.message);
	assert_int_equal(record_count(c, NULL, 0), records + 1); /* and the note of the salvage */
	case_close(c, NULL);
}

static int forget(const char *folder)
{
	char *command = xasprintf("rm -rf '%s/genba/header'", folder);
	int rc = system(command);
	free(command);
	return rc;
}

static void this_machine_keeps_a_third_copy(void **state)
{
	struct site *s = *state;
	struct err err = ERR_INIT;
	for (int i = 0; i < 20; i++)
		site_add(s, "note", "text", "kept");
	uint64_t records = record_count(s->c, NULL, 0);
	close_case(s);
	overwrite(s, 24576); /* headers and anchors, to the last byte before the pages */
	if (salvage(s, NULL, s->one, &err) < 0)
		fail_msg("%s", err.message);
	is_whole(s, records);
	assert_int_equal(forget(s->folder), 0);
	assert_int_equal(salvage(s, NULL, s->one, &err), -1);
	assert_int_equal(access(out, F_OK), -1);
}

static void the_backup_has_one(void **state)
{
	struct site *s = *state;
	struct err err = ERR_INIT;
	struct backup_report report;
	char stick[300];
	char header[400];
	char later[400];
	site_add(s, "note", "text", "kept");
	uint64_t records = record_count(s->c, NULL, 0);
	snprintf(stick, sizeof stick, "%s/stick", s->folder);
	assert_int_equal(mkdir(stick, 0700), 0);
	assert_int_equal(backup_make(s->c, stick, NULL, NULL, &report, &err), 0);
	snprintf(header, sizeof header, "%s/site-%.8s.header", stick, case_id(s->c));
	snprintf(later, sizeof later, "%s", report.file); /* a file of its own, with a key of its own */
	backup_report_release(&report);
	close_case(s);
	assert_int_equal(forget(s->folder), 0);
	overwrite(s, 20000);
	if (salvage(s, header, s->one, &err) < 0)
		fail_msg("%s", err.message);
	is_whole(s, records);
	assert_int_equal(salvage(s, later, s->one, &err), -1);
	assert_int_equal(err.code, ERR_DAMAGED); /* it opens, and no page is of it */
	assert_int_equal(salvage(s, "/dev/null", s->one, &err), -1);
	assert_int_equal(err.code, ERR_DAMAGED);
	struct identity *other = identity_ephemeral("Other", "R2");
	assert_int_equal(salvage(s, header, other, &err), -1);
	assert_int_equal(err.code, ERR_UNLOCK);
	identity_free(other);
}

static void a_copied_file_gives_its_header(void **state)
{
	struct site *s = *state;
	struct err err = ERR_INIT;
	char copy[400];
	site_add(s, "note", "text", "kept");
	close_case(s);
	snprintf(copy, sizeof copy, "%s/copy", s->folder);
	char *command = xasprintf("cp '%s' '%s'", s->path, copy);
	assert_int_equal(system(command), 0);
	free(command);
	site_reopen(s, s->one);
	site_add(s, "note", "text", "later");
	uint64_t records = record_count(s->c, NULL, 0);
	close_case(s);
	overwrite(s, 16384);
	if (salvage(s, copy, s->one, &err) < 0)
		fail_msg("%s", err.message);
	is_whole(s, records);
}

/* A row's number is a stranger's word: nothing walks from one to the other number by number. */
static void numbers_of_rows_do_not_stall(void **state)
{
	struct site *s = *state;
	struct err err = ERR_INIT;
	site_sql(s, "INSERT INTO text(n, digest, secret, value) VALUES(9223372036854775806, 'x', 0, 'y')");
	site_sql(
	    s, "INSERT INTO git_object(n, id, type, size, base, depth, data) SELECT 9223372036854775806, x'00', type, "
	       "size, base, depth, data FROM git_object LIMIT 1");
	uint64_t records = record_count(s->c, NULL, 0);
	close_case(s);
	alarm(60); /* 50,000,000 numbers took longer */
	if (salvage(s, NULL, s->one, &err) < 0)
		fail_msg("%s", err.message);
	alarm(0);
	is_whole(s, records);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, site_begin, site_end)
	const struct CMUnitTest tests[] = {
	    TEST(this_machine_keeps_a_third_copy),
	    TEST(the_backup_has_one),
	    TEST(a_copied_file_gives_its_header),
	    TEST(numbers_of_rows_do_not_stall),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
