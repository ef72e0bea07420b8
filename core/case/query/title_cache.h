/*
 * What records are called where people read of them: R1-P3 is "Organisation A".
 *
 * Looked up for the rows that are seen, and remembered until the case changes.
 */
#ifndef GENBA_CASE_QUERY_TITLE_CACHE_H
#define GENBA_CASE_QUERY_TITLE_CACHE_H

#include "case/store/record.h"

struct buf;
struct title_cache; /* those that one reader remembers; NULL at first */

void title_cache_free(struct title_cache **names);

/* The title of the record with that label, printable, or "" if there is none; of one that was retracted it ends with
 * "(retracted)". Borrowed until the next call. */
const char *name_of(struct title_cache **names, struct case_file *c, const char *label);

/* What names a record (as read) in one line, also where its title is a value or a reference. Printable; the caller frees. */
char *name_of_record(struct title_cache **names, struct case_file *c, const json_t *record);

/* A field for people, in the interface's language, references with their titles; "unknown" where it is unset. */
void name_field(struct title_cache **names, struct case_file *c, const struct field *field, const json_t *value,
                struct buf *out);

/* The same with labels beside the names, for what is also copied into commands: "R1-P5 Tanaka, R1-P6 Sato". */
void name_field_labelled(struct title_cache **names, struct case_file *c, const struct field *field,
                         const json_t *value, struct buf *out);

#endif
