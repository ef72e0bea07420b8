/*
 * The disks of the two terminals of the practice case: section 3.2 of the report,
 * as a disk would tell it. What the report does not say is invented, and fits the
 * mails, the proxy's log and the events of the practice case.
 *
 *     PC-A  2014-01-10  ① opened, the RAT winup.exe comes; ③ the file server is tried, in vain
 *           2014-07-10  ④ files of the joint study are packed to a.rar and uploaded
 *     PC-B  2014-07-11  ⑤ opened ⑥, the same RAT; ⑦ files of the server are packed and uploaded
 */
#ifndef GENBA_FINDING_PRACTICE_TERMINALS_H
#define GENBA_FINDING_PRACTICE_TERMINALS_H

struct err;

/* Writes the image there; an existing one is replaced. 0 or -1. */
int terminal_a_write(const char *path, struct err *err);
int terminal_b_write(const char *path, struct err *err);

#endif
