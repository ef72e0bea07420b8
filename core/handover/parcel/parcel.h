/*
 * A parcel: what one copy of a case gives to another.
 *
 *     one line of JSON   format, version, case, tip, needs, from, made, and the sizes of what follows
 *     a git bundle       the commits that the other side does not have (stock git reads it), compressed if small (bundle_compress.h)
 *     texts              long texts that the records of these commits name by a salted digest
 *     files              what these records name by SHA-256 in the case's blob store
 *     rooms              what rooms above keep beside these records, a section each that has something (version 2)
 *     a signature        SSHSIG, namespace genba-parcel, over all before it
 *
 * Secrets do not travel unless they are named. Purged texts cannot.
 * A parcel is plaintext: it is sealed (seal.h) before it leaves the process.
 */
#ifndef GENBA_HANDOVER_PARCEL_PARCEL_H
#define GENBA_HANDOVER_PARCEL_PARCEL_H

#include "base/buf.h"
#include "case/case.h"
#include "history/exchange.h"

#include <jansson.h>

#define PARCEL_VERSION 2                 /* 1 is written where no room has a section, as ever */
#define PARCEL_LIMIT   ((size_t)1 << 30) /* bytes of a parcel */
#define PARCEL_NEEDS   8

struct parcel {
	json_t *head;
	char case_id[37];
	char tip[HISTORY_ID];
	char needs[PARCEL_NEEDS][HISTORY_ID];
	size_t need_count;
	char from[MARK_TEXT];
	const unsigned char *bundle; /* borrowed from the bytes it was read from, like all below */
	size_t bundle_size;
	const unsigned char *texts;
	size_t texts_size;
	const unsigned char *files;
	size_t files_size;
	const unsigned char *rooms; /* the sections of rooms, in the order of the head's "rooms" */
	size_t rooms_size;
	char *path; /* where it was read, or NULL; owned */
	int is_signed;
	unsigned char signer[32]; /* whose signature fits */
};

/* A room that keeps something beside the records, which travels with them: a row that the build collects. */
struct parcel_arrival {
	const unsigned char *bytes; /* of its section */
	size_t n;
	const char *path; /* of the parcel: something may lie beside it; or NULL */
	int keep;         /* 0: it is rolled back (a dry run), so nothing is written outside of the case */
	json_t *notes;    /* for lines to people, printable; or NULL */
};

struct parcel_room {
	const char *name; /* of its section */
	/* Appends what belongs to the records whose ids are names in `records`; nothing: no section. */
	int (*write)(struct case_file *c, const json_t *records, struct buf *out, struct err *err);
	/* Judges it and puts it into the case, behind the records that it belongs to, inside the open action. */
	int (*take)(struct case_file *c, const struct parcel_arrival *came, struct err *err);
};

/* The rooms of the program, ended by NULL: said once, at its beginning. */
void parcel_set_rooms(const struct parcel_room *const *rooms);

/*
 * Writes what this case has and `have` (commits that are here) has not.
 * `secrets`: labels of records whose secrets go along, NULL-terminated, or NULL.
 * Signed by the case's identity if it is unlocked. ERR_INVALID if there is nothing new.
 */
int parcel_write(struct case_file *c, const char (*have)[HISTORY_ID], size_t have_count, const char *const *secrets,
                 struct buf *out, struct err *err);

/* The same; `records` (an object) gets the ids of the records of these commits as names. */
int parcel_write_records(struct case_file *c, const char (*have)[HISTORY_ID], size_t have_count,
                         const char *const *secrets, json_t *records, struct buf *out, struct err *err);

/* Takes a parcel apart: form, sizes, signature. 0 or -1 (ERR_INVALID). Release it. */
int parcel_read(struct parcel *p, const void *bytes, size_t n, struct err *err);
void parcel_release(struct parcel *p);

/* Puts the texts and files that are not here yet into the case, inside the open action; each must fit its digest. Only
 * those that `named` (a JSON object) has as a member, or that a record here names, are kept. */
int parcel_store(struct case_file *c, const struct parcel *p, const json_t *named, struct err *err);

/* Gives each room its section, once the records are in their place. `keep`, `notes`: as in parcel_arrival. */
int parcel_store_rooms(struct case_file *c, const struct parcel *p, int keep, json_t *notes, struct err *err);

#endif
