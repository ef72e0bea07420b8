/*
 * Reading evidence: which files there are, which parser each is for, and what it says of them.
 *
 * Files are opened here and parsed in the cage, many in one worker. A file at
 * which the worker ends is a problem, and the files behind it go to the next one.
 *
 *     struct triage_reading r = {.rows = take_rows, .problem = take_problem, .ctx = &sum};
 *     struct triage_read_sum sum;
 *     triage_read_path(&r, "/media/zips/HR-PC-03", &sum, &err);        // a file, or a folder and all below
 *     triage_read_sum_release(&sum);
 *
 * A zip of a collector and an image of a disk are trees (tree/tree.h): their files are rows, and those that a parser knows are
 * parsed where they lie. What of them cannot be opened is a problem that says so.
 *
 * Rows come as whole packed rows whose lengths alone were looked at: they go to
 * what checks them (observation_sorter_add, observation_maker_add).
 */
#ifndef GENBA_FINDING_TRIAGE_READING_H
#define GENBA_FINDING_TRIAGE_READING_H

#include "base/progress.h"
#include "finding/triage/parse/parser.h"

struct stored;

struct triage_reading {
	const char *only; /* names of parsers with commas; NULL: all */
	int recover;      /* in an image: what was deleted is parsed, too */
	int vss;          /* in an image: shadow copies are read, too */
	const char *key;  /* a secret: for volumes and zips that are encrypted; NULL: none */
	int (*rows)(void *ctx, const void *bytes, size_t n, struct err *err);
	int (*problem)(void *ctx, const char *path, uint64_t offset, const char *reason, struct err *err);
	void *ctx;
	const struct progress *progress;
};

struct triage_read_sum {
	uint64_t files;  /* that were there */
	uint64_t parsed; /* that a parser recognised */
	uint64_t problems;
	json_t *parsed_files; /* {"path", "parser", "facts"} of each that was parsed to its end */
	char parsers[256];    /* "evtx 1": those that were at work */
};

/* ERR_INVALID if `only` names what is no parser. */
int triage_only_check(const char *only, struct err *err);

/* 0, also with problems; -1: it is not there, the person cancelled, or who takes the rows failed. Release *sum in any case. */
int triage_read_path(const struct triage_reading *r, const char *path, struct triage_read_sum *sum, struct err *err);

/* The same of stored evidence; `name` is its path in rows. An E01 is read with its segments. */
int triage_read_stored(const struct triage_reading *r, struct stored *s, const char *name, struct triage_read_sum *sum,
                       struct err *err);

void triage_read_sum_release(struct triage_read_sum *sum);

#endif
