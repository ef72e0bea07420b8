/*
 * A small NTFS volume of a terminal, for what lies around such volumes: BitLocker, shadow copies, virtual disks. As it was at three
 * times: before, between, and today, when somebody had cleaned up.
 *
 *                  before           between          today
 *     notes.txt    the plan         a better plan    nothing to see
 *     Users/tanaka/stolen.rar       the same         gone; its record is todo.txt's
 *     Security.evtx   20 logons     the same         cleared: one event 1102
 */
#ifndef GENBA_TESTS_HELP_NTFS_H
#define GENBA_TESTS_HELP_NTFS_H

#include "base/buf.h"

#define MADE_NTFS_LOG "Windows/System32/winevt/Logs/Security.evtx"

enum made_ntfs_time { MADE_NTFS_BEFORE, MADE_NTFS_BETWEEN, MADE_NTFS_TODAY };

/* Written to `scratch`, a path that may be written to, and read from there. */
void made_ntfs(enum made_ntfs_time time, const char *scratch, struct buf *out);

#endif
