/*
 * The workbench as it feels, on a real pseudo-terminal: a case with 100,000 assets against one with 5,000. From opening to
 * the first screen (by the clock, with the key derivation measured beside it, and in processor time, which is compared), from
 * a key to the screen, the same while another shell's stream is being preserved, from a letter of a filter to its first page,
 * to views that look at all records, and how often an idle workbench wakes up.
 *
 *     GENBA=build/tui/genba build/tests/bench/bench_screen [--short]
 */
#include "tui/help_page.h"
#include "tui/help_program.h"
#include "tui/help_screen.h"

#include "base/secret.h"
#include "base/time/clock.h"
#include "case/identity/identity.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define OPENINGS 9
#define LETTERS  4
#define VIEWS    9

static int is_short;

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;
	return (x > y) - (x < y);
}

/* The value that `part` of the values (0 to 1) do not exceed; sorts them. */
static double quantile(double *values, size_t count, double part)
{
	qsort(values, count, sizeof *values, compare);
	size_t i = (size_t)(part * (double)count);
	return values[i < count ? i : count - 1];
}

static void fill(struct program *p, size_t records)
{
	const char *path = program_file(p, "list.csv");
	FILE *out = fopen(path, "we");
	assert_non_null(out);
	fputs("hostname,addresses,status,department\n", out);
	for (size_t i = 0; i < records; i++)
		fprintf(out, "PC-%06zu,10.%zu.%zu.%zu,%s,人事部\n", i, i >> 16 & 255, i >> 8 & 255, i & 255,
		        i % 50 ? "unchecked" : "infected");
	assert_int_equal(fclose(out), 0);
	program_case(p, "Slow terminal in personnel");
	program_good(p, "import", "csv", path, "asset", NULL);
	program_good(p, "board", NULL); /* brings the search index up to date */
}

static struct terminal *open_case(void)
{
	struct terminal *t = terminal_open(24, 120, NULL, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, -1, "keys");
	return t;
}

static void quit(struct terminal *t)
{
	terminal_type(t, ":quit\r");
	assert_int_equal(terminal_end(t), 0);
}

/* Seconds that the kernel let genba run, which other programs cannot lengthen. */
static double cpu_of(struct terminal *t)
{
	char path[64];
	unsigned long long nanoseconds = 0;
	snprintf(path, sizeof path, "/proc/%ld/schedstat", (long)terminal_pid(t));
	FILE *in = fopen(path, "re");
	assert_non_null(in);
	assert_int_equal(fscanf(in, "%llu", &nanoseconds), 1);
	fclose(in);
	return (double)nanoseconds * 1e-9;
}

/* *cpu: of genba, until its first screen stands there. */
static double time_opening(double *cpu)
{
	double begun = clock_steady();
	struct terminal *t = open_case();
	double took = clock_steady() - begun;
	*cpu = cpu_of(t);
	quit(t);
	return took;
}

static double time_derivation(struct program *p)
{
	char *path = identity_default_path();
	struct identity *identity = identity_load(path, NULL);
	struct secret passphrase = SECRET_INIT;
	assert_non_null(identity);
	assert_int_equal(secret_read_file(&passphrase, program_file(p, "pass"), NULL), 0);
	double begun = clock_steady();
	assert_int_equal(identity_unlock(identity, path, &passphrase, NULL), 0);
	double took = clock_steady() - begun;
	secret_release(&passphrase);
	identity_free(identity);
	free(path);
	return took;
}

/* ---- keys */

/* The number of the row selected, as the footer tells: "17/100000". */
static long selected(struct terminal *t)
{
	struct buf row = BUF_INIT;
	terminal_row(t, terminal_rows(t) - 2, &row);
	const char *slash = strrchr(row.data, '/');
	while (slash && slash > row.data && slash[-1] >= '0' && slash[-1] <= '9')
		slash--;
	long number = slash ? strtol(slash, NULL, 10) : -1;
	buf_release(&row);
	return number;
}

static int has_moved(struct terminal *t, void *ctx)
{
	return selected(t) != *(long *)ctx;
}

static int is_first(struct terminal *t, void *ctx)
{
	(void)ctx;
	return selected(t) == 1;
}

static void time_keys(struct terminal *t, const char *key, size_t count, double *values)
{
	for (size_t i = 0; i < count; i++) {
		long before = selected(t);
		double begun = clock_steady();
		terminal_type(t, key);
		terminal_await_that(t, has_moved, &before, "the selection to move");
		values[i] = clock_steady() - begun;
	}
}

/* Another shell has an endless stream preserved meanwhile, until Ctrl-C ends it. */
static void time_keys_beside(struct program *p, struct terminal *t, size_t count, double *values)
{
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		int input = open("/dev/zero", O_RDONLY);
		int output = open("/dev/null", O_WRONLY);
		dup2(input, STDIN_FILENO);
		dup2(output, STDOUT_FILENO);
		dup2(output, STDERR_FILENO);
		execl(program_path(), "genba", "preserve", "-", "--as", "sealed", "--to", p->dir, (char *)NULL);
		_exit(127);
	}
	terminal_await_row(t, 0, "▶");
	terminal_type(t, "g");
	terminal_await_that(t, is_first, NULL, "the first row");
	time_keys(t, "j", count, values);
	assert_true(terminal_shows(t, "▶"));
	terminal_type(t, KEYS_CTRL_C);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	terminal_await_gone(t, "▶");
}

/* ---- filter as you type */

