/*
 * Opening a file that somebody else made or named.
 *
 * What a path leads to is theirs to choose: opening a FIFO waits for ever, a terminal becomes ours, /dev/zero has no end.
 * So nothing is waited for, and what is no file is refused. A descriptor that was passed on purpose (`/dev/stdin`,
 * `/dev/fd/63` of a shell's `<(…)`) may be a pipe.
 *
 *     int fd = outside_open(path, err);
 */
#ifndef GENBA_BASE_OUTSIDE_FILE_H
#define GENBA_BASE_OUTSIDE_FILE_H

struct err;

/* To read. A descriptor that the caller closes; -1: it cannot be opened, or is neither a file nor passed (ERR_INVALID). */
int outside_open(const char *path, struct err *err);

#endif
