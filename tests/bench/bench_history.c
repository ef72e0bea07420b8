/* Growth of the history per action at 1,000, 10,000 and 100,000 records: bytes of objects, and pages of the file. */
#include "help_case.h"

#include "case/case.h"

#include <stdio.h>
#include <string.h>

static double number(struct bench_case *b, const char *sql)
{
	sqlite3_stmt *s = NULL;
	double value = 0;
	if (sqlite3_prepare_v2(case_db(b->c), sql, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
		value = sqlite3_column_double(s, 0);
	sqlite3_finalize(s);
	return value;
}

static double measure(size_t records, size_t actions)
{
	static const char objects[] = "SELECT sum(length(data) + length(id) + 12) FROM git_object";
	struct bench_case b;
	bench_case_open(&b, NULL);
	bench_records(&b, records);
	double before = number(&b, objects);
	double pages = number(&b, "PRAGMA page_count");
	double cpu = bench_cpu();
	for (size_t i = 0; i < actions; i++)
		bench_action(&b, i);
	cpu = (bench_cpu() - cpu) / (double)actions * 1e3;
	double grown = (number(&b, objects) - before) / (double)actions;
	double file = (number(&b, "PRAGMA page_count") - pages) * 4096 / (double)actions;
	printf("%7zu records: history %.0f bytes an action, file %.0f bytes an action, %.2f ms CPU\n", records, grown,
	       file, cpu);
	bench_case_close(&b);
	return grown;
}

int main(int argc, char **argv)
{
	int brief = argc > 1 && strcmp(argv[1], "--short") == 0;
	size_t actions = brief ? 300 : 2000;
	double small = measure(1000, actions);
	double middle = measure(brief ? 3000 : 10000, actions);
	double large = brief ? middle : measure(100000, actions);
	int missed = (small > 2048) + (middle > 2048) + (large > 2048) + (large > small * 1.25);
	printf("targets: <= 2 KiB of history an action, flat: %d missed\n", missed);
	return missed ? 1 : 0;
}
