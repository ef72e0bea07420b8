/*
 * What leaves a case of 100,000 records in each form, a report of 10,000, and the search for names in what leaves. The peer of the
 * search is memmem() for one name after the other, over the same bytes. --only search|report|forms: a part of it.
 */
#include "help_case.h"

#include "base/buf.h"
#include "base/err.h"
#include "outward/exchange/shared_form.h"
#include "outward/incident/report.h"
#include "outward/release/forbidden.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FORM_MOST    5.0   /* seconds of processor for any form of 100,000 records */
#define FORM_MEMORY  65536 /* KiB more than before it began */
#define REPORT_MOST  2.0   /* seconds for a report of 10,000 */
#define SEARCH_LEAST 200.0 /* MB a second */
#define NAMES        1000

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
static double leave(struct bench_case *b, const char *name, shared_write_fn write, const char *variant, long *kib,
                    size_t *size)
{
	struct err err = ERR_INIT;
	struct buf out = BUF_INIT;
	char label[LABEL_TEXT];
	char *path = xasprintf("%s/out-%s", b->folder, name);
	struct release_wish wish = {.internal = 1};
	forget_peak();
	long before = memory("VmRSS:");
	double begun = bench_cpu();
	struct release *r = release_open(b->c, &wish, &err);
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

static int bench_forms(size_t records)
{
	struct bench_case b;
	int bad = 0;
	bench_case_open(&b, NULL);
	bench_records(&b, records);
	bench_case_reopen(&b);
	printf("%zu records          seconds      MB   memory MiB\n", records);
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		long kib;
		size_t size;
		double took = leave(&b, forms[i].name, forms[i].write, forms[i].variant, &kib, &size);
		printf("%-22s %9.2f %9.1f %9.1f\n", forms[i].name, took, (double)size / 1e6, (double)kib / 1024);
		bad |= took > FORM_MOST || kib > 2 * FORM_MEMORY;
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
	double took = leave(&b, "report", write_report, NULL, &kib, &size);
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
		bad |= bench_forms(brief ? 2000 : 100000);
	if (bad)
		bench_fail("bench_exchange", "a bound was missed");
	return 0;
}
