/*
 * Looking at evidence that is in no case: its rows in the order of time, and what they add up to.
 *
 *     struct triage_look look = {.path = "Security.evtx", .row = print_row, .problem = print_problem, .ctx = &out};
 *     struct triage_looked seen;
 *     triage_look(&look, &seen, &err);
 *     triage_looked_release(&seen);
 */
#ifndef GENBA_FINDING_TRIAGE_LOOK_H
#define GENBA_FINDING_TRIAGE_LOOK_H

#include "finding/triage/reading.h"

struct sigma;

struct triage_look {
	const char *path; /* a file or a folder */
	const char *only;
	int recover;
	int vss;
	const char *key;     /* a secret: for volumes and zips that are encrypted; NULL: none */
	struct sigma *rules; /* of a person (finding/sigma/sigma.h); NULL: none */
	/* Borrowed for the call; `sha256` is that of the file that was named, "" for a folder: it makes the ids. */
	int (*row)(void *ctx, const struct observation *o, const char *sha256, struct err *err);
	int (*problem)(void *ctx, const char *path, uint64_t offset, const char *reason, struct err *err);
	void *ctx;
	const struct progress *progress;
};

struct triage_looked {
	struct triage_read_sum sum;
	uint64_t rows;
	char evidence_sha256[65]; /* "" of a folder */
	char set_sha256[65];      /* what the set's digest would be in a case */
	json_t *findings;         /* of the first checks (check/check.h) */
};

/* SHA-256 of a file's bytes, in hexadecimal; "" of a folder. */
int triage_digest(const char *path, char sha256[65], struct err *err);

int triage_look(const struct triage_look *look, struct triage_looked *seen, struct err *err);
void triage_looked_release(struct triage_looked *seen);

#endif
