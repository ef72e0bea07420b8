/*
 * The names of fields, or the values of one, nearest to what was typed, for a refusal: 55 names in one line help nobody.
 *
 *     nearest_fields(kind, "statsu", &names);    // status
 *     nearest_fields(kind, "owner", &names);     // department: its label has the word in it
 *     nearest_values(field, "infectd", &names);  // infected
 */
#ifndef GENBA_CASE_KIND_NEAREST_H
#define GENBA_CASE_KIND_NEAREST_H

#include <stddef.h>

struct buf;
struct field;
struct kind;

/* Appends up to three names of fields that people may set, the nearest first, with commas between. How many: 0 if none is like
 * it. */
size_t nearest_fields(const struct kind *kind, const char *typed, struct buf *names);

/* The same of the values that a field may have. */
size_t nearest_values(const struct field *field, const char *typed, struct buf *names);

#endif
