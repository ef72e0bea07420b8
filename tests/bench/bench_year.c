/*
 * A year of one case: 20,000 actions, 5,000 records. Its size as a file, the
 * time of a full verification, of an export and of an incremental one, and
 * what stock git needs to check the export. `--keep FOLDER` leaves the case there.
 */
#include "help_case.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/time/clock.h"
#include "case/care/verify.h"
#include "case/identity/identity.h"
#include "history/history.h"
#include "history/sshsig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

static void print_finding(void *ctx, const char *part, const char *text)
{
	(void)ctx;
	printf("FOUND %s: %s\n", part, text);
}

static double mebibytes(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 ? (double)st.st_size / 1048576.0 : 0;
}

static double timed_verify(struct bench_case *b, struct verify_report *report, double *cpu)
{
	struct err err = ERR_INIT;
	double start = clock_steady();
	double used = bench_cpu();
	if (case_verify(b->c, NULL, print_finding, NULL, report, &err) < 0)
		bench_fail("case_verify", err.message);
	if (report->findings)
		bench_fail("case_verify", "findings in a sound case");
	*cpu = bench_cpu() - used;
	return clock_steady() - start;
}

static double timed_export(struct bench_case *b, const char *dir, double *cpu)
{
	struct err err = ERR_INIT;
	double start = clock_steady();
	double used = bench_cpu();
	if (history_export(case_history(b->c), dir, NULL, &err) < 0)
		bench_fail("history_export", err.message);
	*cpu = bench_cpu() - used;
	return clock_steady() - start;
}

/* Processor time of a command with $DIR set; *wall (may be NULL) is the time that it took. */
static double timed_command(const char *command, const char *dir, double *wall)
{
	setenv("DIR", dir, 1);
	double start = clock_steady();
	double used = bench_cpu_children();
	if (system(command) != 0)
		bench_fail(command, "failed");
	if (wall)
		*wall = clock_steady() - start;
	return bench_cpu_children() - used;
}

static void write_signers(const struct bench_case *b, const char *dir)
{
	struct buf line = BUF_INIT;
	char *path = xasprintf("%s.signers", dir);
	FILE *out = fopen(path, "w");
	if (!out)
		bench_fail(path, "cannot be written");
	ssh_public_line(b->identity->public_key, "", &line);
	fprintf(out, "* namespaces=\"git\" %s\n", line.data);
	fclose(out);
	free(path);
	buf_release(&line);
}

#define ASKED 100 /* commits that git verifies; each is a process of its own */

/* What stock git needs for the same on the exported repository, in processor time. */
static void compare_with_git(const char *dir, double verify, double export, size_t commits)
{
	double wall;
	double fsck = timed_command("git -C \"$DIR\" fsck --strict --full 2>/dev/null", dir, &wall);
	double asked = timed_command("cd \"$DIR\" && git rev-list --max-count=100 HEAD | xargs -n 1 git"
	                             " -c gpg.ssh.allowedSignersFile=\"$DIR.signers\" verify-commit 2>/dev/null",
	                             dir, NULL);
	double all = asked / ASKED * (double)commits;
	double packed = timed_command("git -C \"$DIR\" pack-objects --all --no-reuse-delta --no-reuse-object --stdout"
	                              " --threads=1 -q </dev/null >/dev/null",
	                              dir, NULL);
	printf("git fsck           %.2f s, %.2f s CPU\n", wall, fsck);
	printf("git verify-commit  %.1f ms CPU a commit, %.0f s for all\n", asked / ASKED * 1e3, all);
	printf("git pack-objects   %.2f s CPU\n", packed);
	printf("ratios in CPU      verify / (fsck + verify-commit) = 1/%.0f, export / pack-objects = %.2f\n",
	       (fsck + all) / verify, export / packed);
}

static double peak_mebibytes(void)
{
	struct rusage usage;
	return getrusage(RUSAGE_SELF, &usage) == 0 ? (double)usage.ru_maxrss / 1024.0 : 0;
}

int main(int argc, char **argv)
{
	int brief = argc > 1 && strcmp(argv[1], "--short") == 0;
	const char *keep = argc > 2 && strcmp(argv[1], "--keep") == 0 ? argv[2] : NULL;
	size_t actions = brief ? 1000 : 20000;
	struct bench_case b;
	bench_case_open(&b, keep);
	double start = clock_steady();
	double cpu = bench_cpu();
	for (size_t i = 0; i < actions; i++)
		bench_action(&b, i);
	cpu = bench_cpu() - cpu;
	printf("actions            %zu, of which %llu records; %.2f ms CPU and %.2f ms each\n", actions,
	       (unsigned long long)record_count(b.c, NULL, RECORD_WITH_RETRACTED), cpu / (double)actions * 1e3,
	       (clock_steady() - start) / (double)actions * 1e3);
	bench_case_reopen(&b);
	double size = mebibytes(b.path);
	printf("file               %.1f MiB\n", size);

	struct verify_report report;
	double verify[3];
	double verify_cpu[3];
	double export_cpu;
	double before = peak_mebibytes();
	for (size_t i = 0; i < 3; i++)
		verify[i] = timed_verify(&b, &report, &verify_cpu[i]);
	double verified = bench_median(verify, 3);
	printf("verify             %.2f s, %.2f s CPU (%llu pages, %llu commits, %llu objects, %llu signatures, %llu "
	       "records)\n",
	       verified, bench_median(verify_cpu, 3), (unsigned long long)report.pages,
	       (unsigned long long)report.commits, (unsigned long long)report.objects,
	       (unsigned long long)report.signatures, (unsigned long long)report.records);
	printf("memory             %.0f MiB at most, %.0f before it was verified\n", peak_mebibytes(), before);

	char *dir = xasprintf("%s/history.git", b.folder);
	double exported = timed_export(&b, dir, &export_cpu);
	double whole_cpu = export_cpu;
	printf("export             %.2f s, %.2f s CPU\n", exported, whole_cpu);
	write_signers(&b, dir);
	double again[5];
	for (size_t i = 0; i < 5; i++) {
		for (size_t k = 0; k < 10; k++)
			bench_action(&b, actions + i * 10 + k);
		again[i] = timed_export(&b, dir, &export_cpu);
	}
	double incremental = bench_median(again, 5);
	printf("export, 10 more    %.3f s\n", incremental);
	compare_with_git(dir, bench_median(verify_cpu, 3), whole_cpu, report.commits);
	free(dir);
	bench_case_close(&b);
	int missed = (!brief && size > 45) + (verified > 5) + (exported > 30) + (incremental > 0.5);
	printf("targets            file <= 45 MiB, verify <= 5 s, export <= 30 s, incremental <= 0.5 s: %d missed\n",
	       missed);
	return missed ? 1 : 0;
}
