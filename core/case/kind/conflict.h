/*
 * The identity of a conflict: two values of one field that met in a merge.
 *
 * Its id comes from record, field and the two values, so that everybody who
 * merges the same two copies makes the same record of it, and nobody can make
 * one that says something else under that id.
 */
#ifndef GENBA_CASE_KIND_CONFLICT_H
#define GENBA_CASE_KIND_CONFLICT_H

#include <jansson.h>

#define CONFLICT_AUTHOR "genba" /* conflicts are made by the program */

/* The id from the record's id, the field's name, and the values as they are stored (NULL: unset), the smaller one by its
 * JSON text first. */
void conflict_id(const char *record, const char *field, const json_t *one, const json_t *other, char id[37]);

/* A stored value as the text of a conflict's field `one`, `other` or `base`: a string as it is, anything else as JSON. New
 * reference; NULL for NULL. */
json_t *conflict_text(const json_t *value);

/* Whether a conflict's id is that of its record, field and values. 1 or 0. */
int conflict_fits(const json_t *conflict);

#endif
