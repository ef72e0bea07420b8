/* What opening the gate and letting through share. */
#ifndef GENBA_OUTWARD_RELEASE_RELEASE_PRIVATE_H
#define GENBA_OUTWARD_RELEASE_RELEASE_PRIVATE_H

#include "outward/release/forbidden.h"
#include "outward/release/release.h"

#include "base/buf.h"
#include "base/file/new_file.h"

#include <sodium.h>

/* Names of a record, and the word that stands for them in what is redacted. */
struct named_kind {
	const char *kind;
	const char *fields[5];
	const char *pseudonym[2]; /* English, Japanese; a number follows */
};

/* The names of a record's kind, or NULL: it has none. */
const struct named_kind *release_names(const json_t *record);

/* What is decided of a record. A large case has a hundred thousand: small, and in one piece. */
enum { LABEL_LEAVES = 1, LABEL_STAYS = 2, LABEL_LOST = 4 /* it leaves, but the format cannot hold it */ };

struct release_label {
	uint32_t label;     /* place in the texts */
	uint32_t pseudonym; /* likewise; 0: none */
	uint16_t why;       /* it stays or is lost: a row of the reasons */
	uint16_t kind;      /* likewise, a row without a reason */
	unsigned char state;
	unsigned char note; /* a writer's: what it became */
	unsigned char uuid[16];
};

struct release_labels {
	struct release_label *entries; /* in the order in which they were put */
	uint32_t count;
	uint32_t room;
	uint32_t *slots; /* from 1; 0: empty */
	uint32_t slot_count;
	struct buf text;
};

/* The entry of a label, made if there is none; valid until the next is put. */
struct release_label *release_labels_put(struct release_labels *t, const char *label);
struct release_label *release_labels_find(const struct release_labels *t, const char *label); /* or NULL */
const char *release_labels_text(const struct release_labels *t, uint32_t at);
void release_labels_pseudonym(struct release_labels *t, struct release_label *entry, const char *pseudonym);
void release_labels_release(struct release_labels *t);

/* A kind and a reason, once each. */
struct release_reason {
	char *kind;
	char *reason;
};

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
	int reads_all; /* what reading all takes of the vault's cache was given to it */
	char *title;
	struct release_labels labels;
	uint64_t leaving; /* lost ones among them */
	uint64_t staying;
	uint64_t lost;
	struct release_reason *reasons;
	size_t reason_count;
	struct forbidden *named; /* names that have a pseudonym, which stands in the place of a label */
	struct lost_field *fields;
	size_t field_count;
	struct forbidden *forbidden;
	char seam[FORBIDDEN_SEAM]; /* the end of what was looked through */
	size_t seam_size;
	struct filter *filter;
	const struct progress *progress;
	uint64_t steps;
	uint64_t total;
	/* the file that leaves, while it is written */
	char *path;           /* NULL: a dry run, or not begun */
	struct new_file file; /* .fd -1: likewise */
	int begun;
	uint64_t size;
	crypto_hash_sha256_state digest;
	char *secret; /* of the record of the release */
};

/* The row of a kind and a reason ("": only the kind). */
uint16_t release_why(struct release *r, const char *kind, const char *reason);

/* A record of this label stays. */
void release_stay(struct release *r, const char *label, const char *kind, const char *reason);

/* Nothing is sorted yet, and no name forbidden. */
struct release *release_new(struct case_file *c, const char *tlp);

/* A sample whose indicator may not be shared stays: of each indicator, before anything is sorted. A record_fn; `ctx`: the
 * release. */
int release_note_sample(void *ctx, json_t *record);

/* Whether the record, which is not retracted, leaves. */
void release_sort(struct release *r, json_t *record);

/* 1: the writer found no place for this field in its format (release_lose_rest()). */
int release_has_no_place(const struct release *r, const char *kind, const char *field);

/* After each record. -1: the person cancelled. */
int release_step(struct release *r, struct err *err);

/* Removes what was written of a file that does not leave. */
void release_abandon(struct release *r);

#endif
