/*
 * Event logs to rows: MB/s of processor time on one core, and how many times that is what evtxexport (libevtx) does with
 * the same files, alternating, by medians.
 *     bench_triage [--short] [LOG…]        without LOG: a log of our own making
 *
 * Then the same with Sigma rules: those of the folder that GENBA_SIGMA_RULES names, else 300 of our own making.
 */
#include "base/bytes.h"
#include "base/err.h"
#include "base/worker/worker.h"
#include "finding/sigma/sigma.h"
#include "finding/triage/parsers.h"
#include "help_evtx.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 5

struct log_file {
	const char *path;
	char *bytes;
	size_t n;
};

static uint64_t rows;

static int take(void *ctx, const void *bytes, size_t n, struct err *err)
{
	struct sigma *rules = ctx;
	struct observation o;
	size_t size = 0;
	(void)err;
	for (size_t at = 0;
	     rules && at < n && observation_unpack((const char *)bytes + at, n - at, &o, &size, NULL) > 0; at += size)
		sigma_row(rules, &o, "");
	return 0;
}

static int read_memory(void *ctx, uint64_t offset, void *bytes, size_t n, struct err *err)
{
	const struct log_file *f = ctx;
	(void)err;
	memcpy(bytes, f->bytes + offset, n);
	return 0;
}

