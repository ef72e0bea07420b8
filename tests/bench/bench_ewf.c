/*
 * E01 images against ewfacquire at the same level of compression, alternating in one run, medians; in an unlocked
 * session. Like with like: ours with --verify-later against ewfacquire, which does not read back; ours with the image read
 * back, in the cage, against ewfacquire and then ewfverify. Ours hashes more (SHA-256 and pieces beside the MD5 that both make). Without ewf-tools
 * (apt-get install ewf-tools) there is no peer, which is said. Processor time is given beside it: ours is shared by all
 * processors and does not depend on what else the machine does, ewfacquire's is that of one.
 *   bench_ewf [--short]      BENCH_MEMORY: a folder in memory (/dev/shm), BENCH_MIB: MiB to copy (512)
 */
#include "base/err.h"
#include "base/secret.h"
#include "base/time/clock.h"
#include "case/case.h"
#include "case/identity/identity.h"
#include "evidence/image/ewf.h"
#include "evidence/preserve.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROUNDS 3

static char folder[512];
static struct case_file *c;

static void give_up(void)
{
	char *command = xasprintf("rm -rf '%s'", folder);
	int rc = system(command);
	free(command);
	exit(rc ? 2 : 1); /* a figure of work that failed is no figure */
}

/* Processor seconds of this process and of its children that have ended. */
static double spent(void)
{
	static const int whose[] = {RUSAGE_SELF, RUSAGE_CHILDREN};
	double sum = 0;
	for (size_t i = 0; i < 2; i++) {
		struct rusage used;
		getrusage(whose[i], &used);
		sum += (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
		       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1e-6;
	}
	return sum;
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

static double preserve(const char *path, enum ewf_compression compression, int later)
{
	struct preserved p;
	struct err err = ERR_INIT;
	char to[600];
	snprintf(to, sizeof to, "%s/to", folder);
	struct preserve_options o = {
	    .form = EVIDENCE_EWF, .to_dir = to, .compression = compression, .verify_later = later};
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
		give_up();
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
	snprintf(source, sizeof source, "%s/source", folder);
	snprintf(copy, sizeof copy, "%s/copy", folder);
	snprintf(command, sizeof command, "ewfacquire -u -q -c %s -t \"$B\" \"$A\" >/dev/null 2>&1",
	         levels[compression]);
	make_source(source, size, random);
	for (int i = 0; i < ROUNDS; i++) {
		double before = spent();
		ours[i] = preserve(source, compression, 0);
		ours_cpu[i] = spent() - before;
		later[i] = preserve(source, compression, 1);
		if (!has_peer)
			continue;
		before = spent();
		peer[i] = shell(command, source, copy);
		peer_cpu[i] = spent() - before;
		verified[i] = peer[i] + shell("ewfverify -q \"$B.E01\" >/dev/null 2>&1", source, copy);
		shell("rm -f \"$B\".E*", source, copy);
	}
	double a = median(ours);
	double b = median(peer);
	double l = median(later);
	printf("%-18s level %s, %4llu MiB: verified later %6.2f s", what, levels[compression],
	       (unsigned long long)(size >> 20), l);
	if (has_peer)
		printf(", ewfacquire %6.2f s: %5.2f x", b, b / l);
	printf("   read back %6.2f s", a);
	if (has_peer)
		printf(", with ewfverify %6.2f s: %5.2f x   processor %.2f s, ewfacquire %.2f s", median(verified),
		       median(verified) / a, median(ours_cpu), median(peer_cpu));
	printf("%s\n", has_peer ? "" : "   ewfacquire is absent");
	fflush(stdout);
	unlink(source);
	return has_peer && a > 3 * b; /* not slower is the target, on a quiet machine of two processors */
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
	begin(memory ? memory : "/dev/shm");
	printf("E01 from and to memory, medians of %d\n", ROUNDS);
	int failed = 0;
	for (int level = EWF_NONE; level <= EWF_BEST; level++) {
		uint64_t n = level == EWF_BEST ? size / 4 : size;
		failed |= images("half compresses", n, 0, (enum ewf_compression)level);
		failed |= images("does not compress", n, 1, (enum ewf_compression)level);
	}
	case_close(c, NULL);
	shell("rm -rf \"$A\"", folder, "");
	return failed;
}
