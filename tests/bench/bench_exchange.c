/*
 * What leaves a case of 100,000 records in each form, a report of 10,000, and the search for names in what leaves. The peer of the
 * search is memmem() for one name after the other, over the same bytes. --only search|report|forms [RECORDS [FORM]]: a part of it.
 */
#include "help_case.h"

#include "base/buf.h"
#include "base/err.h"
#include "outward/exchange/shared_form.h"
#include "outward/incident/report.h"
#include "outward/release/forbidden.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FORM_MOST    5.0   /* seconds of processor for any form of 100,000 records */
#define FORM_MEMORY  65536 /* KiB more than before it began */
#define REPORT_MOST  2.0   /* seconds for a report of 10,000 */
#define SEARCH_LEAST 200.0 /* MB a second */
#define NAMES        1000
#define RUNS         3 /* of each form; the middle one counts */

/* Most memory since the last call, and now: KiB. */
static long memory(const char *what)
{
	char line[200];
	long value = 0;
	FILE *f = fopen("/proc/self/status", "r");
	while (f && fgets(line, sizeof line, f))
		if (strncmp(line, what, strlen(what)) == 0)
			value = strtol(line + strlen(what), NULL, 10);
	if (f)
		fclose(f);
	return value;
}

static void forget_peak(void)
{
	FILE *f = fopen("/proc/self/clear_refs", "w");
	if (f) {
		fputs("5", f);
		fclose(f);
	}
}

static int write_report(struct release *r, const char *variant, struct buf *out, struct err *err)
{
	struct document d;
	(void)variant;
	int rc = report_make(r, REPORT_INCIDENT, &d, err);
	if (rc == 0)
		document_html(&d, out);
	document_release(&d);
	return rc;
}

static const struct {
	const char *name;
	shared_write_fn write;
	const char *variant;
} forms[] = {{"stix", stix_write, NULL},
             {"misp", misp_write, NULL},
             {"timesketch csv", timesketch_write, "csv"},
             {"timesketch jsonl", timesketch_write, "jsonl"},
             {"case", case_uco_write, NULL},
             {"attackflow", attackflow_write, NULL}};

/* Seconds of processor; *kib gets the memory it needed beside. */
static double leave(struct bench_case *b, const char *name, shared_write_fn write, const char *variant,
                    const struct release_wish *wish, long *kib, size_t *size)
{
	struct err err = ERR_INIT;
	struct buf out = BUF_INIT;
	char label[LABEL_TEXT];
	char *path = xasprintf("%s/out-%s", b->folder, name);
	malloc_trim(0); /* what making the case left behind would hide what is needed now */
	forget_peak();
	long before = memory("VmRSS:");
	double begun = bench_cpu();
	struct release *r = release_open(b->c, wish, &err);
	if (!r || release_begin(r, path, &err) < 0 || write(r, variant, &out, &err) < 0 ||
	    release_finish(r, name, out.data, out.len, path, label, &err) < 0)
		bench_fail(name, err.message);
	release_close(r);
	buf_release(&out);
	double took = bench_cpu() - begun;
	*kib = memory("VmHWM:") - before;
	FILE *f = fopen(path, "r");
	*size = 0;
	if (f && fseek(f, 0, SEEK_END) == 0)
		*size = (size_t)ftell(f);
	if (f)
		fclose(f);
	unlink(path);
	free(path);
	return took;
}

#define FORMS (sizeof forms / sizeof *forms)

/* Somebody decided that it may leave. */
static struct release_wish allowed(struct bench_case *b)
{
	static char to[LABEL_TEXT];
	static char decision[LABEL_TEXT];
	struct err err = ERR_INIT;
	const struct assign party[] = {{"name", "Partner"}, {"type", "organisation"}};
	if (record_add(b->c, "party", party, 2, 0, to, &err) < 0)
		bench_fail("party", err.message);
	const struct assign said[] = {
	    {"title", "Share"}, {"choice", "yes"}, {"reason", "others"}, {"by", to}, {"when", "2026"}};
	if (record_add(b->c, "decision", said, 5, 0, decision, &err) < 0)
		bench_fail("decision", err.message);
	return (struct release_wish){.to = to, .tlp = "AMBER", .approved_by = decision, .redacted = 1};
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;
	return (x > y) - (x < y);
}

