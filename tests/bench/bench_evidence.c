/*
 * Preserving against dc3dd, cp + sha256sum, and find | xargs sha256sum, alternating in one run, medians; in an
 * unlocked session. Peers that are not installed are said to be absent (dc3dd: apt-get install dc3dd).
 *   bench_evidence [--short]      BENCH_MEMORY: a folder in memory (/dev/shm), BENCH_DISK: one on a disk (/var/tmp),
 *                                 BENCH_MIB: MiB to copy (1024), BENCH_FILES: files of the tree (100000)
 */
#include "base/err.h"
#include "base/secret.h"
#include "base/time/clock.h"
#include "case/case.h"
#include "case/identity/identity.h"
#include "evidence/preserve.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROUNDS 3

static char folder[512];
static struct case_file *c;
static uint64_t size = 1U << 30;
static unsigned files = 100000;
static int failed;

static void give_up(void)
{
	char *command = xasprintf("rm -rf '%s'", folder);
	int rc = system(command);
	free(command);
	exit(rc ? 2 : 1); /* a figure of work that failed is no figure */
}

/* Runs a command with $A and $B set; the seconds that it took. */
static double shell(const char *command, const char *a, const char *b)
{
	setenv("A", a, 1);
	setenv("B", b, 1);
	double began = clock_steady();
	int rc = system(command);
	double took = clock_steady() - began;
	if (rc != 0) {
		printf("failed: %s\n", command);
		give_up();
	}
	return took;
}

static int there(const char *program)
{
	char *command = xasprintf("command -v %s >/dev/null", program);
	int rc = system(command);
	free(command);
	return rc == 0;
}

static double preserve(const char *path, enum evidence_form form, unsigned also)
{
	struct preserved p;
	struct err err = ERR_INIT;
	char to[600];
	snprintf(to, sizeof to, "%s/to", folder);
	struct preserve_options o = {.form = form, .to_dir = to, .also = also};
	double began = clock_steady();
	if (evidence_preserve(c, path, &o, &p, &err) < 0 || !p.complete) {
		printf("failed: %s %s\n", err.message, p.note.data);
		give_up();
	}
	double took = clock_steady() - began;
	preserved_release(&p);
	shell("rm -rf \"$A\"", to, "");
	return took;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;
	return x < y ? -1 : x > y;
}

static double median(double *times)
{
	qsort(times, ROUNDS, sizeof *times, compare);
	return times[ROUNDS / 2];
}

static void row(const char *what, double ours, double peer, const char *name)
{
	printf("%-46s %6.2f s %6.3f GB/s", what, ours, (double)size / 1e9 / ours);
	if (peer > 0)
		printf("   %s %6.2f s   %5.2f x", name, peer, peer / ours);
	printf("\n");
	fflush(stdout);
}

static long peak_kib(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[256];
	long kib = 0;
	while (f && fgets(line, sizeof line, f))
		if (sscanf(line, "VmHWM: %ld", &kib) == 1)
			break;
	if (f)
		fclose(f);
	return kib;
}

static void make_source(const char *path)
{
	unsigned char *bytes = xmalloc(1U << 20);
	FILE *f = fopen(path, "wb");
	for (uint64_t at = 0; f && at < size; at += 1U << 20) {
		randombytes_buf(bytes, 1U << 20);
		if (fwrite(bytes, 1, 1U << 20, f) != 1U << 20)
			failed = 1;
	}
	if (!f || fclose(f) != 0)
		failed = 1;
	free(bytes);
}

