/*
 * The activity report over 200 case files of 1,000 records each, and a register of 10,000 consultations: processor time,
 * and the most memory that was in use at once, in a process of its own after the identity was unlocked (whose key
 * derivation takes more). Bounds: 10 seconds, 64 MB.
 */
#include "help_case.h"

#include "base/err.h"
#include "base/secret.h"
#include "case/case.h"
#include "outward/desk/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void check(int rc, const char *what, const struct err *err)
{
	if (rc < 0)
		bench_fail(what, err->message);
}

static void make_case(struct bench_case *b, size_t i, size_t records)
{
	struct err err = ERR_INIT;
	struct bench_case one = {.folder = b->folder, .identity = b->identity};
	struct case_new spec = {.title = "One of many", .party = "Organisation", .owner = b->identity};
	char from[40];
	char *path = xasprintf("%s/many/case-%03zu.genba", b->folder, i);
	one.c = case_create(path, &spec, &err);
	check(one.c ? 0 : -1, "case_create", &err);
	snprintf(from, sizeof from, "20%02zu-%02zu-%02zuT00:15:00+09:00", 14 + i % 3, 1 + i % 12, 1 + i % 28);
	struct assign fields[] = {
	    {"consulted", from}, {"rescue_from", from}, {"kinds", "rat_found"}, {"stage", "rescue"}};
	check(record_set(one.c, "case", fields, 4, 0, &err), "record_set", &err);
	bench_records(&one, records);
	check(case_close(one.c, &err), "case_close", &err);
	free(path);
}

static void make_register(struct bench_case *b, size_t consultations)
{
	struct err err = ERR_INIT;
	struct action *a = NULL;
	for (size_t i = 0; i < consultations; i++) {
		char when[40];
		char label[LABEL_TEXT];
		if (i % 1000 == 0) {
			if (a)
				check(action_commit(a, &err), "action_commit", &err);
			a = action_begin(b->c, "import", &err);
			check(a ? 0 : -1, "action_begin", &err);
		}
		snprintf(when, sizeof when, "20%02zu-%02zu-%02zu", 14 + i % 3, 1 + i % 12, 1 + i % 28);
		struct assign fields[] = {
		    {"when", when}, {"from", i % 2 ? "Caller One" : "Caller Two"}, {"summary", "They ask"}};
		check(action_add(a, "consultation", fields, 3, 0, label, &err), "action_add", &err);
	}
	check(action_commit(a, &err), "action_commit", &err);
	check(case_close(b->c, &err), "case_close", &err);
	b->c = NULL;
}

/* ---- the process that is measured */

static void hear(void *ctx, int fault, const char *line)
{
	(void)ctx;
	if (fault)
		bench_fail("not counted", line);
}

static long peak_kilobytes(void)
{
	char line[200];
	long kilobytes = 0;
	FILE *f = fopen("/proc/self/status", "r");
	while (f && fgets(line, sizeof line, f))
		if (sscanf(line, "VmHWM: %ld", &kilobytes) == 1)
			break;
	if (f)
		fclose(f);
	return kilobytes;
}

static int report(const char *folder, const char *files)
{
	struct err err = ERR_INIT;
	struct secret passphrase = SECRET_INIT;
	struct desk_cases cases;
	struct desk_affairs affairs;
	struct activity activity;
	struct period_wish wish = {PERIOD_NONE, PERIOD_NONE, 4, NULL, 0};
	setenv("XDG_DATA_HOME", folder, 1);
	check(secret_setup(&err), "secret_setup", &err);
	char *path = identity_default_path();
	struct identity *id = identity_load(path, &err);
	secret_set(&passphrase, "bench", 5);
	check(id ? identity_unlock(id, path, &passphrase, &err) : -1, "identity", &err);
	secret_release(&passphrase);
	free(path);
	/* The peak is counted from here. A process with secrets is root's in /proc: another user cannot, and learns no peak. */
	FILE *f = fopen("/proc/self/clear_refs", "w");
	int forgot = f && fputs("5", f) >= 0;
	if (f)
		forgot &= fclose(f) == 0;
	struct case_unlock unlock = {id, NULL};
	struct desk_source source = {.unlock = &unlock, .tell = hear};
	char *paths[] = {(char *)(uintptr_t)files};
	double before = bench_cpu();
	check(desk_gather(&source, paths, 1, &cases, &err), "desk_gather", &err);
	affairs_make(&cases, hear, NULL, &affairs);
	activity_count(&affairs, &wish, ACTIVITY_BY_ACT, &activity);
	double cpu = bench_cpu() - before;
	long megabytes = peak_kilobytes() / 1024;
	long rescues = 0;
	for (size_t i = 0; i < activity.quarters; i++)
		rescues += activity.counts[i].rescues;
	printf("%-40s %zu files, %zu consultations, %ld rescues: %.2f s, %ld MB%s\n", strrchr(files, '/') + 1,
	       cases.files, affairs.asked_count, rescues, cpu, megabytes, forgot ? "" : " with unlocking, not judged");
	int bad = cpu > 10 || (forgot && megabytes > 64);
	activity_release(&activity);
	affairs_release(&affairs);
	desk_cases_release(&cases);
	identity_free(id);
	return bad;
}

static int run(const char *folder, const char *files)
{
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		execl("/proc/self/exe", "bench_desk", "--report", folder, files, (char *)NULL);
		_exit(127);
	}
	int status = 0;
	if (child < 0 || waitpid(child, &status, 0) < 0)
		bench_fail("fork", "no process");
	return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "--report") == 0)
		return report(argv[2], argv[3]);
	int brief = argc > 1 && strcmp(argv[1], "--short") == 0;
	const char *tmp = getenv("TMPDIR");
	char *keep = xasprintf("%s/genba-bench-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	struct bench_case b;
	if (!mkdtemp(keep))
		bench_fail("bench", "cannot make the folder");
	bench_case_open(&b, keep);
	char *many = xasprintf("%s/many", keep);
	char *mkdir = xasprintf("mkdir '%s'", many);
	if (system(mkdir) != 0)
		bench_fail("bench", "cannot make the folder");
	for (size_t i = 0; i < (brief ? 10 : 200); i++)
		make_case(&b, i, brief ? 100 : 998);
	make_register(&b, brief ? 1000 : 10000);
	int bad = run(keep, many);
	bad |= run(keep, b.path);
	b.keep = 0; /* remove it all */
	bench_case_close(&b);
	free(many);
	free(mkdir);
	free(keep);
	if (bad)
		bench_fail("bench_desk", "more than 10 seconds or 64 MB");
	return 0;
}
