#include "keys_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void write_lists(struct program *p, size_t records, size_t events)
{
	FILE *assets = fopen(program_file(p, "assets.csv"), "we");
	FILE *happened = fopen(program_file(p, "events.csv"), "we");
	assert_non_null(assets);
	assert_non_null(happened);
	fputs("hostname,addresses,status,department,containment,isolation_done,isolation_method\n", assets);
	for (size_t i = 0; i < records; i++) {
		fprintf(assets, "PC-%06zu,10.%zu.%zu.%zu,%s,人事部,", i, i >> 16 & 255, i >> 8 & 255, i & 255,
		        i % 50 ? "unchecked" : "infected");
		if (i % 50)
			fputs(",,\n", assets);
		else
			fprintf(assets, "isolated,2026-11-%02zuT%02zu:%02zu:00Z,cable\n", 1 + i % 20, i % 24, i % 60);
	}
	fputs("title,side,when\n", happened);
	for (size_t i = 0; i < events; i++)
		fprintf(happened, "Logon of host %04zu,%s,2026-%02zu-%02zuT%02zu:%02zu:00Z\n", i,
		        i % 3 ? "attacker" : "user", 1 + i % 10, 1 + i * 7 % 28, i % 24, i * 11 % 60);
	assert_int_equal(fclose(assets), 0);
	assert_int_equal(fclose(happened), 0);
}

/* So many of each kind that other views are made of. */
static void import_others(struct program *p, size_t count)
{
	static const struct {
		const char *kind, *names, *row; /* #: the number of the row */
	} kinds[] = {
	    {"indicator", "type,value", "domain,host#.example"},
	    {"note", "text,stance", "Seen # times,question"},
	    {"measure", "title,track,due", "Measure #,provisional,2026-11-01T00:00:00Z"},
	    {"party", "name,type,domains", "Organisation #,organisation,org#.example"},
	    {"mail", "subject,from_addr,to,body", "Subject #,a@nowhere.test,k@org#.example,of Organisation #"},
	    {"asset", "hostname,status", "S-#,infected"},
	};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		FILE *list = fopen(program_file(p, "list.csv"), "we");
		assert_non_null(list);
		fprintf(list, "%s\n", kinds[i].names);
		for (size_t k = 0; k < count; k++) {
			for (const char *c = kinds[i].row; *c; c++)
				if (*c == '#')
					fprintf(list, "%zu", k);
				else
					fputc(*c, list);
			fputc('\n', list);
		}
		assert_int_equal(fclose(list), 0);
		program_good(p, "import", "csv", program_file(p, "list.csv"), kinds[i].kind, NULL);
	}
}

void keys_case(struct program *p, size_t records, size_t events, size_t others)
{
	program_case(p, "Slow terminal in personnel");
	write_lists(p, records - others, events);
	program_good(p, "import", "csv", program_file(p, "assets.csv"), "asset", NULL);
	program_good(p, "import", "csv", program_file(p, "events.csv"), "event", NULL);
	import_others(p, others);
	program_good(p, "board", NULL); /* brings the search index up to date */
}