static void copies(const char *where)
{
	char source[600];
	char copy[600];
	double raw[ROUNDS];
	double dc3dd[ROUNDS];
	double cp[ROUNDS];
	double all[ROUNDS];
	double dc3dd_all[ROUNDS];
	double sealed[ROUNDS];
	int peer = there("dc3dd");
	snprintf(source, sizeof source, "%s/source", folder);
	snprintf(copy, sizeof copy, "%s/copy", folder);
	make_source(source);
	long before = peak_kib();
	for (int i = 0; i < ROUNDS; i++) {
		raw[i] = preserve(source, EVIDENCE_RAW, 0);
		dc3dd[i] = peer ? shell("dc3dd if=\"$A\" hof=\"$B\" hash=sha256 >/dev/null 2>&1", source, copy) : 0;
		unlink(copy);
		cp[i] = shell("cp \"$A\" \"$B\"", source, copy) +
		        shell("sync \"$A\" && sha256sum \"$A\" >/dev/null", copy, copy) +
		        shell("sha256sum \"$A\" >/dev/null", source, "");
		unlink(copy);
		all[i] = preserve(source, EVIDENCE_RAW, DIGEST_MD5 | DIGEST_SHA1);
		dc3dd_all[i] = peer ? shell("dc3dd if=\"$A\" hof=\"$B\" hash=sha256 hash=sha1 hash=md5 >/dev/null 2>&1",
		                            source, copy)
		                    : 0;
		unlink(copy);
		sealed[i] = preserve(source, EVIDENCE_SEALED, 0);
	}
	long after = peak_kib();
	printf("%s, %llu MiB that do not compress, medians of %d%s\n", where, (unsigned long long)(size >> 20), ROUNDS,
	       peer ? "" : "; dc3dd is absent");
	double ours = median(raw);
	row("copy + read back + SHA-256 + BLAKE2b pieces", ours, median(dc3dd), "dc3dd hof");
	row("  the same", ours, median(cp), "cp + sync + 2 sha256sum");
	row("  with MD5 and SHA-1", median(all), median(dc3dd_all), "dc3dd hof");
	row("sealed + read back", median(sealed), 0, "");
	printf("memory above the unlocked session: %ld MiB\n", (after - before) / 1024);
	if (after - before > 64 * 1024)
		failed = 1;
	unlink(source);
}

static void tree(void)
{
	char root[600];
	char path[700];
	double ours[ROUNDS];
	double peer[ROUNDS];
	snprintf(root, sizeof root, "%s/tree", folder);
	mkdir(root, 0700);
	for (unsigned i = 0; i < files; i++) {
		if (i % 1000 == 0) {
			snprintf(path, sizeof path, "%s/%u", root, i / 1000);
			mkdir(path, 0700);
		}
		snprintf(path, sizeof path, "%s/%u/%u", root, i / 1000, i);
		FILE *f = fopen(path, "w");
		if (!f || fprintf(f, "%u%*s", i, (int)(i * 7 % 8000), "") < 0 || fclose(f) != 0)
			failed = 1;
	}
	for (int i = 0; i < ROUNDS; i++) {
		ours[i] = preserve(root, EVIDENCE_HASH, 0);
		peer[i] = shell("find \"$A\" -type f -print0 | xargs -0 sha256sum >/dev/null", root, "");
	}
	double a = median(ours);
	double b = median(peer);
	printf("tree of %u files, on record: %.2f s; find | xargs sha256sum %.2f s: %.2f x its time\n", files, a, b,
	       a / b);
	if (a > 4 * b) /* the target is 2 on a quiet machine */
		failed = 1;
	shell("rm -rf \"$A\"", root, "");
}

static void begin(const char *base)
{
	struct err err = ERR_INIT;
	char path[600];
	snprintf(folder, sizeof folder, "%s/genba-bench-XXXXXX", base);
	if (!mkdtemp(folder))
		exit(1);
	snprintf(path, sizeof path, "%s/site.genba", folder);
	struct identity *id = identity_ephemeral("Responder One", "R1");
	struct case_new spec = {.title = "bench", .owner = id};
	c = case_create(path, &spec, &err);
	if (!c) {
		printf("%s\n", err.message);
		exit(1);
	}
}

static void end(void)
{
	case_close(c, NULL);
	shell("rm -rf \"$A\"", folder, "");
}

int main(int argc, char **argv)
{
	struct err err = ERR_INIT;
	const char *memory = getenv("BENCH_MEMORY");
	const char *disk = getenv("BENCH_DISK");
	const char *mib = getenv("BENCH_MIB");
	const char *count = getenv("BENCH_FILES");
	if (secret_setup(&err) < 0)
		return 1;
	if (mib)
		size = strtoull(mib, NULL, 10) << 20;
	if (count)
		files = (unsigned)strtoul(count, NULL, 10);
	if (argc > 1 && strcmp(argv[1], "--short") == 0) {
		size = 32U << 20;
		files = 2000;
	}
	begin(memory ? memory : "/dev/shm");
	copies("from and to memory (the medium cannot be re-read)");
	tree();
	end();
	begin(disk ? disk : "/var/tmp");
	copies("on a disk, the copy re-read from the medium");
	end();
	return failed;
}
