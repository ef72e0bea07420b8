/*
 * From a key to the screen, each key with the same limit: 16 ms for the 99th percentile, of the processor's time that genba
 * takes meanwhile, which other programs cannot lengthen. The time on the clock stands beside it.
 *
 * On a real pseudo-terminal: a list of 100,000 assets among which 2,000 were isolated and 1,000 are an alarm, 5,000 events
 * beside them, 1,000 mails, indicators, notes, measures, parties and pieces of evidence, 1,000 notes about one asset and 1,000
 * conflicts of a merge; moving, sorting, marking, filtering letter by letter, the ways of the timeline, each key that goes to a
 * view, again, as the first after a note, and as the first after a record was changed that the view is made of; the views that a
 * command opens; keys while all is read anew, and words in a text of 100,000 lines. Then the same case, and one of 20,000
 * actions, while they are verified behind the screen: a key in the middle of a slice.
 *
 *     GENBA=build/tui/genba build/tests/bench/bench_keys [--short]
 */
#include "help_case.h"
#include "keys_case.h"
#include "tui/help_page.h"
#include "tui/help_program.h"
#include "tui/help_screen.h"

#include "base/err.h"
#include "base/time/clock.h"
#include "tui/routes.h"
#include "tui/workbench/route.h"

#include <poll.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LIMIT 0.016 /* seconds */
#define MOST  4000  /* values of one kind of key */

static int is_short;
static size_t too_slow;

/* ---- values */

struct times {
	const char *what;
	double wall[MOST], cpu[MOST];
	size_t count;
};

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;
	return (x > y) - (x < y);
}

static double quantile(double *values, size_t count, double part)
{
	qsort(values, count, sizeof *values, compare);
	size_t i = (size_t)(part * (double)count);
	return 1e3 * values[i < count ? i : count - 1];
}

static void report(struct times *times)
{
	assert_true(times->count > 0);
	double cpu = quantile(times->cpu, times->count, 0.99);
	printf("  %-32s processor: median %6.2f ms, p99 %6.2f ms   clock: %6.2f, %6.2f   (%zu)%s\n", times->what,
	       quantile(times->cpu, times->count, 0.5), cpu, quantile(times->wall, times->count, 0.5),
	       quantile(times->wall, times->count, 0.99), times->count, cpu > LIMIT * 1e3 ? "   TOO SLOW" : "");
	fflush(stdout);
	too_slow += cpu > LIMIT * 1e3;
	times->count = 0;
}

/* Seconds that the kernel let genba run. */
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

/* ---- what is waited for */

typedef int (*wait_fn)(struct terminal *t, void *ctx);

static void press(struct terminal *t, const char *key, wait_fn wait, void *ctx, struct times *to)
{
	double cpu = cpu_of(t);
	double begun = clock_steady();
	terminal_type(t, key);
	terminal_await_that(t, wait, ctx, key);
	assert_true(to->count < MOST);
	to->wall[to->count] = clock_steady() - begun;
	to->cpu[to->count++] = cpu_of(t) - cpu;
}

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

static void move(struct terminal *t, const char *key, struct times *to)
{
	long before = selected(t);
	press(t, key, has_moved, &before, to);
}

/* The title of the view, with what stands behind it. */
static void title_of(struct terminal *t, struct buf *out)
{
	buf_clear(out);
	terminal_row(t, 1, out);
}

static int has_another_title(struct terminal *t, void *ctx)
{
	const struct buf *before = ctx;
	struct buf now = BUF_INIT;
	title_of(t, &now);
	int other = strcmp(now.data, before->data) != 0;
	buf_release(&now);
	return other;
}

/* Nothing is being read or searched any more. */
static int is_whole(struct terminal *t, void *ctx)
{
	struct buf now = BUF_INIT;
	(void)ctx;
	title_of(t, &now);
	int whole = !strstr(now.data, "…");
	buf_release(&now);
	return whole;
}

static void settle(struct terminal *t)
{
	terminal_await_that(t, is_whole, NULL, "the whole view");
}

/* A key that changes what the title says. */
static void retitle(struct terminal *t, const char *key, struct times *to)
{
	struct buf before = BUF_INIT;
	settle(t);
	title_of(t, &before);
	press(t, key, has_another_title, &before, to);
	settle(t);
	buf_release(&before);
}

/* ---- the list */

static void time_moving(struct terminal *t, size_t keys)
{
	static const char *const moves[][2] = {{"j", "k"}, {"G", "g"}, {KEYS_PAGE_DOWN, KEYS_PAGE_UP}};
	static struct times times = {.what = "j k G g, pages"};
	for (size_t i = 0; i < 3; i++)
		for (size_t k = 0; k < keys; k++)
			move(t, moves[i][k % 2], &times);
	report(&times);
}