static double own_seconds(struct log_file *files, size_t count, struct sigma *rules)
{
	struct timespec a;
	struct timespec b;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	rows = 0;
	for (size_t i = 0; i < count; i++) {
		struct triage_file file = {.path = "a.evtx", .size = files[i].n, .read = read_memory, .ctx = &files[i]};
		struct triage_done done;
		triage_parse(triage_parser_find("evtx"), &file, take, rules, &done, NULL);
		rows += done.rows;
		triage_done_release(&done);
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	return (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
}

static double children(void)
{
	struct rusage r;
	getrusage(RUSAGE_CHILDREN, &r);
	return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
	       (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

/* 0: there is no such program. */
static double peer_seconds(struct log_file *files, size_t count)
{
	double before = children();
	for (size_t i = 0; i < count; i++) {
		int status = 0;
		pid_t pid = fork();
		if (pid == 0) {
			int null = open("/dev/null", O_RDWR);
			dup2(null, 0);
			dup2(null, 1);
			dup2(null, 2);
			execlp("evtxexport", "evtxexport", "-f", "xml", files[i].path, (char *)NULL);
			_exit(127);
		}
		if (pid < 0 || waitpid(pid, &status, 0) < 0 || (WIFEXITED(status) && WEXITSTATUS(status) == 127))
			return 0;
	}
	return children() - before;
}

static int by_size(const void *a, const void *b)
{
	const double *x = a;
	const double *y = b;
	return *x < *y ? -1 : *x > *y;
}

/* What of a log holds records: chunks that wait for some are no work for anybody. */
static double used_bytes(const struct log_file *f)
{
	double used = 0;
	for (size_t at = 4096; at + 65536 <= f->n; at += 65536)
		if (memcmp(f->bytes + at, "ElfChnk", 8) == 0)
			used += bytes_le32(f->bytes + at + 48);
	return used;
}

static void make(const char *path, unsigned records)
{
	static const char *const logon[] = {"SubjectUserSid",
	                                    "S-1-5-18",
	                                    "SubjectUserName",
	                                    "HR-PC-03$",
	                                    "SubjectDomainName",
	                                    "WORKGROUP",
	                                    "TargetUserName",
	                                    "tanaka",
	                                    "TargetDomainName",
	                                    "HR",
	                                    "TargetLogonId",
	                                    "0x3e7",
	                                    "LogonType",
	                                    "3",
	                                    "LogonProcessName",
	                                    "NtLmSsp",
	                                    "AuthenticationPackageName",
	                                    "NTLM",
	                                    "WorkstationName",
	                                    "HR-PC-07",
	                                    "IpAddress",
	                                    "192.0.2.7",
	                                    "IpPort",
	                                    "49712",
	                                    "ProcessName",
	                                    "C:\\Windows\\System32\\svchost.exe",
	                                    NULL};
	const struct made_event e = {.provider = "Microsoft-Windows-Security-Auditing",
	                             .id = 4624,
	                             .channel = "Security",
	                             .computer = "HR-PC-03",
	                             .data = logon};
	struct made_log l;
	made_log_begin(&l, 1);
	for (unsigned i = 0; i < records; i++)
		made_log_add(&l, &e);
	made_log_end(&l);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || write(fd, l.file.data, l.file.len) != (ssize_t)l.file.len)
		exit(1);
	close(fd);
	made_log_release(&l);
}

/* Rules that look into what the log's rows have, and find nothing, as most do. */
static void make_rules(const char *folder)
{
	static const char *const fields[] = {"TargetUserName|contains", "ProcessName|endswith", "IpAddress|startswith",
	                                     "WorkstationName", "LogonProcessName|re"};
	for (unsigned i = 0; i < 300; i++) {
		char path[96];
		snprintf(path, sizeof path, "%s/rule%u.yml", folder, i);
		FILE *f = fopen(path, "w");
		if (!f)
			exit(1);
		fprintf(f,
		        "title: Rule %u\nid: 00000000-0000-0000-0000-%012u\nlogsource:\n    product: windows\n"
		        "    service: security\ndetection:\n    a:\n        EventID: 4624\n        %s: 'w%u-x'\n"
		        "    b:\n        LogonType: 3\n    condition: a and b\nlevel: high\n",
		        i, i, fields[i % 5], i);
		fclose(f);
	}
}

static void remove_rules(const char *folder)
{
	for (unsigned i = 0; i < 300; i++) {
		char path[96];
		snprintf(path, sizeof path, "%s/rule%u.yml", folder, i);
		unlink(path);
	}
	rmdir(folder);
}

/* MB/s with all rules; 0: they could not be loaded. */
static double with_rules(struct log_file *files, size_t count, double total, int rounds)
{
	char made[] = "/tmp/bench-sigma-XXXXXX";
	const char *folder = getenv("GENBA_SIGMA_RULES");
	struct err err = ERR_INIT;
	double own[ROUNDS];
	int is_made = !folder || !*folder;
	if (is_made) {
		folder = mkdtemp(made);
		if (!folder)
			return 0;
		make_rules(folder);
	}
	struct sigma *rules = sigma_load(folder, NULL, &err);
	if (is_made)
		remove_rules(folder);
	if (!rules) {
		printf("the rules cannot be loaded: %s\n", err.message);
		return 0;
	}
	for (int i = 0; i < rounds; i++)
		own[i] = own_seconds(files, count, rules);
	qsort(own, (size_t)rounds, sizeof *own, by_size);
	double fast = total / own[rounds / 2];
	printf("with %zu Sigma rules%s: %.0f MB/s of processor time\n", sigma_rule_count(rules),
	       is_made ? " of our own making" : "", fast);
	sigma_free(rules);
	return fast;
}

extern const struct worker_job sigma_job;

int main(int argc, char **argv)
{
	const struct worker_job *const jobs[] = {&sigma_job, NULL};
	worker_main(argc, argv, jobs);
	int brief = argc > 1 && strcmp(argv[1], "--short") == 0;
	size_t count = (size_t)(argc - 1 - brief);
	char made[] = "/tmp/bench-triage-XXXXXX";
	struct log_file *files = xcalloc(count + 1, sizeof *files);
	double total = 0;
	if (count == 0) {
		int fd = mkstemp(made);
		close(fd);
		make(made, brief ? 2000 : 20000);
		files[count++].path = made;
	} else {
		*made = '\0';
		for (size_t i = 0; i < count; i++)
			files[i].path = argv[1 + (size_t)brief + i];
	}
	for (size_t i = 0; i < count; i++) {
		struct buf b = BUF_INIT;
		if (buf_read_file(&b, files[i].path, (size_t)1 << 32, NULL) < 0)
			return 1;
		files[i].bytes = buf_take(&b, &files[i].n);
		total += used_bytes(&files[i]) / 1e6;
	}
	double own[ROUNDS];
	double peer[ROUNDS];
	int rounds = brief ? 1 : ROUNDS;
	for (int i = 0; i < rounds; i++) {
		own[i] = own_seconds(files, count, NULL);
		peer[i] = peer_seconds(files, count);
	}
	qsort(own, (size_t)rounds, sizeof *own, by_size);
	qsort(peer, (size_t)rounds, sizeof *peer, by_size);
	double fast = total / own[rounds / 2];
	printf("event logs to rows: %.1f MB, %llu rows, %.0f MB/s of processor time\n", total, (unsigned long long)rows,
	       fast);
	if (peer[rounds / 2] > 0)
		printf("evtxexport: %.1f MB/s; ratio %.0f\n", total / peer[rounds / 2],
		       peer[rounds / 2] / own[rounds / 2]);
	else
		printf("evtxexport (Debian: libevtx-utils) is not installed: no ratio\n");
	double judged = with_rules(files, count, total, rounds);
	if (*made)
		unlink(made);
	for (size_t i = 0; i < count; i++)
		free(files[i].bytes);
	free(files);
	return fast < (brief ? 10 : 40) || judged < (brief ? 3 : 15); /* far below what a slow machine does */
}
