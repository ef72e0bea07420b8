/*
 * A form for others: what leaves the case through the gate (release/release.h), as one stream of bytes.
 *
 * Each is a row of the formats (format.h), in shared_forms.c, with a writer of its own. A writer asks release_each()
 * for the records that may leave, and names with release_lose_record() and release_lose_field() what its format cannot hold.
 */
#ifndef GENBA_OUTWARD_EXCHANGE_SHARED_FORM_H
#define GENBA_OUTWARD_EXCHANGE_SHARED_FORM_H

#include "base/buf.h"
#include "outward/exchange/format.h"
#include "outward/release/release.h"

/* `variant`: which of a form's variants, or NULL. */
typedef int (*shared_write_fn)(struct release *r, const char *variant, struct buf *out, struct err *err);

/* Writes what may leave by the options of the request (to, tlp, approved-by, where, redacted, internal, loss, dry-run), and puts
 * it on record as a release of the format `name`. */
int shared_export(struct format_request *request, const char *name, const char *variant, shared_write_fn write,
                  struct err *err);

/* The writers: each appends the whole file to `out`. 0 or -1. */
int stix_write(struct release *r, const char *variant, struct buf *out, struct err *err);
int misp_write(struct release *r, const char *variant, struct buf *out, struct err *err);
int timesketch_write(struct release *r, const char *variant, struct buf *out, struct err *err);
int attackflow_write(struct release *r, const char *variant, struct buf *out, struct err *err);
int case_uco_write(struct release *r, const char *variant, struct buf *out, struct err *err);

/* ---- what the writers share */

/* The earliest bound of a record's time in UTC. 1: it is that instant; 0: it is no instant, or one whose zone is not known, and
 * this its earliest bound (shared_no_instant() says so); -1: none. *nanoseconds may be NULL. */
int shared_instant(struct case_file *c, const char *edtf, int64_t *seconds, int *nanoseconds);
const char *shared_no_instant(void);

/* The same of the latest bound; where it is open, of the earliest. */
int shared_latest(struct case_file *c, const char *edtf, int64_t *seconds, int *nanoseconds);

/* "2026-11-23T05:05:09.000Z" */
void shared_time(int64_t seconds, int nanoseconds, char text[32]);

/* A UUID of version 5 (RFC 9562) from a name in a namespace of 16 bytes. */
void shared_uuid5(const unsigned char space[16], const char *name, char text[37]);

/* One of a part of a record, in the namespace of the case: the same at the next export. */
void shared_part_uuid(struct case_file *c, const json_t *record, const char *part, char text[37]);

/* Appends the object as compact JSON, sorted keys. Takes the reference. */
void shared_json(struct buf *out, json_t *object);

#endif
