/* What the files of this room share. */
#ifndef GENBA_FINDING_TRIAGE_REGISTRY_REGISTRY_PRIVATE_H
#define GENBA_FINDING_TRIAGE_REGISTRY_REGISTRY_PRIVATE_H

#include "finding/triage/registry/hive.h"
#include "finding/triage/registry/registry.h"

#define REGISTRY_VALUES 4096U /* of one key */

struct registry_value {
	char *name;
	uint32_t type;
	unsigned char *data;
	size_t n;
};

struct registry_walk {
	struct hive hive;
	struct triage_out *out;
	const char *root; /* HKLM\SYSTEM … */
	char user[128];
	uint64_t keys;
	/* of the key that is looked at */
	const char *key;
	struct hive_key cell;
	struct registry_value *values;
	size_t value_count;
	uint32_t ordinal; /* of its next row */
	int recover;      /* deleted ones are wanted, too */
	uint8_t flags;    /* enum observation_flags: of its rows */
	/* of the keys that are there, if deleted ones are wanted: their paths and times */
	uint64_t *live;
	size_t live_count;
};

const struct registry_value *registry_find(const struct registry_walk *w, const char *name);
/* Appends the value as text: strings as they are (lists with " | "), numbers in decimal, bytes in hexadecimal. */
void registry_text(const struct registry_value *v, struct buf *out);
/* A row of the key, with these fields. */
int registry_row(struct registry_walk *w, unsigned artefact, int64_t when, unsigned time_of, const struct buf *fields,
                 struct err *err);

/* What keys that are known say. */
int registry_known(struct registry_walk *w, struct err *err);

/* The row of the key that is looked at, and what it says if it is known. */
int registry_key(struct registry_walk *w, struct err *err);
void registry_value_set(struct registry_value *v, const struct buf *name, uint32_t type, const struct buf *data);
/* Appends name=text of each value, a line each, cut where it is long. */
void registry_values_text(const struct registry_walk *w, struct buf *out);
void registry_values_free(struct registry_walk *w);

/* Keeps in mind that this key is there; then rows of those that are not, and of values that were deleted. */
void registry_remember(struct registry_walk *w);
int registry_recover(struct registry_walk *w, struct err *err);

#endif