/* `only`: the name of a form; NULL: each. */
static int bench_forms(size_t records, const char *only)
{
	struct bench_case b;
	int bad = 0;
	bench_case_open(&b, NULL);
	const struct release_wish gate = allowed(&b);
	bench_records(&b, records);
	bench_case_reopen(&b);
	printf("%zu records          seconds      MB   memory MiB   (the middle of %d runs; the most memory)\n",
	       records, RUNS);
	for (size_t i = 0; i < 2 * FORMS; i++) { /* for those who hold the case, and through the gate */
		const struct release_wish wishes[] = {{.internal = 1}, gate};
		double took[RUNS];
		long most = 0;
		size_t size = 0;
		if (only && strcmp(only, forms[i % FORMS].name) != 0)
			continue;
		for (size_t run = 0; run < RUNS; run++) {
			long kib;
			took[run] = leave(&b, forms[i % FORMS].name, forms[i % FORMS].write, forms[i % FORMS].variant,
			                  &wishes[i / FORMS], &kib, &size);
			most = kib > most ? kib : most;
		}
		qsort(took, RUNS, sizeof *took, by_size);
		printf("%-22s %9.2f %9.1f %9.1f   %s\n", forms[i % FORMS].name, took[RUNS / 2], (double)size / 1e6,
		       (double)most / 1024, i < FORMS ? "internal" : "for a partner, redacted");
		bad |= took[RUNS / 2] > FORM_MOST || most > FORM_MEMORY;
	}
	bench_case_close(&b);
	return bad;
}

static int bench_report(size_t records)
{
	struct bench_case b;
	long kib;
	size_t size;
	bench_case_open(&b, NULL);
	bench_records(&b, records);
	const struct release_wish wish = {.internal = 1};
	double took = leave(&b, "report", write_report, NULL, &wish, &kib, &size);
	printf("%-22s %9.2f %9.1f %9.1f   of %zu records\n", "report", took, (double)size / 1e6, (double)kib / 1024,
	       records);
	bench_case_close(&b);
	return took > REPORT_MOST;
}

/* Lines as an export writes them, and a thousand names that are not in them. */
static int bench_search(size_t size)
{
	struct buf text = BUF_INIT;
	struct forbidden *f = forbidden_new();
	char name[NAMES][32];
	struct forbidden_hit hit;
	for (size_t i = 0; i < NAMES; i++) {
		snprintf(name[i], sizeof name[i], i % 3 ? "HOST-%04zu" : "h%zu.corp.example", i);
		forbidden_add(f, name[i], "R1-A1", "hostname");
	}
	for (size_t i = 0; text.len < size; i++)
		buf_addf(&text,
		         "{\"created\":\"2026-11-23T05:05:%02zu.000Z\",\"external_references\":[{\"external_id\":\"R1-"
		         "I%zu\","
		         "\"source_name\":\"genba\"}],\"id\":\"indicator--5f%06zx-1c2d-4e3f-8a9b-0123456789ab\","
		         "\"indicator_types\":"
		         "[\"malicious-activity\"],\"pattern\":\"[domain-name:value = "
		         "'d%zu.evil.example']\",\"spec_version\":"
		         "\"2.1\",\"type\":\"indicator\"},\n",
		         i % 60, i, i, i);
	double begun = bench_cpu();
	if (forbidden_search(f, text.data, text.len, &hit))
		bench_fail("search", hit.name);
	double ours = bench_cpu() - begun;
	size_t peers = 10;
	begun = bench_cpu();
	for (size_t i = 0; i < peers; i++)
		if (memmem(text.data, text.len, name[i], strlen(name[i])))
			bench_fail("search", name[i]);
	double peer = (bench_cpu() - begun) / (double)peers * NAMES;
	printf("search for %d names  %6.0f MB/s; memmem() for one after the other %6.0f MB/s\n", NAMES,
	       (double)text.len / 1e6 / ours, (double)text.len / 1e6 / peer);
	double rate = (double)text.len / 1e6 / ours;
	forbidden_free(f);
	buf_release(&text);
	return rate < SEARCH_LEAST / 4;
}

int main(int argc, char **argv)
{
	int brief = argc > 1 && strcmp(argv[1], "--short") == 0;
	const char *only = argc > 2 && strcmp(argv[1], "--only") == 0 ? argv[2] : "search forms report";
	int bad = 0;
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (strstr(only, "search"))
		bad |= bench_search(brief ? 4U << 20 : 256U << 20);
	if (strstr(only, "report"))
		bad |= bench_report(brief ? 1000 : 10000);
	if (strstr(only, "forms"))
		bad |=
		    bench_forms(brief ? 2000 : (size_t)(argc > 3 ? atoi(argv[3]) : 100000), argc > 4 ? argv[4] : NULL);
	if (bad)
		bench_fail("bench_exchange", "a bound was missed");
	return 0;
}
