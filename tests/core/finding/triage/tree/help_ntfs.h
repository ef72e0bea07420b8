/*
 * A small NTFS volume of a terminal, for what lies around such volumes: BitLocker, shadow copies, virtual disks. Of two times: before
 * somebody cleaned up, and today.
 *
 *                  before                                 today
 *     notes.txt    "the plan"                             another text
 *     Users/tanaka/stolen.rar                             gone, its record is another file's
 *     Security.evtx   20 logons of tanaka                 cleared: one event 1102
 */
#ifndef GENBA_TESTS_HELP_NTFS_H
#define GENBA_TESTS_HELP_NTFS_H

#include "base/buf.h"

#define MADE_NTFS_LOG "Windows/System32/winevt/Logs/Security.evtx"

/* Written to `scratch`, a path that may be written to, and read from there. */
void made_ntfs(int before, const char *scratch, struct buf *out);

#endif
