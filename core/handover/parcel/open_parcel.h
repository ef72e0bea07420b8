/* What a colleague sent, of either form: a sealed delta, or a whole copy of the case. */
#ifndef GENBA_HANDOVER_PARCEL_OPEN_PARCEL_H
#define GENBA_HANDOVER_PARCEL_OPEN_PARCEL_H

struct buf;
struct case_file;
struct err;
struct parcel;
struct progress;

/* Opens what `merge` takes. `plain` owns the bytes that `p` borrows: wipe and release it after parcel_release(). 0 or -1, and
 * then both may be released all the same. */
int handover_open_parcel(struct case_file *c, const char *path, struct buf *plain, struct parcel *p,
                         const struct progress *progress, struct err *err);

#endif
