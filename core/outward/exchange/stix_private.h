/* What the two forms of STIX share: the bundle, its markings and the properties that every object has (stix.c). */
#ifndef GENBA_OUTWARD_EXCHANGE_STIX_PRIVATE_H
#define GENBA_OUTWARD_EXCHANGE_STIX_PRIVATE_H

#include "outward/exchange/shared_form.h"

struct stix_bundle {
	struct release *r;
	struct buf *out;
	json_t *refs;  /* ids of the objects so far, for the report */
	json_t *types; /* labels -> ids */
	unsigned used; /* markings that are needed, as bits */
	int some;
	struct err *err; /* of what could not be written */
	int failed;
};

/* Begins the bundle, and ends it with the markings that its objects need. -1: something could not be written. */
void stix_start(struct stix_bundle *b, struct release *r, struct buf *out, struct err *err);
int stix_finish(struct stix_bundle *b);

/* Appends an object. Takes the reference. */
void stix_append(struct stix_bundle *b, json_t *object);

/* What every object of its own life has: type, id, created, modified, marking, the label as an external reference. */
json_t *stix_begin(struct stix_bundle *b, const char *type, const json_t *record);
void stix_mark(struct stix_bundle *b, json_t *object, const json_t *record);

/* A field's text; NULL where it is unset or unknown. */
const char *stix_text_of(const json_t *record, const char *field);
void stix_set_text(json_t *object, const char *property, const char *text); /* NULL: not set */

/* A time property: exact, or its earliest bound, which is named. -1: there is none. */
int stix_set_time(struct stix_bundle *b, json_t *object, const char *property, const json_t *record, const char *field);

#endif
