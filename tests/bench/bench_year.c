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
#include "history/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static double timed_command(const char *format, const char *dir)
{
	char *command = xasprintf("git -C '%s' %s", dir, format);
	double start = clock_steady();
	if (system(command) != 0)
		bench_fail(command, "failed");
	free(command);
	return clock_steady() - start;
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
	for (size_t i = 0; i < 3; i++)
		verify[i] = timed_verify(&b, &report, &verify_cpu[i]);
	double verified = bench_median(verify, 3);
	printf("verify             %.2f s, %.2f s CPU (%llu pages, %llu commits, %llu objects, %llu signatures, %llu "
	       "records)\n",
	       verified, bench_median(verify_cpu, 3), (unsigned long long)report.pages,
	       (unsigned long long)report.commits, (unsigned long long)report.objects,
	       (unsigned long long)report.signatures, (unsigned long long)report.records);

	char *dir = xasprintf("%s/history.git", b.folder);
	double exported = timed_export(&b, dir, &export_cpu);
	printf("export             %.2f s, %.2f s CPU\n", exported, export_cpu);
	double again[5];
	for (size_t i = 0; i < 5; i++) {
		for (size_t k = 0; k < 10; k++)
			bench_action(&b, actions + i * 10 + k);
		again[i] = timed_export(&b, dir, &export_cpu);
	}
	double incremental = bench_median(again, 5);
	printf("export, 10 more    %.3f s\n", incremental);
	printf("git fsck           %.2f s\n", timed_command("fsck --strict --full", dir));
	free(dir);
	bench_case_close(&b);
	int missed = (!brief && size > 45) + (verified > 5) + (exported > 30) + (incremental > 0.5);
	printf("targets            file <= 45 MiB, verify <= 5 s, export <= 30 s, incremental <= 0.5 s: %d missed\n",
	       missed);
	return missed ? 1 : 0;
}
