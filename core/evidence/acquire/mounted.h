/*
 * Is a device in use by a file system that may write to it?
 *
 * A disk that is mounted writable changes while it is read, and mounting alone
 * has changed it: imaging one is refused unless a person says why it must be.
 *
 * Uses the C library alone, since the privileged opener (opener/) is made of it too.
 */
#ifndef GENBA_EVIDENCE_ACQUIRE_MOUNTED_H
#define GENBA_EVIDENCE_ACQUIRE_MOUNTED_H

#include <sys/types.h>

#define MOUNTED_WHERE 4096 /* room for where something is mounted */

/* Looks for a writable mount of the device or of one of its partitions, also of a file that is the backing file of a loop
 * device: `path` names it, or NULL. 1, and where it is mounted; 0 if there is none. */
int mounted_writable(dev_t device, const char *path, char where[MOUNTED_WHERE]);

#endif