static void time_sorting(struct terminal *t, size_t rounds)
{
	static struct times times = {.what = "s: by each column"};
	static struct times marking = {.what = "M: mark all, or none"};
	for (size_t i = 0; i < rounds; i++)
		retitle(t, "s", &times);
	while (!is_whole(t, NULL) || terminal_find(t, "· by ") >= 0)
		retitle(t, "s", &times);
	report(&times);
	for (size_t i = 0; i < rounds; i++) {
		terminal_type(t, "M");
		terminal_await(t, "(y/n)");
		retitle(t, "y", &marking);
		retitle(t, "M", &marking);
	}
	report(&marking);
}

/* The letter stands in the prompt, and the title says that the rows are of it, or of how many it is not known yet. */
static int is_in_title(struct terminal *t, void *ctx)
{
	const struct page *page = ctx;
	struct buf title = BUF_INIT;
	char filter[16];
	snprintf(filter, sizeof filter, "[%s]", page->typed);
	terminal_row(t, 1, &title);
	int shown = terminal_find(t, page->question) >= 0 && strstr(title.data, filter) != NULL;
	buf_release(&title);
	return shown;
}

static int is_in_prompt(struct terminal *t, void *ctx)
{
	struct buf row = BUF_INIT;
	terminal_row(t, -1 + terminal_rows(t), &row);
	int same = strcmp(row.data, ((struct page *)ctx)->question) == 0;
	buf_release(&row);
	return same;
}

/* The words, letter by letter, and back. */
static void time_filter(struct terminal *t, size_t words, wait_fn wait, const char *what, const char *back)
{
	static struct times letters;
	static struct times away;
	letters.what = what;
	away.what = back;
	for (size_t i = 0; i < words; i++) {
		char word[8];
		char typed[8] = "";
		struct page page = {.typed = typed};
		snprintf(word, sizeof word, "%04zu", (i * 37 + 12) % 1000);
		terminal_type(t, "f");
		terminal_await(t, "Filter:");
		for (size_t k = 0; k < 4; k++) {
			const char letter[2] = {word[k], '\0'};
			strcat(typed, letter);
			snprintf(page.question, sizeof page.question, "Filter: %s", typed);
			press(t, letter, wait, &page, &letters);
		}
		for (size_t k = 3; k > 1; k--) {
			typed[k] = '\0';
			snprintf(page.question, sizeof page.question, "Filter: %s", typed);
			press(t, KEYS_BACKSPACE, is_in_prompt, &page, &away);
		}
		terminal_type(t, KEYS_ESCAPE);
		terminal_await_gone(t, "Filter:");
	}
	report(&letters);
	report(&away);
}

/* ---- views */

static void time_timeline(struct terminal *t, size_t rounds)
{
	static struct times times = {.what = "timeline: t"};
	struct times unused = {.count = 0};
	retitle(t, "5", &unused);
	for (size_t i = 0; i < 4 * rounds; i++)
		retitle(t, "t", &times);
	report(&times);
	time_filter(t, rounds, is_in_title, "timeline: a letter of the filter", "timeline: a letter less");
}

/* Another view than that of the key, to come from. */
static void leave_view(struct terminal *t, const char *typed)
{
	terminal_type(t, *typed == '6' ? "7" : "6");
	terminal_await_row(t, 1, *typed == '6' ? "Indicator" : "Note");
	settle(t);
}

/* A case that has changed: all views read it anew. */
static void change(struct terminal *t)
{
	static unsigned number;
	char line[64];
	snprintf(line, sizeof line, ":note change %u\r", ++number);
	terminal_type(t, line);
	terminal_await_row(t, -1, "R1-N");
	settle(t);
}

/* The last line names the record, and is not the one that was typed. */
static int is_answered(struct terminal *t, void *ctx)
{
	struct buf row = BUF_INIT;
	terminal_row(t, terminal_rows(t) - 1, &row);
	int answered = row.len && *row.data != ':' && strstr(row.data, ctx) != NULL;
	buf_release(&row);
	return answered;
}

/* A record of what the view is made of, changed: its number moves on, since the same value is no change. */
static void change_of(struct terminal *t, const char *what)
{
	static unsigned number;
	char line[96];
	char label[32];
	snprintf(line, sizeof line, ":set %.64s%u\r", what, ++number);
	snprintf(label, sizeof label, "%.*s", (int)strcspn(what, " "), what);
	terminal_type(t, line);
	terminal_await_that(t, is_answered, label, line);
	settle(t);
}

