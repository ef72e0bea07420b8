/*
 * Reading a large case: 100,000 records of one kind and a few thousand of others. How long opening, the board, the
 * lists, filters, searches and references by name take, at a tenth and at the whole: the growth must be that of the
 * number of records and no more.
 */
#include "case/case.h"
#include "help_case.h"

#include "base/err.h"
#include "base/time/clock.h"
#include "case/query/filter.h"
#include "case/query/search.h"
#include "case/query/timeline.h"
#include "outward/report/board.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPEN, BOARD, COUNT, EACH, FILTER, INDEX, FIND, FIND_ALL, TIMELINE, BY_NAME, ADD, MEASURES };

static const char *const names[MEASURES] = {
    "open",           "board",
    "count",          "list of all",
    "filter of all",  "index all for search",
    "find, few hits", "find, all hit",
    "time line",      "100 references by name",
    "one action",
};

static void check(int rc, const char *what, const struct err *err)
{
	if (rc < 0)
		bench_fail(what, err->message);
}

static void add_assets(struct bench_case *b, size_t from, size_t to)
{
	struct err err = ERR_INIT;
	for (size_t i = from; i < to;) {
		struct action *a = action_begin(b->c, "import", &err);
		if (!a)
			bench_fail("action_begin", err.message);
		for (size_t stop = i + 1000; i < stop && i < to; i++) {
			char name[32];
			char address[32];
			char label[LABEL_TEXT];
			snprintf(name, sizeof name, "HR-PC-%06zu", i);
			snprintf(address, sizeof address, "10.%zu.%zu.%zu", i >> 16 & 255, i >> 8 & 255, i & 255);
			struct assign fields[] = {
			    {"hostname", name},
			    {"type", "terminal"},
			    {"status", i % 50 ? "unchecked" : "infected"},
			    {"containment", i % 100 ? "connected" : "isolated"},
			    {"addresses", address},
			    {"department", i % 7 ? "人事部" : "経理部"},
			    {"first_compromised", i % 3 ? "2014-12~" : "2014-07-10T23:30:00+09:00"}};
			check(action_add(a, "asset", fields, 7, 0, label, &err), "action_add", &err);
		}
		check(action_commit(a, &err), "action_commit", &err);
	}
}

static void add_parties(struct bench_case *b, size_t count)
{
	struct err err = ERR_INIT;
	struct action *a = action_begin(b->c, "import", &err);
	for (size_t i = 0; i < count; i++) {
		char name[32];
		char label[LABEL_TEXT];
		snprintf(name, sizeof name, "Person %06zu", i);
		struct assign fields[] = {{"name", name}, {"type", "person"}};
		check(action_add(a, "party", fields, 2, 0, label, &err), "action_add", &err);
	}
	check(action_commit(a, &err), "action_commit", &err);
}

static int take(void *ctx, json_t *record)
{
	(void)record;
	++*(size_t *)ctx;
	return 0;
}

struct filtering {
	struct filter *filter;
	size_t matches;
};

static int take_match(void *ctx, json_t *record)
{
	struct filtering *f = ctx;
	f->matches += (size_t)filter_match(f->filter, record);
	return 0;
}

static int take_hit(void *ctx, const struct search_hit *hit)
{
	(void)hit;
	++*(size_t *)ctx;
	return 0;
}

static double since(double start) /* processor time: the machine may be busy with other things */
{
	return (bench_cpu() - start) * 1e3;
}

static void measure(struct bench_case *b, double ms[MEASURES])
{
	struct err err = ERR_INIT;
	double start = bench_cpu();
	check(search_catch_up(b->c, 0, &err), "search_catch_up", &err);
	ms[INDEX] = since(start);
	struct case_unlock unlock = {b->identity, NULL};
	check(case_close(b->c, &err), "case_close", &err);
	start = bench_cpu();
	b->c = case_open(b->path, &unlock, 0, &err);
	if (!b->c)
		bench_fail("case_open", err.message);
	ms[OPEN] = since(start);
	struct board board;
	start = bench_cpu();
	check(board_load(b->c, &board, &err), "board_load", &err);
	ms[BOARD] = since(start);
	board_release(&board);
	start = bench_cpu();
	uint64_t total = record_count(b->c, "asset", 0);
	ms[COUNT] = since(start);
	size_t seen = 0;
	start = bench_cpu();
	check(record_each(b->c, "asset", 0, take, &seen, &err), "record_each", &err);
	ms[EACH] = since(start);
	if (seen != total)
		bench_fail("record_each", "not all");
	struct filtering f = {
	    filter_parse(kind_find("asset"), "status=infected first_compromised>2014-08 text~\"hr-\"", &err), 0};
	start = bench_cpu();
	check(record_each(b->c, "asset", 0, take_match, &f, &err), "record_each", &err);
	ms[FILTER] = since(start);
	filter_free(f.filter);
	seen = 0;
	start = bench_cpu();
	check(search_find(b->c, "HR-PC-000123", 50, take_hit, &seen, &err), "search_find", &err);
	ms[FIND] = since(start);
	start = bench_cpu();
	check(search_find(b->c, "人事部", 50, take_hit, &seen, &err), "search_find", &err);
	ms[FIND_ALL] = since(start);
	if (f.matches == 0 || seen != 51)
		bench_fail("search_find", "wrong hits");
	struct timeline t;
	start = bench_cpu();
	check(timeline_load_at(b->c, NULL, &t, &err), "timeline_load", &err);
	ms[TIMELINE] = since(start);
	timeline_release(&t);
	start = bench_cpu();
	struct action *a = action_begin(b->c, "import", &err);
	for (int i = 0; i < 100; i++) {
		char label[LABEL_TEXT];
		char name[32];
		snprintf(name, sizeof name, "Person %06d", i * 7);
		struct assign fields[] = {{"stance", "fact"}, {"text", "seen"}, {"told_by", name}};
		check(action_add(a, "note", fields, 3, RECORD_NO_PARTY, label, &err), "action_add", &err);
	}
	check(action_commit(a, &err), "action_commit", &err);
	ms[BY_NAME] = since(start);
	start = bench_cpu();
	struct assign change = {"status", "suspected"};
	check(record_set(b->c, "R1-A7", &change, 1, 0, &err), "record_set", &err);
	change.value = "unchecked";
	check(record_set(b->c, "R1-A7", &change, 1, 0, &err), "record_set", &err);
	ms[ADD] = since(start) / 2;
}

int main(int argc, char **argv)
{
	int brief = argc > 1 && strcmp(argv[1], "--short") == 0;
	size_t large = brief ? 5000 : 100000;
	double ms[2][MEASURES];
	for (int i = 0; i < 2; i++) {
		struct bench_case b;
		size_t n = i ? large : large / 10;
		bench_case_open(&b, NULL);
		add_assets(&b, 0, n);
		add_parties(&b, n / 10 < 701 ? 701 : n / 10);
		bench_records(&b, n / 20);
		measure(&b, ms[i]);
		bench_case_close(&b);
	}
	printf("%-24s %10zu %10zu  milliseconds\n", "records", large / 10, large);
	int bad = 0;
	for (int m = 0; m < MEASURES; m++) {
		printf("%-24s %10.2f %10.2f\n", names[m], ms[0][m], ms[1][m]);
		bad |= ms[1][m] > 25 * ms[0][m] + 20; /* ten times the records */
	}
	if (bad)
		bench_fail("bench_records", "something grows faster than the number of records");
	return 0;
}
