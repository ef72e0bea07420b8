/* Reading files and folders: through the cage, in the order of time, whatever lies there. */
#include "core/case/help_case.h"
#include "help_evtx.h"

#include "base/worker/worker.h"
#include "finding/triage/look.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const logon[] = {"TargetUserName", "tanaka", "IpAddress", "192.0.2.7", NULL};

static const struct made_event a_logon = {.provider = "Microsoft-Windows-Security-Auditing",
                                          .id = 4624,
                                          .channel = "Security",
                                          .computer = "HR-PC-03",
                                          .data = logon};

static void make(struct made_log *l, const struct made_event *e, unsigned count)
{
	made_log_begin(l, 1000);
	for (unsigned i = 0; i < count; i++)
		made_log_add(l, e);
	made_log_end(l);
}

static char *write_file(const char *name, const void *bytes, size_t n)
{
	char *path = xasprintf("%s/%s", scratch, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), (ssize_t)n);
	close(fd);
	return path;
}

struct seen {
	uint64_t rows;
	uint64_t problems;
	int64_t last;
	char path[256];
	char text[512];
};

static int see_row(void *ctx, const struct observation *o, const char *sha256, struct err *err)
{
	struct seen *s = ctx;
	(void)err;
	(void)sha256;
	assert_true(s->rows++ == 0 || o->when >= s->last); /* in the order of time over all files */
	s->last = o->when;
	return 0;
}

static int see_problem(void *ctx, const char *path, uint64_t offset, const char *reason, struct err *err)
{
	struct seen *s = ctx;
	(void)err;
	(void)offset;
	s->problems++;
	snprintf(s->path, sizeof s->path, "%s", path);
	snprintf(s->text, sizeof s->text, "%s", reason);
	return 0;
}

static struct seen look_at(const char *path, const char *only, struct triage_looked *looked)
{
	struct seen s = {.rows = 0};
	struct err err = ERR_INIT;
	struct triage_look look = {.path = path, .only = only, .row = see_row, .problem = see_problem, .ctx = &s};
	if (triage_look(&look, looked, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(looked->rows, s.rows);
	return s;
}

static void folders_are_read_in_the_cage(void **state)
{
	(void)state;
	struct made_log l;
	struct triage_looked looked;
	struct triage_looked again;
	make(&l, &a_logon, 300);
	char *folder = xasprintf("%s/logs", scratch);
	mkdir(folder, 0700);
	char *inner = xasprintf("%s/logs/b\xff", scratch);
	mkdir(inner, 0700);
	char *files[] = {write_file("logs/Security.evtx", l.file.data, l.file.len),
	                 write_file("logs/b\xff/System.EVTX", l.file.data, l.file.len),
	                 write_file("logs/empty.evtx", "", 0), write_file("logs/notes.txt", "no log", 6)};
	char *link = xasprintf("%s/logs/link.evtx", scratch); /* is not followed */
	assert_int_equal(symlink("Security.evtx", link), 0);
	free(link);
	struct seen s = look_at(folder, NULL, &looked);
	assert_int_equal(s.rows, 600);
	assert_int_equal(looked.sum.files, 4);
	assert_int_equal(looked.sum.parsed, 3);
	assert_int_equal(s.problems, 1);
	assert_string_equal(s.path, "empty.evtx");
	assert_string_equal(looked.sum.parsers, "evtx 1");
	assert_int_equal(json_array_size(looked.sum.parsed_files), 3);
	const json_t *odd = json_array_get(looked.sum.parsed_files, 1);
	assert_string_equal(json_string_value(json_object_get(odd, "path")), "b%FF/System.EVTX");
	look_at(folder, "evtx", &again);
	assert_string_equal(again.set_sha256, looked.set_sha256);
	assert_int_equal(strlen(again.set_sha256), 64);
	triage_looked_release(&again);
	triage_looked_release(&looked);
	s = look_at(files[0], NULL, &looked);
	assert_int_equal(s.rows, 300);
	assert_int_equal(strlen(looked.evidence_sha256), 64);
	triage_looked_release(&looked);
	/* what nobody can read is said */
	s = look_at(files[3], NULL, &looked);
	assert_int_equal(s.problems, 1);
	assert_non_null(strstr(s.text, "no parser"));
	triage_looked_release(&looked);
	struct triage_look look = {.path = folder, .only = "evtx,nonesuch"};
	struct err err = ERR_INIT;
	assert_int_equal(triage_look(&look, &looked, &err), -1);
	assert_int_equal(err.code, ERR_USAGE);
	triage_looked_release(&looked);
	for (size_t i = 0; i < 4; i++)
		free(files[i]);
	free(inner);
	free(folder);
	made_log_release(&l);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, case_setup, case_teardown)

extern const struct worker_job triage_job;
extern const struct worker_job tree_job;

int main(int argc, char **argv)
{
	const struct worker_job *const jobs[] = {&triage_job, &tree_job, NULL};
	worker_main(argc, argv, jobs);
	const struct CMUnitTest tests[] = {
	    TEST(folders_are_read_in_the_cage),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