/* Views that are made of one kind mostly, after one of it has changed. */
static void time_changed(struct terminal *t, size_t rounds)
{
	static const struct {
		const char *key, *set, *what;
	} views[] = {
	    {"1", "R1-M7 title=Measure-", "1: after a measure"},
	    {"1", "R1-I7 when_raw=at-", "1: after an indicator"},
	    {"1", "R1-A3 when_raw=at-", "1: after an asset"},
	    {"1", "R1-E7 title=Disk-", "1: after a piece of evidence"},
	    {"J", "R1-M7 title=Measure-", "J: after a measure"},
	    {"K", "R1-L7 subject=Subject-", "K: after a mail"},
	    {"W", "R1-I7 when_raw=at-", "W: after an indicator"},
	    {"C", "R1-P7 when_raw=at-", "C: after a party"},
	    {"4", "R1-E7 title=Disk-", "4: after a piece of evidence"},
	};
	static struct times times;
	for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
		times.what = views[i].what;
		for (size_t k = 0; k < rounds; k++) {
			leave_view(t, views[i].key);
			change_of(t, views[i].set);
			retitle(t, views[i].key, &times);
		}
		report(&times);
	}
}

/* Views without a key of their own, by the last key of the command that opens them: again, and after a change. */
static void time_commands(struct terminal *t, size_t rounds)
{
	static const char *const lines[][2] = {
	    {":resolve", "conflicts"}, {":show R1-A1", "an asset with notes"},
	    {":find Logon", "search"}, {":find Measure", "search, fewer"},
	    {":show R1-L7", "a mail"},
	};
	static struct times again;
	static struct times anew;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		char what[2][64];
		snprintf(what[0], sizeof what[0], "%s", lines[i][1]);
		snprintf(what[1], sizeof what[1], "%s: after a change", lines[i][1]);
		again.what = what[0];
		anew.what = what[1];
		for (size_t k = 0; k < 2 * rounds; k++) {
			leave_view(t, "7");
			if (k >= rounds)
				change(t);
			terminal_type(t, lines[i][0]);
			terminal_await_row(t, -1, lines[i][0]);
			retitle(t, "\r", k < rounds ? &again : &anew);
		}
		report(&again);
		report(&anew);
	}
}

/* The key that goes to the view of a route; NULL: it has none. */
static const char *key_of(const struct route *route)
{
	static char typed[2];
	struct view_key key;
	if (!route_key(route, &key))
		return NULL;
	typed[0] = (char)view_key_code(&key);
	return typed;
}

/* Each key that goes to a view, at first sight and again; then as the first key after a change. */
static void time_views(struct terminal *t, size_t rounds)
{
	static struct times again;
	static struct times anew;
	for (const struct route *route = route_next(NULL); route; route = route_next(route)) {
		const char *typed = key_of(route);
		char what[2][64];
		if (!typed)
			continue;
		snprintf(what[0], sizeof what[0], "%s: %.20s", typed, route->name);
		snprintf(what[1], sizeof what[1], "%s: after a change", typed);
		again.what = what[0];
		anew.what = what[1];
		for (size_t i = 0; i < rounds; i++) {
			leave_view(t, typed);
			retitle(t, typed, &again);
		}
		for (size_t i = 0; i < rounds; i++) {
			leave_view(t, typed);
			change(t);
			retitle(t, typed, &anew);
		}
		report(&again);
		report(&anew);
	}
}

static int is_another_cursor(struct terminal *t, void *ctx)
{
	return selected(t) != *(long *)ctx;
}

/* Keys in a view while it is being read. */
static void time_while_reading(struct terminal *t, size_t rounds)
{
	static struct times times = {.what = "G g while the brief is read"};
	struct times unused = {.count = 0};
	leave_view(t, "B");
	retitle(t, "B", &unused);
	for (size_t i = 0; i < rounds; i++) {
		terminal_type(t, ":note more\r");
		terminal_await_row(t, -1, "R1-N");
		for (int k = 0; k < 10; k++) { /* `g` goes to the first row that leads somewhere */
			long before = selected(t);
			press(t, k % 2 ? "g" : "G", is_another_cursor, &before, &times);
		}
		settle(t);
	}
	report(&times);
}

static int is_found(struct terminal *t, void *ctx)
{
	return terminal_find(t, ctx) >= 0;
}

/* The last line of a text of a line for each asset: the key is answered at once, and the words are found in a while. */
static void time_text(struct terminal *t, size_t records, size_t rounds)
{
	static struct times times = {.what = "/ in a text of all assets"};
	struct times unused = {.count = 0};
	char words[64];
	char line[64];
	snprintf(words, sizeof words, "PC-%06zu", records - 1);
	snprintf(line, sizeof line, ":list asset --csv\r");
	press(t, line, is_found, "PC-000003", &unused);
	for (size_t i = 0; i < rounds; i++) {
		terminal_type(t, "g");
		terminal_await(t, "PC-000003");
		terminal_type(t, "/");
		terminal_await_row(t, -1, "/");
		terminal_type(t, words);
		terminal_await_row(t, -1, words);
		press(t, "\r", is_found, records > 20000 ? "of the rows so far" : "the next place", &times);
		terminal_await_row(t, -1, "the next place");
	}
	report(&times);
	terminal_type(t, "1");
	terminal_await_row(t, 1, "Board");
}

