/*
 * What this machine has seen of a case, and what an opening found.
 *
 * A case cannot tell from inside that the whole file was replaced by an older
 * copy of itself, or that its log was cut back to an earlier commit. So each
 * machine keeps the last commit of every case that it had open, under
 * `$XDG_DATA_HOME/genba/seen/CASE-ID`; a case whose history does not contain
 * that commit is a loud warning, at each opening, until it does: a commit that
 * is missing stays in that file however much is done with the older copy. There
 * is room for 64 such commits; if more are missing, each opening says that not all
 * of them are known any more.
 */
#ifndef GENBA_CASE_TRUST_HIGH_WATER_MARK_H
#define GENBA_CASE_TRUST_HIGH_WATER_MARK_H

struct case_file;

/* 1, and a line in the case's notice, if the history does not descend from what this machine has seen; else 0. */
int high_water_mark_check(struct case_file *c);

/* Remembers the last commit. Best effort: a machine without a writable home only loses the warning. */
void high_water_mark_update(struct case_file *c);

/* Remembers the last commit of a case that was salvaged from one whose last commit was `from` ("": none could be read). The file
 * it was salvaged from is no older copy of it: it is told apart as long as it holds that commit, and not the first of the salvaged
 * case's own: an older copy of that one holds both, and is told as one. */
void high_water_mark_salvaged(struct case_file *c, const char *from);

/* 1 if that commit is the last one that this machine has seen of the case. */
int high_water_mark_has(struct case_file *c, const char *commit);

/* 1 if the header is signed by a responder of the case whose key is not revoked. */
int high_water_mark_header_is_believed(struct case_file *c);

/* Puts what the vault reports of this opening into words in the case's notice. */
void high_water_mark_notice(struct case_file *c);

#endif
