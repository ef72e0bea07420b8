/*
 * A merge that is shown and then made: what came is unpacked once, the file is not needed any more, and what is written is
 * what was shown.
 */
#include "help_copies.h"

#include "base/worker/worker.h"
#include "handover/merge/merge_plan.h"
#include "handover/parcel/revoke.h"
#include "handover/parcel/unpack.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Each process that unpacks adds a byte to this file of the test's, before its cage is closed. */
static void counter_name(pid_t test, char name[64])
{
	snprintf(name, 64, "/tmp/genba-test-unpacked.%ld", (long)test);
}

static int count_unpacking(struct err *err)
{
	char name[64];
	counter_name(getppid(), name);
	int fd = open(name, O_WRONLY | O_APPEND | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : write(fd, "1", 1);
	if (fd >= 0)
		close(fd);
	return n == 1 ? 0 : err_set(err, ERR_FAILED, "the unpacking cannot be counted in %s", name);
}

static long times_unpacked(void)
{
	char name[64];
	struct stat st;
	counter_name(getpid(), name);
	assert_int_equal(stat(name, &st), 0);
	return (long)st.st_size;
}

/* A delta of all that `from` has for the first person, in a file. */
static char *delta_of(size_t from)
{
	struct err err = ERR_INIT;
	struct buf line = BUF_INIT;
	struct handover_recipient to[1];
	size_t bytes = 0;
	identity_public_line(people[0], &line);
	ok(handover_recipients(copies[from], (const char *const[]){line.data}, 1, to, &err), &err);
	struct handover_copy how = {.to = to, .count = 1};
	char *path = path_of("delta");
	ok(handover_delta(copies[from], path, &how, &bytes, &err), &err);
	handover_recipients_release(to, 1);
	buf_release(&line);
	return path;
}

static struct merge_plan *opened(const char *path)
{
	struct err err = ERR_INIT;
	struct merge_plan *plan = merge_plan_open(copies[0], path, NULL, &err);
	ok(plan ? 0 : -1, &err);
	return plan;
}

static void what_was_shown_is_written(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	unsigned char before[32];
	unsigned char after[32];
	char label[LABEL_TEXT];
	begin(2);
	add(copies[0], "asset", "hostname", "PC-1", label);
	add(copies[1], "asset", "hostname", "PC-2", label);
	add(copies[1], "note", "text", "who sits at PC-2", label);
	char *path = delta_of(1);
	long unpacked = times_unpacked();
	tree_digest(copies[0], before);
	struct merge_plan *plan = opened(path);
	ok(merge_plan_make(plan, copies[0], NULL, NULL, &err), &err);
	const struct merge_report *report = merge_plan_report(plan);
	assert_int_equal(report->outcome, MERGE_MADE);
	assert_int_equal(report->records, 2);
	assert_int_equal(json_array_size(report->detail), 2);
	tree_digest(copies[0], after);
	assert_memory_equal(before, after, 32);
	assert_int_equal(unlink(path), 0);
	ok(merge_plan_write(plan, copies[0], NULL, &err), &err);
	assert_int_equal(times_unpacked() - unpacked, 1);
	assert_int_equal(report->records, 2);
	assert_int_equal(json_array_size(report->lines), 2); /* told once */
	assert_int_equal(count(copies[0], "asset"), 2);
	assert_int_equal(count(copies[0], "note"), 1);
	assert_verifies(copies[0]);
	/* it is written once */
	assert_int_equal(merge_plan_write(plan, copies[0], NULL, &err), -1);
	merge_plan_free(plan);
	free(path);
	end(2);
}

/* Forward too, where no commit is made. */
static void a_move_forward_is_written_as_shown(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	char label[LABEL_TEXT];
	begin(2);
	add(copies[1], "asset", "hostname", "PC-2", label);
	char *path = delta_of(1);
	struct merge_plan *plan = opened(path);
	ok(merge_plan_make(plan, copies[0], NULL, NULL, &err), &err);
	assert_int_equal(merge_plan_report(plan)->outcome, MERGE_FORWARD);
	assert_int_equal(count(copies[0], "asset"), 0);
	ok(merge_plan_write(plan, copies[0], NULL, &err), &err);
	assert_int_equal(count(copies[0], "asset"), 1);
	assert_verifies(copies[0]);
	merge_plan_free(plan);
	free(path);
	end(2);
}

/* A plan for a case that is another by now is not written; made anew, it is. */
static void a_changed_case_wants_another_look(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct err why = ERR_INIT;
	char label[LABEL_TEXT];
	begin(2);
	add(copies[1], "asset", "hostname", "PC-2", label);
	char *path = delta_of(1);
	struct merge_plan *plan = opened(path);
	assert_int_equal(merge_plan_write(plan, copies[0], NULL, &why), -1); /* nothing was shown */
	ok(merge_plan_make(plan, copies[0], NULL, NULL, &err), &err);
	add(copies[0], "asset", "hostname", "PC-1", label);
	why = (struct err)ERR_INIT;
	assert_int_equal(merge_plan_write(plan, copies[0], NULL, &why), -1);
	assert_non_null(strstr(why.message, "look again"));
	assert_int_equal(count(copies[0], "asset"), 1);
	ok(merge_plan_make(plan, copies[0], NULL, NULL, &err), &err);
	ok(merge_plan_write(plan, copies[0], NULL, &err), &err);
	assert_int_equal(count(copies[0], "asset"), 2);
	assert_verifies(copies[0]);
	merge_plan_free(plan);
	free(path);
	end(2);
}

/* Shown without and with what a revoked key signed: unpacked once for both. */
static void a_reason_makes_another_plan(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct err why = ERR_INIT;
	char label[LABEL_TEXT];
	begin(3);
	unsigned char key[32];
	ok(responder_revoke(copies[0], "R1-R3", "left the team", label, key, &err), &err);
	add(copies[2], "asset", "hostname", "PC-3", label);
	merge(copies[1], copies[2]);
	char *path = delta_of(1);
	struct merge_plan *plan = opened(path);
	long unpacked = times_unpacked();
	assert_int_equal(merge_plan_make(plan, copies[0], NULL, NULL, &why), -1);
	assert_non_null(strstr(why.message, "--vouch"));
	assert_true(merge_plan_has_revoked(plan));
	assert_int_equal(merge_plan_write(plan, copies[0], NULL, &why), -1);
	ok(merge_plan_make(plan, copies[0], "asked by phone: it is theirs", NULL, &err), &err);
	size_t notes = json_array_size(merge_plan_report(plan)->notes);
	assert_int_equal(count(copies[0], "decision"), 0);
	ok(merge_plan_write(plan, copies[0], NULL, &err), &err);
	assert_int_equal(times_unpacked() - unpacked, 1);
	assert_int_equal(json_array_size(merge_plan_report(plan)->notes), notes);
	assert_int_equal(count(copies[0], "decision"), 1);
	assert_int_equal(count(copies[0], "asset"), 1);
	assert_verifies(copies[0]);
	merge_plan_free(plan);
	free(path);
	end(3);
}

static int set_up_counted(void **state)
{
	char name[64];
	counter_name(getpid(), name);
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	return fd < 0 || close(fd) != 0 ? -1 : set_up(state);
}

static int tear_down_counted(void **state)
{
	char name[64];
	counter_name(getpid(), name);
	unlink(name);
	return tear_down(state);
}

int main(int argc, char **argv)
{
	static struct worker_job counted;
	static const struct worker_job *const jobs[] = {&counted, NULL};
	counted = unpack_job;
	counted.prepare = count_unpacking;
	worker_main(argc, argv, jobs);
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_shown_is_written),
	    cmocka_unit_test(a_move_forward_is_written_as_shown),
	    cmocka_unit_test(a_changed_case_wants_another_look),
	    cmocka_unit_test(a_reason_makes_another_plan),
	};
	return cmocka_run_group_tests(tests, set_up_counted, tear_down_counted);
}
