/*
 * Undo: the inverse of a responder's own last action.
 *
 *     struct undone last = UNDONE_INIT;
 *     struct undone done = UNDONE_INIT;
 *     if (undo_possible(c, &last, &err) == 0)              // so that nobody is asked for a reason in vain
 *             … ask for a reason, naming last.subject …
 *     undo_last(c, reason, last.commit, &done, &err);      // that action, or none
 *     undone_release(&last);
 *     undone_release(&done);
 */
#ifndef GENBA_CASE_ACTION_UNDO_H
#define GENBA_CASE_ACTION_UNDO_H

#include "base/buf.h"
#include "case/store/record.h"
#include "history/history.h"

/* An action that is undone, or would be; behind an error the subject of the one that was not (empty: there is none). */
struct undone {
	char commit[HISTORY_ID];
	struct buf subject;   /* in English, as history has it; commit_subject.h shows it in the interface's language */
	struct buf retracted; /* " (R1-A1 is retracted)", in the interface's language; empty: it had added no record */
};

#define UNDONE_INIT                                                      \
	{                                                                \
		.commit = "", .subject = BUF_INIT, .retracted = BUF_INIT \
	}

void undone_release(struct undone *undone);

/* Whether there is something to undo: 0, or -1 with why not. `undone`, unless NULL, gets commit and subject. */
int undo_possible(struct case_file *c, struct undone *undone, struct err *err);

/*
 * Undoes it, in a commit of its own. `commit`: only if it is still this one, since a person was asked about it; else
 * ERR_FAILED (NULL: whichever is the last). `undone`, which is empty, unless NULL: gets what it was.
 */
int undo_last(struct case_file *c, const char *reason, const char *commit, struct undone *undone, struct err *err);

#endif
