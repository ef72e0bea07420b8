/*
 * A program's output as evidence: what was run, by what, when, and what it said.
 *
 * The program is started without a shell, with nothing on its standard input
 * and without any descriptor of genba's. On record: the command line (with
 * secrets masked, and that they were), the working directory, the path of the
 * program, its SHA-256, its version where the package database knows it (the
 * program is not run once more for it), start, end, exit status, standard output
 * and error, and whether the clock was synchronised. Output lies in the case up
 * to a limit; beyond it, in a sealed container beside the case.
 */
#ifndef GENBA_EVIDENCE_CAPTURE_CAPTURE_H
#define GENBA_EVIDENCE_CAPTURE_CAPTURE_H

#include "evidence/acquire/preserved.h"

#define CAPTURE_LIMIT (8U << 20) /* bytes of standard output, and of error, that are kept in the case */

struct capture_options {
	char *const *argv; /* ends with NULL */
	const char *on;    /* label of the asset, or NULL */
	const char
	    *masks; /* numbers of words to mask, "3,5"; the program is word 1. NULL: only what looks like a secret */
	uint64_t limit; /* 0: CAPTURE_LIMIT */
	const struct progress *progress;
};

/*
 * Runs the program and records it as evidence of the type `output`. 0 when a
 * record was made, whatever the program's status was (`out->note` says it if
 * it is not 0); -1 when the program could not be started, or nothing be recorded.
 */
int evidence_capture(struct case_file *c, const struct capture_options *options, struct preserved *out,
                     struct err *err);

/*
 * The command line as one line, words quoted as a shell would read them, with
 * secrets as *****; `masked` says in which words. Masked are the words named, whole, and the secrets that
 * capture_mask.h finds. -1 if `masks` has a wrong form.
 */
int capture_command_line(char *const *argv, const char *masks, struct buf *line, struct buf *masked, struct err *err);

#endif
