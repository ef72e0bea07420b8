/*
 * The gate: how a case is opened that this machine and identity did not write.
 *
 * A case is a file that somebody else may have made, with a key that opens it for us. Until every row of it was judged it
 * is foreign: it is opened for reading only, none of its settings, drafts and unfinished work is obeyed, nothing is signed
 * or written for it. So opening goes through here:
 *
 *   as left   this machine, with this identity, made this file or judged it before, and left it as it is now, or in a
 *             session that was cut short: opened as it is. What is known is kept by trust/known.h, so that no other file
 *             can pass for it
 *   changed   it was known, and somebody else wrote into it since, as on a stick that goes round: judged like the next
 *   not known a caged process opens it, with its log if one lies beside it, and verifies all of it (case_verify(): pages,
 *             structure, history, signatures, every record through record_validate()). With nothing found, and a header
 *             that a responder signed, it is opened for writing, without what its last holder left beside the records,
 *             and known from then on. With a finding it stays open for reading only, and the notice says why
 *
 *     struct case_file *c = gate_open("site.genba", &unlock, 0, &progress, &err);
 *
 * One's own drafts are there in any case: they are signed (store/draft.h). One's own case on a machine that does not know
 * it (its header and last action are signed by this identity) keeps its settings. Without an identity it is read, and
 * nothing is written.
 */
#ifndef GENBA_CASE_CARE_GATE_H
#define GENBA_CASE_CARE_GATE_H

#include "base/progress.h"
#include "base/worker/worker.h"
#include "case/case.h"

enum gate_flags {
	GATE_UPGRADE = 1, /* a person asked for a change: a stranger's case of an older format may be upgraded for it */
};

/* Opens a case as said above. NULL as case_open(). A file that cannot be judged is open for reading only, too. */
struct case_file *gate_open(const char *path, const struct case_unlock *unlock, unsigned flags,
                            const struct progress *progress, struct err *err);

/* The caged process that judges; a row of main()'s table. */
extern const struct worker_job gate_job;

#endif
