/*
 * E01 images against ewfacquire at the same level of compression, alternating in one run, medians; in an unlocked
 * session. Like with like: ours with --verify-later against ewfacquire, which does not read back; ours with the image read
 * back, in the cage, against ewfacquire and then ewfverify. Ours hashes more (SHA-256 and pieces beside the MD5 that both
 * make). Without ewf-tools (apt-get install ewf-tools) there is no peer, which is said. Processor time is given beside it:
 * ours is shared by all processors and does not depend on what else the machine does, ewfacquire's is that of one.
 *   bench_ewf [--short]      BENCH_MEMORY: a folder in memory (/dev/shm), BENCH_MIB: MiB to copy (512)
 */
#include "help_case.h"
#include "help_preserve.h"

#include "base/err.h"
#include "base/secret.h"
#include "evidence/image/ewf.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROUNDS 3

static struct bench_preserve bench;

static double preserve(const char *path, enum ewf_compression compression, int later)
{
	struct preserve_options o = {.form = EVIDENCE_EWF, .compression = compression, .verify_later = later};
	return bench_preserve_time(&bench, path, &o);
}

/* Every other 64 KiB is text that compresses to about a third; with `random` nothing does. */
static void make_source(const char *path, uint64_t size, int random)
{
	static const char *const words[] = {"error ",      "192.0.2.17 ", "GET /index ", "session ",
	                                    "2026-11-25T", "user=",       "denied\n",    "0x7f3a "};
	unsigned char *bytes = xmalloc(1U << 20);
	FILE *f = fopen(path, "wb");
	int bad = !f;
	for (uint64_t at = 0; !bad && at < size; at += 1U << 20) {
		randombytes_buf(bytes, 1U << 20);
		for (size_t i = 0; !random && i + 12 < 1U << 20;) {
			if (i & 0x10000) {
				i = (i | 0xFFFF) + 1;
				continue;
			}
			const char *word = words[bytes[i] % 8];
			memcpy(bytes + i, word, strlen(word));
			i += strlen(word) + bytes[i + 11] % 3;
		}
		bad = fwrite(bytes, 1, 1U << 20, f) != 1U << 20;
	}
	if (bad || fclose(f) != 0) {
		printf("failed: cannot write the source\n");
		bench_preserve_give_up(&bench);
	}
	free(bytes);
}

static int images(const char *what, uint64_t size, int random, enum ewf_compression compression)
{
	static const char *const levels[] = {"none", "fast", "best"};
	double ours[ROUNDS];
	double later[ROUNDS];
	double peer[ROUNDS] = {0};
	double verified[ROUNDS] = {0};
	char source[600];
	char copy[600];
	char command[256];
	double ours_cpu[ROUNDS];
	double peer_cpu[ROUNDS] = {0};
	int has_peer = system("command -v ewfacquire >/dev/null && command -v ewfverify >/dev/null") == 0;
	snprintf(source, sizeof source, "%s/source", bench.folder);
	snprintf(copy, sizeof copy, "%s/copy", bench.folder);
	snprintf(command, sizeof command, "ewfacquire -u -q -c %s -t \"$B\" \"$A\" >/dev/null 2>&1",
	         levels[compression]);
	make_source(source, size, random);
	for (int i = 0; i < ROUNDS; i++) {
		double before = bench_cpu() + bench_cpu_children();
		ours[i] = preserve(source, compression, 0);
		ours_cpu[i] = bench_cpu() + bench_cpu_children() - before;
		later[i] = preserve(source, compression, 1);
		if (!has_peer)
			continue;
		before = bench_cpu() + bench_cpu_children();
		peer[i] = bench_preserve_shell(&bench, command, source, copy);
		peer_cpu[i] = bench_cpu() + bench_cpu_children() - before;
		verified[i] =
		    peer[i] + bench_preserve_shell(&bench, "ewfverify -q \"$B.E01\" >/dev/null 2>&1", source, copy);
		bench_preserve_shell(&bench, "rm -f \"$B\".E*", source, copy);
	}
	double a = bench_median(ours, ROUNDS);
	double b = bench_median(peer, ROUNDS);
	double l = bench_median(later, ROUNDS);
	printf("%-18s level %s, %4llu MiB: verified later %6.2f s", what, levels[compression],
	       (unsigned long long)(size >> 20), l);
	if (has_peer)
		printf(", ewfacquire %6.2f s: %5.2f x", b, b / l);
	printf("   read back %6.2f s", a);
	if (has_peer)
		printf(", with ewfverify %6.2f s: %5.2f x   processor %.2f s, ewfacquire %.2f s",
		       bench_median(verified, ROUNDS), bench_median(verified, ROUNDS) / a,
		       bench_median(ours_cpu, ROUNDS), bench_median(peer_cpu, ROUNDS));
	printf("%s\n", has_peer ? "" : "   ewfacquire is absent");
	fflush(stdout);
	unlink(source);
	return has_peer && a > 3 * b; /* not slower is the target, on a quiet machine of two processors */
}

int main(int argc, char **argv)
{
	static const struct worker_job *const jobs[] = {&ewf_job, NULL};
	worker_main(argc, argv, jobs);
	struct err err = ERR_INIT;
	const char *memory = getenv("BENCH_MEMORY");
	const char *mib = getenv("BENCH_MIB");
	uint64_t size = (mib ? strtoull(mib, NULL, 10) : 512) << 20;
	if (secret_setup(&err) < 0)
		return 1;
	if (argc > 1 && strcmp(argv[1], "--short") == 0)
		size = 16U << 20;
	bench_preserve_open(&bench, memory ? memory : "/dev/shm");
	printf("E01 from and to memory, medians of %d\n", ROUNDS);
	int failed = 0;
	for (int level = EWF_NONE; level <= EWF_BEST; level++) {
		uint64_t n = level == EWF_BEST ? size / 4 : size;
		failed |= images("half compresses", n, 0, (enum ewf_compression)level);
		failed |= images("does not compress", n, 1, (enum ewf_compression)level);
	}
	bench_preserve_close(&bench);
	return failed;
}
