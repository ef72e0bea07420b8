/*
 * How a piece of evidence stands, in one word.
 *
 * Several fields of the record say it together: whether it is hashed at all,
 * whether all of it was had, whether the copy is the same, what the last
 * verification came to and when that was. Lists, the Board and the Evidence
 * view ask here, so that they never tell different stories.
 */
#ifndef GENBA_EVIDENCE_EVIDENCE_STATUS_H
#define GENBA_EVIDENCE_EVIDENCE_STATUS_H

#include <jansson.h>
#include <stdint.h>

#define EVIDENCE_STATUS_DAYS 30 /* evidence that nobody has read again for so long is worth a reminder */

enum evidence_status {
	EVIDENCE_STATUS_GOOD,        /* hashed, whole, the same when it was last read */
	EVIDENCE_STATUS_OLD,         /* the same, but that is more than EVIDENCE_STATUS_DAYS days ago */
	EVIDENCE_STATUS_NOT_HASHED,  /* a physical item, or held by another */
	EVIDENCE_STATUS_PARTIAL,     /* not all of it could be read */
	EVIDENCE_STATUS_INTERRUPTED, /* the work goes on where it was */
	EVIDENCE_STATUS_UNREADABLE,  /* the last verification could not read it */
	EVIDENCE_STATUS_DIFFERS,     /* it is not what was preserved */
};

/* Of a record as read; only form, sha256, complete, match, verified, verified_at, ended and entered are looked at.
 * `now`: seconds since 1970. */
enum evidence_status evidence_status_of(const json_t *record, int64_t now);

/* 1 for what must be dealt with: everything but GOOD and OLD. */
int evidence_status_is_open(enum evidence_status status);

/* In the interface's language, lower case. */
const char *evidence_status_text(enum evidence_status status);

/* When its bytes were last read and compared: verified_at, or else the end of the collection. NULL: never. Borrowed. */
const char *evidence_last_read(const json_t *record);

/* Whole days since then, or -1: nobody knows. */
int64_t evidence_days_unread(const json_t *record, int64_t now);

#endif
