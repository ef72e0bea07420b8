/*
 * Merging two versions of one record, field by field.
 *
 * Pure: no case, no clock. The result does not depend on which version is
 * called `a`, so that two responders who merge the same copies get the same
 * bytes. What only one side changed is taken; sets (references, tags, enums)
 * keep what both added and lose what either removed; the later of two times of
 * change is kept; a retraction wins, with both reasons; of two dates of a key's revocation the
 * earlier. A field that a person
 * can write and both sides changed differently is a conflict: the record keeps
 * the value of the side that was changed later, both values go to the callback,
 * and a person decides.
 */
#ifndef GENBA_HANDOVER_MERGE_MERGE_RECORD_H
#define GENBA_HANDOVER_MERGE_MERGE_RECORD_H

#include <jansson.h>

#define MERGE_ALIASES "aliases" /* member of a stored record: its former labels, a sorted array */

/* A field changed differently on both sides. The values are stored JSON, NULL where unset; `one` is the smaller by its
 * canonical text, so that both sides name them alike. Borrowed for the call. */
struct merge_clash {
	const char *field;
	const json_t *base;
	const json_t *one;
	const json_t *other;
};

typedef void (*merge_clash_fn)(void *ctx, const struct merge_clash *clash);

/*
 * Merges stored objects (record.h, RECORD_RAW) of one record. `base` is what both
 * sides began with, NULL if the record was made twice. Returns a new reference.
 */
json_t *merge_record(const json_t *base, const json_t *a, const json_t *b, merge_clash_fn clash, void *ctx);

/* Order of two stored values by their JSON text; NULL is the smallest. */
int merge_compare(const json_t *a, const json_t *b);

#endif
