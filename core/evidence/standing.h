/*
 * How a piece of evidence stands, in one word.
 *
 * Several fields of the record say it together: whether it is hashed at all,
 * whether all of it was had, whether the copy is the same, what the last
 * verification came to and when that was. Lists, the Board and the Evidence
 * view ask here, so that they never tell different stories.
 */
#ifndef GENBA_EVIDENCE_STANDING_H
#define GENBA_EVIDENCE_STANDING_H

#include <jansson.h>
#include <stdint.h>

#define STANDING_DAYS 30 /* evidence that nobody has read again for so long is worth a reminder */

enum standing {
	STANDING_GOOD,        /* hashed, whole, the same when it was last read */
	STANDING_OLD,         /* the same, but that is more than STANDING_DAYS days ago */
	STANDING_NOT_HASHED,  /* a physical item, or held by another */
	STANDING_PARTIAL,     /* not all of it could be read */
	STANDING_INTERRUPTED, /* the work goes on where it was */
	STANDING_UNREADABLE,  /* the last verification could not read it */
	STANDING_DIFFERS,     /* it is not what was preserved */
};

/* Of a record as read; only form, sha256, complete, match, verified, verified_at, ended and entered are looked at.
 * `now`: seconds since 1970. */
enum standing evidence_standing(const json_t *record, int64_t now);

/* 1 for what must be dealt with: everything but GOOD and OLD. */
int standing_is_open(enum standing standing);

/* In the interface's language, lower case. */
const char *standing_text(enum standing standing);

/* When its bytes were last read and compared: verified_at, or else the end of the collection. NULL: never. Borrowed. */
const char *evidence_last_read(const json_t *record);

/* Whole days since then, or -1: nobody knows. */
int64_t evidence_days_unread(const json_t *record, int64_t now);

#endif
