/* Killed at fifty moments while a set is made and put on record: the case has the old sets or the new one, never half of it. */
#include "core/case/help_case.h"

#include "case/case.h"
#include "finding/observation/observation_query.h"
#include "finding/observation/observation_set.h"

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOMENTS 50
#define ROWS    40000U /* about 8 blocks: a container beside the case */

static const char *machine;

static void store_set(void)
{
	struct observation_set set = {.evidence = "", .source = "made", .parsers = "made 1"};
	struct observation_maker *m = observation_maker_new(the_case);
	struct buf fields = BUF_INIT;
	struct err err = ERR_INIT;
	memset(set.evidence_sha256, 'a', 64);
	for (unsigned i = 0; i < ROWS; i++) {
		char text[200];
		buf_clear(&fields);
		snprintf(text, sizeof text, "row %u %0150u", i, i * 2654435761U);
		observation_field(&fields, "text", text);
		struct observation o = {.when = (int64_t)i * OBSERVATION_TICKS,
		                        .offset = i,
		                        .artefact = OBSERVATION_file,
		                        .path = "C/$MFT",
		                        .fields = fields.data,
		                        .fields_size = fields.len};
		assert_int_equal(observation_maker_add_row(m, &o, NULL), 0);
	}
	buf_release(&fields);
	if (observation_maker_seal(m, &set, &err) < 0)
		fail_msg("%s", err.message);
	assert_false(set.in_case);
	struct action *a = action_begin(the_case, "triage", &err);
	char *limits = xasprintf("SHA-256 %s, digest of the set %s.", set.evidence_sha256, set.sha256);
	struct assign check[] = {
	    {"method", "triage"}, {"on", machine}, {"when", "2026-11-23"}, {"result", "found"}, {"limits", limits}};
	if (!a || action_add(a, "check", check, 5, RECORD_MACHINE, set.check, &err) < 0 ||
	    observation_set_store(the_case, m, &set, &err) < 0 || action_commit(a, &err) < 0)
		fail_msg("%s", err.message);
	free(limits);
	observation_maker_free(m);
}

struct counted {
	uint64_t sets;
	uint64_t rows;
};

static int check_set(void *ctx, const struct observation_set *set, struct err *err)
{
	struct counted *k = ctx;
	assert_int_equal(set->rows, ROWS);
	if (observation_set_verify(the_case, set, err) < 0)
		fail_msg("%s", err->message);
	k->sets++;
	return 0;
}

static int count_row(void *ctx, const struct observation *o, const struct observation_set *set, struct err *err)
{
	struct counted *k = ctx;
	(void)o, (void)set, (void)err;
	k->rows++;
	return 0;
}

/* The sets on record, each whole, and as many checks. */
static uint64_t look(void)
{
	struct counted k = {0, 0};
	struct err err = ERR_INIT;
	struct observation_query q = {.filter = ""};
	assert_int_equal(observation_set_each(the_case, NULL, check_set, &k, &err), 0);
	if (observation_query_run(the_case, &q, count_row, &k, NULL, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(k.rows, k.sets * ROWS);
	assert_int_equal(record_count(the_case, "check", 0), k.sets);
	return k.sets;
}

/* Files beside the case that hold sets; runs of the sorter have no name. */
static uint64_t containers(void)
{
	char *folder = xasprintf("%s.observations", case_path(the_case));
	DIR *d = opendir(folder);
	uint64_t count = 0;
	for (struct dirent *entry; d && (entry = readdir(d)) != NULL;)
		count += *entry->d_name != '.';
	if (d)
		closedir(d);
	free(folder);
	return count;
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static char path[128];

static void close_case(void)
{
	snprintf(path, sizeof path, "%s", case_path(the_case));
	assert_int_equal(case_close(the_case, NULL), 0);
	the_case = NULL;
}

static void open_case(void)
{
	struct err err = ERR_INIT;
	struct case_unlock unlock = {responder, NULL};
	the_case = case_open(path, &unlock, 0, &err);
	if (!the_case)
		fail_msg("%s", err.message);
}

/* A process that makes a set and is killed after so many seconds (0: never). Its seconds. */
static double run(double until)
{
	double begun = now();
	close_case();
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		open_case();
		store_set();
		_exit(0);
	}
	while (until > 0 && now() - begun < until && waitpid(pid, NULL, WNOHANG) == 0) {
		struct timespec moment = {0, 200000}; /* the moment is what is tried here: nothing is waited for */
		nanosleep(&moment, NULL);
	}
	if (until > 0)
		kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	double spent = now() - begun;
	open_case();
	return spent;
}

static void old_or_new(void **state)
{
	(void)state;
	uint64_t stored = 0;
	machine = add("asset", "hostname=PC-1");
	double whole = run(0);
	uint64_t sets = look();
	assert_int_equal(sets, 1);
	for (unsigned i = 1; i <= MOMENTS; i++) {
		run(whole * i / MOMENTS);
		uint64_t after = look();
		assert_true(after == sets || after == sets + 1);
		stored += after > sets;
		sets = after;
	}
	/* what was left of those that were killed goes with the next one */
	store_set();
	case_again();
	assert_int_equal(look(), sets + 1);
	observation_maker_free(observation_maker_new(the_case));
	assert_int_equal(containers(), sets + 1);
	print_message("killed at %d moments: %llu sets were stored, %llu not\n", MOMENTS, (unsigned long long)stored,
	              (unsigned long long)(MOMENTS - stored));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(old_or_new, case_setup, case_teardown)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
