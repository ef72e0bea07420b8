/*
 * Another copy of the case as a parcel, by a process that has only its key.
 *
 * A colleague's copy is a database that somebody else wrote. Nothing of it is
 * opened here: a caged worker gets an open descriptor and the file's key, reads
 * the copy, and hands over what this case does not have, as a parcel.
 */
#ifndef GENBA_HANDOVER_PARCEL_PARCEL_WORKER_H
#define GENBA_HANDOVER_PARCEL_PARCEL_WORKER_H

#include "base/worker/worker.h"
#include "handover/parcel/parcel.h"

/* The worker's part: a row of the program's table of jobs. */
extern const struct worker_job parcel_worker_job;

/*
 * What the copy at `path` has and `c` has not. `c`'s identity must be able to
 * open it (ERR_UNLOCK). `plain` owns the bytes that `p` borrows. A copy with
 * nothing new gives a parcel that merges to nothing.
 */
int parcel_worker_parcel(struct case_file *c, const char *path, struct buf *plain, struct parcel *p,
                         const struct progress *progress, struct err *err);

#endif
