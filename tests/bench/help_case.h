/* Shared by the benchmarks of a case: a scratch folder, a case in it, actions as people make them, medians. */
#ifndef GENBA_TESTS_BENCH_HELP_CASE_H
#define GENBA_TESTS_BENCH_HELP_CASE_H

#include "case/store/record.h"

#include <stddef.h>
#include <stdint.h>

struct bench_case {
	char *folder; /* removed by bench_case_close(), unless it is to be kept */
	int keep;
	char *path;
	struct identity *identity;
	struct case_file *c;
	size_t assets; /* R1-A1 … */
};

/*
 * A fresh folder under TMPDIR (/tmp), machine data in it, an identity in memory, an empty case. Ends the program on
 * errors. With `keep`, the folder is that one and stays, and the identity is a file there whose passphrase is "bench":
 * XDG_DATA_HOME=KEEP genba -c KEEP/site.genba … opens the case.
 */
void bench_case_open(struct bench_case *b, const char *keep);
void bench_case_reopen(struct bench_case *b);
void bench_case_close(struct bench_case *b);

/* `count` further records of mixed kinds, in bulk commits of 1,000. */
void bench_records(struct bench_case *b, size_t count);

/* The i-th action as people make them: an asset changed, a note, an event, an indicator; one commit. */
void bench_action(struct bench_case *b, size_t i);

double bench_cpu(void);          /* seconds of this process */
double bench_cpu_children(void); /* seconds of children that ended */
double bench_median(double *values, size_t count);
void bench_fail(const char *what, const char *why);

#endif
