/*
 * Ten million observations in one set: bytes of its file, how long a page takes, how long a search for a text, and that verifying
 * names a block of which one bit was turned. Processor time of this process, where nothing else is said; a page and a search are
 * also judged by the clock, since they are what a person waits for. With --short 200,000 rows: it proves that it runs.
 */
#include "help_case.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/time/clock.h"
#include "finding/observation/observation_query.h"
#include "finding/observation/observation_set.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char *const words[] = {"svchost.exe",  "explorer.exe", "winlogon.exe", "powershell.exe",
                                    "rundll32.exe", "chrome.exe",   "services.exe", "lsass.exe",
                                    "taskhost.exe", "outlook.exe",  "msiexec.exe",  "cmd.exe"};

/* Rows as they come from event logs and file tables: about 256 bytes, times that run on with gaps, many paths. */
static void make_row(uint64_t i, struct buf *fields, char path[128], struct observation *o)
{
	uint64_t mix = (i + 1) * 0x9E3779B97F4A7C15U;
	char text[160];
	buf_clear(fields);
	snprintf(text, sizeof text, "%llu", (unsigned long long)(4600 + (mix >> 40) % 200));
	observation_field(fields, "event_id", text);
	observation_field(fields, "provider",
	                  mix & 1 ? "Microsoft-Windows-Security-Auditing" : "Service Control Manager");
	snprintf(text, sizeof text, "HR-PC-%02u\\user%03llu", (unsigned)(mix >> 50) % 40,
	         (unsigned long long)(mix >> 20) % 300);
	observation_field(fields, "data.SubjectUserName", text);
	snprintf(text, sizeof text, "C:\\Windows\\System32\\%s -k %08llx", words[(mix >> 33) % 12],
	         (unsigned long long)(mix >> 12) & 0xFFFFFFFFU);
	observation_field(fields, "data.ProcessName", text);
	if (i % 1000003 == 77)
		observation_field(fields, "data.CommandLine", "rar.exe a -hpsecret out.rar");
	snprintf(path, 128, "C/Windows/System32/winevt/Logs/Channel-%03llu.evtx",
	         (unsigned long long)(mix >> 28) % 200);
	*o = (struct observation){.when = INT64_C(1400000000) * OBSERVATION_TICKS +
	                                  (int64_t)(i * 30 + (mix >> 60)) * 100000,
	                          .offset = i * 512,
	                          .time_of = OBSERVATION_TIME_recorded,
	                          .artefact = OBSERVATION_evtx,
	                          .clock = OBSERVATION_CLOCK_utc,
	                          .path = path,
	                          .fields = fields->data,
	                          .fields_size = fields->len};
}

static void make_set(struct bench_case *b, uint64_t rows, struct observation_set *set)
{
	struct err err = ERR_INIT;
	struct buf fields = BUF_INIT;
	struct buf packed = BUF_INIT;
	char path[128];
	char label[LABEL_TEXT];
	struct assign asset = {"hostname", "PC-1"};
	struct observation_maker *m = observation_maker_new(b->c);
	for (uint64_t i = 0; i < rows; i++) {
		struct observation o;
		make_row(i, &fields, path, &o);
		observation_pack(&o, &packed, &err);
		if (packed.len > 1U << 20 || i + 1 == rows) {
			if (observation_maker_add(m, packed.data, packed.len, &err) < 0)
				bench_fail("observation_maker_add", err.message);
			buf_clear(&packed);
		}
	}
	*set = (struct observation_set){.source = "made", .parsers = "made 1"};
	memset(set->evidence_sha256, 'a', 64);
	if (observation_maker_seal(m, set, &err) < 0 || record_add(b->c, "asset", &asset, 1, 0, label, &err) < 0)
		bench_fail("observation_maker_seal", err.message);
	char limits[200]; /* of what was read, and of the rows that were made of it */
	snprintf(limits, sizeof limits, "Read: SHA-256 %s. Observations: digest of the set %s.", set->evidence_sha256,
	         set->sha256);
	struct assign check[] = {
	    {"method", "triage"}, {"on", label}, {"when", "2026-11-23"}, {"result", "found"}, {"limits", limits}};
	struct action *a = action_begin(b->c, "triage", &err);
	if (!a || action_add(a, "check", check, 5, RECORD_MACHINE, set->check, &err) < 0 ||
	    observation_set_store(b->c, m, set, &err) < 0 || action_commit(a, &err) < 0)
		bench_fail("observation_set_store", err.message);
	observation_maker_free(m);
	buf_release(&fields);
	buf_release(&packed);
}

