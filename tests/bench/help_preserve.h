/* Shared by the benchmarks of evidence: a scratch folder with a case in it, a preservation that is timed, a peer's command. */
#ifndef GENBA_TESTS_BENCH_HELP_PRESERVE_H
#define GENBA_TESTS_BENCH_HELP_PRESERVE_H

#include "evidence/preserve.h"

struct bench_preserve {
	char folder[512];
	struct case_file *c;
};

/* A fresh folder below `base`, with an empty case. Ends the program on errors. */
void bench_preserve_open(struct bench_preserve *b, const char *base);
void bench_preserve_close(struct bench_preserve *b);

/* Removes the folder and ends the program: a figure of work that failed is no figure. */
void bench_preserve_give_up(const struct bench_preserve *b);

/* Runs a command with $A and $B set; the seconds that it took. */
double bench_preserve_shell(const struct bench_preserve *b, const char *command, const char *a, const char *other);

/* The seconds that preserving into the folder took; the copy is removed again. */
double bench_preserve_time(struct bench_preserve *b, const char *path, const struct preserve_options *options);

#endif
