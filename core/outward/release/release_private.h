/* What opening the gate and letting through share. */
#ifndef GENBA_OUTWARD_RELEASE_RELEASE_PRIVATE_H
#define GENBA_OUTWARD_RELEASE_RELEASE_PRIVATE_H

#include "outward/release/forbidden.h"
#include "outward/release/release.h"

#include <sodium.h>

/* Names of a record, and the word that stands for them in what is redacted. */
struct named_kind {
	const char *kind;
	const char *fields[5];
	const char *pseudonym[2]; /* English, Japanese; a number follows */
};

/* The names of a record's kind, or NULL: it has none. */
const struct named_kind *release_names(const json_t *record);

struct lost_field {
	char *kind;
	char *field;
	char *reason;
	uint64_t records;
};

struct release {
	struct case_file *c;
	char *to; /* label */
	char *tlp;
	char *decision;
	int redacted;
	int internal;
	int preview;
	char *title;
	json_t *leaving;    /* labels -> the pseudonym, or null */
	json_t *staying;    /* labels -> the reason */
	json_t *lost;       /* records that leave and that the format cannot hold: labels -> reason */
	json_t *pseudonyms; /* names -> pseudonyms, for redacting texts */
	json_t *reasons;    /* "kind reason" -> [kind, reason], shared by staying and lost */
	struct lost_field *fields;
	size_t field_count;
	struct forbidden *forbidden;
	struct filter *filter;
	uint64_t records;
	/* the file that leaves, while it is written */
	char *path;
	char *temporary; /* NULL: a dry run, or not begun */
	int fd;
	int begun;
	uint64_t size;
	crypto_hash_sha256_state digest;
	char *secret; /* of the record of the release */
};

/* [kind, reason]: why a record stays. New reference. */
json_t *release_why(struct release *r, const char *kind, const char *reason);

/* Removes what was written of a file that does not leave. */
void release_abandon(struct release *r);

#endif
