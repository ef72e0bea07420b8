/*
 * A case of an older format.
 *
 * A case lasts longer than a version of genba. Opened for writing, it is
 * brought to the present format once: first a copy as it was is written beside
 * it and read back (`site.format-1.genba`, through vault_rotate()); then all
 * tables change in one transaction, which ends with a signed commit that says
 * so. A power failure leaves the old case or the new one. Opened for reading,
 * or by somebody who may not write, the file stays as it is to the byte: the
 * same steps are done on a copy in memory. Steps only change how things are
 * stored; records, texts and objects stay the bytes they were.
 *
 *     1   as they grew: without the table of unfinished preservation, in the earliest also without the columns beside the
 *         records' JSON (record_summary.h) and without the commits' parents and paths
 *     2   the present one
 */
#ifndef GENBA_CASE_UPGRADE_H
#define GENBA_CASE_UPGRADE_H

struct case_file;
struct err;

/*
 * For case_open(), right after the database is there: nothing for a case of the present format, of a later one, or for
 * what is no case. 0, or -1: the case is as it was. Says in the case's notice what was done.
 */
int case_upgrade(struct case_file *c, struct err *err);

#endif
