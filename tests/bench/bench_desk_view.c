/*
 * The view Desk of a register of 10,000 consultations, on a real pseudo-terminal: from its key to its first page, wall time
 * and the program's own processor time, against the list of the same consultations. Bound: 100 milliseconds of processor
 * time for the view.
 *
 *     GENBA=build/tui/genba build/tests/bench/bench_desk_view [--short]
 */
#include "tui/help_program.h"
#include "tui/help_screen.h"

#include "base/time/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TIMES 9
#define MOST  0.1 /* seconds */

static int is_short;

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Seconds for which the kernel let it run. */
static double used(pid_t pid)
{
	char path[64];
	unsigned long long nanoseconds = 0;
	snprintf(path, sizeof path, "/proc/%ld/schedstat", (long)pid);
	FILE *in = fopen(path, "re");
	assert_non_null(in);
	assert_int_equal(fscanf(in, "%llu", &nanoseconds), 1);
	fclose(in);
	return (double)nanoseconds / 1e9;
}

static void fill(struct program *p, size_t consultations)
{
	const char *path = program_file(p, "list.csv");
	FILE *out = fopen(path, "we");
	assert_non_null(out);
	fputs("when,from,summary,became\n", out);
	for (size_t i = 0; i < consultations; i++)
		fprintf(out, "20%02zu-%02zu-%02zu,R1-P1,不審メールが届いた %zu,%s\n", 14 + i % 3, 1 + i % 12,
		        1 + i % 28, i, i % 10 ? "advice" : "open");
	assert_int_equal(fclose(out), 0);
	program_case(p, "Register");
	program_good(p, "import", "csv", path, "consultation", NULL);
	program_good(p, "board", NULL); /* brings the search index up to date */
}

static void time_view(struct terminal *t, const char *keys, const char *shown, double bound)
{
	double wall[TIMES];
	double cpu[TIMES];
	for (size_t i = 0; i < TIMES; i++) {
		terminal_type(t, "1");
		terminal_await_row(t, 1, "Board");
		double ran = used(terminal_pid(t));
		double begun = clock_steady();
		terminal_type(t, keys);
		terminal_await_row(t, 1, shown);
		terminal_await(t, "R1-Q");
		wall[i] = clock_steady() - begun;
		cpu[i] = used(terminal_pid(t)) - ran;
	}
	qsort(wall, TIMES, sizeof *wall, compare);
	qsort(cpu, TIMES, sizeof *cpu, compare);
	printf("  %-14s wall %6.1f ms, processor %6.1f ms\n", shown, wall[TIMES / 2] * 1e3, cpu[TIMES / 2] * 1e3);
	if (!is_short)
		assert_true(cpu[TIMES / 2] <= bound);
}

static void run(void **state)
{
	size_t count = is_short ? 1000 : 10000;
	struct program p;
	(void)state;
	program_init(&p);
	fill(&p, count);
	struct terminal *t = terminal_open(24, 80, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, 1, "Board");
	printf("%zu consultations, of which a tenth waits\n", count);
	time_view(t, "D", "Desk", MOST);
	time_view(t, ":list consultation" KEYS_ENTER, "Consultation", 10);
	terminal_type(t, ":quit" KEYS_ENTER);
	assert_int_equal(terminal_end(t), 0);
	program_release(&p);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(run)};
	is_short = argc > 1 && strcmp(argv[1], "--short") == 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
