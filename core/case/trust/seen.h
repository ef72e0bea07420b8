/*
 * What this machine has seen of a case, and what an opening found.
 *
 * A case cannot tell from inside that the whole file was replaced by an older
 * copy of itself, or that its log was cut back to an earlier commit. So each
 * machine keeps the last commit of every case that it had open, under
 * `$XDG_DATA_HOME/genba/seen/CASE-ID`; a case whose history does not contain
 * that commit is a loud warning, at each opening, until it does: a commit that
 * is missing stays in that file however much is done with the older copy.
 */
#ifndef GENBA_CASE_TRUST_SEEN_H
#define GENBA_CASE_TRUST_SEEN_H

struct case_file;

/* 1, and a line in the case's notice, if the history does not descend from what this machine has seen; else 0. */
int seen_check(struct case_file *c);

/* Remembers the last commit. Best effort: a machine without a writable home only loses the warning. */
void seen_update(struct case_file *c);

/* Puts what the vault reports of this opening into words in the case's notice. */
void notice_from_opening(struct case_file *c);

#endif
