/*
 * Verification of a whole case.
 *
 * Checks the file (headers, anchors, log), each page and the seal, SQLite's own
 * structure, every object, signature and chain of the history against the
 * responders known at that point, that the records equal the tree of the last
 * commit and references are indexed, that no commit changed what holds for ever
 * (record_origin.h), what holds over all records together (invariants.h), and
 * that kept texts and files fit their digests. Evidence is re-read by evidence/, which lies
 * above.
 *
 * All at once is case_verify(). In slices, for the check that runs behind the
 * first screen while the owner of the case goes on working:
 *
 *     struct verify *v = verify_begin(c, finding, ctx);
 *     while (idle && verify_step(v, 0.005, &err) == 1)     // 5 ms at a time
 *         verify_line(v, &status);                         // what is checked, and what is not yet
 *     verify_end(v);
 *
 * A check in slices looks at what there was when each part began; what is
 * written meanwhile is known to this process anyway. No statement stays open
 * between slices. A rotation of the case ends the check: begin another.
 *
 * How much a slice does depends on no number of records: a commit of a hundred
 * thousand is left in the middle. What is done in one piece is one object of the
 * history, and the reading of one kept file's packed bytes: at most 64 MiB, where
 * genba itself writes some KiB.
 */
#ifndef GENBA_CASE_CARE_VERIFY_H
#define GENBA_CASE_CARE_VERIFY_H

#include "case/case.h"

struct verify_report {
	uint64_t pages, commits, objects, signatures, records, texts, files;
	uint64_t absent;   /* texts and files that records name and this copy does not hold: purged, or left behind */
	uint64_t findings; /* 0: nothing wrong was found in what was checked */
};

/* A thing wrong: the part's name for people (borrowed, translated), and what. `text` may hold text from outside. */
typedef void (*verify_fn)(void *ctx, const char *part, const char *text);

/* 0 when everything could be checked (see `findings`), -1 if verification itself stopped (cancelled, unreadable). */
int case_verify(struct case_file *c, const struct progress *progress, verify_fn finding, void *ctx,
                struct verify_report *report, struct err *err);

enum verify_part {
	VERIFY_FILE,       /* headers, anchors, log, what opening found */
	VERIFY_PAGES,      /* each page authenticates and is the one last written */
	VERIFY_HISTORY,    /* objects, commits, chain */
	VERIFY_STRUCTURE,  /* SQLite's integrity_check, table by table; other processors do signatures meanwhile */
	VERIFY_RECORDS,    /* against the tree, labels, references */
	VERIFY_TEXTS,      /* kept texts and files against their digests */
	VERIFY_SIGNATURES, /* of the commits: what the other processors have not done meanwhile */
	VERIFY_PARTS,
};

struct verify_state {
	const char *name;     /* for people, translated */
	uint64_t done, total; /* total 0: not known yet */
	int begun, checked;
	uint64_t findings;
};

struct verify; /* a check under way */

/* Never fails; `finding` may be NULL. The case must stay open, in this thread, until verify_end(). */
struct verify *verify_begin(struct case_file *c, verify_fn finding, void *ctx);

/* What SQLite checks in one piece (a table's structure) is left when `fd` can be read, and begun again by a later step: the
 * descriptor that keys come from. Whoever calls verify_step() reads it in between. */
void verify_heed(struct verify *v, int fd);

/* Works for about that many seconds (one slice at least, which takes some milliseconds). 1: there is more, 0: all is
 * checked, -1: it cannot go on, and the error says why. While an action is open it does nothing and returns 1. */
int verify_step(struct verify *v, double seconds, struct err *err);

/* How far each part is, and all counts so far. */
void verify_states(const struct verify *v, struct verify_state states[VERIFY_PARTS]);
const struct verify_report *verify_report(const struct verify *v);

/* One line for people: "checked: file, pages; history 43 %; not yet: records, texts". */
struct buf;
void verify_line(const struct verify *v, struct buf *line);

void verify_end(struct verify *v); /* NULL is fine */

#endif