static int count_row(void *ctx, const struct observation *o, const struct observation_set *set, struct err *err)
{
	(void)o, (void)set, (void)err;
	++*(uint64_t *)ctx;
	return 0;
}

/* Processor seconds of this thread: with a free processor for the other one, what a person waits for is the longer of both. */
static double own_cpu(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Rows found; *clock and *cpu get the seconds. */
static uint64_t ask(struct bench_case *b, const struct observation_query *q, double *clock, double *cpu)
{
	uint64_t rows = 0;
	struct err err = ERR_INIT;
	double begun = clock_steady();
	double spent = bench_cpu();
	if (observation_query_run(b->c, q, count_row, &rows, NULL, &err) < 0)
		bench_fail("observation_query_run", err.message);
	*clock = clock_steady() - begun;
	*cpu = bench_cpu() - spent;
	return rows;
}

/* Turns a bit in the middle of the file: the block is named. */
static void damage(struct bench_case *b, const struct observation_set *set, const char *path)
{
	struct err err = ERR_INIT;
	struct stat st;
	unsigned char byte;
	int fd = open(path, O_RDWR);
	if (fd < 0 || fstat(fd, &st) < 0 || pread(fd, &byte, 1, st.st_size / 2) != 1)
		bench_fail("open", path);
	byte ^= 4;
	if (pwrite(fd, &byte, 1, st.st_size / 2) != 1)
		bench_fail("write", path);
	if (observation_set_verify(b->c, set, &err) == 0 || !strstr(err.message, "block"))
		bench_fail("verify does not name the block", err.message);
	printf("verify, one bit turned: %s\n", err.message);
	byte ^= 4;
	if (pwrite(fd, &byte, 1, st.st_size / 2) != 1)
		bench_fail("write", path);
	close(fd);
}

int main(int argc, char **argv)
{
	int brief = argc > 1 && strcmp(argv[1], "--short") == 0;
	uint64_t rows = brief ? 200000 : 10000000;
	struct bench_case b;
	struct observation_set set;
	struct stat st;
	double pages[50];
	double clock;
	double cpu;
	bench_case_open(&b, NULL);
	cpu = bench_cpu();
	make_set(&b, rows, &set);
	char *path = xasprintf("%s.observations/%s.gev", case_path(b.c), set.id);
	if (stat(path, &st) < 0)
		bench_fail("the container", path);
	printf("%llu rows, %llu blocks: file %.3f GB, made in %.1f s of processor time\n", (unsigned long long)set.rows,
	       (unsigned long long)set.blocks, (double)st.st_size / 1e9, bench_cpu() - cpu);
	for (size_t i = 0; i < 50; i++) {
		int64_t at = set.first + (set.last - set.first) / 50 * (int64_t)i;
		struct observation_query q = {.from = at, .until = set.last, .limit = 50};
		if (ask(&b, &q, &pages[i], &cpu) != 50)
			bench_fail("a page", "has not 50 rows");
	}
	double page = bench_median(pages, 50);
	struct observation_query find = {.filter = "hpsecret"};
	double own = own_cpu();
	uint64_t found = ask(&b, &find, &clock, &cpu);
	own = own_cpu() - own;
	printf("a page of 50 rows: %.1f ms; a text in all rows: %.2f s by the clock, processor time of its two "
	       "threads %.2f and %.2f s, %llu found\n",
	       page * 1000, clock, own, cpu - own, (unsigned long long)found);
	if (found != (rows + 1000003 - 78) / 1000003)
		bench_fail("text search", "did not find all");
	damage(&b, &set, path);
	if ((double)st.st_size > 70.0 * (double)rows)
		bench_fail("the file", "is larger than 0.7 GB for 10 million");
	if (page > 0.5 || cpu > 30)
		bench_fail("a page or a search", "takes too long");
	free(path);
	bench_case_close(&b);
	return 0;
}
