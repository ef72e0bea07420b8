/* What the two forms of STIX share: the bundle, its markings and the properties that every object has (stix.c). */
#ifndef GENBA_OUTWARD_EXCHANGE_STIX_PRIVATE_H
#define GENBA_OUTWARD_EXCHANGE_STIX_PRIVATE_H

#include "outward/exchange/shared_form.h"

struct stix_bundle {
	struct release *r;
	struct buf *out;
	json_t *files;       /* labels of evidence -> ids: those of observables do not follow from the record's UUID */
	json_t *observables; /* ids of those that were written, keys */
	unsigned used;       /* markings that are needed, as bits */
	int some;
	int some_ref;
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

/* Notes what the record becomes, where others refer to it before it is written. */
void stix_note(struct stix_bundle *b, const char *type, const json_t *record);

/* The id of what a record became, in the bundle; NULL: nothing, or not yet. New string. */
char *stix_id(const struct stix_bundle *b, const char *label);

/* The id of an observable by the properties that identify it (takes the reference): UUIDv5 over their canonical JSON. New
 * string. */
char *stix_observable_id(const char *type, json_t *identifying);

/* Appends an observable unless it is there already, marked as the record is. Takes the reference. 1 if it was appended. */
int stix_append_observable(struct stix_bundle *b, json_t *object, const json_t *record);

/* A mail as email-message with its addresses, and as what was observed (stix_mail.c). */
int stix_write_mail(void *ctx, json_t *record);

/* A field's text; NULL where it is unset or unknown. */
const char *stix_text_of(const json_t *record, const char *field);
void stix_set_text(json_t *object, const char *property, const char *text); /* NULL: not set */

/* A time property: exact, or its earliest bound, which is named. -1: there is none. */
int stix_set_time(struct stix_bundle *b, json_t *object, const char *property, const json_t *record, const char *field);

#endif
