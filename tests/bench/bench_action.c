/*
 * One action: record, commit, signature and index in one transaction, against
 * `git add` and a signed `git commit` of the same text in a work tree with as
 * many files. Rounds alternate; figures are medians. strace counts the syncs.
 */
#include "help_case.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/time/clock.h"
#include "vault/vault.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROUNDS 5

static void shell(const char *dir, const char *commands)
{
	char *command = xasprintf("cd '%s' && %s", dir, commands);
	if (system(command) != 0)
		bench_fail(command, "failed");
	free(command);
}

/* A work tree with `count` files in the same folders, one commit, a signing key. */
static char *git_tree(struct bench_case *b, size_t count)
{
	char *dir = xasprintf("%s/git-%zu", b->folder, count);
	if (mkdir(dir, 0700) < 0)
		bench_fail(dir, strerror(errno));
	for (size_t i = 0; i < count; i++) {
		char *folder = xasprintf("%s/%02zx/%zx", dir, i % 256, i / 256 % 16);
		char *path = xasprintf("%s/%zu.json", folder, i);
		char *above = xasprintf("%s/%02zx", dir, i % 256);
		mkdir(above, 0700);
		mkdir(folder, 0700);
		FILE *out = fopen(path, "w");
		if (!out)
			bench_fail(path, strerror(errno));
		fprintf(out, "{\n \"id\": \"%zu\",\n \"hostname\": \"HR-PC-%05zu\",\n \"status\": \"suspected\"\n}\n",
		        i, i);
		fclose(out);
		free(above);
		free(path);
		free(folder);
	}
	shell(dir, "export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null && git init -q . &&"
	           " ssh-keygen -q -t ed25519 -N '' -f .git/key && git config gpg.format ssh &&"
	           " git config user.signingkey $PWD/.git/key && git config user.name R1 &&"
	           " git config user.email r1@example.invalid && git config gc.auto 0 && git add . && git commit -q -S "
	           "-m first");
	return dir;
}

static void git_action(const char *dir, size_t i, size_t count)
{
	size_t k = i * 7919 % count;
	char *command = xasprintf(
	    "cd '%s' && f=%02zx/%zx/%zu.json && printf '{\\n \"id\": \"%zu\",\\n \"status\": \"%zu\"\\n}\\n' >$f &&"
	    " GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null git add $f &&"
	    " GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null git commit -q -S -m 'set %zu'",
	    dir, k % 256, k / 256 % 16, k, k, i, k);
	if (system(command) != 0)
		bench_fail("git", "commit failed");
	free(command);
}

/* Syncs of `actions` actions, counted by strace on this program itself; -1 without strace. */
static long count_syncs(const char *self, size_t actions)
{
	char *command = xasprintf("strace -f -qq -e trace=fsync,fdatasync -o /dev/stdout '%s' --actions %zu 2>/dev/null"
	                          " | sed -n '/write(1/d; /sync(/p' | wc -l",
	                          self, actions);
	FILE *pipe = popen(command, "r");
	long n = -1;
	if (pipe && fscanf(pipe, "%ld", &n) != 1)
		n = -1;
	if (pipe)
		pclose(pipe);
	free(command);
	return n > 0 ? n : -1;
}

static int actions_only(size_t count)
{
	struct bench_case b;
	bench_case_open(&b, NULL);
	sqlite3_exec(case_db(b.c), "PRAGMA wal_autocheckpoint = 0", NULL, NULL, NULL); /* between checkpoints */
	for (size_t i = 0; i < count; i++)
		bench_action(&b, i);
	/* as a kill would: no checkpoint at the close is counted */
	char *command = xasprintf("rm -rf '%s'", b.folder);
	int rc = system(command);
	free(command);
	_exit(rc == 0 ? 0 : 1);
}

static int measure(size_t records, size_t actions, size_t commits)
{
	struct bench_case b;
	double cpu[ROUNDS];
	double wall[ROUNDS];
	double git_cpu[ROUNDS];
	double git_wall[ROUNDS];
	size_t done = 0;
	size_t made = 0;
	bench_case_open(&b, NULL);
	bench_records(&b, records);
	char *dir = git_tree(&b, records);
	for (size_t r = 0; r < ROUNDS; r++) {
		double start = clock_steady();
		double used = bench_cpu();
		for (size_t i = 0; i < actions; i++)
			bench_action(&b, done++);
		cpu[r] = (bench_cpu() - used) / (double)actions * 1e3;
		wall[r] = (clock_steady() - start) / (double)actions * 1e3;
		start = clock_steady();
		used = bench_cpu_children();
		for (size_t i = 0; i < commits; i++)
			git_action(dir, made++, records);
		git_cpu[r] = (bench_cpu_children() - used) / (double)commits * 1e3;
		git_wall[r] = (clock_steady() - start) / (double)commits * 1e3;
	}
	double c = bench_median(cpu, ROUNDS);
	double w = bench_median(wall, ROUNDS);
	double gc = bench_median(git_cpu, ROUNDS);
	double gw = bench_median(git_wall, ROUNDS);
	printf("%6zu records: genba %.2f ms CPU, %.2f ms in all; git %.1f ms CPU, %.1f ms in all; ratio %.0f CPU, %.0f "
	       "in all\n",
	       records, c, w, gc, gw, gc / c, gw / w);
	free(dir);
	bench_case_close(&b);
	return (c > 1.5) + (records >= 10000 && gc / c < 20);
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "--actions") == 0)
		return actions_only(strtoul(argv[2], NULL, 10));
	int brief = argc > 1 && strcmp(argv[1], "--short") == 0;
	int missed = measure(1000, brief ? 50 : 400, brief ? 2 : 10);
	if (!brief)
		missed += measure(10000, 400, 10);
	char self[512];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	self[n > 0 ? n : 0] = '\0';
	long few = count_syncs(self, 20);
	long more = count_syncs(self, 120);
	if (few < 0 || more < 0) {
		printf("strace is not here: syncs were not counted\n");
	} else {
		printf("syncs of 100 actions between checkpoints: %ld\n", more - few);
		missed += more - few > 102;
	}
	printf("targets: <= 1.5 ms CPU, >= 20 times git at 10,000 records, one sync an action: %d missed\n", missed);
	return missed ? 1 : 0;
}
