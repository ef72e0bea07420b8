#include "keys_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

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
	    {"evidence", "title,form,collected_when", "Disk #,raw,2026-11-01T00:00:00Z"},
	    {"note", "text,stance,on", "Seen here # times,fact,R1-A1"},
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

/* Two copies say of each measure which track it is on, each another: as many conflicts as there are measures. */
static void make_conflicts(struct program *p)
{
	char here[256];
	char line[512];
	snprintf(here, sizeof here, "%s", getenv("GENBA_CASE"));
	snprintf(line, sizeof line, "cp \"$GENBA_CASE\" %s", program_file(p, "other.genba"));
	assert_gives(line, 0, "");
	setenv("GENBA_CASE", program_file(p, "other.genba"), 1);
	program_good(p, "set", "measure", "--where", "track=provisional", "track=cause", NULL);
	setenv("GENBA_CASE", here, 1);
	program_good(p, "set", "measure", "--where", "track=provisional", "track=permanent", NULL);
	program_good(p, "merge", program_file(p, "other.genba"), NULL);
}

void keys_case(struct program *p, size_t records, size_t events, size_t others)
{
	program_case(p, "Slow terminal in personnel");
	write_lists(p, records - others, events);
	program_good(p, "import", "csv", program_file(p, "assets.csv"), "asset", NULL);
	program_good(p, "import", "csv", program_file(p, "events.csv"), "event", NULL);
	import_others(p, others);
	make_conflicts(p);
	program_good(p, "board", NULL); /* brings the search index up to date */
}
