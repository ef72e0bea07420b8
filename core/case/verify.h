/*
 * Verification of a whole case.
 *
 * Checks pages and seal, SQLite's own structure, every object, signature and
 * chain of the history, that the records equal the tree of the last commit,
 * that labels are unique and that stored texts fit their digests. Evidence is
 * re-read by evidence/, which lies above.
 */
#ifndef GENBA_CASE_VERIFY_H
#define GENBA_CASE_VERIFY_H

#include "case/case.h"

struct verify_report {
	uint64_t pages, commits, objects, signatures, records, texts;
	uint64_t findings; /* 0: nothing wrong was found in what was checked */
};

typedef void (*verify_fn)(void *ctx, const char *part, const char *text);

/* 0 when everything could be checked (see `findings`), -1 if verification itself stopped (cancelled, unreadable). */
int case_verify(struct case_file *c, const struct progress *progress, verify_fn finding, void *ctx,
                struct verify_report *report, struct err *err);

#endif