static size_t time_filter(struct terminal *t, size_t words, double *values)
{
	size_t count = 0;
	for (size_t i = 0; i < words; i++) {
		char word[LETTERS + 1];
		char typed[LETTERS + 1] = "";
		snprintf(word, sizeof word, "%04zu", (i * 37 + 1012) % 5000);
		terminal_type(t, "f");
		terminal_await(t, "Filter:");
		for (size_t k = 0; k < LETTERS; k++) {
			const char letter[2] = {word[k], '\0'};
			struct page page = {.typed = typed};
			strcat(typed, letter);
			snprintf(page.question, sizeof page.question, "Filter: %s", typed);
			double begun = clock_steady();
			terminal_type(t, letter);
			terminal_await_that(t, page_is_first, &page, "the first page of the filter");
			values[count++] = clock_steady() - begun;
		}
		terminal_type(t, KEYS_ESCAPE);
		terminal_await_gone(t, "Filter:");
	}
	return count;
}

/* ---- idle */

/* How often the kernel let it run after it had waited. */
static long waits(pid_t pid)
{
	char path[64];
	char line[256];
	long count = -1;
	snprintf(path, sizeof path, "/proc/%ld/status", (long)pid);
	FILE *in = fopen(path, "re");
	assert_non_null(in);
	while (fgets(line, sizeof line, in))
		if (strncmp(line, "voluntary_ctxt_switches:", 24) == 0)
			count = strtol(line + 24, NULL, 10);
	fclose(in);
	return count;
}

static void report(const char *what, double *values, size_t count)
{
	double middle = quantile(values, count, 0.5);
	printf("  %-34s median %7.2f ms   p99 %7.2f ms   (%zu)\n", what, middle * 1e3,
	       quantile(values, count, 0.99) * 1e3, count);
}

/* `cpu`: the processor time of each opening. */
static void measure(struct program *p, size_t records, double cpu[OPENINGS])
{
	size_t keys = is_short ? 40 : 400;
	size_t words = is_short ? 3 : 25;
	int seconds = is_short ? 2 : 60;
	double *values = calloc(keys > words * LETTERS ? keys : words * LETTERS, sizeof *values);
	double derivations[OPENINGS];
	double openings[OPENINGS];
	for (size_t i = 0; i < OPENINGS; i++) {
		derivations[i] = time_derivation(p);
		openings[i] = time_opening(&cpu[i]);
	}
	double derivation = quantile(derivations, OPENINGS, 0); /* the least: what it takes when nobody disturbs */
	printf("%zu records\n", records);
	printf("  open to first screen: median %.0f ms, least %.0f ms; the key derivation alone at least %.0f ms\n",
	       quantile(openings, OPENINGS, 0.5) * 1e3, quantile(openings, OPENINGS, 0) * 1e3, derivation * 1e3);
	struct terminal *t = open_case();
	terminal_type(t, "3");
	terminal_await_row(t, 1, "Asset");
	char total[32];
	snprintf(total, sizeof total, "· %zu", records);
	terminal_await_row(t, 1, total);
	terminal_await_gone(t, "reading");
	/* The list is drawn from above: its own number at the foot, not the Board's, is what the first key changes. */
	snprintf(total, sizeof total, " 1/%zu", records);
	terminal_await_row(t, -2, total);
	time_keys(t, "j", keys, values);
	report("key to screen, j", values, keys);
	time_keys(t, KEYS_PAGE_DOWN, keys / 100 > 2 ? 4 : 2, values); /* 100 records are few pages */
	size_t ends = keys / 2;
	terminal_type(t, "g");
	terminal_await_that(t, is_first, NULL, "the first row"); /* else it may be drawn together with the next key */
	for (size_t i = 0; i < ends; i++)
		time_keys(t, i % 2 ? "g" : "G", 1, &values[i]);
	report("key to screen, G and g", values, ends);
	time_keys_beside(p, t, keys, values);
	report("key to screen, j, while preserving", values, keys);
	terminal_resize(t, 24, 119); /* all columns: beside a pane the one that holds what is typed may be left out */
	terminal_await_gone(t, "│");
	size_t letters = time_filter(t, words, values);
	report("letter of a filter to its page", values, letters);
	for (size_t i = 0; i < VIEWS; i++) {
		static const char *const views[][2] = {{"5", "Timeline"}, {"J", "My work"}, {"1", "Board"}};
		double begun = clock_steady();
		terminal_type(t, views[i % 3][0]);
		terminal_await_row(t, 1, views[i % 3][1]);
		values[i] = clock_steady() - begun;
	}
	report("to the timeline, my work, the Board", values, VIEWS);
	long before = waits(terminal_pid(t));
	poll(NULL, 0, seconds * 1000);
	printf("  idle for %d s: %ld wake-ups\n", seconds, waits(terminal_pid(t)) - before);
	quit(t);
	free(values);
}

static void run(void **state)
{
	static const size_t few = 5000; /* every filter has hits */
	size_t many = is_short ? 10000 : 100000;
	double cpu[2][OPENINGS];
	struct program p;
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		program_init(&p);
		fill(&p, i ? many : few);
		measure(&p, i ? many : few, cpu[i]);
		program_release(&p);
	}
	/* the least: an opening that begins to check the file before the screen is looked at takes more */
	double factor = quantile(cpu[1], OPENINGS, 0) / quantile(cpu[0], OPENINGS, 0);
	printf("opening %zu records takes %.2f times the processor time of %zu\n", many, factor, few);
	assert_true(factor < 5);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(run)};
	if (sodium_init() < 0)
		return 1;
	is_short = argc > 1 && strcmp(argv[1], "--short") == 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