static struct terminal *open_list(size_t records, const char *environment)
{
	char total[64];
	struct terminal *t = terminal_open(24, 119, environment, getenv("GENBA_CASE"), NULL);
	terminal_await_row(t, -2, "? keys"); /* the last line may tell of the check already */
	terminal_type(t, "3");
	snprintf(total, sizeof total, "Asset · %zu", records);
	terminal_await_row(t, 1, total);
	settle(t);
	snprintf(total, sizeof total, "/%zu", records);
	terminal_await_row(t, -2, total);
	return t;
}

static void quit(struct terminal *t)
{
	terminal_type(t, ":quit\r");
	assert_int_equal(terminal_end(t), 0);
}

/* ---- while it verifies */

static int is_verified(struct terminal *t)
{
	struct buf row = BUF_INIT;
	terminal_row(t, 0, &row);
	int done = strstr(row.data, "✓") != NULL;
	buf_release(&row);
	return done;
}

/* A person who reads and presses a key now and then: the check goes on half a second after each. */
static void time_while_verifying(struct terminal *t, size_t most)
{
	static struct times times = {.what = "j k while it verifies"};
	unsigned pause = 500;
	while (!is_verified(t) && times.count < most) {
		poll(NULL, 0, (int)(530 + pause % 60)); /* anywhere in a slice, or in a pause between two */
		pause += 37;
		move(t, times.count % 2 ? "k" : "j", &times);
	}
	if (times.count > 0) /* else it was verified before the first key */
		report(&times);
}

/* ---- cases */

static void many_records(void **state)
{
	size_t records = is_short ? 10000 : 100000;
	size_t events = is_short ? 1000 : 5000;
	size_t others = is_short ? 100 : 1000;
	size_t rounds = is_short ? 3 : 25;
	struct program p;
	(void)state;
	program_init(&p);
	keys_case(&p, records, events, others);
	printf("%zu assets, %zu events, %zu each of other kinds\n", records, events, others);
	struct terminal *t = open_list(records, "GENBA_CHECK_AT_OPENING=0");
	time_moving(t, is_short ? 20 : 200);
	time_sorting(t, rounds);
	time_filter(t, rounds, page_is_first, "a letter of the filter", "a letter less");
	time_timeline(t, rounds);
	time_views(t, is_short ? 2 : 5);
	time_changed(t, is_short ? 2 : 5);
	time_commands(t, is_short ? 2 : 5);
	time_while_reading(t, is_short ? 2 : 10);
	time_text(t, records - others, is_short ? 2 : 10);
	quit(t);
	t = open_list(records, "GENBA_CHECK_AT_OPENING=1");
	time_while_verifying(t, is_short ? 5 : 100);
	quit(t);
	program_release(&p);
}

static void a_year(void **state)
{
	size_t actions = is_short ? 500 : 20000;
	struct bench_case b;
	struct program p;
	(void)state;
	program_init(&p);
	bench_case_open(&b, program_file(&p, "year"));
	bench_records(&b, actions / 4);
	for (size_t i = 0; i < actions; i++)
		bench_action(&b, i);
	FILE *pass = fopen(program_file(&p, "bench"), "we");
	assert_non_null(pass);
	fputs("bench\n", pass);
	assert_int_equal(fclose(pass), 0);
	setenv("XDG_DATA_HOME", program_file(&p, "year"), 1);
	setenv("GENBA_CASE", b.path, 1);
	setenv("GENBA_PASSPHRASE_FILE", program_file(&p, "bench"), 1);
	printf("%zu actions\n", actions);
	bench_case_close(&b);
	for (int i = 0; i < (is_short ? 1 : 5); i++) {
		struct terminal *t = terminal_open(24, 119, "GENBA_CHECK_AT_OPENING=1", getenv("GENBA_CASE"), NULL);
		terminal_await_row(t, -2, "? keys"); /* the last line may tell of the check already */
		terminal_type(t, "3");
		terminal_await_row(t, 1, "Asset");
		settle(t);
		time_while_verifying(t, is_short ? 5 : 100);
		quit(t);
	}
	program_release(&p);
}

static void each_is_quick_enough(void **state)
{
	(void)state;
	if (is_short)
		skip(); /* it proves that it runs; its figures mean nothing */
	assert_int_equal(too_slow, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(many_records),
	    cmocka_unit_test(a_year),
	    cmocka_unit_test(each_is_quick_enough),
	};
	if (sodium_init() < 0)
		return 1;
	is_short = argc > 1 && strcmp(argv[1], "--short") == 0;
	routes_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
