/*
 * Preserving against dc3dd, cp + sha256sum, and find | xargs sha256sum, alternating in one run, medians; in an
 * unlocked session. Peers that are not installed are said to be absent (dc3dd: apt-get install dc3dd).
 *   bench_evidence [--short]      BENCH_MEMORY: a folder in memory (/dev/shm), BENCH_DISK: one on a disk (/var/tmp),
 *                                 BENCH_MIB: MiB to copy (1024), BENCH_FILES: files of the tree (100000)
 */
#include "help_case.h"
#include "help_preserve.h"

#include "base/err.h"
#include "base/secret.h"
#include "base/time/clock.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROUNDS 3

static struct bench_preserve bench;
static uint64_t size = 1U << 30;
static unsigned files = 100000;
static int failed;

static double preserve(const char *path, enum evidence_form form, unsigned also)
{
	struct preserve_options o = {.form = form, .also = also};
	return bench_preserve_time(&bench, path, &o);
}

static int there(const char *program)
{
	char *command = xasprintf("command -v %s >/dev/null", program);
	int rc = system(command);
	free(command);
	return rc == 0;
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
	snprintf(source, sizeof source, "%s/source", bench.folder);
	snprintf(copy, sizeof copy, "%s/copy", bench.folder);
	make_source(source);
	long before = peak_kib();
	for (int i = 0; i < ROUNDS; i++) {
		raw[i] = preserve(source, EVIDENCE_RAW, 0);
		dc3dd[i] = peer ? bench_preserve_shell(&bench, "dc3dd if=\"$A\" hof=\"$B\" hash=sha256 >/dev/null 2>&1",
		                                       source, copy)
		                : 0;
		unlink(copy);
		cp[i] = bench_preserve_shell(&bench, "cp \"$A\" \"$B\"", source, copy) +
		        bench_preserve_shell(&bench, "sync \"$A\" && sha256sum \"$A\" >/dev/null", copy, copy) +
		        bench_preserve_shell(&bench, "sha256sum \"$A\" >/dev/null", source, "");
		unlink(copy);
		all[i] = preserve(source, EVIDENCE_RAW, DIGEST_MD5 | DIGEST_SHA1);
		dc3dd_all[i] =
		    peer ? bench_preserve_shell(
		               &bench, "dc3dd if=\"$A\" hof=\"$B\" hash=sha256 hash=sha1 hash=md5 >/dev/null 2>&1",
		               source, copy)
		         : 0;
		unlink(copy);
		sealed[i] = preserve(source, EVIDENCE_SEALED, 0);
	}
	long after = peak_kib();
	printf("%s, %llu MiB that do not compress, medians of %d%s\n", where, (unsigned long long)(size >> 20), ROUNDS,
	       peer ? "" : "; dc3dd is absent");
	double ours = bench_median(raw, ROUNDS);
	row("copy + read back + SHA-256 + BLAKE2b pieces", ours, bench_median(dc3dd, ROUNDS), "dc3dd hof");
	row("  the same", ours, bench_median(cp, ROUNDS), "cp + sync + 2 sha256sum");
	row("  with MD5 and SHA-1", bench_median(all, ROUNDS), bench_median(dc3dd_all, ROUNDS), "dc3dd hof");
	row("sealed + read back", bench_median(sealed, ROUNDS), 0, "");
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
	snprintf(root, sizeof root, "%s/tree", bench.folder);
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
		peer[i] = bench_preserve_shell(&bench, "find \"$A\" -type f -print0 | xargs -0 sha256sum >/dev/null",
		                               root, "");
	}
	double a = bench_median(ours, ROUNDS);
	double b = bench_median(peer, ROUNDS);
	printf("tree of %u files, on record: %.2f s; find | xargs sha256sum %.2f s: %.2f x its time\n", files, a, b,
	       a / b);
	if (a > 4 * b) /* the target is 2 on a quiet machine */
		failed = 1;
	bench_preserve_shell(&bench, "rm -rf \"$A\"", root, "");
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
	bench_preserve_open(&bench, memory ? memory : "/dev/shm");
	copies("from and to memory (the medium cannot be re-read)");
	tree();
	bench_preserve_close(&bench);
	bench_preserve_open(&bench, disk ? disk : "/var/tmp");
	copies("on a disk, the copy re-read from the medium");
	bench_preserve_close(&bench);
	return failed;
}
